//! How far the alpha of each pixel of a band may be trusted: what its colour alone says of it, whatever was solved.
//! Twin of shaders/band/confidence.wgsl.
//!
//! Where product and backdrop look alike, any alpha explains a pixel, and its posterior has the deviation of a
//! guess: confidence 0. Where one alpha alone explains it, confidence is 1. What a solve takes from a pixel's
//! neighbours is not counted, for that may be right or wrong.

use super::cases;
use super::posterior::variance;
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::transfer::unit;
use crate::{params, vectorised};

params! {
    /// How weights are read.
    pub(super) struct ConfidenceParams {
        /// Trust in a sure posterior, as the likelihood had it.
        trust: f32,
        /// Deviation of alpha at which nothing is known.
        guess: f32,
        /// Unused.
        pad0: f32,
        /// Unused.
        pad1: f32,
    }
}

/// Deviation of alpha at which nothing is known: between that of any alpha and that of either end.
pub(super) const GUESS: f32 = 0.25;

/// Confidence of the tiles' pixels; 1 where alpha was known.
pub(super) static BAND_CONFIDENCE: Kernel = Kernel {
    name: "band_confidence",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/band/confidence.wgsl")
    ),
    inputs: &[
        Input { name: "likely", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "clean", format: PortFormat::Rgba, reach: Reach::Rows(0) },
    ],
    outputs: &[Output { name: "confidence", format: PortFormat::Gray }],
    layout: ConfidenceParams::LAYOUT,
    cpu: confidence,
    tolerance: Tolerance { max: 1e-5, why: "a quotient and a square root" },
    cases: || {
        cases::each(|name, case| {
            let params = ConfidenceParams { trust: 2e-2, guess: GUESS, pad0: 0.0, pad1: 0.0 };
            Case {
                name,
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![case.state.clone(), case.light.clone()],
                outputs: vec![(case.size, Format::Gray)],
            }
        })
    },
};

vectorised! {
    fn confidence(job: &mut Job<'_>) {
        let by: ConfidenceParams = job.params();
        let [likely, clean] = [0, 1].map(|i| job.inputs[i]);
        for slot in job.rows.clone() {
            let [_, _, _, weight] = likely.rgba(i64::from(slot));
            let [_, _, _, known] = clean.rgba(i64::from(slot));
            for ((c, w), known) in job.outputs[0].gray(slot).iter_mut().zip(weight).zip(known) {
                *c = if *known == 0.5 { of_weight(*w, by.trust, by.guess) } else { 1.0 };
            }
        }
    }
}

/// Confidence in the alpha of a posterior with this weight.
#[inline(always)]
pub(super) fn of_weight(weight: f32, trust: f32, guess: f32) -> f32 {
    unit(1.0 - variance(weight.max(0.0), trust).max(0.0).sqrt() / guess)
}
