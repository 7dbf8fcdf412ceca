//! Mean over a square window, at a cost that does not grow with the window.

use super::Field;

wide! {
    /// Mean over (2r + 1)² pixels; outside the picture the border pixels repeat. The running sums are of
    /// double precision, so that a row's end is as exact as its start.
    pub fn box_mean(field: &Field, radius: usize) -> Field {
        let (width, height, r) = (field.width(), field.height(), radius as isize);
        let mut mean = Field::unset(field.size());
        if width == 0 || height == 0 {
            return mean;
        }
        let scale = 1.0 / ((2 * radius + 1) as f64).powi(2);
        let mut sums = vec![0.0_f64; width];
        for y in -r..=r {
            sums.iter_mut().zip(field.row_near(y)).for_each(|(s, v)| *s += f64::from(*v));
        }
        let mut padded = vec![0.0_f64; width + 2 * radius + 1];
        for y in 0..height {
            repeat_ends(&sums, radius, &mut padded);
            let mut window: f64 = padded[..2 * radius].iter().sum();
            let edges = padded[2 * radius..].iter().zip(&padded);
            for (m, (enters, leaves)) in mean.row_mut(y).iter_mut().zip(edges) {
                window += enters;
                *m = (window * scale) as f32;
                window -= leaves;
            }
            let (old, new) = (field.row_near(y as isize - r), field.row_near(y as isize + r + 1));
            for ((s, o), n) in sums.iter_mut().zip(old).zip(new) {
                *s += f64::from(*n) - f64::from(*o);
            }
        }
        mean
    }
}

#[inline(always)]
fn repeat_ends(values: &[f64], radius: usize, padded: &mut [f64]) {
    let end = radius + values.len();
    padded[radius..end].copy_from_slice(values);
    padded[..radius].fill(values[0]);
    padded[end..].fill(values[values.len() - 1]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::ops::testing::noise;

    #[test]
    fn means_are_those_of_adding_every_window() {
        for (size, radius) in [(Size::new(1, 1), 3), (Size::new(5, 9), 7), (Size::new(41, 29), 2)] {
            let field = Field::from_fn(size, |x, y| 1e3 * noise(x as u32, y as u32, 1) - 300.0);
            let found = box_mean(&field, radius);
            let r = radius as isize;
            for (x, y) in (0..field.height()).flat_map(|y| (0..field.width()).map(move |x| (x, y))) {
                let mut sum = 0.0_f64;
                for v in y as isize - r..=y as isize + r {
                    for u in x as isize - r..=x as isize + r {
                        let u = u.clamp(0, field.width() as isize - 1) as usize;
                        sum += f64::from(field.row_near(v)[u]);
                    }
                }
                let truth = sum / ((2 * radius + 1) as f64).powi(2);
                assert!((f64::from(found.at(x, y)) - truth).abs() < 1e-4, "{size} {x} {y}");
            }
        }
    }
}
