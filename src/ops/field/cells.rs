//! Square cells of pixels: sums over them, and smooth enlargement of a number a cell to a number a pixel.
//!
//! A cell is 2^shift pixels wide; the cells at the right and the lower border may reach beyond the picture,
//! where there is nothing to add. Enlarging is bilinear between cell centres; outside the first and the
//! last centre the border cells repeat.

use super::Field;
use crate::image::Size;

/// `N` numbers for each cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells<const N: usize> {
    /// One field a number, a pixel of it a cell.
    pub planes: [Field; N],
    /// Log2 of a cell's width in pixels; at least 1.
    pub shift: u32,
    /// Size of the picture in pixels.
    pub full: Size,
}

/// Adds pixels up to cells, row by row: write [`Adder::row`], then [`Adder::add`], once for every row.
#[derive(Debug)]
pub struct Adder<const N: usize> {
    sums: Cells<N>,
    row: [Vec<f32>; N],
    total: [Vec<f32>; N],
    y: usize,
}

impl<const N: usize> Adder<N> {
    /// Begins sums over cells 2^shift pixels wide of a picture.
    #[must_use]
    pub fn new(full: Size, shift: u32) -> Self {
        let size = Size::new(full.width.div_ceil(1 << shift), full.height.div_ceil(1 << shift));
        let line = || std::array::from_fn(|_| vec![0.0; full.width as usize]);
        let planes = std::array::from_fn(|_| Field::new(size));
        Self { sums: Cells { planes, shift, full }, row: line(), total: line(), y: 0 }
    }

    /// What the next row adds, one number a pixel: to be overwritten whole.
    #[inline(always)]
    pub fn row(&mut self) -> [&mut [f32]; N] {
        self.row.each_mut().map(Vec::as_mut_slice)
    }

    /// Adds the row.
    #[inline(always)]
    pub fn add(&mut self) {
        let side = 1 << self.sums.shift;
        let ends = (self.y + 1).is_multiple_of(side) || self.y + 1 == self.sums.full.height as usize;
        for ((total, row), plane) in self.total.iter_mut().zip(&self.row).zip(&mut self.sums.planes) {
            if self.y.is_multiple_of(side) {
                total.copy_from_slice(row);
            } else {
                total.iter_mut().zip(row).for_each(|(t, r)| *t += r);
            }
            if ends {
                fold(total, side, plane.row_mut(self.y / side));
            }
        }
        self.y += 1;
    }

    /// The sums.
    #[must_use]
    pub fn finish(self) -> Cells<N> {
        self.sums
    }
}

impl<const N: usize> Cells<N> {
    /// The numbers at a pixel.
    #[must_use]
    #[inline(always)]
    pub fn at(&self, x: usize, y: usize) -> [f32; N] {
        let (columns, rows) = match self.planes.first() {
            Some(plane) => (plane.width(), plane.height()),
            None => return [0.0; N],
        };
        let (x0, x1, fx) = between(x, self.shift, columns);
        let (y0, y1, fy) = between(y, self.shift, rows);
        let (upper, lower) = (y0 * columns, y1 * columns);
        let mut numbers = [0.0; N];
        for (number, plane) in numbers.iter_mut().zip(&self.planes) {
            let v = plane.values();
            let (a, b) = (v[upper + x0], v[upper + x1]);
            let (a, b) = (a + (v[lower + x0] - a) * fy, b + (v[lower + x1] - b) * fy);
            *number = a + (b - a) * fx;
        }
        numbers
    }

    /// Every plane, a number a pixel.
    #[must_use]
    pub fn enlarge(&self) -> [Field; N] {
        std::array::from_fn(|c| enlarge(&self.planes[c], self.shift, self.full))
    }
}

/// The two cells whose centres enclose a pixel's centre, and how far it lies from the first to the second.
#[inline(always)]
fn between(x: usize, shift: u32, cells: usize) -> (usize, usize, f32) {
    let side = 1 << shift;
    let from_half = x + side / 2;
    let second = from_half >> shift;
    let share = ((from_half & (side - 1)) as f32 + 0.5) / side as f32;
    (second.saturating_sub(1), second.min(cells - 1), share)
}

#[inline(always)]
fn fold(pixels: &[f32], side: usize, cells: &mut [f32]) {
    match side {
        2 => fold_by::<2>(pixels, cells),
        4 => fold_by::<4>(pixels, cells),
        _ => cells.iter_mut().zip(pixels.chunks(side)).for_each(|(c, chunk)| *c = chunk.iter().sum()),
    }
}

#[inline(always)]
fn fold_by<const SIDE: usize>(pixels: &[f32], cells: &mut [f32]) {
    let (chunks, rest) = pixels.as_chunks::<SIDE>();
    cells.iter_mut().zip(chunks).for_each(|(c, chunk)| *c = chunk.iter().sum());
    if let (Some(last), false) = (cells.last_mut(), rest.is_empty()) {
        *last = rest.iter().sum();
    }
}

