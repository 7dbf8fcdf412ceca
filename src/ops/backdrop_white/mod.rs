//! The photograph's own backdrop made white: the product stays as it is, the shadow it casts stays as it was
//! photographed, and all else is nothing, so that a white background behind the picture is exactly white.
//!
//! Outside the product every pixel has a gain of its own, one over the backdrop's light there without shadow: what is
//! left below white is the shadow, at the photograph's resolution, with the texture that it lies on. It becomes a black
//! layer under the product, as in `shadow`, which knows the shadow from a small grid only. Where the product covers a
//! pixel in part, what the backdrop gave is what the picture has more than the product. Light within 3 % of the full
//! backdrop on the grid counts as none. This op never stretches the picture's levels and never looks for the product:
//! it stands after the matte, best after `foreground_colour`, and `shadow` then keeps nothing.

mod kernel;
mod light;

use serde::{Deserialize, Serialize};

use super::field::{median, quantile, sample};
use super::known::Known;
use super::shadow::FLOOR;
use super::{Op, OpDef, OpError, ParamDef, Scene, Stage, Study, apply, settings, within};
use crate::image::{Format, Plane, Primaries, Size, Window, from_working};
use kernel::{WHITEN_BACKDROP, WhiteParams};
use light::{Set, set};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "backdrop_white",
    about: "lifts the photograph's own backdrop to white around an unchanged product, and keeps its real shadow",
    source: "a gain of 1/B a pixel outside the product, B the smooth backdrop: flat-field correction gated by alpha",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "shadow",
            default: "1.0",
            range: "0 … 1",
            about: "strength of the photographed shadow; 0 leaves it out",
        },
        ParamDef {
            name: "lift",
            default: "false",
            range: "true | false",
            about: "brightens the product as much as the backdrop, short of clipping; false leaves it unchanged",
        },
    ],
    kernels: &[&WHITEN_BACKDROP],
    make: settings::<BackdropWhite>,
};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BackdropWhite {
    shadow: Strength,
    lift: bool,
}

impl Default for BackdropWhite {
    fn default() -> Self {
        Self { shadow: Strength(1.0), lift: false }
    }
}

/// A share in 0 … 1.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "f64")]
struct Strength(f32);

impl TryFrom<f64> for Strength {
    type Error = String;

    fn try_from(v: f64) -> Result<Self, String> {
        within("shadow", v, [0.0, 1.0]).map(|v| Self(v as f32))
    }
}

#[derive(Serialize)]
struct Numbers {
    /// Luminance of the backdrop without shadow, its middle.
    backdrop: f32,
    /// Share of the photograph where a shadow is kept.
    shadow: f32,
    /// What the product's light is multiplied by.
    gain: [f32; 3],
}

/// Where the product's brightest thousandth may come to by a lift.
const ROOM: f32 = 0.98;
/// Largest lift.
const MOST: f32 = 2.0;

impl Op for BackdropWhite {
    fn analyse(&self, study: &mut Study) -> Result<(), OpError> {
        let Some(set) = set(study) else {
            study.note(OP.name, serde_json::json!({ "from": "nothing: no backdrop is known" }));
            return Ok(());
        };
        let middle = median(&mut set.light.floats().to_vec()).unwrap_or(1.0);
        let lift =
            if self.lift { (1.0 / middle).min(ROOM / highlights(study)).clamp(1.0, MOST) } else { 1.0 };
        let shaded = set.transmission.floats().iter().filter(|t| **t < FLOOR[1]).count();
        let shadow = shaded as f32 / set.transmission.size().pixels().max(1) as f32;
        if self.shadow.0 > 0.0 {
            study.visible = study.visible.map(|seen| around(seen, study, &set.transmission));
        }
        study.note(OP.name, Numbers { backdrop: middle, shadow, gain: [lift; 3] });
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let (Some(Set { transmission, light }), Some(seen)) = (set(scene.study), scene.seen) else {
            return Ok(());
        };
        scene.settle_alpha()?;
        let [lift, ..] = scene.study.gain_of(OP.name);
        let params = WhiteParams {
            map: scene.frame.map_to(&scene.study.proxy_frame),
            lift,
            strength: self.shadow.0,
            floor_start: FLOOR[0],
            floor_end: FLOOR[1],
        };
        let mut whitening = light;
        whitening.floats_mut().iter_mut().for_each(|v| *v = 1.0 / *v);
        let transmission = scene.plan.constant("transmission", transmission);
        let whitening = scene.plan.constant("whitening", whitening);
        let size = scene.plan.decl(scene.colour).size;
        let whitened = scene.plan.plane("on white", size, Format::Rgba);
        let inputs = [scene.colour, seen, transmission, whitening];
        scene.plan.record(OP.name, &WHITEN_BACKDROP, &params, &inputs, &[whitened])?;
        scene.colour = whitened;
        Ok(())
    }
}

/// The light that all but a thousandth of the product stays below, in its brightest sRGB channel.
fn highlights(study: &Study) -> f32 {
    let (matrix, known) = (from_working(Primaries::SRGB), Known::of(study));
    let peak = |(x, y): (usize, usize)| {
        let [r, g, b, _] = study.proxy.rgba_at(x as u32, y as u32);
        apply(matrix, [r, g, b]).into_iter().fold(0.0, f32::max)
    };
    let mut peaks: Vec<f32> =
        known.map_or_else(Vec::new, |k| sample(&k.product).into_iter().map(peak).collect());
    quantile(&mut peaks, 0.999).unwrap_or(1.0).max(1e-3)
}

/// A window of the photograph widened to what a shadow lies on.
fn around(seen: Window, study: &Study, transmission: &Plane) -> Window {
    let Size { width, height } = transmission.size();
    let (mut left, mut top, mut right, mut bottom) = (width, height, 0, 0);
    for (y, row) in transmission.floats().chunks_exact(width.max(1) as usize).enumerate() {
        for x in row.iter().enumerate().filter(|(_, t)| **t < FLOOR[1]).map(|(x, _)| x as u32) {
            (left, right) = (left.min(x), right.max(x + 1));
            (top, bottom) = (top.min(y as u32), bottom.max(y as u32 + 1));
        }
    }
    if right <= left || bottom <= top {
        return seen;
    }
    // A grid's value reaches one of its pixels far.
    let scale = study.proxy_frame.scale();
    let low = |i: u32, seen: f64| (f64::from(i.saturating_sub(1)) * scale).min(seen);
    let high = |i: u32, seen: f64, limit: f64| (f64::from(i + 1) * scale).max(seen).min(limit);
    let (x, y) = (low(left, seen.x), low(top, seen.y));
    let photo = study.photo.window;
    let width = high(right, seen.x + seen.width, photo.width) - x;
    let height = high(bottom, seen.y + seen.height, photo.height) - y;
    Window { x, y, width, height }
}
