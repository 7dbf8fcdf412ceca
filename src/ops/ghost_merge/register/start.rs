//! First guesses of where the front's outline lies in the inner shot, by looking everywhere.
//!
//! A template of points beside the opening is laid over the inner garment's signed distances at every place, turn
//! and scale of a grid: what was just inside has to be inside, at the same distance from the edge, and what was
//! outside, outside. No correspondence is needed, so no start is. The best guess is bettered by halving steps.

use super::affine::Affine;
use super::opening::End;
use crate::image::Size;
use crate::ops::field::{Field, Mask, distance};

/// Cells of the long side of the small picture that is searched.
const CELLS: usize = 160;
/// Scales that are tried, from `SCALES[0]` to `SCALES[1]`, and the step from one to the next.
const SCALES: [f64; 2] = [0.45, 1.9];
const SCALE_STEP: f64 = 1.09;
/// Distances beyond this many cells are not told apart.
const CAP: f64 = 24.0;
/// Depth in widths of the template's points inside and outside of the outline, and the error at which one is wrong.
const DEPTH: f64 = 0.1;
const WRONG: f64 = 0.25;
/// What a point outside of the picture counts for: little better than a wrong one.
const UNSEEN: f64 = 0.2;
/// Cells between the places that are tried.
const STRIDE: usize = 3;
/// Points a side of the template of the search, and of the one that betters.
const FEW: usize = 12;
const MANY: usize = 48;

/// How the inner shot was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pose {
    /// As the front, turned by few degrees at most.
    Upright,
    /// On its head.
    UpsideDown,
    /// A quarter turn clockwise.
    Right,
    /// A quarter turn counter-clockwise.
    Left,
}

impl Pose {
    /// Turns in degrees that are tried.
    fn turns(self) -> &'static [f64] {
        match self {
            Self::Upright => &[0.0, 7.0, -7.0, 14.0, -14.0, 21.0, -21.0],
            Self::UpsideDown => &[180.0, 172.0, 188.0],
            Self::Right => &[90.0, 82.0, 98.0],
            Self::Left => &[-90.0, -82.0, -98.0],
        }
    }
}

/// Signed distances of the inner garment in cells, positive outside.
pub(super) struct Relief {
    cells: Field,
    /// Pixels a side of a cell.
    block: f64,
}

impl Relief {
    /// The relief of a garment's alpha.
    pub(super) fn of(alpha: &Field) -> Self {
        let block = alpha.size().long_side().div_ceil(CELLS as u32).max(1);
        let size = Size::new(alpha.size().width.div_ceil(block), alpha.size().height.div_ceil(block));
        let b = block as usize;
        let solid = Mask::from_fn(size, |x, y| {
            let (x, y) = (x * b + b / 2, y * b + b / 2);
            alpha.at(x.min(alpha.width() - 1), y.min(alpha.height() - 1)) >= 0.5
        });
        let (out, within) = (distance(&solid, CAP as u16 + 1), distance(&solid.not(), CAP as u16 + 1));
        let cells = Field::from_fn(size, |x, y| {
            let (o, i) = (out.at(x, y), within.at(x, y));
            if o > 0.0 { o - 0.5 } else { 0.5 - i }
        });
        Self { cells, block: f64::from(block) }
    }

    /// Signed distance in cells at a pixel, between cells; `None` outside the picture.
    fn smooth(&self, p: [f64; 2]) -> Option<f64> {
        let [x, y] = p.map(|v| v / self.block);
        let within = x >= 0.0 && y >= 0.0 && x < self.cells.width() as f64 && y < self.cells.height() as f64;
        within.then(|| super::opening::read(&self.cells, [x, y]))
    }
}

/// Points beside the front's outline, with the signed distance that each has there.
pub(super) struct Template {
    points: Vec<([f64; 2], f64)>,
    width: f64,
    middle: [f64; 2],
}

impl Template {
    /// Points along both sides of the opening, `from..to` pixels away from it; `depth` pixels off the outline.
    pub(super) fn new(ends: &[End; 2], (from, to): (f64, f64), depth: f64, count: usize) -> Self {
        let mut points = Vec::new();
        for end in ends {
            // Points that are seen count: sides make up for an armhole.
            let [from, to] = [from, to].map(|way| (way as usize).min(end.points.len()));
            let range = from..to;
            let count = count.min(range.len());
            for k in 0..count {
                let i = range.start + k * range.len() / count;
                let (p, n) = (end.points[i], end.normals[i]);
                for d in [-depth, 0.0, depth] {
                    points.push(([p[0] + d * n[0], p[1] + d * n[1]], d));
                }
            }
        }
        let [l, r] = ends.each_ref().map(End::at);
        Self { points, width: depth / DEPTH, middle: [0, 1].map(|k| 0.5 * (l[k] + r[k])) }
    }

    /// Mean squared difference of distances in front pixels; what falls outside the picture may be anything.
    fn cost(&self, relief: &Relief, map: &Affine) -> f64 {
        let cell = relief.block / map.scale();
        let (wrong, unseen) = self.errors();
        let error = |(p, d): &([f64; 2], f64)| {
            let found = relief.smooth(map.apply(*p));
            found.map_or(unseen, |found| (found * cell - d).powi(2).min(wrong))
        };
        self.points.iter().map(error).sum::<f64>() / self.points.len().max(1) as f64
    }