/// A field of cells 2^shift pixels wide as a number a pixel of a picture of size `full`.
#[must_use]
pub fn enlarge(cells: &Field, shift: u32, full: Size) -> Field {
    let mut pixels = Field::unset(full);
    if cells.width() == 0 {
        pixels.values_mut().fill(0.0);
    }
    enlarge_into(cells, shift, full, pixels.rows_mut());
    pixels
}

/// The same, written to the rows of the picture from the first one on.
pub fn enlarge_into<'a>(cells: &Field, shift: u32, full: Size, rows: impl Iterator<Item = &'a mut [f32]>) {
    if cells.width() == 0 || full.pixels() == 0 {
        return;
    }
    fearless_simd::dispatch!(crate::image::simd_level(), _simd => stretch_all(cells, shift, full, rows));
}

#[inline(always)]
fn stretch_all<'a>(cells: &Field, shift: u32, full: Size, rows: impl Iterator<Item = &'a mut [f32]>) {
    let (columns, width, side) = (cells.width(), full.width as usize, 1_usize << shift);
    let mut line = vec![0.0_f32; columns + 2];
    let mut wide_line = vec![0.0_f32; (columns + 1) * side];
    for (y, row) in rows.enumerate() {
        let (y0, y1, fy) = between(y, shift, cells.height());
        for ((l, a), b) in line[1..=columns].iter_mut().zip(cells.row(y0)).zip(cells.row(y1)) {
            *l = a + (b - a) * fy;
        }
        line[0] = line[1];
        line[columns + 1] = line[columns];
        match side {
            2 => stretch::<2>(&line, &mut wide_line),
            4 => stretch::<4>(&line, &mut wide_line),
            8 => stretch::<8>(&line, &mut wide_line),
            _ => stretch_by(&line, side, &mut wide_line),
        }
        row.copy_from_slice(&wide_line[side / 2..side / 2 + width]);
    }
}

#[inline(always)]
fn stretch<const SIDE: usize>(line: &[f32], out: &mut [f32]) {
    let share: [f32; SIDE] = std::array::from_fn(|j| (j as f32 + 0.5) / SIDE as f32);
    let (chunks, _) = out.as_chunks_mut::<SIDE>();
    for (chunk, (a, b)) in chunks.iter_mut().zip(line.iter().zip(&line[1..])) {
        *chunk = share.map(|s| a + (b - a) * s);
    }
}

#[inline(always)]
fn stretch_by(line: &[f32], side: usize, out: &mut [f32]) {
    for (chunk, (a, b)) in out.chunks_exact_mut(side).zip(line.iter().zip(&line[1..])) {
        chunk.iter_mut().enumerate().for_each(|(j, o)| *o = a + (b - a) * ((j as f32 + 0.5) / side as f32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::noise;

    #[test]
    fn sums_hold_every_pixel_once() {
        let full = Size::new(37, 21);
        let value = |x: usize, y: usize| (noise(x as u32, y as u32, 2) * 64.0).floor();
        let mut adder = Adder::<1>::new(full, 3);
        for y in 0..21 {
            let [row] = adder.row();
            row.iter_mut().enumerate().for_each(|(x, v)| *v = value(x, y));
            adder.add();
        }
        let cells = adder.finish();
        assert_eq!(cells.planes[0].size(), Size::new(5, 3));
        let truth: f32 = (0..8).flat_map(|y| (32..37).map(move |x| (x, y))).map(|(x, y)| value(x, y)).sum();
        assert_eq!(cells.planes[0].at(4, 0), truth);
    }

    #[test]
    fn enlarging_keeps_a_ramp_straight_and_agrees_with_single_pixels() {
        for shift in [1, 2, 3, 4] {
            let full = Size::new(75, 50);
            let side = f32::from(1_u16 << shift);
            let small = Size::new(75_u32.div_ceil(1 << shift), 50_u32.div_ceil(1 << shift));
            let ramp = Field::from_fn(small, |x, y| (x as f32 + 0.5) * side - 2.0 * (y as f32 + 0.5) * side);
            let cells = Cells { planes: [ramp], shift, full };
            let [pixels] = cells.enlarge();
            for (x, y) in (0..50).flat_map(|y| (0..75).map(move |x| (x, y))) {
                assert!((pixels.at(x, y) - cells.at(x, y)[0]).abs() < 1e-4);
            }
            let half = side as usize;
            for (x, y) in (half..32).flat_map(|y| (half..32).map(move |x| (x, y))) {
                assert!((pixels.at(x, y) - (x as f32 + 0.5) + 2.0 * (y as f32 + 0.5)).abs() < 1e-3);
            }
        }
    }
}
