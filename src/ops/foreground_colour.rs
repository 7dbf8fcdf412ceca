//! The product's own colour at its soft edge, free of the backdrop.
//!
//! Where alpha is large the known backdrop is subtracted and divided out, exactly; where it is small that
//! would divide noise, and the colour comes from the product's nearest certain colours (a multilevel
//! push-pull field). The two are weighted by what the noise leaves of the first.

use serde::Deserialize;

use super::backdrop_matte::kernel::test_grid;
use super::band::{BAND_COLOUR, Band, ColourParams, Solved};
use super::grid::{Around, Columns};
use super::{Op, OpDef, OpError, Scene, Stage, settings};
use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// Where the grids lie, and the weights.
    pub struct ForegroundParams {
        /// From pixels to the grids.
        map: [f32; 4],
        /// Least alpha to divide by.
        least: f32,
        /// Weight of the colour field.
        field: f32,
        /// Unused.
        pad0: f32,
        /// Unused.
        pad1: f32,
    }
}

/// Premultiplied foreground colour.
pub static FOREGROUND_COLOUR: Kernel = Kernel {
    name: "foreground_colour",
    shader: concat!(
        include_str!("../../shaders/lib/frame.wgsl"),
        include_str!("../../shaders/lib/grid.wgsl"),
        include_str!("../../shaders/foreground_colour.wgsl")
    ),
    inputs: &[
        Input { name: "seen", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "alpha", format: PortFormat::Gray, reach: Reach::Rows(0) },
        Input { name: "backdrop", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "product", format: PortFormat::Rgba, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "coloured", format: PortFormat::Rgba }],
    layout: ForegroundParams::LAYOUT,
    cpu: foreground_colour,
    tolerance: Tolerance { max: 2e-4, why: "an ulp of the grid position times the steepest grid step" },
    cases,
};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "foreground_colour",
    about: "the product's own colour at its soft edge: known backdrop where certain, else the product's nearest colours",
    source: "known-backdrop inversion; multilevel fields after Germer et al. 2020 and Gortler et al. 1996",
    stage: Stage::Item,
    params: &[],
    kernels: &[&FOREGROUND_COLOUR],
    make: settings::<ForegroundColour>,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ForegroundColour {}

impl Op for ForegroundColour {
    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        if let (Some(band), Some(solved)) = (&scene.study.band, scene.band) {
            return in_band(scene, band, &solved);
        }
        let Some(matte) = &scene.study.matte else { return Ok(()) };
        let Some(alpha) = scene.alpha.take() else { return Ok(()) };
        let seen = scene.colour;
        let grids = scene.matte_grids(matte);
        let map = scene.frame.map_to(&scene.study.proxy_frame);
        let params = ForegroundParams { map, least: 0.05, field: 2.0, pad0: 0.0, pad1: 0.0 };
        let coloured = scene.plan.plane("product", scene.plan.decl(seen).size, Format::Rgba);
        let inputs = [seen, alpha, grids.backdrop, grids.foreground];
        scene.plan.record("foreground_colour", &FOREGROUND_COLOUR, &params, &inputs, &[coloured])?;
        scene.colour = coloured;
        Ok(())
    }
}

/// Colour solved in the band, read by the picture's frame.
fn in_band(scene: &mut Scene<'_>, band: &Band, solved: &Solved) -> Result<(), OpError> {
    let (Some(alpha), Some(painted)) = (scene.alpha.take(), solved.painted) else { return Ok(()) };
    let frames = (&scene.frame, &scene.study.photo);
    let params = ColourParams::new(frames, band.to_working, scene.study.gain);
    let coloured = scene.plan.plane("product", scene.plan.decl(scene.colour).size, Format::Rgba);
    let inputs = [scene.colour, alpha, painted, solved.index];
    scene.plan.record(OP.name, &BAND_COLOUR, &params, &inputs, &[coloured])?;
    scene.colour = coloured;
    Ok(())
}

/// Pixels that are tried as one: wholly product, wholly empty, or an edge.
const CHUNK: usize = 16;

vectorised! {
    fn foreground_colour(job: &mut Job<'_>) {
        let p: ForegroundParams = job.params();
        let [seen, coverage, backdrop, product] = [0, 1, 2, 3].map(|i| job.inputs[i]);
        let columns = Columns::new(job.outputs[0].size.width, backdrop.size.width, p.map);
        for y in job.rows.clone() {
            let from = seen.rgba(i64::from(y));
            let alpha = coverage.gray(i64::from(y));
            let (behind, inside) = (Around::new(&backdrop, y, p.map), Around::new(&product, y, p.map));
            let [r, g, b, a] = job.outputs[0].rgba(y);
            a.copy_from_slice(alpha);
            let mut to = [r, g, b];
            for start in (0..alpha.len()).step_by(CHUNK) {
                let span = start..(start + CHUNK).min(alpha.len());
                let part = &alpha[span.clone()];
                let (empty, full) = (part.iter().all(|a| *a == 0.0), part.iter().all(|a| *a >= 1.0));
                for (run, (to, from)) in to.iter_mut().zip(from).enumerate() {
                    if empty {
                        to[span.clone()].fill(0.0);
                    } else if full {
                        to[span.clone()].copy_from_slice(&from[span.clone()]);
                    } else {
                        for x in span.clone() {
                            let cell = columns.cell(x);
                            to[x] = edge(&p, from[x], alpha[x], || (behind.at(run, cell), inside.at(run, cell)));
                        }
                    }
                }
            }
        }
    }
}

/// One premultiplied channel of one pixel.
#[inline(always)]
fn edge(p: &ForegroundParams, seen: f32, a: f32, grids: impl FnOnce() -> (f32, f32)) -> f32 {
    if a >= 1.0 {
        return seen;
    }
    if a <= 0.0 {
        return 0.0;
    }
    let (behind, inside) = grids();
    let w = a * a / (a * a + p.field * (1.0 - a));
    let known = (seen - (1.0 - a) * behind) / a.max(p.least);
    let mixed = inside + (known - inside) * w;
    a * mixed.max(0.0).min(seen.max(1.0))
}

fn cases() -> Vec<Case> {
    let size = Size::new(13, 11);
    super::testing::colours(|name, colour| {
        let out = colour.size();
        let map = [13.0 / out.width as f32, 0.2, 11.0 / out.height as f32, -0.7];
        let params = ForegroundParams { map, least: 0.05, field: 2.0, pad0: 0.0, pad1: 0.0 };
        let alpha = Plane::gray(out, |x, y| (super::testing::noise(x, y, 3) * 1.6 - 0.3).clamp(0.0, 1.0));
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![colour, alpha, test_grid(10, size), test_grid(20, size)],
            outputs: vec![(out, Format::Rgba)],
        }
    })
}
