//! The empty set and what the product does to it: paper, lighting, lens fall-off, shadow.
//!
//! Backdrop and shadow are one field, kept apart in its channels, so that a plate is the same set.

use super::field::{Field, blur};
use super::noise::{Dice, smooth_step};
use super::outline::{Outline, Point};
use super::part::Product;
use super::scene::Scene;

/// Side of the paper's texture, which repeats; a power of two.
pub(super) const PAPER: usize = 256;

/// Backdrop (three channels of linear light) and shadow transmission over a frame.
pub(super) fn stage(scene: &Scene, product: &Product, frame: [Point; 2], pixel: f32) -> Field {
    let mut dice = scene.dice(10);
    let mut c = [0.0_f32; 6];
    c.iter_mut().for_each(|v| *v = dice.range(-1.0, 1.0));
    let reach = frame.iter().flatten().fold(0.0_f32, |m, v| m.max(v.abs()));
    let horizon = product.footprint.as_ref().map(|_| product.half[1] * dice.range(0.30, 0.42));
    let paper = scene.backdrop.colour();
    let light = scene.light;
    let step = (0.0125_f32).max(2.0 * pixel);
    let mut field = Field::over(frame, step);
    field.fill(|p, _| {
        let (x, y) = (p[0] / reach, p[1] / reach);
        let lens = 1.0 + 0.055 * (x * x + y * y);
        let key = 0.055 * (x * light[0] + y * light[1]);
        let uneven =
            0.02 * (c[0] * x + c[1] * y) + 0.03 * (c[2] * x * y + c[3] * x * x * x + c[4] * y * y * y);
        let cove = horizon.map_or(1.0, |h| {
            let floor = smooth_step(h - 0.22, h + 0.16, p[1]);
            let wall = 0.90 + 0.05 * smooth_step(h, -1.6, p[1]);
            wall + (1.0 - wall) * floor
        });
        let level = ((1.0 + key + uneven) * cove / (lens * lens)).min(1.06);
        let drift = 0.012 * c[5] * x;
        [paper[0] * level * (1.0 + drift), paper[1] * level, paper[2] * level * (1.0 - drift), 1.0]
    });
    cast(&mut field, scene, product, &mut dice);
    field
}

/// One shadow: who casts it, from where, how soft, how deep.
struct Cast<'a> {
    outlines: Vec<&'a Outline>,
    shift: Point,
    blur: f32,
    depth: f32,
}

fn cast(field: &mut Field, scene: &Scene, product: &Product, dice: &mut Dice) {
    let away = [-scene.light[0], -scene.light[1]];
    let casts = if let Some(base) = &product.footprint {
        let shift = [0.14 * away[0], 0.02];
        vec![
            Cast { outlines: vec![base], shift: [0.0, 0.004], blur: 0.013, depth: 0.72 },
            Cast { outlines: vec![base], shift, blur: 0.05, depth: 0.50 },
            Cast { outlines: vec![base], shift: [2.4 * shift[0], 0.03], blur: 0.13, depth: 0.62 },
        ]
    } else {
        let outlines: Vec<&Outline> =
            product.parts.iter().filter(|p| p.on.is_none() && p.casts > 0.0).map(|p| &p.outline).collect();
        let far = dice.range(0.035, 0.075);
        vec![
            Cast { outlines: outlines.clone(), shift: away.map(|v| 0.012 * v), blur: 0.016, depth: 0.34 },
            Cast { outlines, shift: away.map(|v| far * v), blur: 1.3 * far, depth: 0.30 },
        ]
    };
    for cast in casts {
        let mut mask = field.clone();
        let step = field.step();
        mask.fill(|p, _| {
            let q = [p[0] - cast.shift[0], p[1] - cast.shift[1]];
            let hits = cast.outlines.iter().filter(|o| !o.misses(q, step));
            let d = hits.fold(f32::MAX, |d, o| d.min(o.distance(q)));
            [smooth_step(step, -step, d), 0.0, 0.0, 0.0]
        });
        let (columns, rows) = field.dimensions();
        let soft: Vec<f32> =
            blur(mask.nodes().iter().map(|n| n[0]).collect(), columns, rows, cast.blur / step);
        field.fill_by_place(|i, j, [r, g, b, t]| [r, g, b, t * (1.0 - cast.depth * soft[j * columns + i])]);
    }
}

/// The paper's tooth: a repeating square of factors about 1.
pub(super) fn paper(scene: &Scene) -> Vec<f32> {
    let mut dice = scene.dice(12);
    let raw: Vec<f32> = (0..PAPER * PAPER).map(|_| dice.unit() - 0.5).collect();
    let at = |x: usize, y: usize| raw[(y % PAPER) * PAPER + x % PAPER];
    let tooth = |i: usize| {
        let (x, y) = (i % PAPER, i / PAPER);
        let fine = at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1);
        let fibre = at(x, y) + at(x + 2, y) + at(x + 4, y + 1) + at(x + 6, y + 1);
        1.0 + 0.0035 * fine + 0.0020 * fibre
    };
    (0..PAPER * PAPER).map(tooth).collect()
}
