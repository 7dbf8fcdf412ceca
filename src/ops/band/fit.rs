//! Alpha as an affine map of colour in every 3 × 3 window: one half of a step of the matting Laplacian
//! (Levin, Lischinski and Weiss 2008, in the window form of He, Sun and Tang 2010).
//! Twin of shaders/band/fit.wgsl.
//!
//! A window without an unknown pixel moves none and is left at nothing.

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
        let mut known = [[0.0_f32; WIDE]; WIDE];
        for slot in job.rows.clone() {
            let entry = entry(job, 5, slot);
            halo::<1, WIDE>(&clean, 3, entry, &mut known);
            if known.iter().flatten().all(|k| *k != 0.5) {
                job.outputs[0].rgba(slot).into_iter().for_each(|run| run.fill(0.0));
                continue;
            }
            halo::<1, WIDE>(&state, 0, entry, &mut alpha);
            for (c, run) in light.iter_mut().enumerate() {
                halo::<1, WIDE>(&clean, c, entry, run);
            }
            let own = slot as usize;
            let [d0, d1, d2, l10] = [0, 1, 2, 3].map(|run| tile(&pivots, run, own));
            let (l20, l21) = (tile(&l20, 0, own), tile(&l21, 0, own));
            let [r, g, b, offset] = job.outputs[0].rgba(slot);
            for y in 0..SIDE {
                let wanted = asked(&known, y);
                if wanted.iter().all(|w| *w == 0.0) {
                    let here = y * SIDE..(y + 1) * SIDE;
                    for run in [&mut *r, &mut *g, &mut *b, &mut *offset] {
                        run[here.clone()].fill(0.0);
                    }
                    continue;
                }
                let sums = line(&alpha, &light, y);
                for x in 0..SIDE {
                    let at = y * SIDE + x;
                    let (m0, m1, m2) = (sums[0][x] * NINTH, sums[1][x] * NINTH, sums[2][x] * NINTH);
                    let mean = sums[3][x] * NINTH;
                    let y0 = sums[4][x] * NINTH - mean * m0;
                    let y1 = sums[5][x] * NINTH - mean * m1 - l10[at] * y0;
                    let y2 = sums[6][x] * NINTH - mean * m2 - l20[at] * y0 - l21[at] * y1;
                    let blue = y2 * d2[at];
                    let green = y1 * d1[at] - l21[at] * blue;
                    let red = y0 * d0[at] - l10[at] * green - l20[at] * blue;
                    let [c0, c1, c2] = [light[0][y + 1][x + 1], light[1][y + 1][x + 1], light[2][y + 1][x + 1]];
                    let moved = red * (c0 + m0) + green * (c1 + m1) + blue * (c2 + m2);
                    let want = wanted[x] > 0.0;
                    r[at] = if want { red } else { 0.0 };
                    g[at] = if want { green } else { 0.0 };
                    b[at] = if want { blue } else { 0.0 };
                    offset[at] = if want { alpha[y + 1][x + 1] + mean - moved } else { 0.0 };
                }
            }
        }
    }
}

const NINTH: f32 = 1.0 / 9.0;

/// For a line of windows, whether an unknown pixel asks for them: above 0 where one lies in the window.
#[inline(always)]
fn asked(known: &[[f32; WIDE]; WIDE], y: usize) -> [f32; SIDE] {
    let mut column = [0.0_f32; WIDE];
    for x in 0..WIDE {
        for row in &known[y..y + 3] {
            column[x] += if row[x] == 0.5 { 1.0 } else { 0.0 };
        }
    }
    let mut out = [0.0; SIDE];
    for x in 0..SIDE {
        out[x] = column[x] + column[x + 1] + column[x + 2];
    }
    out
}

/// Sums over a line of windows of the differences to their middles: colour (3), alpha, colour times alpha (3).
#[inline(always)]
fn line(alpha: &[[f32; WIDE]; WIDE], light: &[[[f32; WIDE]; WIDE]; 3], y: usize) -> [[f32; SIDE]; 7] {
    let mut sums = [[0.0_f32; SIDE]; 7];
    for v in 0..3 {
        for u in 0..3 {
            for x in 0..SIDE {
                let a = alpha[y + v][x + u] - alpha[y + 1][x + 1];
                let d0 = light[0][y + v][x + u] - light[0][y + 1][x + 1];
                let d1 = light[1][y + v][x + u] - light[1][y + 1][x + 1];
                let d2 = light[2][y + v][x + u] - light[2][y + 1][x + 1];
                sums[0][x] += d0;
                sums[1][x] += d1;
                sums[2][x] += d2;
                sums[3][x] += a;
                sums[4][x] += a * d0;
                sums[5][x] += a * d1;
                sums[6][x] += a * d2;
            }
        }
    }
    sums
}
