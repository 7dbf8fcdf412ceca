//! The scatter of colour in every 3 × 3 window, factored: what fitting alpha by colour divides by.
//! Twin of shaders/band/windows.wgsl.
//!
//! Covariance plus a ridge is factored as L D Lᵀ, which stays exact where the channels of a grey picture are
//! nearly one and an inverse by cofactors does not.

use super::cases;
use super::halo::{entry, halo, neighbours, parts};
use super::tiles::SIDE;
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// The ridge.
    pub(super) struct WindowParams {
        /// Rows of the band to a neighbour.
        reach: u32,
        /// Added to the variances.
        ridge: f32,
        /// Unused.
        pad0: f32,
        /// Unused.
        pad1: f32,
    }
}

/// Factors of the scatter: 1/d0, 1/d1, 1/d2 and l10 in the colour plane, then l20 and l21.
pub(super) static BAND_WINDOWS: Kernel = Kernel {
    name: "band_windows",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/tile.wgsl"),
        include_str!("../../../shaders/band/windows.wgsl")
    ),
    inputs: &[
        Input { name: "clean", format: PortFormat::Rgba, reach: Reach::Mapped(neighbours) },
        Input { name: "tiles", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[
        Output { name: "pivots", format: PortFormat::Rgba },
        Output { name: "l20", format: PortFormat::Gray },
        Output { name: "l21", format: PortFormat::Gray },
    ],
    layout: WindowParams::LAYOUT,
    cpu: windows,
    tolerance: Tolerance { max: 2e-3, why: "differences of nearly equal numbers over a small ridge" },
    cases: || {
        cases::each(|name, case| {
            let params = WindowParams { reach: case.reach, ridge: 1e-3, pad0: 0.0, pad1: 0.0 };
            Case {
                name,
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![case.light.clone(), case.table.clone()],
                outputs: vec![
                    (case.size, Format::Rgba),
                    (case.size, Format::Gray),
                    (case.size, Format::Gray),
                ],
            }
        })
    },
};

const WIDE: usize = SIDE + 2;

vectorised! {
    fn windows(job: &mut Job<'_>) {
        let by: WindowParams = job.params();
        let clean = job.inputs[0];
        let mut rimmed = [[[0.0_f32; WIDE]; WIDE]; 3];
        for slot in job.rows.clone() {
            let entry = entry(job, 1, slot);
            for (c, run) in rimmed.iter_mut().enumerate() {
                halo::<1, WIDE>(&clean, c, entry, run);
            }
            let [pivots, l20, l21] = job.outputs else { return };
            let [d0, d1, d2, l10] = pivots.rgba(slot);
            let (l20, l21) = (l20.gray(slot), l21.gray(slot));
            for y in 0..SIDE {
                let scatter = line(&rimmed, y);
                for at in y * SIDE..(y + 1) * SIDE {
                    let mut own = [0.0_f32; 6];
                    own.iter_mut().zip(&scatter).for_each(|(o, run)| *o = run[at % SIDE]);
                    let f = factor(own, by.ridge);
                    (d0[at], d1[at], d2[at]) = (f[0], f[1], f[2]);
                    (l10[at], l20[at], l21[at]) = (f[3], f[4], f[5]);
                }
            }
        }
    }
}

/// Covariances rr, rg, rb, gg, gb, bb of a line of windows, from differences to their middles.
#[inline(always)]
fn line(light: &[[[f32; WIDE]; WIDE]; 3], y: usize) -> [[f32; SIDE]; 6] {
    let mid = parts(light, y + 1, 1);
    let mut first = [[0.0_f32; SIDE]; 3];
    let mut second = [[0.0_f32; SIDE]; 6];
    for v in 0..3 {
        for u in 0..3 {
            let there = parts(light, y + v, u);
            for x in 0..SIDE {
                let (d0, d1, d2) =
                    (there[0][x] - mid[0][x], there[1][x] - mid[1][x], there[2][x] - mid[2][x]);
                first[0][x] += d0;
                first[1][x] += d1;
                first[2][x] += d2;
                second[0][x] += d0 * d0;
                second[1][x] += d0 * d1;
                second[2][x] += d0 * d2;
                second[3][x] += d1 * d1;
                second[4][x] += d1 * d2;
                second[5][x] += d2 * d2;
            }
        }
    }
    const PAIRS: [(usize, usize); 6] = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];
    for (sum, (a, b)) in second.iter_mut().zip(PAIRS) {
        for x in 0..SIDE {
            sum[x] = (sum[x] - first[a][x] * first[b][x] * (1.0 / 9.0)) * (1.0 / 9.0);
        }
    }
    second
}

/// 1/d0, 1/d1, 1/d2, l10, l20, l21 of a covariance with the ridge added.
#[inline(always)]
fn factor([rr, rg, rb, gg, gb, bb]: [f32; 6], ridge: f32) -> [f32; 6] {
    let d0 = 1.0 / (rr + ridge).max(ridge);
    let (l10, l20) = (rg * d0, rb * d0);
    let d1 = 1.0 / (gg + ridge - l10 * rg).max(ridge);
    let l21 = (gb - l20 * rg) * d1;
    let d2 = 1.0 / (bb + ridge - l20 * rb - l21 * (gb - l20 * rg)).max(ridge);
    [d0, d1, d2, l10, l20, l21]
}
