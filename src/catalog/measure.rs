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
    let narrow;
    let codes: &[[u8; 4]] = match plane.format() {
        Format::Packed { sample: Sample::U16, .. } => {
            narrow = plane.shorts().iter().map(|v| (v >> 8) as u8).collect::<Vec<u8>>();
            bytemuck::cast_slice(&narrow)
        }
        _ => bytemuck::cast_slice(plane.bytes()),
    };
    let size = plane.size();
    let (mut least, mut alphas) = (255, (255, 0));
    for i in border(size, skip) {
        let [r, g, b, a] = codes[i];
        least = least.min(r).min(g).min(b);
        alphas = (alphas.0.min(a), alphas.1.max(a));
    }
    let margins = if opaque {
        extent(size, codes, |[r, g, b, _]| (r < NOT_WHITE) | (g < NOT_WHITE) | (b < NOT_WHITE))
    } else {
        extent(size, codes, |p| p[3] >= PRESENT)
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

/// Free space around the pixels that `product` finds. Rows are read in chunks, and only as far as they could
/// still widen the box.
fn extent(size: Size, codes: &[[u8; 4]], product: impl Fn([u8; 4]) -> bool) -> Option<[u32; 4]> {
    let (w, h) = (size.width as usize, size.height as usize);
    let any = |pixels: &[[u8; 4]]| pixels.iter().fold(false, |found, p| found | product(*p));
    let first = |row: &[[u8; 4]]| {
        let chunk = row.chunks(CHUNK).position(any)?;
        row[chunk * CHUNK..].iter().position(|p| product(*p)).map(|x| chunk * CHUNK + x)
    };
    let (mut left, mut right, mut top, mut bottom) = (w, 0, None, 0);
    for (y, row) in codes.chunks_exact(w).enumerate() {
        let from_left = first(&row[..left]);
        let from_right = row[right..].iter().rposition(|p| product(*p)).map(|x| right + x + 1);
        let between = from_left.is_none() && from_right.is_none() && left < right && any(&row[left..right]);
        if from_left.is_none() && from_right.is_none() && !between {
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
