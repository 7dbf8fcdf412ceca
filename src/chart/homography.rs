//! Projective maps of the plane and the small linear systems behind them. Knows no charts and no pixels.
//!
//! A map is fitted by linear least squares on points that were first centred and scaled (Hartley 1997).

/// A projective map of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Homography(pub(super) [[f64; 3]; 3]);

impl Homography {
    /// The map that brings every first point nearest to its second, or `None` where four points in general
    /// position are missing.
    pub(super) fn fit(pairs: &[([f64; 2], [f64; 2])]) -> Option<Self> {
        if pairs.len() < 4 {
            return None;
        }
        let (from, to) = (Frame::of(pairs.iter().map(|p| p.0))?, Frame::of(pairs.iter().map(|p| p.1))?);
        let mut normal = Normal::<8>::new();
        for &(source, target) in pairs {
            let ([x, y], [u, v]) = (from.apply(source), to.apply(target));
            normal.add(&[x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], u, 1.0);
            normal.add(&[0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y], v, 1.0);
        }
        let h = normal.solve()?;
        let inner = Self([[h[0], h[1], h[2]], [h[3], h[4], h[5]], [h[6], h[7], 1.0]]);
        Self::from_affine(to.inverse()).after(inner).after(Self::from_affine(from)).finite()
    }

    fn from_affine(frame: Frame) -> Self {
        let Frame { centre: [x, y], scale: s } = frame;
        Self([[s, 0.0, -s * x], [0.0, s, -s * y], [0.0, 0.0, 1.0]])
    }

    /// This map after another.
    pub(super) fn after(self, first: Self) -> Self {
        let (a, b) = (self.0, first.0);
        Self(std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum())))
    }

    fn finite(self) -> Option<Self> {
        self.0.iter().flatten().all(|value| value.is_finite()).then_some(self)
    }

    /// The map back. What this map can reach is before the horizon of that one.
    pub(super) fn inverse(self) -> Option<Self> {
        let m = self.0;
        let cofactor = |i: usize, j: usize| {
            let (a, b, c, d) = ((j + 1) % 3, (j + 2) % 3, (i + 1) % 3, (i + 2) % 3);
            m[a][c] * m[b][d] - m[a][d] * m[b][c]
        };
        let determinant: f64 = (0..3).map(|k| m[0][k] * cofactor(k, 0)).sum();
        Self(std::array::from_fn(|i| std::array::from_fn(|j| cofactor(i, j) / determinant))).finite()
    }

    /// Where a point goes; `None` at and behind the horizon.
    pub(super) fn map(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        let [a, b, c] = self.0.map(|row| row[0] * x + row[1] * y + row[2]);
        (c > 1e-6).then(|| [a / c, b / c])
    }

    /// The map near a point: where steps of one along x and along y go.
    pub(super) fn steps(&self, at: [f64; 2]) -> Option<[[f64; 2]; 2]> {
        const D: f64 = 0.25;
        let step = |dx: f64, dy: f64| {
            let (a, b) = (self.map([at[0] - dx, at[1] - dy])?, self.map([at[0] + dx, at[1] + dy])?);
            Some([(b[0] - a[0]) / (2.0 * D), (b[1] - a[1]) / (2.0 * D)])
        };
        Some([step(D, 0.0)?, step(0.0, D)?])
    }
}

/// Centre and scale that bring points near the unit circle.
#[derive(Clone, Copy)]
struct Frame {
    centre: [f64; 2],
    scale: f64,
}

impl Frame {
    fn of(points: impl Iterator<Item = [f64; 2]> + Clone) -> Option<Self> {
        let n = points.clone().count() as f64;
        let sum = points.clone().fold([0.0; 2], |s, p| [s[0] + p[0], s[1] + p[1]]);
        let centre = [sum[0] / n, sum[1] / n];
        let spread = points.map(|p| (p[0] - centre[0]).powi(2) + (p[1] - centre[1]).powi(2)).sum::<f64>() / n;
        let scale = (2.0 / spread).sqrt();
        (scale.is_finite() && scale > 0.0).then_some(Self { centre, scale })
    }

