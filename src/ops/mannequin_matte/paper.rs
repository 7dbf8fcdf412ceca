//! What is not backdrop: garment, mannequin and stand together, against the empty set or what the border says of it.
//!
//! The empty set is its plate, or light that the picture's own border shows, continued inwards as a smooth surface of
//! each channel. Two seeds are certain, what equals it and what differs by more than shade on paper does, and meet at
//! the edge between. Knows no garment and no mannequin.

use super::flood::flood;
use super::signs::{Logs, Signs, Steps, difference, edges};
use super::tint::Tint;
use crate::image::Size;
use crate::ops::field::{Field, Mask, Surface, dilate, erode, median, open, reach};
use crate::ops::luminance;

/// Log luma that paper may be off by, unseen shade and uneven light.
const EVEN: f32 = 0.08;
/// Log luma of shade on paper, and its steepest step from pixel to pixel.
const SHADE: [f32; 2] = [-0.35, 0.02];
/// Log luma below which it is no paper.
const DARK: f32 = -0.12;
/// Log luma above which it is none: a highlight.
const BRIGHT: f32 = 0.3;
/// Steepest shade on paper: log luma from pixel to pixel.
const STEEP: f32 = 0.12;
/// Log chroma that noise does not explain, and that eight-bit codes make by themselves.
const CODES: [f32; 2] = [0.001, 0.006];
/// Deviations of chroma, of means of nine pixels: 3.7 of each of the two numbers.
const SURE: f32 = 0.9;
/// Steps that count as edges.
const STEPS: Steps = Steps { luma: 0.08, chroma: 0.02 };
/// Cost of a pixel without an edge.
const PLAIN: f32 = 0.1;
/// Share of the short side that is border.
const BORDER: f32 = 0.03;
/// Log luma and chroma by which the border's pixels may be off its median, to speak for the backdrop.
const NEAR: [f32; 2] = [0.35, 0.1];

/// Fits of the border, each without the pixels that the one before leaves out: what the frame cuts is no backdrop.
const ROUNDS: usize = 4;
/// Median deviations from which a pixel is left out, and the least such step.
const OUTLIER: f32 = 3.0;
const LEAST: f32 = 0.01;

/// The backdrop as the border shows it, in logarithms, and the share of the border that agrees.
pub(super) fn behind(logs: &Logs) -> Option<([Field; 3], f32)> {
    let [_, green, _] = &logs.log;
    let size = green.size();
    let border = ring(size);
    let values = |f: &dyn Fn([f32; 3]) -> f32| -> Option<f32> {
        median(
            &mut border.iter().map(|(x, y)| f(logs.log.each_ref().map(|c| c.at(*x, *y)))).collect::<Vec<_>>(),
        )
    };
    let middle = [values(&luminance)?, values(&|[r, g, _]| r - g)?, values(&|[_, g, b]| b - g)?];
    let speaks = |(x, y): &&(usize, usize)| {
        let [r, g, b] = logs.log.each_ref().map(|c| c.at(*x, *y));
        (luminance([r, g, b]) - middle[0]).abs() < NEAR[0]
            && (r - g - middle[1]).abs() < NEAR[1]
            && (b - g - middle[2]).abs() < NEAR[1]
    };
    let voters: Vec<(usize, usize)> = border.iter().filter(speaks).copied().collect();
    let agreed = voters.len() as f32 / border.len().max(1) as f32;
    let (w, h) = (size.width as f32, size.height as f32);
    let place = |x: usize, y: usize| [(x as f32 + 0.5) / w - 0.5, (y as f32 + 0.5) / h - 0.5];
    let samples = |plane: &Field, voters: &[(usize, usize)]| -> Vec<[f32; 3]> {
        let sample = |(x, y): &(usize, usize)| {
            let [u, v] = place(*x, *y);
            [u, v, plane.at(*x, *y)]
        };
        voters.iter().map(sample).collect()
    };
    let mut voters = voters;
    for _ in 0..ROUNDS {
        let green = level(&Surface::fit(&samples(green, &voters))?, size);
        let error = |(x, y): &(usize, usize)| (logs.log[1].at(*x, *y) - green.at(*x, *y)).abs();
        let spread = median(&mut voters.iter().map(error).collect::<Vec<f32>>())?;
        let limit = (OUTLIER * spread).max(LEAST);
        voters.retain(|p| error(p) < limit);
    }
    let [r, g, b] =
        logs.log.each_ref().map(|plane| Surface::fit(&samples(plane, &voters)).map(|s| level(&s, size)));
    Some(([r?, g?, b?], agreed))
}

/// Pixels of the border.
fn ring(size: Size) -> Vec<(usize, usize)> {
    let (width, height) = (size.width as usize, size.height as usize);
    let depth = ((BORDER * width.min(height) as f32) as usize).max(4);
    let inside = |i: usize, n: usize| i >= depth && i + depth < n;
    (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .filter(|(x, y)| !(inside(*x, width) && inside(*y, height)))
        .collect()
}

/// A surface's values.
fn level(surface: &Surface, size: Size) -> Field {
    let mut field = Field::unset(size);
    surface.fill(field.width(), field.values_mut());
    field
}

/// Where a picture is not its backdrop, both in logarithms.
pub(super) fn apart(log: &[Field; 3], behind: &[Field; 3]) -> Mask {
    let d = difference(log, behind);
    let signs = Signs::of(&d);
    let chroma = signs.chroma(&Tint::none([0.0; 2]));
    let tolerance = (CODES[0] + SURE * signs.noise[1]).max(CODES[1]);
    let calm = |x: usize, y: usize, slack: f32| signs.texture.at(x, y) < 3.0 * signs.noise[0] + 0.01 + slack;
    let even = |x: usize, y: usize| chroma.at(x, y) < tolerance && signs.luma.at(x, y).abs() < EVEN;
    let size = d[0].size();
    let sure = open(&Mask::from_fn(size, |x, y| even(x, y) && calm(x, y, 0.0)), 2);
    let joined = Mask::from_fn(size, |x, y| {
        let (slope, luma) = (signs.slope.at(x, y), signs.luma.at(x, y));
        let shade = slope < SHADE[1] && luma < EVEN && luma > SHADE[0] && chroma.at(x, y) < tolerance;
        (even(x, y) && slope < STEEP || shade) && calm(x, y, 0.3 * slope)
    });
    let joined = open(&joined, 1).or(&sure);
    let empty = reach(&joined, &sure);
    let near = dilate(&empty, 1);
    let other = Mask::from_fn(size, |x, y| {
        let l = signs.luma.at(x, y);
        !near.at(x, y)
            && (chroma.at(x, y) > 1.5 * tolerance
                || !(DARK..=BRIGHT).contains(&l)
                || signs.texture.at(x, y) > 4.0 * signs.noise[0] + 0.03)
    });
    // Opened by three, then two less: an edge's own pixels are no seed.
    let other = erode(&open(&other, 3), 2);
    let step = lesser(edges(&d, STEPS), &edges(log, STEPS));
    let mut costs = [Field::unset(size), Field::unset(size)];
    for (i, e) in step.values().iter().enumerate() {
        let plain = PLAIN + e * e / (1.0 + e);
        costs[0].values_mut()[i] = plain + (chroma.values()[i] / tolerance - 1.0).clamp(0.0, 3.0);
        costs[1].values_mut()[i] = plain;
    }
    flood([&empty, &other], costs.each_ref())
}

/// The lesser of two fields.
pub(super) fn lesser(mut a: Field, b: &Field) -> Field {
    a.values_mut().iter_mut().zip(b.values()).for_each(|(a, b)| *a = a.min(*b));
    a
}
