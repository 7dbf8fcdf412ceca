//! By how far the plate lies off: translation to a fraction of a pixel.
//!
//! A search over whole pixels of a quarter-size picture, then Gauss-Newton steps from coarse to fine (Lucas and
//! Kanade 1981), a fixed number of each. Light and soft shadow are taken out first, and what disagrees, the
//! product, loses its weight. A plate without structure says nothing of its place: a weak belief in no shift
//! decides then, as it does along an edge.

use super::difference;
use crate::ops::field::{Field, Mask, box_mean, median, sample};

/// Halvings before the search.
const LEVELS: u32 = 2;
/// Gauss-Newton steps a level.
const ROUNDS: usize = 5;
/// Radius in pixels of the window whose mean is taken out.
const SMOOTH: usize = 6;
/// Deviation of the shift that is expected before looking, in proxy pixels.
const BELIEF: f64 = 0.5;
/// Share of the plate's gradients along an axis that the shot must have too, for the axis to have a place.
const LEAST_SHARED: f64 = 0.4;
/// A found place must be better than none by this factor.
const BETTER: f64 = 0.97;

/// The plate's shift to the right and down, in proxy pixels; `None` where it is beyond `limit`.
pub(super) fn find(shot: &Field, plate: &Field, limit: f32) -> Option<[f32; 2]> {
    let mut levels = vec![[shot.clone(), plate.clone()]];
    for _ in 0..LEVELS {
        let last = levels.last().map(|pair| pair.each_ref().map(halve));
        levels.extend(last.filter(|[shot, _]| shot.width().min(shot.height()) > 8 * SMOOTH));
    }
    let mut found = [0.0_f64; 2];
    let coarsest = levels.len() - 1;
    for (level, pair) in levels.iter().enumerate().rev() {
        let [shot, plate] = pair.each_ref().map(detail);
        if level == coarsest {
            found = search(&shot, &plate, limit / (1 << level) as f32);
        }
        for _ in 0..ROUNDS {
            let step = step(&shot, &plate, found);
            found = [found[0] + step[0], found[1] + step[1]];
        }
        let shared = shared(&shot, &plate, found);
        found = [0, 1].map(|axis| if shared[axis] < LEAST_SHARED { 0.0 } else { found[axis] });
        if level > 0 {
            found = found.map(|s| 2.0 * s);
        }
    }
    let found = found.map(|s| s as f32);
    (found.iter().all(|s| s.is_finite()) && found[0].hypot(found[1]) <= limit).then_some(found)
}

/// A field moved to the right and down by a part of a pixel or more; the border pixels repeat.
pub(super) fn moved(field: &Field, [right, down]: [f32; 2]) -> Field {
    let (across, x) = weights(right);
    let (along, y) = weights(down);
    let width = field.width() as isize;
    let mut out = Field::unset(field.size());
    let mut line = vec![0.0_f32; field.width()];
    for (row, to) in out.rows_mut().enumerate() {
        line.fill(0.0);
        for (k, w) in along.into_iter().enumerate() {
            let from = field.row_near(row as isize + y + k as isize);
            line.iter_mut().zip(from).for_each(|(l, v)| *l += w * v);
        }
        for (column, to) in to.iter_mut().enumerate() {
            let at = |k: usize| line[(column as isize + x + k as isize).clamp(0, width - 1) as usize];
            *to = across.iter().enumerate().map(|(k, w)| w * at(k)).sum();
        }
    }
    out
}

/// Weights of four neighbours (Catmull and Rom 1974) and the first one's offset, for a shift.
fn weights(shift: f32) -> ([f32; 4], isize) {
    let whole = (-shift).floor();
    let t = -shift - whole;
    let (t2, t3) = (t * t, t * t * t);
    let w = [
        0.5 * (-t + 2.0 * t2 - t3),
        0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
        0.5 * (t + 4.0 * t2 - 3.0 * t3),
        0.5 * (t3 - t2),
    ];
    (w, whole as isize - 1)
}

/// Means of 2 × 2 pixels.
fn halve(field: &Field) -> Field {
    let size = crate::image::Size::new(field.size().width / 2, field.size().height / 2);
    Field::from_fn(size, |x, y| {
        let pair = |row: &[f32]| row[2 * x] + row[2 * x + 1];
        0.25 * (pair(field.row(2 * y)) + pair(field.row(2 * y + 1)))
    })
}

/// What a field has beyond its smooth part.
pub(super) fn detail(field: &Field) -> Field {
    difference(&box_mean(field, 1), &box_mean(field, SMOOTH))
}

