//! What the lens and the change of size took of the finest detail, given back at the output's own size.
//!
//! An unsharp mask on lightness, the square root of luminance: light and dark sides of an edge gain alike, colour is
//! multiplied as a whole and keeps its hue. Means are weighted by alpha, so that nothing is sharpened against what
//! is not there; alpha itself stays, and the effect fades with it. Detail below a threshold counts as noise. A pixel
//! may leave the range of its eight neighbours by little only, so that no halo is drawn.

mod auto;
mod kernel;

use serde::{Deserialize, Serialize};

pub use kernel::{LIGHTNESS, SHARPEN};

use self::auto::restoring;
use self::kernel::{REACH, SharpenParams};
use super::{Op, OpDef, OpError, ParamDef, Scene, Stage, Study, settings, within};
use crate::image::{Format, Shots};
use crate::plan::{Plan, PlanError, PlaneId};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "sharpen",
    about: "gives back fine detail at the output's size, without halos and without the backdrop",
    source: "unsharp masking of luminance, cored and held within its neighbourhood (A. Polesel, G. Ramponi, \
             V. J. Mathews, Image Enhancement via Adaptive Unsharp Masking, 2000); `auto` by transfer functions",
    stage: Stage::Output,
    params: &[
        ParamDef {
            name: "amount",
            default: "\"auto\"",
            range: "auto | 0 … 3",
            about: "factor of the detail that is added; `auto` restores what was lost at 0.35 cycles a pixel, and \
                    0.8 is its most",
        },
        ParamDef {
            name: "radius",
            default: "0.6",
            range: "0.3 … 1.2 output pixels",
            about: "how fine the detail is: sigma of the mean that it departs from",
        },
        ParamDef {
            name: "threshold",
            default: "0.004",
            range: "0 … 0.1 of lightness",
            about: "detail that counts as noise; 0.004 is about a code of 255",
        },
        ParamDef {
            name: "halo",
            default: "0.02",
            range: "0 … 0.2 of lightness",
            about: "how far a pixel may leave the range of its neighbours",
        },
    ],
    kernels: &[&LIGHTNESS, &SHARPEN],
    make: settings::<Sharpen>,
};

/// The op's settings as a recipe has them.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    amount: Amount,
    radius: f64,
    threshold: f64,
    halo: f64,
}

