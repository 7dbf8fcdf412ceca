//! ICC profiles of curves and a matrix, v2 and v4, as an [`Encoding`]: the way of most photographs. In `f64`, so that
//! white stays white to the last code and sRGB stays the identity.

use moxcms::{ColorProfile, DataColorSpace, ProfileText, ToneReprCurve};

use super::curve::{Curve, tables};
use super::named::{self, BRADFORD_D50_TO_D65, IDENTITY, is_srgb, narrow};
use super::profile::Profile;
use crate::image::{D50, Encoding, Primaries, Sample, invert, multiply};

/// Why a colour profile cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ColourError {
    /// The profile is broken.
    #[error("the colour profile cannot be read ({0})")]
    Profile(String),
    /// The profile is for a kind of colour that no photograph has.
    #[error("the colour profile is for {0} colours")]
    Space(String),
    /// The profile tells what codes look like, but not which codes a colour takes.
    #[error("the colour profile “{0}” is for reading pictures only: it has no way back to its codes")]
    OneWay(String),
}

impl ColourError {
    /// A stable name for scripts and reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Profile(_) => "E-PROFILE-DAMAGED",
            Self::Space(_) => "E-PROFILE-SPACE",
            Self::OneWay(_) => "E-PROFILE-ONE-WAY",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::OneWay(_) => "name the profile of a display, a printer or a working space",
            _ => "assign the right profile in an editor and save the picture again",
        }
    }
}

/// The encoding that an ICC profile of curves and a matrix describes; `None` where the profile can only be
/// applied by converting the pixels (tables, inks, curves over floats).
///
/// # Errors
/// [`ColourError`] where the profile is broken or for another kind of colour.
pub fn encoding_from_icc(icc: &[u8], sample: Sample) -> Result<Option<Encoding>, ColourError> {
    shaper(Profile::open(icc)?.tags()).map(|shaper| shaper.and_then(|s| s.encoding(sample)))
}

/// Whether the codes of a profile are sRGB's but for rounding.
pub(crate) fn is_srgb_profile(icc: &[u8]) -> bool {
    Profile::open(icc).is_ok_and(|profile| profile.is_srgb())
}

/// Curves and a matrix to the working space.
#[derive(Clone, Debug)]
pub(super) struct Shaper {
    pub(super) name: String,
    pub(super) curves: [Curve; 3],
    pub(super) to_working: [[f64; 3]; 3],
}

impl Shaper {
    /// As tables for samples of this type; `None` for floats unless they are linear.
    pub(super) fn encoding(&self, sample: Sample) -> Option<Encoding> {
        let [r, g, b] = &self.curves;
        let codes = match sample {
            Sample::U8 => 256,
            Sample::U16 => 65_536,
            Sample::F32 => {
                let linear = self.curves.iter().all(Curve::is_linear);
                return linear.then(|| named::linear(self.name.clone(), self.to_working));
            }
        };
        if is_srgb(&self.curves, self.to_working) {
            return Some(Encoding { name: self.name.clone(), ..Encoding::srgb(codes) });
        }
        Some(Encoding {
            name: self.name.clone(),
            tables: tables([r, g, b], codes),
            to_working: narrow(self.to_working),
        })
    }
}

/// Curves and matrix of a profile; `None` where it has tables that take precedence, or inks.
pub(super) fn shaper(profile: &ColorProfile) -> Result<Option<Shaper>, ColourError> {
    let tabled = profile.lut_a_to_b_perceptual.is_some() || profile.lut_a_to_b_colorimetric.is_some();
    match profile.color_space {
        DataColorSpace::Rgb | DataColorSpace::Gray if tabled => Ok(None),
        DataColorSpace::Rgb => rgb_shaper(profile).map(Some),
        DataColorSpace::Gray => grey_shaper(profile).map(Some),
        _ => Ok(None),
    }
}

fn rgb_shaper(profile: &ColorProfile) -> Result<Shaper, ColourError> {
    let curve = |tag: &Option<ToneReprCurve>| {
        let broken = || ColourError::Profile("a tone curve is missing or broken".into());
        tag.as_ref().and_then(Curve::from_icc).ok_or_else(broken)
    };
    let curves = [curve(&profile.red_trc)?, curve(&profile.green_trc)?, curve(&profile.blue_trc)?];
    let broken = || ColourError::Profile("its primaries span no gamut".into());
    let to_pcs = profile.rgb_to_xyz_matrix().v;
    invert(to_pcs).ok_or_else(broken)?;
    let to_d65 = multiply(BRADFORD_D50_TO_D65, to_pcs);
    let from_xyz = Primaries::REC2020.to_xyz().and_then(invert).ok_or_else(broken)?;
    let mut to_working = multiply(from_xyz, to_d65);
    // Where the profile's white is the connection space's, white must be 1, 1, 1 and not what sixteen
    // fractional bits make of it.
    let white = to_pcs.map(|row| row.iter().sum::<f64>());
    if white.iter().zip(D50).all(|(w, d)| (w - d).abs() < 0.01) {
        for row in &mut to_working {
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|v| *v /= sum);
        }
    }
    Ok(Shaper { name: name(profile), curves, to_working })
}

