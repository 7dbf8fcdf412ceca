//! The clean plate: a photograph of the empty set, made to lie on the product's photograph.
//!
//! Between the two the strobes vary by a few per cent, and the camera moves by a fraction of a pixel. Both are
//! solved on the proxies: first the shift ([`shift`]), then a gain a channel from the pixels that are backdrop
//! ([`gain`]). Then the plate's noise is taken out, its structure is not ([`denoise`]): what is subtracted or
//! divided by must not bring noise of its own. A plate that does not show this set is refused with a reason.
//!
//! Gains and ratios are differences of logarithms. Nothing here knows what the product is.

mod denoise;
mod gain;
mod shift;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::Serialize;

use super::backdrop_matte::photo::{DARK, Photo};
use super::field::{Field, Mask, exp, sample, texture};
use super::{Frame, OpError};
use crate::image::{AlphaMode, Encoding, Format, Image, Plane, Size};

/// Largest shift, as a share of the long side.
const FARTHEST: f32 = 0.02;
/// Largest gain in logarithms: 1.4 times.
const STRONGEST: f32 = 0.34;
/// Share of the border that the plate must explain.
const LEAST_AGREED: f32 = 0.35;
/// Structure left in the ratio, as a share of the light, beyond which the plate shows another set.
const WORST_RESIDUAL: f32 = 0.03;

/// A further photograph of a study: its proxy, and how its samples are read.
#[derive(Clone, Debug)]
pub struct Extra {
    /// Its proxy: linear working light, after the colour ops analysed so far.
    pub proxy: Plane,
    /// Its own frame.
    pub photo: Frame,
    /// Format of its samples.
    pub format: Format,
    /// How they become working light.
    pub encoding: Arc<Encoding>,
    /// What its fourth channel means.
    pub alpha: AlphaMode,
    /// How it lies on its photograph, once that is known.
    pub fit: Option<Fit>,
}

impl Extra {
    /// A photograph and its proxy.
    #[must_use]
    pub fn new(image: &Image, proxy: Plane) -> Self {
        Self {
            proxy,
            photo: Frame::whole(image.size()),
            format: image.pixels.format(),
            encoding: image.encoding.clone(),
            alpha: image.alpha,
            fit: None,
        }
    }
}

/// The empty set as it was in the product's photograph, without the product's shadow.
#[derive(Clone, Debug)]
pub struct Clean {
    /// Linear light of the proxy's size, alpha 1: aligned, of the photograph's strobe, free of noise.
    pub light: Plane,
    /// How it came about.
    pub fit: Fit,
    /// ln(light + [`DARK`]) of each channel.
    pub(super) log: [Field; 3],
}

/// How a plate lies on its photograph.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// Light of the photograph over that of the plate.
    pub gain: [f32; 3],
    /// By how far the plate is moved: right and down, in photograph pixels.
    pub shift_px: [f32; 2],
    /// RMS of the structure on the border that the plate does not explain, as a share of the light.
    pub residual: f32,
    /// RMS of the noise of photograph and plate together, as a share of the light.
    pub noise: f32,
    /// Share of the border that the plate explains, shadow included.
    pub agreed: f32,
}

/// Why a plate cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// It has other pixels.
    #[error("the plate is {plate} pixels, the photograph {photo}")]
    Size {
        /// Size of the plate.
        plate: Size,
        /// Size of the photograph.
        photo: Size,
    },
    /// It lies too far off.
    #[error("the camera moved between plate and photograph, by more than {:.0} % of the picture", 100.0 * FARTHEST)]
    Moved,
    /// Its light is another one.
    #[error("the plate's light is not the photograph's: red {:.2}, green {:.2}, blue {:.2} times", gain[0], gain[1], gain[2])]
    Light {
        /// Light of the photograph over that of the plate.
        gain: [f32; 3],
    },
    /// It shows another set.
    #[error(
        "the plate does not show this set: it explains {:.0} % of the photograph's border, {:.1} % of the light off",
        100.0 * agreed,
        100.0 * residual
    )]
    Other {
        /// Share of the border explained.
        agreed: f32,
        /// Deviation as a share of the light.
        residual: f32,
    },
}

