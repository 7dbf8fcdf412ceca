//! The op: cuts the garment out of an inner shot and leaves its edge to the trimap's solver.

use serde::{Deserialize, Serialize};

use super::{Hints, Numbers, edge_width, find};
use crate::image::{Plane, Shots, Window};
use crate::ops::backdrop_matte::kernel::{APPLY_ALPHA, MATTE_ALPHA};
use crate::ops::trimap::BACKDROP;
use crate::ops::{
    Frame, Op, OpDef, OpError, ParamDef, Scene, Stage, Study, backdrop_matte, near, proxy, settings,
};

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
        Self { review_below: 0.5, form: None }
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

#[derive(Serialize)]
struct Noted<'a> {
    #[serde(flatten)]
    numbers: &'a Numbers,
    /// Width of the garment's outline in photograph pixels.
    edge: Option<f32>,
    /// The backdrop's linear light.
    backdrop: [f32; 3],
}

impl Op for InnerMatte {
    fn analyse_shots(&self, study: &mut Study, shots: &Shots<'_>) -> Result<(), OpError> {
        let (frame, picture) = proxy::at_least(shots.front, proxy::LONG_SIDE);
        let inner = find(&picture, &Hints { form: self.form })?;
        study.product = Some(extent(&inner.certain, frame, study.photo.window));
        study.cut.clone_from(&inner.numbers.cut);
        if inner.numbers.confidence < self.review_below && inner.flags.is_empty() {
            let reason = format!("the edge is uncertain: confidence {:.2}", inner.numbers.confidence);
            study.flag("matte-uncertain", reason);
        }
        study.flags.extend(inner.flags);
        let edge = edge_width(shots.front, &frame, &inner.mask);
        study.note(OP.name, Noted { numbers: &inner.numbers, edge, backdrop: inner.backdrop });
        near::take(study, (frame, picture), inner.certain, inner.numbers.confidence);
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        backdrop_matte::record(scene, OP.name)
    }
}

/// The box of all that is not certainly ground, in photograph pixels.
fn extent(certain: &Plane, frame: Frame, photo: Window) -> Window {
    let width = (certain.size().width as usize).max(1);
    let (mut columns, mut rows) = ([usize::MAX, 0], [usize::MAX, 0]);
    for (i, _) in certain.floats().iter().enumerate().filter(|(_, v)| **v != BACKDROP) {
        for (span, at) in [(&mut columns, i % width), (&mut rows, i / width)] {
            *span = [span[0].min(at), span[1].max(at + 1)];
        }
    }
    let scale = frame.scale();
    let along = |[first, end]: [usize; 2], limit: f64| {
        let start = (first.min(end) as f64 * scale).min(limit);
        (start, (end as f64 * scale).min(limit) - start)
    };
    let ((x, width), (y, height)) = (along(columns, photo.width), along(rows, photo.height));
    Window { x, y, width, height }
}
