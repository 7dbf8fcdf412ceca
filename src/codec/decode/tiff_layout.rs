//! The less common shapes of a TIFF made ordinary: planes interleaved, small depths widened,
//! YCbCr converted, alpha divided out. Works on decoded samples; reads no file.

use ::tiff::ColorType;

use super::tiff::Alpha;
use super::{CodecError, FileFormat};
use crate::colour::Model;
use crate::image::{Format, Plane, Pool, Sample, Size};

/// How decoded samples lie in memory.
pub(super) struct Stored {
    pub(super) size: Size,
    pub(super) colour: ColorType,
    pub(super) float: bool,
    /// 1 where the samples of a pixel lie together.
    pub(super) planes: usize,
    pub(super) row_bytes: usize,
    pub(super) plane_bytes: usize,
    pub(super) alpha: Alpha,
}

impl Stored {
    /// What a pixel is: its model, samples stored a pixel, and samples kept.
    fn pixel(&self) -> Option<(Model, usize, u8)> {
        Some(match self.colour {
            ColorType::Gray(_) => (Model::Grey, 1, 1),
            ColorType::RGB(_) | ColorType::YCbCr(_) => (Model::Rgb, 3, 3),
            ColorType::RGBA(_) => (Model::Rgb, 4, 4),
            ColorType::CMYK(_) => (Model::Cmyk, 4, 4),
            // Ink and alpha together are not kept.
            ColorType::CMYKA(_) => (Model::Cmyk, 5, 4),
            ColorType::GrayA(_) => (Model::Grey, 2, 4),
            ColorType::Multiband { num_samples: 2, .. } if self.alpha != Alpha::None => (Model::Grey, 2, 4),
            ColorType::Multiband { num_samples, .. } if num_samples >= 2 => {
                (Model::Grey, num_samples as usize, 1)
            }
            _ => return None,
        })
    }

    /// The type of sample to widen to.
    fn sample(&self) -> Option<Sample> {
        match (self.colour, self.colour.bit_depth(), self.float) {
            (_, 1 | 2 | 4 | 8, false) => Some(Sample::U8),
            (_, 16 | 32, false) => Some(Sample::U16),
            (ColorType::CMYK(_) | ColorType::CMYKA(_) | ColorType::YCbCr(_), _, true) => None,
            (_, 32 | 64, true) => Some(Sample::F32),
            _ => None,
        }
    }
}

/// Refuses what [`arrange`] cannot do, before anything is decoded.
pub(super) fn check(stored: &Stored) -> Result<(), CodecError> {
    let ycbcr_deep = matches!(stored.colour, ColorType::YCbCr(bits) if bits != 8);
    if stored.pixel().is_none() || stored.sample().is_none() || ycbcr_deep {
        let what = format!("{:?}{}", stored.colour, if stored.float { " in floats" } else { "" });
        return Err(CodecError::unsupported(FileFormat::Tiff, format!("samples of {what}")));
    }
    Ok(())
}

/// Decoded samples as an ordinary plane.
pub(super) fn arrange(stored: &Stored, memory: &[u8], pool: &Pool) -> Result<(Plane, Model), CodecError> {
    let (Some((model, samples, channels)), Some(sample)) = (stored.pixel(), stored.sample()) else {
        check(stored)?;
        return Err(CodecError::unsupported(FileFormat::Tiff, "an unknown layout"));
    };
    let bits = u32::from(stored.colour.bit_depth());
    let mut plane = pool.take(stored.size, Format::Packed { sample, channels });
    let width = stored.size.width as usize;
    for y in 0..stored.size.height as usize {
        let first = y * width * usize::from(channels);
        // The sample `c` of pixel `x` of this row.
        let at = |x: usize, c: usize| {
            let (start, index) =
                if stored.planes > 1 { (c * stored.plane_bytes, x) } else { (0, x * samples + c) };
            (&memory[start + y * stored.row_bytes..], index)
        };
        for x in 0..width {
            let to = first + x * usize::from(channels);
            let kept = if channels == 4 && samples == 2 { 2 } else { samples.min(usize::from(channels)) };
            match sample {
                Sample::F32 => {
                    let values = gather(kept, |c| float(at(x, c), bits));
                    plane.floats_mut()[to..][..channels.into()]
                        .copy_from_slice(&spread(values, kept, channels));
                }
                Sample::U16 => {
                    let values = gather(kept, |c| wide(at(x, c), bits));
                    plane.shorts_mut()[to..][..channels.into()]
                        .copy_from_slice(&spread(values, kept, channels));
                }
                Sample::U8 => {
                    let values = gather(kept, |c| narrow(at(x, c), bits));
                    plane.bytes_mut()[to..][..channels.into()]
                        .copy_from_slice(&spread(values, kept, channels));
                }
            }
        }
    }
    if matches!(stored.colour, ColorType::YCbCr(_)) {
        from_ycbcr(&mut plane);
    }
    Ok((plane, model))
}

