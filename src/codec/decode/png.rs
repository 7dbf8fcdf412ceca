//! PNG in: every colour type and depth, interlaced or not. An animation gives its first picture.

use std::io::Cursor;

use ::png::{BitDepth, ColorType, Decoder, DecodingError, Info, Limits, Reader, Transformations};

use super::exif::Exif;
use super::orient::Orientation;
use super::{CodecError, Decoded, FileFormat, Request};
use crate::colour::{Cicp, ColourTags, ExifColour, Model};
use crate::image::{Format, Plane, Primaries, Sample, Size};

const PNG: FileFormat = FileFormat::Png;

/// Deflate repeats at most 258 bytes in two bits, and a byte holds eight 1-bit pixels.
const PIXELS_A_BYTE: u64 = 8 * 1032;

type Open<'a> = Reader<Cursor<&'a [u8]>>;

/// Size as stored and orientation.
pub(super) fn header(bytes: &[u8]) -> Result<(Size, Orientation), CodecError> {
    let mut reader = open(bytes)?;
    let mut exif = exif(reader.info());
    if reader.info().exif_metadata.is_none() && ends_with_exif(bytes) {
        // It may also come after the pixels; only then is it worth reading that far.
        let _ = reader.finish();
        exif = self::exif(reader.info());
    }
    Ok((size(reader.info()), exif.orientation))
}

/// The samples as stored, palettes and small depths expanded to 8 bits.
pub(super) fn decode(bytes: &[u8], request: &Request<'_>) -> Result<Decoded, CodecError> {
    let mut reader = open(bytes)?;
    let stored_size = size(reader.info());
    request.admit(PNG, stored_size, bytes, PIXELS_A_BYTE)?;
    let (colour, depth) = reader.output_color_type();
    let sample = if depth == BitDepth::Sixteen { Sample::U16 } else { Sample::U8 };
    let (model, channels) = match colour {
        ColorType::Grayscale => (Model::Grey, 1),
        ColorType::GrayscaleAlpha => (Model::Grey, 2),
        ColorType::Rgb | ColorType::Indexed => (Model::Rgb, 3),
        ColorType::Rgba => (Model::Rgb, 4),
    };
    let format = |channels| Format::Packed { sample, channels };
    let mut pixels = request.pool.take(stored_size, format(channels));
    reader.next_frame(pixels.bytes_mut()).map_err(failed)?;
    // What follows the pixels can still hold EXIF; damage there takes nothing from the picture.
    let mut notes = Vec::new();
    if reader.finish().is_err() {
        notes.push("the PNG ends without its end mark; its pixels are complete".into());
    }
    if reader.info().animation_control.is_some() {
        notes.push("the PNG is animated; its first picture is used".into());
    }
    if sample == Sample::U16 {
        pixels.shorts_mut().iter_mut().for_each(|v| *v = u16::from_be(*v));
    }
    if channels == 2 {
        let grey = std::mem::replace(&mut pixels, request.pool.take(stored_size, format(4)));
        spread(&grey, &mut pixels, sample);
        request.pool.give(grey);
    }
    let exif = exif(reader.info());
    let tags = tags(reader.info(), exif.colour);
    Ok(Decoded { pixels, model, tags, orientation: exif.orientation, stored_size, notes })
}

/// Grey and alpha to red, green, blue and alpha.
fn spread(from: &Plane, to: &mut Plane, sample: Sample) {
    fn run<T: Copy>(from: &[T], to: &mut [T]) {
        for (out, &[v, a]) in to.as_chunks_mut::<4>().0.iter_mut().zip(from.as_chunks::<2>().0) {
            *out = [v, v, v, a];
        }
    }
    if sample == Sample::U16 {
        run(from.shorts(), to.shorts_mut());
    } else {
        run(from.bytes(), to.bytes_mut());
    }
}

fn open(bytes: &[u8]) -> Result<Open<'_>, CodecError> {
    // The picture itself goes into memory of the pool; this bounds what chunks may take.
    let limits = Limits { bytes: 256 << 20 };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.read_info().map_err(failed)
}

fn failed(error: DecodingError) -> CodecError {
    match error {
        DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            CodecError::truncated(PNG, "its data ends early")
        }
        DecodingError::LimitsExceeded => CodecError::unsupported(PNG, "its side information is too large"),
        other => CodecError::damaged(PNG, other),
    }
}

fn size(info: &Info<'_>) -> Size {
    Size::new(info.width, info.height)
}

fn exif(info: &Info<'_>) -> Exif {
    info.exif_metadata.as_deref().map_or(Exif::NONE, Exif::read)
}

/// Whether an EXIF chunk seems to stand near the end of the file, after the pixels.
fn ends_with_exif(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(1 << 17)..];
    tail.windows(4).any(|w| w == b"eXIf")
}

fn tags(info: &Info<'_>, exif: Option<ExifColour>) -> ColourTags {
    let chromaticities = info.chrm_chunk.map(|c| {
        let xy = |(x, y): (::png::ScaledFloat, ::png::ScaledFloat)| {
            [x, y].map(|v| f64::from(v.into_scaled()) / 100_000.0)
        };
        Primaries { rgb: [xy(c.red), xy(c.green), xy(c.blue)], white: xy(c.white) }
    });
    let cicp = info.coding_independent_code_points.as_ref().map(|c| Cicp {
        primaries: c.color_primaries,
        transfer: c.transfer_function,
        matrix: c.matrix_coefficients,
        full_range: c.is_video_full_range_image,
    });
    ColourTags {
        icc: info.icc_profile.as_deref().map(<[u8]>::to_vec),
        cicp,
        srgb: info.srgb.is_some(),
        gamma: info.gama_chunk.map(|g| f64::from(g.into_scaled()) / 100_000.0),
        chromaticities,
        exif,
    }
}
