//! A trimap from a coarse probability of product: what is certain, and what an alpha solver must decide.
//!
//! The band of the unknown follows the model's own doubt and its resolution. Never a constant width: where
//! the model draws a clean edge the band is three of its pixels, around hair it is as wide as the hair.
//! Nothing here sharpens or moves an edge.

use super::field::{Field, Grid, Mask, distance};
use crate::image::{Format, Plane, Size};

/// Certainly backdrop.
pub const BACKDROP: f32 = 0.0;
/// To be decided.
pub const UNKNOWN: f32 = 0.5;
/// Certainly product.
pub const PRODUCT: f32 = 1.0;

/// A probability this near to 0 or 1 is believed.
const BELIEVED: f32 = 0.05;
/// The contours between which the width of an edge is measured: this and one less this.
const EDGE: f32 = 0.1;
/// Pixels of the model on each side of the contour that are never certain.
const MODEL_PIXELS: f32 = 1.5;
/// Edges are not taken for wider than this, in pixels.
const WIDEST: u16 = 64;

/// A Gray plane of [`BACKDROP`], [`UNKNOWN`] and [`PRODUCT`], of the size of `probability` (Gray, 0 … 1).
///
/// With `s` the greater of the plane's pixels for one pixel of the model (`model` is the size of its
/// picture) across and down, a pixel is unknown where
///
/// 1. its probability `p` is within 0.05 … 0.95, or
/// 2. a contour pixel `c` is no farther than `r(c) = 1.5·s + 0.5 + w(c)`.
///
/// Contour pixels are those whose `p ≥ 0.5` differs from that of a neighbour in the row or column; the half
/// pixel makes up for the contour running between them. `w(c)` is the width of the edge there: the distance
/// to the nearest `p ≥ 0.9` plus that to the nearest `p ≤ 0.1`, each at most 64 pixels. The rest is product
/// where `p > 0.95`, backdrop where `p < 0.05`. What is not a number is unknown.
///
/// Source: trimaps from a mask widened by its own transition width; the resolution term is that no mask can
/// place an edge to less than its own pixels.
#[must_use]
pub fn trimap(probability: &Plane, model: Size) -> Plane {
    let size = probability.size();
    if size.pixels() == 0 || probability.format() != Format::Gray {
        return Plane::zeros(size, Format::Gray);
    }
    let p = probability.floats();
    let mut trimap = Plane::zeros(size, Format::Gray);
    for (t, p) in trimap.floats_mut().iter_mut().zip(p) {
        *t = match *p {
            p if p < BELIEVED => BACKDROP,
            p if p > 1.0 - BELIEVED => PRODUCT,
            _ => UNKNOWN,
        };
    }
    let is = |test: fn(f32) -> bool| Mask::from_fn(size, |x, y| test(p[y * size.width as usize + x]));
    let product = is(|p| p >= 0.5);
    let to_product = distance(&is(|p| p >= 1.0 - EDGE), WIDEST);
    let to_backdrop = distance(&is(|p| p <= EDGE), WIDEST);
    let least = MODEL_PIXELS * model_pixel(size, model) + 0.5;
    for y in 0..product.height() {
        for x in (0..product.width()).filter(|x| on_contour(&product, *x, y)) {
            let width: f32 = [&to_product, &to_backdrop].map(|d: &Field| d.at(x, y)).iter().sum();
            disc(&mut trimap, x, y, least + width);
        }
    }
    trimap
}

/// Pixels of a plane for one pixel of the model, along the axis that is enlarged more; at least one.
fn model_pixel(size: Size, model: Size) -> f32 {
    let across = size.width as f32 / model.width.max(1) as f32;
    let down = size.height as f32 / model.height.max(1) as f32;
    across.max(down).max(1.0)
}

