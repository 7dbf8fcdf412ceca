//! The black of a profile, for black-point compensation: the darkest colour that it can show, as XYZ.
//!
//! After Adobe Systems, "Adobe Systems' Implementation of Black Point Compensation", 2006, in the form that
//! Little CMS 2.16 gives it: the black of a display keeps its tint, the black of a press does not.

use moxcms::{DataColorSpace, ProfileClass};

use super::link::compensation;
use super::pipeline::Pipeline;
use super::read::{from_connection, to_connection};
use super::{Intent, Kind, Profile};
use crate::image::{D50, lab_from_xyz, xyz_from_lab};

/// Black of the perceptual reference medium of version 4.
const REFERENCE_BLACK: [f64; 3] = [0.003_36, 0.003_473_1, 0.002_87];

/// Black of a profile that colours come from.
pub(super) fn source(profile: &Profile, intent: Intent) -> [f64; 3] {
    if !profile.is_device() {
        return [0.0; 3];
    }
    if profile.is_new() && intent == Intent::Perceptual {
        let shaper = has_curves(profile) && profile.tags.lut_a_to_b_perceptual.is_none();
        return if shaper { darkest(profile, Intent::RelativeColorimetric) } else { REFERENCE_BLACK };
    }
    let prints = profile.tags.profile_class == ProfileClass::OutputDevice && profile.kind == Kind::Cmyk;
    if prints && intent == Intent::RelativeColorimetric {
        let trip = round_trip(profile, Intent::Perceptual);
        let lightness = trip.map_or(0.0, |trip| trip.lightness([0.0; 3]));
        return xyz_from_lab([lightness.clamp(0.0, 50.0), 0.0, 0.0], D50);
    }
    darkest(profile, intent)
}

/// Whether curves (and a matrix) tell its colours.
fn has_curves(profile: &Profile) -> bool {
    match profile.kind {
        Kind::Grey => profile.tags.gray_trc.is_some(),
        Kind::Rgb => profile.tags.red_trc.is_some(),
        _ => false,
    }
}

/// The light of the darkest device colour, not lighter than middle grey.
fn darkest(profile: &Profile, intent: Intent) -> [f64; 3] {
    let tabled = match intent {
        Intent::Perceptual => profile.tags.lut_a_to_b_perceptual.is_some(),
        Intent::RelativeColorimetric => profile.tags.lut_a_to_b_colorimetric.is_some(),
    };
    let pipeline = to_connection(profile, intent).ok().filter(|_| tabled || has_curves(profile));
    let Some(pipeline) = pipeline else { return [0.0; 3] };
    let [x, y, z, _] = pipeline.at(profile.darkest());
    let [lightness, a, b] = lab_from_xyz([x, y, z], D50);
    // The darkest colour of a negative is its white.
    let lightness = if lightness > 95.0 { 0.0 } else { lightness.clamp(0.0, 50.0) };
    xyz_from_lab([lightness, a, b], D50)
}

/// Lab to device colours by one intent and back by the colorimetric one.
struct RoundTrip {
    there: Pipeline,
    back: Pipeline,
}

impl RoundTrip {
    fn lightness(&self, lab: [f64; 3]) -> f64 {
        let [x, y, z] = xyz_from_lab(lab, D50);
        let [x, y, z, _] = self.back.at(self.there.at([x, y, z, 0.0]));
        lab_from_xyz([x, y, z], D50)[0]
    }
}

fn round_trip(profile: &Profile, intent: Intent) -> Option<RoundTrip> {
    profile.tags.lut_b_to_a_perceptual.as_ref()?;
    let mut there = from_connection(profile, intent).ok()?;
    if profile.is_new() && intent == Intent::Perceptual {
        // The perceptual tables of version 4 take the reference black for black.
        there = compensation(Some([[0.0; 3], destination(profile, intent)])).then(there);
    }
    Some(RoundTrip { there, back: to_connection(profile, Intent::RelativeColorimetric).ok()? })
}

/// Black of a profile that colours go to.
pub(super) fn destination(profile: &Profile, intent: Intent) -> [f64; 3] {
    let tabled = match intent {
        Intent::Perceptual => profile.tags.lut_b_to_a_perceptual.is_some(),
        Intent::RelativeColorimetric => profile.tags.lut_b_to_a_colorimetric.is_some(),
    };
    let known =
        matches!(profile.tags.color_space, DataColorSpace::Gray | DataColorSpace::Rgb | DataColorSpace::Cmyk);
    if profile.is_new() && intent == Intent::Perceptual || !tabled || !known {
        return source(profile, intent);
    }
    let initial = match intent {
        Intent::RelativeColorimetric => lab_from_xyz(source(profile, intent), D50),
        Intent::Perceptual => [0.0; 3],
    };
    round_trip(profile, intent).map_or([0.0; 3], |trip| ramp_black(&trip, initial, intent))
}

/// Where the round trip of a grey ramp would meet black, were it not for its toe: the root of a parabola
/// through the ramp's shadows.
fn ramp_black(trip: &RoundTrip, initial: [f64; 3], intent: Intent) -> [f64; 3] {
    let input: Vec<f64> = (0..256).map(|i| f64::from(i) * 100.0 / 255.0).collect();
    let tint = [initial[1].clamp(-50.0, 50.0), initial[2].clamp(-50.0, 50.0)];
    let mut out: Vec<f64> = input.iter().map(|l| trip.lightness([*l, tint[0], tint[1]])).collect();
    for i in (1..255).rev() {
        out[i] = out[i].min(out[i + 1]);
    }
    let (low, high) = (out[0], out[255]);
    if low >= high {
        return [0.0; 3];
    }
    let straight = input.iter().zip(&out).all(|(i, o)| *i <= low + 0.2 * (high - low) || (i - o).abs() < 4.0);
    if intent == Intent::RelativeColorimetric && straight {
        return xyz_from_lab(initial, D50);
    }
    let [from, to] = if intent == Intent::RelativeColorimetric { [0.1, 0.5] } else { [0.03, 0.25] };
    let shadows = input.iter().zip(&out).map(|(i, o)| (*i, (o - low) / (high - low)));
    let shadows: Vec<(f64, f64)> = shadows.filter(|(_, y)| (from..to).contains(y)).collect();
    if shadows.len() < 3 {
        return [0.0; 3];
    }
    let lightness = parabola_root(&shadows).max(0.0);
    xyz_from_lab([lightness, initial[1], initial[2]], D50)
}

/// Where the least-squares parabola through the points is zero, within 0 … 50.
fn parabola_root(points: &[(f64, f64)]) -> f64 {
    let power = |n: i32| points.iter().map(|(x, _)| x.powi(n)).sum::<f64>();
    let moment = |n: i32| points.iter().map(|(x, y)| x.powi(n) * y).sum::<f64>();
    let m = std::array::from_fn(|r| std::array::from_fn(|c| power((r + c) as i32)));
    let Some(inverse) = crate::image::invert(m) else { return 0.0 };
    let sums = [moment(0), moment(1), moment(2)];
    let [c, b, a] = inverse.map(|row| row.iter().zip(sums).map(|(m, s)| m * s).sum::<f64>());
    if a.abs() < 1e-10 {
        return (-c / b).clamp(0.0, 50.0);
    }
    let discriminant = b * b - 4.0 * a * c;
    if discriminant <= 0.0 {
        return 0.0;
    }
    ((-b + discriminant.sqrt()) / (2.0 * a)).clamp(0.0, 50.0)
}
