//! A smooth surface through samples of which some are wrong on one side: light with a shadow on it.
//!
//! A polynomial of fourth degree in position, by least squares that are repeated with weights: samples far
//! below the surface count next to nothing, those far above fade as in Cauchy's estimator.

/// Terms u^i·v^j with i + j at most 4.
const TERMS: usize = 15;
/// Fits, each with the weights that the one before gave.
const ROUNDS: usize = 8;
/// Weight of a sample far below.
const SHADED: f64 = 0.002;
/// Least spread of good samples.
const LEAST_SPREAD: f32 = 0.002;
/// About this many samples are enough for fifteen terms.
const ENOUGH: usize = 1024;
/// Ridge a sample, against directions that no sample speaks for.
const RIDGE: f64 = 1e-6;

/// A quartic surface over positions −0.5 … 0.5.
#[derive(Clone, Debug)]
pub struct Surface {
    terms: [f64; TERMS],
}

impl Surface {
    /// Fits samples (u, v, value), an even part of them where there are many; `None` where there are none.
    #[must_use]
    pub fn fit(samples: &[[f32; 3]]) -> Option<Self> {
        let rows: Vec<[f64; WIDTH]> = samples
            .iter()
            .step_by((samples.len() / ENOUGH).max(1))
            .map(|s| extended(s.map(f64::from)))
            .collect();
        let mut weights = vec![1.0_f64; rows.len()];
        let mut errors = vec![0.0_f32; rows.len()];
        let mut fitted = None;
        for _ in 0..ROUNDS {
            let terms = solve(normal_equations(&rows, &weights))?;
            for (e, row) in errors.iter_mut().zip(&rows) {
                let fitted: f64 = terms.iter().zip(row).map(|(t, r)| t * r).sum();
                *e = (row[TERMS] - fitted) as f32;
            }
            let mut sizes: Vec<f32> = errors.iter().map(|e| e.abs()).collect();
            let spread = f64::from((1.4826 * super::median(&mut sizes)?).max(LEAST_SPREAD));
            for (w, e) in weights.iter_mut().zip(&errors) {
                let e = f64::from(*e) / spread;
                *w = if e < -2.0 { SHADED } else { 1.0 / (1.0 + e * e / 9.0) };
            }
            fitted = Some(Self { terms });
        }
        fitted
    }

    /// The surface that has one value everywhere.
    #[must_use]
    pub fn level(value: f32) -> Self {
        let mut terms = [0.0; TERMS];
        terms[0] = value.into();
        Self { terms }
    }

    /// Its values at the middles of the pixels of a picture so wide, row after row.
    pub fn fill(&self, width: usize, values: &mut [f32]) {
        let (w, height) = (width.max(1), values.len() / width.max(1));
        for (y, row) in values.chunks_exact_mut(w).enumerate() {
            let along = self.along((y as f64 + 0.5) / height as f64 - 0.5);
            for (x, v) in row.iter_mut().enumerate() {
                *v = along.at((x as f32 + 0.5) / w as f32 - 0.5);
            }
        }
    }

    /// The surface along a row.
    #[must_use]
    pub fn along(&self, v: f64) -> Along {
        let t = &self.terms;
        let factors = [
            t[0] + v * (t[1] + v * (t[2] + v * (t[3] + v * t[4]))),
            t[5] + v * (t[6] + v * (t[7] + v * t[8])),
            t[9] + v * (t[10] + v * t[11]),
            t[12] + v * t[13],
            t[14],
        ];
        Along(factors.map(|f| f as f32))
    }
}

/// A row of a surface: factors of the powers of u.
#[derive(Clone, Copy, Debug)]
pub struct Along([f32; 5]);

impl Along {
    /// The surface at a place of the row.
    #[inline(always)]
    #[must_use]
    pub fn at(&self, u: f32) -> f32 {
        let [c0, c1, c2, c3, c4] = self.0;
        c0 + u * (c1 + u * (c2 + u * (c3 + u * c4)))
    }
}

/// Terms and the value.
const WIDTH: usize = 16;
/// Matrix and right-hand side, row by row.
type Equations = [[f64; WIDTH]; TERMS];

/// Monomials of a sample (u, v, value), and the value.
fn extended([u, v, value]: [f64; 3]) -> [f64; WIDTH] {
    let [[u2, u3, u4], [v2, v3, v4]] = [u, v].map(|w| [w * w, w * w * w, w * w * w * w]);
    [1.0, v, v2, v3, v4, u, u * v, u * v2, u * v3, u2, u2 * v, u2 * v2, u3, u3 * v, u4, value]
}

wide! {
    fn normal_equations(rows: &[[f64; WIDTH]], weights: &[f64]) -> Equations {
        let mut equations = [[0.0; WIDTH]; TERMS];
        for (row, weight) in rows.iter().zip(weights) {
            for i in 0..TERMS {
                let factor = weight * row[i];
                for j in 0..WIDTH {
                    equations[i][j] += factor * row[j];
                }
            }
        }
        for (i, equation) in equations.iter_mut().enumerate() {
            equation[i] += RIDGE * rows.len() as f64;
        }
        equations
    }
}

/// Gauss and Jordan; the ridge makes the matrix positive definite, so that no pivot is searched.
fn solve(mut equations: Equations) -> Option<[f64; TERMS]> {
    for i in 0..TERMS {
        let pivot = equations[i][i];
        if !(pivot.is_finite() && pivot > 0.0) {
            return None;
        }
        let row = equations[i].map(|v| v / pivot);
        equations[i] = row;
        for (_, other) in equations.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = other[i];
            other.iter_mut().zip(&row).for_each(|(o, r)| *o -= factor * r);
        }
    }
    Some(equations.map(|e| e[TERMS]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::noise;

    #[test]
    fn light_is_found_under_a_shadow_on_a_fifth_of_the_samples() {
        let light = |u: f32, v: f32| {
            -0.3 + 0.2 * u - 0.4 * v * v + 0.15 * u * u * v - 0.1 * u * u * u + 0.2 * u * v * v * v
        };
        let position = |i: u32| (i as f32 + 0.5) / 64.0 - 0.5;
        let samples: Vec<[f32; 3]> = (0..48)
            .flat_map(|y| (0..64).map(move |x| (x, y)))
            .map(|(x, y)| {
                let (u, v) = (position(x), position(y));
                let shadow = if noise(x / 8, y / 8, 1) < 0.2 { 0.1 + 0.4 * noise(x, y, 2) } else { 0.0 };
                [u, v, light(u, v) - shadow + 0.004 * (noise(x, y, 3) - 0.5)]
            })
            .collect();
        let Some(surface) = Surface::fit(&samples) else { unreachable!() };
        for [u, v, _] in &samples {
            let found = surface.along((*v).into()).at(*u);
            assert!((found - light(*u, *v)).abs() < 0.015, "{u} {v}: {}", found - light(*u, *v));
        }
    }

    #[test]
    fn no_samples_no_surface() {
        assert!(Surface::fit(&[]).is_none());
        assert!(Surface::fit(&[[0.0, 0.0, -1.0]]).is_some());
    }
}
