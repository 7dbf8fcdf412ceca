//! The set's own light, which is to be white, and the product's shadow on it.
//!
//! A smooth surface over the whole backdrop is known from the matte, but a sweep bends from floor to wall, and its step
//! of brightness is no shadow. What the backdrop has less than the surface far from the product is the set's; as a
//! sweep bends in one direction, it is carried along rows, from the left of the product to its right. What is left
//! near the product is shadow.

use crate::image::Plane;
use crate::ops::Study;
use crate::ops::backdrop_matte::photo::{DARK, Photo};
use crate::ops::backdrop_matte::{Shade, shadow_of};
use crate::ops::field::{Adder, Cells, Field, distance, exp, median, sample};
use crate::ops::known::Known;

/// Share of the long side beyond which the product casts no shadow, and beyond which the margins count as free of it.
const FAR: [f32; 2] = [0.13, 0.05];
/// The margins left and right, as a share of the width.
const MARGIN: f32 = 0.04;
/// Log2 of the width of the cells that the set's own light is carried in.
const SHIFT: u32 = 3;
/// Pixels of a cell that must be far backdrop.
const LEAST: f32 = 16.0;
/// Darkest backdrop that is made white.
const DARKEST: f32 = 0.02;

/// The set of a photograph, on the proxy's grid.
pub(super) struct Set {
    /// Share of its light that the product's shadow leaves.
    pub(super) transmission: Plane,
    /// Its luminance without that shadow.
    pub(super) light: Plane,
}

/// The set of a study's photograph; `None` where no backdrop is known.
pub(super) fn set(study: &Study) -> Option<Set> {
    let (shade, known) = (shadow_of(study)?, Known::of(study)?);
    let photo = Photo::read(&study.proxy);
    let clear = |x: usize, y: usize| shade.clear.gray_at(x as u32, y as u32);
    // The clear light is a mean over the channels of logarithms; what it lacks of luminance depends on the paper alone.
    let lit = |(x, y): &(usize, usize)| shade.transmission.gray_at(*x as u32, *y as u32) == 1.0;
    let places = sample(&known.backdrop).into_iter().filter(lit);
    let lack = median(&mut places.map(|(x, y)| photo.luma.at(x, y) - clear(x, y)).collect::<Vec<f32>>())?;
    let size = photo.size();
    let bent = bent(&photo, &shade, &known, lack);
    let at = |x: u32, y: u32| bent.at(x as usize, y as usize);
    Some(Set {
        transmission: Plane::gray(size, |x, y| {
            let left = shade.transmission.gray_at(x, y);
            if left < 1.0 { (left * exp(-at(x, y))).min(1.0) } else { 1.0 }
        }),
        light: Plane::gray(size, |x, y| {
            let log = shade.clear.gray_at(x, y) + lack + at(x, y);
            (exp(log) - DARK).max(DARKEST)
        }),
    })
}

/// What the set's log light has less than the smooth surface, everywhere: 0 or below.
fn bent(photo: &Photo, shade: &Shade, known: &Known, lack: f32) -> Field {
    let size = photo.size();
    let [far, near] = FAR.map(|share| share * size.long_side() as f32);
    let away = distance(&shade.product, far.ceil() as u16 + 1);
    let margin = (MARGIN * size.width as f32).ceil() as usize;
    let mut adder = Adder::<2>::new(size, SHIFT);
    for y in 0..photo.height() {
        let [sum, weight] = adder.row();
        for x in 0..sum.len() {
            let limit = if x < margin || x + margin >= photo.width() { near } else { far };
            weight[x] = f32::from(u8::from(known.backdrop.at(x, y) && away.at(x, y) > limit));
            let less = photo.luma.at(x, y) - shade.clear.gray_at(x as u32, y as u32) - lack;
            sum[x] = weight[x] * less.clamp(-1.0, 0.5);
        }
        adder.add();
    }
    let Cells { planes: [mut sums, weights], shift, full } = adder.finish();
    let mut held = Vec::new();
    for y in 0..sums.height() {
        let known: Vec<(usize, f32)> = (0..sums.width())
            .filter(|x| weights.at(*x, y) >= LEAST)
            .map(|x| (x, (sums.at(x, y) / weights.at(x, y)).min(0.0)))
            .collect();
        if !known.is_empty() {
            carry(&known, |x, v| sums.row_mut(y)[x] = v, weights.width());
            held.push(y);
        }
    }
    if held.is_empty() {
        return Field::new(size);
    }
    for x in 0..sums.width() {
        let known: Vec<(usize, f32)> = held.iter().map(|y| (*y, sums.at(x, *y))).collect();
        carry(&known, |y, v| sums.row_mut(y)[x] = v, weights.height());
    }
    let [bent] = Cells { planes: [sums], shift, full }.enlarge();
    bent
}

/// Writes values between places where they are known along straight lines; beyond the first and the last they hold.
fn carry(known: &[(usize, f32)], mut write: impl FnMut(usize, f32), length: usize) {
    let (Some((first, start)), Some((last, end))) = (known.first(), known.last()) else { return };
    (0..*first).for_each(|i| write(i, *start));
    (*last..length).for_each(|i| write(i, *end));
    for pair in known.windows(2) {
        let [(from, a), (to, b)] = [pair[0], pair[1]];
        (from..to).for_each(|i| write(i, a + (b - a) * (i - from) as f32 / (to - from) as f32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_carried_between_known_ones_and_beyond() {
        let mut row = [9.0; 8];
        carry(&[(2, -0.2), (6, -0.4)], |i, v| row[i] = v, 8);
        let wanted = [-0.2, -0.2, -0.2, -0.25, -0.3, -0.35, -0.4, -0.4];
        assert!(row.iter().zip(wanted).all(|(a, b): (&f32, f32)| (a - b).abs() < 1e-6), "{row:?}");
    }
}
