//! Sharpens a chart's homography on the edges of its patches in the full pixels.
//!
//! From each patch four profiles run outwards to the middle of the gap. Where a profile leaves the patch is the
//! integral of what is left of the patch's colour, which noise and small blur do not bias. All edges
//! together give one small projective correction and the share of a cell that its patch fills, by linear
//! least squares with Huber's weights. Never asks which colour a patch should have.

use super::super::homography::{Homography, Normal};
use super::super::sample::Fit;
use super::super::{Chart, Picture};

/// Profiles run from here to the middle of the gap, in cells from the patch's centre.
const START: f64 = 0.15;
/// Points along a profile, and how many of them at its start are the patch's own colour.
const STEPS: usize = 24;
const FLAT: usize = 6;
/// Points along the edge that make one profile.
const ACROSS: usize = 9;
/// An edge counts from this change of the square root of light, over three channels, in that of the brightest.
const CONTRAST: f64 = 0.08;
/// A gap of fewer pixels does not show the frame, for blur; the frame's light is then what the whole chart says.
const WIDE: f64 = 5.0;
/// What a patch can fill of its cell.
const FILL: std::ops::Range<f64> = 0.5..0.98;
/// A correction of less than this many cells is the last.
const SETTLED: f64 = 0.003;
/// Rounds of measuring and solving at most.
const ROUNDS: usize = 4;

/// How well the edges agree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edges {
    /// Share of the patches' sides that have an edge where one belongs, 0..1.
    pub(super) seen: f64,
    /// Root mean square of what the fit leaves, in cells.
    pub(super) residual: f64,
}

/// One edge: a point on it in cells, its axis, its side, its patch's centre along the axis.
struct Edge {
    at: [f64; 2],
    axis: usize,
    side: f64,
    centre: f64,
}

/// The refined fit, or `None` where too few edges are seen.
pub(super) fn refine(picture: &Picture<'_>, chart: Chart, start: Fit) -> Option<(Fit, Edges)> {
    let mut fit = start;
    let mut edges = None;
    let sides = 4.0 * chart.patches() as f64;
    for _ in 0..ROUNDS {
        let seen = measure(picture, chart, &fit)?;
        if (seen.len() as f64) < 0.3 * sides {
            return None;
        }
        let (correction, fill, residual) = solve(&seen, fit.fill)?;
        fit = Fit { map: fit.map.after(correction.inverse()?), fill };
        edges = Some(Edges { seen: seen.len() as f64 / sides, residual });
        if moved(chart, &correction) < SETTLED {
            break;
        }
    }
    let same = fit.fill.iter().all(|fill| FILL.contains(fill));
    edges.filter(|_| same).map(|edges| (fit, edges))
}

/// The longest way that a correction moves a corner, in cells.
fn moved(chart: Chart, correction: &Homography) -> f64 {
    let way =
        |cell: [f64; 2]| correction.map(cell).map_or(f64::MAX, |to| (to[0] - cell[0]).hypot(to[1] - cell[1]));
    Fit::corner_cells(chart, [1.0; 2]).into_iter().map(way).fold(0.0, f64::max)
}

fn measure(picture: &Picture<'_>, chart: Chart, fit: &Fit) -> Option<Vec<Edge>> {
    let light = |cell: [f64; 2]| picture.at(fit.map.map(cell)?);
    let centres = (0..chart.patches()).filter_map(|patch| light(Fit::centre(chart, patch)));
    let bright = centres.flatten().fold(1e-6, f64::max);
    let frame = frame(chart, light)?;
    let mut found = Vec::new();
    for patch in 0..chart.patches() {
        let centre = Fit::centre(chart, patch);
        let Some(steps) = fit.map.steps(centre) else { continue };
        for (axis, side) in [(0, -1.0), (0, 1.0), (1, -1.0), (1, 1.0)] {
            let Some(profile) = profile(picture, &fit.map, centre, axis, side) else { continue };
            let gap = (1.0 - fit.fill[axis]) * steps[axis][0].hypot(steps[axis][1]);
            let outer = if gap < WIDE { frame } else { mean(&profile[STEPS - 3..]) };
            let Some(out) = leaves(&profile, outer, bright) else { continue };
            let mut at = centre;
            at[axis] += side * out;
            found.push(Edge { at, axis, side, centre: centre[axis] });
        }
    }
    Some(found)
}

/// The frame's light: the lower quartile of where four patches meet.
fn frame(chart: Chart, light: impl Fn([f64; 2]) -> Option<[f64; 3]>) -> Option<[f64; 3]> {
    let mut seen: [Vec<f64>; 3] = Default::default();
    for row in 1..chart.rows() {
        for column in 1..chart.columns() {
            let rgb = light([column as f64 - 0.5, row as f64 - 0.5])?;
            seen.iter_mut().zip(rgb).for_each(|(seen, value)| seen.push(value));
        }
    }
    Some(seen.map(|mut seen| {
        let at = seen.len() / 4;
        *seen.select_nth_unstable_by(at, f64::total_cmp).1
    }))
}

/// Light from near a patch's centre to the middle of the gap; `None` if any of it is outside the picture.
fn profile(
    picture: &Picture<'_>,
    map: &Homography,
    centre: [f64; 2],
    axis: usize,
    side: f64,
) -> Option<[[f64; 3]; STEPS]> {
    let mut out = [[0.0; 3]; STEPS];
    for (step, sum) in out.iter_mut().enumerate() {
        let along = START + (0.5 - START) * (step as f64 + 0.5) / STEPS as f64;
        for k in 0..ACROSS {
            let mut at = centre;
            at[axis] += side * along;
            at[1 - axis] += 0.5 * (k as f64 / (ACROSS - 1) as f64 - 0.5);
            let rgb = picture.at(map.map(at)?)?;
            sum.iter_mut().zip(rgb).for_each(|(sum, value)| *sum += value / ACROSS as f64);
        }
    }
    Some(out)
}

