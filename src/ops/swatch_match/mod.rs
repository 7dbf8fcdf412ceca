//! A product's colour brought to the swatch that its maker measured: exposure within bounds, then chroma in OKLab.
//!
//! The region (the product, or what a mask shot marks) is measured on the proxy ([`region`]). Light is scaled by one
//! gain, so that folds keep their shading; chroma moves for colours like the region's and fades for others, so that
//! prints and trims stay. A small distance is closed, a larger one is closed and flagged, one that is too large is
//! refused: then the photograph shows something else, or in other light. It changes nothing outside the product and
//! the mask, and knows no names of colours.

mod kernel;
mod mask;
mod region;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::field::{Mask, erode};
use super::known::Known;
use super::{Op, OpDef, OpError, ParamDef, Scene, Stage, Study, settings, within};
use crate::image::{Format, Shots};
use kernel::{MATCH_SWATCH, SwatchParams};
use mask::Marked;
use region::Region;

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "swatch_match",
    about: "brings the product's colour, or a marked part's, to a measured Lab value; texture and shading stay",
    source: "trimmed mean of light; bounded exposure, then a shift of chroma in OKLab (Ottosson 2020) by likeness",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "lab",
            default: "unset",
            range: "[L, a, b], D50, 0 … 100 and ±128",
            about: "the swatch; unset changes nothing",
        },
        ParamDef {
            name: "max_ev",
            default: "0.15",
            range: "0 … 1 stops",
            about: "largest change of exposure either way",
        },
        ParamDef {
            name: "review",
            default: "6.0",
            range: "0 … 100, CIEDE2000",
            about: "distance of the photograph from the swatch beyond which the item is flagged for a person",
        },
        ParamDef {
            name: "refuse",
            default: "12.0",
            range: "0 … 100, CIEDE2000",
            about: "distance beyond which the photograph is refused",
        },
    ],
    kernels: &[&MATCH_SWATCH],
    make: settings::<SwatchMatch>,
};

/// Distance that may be left without a word.
const REACHED: f64 = 0.5;
/// Share of a region that should have its colour.
const OF_ONE_COLOUR: f64 = 0.6;

#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
struct SwatchMatch {
    lab: Option<[f64; 3]>,
    max_ev: f64,
    review: f64,
    refuse: f64,
}

/// The op's settings as a recipe has them.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    lab: Option<[f64; 3]>,
    max_ev: f64,
    review: f64,
    refuse: f64,
}

impl Default for Written {
    fn default() -> Self {
        Self { lab: None, max_ev: 0.15, review: 6.0, refuse: 12.0 }
    }
}

impl TryFrom<Written> for SwatchMatch {
    type Error = String;

    fn try_from(w: Written) -> Result<Self, String> {
        if let Some([l, a, b]) = w.lab {
            within("L", l, [0.0, 100.0])?;
            within("a", a, [-128.0, 128.0])?;
            within("b", b, [-128.0, 128.0])?;
        }
        let max_ev = within("max_ev", w.max_ev, [0.0, 1.0])?;
        let distance = |name: &str, v: f64| within(name, v, [0.0, 100.0]);
        let (review, refuse) = (distance("review", w.review)?, distance("refuse", w.refuse)?);
        Ok(Self { lab: w.lab, max_ev, review, refuse })
    }
}

/// The change that was decided, and where.
#[derive(Clone, Debug)]
pub struct Swatch {
    params: SwatchParams,
    marked: Marked,
}

#[derive(Serialize)]
struct Numbers {
    from: &'static str,
    /// Lab (D50) that is asked for, that the region has, and that it will have.
    target: [f64; 3],
    before: [f64; 3],
    after: [f64; 3],
    /// CIEDE2000 to the target before and after.
    delta_before: f64,
    delta: f64,
    /// Exposure in stops.
    ev: f64,
    /// Share of the region that has its colour.
    of_one_colour: f64,
}

