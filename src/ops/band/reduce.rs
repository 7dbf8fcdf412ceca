//! The evidence of a finer level summed into a coarser one: each pixel hears the four that it covers. What is
//! in no finer tile says nothing. Twin of shaders/band/reduce.wgsl.

use super::cases;
use super::halo::{entry, tile};
use super::tiles::{PIXELS, SIDE};
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Rows, Tolerance};
use crate::{params, vectorised};

params! {
    /// Nothing to choose.
    pub(super) struct ReduceParams {
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

/// Sums of evidence.
pub(super) static BAND_REDUCE: Kernel = Kernel {
    name: "band_reduce",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/band/reduce.wgsl")
    ),
    inputs: &[
        Input { name: "product", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "backdrop", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "both", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "index", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "coarse", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[
        Output { name: "product_sum", format: PortFormat::Rgba },
        Output { name: "backdrop_sum", format: PortFormat::Rgba },
        Output { name: "both_sum", format: PortFormat::Gray },
    ],
    layout: ReduceParams::LAYOUT,
    cpu: reduce,
    tolerance: Tolerance { max: 1e-6, why: "the same four summands" },
    cases: || {
        cases::each(|name, case| {
            let size = case.coarse_state.size();
            Case {
                name,
                params: vec![0; 16],
                inputs: vec![
                    case.state.clone(),
                    case.light.clone(),
                    case.number(3),
                    case.index.clone(),
                    case.coarse_table.clone(),
                ],
                outputs: vec![(size, Format::Rgba), (size, Format::Rgba), (size, Format::Gray)],
            }
        })
    },
};

vectorised! {
    fn reduce(job: &mut Job<'_>) {
        let [product, backdrop, both, index] = [0, 1, 2, 3].map(|i| job.inputs[i]);
        for slot in job.rows.clone() {
            let entry = entry(job, 4, slot);
            let (left, top) = (2 * entry[0] as usize, 2 * entry[1] as usize);
            for quarter in 0..4 {
                let child = child(&index, left + quarter % 2, top + quarter / 2);
                for (run, to) in job.outputs[0].rgba(slot).into_iter().enumerate() {
                    sum(child.map(|c| tile(&product, run, c)), quarter, to);
                }
                for (run, to) in job.outputs[1].rgba(slot).into_iter().enumerate() {
                    sum(child.map(|c| tile(&backdrop, run, c)), quarter, to);
                }
                sum(child.map(|c| tile(&both, 0, c)), quarter, job.outputs[2].gray(slot));
            }
        }
    }
}

/// Row of the band of the finer tile at a place, where there is one.
#[inline(always)]
fn child(index: &Rows<'_>, x: usize, y: usize) -> Option<usize> {
    if x >= index.size.width as usize || y >= index.size.height as usize {
        return None;
    }
    let slot = index.gray(y as i64)[x];
    (slot >= 0.0).then_some(slot as usize)
}

/// A finer tile into its quarter of a coarser one.
#[inline(always)]
fn sum(from: Option<&[f32; PIXELS]>, quarter: usize, to: &mut [f32]) {
    const HALF: usize = SIDE / 2;
    for y in 0..HALF {
        let start = (quarter / 2 * HALF + y) * SIDE + quarter % 2 * HALF;
        let line = &mut to[start..start + HALF];
        let Some(tile) = from else {
            line.fill(0.0);
            continue;
        };
        for (x, v) in line.iter_mut().enumerate() {
            let at = 2 * y * SIDE + 2 * x;
            *v = (tile[at] + tile[at + 1]) + (tile[at + SIDE] + tile[at + SIDE + 1]);
        }
    }
}
