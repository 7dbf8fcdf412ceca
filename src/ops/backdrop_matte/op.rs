//! The op: analyses the proxy, finds the product, and records the alpha kernel.

use serde::{Deserialize, Serialize};

use super::choose::{Offered, refused};
use super::kernel::{APPLY_ALPHA, MATTE_ALPHA, MatteParams, TAKE_ALPHA};
use super::{Backdrop, Matte, Method, Reason, analyse_with, model};
use crate::image::{Finder, Format, Plane, Shots, Window};
use crate::ops::field::wide;
use crate::ops::plate::{self, Clean};
use crate::ops::{Certain, Frame, Op, OpDef, OpError, ParamDef, Scene, Side, Stage, Study, settings};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "backdrop_matte",
    about: "cuts the product out of an even backdrop, or of any that a plate shows: shadow-tolerant, soft edges, a confidence",
    source: "robust log-light backdrop; local affine maps of colour (Levin et al. 2008; He, Sun, Tang 2013)",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "review_below",
            default: "0.5",
            range: "0 … 1",
            about: "confidence under which the item is flagged for a person",
        },
        ParamDef {
            name: "method",
            default: "\"auto\"",
            range: "auto, plate, backdrop, model",
            about: "who tells product from backdrop; auto takes the plate if there is one, else an even backdrop, else the model",
        },
        ParamDef {
            name: "backdrop",
            default: "\"auto\"",
            range: "auto, white, grey, green, blue, R,G,B, #rrggbb",
            about: "the backdrop's colour; auto takes what most of the border shows",
        },
    ],
    kernels: &[&MATTE_ALPHA, &APPLY_ALPHA, &TAKE_ALPHA],
    make: settings::<BackdropMatte>,
};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BackdropMatte {
    review_below: f32,
    method: Method,
    backdrop: Backdrop,
}

impl Default for BackdropMatte {
    fn default() -> Self {
        Self { review_below: 0.5, method: Method::Auto, backdrop: Backdrop::Auto }
    }
}

#[derive(Serialize)]
struct Numbers {
    /// Who told product from backdrop.
    alpha: &'static str,
    /// Why that one was chosen.
    why: String,
    confidence: f32,
    unknown_share: f32,
    product: Window,
    cut: Vec<Side>,
}

/// A product narrower than this many proxy pixels is dust.
const SMALLEST: u32 = 3;
/// Coarse alpha from which on a proxy pixel belongs to the product.
const PRESENT: f32 = 0.1;
/// What helps where no backdrop is even.
const SUPPLY: &str = "give a photograph of the empty set (--plate), a trimap (--trimap) or a model (--model), name the \
                      backdrop (--backdrop), or reshoot before even paper";

impl Op for BackdropMatte {
    fn analyse_shots(&self, study: &mut Study, shots: &Shots<'_>) -> Result<(), OpError> {
        if study.has_alpha {
            return self.own_alpha(study);
        }
        let offered = Offered { plate: study.plate.is_some(), model: shots.finder.is_some() };
        let (method, why) = self.method.choose(offered)?;
        if let (Method::Model, Some(finder)) = (method, shots.finder) {
            return self.by_model(study, shots, finder, why.into());
        }
        let clean = if method == Method::Plate { clean(study)? } else { None };
        let matte = analyse_with(&study.proxy, clean.as_ref(), self.backdrop);
        let none = matte.reasons.iter().find(|r| matches!(r, Reason::NoBackdrop { .. }));
        if let (Some(reason), None, Method::Auto, Some(finder)) = (none, &clean, self.method, shots.finder) {
            return self.by_model(study, shots, finder, format!("{reason}; there is a model"));
        }
        self.check(none.copied(), clean.is_some())?;
        self.take(study, matte, clean.is_some(), why)
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        record(scene, OP.name)
    }
}

impl BackdropMatte {
    /// A photograph that brings its alpha keeps it.
    fn own_alpha(&self, study: &mut Study) -> Result<(), OpError> {
        if study.plate.is_some() {
            study.flag("plate-unused", "the plate is not used: the photograph brings its own alpha");
        }
        let product = extent(&fourth(&study.proxy, |alpha| alpha)).ok_or_else(empty)?;
        let product = to_photo(study.proxy_frame, study.photo, product);
        study.product = Some(product);
        let (alpha, why) = ("the photograph's own", "it has an alpha channel".into());
        let numbers = Numbers { alpha, why, confidence: 1.0, unknown_share: 0.0, product, cut: Vec::new() };
        study.note("backdrop_matte", numbers);
        Ok(())
    }