    fn apply(self, [x, y]: [f64; 2]) -> [f64; 2] {
        [(x - self.centre[0]) * self.scale, (y - self.centre[1]) * self.scale]
    }

    fn inverse(self) -> Self {
        Self { centre: self.centre.map(|c| -c * self.scale), scale: 1.0 / self.scale }
    }
}

/// Normal equations of a weighted least-squares problem in `N` unknowns.
pub(super) struct Normal<const N: usize> {
    matrix: [[f64; N]; N],
    right: [f64; N],
}

impl<const N: usize> Normal<N> {
    pub(super) fn new() -> Self {
        Self { matrix: [[0.0; N]; N], right: [0.0; N] }
    }

    /// One equation: `row · x = value`.
    pub(super) fn add(&mut self, row: &[f64; N], value: f64, weight: f64) {
        for i in 0..N {
            for j in 0..N {
                self.matrix[i][j] += weight * row[i] * row[j];
            }
            self.right[i] += weight * row[i] * value;
        }
    }

    /// By elimination with pivots; `None` where the equations do not determine the unknowns.
    pub(super) fn solve(mut self) -> Option<[f64; N]> {
        let (m, r) = (&mut self.matrix, &mut self.right);
        let size = m.iter().enumerate().map(|(i, row)| row[i].abs()).fold(0.0, f64::max);
        for k in 0..N {
            let pivot = (k..N).max_by(|&a, &b| m[a][k].abs().total_cmp(&m[b][k].abs()))?;
            if m[pivot][k].abs() <= 1e-12 * size || !m[pivot][k].is_finite() {
                return None;
            }
            m.swap(k, pivot);
            r.swap(k, pivot);
            for i in k + 1..N {
                let by = m[i][k] / m[k][k];
                let upper = m[k];
                m[i].iter_mut().zip(upper).skip(k).for_each(|(value, upper)| *value -= by * upper);
                r[i] -= by * r[k];
            }
        }
        for k in (0..N).rev() {
            let known: f64 = (k + 1..N).map(|j| m[k][j] * r[j]).sum();
            r[k] = (r[k] - known) / m[k][k];
        }
        r.iter().all(|value| value.is_finite()).then_some(*r)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_fit_returns_the_map_that_made_the_points() {
        let truth = Homography([[40.0, 3.0, 200.0], [-5.0, 38.0, 90.0], [0.01, -0.02, 1.0]]);
        let points: Vec<_> = (0..24).map(|i| [f64::from(i % 6), f64::from(i / 6)]).collect();
        let pairs: Vec<_> = points.iter().map(|&p| (p, truth.map(p).unwrap())).collect();
        for some in [&pairs[..], &[pairs[0], pairs[5], pairs[18], pairs[23]]] {
            let fitted = Homography::fit(some).unwrap();
            let back = fitted.inverse().unwrap();
            for &(p, q) in &pairs {
                let (there, again) = (fitted.map(p).unwrap(), back.map(q).unwrap());
                assert!((there[0] - q[0]).abs() + (there[1] - q[1]).abs() < 1e-6);
                assert!((again[0] - p[0]).abs() + (again[1] - p[1]).abs() < 1e-7);
            }
        }
    }

    #[test]
    fn a_map_back_works_where_the_origin_is_behind_the_horizon() {
        let map = Homography([[40.0, 3.0, 400.0], [-5.0, 38.0, 90.0], [0.1, 0.02, 1.0]]);
        let back = map.inverse().unwrap();
        assert!(back.map([0.0, 0.0]).is_none());
        let there = map.map([5.0, 3.0]).unwrap();
        let again = back.map(there).unwrap();
        assert!((again[0] - 5.0).abs() + (again[1] - 3.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_not_determined_is_refused() {
        let line: Vec<_> = (0..9).map(|i| ([f64::from(i), 2.0], [f64::from(i) * 3.0, 7.0])).collect();
        assert_eq!(Homography::fit(&line), None);
        assert_eq!(Homography::fit(&[([0.0; 2], [f64::NAN; 2]); 5]), None);
        assert_eq!(Homography([[0.0; 3]; 3]).inverse(), None);
        assert_eq!(Homography([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]]).map([2.0, 0.0]), None);
    }
}
