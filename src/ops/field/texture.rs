//! Edges and texture, blind to smooth shading.

use super::Field;

wide! {
    /// Root of the weighted sum over `planes` of the variance that is left in each (2r + 1)² window once
    /// its least-squares plane is taken out; outside the picture the border pixels repeat. `planes` are
    /// (values, centre, weight): a centre near the values keeps the sums exact.
    pub fn texture(planes: &[(&Field, f32, f32)], radius: usize) -> Field {
        let Some((first, ..)) = planes.first() else { return Field::new(crate::image::Size::new(0, 0)) };
        let mut energy = Field::new(first.size());
        let width = first.width();
        if width == 0 {
            return energy;
        }
        let mut sums = Sums::new(width, radius);
        for y in 0..first.height() {
            for (field, centre, weight) in planes {
                sums.gather(field, *centre, y);
                sums.add_residual(*weight, energy.row_mut(y));
            }
            energy.row_mut(y).iter_mut().for_each(|v| *v = v.sqrt());
        }
        energy
    }
}

/// Column sums of one row of windows, the ends repeated: values, squares, and values times their row.
struct Sums {
    width: usize,
    radius: usize,
    value: Vec<f32>,
    square: Vec<f32>,
    slope: Vec<f32>,
    window: [Vec<f32>; 4],
}

impl Sums {
    fn new(width: usize, radius: usize) -> Self {
        let line = || vec![0.0; width + 2 * radius];
        let window = || vec![0.0; width];
        Self {
            width,
            radius,
            value: line(),
            square: line(),
            slope: line(),
            window: [window(), window(), window(), window()],
        }
    }

    #[inline(always)]
    fn gather(&mut self, field: &Field, centre: f32, y: usize) {
        let (r, end) = (self.radius, self.radius + self.width);
        for sums in [&mut self.value, &mut self.square, &mut self.slope] {
            sums.fill(0.0);
        }
        for j in -(r as isize)..=r as isize {
            let row = field.row_near(y as isize + j);
            let (value, square, slope) =
                (&mut self.value[r..end], &mut self.square[r..end], &mut self.slope[r..end]);
            for (((v, s), k), x) in value.iter_mut().zip(square).zip(slope).zip(row) {
                let d = x - centre;
                *v += d;
                *s += d * d;
                *k += j as f32 * d;
            }
        }
        for sums in [&mut self.value, &mut self.square, &mut self.slope] {
            let (left, right) = (sums[r], sums[end - 1]);
            sums[..r].fill(left);
            sums[end..].fill(right);
        }
    }

    #[inline(always)]
    fn add_residual(&mut self, weight: f32, energy: &mut [f32]) {
        let side = 2 * self.radius + 1;
        let share = 1.0 / (side * side) as f32;
        let slope = 12.0 / (side * side - 1).max(1) as f32;
        let [mean, across, down, square] = &mut self.window;
        for window in [&mut *mean, &mut *across, &mut *down, &mut *square] {
            window.fill(0.0);
        }
        for k in 0..side {
            let offset = k as f32 - self.radius as f32;
            let sums = self.value[k..].iter().zip(&self.slope[k..]).zip(&self.square[k..]);
            let windows = mean.iter_mut().zip(across.iter_mut()).zip(down.iter_mut()).zip(square.iter_mut());
            for ((((m, a), d), q), ((v, s), w)) in windows.zip(sums) {
                *m += v;
                *a += offset * v;
                *d += s;
                *q += w;
            }
        }
        let windows = mean.iter().zip(across).zip(down).zip(square);
        for (e, (((m, a), d), q)) in energy.iter_mut().zip(windows) {
            let (m, a, d) = (*m * share, *a * share, *d * share);
            *e += weight * (*q * share - m * m - (a * a + d * d) * slope).max(0.0);
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
        let flat = texture(&[(&shaded, 3.0, 1.0)], 2);
        assert!((8..40).all(|y| flat.row(y)[8..56].iter().all(|v| *v < 1e-3)));
        let noisy = Field::from_fn(size, |x, y| shaded.at(x, y) + 0.1 * noise(x as u32, y as u32, 5));
        let found = texture(&[(&noisy, 3.0, 4.0)], 2);
        let mean = found.values().iter().sum::<f32>() / size.pixels() as f32;
        let truth = 2.0 * 0.1 / 12.0_f32.sqrt() * (22.0_f32 / 25.0).sqrt();
        assert!((mean / truth - 1.0).abs() < 0.05, "{mean} against {truth}");
    }
}
