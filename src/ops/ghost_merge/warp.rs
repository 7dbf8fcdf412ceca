//! A layer of another photograph, laid into this one and lit as it. Twin of shaders/ghost_merge/warp_layer.wgsl.
//!
//! An affine map and a smooth bend say where each pixel lies in the other photograph, which is read by Catmull and
//! Rom's cubic (1974): it gives back the samples themselves where the map hits them. What lies outside of the other
//! photograph, or of the room that the layer may take, is nothing.

use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Rows, Tolerance};
use crate::ops::grid::{Around, Columns};
use crate::ops::testing::{colours, noise};
use crate::{params, vectorised};

params! {
    /// Where the layer comes from, and its light.
    pub struct WarpParams {
        /// From pixels to the other photograph's columns: factors of x and y, offset; columns that are written.
        across: [f32; 4],
        /// From pixels to its rows: factors of x and y, offset; rows that the bend reaches at most.
        down: [f32; 4],
        /// From pixels to the bend: its first two runs are added, in the other photograph's pixels.
        bend_map: [f32; 4],
        /// From pixels to the shade, a factor a channel.
        shade_map: [f32; 4],
        /// From pixels to the room: the share of the layer that is let through.
        room_map: [f32; 4],
        /// Gain of each channel, and 1.
        gain: [f32; 4],
    }
}

/// Premultiplied colour and alpha of the layer.
pub static WARP_LAYER: Kernel = Kernel {
    name: "warp_layer",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/grid.wgsl"),
        include_str!("../../../shaders/ghost_merge/warp_layer.wgsl")
    ),
    inputs: &[
        Input { name: "other", format: PortFormat::Rgba, reach: Reach::Mapped(other_rows) },
        Input { name: "bend", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "shade", format: PortFormat::Rgba, reach: Reach::Whole },
        Input { name: "room", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "layer", format: PortFormat::Rgba }],
    layout: WarpParams::LAYOUT,
    cpu: warp_layer,
    tolerance: Tolerance {
        max: 2e-3,
        why: "an ulp of a position of some thousand pixels, 2.5e-4, times the steepest step between samples",
    },
    cases,
};

/// Rows of the other photograph around output rows.
fn other_rows(params: &[u8], rows: std::ops::Range<u32>) -> std::ops::Range<u32> {
    let p: WarpParams = bytemuck::pod_read_unaligned(params);
    let [by_x, by_y, offset, reach] = p.down;
    let ends = [0.0, p.across[3]].map(|x| {
        [rows.start, rows.end].map(|y| f64::from(by_x) * f64::from(x) + f64::from(by_y) * f64::from(y))
    });
    let all = ends.iter().flatten().map(|v| v + f64::from(offset));
    let lo = all.clone().fold(f64::INFINITY, f64::min) - f64::from(reach);
    let hi = all.fold(f64::NEG_INFINITY, f64::max) + f64::from(reach);
    let limit = f64::from(u32::MAX);
    (lo.floor() - 3.0).clamp(0.0, limit) as u32..(hi.ceil() + 4.0).clamp(0.0, limit) as u32
}

vectorised! {
    fn warp_layer(job: &mut Job<'_>) {
        let p: WarpParams = job.params();
        let [other, bend, shade, room] = [0, 1, 2, 3].map(|i| job.inputs[i]);
        let width = job.outputs[0].size.width;
        let bends = Columns::new(width, bend.size.width, p.bend_map);
        let shades = Columns::new(width, shade.size.width, p.shade_map);
        let rooms = Columns::new(width, room.size.width, p.room_map);
        for y in job.rows.clone() {
            let lines = [
                Around::new(&bend, y, p.bend_map),
                Around::new(&shade, y, p.shade_map),
                Around::new(&room, y, p.room_map),
            ];
            let [r, g, b, alpha] = job.outputs[0].rgba(y);
            for x in 0..alpha.len() {
                let share = lines[2].at(0, rooms.cell(x));
                let mut sum = [0.0; 4];
                if share > 0.0 {
                    let cell = bends.cell(x);
                    let (fx, fy) = (x as f32, y as f32);
                    let u = p.across[0] * fx + p.across[1] * fy + p.across[2] + lines[0].at(0, cell);
                    let v = p.down[0] * fx + p.down[1] * fy + p.down[2] + lines[0].at(1, cell);
                    sum = read(&other, u, v);
                }
                let light = [0, 1, 2].map(|c| lines[1].at(c, shades.cell(x)) * p.gain[c]);
                r[x] = (sum[0] * light[0]).max(0.0) * share;
                g[x] = (sum[1] * light[1]).max(0.0) * share;
                b[x] = (sum[2] * light[2]).max(0.0) * share;
                alpha[x] = (sum[3].max(0.0) * share).min(share);
            }
        }
    }
}

