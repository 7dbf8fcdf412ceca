//! What the affine map leaves at the back edge: a shift across the opening's chord that varies along it alone.
//!
//! The inner garment's edge has to go on from the front's outline on both sides of the mannequin, in place and
//! gently in slope. The outline's misfit is known from the ends outwards and is wanted between them: the mean of a
//! Gaussian process given those points (Rasmussen and Williams 2006, chapter 2). One covariance is smooth over a
//! part of the opening's width: cloth dressed anew. The other has one shape: a ring of cloth seen from above or
//! below is half an ellipse between its corners, which a panel laid flat on a board has lost.
//!
//! Columns move as wholes: labels keep their shape, and nothing can fold.

use super::affine::{Affine, solve};
use super::corner::Pair;
use super::fit::{Nearest, Voter, partner};
use super::opening::Opening;
use super::ring::Ring;

/// What dressing anew leaves after the affine map, in widths: of place and tilt, and of shape; and over which part
/// of the width that stays alike.
const PLACE: f64 = 0.05;
const SHAPE: f64 = 0.02;
const ALIKE: f64 = 0.4;
/// Outline that speaks, in widths, and the points that it speaks by, a side.
const SPEAKING: f64 = 0.6;
const POINTS: usize = 24;
/// First pixel of an outline that says nothing: the wedge between mannequin and backdrop is never sharp.
const SKIP: f64 = 1.0;
/// Error of an outline's place in pixels, and its growth with the way along the outline.
const BLUR: f64 = 0.3;
const GROWTH: f64 = 0.02;
/// Error of an outline's place along the chord, in widths: cloth dressed anew.
const ASIDE: f64 = 0.02;
/// Error of a corner's place in pixels.
const CORNER: f64 = 1.0;
/// Looks for partners, each with the bend of the one before.
const ROUNDS: usize = 3;
/// The bend is kept at so many steps a width, and so many widths to each side of the middle.
const STEPS: usize = 48;
const WIDTHS: f64 = 1.5;

/// A shift up across the chord, in front pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Bend {
    /// The chord's middle.
    pub middle: [f64; 2],
    /// Its direction.
    pub along: [f64; 2],
    /// Pixels between values.
    pub step: f64,
    /// Values, the middle one at the middle.
    pub values: Vec<f64>,
    /// Standard deviation of the middle one, given what the outline says.
    pub doubt: f64,
}

impl Bend {
    /// No bend.
    #[must_use]
    pub fn none(opening: &Opening) -> Self {
        let (middle, along) = opening.chord();
        let half = (WIDTHS * STEPS as f64) as usize;
        Self {
            middle,
            along,
            step: opening.width / STEPS as f64,
            values: vec![0.0; 2 * half + 1],
            doubt: 0.0,
        }
    }

    /// Across the chord, up.
    #[must_use]
    pub fn up(&self) -> [f64; 2] {
        [self.along[1], -self.along[0]]
    }

    /// Place along the chord, from its middle.
    #[must_use]
    #[inline(always)]
    pub fn place(&self, [x, y]: [f64; 2]) -> f64 {
        (x - self.middle[0]) * self.along[0] + (y - self.middle[1]) * self.along[1]
    }

    /// Height over the chord.
    #[must_use]
    pub fn height(&self, [x, y]: [f64; 2]) -> f64 {
        (x - self.middle[0]) * self.along[1] - (y - self.middle[1]) * self.along[0]
    }

    /// The shift at a place along the chord; beyond the last value it stays.
    #[must_use]
    pub fn at(&self, place: f64) -> f64 {
        let last = self.values.len().saturating_sub(1);
        let at = (place / self.step + 0.5 * last as f64).clamp(0.0, last as f64);
        let i = (at as usize).min(last.saturating_sub(1));
        let (a, b) = (self.values.get(i), self.values.get(i + 1));
        a.zip(b).map_or(0.0, |(a, b)| a + (at - i as f64) * (b - a))
    }

    /// A point, shifted.
    #[must_use]
    pub fn shift(&self, p: [f64; 2]) -> [f64; 2] {
        let (d, up) = (self.at(self.place(p)), self.up());
        [p[0] + d * up[0], p[1] + d * up[1]]
    }

    /// The bend that lets the inner garment's edge go on from the outline.
    #[must_use]
    pub(super) fn fit(
        map: &Affine,
        voters: &[Voter],
        inner: &Nearest,
        opening: &Opening,
        corners: Option<[Pair; 2]>,
    ) -> Self {
        let mut bend = Self::none(opening);
        let ring = corners.map(|c| Ring::of(c, opening, &bend));
        let mut last = None;
        for _ in 0..ROUNDS {
            let said = said(map, &bend, voters, inner, opening, corners);
            let Some(process) = Process::new(said, ring, opening.width) else { break };
            let half = (bend.values.len() / 2) as f64;
            let step = bend.step;
            bend.values.iter_mut().enumerate().for_each(|(i, v)| *v = process.mean((i as f64 - half) * step));
            last = Some(process);
        }
        bend.doubt = last.map_or(0.0, |process| process.deviation(0.0));
        bend
    }
}