    /// Largest squared error of a point, and that of one that is not seen.
    fn errors(&self) -> (f64, f64) {
        ((WRONG * self.width).powi(2), (UNSEEN * self.width).powi(2))
    }

    /// The points in cells under a map, both sides in turn, so that a wrong place is found out early.
    fn placed(&self, map: &Affine, relief: &Relief) -> Vec<([f32; 2], f32)> {
        let half = self.points.len() / 2;
        let order = (0..half).flat_map(|i| [i, self.points.len() - 1 - i]);
        let cells = |p: [f64; 2]| map.apply(p).map(|v| (v / relief.block) as f32);
        order.map(|i| (cells(self.points[i].0), self.points[i].1 as f32)).collect()
    }

    /// The cost of placed points moved by `to`, from the nearest cells; infinite as soon as it is over `limit`.
    fn glance(
        &self,
        placed: &[([f32; 2], f32)],
        relief: &Relief,
        to: [f64; 2],
        scale: f64,
        limit: f64,
    ) -> f64 {
        let (cell, to) = ((relief.block / scale) as f32, to.map(|v| (v / relief.block) as f32));
        let (wrong, unseen) = self.errors();
        let (wrong, unseen) = (wrong as f32, unseen as f32);
        let limit = (limit * placed.len() as f64) as f32;
        let (w, h) = (relief.cells.width() as f32, relief.cells.height() as f32);
        let mut sum = 0.0;
        for ([x, y], d) in placed {
            let (x, y) = (x + to[0], y + to[1]);
            let within = x >= 0.0 && y >= 0.0 && x < w && y < h;
            let error =
                if within { (relief.cells.at(x as usize, y as usize) * cell - d).powi(2) } else { unseen };
            sum += error.min(wrong);
            if sum >= limit {
                return f64::INFINITY;
            }
        }
        f64::from(sum) / placed.len().max(1) as f64
    }
}

/// A first guess.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guess {
    /// From front pixels to inner pixels.
    pub(super) map: Affine,
    /// Root mean squared difference of distances, in front pixels.
    pub(super) error: f64,
}

/// The best guess in a pose. `range` says which part of the outline beside the opening speaks, in opening widths.
pub(super) fn search(
    relief: &Relief,
    ends: &[End; 2],
    width: f64,
    range: [f64; 2],
    pose: Pose,
) -> Option<Guess> {
    let range = (range[0] * width, range[1] * width);
    let depth = DEPTH * width;
    let few = Template::new(ends, range, depth, FEW);
    if few.points.is_empty() {
        return None;
    }
    let stride = STRIDE as f64 * relief.block;
    let (columns, rows) = (relief.cells.width() / STRIDE + 1, relief.cells.height() / STRIDE + 1);
    let mut best = (f64::INFINITY, [0.0; 4]);
    for scale in scales() {
        for degrees in pose.turns() {
            let still = [scale.ln(), degrees.to_radians(), 0.0, 0.0];
            let placed = few.placed(&similarity(still, few.middle), relief);
            for (i, j) in (0..rows).flat_map(|j| (0..columns).map(move |i| (i, j))) {
                let to = [i as f64 * stride, j as f64 * stride];
                let cost = few.glance(&placed, relief, to, scale, best.0);
                if cost < best.0 {
                    best = (cost, [still[0], still[1], to[0], to[1]]);
                }
            }
        }
    }
    best.0.is_finite().then(|| better(relief, &Template::new(ends, range, depth, MANY), best.1))
}

/// Scales, the likely ones first: a good guess found early ends most others after a point or two.
fn scales() -> impl Iterator<Item = f64> {
    let steps = (0..40).flat_map(|k| [SCALE_STEP.powi(k), SCALE_STEP.powi(-k - 1)]);
    steps.filter(|s| (SCALES[0]..=SCALES[1]).contains(s))
}

fn similarity(at: [f64; 4], middle: [f64; 2]) -> Affine {
    Affine::similarity(at[0].exp(), at[1], middle, [at[2], at[3]])
}

/// Steps in scale, turn and place, halved whenever none of them helps.
fn better(relief: &Relief, template: &Template, mut at: [f64; 4]) -> Guess {
    let mut steps = [0.04, 0.06, 2.0 * relief.block, 2.0 * relief.block];
    let mut least = template.cost(relief, &similarity(at, template.middle));
    for _ in 0..6 {
        let mut helped = true;
        while helped {
            helped = false;
            for (k, sign) in (0..4).flat_map(|k| [(k, 1.0), (k, -1.0)]) {
                let mut trial = at;
                trial[k] += sign * steps[k];
                let cost = template.cost(relief, &similarity(trial, template.middle));
                if cost < 0.999 * least {
                    (at, least, helped) = (trial, cost, true);
                }
            }
        }
        steps = steps.map(|s| 0.5 * s);
    }
    Guess { map: similarity(at, template.middle), error: least.sqrt() }
}
