//! The mannequin's colour: named, or found where only a mannequin can be.
//!
//! A garment is whole in the picture; what the frame cuts, hips or a torso, is what carries it, and where the frame
//! cuts nothing the topmost part is a neck. A mannequin is smooth: cloth in these places is passed over. One chroma
//! is found, since shading and light leave it (the dichromatic surface's matt part).

use std::str::FromStr;

use serde::Deserialize;

use super::signs::{Logs, Signs};
use crate::ops::field::{Field, Mask, box_mean, erode, median, open, sample};
use crate::ops::{parse_hex, working_from_srgb8};

/// Which colour the mannequin has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Colour {
    /// Whatever is smooth where the frame cuts what stands before the backdrop, or at its top.
    #[default]
    Auto,
    /// White, grey or black: no hue.
    Neutral,
    /// Skin.
    Skin,
    /// Near this sRGB colour.
    Code([u8; 3]),
}

/// A light skin tone of shop mannequins.
const SKIN: [u8; 3] = [214, 176, 154];
/// Log chroma by which a named colour may be off: white balance.
const OFF: f32 = 0.2;
/// Log chroma within which the pixels of one mannequin lie, and the share of them that must.
const ALIKE: (f32, f32) = (0.05, 0.5);
/// Share of the height that counts as the frame's edge; twice that as the top.
const RIM: f32 = 0.03;
/// Fewer pixels than this show no colour.
const FEW: usize = 20;

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "auto" => Ok(Self::Auto),
            "white" | "grey" | "gray" | "black" => Ok(Self::Neutral),
            "skin" => Ok(Self::Skin),
            other => parse_hex(other).map(Self::Code).ok_or_else(|| {
                format!("`{text}` is no mannequin's colour: auto, white, grey, black, skin, or #rrggbb")
            }),
        }
    }
}

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl Colour {
    /// Log chroma of a named colour.
    fn named(self) -> Option<[f32; 2]> {
        let of = |codes| {
            let [r, g, b] = working_from_srgb8(codes).map(|v: f32| v.max(1e-3).ln());
            [r - g, b - g]
        };
        match self {
            Self::Auto => None,
            Self::Neutral => Some([0.0; 2]),
            Self::Skin => Some(of(SKIN)),
            Self::Code(codes) => Some(of(codes)),
        }
    }
}

/// The mannequin's colour in a picture.
pub(super) struct Found {
    /// Log of red over green, and of blue over green.
    pub(super) chroma: [f32; 2],
    /// Linear working light: the median of the pixels that show it.
    pub(super) light: [f32; 3],
    /// Those pixels.
    pub(super) anchor: Mask,
}

/// How smooth a surface must be: the noise of a matt surface without texture.
pub(super) struct Calm {
    /// Texture over that of a smooth surface as light as the pixel: means of 3 × 3 pixels, slopes taken out.
    pub(super) rough: Field,
}

/// Texture that a slope leaves beyond a plane, as a share of it.
const BENT: f32 = 0.3;
/// Roughness up to which a surface is smooth.
pub(super) const SMOOTH: f32 = 1.6;

impl Calm {
    /// Measures roughness against that of the backdrop; noise falls with the root of light.
    pub(super) fn of(signs: &Signs, logs: &Logs, backdrop: &Mask) -> Self {
        let inner = erode(backdrop, 3);
        let value = |(x, y): (usize, usize)| signs.texture.at(x, y) * logs.light.at(x, y).sqrt();
        let mut known: Vec<f32> = sample(&inner).into_iter().map(value).collect();
        let unit = median(&mut known).unwrap_or(0.0).max(LEAST);
        let mut rough = box_mean(&signs.texture, 1);
        let pixels = rough.values_mut().iter_mut().zip(signs.slope.values()).zip(logs.light.values());
        pixels.for_each(|((r, s), l)| *r = (*r - BENT * s) * l.sqrt() / unit);
        Self { rough }
    }
}

/// Texture that eight-bit codes make by themselves: a light surface falls on the same code for long.
const LEAST: f32 = 2.5e-3;

/// Looks for the mannequin among what is not backdrop; `None` where nothing smooth is in its places.
pub(super) fn find(logs: &Logs, calm: &Calm, before: &Mask, named: Colour) -> Option<Found> {
    let size = before.size();
    let smooth = Mask::from_fn(size, |x, y| before.at(x, y) && calm.rough.at(x, y) < SMOOTH);
    let smooth = open(&smooth, 2);
    let chroma = |x: usize, y: usize| {
        let [r, g, b] = logs.log.each_ref().map(|c| c.at(x, y));
        [r - g, b - g]
    };
    if let Some(want) = named.named() {
        let near = |x: usize, y: usize| {
            let [r, b] = chroma(x, y);
            (r - want[0]).hypot(b - want[1]) < OFF
        };
        let seen = Mask::from_fn(size, |x, y| smooth.at(x, y) && near(x, y));
        return colour_of(logs, seen).map(|(found, _)| found);
    }
    let (width, height) = (before.width(), before.height());
    let rim = ((RIM * height as f32) as usize).max(4);
    let edge = |x: usize, y: usize| x < rim || y < rim || x + rim >= width || y + rim >= height;
    let cut = Mask::from_fn(size, |x, y| smooth.at(x, y) && edge(x, y));
    let first = erode(before, 3).rows().position(|row| row.contains(&true)).unwrap_or(height);
    let top = Mask::from_fn(size, |x, y| smooth.at(x, y) && (first..first + 2 * rim).contains(&y));
    let of = |mask| colour_of(logs, mask).filter(|(_, agreed)| *agreed > ALIKE.1);
    of(cut).or_else(|| of(top)).map(|(found, _)| found)
}

/// The median colour of some pixels, and the share of them that have it.
fn colour_of(logs: &Logs, seen: Mask) -> Option<(Found, f32)> {
    let places = sample(&seen);
    if places.len() < FEW {
        return None;
    }
    let of = |value: &dyn Fn([f32; 3]) -> f32| {
        let mut values: Vec<f32> =
            places.iter().map(|(x, y)| value(logs.log.each_ref().map(|c| c.at(*x, *y)))).collect();
        median(&mut values).unwrap_or(0.0)
    };
    let chroma = [of(&|[r, g, _]| r - g), of(&|[_, g, b]| b - g)];
    let light = [0, 1, 2].map(|c| of(&|log| log[c]).exp());
    let alike = |(x, y): &&(usize, usize)| {
        let [r, g, b] = logs.log.each_ref().map(|c| c.at(*x, *y));
        (r - g - chroma[0]).hypot(b - g - chroma[1]) < ALIKE.0
    };
    let agreed = places.iter().filter(alike).count() as f32 / places.len() as f32;
    Some((Found { chroma, light, anchor: seen }, agreed))
}
