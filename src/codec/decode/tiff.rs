//! TIFF in: grey, RGB, CMYK and YCbCr, 8 and 16 bits and floats, grey also in 1 to 4 bits, strips and tiles,
//! planar or not, in the compressions of the `tiff` crate, which reads no palettes. The first picture of the file is the picture.
//!
//! Ordinary 8- and 16-bit and float pictures are decoded straight into the pool's memory; the rest goes
//! through [`tiff_layout`](super::tiff_layout).

use std::io::Cursor;

use ::tiff::decoder::{Decoder, Limits};
use ::tiff::tags::{IfdPointer, PhotometricInterpretation, SampleFormat, Tag};
use ::tiff::{ColorType, TiffError, TiffUnsupportedError};

use super::orient::Orientation;
use super::tiff_layout::{self, Stored};
use super::{CodecError, Decoded, FileFormat, Request};
use crate::colour::{ColourTags, ExifColour, Model};
use crate::image::{Format, Plane, Sample, Size};

const TIFF: FileFormat = FileFormat::Tiff;

/// A blank page of a fax takes few bytes; nothing else comes near.
const PIXELS_A_BYTE: u64 = 1 << 15;

const DNG_VERSION: Tag = Tag::Unknown(50_706);
const EXIF_COLOUR_SPACE: Tag = Tag::Unknown(0xA001);
const EXIF_INTEROPERABILITY: Tag = Tag::Unknown(0xA005);
const INTEROPERABILITY_INDEX: Tag = Tag::Unknown(1);

type Open<'a> = Decoder<Cursor<&'a [u8]>>;

/// Size as stored and orientation.
pub(super) fn header(bytes: &[u8]) -> Result<(Size, Orientation), CodecError> {
    let mut decoder = open(bytes)?;
    Ok((size(&mut decoder)?, orientation(&mut decoder)))
}

/// The samples as stored.
pub(super) fn decode(bytes: &[u8], request: &Request<'_>) -> Result<Decoded, CodecError> {
    let mut decoder = open(bytes)?;
    let stored_size = size(&mut decoder)?;
    request.admit(TIFF, stored_size, bytes, PIXELS_A_BYTE)?;
    refuse_raw(&mut decoder)?;
    chunks_inside(&mut decoder, bytes.len() as u64)?;
    let colour = decoder.colortype().map_err(failed)?;
    let layout = decoder.image_buffer_layout().map_err(failed)?;
    let stored = Stored {
        size: stored_size,
        colour,
        float: layout.sample_format == SampleFormat::IEEEFP,
        planes: layout.planes,
        row_bytes: layout.row_stride.map_or(0, std::num::NonZeroUsize::get),
        plane_bytes: layout.plane_stride.map_or(0, std::num::NonZeroUsize::get),
        alpha: alpha(&mut decoder),
    };
    if !matches!(layout.sample_format, SampleFormat::Uint | SampleFormat::IEEEFP) {
        return Err(CodecError::unsupported(TIFF, "signed samples"));
    }
    let mut notes = Vec::new();
    let (mut pixels, model) = if let Some((format, model)) = direct(&stored) {
        let mut pixels = request.pool.take(stored_size, format);
        if layout.complete_len != pixels.bytes().len() {
            return Err(CodecError::damaged(TIFF, "its header contradicts its data"));
        }
        decoder.read_image_bytes(pixels.bytes_mut()).map_err(failed)?;
        (pixels, model)
    } else {
        tiff_layout::check(&stored)?;
        let mut memory = Vec::new();
        memory
            .try_reserve_exact(layout.complete_len)
            .map_err(|_| CodecError::unsupported(TIFF, "there is not enough memory for it"))?;
        memory.resize(layout.complete_len, 0);
        decoder.read_image_bytes(&mut memory).map_err(failed)?;
        tiff_layout::arrange(&stored, &memory, request.pool)?
    };
    if stored.alpha == Alpha::Premultiplied && has_fourth(&pixels) {
        tiff_layout::unpremultiply(&mut pixels);
        notes.push("the TIFF's colour was multiplied by its alpha; it was divided again".into());
    }
    if decoder.more_images() {
        notes.push("the TIFF holds more than one picture; its first is used".into());
    }
    let icc = decoder.find_tag(Tag::IccProfile).ok().flatten().and_then(|v| v.into_u8_vec().ok());
    let tags = ColourTags { icc, exif: exif_colour(&mut decoder), ..ColourTags::default() };
    let orientation = orientation(&mut decoder);
    Ok(Decoded { pixels, model, tags, orientation, stored_size, notes })
}

/// What the extra sample of a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alpha {
    None,
    Straight,
    Premultiplied,
}

fn alpha(decoder: &mut Open<'_>) -> Alpha {
    match decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).ok().flatten().as_deref() {
        Some([1, ..]) => Alpha::Premultiplied,
        Some([2, ..]) => Alpha::Straight,
        _ => Alpha::None,
    }
}