    /// Refuses a border that cannot be a backdrop.
    fn check(&self, none: Option<Reason>, plate: bool) -> Result<(), OpError> {
        match none {
            Some(Reason::NoBackdrop { coverage }) if self.backdrop != Backdrop::Auto && coverage == 0.0 => {
                let what =
                    format!("no part of the border can be the backdrop that was named ({:?})", self.backdrop);
                Err(refused(what.to_lowercase(), "name the backdrop that is there, or leave it to `auto`"))
            }
            Some(reason) if self.backdrop == Backdrop::Auto && !plate => {
                Err(refused(reason.to_string(), SUPPLY))
            }
            _ => Ok(()),
        }
    }

    /// Takes a matte that the backdrop tells.
    fn take(&self, study: &mut Study, matte: Matte, plate: bool, why: &str) -> Result<(), OpError> {
        let product = extent(&matte.alpha).ok_or_else(empty)?;
        let place = |w| to_photo(study.proxy_frame, study.photo, w);
        let (product, visible) = (place(product), visible(&matte).map(place));
        (study.product, study.visible) = (Some(product), visible);
        study.cut = cut_sides(&matte);
        for reason in &matte.reasons {
            study.flag(reason.code(), reason.to_string());
        }
        self.review(study, matte.confidence, matte.reasons.is_empty());
        study.note(
            "backdrop_matte",
            Numbers {
                alpha: if plate { "plate" } else { "backdrop" },
                why: why.into(),
                confidence: matte.confidence,
                unknown_share: matte.unknown_share,
                product,
                cut: study.cut.clone(),
            },
        );
        study.certain = Some(Certain { plane: certain(&matte), frame: study.proxy_frame });
        study.matte = Some(matte);
        Ok(())
    }

    /// Takes the product as a model finds it.
    fn by_model(
        &self,
        study: &mut Study,
        shots: &Shots<'_>,
        finder: &dyn Finder,
        why: String,
    ) -> Result<(), OpError> {
        let found = model::ask(study, shots.front, finder)?;
        let product = study.product_or_whole();
        study.cut.clone_from(&found.cut);
        for side in &found.cut {
            study.flag("product-cut", format!("the photograph cuts the product at the {}", side.name()));
        }
        self.review(study, found.confidence, found.cut.is_empty());
        let numbers = Numbers {
            alpha: "model",
            why: format!("{why}: {}", found.name),
            confidence: found.confidence,
            unknown_share: found.unknown_share,
            product,
            cut: found.cut,
        };
        study.note("backdrop_matte", numbers);
        study.certain = Some(found.certain);
        Ok(())
    }

    /// Flags a low score that no reason explains.
    fn review(&self, study: &mut Study, confidence: f32, unexplained: bool) {
        if confidence < self.review_below && unexplained {
            study.flag("matte-uncertain", format!("the edge is uncertain: matte confidence {confidence:.2}"));
        }
    }
}

fn empty() -> OpError {
    refused(
        "no product stands out from the backdrop",
        "check that this is a photograph of a product on an even backdrop, or reshoot with more contrast",
    )
}

/// The plate, laid on the photograph, if there is one.
fn clean(study: &mut Study) -> Result<Option<Clean>, OpError> {
    let Some(empty) = &study.plate else { return Ok(None) };
    let clean = plate::align(&study.proxy, &study.photo, empty).map_err(|m| m.refused("backdrop_matte"))?;
    study.note("plate", clean.fit);
    Ok(Some(clean))
}

/// Box of all that is not certainly backdrop, on the proxy. A pixel between two certain ones is certain, so
/// one proxy pixel around it is kept.
pub(in crate::ops) fn visible(matte: &Matte) -> Option<Window> {
    let size = matte.backdrop.size();
    let found = extent(&fourth(&matte.backdrop, |certain| 1.0 - certain))?;
    let grow = |start: f64, length: f64, limit: u32| {
        let lo = (start.floor() - 1.0).max(0.0);
        (lo, ((start + length).ceil() + 1.0).min(f64::from(limit)) - lo)
    };
    let (x, width) = grow(found.x, found.width, size.width);
    let (y, height) = grow(found.y, found.height, size.height);
    Some(Window { x, y, width, height })
}

/// Records the alpha of the study's matte, where there is one.
///
/// # Errors
/// [`OpError::Plan`] where the recording is inconsistent.
pub(in crate::ops) fn record(scene: &mut Scene<'_>, op: &'static str) -> Result<(), OpError> {
    let Some(matte) = &scene.study.matte else { return Ok(()) };
    let photo = scene.study.photo.window_in(&scene.frame);
    let params = MatteParams {
        map: scene.frame.map_to(&scene.study.proxy_frame),
        bounds: [photo.x, photo.y, photo.x + photo.width, photo.y + photo.height].map(|v| v as f32),
    };
    let grids = scene.matte_grids(matte);
    let size = scene.plan.decl(scene.colour).size;
    let alpha = scene.plan.plane("alpha", size, Format::Gray);
    let inputs = [scene.colour, grids.map, grids.backdrop, grids.foreground];
    scene.plan.record(op, &MATTE_ALPHA, &params, &inputs, &[alpha])?;
    scene.found(alpha);
    Ok(())
}

