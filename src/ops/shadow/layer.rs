//! The shadow at full resolution: what is left of the backdrop's light, a number a pixel.
//!
//! Near the product it comes from the colours seen behind it, which the band has solved pixel by pixel; farther
//! away, where a shadow is smooth, from the analysis' grid. Twin of shaders/shadow_layer.wgsl.

use super::{FLOOR, cut};
use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::backdrop_matte::Shade;
use crate::ops::backdrop_matte::photo::DARK;
use crate::ops::band::{BACKDROP, SIDE, light};
use crate::ops::field::{exp, ln};
use crate::ops::grid::{Around, Columns};
use crate::ops::testing::{SIZES, noise};
use crate::ops::{OpError, Scene, luminance};
use crate::plan::PlaneId;
use crate::{params, vectorised};

params! {
    /// Where the grids lie, and how the light of the tiles is read.
    pub(super) struct LayerParams {
        /// From pixels to the grids.
        map: [f32; 4],
        /// From the tiles' light to working light: red, and its share of luminance.
        red: [f32; 4],
        /// Green.
        green: [f32; 4],
        /// Blue.
        blue: [f32; 4],
        /// Transmission at which the shadow begins to vanish.
        floor_start: f32,
        /// Transmission at which it is gone.
        floor_end: f32,
        /// Added before a logarithm.
        dark: f32,
        /// Unused.
        pad0: f32,
    }
}

/// The transmission of a photograph.
pub(super) static SHADOW_LAYER: Kernel = Kernel {
    name: "shadow_layer",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/grid.wgsl"),
        include_str!("../../../shaders/shadow_layer.wgsl")
    ),
    inputs: &[
        Input { name: "transmission", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "gain", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "clear", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "behind", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "index", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "layer", format: PortFormat::Gray }],
    layout: LayerParams::LAYOUT,
    cpu: shadow_layer,
    tolerance: Tolerance {
        max: 1e-4,
        why: "logarithms and powers of two libraries, and a grid position's ulp",
    },
    cases,
};

/// Records the layer; `gain` is a grid of powers.
pub(super) fn record(scene: &mut Scene<'_>, shade: &Shade, gain: Plane) -> Result<PlaneId, OpError> {
    let photo = scene.study.photo;
    let (to_working, factor) =
        scene.study.band.as_ref().map_or(([[0.0; 3]; 3], [1.0; 3]), |b| (b.to_working, scene.study.gain));
    let weights = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(luminance);
    let mut rows = light(to_working, factor);
    rows.iter_mut().zip(weights).for_each(|(row, weight)| row[3] = weight);
    let [red, green, blue] = rows;
    let map = photo.map_to(&scene.study.proxy_frame);
    let [floor_start, floor_end] = FLOOR;
    let params = LayerParams { map, red, green, blue, floor_start, floor_end, dark: DARK, pad0: 0.0 };
    let plan = &mut *scene.plan;
    let transmission = plan.constant("transmission", shade.transmission.clone());
    let gain = plan.constant("gain", gain);
    let clear = plan.constant("clear light", shade.clear.clone());
    let solved = scene.band.and_then(|band| Some((band.behind?, band.index)));
    let (behind, index) = solved.unwrap_or_else(|| {
        let places =
            Size::new(photo.size.width.div_ceil(SIDE as u32), photo.size.height.div_ceil(SIDE as u32));
        let nothing = plan.constant("no band", Plane::zeros(Size::new(256, 1), Format::Rgba));
        (nothing, plan.constant("no tiles", Plane::gray(places, |_, _| BACKDROP)))
    });
    let layer = plan.plane("shadow", photo.size, Format::Gray);
    plan.record("shadow", &SHADOW_LAYER, &params, &[transmission, gain, clear, behind, index], &[layer])?;
    Ok(layer)
}

vectorised! {
    fn shadow_layer(job: &mut Job<'_>) {
        let p: LayerParams = job.params();
        let [transmission, gain, clear, behind, index] = [0, 1, 2, 3, 4].map(|i| job.inputs[i]);
        let columns = Columns::new(job.outputs[0].size.width, transmission.size.width, p.map);
        for y in job.rows.clone() {
            let [grid, power, open] = [&transmission, &gain, &clear].map(|g| Around::new(g, y, p.map));
            let slots = index.gray(i64::from(y) / SIDE as i64);
            for (x, o) in job.outputs[0].gray(y).iter_mut().enumerate() {
                let (cell, slot) = (columns.cell(x), slots[x / SIDE]);
                let t = if slot >= 0.0 {
                    let at = y as usize % SIDE * SIDE + x % SIDE;
                    let [r, g, b, _] = behind.rgba(slot as i64);
                    left(&p, [r[at], g[at], b[at]], open.at(0, cell))
                } else {
                    grid.at(0, cell)
                };
                let t = exp(power.at(0, cell) * ln(t.max(1e-6))).min(1.0);
                *o = cut(t, p.floor_start, p.floor_end);
            }
        }
    }
}

/// What a colour behind the product is of the clear backdrop's light.
#[inline(always)]
fn left(p: &LayerParams, [r, g, b]: [f32; 3], clear: f32) -> f32 {
    let log = |row: [f32; 4]| row[3] * ln((row[0] * r + row[1] * g + row[2] * b).max(0.0) + p.dark);
    exp(log(p.red) + log(p.green) + log(p.blue) - clear).min(1.0)
}

fn cases() -> Vec<Case> {
    let grid = |seed: u32, from: f32, to: f32| {
        Plane::gray(Size::new(13, 11), |x, y| from + (to - from) * noise(x, y, seed))
    };
    let case = |size: Size| {
        let map = [13.0 / size.width as f32, 0.2, 11.0 / size.height as f32, -0.7];
        let row = |r: usize| {
            std::array::from_fn(|c| {
                if c == 3 {
                    [0.26, 0.68, 0.06][r]
                } else if c == r {
                    0.9
                } else {
                    0.05
                }
            })
        };
        let params = LayerParams {
            map,
            red: row(0),
            green: row(1),
            blue: row(2),
            floor_start: 0.97,
            floor_end: 0.99,
            dark: 2e-3,
            pad0: 0.0,
        };
        let tiles = Plane::rgba(Size::new(256, 5), |x, y| [0, 1, 2, 3].map(|c| noise(x, y, 20 + c)));
        let places = Size::new(size.width.div_ceil(SIDE as u32), size.height.div_ceil(SIDE as u32));
        let index = Plane::gray(places, |x, y| ((noise(x, y, 9) * 7.0) as i32 - 2) as f32);
        Case {
            name: format!("noise {size}"),
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![grid(5, 0.5, 1.0), grid(6, 0.0, 2.0), grid(7, -1.0, 0.0), tiles, index],
            outputs: vec![(size, Format::Gray)],
        }
    };
    SIZES.into_iter().map(case).collect()
}
