//! A product: its parts from back to front, and how each takes the light.
//!
//! The light on a part is worked out once on a coarse lattice. Never touches pixels.

use super::field::{Field, blur};
use super::material::Material;
use super::noise::{smooth_step, value};
use super::outline::{Outline, Point};

/// How a part is formed in depth.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Fabric: swells over `puff` from its edge, with folds.
    Cloth {
        /// Width of the rounded edge.
        puff: f32,
        /// Height of the folds.
        folds: f32,
        /// Direction that folds run in (unit length).
        run: Point,
        /// Folds a unit across and along their run.
        rate: Point,
        /// Height of cables (hand-knit), 0 for none.
        cables: f32,
    },
    /// Turned about a vertical axis at this x, with this much gloss.
    Turned(f32, f32),
    /// A flat face: its light at the top, at the bottom, and its gloss.
    Flat(f32, f32, f32),
}

/// One part of a product.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) outline: Outline,
    pub(super) material: Material,
    pub(super) form: Form,
    /// Lies flat on this earlier part and takes its light.
    pub(super) on: Option<usize>,
    /// How much it darkens what lies under its edge.
    pub(super) casts: f32,
    /// Cosine and sine of the angle its texture is turned by.
    pub(super) turn: Point,
    /// Brightness, for insides and undersides.
    pub(super) dim: f32,
}

impl Part {
    /// A part that casts the usual small shadow on what lies under it.
    pub(super) fn new(outline: Outline, material: Material, form: Form) -> Self {
        Self { outline, material, form, on: None, casts: 0.35, turn: [1.0, 0.0], dim: 1.0 }
    }

    /// Printed, stitched or stuck on part `on`.
    pub(super) fn decal(outline: Outline, material: Material, on: usize) -> Self {
        let form = Form::Flat(1.0, 1.0, 0.0);
        Self { outline, material, form, on: Some(on), casts: 0.0, turn: [1.0, 0.0], dim: 1.0 }
    }

    /// The same with this shadow.
    pub(super) fn casts(self, casts: f32) -> Self {
        Self { casts, ..self }
    }

    /// The same, darker or brighter.
    pub(super) fn dim(self, dim: f32) -> Self {
        Self { dim, ..self }
    }

    /// The same with its texture's second axis along `axis`.
    pub(super) fn along(self, axis: Point) -> Self {
        let length = (axis[0] * axis[0] + axis[1] * axis[1]).sqrt().max(1e-6);
        Self { turn: [axis[1] / length, axis[0] / length], ..self }
    }
}

/// A product, ready to be lit.
#[derive(Clone, Debug)]
pub(super) struct Product {
    /// From back to front.
    pub(super) parts: Vec<Part>,
    /// Half of its width and height.
    pub(super) half: Point,
    /// What it stands on, for its shadow; `None` hangs or lies flat.
    pub(super) footprint: Option<Outline>,
}

impl Product {
    /// The same product, stretched sideways; a negative factor also mirrors it.
    pub(super) fn stretched(mut self, factor: f32) -> Self {
        for part in &mut self.parts {
            part.outline = part.outline.clone().stretched(factor);
            match &mut part.form {
                Form::Cloth { run, .. } => run[0] *= factor.signum(),
                Form::Turned(axis, _) => *axis *= factor,
                Form::Flat(..) => {}
            }
            part.turn[1] *= factor.signum();
        }
        self.half[0] *= factor.abs();
        self.footprint = self.footprint.map(|f| f.stretched(factor));
        self
    }
}

/// The light on every part: brightness, gloss and two shifts of the texture.
pub(super) fn light(product: &Product, light: Point, seed: u32, pixel: f32) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::with_capacity(product.parts.len());
    for (i, part) in product.parts.iter().enumerate() {
        let inherited = part.on.and_then(|on| fields.get(on).cloned());
        fields.push(inherited.unwrap_or_else(|| lit(product, i, light, seed ^ (i as u32 * 0x51ed), pixel)));
    }
    fields
}

fn lit(product: &Product, index: usize, light: Point, seed: u32, pixel: f32) -> Field {
    let part = &product.parts[index];
    let b = part.outline.bounds;
    let smallest = (b[1][0] - b[0][0]).min(b[1][1] - b[0][1]);
    let finest = if matches!(part.form, Form::Turned(..)) { 0.0045 } else { 0.009 };
    let step = (smallest / 24.0).clamp(0.0010, finest).max(1.5 * pixel);
    let mut field = Field::over([b[0].map(|v| v - step), b[1].map(|v| v + step)], step);
    match part.form {
        Form::Cloth { puff, .. } => {
            field.fill(|p, _| [height(part, p, seed), 0.0, 0.0, 0.0]);
            slopes(&mut field, light, puff);
            if part.outline.is_stroke() {
                field.fill(|p, [bright, gloss, ..]| {
                    let [along, across] = part.outline.along(p);
                    [bright, gloss, along - p[0], across - p[1]]
                });
            }
        }
        Form::Turned(axis, gloss) => field.fill(|p, _| turned(&part.outline, p, axis, gloss, light)),
        Form::Flat(top, bottom, gloss) => field.fill(|p, _| {
            let t = (p[1] - b[0][1]) / (b[1][1] - b[0][1]).max(1e-6);
            let sheen = gloss * smooth_step(0.6, 0.0, (t - 0.25 - 0.3 * p[0] * light[0].signum()).abs());
            [top + (bottom - top) * t, sheen, 0.0, 0.0]
        }),
    }
    let above: Vec<&Part> = product.parts[index + 1..].iter().filter(|p| p.casts > 0.0).collect();
    field.fill(|p, [bright, gloss, du, dv]| {
        let shade = above.iter().fold(part.dim, |shade, over| shade * shadow_of(over, p, light));
        [bright * shade, gloss * shade, du, dv]
    });
    field
}