fn mean(part: &[[f64; 3]]) -> [f64; 3] {
    std::array::from_fn(|c| part.iter().map(|rgb| rgb[c]).sum::<f64>() / part.len().max(1) as f64)
}

/// Where a profile leaves the patch for the frame, in cells from its centre.
fn leaves(profile: &[[f64; 3]; STEPS], outer: [f64; 3], bright: f64) -> Option<f64> {
    let inner = mean(&profile[..FLAT]);
    let root = |v: f64| (v.max(0.0) / bright).sqrt();
    let contrast: f64 = inner.iter().zip(outer).map(|(&a, b)| (root(a) - root(b)).abs()).sum();
    let change: [f64; 3] = std::array::from_fn(|c| outer[c] - inner[c]);
    let square: f64 = change.iter().map(|d| d * d).sum();
    if contrast < CONTRAST || square <= 0.0 {
        return None;
    }
    let left = |rgb: &[f64; 3]| 1.0 - (0..3).map(|c| (rgb[c] - inner[c]) * change[c]).sum::<f64>() / square;
    let out = START + (0.5 - START) * profile.iter().map(left).sum::<f64>() / STEPS as f64;
    (0.5 * FILL.start..0.5 * FILL.end).contains(&out).then_some(out)
}

/// The correction that brings the edges to where they belong, the fill along both axes, and what is left.
fn solve(edges: &[Edge], fill: [f64; 2]) -> Option<(Homography, [f64; 2], f64)> {
    let rows: Vec<_> = edges.iter().map(|edge| equation(edge, fill)).collect();
    let mut weights = vec![1.0; rows.len()];
    let mut x = [0.0; 10];
    let mut left = vec![0.0; rows.len()];
    for _ in 0..5 {
        let mut normal = Normal::<10>::new();
        for ((row, value), &weight) in rows.iter().zip(&weights) {
            normal.add(row, *value, weight);
        }
        x = normal.solve()?;
        for (left, (row, value)) in left.iter_mut().zip(&rows) {
            *left = row.iter().zip(x).map(|(a, b)| a * b).sum::<f64>() - value;
        }
        let mut sizes: Vec<f64> = left.iter().map(|left| left.abs()).collect();
        let middle = sizes.len() / 2;
        let knee = 2.0 * sizes.select_nth_unstable_by(middle, f64::total_cmp).1.max(1e-5);
        let weigh = |left: f64| if left > 3.0 * knee { 0.0 } else { knee / left.max(knee) };
        weights.iter_mut().zip(&left).for_each(|(weight, left)| *weight = weigh(left.abs()));
    }
    let total: f64 = weights.iter().sum();
    let squares: f64 = left.iter().zip(&weights).map(|(l, w)| w * l * l).sum();
    let map = Homography([[1.0 + x[0], x[1], x[2]], [x[3], 1.0 + x[4], x[5]], [x[6], x[7], 1.0]]);
    Some((map, [x[8], x[9]], (squares / total.max(1e-9)).sqrt()))
}

/// One edge as a linear equation in the correction's eight numbers and the two fills: the corrected place
/// along the axis is the patch's centre plus or minus half the fill.
fn equation(edge: &Edge, fill: [f64; 2]) -> ([f64; 10], f64) {
    let [x, y] = edge.at;
    let axis = edge.axis;
    let target = edge.centre + edge.side * 0.5 * fill[axis];
    let mut row = [0.0; 10];
    row[3 * axis..3 * axis + 3].copy_from_slice(&[x, y, 1.0]);
    row[6] = -target * x;
    row[7] = -target * y;
    row[8 + axis] = -0.5 * edge.side;
    (row, edge.centre - edge.at[axis])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::super::super::sim::{Wish, shot};
    use super::*;

    #[test]
    fn a_tenth_of_a_cell_is_made_good() {
        let chart = Chart::Classic24;
        for seed in 100..106 {
            let shot = shot(seed, Wish { size: (0.6, 0.9), ..Wish::default() });
            let guess = Fit::corner_cells(chart, [0.8; 2]);
            let off = [[0.07, -0.06], [-0.07, 0.05], [0.06, 0.07], [-0.05, -0.07]];
            let cells = [0, 1, 2, 3].map(|k| [guess[k][0] + off[k][0], guess[k][1] + off[k][1]]);
            let map = Homography::fit(&[0, 1, 2, 3].map(|k| (cells[k], shot.corners[k]))).unwrap();
            let (fit, edges) = refine(&shot.picture(), chart, Fit { map, fill: [0.85; 2] }).unwrap();
            let far = |(a, b): (&[f64; 2], &[f64; 2])| (a[0] - b[0]).hypot(a[1] - b[1]);
            let worst = fit.corners(chart).unwrap().iter().zip(&shot.corners).map(far).fold(0.0, f64::max);
            assert!(worst < 0.04 * fit.pitch(chart), "{seed}: {worst}");
            assert!(edges.seen > 0.6 && edges.residual < 0.03, "{seed}: {edges:?}");
        }
    }

    #[test]
    fn where_no_edge_is_nothing_is_refined() {
        let picture = Picture { width: 300, height: 200, rgb: &vec![[0.4; 3]; 300 * 200] };
        let map = Homography([[40.0, 0.0, 40.0], [0.0, 40.0, 40.0], [0.0, 0.0, 1.0]]);
        assert!(refine(&picture, Chart::Classic24, Fit { map, fill: [0.85; 2] }).is_none());
    }
}
