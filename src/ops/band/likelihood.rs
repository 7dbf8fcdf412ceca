//! How likely each alpha makes the colour of a pixel, and how sure that is: the data term of the solve.
//! Twin of shaders/band/likelihood.wgsl.
//!
//! Around a pixel the product's known colours have a mean F and a covariance S, the backdrop's B and T. If both
//! are normal, a pixel of alpha a is normal too: mean aF + (1 − a)B, covariance a²S + (1 − a)²T + noise (the
//! mixture of Chuang et al. 2001, with alpha integrated instead of maximised). Over [`STEPS`] values of alpha
//! this gives a posterior: its mean is the likely alpha, its variance says how far to trust it. Where product
//! and backdrop look alike, the variance is large and the trust is none; where no alpha explains the colour, the
//! trust is little.
//!
//! A shadow scales the backdrop, so T is widened along B. Alphas 0 and 1 are likelier than any other, the more so
//! where nothing else tells: there the last solution tips the balance, which draws a crisp edge where the
//! colours only know a smear.

use super::cases;
use super::halo::{entry, tile};
use super::statistics::{MOMENTS, RUNS};
use super::tiles::SIDE;
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Rows, Tolerance};
use crate::ops::field::{exp, ln};
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
        /// Unused.
        pad0: f32,
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
                pad0: 0.0,
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

