//! What the codes of an output are, by its profile, and which formats can hold them. Converts nothing.

use std::borrow::Cow;

use super::{CodecError, FileFormat, Output, OutputProfile, without_alpha};
use crate::colour::is_srgb_profile;

/// What the channels of the pixels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colours {
    /// The first channel, and alpha in the fourth.
    Grey,
    /// Three, and alpha in the fourth.
    Rgb,
    /// Ink in all four.
    Cmyk,
}

impl Colours {
    /// The colours of a profile, where the output can hold them.
    pub(super) fn of(output: &Output, profile: OutputProfile<'_>) -> Result<Self, CodecError> {
        let format = output.format();
        let cannot = |what: &str| Err(CodecError::OutputColours { format, what: what.into() });
        let OutputProfile::Icc(icc) = profile else { return Ok(Self::Rgb) };
        // The colour space of the profile's header.
        let colours = match icc.get(16..20) {
            Some(b"GRAY") => Self::Grey,
            Some(b"RGB ") => Self::Rgb,
            Some(b"CMYK") => Self::Cmyk,
            Some(other) => return cannot(&format!("“{}” colours", other.escape_ascii())),
            None => return cannot("the colours of a broken profile"),
        };
        match (colours, format) {
            (Self::Grey, FileFormat::Webp | FileFormat::Avif) => cannot("grey"),
            (Self::Cmyk, FileFormat::Png | FileFormat::Webp | FileFormat::Avif) => cannot("CMYK"),
            (Self::Cmyk, _) if output.has_alpha() => cannot("CMYK with alpha"),
            // Its writer names the colours by code points, and those of sRGB only.
            (Self::Rgb, FileFormat::Avif) if !is_srgb_profile(icc) => cannot("colours other than sRGB"),
            _ => Ok(colours),
        }
    }

    /// The samples of every pixel that the file holds.
    pub(super) fn samples<T: Copy>(self, pixels: &[T], alpha: bool) -> Cow<'_, [T]> {
        let each = pixels.as_chunks::<4>().0.iter();
        match (self, alpha) {
            (Self::Cmyk, _) | (Self::Rgb, true) => pixels.into(),
            (Self::Rgb, false) => without_alpha(pixels).into(),
            (Self::Grey, true) => each.flat_map(|p| [p[0], p[3]]).collect(),
            (Self::Grey, false) => each.map(|p| p[0]).collect(),
        }
    }
}
