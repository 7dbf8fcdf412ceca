//! What product and backdrop look like around every place: means and second moments of their known pixels.
//!
//! Sums over cells as large as a tile, filled outwards by push-pull (Gortler et al. 1996): a place with enough
//! known pixels near it speaks for itself, another hears what lies around it.

use super::gather::Reader;
use super::tiles::{SIDE, Trimap};
use crate::image::{Format, Plane, Size};

/// Numbers of one class: three means, and the second moments rr, rg, rb, gg, gb, bb.
pub(super) const MOMENTS: usize = 9;
/// Numbers of a cell: product, then backdrop.
pub(super) const RUNS: usize = 2 * MOMENTS;
/// Known pixels (every second one along each side counts) at which a cell needs no neighbour.
const ENOUGH: f32 = 2.0;
/// Pairs of channels in the order of the second moments.
const PAIRS: [(usize, usize); 6] = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];

/// Weight and weighted moments of a cell.
type Sums = [f32; 1 + MOMENTS];

/// Cells of one class over a picture.
struct Level {
    width: usize,
    height: usize,
    cells: Vec<Sums>,
}

impl Level {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, cells: vec![[0.0; 1 + MOMENTS]; width * height] }
    }

    fn half(&self) -> Self {
        let mut half = Self::new(self.width.div_ceil(2), self.height.div_ceil(2));
        for (i, cell) in self.cells.iter().enumerate() {
            let (x, y) = (i % self.width / 2, i / self.width / 2);
            let sum = &mut half.cells[y * half.width + x];
            sum.iter_mut().zip(cell).for_each(|(s, c)| *s += c);
        }
        half
    }

    /// Between four cells, at a place of a level twice as fine.
    fn between(&self, x: usize, y: usize) -> Sums {
        let at = |i: usize, limit: usize| {
            let v = ((i as f32 + 0.5) * 0.5 - 0.5).clamp(0.0, (limit - 1) as f32);
            (v as usize, (v as usize + 1).min(limit - 1), v.fract())
        };
        let ((x0, x1, fx), (y0, y1, fy)) = (at(x, self.width), at(y, self.height));
        let cell = |x: usize, y: usize| &self.cells[y * self.width + x];
        std::array::from_fn(|k| {
            let upper = cell(x0, y0)[k] + (cell(x1, y0)[k] - cell(x0, y0)[k]) * fx;
            let lower = cell(x0, y1)[k] + (cell(x1, y1)[k] - cell(x0, y1)[k]) * fx;
            upper + (lower - upper) * fy
        })
    }

    /// Means, each cell's own as far as it has enough pixels, the rest from the coarser level.
    fn fill(self) -> Self {
        if self.width * self.height == 1 {
            return self.means(|own, _, _| own.map(|v| v / own[0].max(1e-6)));
        }
        let coarse = self.half().fill();
        self.means(|own, x, y| {
            let share = (own[0] / ENOUGH).min(1.0);
            if share >= 1.0 {
                return own.map(|v| v / own[0]);
            }
            let around = coarse.between(x, y);
            std::array::from_fn(|k| share * own[k] / own[0].max(1e-6) + (1.0 - share) * around[k])
        })
    }

    fn means(mut self, of: impl Fn(&Sums, usize, usize) -> Sums) -> Self {
        for (i, cell) in self.cells.iter_mut().enumerate() {
            *cell = of(cell, i % self.width, i / self.width);
        }
        self
    }
}

/// Size of the plane that holds the statistics of a picture: runs of [`RUNS`] numbers a line of cells.
pub(super) fn plane_size(picture: Size) -> Size {
    let side = SIDE as u32;
    Size::new(picture.width.div_ceil(side) * RUNS as u32, picture.height.div_ceil(side))
}

/// Statistics of a photograph: for every cell the moments of the product, then of the backdrop.
pub(super) fn statistics(reader: &Reader<'_>, trimap: &Trimap) -> Plane {
    let [product, backdrop] = sums(reader, trimap).map(Level::fill);
    let mut plane = Plane::zeros(plane_size(trimap.size()), Format::Gray);
    let width = product.width;
    for (y, row) in plane.floats_mut().chunks_exact_mut(RUNS * width).enumerate() {
        for (class, level) in [&product, &backdrop].into_iter().enumerate() {
            for (x, cell) in level.cells[y * width..(y + 1) * width].iter().enumerate() {
                for k in 0..MOMENTS {
                    row[(class * MOMENTS + k) * width + x] = cell[1 + k] / cell[0].max(1e-6);
                }
            }
        }
    }
    plane
}