/// Values of alpha that are tried.
const STEPS: usize = 11;
/// Variance of alpha at which nothing is known any more, what is added to a variance, and the trust left there.
const VAGUE: f32 = 0.04;
const FLOOR: f32 = 0.0025;
const LEFT: f32 = 0.6;
/// Least variance of a colour.
const TINY: f32 = 4e-6;

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
                for (x, at) in here.enumerate().filter(|(_, at)| light[3][*at] == 0.5) {
                    let guess = unit(before[at]);
                    let colour = [light[0][at], light[1][at], light[2][at]];
                    let mut m = [0.0; RUNS];
                    m.iter_mut().zip(&around).for_each(|(m, run)| *m = run[x]);
                    let (mean, trust) = posterior(&by, colour, m, guess);
                    likely[at] = mean;
                    weight[at] = trust;
                    alpha[at] = if by.solved > 0.5 { guess } else { mean };
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
fn between(pixel: f32, cell: f32, cells: usize) -> (f32, usize, usize, f32) {
    let v = ((pixel + 0.5) * cell - 0.5).max(0.0).min((cells - 1) as f32);
    let first = v as usize;
    (v, first, (first + 1).min(cells - 1), v - first as f32)
}

/// Covariance rr, rg, rb, gg, gb, bb from moments.
#[inline(always)]
fn covariance(m: &[f32]) -> [f32; 6] {
    [
        (m[3] - m[0] * m[0]).max(0.0),
        m[4] - m[0] * m[1],
        m[5] - m[0] * m[2],
        (m[6] - m[1] * m[1]).max(0.0),
        m[7] - m[1] * m[2],
        (m[8] - m[2] * m[2]).max(0.0),
    ]
}

/// The square of `d` in deviations of a covariance, and the product of its pivots.
#[inline(always)]
fn measure(c: [f32; 6], d: [f32; 3]) -> (f32, f32) {
    let d0 = c[0];
    let r0 = 1.0 / d0;
    let (l10, l20) = (c[1] * r0, c[2] * r0);
    let d1 = (c[3] - l10 * c[1]).max(TINY);
    let r1 = 1.0 / d1;
    let l21 = (c[4] - l20 * c[1]) * r1;
    let d2 = (c[5] - l20 * c[2] - l21 * (c[4] - l20 * c[1])).max(TINY);
    let z1 = d[1] - l10 * d[0];
    let z2 = d[2] - l20 * d[0] - l21 * z1;
    (d[0] * d[0] * r0 + z1 * z1 * r1 + z2 * z2 / d2, d0 * d1 * d2)
}

/// The likely alpha of a colour and its weight; `m` are the moments of product and backdrop, `guess` is the last
/// solution.
#[inline(always)]
fn posterior(by: &LikelihoodParams, colour: [f32; 3], m: [f32; RUNS], guess: f32) -> (f32, f32) {
    let (product, backdrop) = m.split_at(MOMENTS);
    let noise = colour.map(|v| by.base + by.slope * v.max(0.0) + TINY);
    let inner = covariance(product).map(|v| v * by.spread);
    let [r, g, b] = [backdrop[0], backdrop[1], backdrop[2]];
    let along = [r * r, r * g, r * b, g * g, g * b, b * b];
    let outer = covariance(backdrop);
    let outer: [f32; 6] = std::array::from_fn(|k| outer[k] * by.spread + by.shade * along[k]);
    let diagonal =
        |k: usize| [Some(0), None, None, Some(1), None, Some(2)][k].map_or(0.0, |c: usize| noise[c]);
    let d = [0, 1, 2].map(|c| product[c] - backdrop[c]);
    let both: [f32; 6] = std::array::from_fn(|k| 0.5 * (inner[k] + outer[k]) + diagonal(k));
    let open = by.apart / (by.apart + measure(both, d).0);
    let tip = by.solved * by.tip * open * (2.0 * guess - 1.0);
    let mut logs = [0.0_f32; STEPS];
    let (mut most, mut nearest) = (f32::MIN, f32::MAX);
    for (i, log) in logs.iter_mut().enumerate() {
        let a = i as f32 * (1.0 / (STEPS - 1) as f32);
        let rest = 1.0 - a;
        let c: [f32; 6] = std::array::from_fn(|k| a * a * inner[k] + rest * rest * outer[k] + diagonal(k));
        let left = [0, 1, 2].map(|k| colour[k] - backdrop[k] - a * d[k]);
        let (square, pivots) = measure(c, left);
        let end = if i == 0 || i == STEPS - 1 { by.ends } else { 0.0 };
        *log = end + tip * (2.0 * a - 1.0) - 0.5 * (square + ln(pivots.max(1e-30)));
        most = if *log > most { *log } else { most };
        nearest = if square < nearest { square } else { nearest };
    }
    let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
    for (i, log) in logs.iter().enumerate() {
        let a = i as f32 * (1.0 / (STEPS - 1) as f32);
        let p = exp(*log - most);
        total += p;
        first += p * a;
        second += p * a * a;
    }
    let mean = first / total;
    let variance = (second / total - mean * mean).max(0.0);
    let strange = nearest * nearest / (by.odd * by.odd);
    (mean, by.trust * (VAGUE / (variance + FLOOR) - LEFT).max(0.0) / (1.0 + strange))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moments of a class of one colour whose channels vary alone.
    fn class(mean: [f32; 3], variance: f32) -> [f32; MOMENTS] {
        let [r, g, b] = mean;
        [r, g, b, r * r + variance, r * g, r * b, g * g + variance, g * b, b * b + variance]
    }

    fn params(odd: f32) -> LikelihoodParams {
        LikelihoodParams {
            base: 1e-4,
            slope: 0.0,
            spread: 1.0,
            shade: 0.0,
            ends: 0.0,
            tip: 0.0,
            apart: 1.0,
            trust: 1e-2,
            cell: 1.0,
            solved: 0.0,
            odd,
            pad0: 0.0,
        }
    }

    #[test]
    fn trust_falls_with_the_distance_from_the_line_of_mixtures() {
        let (product, backdrop) = ([0.2, 0.5, 0.5], [0.8, 0.5, 0.5]);
        let mut m = [0.0; RUNS];
        m[..MOMENTS].copy_from_slice(&class(product, 0.0009));
        m[MOMENTS..].copy_from_slice(&class(backdrop, 0.0009));
        for off in [0.0_f32, 0.03, 0.06, 0.1] {
            // Beside the middle of the line; there the classes' own variance is halved.
            let colour = [0.5, 0.5 + off, 0.5];
            let (mean, trust) = posterior(&params(3.0), colour, m, 0.5);
            let (_, blind) = posterior(&params(1e6), colour, m, 0.5);
            assert!((mean - 0.5).abs() < 1e-3, "{off}: {mean}");
            let middle = off * off / (0.5 * 0.0009 + 1e-4 + TINY);
            // Another alpha has more variance but lies beside: no more than the middle's distance, no less than
            // that of the widest variance.
            let widest = off * off / (0.0009 + 1e-4 + TINY);
            let share = |square: f32| 1.0 / (1.0 + square * square / 9.0);
            let got = trust / blind;
            assert!(got >= 0.99 * share(middle) && got <= 1.01 * share(widest), "{off}: {got}");
        }
    }
}
