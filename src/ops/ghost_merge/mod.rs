//! The ghost mannequin: a front shot on a mannequin and a shot of the inside become a garment worn by nobody.
//!
//! 1. The inner shot is matted by ops of its own ([`inner`]); both photographs are seen small ([`seen`]).
//! 2. The opening is found in the front shot and the inner shot registered to it ([`register`]).
//! 3. The inner layer gets the front's light, and the depth of the inside ([`light`]).
//! 4. What stays uncovered is measured ([`hole`]): a refusal, or by recipe a fill of a few pixels.
//! 5. The numbers are rendered ([`record`]): the inner layer is warped ([`warp`]), slid under the garment
//!    ([`under`]), and every pixel's origin named ([`provenance`]).
//!
//! Every pixel is a photograph's. What was never photographed is never made up: it is refused with its place and size.

pub mod fill;
mod front;
mod grids;
mod hole;
mod inner;
mod lay;
mod layer;
pub mod light;
pub mod provenance;
pub mod record;
pub mod register;
mod seen;
pub mod under;
pub mod warp;

use serde::{Deserialize, Serialize};

use super::backdrop_matte::kernel::{APPLY_ALPHA, TAKE_ALPHA};
use super::{Op, OpDef, OpError, ParamDef, Scene, Stage, Study, settings, within};
use crate::image::Shots;
use front::Front;
use layer::Fitted;
use record::{Grid, Merge};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "ghost_merge",
    about: "lays a shot of the inside beneath a garment taken on a mannequin: registered, lit as the inside, nothing invented",
    source: "outlines matched beside the opening (Chen and Medioni 1992), a Gaussian process between; the opening's sky and interreflection for the depth",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "without_inner",
            default: "\"refuse\"",
            range: "refuse, flag",
            about: "what becomes of an item without an inner shot: refused, or the front alone with a flag",
        },
        ParamDef {
            name: "fill",
            default: "0",
            range: "0 … 8 pixels",
            about: "holes that no shot shows are closed so far from what one shows, counted and flagged; others are refused",
        },
        ParamDef {
            name: "depth",
            default: "\"auto\"",
            range: "auto, 0.05 … 2",
            about: "light inside the garment over that of the inner shot, its middle: estimated, or as a person says",
        },
    ],
    kernels: &[
        &warp::WARP_LAYER,
        &under::LAY_UNDER,
        &provenance::PROVENANCE,
        &fill::FILL_LAYER,
        &APPLY_ALPHA,
        &TAKE_ALPHA,
    ],
    make: settings::<GhostMerge>,
};

/// Widest hole that is flagged and not refused, as a share of the photograph's long side.
const NARROW: f64 = 0.008;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct GhostMerge {
    without_inner: WithoutInner,
    fill: Pixels,
    depth: Depth,
}

/// What becomes of an item without an inner shot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WithoutInner {
    #[default]
    Refuse,
    Flag,
}

/// 0 … 8 pixels.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(try_from = "i64")]
struct Pixels(u32);

impl TryFrom<i64> for Pixels {
    type Error = String;

    fn try_from(v: i64) -> Result<Self, String> {
        within("fill", v as f64, [0.0, f64::from(fill::MOST)]).map(|v| Self(v as u32))
    }
}

/// The light inside.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(try_from = "toml::Value")]
enum Depth {
    #[default]
    Auto,
    Said(f32),
}

impl TryFrom<toml::Value> for Depth {
    type Error = String;

    fn try_from(v: toml::Value) -> Result<Self, String> {
        match (v.as_str(), v.as_float().or(v.as_integer().map(|v| v as f64))) {
            (Some("auto"), _) => Ok(Self::Auto),
            (_, Some(v)) => within("depth", v, [0.05, 2.0]).map(|v| Self::Said(v as f32)),
            _ => Err("depth is `auto` or a number within 0.05 … 2".into()),
        }
    }
}

