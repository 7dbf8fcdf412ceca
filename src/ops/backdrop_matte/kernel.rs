//! Alpha at full resolution from the analysis' grids: certain backdrop is 0, certain product is 1, and
//! between them alpha is a local affine map of colour. Twin of shaders/backdrop_matte.wgsl.

use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Rows, Tolerance};
use crate::ops::grid::Columns;
use crate::{params, vectorised};

params! {
    /// Where the grids and the photograph lie.
    pub struct MatteParams {
        /// From pixels to the grids.
        map: [f32; 4],
        /// The photograph in pixels: left, top, right, bottom.
        bounds: [f32; 4],
    }
}

/// Alpha, and colour multiplied by it.
pub static MATTE_ALPHA: Kernel = Kernel {
    name: "matte_alpha",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/grid.wgsl"),
        include_str!("../../../shaders/backdrop_matte.wgsl")
    ),
    inputs: &[
        Input { name: "colour", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "affine", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "backdrop", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "product", format: PortFormat::Rgba, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "matted", format: PortFormat::Rgba }],
    layout: MatteParams::LAYOUT,
    cpu: matte_alpha,
    tolerance: Tolerance {
        max: 1e-3,
        why: "an ulp of the grid position times the steepest step of the affine map, which reaches tens",
    },
    cases,
};

/// The two grid rows around an output row, and which of their columns are certain.
struct Around<'a> {
    rows: [&'a [f32]; 2],
    fy: f32,
    width: usize,
}

impl<'a> Around<'a> {
    #[inline(always)]
    fn new(grid: &Rows<'a>, y: u32, map: [f32; 4]) -> Self {
        let v = (y as f32 * map[2] + map[3]).max(0.0).min((grid.size.height - 1) as f32);
        let y0 = i64::from(v as u32);
        let row = |y: i64| bytemuck::cast_slice(grid.row_bytes(y));
        Self { rows: [row(y0), row(y0 + 1)], fy: v - v.floor(), width: grid.size.width as usize }
    }

    /// Value of a run at a cell.
    #[inline(always)]
    fn at(&self, run: usize, (x0, x1, fx): (u32, u32, f32)) -> f32 {
        let column = |x: u32| {
            let i = run * self.width + x as usize;
            self.rows[0][i] + (self.rows[1][i] - self.rows[0][i]) * self.fy
        };
        let (left, right) = (column(x0), column(x1));
        left + (right - left) * fx
    }
}

vectorised! {
    fn matte_alpha(job: &mut Job<'_>) {
        let p: MatteParams = job.params();
        let [colour, affine, backdrop, product] = [0, 1, 2, 3].map(|i| job.inputs[i]);
        let width = job.outputs[0].size.width;
        let columns = Columns::new(width, affine.size.width, p.map);
        for y in job.rows.clone() {
            let seen = colour.rgba(i64::from(y));
            let [r, g, b, a] = job.outputs[0].rgba(y);
            let centre = y as f32 + 0.5;
            let (map, back, front) = (
                Around::new(&affine, y, p.map),
                Around::new(&backdrop, y, p.map),
                Around::new(&product, y, p.map),
            );
            for (x, alpha) in a.iter_mut().enumerate() {
                let across = x as f32 + 0.5;
                let within = centre >= p.bounds[1] && centre <= p.bounds[3] && across >= p.bounds[0] && across <= p.bounds[2];
                let cell = columns.cell(x);
                *alpha = if !within || back.at(3, cell) > 0.999 {
                    0.0
                } else if front.at(3, cell) > 0.999 {
                    1.0
                } else {
                    let mut sum = map.at(3, cell);
                    for (run, values) in seen.iter().take(3).enumerate() {
                        sum += map.at(run, cell) * values[x];
                    }
                    ((sum - 0.02) / 0.96).max(0.0).min(1.0)
                };
            }
            for (to, from) in [r, g, b].into_iter().zip(seen) {
                for ((o, v), alpha) in to.iter_mut().zip(from).zip(a.iter()) {
                    *o = v * alpha;
                }
            }
        }
    }
}

/// A grid of noise whose fourth run is 0 or 1 in blocks.
pub(in crate::ops) fn test_grid(seed: u32, size: Size) -> Plane {
    use crate::ops::testing::noise;
    Plane::rgba(size, |x, y| {
        let n = |c| noise(x, y, seed + c);
        [n(1), n(2), n(3), if noise(x / 3, y / 3, seed + 4) > 0.6 { 1.0 } else { 0.0 }]
    })
}

fn cases() -> Vec<Case> {
    let size = Size::new(13, 11);
    let affine =
        Plane::rgba(size, |x, y| [0, 1, 2, 3].map(|c| crate::ops::testing::noise(x, y, c) * 4.0 - 2.0));
    crate::ops::testing::colours(|name, colour| {
        let out = colour.size();
        let params = MatteParams {
            map: [13.0 / out.width as f32, 0.2, 11.0 / out.height as f32, -0.7],
            bounds: [0.0, 0.0, out.width as f32, out.height as f32 - 1.0],
        };
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![colour, affine.clone(), test_grid(10, size), test_grid(20, size)],
            outputs: vec![(out, Format::Rgba)],
        }
    })
}
