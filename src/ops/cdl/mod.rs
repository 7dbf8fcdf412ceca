//! A colour decision: slope, offset, power and saturation, by hand or from the file that a colourist hands on.
//!
//! Works on the straight codes of a named space, as whoever decided saw them; the picture stays linear before and
//! after. Only what is seen is changed: colour where alpha is next to nothing stays as it is.

mod kernel;
mod xml;

use serde::{Deserialize, Serialize};

pub use kernel::APPLY_CDL;

use self::kernel::CdlParams;
use super::codes::{SPACES, Space};
use super::{Op, OpDef, OpError, ParamDef, Scene, Stage, Study, settings, within};
use crate::image::Format;
use crate::plan::{Plan, PlanError, PlaneId};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "cdl",
    about: "slope, offset, power and saturation, by hand or from a .cc, .ccc or .cdl file",
    source: "ASC Color Decision List 1.2 (American Society of Cinematographers)",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "file",
            default: "unset",
            range: "a .cc, .ccc or .cdl file beside the recipe",
            about: "the decision, instead of numbers by hand",
        },
        ParamDef {
            name: "id",
            default: "unset",
            range: "text",
            about: "which correction of a file that has several",
        },
        ParamDef { name: "slope", default: "[1, 1, 1]", range: "0 … 100", about: "factor a channel" },
        ParamDef { name: "offset", default: "[0, 0, 0]", range: "-100 … 100", about: "what is then added" },
        ParamDef {
            name: "power",
            default: "[1, 1, 1]",
            range: "0.01 … 100",
            about: "exponent of the result",
        },
        ParamDef {
            name: "saturation",
            default: "1.0",
            range: "0 … 100",
            about: "factor of the distance from BT.709 luma, over the file's own",
        },
        ParamDef {
            name: "clamp",
            default: "true",
            range: "true | false",
            about: "hold codes within 0 … 1, as the standard does",
        },
        ParamDef {
            name: "space",
            default: "\"srgb\"",
            range: SPACES,
            about: "what the numbers are codes of",
        },
    ],
    kernels: &[&APPLY_CDL],
    make: settings::<Cdl>,
};

/// The numbers of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Correction {
    /// Factor a channel, 0 … 100.
    pub slope: [f64; 3],
    /// What is then added, −100 … 100.
    pub offset: [f64; 3],
    /// Exponent of the result, 0.01 … 100.
    pub power: [f64; 3],
    /// Factor of the distance from luma, 0 … 100.
    pub saturation: f64,
}

impl Default for Correction {
    /// Nothing is changed.
    fn default() -> Self {
        Self { slope: [1.0; 3], offset: [0.0; 3], power: [1.0; 3], saturation: 1.0 }
    }
}

impl Correction {
    /// The correction of that id of a .cc, .ccc or .cdl file's text, or the only one in it.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to do.
    pub fn parse(text: &str, id: Option<&str>) -> Result<Self, String> {
        xml::parse(text, id)?.checked()
    }

    fn checked(self) -> Result<Self, String> {
        let three = |name: &str, values: [f64; 3], range: [f64; 2]| {
            values.iter().try_for_each(|v| within(name, *v, range).map(|_| ()))
        };
        three("slope", self.slope, [0.0, 100.0])?;
        three("offset", self.offset, [-100.0, 100.0])?;
        three("power", self.power, [0.01, 100.0])?;
        within("saturation", self.saturation, [0.0, 100.0])?;
        Ok(self)
    }
}

/// The op's settings as a recipe has them.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    file: Option<String>,
    text: Option<String>,
    id: Option<String>,
    slope: Option<[f64; 3]>,
    offset: Option<[f64; 3]>,
    power: Option<[f64; 3]>,
    saturation: Option<f64>,
    clamp: bool,
    space: Space,
}

impl Default for Written {
    fn default() -> Self {
        let (file, text, id) = (None, None, None);
        let (slope, offset, power, saturation) = (None, None, None, None);
        Self { file, text, id, slope, offset, power, saturation, clamp: true, space: Space::Srgb }
    }
}

impl Written {
    fn correction(&self) -> Result<Correction, String> {
        let given = self.file.is_some() || self.text.is_some();
        let base = if given {
            let text =
                super::text_of("a .cc, .ccc or .cdl file", self.file.as_deref(), self.text.as_deref())?;
            let read = Correction::parse(text, self.id.as_deref());
            read.map_err(|what| super::in_file(self.file.as_deref(), &what))?
        } else {
            Correction::default()
        };
        let sop = self.slope.is_some() || self.offset.is_some() || self.power.is_some();
        if given && sop {
            return Err("slope, offset and power are given beside a file; keep one of them".into());
        }
        if self.id.is_some() && !given {
            return Err("`id` chooses a correction of a file; name the file".into());
        }
        let slope = self.slope.unwrap_or(base.slope);
        let offset = self.offset.unwrap_or(base.offset);
        let power = self.power.unwrap_or(base.power);
        let saturation = self.saturation.unwrap_or(base.saturation);
        Correction { slope, offset, power, saturation }.checked()
    }
}

/// A decision, ready to be recorded.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct Cdl {
    correction: Correction,
    clamp: bool,
    space: Space,
}

impl TryFrom<Written> for Cdl {
    type Error = String;

    fn try_from(w: Written) -> Result<Self, String> {
        Ok(Self::new(w.correction()?, w.clamp, w.space))
    }
}

