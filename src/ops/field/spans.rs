//! Work only where something is to be decided: the stretches of rows that hold a mask, and windows there.

use std::ops::Range;

use fearless_simd::{Simd, f32x8, prelude::*};

use super::components::each_run;
use super::lanes::{LANES, Lines, MARGIN, load};
use super::{Field, Mask};
use crate::image::Size;

/// Columns `start..end` of row `y`, from one multiple of [`LANES`] to another or to the end of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Row.
    pub y: usize,
    /// First column.
    pub start: usize,
    /// Column after the last.
    pub end: usize,
    /// Room of the spans before it.
    pub offset: usize,
}

impl Span {
    /// Its columns.
    #[must_use]
    #[inline(always)]
    pub fn columns(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Pixels that it takes in steps of [`LANES`].
    #[must_use]
    #[inline(always)]
    pub fn room(&self) -> usize {
        (self.end - self.start).next_multiple_of(LANES)
    }
}

/// Spans that cover a mask, row by row.
#[derive(Clone, Debug)]
pub struct Spans {
    size: Size,
    spans: Vec<Span>,
}

impl Spans {
    /// Spans that cover every pixel at most `reach` rows and columns from `mask`.
    #[must_use]
    pub fn cover(mask: &Mask, reach: usize) -> Self {
        let (width, height) = (mask.width(), mask.height());
        let mut spans: Vec<Span> = Vec::new();
        let mut line = vec![false; width];
        let mut offset = 0;
        for y in 0..height {
            line.fill(false);
            for v in y.saturating_sub(reach)..(y + reach + 1).min(height) {
                line.iter_mut().zip(mask.row(v)).for_each(|(l, m)| *l |= *m);
            }
            let first = spans.len();
            each_run(&line, |start, end| {
                let start = start.saturating_sub(reach) / LANES * LANES;
                let end = (end + reach).next_multiple_of(LANES).min(width);
                match spans[first..].last_mut() {
                    Some(last) if start <= last.end => last.end = end,
                    _ => spans.push(Span { y, start, end, offset: 0 }),
                }
            });
            for span in &mut spans[first..] {
                span.offset = offset;
                offset += span.room();
            }
        }
        Self { size: mask.size(), spans }
    }

    /// Size of the picture.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// The spans, row by row.
    pub fn iter(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter()
    }

    /// Room of all spans.
    #[must_use]
    pub fn room(&self) -> usize {
        self.spans.last().map_or(0, |s| s.offset + s.room())
    }
}

/// Means of `N` fields over square windows along spans; outside the picture the border pixels repeat.
#[derive(Debug)]
pub struct Means<const N: usize> {
    lines: Lines<N>,
}

impl<const N: usize> Means<N> {
    /// Memory for the spans of a picture `width` pixels wide.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { lines: Lines::new(width) }
    }

    /// Takes the fields' rows of windows `SIDE` pixels high (odd) around a span.
    #[inline(always)]
    pub fn gather<const SIDE: usize, S: Simd>(&mut self, simd: S, span: &Span, fields: &[Field; N]) {
        let mut near: [[&[f32]; SIDE]; N] = [[&[]; SIDE]; N];
        for (rows, field) in near.iter_mut().zip(fields) {
            for (j, row) in rows.iter_mut().enumerate() {
                *row = field.row_near((span.y + j) as isize - (SIDE / 2) as isize);
            }
        }
        for at in (0..span.room() + 2 * MARGIN).step_by(LANES) {
            let x = (span.start + at) as isize - MARGIN as isize;
            let mut sums = [f32x8::splat(simd, 0.0); N];
            for (sum, rows) in sums.iter_mut().zip(&near) {
                for row in rows {
                    *sum += load(simd, row, x);
                }
            }
            self.lines.put(at, &sums);
        }
    }

    /// Means around the eight pixels that begin `at` pixels into the span that was gathered.
    #[inline(always)]
    pub fn at<const SIDE: usize, S: Simd>(&self, simd: S, at: usize) -> [f32x8<S>; N] {
        let mut means = self.lines.windows::<SIDE, S>(simd, at);
        for mean in &mut means {
            *mean *= 1.0 / (SIDE * SIDE) as f32;
        }
        means
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::field::box_mean;
    use crate::ops::testing::noise;

    #[test]
    fn spans_cover_the_mask_and_its_reach() {
        let mask = Mask::from_fn(Size::new(90, 30), |x, y| noise(x as u32, y as u32, 6) < 0.004);
        let spans = Spans::cover(&mask, 3);
        let mut covered = Mask::new(mask.size());
        let mut offset = 0;
        for span in spans.iter() {
            assert_eq!(span.offset, offset);
            offset += span.room();
            covered.row_mut(span.y)[span.columns()].fill(true);
        }
        assert_eq!(offset, spans.room());
        assert!(covered.count() < 90 * 30 / 2);
        for (x, y) in (0..30).flat_map(|y| (0..90).map(move |x| (x, y))).filter(|(x, y)| mask.at(*x, *y)) {
            for v in y.saturating_sub(3)..(y + 4).min(30) {
                assert!(covered.row(v)[x.saturating_sub(3)..(x + 4).min(90)].iter().all(|v| *v));
            }
        }
    }

    wide! {
        fn check[simd](field: &Field, truth: &Field, spans: &Spans) {
            let mut means = Means::<1>::new(field.width());
            for span in spans.iter() {
                means.gather::<5, S>(simd, span, std::array::from_ref(field));
                for at in (0..span.room()).step_by(LANES) {
                    let [found] = means.at::<5, S>(simd, at);
                    let truth = truth.row(span.y)[span.start + at..span.end].iter();
                    assert!(truth.zip(found.as_slice()).all(|(a, b)| (a - b).abs() < 1e-6));
                }
            }
        }
    }

    #[test]
    fn windows_are_those_of_the_box_filter() {
        for size in [Size::new(1, 1), Size::new(3, 2), Size::new(40, 33)] {
            let field = Field::from_fn(size, |x, y| noise(x as u32, y as u32, 1));
            let mask = Mask::from_fn(size, |x, y| (x + 2 * y) % 17 == 0);
            check(&field, &box_mean(&field, 2), &Spans::cover(&mask, 1));
        }
    }
}
