//! A camera model as numbers that a solver can turn, with the derivatives by each of them.
//!
//! The order: light over the chart, curve, matrix and roots. The curve is `x · exp(e(u))` with a cubic `e` of the
//! light's logarithm `u`, most of it common to the channels; the matrix is the identity and what is added to it; a
//! root comes less the mean of its two channels, so that greys hang on the matrix alone. At zero nothing is
//! changed. Never sees a file or a chart.

use super::curve::Curve;
use super::error::ModelError;
use super::model::{ROOTS, TERMS, linear, terms, tidy, times};

/// How many numbers there are.
pub(super) const COUNT: usize = 32;

/// One value for each.
pub(super) type Numbers = [f64; COUNT];

/// What is added to the matrix, rows first.
const MIX: usize = 0;
/// Logarithm of light over the chart, by [`places`].
const LIGHT: usize = 9;
/// The curve's cubic for all channels.
const TONE: usize = 14;
/// What each channel adds to the linear and the square term: red's, green's, blue's linear, then the squares.
const OWN: usize = 17;
/// The roots' matrix, rows first.
const MIXED: usize = 23;

/// The light at which the curve changes nothing, and below which it is a straight line.
const PIVOT: f64 = 0.2;
const FLOOR: f64 = 0.002;
/// Knots of a curve that is written down.
const KNOTS: usize = 24;

/// How far each number is expected to be from zero: what holds 24 patches together. Zero switches it off.
pub(super) fn spread(curves: bool, roots: bool) -> Numbers {
    let mut s = [0.0; COUNT];
    s[MIX..LIGHT].fill(1.0);
    s[LIGHT..TONE].fill(0.1);
    if curves {
        s[TONE..OWN].copy_from_slice(&[0.6, 0.6, 0.3]);
        s[OWN..MIXED].fill(0.05);
    }
    if roots {
        s[MIXED..].fill(1.0);
    }
    s
}

/// The light that falls on the chart's place `at`, relative to its middle; `at` goes from −½ to ½.
pub(super) fn light(v: &Numbers, at: [f64; 2]) -> f64 {
    v[LIGHT..TONE].iter().zip(places(at)).map(|(v, p)| v * p).sum::<f64>().exp()
}

/// A plane and a bowl over the chart: a lamp at the side, a lamp near by, a lens that darkens corners.
fn places([x, y]: [f64; 2]) -> [f64; 5] {
    [x, y, x * x, x * y, y * y]
}

/// The curve of channel `c` at `x`, with its logarithmic slope and the logarithm it hangs on.
fn tone(v: &Numbers, c: usize, x: f64) -> (f64, f64, f64) {
    let u = 0.5 * (x.max(FLOOR) / PIVOT).ln();
    let [a, b, d] = [v[TONE] + v[OWN + c], v[TONE + 1] + v[OWN + 3 + c], v[TONE + 2]];
    let e = (u * (a + u * (b + u * d))).clamp(-4.0, 4.0);
    let slope = if x > FLOOR { 1.0 + 0.5 * (a + u * (2.0 * b + u * 3.0 * d)) } else { 1.0 };
    (x * e.exp(), slope, u)
}

/// How much less than `least` the curve of channel `c` rises at light `x`, and the derivatives of that.
pub(super) fn sag(v: &Numbers, c: usize, x: f64, least: f64) -> (f64, Numbers) {
    let (_, slope, u) = tone(v, c, x);
    let mut by = [0.0; COUNT];
    if slope >= least {
        return (0.0, by);
    }
    by[TONE..OWN].copy_from_slice(&[-0.5, -u, -1.5 * u * u]);
    by[OWN + c] = -0.5;
    by[OWN + 3 + c] = -u;
    (least - slope, by)
}

