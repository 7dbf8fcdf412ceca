//! Lays the front's outline on the inner garment's, point on line, beside the opening.
//!
//! The iterated closest point of Chen and Medioni 1992 with Cauchy's weights. Points count less the farther they
//! are from the opening, since garments are dressed anew between the shots: sleeves must not vote on the neck.
//! A similarity first; then an affine map whose stretch is held as small as cloth on a board makes likely.

use super::affine::{Affine, far, solve};
use super::contour::Contour;
use super::corner::Pair;
use super::opening::Opening;

/// Part of the opening's width over which a point's weight falls by e.
const NEAR: f64 = 0.3;
/// Points farther than this many widths do not count.
const FARTHEST: f64 = 2.5;
/// Normals of partners have at least this in common.
const ALIKE: f64 = 0.7;
/// Rounds of the similarity, and of the affine map.
const ROUNDS: [usize; 2] = [30, 25];
/// Likely stretch and shear of the affine map: cloth on a board lies a few per cent wider.
const STRETCH: [f64; 2] = [0.002, 0.03];
/// How far size and turn are likely from the start's.
const STARTED: f64 = 0.1;
/// What dressing anew leaves, in widths, and the length along the outline over which it stays the same.
const ANEW: f64 = 0.007;
const SAME: f64 = 0.1;
/// From where to where along the outline it is looked at farther off, in widths, and how far cloth may lie aside.
const FARTHER: [f64; 3] = [0.5, 2.0, 0.08];
/// Pixels a side of a bucket.
const BUCKET: f64 = 8.0;

/// A point of an outline and its normal.
type Oriented = ([f64; 2], [f64; 2]);

/// The points of outlines, to look up the nearest one.
pub(super) struct Nearest {
    /// Points and normals.
    pub(super) points: Vec<Oriented>,
    first: Vec<u32>,
    columns: usize,
    rows: usize,
}

impl Nearest {
    /// Of all points that do not lie on the frame.
    pub(super) fn of(outlines: &[Contour], (width, height): (usize, usize)) -> Self {
        let columns = (width as f64 / BUCKET) as usize + 1;
        let rows = (height as f64 / BUCKET) as usize + 1;
        let bucket = |p: &[f64; 2]| {
            let [i, j] = p.map(|v| (v.max(0.0) / BUCKET) as usize);
            j.min(rows - 1) * columns + i.min(columns - 1)
        };
        let all = outlines.iter().flat_map(|o| o.points.iter().zip(&o.normals).zip(&o.framed));
        let mut points: Vec<_> = all.filter(|(_, framed)| !**framed).map(|((p, n), _)| (*p, *n)).collect();
        points.sort_by_key(|(p, _)| bucket(p));
        let mut first = vec![0_u32; columns * rows + 1];
        points.iter().for_each(|(p, _)| first[bucket(p) + 1] += 1);
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        Self { points, first, columns, rows }
    }

    /// The nearest point within `limit` whose normal is like `normal`.
    pub(super) fn find(&self, at: [f64; 2], normal: [f64; 2], limit: f64) -> Option<Oriented> {
        let [i, j] = at.map(|v| (v / BUCKET).floor());
        if !(i.is_finite() && j.is_finite()) {
            return None;
        }
        let mut best = (limit, None);
        let rings = (limit / BUCKET).ceil() as isize;
        let (i, j) = (i as isize, j as isize);
        for ring in 0..=rings {
            if (ring as f64 - 1.0) * BUCKET > best.0 {
                break;
            }
            for v in j - ring..=j + ring {
                let step = if v == j - ring || v == j + ring { 1 } else { (2 * ring).max(1) };
                for u in (i - ring..=i + ring).step_by(step as usize) {
                    self.look((u, v), at, normal, &mut best);
                }
            }
        }
        best.1
    }

    #[inline(always)]
    fn look(
        &self,
        (u, v): (isize, isize),
        at: [f64; 2],
        normal: [f64; 2],
        best: &mut (f64, Option<Oriented>),
    ) {
        if u < 0 || v < 0 || u >= self.columns as isize || v >= self.rows as isize {
            return;
        }
        let bucket = v as usize * self.columns + u as usize;
        for (p, n) in &self.points[self.first[bucket] as usize..self.first[bucket + 1] as usize] {
            let distance = far(*p, at);
            if distance < best.0 && n[0] * normal[0] + n[1] * normal[1] > ALIKE {
                *best = (distance, Some((*p, *n)));
            }
        }
    }
}