/// What is left of the light at `p` beside the edge of a part that lies above.
fn shadow_of(over: &Part, p: Point, light: Point) -> f32 {
    let q = [p[0] + 0.012 * light[0], p[1] + 0.012 * light[1]];
    if over.outline.misses(q, 0.05) {
        return 1.0;
    }
    1.0 - over.casts * smooth_step(0.045, -0.02, over.outline.distance(q))
}

fn height(part: &Part, p: Point, seed: u32) -> f32 {
    let Form::Cloth { puff, folds, run, rate, cables } = part.form else { return 0.0 };
    let inside = (-part.outline.distance(p) / puff).clamp(0.0, 1.0);
    let swell = 0.42 * puff * inside * (2.0 - inside);
    let across = (p[0] * run[1] - p[1] * run[0]) * rate[0];
    let along = (p[0] * run[0] + p[1] * run[1]) * rate[1];
    let bend = 1.3 * value(seed ^ 11, 0.7 * across + 9.0, 1.6 * along + 5.0);
    let ridge = 1.0 - (2.0 * value(seed, across + bend, along) - 1.0).abs();
    let ripple = value(seed ^ 5, 2.3 * across + bend, 1.7 * along + 3.0);
    let strength = 0.35 + 0.65 * value(seed ^ 23, 1.7 * p[0] + 7.0, 1.3 * p[1] + 7.0);
    let mut h = swell + folds * strength * (ridge * ridge + 0.45 * ripple);
    if cables > 0.0 {
        h += cables * cable(p);
    }
    h
}

/// Two strands that twist about each other in columns.
fn cable(p: Point) -> f32 {
    let column = p[0] / 0.26;
    let x = (column - (column + 0.5).floor()) * 0.26;
    let turn = (p[1] * 5.5) - (p[1] * 5.5).floor();
    let swing = 0.034 * (1.0 - 2.0 * smooth_step(0.0, 1.0, (2.0 * turn - 1.0).abs()));
    let strand = |c: f32| {
        let t = (x - c) / 0.030;
        (1.0 - t * t).max(0.0)
    };
    let (front, back) = (strand(swing), 0.8 * strand(-swing));
    front.max(back)
}

/// Turns heights into brightness and the slant of the texture.
fn slopes(field: &mut Field, light: Point, puff: f32) {
    let (columns, rows) = field.dimensions();
    let heights = blur(field.nodes().iter().map(|n| n[0]).collect(), columns, rows, 1.0);
    let scale = 0.5 / field.step();
    let reach = (0.03 / field.step()) as usize + 1;
    let tallest = 0.42 * puff;
    field.fill_by_place(|i, j, _| {
        let h = |i: usize, j: usize| heights[j.min(rows - 1) * columns + i.min(columns - 1)];
        let gx = (h(i + 1, j) - h(i.saturating_sub(1), j)) * scale;
        let gy = (h(i, j + 1) - h(i, j.saturating_sub(1))) * scale;
        let around =
            h(i + reach, j) + h(i.saturating_sub(reach), j) + h(i, j + reach) + h(i, j.saturating_sub(reach));
        let hollow = (0.25 * around - h(i, j)).clamp(-0.02, 0.03);
        let facing = -(gx * light[0] + gy * light[1]);
        let steep = gx * gx + gy * gy;
        let edge = 0.10 * (1.0 - h(i, j) / tallest).clamp(0.0, 1.0);
        let bright =
            1.0 + 0.62 * facing / (1.0 + 0.8 * steep).sqrt() - 6.0 * hollow - 0.18 * steep.min(1.0) - edge;
        [bright.clamp(0.22, 1.35), 0.0, 0.012 * gx, 0.012 * gy]
    });
}

/// Brightness and soft-box reflections of a turned solid.
fn turned(outline: &Outline, p: Point, axis: f32, gloss: f32, light: Point) -> [f32; 4] {
    let b = outline.bounds;
    let widest = 0.5 * (b[1][0] - b[0][0]);
    let round = 0.12 * (b[1][1] - b[0][1]);
    let y = p[1].max(b[0][1] + round).min(b[1][1] - round);
    let radius = outline.half_width(axis, y).max(0.6 * widest);
    let n = ((p[0] - axis) / radius).clamp(-1.0, 1.0);
    let facing = (1.0 - n * n).max(0.0).sqrt();
    let side = light[0].signum();
    let bright = 0.34 + 0.60 * facing + 0.24 * n * side - 0.10 * (n * n * n * n);
    let t = (p[1] - b[0][1]) / (b[1][1] - b[0][1]).max(1e-6);
    let ends = smooth_step(0.0, 0.06, t) * smooth_step(1.0, 0.90, t);
    let stripe = |at: f32, half: f32| smooth_step(half, 0.45 * half, (n - at * side).abs());
    let rim = smooth_step(0.86, 0.97, n.abs());
    let shine = gloss * (ends * (0.55 * stripe(0.62, 0.13) + 0.16 * stripe(-0.72, 0.09)) + 0.10 * rim);
    let around = n * (1.0 + n * n * (1.0 / 6.0 + n * n * 0.2));
    [bright, shine, radius * (around - n), 0.0]
}
