//! What the colour of a pixel tells of its alpha.
//!
//! Around a pixel the product's known colours have a mean F and a covariance S, the backdrop's B and T. If both
//! are normal, a pixel of alpha a is normal too: mean aF + (1 − a)B, covariance a²S + (1 − a)²T + noise (the
//! mixture of Chuang et al. 2001, with alpha integrated instead of maximised). Over [`STEPS`] values of alpha
//! this gives a posterior: its mean is the likely alpha, its variance says how far to trust it. Where product
//! and backdrop look alike, the variance is large and the trust is none; where no alpha explains the colour, the
//! trust is little.
//!
//! A backdrop is seen all around a product, but of the product a part may lie in the unknown region whole: a flag
//! in its hand, a collar. So every product colour has a density, however small, and where it beats the mixtures
//! the pixel is product, with little trust. At an edge this would take a mixture with such a colour for the
//! colour itself, which is why only the small levels of the picture make use of it.
//!
//! A shadow scales the backdrop, so T is widened along B. Alphas 0 and 1 are likelier than any other, the more so
//! where nothing else tells: there the last solution tips the balance, which draws a crisp edge where the
//! colours only know a smear.

#![allow(clippy::needless_range_loop, reason = "lanes of several arrays, one after the other")]

use super::likelihood::LikelihoodParams;
use super::statistics::{MOMENTS, RUNS};
use crate::ops::field::{exp, ln};

/// Values of alpha that are tried.
const STEPS: usize = 11;
/// Variance of alpha at which nothing is known any more, what is added to a variance, and the trust left there.
const VAGUE: f32 = 0.04;
const FLOOR: f32 = 0.0025;
const LEFT: f32 = 0.6;
/// Least variance of a colour.
const TINY: f32 = 4e-6;

/// Numbers of as many pixels as are worked on at once.
type Lanes<const N: usize> = [f32; N];

/// Covariances rr, rg, rb, gg, gb, bb from moments, times a factor.
#[inline(always)]
fn covariance<const N: usize>(m: &[Lanes<N>], by: f32) -> [Lanes<N>; 6] {
    let mut c = [[0.0; N]; 6];
    for x in 0..N {
        c[0][x] = by * (m[3][x] - m[0][x] * m[0][x]).max(0.0);
        c[1][x] = by * (m[4][x] - m[0][x] * m[1][x]);
        c[2][x] = by * (m[5][x] - m[0][x] * m[2][x]);
        c[3][x] = by * (m[6][x] - m[1][x] * m[1][x]).max(0.0);
        c[4][x] = by * (m[7][x] - m[1][x] * m[2][x]);
        c[5][x] = by * (m[8][x] - m[2][x] * m[2][x]).max(0.0);
    }
    c
}

/// The squares of `d` in deviations of covariances, and the products of their pivots.
#[inline(always)]
fn measure<const N: usize>(c: &[Lanes<N>; 6], d: &[Lanes<N>; 3]) -> [Lanes<N>; 2] {
    let mut out = [[0.0; N]; 2];
    for x in 0..N {
        let d0 = c[0][x];
        let r0 = 1.0 / d0;
        let (l10, l20) = (c[1][x] * r0, c[2][x] * r0);
        let d1 = (c[3][x] - l10 * c[1][x]).max(TINY);
        let r1 = 1.0 / d1;
        let l21 = (c[4][x] - l20 * c[1][x]) * r1;
        let d2 = (c[5][x] - l20 * c[2][x] - l21 * (c[4][x] - l20 * c[1][x])).max(TINY);
        let z1 = d[1][x] - l10 * d[0][x];
        let z2 = d[2][x] - l20 * d[0][x] - l21 * z1;
        out[0][x] = d[0][x] * d[0][x] * r0 + z1 * z1 * r1 + z2 * z2 / d2;
        out[1][x] = d0 * d1 * d2;
    }
    out
}

