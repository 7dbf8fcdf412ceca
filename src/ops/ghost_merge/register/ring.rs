//! A ring of cloth, seen from a little above or below: a waistband, a stand collar. Its edge is half an ellipse, more
//! or less, between its corners; a panel of it that was laid flat on a board has lost that.
//!
//! How round the ring is, the front edge tells, which is seen in full; how deep, the ends of the back edge that show
//! between the corners and the mannequin.

use super::bend::Bend;
use super::corner::{OFF, Pair};
use super::opening::Opening;

/// The back edge rises by some part of what the front edge sags: by all of it where the ring is level, by less where
/// the front is cut lower. Mean and deviation of a share of which no more is known.
const SHARE: f64 = 0.5;
const SPREAD: f64 = 0.29;
/// Least 1 − u² at which the ring's roundness is measured, and its bounds: from a square to a parabola.
const ROUND: f64 = 0.08;
const POWERS: [f64; 2] = [0.3, 1.0];
/// A ring of cloth, seen from above or below: its corners as places along the chord, and how round it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ring {
    left: f64,
    right: f64,
    /// Power of 1 − u² that is its depth, u from −1 to 1 between the corners: a half of an ellipse.
    power: f64,
    /// Depth of the front edge's middle below the line between the corners.
    sag: f64,
}

impl Ring {
    /// The ring whose front edge is the lower edge of the opening: front and back are about as round.
    pub(super) fn of(corners: [Pair; 2], opening: &Opening, bend: &Bend) -> Self {
        let [left, right] = corners.map(|c| bend.place(c.front));
        // A corner was found where the edge has left its side by that much.
        let mut ring = Self { left: left - OFF, right: right + OFF, power: 0.5, sag: 0.0 };
        let chord = |x: f64| {
            let [l, r] = corners.map(|c| c.front);
            l[1] + (x - l[0]) / (r[0] - l[0]).max(1e-9) * (r[1] - l[1])
        };
        // Logarithms of depth and of 1 − u², on a line through their means.
        let mut sums = [0.0; 5];
        for x in 0..opening.enclosed.width() {
            let Some(y) = (0..opening.enclosed.height()).rfind(|y| opening.enclosed.at(x, *y)) else {
                continue;
            };
            let x = x as f64 + 0.5;
            let round = 1.0 - ring.u(bend.place([x, chord(x)])).powi(2);
            let depth = y as f64 + 1.0 - chord(x);
            if round > ROUND && depth > 1.0 {
                let (a, b) = (round.ln(), depth.ln());
                [1.0, a, b, a * a, a * b].iter().zip(&mut sums).for_each(|(v, s)| *s += v);
            }
        }
        let [n, a, b, aa, ab] = sums;
        let spread = n * aa - a * a;
        if spread > 1e-6 {
            ring.power = ((n * ab - a * b) / spread).clamp(POWERS[0], POWERS[1]);
            ring.sag = ((b - ring.power * a) / n).exp();
        }
        ring
    }

    fn u(self, place: f64) -> f64 {
        (2.0 * place - self.left - self.right) / (self.right - self.left).max(1e-9)
    }

    /// The shift that is likely at a place, up to the covariance.
    pub(super) fn mean(self, place: f64) -> f64 {
        -SHARE * self.sag * self.depth(place)
    }

    /// Covariance of the shifts at two places.
    pub(super) fn covariance(self, p: f64, q: f64) -> f64 {
        (SPREAD * self.sag).powi(2) * self.depth(p) * self.depth(q)
    }

    /// Depth at a place over depth in the middle.
    fn depth(self, place: f64) -> f64 {
        (1.0 - self.u(place).powi(2)).max(0.0).powf(self.power)
    }
}
