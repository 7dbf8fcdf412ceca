//! The exact matte of one product before two backdrops: two shots, two plates, no guess.
//!
//! Where nothing moves between the shots, alpha follows for every pixel by itself, glass and sheer cloth
//! included (Smith and Blinn 1996, "Blue screen matting"). A shadow on the backdrop is part of the result, as
//! black that lets the rest through. On the proxies the plates are laid on their shots ([`super::plate`]),
//! backdrops that are too much alike are refused, and what moved is told from the equations' contradictions.
//! The plates are read at half the photograph's resolution, by Lanczos and bilinearly between: their noise
//! loses three quarters of its variance or more, and structure finer than two pixels with it.

pub mod kernel;

use serde::{Deserialize, Serialize};

use super::colour_matrix;
use super::flat_field::Flat;
use super::plate::{self, Clean, Extra, Fit};
use super::resample::{self, Active};
use super::white_balance::diagonal;
use super::{Frame, Op, OpDef, OpError, ParamDef, Scene, Stage, Study, settings, within};
use crate::image::{AlphaMode, Format, Plane, Shot, Size, Window};
use crate::plan::PlaneId;
use kernel::{TRIANGULATE, TriangulateParams};

/// Distance of the backdrops' linear light below which alpha would be noise.
const LEAST: f32 = 0.1;
/// Share of the picture that may be below it.
const ALIKE: f32 = 0.01;
/// Contradiction of the equations, in linear light, that noise does not explain.
const CONTRADICTION: f32 = 0.05;
/// Share of the picture with such contradictions that is worth telling.
const MOVED: f32 = 0.002;
/// Light whose photon noise is as large as a sensor's read noise.
const DARK: f32 = 0.004;

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "triangulate",
    about: "cuts the product out exactly, from two shots before two backdrops and the plates of both",
    source: "Smith and Blinn 1996, least squares over three channels",
    stage: Stage::Item,
    params: &[ParamDef {
        name: "clip",
        default: "0.02",
        range: "0 … 0.2",
        about: "alpha this near 0 or 1 is 0 or 1; from three times this on it is as found",
    }],
    kernels: &[&TRIANGULATE],
    make: settings::<Triangulate>,
};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Triangulate {
    clip: Clip,
}

impl Default for Triangulate {
    fn default() -> Self {
        Self { clip: Clip(0.02) }
    }
}

/// A share in 0 … 0.2.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "f64")]
struct Clip(f32);

impl TryFrom<f64> for Clip {
    type Error = String;

    fn try_from(v: f64) -> Result<Self, String> {
        within("clip", v, [0.0, 0.2]).map(|v| Self(v as f32))
    }
}

#[derive(Serialize)]
struct Numbers {
    plates: [Fit; 2],
    /// Linear light between the backdrops, where they are most alike.
    least_difference: f32,
    /// Share of the picture where the shots contradict each other.
    contradicted: f32,
}

fn refuse(what: String, help: &'static str) -> OpError {
    OpError::Refused { op: "triangulate", what, help }
}

impl Op for Triangulate {
    fn analyse(&self, study: &mut Study) -> Result<(), OpError> {
        let (Some(plate), Some([second, second_plate])) = (&study.plate, &study.second) else {
            let help = "give two shots and the plates of both, or use the recipe `matte`";
            return Err(refuse("there are not two shots and two plates".into(), help));
        };
        if second.photo.size != study.photo.size {
            let what =
                format!("the second shot is {} pixels, the first {}", second.photo.size, study.photo.size);
            return Err(refuse(what, "take both shots with the same camera, uncropped"));
        }
        let align =
            |shot, frame, plate| plate::align(shot, frame, plate).map_err(|m| m.refused("triangulate"));
        let clean =
            [align(&study.proxy, &study.photo, plate)?, align(&second.proxy, &second.photo, second_plate)?];
        let least_difference = differ(&clean)?;
        let moved = contradictions(study, second, &clean);
        let plates = [clean[0].fit, clean[1].fit];
        if let (Some(plate), Some([_, second_plate])) = (&mut study.plate, &mut study.second) {
            (plate.fit, second_plate.fit) = (Some(plates[0]), Some(plates[1]));
        }
        study.note("triangulate", Numbers { plates, least_difference, contradicted: moved.share });
        if moved.share > MOVED {
            let reason = format!("product or camera moved between the two shots, {}", moved.place());
            study.flag("moved", reason);
        }
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let (Some(plate), Some([second, second_plate])) = (&scene.study.plate, &scene.study.second) else {
            return Ok(());
        };
        let frame = scene.frame;
        let half = Size::new(frame.size.width.div_ceil(2), frame.size.height.div_ceil(2));
        let behind = Frame { window: frame.window, size: half };
        let light = (scene.study.gain, scene.study.flat.as_ref());
        let first_plate = read(scene, Shot::Plate, plate, behind, light)?;
        let other = read(scene, Shot::Second, second, frame, light)?;
        let other_plate = read(scene, Shot::SecondPlate, second_plate, behind, light)?;
        let params = TriangulateParams {
            map: frame.map_to(&behind),
            least: LEAST * LEAST,
            clip: self.clip.0,
            dark: DARK,
            pad0: 0.0,
        };
        let product = scene.plan.plane("product", frame.size, Format::Rgba);
        let inputs = [scene.colour, other, first_plate, other_plate];
        scene.plan.record("triangulate", &TRIANGULATE, &params, &inputs, &[product])?;
        scene.colour = product;
        Ok(())
    }
}

