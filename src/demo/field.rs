//! Slow functions on a coarse lattice: evaluated at its nodes, bilinear between them.
//!
//! Light, folds and shadows change over many pixels; this is what makes a large shot cheap.

use rayon::prelude::*;

use super::outline::Point;

/// Four numbers that vary slowly over a rectangle.
#[derive(Clone, Debug)]
pub(super) struct Field {
    origin: Point,
    inverse_step: f32,
    columns: usize,
    rows: usize,
    nodes: Vec<[f32; 4]>,
}

impl Field {
    /// A lattice over `bounds` with a node every `step`; zero until [`Field::fill`].
    pub(super) fn over(bounds: [Point; 2], step: f32) -> Self {
        let span = |axis: usize| ((bounds[1][axis] - bounds[0][axis]) / step).ceil().clamp(1.0, 4096.0);
        let (columns, rows) = (span(0) as usize + 2, span(1) as usize + 2);
        let nodes = vec![[0.0; 4]; columns * rows];
        Self { origin: bounds[0], inverse_step: 1.0 / step, columns, rows, nodes }
    }

    /// The distance between nodes.
    pub(super) fn step(&self) -> f32 {
        1.0 / self.inverse_step
    }

    /// Columns and rows of nodes.
    pub(super) fn dimensions(&self) -> (usize, usize) {
        (self.columns, self.rows)
    }

    /// The nodes, row by row.
    pub(super) fn nodes(&self) -> &[[f32; 4]] {
        &self.nodes
    }

    /// Sets every node from its position and old value.
    pub(super) fn fill(&mut self, f: impl Fn(Point, [f32; 4]) -> [f32; 4] + Sync) {
        let (step, origin) = (self.step(), self.origin);
        self.nodes.par_chunks_mut(self.columns).enumerate().for_each(|(j, row)| {
            for (i, node) in row.iter_mut().enumerate() {
                *node = f([origin[0] + i as f32 * step, origin[1] + j as f32 * step], *node);
            }
        });
    }

    /// Sets every node from its place in the lattice: `f(column, row, old)`.
    pub(super) fn fill_by_place(&mut self, f: impl Fn(usize, usize, [f32; 4]) -> [f32; 4] + Sync) {
        self.nodes.par_chunks_mut(self.columns).enumerate().for_each(|(j, row)| {
            for (i, node) in row.iter_mut().enumerate() {
                *node = f(i, j, *node);
            }
        });
    }

    /// The value at a point; the border's value beyond it.
    #[inline]
    pub(super) fn at(&self, p: Point) -> [f32; 4] {
        let (i, u) = place(p[0] - self.origin[0], self.inverse_step, self.columns);
        let (j, v) = place(p[1] - self.origin[1], self.inverse_step, self.rows);
        let k = j * self.columns + i;
        let top = lerp(self.nodes[k], self.nodes[k + 1], u);
        let bottom = lerp(self.nodes[k + self.columns], self.nodes[k + self.columns + 1], u);
        lerp(top, bottom, v)
    }

    /// The nodes' values on the horizontal line through `y`.
    pub(super) fn line(&self, y: f32, out: &mut Vec<[f32; 4]>) {
        let (j, v) = place(y - self.origin[1], self.inverse_step, self.rows);
        let (upper, lower) = self.nodes[j * self.columns..][..2 * self.columns].split_at(self.columns);
        out.clear();
        out.extend(upper.iter().zip(lower).map(|(a, b)| lerp(*a, *b, v)));
    }

    /// The value at `x` on a line from [`Field::line`].
    #[inline]
    pub(super) fn on_line(&self, line: &[[f32; 4]], x: f32) -> [f32; 4] {
        let (i, u) = place(x - self.origin[0], self.inverse_step, self.columns);
        lerp(line[i], line[i + 1], u)
    }
}

#[inline]
fn place(offset: f32, inverse_step: f32, count: usize) -> (usize, f32) {
    let t = (offset * inverse_step).clamp(0.0, (count - 1) as f32);
    let i = (t as i32 as usize).min(count - 2);
    (i, t - i as f32)
}

#[inline]
fn lerp(a: [f32; 4], b: [f32; 4], t: f32) -> [f32; 4] {
    [0, 1, 2, 3].map(|c| a[c] + (b[c] - a[c]) * t)
}

/// Three box means: close to a normal blur of this standard deviation, in nodes.
pub(super) fn blur(mut values: Vec<f32>, columns: usize, rows: usize, sigma: f32) -> Vec<f32> {
    let radius = (sigma + 0.3) as usize;
    let mut out = vec![0.0; values.len()];
    for _ in 0..3 {
        for j in 0..rows {
            box_mean(&values, &mut out, j * columns, 1, columns, radius);
        }
        for i in 0..columns {
            box_mean(&out, &mut values, i, columns, rows, radius);
        }
    }
    values
}

fn box_mean(from: &[f32], to: &mut [f32], start: usize, stride: usize, count: usize, radius: usize) {
    let at = |i: isize| from[start + i.clamp(0, count as isize - 1) as usize * stride];
    let radius = radius as isize;
    let scale = 1.0 / (2 * radius + 1) as f32;
    let mut sum: f32 = (-radius..=radius).map(at).sum();
    for i in 0..count as isize {
        to[start + i as usize * stride] = sum * scale;
        sum += at(i + radius + 1) - at(i - radius);
    }
}
