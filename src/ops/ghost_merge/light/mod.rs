//! The light of the inner layer of a ghost mannequin: the inner shot's gain, and the shade of the garment's depth.
//!
//! An inner shot is lit from the front, but in the garment the same cloth lies behind an opening: pasted as it is,
//! it looks like a sticker. Its exposure and white balance are measured (of what both shots show); the depth is
//! measured where the front shot shows some of the lining, and estimated from the shape of the opening otherwise.
//! The result is one gain and a smooth factor by place, both to be multiplied and recorded. It never paints, never
//! compares outer with inner cloth, and says what is a guess.

mod cavity;
mod gain;
mod lining;
mod opening;
mod seam;
mod shade;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::image::Plane;
use crate::ops::field::{Cells, Field, Mask};
use crate::ops::luminance;

pub use gain::same_garment;

/// Light of a matt white in a photograph whose backdrop does not say more.
const WHITE: f32 = 0.8;
/// Differences of exposure beyond this many stops are doubted, …
const DOUBTED: f32 = 1.0;
/// … and beyond this many refused: too few codes of the darker shot are left.
const REFUSED: f32 = 2.5;

/// How the inner shot was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// The garment stays; the form's neck or head is taken off: the depth is in the shot.
    NeckOff,
    /// The garment, or its back, flat on a board.
    Foam,
    /// The garment inside out on the form.
    InsideOut,
    /// Not known: whether the depth is in the shot is told from the outside of the garment.
    #[default]
    Unknown,
}

/// What is known of the two shots, on proxies of one size in the front shot's frame.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The front shot: linear working light, [`Format::Rgba`](crate::image::Format::Rgba).
    pub front: &'a Plane,
    /// Alpha of the garment in it, 0 … 1.
    pub alpha: &'a Field,
    /// Probability of mannequin in it, 0 … 1.
    pub mannequin: &'a Field,
    /// The inner shot, warped into the front's frame: premultiplied light, and alpha of the garment.
    pub inner: &'a Plane,
    /// What the inner layer fills.
    pub opening: &'a Mask,
    /// The form without the garment, from the front shot's camera.
    pub bare: Option<&'a Plane>,
    /// Light of the backdrop: of the front and of the inner shot.
    pub backdrops: Option<[[f32; 3]; 2]>,
    /// Light of the form, where both shots show the same of it: of the front and of the inner shot.
    pub forms: Option<[[f32; 3]; 2]>,
    /// How the inner shot was taken.
    pub protocol: Protocol,
}

/// What the two shots' light was compared on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The same cloth in both.
    Cloth,
    /// The backdrop of both.
    Backdrop,
    /// The form in both.
    Form,
    /// Nothing: the inner shot is taken as it is.
    Nothing,
}

/// Where the shade comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// It is in the inner shot; only its joint with the front is made level.
    InTheShot,
    /// From the shape of the opening, and from the lining that the front shot shows.
    Lining,
    /// From the shape of the opening alone.
    Opening,
    /// There is no opening of any size: no shade.
    Nothing,
}

/// The light of the inner layer: what its straight colour is multiplied by.
#[derive(Clone, Debug)]
pub struct Light {
    /// Gain of each channel of the inner shot, above 0.
    pub gain: [f32; 3],
    /// What it was measured on.
    pub gain_from: Source,
    /// By how many stops of luminance the inner shot is darker than the front.
    pub stops: f32,
    /// A factor a channel and cell, in the front proxy's frame; defined everywhere, meant for the inner layer.
    pub shade: Cells<3>,
    /// Where it comes from.
    pub shade_from: Depth,
    /// Its luminance in the opening: the values below which 5, 50 and 95 % of it lie.
    pub range: [f32; 3],
    /// By how many stops it may be wrong.
    pub doubt: f32,
    /// What a person should know.
    pub flags: Vec<Doubt>,
}

/// A reason to look at the inner layer's light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Doubt {
    /// The shade was estimated: its luminance at 5 and 95 %, and the doubt in stops.
    Guess([f32; 2], f32),
    /// The exposures differ by this many stops; positive where the inner shot is darker.
    Exposure(f32),
    /// Nothing that both shots show was lit alike.
    NoGain,
    /// Two references of the gain disagree by this many stops.
    Torn(f32),
    /// The inner layer would be brighter than white: by this factor.
    TooBright(f32),
}

impl Doubt {
    /// Its stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Guess(..) => "inner-depth",
            Self::Exposure(_) => "inner-exposure",
            Self::NoGain => "inner-unmatched",
            Self::Torn(_) | Self::TooBright(_) => "inner-gain",
        }
    }

    /// Whether the merge should not be made at all.
    #[must_use]
    pub fn refuses(&self) -> bool {
        matches!(self, Self::Exposure(stops) if stops.abs() > REFUSED)
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guess([lo, hi], stops) => write!(
                f,
                "the depth of the inside is a guess: by the shape of the opening it gets {:.0} to {:.0} % of the \
                 light, give or take {stops:.1} stops",
                100.0 * lo,
                100.0 * hi
            ),
            Self::Exposure(stops) => {
                let darker = if *stops > 0.0 { "darker" } else { "brighter" };
                write!(f, "the inner shot is {:.1} stops {darker} than the front", stops.abs())
            }
            Self::NoGain => write!(
                f,
                "the inner shot's light is not matched: neither backdrop nor form is seen in both shots"
            ),
            Self::Torn(stops) => {
                write!(f, "backdrop and form disagree on the inner shot's exposure by {stops:.1} stops")
            }
            Self::TooBright(times) => write!(
                f,
                "matched by the backdrop the inner cloth is {times:.1} times as bright as white: the backdrops differ"
            ),
        }
    }
}

/// Finds the light of the inner layer.
#[must_use]
pub fn light(scene: &Scene<'_>) -> Light {
    let matched = gain::find(scene);
    let mut flags = matched.flags;
    let stops = luminance(matched.gain).max(1e-6).log2();
    if stops.abs() > DOUBTED {
        flags.push(Doubt::Exposure(stops));
    }
    let found = shade::find(scene, matched.gain, matched.same);
    if matches!(found.from, Depth::Lining | Depth::Opening) {
        flags.push(Doubt::Guess([found.range[0], found.range[2]], found.doubt));
    }
    Light {
        gain: matched.gain,
        gain_from: matched.from,
        stops,
        shade: found.shade,
        shade_from: found.from,
        range: found.range,
        doubt: found.doubt,
        flags,
    }
}

/// The four runs of a row of a colour plane.
fn runs(plane: &Plane, y: usize) -> [&[f32]; 4] {
    let width = plane.size().width as usize;
    let row = &plane.floats()[4 * width * y..4 * width * (y + 1)];
    std::array::from_fn(|c| &row[c * width..(c + 1) * width])
}

/// Whether all planes of a scene have the size of its opening.
fn fits(scene: &Scene<'_>) -> bool {
    let size = scene.opening.size();
    let planes = [Some(scene.front), Some(scene.inner), scene.bare];
    size.pixels() > 0
        && planes.iter().flatten().all(|p| p.size() == size && p.format() == crate::image::Format::Rgba)
        && [scene.alpha, scene.mannequin].iter().all(|f| f.size() == size)
}