fn grey_shaper(profile: &ColorProfile) -> Result<Shaper, ColourError> {
    let curve = profile.gray_trc.as_ref().and_then(Curve::from_icc);
    let curve = curve.ok_or_else(|| ColourError::Profile("its tone curve is missing or broken".into()))?;
    let curve = if profile.pcs == DataColorSpace::Lab { Curve::Lightness(Box::new(curve)) } else { curve };
    Ok(Shaper { name: name(profile), curves: [curve.clone(), curve.clone(), curve], to_working: IDENTITY })
}

/// What the profile calls itself.
pub(super) fn name(profile: &ColorProfile) -> String {
    let text = match &profile.description {
        Some(ProfileText::PlainString(s)) => s.as_str(),
        Some(ProfileText::Localizable(all)) => all.first().map_or("", |s| s.value.as_str()),
        Some(ProfileText::Description(d)) if !d.ascii_string.is_empty() => &d.ascii_string,
        Some(ProfileText::Description(d)) => &d.unicode_string,
        None => "",
    };
    let text: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
    if text.trim().is_empty() { "unnamed ICC profile".into() } else { text.trim().into() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn encoding(profile: &ColorProfile, sample: Sample) -> Encoding {
        encoding_from_icc(&profile.encode().unwrap(), sample).unwrap().unwrap()
    }

    #[test]
    fn srgb_is_the_identity() {
        let made = encoding(&ColorProfile::new_srgb(), Sample::U8);
        let srgb = Encoding::srgb(256);
        assert_eq!((made.tables, made.to_working), (srgb.tables, srgb.to_working));
    }

    #[test]
    fn white_is_white_and_matrices_are_the_published_ones() {
        for (profile, primaries) in [
            (ColorProfile::new_adobe_rgb(), Primaries::ADOBE_RGB),
            (ColorProfile::new_display_p3(), Primaries::DISPLAY_P3),
            (ColorProfile::new_bt2020(), Primaries::REC2020),
        ] {
            let made = encoding(&profile, Sample::U16);
            let wanted = primaries.to_working().unwrap();
            for (row, wanted) in made.to_working.iter().zip(wanted) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() <= 2.0 * f32::EPSILON, "{row:?}");
                for (v, w) in row.iter().zip(wanted) {
                    assert!((f64::from(*v) - w).abs() < 5e-4, "{v} against {w} in {}", made.name);
                }
            }
            assert!(made.tables.iter().all(|t| t.len() == 65_536 && t.last() == Some(&1.0)));
        }
    }

    #[test]
    fn prophoto_is_adapted_from_d50() {
        let made = encoding(&ColorProfile::new_pro_photo_rgb(), Sample::U16);
        // ProPhoto to Rec.2020 with Bradford, as colour-science gives it.
        let wanted = [[1.2006, -0.0576, -0.1430], [-0.0699, 1.0807, -0.0107], [0.0055, -0.0408, 1.0353]];
        for (v, w) in made.to_working.iter().flatten().zip(wanted.iter().flatten()) {
            assert!((v - w).abs() < 1e-3, "{v} against {w}");
        }
    }

    #[test]
    fn grey_profiles_keep_one_curve() {
        let made = encoding(&ColorProfile::new_gray_with_gamma(2.2), Sample::U8);
        assert!((f64::from(made.tables[0][128]) - (128.0_f64 / 255.0).powf(2.2)).abs() < 1e-3);
        assert_eq!(made.to_working, narrow(IDENTITY));
    }

    #[test]
    fn broken_profiles_are_errors() {
        assert!(encoding_from_icc(b"", Sample::U8).is_err());
        let good = ColorProfile::new_srgb().encode().unwrap();
        let mut seed = 7_u32;
        for i in 0..2000 {
            let mut bad = good.clone();
            for _ in 0..1 + i % 4 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = seed as usize % bad.len();
                bad[at] = (seed >> 24) as u8;
            }
            bad.truncate(bad.len() - (i * 7) % 300);
            // Anything but a panic, and never a table of nonsense.
            if let Ok(Some(made)) = encoding_from_icc(&bad, Sample::U8) {
                assert!(made.tables.iter().all(|t| t.iter().all(|v| (0.0..=1.0).contains(v))));
                assert!(made.to_working.iter().flatten().all(|v| v.is_finite()));
            }
        }
    }
}
