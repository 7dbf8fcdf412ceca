//! Growing and shrinking masks by a disc. Outside the picture nothing grows in, and nothing eats in.

use super::Mask;

/// Pixels within a disc of `radius` of the mask. The disc holds offsets with x² + y² ≤ r² + r/2.
#[must_use]
pub fn dilate(mask: &Mask, radius: usize) -> Mask {
    let mut grown = Mask::new(mask.size());
    spread(mask, radius, &mut grown);
    grown
}

/// Pixels of the mask that are farther than a disc of `radius` from its complement.
#[must_use]
pub fn erode(mask: &Mask, radius: usize) -> Mask {
    dilate(&mask.not(), radius).not()
}

/// The mask without what a disc of `radius` does not fit into.
#[must_use]
pub fn open(mask: &Mask, radius: usize) -> Mask {
    dilate(&erode(mask, radius), radius)
}

wide! {
    fn spread(mask: &Mask, radius: usize, grown: &mut Mask) {
        let (width, height) = (mask.width(), mask.height());
        let limit = radius * radius + radius / 2;
        for y in 0..height {
            let to = grown.row_mut(y);
            for v in y.saturating_sub(radius)..(y + radius + 1).min(height) {
                let from = mask.row(v);
                let room = limit - (v.abs_diff(y) * v.abs_diff(y)).min(limit);
                or(to, from);
                for dx in (1..=radius.min(width - 1)).take_while(|dx| dx * dx <= room) {
                    or(&mut to[dx..], &from[..width - dx]);
                    or(&mut to[..width - dx], &from[dx..]);
                }
            }
        }
    }
}

#[inline(always)]
fn or(to: &mut [bool], from: &[bool]) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t |= *f);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::ops::testing::noise;

    #[test]
    fn growing_and_shrinking_are_those_of_the_disc() {
        for (size, radius) in
            [(Size::new(1, 1), 2), (Size::new(3, 40), 4), (Size::new(37, 23), 1), (Size::new(37, 23), 4)]
        {
            let mask = Mask::from_fn(size, |x, y| noise(x as u32, y as u32, 3) < 0.03);
            let (grown, kept) = (dilate(&mask, radius), erode(&mask.not(), radius));
            for (x, y) in (0..mask.height()).flat_map(|y| (0..mask.width()).map(move |x| (x, y))) {
                let near = |u: usize, v: usize| {
                    let (dx, dy) = (u.abs_diff(x), v.abs_diff(y));
                    2 * (dx * dx + dy * dy) <= 2 * radius * radius + radius
                };
                let hit = (0..mask.height()).any(|v| (0..mask.width()).any(|u| mask.at(u, v) && near(u, v)));
                assert_eq!(grown.at(x, y), hit, "{size} {radius} {x} {y}");
                assert_eq!(kept.at(x, y), !hit);
            }
        }
    }
}
