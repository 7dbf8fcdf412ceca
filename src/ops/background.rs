//! What lies behind the product: an even colour, or nothing. It is laid under the picture while that becomes codes.

use serde::Deserialize;

use super::{Op, OpDef, OpError, ParamDef, Scene, Stage, settings};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "background",
    about: "an even colour behind the product, or none: the output's own rule decides unless `colour` is set",
    source: "T. Porter, T. Duff, Compositing Digital Images, 1984",
    stage: Stage::Output,
    params: &[ParamDef {
        name: "colour",
        default: "\"output\"",
        range: "output | white | none | #rrggbb",
        about: "sRGB colour of the background; `output` follows the channel",
    }],
    kernels: &[],
    make: settings::<Background>,
};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Background {
    colour: Choice,
}

impl Default for Background {
    fn default() -> Self {
        Self { colour: Choice::Output }
    }
}

/// What the setting says.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
enum Choice {
    Output,
    None,
    Srgb([u8; 3]),
}

impl TryFrom<String> for Choice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "output" => Ok(Self::Output),
            "none" => Ok(Self::None),
            "white" => Ok(Self::Srgb([255; 3])),
            hex => super::parse_hex(hex)
                .map(Self::Srgb)
                .ok_or_else(|| format!("`{hex}` is no background: use output, white, none or #rrggbb")),
        }
    }
}

impl Op for Background {
    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let target = scene.target()?;
        scene.behind = match (&self.colour, target.transparent) {
            (Choice::Srgb(codes), _) => Some(super::working_from_srgb8(*codes)),
            (Choice::None, _) | (Choice::Output, true) => None,
            (Choice::Output, false) => Some(super::working_from_srgb8(target.background)),
        };
        Ok(())
    }
}
