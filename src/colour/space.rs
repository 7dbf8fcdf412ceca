//! What the codes of a finished file mean: sRGB, Display P3, Adobe RGB, grey, or whatever an ICC profile says.
//!
//! A space is the way from working light to codes and the profile that tells it to the file's reader. It never
//! touches pixels and knows no file format. Colours are joined relative to white with black-point
//! compensation (see [`profile`](super::profile)); neutrals are exact where the space is curves and a matrix.

use moxcms::ProfileClass;

use super::ColourError;
use super::curve::Curve;
use super::embedded::{adobe_rgb_profile, display_p3_profile, grey_profile, srgb_profile};
use super::icc::{self, name};
use super::named::{IDENTITY, has_srgb_curves, narrow};
use super::profile::{Kind, Link, Pipeline, Profile, Step, all_sampled, channels, from_working};
pub use crate::image::OutputSpace;
use crate::image::stages::{Stage, Stages};
use crate::image::{Primaries, invert};

/// How far the sum of a matrix' row may be from 1 where white is meant to be white, as for reading.
const WHITE: f64 = 5e-3;

impl OutputSpace {
    /// sRGB.
    #[must_use]
    pub fn srgb() -> Self {
        Self::srgb_as("sRGB".into(), srgb_profile())
    }

    /// Display P3.
    #[must_use]
    pub fn display_p3() -> Self {
        Self::own(display_p3_profile())
    }

    /// Adobe RGB (1998).
    #[must_use]
    pub fn adobe_rgb() -> Self {
        Self::own(adobe_rgb_profile())
    }

    /// Luminance with sRGB's curve, one channel.
    #[must_use]
    pub fn grey() -> Self {
        Self::own(grey_profile())
    }

    /// The space of a name: `srgb`, `display-p3`, `adobe-rgb` or `grey`.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Some(match text {
            "srgb" => Self::srgb(),
            "display-p3" => Self::display_p3(),
            "adobe-rgb" => Self::adobe_rgb(),
            "grey" => Self::grey(),
            _ => return None,
        })
    }

    /// The space of an ICC profile for RGB, grey or CMYK.
    ///
    /// # Errors
    /// [`ColourError`] where the profile is broken, for other colours, or tells only what codes look like and
    /// not which codes a colour takes.
    pub fn from_icc(icc: &[u8]) -> Result<Self, ColourError> {
        let profile = Profile::open(icc)?;
        check(&profile)?;
        if profile.is_srgb() {
            return Ok(Self::srgb_as(name(profile.tags()), icc));
        }
        let pipeline = from_working(&profile, Link::default())?;
        let mut space = Self {
            name: name(profile.tags()),
            icc: icc.into(),
            channels: profile.kind().channels() as u8,
            linear: None,
            srgb_curve: false,
            stages: Stages::default(),
        };
        let Some((matrix, curves)) = matrix_and_curves(&pipeline) else {
            space.stages = pipeline.stages();
            if profile.kind() == Kind::Grey {
                space.stages.0.push(affine([[1.0, 0.0, 0.0]; 3]));
            }
            return Ok(space);
        };
        let matrix = white_kept(inverse_of_reading(&profile).unwrap_or(matrix));
        if profile.kind() == Kind::Rgb {
            space.linear = Some(narrow(matrix));
            space.srgb_curve = has_srgb_curves(curves);
        }
        let srgb = vec![Curve::Inverse(Box::new(Curve::Srgb)); 3];
        space.stages = stages(matrix, if space.srgb_curve { &srgb } else { curves });
        Ok(space)
    }

    /// sRGB, told by this profile.
    fn srgb_as(name: String, icc: &[u8]) -> Self {
        let matrix = white_kept(Primaries::SRGB.to_working().and_then(invert).unwrap_or(IDENTITY));
        let curves = vec![Curve::Inverse(Box::new(Curve::Srgb)); 3];
        let (linear, stages) = (Some(narrow(matrix)), stages(matrix, &curves));
        Self { name, icc: icc.into(), channels: 3, linear, srgb_curve: true, stages }
    }

    /// The space of a profile made here, which always opens: a test holds it to that.
    fn own(icc: &[u8]) -> Self {
        Self::from_icc(icc).unwrap_or_else(|_| Self::srgb())
    }
}

/// Refuses what no finished file can be written in.
fn check(profile: &Profile) -> Result<(), ColourError> {
    let tags = profile.tags();
    let one_way = || ColourError::OneWay(name(tags));
    if matches!(tags.profile_class, ProfileClass::DeviceLink | ProfileClass::Abstract | ProfileClass::Named) {
        return Err(one_way());
    }
    let has_curves = match profile.kind() {
        Kind::Grey => tags.gray_trc.is_some(),
        Kind::Rgb => tags.red_trc.is_some() && tags.green_trc.is_some() && tags.blue_trc.is_some(),
        Kind::Cmyk => false,
        Kind::Other3 => return Err(ColourError::Space(format!("{:?}", tags.color_space))),
    };
    let table = tags.lut_b_to_a_colorimetric.as_ref().or(tags.lut_b_to_a_perceptual.as_ref());
    match table {
        Some(table) if channels(table) != (3, profile.kind().channels()) => {
            Err(ColourError::Profile("its table for output has other channels than it".into()))
        }
        None if !has_curves => Err(one_way()),
        _ => Ok(()),
    }
}

/// The parts of a conversion that is no more than a matrix and three curves.
fn matrix_and_curves(pipeline: &Pipeline) -> Option<([[f64; 3]; 3], &[Curve])> {
    match pipeline.0.as_slice() {
        [Step::Affine(a), Step::Curves(curves)] if curves.len() == 3 => {
            a.offset.iter().all(|v| v.abs() < 1e-12).then_some((a.matrix, curves))
        }
        [Step::Curves(curves)] if curves.len() == 3 => Some((IDENTITY, curves)),
        _ => None,
    }
}

/// The matrix by which files of an RGB profile are read, backwards: what is read and written again stays.
fn inverse_of_reading(profile: &Profile) -> Option<[[f64; 3]; 3]> {
    let shaper = icc::shaper(profile.tags()).ok().flatten();
    shaper.filter(|_| profile.kind() == Kind::Rgb).and_then(|s| invert(s.to_working))
}

/// The rows' sums as exactly 1 where white is meant to stay white: sixteen fractional bits are no tint.
fn white_kept(matrix: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let sums = matrix.map(|row| row.iter().sum::<f64>());
    if sums.iter().any(|sum| (sum - 1.0).abs() > WHITE) {
        return matrix;
    }
    std::array::from_fn(|r| matrix[r].map(|v| v / sums[r]))
}

/// Matrix and curves. Where white stays white, equal parts stay equal to the last bit: what is mixed is the
/// differences from green, and those are exactly 0.
fn stages(matrix: [[f64; 3]; 3], curves: &[Curve]) -> Stages {
    let curves = Stage::Curves(all_sampled(curves));
    if matrix.iter().any(|row| (row.iter().sum::<f64>() - 1.0).abs() > 1e-12) {
        return Stages(vec![affine(matrix), curves]);
    }
    let differences = [[1.0, -1.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 1.0]];
    let mix = matrix.map(|[r, _, b]| [r, 1.0, b]);
    Stages(vec![affine(differences), affine(mix), curves])
}

fn affine(matrix: [[f64; 3]; 3]) -> Stage {
    Stage::Affine { matrix: narrow(matrix), offset: [0.0; 3] }
}