/// The corrected colour of `p` at the chart's place `at`, and its derivatives by all numbers.
pub(super) fn colour(v: &Numbers, p: [f64; 3], at: [f64; 2]) -> ([f64; 3], [Numbers; 3]) {
    let shade = light(v, at);
    let mut q = [0.0; 3];
    let mut inner = [[0.0; COUNT]; 3];
    for c in 0..3 {
        let (y, slope, u) = tone(v, c, p[c] * shade);
        q[c] = y;
        inner[c][LIGHT..TONE].copy_from_slice(&places(at).map(|p| y * slope * p));
        inner[c][TONE..OWN].copy_from_slice(&[y * u, y * u * u, y * u * u * u]);
        inner[c][OWN + c] = y * u;
        inner[c][OWN + 3 + c] = y * u * u;
    }
    let all = terms(q);
    let mut out = q;
    let mut slopes = [[0.0; COUNT]; 3];
    for (i, (o, row)) in out.iter_mut().zip(&mut slopes).enumerate() {
        let mut by: [f64; 3] = std::array::from_fn(|c| v[MIX + 3 * i + c] + if i == c { 1.0 } else { 0.0 });
        *o = by.iter().zip(q).map(|(m, q)| m * q).sum();
        row[MIX + 3 * i..MIX + 3 * i + 3].copy_from_slice(&q);
        for (k, [a, b]) in ROOTS.into_iter().enumerate() {
            let (root, m) = (all[3 + k], v[MIXED + 3 * i + k]);
            let term = root - 0.5 * (q[a] + q[b]);
            *o += m * term;
            row[MIXED + 3 * i + k] = term;
            let half = |over: f64| if root > 0.0 { 0.5 * root / over } else { 0.0 };
            by[a] += m * (half(q[a]) - 0.5);
            by[b] += m * (half(q[b]) - 0.5);
        }
        for (c, inner) in inner.iter().enumerate() {
            row.iter_mut().zip(inner).for_each(|(r, d)| *r += by[c] * d);
        }
    }
    (out, slopes)
}

/// The matrix on terms that these numbers stand for, followed by `after`.
pub(super) fn matrix(v: &Numbers, after: &[[f64; 3]; 3]) -> [[f64; TERMS]; 3] {
    let mut m = linear([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    for (i, row) in m.iter_mut().enumerate() {
        for (c, value) in row[..3].iter_mut().enumerate() {
            *value += v[MIX + 3 * i + c];
        }
        for (k, [a, b]) in ROOTS.into_iter().enumerate() {
            let q = v[MIXED + 3 * i + k];
            row[3 + k] = q;
            row[a] -= 0.5 * q;
            row[b] -= 0.5 * q;
        }
    }
    let columns: [[f64; 3]; TERMS] = std::array::from_fn(|t| times(after, [m[0][t], m[1][t], m[2][t]]));
    std::array::from_fn(|r| std::array::from_fn(|t| columns[t][r]))
}

/// The curves that these numbers stand for, each up to the light `top`.
///
/// # Errors
/// [`ModelError::Curve`] where one does not rise.
pub(super) fn curves(v: &Numbers, top: [f64; 3]) -> Result<[Curve; 3], ModelError> {
    let curve = |c: usize| {
        let knot = |k: usize| {
            let x = top[c] * (k as f64 / KNOTS as f64).powi(2);
            [x, tone(v, c, x).0].map(tidy)
        };
        Curve::new((0..=KNOTS).map(knot).collect())
    };
    Ok([curve(0)?, curve(1)?, curve(2)?])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::camera::model::{Kind, Model, diagonal};

    fn some() -> Numbers {
        std::array::from_fn(|i| 0.1 * (i as f64 * 1.7).sin())
    }

    #[test]
    fn derivatives_are_differences() {
        for p in [[0.3, 0.1, 0.05], [0.8, 0.001, 0.2], [0.2, 0.4, -0.01]] {
            let at = [0.3, -0.4];
            let (_, slopes) = colour(&some(), p, at);
            for k in 0..COUNT {
                let moved = |by: f64| {
                    let mut v = some();
                    v[k] += by;
                    colour(&v, p, at).0
                };
                for (row, (a, b)) in slopes.iter().zip(moved(1e-6).iter().zip(moved(-1e-6))) {
                    assert!(
                        (row[k] - (a - b) / 2e-6).abs() < 1e-8,
                        "{p:?} by {k}: {} for {}",
                        row[k],
                        (a - b) / 2e-6
                    );
                }
            }
        }
    }

    #[test]
    fn the_model_written_down_does_the_same() {
        let v = some();
        let after = [[0.9, 0.1, 0.0], [0.0, 1.0, 0.0], [0.1, 0.2, 0.7]];
        let model = Model {
            kind: Kind::CurvesRoots,
            before: diagonal([1.0; 3]),
            curves: Some(curves(&v, [1.0; 3]).unwrap()),
            matrix: matrix(&v, &after),
        };
        for p in [[0.3, 0.1, 0.05], [0.8, 0.9, 0.2], [0.02, 0.01, 0.03]] {
            let wanted = times(&after, colour(&v, p, [0.0; 2]).0);
            let found = model.apply(p);
            assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 2e-4), "{found:?} for {wanted:?}");
        }
    }

    #[test]
    fn nothing_is_changed_at_zero() {
        assert_eq!(colour(&[0.0; COUNT], [0.3, 0.1, 0.05], [0.5; 2]).0, [0.3, 0.1, 0.05]);
    }
}
