//! True colours by a camera file: gains, a tone curve a channel, a matrix with or without roots, as
//! `packshot calibrate` learnt them from a chart. Twin of shaders/camera_profile.wgsl.
//!
//! It stands after the matte: what is mixed at an edge is mixed in the photograph's own light, and a curve takes a
//! mixture for something else. It takes the place of white balance and exposure.
//!
//! Source: G. Finlayson, M. Mackiewicz, A. Hurlbert, "Color correction using root-polynomial regression", 2015.

use serde::{Deserialize, Serialize};

use super::{LEAST_ALPHA, Op, OpDef, OpError, ParamDef, Scene, Stage, Study, settings};
use crate::camera::{Camera, Model, Quality};
use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::plan::{Plan, PlanError, PlaneId};
use crate::{params, vectorised};

params! {
    /// A camera's model as numbers.
    pub struct CameraParams {
        /// Gain and the way to red of the curves.
        before_r: [f32; 4],
        /// To green.
        before_g: [f32; 4],
        /// To blue.
        before_b: [f32; 4],
        /// Weights of the channels in true red.
        matrix_r: [f32; 4],
        /// In true green.
        matrix_g: [f32; 4],
        /// In true blue.
        matrix_b: [f32; 4],
        /// Weights in true red of the roots of red × green, green × blue, red × blue.
        roots_r: [f32; 4],
        /// In true green.
        roots_g: [f32; 4],
        /// In true blue.
        roots_b: [f32; 4],
        /// Light at the end of each curve.
        top: [f32; 4],
        /// Slope before each curve's beginning.
        first: [f32; 4],
        /// Slope beyond its end.
        last: [f32; 4],
        /// Nodes of a curve; 0 where there are none.
        nodes: u32,
        /// Unused.
        pad0: u32,
        /// Unused.
        pad1: u32,
        /// Unused.
        pad2: u32,
    }
}

/// The model on every pixel.
pub static CORRECT_COLOUR: Kernel = Kernel {
    name: "correct_colour",
    shader: concat!(
        include_str!("../../shaders/lib/frame.wgsl"),
        include_str!("../../shaders/camera_profile.wgsl")
    ),
    inputs: &[
        Input { name: "picture", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "curves", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "corrected", format: PortFormat::Rgba }],
    layout: CameraParams::LAYOUT,
    cpu: correct_colour,
    tolerance: Tolerance { max: 1e-5, why: "roots and a division; a GPU may fuse multiply and add" },
    cases,
};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "camera_profile",
    about: "true colours by a camera file; after the matte, instead of white balance and exposure",
    source: "root-polynomial colour correction (Finlayson, Mackiewicz, Hurlbert 2015) behind a tone curve",
    stage: Stage::Item,
    params: &[ParamDef {
        name: "file",
        default: "unset: the set's chart, else nothing",
        range: "a camera file of `packshot calibrate` beside the recipe",
        about: "the camera",
    }],
    kernels: &[&CORRECT_COLOUR],
    make: settings::<CameraProfile>,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    file: Option<String>,
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
struct CameraProfile {
    camera: Option<Camera>,
}

impl TryFrom<Written> for CameraProfile {
    type Error = String;

    fn try_from(w: Written) -> Result<Self, String> {
        if w.file.is_none() && w.text.is_none() {
            return Ok(Self { camera: None });
        }
        let text = super::text_of("a camera file", w.file.as_deref(), w.text.as_deref())?;
        let camera = Camera::parse(text).map_err(|e| super::in_file(w.file.as_deref(), &e.to_string()))?;
        Ok(Self { camera: Some(camera) })
    }
}

#[derive(Serialize)]
struct Numbers<'a> {
    chart: &'a str,
    photograph: &'a str,
    kind: &'static str,
    left_out_mean: f64,
    left_out_max: f64,
}

