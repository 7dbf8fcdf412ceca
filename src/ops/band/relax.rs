//! Alpha drawn to what the windows around a pixel say and to its likelihood: the other half of a step, with
//! the momentum of a Chebyshev iteration. Twin of shaders/band/relax.wgsl.
//!
//! The mean of nine affine fits is a symmetric averaging with eigenvalues within 0 … 1, so the coefficients
//! are fixed beforehand for any picture and no sum over the picture is ever needed.

use super::cases;
use super::halo::{entry, halo, neighbours, tile};
use super::tiles::SIDE;
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// Coefficients of one step.
    pub(super) struct RelaxParams {
        /// Rows of the band to a neighbour.
        reach: u32,
        /// Share of the last move that goes on.
        momentum: f32,
        /// Length of the step.
        step: f32,
        /// Unused.
        pad0: f32,
    }
}

/// The state of the solver after a step: alpha, its last move, the alpha of the likelihood, and its weight.
pub(super) static BAND_RELAX: Kernel = Kernel {
    name: "band_relax",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/tile.wgsl"),
        include_str!("../../../shaders/band/relax.wgsl")
    ),
    inputs: &[
        Input { name: "state", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "affine", format: PortFormat::Rgba, reach: Reach::Mapped(neighbours) },
        Input { name: "clean", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "tiles", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[Output { name: "next", format: PortFormat::Rgba }],
    layout: RelaxParams::LAYOUT,
    cpu: relax,
    tolerance: Tolerance { max: 1e-5, why: "a sum of nine maps" },
    cases: || {
        cases::each(|name, case| {
            let params = RelaxParams { reach: case.reach, momentum: 0.7, step: 1.4, pad0: 0.0 };
            Case {
                name,
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![case.state.clone(), case.state.clone(), case.light.clone(), case.table.clone()],
                outputs: vec![(case.size, Format::Rgba)],
            }
        })
    },
};

const WIDE: usize = SIDE + 2;

vectorised! {
    fn relax(job: &mut Job<'_>) {
        let by: RelaxParams = job.params();
        let [state, affine, clean] = [0, 1, 2].map(|i| job.inputs[i]);
        let mut maps = [[[0.0_f32; WIDE]; WIDE]; 4];
        for slot in job.rows.clone() {
            let entry = entry(job, 3, slot);
            let own = slot as usize;
            let [alpha, moved, likely, weight] = [0, 1, 2, 3].map(|run| tile(&state, run, own));
            let [r, g, b, known] = [0, 1, 2, 3].map(|run| tile(&clean, run, own));
            let next = job.outputs[0].rgba(slot);
            let [to, to_moved, to_likely, to_weight] = next;
            to_likely.copy_from_slice(likely);
            to_weight.copy_from_slice(weight);
            if known.iter().all(|k| *k != 0.5) {
                to.copy_from_slice(known);
                to_moved.fill(0.0);
                continue;
            }
            for (k, run) in maps.iter_mut().enumerate() {
                halo::<1, WIDE>(&affine, k, entry, run);
            }
            for y in 0..SIDE {
                let here = y * SIDE..(y + 1) * SIDE;
                if known[here.clone()].iter().all(|k| *k != 0.5) {
                    to[here.clone()].copy_from_slice(&known[here.clone()]);
                    to_moved[here].fill(0.0);
                    continue;
                }
                let mean = means(&maps, y);
                for i in here {
                    let x = i % SIDE;
                    let mapped = mean[0][x] * r[i] + mean[1][x] * g[i] + mean[2][x] * b[i] + mean[3][x];
                    let w = weight[i];
                    let pull = (mapped - alpha[i] + w * (likely[i] - alpha[i])) / (1.0 + w);
                    let go = by.momentum * moved[i] + by.step * pull;
                    let free = known[i] == 0.5;
                    to_moved[i] = if free { go } else { 0.0 };
                    to[i] = if free { alpha[i] + go } else { known[i] };
                }
            }
        }
    }
}

/// Means over a line of 3 × 3 windows of each of the four numbers.
#[inline(always)]
fn means(maps: &[[[f32; WIDE]; WIDE]; 4], y: usize) -> [[f32; SIDE]; 4] {
    let mut out = [[0.0_f32; SIDE]; 4];
    for (map, out) in maps.iter().zip(&mut out) {
        let mut column = [0.0_f32; WIDE];
        for x in 0..WIDE {
            column[x] = map[y][x] + map[y + 1][x] + map[y + 2][x];
        }
        for x in 0..SIDE {
            out[x] = (column[x] + column[x + 1] + column[x + 2]) * (1.0 / 9.0);
        }
    }
    out
}
