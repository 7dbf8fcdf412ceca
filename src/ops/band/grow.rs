//! The colours of a coarser level between the pixels of the next: where the finer level begins.
//! Twin of shaders/band/grow.wgsl.

use super::cases;
use super::enlarge::pair;
use super::halo::{entry, halo};
use super::tiles::SIDE;
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// Nothing to choose.
    pub(super) struct GrowParams {
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

/// Colours of product and backdrop, twice as fine.
pub(super) static BAND_GROW: Kernel = Kernel {
    name: "band_grow",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/tile.wgsl"),
        include_str!("../../../shaders/band/grow.wgsl")
    ),
    inputs: &[
        Input { name: "product", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "backdrop", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "tiles", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "fine", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[
        Output { name: "next_product", format: PortFormat::Rgba },
        Output { name: "next_backdrop", format: PortFormat::Rgba },
    ],
    layout: GrowParams::LAYOUT,
    cpu: grow,
    tolerance: Tolerance { max: 1e-6, why: "the same four products" },
    cases: || {
        cases::each(|name, case| Case {
            name,
            params: vec![0; 16],
            inputs: vec![
                case.coarse_state.clone(),
                case.coarse_state.clone(),
                case.coarse_table.clone(),
                case.table.clone(),
            ],
            outputs: vec![(case.size, Format::Rgba), (case.size, Format::Rgba)],
        })
    },
};

const WIDE: usize = SIDE + 2;

vectorised! {
    fn grow(job: &mut Job<'_>) {
        let tiles = job.inputs[2];
        let mut rimmed = [[0.0_f32; WIDE]; WIDE];
        for slot in job.rows.clone() {
            let entry = entry(job, 3, slot);
            let parent = (entry[2] >= 0.0).then(|| tiles.gray(entry[2] as i64));
            let (left, top) = (entry[0] as usize % 2 * SIDE / 2, entry[1] as usize % 2 * SIDE / 2);
            for class in 0..2 {
                let coarse = job.inputs[class];
                let [r, g, b, unused] = job.outputs[class].rgba(slot);
                unused.fill(0.0);
                for (run, to) in [r, g, b].into_iter().enumerate() {
                    let Some(parent) = parent else {
                        to.fill(0.0);
                        continue;
                    };
                    halo::<1, WIDE>(&coarse, run, parent, &mut rimmed);
                    quarter(&rimmed, left, top, to);
                }
            }
        }
    }
}

/// The quarter of a tile that begins at (left, top), twice as fine.
#[inline(always)]
fn quarter(rimmed: &[[f32; WIDE]; WIDE], left: usize, top: usize, to: &mut [f32]) {
    for y in 0..SIDE {
        let (v0, v1) = pair(top + y / 2, y);
        for x in 0..SIDE {
            let (u0, u1) = pair(left + x / 2, x);
            let near = 0.75 * rimmed[v0][u0] + 0.25 * rimmed[v0][u1];
            let far = 0.75 * rimmed[v1][u0] + 0.25 * rimmed[v1][u1];
            to[y * SIDE + x] = 0.75 * near + 0.25 * far;
        }
    }
}
