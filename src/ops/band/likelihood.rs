//! How likely each alpha makes the colour of a pixel, and how sure that is: the data term of the solve.
//! Twin of shaders/band/likelihood.wgsl.
//!
//! Sixteen pixels are worked on at once, so that loops over them become SIMD instructions; what a pixel's colour
//! tells is in [`super::posterior`].

#![allow(clippy::needless_range_loop, reason = "lanes of several arrays, one after the other")]

use super::cases;
use super::halo::{entry, tile};
use super::posterior::posterior;
use super::statistics::RUNS;
use super::tiles::{PIXELS, SIDE};
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Rows, Tolerance};
use crate::ops::transfer::unit;
use crate::{params, vectorised};

params! {
    /// What the posterior assumes.
    pub(super) struct LikelihoodParams {
        /// Variance of the noise: at any light.
        base: f32,
        /// And a unit of light.
        slope: f32,
        /// Factor of the colours' own covariances.
        spread: f32,
        /// Squared depth of shadow that is nothing special.
        shade: f32,
        /// Logarithm of how much likelier the ends are.
        ends: f32,
        /// Logarithm of how much the last solution tips the balance.
        tip: f32,
        /// Squared distance of the classes, in deviations, at which half of that is left.
        apart: f32,
        /// Trust in a sure posterior.
        trust: f32,
        /// Cells of the statistics a pixel.
        cell: f32,
        /// 1 where the state holds a solution.
        solved: f32,
        /// Squared distance from every mixture, in deviations, at which half the trust is left.
        odd: f32,
        /// Logarithm of the density of product colours that nobody has seen.
        novel: f32,
        /// Squared distance that such a colour counts as.
        unseen: f32,
        /// Sum of the variances of the product's colours at which half the trust is left.
        broad: f32,
        /// Unused.
        pad0: f32,
        /// Unused.
        pad1: f32,
    }
}

/// The state of the solver before its first step: alpha, no move, the likely alpha and its weight.
pub(super) static BAND_LIKELIHOOD: Kernel = Kernel {
    name: "band_likelihood",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/band/likelihood.wgsl")
    ),
    inputs: &[
        Input { name: "state", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "clean", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "statistics", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "tiles", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[Output { name: "next", format: PortFormat::Rgba }],
    layout: LikelihoodParams::LAYOUT,
    cpu: likelihood,
    tolerance: Tolerance { max: 2e-3, why: "quotients of small covariances, through an exponential" },
    cases: || {
        cases::each(|name, case| {
            let params = LikelihoodParams {
                base: 1e-3,
                slope: 1e-3,
                spread: 1.0,
                shade: 0.01,
                ends: 1.5,
                tip: 10.0,
                apart: 10.0,
                trust: 1e-3,
                cell: 1.0 / 16.0,
                solved: 1.0,
                odd: 8.0,
                novel: 2.0,
                unseen: 5.0,
                broad: 0.05,
                pad0: 0.0,
                pad1: 0.0,
            };
            Case {
                name,
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![
                    case.state.clone(),
                    case.light.clone(),
                    case.statistics.clone(),
                    case.table.clone(),
                ],
                outputs: vec![(case.size, Format::Rgba)],
            }
        })
    },
};

vectorised! {
    fn likelihood(job: &mut Job<'_>) {
        let by: LikelihoodParams = job.params();
        let [state, clean, statistics] = [0, 1, 2].map(|i| job.inputs[i]);
        for slot in job.rows.clone() {
            let entry = entry(job, 3, slot);
            let own = slot as usize;
            let before = tile(&state, 0, own);
            let light = [0, 1, 2, 3].map(|run| tile(&clean, run, own));
            let [alpha, moved, likely, weight] = job.outputs[0].rgba(slot);
            moved.fill(0.0);
            for y in 0..SIDE {
                let here = y * SIDE..(y + 1) * SIDE;
                alpha[here.clone()].copy_from_slice(&light[3][here.clone()]);
                likely[here.clone()].copy_from_slice(&light[3][here.clone()]);
                weight[here.clone()].fill(0.0);
                if light[3][here.clone()].iter().all(|known| *known != 0.5) {
                    continue;
                }
                let around = line(&statistics, entry, by.cell, y);
                let run = |run: &[f32; PIXELS]| *run[here.clone()].first_chunk().unwrap_or(&[0.0; SIDE]);
                let guess = run(before).map(unit);
                let colour = [run(light[0]), run(light[1]), run(light[2])];
                let found = posterior(&by, &colour, &around, &guess);
                for (x, at) in here.enumerate().filter(|(_, at)| light[3][*at] == 0.5) {
                    (likely[at], weight[at]) = (found[0][x], found[1][x]);
                    alpha[at] = if by.solved > 0.5 { guess[x] } else { found[0][x] };
                }
            }
        }
    }
}

/// The statistics at a line of a tile, between the four cells around each pixel.
#[inline(always)]
fn line(statistics: &Rows<'_>, entry: &[f32], cell: f32, y: usize) -> [[f32; SIDE]; RUNS] {
    let width = statistics.size.width as usize / RUNS;
    let height = statistics.size.height;
    let (_, y0, y1, fy) = between(entry[1] * SIDE as f32 + y as f32, cell, height as usize);
    let rows = [y0, y1].map(|y| statistics.gray(y as i64));
    let mut out = [[0.0_f32; SIDE]; RUNS];
    for x in 0..SIDE {
        let (_, x0, x1, fx) = between(entry[0] * SIDE as f32 + x as f32, cell, width);
        for (k, out) in out.iter_mut().enumerate() {
            let at = |row: &[f32]| {
                let (a, b) = (row[k * width + x0], row[k * width + x1]);
                a + (b - a) * fx
            };
            let (upper, lower) = (at(rows[0]), at(rows[1]));
            out[x] = upper + (lower - upper) * fy;
        }
    }
    out
}

/// The cells on both sides of a pixel, and the share of the second.
#[inline(always)]
pub(super) fn between(pixel: f32, cell: f32, cells: usize) -> (f32, usize, usize, f32) {
    let v = ((pixel + 0.5) * cell - 0.5).max(0.0).min((cells - 1) as f32);
    let first = v as usize;
    (v, first, (first + 1).min(cells - 1), v - first as f32)
}