/// What the posteriors of some pixels begin with.
struct Classes<const N: usize> {
    inner: [Lanes<N>; 6],
    outer: [Lanes<N>; 6],
    noise: [Lanes<N>; 3],
    apart: [Lanes<N>; 3],
}

/// Where the diagonal of a covariance lies among its six numbers.
const DIAGONAL: [usize; 3] = [0, 3, 5];

impl<const N: usize> Classes<N> {
    #[inline(always)]
    fn new(by: &LikelihoodParams, colour: &[Lanes<N>; 3], m: &[Lanes<N>; RUNS]) -> Self {
        let (product, backdrop) = m.split_at(MOMENTS);
        let inner = covariance(product, by.spread);
        let mut outer = covariance(backdrop, by.spread);
        let (mut noise, mut apart) = ([[0.0; N]; 3], [[0.0; N]; 3]);
        for (k, (a, b)) in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)].into_iter().enumerate() {
            for x in 0..N {
                outer[k][x] += by.shade * (backdrop[a][x] * backdrop[b][x]);
            }
        }
        for c in 0..3 {
            for x in 0..N {
                noise[c][x] = by.base + by.slope * colour[c][x].max(0.0) + TINY;
                apart[c][x] = product[c][x] - backdrop[c][x];
            }
        }
        Self { inner, outer, noise, apart }
    }

    /// Covariance of the mixture whose classes count this much.
    #[inline(always)]
    fn mixed(&self, product: f32, backdrop: f32) -> [Lanes<N>; 6] {
        let mut c = [[0.0; N]; 6];
        for k in 0..6 {
            for x in 0..N {
                c[k][x] = product * self.inner[k][x] + backdrop * self.outer[k][x];
            }
        }
        for (k, noise) in DIAGONAL.into_iter().zip(&self.noise) {
            for x in 0..N {
                c[k][x] += noise[x];
            }
        }
        c
    }
}

/// The likely alphas of some colours and their weights; `m` are the moments of product and backdrop around each,
/// `guess` is the last solution.
#[inline(always)]
pub(super) fn posterior<const N: usize>(
    by: &LikelihoodParams,
    colour: &[Lanes<N>; 3],
    m: &[Lanes<N>; RUNS],
    guess: &Lanes<N>,
) -> [Lanes<N>; 2] {
    let classes = Classes::new(by, colour, m);
    let mut tip = measure(&classes.mixed(0.5, 0.5), &classes.apart)[0];
    for x in 0..N {
        tip[x] = by.solved * by.tip * (by.apart / (by.apart + tip[x])) * (2.0 * guess[x] - 1.0);
    }
    let mut logs = [[0.0; N]; STEPS];
    let (mut most, mut nearest) = ([f32::MIN; N], [f32::MAX; N]);
    for (i, log) in logs.iter_mut().enumerate() {
        let a = i as f32 * (1.0 / (STEPS - 1) as f32);
        let rest = 1.0 - a;
        let mut left = [[0.0; N]; 3];
        for c in 0..3 {
            for x in 0..N {
                left[c][x] = colour[c][x] - m[MOMENTS + c][x] - a * classes.apart[c][x];
            }
        }
        let [mut square, pivots] = measure(&classes.mixed(a * a, rest * rest), &left);
        let end = if i == 0 || i == STEPS - 1 { by.ends } else { 0.0 };
        for x in 0..N {
            log[x] = end + tip[x] * (2.0 * a - 1.0) - 0.5 * (square[x] + ln(pivots[x].max(1e-30)));
            if i == STEPS - 1 && log[x] < by.novel {
                (log[x], square[x]) = (by.novel, by.unseen);
            }
            most[x] = if log[x] > most[x] { log[x] } else { most[x] };
            nearest[x] = if square[x] < nearest[x] { square[x] } else { nearest[x] };
        }
    }
    let mut trust = [0.0; N];
    for x in 0..N {
        let strange = nearest[x] * nearest[x] / (by.odd * by.odd);
        let various = (classes.inner[0][x] + classes.inner[3][x] + classes.inner[5][x]) / by.broad;
        trust[x] = by.trust / ((1.0 + strange) * (1.0 + various));
    }
    moments(&logs, &most, &trust)
}

