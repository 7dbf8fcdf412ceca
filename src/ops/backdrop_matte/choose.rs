//! How the product is told from the rest, and before which backdrop: what a person may lay down, and what is
//! chosen where nobody did.
//!
//! A plate knows the backdrop; without one an even border tells it; without that a model may know the product.
//! Nothing is guessed beyond these: the refusal says what to supply.

use std::str::FromStr;

use serde::Deserialize;

use super::photo::DARK;
use crate::ops::field::ln;
use crate::ops::{OpError, luminance, parse_hex, working_from_srgb8};

/// Who tells product from backdrop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The plate if there is one, else an even backdrop, else the model if there is one.
    #[default]
    Auto,
    /// The plate.
    Plate,
    /// The border of the photograph.
    Backdrop,
    /// The model.
    Model,
}

/// Which backdrop the product stands before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Backdrop {
    /// Whatever most of the border shows.
    #[default]
    Auto,
    /// Bright and neutral.
    White,
    /// Neutral, not bright.
    Grey,
    /// A green screen.
    Green,
    /// A blue screen.
    Blue,
    /// Near this sRGB colour.
    Colour([u8; 3]),
}

/// Logarithm by which a channel of a neutral colour may differ from green.
const NEUTRAL: f32 = 0.25;
/// Least light of a white backdrop, and most of a grey one.
const BRIGHT: [f32; 2] = [0.35, 0.7];
/// Logarithm by which a screen's own channel exceeds both others.
const SCREEN: f32 = 0.25;
/// Logarithms of luma and of chroma by which a named colour may be off.
const OFF: [f32; 2] = [0.6, 0.25];

impl Backdrop {
    /// Whether a log colour of the border can be this backdrop.
    pub(super) fn admits(self, log: [f32; 3]) -> bool {
        let [r, g, b] = log;
        let neutral = (r - g).abs() < NEUTRAL && (b - g).abs() < NEUTRAL;
        let luma = luminance(log);
        match self {
            Self::Auto => true,
            Self::White => neutral && luma > ln(BRIGHT[0]),
            Self::Grey => neutral && luma < ln(BRIGHT[1]),
            Self::Green => g - r.max(b) > SCREEN,
            Self::Blue => b - r.max(g) > SCREEN,
            Self::Colour(codes) => {
                let want = working_from_srgb8(codes).map(|v| ln(v.max(0.0) + DARK));
                let off = |c: usize| (log[c] - log[1] - want[c] + want[1]).abs() < OFF[1];
                (luma - luminance(want)).abs() < OFF[0] && off(0) && off(2)
            }
        }
    }
}

impl FromStr for Backdrop {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "auto" => Ok(Self::Auto),
            "white" => Ok(Self::White),
            "grey" | "gray" => Ok(Self::Grey),
            "green" => Ok(Self::Green),
            "blue" => Ok(Self::Blue),
            other => parse_hex(other).or_else(|| triple(other)).map(Self::Colour).ok_or_else(|| {
                format!(
                    "`{text}` is no backdrop: auto, white, grey, green, blue, R,G,B of 0 … 255, or #rrggbb"
                )
            }),
        }
    }
}

fn triple(text: &str) -> Option<[u8; 3]> {
    let mut codes = text.split(',').map(|v| v.trim().parse::<u8>().ok());
    let found = [codes.next()??, codes.next()??, codes.next()??];
    codes.next().is_none().then_some(found)
}

impl TryFrom<String> for Backdrop {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// What a choice is made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offered {
    pub(super) plate: bool,
    pub(super) model: bool,
}

impl Method {
    /// The method to try, and why. What is demanded and not offered is refused.
    pub(super) fn choose(self, offered: Offered) -> Result<(Self, &'static str), OpError> {
        match self {
            Self::Plate if !offered.plate => Err(refused(
                "the method `plate` needs a photograph of the empty set",
                "give --plate, or a shot with the role `plate`",
            )),
            Self::Model if !offered.model => {
                Err(refused("the method `model` needs a model", "give --model FILE.onnx"))
            }
            Self::Auto if offered.plate => Ok((Self::Plate, "there is a plate")),
            Self::Auto => Ok((Self::Backdrop, "the border is an even backdrop")),
            demanded => Ok((demanded, "it was asked for")),
        }
    }
}

/// An op's refusal in two sentences.
pub(super) fn refused(what: impl Into<String>, help: &'static str) -> OpError {
    OpError::Refused { op: "backdrop_matte", what: what.into(), help }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backdrops_are_read_as_people_write_them() {
        for (text, want) in [
            ("auto", Backdrop::Auto),
            ("Gray", Backdrop::Grey),
            ("0, 177,64", Backdrop::Colour([0, 177, 64])),
            ("#00b140", Backdrop::Colour([0, 177, 64])),
        ] {
            assert_eq!(text.parse(), Ok(want));
        }
        for text in ["", "pink", "1,2", "1,2,3,4", "256,0,0", "-1,0,0", "#12345"] {
            assert!(text.parse::<Backdrop>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_named_backdrop_admits_its_own_colours_in_shade_too_and_no_others() {
        let log = |codes| working_from_srgb8(codes).map(|v: f32| ln(v.max(0.0) + DARK));
        let shades = [
            (Backdrop::White, [[250, 250, 250], [215, 212, 205]]),
            (Backdrop::Grey, [[130, 130, 130], [60, 62, 63]]),
            (Backdrop::Green, [[0, 177, 64], [0, 120, 45]]),
            (Backdrop::Blue, [[0, 71, 187], [0, 50, 130]]),
            (Backdrop::Colour([200, 60, 80]), [[200, 60, 80], [170, 50, 66]]),
        ];
        for (backdrop, own) in shades {
            assert!(own.iter().all(|codes| backdrop.admits(log(*codes))), "{backdrop:?}");
            for (other, theirs) in shades.iter().filter(|(o, _)| *o != backdrop) {
                assert!(!backdrop.admits(log(theirs[0])), "{backdrop:?} admits {other:?}");
            }
        }
    }

    #[test]
    fn auto_takes_the_plate_first_and_demands_are_met_or_refused() {
        let none = Offered { plate: false, model: false };
        let chosen = |method: Method, offered| method.choose(offered).map(|(m, _)| m).ok();
        assert_eq!(chosen(Method::Auto, Offered { plate: true, model: true }), Some(Method::Plate));
        assert_eq!(chosen(Method::Auto, Offered { plate: false, model: true }), Some(Method::Backdrop));
        assert_eq!(chosen(Method::Model, Offered { plate: true, model: true }), Some(Method::Model));
        assert_eq!((chosen(Method::Plate, none), chosen(Method::Model, none)), (None, None));
    }
}