/// The plane to decode into, where the file's samples already lie as a plane has them.
fn direct(stored: &Stored) -> Option<(Format, Model)> {
    let sample = match (stored.colour.bit_depth(), stored.float) {
        (8, false) => Sample::U8,
        (16, false) => Sample::U16,
        (32, true) => Sample::F32,
        _ => return None,
    };
    let (model, channels) = match stored.colour {
        ColorType::Gray(_) => (Model::Grey, 1),
        ColorType::RGB(_) => (Model::Rgb, 3),
        ColorType::RGBA(_) => (Model::Rgb, 4),
        ColorType::CMYK(_) if sample != Sample::F32 => (Model::Cmyk, 4),
        _ => return None,
    };
    (stored.planes == 1).then_some((Format::Packed { sample, channels }, model))
}

fn has_fourth(pixels: &Plane) -> bool {
    matches!(pixels.format(), Format::Packed { channels: 4, .. })
}

fn open(bytes: &[u8]) -> Result<Open<'_>, CodecError> {
    let mut limits = Limits::default();
    // Pixels go into memory of the pool; compressed pieces lie inside the file.
    limits.ifd_value_size = 32 << 20;
    limits.intermediate_buffer_size = bytes.len();
    Ok(Decoder::new(Cursor::new(bytes)).map_err(failed)?.with_limits(limits))
}

fn size(decoder: &mut Open<'_>) -> Result<Size, CodecError> {
    let (width, height) = decoder.dimensions().map_err(failed)?;
    Ok(Size::new(width, height))
}

fn orientation(decoder: &mut Open<'_>) -> Orientation {
    Orientation::from_tag(decoder.find_tag_unsigned(Tag::Orientation).ok().flatten().unwrap_or(1))
}

/// Camera raw files are TIFFs whose first picture is a preview.
fn refuse_raw(decoder: &mut Open<'_>) -> Result<(), CodecError> {
    let dng = decoder.find_tag(DNG_VERSION).ok().flatten().is_some();
    let reduced = decoder.find_tag_unsigned::<u32>(Tag::NewSubfileType).ok().flatten().unwrap_or(0) & 1 == 1;
    let nested = decoder.find_tag(Tag::SubIfd).ok().flatten().is_some();
    if dng || (reduced && nested) {
        return Err(CodecError::unsupported(TIFF, "it is a camera raw file; develop it first"));
    }
    Ok(())
}

/// Notices a truncated file before memory is taken for its pixels.
fn chunks_inside(decoder: &mut Open<'_>, length: u64) -> Result<(), CodecError> {
    for (offsets, counts) in
        [(Tag::StripOffsets, Tag::StripByteCounts), (Tag::TileOffsets, Tag::TileByteCounts)]
    {
        let offsets = decoder.find_tag_unsigned_vec::<u64>(offsets).map_err(failed)?.unwrap_or_default();
        let counts = decoder.find_tag_unsigned_vec::<u64>(counts).map_err(failed)?.unwrap_or_default();
        if offsets.iter().zip(&counts).any(|(o, c)| o.saturating_add(*c) > length) {
            return Err(CodecError::truncated(TIFF, "some of its data lies beyond its end"));
        }
    }
    Ok(())
}

fn exif_colour(decoder: &mut Open<'_>) -> Option<ExifColour> {
    let at = decoder.find_tag_unsigned::<u64>(Tag::ExifDirectory).ok().flatten()?;
    let directory = decoder.read_directory(IfdPointer(at)).ok()?;
    let mut exif = decoder.read_directory_tags(&directory);
    let space = exif.find_tag_unsigned::<u16>(EXIF_COLOUR_SPACE).ok().flatten()?;
    let interoperability = exif.find_tag_unsigned::<u64>(EXIF_INTEROPERABILITY).ok().flatten();
    match space {
        1 => Some(ExifColour::Srgb),
        65_535 if interoperability.is_some_and(|at| is_r03(decoder, at)) => Some(ExifColour::AdobeRgb),
        65_535 => Some(ExifColour::Uncalibrated),
        _ => None,
    }
}

/// Whether the interoperability index there is R03, which stands for Adobe RGB.
fn is_r03(decoder: &mut Open<'_>, at: u64) -> bool {
    let Ok(directory) = decoder.read_directory(IfdPointer(at)) else { return false };
    let index = decoder.read_directory_tags(&directory).find_tag(INTEROPERABILITY_INDEX).ok().flatten();
    index.and_then(|v| v.into_string().ok()).is_some_and(|text| text.starts_with("R03"))
}

/// The decoder's errors in this room's words.
pub(super) fn failed(error: TiffError) -> CodecError {
    match error {
        TiffError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            CodecError::truncated(TIFF, "its data ends early")
        }
        TiffError::UnsupportedError(what) => CodecError::unsupported(TIFF, plain(&what)),
        other => CodecError::damaged(TIFF, other),
    }
}

/// The decoder's words for common refusals are Rust structures; these are for people.
fn plain(what: &TiffUnsupportedError) -> String {
    match what {
        TiffUnsupportedError::UnsupportedCompressionMethod(method) => format!("compression {method:?}"),
        TiffUnsupportedError::InterpretationWithBits(PhotometricInterpretation::RGBPalette, _) => {
            "palette colours".into()
        }
        TiffUnsupportedError::ChromaSubsampling => "uncompressed subsampled colour".into(),
        TiffUnsupportedError::UnsupportedColorType(colour) => format!("samples of {colour:?}"),
        other => other.to_string(),
    }
}
