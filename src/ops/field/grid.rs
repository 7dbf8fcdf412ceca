//! One value a pixel, row by row.

use super::recycle::{Recycle, give, take};
use crate::image::Size;

/// A rectangle of values, row-major. Its memory is the thread's, taken again and again: a new picture's
/// worth of pages costs more than most of what is computed in it.
#[derive(Debug, PartialEq)]
pub struct Grid<T: Recycle> {
    size: Size,
    values: Vec<T>,
}

/// A number a pixel.
pub type Field = Grid<f32>;
/// A yes or no a pixel.
pub type Mask = Grid<bool>;

impl<T: Recycle> Drop for Grid<T> {
    fn drop(&mut self) {
        give(std::mem::take(&mut self.values));
    }
}

impl<T: Recycle> Clone for Grid<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::unset(self.size);
        copy.values.copy_from_slice(&self.values);
        copy
    }
}

impl<T: Recycle> Grid<T> {
    /// A grid of default values: zeros, or a mask that holds nowhere.
    #[must_use]
    pub fn new(size: Size) -> Self {
        let mut grid = Self::unset(size);
        grid.values.fill(T::default());
        grid
    }

    /// A grid whose values are unspecified until they are written.
    #[must_use]
    pub fn unset(size: Size) -> Self {
        Self { size, values: take(size.pixels()) }
    }

    /// A grid from a function of the position.
    #[must_use]
    pub fn from_fn(size: Size, mut value: impl FnMut(usize, usize) -> T) -> Self {
        let mut grid = Self::unset(size);
        for (y, row) in grid.rows_mut().enumerate() {
            row.iter_mut().enumerate().for_each(|(x, v)| *v = value(x, y));
        }
        grid
    }

    /// Its size.
    #[must_use]
    #[inline(always)]
    pub fn size(&self) -> Size {
        self.size
    }

    /// Pixels a row.
    #[must_use]
    #[inline(always)]
    pub fn width(&self) -> usize {
        self.size.width as usize
    }

    /// Rows.
    #[must_use]
    #[inline(always)]
    pub fn height(&self) -> usize {
        self.size.height as usize
    }

    /// All values.
    #[must_use]
    #[inline(always)]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All values, to write.
    #[inline(always)]
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// Row `y`.
    #[must_use]
    #[inline(always)]
    pub fn row(&self, y: usize) -> &[T] {
        let width = self.width();
        &self.values[y * width..(y + 1) * width]
    }

    /// Row `y`, to write.
    #[inline(always)]
    pub fn row_mut(&mut self, y: usize) -> &mut [T] {
        let width = self.width();
        &mut self.values[y * width..(y + 1) * width]
    }

    /// Row `y`, the outside repeating the first and the last row.
    #[must_use]
    #[inline(always)]
    pub fn row_near(&self, y: isize) -> &[T] {
        self.row(y.clamp(0, self.height() as isize - 1) as usize)
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &[T]> {
        self.values.chunks_exact(self.width().max(1))
    }

    /// All rows, to write.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        let width = self.width().max(1);
        self.values.chunks_exact_mut(width)
    }

    /// The value at column `x` of row `y`.
    #[must_use]
    #[inline(always)]
    pub fn at(&self, x: usize, y: usize) -> T {
        self.values[y * self.width() + x]
    }
}

impl Mask {
    /// Number of pixels where it holds.
    #[must_use]
    pub fn count(&self) -> usize {
        self.values.chunks(255).map(|c| c.iter().map(|v| u8::from(*v)).sum::<u8>() as usize).sum()
    }

    /// Share of the pixels where it holds; 0 of an empty picture.
    #[must_use]
    pub fn share(&self) -> f32 {
        self.count() as f32 / self.values.len().max(1) as f32
    }

    /// Where it does not hold.
    #[must_use]
    pub fn not(&self) -> Self {
        let mut not = Self::unset(self.size);
        not.values.iter_mut().zip(&self.values).for_each(|(n, v)| *n = !v);
        not
    }

    /// Where both hold.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// Where either holds.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    #[inline(always)]
    fn zip(&self, other: &Self, f: impl Fn(bool, bool) -> bool) -> Self {
        let mut both = Self::unset(self.size);
        let pairs = self.values.iter().zip(&other.values);
        both.values.iter_mut().zip(pairs).for_each(|(v, (a, b))| *v = f(*a, *b));
        both
    }
}