/// What a matte is certain of.
fn certain(matte: &Matte) -> Plane {
    let [mut certain, backdrop] = [fourth(&matte.foreground, |p| p), fourth(&matte.backdrop, |b| b)];
    for (c, b) in certain.floats_mut().iter_mut().zip(backdrop.floats()) {
        *c = if *b == 1.0 {
            0.0
        } else if *c == 1.0 {
            1.0
        } else {
            0.5
        };
    }
    certain
}

fn cut_sides(matte: &Matte) -> Vec<Side> {
    let side = |r: &Reason| if let Reason::Cut { side, .. } = r { Some(*side) } else { None };
    matte.reasons.iter().filter_map(side).collect()
}

/// A plane of what a function makes of the fourth run of each row.
fn fourth(plane: &Plane, value: impl Fn(f32) -> f32) -> Plane {
    let mut gray = Plane::zeros(plane.size(), Format::Gray);
    let width = (plane.size().width as usize).max(1);
    let last = plane.floats().chunks_exact(width).skip(3).step_by(4);
    for (to, from) in gray.floats_mut().chunks_exact_mut(width).zip(last) {
        to.iter_mut().zip(from).for_each(|(t, f)| *t = value(*f));
    }
    gray
}

/// The box of the product on the proxy, to a fraction of a pixel: `None` where there is none.
pub(in crate::ops) fn extent(alpha: &Plane) -> Option<Window> {
    let (mut across, mut down) =
        (vec![0.0_f32; alpha.size().width as usize], vec![0.0_f32; alpha.size().height as usize]);
    profiles(alpha.floats(), &mut across, &mut down);
    let (x, w) = span(&across)?;
    let (y, h) = span(&down)?;
    (w >= f64::from(SMALLEST) && h >= f64::from(SMALLEST)).then_some(Window { x, y, width: w, height: h })
}

wide! {
    /// The greatest value of each column and of each row.
    fn profiles(values: &[f32], across: &mut [f32], down: &mut [f32]) {
        for (row, down) in values.chunks_exact(across.len().max(1)).zip(down) {
            across.iter_mut().zip(row).for_each(|(m, a)| *m = if *a > *m { *a } else { *m });
            // Eight at a time: the order of a maximum is free.
            let (eights, rest) = row.as_chunks::<8>();
            let mut most = [0.0_f32; 8];
            for eight in eights {
                most.iter_mut().zip(eight).for_each(|(m, a)| *m = if *a > *m { *a } else { *m });
            }
            *down = most.iter().chain(rest).fold(0.0, |m, a| m.max(*a));
        }
    }
}

/// First and last place where a profile passes [`PRESENT`]; a partly covered end counts by its share.
fn span(profile: &[f32]) -> Option<(f64, f64)> {
    let first = profile.iter().position(|v| *v > PRESENT)?;
    let last = profile.iter().rposition(|v| *v > PRESENT)?;
    let share = |v: f32| f64::from(v.clamp(0.0, 1.0));
    let start = (first + 1) as f64 - share(profile[first]);
    let end = last as f64 + share(profile[last]);
    Some((start, (end - start).max(0.0)))
}

/// A window of a small picture in photograph pixels.
pub(in crate::ops) fn to_photo(frame: Frame, photo: Frame, w: Window) -> Window {
    let scale = frame.scale();
    let x = (w.x * scale).min(photo.window.width);
    let y = (w.y * scale).min(photo.window.height);
    Window {
        x,
        y,
        width: (w.width * scale).min(photo.window.width - x),
        height: (w.height * scale).min(photo.window.height - y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;

    #[test]
    fn the_box_counts_partly_covered_pixels_by_their_share() {
        let alpha = Plane::gray(Size::new(20, 10), |x, y| match (x, y) {
            (5, 2..8) => 0.25,
            (6..15, 2..8) => 1.0,
            _ => 0.0,
        });
        let w = extent(&alpha);
        assert_eq!(w, Some(Window { x: 5.75, y: 2.0, width: 9.25, height: 6.0 }));
        assert_eq!(extent(&Plane::gray(Size::new(9, 9), |_, _| 0.05)), None);
    }
}
