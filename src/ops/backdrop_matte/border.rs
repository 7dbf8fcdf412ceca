//! What most of the photograph's border agrees on, and the backdrop that is joined to it.

use super::Backdrop;
use super::photo::Photo;
use crate::ops::field::{Field, Mask, dilate, erode, exp, ln, median, reach, sample};
use crate::ops::luminance;

/// Border segments a side that vote on the backdrop's colour.
const SEGMENTS: usize = 16;
/// Log colours closer than this agree.
const AGREE: f32 = 0.15;
/// Log chroma that the first flood allows around the border's.
const CHROMA: f32 = 0.12;
/// Log luma that the border may differ from its mode.
const SPREAD: f32 = 0.5;
/// How far above the border's log luma the first flood goes.
const ABOVE: f32 = 1.0;
/// The same where a plate is known: noise and stray light.
const BRIGHTER: f32 = 0.06;
/// Grain of a backdrop that has lost half of its light, over that of the clear one: photon noise.
const SHADED_GRAIN: f32 = 1.4;
/// How far below: shadows.
const BELOW: f32 = 1.8;
/// Edges below this many times the backdrop's own are none.
const FLAT: f32 = 3.0;
/// Edges below this are none.
const LEAST_FLAT: f32 = 0.004;

/// Which of the border's segments vote.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voters {
    /// All.
    Around,
    /// The top and the upper half of the sides: what hangs may be cut below.
    Above,
}

/// The border's verdict and what follows from it at once.
pub(in crate::ops) struct Border {
    /// Pixels of the border ring.
    pub(in crate::ops) ring: usize,
    /// Pixels of it that are of the agreed colour.
    pub(in crate::ops) agreed: usize,
    /// Edges and texture in 5 × 5 windows.
    pub(in crate::ops) edges: Field,
    /// Median of the edges of the agreed border; where a plate is known, what shade makes of it.
    pub(in crate::ops) grain: f32,
    /// The agreed log colour.
    pub(in crate::ops) mode: [f32; 3],
    /// Where there are no edges.
    pub(in crate::ops) flat: Mask,
    /// The first flood: flat, of the border's chroma, joined to the border.
    pub(in crate::ops) flood: Mask,
}

impl Border {
    /// Looks at the border for a backdrop and floods from it; `None` where no part of it can be that backdrop.
    pub(super) fn of(photo: &Photo, backdrop: Backdrop) -> Option<Self> {
        let mode = mode(photo, depth(photo), backdrop, Voters::Around)?;
        Some(Self::flood(photo, mode, luminance(mode), ABOVE))
    }

    /// The same where the product may fill the lower half of the border; `None` of an empty picture.
    pub(in crate::ops) fn above(photo: &Photo) -> Option<Self> {
        let mode = mode(photo, depth(photo), Backdrop::Auto, Voters::Above)?;
        Some(Self::flood(photo, mode, luminance(mode), ABOVE))
    }

    /// Floods a photograph that a plate has laid flat: its backdrop has the log colour `mode`, and nothing of
    /// it is brighter.
    pub(super) fn against(photo: &Photo, mode: [f32; 3]) -> Self {
        let luma = ln(luminance(mode.map(exp)));
        let border = Self::flood(photo, mode, luma, BRIGHTER);
        Self { grain: SHADED_GRAIN * border.grain, ..border }
    }

    fn flood(photo: &Photo, mode: [f32; 3], luma: f32, above: f32) -> Self {
        let (width, height, depth) = (photo.width(), photo.height(), depth(photo));
        let edges = photo.edges(mode, 2);
        let inside = |x: usize, y: usize| {
            (depth..width.saturating_sub(depth)).contains(&x)
                && (depth..height.saturating_sub(depth)).contains(&y)
        };
        let ring = width * height - width.saturating_sub(2 * depth) * height.saturating_sub(2 * depth);
        let like = like_border(photo, mode, luma, [-SPREAD, SPREAD]);
        let near = Mask::from_fn(photo.size(), |x, y| !inside(x, y) && like.at(x, y));
        let mut grains: Vec<f32> = sample(&near).into_iter().map(|(x, y)| edges.at(x, y)).collect();
        let grain = median(&mut grains).unwrap_or(0.0);
        let flat = below(&edges, (FLAT * grain).max(LEAST_FLAT));
        let loose = like_border(photo, mode, luma, [-BELOW, above]).and(&flat);
        let flood = dilate(&reach(&erode(&loose, 2), &near), 2);
        Self { ring, agreed: near.count(), edges, grain, mode, flat, flood }
    }
}

/// Depth of the border in pixels.
fn depth(photo: &Photo) -> usize {
    ((0.02 * photo.width().min(photo.height()) as f32).round() as usize).max(4)
}

/// Pixels of the border's chroma whose log luma differs from `luma` by more than `low`, less than `high`.
fn like_border(photo: &Photo, mode: [f32; 3], luma: f32, [low, high]: [f32; 2]) -> Mask {
    let (red, blue) = (mode[0] - mode[1], mode[2] - mode[1]);
    let mut like = Mask::unset(photo.size());
    let planes = photo.luma.values().iter().zip(photo.red.values()).zip(photo.blue.values());
    for (l, ((y, r), b)) in like.values_mut().iter_mut().zip(planes) {
        let d = y - luma;
        *l = (d > low) & (d < high) & ((r - red).abs() < CHROMA) & ((b - blue).abs() < CHROMA);
    }
    like
}

fn below(field: &Field, limit: f32) -> Mask {
    let mut mask = Mask::unset(field.size());
    mask.values_mut().iter_mut().zip(field.values()).for_each(|(m, v)| *m = *v < limit);
    mask
}

/// Median log colour of the largest group of border segments that agree and can be the backdrop.
fn mode(photo: &Photo, depth: usize, backdrop: Backdrop, voters: Voters) -> Option<[f32; 3]> {
    let (width, height) = (photo.width(), photo.height());
    let around = voters == Voters::Around;
    let reach = if around { height } else { height.div_ceil(2) };
    let mut segments = Vec::new();
    for s in 0..SEGMENTS {
        let xs = s * width / SEGMENTS..(s + 1) * width / SEGMENTS;
        let ys = s * reach / SEGMENTS..(s + 1) * reach / SEGMENTS;
        segments.push((xs.clone(), 0..depth.min(height)));
        if around {
            segments.push((xs, height.saturating_sub(depth)..height));
        }
        segments.push((0..depth.min(width), ys.clone()));
        segments.push((width.saturating_sub(depth)..width, ys));
    }
    let middle = |(xs, ys): &(std::ops::Range<usize>, std::ops::Range<usize>)| -> Option<[f32; 3]> {
        let channel = |c: usize| {
            let mut values: Vec<f32> =
                ys.clone().flat_map(|y| photo.log[c].row(y)[xs.clone()].iter().copied()).collect();
            median(&mut values)
        };
        Some([channel(0)?, channel(1)?, channel(2)?])
    };
    let colours: Vec<[f32; 3]> = segments.iter().filter_map(middle).filter(|c| backdrop.admits(*c)).collect();
    let agree = |a: &[f32; 3], b: &[f32; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < AGREE);
    let friends = |a: &[f32; 3]| colours.iter().filter(|b| agree(a, b)).count();
    let leader = colours.iter().rev().max_by_key(|c| friends(c))?;
    Some([0, 1, 2].map(|c| {
        let mut values: Vec<f32> = colours.iter().filter(|b| agree(leader, b)).map(|b| b[c]).collect();
        median(&mut values).unwrap_or(leader[c])
    }))
}
