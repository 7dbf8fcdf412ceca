//! Neutral light: a gain a channel, from the backdrop, a grey patch, or by hand.
//!
//! A gain in linear Rec.2020 that keeps luminance. A backdrop that is a colour (a green set) is no
//! reference; then nothing is changed and the numbers say so.

use serde::{Deserialize, Serialize};

use super::{Op, OpDef, OpError, ParamDef, READING, Scene, Stage, Study, colour_matrix, luminance, settings};

/// A backdrop whose channels differ by more than this is a colour, not a grey in tinted light.
const LARGEST_TINT: f32 = 1.25;

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "white_balance",
    about: "makes a neutral reference neutral, keeping its luminance",
    source: "von Kries gains in linear Rec.2020",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "from",
            default: "\"backdrop\"",
            range: "backdrop | none",
            about: "the reference, where no patch and no gain is given",
        },
        ParamDef {
            name: "grey",
            default: "unset",
            range: "[x, y, width, height] in photograph pixels",
            about: "a grey patch, over `from`",
        },
        ParamDef {
            name: "gain",
            default: "unset",
            range: "[r, g, b], 0.1 … 10",
            about: "gains by hand, over everything",
        },
    ],
    kernels: &[READING[2]],
    make: settings::<WhiteBalance>,
};

/// What serves as reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reference {
    /// The backdrop around the product.
    #[default]
    Backdrop,
    /// Nothing: leave it.
    None,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WhiteBalance {
    from: Reference,
    grey: Option<[f64; 4]>,
    gain: Option<[f32; 3]>,
}

#[derive(Serialize)]
struct Numbers {
    from: &'static str,
    gain: [f32; 3],
}

impl Op for WhiteBalance {
    fn analyse(&self, study: &mut Study) -> Result<(), OpError> {
        let (from, gain) = self.decide(study)?;
        study.apply_gain(gain);
        study.note("white_balance", Numbers { from, gain });
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let gain = scene.study.gain_of("white_balance");
        scene.colour = colour_matrix::mix(scene.plan, "white_balance", scene.colour, diagonal(gain))?;
        Ok(())
    }
}

impl WhiteBalance {
    fn decide(&self, study: &Study) -> Result<(&'static str, [f32; 3]), OpError> {
        let refuse = |what: String| OpError::Refused {
            op: "white_balance",
            what,
            help: "name a patch that lies inside the photograph and is neither black nor clipped",
        };
        if let Some(gain) = self.gain {
            let sane = gain.iter().all(|g| (0.1..=10.0).contains(g));
            return if sane {
                Ok(("hand", gain))
            } else {
                Err(refuse(format!("gain {gain:?} is out of range")))
            };
        }
        if let Some(patch) = self.grey {
            let mean =
                study.patch_mean(patch).ok_or_else(|| refuse(format!("no grey patch at {patch:?}")))?;
            return Ok(("patch", neutral(mean)));
        }
        match (self.from, study.border_colour()) {
            (Reference::Backdrop, Some(c)) if tint(c) <= LARGEST_TINT => Ok(("backdrop", neutral(c))),
            (Reference::Backdrop, Some(_)) => Ok(("nothing: the backdrop is a colour", [1.0; 3])),
            (Reference::Backdrop, None) => Ok(("nothing: no even backdrop", [1.0; 3])),
            (Reference::None, _) => Ok(("nothing", [1.0; 3])),
        }
    }
}

/// Largest over smallest channel.
fn tint(c: [f32; 3]) -> f32 {
    c.iter().copied().fold(0.0, f32::max) / c.iter().copied().fold(f32::MAX, f32::min).max(1e-6)
}

/// Gains that make `c` grey at its own luminance.
fn neutral(c: [f32; 3]) -> [f32; 3] {
    let y = luminance(c);
    c.map(|v| y / v.max(1e-6))
}

/// A diagonal matrix.
#[must_use]
pub fn diagonal(gain: [f32; 3]) -> crate::image::Matrix3 {
    [[gain[0], 0.0, 0.0], [0.0, gain[1], 0.0], [0.0, 0.0, gain[2]]]
}
