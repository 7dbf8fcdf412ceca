//! Alpha as an affine map of colour in every 3 × 3 window: one half of a step of the matting Laplacian
//! (Levin, Lischinski and Weiss 2008, in the window form of He, Sun and Tang 2010).
//! Twin of shaders/band/fit.wgsl.

use super::cases;
use super::halo::{entry, halo, neighbours, tile};
use super::tiles::SIDE;
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// Where neighbours lie.
    pub(super) struct FitParams {
        /// Rows of the band to a neighbour.
        reach: u32,
        /// Unused.
        pad0: u32,
        /// Unused.
        pad1: u32,
        /// Unused.
        pad2: u32,
    }
}

/// Affine maps: three factors of colour and an offset.
pub(super) static BAND_FIT: Kernel = Kernel {
    name: "band_fit",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/tile.wgsl"),
        include_str!("../../../shaders/band/fit.wgsl")
    ),
    inputs: &[
        Input { name: "state", format: PortFormat::Rgba, reach: Reach::Mapped(neighbours) },
        Input { name: "clean", format: PortFormat::Rgba, reach: Reach::Mapped(neighbours) },
        Input { name: "pivots", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "l20", format: PortFormat::Gray, reach: Reach::Rows(0) },
        Input { name: "l21", format: PortFormat::Gray, reach: Reach::Rows(0) },
        Input { name: "tiles", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[Output { name: "affine", format: PortFormat::Rgba }],
    layout: FitParams::LAYOUT,
    cpu: fit,
    tolerance: Tolerance { max: 1e-4, why: "sums of nine differences times factors of a few units" },
    cases: || {
        cases::each(|name, case| {
            let params = FitParams { reach: case.reach, pad0: 0, pad1: 0, pad2: 0 };
            Case {
                name,
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![
                    case.state.clone(),
                    case.light.clone(),
                    case.state.clone(),
                    case.number(3),
                    case.number(4),
                    case.table.clone(),
                ],
                outputs: vec![(case.size, Format::Rgba)],
            }
        })
    },
};

const WIDE: usize = SIDE + 2;

vectorised! {
    fn fit(job: &mut Job<'_>) {
        let [state, clean, pivots, l20, l21] = [0, 1, 2, 3, 4].map(|i| job.inputs[i]);
        let mut alpha = [[0.0_f32; WIDE]; WIDE];
        let mut light = [[[0.0_f32; WIDE]; WIDE]; 3];
        for slot in job.rows.clone() {
            let entry = entry(job, 5, slot);
            halo::<1, WIDE>(&state, 0, entry, &mut alpha);
            for (c, run) in light.iter_mut().enumerate() {
                halo::<1, WIDE>(&clean, c, entry, run);
            }
            let own = slot as usize;
            let [d0, d1, d2, l10] = [0, 1, 2, 3].map(|run| tile(&pivots, run, own));
            let (l20, l21) = (tile(&l20, 0, own), tile(&l21, 0, own));
            let [r, g, b, offset] = job.outputs[0].rgba(slot);
            for y in 0..SIDE {
                let sums = line(&alpha, &light, y);
                for x in 0..SIDE {
                    let at = y * SIDE + x;
                    let mean: [f32; 4] = std::array::from_fn(|k| sums[k][x] * (1.0 / 9.0));
                    let [y0, v1, v2] = [0, 1, 2].map(|c| sums[4 + c][x] * (1.0 / 9.0) - mean[3] * mean[c]);
                    let y1 = v1 - l10[at] * y0;
                    let y2 = v2 - l20[at] * y0 - l21[at] * y1;
                    let blue = y2 * d2[at];
                    let green = y1 * d1[at] - l21[at] * blue;
                    let red = y0 * d0[at] - l10[at] * green - l20[at] * blue;
                    let middle = [0, 1, 2].map(|c| light[c][y + 1][x + 1] + mean[c]);
                    (r[at], g[at], b[at]) = (red, green, blue);
                    offset[at] = alpha[y + 1][x + 1] + mean[3]
                        - (red * middle[0] + green * middle[1] + blue * middle[2]);
                }
            }
        }
    }
}

/// Sums over a line of windows of the differences to their middles: colour (3), alpha, colour times alpha (3).
#[inline(always)]
fn line(alpha: &[[f32; WIDE]; WIDE], light: &[[[f32; WIDE]; WIDE]; 3], y: usize) -> [[f32; SIDE]; 7] {
    let mut sums = [[0.0_f32; SIDE]; 7];
    for v in 0..3 {
        for u in 0..3 {
            for x in 0..SIDE {
                let a = alpha[y + v][x + u] - alpha[y + 1][x + 1];
                let d = [0, 1, 2].map(|c| light[c][y + v][x + u] - light[c][y + 1][x + 1]);
                (0..3).for_each(|c| sums[c][x] += d[c]);
                sums[3][x] += a;
                (0..3).for_each(|c| sums[4 + c][x] += a * d[c]);
            }
        }
    }
    sums
}