impl Default for Written {
    fn default() -> Self {
        Self { amount: Amount::Word("auto".into()), radius: 0.6, threshold: 0.004, halo: 0.02 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Amount {
    Number(f64),
    Word(String),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "Written")]
struct Sharpen {
    /// `None` decides by the shrinking.
    amount: Option<f64>,
    radius: f64,
    threshold: f64,
    halo: f64,
}

impl TryFrom<Written> for Sharpen {
    type Error = String;

    fn try_from(w: Written) -> Result<Self, String> {
        let amount = match w.amount {
            Amount::Number(v) => Some(within("amount", v, [0.0, 3.0])?),
            Amount::Word(word) if word == "auto" => None,
            Amount::Word(word) => return Err(format!("amount `{word}` is neither auto nor a number")),
        };
        let radius = within("radius", w.radius, [0.3, 1.2])?;
        let threshold = within("threshold", w.threshold, [0.0, 0.1])?;
        Ok(Self { amount, radius, threshold, halo: within("halo", w.halo, [0.0, 0.2])? })
    }
}

#[derive(Serialize)]
struct Numbers {
    /// Pixels of the decoded photograph over those of its file.
    decoded: f64,
}

impl Op for Sharpen {
    fn analyse_shots(&self, study: &mut Study, shots: &Shots<'_>) -> Result<(), OpError> {
        let (read, full) = (shots.front.size().width, shots.front.full_size.width);
        study.note(OP.name, Numbers { decoded: f64::from(read.max(1)) / f64::from(full.max(1)) });
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let target = scene.target()?;
        if scene.frame != target.frame {
            return Err(OpError::Refused {
                op: OP.name,
                what: "the picture does not have the output's size yet".into(),
                help: "put `sharpen` after `resize`",
            });
        }
        let noted = scene.study.numbers.get(OP.name).and_then(|n| n.get("decoded"));
        let decoded = noted.and_then(serde_json::Value::as_f64).unwrap_or(1.0);
        let amount = self.amount.unwrap_or_else(|| restoring(self.radius, target.frame.scale() / decoded));
        scene.colour = self.apply(scene.plan, scene.colour, amount)?;
        Ok(())
    }
}

impl Sharpen {
    fn apply(&self, plan: &mut Plan, picture: PlaneId, amount: f64) -> Result<PlaneId, PlanError> {
        if amount <= 0.0 {
            return Ok(picture);
        }
        let params = self.params(amount);
        let size = plan.decl(picture).size;
        let light = plan.plane("lightness", size, Format::Gray);
        plan.record(OP.name, &LIGHTNESS, &params, &[picture], &[light])?;
        let sharp = plan.plane("sharp", size, Format::Rgba);
        plan.record(OP.name, &SHARPEN, &params, &[picture, light], &[sharp])?;
        Ok(sharp)
    }

    fn params(&self, amount: f64) -> SharpenParams {
        let weight = |d: usize| (-0.5 * (d as f64 / self.radius).powi(2)).exp();
        let reach = ((2.5 * self.radius).ceil() as usize).clamp(1, REACH);
        SharpenParams {
            weights: [0, 1, 2, 3].map(|d| weight(d) as f32),
            reach: reach as u32,
            amount: amount as f32,
            threshold: self.threshold as f32,
            halo: self.halo as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Executor as _;
    use crate::image::{Plane, Size};
    use crate::ops::testing::{colour, noise};

    pub(super) const OPEN: Sharpen = Sharpen { amount: None, radius: 0.6, threshold: 0.0, halo: 0.2 };

    pub(super) fn run(by: Sharpen, amount: f64, picture: Plane) -> Plane {
        let mut plan = Plan::new();
        let given = plan.constant("given", picture);
        let Ok(out) = by.apply(&mut plan, given, amount) else { unreachable!() };
        plan.output(out);
        let done = crate::exec::cpu::Cpu::new(std::sync::Arc::default(), false).run(&plan, &[]);
        let Ok(mut planes) = done else { unreachable!() };
        planes.remove(0)
    }

    /// An opaque grey picture of this lightness.
    pub(super) fn grey(size: Size, lightness: impl Fn(u32, u32) -> f64) -> Plane {
        Plane::rgba(size, |x, y| {
            let v = lightness(x, y).powi(2) as f32;
            [v, v, v, 1.0]
        })
    }

    pub(super) fn lightness(picture: &Plane, x: u32, y: u32) -> f64 {
        f64::from(picture.rgba_at(x, y)[1]).max(0.0).sqrt()
    }

    #[test]
    fn what_is_flat_stays_as_it_is() {
        let flat = Plane::rgba(Size::new(71, 9), |_, _| [0.31, 0.17, 0.77, 1.0]);
        assert_eq!(run(OPEN, 3.0, flat.clone()), flat);
        // A flat product with a soft edge before nothing: no halo.
        let soft = Plane::rgba(Size::new(71, 9), |x, _| {
            let a = (x as f32 / 20.0 - 1.0).clamp(0.0, 1.0);
            [0.3 * a, 0.2 * a, 0.7 * a, a]
        });
        let got = run(Sharpen { threshold: 1e-5, ..OPEN }, 3.0, soft.clone());
        assert_eq!(got, soft);
        let hidden = colour(Size::new(40, 7), "colour under alpha 0");
        let got = run(OPEN, 3.0, hidden.clone());
        for (x, y) in (0..7).flat_map(|y| (0..40).map(move |x| (x, y))) {
            let (a, b) = (got.rgba_at(x, y), hidden.rgba_at(x, y));
            assert!(a[3] == b[3] && (a[3] > 0.0 || a == b));
        }
    }

    #[test]
    fn an_edge_grows_steeper_and_leaves_its_range_by_the_halo_at_most() {
        let size = Size::new(40, 5);
        let edge = grey(size, |x, _| [0.3, 0.4, 0.6, 0.7][(x.clamp(18, 21) - 18) as usize]);
        for halo in [0.0, 0.02, 0.1] {
            let got = run(Sharpen { halo, ..OPEN }, 3.0, edge.clone());
            let at = |x| lightness(&got, x, 2);
            let (least, most) = (0..40).map(at).fold((1.0_f64, 0.0_f64), |(l, m), v| (l.min(v), m.max(v)));
            assert!(least >= 0.3 - halo - 1e-6 && most <= 0.7 + halo + 1e-6, "halo {halo}: {least} … {most}");
            let drawn = 0.9 * halo.min(0.05);
            assert!(halo == 0.0 || (least < 0.3 - drawn && most > 0.7 + drawn), "{least} … {most}");
            assert!(at(20) - at(19) > 0.25, "{} to {}", at(19), at(20));
            assert!((at(3) - 0.3).abs() < 1e-6 && (at(36) - 0.7).abs() < 1e-6);
        }
    }

    #[test]
    fn noise_below_the_threshold_is_left_alone_and_above_it_is_not() {
        let size = Size::new(64, 64);
        let by = Sharpen { threshold: 0.01, ..OPEN };
        let quiet = grey(size, |x, y| 0.5 + 0.008 * (f64::from(noise(x, y, 1)) - 0.5));
        assert_eq!(run(by, 2.0, quiet.clone()), quiet);
        let loud = grey(size, |x, y| 0.5 + 0.08 * (f64::from(noise(x, y, 1)) - 0.5));
        assert_ne!(run(by, 2.0, loud.clone()), loud);
    }

    #[test]
    fn hue_stays() {
        let size = Size::new(33, 9);
        let stripes =
            Plane::rgba(size, |x, _| [0.2, 0.5, 0.1, 1.0].map(|v| v * [1.0, 0.6][x as usize / 3 % 2]));
        let stripes = Plane::rgba(size, |x, y| {
            let [r, g, b, _] = stripes.rgba_at(x, y);
            [r, g, b, 1.0]
        });
        let got = run(OPEN, 1.0, stripes.clone());
        assert_ne!(got, stripes);
        for x in 0..33 {
            let [r, g, b, _] = got.rgba_at(x, 4);
            assert!((r / g - 0.4).abs() < 1e-5 && (b / g - 0.2).abs() < 1e-5);
        }
    }

    #[test]
    fn settings_are_checked() {
        let make = |text: &str| -> Result<Sharpen, String> {
            let table: toml::Table = toml::from_str(text).map_err(|e| e.to_string())?;
            table.try_into::<Sharpen>().map_err(|e| e.message().to_owned())
        };
        assert!(make("").is_ok_and(|s| s.amount.is_none() && s.radius == 0.6));
        assert!(make("amount = 1").is_ok_and(|s| s.amount == Some(1.0)));
        let error = |text: &str| make(text).err().unwrap_or_default();
        assert!(error("amount = 4").contains("amount 4 is not within 0 … 3"));
        assert!(error("amount = \"much\"").contains("neither auto nor a number"));
        assert!(error("radius = 2").contains("radius 2 is not within 0.3 … 1.2"));
    }
}
