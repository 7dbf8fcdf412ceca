//! Work only where something is to be decided: the stretches of rows that hold a mask, and windows there.

use std::ops::Range;

use super::components::each_run;
use super::{Field, Mask};
use crate::image::Size;

/// Gaps narrower than this are worked over rather than skipped.
const GAP: usize = 8;

/// Columns `start..end` of row `y`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Row.
    pub y: usize,
    /// First column.
    pub start: usize,
    /// Column after the last.
    pub end: usize,
    /// Pixels of the spans before it: where it begins in memory that holds one number a pixel.
    pub offset: usize,
}

impl Span {
    /// Its columns.
    #[must_use]
    #[inline(always)]
    pub fn columns(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Number of its pixels.
    #[must_use]
    #[inline(always)]
    pub fn pixels(&self) -> usize {
        self.end - self.start
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
                let (start, end) = (start.saturating_sub(reach), (end + reach).min(width));
                match spans[first..].last_mut() {
                    Some(last) if start < last.end + GAP => last.end = end,
                    _ => spans.push(Span { y, start, end, offset: 0 }),
                }
            });
            for span in &mut spans[first..] {
                span.offset = offset;
                offset += span.pixels();
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

    /// Number of pixels covered.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.spans.last().map_or(0, |s| s.offset + s.pixels())
    }
}

/// Sums of `N` quantities over square windows along a span; outside the picture the border pixels repeat.
#[derive(Debug)]
pub struct Windows<const N: usize> {
    size: Size,
    lines: [Vec<f32>; N],
    sums: [Vec<f32>; N],
}

impl<const N: usize> Windows<N> {
    /// Scratch memory for windows of at most `side` pixels in a picture.
    #[must_use]
    pub fn new(size: Size, side: usize) -> Self {
        let line = |n: usize| std::array::from_fn(|_| vec![0.0; n]);
        let width = size.width as usize;
        Self { size, lines: line(width + side), sums: line(width) }
    }

    /// Sums over `SIDE` × `SIDE` pixels (odd) around each pixel of `span`. `add(y, columns, lines)` adds
    /// the quantities of these columns of row `y` to the lines.
    #[inline(always)]
    pub fn sum<const SIDE: usize>(
        &mut self,
        span: &Span,
        mut add: impl FnMut(usize, Range<usize>, [&mut [f32]; N]),
    ) -> [&[f32]; N] {
        let (r, n) = (SIDE / 2, span.pixels());
        let (width, last) = (self.size.width as usize, self.size.height as usize - 1);
        let columns = span.start.saturating_sub(r)..(span.end + r).min(width);
        let left = columns.start + r - span.start;
        let right = left + columns.len();
        self.lines.iter_mut().for_each(|l| l[left..right].fill(0.0));
        for j in 0..SIDE {
            let y = (span.y + j).saturating_sub(r).min(last);
            add(y, columns.clone(), self.lines.each_mut().map(|l| &mut l[left..right]));
        }
        for (line, sums) in self.lines.iter_mut().zip(&mut self.sums) {
            let (first, last) = (line[left], line[right - 1]);
            line[..left].fill(first);
            line[right..n + 2 * r].fill(last);
            let windows = line[..n + 2 * r].windows(SIDE);
            sums[..n].iter_mut().zip(windows).for_each(|(s, w)| *s = w.iter().sum());
        }
        self.sums.each_ref().map(|s| &s[..n])
    }

    /// Means of `fields` over `SIDE` × `SIDE` pixels around each pixel of `span`.
    #[inline(always)]
    pub fn mean<const SIDE: usize>(&mut self, span: &Span, fields: &[Field; N]) -> [&[f32]; N] {
        let share = 1.0 / (SIDE * SIDE) as f32;
        self.sum::<SIDE>(span, |y, columns, lines| {
            for (line, field) in lines.into_iter().zip(fields) {
                line.iter_mut().zip(&field.row(y)[columns.clone()]).for_each(|(l, v)| *l += v);
            }
        });
        let n = span.pixels();
        self.sums.iter_mut().for_each(|s| s[..n].iter_mut().for_each(|v| *v *= share));
        self.sums.each_ref().map(|s| &s[..n])
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
            offset += span.pixels();
            covered.row_mut(span.y)[span.columns()].fill(true);
        }
        assert_eq!((offset, covered.count()), (spans.pixels(), spans.pixels()));
        for (x, y) in (0..30).flat_map(|y| (0..90).map(move |x| (x, y))).filter(|(x, y)| mask.at(*x, *y)) {
            for v in y.saturating_sub(3)..(y + 4).min(30) {
                assert!(covered.row(v)[x.saturating_sub(3)..(x + 4).min(90)].iter().all(|v| *v));
            }
        }
    }

    #[test]
    fn windows_are_those_of_the_box_filter() {
        for size in [Size::new(1, 1), Size::new(3, 2), Size::new(40, 33)] {
            let field = Field::from_fn(size, |x, y| noise(x as u32, y as u32, 1));
            let mask = Mask::from_fn(size, |x, y| (x + 2 * y) % 17 == 0);
            let truth = box_mean(&field, 2);
            let mut windows = Windows::<1>::new(size, 5);
            for span in Spans::cover(&mask, 1).iter() {
                let [means] = windows.mean::<5>(span, std::array::from_ref(&field));
                for (a, b) in means.iter().zip(&truth.row(span.y)[span.columns()]) {
                    assert!((a - b).abs() < 1e-6);
                }
            }
        }
    }
}
