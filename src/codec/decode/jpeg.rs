//! JPEG in: grey, YCbCr, RGB, CMYK and YCCK, baseline and progressive.
//!
//! Two decoders, measured on 24 megapixels of a synthetic studio photograph (6000×4000, grain; release
//! build on one core of a shared two-core x86-64 server; best of several in a quiet and in a busy hour, in
//! milliseconds):
//!
//! | file | full, `zune-jpeg` | 1/2, `jpeg-decoder` | 1/4 | 1/8 |
//! |---|---|---|---|---|
//! | 4:2:0 quality 92, 4.8 MB | 85–119 | 119–128 | 81–94 | 83–95 |
//! | 4:4:4 quality 95, 8.3 MB | 132–213 | 195–247 | 170–245 | 161–225 |
//! | 4:2:0 progressive, 4.9 MB | 159–291 | 183–225 | 199–219 | 151–232 |
//!
//! The entropy decoder is most of the work, and `zune-jpeg`'s is so much faster that scaling while
//! decoding saves time only at 1/4 and 1/8 of baseline 4:2:0, and little there; what it saves is memory
//! (a fresh 72 MB plane costs 45 ms in page faults). So it is used there, and for pictures so large
//! ([`LARGE`]) that memory decides; everything else is decoded in full, strictly, straight into the
//! pool's memory. `zune-jpeg` converts no CMYK here: four channels come out as stored.

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::exif::Exif;
use super::jpeg_scan::Markers;
use super::orient::Orientation;
use super::{CodecError, Decoded, FileFormat, Request};
use crate::colour::{ColourTags, Model};
use crate::image::{Format, Plane, Pool, Sample, Size};

const JPEG: FileFormat = FileFormat::Jpeg;

/// Pixels from which a scaled decode is taken to save memory where it saves no time.
const LARGE: usize = 64_000_000;

/// One bit a block of an all-grey progressive scan: no JPEG has more pixels a byte.
const PIXELS_A_BYTE: u64 = 1024;

type Decoder<'a> = JpegDecoder<ZCursor<&'a [u8]>>;

/// Size as stored and orientation.
pub(super) fn header(bytes: &[u8]) -> Result<(Size, Orientation), CodecError> {
    let (decoder, size) = open(bytes)?;
    Ok((size, exif(&decoder).orientation))
}

/// The samples as stored, upright or not.
pub(super) fn decode(bytes: &[u8], request: &Request<'_>) -> Result<Decoded, CodecError> {
    let (mut decoder, stored_size) = open(bytes)?;
    request.admit(JPEG, stored_size, bytes, PIXELS_A_BYTE)?;
    let markers = Markers::read(bytes);
    if !markers.complete {
        return Err(CodecError::truncated(JPEG, "its end mark is missing"));
    }
    let Exif { orientation, colour } = exif(&decoder);
    let tags = ColourTags { icc: decoder.icc_profile(), exif: colour, ..ColourTags::default() };
    let input = decoder.input_colorspace().unwrap_or(ColorSpace::YCbCr);
    let (output, model, channels) = match (markers.components, input) {
        (1, _) => (ColorSpace::Luma, Model::Grey, 1),
        (3, _) => (ColorSpace::RGB, Model::Rgb, 3),
        (4, ColorSpace::YCCK) => (ColorSpace::YCCK, Model::Cmyk, 4),
        (4, _) => (ColorSpace::CMYK, Model::Cmyk, 4),
        (n, _) => return Err(CodecError::unsupported(JPEG, format!("{n} colour components"))),
    };
    let mut pixels = match scale(&markers, stored_size, request.at_least) {
        Some(size) if channels < 4 => scaled(bytes, size, channels, request.pool)?,
        _ => {
            decoder.set_options(options(output));
            let format = Format::Packed { sample: Sample::U8, channels };
            let mut pixels = request.pool.take(stored_size, format);
            decoder.decode_into(pixels.bytes_mut()).map_err(failed)?;
            pixels
        }
    };
    let mut notes = Vec::new();
    if model == Model::Cmyk {
        to_ink(&mut pixels, output == ColorSpace::YCCK, markers.adobe.is_some());
    }
    if pixels.size() != stored_size {
        notes.push(format!("decoded at {} of {stored_size} pixels", pixels.size()));
    }
    Ok(Decoded { pixels, model, tags, orientation, stored_size, notes })
}

fn options(output: ColorSpace) -> DecoderOptions {
    let side = usize::from(u16::MAX);
    let options = DecoderOptions::default().set_max_width(side).set_max_height(side);
    options.set_strict_mode(true).jpeg_set_out_colorspace(output)
}

