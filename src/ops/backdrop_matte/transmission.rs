//! The light that the backdrop lost: the seen backdrop over the one without shadow.
//!
//! The light of a studio is smooth: its logarithm is a cubic in position, fitted to the certain backdrop
//! so that darker outliers, which are the shadow, do not count.

use super::photo::Photo;
use super::seen::Seen;
use crate::image::{Format, Plane};
use crate::ops::field::{Adder, Cells, Mask, Surface, exp, wide};
use crate::ops::luminance;

/// Log2 of the width of the cells that the cubic is fitted to.
const SHIFT: u32 = 3;
/// Certain backdrop pixels below which a cell is left out.
const LEAST: f32 = 32.0;
/// Transmission above which there is no shadow.
const CLEAR: f32 = 0.985;

/// Share of the unshadowed backdrop's light that is left, 0 … 1; 1 where there is no backdrop to judge by.
pub(super) fn transmission(seen: &Seen, clear: Option<&Surface>) -> Plane {
    let mut left = Plane::zeros(seen.log.full, Format::Gray);
    match clear {
        Some(light) => compare(seen, light, &mut left),
        None => left.floats_mut().fill(1.0),
    }
    left
}

/// The backdrop's mean log light without shadow, over positions in -0.5 … 0.5; `None` where too little of it is
/// certain.
pub(super) fn clear_light(photo: &Photo, backdrop: &Mask) -> Option<Surface> {
    let sums = add_up(photo, backdrop);
    let side = (1 << SHIFT) as f32;
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let [value, weight] = &sums.planes;
    let mut samples = Vec::new();
    for y in 0..value.height() {
        for x in (0..value.width()).filter(|x| weight.at(*x, y) > LEAST) {
            let (u, v) = ((x as f32 + 0.5) * side / width - 0.5, (y as f32 + 0.5) * side / height - 0.5);
            samples.push([u, v, value.at(x, y) / weight.at(x, y)]);
        }
    }
    Surface::fit(&samples)
}

wide! {
    /// Mean log colour weighed by luminance, and the pixels that speak for it.
    fn add_up(photo: &Photo, backdrop: &Mask) -> Cells<2> {
        let mut adder = Adder::<2>::new(photo.size(), SHIFT);
        for y in 0..photo.size().height as usize {
            let [value, weight] = adder.row();
            let [r, g, b] = photo.log.each_ref().map(|p| p.row(y));
            let certain = backdrop.row(y);
            for i in 0..value.len() {
                weight[i] = f32::from(u8::from(certain[i]));
                value[i] = weight[i] * luminance([r[i], g[i], b[i]]);
            }
            adder.add();
        }
        adder.finish()
    }
}

wide! {
    fn compare(seen: &Seen, light: &Surface, left: &mut Plane) {
        let mean = seen.mean_log();
        let per_row = 1.0 / mean.height() as f64;
        let width = mean.width();
        let columns: Vec<f32> = (0..width).map(|x| (x as f32 + 0.5) / width as f32 - 0.5).collect();
        for (y, row) in left.floats_mut().chunks_exact_mut(width).enumerate() {
            let [c0, c1, c2, c3] = light.along((y as f64 + 0.5) * per_row - 0.5);
            for ((t, m), u) in row.iter_mut().zip(mean.row(y)).zip(&columns) {
                let share = exp(m - (c0 + u * (c1 + u * (c2 + u * c3)))).min(1.0);
                *t = if share > CLEAR { 1.0 } else { share };
            }
        }
    }
}
