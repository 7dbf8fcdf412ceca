//! CIEDE2000 near one colour, as a linear map: what makes a colour difference a least-squares residual.
//!
//! Never used for reporting: what is said about errors comes from `image::delta_e2000`.

use crate::image::{D50, delta_e2000, lab_from_working, lab_from_xyz, xyz_from_lab};

use super::model::times;
use super::solve::cholesky;

/// How far a reference colour's neighbours are from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Metric {
    lab: [f64; 3],
    factor: [[f64; 3]; 3],
}

impl Metric {
    /// Around the reference `lab`.
    pub(super) fn new(lab: [f64; 3]) -> Self {
        const STEP: f64 = 0.05;
        let squared = |along: [f64; 3], across: [f64; 3]| {
            let moved = std::array::from_fn(|i| lab[i] + STEP * (along[i] + across[i]));
            delta_e2000(lab, moved).powi(2) / (STEP * STEP)
        };
        let axis = |i: usize, sign: f64| std::array::from_fn(|k| if k == i { sign } else { 0.0 });
        let both = |i, j, sign| squared(axis(i, 1.0), axis(j, sign)) + squared(axis(i, -1.0), axis(j, -sign));
        let mut form = [0.0; 9];
        for i in 0..3 {
            for j in 0..i {
                form[3 * i + j] = (both(i, j, 1.0) - both(i, j, -1.0)) / 8.0;
            }
            form[4 * i] = 0.5 * (squared(axis(i, 1.0), [0.0; 3]) + squared(axis(i, -1.0), [0.0; 3]));
        }
        let plain = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let factor = match cholesky(&mut form, 3) {
            // The transpose of the lower factor.
            Some(()) => [[form[0], form[3], form[6]], [0.0, form[4], form[7]], [0.0, 0.0, form[8]]],
            None => plain,
        };
        Self { lab, factor }
    }

    /// The residual of a working colour, about as long as its CIEDE2000, and its derivatives by the colour.
    pub(super) fn residual(&self, space: &Space, rgb: [f64; 3]) -> ([f64; 3], [[f64; 3]; 3]) {
        let (lab, slope) = space.lab(rgb);
        let r = times(&self.factor, std::array::from_fn(|i| lab[i] - self.lab[i]));
        (r, self.factor.map(|row| std::array::from_fn(|c| (0..3).map(|k| row[k] * slope[k][c]).sum())))
    }
}

/// The way from working colours to Lab, with its derivatives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Space {
    xyz: [[f64; 3]; 3],
}

impl Space {
    pub(super) fn new() -> Self {
        let column = |c: usize| {
            xyz_from_lab(lab_from_working(std::array::from_fn(|i| if i == c { 1.0 } else { 0.0 })), D50)
        };
        let columns = [column(0), column(1), column(2)];
        Self { xyz: std::array::from_fn(|r| std::array::from_fn(|c| columns[c][r])) }
    }

    /// Lab and, rows first, its derivatives by red, green and blue.
    fn lab(&self, rgb: [f64; 3]) -> ([f64; 3], [[f64; 3]; 3]) {
        let xyz = times(&self.xyz, rgb);
        // The slope of Lab's cube root, and of the line that replaces it near black.
        let slope = |i: usize| {
            let t = xyz[i] / D50[i];
            let knee = (6.0_f64 / 29.0).powi(3);
            if t > knee { 1.0 / (3.0 * t.cbrt().powi(2)) } else { (29.0_f64 / 6.0).powi(2) / 3.0 }
        };
        let root = |i: usize| -> [f64; 3] { self.xyz[i].map(|v| v / D50[i] * slope(i)) };
        let [x, y, z] = [root(0), root(1), root(2)];
        let rows = [
            y.map(|v| 116.0 * v),
            std::array::from_fn(|c| 500.0 * (x[c] - y[c])),
            std::array::from_fn(|c| 200.0 * (y[c] - z[c])),
        ];
        (lab_from_xyz(xyz, D50), rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::working_from_lab;

    #[test]
    fn the_residual_is_as_long_as_the_difference() {
        let space = Space::new();
        for lab in
            [[50.0, 0.3, -0.2], [40.0, 30.0, 20.0], [28.0, 15.0, -50.0], [82.0, 3.0, 80.0], [20.0, 0.1, -0.5]]
        {
            let metric = Metric::new(lab);
            for step in [[0.2, 0.0, 0.0], [0.0, 0.2, 0.1], [-0.1, 0.1, -0.2]] {
                let moved: [f64; 3] = std::array::from_fn(|i| lab[i] + step[i]);
                let (r, _) = metric.residual(&space, working_from_lab(moved));
                let (found, wanted) = (r.iter().map(|v| v * v).sum::<f64>().sqrt(), delta_e2000(lab, moved));
                assert!((found / wanted - 1.0).abs() < 0.03, "{lab:?} {step:?}: {found} for {wanted}");
            }
        }
    }

    #[test]
    fn derivatives_are_differences() {
        let (space, metric) = (Space::new(), Metric::new([45.0, 20.0, -10.0]));
        for rgb in [[0.2, 0.15, 0.3], [0.001, 0.0005, -0.001]] {
            let (_, slope) = metric.residual(&space, rgb);
            for c in 0..3 {
                let at = |sign: f64| {
                    metric
                        .residual(
                            &space,
                            std::array::from_fn(|i| rgb[i] + if i == c { sign * 1e-7 } else { 0.0 }),
                        )
                        .0
                };
                for (row, (a, b)) in slope.iter().zip(at(1.0).iter().zip(at(-1.0))) {
                    assert!((row[c] - (a - b) / 2e-7).abs() < 1e-3 * (1.0 + row[c].abs()));
                }
            }
        }
    }
}
