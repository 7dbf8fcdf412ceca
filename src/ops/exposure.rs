//! Brightness: one gain, from a white backdrop, a grey patch, or by hand.
//!
//! Only a white backdrop tells the exposure, and it only ever brightens: to `target`, by `max_ev` at most, and
//! not so far that highlights which the photograph holds would clip.

use serde::{Deserialize, Serialize};

use super::white_balance::{Reference, diagonal};
use super::{
    Op, OpDef, OpError, ParamDef, READING, Scene, Stage, Study, apply, colour_matrix, luminance, settings,
};
use crate::image::{Primaries, from_working};

/// A backdrop darker than this (linear) is grey on purpose.
const WHITE_FROM: f32 = 0.5;

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "exposure",
    about: "brings a white backdrop to its level",
    source: "a gain in linear light",
    stage: Stage::Item,
    params: &[
        ParamDef { name: "from", default: "\"backdrop\"", range: "backdrop | none", about: "the reference" },
        ParamDef {
            name: "target",
            default: "0.92",
            range: "0.1 … 1, linear",
            about: "level of a white backdrop",
        },
        ParamDef { name: "max_ev", default: "0.5", range: "0 … 3 stops", about: "largest change" },
        ParamDef { name: "ev", default: "unset", range: "-3 … 3 stops", about: "by hand, over everything" },
    ],
    kernels: &[READING[2]],
    make: settings::<Exposure>,
};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Exposure {
    from: Reference,
    target: f32,
    max_ev: f32,
    ev: Option<f32>,
}

impl Default for Exposure {
    fn default() -> Self {
        Self { from: Reference::Backdrop, target: 0.92, max_ev: 0.5, ev: None }
    }
}

#[derive(Serialize)]
struct Numbers {
    from: &'static str,
    ev: f32,
    gain: [f32; 3],
}

impl Op for Exposure {
    fn analyse(&self, study: &mut Study) -> Result<(), OpError> {
        let (from, ev) = self.decide(study)?;
        let gain = [ev.exp2(); 3];
        study.apply_gain(gain);
        study.note("exposure", Numbers { from, ev, gain });
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let gain = scene.study.gain_of("exposure");
        scene.colour = colour_matrix::mix(scene.plan, "exposure", scene.colour, diagonal(gain))?;
        Ok(())
    }
}

impl Exposure {
    fn decide(&self, study: &Study) -> Result<(&'static str, f32), OpError> {
        let sane = (0.1..=1.0).contains(&self.target)
            && (0.0..=3.0).contains(&self.max_ev)
            && self.ev.is_none_or(|ev| (-3.0..=3.0).contains(&ev));
        if !sane {
            return Err(OpError::Refused {
                op: "exposure",
                what: "a setting is out of range".into(),
                help: "see `packshot ops exposure` for the ranges",
            });
        }
        if let Some(ev) = self.ev {
            return Ok(("hand", ev));
        }
        let level = study.border_colour().map(luminance).filter(|_| self.from == Reference::Backdrop);
        Ok(match level {
            Some(y) if y >= WHITE_FROM => {
                let room = 1.0 / highlights(study).max(1e-3);
                ("backdrop", (self.target / y).min(room).log2().clamp(0.0, self.max_ev))
            }
            Some(_) => ("nothing: the backdrop is not white", 0.0),
            None => ("nothing", 0.0),
        })
    }
}

/// The light that all but the brightest hundredth of the picture stays below, in its brightest sRGB channel.
fn highlights(study: &Study) -> f32 {
    let matrix = from_working(Primaries::SRGB);
    let size = study.proxy.size();
    let mut peaks: Vec<f32> = (0..size.height)
        .step_by(2)
        .flat_map(|y| (0..size.width).step_by(2).map(move |x| (x, y)))
        .map(|(x, y)| {
            let [r, g, b, _] = study.proxy.rgba_at(x, y);
            apply(matrix, [r, g, b]).into_iter().fold(0.0, f32::max)
        })
        .collect();
    let at = peaks.len() * 99 / 100;
    *peaks.select_nth_unstable_by(at, f32::total_cmp).1
}