/// A colour plane between its pixels; nothing outside of it.
#[inline(always)]
fn read(plane: &Rows<'_>, u: f32, v: f32) -> [f32; 4] {
    let (w, h) = (plane.size.width as i64, i64::from(plane.size.height));
    let inside = u >= -0.5 && v >= -0.5 && u <= w as f32 - 0.5 && v <= h as f32 - 0.5;
    if !inside {
        return [0.0; 4];
    }
    let (u0, v0) = (u.floor(), v.floor());
    let (wx, wy) = (cubic(u - u0), cubic(v - v0));
    let columns = [-1, 0, 1, 2].map(|d| (u0 as i64 + d).clamp(0, w - 1) as usize);
    let mut sum = [0.0; 4];
    for (j, wy) in wy.into_iter().enumerate() {
        let runs = plane.rgba(v0 as i64 + j as i64 - 1);
        for (sum, run) in sum.iter_mut().zip(runs) {
            let line = columns.iter().zip(wx).fold(0.0, |line, (x, wx)| line + wx * run[*x]);
            *sum += wy * line;
        }
    }
    sum
}

/// Catmull and Rom's weights of the four samples around a place, `t` past the second.
#[inline(always)]
fn cubic(t: f32) -> [f32; 4] {
    let s = t * t;
    let c = s * t;
    [2.0 * s - c - t, 3.0 * c - 5.0 * s + 2.0, 4.0 * s - 3.0 * c + t, c - s].map(|w| 0.5 * w)
}

fn cases() -> Vec<Case> {
    let grid = Size::new(9, 7);
    let bend =
        Plane::rgba(grid, |x, y| [noise(x, y, 1) - 0.5, noise(x, y, 2) - 0.5, 0.0, 0.0].map(|v| 3.0 * v));
    let shade = Plane::rgba(grid, |x, y| [3, 4, 5, 6].map(|c| 0.2 + noise(x, y, c)));
    let room = Plane::gray(grid, |x, y| (2.0 * noise(x, y, 7) - 0.5).clamp(0.0, 1.0));
    colours(|name, other| {
        let size = other.size();
        let out = Size::new(size.width + 5, size.height.div_ceil(2) + 1);
        let map = [9.0 / out.width as f32, 0.1, 7.0 / out.height as f32, -0.3];
        let params = WarpParams {
            across: [0.93, -0.21, 1.4, out.width as f32],
            down: [0.17, 1.9, -2.3, 1.5],
            bend_map: map,
            shade_map: map,
            room_map: map,
            gain: [1.3, 0.9, 0.7, 1.0],
        };
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![other, bend.clone(), shade.clone(), room.clone()],
            outputs: vec![(out, Format::Rgba)],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_back_as_they_are_and_slopes_stay_slopes() {
        let plane = Plane::rgba(Size::new(9, 8), |x, y| [x as f32, y as f32, noise(x, y, 3), 1.0]);
        let rows = Rows::of(&plane);
        assert_eq!(read(&rows, 4.0, 5.0), plane.rgba_at(4, 5), "on a sample");
        let between = read(&rows, 3.3, 4.8);
        assert!((between[0] - 3.3).abs() < 1e-5 && (between[1] - 4.8).abs() < 1e-5, "{between:?}");
        assert!((between[3] - 1.0).abs() < 1e-6);
        for (u, v) in [(-0.6, 3.0), (8.6, 3.0), (3.0, -0.6), (3.0, 7.6), (f32::NAN, 2.0)] {
            assert_eq!(read(&rows, u, v), [0.0; 4], "outside at {u} {v}");
        }
    }

    #[test]
    fn the_rows_that_are_named_are_enough() {
        let case = &cases()[0];
        let p: WarpParams = bytemuck::pod_read_unaligned(&case.params);
        let (out, _) = case.outputs[0];
        for y in 0..out.height {
            let named = other_rows(&case.params, y..y + 1);
            for x in 0..out.width {
                for bend in [-1.5, 1.5] {
                    let v = p.down[0] * x as f32 + p.down[1] * y as f32 + p.down[2] + bend;
                    let (first, last) = (v.floor() - 1.0, v.floor() + 2.0);
                    assert!(first.max(0.0) as u32 >= named.start && (last.max(0.0) as u32) < named.end);
                }
            }
        }
    }
}
