//! Backdrop told by its tint alone: where a shadow is too deep or too steep for brightness to tell.
//!
//! A shadow keeps the backdrop's chromaticity. Where the product around a place has clearly another one, a place of
//! the backdrop's own, no brighter than it and joined to it, may be backdrop: it is left to the solver. Where the
//! two have like tints, or the backdrop is clipped, this says nothing.

use super::photo::Photo;
use super::seen::Seen;
use crate::ops::field::{
    Adder, Cells, Components, Field, Mask, Neighbours, area, box_mean, distance, erode, median, sample, wide,
};

/// Squared deviations of a 3 × 3 mean from the backdrop's tint within which it may be backdrop.
const ALIKE: f32 = 9.0;
/// The same of the product around it, from which the two tints are told apart.
const DISTINCT: f32 = 60.0;
/// Log2 of the width of the cells that tell, with those beside them, what is around a place; and the pixels of the
/// product that a cell needs, in the mean.
const CELL: u32 = 4;
const FEW: f32 = 4.0;
/// Noise that a 3 × 3 mean leaves, of which some is no noise but blotches.
const LEFT: f32 = 0.5;
/// Deviations and log light by which a place may be brighter than the clear backdrop.
const BRIGHTER: (f32, f32) = (2.0, 0.01);
/// Shade in logarithms below which nothing is seen any more.
const DARKEST: f32 = -1.5;

/// Places beyond the certain backdrop that have its tint, before a product that has not. `depth` is the distance to it.
pub(super) fn tinted(photo: &Photo, seen: &Seen, noise: [f32; 3], backdrop: &Mask, depth: &Field) -> Mask {
    if seen.clipped(backdrop) {
        return Mask::new(photo.size());
    }
    let shapes = seen.shapes();
    let off = [&photo.red, &photo.blue].into_iter().zip([&shapes[1], &shapes[2]]);
    let off: Vec<Field> = off.map(|(own, behind)| box_mean(&difference(own, behind), 1)).collect();
    let mut distance = Field::unset(photo.size());
    let per = [1, 2].map(|c| 1.0 / (LEFT * noise[c]).powi(2));
    square([&off[0], &off[1]], per, &mut distance);
    let around = add_up(&distance, depth);
    let mut tinted = Mask::new(photo.size());
    for (y, known) in backdrop.rows().enumerate() {
        let near = distance.row(y);
        for x in (0..known.len()).filter(|x| !known[*x] && near[*x] < ALIKE) {
            let [sum, count] = around.at(x, y);
            let shade = photo.luma.at(x, y) - shapes[0].at(x, y) + shapes[3].at(x, y);
            tinted.row_mut(y)[x] = count > FEW
                && sum > DISTINCT * count
                && shade < BRIGHTER.0 * noise[0] + BRIGHTER.1
                && shade > DARKEST;
        }
    }
    tinted
}

/// Smallest part in pixels that may be a hole, its rim left out.
const LEAST: usize = 24;
/// Depth in pixels from which the product's tint is asked.
const DEEP: u16 = 10;
/// Grain of a hole, over that of the backdrop in the clear: deep shade has more.
const GRAIN: f32 = 1.6;
/// Least grain that is told from none.
const LEAST_GRAIN: f32 = 0.002;

/// Parts inside the product of the backdrop's tint, in which no more than its own grain shows: holes, as far as tint
/// and grain can tell.
pub(super) fn tinted_holes(photo: &Photo, seen: &Seen, noise: [f32; 3], backdrop: &Mask) -> Mask {
    let tinted = tinted(photo, seen, noise, backdrop, &distance(backdrop, DEEP + 1));
    let inner = |(x, y): &(usize, usize)| {
        (1..photo.width().max(2) - 1).contains(x) && (1..photo.height().max(2) - 1).contains(y)
    };
    let middle = |places: &mut dyn Iterator<Item = (usize, usize)>| {
        median(&mut places.filter(inner).map(|(x, y)| grain(&photo.luma, x, y)).collect::<Vec<f32>>())
    };
    let clear = middle(&mut sample(backdrop).into_iter()).unwrap_or(0.0).max(LEAST_GRAIN);
    let mut parts = Mask::new(photo.size());
    for runs in Components::of(&erode(&tinted, 1), Neighbours::Eight).each().filter(|r| area(r) >= LEAST) {
        let mut pixels = runs.iter().flat_map(|r| (r.start..r.end).map(|x| (x, r.y)));
        if middle(&mut pixels).is_some_and(|g| g < GRAIN * clear) {
            parts.set(runs, true);
        }
    }
    parts
}

/// What is left of a pixel after slopes and bends (the mask of Immerkær 1996).
fn grain(luma: &Field, x: usize, y: usize) -> f32 {
    let at = |u: usize, v: usize| luma.at(x + u - 1, y + v - 1);
    let corners = at(0, 0) + at(2, 0) + at(0, 2) + at(2, 2);
    let sides = at(1, 0) + at(0, 1) + at(2, 1) + at(1, 2);
    (corners - 2.0 * sides + 4.0 * at(1, 1)).abs() / 6.0
}

fn difference(a: &Field, b: &Field) -> Field {
    let mut d = Field::unset(a.size());
    d.values_mut().iter_mut().zip(a.values().iter().zip(b.values())).for_each(|(d, (a, b))| *d = a - b);
    d
}

wide! {
    fn square(off: [&Field; 2], per: [f32; 2], distance: &mut Field) {
        let [red, blue] = off.map(Field::values);
        for (d, (r, b)) in distance.values_mut().iter_mut().zip(red.iter().zip(blue)) {
            *d = r * r * per[0] + b * b * per[1];
        }
    }
}

/// Distances of deep product, no greater than counts, and its pixels, over cells and those beside them.
fn add_up(distance: &Field, depth: &Field) -> Cells<2> {
    let Cells { planes: [sum, count], shift, full } = add_up_cells(distance, depth);
    Cells { planes: [box_mean(&sum, 1), box_mean(&count, 1)], shift, full }
}

wide! {
    fn add_up_cells(distance: &Field, depth: &Field) -> Cells<2> {
        let mut adder = Adder::<2>::new(distance.size(), CELL);
        for y in 0..distance.height() {
            let [sum, count] = adder.row();
            for (((s, n), d), c) in sum.iter_mut().zip(count).zip(distance.row(y)).zip(depth.row(y)) {
                *n = f32::from(u8::from(*c > f32::from(DEEP)));
                *s = *n * if *d < 2.0 * DISTINCT { *d } else { 2.0 * DISTINCT };
            }
            adder.add();
        }
        adder.finish()
    }
}
