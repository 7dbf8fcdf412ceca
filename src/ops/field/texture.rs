//! Edges and texture, blind to smooth shading.

use super::Field;

/// Root of the weighted sum over `planes` of the variance that is left in each (2r + 1)² window once its
/// least-squares plane is taken out; outside the picture the border pixels repeat. `planes` are (values,
/// centre, weight): a centre near the values keeps the sums exact. `radius` is 1 or 2.
#[must_use]
pub fn texture(planes: [(&Field, f32, f32); 3], radius: usize) -> Field {
    let [(first, ..), ..] = planes;
    let mut energy = Field::new(first.size());
    if first.width() > 0 {
        if radius == 1 {
            narrow(planes, &mut energy);
        } else {
            broad(planes, &mut energy);
        }
    }
    energy
}

wide! {
    fn narrow(planes: [(&Field, f32, f32); 3], energy: &mut Field) {
        add_residuals::<3>(planes, energy);
    }
}

wide! {
    fn broad(planes: [(&Field, f32, f32); 3], energy: &mut Field) {
        add_residuals::<5>(planes, energy);
    }
}

#[inline(always)]
fn add_residuals<const SIDE: usize>(planes: [(&Field, f32, f32); 3], energy: &mut Field) {
    let mut sums = Sums::new::<SIDE>(energy.width());
    for y in 0..energy.height() {
        let row = energy.row_mut(y);
        for (field, centre, weight) in planes {
            sums.gather::<SIDE>(field, centre, y);
            sums.add_residual::<SIDE>(weight, row);
        }
        row.iter_mut().for_each(|v| *v = v.sqrt());
    }
}

/// Column sums of one row of windows, the ends repeated: values, squares, and values times their row.
struct Sums {
    width: usize,
    value: Vec<f32>,
    square: Vec<f32>,
    slope: Vec<f32>,
}

impl Sums {
    fn new<const SIDE: usize>(width: usize) -> Self {
        let line = || vec![0.0; width + SIDE - 1];
        Self { width, value: line(), square: line(), slope: line() }
    }

    #[inline(always)]
    fn gather<const SIDE: usize>(&mut self, field: &Field, centre: f32, y: usize) {
        let (r, width) = (SIDE / 2, self.width);
        let rows: [&[f32]; SIDE] =
            std::array::from_fn(|j| &field.row_near((y + j) as isize - r as isize)[..width]);
        let [value, square, slope] =
            [&mut self.value, &mut self.square, &mut self.slope].map(|l| &mut l[r..r + width]);
        for i in 0..width {
            let (mut v, mut s, mut k) = (0.0, 0.0, 0.0);
            for (j, row) in rows.iter().enumerate() {
                let d = row[i] - centre;
                v += d;
                s += d * d;
                k += (j as f32 - r as f32) * d;
            }
            (value[i], square[i], slope[i]) = (v, s, k);
        }
        for sums in [&mut self.value, &mut self.square, &mut self.slope] {
            let (left, right) = (sums[r], sums[r + width - 1]);
            sums[..r].fill(left);
            sums[r + width..].fill(right);
        }
    }

    #[inline(always)]
    fn add_residual<const SIDE: usize>(&self, weight: f32, energy: &mut [f32]) {
        let share = 1.0 / (SIDE * SIDE) as f32;
        let steepness = 12.0 / (SIDE * SIDE - 1) as f32;
        let value = self.value.windows(SIDE);
        let windows = value.zip(self.square.windows(SIDE)).zip(self.slope.windows(SIDE));
        for (e, ((value, square), slope)) in energy.iter_mut().zip(windows) {
            let (mut m, mut q, mut across, mut down) = (0.0, 0.0, 0.0, 0.0);
            for k in 0..SIDE {
                m += value[k];
                q += square[k];
                across += (k as f32 - (SIDE / 2) as f32) * value[k];
                down += slope[k];
            }
            let (m, across, down) = (m * share, across * share, down * share);
            *e += weight * (q * share - m * m - (across * across + down * down) * steepness).max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::ops::testing::noise;

    #[test]
    fn shading_is_nothing_and_noise_is_its_spread() {
        let size = Size::new(64, 48);
        let shaded = Field::from_fn(size, |x, y| 3.0 + 0.01 * x as f32 - 0.02 * y as f32);
        let flat = texture([(&shaded, 3.0, 1.0), (&shaded, 3.0, 0.0), (&shaded, 3.0, 0.0)], 2);
        assert!((8..40).all(|y| flat.row(y)[8..56].iter().all(|v| *v < 1e-3)));
        let noisy = Field::from_fn(size, |x, y| shaded.at(x, y) + 0.1 * noise(x as u32, y as u32, 5));
        let found = texture([(&noisy, 3.0, 2.0), (&noisy, 3.0, 1.0), (&noisy, 3.0, 1.0)], 2);
        let mean = found.values().iter().sum::<f32>() / size.pixels() as f32;
        let truth = 2.0 * 0.1 / 12.0_f32.sqrt() * (22.0_f32 / 25.0).sqrt();
        assert!((mean / truth - 1.0).abs() < 0.05, "{mean} against {truth}");
    }
}