fn gather<T: Copy + Default>(kept: usize, sample: impl Fn(usize) -> T) -> [T; 4] {
    let mut out = [T::default(); 4];
    for (c, v) in out.iter_mut().enumerate().take(kept) {
        *v = sample(c);
    }
    out
}

/// The samples of one pixel as its channels: grey and alpha become four.
fn spread<T: Copy>(v: [T; 4], kept: usize, channels: u8) -> Vec4<T> {
    let all = if kept == 2 { [v[0], v[0], v[0], v[1]] } else { v };
    Vec4 { all, len: channels.into() }
}

/// Up to four samples.
struct Vec4<T> {
    all: [T; 4],
    len: usize,
}

impl<T> std::ops::Deref for Vec4<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.all[..self.len]
    }
}

/// Sample `index` of a row of unsigned integers; 16 and 32 bits are in native order by now.
fn integer(row: &[u8], index: usize, bits: u32) -> u32 {
    let bytes = |n: usize| &row[index * n..][..n];
    match bits {
        8 => u32::from(row[index]),
        16 => u32::from(u16::from_ne_bytes([bytes(2)[0], bytes(2)[1]])),
        32 => {
            let b = bytes(4);
            u32::from_ne_bytes([b[0], b[1], b[2], b[3]])
        }
        _ => {
            let at = index * bits as usize;
            let shift = 8 - bits - (at % 8) as u32;
            (u32::from(row[at / 8]) >> shift) & ((1 << bits) - 1)
        }
    }
}

fn narrow((row, index): (&[u8], usize), bits: u32) -> u8 {
    (integer(row, index, bits) * 255 / ((1 << bits) - 1)) as u8
}

fn wide((row, index): (&[u8], usize), bits: u32) -> u16 {
    (integer(row, index, bits) >> (bits - 16)) as u16
}

fn float((row, index): (&[u8], usize), bits: u32) -> f32 {
    if bits == 64 {
        row[index * 8..].first_chunk().map_or(0.0, |b| f64::from_ne_bytes(*b) as f32)
    } else {
        row[index * 4..].first_chunk().map_or(0.0, |b| f32::from_ne_bytes(*b))
    }
}

/// YCbCr of ITU-R BT.601 in full range, TIFF's default.
fn from_ycbcr(plane: &mut Plane) {
    for p in plane.bytes_mut().as_chunks_mut::<3>().0 {
        let [y, cb, cr] = p.map(f32::from);
        let rgb = [
            y + 1.402 * (cr - 128.0),
            y - 0.344_136 * (cb - 128.0) - 0.714_136 * (cr - 128.0),
            y + 1.772 * (cb - 128.0),
        ];
        *p = rgb.map(|v| (v + 0.5).clamp(0.0, 255.0) as u8);
    }
}

/// Divides colour by alpha, in the file's codes, as TIFF multiplies it.
pub(super) fn unpremultiply(pixels: &mut Plane) {
    match pixels.format() {
        Format::Packed { sample: Sample::U8, .. } => {
            for p in pixels.bytes_mut().as_chunks_mut::<4>().0 {
                let a = u32::from(p[3]);
                for v in &mut p[..3] {
                    *v = (u32::from(*v) * 255 + a / 2).checked_div(a).unwrap_or(0).min(255) as u8;
                }
            }
        }
        Format::Packed { sample: Sample::U16, .. } => {
            for p in pixels.shorts_mut().as_chunks_mut::<4>().0 {
                let a = u64::from(p[3]);
                for v in &mut p[..3] {
                    *v = (u64::from(*v) * 65_535 + a / 2).checked_div(a).unwrap_or(0).min(65_535) as u16;
                }
            }
        }
        _ => {
            for p in pixels.floats_mut().as_chunks_mut::<4>().0 {
                let scale = if p[3] > 0.0 { 1.0 / p[3] } else { 0.0 };
                p[..3].iter_mut().for_each(|v| *v *= scale);
            }
        }
    }
}
