//! Product over shadow: what the photograph's backdrop has less than white, as a black layer under the product.
//! Twin of shaders/backdrop_white.wgsl.

use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::grid::{Around, Columns};
use crate::ops::shadow::FLOOR;
use crate::ops::transfer::unit;
use crate::ops::{luminance, testing};
use crate::{params, vectorised};

params! {
    /// Where the grids lie, and what is kept.
    pub(super) struct WhiteParams {
        /// From pixels to the grids.
        map: [f32; 4],
        /// What the product's light is multiplied by.
        lift: f32,
        /// 0 no shadow, 1 as photographed.
        strength: f32,
        /// Transmission at which the shadow begins to vanish.
        floor_start: f32,
        /// Transmission at which it is gone.
        floor_end: f32,
    }
}

/// The product over the backdrop's shadow, a black layer.
pub(super) static WHITEN_BACKDROP: Kernel = Kernel {
    name: "whiten_backdrop",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/grid.wgsl"),
        include_str!("../../../shaders/backdrop_white.wgsl")
    ),
    inputs: &[
        Input { name: "product", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "seen", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "transmission", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "whitening", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "whitened", format: PortFormat::Rgba }],
    layout: WhiteParams::LAYOUT,
    cpu: whiten_backdrop,
    tolerance: Tolerance {
        max: 2e-3,
        why: "an ulp of the grid position times the steepest step of transmission, times the floor's slope of 75",
    },
    cases,
};

vectorised! {
    fn whiten_backdrop(job: &mut Job<'_>) {
        let p: WhiteParams = job.params();
        let [product, seen, transmission, whitening] = [0, 1, 2, 3].map(|i| job.inputs[i]);
        let columns = Columns::new(job.outputs[0].size.width, transmission.size.width, p.map);
        for y in job.rows.clone() {
            let (shade, white) = (Around::new(&transmission, y, p.map), Around::new(&whitening, y, p.map));
            let [r, g, b, a] = product.rgba(i64::from(y));
            let [seen_r, seen_g, seen_b, seen_a] = seen.rgba(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            for (to, from) in [(to_r, r), (to_g, g), (to_b, b)] {
                to.iter_mut().zip(from).for_each(|(o, v)| *o = p.lift * v);
            }
            for x in 0..a.len() {
                let rest = 1.0 - unit(a[x]);
                to_a[x] = a[x];
                if rest > 0.0 {
                    let cell = columns.cell(x);
                    let more = luminance([seen_r[x], seen_g[x], seen_b[x]]) - luminance([r[x], g[x], b[x]]);
                    let (t, gain, unread) = (shade.at(0, cell), white.at(0, cell), 1.0 - unit(seen_a[x]));
                    let lit = more.max(0.0) * gain + unread * t;
                    to_a[x] += rest * p.strength * shadow(&p, t, lit, gain, rest);
                }
            }
        }
    }
}

/// The light that is lost: `t` as the grid has it, and `lit` as the pixel does of the `rest` that is not product, by
/// the gain that makes the backdrop white.
#[inline(always)]
fn shadow(p: &WhiteParams, t: f32, lit: f32, gain: f32, rest: f32) -> f32 {
    let measured = (lit / rest.max(1e-3)).min(1.0);
    // A wrong colour of the product is wrong by this much more on white than it was in the photograph.
    let doubt = (gain - 1.0).max(0.0) * (1.0 - rest);
    let share = t + (measured - t) * (rest * rest / (rest * rest + doubt * doubt));
    let rising = |t: f32| {
        let s = unit((t - p.floor_start) / (p.floor_end - p.floor_start));
        s * s * (3.0 - 2.0 * s)
    };
    (1.0 - share) * (1.0 - rising(share)) * (1.0 - rising(t))
}

fn cases() -> Vec<Case> {
    let grid = |seed: u32, from: f32, to: f32| {
        Plane::gray(Size::new(13, 11), |x, y| from + (to - from) * testing::noise(x, y, seed))
    };
    testing::colours(|name, colour| {
        let size = colour.size();
        let params = WhiteParams {
            map: [13.0 / size.width as f32, 0.2, 11.0 / size.height as f32, -0.7],
            lift: 1.1,
            strength: 0.9,
            floor_start: FLOOR[0],
            floor_end: FLOOR[1],
        };
        let seen = Plane::rgba(size, |x, y| {
            let n = |c: u32| testing::noise(x, y, 40 + c);
            [n(1), n(2), n(3), if x % 5 == 4 { 0.0 } else { 1.0 }]
        });
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![colour, seen, grid(5, 0.5, 1.02), grid(6, 1.0, 2.0)],
            outputs: vec![(size, Format::Rgba)],
        }
    })
}
