//! Small symmetric systems and damped least squares. Knows no colours, allocates little, never panics: a system
//! that cannot be solved says so.
//!
//! Source: D. Marquardt, "An algorithm for least-squares estimation of nonlinear parameters", 1963.

/// Normal equations of a least-squares problem in `n` unknowns: `a` is `JᵀJ` (its lower triangle, rows of `n`),
/// `b` is `Jᵀr`, `cost` is `r·r`.
#[derive(Clone, Debug)]
pub(super) struct Normal {
    n: usize,
    a: Vec<f64>,
    b: Vec<f64>,
    pub(super) cost: f64,
}

impl Normal {
    pub(super) fn new(n: usize) -> Self {
        Self { n, a: vec![0.0; n * n], b: vec![0.0; n], cost: 0.0 }
    }

    /// Adds one residual and its derivatives.
    pub(super) fn add(&mut self, derivatives: &[f64], residual: f64) {
        for (i, d) in derivatives.iter().enumerate().filter(|(_, d)| **d != 0.0) {
            for (a, e) in self.a[i * self.n..].iter_mut().zip(&derivatives[..=i]) {
                *a += d * e;
            }
            self.b[i] += d * residual;
        }
        self.cost += residual * residual;
    }

    /// The `x` of `(A + damping · diag A) x = b`.
    pub(super) fn solve(&self, damping: f64) -> Option<Vec<f64>> {
        let mut a = self.a.clone();
        for i in 0..self.n {
            a[i * self.n + i] *= 1.0 + damping;
        }
        cholesky(&mut a, self.n)?;
        let mut x = self.b.clone();
        for i in 0..self.n {
            let (done, rest) = x.split_at_mut(i);
            rest[0] = (rest[0] - dot(&a[i * self.n..], done)) / a[i * self.n + i];
        }
        for i in (0..self.n).rev() {
            x[i] /= a[i * self.n + i];
            let (head, tail) = x.split_at_mut(i);
            head.iter_mut().zip(&a[i * self.n..]).for_each(|(h, l)| *h -= l * tail[0]);
        }
        x.iter().all(|v| v.is_finite()).then_some(x)
    }
}

/// Makes the lower triangle of `a` its own Cholesky factor; `None` where `a` is not positive.
pub(super) fn cholesky(a: &mut [f64], n: usize) -> Option<()> {
    for i in 0..n {
        let (above, row) = a.split_at_mut(i * n);
        for j in 0..i {
            row[j] = (row[j] - dot(&row[..j], &above[j * n..j * n + j])) / above[j * n + j];
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        if pivot.is_nan() || pivot <= 1e-14 * row[i] {
            return None;
        }
        row[i] = pivot.sqrt();
    }
    Some(())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Walks from `start` down the squares of a residual, at most `steps` steps. `normal` gives the equations at a
/// point, and only the cost where it is told so.
pub(super) fn descend(
    start: Vec<f64>,
    steps: usize,
    mut normal: impl FnMut(&[f64], bool) -> Normal,
) -> Vec<f64> {
    let mut at = start;
    let mut damping = 1e-3;
    for _ in 0..steps {
        let here = normal(&at, true);
        let mut moved = None;
        while moved.is_none() && damping < 1e6 {
            let step = here.solve(damping);
            moved = step.map(|s| at.iter().zip(s).map(|(a, s)| a - s).collect::<Vec<f64>>()).and_then(|to| {
                let cost = normal(&to, false).cost;
                (cost < here.cost).then_some((to, cost))
            });
            damping *= if moved.is_some() { 0.1 } else { 10.0 };
        }
        damping = damping.max(1e-9);
        let Some((to, cost)) = moved else { break };
        at = to;
        if here.cost - cost < 1e-7 * here.cost {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn solves_what_it_is_given() {
        let rows = [[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 0.0, 2.0], [1.0, 1.0, 1.0]];
        let truth = [0.5, -1.5, 2.0];
        let mut normal = Normal::new(3);
        rows.iter().for_each(|row| normal.add(row, dot(row, &truth)));
        let found = normal.solve(0.0).unwrap();
        assert!(found.iter().zip(truth).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
    }

    #[test]
    fn says_when_it_cannot() {
        let mut normal = Normal::new(2);
        normal.add(&[1.0, 1.0], 1.0);
        assert!(normal.solve(0.0).is_none());
        normal.add(&[f64::NAN, 0.0], 1.0);
        assert!(normal.solve(0.1).is_none());
    }

    /// Rosenbrock's valley, as residuals.
    #[test]
    fn finds_the_bottom_of_a_bent_valley() {
        let found = descend(vec![-1.2, 1.0], 100, |at, _| {
            let mut normal = Normal::new(2);
            normal.add(&[-20.0 * at[0], 10.0], 10.0 * (at[1] - at[0] * at[0]));
            normal.add(&[-1.0, 0.0], 1.0 - at[0]);
            normal
        });
        assert!(found.iter().all(|v| (v - 1.0).abs() < 1e-6), "{found:?}");
    }
}