/// Sums of the known pixels of both classes: product, backdrop.
fn sums(reader: &Reader<'_>, trimap: &Trimap) -> [Level; 2] {
    let size = trimap.size();
    let (width, height) = ((size.width as usize).div_ceil(SIDE), (size.height as usize).div_ceil(SIDE));
    let mut levels = [Level::new(width, height), Level::new(width, height)];
    for y in (0..size.height as usize).step_by(2) {
        let row = trimap.row(y);
        for (x, code) in row.iter().enumerate().step_by(2) {
            let level = match code {
                255 => &mut levels[0],
                0 => &mut levels[1],
                _ => continue,
            };
            let light = reader.at(x, y);
            let sum = &mut level.cells[y / SIDE * width + x / SIDE];
            sum[0] += 1.0;
            (0..3).for_each(|c| sum[1 + c] += light[c]);
            for (s, (a, b)) in sum[4..].iter_mut().zip(PAIRS) {
                *s += light[a] * light[b];
            }
        }
    }
    levels
}

/// How far the backdrop is from one colour and from smooth light: the 90 % quantiles, over its cells, of the
/// distance of chromaticity from its median and of log luminance from the mean of its four neighbours. Both are
/// small for the wall of a studio whatever its light; a garden or a sharp wood fails one of them.
pub(super) fn backdrop_variety(reader: &Reader<'_>, trimap: &Trimap) -> [f32; 2] {
    let [_, backdrop] = sums(reader, trimap);
    let mean = |c: &Sums| [1, 2, 3].map(|k| (c[k] / c[0]).max(1e-3));
    let full = |c: &&Sums| c[0] > 16.0;
    let chroma: Vec<[f32; 3]> = backdrop.cells.iter().filter(full).map(|c| unit_sum(mean(c))).collect();
    if chroma.is_empty() {
        return [f32::MAX; 2];
    }
    let centre = [0, 1, 2].map(|k| quantile(chroma.iter().map(|c| c[k]).collect(), 0.5));
    let away = chroma.iter().map(|c| (0..3).map(|k| (c[k] - centre[k]).abs()).sum());
    let log = |i: usize| {
        let cell = backdrop.cells.get(i).filter(full)?;
        Some(mean(cell).iter().sum::<f32>().ln())
    };
    let width = backdrop.width;
    let bends = (width + 1..backdrop.cells.len()).filter_map(|i| {
        let around = [log(i - 1)?, log(i + 1)?, log(i - width)?, log(i + width)?];
        Some((log(i)? - 0.25 * around.iter().sum::<f32>()).abs())
    });
    let bends: Vec<f32> = bends.collect();
    let bend = if bends.is_empty() { 0.0 } else { quantile(bends, 0.9) };
    [quantile(away.collect(), 0.9), bend]
}

fn unit_sum(c: [f32; 3]) -> [f32; 3] {
    let sum = c[0] + c[1] + c[2];
    c.map(|v| v / sum)
}

/// The value that a share of all are not above.
fn quantile(mut values: Vec<f32>, share: f32) -> f32 {
    let at = ((values.len() - 1) as f32 * share) as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::super::gather::Light;
    use super::*;
    use crate::image::Image;

    #[test]
    fn flat_colours_are_their_own_mean_everywhere() {
        let size = Size::new(100, 70);
        let codes: Vec<u8> = (0..size.pixels())
            .flat_map(|i| if i % 100 < 50 { [200, 100, 50] } else { [90, 90, 200] })
            .collect();
        let Ok(image) = Image::from_srgb8(size, 3, &codes) else { unreachable!() };
        let known = (0..size.pixels()).map(|i| match i % 100 {
            0..30 => 255,
            70.. => 0,
            _ => 128,
        });
        let Some(trimap) = Trimap::new(size, known.collect()) else { unreachable!() };
        let reader = Reader::new(&image, Light::Linear);
        let plane = statistics(&reader, &trimap);
        let width = plane.size().width as usize / RUNS;
        for row in plane.floats().chunks_exact(RUNS * width) {
            for (k, want) in reader.at(0, 0).into_iter().chain(reader.at(99, 0)).enumerate() {
                let run = if k < 3 { k } else { MOMENTS + k - 3 };
                assert!(row[run * width..(run + 1) * width].iter().all(|v| (v - want).abs() < 1e-5));
            }
        }
        assert!(backdrop_variety(&reader, &trimap).iter().all(|v| *v < 1e-5));
    }
}
