//! The product in a picture, whatever its place and scale: as seen where alpha is 1, in the colour that the
//! band was painted with at the soft edge, nothing where alpha is 0. Twin of shaders/band/colour.wgsl.
//!
//! Colour under alpha 0 is not kept: the result is premultiplied.

use super::cases;
use super::record::samples;
use super::spread::nearest;
use super::tiles::{PRODUCT, SIDE};
use crate::image::{Format, Matrix3, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Rows, Tolerance};
use crate::ops::Frame;
use crate::ops::testing::noise;
use crate::{params, vectorised};

params! {
    /// Where the picture lies in the photograph, and what has happened to its colours since.
    pub struct ColourParams {
        /// From pixels of the picture to those of the photograph.
        map: [f32; 4],
        /// Size of the photograph in pixels.
        size: [f32; 4],
        /// From the photograph's light to the picture's: red.
        red: [f32; 4],
        /// Green.
        green: [f32; 4],
        /// Blue.
        blue: [f32; 4],
        /// Samples along each side of a pixel.
        samples: u32,
        /// Unused.
        pad0: u32,
        /// Unused.
        pad1: u32,
        /// Unused.
        pad2: u32,
    }
}

impl ColourParams {
    /// Parameters for a picture: `frames` are the picture's and the photograph's, then the photograph's
    /// primaries in working light, and the factor of each working channel that ops have applied since.
    #[must_use]
    pub fn new((frame, photo): (&Frame, &Frame), to_working: Matrix3, gain: [f32; 3]) -> Self {
        Self::at(frame.map_to(photo), photo.size, samples(frame), light(to_working, gain))
    }

    fn at(map: [f32; 4], photo: Size, samples: u32, [red, green, blue]: [[f32; 4]; 3]) -> Self {
        let size = [photo.width as f32, photo.height as f32, 0.0, 0.0];
        Self { map, size, red, green, blue, samples, pad0: 0, pad1: 0, pad2: 0 }
    }
}

/// Rows of a matrix with a factor each.
pub(in crate::ops) fn light(to_working: Matrix3, gain: [f32; 3]) -> [[f32; 4]; 3] {
    [0, 1, 2].map(|r| {
        let [a, b, c] = to_working[r].map(|v| v * gain[r]);
        [a, b, c, 0.0]
    })
}

/// Premultiplied product.
pub static BAND_COLOUR: Kernel = Kernel {
    name: "band_colour",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/band/colour.wgsl")
    ),
    inputs: &[
        Input { name: "seen", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "alpha", format: PortFormat::Gray, reach: Reach::Rows(0) },
        Input { name: "painted", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "index", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "product", format: PortFormat::Rgba }],
    layout: ColourParams::LAYOUT,
    cpu: colour,
    tolerance: Tolerance { max: 1e-5, why: "a mean of the same samples" },
    cases: || {
        cases::each(|name, case| {
            let pixels = case.picture;
            let size = Size::new(pixels.width.div_ceil(2) + 3, pixels.height.div_ceil(2) + 3);
            let map = [1.75, -2.125, 1.75, -1.625];
            let matrix = [[0.6, 0.3, 0.1], [0.1, 0.9, 0.0], [0.0, 0.1, 0.9]];
            let params = ColourParams::at(map, pixels, 2, light(matrix, [1.1, 1.0, 0.9]));
            let seen = Plane::rgba(size, |x, y| [noise(x, y, 1), noise(x, y, 2), noise(x, y, 3), 1.0]);
            let alpha = Plane::gray(size, |x, y| (noise(x, y, 4) * 1.5 - 0.25).clamp(0.0, 1.0));
            Case {
                name,
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![seen, alpha, case.light.clone(), case.index.clone()],
                outputs: vec![(size, Format::Rgba)],
            }
        })
    },
};

/// Weight of a sample without product: where there is no other, its colour is the best guess.
const LITTLE: f32 = 1e-4;

vectorised! {
    fn colour(job: &mut Job<'_>) {
        let by: ColourParams = job.params();
        let [seen, alpha, painted, index] = [0, 1, 2, 3].map(|i| job.inputs[i]);
        for y in job.rows.clone() {
            let seen = seen.rgba(i64::from(y));
            let alpha = alpha.gray(i64::from(y));
            let [r, g, b, a] = job.outputs[0].rgba(y);
            a.copy_from_slice(alpha);
            for (x, alpha) in alpha.iter().enumerate() {
                let own = [seen[0][x], seen[1][x], seen[2][x]];
                let colour = if *alpha <= 0.0 {
                    [0.0; 3]
                } else if *alpha >= 1.0 {
                    own
                } else {
                    edge(&by, [&painted, &index], x, y, own).map(|v| v * alpha)
                };
                (r[x], g[x], b[x]) = (colour[0], colour[1], colour[2]);
            }
        }
    }
}

/// The straight colour of a pixel that the product covers in part.
#[inline(always)]
fn edge(by: &ColourParams, [painted, index]: [&Rows<'_>; 2], x: usize, y: u32, seen: [f32; 3]) -> [f32; 3] {
    let part = |i: u32| (i as f32 + 0.5) / by.samples as f32 - 0.5;
    let (mut sum, mut weights) = ([0.0_f32; 3], 0.0_f32);
    for j in 0..by.samples {
        let v = nearest((y as f32 + part(j)) * by.map[2] + by.map[3]);
        for i in 0..by.samples {
            let u = nearest((x as f32 + part(i)) * by.map[0] + by.map[1]);
            if u < 0.0 || v < 0.0 || u >= by.size[0] || v >= by.size[1] {
                continue;
            }
            let (u, v) = (u as usize, v as usize);
            let slot = index.gray((v / SIDE) as i64)[u / SIDE];
            if slot >= 0.0 {
                let at = v % SIDE * SIDE + u % SIDE;
                let [r, g, b, a] = painted.rgba(slot as i64);
                let weight = a[at] + LITTLE;
                weights += weight;
                for (s, row) in sum.iter_mut().zip([by.red, by.green, by.blue]) {
                    *s += weight * (row[0] * r[at] + row[1] * g[at] + row[2] * b[at]);
                }
            } else if slot == PRODUCT {
                weights += 1.0;
                (0..3).for_each(|c| sum[c] += seen[c]);
            }
        }
    }
    if weights > 0.0 { sum.map(|v| v / weights) } else { seen }
}
