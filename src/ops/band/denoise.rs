//! The band's light with its grain smoothed: a bilateral mean over 5 × 5 pixels (Tomasi and Manduchi 1998)
//! whose width in colour is the noise, so that flat cloth is smoothed and a hair is not.
//! Twin of shaders/band/denoise.wgsl.

use super::cases;
use super::halo::{entry, halo, neighbours, parts, tile};
use super::tiles::SIDE;
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// How noisy the light is.
    pub(super) struct DenoiseParams {
        /// Rows of the band to a neighbour.
        reach: u32,
        /// Squared colour difference that still counts: at any light, and a unit of light.
        base: f32,
        /// A unit of light.
        slope: f32,
        /// Unused.
        pad0: f32,
    }
}

/// Grain smoothed.
pub(super) static BAND_DENOISE: Kernel = Kernel {
    name: "band_denoise",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/tile.wgsl"),
        include_str!("../../../shaders/band/denoise.wgsl")
    ),
    inputs: &[
        Input { name: "light", format: PortFormat::Rgba, reach: Reach::Mapped(neighbours) },
        Input { name: "tiles", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[Output { name: "clean", format: PortFormat::Rgba }],
    layout: DenoiseParams::LAYOUT,
    cpu: denoise,
    tolerance: Tolerance { max: 1e-5, why: "means of 25 weights, each a few ulps off" },
    cases: || {
        cases::each(|name, case| {
            let params = DenoiseParams { reach: case.reach, base: 1e-3, slope: 4e-3, pad0: 0.0 };
            Case {
                name,
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![case.light.clone(), case.table.clone()],
                outputs: vec![(case.size, Format::Rgba)],
            }
        })
    },
};

/// Pixels around one, and a tile with them.
const R: usize = 2;
const WIDE: usize = SIDE + 2 * R;

vectorised! {
    fn denoise(job: &mut Job<'_>) {
        let by: DenoiseParams = job.params();
        let light = job.inputs[0];
        let mut rimmed = [[[0.0_f32; WIDE]; WIDE]; 3];
        for slot in job.rows.clone() {
            let entry = entry(job, 1, slot);
            for (c, run) in rimmed.iter_mut().enumerate() {
                halo::<R, WIDE>(&light, c, entry, run);
            }
            let [r, g, b, known] = job.outputs[0].rgba(slot);
            known.copy_from_slice(tile(&light, 3, slot as usize));
            let mut out = [r, g, b];
            for y in 0..SIDE {
                line(&by, &rimmed, y, &mut out);
            }
        }
    }
}

#[inline(always)]
fn line(by: &DenoiseParams, light: &[[[f32; WIDE]; WIDE]; 3], y: usize, out: &mut [&mut [f32]; 3]) {
    let mut sums = [[0.0_f32; SIDE]; 3];
    let mut weights = [0.0_f32; SIDE];
    let mid = parts(light, y + R, R);
    let mut scale = [0.0_f32; SIDE];
    for x in 0..SIDE {
        let level = (mid[0][x] + mid[1][x] + mid[2][x]) * (1.0 / 3.0);
        scale[x] = 1.0 / (by.base + by.slope * level.max(0.0));
    }
    for v in 0..=2 * R {
        for u in 0..=2 * R {
            let there = parts(light, y + v, u);
            for x in 0..SIDE {
                let (d0, d1, d2) =
                    (there[0][x] - mid[0][x], there[1][x] - mid[1][x], there[2][x] - mid[2][x]);
                let near = (1.0 - (d0 * d0 + d1 * d1 + d2 * d2) * scale[x]).max(0.0);
                let w = near * near;
                weights[x] += w;
                sums[0][x] += w * d0;
                sums[1][x] += w * d1;
                sums[2][x] += w * d2;
            }
        }
    }
    for (c, out) in out.iter_mut().enumerate() {
        for x in 0..SIDE {
            out[y * SIDE + x] = mid[c][x] + sums[c][x] / weights[x];
        }
    }
}
