//! What a finished picture shows: its border and its fill, as a marketplace's own checker would see them.

use crate::image::{Format, Plane, Sample, Size};

/// Codes of one picture, by pixel, as 8 bits.
struct Codes<'a> {
    plane: &'a Plane,
    sixteen: bool,
}

impl Codes<'_> {
    fn at(&self, i: usize) -> [u8; 4] {
        if self.sixteen {
            let p = &self.plane.shorts()[4 * i..4 * i + 4];
            [p[0], p[1], p[2], p[3]].map(|v| (v >> 8) as u8)
        } else {
            let p = &self.plane.bytes()[4 * i..4 * i + 4];
            [p[0], p[1], p[2], p[3]]
        }
    }
}

/// Figures of a finished picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Smallest code along the border, all channels.
    pub border_min: u8,
    /// Smallest and largest alpha along the border.
    pub border_alpha: (u8, u8),
    /// The product's longest side relative to the frame; `None` where nothing stands out.
    pub fill: Option<f64>,
    /// Free space at the top, right, bottom and left, in pixels.
    pub margins: Option<[u32; 4]>,
}

/// Code below which a pixel of an opaque white picture is no background.
const NOT_WHITE: u8 = 250;
/// Alpha from which on a pixel of a cut-out is product.
const PRESENT: u8 = 13;

/// Measures an RGBA picture; `opaque` where its alpha is to be ignored.
#[must_use]
pub fn seen(plane: &Plane, opaque: bool) -> Seen {
    let size = plane.size();
    let sixteen = matches!(plane.format(), Format::Packed { sample: Sample::U16, .. });
    let codes = Codes { plane, sixteen };
    let (mut least, mut alphas) = (255, (255, 0));
    for i in border(size) {
        let [r, g, b, a] = codes.at(i);
        least = least.min(r).min(g).min(b);
        alphas = (alphas.0.min(a), alphas.1.max(a));
    }
    let product = |i: usize| {
        let [r, g, b, a] = codes.at(i);
        if opaque { r.min(g).min(b) < NOT_WHITE } else { a >= PRESENT }
    };
    let margins = extent(size, product);
    let fill = margins.map(|[top, right, bottom, left]| {
        let share = |free: u32, of: u32| 1.0 - f64::from(free) / f64::from(of);
        share(left + right, size.width).max(share(top + bottom, size.height))
    });
    let border_alpha = if opaque { (255, 255) } else { alphas };
    Seen { border_min: least, border_alpha, fill, margins }
}

fn border(size: Size) -> impl Iterator<Item = usize> {
    let (w, h) = (size.width as usize, size.height as usize);
    let rows = (0..w).chain((h.saturating_sub(1)) * w..h * w);
    rows.chain((0..h).flat_map(move |y| [y * w, y * w + w - 1]))
}

/// Free space around the pixels that `product` finds. A row is walked from both ends only as far as it could
/// still widen the box.
fn extent(size: Size, product: impl Fn(usize) -> bool) -> Option<[u32; 4]> {
    let (w, h) = (size.width as usize, size.height as usize);
    let (mut left, mut right, mut top, mut bottom) = (w, 0, None, 0);
    for y in 0..h {
        let row = |x: &usize| product(y * w + x);
        let limit = if left == w { w } else { left };
        let first = (0..limit).find(row);
        let last = (right..w).rev().find(row);
        let inside = || top.is_some() && (left..right).any(|x| row(&x));
        if first.is_none() && last.is_none() && !inside() {
            continue;
        }
        left = first.map_or(left, |x| x.min(left));
        right = last.map_or(right, |x| (x + 1).max(right));
        top = top.or(Some(y));
        bottom = y;
    }
    top.map(|top| [top as u32, (w - right) as u32, (h - 1 - bottom) as u32, left as u32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_on_white_is_measured() {
        let size = Size::new(20, 10);
        let mut plane = Plane::zeros(size, Format::RGBA8);
        for (i, p) in plane.bytes_mut().chunks_exact_mut(4).enumerate() {
            let (x, y) = (i % 20, i / 20);
            let inside = (4..12).contains(&x) && (2..9).contains(&y);
            p.copy_from_slice(if inside { &[9, 80, 3, 255] } else { &[255; 4] });
        }
        let s = seen(&plane, true);
        assert_eq!((s.border_min, s.margins), (255, Some([2, 8, 1, 4])));
        assert!(s.fill.is_some_and(|f| (f - 0.7).abs() < 1e-9));
        plane.bytes_mut()[1] = 254;
        assert_eq!(seen(&plane, true).border_min, 254);
        let white = Plane::from_words(size, Format::RGBA8, vec![u32::MAX; 200]);
        assert_eq!(seen(&white, true).fill, None);
    }
}