impl Op for CameraProfile {
    fn analyse(&self, study: &mut Study) -> Result<(), OpError> {
        let Some(camera) = &self.camera else {
            study.note(OP.name, "nothing: no camera file is named and the set has no chart");
            return Ok(());
        };
        let (from, errors) = (&camera.provenance, &camera.calibration.errors.left_out);
        study.note(
            OP.name,
            Numbers {
                chart: &from.chart,
                photograph: &from.photograph,
                kind: camera.calibration.model.kind.name(),
                left_out_mean: errors.mean,
                left_out_max: errors.max,
            },
        );
        if let Some(reason) = doubt(camera) {
            study.flag("camera-doubtful", reason);
        }
        apply(&camera.calibration.model, &mut study.proxy);
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let Some(camera) = &self.camera else { return Ok(()) };
        if scene.band.is_some() && scene.coverage.is_none() {
            return Err(OpError::Refused {
                op: OP.name,
                what: "it stands before the matte, whose edges are mixed in the photograph's own light"
                    .into(),
                help: "put camera_profile after the matte's ops in the recipe",
            });
        }
        scene.settle_alpha()?;
        scene.colour = record(scene.plan, scene.colour, &camera.calibration.model)?;
        Ok(())
    }
}

/// What a person should know of a camera file's own errors.
fn doubt(camera: &Camera) -> Option<String> {
    let calibration = &camera.calibration;
    let (mean, name) = (calibration.errors.left_out.mean, &camera.provenance.photograph);
    (calibration.quality == Quality::Poor).then(|| {
        format!(
            "the camera learnt from {name} misses patches by ΔE {mean:.1} in the mean: {}",
            calibration.quality.words()
        )
    })
}

/// Records a model on a premultiplied picture.
///
/// # Errors
/// [`PlanError`] where the recording is inconsistent.
pub fn record(plan: &mut Plan, picture: PlaneId, model: &Model) -> Result<PlaneId, PlanError> {
    let (params, curves) = numbers(model);
    let curves = plan.constant("camera curves", curves);
    let corrected = plan.plane("corrected", plan.decl(picture).size, Format::Rgba);
    plan.record(OP.name, &CORRECT_COLOUR, &params, &[picture, curves], &[corrected])?;
    Ok(corrected)
}

/// Nodes of a curve, evenly in the root of light.
const NODES: usize = 512;

/// A model as numbers, and its curves as a plane of a line a channel.
fn numbers(model: &Model) -> (CameraParams, Plane) {
    let four = |r: [f64; 3]| [r[0] as f32, r[1] as f32, r[2] as f32, 0.0];
    let [before_r, before_g, before_b] = model.before.map(four);
    let [matrix_r, matrix_g, matrix_b] = model.matrix.map(|row| four([row[0], row[1], row[2]]));
    let [roots_r, roots_g, roots_b] = model.matrix.map(|row| four([row[3], row[4], row[5]]));
    let curves = model.curves.as_ref();
    let of = |f: &dyn Fn(&crate::camera::Curve) -> f64| {
        four([0, 1, 2].map(|c| curves.map_or(1.0, |curves| f(&curves[c]))))
    };
    let params = CameraParams {
        before_r,
        before_g,
        before_b,
        matrix_r,
        matrix_g,
        matrix_b,
        roots_r,
        roots_g,
        roots_b,
        top: of(&|c| c.top()),
        first: of(&|c| (c.at(0.0) - c.at(-1.0)).max(0.0)),
        last: of(&|c| c.last_slope()),
        nodes: if curves.is_some() { NODES as u32 } else { 0 },
        pad0: 0,
        pad1: 0,
        pad2: 0,
    };
    let mut plane = Plane::zeros(Size::new(NODES as u32, 3), Format::Gray);
    for (line, curve) in plane.floats_mut().chunks_exact_mut(NODES).zip(curves.into_iter().flatten()) {
        line.iter_mut().zip(curve.table(NODES)).for_each(|(node, v)| *node = v as f32);
    }
    (params, plane)
}

/// The model on a premultiplied picture, here and now: the proxy.
fn apply(model: &Model, picture: &mut Plane) {
    let (params, curves) = numbers(model);
    let width = (picture.size().width as usize).max(1);
    for row in picture.floats_mut().chunks_exact_mut(4 * width) {
        for x in 0..width {
            let [r, g, b, a] = [0, 1, 2, 3].map(|c| row[c * width + x]);
            let out = corrected(&params, curves.floats(), [r, g, b], a);
            (0..3).for_each(|c| row[c * width + x] = out[c]);
        }
    }
}

#[inline(always)]
fn weigh(m: [f32; 4], v: [f32; 3]) -> f32 {
    m[0] * v[0] + m[1] * v[1] + m[2] * v[2]
}

