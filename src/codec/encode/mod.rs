//! Finished pixels to the bytes of a file.
//!
//! Takes codes with straight alpha and writes them as they are: no resizing, no compositing, no colour
//! conversion, no metadata but the profile. The profile says what the codes are: of a grey profile the first
//! channel is written, of a CMYK one all four. Where an output has no alpha, the alpha of the pixels is
//! ignored.

mod avif;
mod colours;
mod jpeg;
mod png;
mod tiff;
mod webp;

use self::colours::Colours;
use super::{CodecError, FileFormat};
use crate::image::{Format, Plane, Sample, Size};

/// How a JPEG stores colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Subsampling {
    /// A colour for every pixel.
    S444,
    /// A colour for four pixels, their average: smaller files.
    #[default]
    S420,
}

/// How hard a PNG is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PngEffort {
    /// In the time of writing it.
    #[default]
    Fast,
    /// In some fifty times that, 5 to 25 % smaller.
    Small,
}

/// The colour profile that is embedded, and by it what the codes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OutputProfile<'a> {
    /// sRGB.
    #[default]
    Srgb,
    /// None; the codes are RGB.
    None,
    /// This ICC profile: for RGB; for grey, which is taken from the first channel; or for CMYK, whose channels
    /// take the place of red, green, blue and alpha and are full ink at 1.
    Icc(&'a [u8]),
}

impl<'a> OutputProfile<'a> {
    /// The bytes to embed.
    fn icc(self) -> Option<&'a [u8]> {
        match self {
            Self::Srgb => Some(crate::colour::srgb_profile()),
            Self::None => None,
            Self::Icc(bytes) => Some(bytes),
        }
    }
}

/// The kind of file to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// JPEG, baseline.
    Jpeg {
        /// 1 to 100.
        quality: u8,
        /// How colour is stored.
        subsampling: Subsampling,
    },
    /// PNG in colour, or in grey by the profile.
    Png {
        /// Bits a sample, 8 or 16.
        bits: u8,
        /// Whether alpha is kept.
        alpha: bool,
        /// How hard it is compressed.
        effort: PngEffort,
    },
    /// TIFF, uncompressed.
    Tiff {
        /// Bits a sample, 8 or 16.
        bits: u8,
        /// Whether alpha is kept (straight).
        alpha: bool,
    },
    /// WebP.
    Webp {
        /// 0 to 100; lossless where `None`.
        quality: Option<u8>,
        /// Whether alpha is kept.
        alpha: bool,
    },
    /// AVIF; needs the feature `avif`.
    Avif {
        /// 1 to 100.
        quality: u8,
        /// Whether alpha is kept.
        alpha: bool,
    },
    /// The alpha channel, or a layer, as a grey PNG: a matte.
    GrayPng {
        /// Bits a sample, 8 or 16.
        bits: u8,
    },
}

impl Output {
    /// The usual end of the file's name, without a dot.
    #[must_use]
    pub fn extension(&self) -> &'static str {
        match self.format() {
            FileFormat::Jpeg => "jpg",
            FileFormat::Png => "png",
            FileFormat::Tiff => "tif",
            FileFormat::Webp => "webp",
            FileFormat::Avif => "avif",
        }
    }

    /// Whether it takes 16-bit pixels instead of 8-bit ones.
    #[must_use]
    pub fn wants_16_bits(&self) -> bool {
        matches!(self, Self::Png { bits: 16, .. } | Self::Tiff { bits: 16, .. } | Self::GrayPng { bits: 16 })
    }

    /// Whether alpha is kept; a matte is nothing else.
    fn has_alpha(&self) -> bool {
        match *self {
            Self::Jpeg { .. } => false,
            Self::Png { alpha, .. }
            | Self::Tiff { alpha, .. }
            | Self::Webp { alpha, .. }
            | Self::Avif { alpha, .. } => alpha,
            Self::GrayPng { .. } => true,
        }
    }

    fn format(&self) -> FileFormat {
        match self {
            Self::Jpeg { .. } => FileFormat::Jpeg,
            Self::Png { .. } | Self::GrayPng { .. } => FileFormat::Png,
            Self::Tiff { .. } => FileFormat::Tiff,
            Self::Webp { .. } => FileFormat::Webp,
            Self::Avif { .. } => FileFormat::Avif,
        }
    }

    /// Longest side the format can have.
    fn max_side(&self) -> u32 {
        match self.format() {
            FileFormat::Jpeg | FileFormat::Avif => 65_535,
            FileFormat::Webp => 16_383,
            FileFormat::Png | FileFormat::Tiff => i32::MAX as u32,
        }
    }
}

/// The bytes of a file that holds these pixels: [`Format::RGBA8`], or [`Format::RGBA16`] in native order
/// where the output [wants 16 bits](Output::wants_16_bits); straight alpha, codes of the profile. A grey PNG
/// also takes a layer: a [`Format::Gray`] plane of 0 … 1, or 8-bit codes of one channel.
///
/// # Errors
/// [`CodecError`] where the pixels do not fit the output, the output cannot hold the profile's colours (WebP
/// and AVIF hold no grey, only JPEG and TIFF without alpha hold CMYK, AVIF holds sRGB alone), or the encoder
/// fails.
pub fn encode(pixels: &Plane, output: &Output, profile: OutputProfile<'_>) -> Result<Vec<u8>, CodecError> {
    let expected = if output.wants_16_bits() { Format::RGBA16 } else { Format::RGBA8 };
    let size = pixels.size();
    let gray = [Format::Gray, Format::Packed { sample: Sample::U8, channels: 1 }];
    let layer = matches!(output, Output::GrayPng { .. }) && gray.contains(&pixels.format());
    if pixels.format() != expected && !layer || size.pixels() == 0 {
        let found = format!("{size} of {}", pixels.format());
        return Err(CodecError::OutputPixels { expected: expected.to_string(), found });
    }
    if let Output::Png { bits, .. } | Output::Tiff { bits, .. } | Output::GrayPng { bits } = output
        && !matches!(bits, 8 | 16)
    {
        return Err(CodecError::unsupported(output.format(), format!("{bits} bits a sample")));
    }
    let max = output.max_side();
    if size.long_side() > max {
        return Err(CodecError::OutputSize { format: output.format(), max, size });
    }
    if layer {
        return png::encode_gray(pixels, output.wants_16_bits());
    }
    let colours = Colours::of(output, profile)?;
    let icc = profile.icc();
    match *output {
        Output::Jpeg { quality, subsampling } => jpeg::encode(pixels, colours, quality, subsampling, icc),
        Output::Png { alpha, effort, .. } => png::encode(pixels, colours, alpha, effort, icc),
        Output::GrayPng { bits } => png::encode_gray(pixels, bits == 16),
        Output::Tiff { alpha, .. } => tiff::encode(pixels, colours, alpha, icc),
        Output::Webp { quality: Some(quality), alpha } => webp::lossy(pixels, quality, alpha, icc),
        Output::Webp { quality: None, alpha } => webp::lossless(pixels, alpha, icc),
        Output::Avif { quality, alpha } => avif::encode(pixels, quality, alpha),
    }
}

/// Three of four samples of every pixel.
fn without_alpha<T: Copy>(samples: &[T]) -> Vec<T> {
    samples.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]).collect()
}

/// Width and height of the formats that count in 16 bits; the size was checked before.
fn sides(size: Size) -> (u16, u16) {
    let side = |v| u16::try_from(v).unwrap_or(u16::MAX);
    (side(size.width), side(size.height))
}
