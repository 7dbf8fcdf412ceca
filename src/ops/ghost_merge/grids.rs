//! The merge's numbers as small planes over the front shot's frame: the bend, the room of the layer, the light inside.

use super::Depth;
use super::front::Front;
use super::light::Light;
use super::record::Grid;
use super::register::Registration;
use super::seen::Seen;
use crate::image::{Plane, Size, Window};
use crate::ops::Frame;
use crate::ops::field::{Mask, distance};

/// The layer goes so far beneath the garment, as a share of the picture's long side: a soft edge must not see the end.
const BENEATH: f64 = 0.008;
/// Proxy pixels around what comes to light that are solved too, so that no end of the solution shows.
const AROUND: u16 = 12;
/// Proxy pixels a cell of the bend's grid.
const BEND: u32 = 8;

/// What the bend adds to the map, in inner photograph pixels; `inner` of them make a pixel of the inner proxy.
pub(super) fn bent(place: &Registration, front: &Seen, inner: f64) -> Grid {
    let nodes = place.grid(front.light.size(), BEND);
    let plane = Plane::rgba(nodes.size(), |x, y| nodes.rgba_at(x, y).map(|v| (f64::from(v) * inner) as f32));
    // The first node lies on the picture's corner.
    let step = f64::from(BEND) * front.frame.scale();
    let (x, y) = (front.frame.window.x - 0.5 * step, front.frame.window.y - 0.5 * step);
    let [width, height] = [nodes.size().width, nodes.size().height].map(|n| f64::from(n) * step);
    Grid { frame: Frame { window: Window { x, y, width, height }, size: nodes.size() }, plane: plane.into() }
}

/// The light inside, scaled where a person says how much of it there is.
pub(super) fn shade(light: &Light, frame: &Frame, depth: Depth) -> Grid {
    let scale = match depth {
        Depth::Said(middle) => middle / light.range[1].max(1e-3),
        Depth::Auto => 1.0,
    };
    let cells = &light.shade;
    let size = cells.planes[0].size();
    let plane = Plane::rgba(size, |x, y| {
        let [r, g, b] = [0, 1, 2].map(|c| scale * cells.planes[c].at(x as usize, y as usize));
        [r, g, b, 1.0]
    });
    let side = |n: u32| f64::from(n << cells.shift) * frame.scale();
    let window = Window { width: side(size.width), height: side(size.height), ..frame.window };
    Grid { frame: Frame { window, size }, plane: plane.into() }
}

/// The part of an inner proxy of this size that shows through a room, with some pixels around it.
pub(super) fn needed(room: &Grid, front: &Frame, size: Size, at: impl Fn([f64; 2]) -> [f64; 2]) -> Mask {
    let mut seen = Mask::new(size);
    let offset = [room.frame.window.x - front.window.x, room.frame.window.y - front.window.y];
    let [left, top] = offset.map(|v| v / front.scale());
    let shown = room.plane.size();
    for (x, y) in (0..shown.height).flat_map(|y| (0..shown.width).map(move |x| (x, y))) {
        if room.plane.gray_at(x, y) > 0.0 {
            let [u, v] = at([f64::from(x) + 0.5 + left, f64::from(y) + 0.5 + top]);
            if u >= 0.0 && v >= 0.0 && u < f64::from(size.width) && v < f64::from(size.height) {
                seen.row_mut(v as usize)[u as usize] = true;
            }
        }
    }
    let near = distance(&seen, AROUND + 1);
    Mask::from_fn(size, |x, y| near.at(x, y) <= f32::from(AROUND))
}

/// The room, and a strip of it beneath the garment; cut to what is not empty, with nothing around it.
pub(super) fn beneath(room: &Mask, front: &Front<'_>) -> Grid {
    let (size, seen) = (room.size(), &front.seen);
    let strip = (BENEATH * f64::from(size.long_side())).ceil().clamp(2.0, 60.0) as u16;
    let near = distance(room, strip + 1);
    let held = |x: usize, y: usize| {
        let (garment, form) = (seen.alpha.at(x, y), front.mannequin.at(x, y));
        room.at(x, y) || near.at(x, y) <= f32::from(strip) && garment > (1.0 - garment - form).max(0.0)
    };
    let (mut left, mut right, mut top, mut bottom) = (size.width, 0, size.height, 0);
    for (x, y) in (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y))) {
        if held(x as usize, y as usize) {
            (left, right) = (left.min(x), right.max(x + 1));
            (top, bottom) = (top.min(y), bottom.max(y + 1));
        }
    }
    let (left, top) = (i64::from(left.min(right)) - 1, i64::from(top.min(bottom)) - 1);
    let part = Size::new((i64::from(right) + 1 - left) as u32, (i64::from(bottom) + 1 - top) as u32);
    let plane = Plane::gray(part, |x, y| {
        let (x, y) = (i64::from(x) + left, i64::from(y) + top);
        let inside = (0..i64::from(size.width)).contains(&x) && (0..i64::from(size.height)).contains(&y);
        f32::from(u8::from(inside && held(x as usize, y as usize)))
    });
    let scale = seen.frame.scale();
    let window = Window {
        x: seen.frame.window.x + left as f64 * scale,
        y: seen.frame.window.y + top as f64 * scale,
        width: f64::from(part.width) * scale,
        height: f64::from(part.height) * scale,
    };
    Grid { frame: Frame { window, size: part }, plane: plane.into() }
}