impl Op for Cdl {
    fn analyse(&self, study: &mut Study) -> Result<(), OpError> {
        study.note(OP.name, self.correction);
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        scene.settle_alpha()?;
        scene.colour = self.apply(scene.plan, scene.colour)?;
        Ok(())
    }
}

impl Cdl {
    /// A decision about codes of `space`; with `clamp` they are held within 0 … 1.
    #[must_use]
    pub fn new(correction: Correction, clamp: bool, space: Space) -> Self {
        Self { correction, clamp, space }
    }

    /// Records the decision on a picture that carries its alpha; one that changes nothing records nothing.
    ///
    /// # Errors
    /// [`PlanError`] where the recording is inconsistent.
    pub fn apply(&self, plan: &mut Plan, picture: PlaneId) -> Result<PlaneId, PlanError> {
        if self.correction == Correction::default() && !self.clamp {
            return Ok(picture);
        }
        let graded = plan.plane("graded", plan.decl(picture).size, Format::Rgba);
        plan.record(OP.name, &APPLY_CDL, &self.params(), &[picture], &[graded])?;
        Ok(graded)
    }

    fn params(&self) -> CdlParams {
        let way = self.space.way();
        let [to_red, to_green, to_blue, from_red, from_green, from_blue] = way.rows();
        let four = |[r, g, b]: [f64; 3]| [r as f32, g as f32, b as f32, 0.0];
        CdlParams {
            to_red,
            to_green,
            to_blue,
            from_red,
            from_green,
            from_blue,
            slope: four(self.correction.slope),
            offset: four(self.correction.offset),
            power: four(self.correction.power),
            saturation: self.correction.saturation as f32,
            clamped: u32::from(self.clamp),
            encoded: way.curve,
            pad0: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Executor as _;
    use crate::image::{Plane, Size, srgb_decode, srgb_encode};

    const LOOK: Correction = Correction {
        slope: [1.2, 0.95, 1.05],
        offset: [0.02, -0.01, 0.0],
        power: [0.9, 1.1, 1.0],
        saturation: 0.8,
    };

    fn run(cdl: Cdl, picture: Plane) -> Plane {
        let mut plan = Plan::new();
        let given = plan.constant("given", picture);
        let Ok(out) = cdl.apply(&mut plan, given) else { unreachable!() };
        plan.output(out);
        let done = crate::exec::cpu::Cpu::new(std::sync::Arc::default(), false).run(&plan, &[]);
        let Ok(mut planes) = done else { unreachable!() };
        planes.remove(0)
    }

    /// The standard's formula.
    fn formula(v: [f64; 3]) -> [f64; 3] {
        let raised =
            [0, 1, 2].map(|c| (v[c] * LOOK.slope[c] + LOOK.offset[c]).clamp(0.0, 1.0).powf(LOOK.power[c]));
        let luma = 0.2126 * raised[0] + 0.7152 * raised[1] + 0.0722 * raised[2];
        raised.map(|r| (luma + LOOK.saturation * (r - luma)).clamp(0.0, 1.0))
    }

    #[test]
    fn srgb_codes_follow_the_formula_through_alpha() {
        let alpha = |x: u32| [1.0, 0.5, 0.002][x as usize % 3];
        // Greys: their codes are the same whatever the primaries.
        let picture = Plane::rgba(Size::new(90, 1), |x, _| {
            let v = x as f32 / 89.0;
            [v * alpha(x), v * alpha(x), v * alpha(x), alpha(x)]
        });
        let got = run(Cdl::new(LOOK, true, Space::Srgb), picture);
        let to_srgb = crate::image::from_working(crate::image::Primaries::SRGB);
        for x in 0..90 {
            let code = srgb_encode(f64::from(x) / 89.0);
            let exact = formula([code; 3]).map(srgb_decode);
            let [r, g, b, a] = got.rgba_at(x, 0);
            let light = crate::ops::apply(to_srgb, [r / a, g / a, b / a]);
            for c in 0..3 {
                assert!((f64::from(light[c]) - exact[c]).abs() < 3e-6, "{x}: {light:?} for {exact:?}");
            }
        }
    }

    #[test]
    fn settings_are_numbers_or_a_file() {
        let make = |text: &str| -> Result<Cdl, String> {
            let table: toml::Table = toml::from_str(text).map_err(|e| e.to_string())?;
            table.try_into::<Cdl>().map_err(|e| e.to_string())
        };
        let file = "file = 'a.cc'\ntext = '<ColorCorrection><SatNode><Saturation>0.4</Saturation></SatNode></ColorCorrection>'";
        assert!(make(file).is_ok_and(|c| c.correction.saturation == 0.4));
        assert!(make(&format!("{file}\nsaturation = 0.5")).is_ok_and(|c| c.correction.saturation == 0.5));
        assert!(make("slope = [1, 2, 3]\nspace = 'linear'").is_ok_and(|c| c.space == Space::Linear));
        let error = |text: &str| make(text).err().unwrap_or_default();
        assert!(error(&format!("{file}\nslope = [1, 1, 1]")).contains("keep one of them"));
        assert!(error("power = [1, 0, 1]").contains("power 0 is not within 0.01 … 100"));
        assert!(error("file = 'a.cc'").contains("the file `a.cc` was not read"));
        assert!(error("id = 'a'").contains("name the file"));
    }
}
