//! Which parts of a picture hold unknown alpha: square tiles, in reading order.
//!
//! A band of tiles is stored as a plane whose rows are tiles: 256 pixels a row, line by line of the tile. A
//! table gives every tile its place, its parent in the next coarser level, and the rows of its eight
//! neighbours. Nothing here reads a pixel's colour.

use crate::image::{Format, Plane, Size};

/// Side of a tile in pixels.
pub(in crate::ops) const SIDE: usize = 16;
/// Pixels of a tile.
pub(super) const PIXELS: usize = SIDE * SIDE;
/// Numbers a tile has in the table: x, y, parent, then nine neighbours line by line, itself the fifth.
pub(super) const ENTRY: usize = 16;
/// Pixels around an unknown one that are in tiles too: what the windows of two steps in a row reach.
const AROUND: usize = 4;

/// A tile that is certain in the index.
pub(in crate::ops) const BACKDROP: f32 = -1.0;
/// A tile that is certain in the index.
pub(super) const PRODUCT: f32 = -2.0;

/// What is known before solving, one code a pixel: 0 backdrop, 255 product, all else unknown.
#[derive(Clone, PartialEq, Eq)]
pub struct Trimap {
    size: Size,
    codes: Vec<u8>,
}

impl std::fmt::Debug for Trimap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Trimap({})", self.size)
    }
}

impl Trimap {
    /// A trimap from its codes in reading order; `None` where their number does not fit.
    #[must_use]
    pub fn new(size: Size, codes: Vec<u8>) -> Option<Self> {
        (codes.len() == size.pixels() && size.pixels() > 0).then_some(Self { size, codes })
    }

    /// Its size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// The codes of a line; below and above the picture the last and first repeat.
    #[must_use]
    pub fn row(&self, y: usize) -> &[u8] {
        let width = self.size.width as usize;
        let y = y.min(self.size.height as usize - 1);
        &self.codes[y * width..(y + 1) * width]
    }

    /// The code of a pixel, clamped to the picture.
    #[must_use]
    #[inline(always)]
    pub fn at(&self, x: usize, y: usize) -> u8 {
        self.row(y)[x.min(self.size.width as usize - 1)]
    }

    /// Changes every code by its place.
    pub(in crate::ops) fn change(&mut self, new: impl Fn(usize, usize, u8) -> u8) {
        let width = self.size.width as usize;
        self.codes.iter_mut().enumerate().for_each(|(i, c)| *c = new(i % width, i / width, *c));
    }

    /// Share of the pixels that are unknown.
    #[must_use]
    pub fn unknown_share(&self) -> f32 {
        let unknown = self.codes.iter().filter(|c| unknown(**c)).count();
        unknown as f32 / self.codes.len() as f32
    }

    /// The trimap at half the size: certain where all four pixels are alike.
    #[must_use]
    pub fn half(&self) -> Self {
        let size = Size::new(self.size.width.div_ceil(2), self.size.height.div_ceil(2));
        let mut codes = Vec::with_capacity(size.pixels());
        for y in 0..size.height as usize {
            let (upper, lower) = (self.row(2 * y), self.row(2 * y + 1));
            codes.extend(upper.chunks(2).zip(lower.chunks(2)).map(|(a, b)| {
                let alike = |code: u8| a.iter().chain(b).all(|c| *c == code);
                if alike(0) {
                    0
                } else if alike(255) {
                    255
                } else {
                    128
                }
            }));
        }
        Self { size, codes }
    }
}

/// Whether a code is neither backdrop nor product.
#[must_use]
#[inline(always)]
pub(super) fn unknown(code: u8) -> bool {
    code != 0 && code != 255
}

/// The tiles of one level.
#[derive(Debug)]
pub(super) struct Tiles {
    /// Pixels of the level.
    pub(super) size: Size,
    /// Column and row of every tile, in reading order.
    pub(super) places: Vec<(usize, usize)>,
    columns: usize,
    rows: usize,
    /// For every place: a tile's row in the band, or what it certainly is.
    slots: Vec<f32>,
}

impl Tiles {
    /// The tiles that solving a trimap needs.
    #[must_use]
    pub(super) fn of(trimap: &Trimap) -> Self {
        let size = trimap.size();
        let (columns, rows) = ((size.width as usize).div_ceil(SIDE), (size.height as usize).div_ceil(SIDE));
        let mut slots = vec![BACKDROP; columns * rows];
        let mut wanted = vec![false; columns * rows];
        for ty in 0..rows {
            for tx in 0..columns {
                let seen = Seen::of(trimap, tx, ty);
                if seen.product {
                    slots[ty * columns + tx] = PRODUCT;
                }
                if seen.product && seen.backdrop {
                    wanted[ty * columns + tx] = true;
                }
                let Some([left, top, right, bottom]) = seen.unknown else { continue };
                let reach = |from: usize, to: usize, at: usize, limit: usize| {
                    let first = if from < AROUND { at.saturating_sub(1) } else { at };
                    first..(if to + AROUND >= SIDE { at + 2 } else { at + 1 }).min(limit)
                };
                for y in reach(top, bottom, ty, rows) {
                    reach(left, right, tx, columns).for_each(|x| wanted[y * columns + x] = true);
                }
            }
        }
        let mut places = Vec::new();
        for (at, _) in wanted.iter().enumerate().filter(|(_, w)| **w) {
            slots[at] = places.len() as f32;
            places.push((at % columns, at / columns));
        }
        Self { size, places, columns, rows, slots }
    }

    /// Size of a plane that holds the band.
    #[must_use]
    pub(super) fn plane_size(&self) -> Size {
        Size::new(PIXELS as u32, self.places.len() as u32)
    }

