//! The solution of a coarser level between the pixels of the next: where the finer solve begins.
//! Twin of shaders/band/enlarge.wgsl.

use super::cases;
use super::halo::{entry, halo, tile};
use super::tiles::{PRODUCT, SIDE};
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// Nothing to choose.
    pub(super) struct EnlargeParams {
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

/// A state whose alpha is the coarser one.
pub(super) static BAND_ENLARGE: Kernel = Kernel {
    name: "band_enlarge",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/tile.wgsl"),
        include_str!("../../../shaders/band/enlarge.wgsl")
    ),
    inputs: &[
        Input { name: "coarse", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "tiles", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "clean", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "fine", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[Output { name: "next", format: PortFormat::Rgba }],
    layout: EnlargeParams::LAYOUT,
    cpu: enlarge,
    tolerance: Tolerance { max: 1e-6, why: "the same four products" },
    cases: || {
        cases::each(|name, case| Case {
            name,
            params: vec![0; 16],
            inputs: vec![
                case.coarse_state.clone(),
                case.coarse_table.clone(),
                case.light.clone(),
                case.table.clone(),
            ],
            outputs: vec![(case.size, Format::Rgba)],
        })
    },
};

const WIDE: usize = SIDE + 2;

vectorised! {
    fn enlarge(job: &mut Job<'_>) {
        let [coarse, tiles, clean] = [0, 1, 2].map(|i| job.inputs[i]);
        let mut rimmed = [[0.0_f32; WIDE]; WIDE];
        for slot in job.rows.clone() {
            let entry = entry(job, 3, slot);
            let known = tile(&clean, 3, slot as usize);
            let [alpha, moved, likely, weight] = job.outputs[0].rgba(slot);
            moved.fill(0.0);
            likely.fill(0.0);
            weight.fill(0.0);
            let parent = entry[2];
            if parent < 0.0 {
                alpha.fill(if parent == PRODUCT { 1.0 } else { 0.0 });
            } else {
                halo::<1, WIDE>(&coarse, 0, tiles.gray(parent as i64), &mut rimmed);
                // The quarter of the parent that this tile covers.
                let (left, top) = (entry[0] as usize % 2 * SIDE / 2, entry[1] as usize % 2 * SIDE / 2);
                for y in 0..SIDE {
                    let (v0, v1) = pair(top + y / 2, y);
                    for x in 0..SIDE {
                        let (u0, u1) = pair(left + x / 2, x);
                        let near = 0.75 * rimmed[v0][u0] + 0.25 * rimmed[v0][u1];
                        let far = 0.75 * rimmed[v1][u0] + 0.25 * rimmed[v1][u1];
                        alpha[y * SIDE + x] = 0.75 * near + 0.25 * far;
                    }
                }
            }
            for (a, known) in alpha.iter_mut().zip(known) {
                *a = if *known == 0.5 { *a } else { *known };
            }
        }
    }
}

/// Rimmed places of the coarse pixel around a fine one, and of the next nearest.
#[inline(always)]
pub(super) fn pair(coarse: usize, fine: usize) -> (usize, usize) {
    (coarse + 1, if fine.is_multiple_of(2) { coarse } else { coarse + 2 })
}
