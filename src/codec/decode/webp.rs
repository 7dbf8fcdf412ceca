//! WebP in: lossy, lossless, with and without alpha. An animation gives its first picture.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::exif::Exif;
use super::orient::Orientation;
use super::{CodecError, Decoded, FileFormat, Request};
use crate::colour::{ColourTags, Model};
use crate::image::{Format, Sample, Size};

const WEBP: FileFormat = FileFormat::Webp;

type Decoder<'a> = WebPDecoder<Cursor<&'a [u8]>>;

/// Size as stored and orientation.
pub(super) fn header(bytes: &[u8]) -> Result<(Size, Orientation), CodecError> {
    let mut decoder = open(bytes)?;
    let exif = exif(&mut decoder);
    Ok((size(&decoder), exif.orientation))
}

/// The samples as stored.
pub(super) fn decode(bytes: &[u8], request: &Request<'_>) -> Result<Decoded, CodecError> {
    let mut decoder = open(bytes)?;
    let stored_size = size(&decoder);
    // A flat picture takes next to no bytes, so that the length tells nothing: the container must be whole.
    request.admit(WEBP, stored_size, bytes, u64::MAX)?;
    let exif = exif(&mut decoder);
    let mut notes = Vec::new();
    let icc = decoder.icc_profile().unwrap_or_else(|_| {
        notes.push("the WebP's colour profile cannot be read".into());
        None
    });
    if decoder.is_animated() {
        notes.push("the WebP is animated; its first picture is used".into());
    }
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut pixels = request.pool.take(stored_size, Format::Packed { sample: Sample::U8, channels });
    decoder.read_image(pixels.bytes_mut()).map_err(failed)?;
    let tags = ColourTags { icc, exif: exif.colour, ..ColourTags::default() };
    Ok(Decoded { pixels, model: Model::Rgb, tags, orientation: exif.orientation, stored_size, notes })
}

fn open(bytes: &[u8]) -> Result<Decoder<'_>, CodecError> {
    if let Some(&[a, b, c, d]) = bytes.get(4..8).and_then(|s| s.first_chunk::<4>())
        && u64::from(u32::from_le_bytes([a, b, c, d])) + 8 > bytes.len() as u64
    {
        return Err(CodecError::truncated(WEBP, "it is shorter than its header says"));
    }
    WebPDecoder::new(Cursor::new(bytes)).map_err(failed)
}

fn failed(error: DecodingError) -> CodecError {
    match error {
        DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            CodecError::truncated(WEBP, "its data ends early")
        }
        DecodingError::UnsupportedFeature(what) => CodecError::unsupported(WEBP, what),
        other => CodecError::damaged(WEBP, other),
    }
}

fn size(decoder: &Decoder<'_>) -> Size {
    let (width, height) = decoder.dimensions();
    Size::new(width, height)
}

fn exif(decoder: &mut Decoder<'_>) -> Exif {
    decoder.exif_metadata().ok().flatten().map_or(Exif::NONE, |block| Exif::read(&block))
}
