//! How wide the garment's outline is at full resolution: contrast across the edge over its steepest slope.
//!
//! An outline before even paper is in every shot, whatever the cloth; its width is the lens's, the focus' and the
//! motion's. A Gaussian spread of σ pixels measures √(2π)·σ.

use crate::image::{Image, Size};
use crate::ops::Frame;
use crate::ops::field::{Mask, distance, median, sample};

/// Pixels of the picture to each side that are read.
const REACH: usize = 16;
/// Pixels at the ends of a profile that tell the two levels.
const LEVEL: usize = 6;
/// Least contrast, in 8-bit codes, of an edge that is measured.
const CONTRAST: f32 = 24.0;
/// About this many places are measured, and the fewest that tell.
const PLACES: usize = 512;
const FEWEST: usize = 24;
/// Proxy pixels from the picture's rim within which no outline is measured.
const RIM: usize = 4;

/// Width in photograph pixels of the outline of `garment`, a mask on the small picture at `frame`; `None` where too
/// little of it stands out.
#[must_use]
pub fn edge_width(image: &Image, frame: &Frame, garment: &Mask) -> Option<f32> {
    let size = image.size();
    let channels = image.samples().1 as usize;
    let middle = usize::from(channels > 1);
    let code = |x: usize, y: usize| f32::from(image.code8((y * size.width as usize + x) * channels + middle));
    outline(&|x, y| between(size, x, y, code), garment, frame.scale() as f32).map(|o| o.width)
}

/// How an outline looks in a picture, in its pixels.
pub(super) struct Outline {
    /// Its width.
    pub(super) width: f32,
    /// How far inside the mask it lies: where half of the contrast is passed, seen from the outside.
    pub(super) inside: f32,
}

/// A code of a picture at a place, pixel centres on whole numbers; `None` outside it.
type CodeAt<'a> = dyn Fn(f32, f32) -> Option<f32> + 'a;

/// The outline of a mask in a picture that has `scale` pixels for one of the mask's.
pub(super) fn outline(code: &CodeAt<'_>, garment: &Mask, scale: f32) -> Option<Outline> {
    let (width, height) = (garment.width(), garment.height());
    let [inside, beyond] = [garment.not(), garment.clone()].map(|m| distance(&m, 6));
    let within = |x: usize, y: usize| x >= RIM && y >= RIM && x + RIM < width && y + RIM < height;
    let edge =
        Mask::from_fn(garment.size(), |x, y| garment.at(x, y) && inside.at(x, y) < 1.5 && within(x, y));
    let signed = |x: usize, y: usize| inside.at(x, y) - beyond.at(x, y);
    let places = sample(&edge);
    let step = (places.len() / PLACES).max(1);
    let (mut widths, mut insides) = (Vec::new(), Vec::new());
    for (x, y) in places.into_iter().step_by(step) {
        let slope = [signed(x + 2, y) - signed(x - 2, y), signed(x, y + 2) - signed(x, y - 2)];
        let length = slope[0].hypot(slope[1]);
        if length < 1.0 {
            continue;
        }
        let at = [x, y].map(|v| (v as f32 + 0.5) * scale - 0.5);
        let found = profile(code, at, slope.map(|s| s / length)).and_then(|p| spread(&p));
        if let Some((width, inside)) = found {
            widths.push(width);
            insides.push(inside);
        }
    }
    if widths.len() < FEWEST {
        return None;
    }
    Some(Outline { width: median(&mut widths)?, inside: median(&mut insides)? })
}

/// Codes along a line through a place, one a pixel; `None` where it leaves the picture.
fn profile(code: &CodeAt<'_>, at: [f32; 2], along: [f32; 2]) -> Option<[f32; 2 * REACH + 1]> {
    let mut codes = [0.0; 2 * REACH + 1];
    for (i, c) in codes.iter_mut().enumerate() {
        let t = i as f32 - REACH as f32;
        *c = code(at[0] + t * along[0], at[1] + t * along[1])?;
    }
    Some(codes)
}

/// A value between four pixels; `None` outside the picture.
pub(super) fn between(size: Size, x: f32, y: f32, value: impl Fn(usize, usize) -> f32) -> Option<f32> {
    if !(x >= 0.0 && y >= 0.0 && x + 1.0 < size.width as f32 && y + 1.0 < size.height as f32) {
        return None;
    }
    let (u, v) = (x as usize, y as usize);
    let (s, t) = (x - u as f32, y - v as f32);
    let row = |v: usize| value(u, v) + s * (value(u + 1, v) - value(u, v));
    Some(row(v) + t * (row(v + 1) - row(v)))
}

/// Contrast over the steepest slope, and where half of it is passed; `None` where the two ends are too alike.
fn spread(codes: &[f32; 2 * REACH + 1]) -> Option<(f32, f32)> {
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
    let (outer, inner) = (mean(&codes[..LEVEL]), mean(&codes[codes.len() - LEVEL..]));
    let contrast = (outer - inner).abs();
    let steepest = codes.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    let passed = codes.iter().position(|c| (c - outer).abs() >= 0.5 * contrast)?;
    (contrast > CONTRAST && steepest > 0.0).then(|| (contrast / steepest, passed as f32 - REACH as f32))
}
