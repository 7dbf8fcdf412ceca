//! The numbers of the solve: what depends on the kind of photograph, and the coefficients of the iteration. Decides
//! nothing about a single photograph.

use super::likelihood::LikelihoodParams;
use super::record::Band;
use super::tiles::SIDE;

/// What smoothing leaves of the noise's variance.
const SMOOTHED: f32 = 1.0 / 6.0;
/// Variety of chromaticity and of light up to which a backdrop is a studio's.
pub(super) const STUDIO: [f32; 2] = [0.03, 0.01];

/// A density that no colour has, and a variety that no product has.
const NEVER: f32 = -1e30;
const ANY: f32 = 1e6;

/// What depends on the kind of photograph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tuning {
    /// Ridge of the colour fits.
    pub(super) ridge: f32,
    /// See [`LikelihoodParams`]. Pairs are for the two finest levels and for those above them, `novel` for the latter.
    pub(super) spread: [f32; 2],
    pub(super) shade: f32,
    pub(super) ends: f32,
    pub(super) tip: f32,
    pub(super) apart: f32,
    pub(super) trust: [f32; 2],
    pub(super) odd: f32,
    pub(super) novel: f32,
    pub(super) unseen: f32,
    pub(super) broad: f32,
    /// Squared colour difference that still is grain, in variances of the noise; 0 where grain is left alone.
    pub(super) grain: f32,
    /// Steps on the coarsest level, on each between it and the finest, and in each round on that.
    pub(super) steps: [u32; 3],
    /// The slowest error that the steps aim at, as a share of the fastest.
    pub(super) slowest: f32,
}

impl Tuning {
    /// A product before a plain backdrop: the colours of both are few and tell much, the more so the plainer the
    /// product is; of fur they tell less.
    pub(super) const STUDIO: Self = Self {
        ridge: 1e-6 / 9.0,
        spread: [1.0; 2],
        shade: 0.02,
        ends: 0.7,
        tip: 45.0,
        apart: 3.0,
        trust: [5e-2; 2],
        odd: 1e3,
        novel: NEVER,
        unseen: 0.0,
        broad: 0.006,
        grain: 40.0,
        steps: [60, 20, 12],
        slowest: 0.01,
    };
    /// Anything before anything: colours tell less, and nothing where they are unlike all that is known near
    /// them (three channels leave a squared distance of three on average); windows tell more, and wide unknown
    /// regions take long.
    pub(super) const SCENE: Self = Self {
        ridge: 1e-6 / 9.0,
        spread: [2.0, 1.0],
        shade: 0.01,
        ends: 3.0,
        tip: 2.0,
        apart: 1.5,
        trust: [3.5e-3, 2e-3],
        odd: 3.0,
        novel: 4.0,
        unseen: 10.0,
        broad: 0.05,
        grain: 0.0,
        steps: [400, 150, 12],
        slowest: 0.001,
    };
}

impl Band {
    /// What the likelihood assumes where it is asked how sure it is: a various product is no reason for doubt, it
    /// only leaves more to the windows.
    pub(super) fn belief(&self, depth: u32) -> LikelihoodParams {
        LikelihoodParams { broad: ANY, ..self.likelihood(depth, false) }
    }

    /// What the likelihood assumes on a level; `solved` where a last solution may tip it.
    pub(super) fn likelihood(&self, depth: u32, solved: bool) -> LikelihoodParams {
        let by = self.tuning;
        let left = match depth {
            0 if by.grain > 0.0 => SMOOTHED,
            0 => 1.0,
            _ => 0.25,
        };
        let [base, slope] = self.noise.map(|v| v * left);
        let coarse = usize::from(depth > 1);
        LikelihoodParams {
            base,
            slope,
            spread: by.spread[coarse],
            shade: by.shade,
            ends: by.ends,
            tip: by.tip,
            apart: by.apart,
            // Nine windows share a pixel of the Laplacian.
            trust: by.trust[coarse] / 9.0,
            cell: (1_u32 << depth) as f32 / SIDE as f32,
            solved: f32::from(u8::from(solved)),
            odd: by.odd,
            novel: if coarse == 1 { by.novel } else { NEVER },
            unseen: by.unseen,
            broad: by.broad,
            pad0: 0.0,
            pad1: 0.0,
        }
    }
}

/// Momentum and length of each step of a Chebyshev iteration on a spectrum from `slowest` to 1 (Saad 2003,
/// algorithm 12.1).
pub(super) fn chebyshev(steps: u32, slowest: f32) -> impl Iterator<Item = (f32, f32)> {
    let (middle, half) = (0.5 * (1.0 + slowest), 0.5 * (1.0 - slowest));
    let sigma = middle / half;
    let mut rho = 1.0 / sigma;
    (0..steps).map(move |i| {
        if i == 0 {
            return (0.0, 1.0 / middle);
        }
        let next = 1.0 / (2.0 * sigma - rho);
        let pair = (next * rho, 2.0 * next / half);
        rho = next;
        pair
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_iteration_shrinks_every_error_of_its_spectrum() {
        for eigenvalue in [0.01, 0.03, 0.1, 0.5, 0.9, 1.0] {
            let (mut error, mut moved) = (1.0_f64, 0.0_f64);
            for (momentum, step) in chebyshev(60, 0.01) {
                moved = f64::from(momentum) * moved - f64::from(step * eigenvalue) * error;
                error += moved;
            }
            assert!(error.abs() < 1e-3, "{eigenvalue} leaves {error}");
        }
    }
}