impl Mismatch {
    /// What to do.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Size { .. } => {
                "use the plate as it came from the same camera, uncropped, or render without a plate"
            }
            Self::Moved => "take the plate with the camera on its tripod, or render without a plate",
            Self::Light { .. } => {
                "take the plate with the photograph's exposure and strobes, or render without a plate"
            }
            Self::Other { .. } => {
                "use the plate that was taken of this set, with this framing, or render without a plate"
            }
        }
    }

    /// As an op's refusal.
    #[must_use]
    pub fn refused(self, op: &'static str) -> OpError {
        OpError::Refused { op, what: self.to_string(), help: self.help() }
    }
}

/// Lays a plate on a photograph. `proxy` is the photograph's proxy and `photo` its frame.
///
/// # Errors
/// [`Mismatch`] where the plate does not show the photograph's set.
pub fn align(proxy: &Plane, photo: &Frame, plate: &Extra) -> Result<Clean, Mismatch> {
    if plate.photo.size != photo.size || plate.proxy.size() != proxy.size() {
        return Err(Mismatch::Size { plate: plate.photo.size, photo: photo.size });
    }
    let (shot, empty) = (Photo::read(proxy), Photo::read(&plate.proxy));
    let limit = (FARTHEST * proxy.size().long_side() as f32).max(1.0);
    let moved = shift::find(&shot.luma, &empty.luma, limit).ok_or(Mismatch::Moved)?;
    let log = empty.log.each_ref().map(|plane| shift::moved(plane, moved));
    let ratio: [Field; 3] = std::array::from_fn(|c| difference(&shot.log[c], &log[c]));
    let ring = ring(proxy.size());
    let gain = gain::find(&ratio, &shot, &empty, &ring);
    if gain.iter().any(|g| g.abs() > STRONGEST) {
        return Err(Mismatch::Light { gain: gain.map(exp) });
    }
    let noise = gain::root_mean_square(&deviation(&ratio, gain), &ring);
    let [_, green, _] = &ratio;
    let residual = gain::root_mean_square(&shift::detail(green), &ring);
    let agreed = gain::agreed(&ratio, gain, noise, &ring);
    if agreed < LEAST_AGREED || residual > WORST_RESIDUAL {
        return Err(Mismatch::Other { agreed, residual });
    }
    let mut log = denoise::denoise(&log, noise * noise / 2.0);
    for (plane, g) in log.iter_mut().zip(gain) {
        plane.values_mut().iter_mut().for_each(|v| *v += g);
    }
    let per_pixel = photo.window.width as f32 / proxy.size().width as f32;
    let fit = Fit { gain: gain.map(exp), shift_px: moved.map(|s| s * per_pixel), residual, noise, agreed };
    Ok(Clean { light: linear(&log), fit, log })
}

impl Clean {
    /// Its middle log colour.
    pub(super) fn level(&self) -> [f32; 3] {
        self.log.each_ref().map(|plane| {
            let sum: f64 = plane.values().iter().map(|v| f64::from(*v)).sum();
            (sum / plane.values().len().max(1) as f64) as f32
        })
    }
}

fn difference(a: &Field, b: &Field) -> Field {
    let mut d = Field::unset(a.size());
    let pairs = a.values().iter().zip(b.values());
    d.values_mut().iter_mut().zip(pairs).for_each(|(d, (a, b))| *d = a - b);
    d
}

/// What is left of the ratio in small windows once smooth light and shadow are taken out: an RMS over channels.
fn deviation(ratio: &[Field; 3], gain: [f32; 3]) -> Field {
    let [r, g, b] = ratio;
    texture([(r, gain[0], 1.0 / 3.0), (g, gain[1], 1.0 / 3.0), (b, gain[2], 1.0 / 3.0)], 2)
}

/// The outer part of a picture, where backdrop is likely.
fn ring(size: Size) -> Mask {
    let depth = (size.width.min(size.height) / 16).max(1) as usize;
    let (width, height) = (size.width as usize, size.height as usize);
    let inside = |i: usize, n: usize| i >= depth && i + depth < n;
    Mask::from_fn(size, |x, y| !(inside(x, width) && inside(y, height)))
}

/// Values of a field at an even sample of a mask's pixels.
fn sampled(field: &Field, mask: &Mask) -> Vec<f32> {
    sample(mask).into_iter().map(|(x, y)| field.at(x, y)).collect()
}

fn linear(log: &[Field; 3]) -> Plane {
    Plane::rgba(log[0].size(), |x, y| {
        let [r, g, b] = log.each_ref().map(|p| exp(p.at(x as usize, y as usize)) - DARK);
        [r, g, b, 1.0]
    })
}
