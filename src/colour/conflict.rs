//! What a file says of its colours besides its profile, where that is something else. The profile is
//! believed; a person should know, for one of the two is wrong. Converts nothing.
//!
//! Two claims are the same where no colour differs by more than CIEDE2000 3: gamma 2.2 for sRGB's curve is
//! no contradiction, Adobe RGB for sRGB is one.

use super::icc::{Shaper, name};
use super::identity::{ColourTags, ExifColour, Model};
use super::named::{adobe_rgb, from_gamma};
use super::profile::{Kind, Link, Pipeline, Profile, to_working};
use crate::image::{delta_e2000, lab_from_working};

/// Largest difference of two claims that mean the same.
const SAME: f64 = 3.0;

/// Steps of a channel from 0 to 1 at which colours are compared.
const STEPS: u32 = 4;

/// A note for every claim that contradicts the profile. PNG's gamma and chromaticities are none: they stand
/// beside a profile for readers that know no profiles. Nothing that a file can say besides a profile is
/// about ink.
pub(super) fn notes(profile: &Profile, model: Model, tags: &ColourTags) -> Vec<String> {
    if model == Model::Cmyk {
        return Vec::new();
    }
    let mut claims: Vec<(String, Option<Shaper>)> = Vec::new();
    if let Some(cicp) = tags.cicp {
        let points =
            format!("the PNG's code points (primaries {}, transfer {})", cicp.primaries, cicp.transfer);
        claims.push((points, cicp.shaper()));
    }
    if tags.srgb {
        claims.push(("the PNG's sRGB chunk".into(), from_gamma(None, None)));
    }
    match tags.exif {
        Some(ExifColour::Srgb) => claims.push(("EXIF (sRGB)".into(), from_gamma(None, None))),
        Some(ExifColour::AdobeRgb) => claims.push(("EXIF (Adobe RGB)".into(), adobe_rgb())),
        Some(ExifColour::Uncalibrated) | None => {}
    }
    if claims.is_empty() {
        return Vec::new();
    }
    let Ok(light) = to_working(profile, Link::default()) else { return Vec::new() };
    let grey = model == Model::Grey || profile.kind() == Kind::Grey;
    let contradicts =
        |claim: &Option<Shaper>| claim.as_ref().is_none_or(|claim| differs(&light, claim, grey));
    let by = name(profile.tags());
    let note = |(claim, _)| format!("{claim} contradicts the profile “{by}”; the profile is believed");
    claims.into_iter().filter(|(_, shaper)| contradicts(shaper)).map(note).collect()
}

/// Whether codes look different by the profile and by the claim.
fn differs(light: &Pipeline, claim: &Shaper, grey: bool) -> bool {
    let level = |i: u32| f64::from(i) / f64::from(STEPS);
    let side = STEPS + 1;
    (0..side.pow(3)).any(|i| {
        let code =
            if grey { [level(i % side); 3] } else { [i, i / side, i / side / side].map(|v| level(v % side)) };
        let [r, g, b, _] = light.at([code[0], code[1], code[2], 0.0]);
        let linear = [0, 1, 2].map(|c| claim.curves[c].at(code[c]));
        let claimed = claim.to_working.map(|row| row.iter().zip(linear).map(|(m, v)| m * v).sum::<f64>());
        delta_e2000(lab_from_working([r, g, b]), lab_from_working(claimed)) > SAME
    })
}