/// Mean of each posterior, and the weight that its variance leaves of a trust.
#[inline(always)]
fn moments<const N: usize>(logs: &[Lanes<N>; STEPS], most: &Lanes<N>, trust: &Lanes<N>) -> [Lanes<N>; 2] {
    let (mut total, mut first, mut second) = ([0.0; N], [0.0; N], [0.0; N]);
    for (i, log) in logs.iter().enumerate() {
        let a = i as f32 * (1.0 / (STEPS - 1) as f32);
        for x in 0..N {
            let p = exp(log[x] - most[x]);
            total[x] += p;
            first[x] += p * a;
            second[x] += p * a * a;
        }
    }
    let mut out = [[0.0; N]; 2];
    for x in 0..N {
        let mean = first[x] / total[x];
        let variance = (second[x] / total[x] - mean * mean).max(0.0);
        out[0][x] = mean;
        out[1][x] = trust[x] * (VAGUE / (variance + FLOOR) - LEFT).max(0.0);
    }
    out
}

/// Variance of alpha that a weight tells, for a trust: the inverse of what [`posterior`] makes of it.
#[inline(always)]
pub(super) fn variance(weight: f32, trust: f32) -> f32 {
    VAGUE / (weight / trust + LEFT) - FLOOR
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
            novel: -1e30,
            unseen: 0.0,
            broad: 1e6,
            pad0: 0.0,
            pad1: 0.0,
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
            let one = |odd: f32| posterior::<1>(&params(odd), &colour.map(|v| [v]), &m.map(|v| [v]), &[0.5]);
            let ([[mean], [trust]], [_, [blind]]) = (one(3.0), one(1e6));
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

    #[test]
    fn a_colour_that_nobody_has_seen_is_product_with_little_trust() {
        let mut m = [0.0; RUNS];
        m[..MOMENTS].copy_from_slice(&class([0.2, 0.5, 0.5], 0.0009));
        m[MOMENTS..].copy_from_slice(&class([0.8, 0.5, 0.5], 0.0009));
        let lanes = m.map(|v| [v]);
        let by = LikelihoodParams { novel: 2.0, unseen: 9.0, ..params(3.0) };
        // The flag: unlike both, and no mixture of them. Its trust is that of a sure posterior, a tenth of it.
        let [[mean], [trust]] = posterior::<1>(&by, &[[0.5], [0.1], [0.9]], &lanes, &[0.5]);
        assert!(mean > 0.99, "{mean}");
        let sure = by.trust * (VAGUE / FLOOR - LEFT);
        assert!((trust / sure - 0.1).abs() < 1e-3, "{trust} of {sure}");
        // What the mixtures explain stays as it was.
        for colour in [[0.5, 0.5, 0.5], [0.8, 0.5, 0.5], [0.22, 0.48, 0.5]] {
            let one = |by: &LikelihoodParams| posterior::<1>(by, &colour.map(|v| [v]), &lanes, &[0.5]);
            let ([[a], _], [[b], _]) = (one(&by), one(&params(3.0)));
            assert!((a - b).abs() < 1e-3, "{colour:?}: {a} and {b}");
        }
    }

    #[test]
    fn trust_halves_where_the_product_is_as_various_as_is_allowed() {
        let m = |variance: f32| {
            let mut m = [0.0; RUNS];
            m[..MOMENTS].copy_from_slice(&class([0.1, 0.1, 0.1], variance));
            m[MOMENTS..].copy_from_slice(&class([0.9, 0.9, 0.9], 1e-4));
            m.map(|v| [v])
        };
        let by = LikelihoodParams { broad: 0.006, ..params(1e6) };
        let trust = |by: &LikelihoodParams| posterior::<1>(by, &[[0.1]; 3], &m(0.002), &[0.5])[1][0];
        assert!((trust(&by) / trust(&params(1e6)) - 0.5).abs() < 1e-3);
    }
}