impl Op for SwatchMatch {
    fn analyse_shots(&self, study: &mut Study, shots: &Shots<'_>) -> Result<(), OpError> {
        let Some(target) = self.lab else {
            study.note(OP.name, serde_json::json!({ "from": "nothing: no swatch is given" }));
            return Ok(());
        };
        let (from, marked, region) = region(study, shots)?;
        if region.is_small() {
            return Err(refused(
                format!("too little of the {from} is certain to measure its colour"),
                "mark a larger part, or shoot closer",
            ));
        }
        let found = region.matched(target, self.max_ev);
        let [before, after] = found.delta;
        if before > self.refuse {
            return Err(refused(
                format!(
                    "the {from} is {before:.1} from the swatch (CIEDE2000), more than {:.1}",
                    self.refuse
                ),
                "check that the swatch is this product's, and the photograph's white balance and exposure",
            ));
        }
        if before > self.review {
            study.flag("swatch-far", format!("the {from} was {before:.1} from the swatch (CIEDE2000)"));
        }
        if found.alike < OF_ONE_COLOUR {
            let share = 100.0 * found.alike;
            study.flag(
                "swatch-mixed",
                format!("only {share:.0} % of the {from} has one colour: mark that part"),
            );
        }
        if after > REACHED {
            let reason = format!("the {from} stays {after:.1} from the swatch with {:+.2} stops", found.ev);
            study.flag("swatch-missed", reason);
        }
        let numbers = Numbers {
            from,
            target,
            before: found.before,
            after: found.after,
            delta_before: before,
            delta: after,
            ev: found.ev,
            of_one_colour: found.alike,
        };
        study.note(OP.name, numbers);
        study.swatch = Some(Swatch { params: found.params, marked });
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let Some(Swatch { params, marked }) = &scene.study.swatch else { return Ok(()) };
        scene.settle_alpha()?;
        let coverage = match scene.coverage {
            Some(coverage) => coverage,
            None => scene.take_alpha()?,
        };
        let params = SwatchParams { map: scene.frame.map_to(&marked.frame), ..*params };
        let mask = scene.plan.constant("marked", marked.plane.clone());
        let matched = scene.plan.plane("matched", scene.plan.decl(scene.colour).size, Format::Rgba);
        let inputs = [scene.colour, coverage, mask];
        scene.plan.record(OP.name, &MATCH_SWATCH, &params, &inputs, &[matched])?;
        scene.colour = matched;
        Ok(())
    }
}

/// What is measured: its name, where it lies, and its pixels.
fn region(study: &Study, shots: &Shots<'_>) -> Result<(&'static str, Marked, Region), OpError> {
    let size = study.proxy_size();
    let product = match Known::of(study) {
        Some(known) => Some(known.product),
        None if study.has_alpha => {
            Some(Mask::from_fn(size, |x, y| study.proxy.rgba_at(x as u32, y as u32)[3] > 0.999))
        }
        None => None,
    };
    let (name, marked) = match shots.swatch {
        Some(mask) => ("marked part", Marked::of(mask, study.photo)?),
        None => ("product", Marked::all(study.photo)),
    };
    let inside = match (product, shots.swatch) {
        (Some(product), Some(_)) => product.and(&Mask::from_fn(size, marked.holds(&study.proxy_frame))),
        (Some(product), None) => product,
        (None, Some(_)) => Mask::from_fn(size, marked.holds(&study.proxy_frame)),
        (None, None) => {
            return Err(refused(
                "no product is known to measure".into(),
                "put this op after a matte, or give a mask of the part that the swatch is of",
            ));
        }
    };
    // What `backdrop_white` lifts is lifted before this.
    let lift = study.gain_of(super::backdrop_white::OP.name);
    Ok((name, marked, Region::of(&study.proxy, &erode(&inside, 1), lift)))
}

fn refused(what: String, help: &'static str) -> OpError {
    OpError::Refused { op: "swatch_match", what, help }
}