/// Reads a further photograph as working light, evened and times a gain, laid where its fit says.
fn read(
    scene: &mut Scene<'_>,
    shot: Shot,
    extra: &Extra,
    frame: Frame,
    (gain, flat): ([f32; 3], Option<&Flat>),
) -> Result<PlaneId, OpError> {
    let ([right, down], own) = extra.fit.map_or(([0.0; 2], [1.0; 3]), |fit| (fit.shift_px, fit.gain));
    let Window { x, y, .. } = frame.window;
    let window = Window { x: x - f64::from(right), y: y - f64::from(down), ..frame.window };
    let frame = Frame { window, size: frame.size };
    let gain = [0, 1, 2].map(|c| own[c] * gain[c]);
    let source = scene.input(shot, extra.photo.size, extra.format);
    let plan = &mut *scene.plan;
    let curves = plan.constant("curves", resample::curve_plane(&extra.encoding.tables));
    let straight = extra.alpha == AlphaMode::Straight;
    let light = resample::ingest(plan, source, curves, straight, frame, Active::all(frame.size))?;
    let mut colour = colour_matrix::mix(plan, "read", light, extra.encoding.to_working)?;
    if let Some(flat) = flat {
        colour = flat.record(plan, colour, &frame)?;
    }
    Ok(colour_matrix::mix(plan, "read", colour, diagonal(gain))?)
}

/// A part of the proxy, and where its middle is.
struct Part {
    share: f32,
    x: f32,
    y: f32,
}

impl Part {
    /// Where `holds` of a picture's pixels.
    fn of(size: Size, mut holds: impl FnMut(u32, u32) -> bool) -> Self {
        let (mut count, mut x, mut y) = (0.0_f64, 0.0_f64, 0.0_f64);
        for (u, v) in (0..size.height).flat_map(|v| (0..size.width).map(move |u| (u, v))) {
            if holds(u, v) {
                (count, x, y) = (count + 1.0, x + f64::from(u) + 0.5, y + f64::from(v) + 0.5);
            }
        }
        let mean = |sum: f64, side: u32| (sum / count.max(1.0) / f64::from(side)) as f32;
        Self { share: (count / size.pixels() as f64) as f32, x: mean(x, size.width), y: mean(y, size.height) }
    }

    fn place(&self) -> String {
        let [share, x, y] = [self.share, self.x, self.y].map(|v| 100.0 * v);
        format!("on {share:.1} % of the picture around {x:.0} % of the width, {y:.0} % of the height")
    }
}

/// Refuses backdrops that are alike; returns how far they differ where they differ least, a thousandth left out.
fn differ(clean: &[Clean; 2]) -> Result<f32, OpError> {
    let distance = |x: u32, y: u32| {
        let [a, b] = [0, 1].map(|i| clean[i].light.rgba_at(x, y));
        (0..3).map(|c| (a[c] - b[c]).powi(2)).sum::<f32>().sqrt()
    };
    let size = clean[0].light.size();
    let alike = Part::of(size, |x, y| distance(x, y) < LEAST);
    if alike.share > ALIKE {
        let what = format!("the two backdrops have nearly the same colour {}", alike.place());
        return Err(refuse(
            what,
            "take the second shot before a backdrop of quite another brightness or colour",
        ));
    }
    let mut all: Vec<f32> = (0..size.height)
        .flat_map(|y| (0..size.width).map(move |x| (x, y)))
        .map(|(x, y)| distance(x, y))
        .collect();
    Ok(super::field::quantile(&mut all, 0.001).unwrap_or(0.0))
}

/// Where the two shots contradict each other: no alpha within 0 … 1 explains their difference.
fn contradictions(study: &Study, second: &Extra, clean: &[Clean; 2]) -> Part {
    Part::of(study.proxy.size(), |x, y| {
        let pair = |shot: &Plane, clean: &Clean| {
            let (seen, behind) = (shot.rgba_at(x, y), clean.light.rgba_at(x, y));
            [0, 1, 2].map(|c| (seen[c], behind[c]))
        };
        let (one, two) = (pair(&study.proxy, &clean[0]), pair(&second.proxy, &clean[1]));
        let through = kernel::through(one, two, LEAST * LEAST).clamp(0.0, 1.0);
        let left = (0..3).map(|c| (one[c].0 - two[c].0 - through * (one[c].1 - two[c].1)).powi(2));
        left.sum::<f32>().sqrt() > CONTRADICTION
    })
}
