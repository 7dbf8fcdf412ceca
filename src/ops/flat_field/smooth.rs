//! A smooth surface through samples of which some are wrong: dust, a seam, a finger in the corner.
//!
//! Products of Legendre polynomials up to a total degree, by least squares that are repeated with Tukey's weights
//! (A. Beaton, J. Tukey 1974): a sample far from the surface counts for nothing. It knows no pictures.

/// Terms of the fourth degree.
const MOST: usize = 15;
/// Fits, each with the weights that the one before gave.
const ROUNDS: usize = 8;
/// Spreads beyond which a sample counts for nothing.
const FAR: f64 = 4.685;
/// Least spread of good samples.
const LEAST_SPREAD: f64 = 5e-4;
/// Ridge a sample, against directions that no sample speaks for.
const RIDGE: f64 = 1e-9;

/// A polynomial over positions −1 … 1.
#[derive(Clone, Debug)]
pub(super) struct Smooth {
    degree: usize,
    terms: [f64; MOST],
}

/// Terms of a polynomial in two variables.
pub(super) fn terms(degree: usize) -> usize {
    (degree + 1) * (degree + 2) / 2
}

impl Smooth {
    /// Fits samples (x, y, value) by a polynomial of at most the fourth degree; `None` where there are fewer samples
    /// than terms or they are no numbers.
    pub(super) fn fit(samples: &[[f64; 3]], degree: usize) -> Option<Self> {
        let degree = degree.min(4);
        if samples.len() < terms(degree) {
            return None;
        }
        let rows: Vec<[f64; MOST]> = samples.iter().map(|[x, y, _]| basis(degree, *x, *y)).collect();
        let mut weights = vec![1.0; samples.len()];
        let mut found = [0.0; MOST];
        for _ in 0..ROUNDS {
            found = solve(&rows, samples, &weights, terms(degree))?;
            let errors: Vec<f64> =
                rows.iter().zip(samples).map(|(row, [_, _, value])| value - dot(row, &found)).collect();
            let mut sizes: Vec<f64> = errors.iter().map(|e| e.abs()).collect();
            let middle = sizes.len() / 2;
            let spread = (1.4826 * *sizes.select_nth_unstable_by(middle, f64::total_cmp).1).max(LEAST_SPREAD);
            for (weight, error) in weights.iter_mut().zip(&errors) {
                let e = error / (FAR * spread);
                *weight = (1.0 - e * e).max(0.0).powi(2);
            }
        }
        Some(Self { degree, terms: found })
    }

    /// Its value at a position.
    pub(super) fn at(&self, x: f64, y: f64) -> f64 {
        dot(&basis(self.degree, x, y), &self.terms)
    }
}

fn dot(a: &[f64; MOST], b: &[f64; MOST]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// P₀ … P₄ at a position.
fn legendre(x: f64) -> [f64; 5] {
    let q = x * x;
    [1.0, x, 1.5 * q - 0.5, (2.5 * q - 1.5) * x, (4.375 * q - 3.75) * q + 0.375]
}

/// The terms of a degree, the others zero.
fn basis(degree: usize, x: f64, y: f64) -> [f64; MOST] {
    let (across, down) = (legendre(x), legendre(y));
    let mut all = [0.0; MOST];
    let pairs = (0..=degree).flat_map(|sum| (0..=sum).map(move |i| (i, sum - i)));
    all.iter_mut().zip(pairs).for_each(|(term, (i, j))| *term = across[i] * down[j]);
    all
}

/// Weighted least squares by the normal equations, after Gauss and Jordan; the ridge makes them positive definite.
fn solve(rows: &[[f64; MOST]], samples: &[[f64; 3]], weights: &[f64], terms: usize) -> Option<[f64; MOST]> {
    let mut equations = vec![[0.0; MOST + 1]; terms];
    for ((row, sample), weight) in rows.iter().zip(samples).zip(weights) {
        for (i, equation) in equations.iter_mut().enumerate() {
            let factor = weight * row[i];
            equation[..terms].iter_mut().zip(row).for_each(|(e, r)| *e += factor * r);
            equation[MOST] += factor * sample[2];
        }
    }
    for i in 0..terms {
        equations[i][i] += RIDGE * rows.len() as f64;
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
    let mut found = [0.0; MOST];
    found.iter_mut().zip(&equations).for_each(|(f, e)| *f = e[MOST]);
    found.iter().all(|f| f.is_finite()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::noise;

    #[test]
    fn a_quartic_is_found_under_dust_and_a_seam() {
        let truth = |x: f64, y: f64| 0.3 - 0.5 * x * x + 0.2 * y - 0.4 * x * x * y * y + 0.1 * y.powi(3) * x;
        let mut samples = Vec::new();
        for (i, j) in (0..48_u32).flat_map(|j| (0..64_u32).map(move |i| (i, j))) {
            let (x, y) = ((f64::from(i) + 0.5) / 32.0 - 1.0, (f64::from(j) + 0.5) / 24.0 - 1.0);
            let wrong = if i == 20 || noise(i, j, 1) < 0.05 { -0.4 } else { 0.0 };
            samples.push([x, y, truth(x, y) + wrong + 0.004 * (f64::from(noise(i, j, 2)) - 0.5)]);
        }
        let Some(found) = Smooth::fit(&samples, 4) else { unreachable!() };
        for [x, y, _] in samples {
            let off = found.at(x, y) - truth(x, y);
            assert!(off.abs() < 1e-3, "{off} at {x}, {y}");
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_none() {
        assert!(Smooth::fit(&[], 0).is_none());
        assert!(Smooth::fit(&[[0.0, 0.0, 1.0]; 5], 2).is_none());
        assert!(Smooth::fit(&[[0.0, 0.0, f64::NAN]; 50], 2).is_none());
    }
}
