//! A monotone tone curve through knots: what undoes the rendering that a camera gave its picture.
//!
//! Between knots it is the monotone cubic of F. Fritsch and J. Butland, "A method for constructing local monotone
//! piecewise cubic interpolants", 1984, with the weighted harmonic means of its usual implementation; outside them
//! it is a straight line. Never falls.

use serde::{Deserialize, Serialize};

use super::error::ModelError;

/// A rising curve from light to light.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Vec<f64>>", into = "Vec<[f64; 2]>")]
pub struct Curve {
    knots: Vec<[f64; 2]>,
    slopes: Vec<f64>,
}

impl Curve {
    /// The curve through `knots` (light in, light out), of which there are 2 to 256, both rising strictly.
    ///
    /// # Errors
    /// [`ModelError::Curve`] where that is not so or a number is not finite.
    pub fn new(knots: Vec<[f64; 2]>) -> Result<Self, ModelError> {
        let rises = |w: &[[f64; 2]]| w[0][0] < w[1][0] && w[0][1] < w[1][1];
        let finite = knots.iter().flatten().all(|v| v.is_finite());
        if !(2..=256).contains(&knots.len()) || !finite || !knots.windows(2).all(rises) {
            return Err(ModelError::Curve);
        }
        let slopes = slopes(&knots);
        if slopes.iter().all(|v| v.is_finite()) { Ok(Self { knots, slopes }) } else { Err(ModelError::Curve) }
    }

    /// The knots, light in and light out.
    #[must_use]
    pub fn knots(&self) -> &[[f64; 2]] {
        &self.knots
    }

    /// The light in at the last knot: where a table ends and the straight line begins.
    #[must_use]
    pub fn top(&self) -> f64 {
        self.knots.last().map_or(0.0, |k| k[0])
    }

    /// The slope of the line past the last knot.
    #[must_use]
    pub fn last_slope(&self) -> f64 {
        self.slopes.last().copied().unwrap_or(1.0)
    }

    /// The value at `x`. Not a number stays so.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        let right = self.knots.partition_point(|k| k[0] <= x);
        let line = |i: usize| self.knots[i][1] + self.slopes[i] * (x - self.knots[i][0]);
        if right == 0 {
            return line(0);
        }
        if right == self.knots.len() {
            return line(right - 1);
        }
        let ([x0, y0], [x1, y1]) = (self.knots[right - 1], self.knots[right]);
        let (h, d0, d1) = (x1 - x0, self.slopes[right - 1], self.slopes[right]);
        let t = (x - x0) / h;
        let (t2, t3) = (t * t, t * t * t);
        y0 * (2.0 * t3 - 3.0 * t2 + 1.0)
            + h * d0 * (t3 - 2.0 * t2 + t)
            + y1 * (3.0 * t2 - 2.0 * t3)
            + h * d1 * (t3 - t2)
    }

    /// `n` values (at least 2) at lights whose square roots are equally spaced from 0 to that of [`Self::top`]:
    /// the table a kernel reads with linear interpolation in √light; past its end [`Self::last_slope`] goes on.
    #[must_use]
    pub fn table(&self, n: usize) -> Vec<f64> {
        let last = n.max(2) - 1;
        (0..=last).map(|i| self.at(self.top().max(0.0) * (i as f64 / last as f64).powi(2))).collect()
    }
}

/// From a file, where nothing says that a knot has two numbers.
impl TryFrom<Vec<Vec<f64>>> for Curve {
    type Error = ModelError;

    fn try_from(knots: Vec<Vec<f64>>) -> Result<Self, ModelError> {
        let knot = |k: Vec<f64>| <[f64; 2]>::try_from(k).map_err(|_| ModelError::Curve);
        Self::new(knots.into_iter().map(knot).collect::<Result<_, _>>()?)
    }
}

impl From<Curve> for Vec<[f64; 2]> {
    fn from(curve: Curve) -> Self {
        curve.knots
    }
}

/// Slopes at the knots that keep the cubic monotone.
fn slopes(knots: &[[f64; 2]]) -> Vec<f64> {
    let steps: Vec<f64> = knots.windows(2).map(|w| w[1][0] - w[0][0]).collect();
    let rises: Vec<f64> = knots.windows(2).zip(&steps).map(|(w, h)| (w[1][1] - w[0][1]) / h).collect();
    if rises.len() == 1 {
        return vec![rises[0]; 2];
    }
    let inner = steps.windows(2).zip(rises.windows(2)).map(|(h, d)| {
        let (a, b) = (2.0 * h[1] + h[0], h[1] + 2.0 * h[0]);
        (a + b) / (a / d[0] + b / d[1])
    });
    let last = steps.len() - 1;
    let first = end(steps[0], steps[1], rises[0], rises[1]);
    let final_ = end(steps[last], steps[last - 1], rises[last], rises[last - 1]);
    std::iter::once(first).chain(inner).chain(std::iter::once(final_)).collect()
}

/// The slope at an end: of the parabola through three knots, held between flat and three times the end's rise.
fn end(near: f64, next: f64, rise: f64, next_rise: f64) -> f64 {
    (((2.0 * near + next) * rise - near * next_rise) / (near + next)).clamp(0.0, 3.0 * rise)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    /// Values of SciPy's `PchipInterpolator` at the same knots.
    #[test]
    fn equals_scipy() {
        let curve = Curve::new(vec![[0.0, 0.0], [0.1, 0.05], [0.3, 0.35], [0.9, 1.0]]).unwrap();
        for (x, wanted) in SCIPY {
            assert!((curve.at(x) - wanted).abs() < 1e-12, "{x}: {} for {wanted}", curve.at(x));
        }
    }

    const SCIPY: [(f64, f64); 5] = [
        (0.03, 0.008773684210526),
        (0.1, 0.050000000000000),
        (0.17, 0.134950694242512),
        (0.5, 0.599176386331083),
        (0.88, 0.984308612134234),
    ];

    #[test]
    fn rises_everywhere_and_is_straight_outside() {
        let curve = Curve::new(vec![[0.0, 0.0], [0.2, 0.001], [0.21, 0.9], [1.0, 0.901]]).unwrap();
        let values: Vec<f64> = (-50..300).map(|i| curve.at(f64::from(i) / 200.0)).collect();
        assert!(values.windows(2).all(|w| w[1] >= w[0]));
        let line = |x: f64| curve.at(1.0) + curve.last_slope() * (x - 1.0);
        assert!((curve.at(3.0) - line(3.0)).abs() < 1e-12);
        assert!(curve.at(f64::NAN).is_nan());
    }

    #[test]
    fn the_table_has_the_values() {
        let curve = Curve::new(vec![[0.0, 0.0], [0.25, 0.4], [0.81, 0.7]]).unwrap();
        let table = curve.table(10);
        assert_eq!(table.len(), 10);
        assert!((table[5] - curve.at(0.25)).abs() < 1e-12 && (table[9] - 0.7).abs() < 1e-12);
        assert_eq!(curve.table(0).len(), 2);
    }

    #[test]
    fn refuses_what_does_not_rise() {
        for bad in [
            vec![],
            vec![[0.0, 0.0]],
            vec![[0.0, 0.0], [0.0, 1.0]],
            vec![[0.0, 0.0], [1.0, 0.0]],
            vec![[0.0, 0.0], [1.0, f64::NAN]],
            vec![[0.0, 0.0], [f64::INFINITY, 1.0]],
            vec![[0.0, 0.0], [1e-320, 1e300]],
        ] {
            assert!(Curve::new(bad).is_err());
        }
    }
}
