//! The real shadow, kept as a black layer under the product, or left out.
//!
//! The shadow is the light that the backdrop lost, measured by `backdrop_matte`; nothing is painted. Light
//! within 3 % of the full backdrop counts as none, so that a white picture's corners are exactly white.

mod layer;

use std::sync::Arc;

use serde::Deserialize;

use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::backdrop_matte::shadow_of;
use crate::ops::field::{Mask, distance, exp, ln};
use crate::ops::grid::{Around, Columns};
use crate::ops::transfer::unit;
use crate::ops::{Layer, Op, OpDef, OpError, ParamDef, Scene, Stage, Study, settings, within};
use crate::plan::PlaneId;
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
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/grid.wgsl"),
        include_str!("../../../shaders/shadow.wgsl")
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
    about: "keeps the photographed shadow, or none; contact and cast shadow have gains of their own",
    source: "transmission I/B of the backdrop, raised to the power of the gain",
    stage: Stage::Output,
    params: &[
        ParamDef {
            name: "keep",
            default: "0.0",
            range: "0 … 1",
            about: "strength of the real shadow in the picture; 0 leaves it out",
        },
        ParamDef {
            name: "contact",
            default: "1.0",
            range: "0 … 3",
            about: "gain of the shadow within 2.5 % of the product's height of it; 1 as photographed",
        },
        ParamDef {
            name: "cast",
            default: "1.0",
            range: "0 … 3",
            about: "gain of the shadow farther away; 1 as photographed",
        },
    ],
    kernels: &[&LAY_SHADOW, &layer::SHADOW_LAYER],
    make: settings::<Shadow>,
};

#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
struct Shadow {
    keep: f32,
    contact: f32,
    cast: f32,
}

/// The op's settings as a recipe has them.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    keep: f64,
    contact: f64,
    cast: f64,
}

impl Default for Written {
    fn default() -> Self {
        Self { keep: 0.0, contact: 1.0, cast: 1.0 }
    }
}

impl TryFrom<Written> for Shadow {
    type Error = String;

    fn try_from(w: Written) -> Result<Self, String> {
        let gain = |name: &str, v: f64| within(name, v, [0.0, 3.0]).map(|v| v as f32);
        let keep = within("keep", w.keep, [0.0, 1.0])? as f32;
        Ok(Self { keep, contact: gain("contact", w.contact)?, cast: gain("cast", w.cast)? })
    }
}

/// Transmission from which on a shadow vanishes, and at which it is gone.
pub(in crate::ops) const FLOOR: [f32; 2] = [0.97, 0.99];

impl Op for Shadow {
    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        scene.target()?;
        if self.keep == 0.0 {
            return Ok(());
        }
        let Some(grid) = self.graded(scene.study) else { return Ok(()) };
        let params = self.params(scene.frame.map_to(&scene.study.proxy_frame), self.keep);
        let grid = scene.plan.constant("transmission", grid);
        let size = scene.plan.decl(scene.colour).size;
        let shaded = scene.plan.plane("with shadow", size, Format::Rgba);
        scene.plan.record("shadow", &LAY_SHADOW, &params, &[scene.colour, grid], &[shaded])?;
        scene.colour = shaded;
        Ok(())
    }

    fn layer(&self, scene: &mut Scene<'_>, layer: Layer) -> Result<Option<PlaneId>, OpError> {
        if layer != Layer::Shadow {
            return Ok(None);
        }
        let Some(shade) = shadow_of(scene.study) else {
            return Err(OpError::Refused {
                op: "shadow",
                what: "the shadow cannot be told: no backdrop is known".into(),
                help: "shoot before an even backdrop, or give a photograph of the empty set (--plate)",
            });
        };
        let gain = self.gain(&shade.product);
        layer::record(scene, &shade, gain).map(Some)
    }
}

impl Shadow {
    fn params(&self, map: [f32; 4], strength: f32) -> ShadowParams {
        ShadowParams { map, strength, floor_start: FLOOR[0], floor_end: FLOOR[1], pad0: 0.0 }
    }

    /// The transmission with both gains; `None` where no backdrop tells it.
    fn graded(&self, study: &Study) -> Option<Arc<Plane>> {
        let shade = shadow_of(study)?;
        if self.contact == 1.0 && self.cast == 1.0 {
            return Some(shade.transmission);
        }
        let mut graded = (*shade.transmission).clone();
        let gains = self.gain(&shade.product);
        for (t, gain) in graded.floats_mut().iter_mut().zip(gains.floats()) {
            *t = exp(gain * ln(t.max(1e-6))).min(1.0);
        }
        Some(graded.into())
    }

    /// The power of the transmission by place: that of contact near the product, that of a cast shadow elsewhere.
    fn gain(&self, product: &Mask) -> Plane {
        let [contact, cast] = [self.contact, self.cast];
        let holds: Vec<bool> = product.rows().map(|row| row.contains(&true)).collect();
        let ends = [holds.iter().position(|h| *h), holds.iter().rposition(|h| *h)];
        let height = ends[1].unwrap_or(0) + 1 - ends[0].unwrap_or(0);
        let reach = (NEAR * height as f32).clamp(2.0, 90.0);
        let away = distance(product, 2 * reach as u16);
        Plane::gray(product.size(), |x, y| {
            let far = unit(away.at(x as usize, y as usize) / reach - 0.5);
            contact + (cast - contact) * far * far * (3.0 - 2.0 * far)
        })
    }
}

/// Share of the product's height within which a shadow is one of contact.
const NEAR: f32 = 0.025;

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
                *o = a + (1.0 - a) * p.strength * (1.0 - cut(t, p.floor_start, p.floor_end));
            }
        }
    }
}

/// Transmission with the faintest shadow, between two values, left out.
#[inline(always)]
fn cut(t: f32, start: f32, end: f32) -> f32 {
    let s = unit((t - start) / (end - start));
    t + (1.0 - t) * s * s * (3.0 - 2.0 * s)
}

fn grid_of_noise() -> Plane {
    Plane::gray(Size::new(13, 11), |x, y| 0.5 + 0.5 * super::testing::noise(x, y, 5))
}

fn case(name: String, inputs: Vec<Plane>, size: Size, format: Format) -> Case {
    let map = [13.0 / size.width as f32, 0.2, 11.0 / size.height as f32, -0.7];
    let params = ShadowParams { map, strength: 0.8, floor_start: 0.97, floor_end: 0.99, pad0: 0.0 };
    Case { name, params: bytemuck::bytes_of(&params).to_vec(), inputs, outputs: vec![(size, format)] }
}

fn cases() -> Vec<Case> {
    super::testing::colours(|name, colour| {
        let size = colour.size();
        case(name, vec![colour, grid_of_noise()], size, Format::Rgba)
    })
}
