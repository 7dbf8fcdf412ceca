//! Which photograph shows in every pixel of a merged picture. Twin of shaders/ghost_merge/provenance.wgsl.
//!
//! A pixel is named after the layer with the greatest share of it; of equal shares, after the upper one. Nothing is
//! written that a layer's own alpha does not say: the proof of what was photographed, and by which shot.

use crate::image::{Format, Plane};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::testing::{colours, noise};
use crate::{params, vectorised};

/// Numbers of front, inner shot and fill in a provenance plane, as 8-bit codes. 0 is no product.
pub const CODES: [u8; 3] = [255, 170, 85];

params! {
    /// The number of each layer, 0 … 1.
    pub struct ProvenanceParams {
        /// Of front, inner shot and fill; the fourth is unused.
        codes: [f32; 4],
    }
}

impl Default for ProvenanceParams {
    fn default() -> Self {
        let [front, inner, fill] = CODES.map(|code| f32::from(code) / 255.0);
        Self { codes: [front, inner, fill, 0.0] }
    }
}

/// A number a pixel. `filled` is the inner layer after its holes were closed.
pub static PROVENANCE: Kernel = Kernel {
    name: "provenance",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/ghost_merge/provenance.wgsl")
    ),
    inputs: &[
        Input { name: "front", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "inner", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "filled", format: PortFormat::Rgba, reach: Reach::Rows(0) },
    ],
    outputs: &[Output { name: "origin", format: PortFormat::Gray }],
    layout: ProvenanceParams::LAYOUT,
    cpu: provenance,
    tolerance: Tolerance { max: 0.0, why: "the same comparisons of the same sums, away from ties" },
    cases,
};

vectorised! {
    fn provenance(job: &mut Job<'_>) {
        let p: ProvenanceParams = job.params();
        for y in job.rows.clone() {
            let [front, inner, filled] = [0, 1, 2].map(|i| job.inputs[i].rgba(i64::from(y))[3]);
            let origin = job.outputs[0].gray(y);
            for (((o, f), i), l) in origin.iter_mut().zip(front).zip(inner).zip(filled) {
                *o = name(&p.codes, *f, *i, *l);
            }
        }
    }
}

/// The number of the layer that shows most.
#[inline(always)]
fn name(codes: &[f32; 4], front: f32, inner: f32, filled: f32) -> f32 {
    let below = 1.0 - front;
    let (seen, added) = (below * inner, below * (filled - inner).max(0.0));
    let (mut most, mut code) = (front, codes[0]);
    if seen > most {
        (most, code) = (seen, codes[1]);
    }
    if added > most {
        (most, code) = (added, codes[2]);
    }
    if below - seen - added > most || most <= 0.0 { 0.0 } else { code }
}

fn cases() -> Vec<Case> {
    colours(|name, picture| {
        let size = picture.size();
        // Eighths never tie by a rounding that one machine has and another has not.
        let layer =
            |seed: u32| Plane::rgba(size, |x, y| [0.0, 0.0, 0.0, (noise(x, y, seed) * 8.0).floor() / 8.0]);
        Case {
            name,
            params: bytemuck::bytes_of(&ProvenanceParams::default()).to_vec(),
            inputs: [1, 2, 3].map(layer).to_vec(),
            outputs: vec![(size, Format::Gray)],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_share_gives_the_name() {
        let codes = [3.0, 2.0, 1.0, 0.0];
        for (front, inner, filled, expected) in [
            (1.0, 1.0, 1.0, 3.0),
            (0.5, 1.0, 1.0, 3.0),
            (0.4, 1.0, 1.0, 2.0),
            (0.1, 0.0, 1.0, 1.0),
            (0.1, 0.3, 1.0, 1.0),
            (0.1, 0.2, 0.2, 0.0),
            (0.0, 0.0, 0.0, 0.0),
        ] {
            assert_eq!(name(&codes, front, inner, filled), expected, "{front} {inner} {filled}");
        }
    }
}