/// A point of the front's outline that votes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voter {
    pub(super) at: [f64; 2],
    pub(super) normal: [f64; 2],
    /// 1 beside the opening, less farther off.
    pub(super) weight: f64,
    /// Pixels along the outline from the opening.
    pub(super) along: f64,
    /// 0 on the left, 1 on the right.
    pub(super) side: usize,
}

/// The voters of an opening.
pub(super) fn voters(opening: &Opening) -> Vec<Voter> {
    let mut all = Vec::new();
    for (side, end) in opening.ends.iter().enumerate() {
        for i in end.between(0.0, 3.0 * FARTHEST * opening.width) {
            let at = end.points[i];
            let distance = opening.distance(at);
            if distance < FARTHEST * opening.width {
                let weight = (-distance / (NEAR * opening.width)).exp();
                let along = end.along[i] as f64;
                all.push(Voter { at, normal: end.normals[i], weight, along, side });
            }
        }
    }
    all
}

/// How well outlines lie on each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    pub(super) map: Affine,
    /// Root mean square distance of partners in front pixels, by weight.
    pub(super) rms: f64,
    /// Share of the weight that has a partner near.
    pub(super) partners: f64,
    /// Root mean square distance in front pixels, what has no partner being as far as partners may be.
    pub(super) cost: f64,
}

/// Betters a map from a start.
pub(super) fn refine(
    start: Affine,
    voters: &[Voter],
    inner: &Nearest,
    opening: &Opening,
    corners: Option<[Pair; 2]>,
) -> Option<Fit> {
    let mut map = start;
    for (phase, rounds) in ROUNDS.into_iter().enumerate() {
        for round in 0..rounds {
            let ease = 1.0 - round as f64 / rounds as f64;
            let spread = if phase == 0 { ANEW + 0.03 * ease } else { ANEW };
            map = step(&map, &start, (voters, corners), inner, opening, (spread, STRETCH[phase]))?;
        }
    }
    Some(judge(map, voters, inner, opening.width))
}

/// Largest distance of partners, in front pixels.
fn limit(width: f64, spread: f64) -> f64 {
    (6.0 * spread * width).max(4.0)
}

/// One round: new weights, new partners, one solution.
fn step(
    map: &Affine,
    start: &Affine,
    (voters, corners): (&[Voter], Option<[Pair; 2]>),
    inner: &Nearest,
    opening: &Opening,
    (spread, stretch): (f64, f64),
) -> Option<Affine> {
    let (width, scale) = (opening.width, map.scale());
    let (middle, _) = opening.chord();
    let mut matrix = vec![vec![0.0; 6]; 6];
    let mut right = vec![0.0; 6];
    let spread = (spread * width).max(0.5) * scale;
    // Neighbours err alike: a length of outline counts once.
    let once = 1.0 / (SAME * width).max(1.0);
    for voter in voters {
        // A ring's edge between its corner and the mannequin has lost its curve on the board.
        if corners.is_some_and(|c| voter.along < c[voter.side].along) {
            continue;
        }
        let Some((_, n, r)) = partner(map, voter, inner, limit(width, spread / (scale * width)) * scale)
        else {
            continue;
        };
        let weight = once * voter.weight / (spread * spread * (1.0 + (r / spread).powi(2)));
        let [x, y] = [0, 1].map(|k| (voter.at[k] - middle[k]) / width);
        let row = [n[0] * x, n[0] * y, n[0], n[1] * x, n[1] * y, n[1]];
        add(&mut matrix, &mut right, row, -r, weight);
    }
    for corner in corners.iter().flatten() {
        let [x, y] = [0, 1].map(|k| (corner.front[k] - middle[k]) / width);
        let at = map.apply(corner.front);
        let weight = 1.0 / (corner.error * scale).powi(2);
        add(&mut matrix, &mut right, [x, y, 1.0, 0.0, 0.0, 0.0], corner.inner[0] - at[0], weight);
        add(&mut matrix, &mut right, [0.0, 0.0, 0.0, x, y, 1.0], corner.inner[1] - at[1], weight);
    }
    // Likely: no stretch, no shear. Steps are of inner pixels an opening width.
    let [[a, b], [d, e]] = map.linear().map(|row| row.map(|v| v * width));
    let weight = 1.0 / (stretch * scale * width).powi(2);
    add(&mut matrix, &mut right, [0.5, 0.0, 0.0, 0.0, -0.5, 0.0], 0.5 * (e - a), weight);
    add(&mut matrix, &mut right, [0.0, 0.5, 0.0, 0.5, 0.0, 0.0], -0.5 * (b + d), weight);
    // And near the start in size and turn, which has seen more of the outline.
    let [[p, q], [r, s]] = start.linear().map(|row| row.map(|v| v * width));
    let weight = 1.0 / (STARTED * scale * width).powi(2);
    add(&mut matrix, &mut right, [0.5, 0.0, 0.0, 0.0, 0.5, 0.0], 0.5 * (p + s - a - e), weight);
    add(&mut matrix, &mut right, [0.0, -0.5, 0.0, 0.5, 0.0, 0.0], 0.5 * (r - q - d + b), weight);
    for (i, row) in matrix.iter_mut().enumerate() {
        row[i] += 1e-6 / (scale * scale);
    }
    let s = solve(matrix, right)?;
    let linear = [[(a + s[0]) / width, (b + s[1]) / width], [(d + s[3]) / width, (e + s[4]) / width]];
    let to = map.apply(middle);
    let new = Affine::about(linear, middle, [to[0] + s[2], to[1] + s[5]]);
    (new.det() > 0.0 && new.scale().is_finite() && new.scale() > 0.1 && new.scale() < 10.0).then_some(new)
}

