//! The op: cuts the garment out of an inner shot; a recipe may leave its edge to the trimap's solver.

use serde::{Deserialize, Serialize};

use super::{Hints, Numbers, edge_width, find};
use crate::image::{Image, Shots};
use crate::ops::backdrop_matte::kernel::{APPLY_ALPHA, MATTE_ALPHA};
use crate::ops::backdrop_matte::{self, extent, to_photo};
use crate::ops::{Op, OpDef, OpError, ParamDef, Scene, Stage, Study, near, proxy, settings};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "inner_matte",
    about: "cuts the garment out of an inner shot: from the backdrop and from the board, form or stand that holds it",
    source: "own: smooth parts without texture, judged by place and tone; the edge by the band's solver",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "review_below",
            default: "0.5",
            range: "0 … 1",
            about: "confidence under which the item is flagged for a person",
        },
        ParamDef {
            name: "form",
            default: "none",
            range: "[luma, red, blue], each -8 … 8",
            about: "the form's colour in another shot: logarithms of its light over its backdrop's, red and blue over green",
        },
    ],
    kernels: &[&MATTE_ALPHA, &APPLY_ALPHA],
    make: settings::<InnerMatte>,
};

/// Confidence under which the item is flagged, unless a recipe says otherwise.
pub(in crate::ops) const REVIEW: f32 = 0.5;

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct InnerMatte {
    #[serde(deserialize_with = "share")]
    review_below: f32,
    #[serde(deserialize_with = "tone")]
    form: Option<[f32; 3]>,
}

impl Default for InnerMatte {
    fn default() -> Self {
        Self { review_below: REVIEW, form: None }
    }
}

fn share<'de, D: serde::Deserializer<'de>>(from: D) -> Result<f32, D::Error> {
    let v = f64::deserialize(from)?;
    crate::ops::within("review_below", v, [0.0, 1.0]).map(|v| v as f32).map_err(serde::de::Error::custom)
}

fn tone<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<[f32; 3]>, D::Error> {
    let v = <[f64; 3]>::deserialize(from)?;
    for v in v {
        crate::ops::within("form", v, [-8.0, 8.0]).map_err(serde::de::Error::custom)?;
    }
    Ok(Some(v.map(|v| v as f32)))
}

/// What an inner shot shows that can be compared with another photograph.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// Width of the garment's outline in photograph pixels, where it is known.
    pub edge: Option<f32>,
    /// The backdrop's linear light.
    pub backdrop: [f32; 3],
}

#[derive(Serialize)]
struct Noted<'a> {
    #[serde(flatten)]
    numbers: &'a Numbers,
    #[serde(flatten)]
    shown: Shown,
}

impl Op for InnerMatte {
    fn analyse_shots(&self, study: &mut Study, shots: &Shots<'_>) -> Result<(), OpError> {
        analyse(study, shots.front, &Hints { form: self.form }, self.review_below).map(|_| ())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        backdrop_matte::record(scene, OP.name)
    }
}

/// Finds the garment of an inner shot: the study gets its matte, its numbers and what a person should know.
///
/// # Errors
/// [`OpError::Refused`] where no backdrop or no garment is found.
pub(in crate::ops) fn analyse(
    study: &mut Study,
    image: &Image,
    hints: &Hints,
    review_below: f32,
) -> Result<Shown, OpError> {
    let (frame, picture) = proxy::at_least(image, proxy::LONG_SIDE);
    let inner = find(&picture, hints)?;
    study.product = extent(&inner.certain).map(|window| to_photo(frame, study.photo, window));
    study.cut.clone_from(&inner.numbers.cut);
    if inner.numbers.confidence < review_below && inner.flags.is_empty() {
        let reason = format!("the edge is uncertain: confidence {:.2}", inner.numbers.confidence);
        study.flag("matte-uncertain", reason);
    }
    study.flags.extend(inner.flags);
    let shown = Shown { edge: edge_width(image, &frame, &inner.mask), backdrop: inner.backdrop };
    study.note(OP.name, Noted { numbers: &inner.numbers, shown });
    near::take(study, (frame, picture), inner.certain, inner.numbers.confidence);
    Ok(shown)
}