/// The figures of a merge.
#[derive(Serialize)]
struct Numbers {
    /// Of the inner shot.
    #[serde(flatten)]
    inner: layer::Figures,
    /// Photograph pixels of the opening that no shot shows, and that cloth surrounds.
    gap_px: f64,
    /// Pixels across the widest such place.
    gap_widest_px: f64,
    /// Photograph pixels of the opening's open end that lie outside of the inner shot.
    unseen_px: f64,
    /// Of these, those that the recipe had closed.
    filled_px: f64,
    /// Share of the garment that equals the bare form at its place, where there is a shot of it.
    like_form: Option<f32>,
}

impl Op for GhostMerge {
    fn analyse_shots(&self, study: &mut Study, shots: &Shots<'_>) -> Result<(), OpError> {
        let Some(inner) = shots.inner else { return self.without(study) };
        let front = Front::of(study, shots)?;
        let fitted = Fitted::of(inner, &front, study, self.depth)?;
        self.take(study, &front, fitted)
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        match &scene.study.merge {
            Some(merge) => merge.record(scene),
            None => Ok(()),
        }
    }
}

impl GhostMerge {
    fn without(&self, study: &mut Study) -> Result<(), OpError> {
        if self.without_inner == WithoutInner::Refuse {
            return Err(refused(
                "there is no inner shot".into(),
                "photograph the inside (the back panel on a board, inside out, or with the form's neck off) and name it NAME_inner, or set ghost_merge.without_inner = \"flag\"",
            ));
        }
        study.flag("no-inner", "there is no inner shot: the garment stands with its opening empty");
        Ok(())
    }

    /// Judges both layers together and keeps what renders them.
    fn take(&self, study: &mut Study, front: &Front<'_>, fitted: Fitted) -> Result<(), OpError> {
        let all = fitted.over(&front.seen.alpha);
        let holes = hole::holes(&all, &fitted.room, &fitted.outside, &front.seen.frame);
        let small = holes.widest_px <= NARROW * f64::from(study.photo.size.long_side());
        let filled = holes.area_px > 0.0 && holes.widest_px <= 2.0 * f64::from(self.fill.0);
        if holes.area_px > 0.0 && !small && !filled {
            return Err(refused(
                format!(
                    "{:.0} pixels of the opening are shown by no shot, the widest place {:.0} pixels, around {:.0} % of the width and {:.0} % of the height",
                    holes.area_px,
                    holes.widest_px,
                    100.0 * holes.place[0],
                    100.0 * holes.place[1]
                ),
                "reshoot the inside so that it shows all that the opening shows, or close narrow gaps with ghost_merge.fill",
            ));
        }
        let place = format!(
            "around {:.0} % of the width, {:.0} % of the height",
            100.0 * holes.place[0],
            100.0 * holes.place[1]
        );
        if filled {
            let reason = format!(
                "{:.0} pixels that no shot shows were filled from what is beside them, {place}",
                holes.area_px
            );
            study.flag("filled", reason);
        } else if holes.area_px > 0.0 {
            study.flag(
                "gap",
                format!("{:.0} pixels of the opening are shown by no shot, {place}", holes.area_px),
            );
        }
        if holes.unseen_px > 0.0 {
            let reason = format!(
                "the inner shot ends where the opening goes on: {:.0} pixels of it are shown by no shot",
                holes.unseen_px
            );
            study.flag("inner-cropped", reason);
        }
        study.product = front.whole(&all, study.photo).or(study.product);
        let fill = filled.then(|| (self.fill.0, Grid::of_mask(front.seen.frame, &holes.mask)));
        let filled_px = if fill.is_some() { holes.area_px } else { 0.0 };
        study.note(
            OP.name,
            Numbers {
                inner: fitted.figures,
                gap_px: holes.area_px,
                gap_widest_px: holes.widest_px,
                unseen_px: holes.unseen_px,
                filled_px,
                like_form: front.like_form(),
            },
        );
        study.merge = Some(Merge { lining: fitted.lining, fill });
        Ok(())
    }
}

fn refused(what: String, help: &'static str) -> OpError {
    OpError::Refused { op: "ghost_merge", what, help }
}
