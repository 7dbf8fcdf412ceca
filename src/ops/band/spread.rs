//! From the band back to a picture: alpha of every pixel of a frame, whatever its place and scale.
//! Twin of shaders/band/spread.wgsl.
//!
//! The same for confidence, whose certain tiles are 1. Alpha is coverage, so a smaller picture's is the mean of what each of its pixels covers.

use super::cases;
use super::tiles::{PRODUCT, SIDE};
use crate::image::{Format, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Rows, Tolerance};
use crate::{params, vectorised};

params! {
    /// Where the picture lies in the photograph.
    pub(super) struct SpreadParams {
        /// From pixels of the picture to those of the photograph.
        map: [f32; 4],
        /// Size of the photograph in pixels.
        size: [f32; 4],
        /// Samples along each side of a pixel.
        samples: u32,
        /// The number where there certainly is backdrop: of alpha 0, of a confidence 1.
        backdrop: f32,
        /// Unused.
        pad0: u32,
        /// Unused.
        pad1: u32,
    }
}

/// Alpha of a picture.
pub(super) static BAND_SPREAD: Kernel = Kernel {
    name: "band_spread",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/band/spread.wgsl")
    ),
    inputs: &[
        Input { name: "band", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "index", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "alpha", format: PortFormat::Gray }],
    layout: SpreadParams::LAYOUT,
    cpu: spread,
    tolerance: Tolerance { max: 1e-6, why: "the mean of the same samples" },
    cases: || {
        cases::each(|name, case| {
            let pixels = case.picture;
            let size = Size::new(pixels.width.div_ceil(2) + 3, pixels.height.div_ceil(2) + 3);
            let params = SpreadParams {
                map: [1.75, -2.125, 1.75, -1.625],
                size: [pixels.width as f32, pixels.height as f32, 0.0, 0.0],
                samples: 2,
                backdrop: 0.25,
                pad0: 0,
                pad1: 0,
            };
            Case {
                name,
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![case.number(5), case.index.clone()],
                outputs: vec![(size, Format::Gray)],
            }
        })
    },
};

vectorised! {
    fn spread(job: &mut Job<'_>) {
        let by: SpreadParams = job.params();
        let [band, index] = [0, 1].map(|i| job.inputs[i]);
        let share = 1.0 / (by.samples * by.samples) as f32;
        let part = |i: u32| (i as f32 + 0.5) / by.samples as f32 - 0.5;
        for y in job.rows.clone() {
            let row = job.outputs[0].gray(y);
            row.fill(0.0);
            for j in 0..by.samples {
                let v = nearest((y as f32 + part(j)) * by.map[2] + by.map[3]);
                if v < 0.0 || v >= by.size[1] {
                    continue;
                }
                for (x, alpha) in row.iter_mut().enumerate() {
                    for i in 0..by.samples {
                        let u = nearest((x as f32 + part(i)) * by.map[0] + by.map[1]);
                        if u >= 0.0 && u < by.size[0] {
                            *alpha += share * look(&band, &index, u as usize, v as usize, by.backdrop);
                        }
                    }
                }
            }
        }
    }
}

/// The whole number nearest to a place.
#[inline(always)]
pub(super) fn nearest(place: f32) -> f32 {
    (place + 0.5).floor()
}

/// The number of a pixel of the photograph.
#[inline(always)]
fn look(band: &Rows<'_>, index: &Rows<'_>, x: usize, y: usize, backdrop: f32) -> f32 {
    let slot = index.gray((y / SIDE) as i64)[x / SIDE];
    if slot >= 0.0 {
        band.gray(slot as i64)[y % SIDE * SIDE + x % SIDE]
    } else if slot == PRODUCT {
        1.0
    } else {
        backdrop
    }
}
