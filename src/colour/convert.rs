//! Pixels that no curves and matrix describe, converted once at load: profiles with tables, inks, floats
//! behind a curve. The result is Rec.2020 with sRGB's curve in 16 bits, or linear floats.
//!
//! `moxcms` evaluates the tables: relative colorimetric, its 16-bit path with the low barycentric scale
//! (the high one is wrong in 16 bits), floating point. It has no black-point compensation.

use std::panic::{AssertUnwindSafe, catch_unwind};

use moxcms::{
    ColorProfile, DataColorSpace, Layout, RenderingIntent, ToneReprCurve, Transform16BitExecutor,
    TransformOptions,
};

use super::icc::{ColourError, Shaper};
use super::{Model, ink};
use crate::image::{Format, Plane, Pool, Sample};

/// Pixels converted at a time.
const RUN: usize = 4096;

/// The pixels through a profile's tables.
pub(super) fn through_tables(
    pixels: &Plane,
    model: Model,
    profile: &ColorProfile,
    pool: &Pool,
) -> Result<Plane, ColourError> {
    let channels = channels(pixels);
    let (from, to, out_channels) = match (model, profile.color_space, channels) {
        (Model::Cmyk, DataColorSpace::Cmyk, 4) => (Layout::Rgba, Layout::Rgb, 3),
        (Model::Rgb, DataColorSpace::Rgb, 3) => (Layout::Rgb, Layout::Rgb, 3),
        (Model::Rgb, DataColorSpace::Rgb, 4) => (Layout::Rgba, Layout::Rgba, 4),
        (Model::Grey, DataColorSpace::Gray, 1) => (Layout::Gray, Layout::Rgb, 3),
        (_, space, _) => return Err(ColourError::Space(format!("{space:?}"))),
    };
    let work = || {
        let transform = transform(profile, from, to)?;
        run(pixels, usize::from(channels), out_channels, &*transform, pool)
    };
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(ColourError::Profile("its tables cannot be used".into())))
}

/// The transform at relative colorimetric intent, or at the perceptual one where a profile has only that.
fn transform(
    profile: &ColorProfile,
    from: Layout,
    to: Layout,
) -> Result<std::sync::Arc<Transform16BitExecutor>, ColourError> {
    let target = target();
    let at = |rendering_intent| {
        let options = TransformOptions {
            rendering_intent,
            prefer_fixed_point: false,
            allow_use_cicp_transfer: false,
            ..TransformOptions::default()
        };
        profile.create_transform_16bit(from, &target, to, options)
    };
    at(RenderingIntent::RelativeColorimetric)
        .or_else(|_| at(RenderingIntent::Perceptual))
        .map_err(|e| ColourError::Profile(e.to_string()))
}

/// Rec.2020 with sRGB's curve.
fn target() -> ColorProfile {
    let mut profile = ColorProfile::new_bt2020();
    let curve = ToneReprCurve::Parametric(vec![2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.040_45]);
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    profile
}

fn run(
    pixels: &Plane,
    channels: usize,
    out_channels: u8,
    transform: &Transform16BitExecutor,
    pool: &Pool,
) -> Result<Plane, ColourError> {
    let mut out = pool.take(pixels.size(), Format::Packed { sample: Sample::U16, channels: out_channels });
    let mut wide = vec![0_u16; RUN * channels];
    let samples = pixels.size().pixels() * channels;
    for (i, target) in out.shorts_mut().chunks_mut(RUN * usize::from(out_channels)).enumerate() {
        let start = i * RUN * channels;
        let range = start..(start + RUN * channels).min(samples);
        let from = &mut wide[..range.len()];
        widen(pixels, range, from);
        transform.transform(from, target).map_err(|e| ColourError::Profile(e.to_string()))?;
    }
    Ok(out)
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
