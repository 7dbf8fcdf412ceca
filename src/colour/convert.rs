//! Pixels that no curves and matrix describe, converted once at load: profiles with tables, inks, floats
//! behind a curve. The result is Rec.2020 with sRGB's curve in 16 bits, or linear floats.

use super::icc::{ColourError, Shaper};
use super::profile::{Kind, Profile};
use super::transform::Transform;
use super::{Model, ink};
use crate::image::{Format, Plane, Pool, Sample};

/// Pixels converted at a time.
const RUN: usize = 4096;

/// The pixels through a profile's tables.
pub(super) fn through_tables(
    pixels: &Plane,
    model: Model,
    icc: &[u8],
    profile: &Profile,
    pool: &Pool,
) -> Result<Plane, ColourError> {
    match (model, profile.kind()) {
        (Model::Cmyk, Kind::Cmyk) | (Model::Rgb, Kind::Rgb | Kind::Other3) | (Model::Grey, Kind::Grey) => {
            Transform::to_working(icc, profile)?.convert(pixels, Sample::U16, pool)
        }
        _ => Err(ColourError::Space(format!("{:?}", profile.tags().color_space))),
    }
}

/// A run of samples as 16-bit codes.
fn widen(pixels: &Plane, range: std::ops::Range<usize>, to: &mut [u16]) {
    match pixels.format() {
        Format::Packed { sample: Sample::U8, .. } => {
            for (o, v) in to.iter_mut().zip(&pixels.bytes()[range]) {
                *o = u16::from(*v) * 257;
            }
        }
        Format::Packed { sample: Sample::U16, .. } => to.copy_from_slice(&pixels.shorts()[range]),
        _ => {
            for (o, v) in to.iter_mut().zip(&pixels.floats()[range]) {
                *o = (v.clamp(0.0, 1.0) * 65_535.0 + 0.5) as u16;
            }
        }
    }
}

/// Ink without a profile, as a coated offset press would print it.
pub(super) fn estimate_ink(pixels: &Plane, pool: &Pool) -> Plane {
    let mut out = pool.take(pixels.size(), Format::Packed { sample: Sample::U16, channels: 3 });
    let mut wide = vec![0_u16; RUN * 4];
    let samples = pixels.size().pixels() * 4;
    for (i, target) in out.shorts_mut().chunks_mut(RUN * 3).enumerate() {
        let range = i * RUN * 4..((i + 1) * RUN * 4).min(samples);
        let from = &mut wide[..range.len()];
        widen(pixels, range, from);
        for (o, inks) in target.as_chunks_mut::<3>().0.iter_mut().zip(from.as_chunks::<4>().0) {
            *o = ink::codes(inks.map(|v| f32::from(v) * (1.0 / 65_535.0)));
        }
    }
    out
}

/// Floats behind curves made linear in place.
pub(super) fn linearise(pixels: &mut Plane, shaper: &Shaper) {
    let channels = usize::from(channels(pixels));
    for pixel in pixels.floats_mut().chunks_exact_mut(channels.max(1)) {
        for (v, curve) in pixel.iter_mut().zip(&shaper.curves) {
            *v = curve.at(f64::from(*v)) as f32;
        }
    }
}

fn channels(pixels: &Plane) -> u8 {
    match pixels.format() {
        Format::Packed { channels, .. } => channels,
        Format::Gray => 1,
        Format::Rgba => 4,
    }
}
