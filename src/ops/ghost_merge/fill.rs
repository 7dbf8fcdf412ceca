//! Small holes of a layer, closed by what is beside them. Twin of shaders/ghost_merge/fill_layer.wgsl.
//!
//! Only where a recipe asks for it, only in holes that the analysis has named, and never farther than a few pixels
//! from what was photographed: what is filled is smooth, counted, and marked in the provenance plane.

use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Job, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::grid::{Around, Columns};
use crate::ops::testing::{colours, noise};
use crate::params;

/// Largest distance that is bridged, in pixels.
pub const MOST: u32 = 8;

params! {
    /// Where the holes are, and how far they are closed.
    pub struct FillParams {
        /// From pixels to the holes.
        map: [f32; 4],
        /// Pixels from what was photographed, at most [`MOST`].
        radius: u32,
        /// Unused.
        pad0: u32,
        /// Unused.
        pad1: u32,
        /// Unused.
        pad2: u32,
    }
}

/// The layer, with its holes closed: each pixel takes the mean around it, weighted by `1 / (1 + d²)`.
pub static FILL_LAYER: Kernel = Kernel {
    name: "fill_layer",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/grid.wgsl"),
        include_str!("../../../shaders/ghost_merge/fill_layer.wgsl")
    ),
    inputs: &[
        Input { name: "layer", format: PortFormat::Rgba, reach: Reach::Rows(MOST) },
        Input { name: "holes", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "filled", format: PortFormat::Rgba }],
    layout: FillParams::LAYOUT,
    cpu: fill_layer,
    tolerance: Tolerance { max: 1e-5, why: "sums of up to 200 products in the same order" },
    cases,
};

fn fill_layer(job: &mut Job<'_>) {
    let p: FillParams = job.params();
    let [layer, holes] = [0, 1].map(|i| job.inputs[i]);
    let size = job.outputs[0].size;
    let columns = Columns::new(size.width, holes.size.width, p.map);
    let r = i64::from(p.radius);
    for y in job.rows.clone() {
        let around = Around::new(&holes, y, p.map);
        let from = layer.rgba(i64::from(y));
        let mut to = job.outputs[0].rgba(y);
        to.iter_mut().zip(from).for_each(|(to, from)| to.copy_from_slice(from));
        for x in 0..from[3].len() {
            let own = from[3][x];
            if own >= 1.0 || around.at(0, columns.cell(x)) <= 0.5 {
                continue;
            }
            let mut sum = [0.0_f32; 4];
            let rows = (-r..=r).filter(|j| (0..i64::from(size.height)).contains(&(i64::from(y) + j)));
            for j in rows {
                let runs = layer.rgba(i64::from(y) + j);
                let inside =
                    |i: &i64| (0..i64::from(size.width)).contains(&(x as i64 + i)) && i * i + j * j <= r * r;
                for i in (-r..=r).filter(inside) {
                    let weight = (1 + i * i + j * j) as f32;
                    let at = (x as i64 + i) as usize;
                    sum.iter_mut().zip(runs).for_each(|(sum, run)| *sum += run[at] / weight);
                }
            }
            if sum[3] > 0.0 {
                let left = 1.0 - own;
                to.iter_mut().zip(sum).for_each(|(to, s)| to[x] += left * (s / sum[3]));
            }
        }
    }
}

fn cases() -> Vec<Case> {
    let grid = Size::new(7, 9);
    colours(|name, layer| {
        let size = layer.size();
        let params = FillParams {
            map: [7.0 / size.width as f32, 0.1, 9.0 / size.height as f32, -0.3],
            radius: 4,
            pad0: 0,
            pad1: 0,
            pad2: 0,
        };
        // Well away from the threshold that both twins compare with.
        let holes = Plane::gray(grid, |x, y| f32::from(u8::from(noise(x, y, 5) > 0.4)) * 0.9 + 0.02);
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![layer, holes],
            outputs: vec![(size, Format::Rgba)],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Rows, RowsMut};

    fn run(layer: &Plane, holes: &Plane, radius: u32) -> Plane {
        let size = layer.size();
        let mut filled = Plane::zeros(size, Format::Rgba);
        let out = RowsMut { size, format: Format::Rgba, first: 0, bytes: filled.bytes_mut() };
        let params = FillParams { map: [1.0, 0.0, 1.0, 0.0], radius, pad0: 0, pad1: 0, pad2: 0 };
        fill_layer(&mut Job {
            params: bytemuck::bytes_of(&params),
            rows: 0..size.height,
            inputs: &[Rows::of(layer), Rows::of(holes)],
            outputs: &mut [out],
        });
        filled
    }

    #[test]
    fn a_hole_of_even_cloth_becomes_that_cloth_and_no_more() {
        let size = Size::new(40, 20);
        let gap = |x: u32| (18..22).contains(&x);
        let layer = Plane::rgba(size, |x, _| if gap(x) { [0.0; 4] } else { [0.3, 0.2, 0.1, 1.0] });
        let holes = Plane::gray(size, |x, y| f32::from(u8::from(gap(x) && y < 10)));
        let filled = run(&layer, &holes, 4);
        let close = |p: [f32; 4]| {
            p.into_iter().zip([0.3, 0.2, 0.1, 1.0]).all(|(a, b): (f32, f32)| (a - b).abs() < 1e-5)
        };
        assert!((18..22).all(|x| close(filled.rgba_at(x, 4))));
        assert!((18..22).all(|x| filled.rgba_at(x, 15) == [0.0; 4]), "only named holes");
        assert_eq!(run(&layer, &holes, 1).rgba_at(20, 4), [0.0; 4], "no farther than the radius");
        assert_eq!(filled.rgba_at(3, 3), layer.rgba_at(3, 3));
    }
}
