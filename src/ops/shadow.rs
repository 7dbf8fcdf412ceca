//! The real shadow, kept as a black layer under the product, or left out.
//!
//! The shadow is the light that the backdrop lost, measured by `backdrop_matte`; nothing is painted. Light
//! within 3 % of the full backdrop counts as none, so that a white picture's corners are exactly white.

use serde::Deserialize;

use super::grid::{Around, Columns};
use super::transfer::unit;
use super::{Op, OpDef, OpError, ParamDef, Scene, Stage, settings};
use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// How the shadow is laid.
    pub struct ShadowParams {
        /// From pixels to the grid.
        map: [f32; 4],
        /// 0 none, 1 as photographed.
        strength: f32,
        /// Transmission at which the shadow begins to vanish.
        floor_start: f32,
        /// Transmission at which it is gone.
        floor_end: f32,
        /// Unused.
        pad0: f32,
    }
}

/// A black layer of one minus the transmission, under the product.
pub static LAY_SHADOW: Kernel = Kernel {
    name: "lay_shadow",
    shader: concat!(
        include_str!("../../shaders/lib/frame.wgsl"),
        include_str!("../../shaders/lib/grid.wgsl"),
        include_str!("../../shaders/shadow.wgsl")
    ),
    inputs: &[
        Input { name: "product", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "transmission", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "shaded", format: PortFormat::Rgba }],
    layout: ShadowParams::LAYOUT,
    cpu: lay_shadow,
    tolerance: Tolerance { max: 5e-5, why: "an ulp of the grid position times the steepest grid step" },
    cases,
};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "shadow",
    about: "keeps the photographed shadow, or none",
    source: "transmission I/B of the backdrop",
    stage: Stage::Output,
    params: &[ParamDef {
        name: "keep",
        default: "0.0",
        range: "0 … 1",
        about: "strength of the real shadow; 0 leaves it out",
    }],
    kernels: &[&LAY_SHADOW],
    make: settings::<Shadow>,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Shadow {
    keep: Strength,
}

/// A strength in 0..1.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(try_from = "f64")]
struct Strength(f32);

impl TryFrom<f64> for Strength {
    type Error = String;

    fn try_from(v: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&v) {
            Ok(Self(v as f32))
        } else {
            Err(format!("keep {v} is not within 0 … 1"))
        }
    }
}

impl Op for Shadow {
    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        scene.target()?;
        let Some(matte) = scene.study.matte.as_ref().filter(|_| self.keep.0 > 0.0) else { return Ok(()) };
        let params = ShadowParams {
            map: scene.frame.map_to(&scene.study.proxy_frame),
            strength: self.keep.0,
            floor_start: 0.97,
            floor_end: 0.99,
            pad0: 0.0,
        };
        let grid = scene.plan.constant("transmission", matte.transmission.clone());
        let size = scene.plan.decl(scene.colour).size;
        let shaded = scene.plan.plane("with shadow", size, Format::Rgba);
        scene.plan.record("shadow", &LAY_SHADOW, &params, &[scene.colour, grid], &[shaded])?;
        scene.colour = shaded;
        Ok(())
    }
}

vectorised! {
    fn lay_shadow(job: &mut Job<'_>) {
        let p: ShadowParams = job.params();
        let (product, grid) = (job.inputs[0], job.inputs[1]);
        let width = job.outputs[0].size.width;
        let columns = Columns::new(width, grid.size.width, p.map);
        for y in job.rows.clone() {
            let light = Around::new(&grid, y, p.map);
            let [r, g, b, a] = product.rgba(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            to_r.copy_from_slice(r);
            to_g.copy_from_slice(g);
            to_b.copy_from_slice(b);
            for (x, (o, a)) in to_a.iter_mut().zip(a).enumerate() {
                let t = light.at(0, columns.cell(x));
                let s = unit((t - p.floor_start) / (p.floor_end - p.floor_start));
                let cut = t + (1.0 - t) * s * s * (3.0 - 2.0 * s);
                *o = a + (1.0 - a) * p.strength * (1.0 - cut);
            }
        }
    }
}

fn cases() -> Vec<Case> {
    let grid = Plane::gray(Size::new(13, 11), |x, y| 0.5 + 0.5 * super::testing::noise(x, y, 5));
    super::testing::colours(|name, colour| {
        let size = colour.size();
        let map = [13.0 / size.width as f32, 0.2, 11.0 / size.height as f32, -0.7];
        let params = ShadowParams { map, strength: 0.8, floor_start: 0.97, floor_end: 0.99, pad0: 0.0 };
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![colour, grid.clone()],
            outputs: vec![(size, Format::Rgba)],
        }
    })
}
