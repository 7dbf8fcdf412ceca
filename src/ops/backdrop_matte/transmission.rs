//! The light that the backdrop lost: the seen backdrop over the one without shadow.
//!
//! The light of a studio is smooth: its logarithm is a quartic in position, fitted to the certain backdrop
//! so that darker outliers, which are the shadow, do not count.

use std::sync::Arc;

use super::photo::Photo;
use super::seen::{Seen, Sums};
use crate::image::{Format, Plane, Size};
use crate::ops::field::{Adder, Cells, Mask, Surface, erode, exp, wide};
use crate::ops::known::Known;
use crate::ops::{Study, luminance};

/// Log2 of the width of the cells that the quartic is fitted to.
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

/// The backdrop's mean log light without shadow, weighed by luminance.
#[derive(Clone, Debug)]
pub enum Clear {
    /// Fitted to what is certain.
    Fitted(Surface),
    /// As the plate shows it.
    Plate(Arc<Plane>),
}

impl Clear {
    /// It as a plane.
    #[must_use]
    pub fn plane(&self, size: Size) -> Arc<Plane> {
        match self {
            Self::Fitted(light) => clear_log(light, size).into(),
            Self::Plate(plane) => plane.clone(),
        }
    }
}

/// What is known of a product's shadow, on the proxy's grid.
pub(in crate::ops) struct Shade {
    /// Share of the backdrop's light that is left.
    pub(in crate::ops) transmission: Arc<Plane>,
    /// Mean log light of the backdrop without shadow, weighed by luminance.
    pub(in crate::ops) clear: Arc<Plane>,
    /// Where the product is.
    pub(in crate::ops) product: Mask,
}

/// A study's shadow: from the matte that found the backdrop, else from the backdrop that a trimap names; `None` where
/// neither does.
pub(in crate::ops) fn shadow_of(study: &Study) -> Option<Shade> {
    let size = study.proxy_size();
    let width = size.width as usize;
    if let Some(matte) = &study.matte {
        let product = Mask::from_fn(size, |x, y| matte.alpha.floats()[y * width + x] > 0.5);
        let (transmission, clear) = (matte.transmission.clone(), matte.clear.as_ref()?.plane(size));
        return Some(Shade { transmission, clear, product });
    }
    let known = Known::of(study)?;
    let backdrop = erode(&known.backdrop, 1);
    let photo = Photo::read(&study.proxy);
    let light = clear_light(&photo, &backdrop)?;
    let seen = Sums::of(&photo, &backdrop).fill();
    let product = known.product;
    let clear = clear_log(&light, size).into();
    Some(Shade { transmission: transmission(&seen, Some(&light)).into(), clear, product })
}

/// A surface of log light as a plane.
fn clear_log(light: &Surface, size: Size) -> Plane {
    let mut plane = Plane::zeros(size, Format::Gray);
    light.fill(size.width as usize, plane.floats_mut());
    plane
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
            let bright = light.along((y as f64 + 0.5) * per_row - 0.5);
            for ((t, m), u) in row.iter_mut().zip(mean.row(y)).zip(&columns) {
                let share = exp(m - bright.at(*u)).min(1.0);
                *t = if share > CLEAR { 1.0 } else { share };
            }
        }
    }
}
