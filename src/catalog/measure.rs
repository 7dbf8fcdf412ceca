//! What a finished picture shows: its border and its fill, as a marketplace's own checker would see them.

use crate::image::{Format, Plane, Sample, Size};
use crate::ops::Side;

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

/// Measures an RGBA picture; `opaque` where its alpha is to be ignored. `skip` names sides that the photograph
/// itself cuts: product stands there, no background.
#[must_use]
pub fn seen(plane: &Plane, opaque: bool, skip: &[Side]) -> Seen {
    let narrow: Vec<u32>;
    let words: &[u32] = match plane.format() {
        Format::Packed { sample: Sample::U16, .. } => {
            let high = |p: &[u16]| u32::from_ne_bytes([0, 1, 2, 3].map(|c| (p[c] >> 8) as u8));
            narrow = plane.shorts().chunks_exact(4).map(high).collect();
            &narrow
        }
        _ => plane.words(),
    };
    let size = plane.size();
    let (mut least, mut alphas) = (255, (255, 0));
    for i in border(size, skip) {
        let [r, g, b, a] = words[i].to_ne_bytes();
        least = least.min(r).min(g).min(b);
        alphas = (alphas.0.min(a), alphas.1.max(a));
    }
    let margins = if opaque {
        // The fourth byte of an opaque picture is 255, so that the least byte is the least colour code.
        let colour =
            |pixels: &[u32]| bytemuck::cast_slice::<u32, u8>(pixels).iter().fold(255, |m, v| m.min(*v));
        extent(size, words, |pixels| colour(pixels) < NOT_WHITE)
    } else {
        let alpha = |pixels: &[u32]| pixels.iter().fold(0, |m, p| m.max(p.to_ne_bytes()[3]));
        extent(size, words, |pixels| alpha(pixels) >= PRESENT)
    };
    let fill = margins.map(|[top, right, bottom, left]| {
        let share = |free: u32, of: u32| 1.0 - f64::from(free) / f64::from(of);
        share(left + right, size.width).max(share(top + bottom, size.height))
    });
    let border_alpha = if opaque { (255, 255) } else { alphas };
    Seen { border_min: least, border_alpha, fill, margins }
}

/// Pixels along the sides that are not skipped.
fn border(size: Size, skip: &[Side]) -> Vec<usize> {
    let (w, h) = (size.width as usize, size.height as usize);
    let side = |side: Side| -> Vec<usize> {
        match side {
            Side::Top => (0..w).collect(),
            Side::Bottom => ((h - 1) * w..h * w).collect(),
            Side::Left => (0..h).map(|y| y * w).collect(),
            Side::Right => (0..h).map(|y| y * w + w - 1).collect(),
        }
    };
    let corner = |i: usize| {
        let (x, y) = (i % w, i / w);
        skip.iter().any(|s| match s {
            Side::Top => y == 0,
            Side::Bottom => y == h - 1,
            Side::Left => x == 0,
            Side::Right => x == w - 1,
        })
    };
    let kept = Side::ALL.into_iter().filter(|s| !skip.contains(s));
    kept.flat_map(side).filter(|i| !corner(*i)).collect()
}

/// Pixels that are looked at together.
const CHUNK: usize = 32;

/// Free space around the product, which `any` finds among some pixels. Rows are read in chunks, and only as far
/// as they could still widen the box.
fn extent(size: Size, codes: &[u32], any: impl Fn(&[u32]) -> bool) -> Option<[u32; 4]> {
    let (w, h) = (size.width as usize, size.height as usize);
    let first = |row: &[u32]| {
        let chunk = row.chunks(CHUNK).position(&any)?;
        row[chunk * CHUNK..].chunks(1).position(&any).map(|x| chunk * CHUNK + x)
    };
    let last = |row: &[u32]| {
        let chunk = row.rchunks(CHUNK).position(&any)?;
        let end = row.len() - chunk * CHUNK;
        row[..end].chunks(1).rposition(&any)
    };
    let (mut left, mut right, mut top, mut bottom) = (w, 0, None, 0);
    for (y, row) in codes.chunks_exact(w).enumerate() {
        let from_left = first(&row[..left]);
        let from_right = last(&row[right..]).map(|x| right + x + 1);
        let between = || left < right && any(&row[left..right]);
        if from_left.is_none() && from_right.is_none() && !between() {
            continue;
        }
        left = from_left.unwrap_or(left);
        right = from_right.unwrap_or(right);
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
        let s = seen(&plane, true, &[]);
        assert_eq!((s.border_min, s.margins), (255, Some([2, 8, 1, 4])));
        assert!(s.fill.is_some_and(|f| (f - 0.7).abs() < 1e-9));
        plane.bytes_mut()[1] = 254;
        assert_eq!(seen(&plane, true, &[]).border_min, 254);
        let white = Plane::from_words(size, Format::RGBA8, vec![u32::MAX; 200]);
        assert_eq!(seen(&white, true, &[]).fill, None);
    }
}