    fn slot(&self, x: isize, y: isize) -> f32 {
        let inside = (0..self.columns as isize).contains(&x) && (0..self.rows as isize).contains(&y);
        if inside { self.slots[y as usize * self.columns + x as usize] } else { BACKDROP }
    }

    /// The table, one line a tile; `coarser` is the next level.
    #[must_use]
    pub(super) fn table(&self, coarser: Option<&Self>) -> Plane {
        let size = Size::new(ENTRY as u32, self.places.len() as u32);
        let mut table = Plane::zeros(size, Format::Gray);
        for (entry, (tx, ty)) in table.floats_mut().chunks_exact_mut(ENTRY).zip(&self.places) {
            let (x, y) = (*tx as isize, *ty as isize);
            entry[0] = *tx as f32;
            entry[1] = *ty as f32;
            entry[2] = coarser.map_or(BACKDROP, |c| c.slot(x / 2, y / 2));
            for (i, e) in entry[3..12].iter_mut().enumerate() {
                *e = self.slot(x + i as isize % 3 - 1, y + i as isize / 3 - 1);
            }
        }
        table
    }

    /// For every place of the picture, the tile's row in the band, or [`BACKDROP`], or [`PRODUCT`].
    #[must_use]
    pub(super) fn index(&self) -> Plane {
        let mut index = Plane::zeros(Size::new(self.columns as u32, self.rows as u32), Format::Gray);
        index.floats_mut().copy_from_slice(&self.slots);
        index
    }

    /// For every place, whether a tile lies within so many places of it.
    #[must_use]
    pub(super) fn near(&self, places: usize) -> Vec<bool> {
        let mut near = vec![false; self.columns * self.rows];
        for (x, y) in &self.places {
            let columns = x.saturating_sub(places)..(x + places + 1).min(self.columns);
            for row in y.saturating_sub(places)..(y + places + 1).min(self.rows) {
                near[row * self.columns..][columns.clone()].fill(true);
            }
        }
        near
    }

    /// Most rows of the band between a tile and a neighbour of it.
    #[must_use]
    pub(super) fn reach(&self) -> u32 {
        let own = |x: usize, y: usize| self.slot(x as isize, y as isize);
        let far = self.places.iter().map(|(x, y)| {
            let here = own(*x, *y);
            (0..3).map(|i| self.slot(*x as isize + i - 1, *y as isize + 1) - here).fold(1.0, f32::max)
        });
        far.fold(1.0, f32::max) as u32
    }
}

/// What a tile's own pixels are.
struct Seen {
    backdrop: bool,
    product: bool,
    /// Box of its unknown pixels.
    unknown: Option<[usize; 4]>,
}

impl Seen {
    fn of(trimap: &Trimap, tx: usize, ty: usize) -> Self {
        let mut seen = Self { backdrop: false, product: false, unknown: None };
        for y in ty * SIDE..((ty + 1) * SIDE).min(trimap.size().height as usize) {
            let row = trimap.row(y);
            let line = &row[tx * SIDE..((tx + 1) * SIDE).min(row.len())];
            if line.iter().all(|c| *c == 0) {
                seen.backdrop = true;
                continue;
            }
            if line.iter().all(|c| *c == 255) {
                seen.product = true;
                continue;
            }
            seen.backdrop |= line.contains(&0);
            seen.product |= line.contains(&255);
            let first = line.iter().position(|c| unknown(*c));
            let last = line.iter().rposition(|c| unknown(*c));
            if let (Some(first), Some(last)) = (first, last) {
                let at = y - ty * SIDE;
                let [left, top, right, _] = seen.unknown.unwrap_or([first, at, last, at]);
                seen.unknown = Some([left.min(first), top, right.max(last), at]);
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc(size: Size) -> Trimap {
        let code = |x: u32, y: u32| {
            let d = ((f64::from(x) - 60.0).powi(2) + (f64::from(y) - 50.0).powi(2)).sqrt();
            if d < 25.0 {
                255
            } else if d < 32.0 {
                128
            } else {
                0
            }
        };
        let codes = (0..size.height).flat_map(|y| (0..size.width).map(move |x| code(x, y))).collect();
        Trimap::new(size, codes).unwrap_or_else(|| unreachable!())
    }

    #[test]
    fn every_pixel_near_an_unknown_one_lies_in_a_tile_and_the_rest_is_known() {
        let trimap = disc(Size::new(131, 97));
        let tiles = Tiles::of(&trimap);
        let index = tiles.index();
        for y in 0..97_usize {
            for x in 0..131_usize {
                let near = (y.saturating_sub(AROUND)..(y + AROUND + 1).min(97))
                    .flat_map(|v| (x.saturating_sub(AROUND)..(x + AROUND + 1).min(131)).map(move |u| (u, v)))
                    .any(|(u, v)| unknown(trimap.at(u, v)));
                let slot = index.gray_at((x / SIDE) as u32, (y / SIDE) as u32);
                assert!(!near || slot >= 0.0, "{x}, {y}");
                let certain = if trimap.at(x, y) == 255 { PRODUCT } else { BACKDROP };
                assert!(slot >= 0.0 || slot == certain, "{x}, {y} is {slot}");
            }
        }
    }

    #[test]
    fn neighbours_are_mutual_and_within_reach() {
        let tiles = Tiles::of(&disc(Size::new(131, 97)));
        let table = tiles.table(None);
        for (slot, entry) in table.floats().chunks_exact(ENTRY).enumerate() {
            assert_eq!(entry[7], slot as f32);
            for (i, n) in entry[3..12].iter().enumerate().filter(|(_, n)| **n >= 0.0) {
                let back = table.gray_at((11 - i) as u32, *n as u32);
                assert_eq!(back, slot as f32);
                assert!((n - slot as f32).abs() <= tiles.reach() as f32);
            }
        }
    }
}
