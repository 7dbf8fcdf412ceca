//! Corners beside the opening: where a waistband or a stand collar, a ring of cloth, turns from its side to its
//! edge. They are seen in both shots, and say what straight outlines cannot: where along them one is.

use super::affine::{Affine, far};
use super::contour::Contour;
use super::opening::Opening;

/// A corner is nearer to the opening's end than this many widths.
const NEAR: f64 = 0.35;
/// It turns by so many degrees, within so much of the width on each side.
const TURN: f64 = 35.0;
const SPAN: f64 = 0.03;
/// Its like is within this many widths of where it is expected.
const APART: f64 = 0.12;

/// Spans of the side that make its line, and pixels off it at which it has ended.
const SIDE: usize = 4;
pub(super) const OFF: f64 = 0.5;

/// Error of a corner's place in pixels.
const ERROR: f64 = 0.5;
/// Error of a summit's place in widths: seams are as wide as that.
const SEAM: f64 = 0.02;

/// A corner in both shots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) front: [f64; 2],
    pub(super) inner: [f64; 2],
    /// Pixels along the front's outline from the opening.
    pub(super) along: f64,
    /// Error of its place, in front pixels.
    pub(super) error: f64,
}

/// The corners on both sides, or none: one alone is no ring.
pub(super) fn pairs(opening: &Opening, map: &Affine, inner: &[Contour]) -> Option<[Pair; 2]> {
    let pair = |side: usize| {
        let end = &opening.ends[side];
        let span = ((SPAN * opening.width) as usize).max(3);
        let last = ((NEAR * opening.width) as usize).min(end.unbroken().saturating_sub(span));
        let front = sharpest(span..last, |i| turn([i - span, i, i + span].map(|i| end.points[i])))?;
        let expected = map.apply(end.points[front]);
        let outer: Vec<[f64; 2]> = end.points[front - span..end.unbroken()].to_vec();
        let (place, steps) = side_end(&outer, span)?;
        // A ring's side runs across the chord; what runs along it is a shoulder.
        let (_, chord) = opening.chord();
        let way = [0, 1].map(|k| outer[(steps + SIDE * span).min(outer.len() - 1)][k] - place[k]);
        if (way[0] * chord[0] + way[1] * chord[1]).abs() > (way[1] * chord[0] - way[0] * chord[1]).abs() {
            return None;
        }
        let found = inner.iter().filter_map(|outline| like(outline, expected, opening, map.scale(), side));
        let (_, like) = found.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(Pair { front: place, inner: like, along: (front - span + steps) as f64, error: ERROR })
    };
    Some([pair(0)?, pair(1)?])
}

/// The summits on both sides: where a shoulder turns into the neckline the front's outline meets the mannequin, and
/// the inner garment's has a corner that points out. Shoulders are nearly straight and slide; summits do not.
pub(super) fn summits(opening: &Opening, map: &Affine, inner: &[Contour]) -> Option<[Pair; 2]> {
    let pair = |side: usize| {
        let front = opening.ends[side].at();
        let expected = map.apply(front);
        let found = inner.iter().filter_map(|outline| summit(outline, expected, opening, map.scale()));
        let (_, inner) = found.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(Pair { front, inner, along: 0.0, error: SEAM * opening.width })
    };
    if opening.closed { None } else { Some([pair(0)?, pair(1)?]) }
}

/// The sharpest corner of an inner outline that points out near a place, and how sharp it is.
fn summit(outline: &Contour, expected: [f64; 2], opening: &Opening, scale: f64) -> Option<(f64, [f64; 2])> {
    let n = outline.points.len();
    let span = ((2.0 * SPAN * opening.width * scale) as usize).max(3).min(n);
    let near = NEAR * opening.width * scale;
    let places = (0..n).filter(|i| far(outline.points[*i], expected) < near && !outline.framed[*i]);
    let turn = |i: usize| signed([i + n - span, i, i + span].map(|i| outline.points[i % n]));
    let at = sharpest(places, turn)?;
    Some((turn(at), outline.points[at]))
}

/// The corner of an inner outline near a place, and how sharp it is.
fn like(
    outline: &Contour,
    expected: [f64; 2],
    opening: &Opening,
    scale: f64,
    side: usize,
) -> Option<(f64, [f64; 2])> {
    let n = outline.points.len();
    let span = ((SPAN * opening.width * scale) as usize).max(3).min(n);
    let near = APART * opening.width * scale;
    let places = (0..n).filter(|i| far(outline.points[*i], expected) < near && !outline.framed[*i]);
    let turn = |i: usize| turn([i + n - span, i, i + span].map(|i| outline.points[i % n]));
    let at = sharpest(places, turn)?;
    // Away from the opening, as the front's outline is walked.
    let length = (span * (SIDE + 2)).min(n);
    let walk = (0..length).map(|k| if side == 0 { at + span + n - k.min(n) } else { at + n + k - span });
    let outer: Vec<[f64; 2]> = walk.map(|i| outline.points[i % n]).collect();
    Some((turn(at), side_end(&outer, span)?.0))
}

/// Where the straight side of a way begins that comes round a corner `span` points from its start: the first point
/// from which on it keeps to its side's line. A ring's edge leaves it round, a panel's at an angle; the end of the
/// side is the same place of the cloth.
fn side_end(way: &[[f64; 2]], span: usize) -> Option<([f64; 2], usize)> {
    let (from, to) = (2 * span + span / 2, (span * (SIDE + 2)).min(way.len()));
    let side = way.get(from..to).filter(|s| s.len() >= 6)?;
    let mean =
        |points: &[[f64; 2]]| [0, 1].map(|k| points.iter().map(|p| p[k]).sum::<f64>() / points.len() as f64);
    let (a, b) = (mean(&side[..side.len() / 2]), mean(&side[side.len() / 2..]));
    let length = far(a, b).max(1e-9);
    let off = |p: &[f64; 2]| ((p[0] - a[0]) * (b[1] - a[1]) - (p[1] - a[1]) * (b[0] - a[0])).abs() / length;
    let left = way[..from].iter().rposition(|p| off(p) > OFF)?;
    Some((way[left + 1], left + 1))
}

/// The place of the sharpest turn, where it is a corner.
fn sharpest(places: impl Iterator<Item = usize>, turn: impl Fn(usize) -> f64) -> Option<usize> {
    let (angle, at) = places.map(|i| (turn(i), i)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (angle > TURN).then_some(at)
}

/// Degrees by which the way over three points turns.
fn turn(way: [[f64; 2]; 3]) -> f64 {
    signed(way).abs()
}

/// The same, positive to the right: there an outline points out.
fn signed([a, b, c]: [[f64; 2]; 3]) -> f64 {
    let (p, q) = ([b[0] - a[0], b[1] - a[1]], [c[0] - b[0], c[1] - b[1]]);
    (p[0] * q[1] - p[1] * q[0]).atan2(p[0] * q[0] + p[1] * q[1]).to_degrees()
}
