//! Bytes to upright photographs.
//!
//! Each format has a file that opens the header and decodes the samples straight into a plane of the
//! pool; what all formats share is here: limits before any memory is taken, the colour's identity,
//! orientation, and a net under the decoders, so that a file that makes one panic is a damaged file and
//! not the end of the run.

mod exif;
mod jpeg;
mod jpeg_scan;
mod orient;
mod png;
mod tiff;
mod tiff_layout;
mod webp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use self::orient::Orientation;
use super::{CodecError, FileFormat};
use crate::colour::{self, ColourTags, Model};
use crate::image::{AlphaMode, Format, Image, Plane, Pool, Sample, Size};

/// Pixels that a picture may have where the caller sets no limit.
const DEFAULT_MAX_PIXELS: u64 = 400_000_000;

/// What a file's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The format.
    pub format: FileFormat,
    /// Size of the upright picture.
    pub size: Size,
    /// Size as stored, before the orientation tag is honoured.
    pub stored_size: Size,
}

/// How a file is decoded.
#[derive(Clone, Copy, Debug, Default)]
pub struct DecodeOptions {
    /// `None` decodes every pixel. `Some(s)` allows a smaller picture, no smaller than `s` (upright) in
    /// either direction, where the format can give one for less time or memory. Such a picture is averaged
    /// in the file's codes, not in linear light: right for analysis, not for a master.
    pub at_least: Option<Size>,
    /// Refuses larger pictures before taking memory for them; 400 megapixels where `None`.
    pub max_pixels: Option<u64>,
}

/// What a format's file makes of the bytes.
struct Decoded {
    pixels: Plane,
    model: Model,
    tags: ColourTags,
    orientation: Orientation,
    stored_size: Size,
    notes: Vec<String>,
}

/// What a format's file needs to know.
struct Request<'a> {
    /// Smallest picture that will do, as stored.
    at_least: Option<Size>,
    max_pixels: u64,
    pool: &'a Pool,
}

impl Request<'_> {
    /// Refuses empty and too large pictures, and headers that promise more than `bytes` can hold
    /// when a byte gives at most `pixels_a_byte`. Comes before any memory is taken.
    fn admit(
        &self,
        format: FileFormat,
        size: Size,
        bytes: &[u8],
        pixels_a_byte: u64,
    ) -> Result<(), CodecError> {
        let pixels = u64::from(size.width) * u64::from(size.height);
        if pixels == 0 {
            return Err(CodecError::damaged(format, "it has no pixels"));
        }
        if pixels > self.max_pixels {
            return Err(CodecError::TooLarge { size, max_pixels: self.max_pixels });
        }
        if pixels / pixels_a_byte > bytes.len() as u64 {
            let why = format!("{} bytes cannot hold {size} pixels", bytes.len());
            return Err(CodecError::truncated(format, why));
        }
        Ok(())
    }
}

/// The format and size of a picture, from its header.
///
/// # Errors
/// [`CodecError`] where it is no picture that can be read.
pub fn probe(bytes: &[u8]) -> Result<Header, CodecError> {
    let format = FileFormat::of(bytes)?;
    let (stored_size, orientation) = guarded(format, || match format {
        FileFormat::Png => png::header(bytes),
        FileFormat::Tiff => tiff::header(bytes),
        FileFormat::Webp => webp::header(bytes),
        FileFormat::Jpeg | FileFormat::Avif => jpeg::header(bytes),
    })?;
    if stored_size.pixels() == 0 {
        return Err(CodecError::damaged(format, "it has no pixels"));
    }
    Ok(Header { format, size: orientation.upright(stored_size), stored_size })
}

/// The picture in a file: upright, in memory of the pool, with the identity of its colours.
///
/// # Errors
/// [`CodecError`] where the file is no picture that is read here, is too large, truncated or damaged.
pub fn decode(bytes: &[u8], options: &DecodeOptions, pool: &Pool) -> Result<Image, CodecError> {
    let header = probe(bytes)?;
    let turned = header.size != header.stored_size;
    let request = Request {
        at_least: options.at_least.map(|s| if turned { Size::new(s.height, s.width) } else { s }),
        max_pixels: options.max_pixels.unwrap_or(DEFAULT_MAX_PIXELS),
        pool,
    };
    guarded(header.format, || {
        let decoded = match header.format {
            FileFormat::Png => png::decode(bytes, &request),
            FileFormat::Tiff => tiff::decode(bytes, &request),
            FileFormat::Webp => webp::decode(bytes, &request),
            FileFormat::Jpeg | FileFormat::Avif => jpeg::decode(bytes, &request),
        }?;
        Ok(finish(decoded, pool))
    })
}

/// Names the colours, turns the picture upright and says what its alpha means.
fn finish(decoded: Decoded, pool: &Pool) -> Image {
    let Decoded { pixels, model, tags, orientation, stored_size, mut notes } = decoded;
    let identified = colour::identify(pixels, model, &tags, pool);
    notes.extend(identified.notes);
    let pixels = orient::upright(identified.pixels, orientation, pool);
    let alpha = if has_alpha(&pixels) { AlphaMode::Straight } else { AlphaMode::None };
    let full_size = orientation.upright(stored_size);
    Image { pixels, encoding: identified.encoding, alpha, full_size, notes }
}

/// Whether a fourth channel is there and anything but opaque.
fn has_alpha(pixels: &Plane) -> bool {
    match pixels.format() {
        Format::Packed { sample: Sample::U8, channels: 4 } => {
            pixels.bytes().as_chunks::<4>().0.iter().any(|p| p[3] != u8::MAX)
        }
        Format::Packed { sample: Sample::U16, channels: 4 } => {
            pixels.shorts().as_chunks::<4>().0.iter().any(|p| p[3] != u16::MAX)
        }
        Format::Packed { sample: Sample::F32, channels: 4 } => {
            pixels.floats().as_chunks::<4>().0.iter().any(|p| p[3] < 1.0)
        }
        _ => false,
    }
}

/// Runs a decoder and makes its panic an error of the file.
fn guarded<T>(format: FileFormat, work: impl FnOnce() -> Result<T, CodecError>) -> Result<T, CodecError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(CodecError::damaged(format, "the decoder gave up on it")))
}
