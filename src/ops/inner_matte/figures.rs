//! Whether an inner shot can be used: cut, clipped, of other light, or blurred, in numbers and in words.
//!
//! Light is compared by the two backdrops, sharpness by the outlines of the garment; cloth is never compared with
//! cloth, since the inside of a garment need not look like its outside.

use serde::Serialize;

use super::view::rows_of;
use crate::image::Size;
use crate::ops::backdrop_matte::photo::Photo;
use crate::ops::field::Mask;
use crate::ops::{Flag, Side, luminance};

/// Light from which a channel counts as clipped, and below which as black.
const CLIPPED: [f32; 2] = [0.985, 0.002];
/// Share of the garment's height in which a cut side cuts the shoulders.
const SHOULDERS: f32 = 0.2;
/// Share of a side that is more than a trifle.
const TRIFLE: f32 = 0.01;
/// Stops by which the backdrops' light may differ.
const STOPS: f32 = 1.0;
/// Ratio of edge widths from which the inner shot is blurred, and the least width in pixels that is.
const BLURRED: (f32, f32) = (1.6, 2.5);

/// The sides that cut a garment.
pub(super) struct Sides {
    pub(super) cut: Vec<Side>,
    /// At the neck or the shoulders.
    pub(super) above: bool,
}

impl Sides {
    pub(super) fn of(garment: &Mask) -> Self {
        let (width, height) = (garment.width(), garment.height());
        let [first, last] = rows_of(garment);
        let deep = first as f32 + SHOULDERS * (last - first) as f32;
        let touches = |side: Side| -> (usize, usize, bool) {
            let upright = |x: usize| {
                let hit = |y: &usize| garment.at(x, *y);
                (height, (0..height).filter(hit).count(), (0..height).any(|y| hit(&y) && (y as f32) < deep))
            };
            let level = |y: usize| (width, garment.row(y).iter().filter(|v| **v).count());
            match side {
                Side::Left => upright(0),
                Side::Right => upright(width - 1),
                Side::Top => (level(0).0, level(0).1, true),
                Side::Bottom => (level(height - 1).0, level(height - 1).1, false),
            }
        };
        if width == 0 || height == 0 {
            return Self { cut: Vec::new(), above: false };
        }
        let mut found = Self { cut: Vec::new(), above: false };
        for side in Side::ALL {
            let (length, count, above) = touches(side);
            if count as f32 > TRIFLE * length as f32 {
                found.cut.push(side);
                found.above |= above;
            }
        }
        found
    }
}

/// Shares of the garment that are too bright and too dark to be read.
pub(super) fn clipped(photo: &Photo, garment: &Mask) -> [f32; 2] {
    let [mut bright, mut dark] = [0_usize; 2];
    let all = garment.count();
    for (i, _) in garment.values().iter().enumerate().filter(|(_, v)| **v) {
        let light = photo.light.each_ref().map(|p| p.values()[i]);
        bright += usize::from(light.iter().any(|v| *v > CLIPPED[0]));
        dark += usize::from(light.iter().all(|v| *v < CLIPPED[1]));
    }
    [bright, dark].map(|n| n as f32 / all.max(1) as f32)
}

/// What an inner shot is compared with: the front shot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Against {
    /// The front's backdrop, linear light.
    pub backdrop: [f32; 3],
    /// Width of the front's edges in its pixels, where it is known ([`edge_width`](super::edge_width)).
    pub edge: Option<f32>,
    /// Size of the front photograph.
    pub size: Size,
}

/// The inner shot against the front shot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Stops by which the inner shot's backdrop is brighter.
    pub stops: f32,
    /// Gains of red and blue against green that bring its white to the front's.
    pub balance: [f32; 2],
    /// Sharpness of its edges over the front's, each against its picture's size; `None` where one is not known.
    pub sharpness: Option<f32>,
}

/// Compares an inner shot with the front shot. `backdrop` is its own backdrop's light, `edge` the width of its edges
/// in its pixels, where known, `size` that of the photograph.
#[must_use]
pub fn compare(backdrop: [f32; 3], edge: Option<f32>, size: Size, front: &Against) -> (Figures, Vec<Flag>) {
    let safe = |v: f32| if v.is_finite() { v.max(1e-4) } else { 1e-4 };
    let [own, theirs] = [backdrop, front.backdrop].map(|c| c.map(safe));
    let stops = (luminance(own) / luminance(theirs)).log2();
    let ratio = |c: usize| (theirs[c] / own[c]) / (theirs[1] / own[1]);
    let scale = size.long_side().max(1) as f32 / front.size.long_side().max(1) as f32;
    let sharpness = edge.zip(front.edge).map(|(own, theirs)| theirs.max(1.0) * scale / own.max(1.0));
    let figures = Figures { stops, balance: [ratio(0), ratio(2)], sharpness };
    let mut flags = Vec::new();
    if stops.abs() > STOPS {
        let how = if stops < 0.0 { "darker" } else { "brighter" };
        let reason = format!(
            "the inner shot is {:.1} stops {how} than the front: reshoot it with the front's exposure",
            stops.abs()
        );
        flags.push(Flag { code: "inner-exposure", reason });
    }
    let blurred = sharpness.is_some_and(|s| s < 1.0 / BLURRED.0) && edge.is_some_and(|e| e > BLURRED.1);
    if let (true, Some(s)) = (blurred, sharpness) {
        let reason = format!(
            "the inner shot is blurred: its edges are {:.1} times as wide as the front's; reshoot it in focus",
            1.0 / s
        );
        flags.push(Flag { code: "inner-blurred", reason });
    }
    (figures, flags)
}
