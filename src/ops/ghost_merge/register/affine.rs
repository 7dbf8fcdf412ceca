//! Affine maps of the plane, in double precision, and small systems of linear equations. Knows no pictures.

/// A map (x, y) → (a·x + b·y + c, d·x + e·y + f).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// Rows [a, b, c] and [d, e, f].
    pub rows: [[f64; 3]; 2],
}

impl Affine {
    /// The similarity that takes `from` to `to`, turns clockwise (y runs down) by `angle` radians and enlarges
    /// by `scale`.
    #[must_use]
    pub fn similarity(scale: f64, angle: f64, from: [f64; 2], to: [f64; 2]) -> Self {
        let (s, c) = angle.sin_cos();
        Self::about([[scale * c, -scale * s], [scale * s, scale * c]], from, to)
    }

    /// The map of linear part `linear` that takes `from` to `to`.
    #[must_use]
    pub fn about(linear: [[f64; 2]; 2], from: [f64; 2], to: [f64; 2]) -> Self {
        let row = |i: usize| {
            let [a, b] = linear[i];
            [a, b, to[i] - a * from[0] - b * from[1]]
        };
        Self { rows: [row(0), row(1)] }
    }

    /// Where a point goes.
    #[must_use]
    #[inline(always)]
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        self.rows.map(|[a, b, c]| a * x + b * y + c)
    }

    /// Where a direction goes.
    #[must_use]
    #[inline(always)]
    pub fn turn(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        self.rows.map(|[a, b, _]| a * x + b * y)
    }

    /// The linear part.
    #[must_use]
    pub fn linear(&self) -> [[f64; 2]; 2] {
        self.rows.map(|[a, b, _]| [a, b])
    }

    /// Area of the image of a unit square; negative where the map mirrors.
    #[must_use]
    pub fn det(&self) -> f64 {
        let [[a, b, _], [d, e, _]] = self.rows;
        a * e - b * d
    }

    /// Length by which it enlarges, in the mean of all directions.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.det().abs().sqrt()
    }

    /// Clockwise turn in degrees, −180 … 180, of a map that does not mirror.
    #[must_use]
    pub fn degrees(&self) -> f64 {
        let [[a, b, _], [d, e, _]] = self.rows;
        (d - b).atan2(a + e).to_degrees()
    }

    /// The longer over the shorter half-axis of a circle's image; infinite of a map that flattens.
    #[must_use]
    pub fn anisotropy(&self) -> f64 {
        let [[a, b, _], [d, e, _]] = self.rows;
        let (mean, half) = ((a + e).hypot(d - b), (a - e).hypot(b + d));
        if mean > half { (mean + half) / (mean - half) } else { f64::INFINITY }
    }

    /// The inverse; `None` of a map that flattens.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let det = self.det();
        if !det.is_finite() || det.abs() < 1e-12 {
            return None;
        }
        let [[a, b, c], [d, e, f]] = self.rows;
        let row = |p: f64, q: f64| [p / det, q / det, -(p * c + q * f) / det];
        Some(Self { rows: [row(e, -b), row(-d, a)] })
    }
}

/// Solves symmetric positive definite equations by Cholesky's factors; `None` where the matrix is not so.
#[must_use]
pub(super) fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - sum;
            if i == j && (rest.is_nan() || rest <= 1e-12 * matrix[i][i].abs()) {
                return None;
            }
            matrix[i][j] = if i == j { rest.sqrt() } else { rest / matrix[j][j] };
        }
    }
    for i in 0..n {
        let sum: f64 = (0..i).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = (right[i] - sum) / matrix[i][i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|k| matrix[k][i] * right[k]).sum();
        right[i] = (right[i] - sum) / matrix[i][i];
    }
    Some(right)
}

/// Straight distance of two points.
#[must_use]
#[inline(always)]
pub(super) fn far(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_similarity_is_what_it_was_made_of() {
        let map = Affine::similarity(1.3, 0.2, [4.0, 7.0], [10.0, -3.0]);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(far(map.apply([4.0, 7.0]), [10.0, -3.0]), 0.0);
        close(map.scale(), 1.3);
        close(map.degrees(), 0.2_f64.to_degrees());
        close(map.anisotropy(), 1.0);
        close(Affine::about([[3.0, 0.0], [0.0, 2.0]], [0.0; 2], [0.0; 2]).anisotropy(), 1.5);
        let there = map.apply([5.5, -2.0]);
        close(far(map.inverse().unwrap().apply(there), [5.5, -2.0]), 0.0);
        assert!(Affine::about([[1.0, 2.0], [2.0, 4.0]], [0.0; 2], [0.0; 2]).inverse().is_none());
    }

    #[test]
    fn equations_are_solved_or_refused() {
        let matrix = vec![vec![4.0, 1.0, 0.5], vec![1.0, 3.0, -0.2], vec![0.5, -0.2, 2.0]];
        let truth = [1.0, -2.0, 0.5];
        let right = matrix.iter().map(|r| r.iter().zip(truth).map(|(a, b)| a * b).sum()).collect();
        for (a, b) in solve(matrix, right).unwrap().into_iter().zip(truth) {
            assert!((a - b).abs() < 1e-12);
        }
        assert!(solve(vec![vec![1.0, 1.0], vec![1.0, 1.0]], vec![1.0, 1.0]).is_none());
        assert!(solve(vec![vec![f64::NAN]], vec![1.0]).is_none());
    }
}
