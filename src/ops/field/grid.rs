//! One value a pixel, row by row.

use crate::image::Size;

/// A rectangle of values, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid<T> {
    size: Size,
    values: Vec<T>,
}

/// A number a pixel.
pub type Field = Grid<f32>;
/// A yes or no a pixel.
pub type Mask = Grid<bool>;

impl<T: Copy + Default> Grid<T> {
    /// A grid of default values: zeros, or a mask that holds nowhere.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self { size, values: vec![T::default(); size.pixels()] }
    }

    /// A grid of values, row by row; missing ones are the default.
    #[must_use]
    pub fn from_values(size: Size, mut values: Vec<T>) -> Self {
        values.resize(size.pixels(), T::default());
        Self { size, values }
    }

    /// A grid from a function of the position.
    #[must_use]
    pub fn from_fn(size: Size, mut value: impl FnMut(usize, usize) -> T) -> Self {
        let mut grid = Self::new(size);
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
        Self { size: self.size, values: self.values.iter().map(|v| !v).collect() }
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
        let values = self.values.iter().zip(&other.values).map(|(a, b)| f(*a, *b)).collect();
        Self { size: self.size, values }
    }
}
