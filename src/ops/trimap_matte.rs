//! Alpha at full resolution from what is known of a photograph: a trimap that a person, the backdrop or a model
//! supplied. The unknown band is solved by [`super::band`]; everything else stays as it is known.
//!
//! This op finds no product itself. Without a trimap it does nothing, and the alpha of an earlier op stays.

use serde::{Deserialize, Serialize};

use super::band::{Band, Doubt, Light, Trimap};
use super::{Layer, Op, OpDef, OpError, ParamDef, Scene, Stage, Study, band, same_shape, settings};
use crate::image::{Format, Image, Plane, Sample, Shots, Size, Window};
use crate::plan::PlaneId;

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "trimap_matte",
    about: "solves alpha at full resolution in the unknown band of a trimap, given or found",
    source: "matting Laplacian (Levin et al. 2008) with a posterior over alpha (after Chuang et al. 2001) as data, coarse to fine",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "light",
            default: "\"auto\"",
            range: "auto, linear, display",
            about: "in which light colours mix: linear for a plain backdrop, as displayed for other scenes",
        },
        ParamDef {
            name: "only",
            default: "\"always\"",
            range: "always, needed",
            about: "needed: where the backdrop told alpha, that stays",
        },
        ParamDef {
            name: "review_below",
            default: "0.3",
            range: "0 … 1",
            about: "confidence of a given or a model's trimap under which the item is flagged for a person",
        },
    ],
    kernels: &band::KERNELS,
    make: settings::<TrimapMatte>,
};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TrimapMatte {
    light: Choice,
    only: Only,
    review_below: f32,
}

impl Default for TrimapMatte {
    fn default() -> Self {
        Self { light: Choice::Auto, only: Only::Always, review_below: 0.3 }
    }
}

/// When the op works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Only {
    /// Wherever there is a trimap.
    #[default]
    Always,
    /// Where no other op has found alpha.
    Needed,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Choice {
    #[default]
    Auto,
    Linear,
    Display,
}

#[derive(Serialize)]
struct Numbers {
    source: &'static str,
    light: Light,
    /// Mean of how far the unknown pixels' alpha may be trusted.
    confidence: f32,
    unknown_share: f32,
    noise: f32,
}

impl Op for TrimapMatte {
    fn analyse_shots(&self, study: &mut Study, shots: &Shots<'_>) -> Result<(), OpError> {
        let given = [shots.trimap, shots.keep, shots.drop].iter().any(Option::is_some);
        if self.only == Only::Needed && study.matte.is_some() && !given {
            return Ok(());
        }
        let Some((source, mut trimap)) = trimap(study, shots)? else {
            if given {
                let reason = "the masks to keep and drop are not used: the photograph brings its own alpha";
                study.flag("mask-unused", reason);
            }
            return Ok(());
        };
        for (mask, code) in [(shots.keep, 255), (shots.drop, 0)] {
            if let Some(mask) = mask {
                trimap.set_where(code, &Codes::of(mask, shots.front.size())?);
            }
        }
        let light = match self.light {
            Choice::Auto => None,
            Choice::Linear => Some(Light::Linear),
            Choice::Display => Some(Light::Display),
        };
        let Some(product) = trimap.product() else {
            return Err(OpError::Refused {
                op: "trimap_matte",
                what: "the trimap names no product and leaves nothing to find".into(),
                help: "paint what is certainly product white (255), backdrop black (0), the edge grey",
            });
        };
        study.product.get_or_insert(product);
        let band = Band::gather_even(shots.front, &trimap, light, study.flat.as_ref());
        let doubt = band.doubt();
        self.flag(study, &doubt);
        let numbers = Numbers {
            source,
            light: band.light,
            confidence: doubt.confidence,
            unknown_share: band.unknown_share,
            noise: band.grain,
        };
        study.note(OP.name, numbers);
        study.band = Some(band);
        study.trimap = Some(trimap.into());
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let (Some(band), Some(solved)) = (&scene.study.band, scene.band) else { return Ok(()) };
        let size = scene.plan.decl(scene.colour).size;
        let alpha = scene.plan.plane("alpha", size, Format::Gray);
        let frames = (&scene.frame, &scene.study.photo);
        band.spread(scene.plan, OP.name, [solved.alpha, solved.index], frames, (alpha, 0.0))?;
        scene.found(alpha);
        Ok(())
    }

    fn layer(&self, scene: &mut Scene<'_>, layer: Layer) -> Result<Option<PlaneId>, OpError> {
        let (Layer::Confidence, Some(band), Some(solved)) = (layer, &scene.study.band, scene.band) else {
            return Ok(None);
        };
        let photo = scene.study.photo;
        let plane = scene.plan.plane("confidence", photo.size, Format::Gray);
        band.spread(scene.plan, OP.name, [solved.confidence, solved.index], (&photo, &photo), (plane, 1.0))?;
        Ok(Some(plane))
    }
}

impl TrimapMatte {
    /// Says where and how far alpha is a guess. What the backdrop's analysis found is in its own words already.
    fn flag(&self, study: &mut Study, doubt: &Doubt) {
        if study.matte.is_some() {
            return;
        }
        for [x, y] in &doubt.faint {
            let place = format!("at {:.0} % of the width, {:.0} % of the height", 100.0 * x, 100.0 * y);
            study.flag("low-contrast", format!("product and backdrop look alike {place}"));
        }
        if doubt.confidence < self.review_below && doubt.faint.is_empty() {
            let reason = format!("the edge is uncertain: confidence {:.2}", doubt.confidence);
            study.flag("matte-uncertain", reason);
        }
    }
}

