//! Which of a file's claims about its colours is believed.
//!
//! In order: embedded ICC profile, PNG code points, PNG sRGB, PNG gamma and chromaticities, EXIF, and sRGB
//! with a note. A claim that is broken or of the wrong kind is noted and the next one asked; so is a claim
//! that [contradicts](super::conflict) the profile. The third edition of PNG asks code points before the
//! profile; here a profile comes first in every format, and the note tells where that matters.

use std::sync::Arc;

use super::icc::{self, Shaper};
use super::named::{self, Cicp};
use super::profile::{Kind, Profile};
use super::{ColourError, conflict, convert};
use crate::image::{Encoding, Format, Plane, Pool, Primaries, Sample};

/// What the samples of a file are amounts of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// Lightness, also where it was spread over three channels for want of a grey with alpha.
    Grey,
    /// Red, green and blue.
    Rgb,
    /// Cyan, magenta, yellow and black; 0 is no ink.
    Cmyk,
}

/// What EXIF says of the colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExifColour {
    /// ColorSpace 1.
    Srgb,
    /// ColorSpace 65535 with interoperability index R03.
    AdobeRgb,
    /// ColorSpace 65535 alone.
    Uncalibrated,
}

/// All that a file claims about its colours.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColourTags {
    pub(crate) icc: Option<Vec<u8>>,
    pub(crate) cicp: Option<Cicp>,
    pub(crate) srgb: bool,
    pub(crate) gamma: Option<f64>,
    pub(crate) chromaticities: Option<Primaries>,
    pub(crate) exif: Option<ExifColour>,
}

/// Pixels with their encoding.
pub(crate) struct Identified {
    pub(crate) pixels: Plane,
    pub(crate) encoding: Arc<Encoding>,
    pub(crate) notes: Vec<String>,
}

/// Finds the encoding of decoded samples; converts them where only that helps.
pub(crate) fn identify(pixels: Plane, model: Model, tags: &ColourTags, pool: &Pool) -> Identified {
    let mut found = Identified { pixels, encoding: named::srgb(Sample::U8), notes: Vec::new() };
    let sample = match found.pixels.format() {
        Format::Packed { sample, .. } => sample,
        Format::Gray | Format::Rgba => Sample::F32,
    };
    if let Some(bytes) = &tags.icc {
        let profile = Profile::open(bytes);
        let used = profile.and_then(|p| by_profile(&mut found, bytes, &p, model, sample, pool).map(|()| p));
        match used {
            Ok(profile) => {
                found.notes.extend(conflict::notes(&profile, model, tags));
                return found;
            }
            Err(error) => found.notes.push(format!("{error}; it is ignored")),
        }
    }
    if model == Model::Cmyk {
        let converted = convert::estimate_ink(&found.pixels, pool);
        pool.give(std::mem::replace(&mut found.pixels, converted));
        found.encoding = Arc::new(named::converted("CMYK without a profile, as coated offset"));
        found.notes.push("CMYK without a profile: colours are approximate (taken as coated offset)".into());
        return found;
    }
    found.encoding = by_tags(&mut found, tags, sample);
    found
}

/// By the embedded profile.
fn by_profile(
    found: &mut Identified,
    icc: &[u8],
    profile: &Profile,
    model: Model,
    sample: Sample,
    pool: &Pool,
) -> Result<(), ColourError> {
    let shaper = icc::shaper(profile.tags())?;
    let wrong = |what: &str| ColourError::Space(format!("{what}, the picture is not,"));
    match (&shaper, profile.kind(), model) {
        // A grey picture in a colour profile: its neutrals follow the green curve.
        (Some(shaper), Kind::Rgb, Model::Grey) => {
            let curve = shaper.curves[1].clone();
            let curves = [curve.clone(), curve.clone(), curve];
            let grey = Shaper { name: shaper.name.clone(), curves, to_working: named::IDENTITY };
            found.encoding = apply(&mut found.pixels, &grey, sample);
            Ok(())
        }
        (Some(_), Kind::Rgb, Model::Cmyk) => Err(wrong("RGB")),
        (Some(_), Kind::Grey, Model::Rgb | Model::Cmyk) => Err(wrong("grey")),
        (Some(shaper), ..) => {
            found.encoding = apply(&mut found.pixels, shaper, sample);
            Ok(())
        }
        (None, ..) => {
            let converted = convert::through_tables(&found.pixels, model, icc, profile, pool)?;
            pool.give(std::mem::replace(&mut found.pixels, converted));
            let name = icc::name(profile.tags());
            found.notes.push(format!("converted from “{name}” (relative colorimetric) while loading"));
            found.encoding = Arc::new(named::converted(&name));
            Ok(())
        }
    }
}

/// By curves and a matrix; floats behind a curve are made linear first.
fn apply(pixels: &mut Plane, shaper: &Shaper, sample: Sample) -> Arc<Encoding> {
    Arc::new(shaper.encoding(sample).unwrap_or_else(|| {
        convert::linearise(pixels, shaper);
        named::linear(shaper.name.clone(), shaper.to_working)
    }))
}

/// By what the file says without a profile.
fn by_tags(found: &mut Identified, tags: &ColourTags, sample: Sample) -> Arc<Encoding> {
    if let Some(cicp) = tags.cicp {
        match cicp.shaper() {
            Some(shaper) => return apply(&mut found.pixels, &shaper, sample),
            None => found.notes.push(format!(
                "the PNG's code points (primaries {}, transfer {}) are not supported; they are ignored",
                cicp.primaries, cicp.transfer
            )),
        }
    }
    if tags.srgb {
        return named::srgb(sample);
    }
    if tags.gamma.is_some() || tags.chromaticities.is_some() {
        match named::from_gamma(tags.gamma, tags.chromaticities) {
            Some(shaper) => return apply(&mut found.pixels, &shaper, sample),
            None => {
                found.notes.push("the PNG's gamma or chromaticities make no sense; they are ignored".into())
            }
        }
    }
    let note = match tags.exif {
        Some(ExifColour::Srgb) => return named::srgb(sample),
        Some(ExifColour::AdobeRgb) => {
            if let Some(shaper) = named::adobe_rgb() {
                return apply(&mut found.pixels, &shaper, sample);
            }
            "Adobe RGB could not be made; taken as sRGB"
        }
        Some(ExifColour::Uncalibrated) => {
            "EXIF says the colours are not sRGB but not what they are; taken as sRGB"
        }
        None if sample == Sample::F32 => {
            "floats without a profile; taken as linear light with Rec.709 primaries"
        }
        None => "no colour profile; taken as sRGB",
    };
    found.notes.push(note.into());
    named::srgb(sample)
}
