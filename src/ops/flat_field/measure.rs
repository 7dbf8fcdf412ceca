//! What a photograph of nothing tells of the light: its blocks, and how uneven they are.
//!
//! A block's colour is the median of its logarithms a channel, so that dust and grain do not count; clipped and black
//! parts are left out. Nothing is fitted here.

use crate::image::{Plane, Size};
use crate::ops::field::{Mask, ln, quantile};
use crate::ops::luminance;

/// Blocks along the long side.
const BLOCKS: u32 = 80;
/// Light that is believed: above it a sensor clips, below it there is only noise.
const BELIEVED: [f32; 2] = [0.002, 0.97];
/// Share of a block's pixels that must be usable.
const LEAST: usize = 2;

/// A block: its place from −1 to 1 across and down, and its log light.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) place: [f64; 2],
    /// Red, green, blue.
    pub(super) log: [f32; 3],
}

/// The usable blocks of a picture, and how many there are in all.
pub(super) struct Blocks {
    pub(super) usable: Vec<Block>,
    pub(super) all: usize,
}

impl Blocks {
    /// The blocks of a picture; `span` is its window's width and height over those of the photograph, since a proxy's
    /// last pixels may reach beyond it. `only` says which pixels count.
    pub(super) fn of(picture: &Plane, span: [f64; 2], only: Option<&Mask>) -> Self {
        let size = picture.size();
        let side = size.long_side().div_ceil(BLOCKS).max(1);
        let mut blocks = Self { usable: Vec::new(), all: 0 };
        for (x, y) in steps(size.height, side).flat_map(|y| steps(size.width, side).map(move |x| (x, y))) {
            blocks.all += 1;
            let corner = [(x + side).min(size.width), (y + side).min(size.height)];
            if let Some(log) = block(picture, [x, y], corner, only) {
                let centre = |from: u32, to: u32, length: u32, span: f64| {
                    f64::from(from + to) / f64::from(length) * span - 1.0
                };
                let across = centre(x, corner[0], size.width, span[0]);
                let place = [across, centre(y, corner[1], size.height, span[1])];
                blocks.usable.push(Block { place, log });
            }
        }
        blocks
    }

    /// Share of the blocks that are usable.
    pub(super) fn share(&self) -> f64 {
        self.usable.len() as f64 / self.all.max(1) as f64
    }

    /// How uneven the blocks' luminance is once `gain` (of a place) is on it: its 95th percentile less its 5th, over
    /// its median.
    pub(super) fn unevenness(&self, gain: impl Fn([f64; 2]) -> [f64; 3]) -> f32 {
        let mut levels: Vec<f32> = self
            .usable
            .iter()
            .map(|block| {
                let gain = gain(block.place);
                luminance([0, 1, 2].map(|c| (f64::from(block.log[c]).exp() * gain[c]) as f32))
            })
            .collect();
        let at = [0.05, 0.5, 0.95].map(|q| quantile(&mut levels, q).unwrap_or(0.0));
        (at[2] - at[0]) / at[1].max(1e-6)
    }
}

fn steps(length: u32, side: u32) -> impl Iterator<Item = u32> {
    (0..length).step_by(side as usize)
}

/// The median log light of a block; `None` where too little of it is usable.
fn block(picture: &Plane, [x0, y0]: [u32; 2], [x1, y1]: [u32; 2], only: Option<&Mask>) -> Option<[f32; 3]> {
    let mut lights: [Vec<f32>; 3] = Default::default();
    for (x, y) in (y0..y1).flat_map(|y| (x0..x1).map(move |x| (x, y))) {
        let [r, g, b, _] = picture.rgba_at(x, y);
        let counts = only.is_none_or(|mask| mask.at(x as usize, y as usize));
        if counts && [r, g, b].iter().all(|v| (BELIEVED[0]..BELIEVED[1]).contains(v)) {
            lights.iter_mut().zip([r, g, b]).for_each(|(all, v)| all.push(ln(v)));
        }
    }
    let pixels = Size::new(x1 - x0, y1 - y0).pixels();
    if lights[0].len() * LEAST < pixels {
        return None;
    }
    let [r, g, b] = lights.each_mut().map(|all| quantile(all, 0.5));
    Some([r?, g?, b?])
}
