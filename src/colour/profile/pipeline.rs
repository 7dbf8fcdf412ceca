//! A conversion in `f64`, step by step as a profile means it: what is measured on it (black points, tables)
//! and what [`Stages`] are made from. One colour at a time; pixels never come here.

use std::sync::Arc;

use crate::colour::curve::Curve;
use crate::image::multiply;
use crate::image::stages::{Sampled, Spacing, Stage, Stages, Table};

/// A matrix and an offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Affine {
    pub(crate) matrix: [[f64; 3]; 3],
    pub(crate) offset: [f64; 3],
}

impl Affine {
    pub(crate) fn matrix(matrix: [[f64; 3]; 3]) -> Self {
        Self { matrix, offset: [0.0; 3] }
    }

    /// A factor and an offset a channel.
    pub(crate) fn scale(by: [f64; 3], offset: [f64; 3]) -> Self {
        let [x, y, z] = by;
        Self { matrix: [[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, z]], offset }
    }

    fn at(&self, v: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|r| (0..3).map(|c| self.matrix[r][c] * v[c]).sum::<f64>() + self.offset[r])
    }

    /// `self`, then `next`.
    fn then(&self, next: &Self) -> Self {
        Self { matrix: multiply(next.matrix, self.matrix), offset: next.at(self.offset) }
    }

    fn is_identity(&self) -> bool {
        let unit = |r: usize, c: usize| if r == c { 1.0 } else { 0.0 };
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        (0..3).all(|r| near(self.offset[r], 0.0) && (0..3).all(|c| near(self.matrix[r][c], unit(r, c))))
    }
}

/// One step.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Curves(Vec<Curve>),
    Affine(Affine),
    Table(Table),
    /// From Lab's curve to light.
    Cube,
    /// From light to Lab's curve.
    Root,
}

/// Steps in order; colours have up to four channels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pipeline(pub(crate) Vec<Step>);

impl Pipeline {
    /// A colour through all steps.
    pub(crate) fn at(&self, colour: [f64; 4]) -> [f64; 4] {
        self.0.iter().fold(colour, |v, step| step.at(v))
    }

    /// `self`, then `next`.
    pub(crate) fn then(mut self, next: Self) -> Self {
        self.0.extend(next.0);
        self
    }

    /// Neighbouring affine steps as one, and none that does nothing.
    pub(crate) fn folded(self) -> Self {
        let mut steps: Vec<Step> = Vec::with_capacity(self.0.len());
        for step in self.0 {
            match (steps.last_mut(), step) {
                (Some(Step::Affine(before)), Step::Affine(next)) => *before = before.then(&next),
                (_, Step::Curves(curves)) if curves.iter().all(|c| *c == Curve::Gamma(1.0)) => {}
                (_, step) => steps.push(step),
            }
        }
        steps.retain(|step| !matches!(step, Step::Affine(a) if a.is_identity()));
        Self(steps)
    }

    /// White, where the colour 1, 1, 1 comes out near white, comes out exactly white: sixteen fractional
    /// bits of a profile are no tint.
    pub(crate) fn white_kept(mut self) -> Self {
        let out = self.at([1.0; 4]);
        if let Some(Step::Affine(last)) = self.0.last_mut()
            && out[..3].iter().all(|v| (v - 1.0).abs() < 5e-3)
            && last.offset.iter().all(|v| v.abs() < 1e-12)
        {
            for (row, v) in last.matrix.iter_mut().zip(out) {
                row.iter_mut().for_each(|m| *m /= v);
            }
        }
        self
    }

    /// Between two spaces of curves and a matrix, equal parts stay equal parts where the matrix means it.
    pub(crate) fn neutral_kept(mut self) -> Self {
        if let [Step::Curves(_), Step::Affine(between), Step::Curves(_)] = self.0.as_mut_slice() {
            let sums = between.matrix.map(|row| row.iter().sum::<f64>());
            let near = sums.iter().all(|s| (s - 1.0).abs() < 1e-4);
            if near && between.offset.iter().all(|v| v.abs() < 1e-12) {
                for (row, sum) in between.matrix.iter_mut().zip(sums) {
                    row.iter_mut().for_each(|v| *v /= sum);
                }
            }
        }
        self
    }

    /// The same as numbers for pixels: curves of so many nodes.
    pub(crate) fn stages(&self) -> Stages {
        Stages(self.0.iter().map(Step::stage).collect())
    }
}

impl Step {
    fn at(&self, v: [f64; 4]) -> [f64; 4] {
        let three = |[r, g, b]: [f64; 3]| [r, g, b, v[3]];
        match self {
            Self::Curves(curves) => std::array::from_fn(|c| curves.get(c).map_or(v[c], |f| f.at(v[c]))),
            Self::Affine(a) => three(a.at([v[0], v[1], v[2]])),
            Self::Table(table) => look_up(table, v),
            Self::Cube => three([0, 1, 2].map(|c| cube(v[c]))),
            Self::Root => three([0, 1, 2].map(|c| root(v[c]))),
        }
    }