fn on_contour<'a>(product: &'a Grid<bool>, x: usize, y: usize) -> bool {
    let here = product.at(x, y);
    let row = product.row(y);
    let beside = [x.checked_sub(1).map(|x| row[x]), row.get(x + 1).copied()];
    let above: [&'a [bool]; 2] = [product.row_near(y as isize - 1), product.row_near(y as isize + 1)];
    beside.into_iter().flatten().chain(above.map(|r| r[x])).any(|there| there != here)
}

/// Writes [`UNKNOWN`] where the centre is no farther than `radius` from that of pixel (x, y).
fn disc(trimap: &mut Plane, x: usize, y: usize, radius: f32) {
    let (width, height) = (trimap.size().width as usize, trimap.size().height as usize);
    let rows = radius.floor() as usize;
    let values = trimap.floats_mut();
    for v in y.saturating_sub(rows)..=(y + rows).min(height - 1) {
        let dy = v.abs_diff(y) as f32;
        let half = (radius * radius - dy * dy).max(0.0).sqrt().floor() as usize;
        let (from, to) = (x.saturating_sub(half), (x + half).min(width - 1));
        values[v * width + from..=v * width + to].fill(UNKNOWN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::noise;

    /// The documented rules, pixel by pixel, by search over all pixels.
    fn naive(p: &Plane, s: f32) -> Plane {
        let size = p.size();
        let all: Vec<(u32, u32)> =
            (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y))).collect();
        let away = |a: (u32, u32), b: (u32, u32)| (a.0.abs_diff(b.0) as f32).hypot(a.1.abs_diff(b.1) as f32);
        let at = |q: (u32, u32)| p.gray_at(q.0, q.1);
        let nearest = |from: (u32, u32), test: &dyn Fn(f32) -> bool| {
            all.iter().filter(|q| test(at(**q))).map(|q| away(from, *q)).fold(64.0, f32::min)
        };
        let contour: Vec<((u32, u32), f32)> = all
            .iter()
            .filter(|c| {
                all.iter().any(|q| {
                    c.0.abs_diff(q.0) + c.1.abs_diff(q.1) == 1 && (at(**c) >= 0.5) != (at(*q) >= 0.5)
                })
            })
            .map(|c| (*c, 1.5 * s + 0.5 + nearest(*c, &|p| p >= 0.9) + nearest(*c, &|p| p <= 0.1)))
            .collect();
        Plane::gray(size, |x, y| {
            let p = p.gray_at(x, y);
            if contour.iter().any(|(c, r)| away((x, y), *c) <= *r) || (0.05..=0.95).contains(&p) {
                0.5
            } else if p > 0.95 {
                1.0
            } else {
                0.0
            }
        })
    }

    /// A disc whose edge is sharp on the left and soft on the right, with noise or without.
    fn soft_disc(size: Size, radius: f32, grain: f32) -> Plane {
        Plane::gray(size, |x, y| {
            let (dx, dy) = (x as f32 - size.width as f32 / 2.0, y as f32 - size.height as f32 / 2.0);
            let softness = if 2 * x < size.width { 1.0 } else { 8.0 };
            let edge = (radius - dx.hypot(dy)) / softness + 0.5 + grain * (noise(x, y, 3) - 0.5);
            edge.clamp(0.0, 1.0)
        })
    }

    #[test]
    fn trimaps_follow_the_documented_rules() {
        for (size, model, s) in [
            (Size::new(61, 47), Size::new(61, 47), 1.0),
            (Size::new(64, 48), Size::new(32, 16), 3.0),
            (Size::new(33, 40), Size::new(320, 320), 1.0),
            (Size::new(1, 1), Size::new(8, 8), 1.0),
        ] {
            for grain in [0.0, 0.6] {
                let p = soft_disc(size, 14.0, grain);
                let (found, truth) = (trimap(&p, model), naive(&p, s));
                assert_eq!(found, truth, "{size} of {model}, grain {grain}");
            }
        }
    }

    #[test]
    fn the_unknown_band_is_wider_where_the_model_doubts() {
        let size = Size::new(200, 101);
        let map = trimap(&soft_disc(size, 40.0, 0.0), size);
        let row = |half: std::ops::Range<u32>| half.filter(|x| map.gray_at(*x, 50) == UNKNOWN).count();
        let (sharp, soft) = (row(0..100), row(100..200));
        assert!(soft > sharp + 4 && sharp >= 4, "{sharp} and {soft}");
        assert_eq!((map.gray_at(100, 50), map.gray_at(2, 2)), (PRODUCT, BACKDROP));
    }

    #[test]
    fn nothing_is_certain_near_a_contour_however_sure_the_model() {
        let size = Size::new(96, 96);
        let step = Plane::gray(size, |x, _| f32::from(u8::from(x >= 48)));
        let map = trimap(&step, Size::new(16, 16));
        let unknown: Vec<u32> = (0..96).filter(|x| map.gray_at(*x, 40) == UNKNOWN).collect();
        // Six pixels of the plane to one of the model: nine on each side, the contour being at 48.
        assert!(unknown.first().is_some_and(|x| *x <= 39) && unknown.last().is_some_and(|x| *x >= 56));
        assert!(unknown.len() < 26, "{unknown:?}");
    }

    #[test]
    fn what_is_no_probability_makes_no_trouble() {
        let size = Size::new(9, 5);
        assert_eq!(trimap(&Plane::gray(size, |_, _| f32::NAN), size), Plane::gray(size, |_, _| UNKNOWN));
        assert_eq!(trimap(&Plane::gray(size, |_, _| 0.0), size), Plane::zeros(size, Format::Gray));
        assert_eq!(trimap(&Plane::gray(size, |_, _| 1.0), size), Plane::gray(size, |_, _| PRODUCT));
        assert_eq!(trimap(&Plane::zeros(Size::new(0, 4), Format::Gray), size).size(), Size::new(0, 4));
    }
}
