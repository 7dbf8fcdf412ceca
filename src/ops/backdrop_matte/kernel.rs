//! Alpha at full resolution from the analysis' grids: certain backdrop is 0, certain product is 1, and
//! between them alpha is a local affine map of colour. Twin of shaders/backdrop_matte.wgsl.

use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::grid::{Around, Columns};
use crate::ops::transfer::unit;
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

/// Alpha.
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
    outputs: &[Output { name: "alpha", format: PortFormat::Gray }],
    layout: MatteParams::LAYOUT,
    cpu: matte_alpha,
    tolerance: Tolerance {
        max: 1e-3,
        why: "an ulp of the grid position times the steepest step of the affine map, which reaches tens",
    },
    cases,
};

vectorised! {
    fn matte_alpha(job: &mut Job<'_>) {
        let p: MatteParams = job.params();
        let [colour, affine, backdrop, product] = [0, 1, 2, 3].map(|i| job.inputs[i]);
        let columns = Columns::new(job.outputs[0].size.width, affine.size.width, p.map);
        for y in job.rows.clone() {
            let seen = colour.rgba(i64::from(y));
            let out = job.outputs[0].gray(y);
            let centre = y as f32 + 0.5;
            if centre < p.bounds[1] || centre > p.bounds[3] {
                out.fill(0.0);
                continue;
            }
            let grids = Grids {
                affine: Around::new(&affine, y, p.map),
                backdrop: Around::new(&backdrop, y, p.map),
                product: Around::new(&product, y, p.map),
            };
            let mut from = 0;
            let mut state = None;
            for span in columns.spans() {
                let here = grids.state(&p, &columns, span);
                if state.is_some_and(|s| s != here) {
                    grids.fill(&p, &columns, state.unwrap_or(here), from..span.start, seen, out);
                    from = span.start;
                }
                state = Some(here);
            }
            let end = columns.width();
            grids.fill(&p, &columns, state.unwrap_or(State::Open), from..end, seen, out);
        }
    }
}

/// What is known of a run of pixels without looking at each.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Backdrop,
    Product,
    Open,
}

/// The grids around one output row.
struct Grids<'a> {
    affine: Around<'a>,
    backdrop: Around<'a>,
    product: Around<'a>,
}

impl Grids<'_> {
    /// What is known of the columns between two grid columns.
    #[inline(always)]
    fn state(&self, p: &MatteParams, columns: &Columns, span: &std::ops::Range<usize>) -> State {
        let (x0, x1, _) = columns.cell(span.start);
        if span.start as f32 + 0.5 < p.bounds[0] || span.end as f32 - 0.5 > p.bounds[2] {
            State::Open
        } else if self.backdrop.all_ones(3, x0, x1) {
            State::Backdrop
        } else if self.product.all_ones(3, x0, x1) {
            State::Product
        } else {
            State::Open
        }
    }

    /// Writes a run of pixels of one state.
    #[inline(always)]
    fn fill(
        &self,
        p: &MatteParams,
        columns: &Columns,
        state: State,
        span: std::ops::Range<usize>,
        seen: [&[f32]; 4],
        out: &mut [f32],
    ) {
        match state {
            State::Backdrop => out[span].fill(0.0),
            State::Product => out[span].fill(1.0),
            State::Open => {
                for x in span {
                    out[x] = self.alpha(p, columns, x, seen);
                }
            }
        }
    }

    /// Alpha of one pixel.
    #[inline(always)]
    fn alpha(&self, p: &MatteParams, columns: &Columns, x: usize, seen: [&[f32]; 4]) -> f32 {
        let (across, cell) = (x as f32 + 0.5, columns.cell(x));
        if across < p.bounds[0] || across > p.bounds[2] || self.backdrop.at(3, cell) > 0.999 {
            return 0.0;
        }
        if self.product.at(3, cell) > 0.999 {
            return 1.0;
        }
        let mut sum = self.affine.at(3, cell);
        for (run, values) in seen.iter().take(3).enumerate() {
            sum += self.affine.at(run, cell) * values[x];
        }
        unit((sum - 0.02) / 0.96)
    }
}

params! {
    /// Nothing to set.
    pub struct NoParams {
        /// Unused.
        pad0: u32,
        /// Unused.
        pad1: u32,
        /// Unused.
        pad2: u32,
        /// Unused.
        pad3: u32,
    }
}

/// Colour multiplied by alpha.
pub static APPLY_ALPHA: Kernel = Kernel {
    name: "apply_alpha",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/apply_alpha.wgsl")
    ),
    inputs: &[
        Input { name: "colour", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "alpha", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[Output { name: "matted", format: PortFormat::Rgba }],
    layout: NoParams::LAYOUT,
    cpu: apply_alpha,
    tolerance: Tolerance { max: 1e-6, why: "one product" },
    cases: apply_cases,
};

vectorised! {
    fn apply_alpha(job: &mut Job<'_>) {
        for y in job.rows.clone() {
            let seen = job.inputs[0].rgba(i64::from(y));
            let alpha = job.inputs[1].gray(i64::from(y));
            let [r, g, b, a] = job.outputs[0].rgba(y);
            for (to, from) in [r, g, b].into_iter().zip(seen) {
                for ((o, v), alpha) in to.iter_mut().zip(from).zip(alpha) {
                    *o = v * alpha;
                }
            }
            a.copy_from_slice(alpha);
        }
    }
}

/// Alpha of a picture that has it, as a plane of its own.
pub static TAKE_ALPHA: Kernel = Kernel {
    name: "take_alpha",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/take_alpha.wgsl")
    ),
    inputs: &[Input { name: "colour", format: PortFormat::Rgba, reach: Reach::Rows(0) }],
    outputs: &[Output { name: "alpha", format: PortFormat::Gray }],
    layout: NoParams::LAYOUT,
    cpu: take_alpha,
    tolerance: Tolerance { max: 0.0, why: "a copy, clamped" },
    cases: || {
        crate::ops::testing::colours(|name, colour| Case {
            name,
            params: bytemuck::bytes_of(&NoParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 }).to_vec(),
            outputs: vec![(colour.size(), Format::Gray)],
            inputs: vec![colour],
        })
    },
};

vectorised! {
    fn take_alpha(job: &mut Job<'_>) {
        for y in job.rows.clone() {
            let [_, _, _, alpha] = job.inputs[0].rgba(i64::from(y));
            job.outputs[0].gray(y).iter_mut().zip(alpha).for_each(|(o, a)| *o = unit(*a));
        }
    }
}

fn apply_cases() -> Vec<Case> {
    crate::ops::testing::colours(|name, colour| {
        let size = colour.size();
        Case {
            name,
            params: bytemuck::bytes_of(&NoParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 }).to_vec(),
            inputs: vec![colour, Plane::gray(size, |x, y| crate::ops::testing::noise(x, y, 9))],
            outputs: vec![(size, Format::Rgba)],
        }
    })
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
            outputs: vec![(out, Format::Gray)],
        }
    })
}