/// The whole shift at which most pixels agree.
fn search(shot: &Field, plate: &Field, limit: f32) -> [f64; 2] {
    let reach = limit.ceil() as isize;
    let margin = reach as usize + 1;
    if shot.width().min(shot.height()) <= 4 * margin {
        return [0.0; 2];
    }
    let mut sizes: Vec<f32> = shot.values().iter().zip(plate.values()).map(|(a, b)| (a - b).abs()).collect();
    let cap = 2.5 * median(&mut sizes).unwrap_or(0.0);
    let cost = |dx: isize, dy: isize| -> f64 {
        let mut sum = 0.0;
        for y in margin..shot.height() - margin {
            let own = &shot.row(y)[margin..shot.width() - margin];
            let from = &plate.row((y as isize - dy) as usize)[(margin as isize - dx) as usize..];
            let line: f32 = own.iter().zip(from).map(|(a, b)| (a - b).abs().min(cap)).sum();
            sum += f64::from(line);
        }
        sum
    };
    let mut best = (BETTER * cost(0, 0), [0.0; 2]);
    for (dx, dy) in (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy))) {
        let found = cost(dx, dy);
        if found < best.0 {
            best = (found, [dx as f64, dy as f64]);
        }
    }
    best.1
}

/// Share of the energy of the plate's gradients, to the right and down, that the shot has at the same places:
/// near 1 where both show one structure, near 0 where there is only noise.
fn shared(shot: &Field, plate: &Field, at: [f64; 2]) -> [f64; 2] {
    let plate = moved(plate, at.map(|s| s as f32));
    let (mut own, mut both) = ([1e-12_f64; 2], [0.0_f64; 2]);
    for y in 1..shot.height().saturating_sub(1) {
        let slopes = |f: &Field, x: usize| {
            let (row, above, below) = (f.row(y), f.row(y - 1), f.row(y + 1));
            [row[x + 1] - row[x - 1], below[x] - above[x]].map(f64::from)
        };
        for x in 1..shot.width().saturating_sub(1) {
            let (p, s) = (slopes(&plate, x), slopes(shot, x));
            for axis in 0..2 {
                own[axis] += p[axis] * p[axis];
                both[axis] += p[axis] * s[axis];
            }
        }
    }
    [both[0] / own[0], both[1] / own[1]]
}

/// One Gauss-Newton step from the shift `at`.
fn step(shot: &Field, plate: &Field, at: [f64; 2]) -> [f64; 2] {
    let plate = moved(plate, at.map(|s| s as f32));
    let margin = 2 + at[0].abs().max(at[1].abs()).ceil() as usize;
    let (width, height) = (shot.width(), shot.height());
    if width.min(height) <= 2 * margin + 2 {
        return [0.0; 2];
    }
    let left = difference(shot, &plate);
    let mut sizes: Vec<f32> =
        sample(&Mask::from_fn(shot.size(), |_, _| true)).iter().map(|(x, y)| left.at(*x, *y).abs()).collect();
    let spread = (1.4826 * median(&mut sizes).unwrap_or(0.0)).max(1e-5);
    let (mut a, mut b) = ([0.0_f64; 3], [0.0_f64; 2]);
    for y in margin..height - margin {
        let (above, below) = (plate.row(y - 1), plate.row(y + 1));
        let (own, r) = (plate.row(y), left.row(y));
        for x in margin..width - margin {
            let e = r[x] / (2.0 * spread);
            let w = f64::from(1.0 / ((1.0 + e * e) * (1.0 + e * e)));
            let (gx, gy) =
                (f64::from(0.5 * (own[x + 1] - own[x - 1])), f64::from(0.5 * (below[x] - above[x])));
            a = [a[0] + w * gx * gx, a[1] + w * gx * gy, a[2] + w * gy * gy];
            b = [b[0] - w * gx * f64::from(r[x]), b[1] - w * gy * f64::from(r[x])];
        }
    }
    let belief = f64::from(spread).powi(2) / (BELIEF * BELIEF);
    let [xx, xy, yy] = [a[0] + belief, a[1], a[2] + belief];
    let [u, v] = [b[0] - belief * at[0], b[1] - belief * at[1]];
    let determinant = xx * yy - xy * xy;
    let most = |s: f64| if s.is_finite() { s.clamp(-2.0, 2.0) } else { 0.0 };
    [most((u * yy - v * xy) / determinant), most((v * xx - u * xy) / determinant)]
}