    fn stage(&self) -> Stage {
        match self {
            Self::Curves(curves) => Stage::Curves(all_sampled(curves)),
            Self::Affine(a) => Stage::Affine {
                matrix: a.matrix.map(|row| row.map(|v| v as f32)),
                offset: a.offset.map(|v| v as f32),
            },
            Self::Table(table) => Stage::Table(table.clone()),
            Self::Cube => Stage::Cube,
            Self::Root => Stage::Root,
        }
    }
}

/// Nodes of a smooth curve: the lines between them are off by less than half a millionth, and those of three
/// channels stay in the first cache.
const NODES: usize = 1025;

/// Curves as straight lines; equal ones share theirs.
pub(crate) fn all_sampled(curves: &[Curve]) -> Vec<Sampled> {
    let mut made: Vec<Sampled> = Vec::with_capacity(curves.len());
    for (i, curve) in curves.iter().enumerate() {
        let twin = curves[..i].iter().position(|c| c == curve).map(|k| made[k].clone());
        made.push(twin.unwrap_or_else(|| sampled(curve)));
    }
    made
}

/// A curve as straight lines; a table keeps its own nodes.
fn sampled(curve: &Curve) -> Sampled {
    let (count, spacing, clamped) = match curve {
        Curve::Table(table) => (table.len().max(2), Spacing::Even, true),
        Curve::Inverse(inner) => (NODES, Spacing::Roots, matches!(**inner, Curve::Table(_))),
        Curve::Lightness(inner) => match **inner {
            Curve::Table(_) => (NODES, Spacing::Even, true),
            _ => (NODES, Spacing::Even, false),
        },
        Curve::Gamma(g) if *g == 1.0 => (2, Spacing::Even, false),
        _ => (NODES, Spacing::Even, false),
    };
    Sampled::new(count, spacing, clamped, |x| curve.at(x))
}

/// The table, as the pixels' twin reads it.
fn look_up(table: &Table, v: [f64; 4]) -> [f64; 4] {
    let strides = table.strides();
    let mut cells: Vec<(usize, f64)> = Vec::with_capacity(4);
    let mut base = 0;
    for k in 0..table.inputs {
        let at = v[k].clamp(0.0, 1.0) * (table.grid[k] - 1) as f64;
        let i = (at as usize).min(table.grid[k].saturating_sub(2));
        base += i * strides[k];
        cells.push((if table.grid[k] > 1 { strides[k] } else { 0 }, at - i as f64));
    }
    let tetrahedron = |base: usize, cells: &[(usize, f64)]| {
        let mut order = cells.to_vec();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        let node = |at: usize| table.nodes[at].map(f64::from);
        let mut sum = node(base);
        let mut at = base;
        for (step, share) in order {
            let before = node(at);
            at += step;
            let after = node(at);
            (0..4).for_each(|c| sum[c] += (after[c] - before[c]) * share);
        }
        sum
    };
    match cells.as_slice() {
        [(step, share), rest @ ..] if rest.len() == 3 => {
            let (near, far) = (tetrahedron(base, rest), tetrahedron(base + step, rest));
            std::array::from_fn(|c| near[c] + (far[c] - near[c]) * share)
        }
        all => tetrahedron(base, all),
    }
}

const KNEE: f64 = 6.0 / 29.0;

fn cube(t: f64) -> f64 {
    if t > KNEE { t * t * t } else { 3.0 * KNEE * KNEE * (t - 4.0 / 29.0) }
}

fn root(v: f64) -> f64 {
    if v > KNEE * KNEE * KNEE { v.cbrt() } else { v / (3.0 * KNEE * KNEE) + 4.0 / 29.0 }
}

/// A table from nodes in the order of the file; `None` where they do not fill the grid.
pub(crate) fn table(grid: &[usize], outputs: usize, values: impl Iterator<Item = f32>) -> Option<Table> {
    let inputs = grid.len();
    if !(1..=4).contains(&inputs) || !(1..=4).contains(&outputs) || grid.contains(&0) {
        return None;
    }
    let mut sides = [1; 4];
    sides[..inputs].copy_from_slice(grid);
    let count = grid.iter().try_fold(1_usize, |n, g| n.checked_mul(*g))?;
    let values: Vec<f32> = values.take(count.checked_mul(outputs)?).collect();
    let nodes: Arc<[[f32; 4]]> = values
        .chunks_exact(outputs)
        .map(|node| std::array::from_fn(|c| node.get(c).copied().unwrap_or(0.0)))
        .collect();
    (nodes.len() == count).then_some(Table { grid: sides, inputs, nodes })
}
