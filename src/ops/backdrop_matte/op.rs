//! The op: analyses the proxy, finds the product, and records the alpha kernel.

use serde::{Deserialize, Serialize};

use super::kernel::{APPLY_ALPHA, MATTE_ALPHA, MatteParams};
use super::{Matte, Reason, analyse_with};
use crate::image::{Format, Plane, Window};
use crate::ops::field::wide;
use crate::ops::plate::{self, Clean};
use crate::ops::{Op, OpDef, OpError, ParamDef, Scene, Side, Stage, Study, settings};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "backdrop_matte",
    about: "cuts the product out of an even backdrop, or of any that a plate shows: shadow-tolerant, soft edges, a confidence",
    source: "robust log-light backdrop; local affine maps of colour (Levin et al. 2008; He, Sun, Tang 2013)",
    stage: Stage::Item,
    params: &[ParamDef {
        name: "review_below",
        default: "0.5",
        range: "0 … 1",
        about: "confidence under which the item is flagged for a person",
    }],
    kernels: &[&MATTE_ALPHA, &APPLY_ALPHA],
    make: settings::<BackdropMatte>,
};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BackdropMatte {
    review_below: f32,
}

impl Default for BackdropMatte {
    fn default() -> Self {
        Self { review_below: 0.5 }
    }
}

#[derive(Serialize)]
struct Numbers {
    alpha: &'static str,
    confidence: f32,
    unknown_share: f32,
    product: Window,
    cut: Vec<Side>,
}

/// A product narrower than this many proxy pixels is dust.
const SMALLEST: u32 = 3;
/// Coarse alpha from which on a proxy pixel belongs to the product.
const PRESENT: f32 = 0.1;

impl Op for BackdropMatte {
    fn analyse(&self, study: &mut Study) -> Result<(), OpError> {
        let clean = clean(study)?;
        let matte = (!study.has_alpha).then(|| analyse_with(&study.proxy, clean.as_ref()));
        let product = match &matte {
            Some(matte) => extent(&matte.alpha),
            None => extent(&fourth(&study.proxy, |alpha| alpha)),
        };
        let Some(product) = product else {
            return Err(OpError::Refused {
                op: "backdrop_matte",
                what: "no product stands out from the backdrop".into(),
                help: "check that this is a photograph of a product on an even backdrop, or reshoot with more contrast",
            });
        };
        let product = to_photo(study, product);
        study.product = Some(product);
        study.visible = matte.as_ref().and_then(visible).map(|w| to_photo(study, w));
        study.cut = matte.as_ref().map(cut_sides).unwrap_or_default();
        self.flag(study, matte.as_ref());
        study.note(
            "backdrop_matte",
            Numbers {
                alpha: match (&matte, &clean) {
                    (None, _) => "the photograph's own",
                    (_, None) => "backdrop",
                    (_, Some(_)) => "plate",
                },
                confidence: matte.as_ref().map_or(1.0, |m| m.confidence),
                unknown_share: matte.as_ref().map_or(0.0, |m| m.unknown_share),
                product,
                cut: study.cut.clone(),
            },
        );
        study.certain = matte.as_ref().map(certain);
        study.matte = matte;
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
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
        scene.plan.record("backdrop_matte", &MATTE_ALPHA, &params, &inputs, &[alpha])?;
        scene.alpha = Some(alpha);
        Ok(())
    }
}

impl BackdropMatte {
    fn flag(&self, study: &mut Study, matte: Option<&Matte>) {
        let Some(matte) = matte else { return };
        for reason in &matte.reasons {
            study.flag(reason.code(), reason.to_string());
        }
        if matte.confidence < self.review_below && matte.reasons.is_empty() {
            let reason = format!("the edge is uncertain: matte confidence {:.2}", matte.confidence);
            study.flag("matte-uncertain", reason);
        }
    }
}

/// The plate, laid on the photograph, if there is one.
fn clean(study: &mut Study) -> Result<Option<Clean>, OpError> {
    let Some(empty) = &study.plate else { return Ok(None) };
    if study.has_alpha {
        study.flag("plate-unused", "the plate is not used: the photograph brings its own alpha");
        return Ok(None);
    }
    let clean = plate::align(&study.proxy, &study.photo, empty).map_err(|m| m.refused("backdrop_matte"))?;
    study.note("plate", clean.fit);
    Ok(Some(clean))
}

/// Box of all that is not certainly backdrop, on the proxy. A pixel between two certain ones is certain, so
/// one proxy pixel around it is kept.
fn visible(matte: &Matte) -> Option<Window> {
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
fn extent(alpha: &Plane) -> Option<Window> {
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

/// A window of the proxy in photograph pixels.
fn to_photo(study: &Study, w: Window) -> Window {
    let (frame, photo) = (study.proxy_frame, study.photo.window);
    let scale = frame.window.width / f64::from(frame.size.width);
    let x = (w.x * scale).min(photo.width);
    let y = (w.y * scale).min(photo.height);
    Window {
        x,
        y,
        width: (w.width * scale).min(photo.width - x),
        height: (w.height * scale).min(photo.height - y),
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