/// What a point of the outline says: (place, share of a shift across the chord that it feels, shift, error).
type Said = (f64, f64, f64, f64);

fn said(
    map: &Affine,
    bend: &Bend,
    voters: &[Voter],
    inner: &Nearest,
    opening: &Opening,
    corners: Option<[Pair; 2]>,
) -> Vec<Said> {
    let (scale, up) = (map.scale(), map.turn(bend.up()));
    let every = SPEAKING * opening.width / POINTS as f64;
    let mut next = [0.0; 2];
    let mut found: Vec<Said> = corners
        .iter()
        .flatten()
        .map(|c| {
            let at = map.inverse().map_or(c.front, |back| back.apply(c.inner));
            (bend.place(c.front), 1.0, bend.height(at) - bend.height(c.front), CORNER)
        })
        .collect();
    for voter in voters.iter().filter(|v| v.along <= SPEAKING * opening.width) {
        let skip = corners.map_or(SKIP, |c| SKIP.min(c[voter.side].along / 8.0));
        if voter.along < f64::max(next[voter.side], skip) {
            continue;
        }
        let shifted = Voter { at: bend.shift(voter.at), ..*voter };
        let Some((_, n, r)) = partner(map, &shifted, inner, 0.15 * opening.width * scale) else { continue };
        next[voter.side] = voter.along + every;
        let place = bend.place(voter.at);
        let share = (n[0] * up[0] + n[1] * up[1]) / scale;
        let shift = share * bend.at(place) - r / scale;
        // What lies across the edge there may as well have moved along the chord.
        let far = 1.0 - (-voter.along / (0.1 * opening.width)).exp();
        let aside = far * ASIDE * opening.width * (1.0 - share * share).max(0.0).sqrt();
        found.push((place, share, shift, (BLUR + GROWTH * voter.along).hypot(aside)));
    }
    found
}

/// A Gaussian process of shifts along the chord, given what the outline says.
struct Process {
    said: Vec<Said>,
    weights: Vec<f64>,
    ring: Option<Ring>,
    width: f64,
}

impl Process {
    fn new(said: Vec<Said>, ring: Option<Ring>, width: f64) -> Option<Self> {
        let mut this = Self { said, weights: Vec::new(), ring, width };
        let rest = this.said.iter().map(|(place, share, shift, _)| shift - share * this.expected(*place));
        this.weights = solve(this.matrix(), rest.collect())?;
        (!this.said.is_empty()).then_some(this)
    }

    /// Covariance of all that is said.
    fn matrix(&self) -> Vec<Vec<f64>> {
        let n = self.said.len();
        let cell = |i: usize, j: usize| {
            let ((p, a, _, e), (q, b, ..)) = (self.said[i], self.said[j]);
            a * b * self.covariance(p, q) + if i == j { e * e } else { 0.0 }
        };
        (0..n).map(|i| (0..n).map(|j| cell(i, j)).collect()).collect()
    }

    /// How far the shift at a place may be off its mean: one standard deviation.
    fn deviation(&self, place: f64) -> f64 {
        let with = |(p, share, ..): &Said| share * self.covariance(place, *p);
        let with: Vec<f64> = self.said.iter().map(with).collect();
        let known = solve(self.matrix(), with.clone())
            .map_or(0.0, |weights| weights.iter().zip(&with).map(|(w, k)| w * k).sum());
        (self.covariance(place, place) - known).max(0.0).sqrt()
    }

    fn covariance(&self, p: f64, q: f64) -> f64 {
        let apart = (p - q) / (ALIKE * self.width);
        let place = (PLACE * self.width).powi(2) * (1.0 + 4.0 * p * q / (self.width * self.width));
        let anew = place + (SHAPE * self.width).powi(2) * (-0.5 * apart * apart).exp();
        let ring = self.ring.map_or(0.0, |r| r.covariance(p, q));
        anew + ring
    }

    fn expected(&self, place: f64) -> f64 {
        self.ring.map_or(0.0, |r| r.mean(place))
    }

    fn mean(&self, place: f64) -> f64 {
        let terms = self.said.iter().zip(&self.weights);
        self.expected(place)
            + terms.map(|((p, share, ..), w)| w * share * self.covariance(place, *p)).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn the_middle_is_the_less_certain_the_farther_what_is_said_lies() {
        let told = |places: &[f64], error: f64| {
            let said = places.iter().map(|p| (*p, 1.0, 0.0, error)).collect();
            Process::new(said, None, 100.0).unwrap()
        };
        // One number that is told with error e of a prior with variance v: v·e²/(v + e²).
        let own = told(&[0.0], 2.0);
        let prior = own.covariance(0.0, 0.0);
        assert!((own.deviation(0.0).powi(2) - prior * 4.0 / (prior + 4.0)).abs() < 1e-9);
        let at = |half: f64| told(&[-half, half], 0.3).deviation(0.0);
        assert!(at(5.0) < at(25.0) && at(25.0) < at(50.0) && at(50.0) < prior.sqrt());
        assert!(told(&[-50.0, 50.0], 0.3).deviation(50.0) < 0.31);
    }
}