/// A decoder that has read the headers.
fn open(bytes: &[u8]) -> Result<(Decoder<'_>, Size), CodecError> {
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options(ColorSpace::RGB));
    decoder.decode_headers().map_err(failed)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    Ok((decoder, Size::new(width as u32, height as u32)))
}

fn exif(decoder: &Decoder<'_>) -> Exif {
    decoder.exif().map_or(Exif::NONE, |block| Exif::read(block))
}

/// The decoder's errors in this room's words.
fn failed(error: DecodeErrors) -> CodecError {
    match error {
        DecodeErrors::Unsupported(scheme) => CodecError::unsupported(JPEG, format!("{scheme:?}")),
        DecodeErrors::ExhaustedData => CodecError::truncated(JPEG, "its data ends early"),
        DecodeErrors::ZeroError => CodecError::damaged(JPEG, "it has no pixels"),
        other => {
            let why = format!("{other:?}");
            if why.contains("Premature") || why.contains("No more bytes") || why.contains("Not enough bytes")
            {
                CodecError::truncated(JPEG, "its data ends early")
            } else {
                CodecError::damaged(JPEG, why)
            }
        }
    }
}

/// The size to decode at, where decoding smaller is allowed and worth it.
fn scale(markers: &Markers, full: Size, at_least: Option<Size>) -> Option<Size> {
    let wanted = at_least?;
    let fits = |eighths: u32| {
        let size = Size::new((full.width * eighths).div_ceil(8), (full.height * eighths).div_ceil(8));
        (size.width >= wanted.width && size.height >= wanted.height).then_some((eighths, size))
    };
    let (eighths, size) = [1, 2, 4].into_iter().find_map(fits)?;
    let faster = eighths <= 2 && markers.subsampled && !markers.progressive;
    (faster || full.pixels() >= LARGE).then_some(size)
}

/// Decodes at the size that [`scale`] chose.
fn scaled(bytes: &[u8], size: Size, channels: u8, pool: &Pool) -> Result<Plane, CodecError> {
    let damaged = |e: jpeg_decoder::Error| CodecError::damaged(JPEG, e);
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let ask = |v: u32| u16::try_from(v).unwrap_or(u16::MAX);
    let (width, height) = decoder.scale(ask(size.width), ask(size.height)).map_err(damaged)?;
    let samples = decoder.decode().map_err(damaged)?;
    let size = Size::new(u32::from(width), u32::from(height));
    let mut pixels = pool.take(size, Format::Packed { sample: Sample::U8, channels });
    if samples.len() != pixels.bytes().len() {
        return Err(CodecError::damaged(JPEG, "its header contradicts its data"));
    }
    pixels.bytes_mut().copy_from_slice(&samples);
    Ok(pixels)
}

/// Stored samples to amounts of ink: 0 is none, 255 is full.
fn to_ink(pixels: &mut Plane, ycck: bool, inverted: bool) {
    let pixels = pixels.bytes_mut().as_chunks_mut::<4>().0;
    for p in pixels {
        if ycck {
            // YCbCr decodes to 255 − stored ink; a file with an Adobe mark stores 255 − ink.
            let [y, cb, cr] = [p[0], p[1], p[2]].map(f32::from);
            let rgb = [
                y + 1.402 * (cr - 128.0),
                y - 0.344_136 * (cb - 128.0) - 0.714_136 * (cr - 128.0),
                y + 1.772 * (cb - 128.0),
            ];
            let stored = rgb.map(|v| 255 - (v + 0.5).clamp(0.0, 255.0) as u8);
            p[..3].copy_from_slice(&stored);
        }
        if inverted {
            *p = p.map(|v| 255 - v);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_only_where_it_pays() {
        let plain = Markers { subsampled: true, ..Markers::default() };
        let full = Size::new(6000, 4000);
        assert_eq!(scale(&plain, full, None), None);
        assert_eq!(scale(&plain, full, Some(Size::new(1024, 600))), Some(Size::new(1500, 1000)));
        assert_eq!(scale(&plain, full, Some(Size::new(750, 500))), Some(Size::new(750, 500)));
        assert_eq!(scale(&plain, full, Some(Size::new(751, 500))), Some(Size::new(1500, 1000)));
        assert_eq!(scale(&plain, full, Some(Size::new(2000, 2000))), None, "half costs more than full");
        let large = Size::new(12_000, 8000);
        assert_eq!(scale(&plain, large, Some(Size::new(4000, 4000))), Some(Size::new(6000, 4000)));
        let full_colour = Markers::default();
        assert_eq!(scale(&full_colour, full, Some(Size::new(100, 100))), None);
    }
}