/// What is known, and who says so.
fn trimap(study: &Study, shots: &Shots<'_>) -> Result<Option<(&'static str, Trimap)>, OpError> {
    let size = shots.front.size();
    if let Some(given) = shots.trimap {
        let codes = Codes::of(given, size)?;
        return Ok(Trimap::new(size, codes.all(size)).map(|t| ("given", t)));
    }
    let Some(certain) = &study.certain else { return Ok(None) };
    let map = study.photo.map_to(&certain.frame);
    Ok(Trimap::new(size, enlarge(&certain.plane, size, map)).map(|t| ("found", t)))
}

/// A proxy's certainty at full resolution: a pixel is certain where all four proxy pixels around it agree.
fn enlarge(certain: &Plane, size: Size, map: [f32; 4]) -> Vec<u8> {
    let (width, height) = (certain.size().width as usize, certain.size().height as usize);
    let pair = |i: u32, scale: f32, offset: f32, limit: usize| {
        let v = (i as f32 * scale + offset).clamp(0.0, (limit - 1) as f32);
        (v as usize, (v.ceil() as usize).min(limit - 1))
    };
    let columns: Vec<(usize, usize)> = (0..size.width).map(|x| pair(x, map[0], map[1], width)).collect();
    let code = |v: f32| match v {
        0.0 => 0,
        1.0 => 255,
        _ => 128_u8,
    };
    let mut codes = Vec::with_capacity(size.pixels());
    let mut last: Option<(usize, usize)> = None;
    for y in 0..size.height {
        let rows = pair(y, map[2], map[3], height);
        if last == Some(rows) {
            codes.extend_from_within(codes.len() - size.width as usize..);
            continue;
        }
        last = Some(rows);
        let [upper, lower] = [rows.0, rows.1].map(|r| &certain.floats()[r * width..(r + 1) * width]);
        codes.extend(columns.iter().map(|(a, b)| {
            let first = upper[*a];
            let alike = upper[*b] == first && lower[*a] == first && lower[*b] == first;
            if alike { code(first) } else { 128 }
        }));
    }
    codes
}

/// A mask or trimap as 8-bit codes over a photograph of a certain size.
struct Codes<'a> {
    image: &'a Image,
    channels: usize,
    scale: [f64; 2],
}

/// Codes this near to the ends are the ends: compression leaves them there.
const NEARLY: u8 = 6;

impl<'a> Codes<'a> {
    /// # Errors
    /// [`OpError::Refused`] where the mask has another shape than the photograph.
    fn of(image: &'a Image, photo: Size) -> Result<Self, OpError> {
        let own = image.size();
        let scale =
            [f64::from(own.width) / f64::from(photo.width), f64::from(own.height) / f64::from(photo.height)];
        if !same_shape(own, photo) {
            return Err(OpError::Refused {
                op: "trimap_matte",
                what: format!("the trimap or mask is {own}, the photograph {photo}: another shape"),
                help: "save it from the photograph itself, uncropped",
            });
        }
        Ok(Self { image, channels: image.samples().1 as usize, scale })
    }

    /// The codes of every pixel of the photograph.
    fn all(&self, photo: Size) -> Vec<u8> {
        let pixels = self.image.pixels.bytes();
        if self.image.samples() == (Sample::U8, self.channels as u8) && self.image.size() == photo {
            return pixels.iter().step_by(self.channels).map(|c| settled(*c)).collect();
        }
        let places = (0..photo.height as usize).flat_map(|y| (0..photo.width as usize).map(move |x| (x, y)));
        places.map(|(x, y)| self.at(x, y)).collect()
    }

    fn at(&self, x: usize, y: usize) -> u8 {
        let size = self.image.size();
        let near =
            |v: usize, scale: f64, limit: u32| (((v as f64 + 0.5) * scale) as usize).min(limit as usize - 1);
        let (x, y) = (near(x, self.scale[0], size.width), near(y, self.scale[1], size.height));
        settled(self.image.code8((y * size.width as usize + x) * self.channels))
    }
}

/// A code, taken for certain where it nearly is.
#[inline(always)]
fn settled(code: u8) -> u8 {
    match code {
        0..NEARLY => 0,
        code if code > 255 - NEARLY => 255,
        code => code,
    }
}

impl Trimap {
    /// Sets the code of every pixel that a mask marks, white.
    fn set_where(&mut self, code: u8, mask: &Codes<'_>) {
        self.change(|x, y, old| if mask.at(x, y) >= 128 { code } else { old });
    }

    /// Box of all that is not backdrop; `None` where there is nothing.
    fn product(&self) -> Option<Window> {
        let size = self.size();
        let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, None, 0);
        for y in 0..size.height as usize {
            let row = self.row(y);
            let Some(first) = row.iter().position(|c| *c != 0) else { continue };
            left = left.min(first);
            right = right.max(row.iter().rposition(|c| *c != 0).unwrap_or(first));
            top.get_or_insert(y);
            bottom = y;
        }
        let top = top?;
        Some(Window {
            x: left as f64,
            y: top as f64,
            width: (right + 1 - left) as f64,
            height: (bottom + 1 - top) as f64,
        })
    }
}
