//! The two things EXIF is asked for: which way is up, and which colours. A broken block says nothing.

use ::exif::{In, Reader, Tag, Value};

use super::orient::Orientation;
use crate::colour::ExifColour;

/// What an EXIF block says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exif {
    pub(super) orientation: Orientation,
    pub(super) colour: Option<ExifColour>,
}

impl Exif {
    /// Says nothing.
    pub(super) const NONE: Self = Self { orientation: Orientation::UPRIGHT, colour: None };

    /// Reads a block that starts at its TIFF header, or at the `Exif` mark some writers leave before it.
    pub(super) fn read(block: &[u8]) -> Self {
        let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        let mut reader = Reader::new();
        reader.continue_on_error(true);
        let parsed = match reader.read_raw(block.to_vec()) {
            Ok(parsed) => parsed,
            Err(error) => match error.distill_partial_result(|_| {}) {
                Ok(parsed) => parsed,
                Err(_) => return Self::NONE,
            },
        };
        let number = |tag| parsed.get_field(tag, In::PRIMARY).and_then(|f| f.value.get_uint(0));
        let r03 = parsed.get_field(Tag::InteroperabilityIndex, In::PRIMARY).is_some_and(
            |f| matches!(&f.value, Value::Ascii(v) if v.first().is_some_and(|s| s.starts_with(b"R03"))),
        );
        let colour = match number(Tag::ColorSpace) {
            Some(1) => Some(ExifColour::Srgb),
            Some(65_535) if r03 => Some(ExifColour::AdobeRgb),
            Some(65_535) => Some(ExifColour::Uncalibrated),
            _ => None,
        };
        let orientation = Orientation::from_tag(number(Tag::Orientation).unwrap_or(1));
        Self { orientation, colour }
    }
}