#[inline(always)]
fn curve(p: &CameraParams, curves: &[f32], v: f32, c: usize) -> f32 {
    let lines = (p.nodes - 1) as f32;
    let place = super::transfer::unit(v / p.top[c]).sqrt() * lines;
    let cell = place.floor().min(lines - 1.0);
    let i = c * p.nodes as usize + cell as usize;
    let inside = curves[i] + (curves[i + 1] - curves[i]) * (place - cell);
    inside + v.min(0.0) * p.first[c] + (v - p.top[c]).max(0.0) * p.last[c]
}

/// One premultiplied colour.
#[inline(always)]
fn corrected(p: &CameraParams, curves: &[f32], before: [f32; 3], a: f32) -> [f32; 3] {
    if a < LEAST_ALPHA {
        return before;
    }
    let straight = before.map(|v| v / a.max(LEAST_ALPHA));
    let mut q = [p.before_r, p.before_g, p.before_b].map(|m| weigh(m, straight));
    if p.nodes > 0 {
        q = [0, 1, 2].map(|c| curve(p, curves, q[c], c));
    }
    let u = q.map(|v| v.max(0.0));
    let pairs = [(u[0] * u[1]).sqrt(), (u[1] * u[2]).sqrt(), (u[2] * u[0]).sqrt()];
    let rows = [(p.matrix_r, p.roots_r), (p.matrix_g, p.roots_g), (p.matrix_b, p.roots_b)];
    rows.map(|(matrix, roots)| (weigh(matrix, q) + weigh(roots, pairs)) * a)
}

vectorised! {
    fn correct_colour(job: &mut Job<'_>) {
        let p: CameraParams = job.params();
        let curves: &[f32] = bytemuck::cast_slice(job.inputs[1].bytes);
        for y in job.rows.clone() {
            let [r, g, b, a] = job.inputs[0].rgba(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            for x in 0..r.len() {
                [to_r[x], to_g[x], to_b[x]] = corrected(&p, curves, [r[x], g[x], b[x]], a[x]);
            }
            to_a.copy_from_slice(a);
        }
    }
}

/// A model of every part: a tint, curves of a slope at the ends, a matrix and roots.
fn sample(bent: bool) -> Model {
    let mut model = Model::identity();
    model.before = [[1.3, 0.05, 0.0], [0.02, 1.0, -0.03], [0.0, 0.04, 1.6]];
    model.matrix = [
        [1.4, -0.3, 0.05, 0.1, -0.2, 0.03],
        [-0.2, 1.3, -0.1, 0.05, 0.08, -0.1],
        [0.02, -0.25, 1.2, -0.06, 0.1, 0.04],
    ];
    let knots = vec![[0.0, 0.001], [0.02, 0.012], [0.2, 0.16], [0.6, 0.62], [0.9, 1.05]];
    if let (true, Ok(curve)) = (bent, crate::camera::Curve::new(knots)) {
        model.curves = Some([curve.clone(), curve.clone(), curve]);
    }
    model
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for bent in [false, true] {
        let (params, curves) = numbers(&sample(bent));
        cases.extend(super::testing::colours(|name, colour| Case {
            name: format!("{name}{}", if bent { ", curves" } else { "" }),
            params: bytemuck::bytes_of(&params).to_vec(),
            outputs: vec![(colour.size(), Format::Rgba)],
            inputs: vec![colour, curves.clone()],
        }));
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_the_models_colours() {
        for bent in [false, true] {
            let model = sample(bent);
            let (params, curves) = numbers(&model);
            for i in 0..400_u32 {
                let n = |c: u32| super::super::testing::noise(i, 3, c);
                let colour = [n(1) * 1.4 - 0.05, n(2) * 1.2, n(3)];
                let alpha = if i % 3 == 0 { 1.0 } else { 0.1 + 0.9 * n(4) };
                let found = corrected(&params, curves.floats(), colour.map(|v| v * alpha), alpha);
                let wanted = model.apply(colour.map(f64::from));
                for (f, w) in found.iter().zip(wanted) {
                    let w = w * f64::from(alpha);
                    assert!((f64::from(*f) - w).abs() < 4e-5, "{colour:?}: {found:?}, {w}");
                }
            }
        }
    }

    #[test]
    fn a_recipe_names_the_file_or_nothing() {
        assert!(toml::from_str::<CameraProfile>("").is_ok_and(|c| c.camera.is_none()));
        let unread = toml::from_str::<CameraProfile>("file = \"c.toml\"").map_err(|e| e.to_string());
        assert!(unread.is_err_and(|e| e.contains("c.toml")));
        assert!(toml::from_str::<CameraProfile>("text = \"x = 1\"").is_err());
    }
}
