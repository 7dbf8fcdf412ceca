//! Exact Euclidean distance to a mask, up to a limit.
//!
//! Along the columns first, then the lower envelope of parabolas along each row (Felzenszwalb and
//! Huttenlocher 2012, "Distance Transforms of Sampled Functions"). Only near distances are asked for here,
//! so that the envelope is the least of a few shifted rows, in whole numbers and in SIMD lanes.

use super::{Field, Grid, Mask};

/// Distance in pixels from each pixel's centre to the nearest one of the mask; `limit` where it is
/// farther than that. `limit` is at most 180. The outside of the picture is not of the mask.
#[must_use]
pub fn distance(mask: &Mask, limit: u16) -> Field {
    let mut along = Grid::<u16>::unset(mask.size());
    let mut field = Field::unset(mask.size());
    columns(mask, limit.min(180), &mut along);
    rows(&along, limit.min(180), &mut field);
    field
}

wide! {
    fn columns(mask: &Mask, limit: u16, along: &mut Grid<u16>) {
        let mut last = vec![limit; mask.width()];
        for y in 0..mask.height() {
            let row = last.iter_mut().zip(mask.row(y)).zip(along.row_mut(y));
            row.for_each(|((d, hit), a)| {
                *d = if *hit { 0 } else { (*d + 1).min(limit) };
                *a = *d;
            });
        }
        last.fill(limit);
        for y in (0..mask.height()).rev() {
            let row = last.iter_mut().zip(along.row_mut(y));
            row.for_each(|(d, a)| {
                *d = (*d + 1).min(*a);
                *a = *d;
            });
        }
    }
}

wide! {
    fn rows(along: &Grid<u16>, limit: u16, field: &mut Field) {
        let (width, reach) = (along.width(), usize::from(limit));
        let mut squares = vec![limit * limit; width + 2 * reach];
        let mut least = vec![0_u16; width];
        for y in 0..along.height() {
            squares[reach..reach + width].iter_mut().zip(along.row(y)).for_each(|(s, d)| *s = d * d);
            least.copy_from_slice(&squares[reach..reach + width]);
            for dx in 1..limit {
                let step = usize::from(dx);
                let (left, right) = (&squares[reach - step..], &squares[reach + step..]);
                for ((l, a), b) in least.iter_mut().zip(left).zip(right) {
                    *l = (*l).min((*a).min(*b).saturating_add(dx * dx));
                }
            }
            let far = limit * limit;
            field.row_mut(y).iter_mut().zip(&least).for_each(|(f, l)| *f = f32::from((*l).min(far)).sqrt());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::ops::testing::noise;

    #[test]
    fn distances_are_those_of_a_search_over_all_pixels() {
        for (size, share) in [(Size::new(1, 1), 0.0), (Size::new(5, 60), 0.01), (Size::new(61, 43), 0.01)] {
            let mask = Mask::from_fn(size, |x, y| noise(x as u32, y as u32, 9) < share);
            let found = distance(&mask, 20);
            for (x, y) in (0..mask.height()).flat_map(|y| (0..mask.width()).map(move |x| (x, y))) {
                let mut truth = 20.0_f32;
                for (u, v) in (0..mask.height()).flat_map(|v| (0..mask.width()).map(move |u| (u, v))) {
                    if mask.at(u, v) {
                        truth = truth.min((u.abs_diff(x) as f32).hypot(v.abs_diff(y) as f32));
                    }
                }
                assert!((found.at(x, y) - truth).abs() < 1e-5, "{size} {x} {y}");
            }
        }
    }
}