fn add(matrix: &mut [Vec<f64>], right: &mut [f64], row: [f64; 6], value: f64, weight: f64) {
    for i in 0..6 {
        for j in 0..6 {
            matrix[i][j] += weight * row[i] * row[j];
        }
        right[i] += weight * row[i] * value;
    }
}

/// A voter's partner, its normal, and the distance of the voter's image from the partner's line.
pub(super) fn partner(
    map: &Affine,
    voter: &Voter,
    inner: &Nearest,
    limit: f64,
) -> Option<([f64; 2], [f64; 2], f64)> {
    let at = map.apply(voter.at);
    let along = map.turn([-voter.normal[1], voter.normal[0]]);
    let length = along[0].hypot(along[1]).max(1e-12);
    let (p, n) = inner.find(at, [along[1] / length, -along[0] / length], limit)?;
    Some((p, n, n[0] * (at[0] - p[0]) + n[1] * (at[1] - p[1])))
}

/// The figures of a map.
fn judge(map: Affine, voters: &[Voter], inner: &Nearest, width: f64) -> Fit {
    let scale = map.scale();
    let near = limit(width, ANEW);
    let (mut squares, mut hit, mut all) = (0.0, 0.0, 0.0);
    for voter in voters {
        all += voter.weight;
        if let Some((_, _, r)) = partner(&map, voter, inner, near * scale) {
            squares += voter.weight * (r / scale).powi(2);
            hit += voter.weight;
        }
    }
    let partners = hit / f64::max(all, 1e-9);
    let cost = (squares / f64::max(all, 1e-9) + near * near * (1.0 - partners)).sqrt();
    Fit { map, rms: (squares / f64::max(hit, 1e-9)).sqrt(), partners, cost }
}

/// Share of the outline from half a width to two widths off that lies within a part of the width of the inner
/// garment's: sleeves are laid anew, but do not go away. What falls outside the inner picture does not count.
pub(super) fn farther(map: &Affine, opening: &Opening, inner: &Nearest, size: (usize, usize)) -> f64 {
    let near = FARTHER[2] * opening.width * map.scale();
    let (mut all, mut hit) = (0_usize, 0_usize);
    for end in &opening.ends {
        for i in end.between(FARTHER[0] * opening.width, FARTHER[1] * opening.width) {
            let voter = Voter { at: end.points[i], normal: end.normals[i], weight: 1.0, along: 0.0, side: 0 };
            let [x, y] = map.apply(voter.at);
            if x < 0.0 || y < 0.0 || x > size.0 as f64 || y > size.1 as f64 {
                continue;
            }
            all += 1;
            hit += usize::from(partner(map, &voter, inner, near).is_some());
        }
    }
    if all == 0 { 1.0 } else { hit as f64 / all as f64 }
}
