//! Filling holes smoothly from what is around them.
//!
//! The push-pull pyramid of Gortler, Grzeszczuk, Szeliski and Cohen 1996 ("The Lumigraph"): weighted sums
//! go up from cell to cell until one is left; on the way down a cell takes what its own weight does not
//! cover from the blend of the coarser cells.

use super::{Cells, Field, enlarge};
use crate::image::Size;

/// Weights below this are none.
const LEAST: f32 = 1e-6;

/// Weighted means of cells, holes filled. `sums` holds `N` weighted sums a cell, `weights` the weights'
/// sum; a cell whose weight is `full` trusts itself alone.
#[must_use]
pub fn push_pull<const N: usize>(sums: Cells<N>, weights: &Field, full: f32) -> Cells<N> {
    let Cells { planes, shift, full: pixels } = sums;
    let mut levels = vec![(planes, weights.clone())];
    while let Some((planes, weights)) = levels.last().filter(|(_, w)| w.size().long_side() > 1) {
        levels.push((std::array::from_fn(|c| halve(&planes[c])), halve(weights)));
    }
    let mut filled: Option<[Field; N]> = None;
    while let Some((mut planes, weights)) = levels.pop() {
        for (c, plane) in planes.iter_mut().enumerate() {
            let around = filled.as_ref().map(|f| enlarge(&f[c], 1, plane.size()));
            settle(plane, &weights, around.as_ref(), 1.0 / full);
        }
        filled = Some(planes);
    }
    Cells { planes: filled.unwrap_or_else(|| std::array::from_fn(|_| weights.clone())), shift, full: pixels }
}

/// Sums of 2 × 2 cells.
fn halve(field: &Field) -> Field {
    let size = field.size();
    let mut half = Field::new(Size::new(size.width.div_ceil(2), size.height.div_ceil(2)));
    for (y, row) in half.rows_mut().enumerate() {
        for from in (2 * y..field.height().min(2 * y + 2)).map(|y| field.row(y)) {
            let (pairs, rest) = from.as_chunks::<2>();
            row.iter_mut().zip(pairs).for_each(|(s, [a, b])| *s += a + b);
            if let ([last], Some(sum)) = (rest, row.last_mut()) {
                *sum += last;
            }
        }
    }
    half
}

/// Turns sums into means, blended with what is around by the share of `full` that the weight lacks.
fn settle(plane: &mut Field, weights: &Field, around: Option<&Field>, per_full: f32) {
    let cells = plane.values_mut().iter_mut().zip(weights.values());
    match around {
        None => cells.for_each(|(v, w)| *v /= w.max(LEAST)),
        Some(around) => cells.zip(around.values()).for_each(|((v, w), a)| {
            *v = a + (*v / w.max(LEAST) - a) * (w * per_full).min(1.0);
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::field::Adder;
    use crate::ops::testing::noise;

    fn fill(size: Size, value: impl Fn(usize, usize) -> f32, weight: impl Fn(usize, usize) -> f32) -> Field {
        let mut adder = Adder::<2>::new(size, 1);
        for y in 0..size.height as usize {
            let [v, w] = adder.row();
            for x in 0..v.len() {
                (v[x], w[x]) = (value(x, y) * weight(x, y), weight(x, y));
            }
            adder.add();
        }
        let [value, weights] = adder.finish().planes;
        let [filled] = push_pull(Cells { planes: [value], shift: 1, full: size }, &weights, 2.0).enlarge();
        filled
    }

    #[test]
    fn a_constant_stays_whatever_its_weights() {
        for size in [Size::new(1, 1), Size::new(9, 130), Size::new(61, 40)] {
            let lone =
                |x: usize, y: usize| if x + y == 0 { 1.0 } else { noise(x as u32, y as u32, 8).powi(8) };
            let filled = fill(size, |_, _| 0.7, lone);
            assert!(filled.values().iter().all(|v| (v - 0.7).abs() < 1e-4), "{size}");
        }
    }

    #[test]
    fn a_hole_in_a_ramp_is_bridged() {
        let ramp = |x: usize, y: usize| x as f32 + 0.5 * y as f32;
        let hole = |x: usize, y: usize| (24..40).contains(&x) && (20..44).contains(&y);
        let filled = fill(Size::new(64, 64), ramp, |x, y| f32::from(u8::from(!hole(x, y))));
        for (x, y) in (4..60).flat_map(|y| (4..60).map(move |x| (x, y))) {
            let error = (filled.at(x, y) - ramp(x, y)).abs();
            assert!(error < if hole(x, y) { 6.0 } else { 2.0 }, "{x} {y}: {error}");
        }
    }

    #[test]
    fn nothing_known_gives_zeros() {
        let filled = fill(Size::new(20, 10), |_, _| 5.0, |_, _| 0.0);
        assert!(filled.values().iter().all(|v| *v == 0.0));
    }
}
