//! Blobs that repeat in two directions become lattices. Knows no colours.
//!
//! A cell of a lattice with steps u and v holds a patch whose spread is in proportion to u uᵀ + v vᵀ. Seen
//! through the inverse root of its spread every patch is thus a square, and its neighbours lie at right angles,
//! equally far, whatever the perspective: that finds the steps and rejects diagonals. The lattice then
//! grows from neighbour to neighbour and is completed under its own homography.

use std::collections::{BTreeMap, BTreeSet};

use super::super::homography::Homography;
use super::flat::Blob;

/// Distance of neighbours in standard deviations: √12 over the share of the cell that is flat.
const STEP: std::ops::Range<f64> = 3.4..7.8;
/// Cells from which a lattice is worth looking at.
const FEWEST: usize = 7;
/// Cells of a lattice: more is cloth.
const MOST: usize = 300;
/// How often a blob may start a lattice in vain or be part of one before it starts no more.
const TRIES: u8 = 3;

/// Cells of a plane lattice, and where they are on the proxy.
pub(super) struct Lattice {
    /// Every cell that has a blob.
    pub(super) cells: BTreeMap<(i32, i32), [f64; 2]>,
    /// From lattice to proxy; a cell's centre is at its numbers.
    pub(super) map: Homography,
}

/// Blobs by size and place.
struct Index<'a> {
    blobs: &'a [Blob],
    /// By octave of size and by squares of sixteen standard deviations.
    places: BTreeMap<(i32, i32, i32), Vec<usize>>,
    near: f64,
}

fn octave(blob: &Blob) -> i32 {
    blob.size().max(0.1).log2().floor() as i32
}

fn square(octave: i32, at: [f64; 2]) -> (i32, i32) {
    let side = 16.0 * f64::from(octave).exp2();
    ((at[0] / side).floor() as i32, (at[1] / side).floor() as i32)
}

impl<'a> Index<'a> {
    fn of(blobs: &'a [Blob], near: f64) -> Self {
        let mut places = BTreeMap::<_, Vec<usize>>::new();
        for (at, blob) in blobs.iter().enumerate() {
            let (x, y) = square(octave(blob), blob.centre);
            places.entry((octave(blob), x, y)).or_default().push(at);
        }
        Self { blobs, places, near }
    }

    /// Blobs of a size like this one's within a distance of a point.
    fn around(&self, like: &Blob, at: [f64; 2], distance: f64) -> impl Iterator<Item = usize> {
        let middle = octave(like);
        (middle - 1..=middle + 1)
            .flat_map(move |octave| {
                let low = square(octave, [at[0] - distance, at[1] - distance]);
                let high = square(octave, [at[0] + distance, at[1] + distance]);
                let columns = low.0..=high.0;
                columns.flat_map(move |x| self.places.range((octave, x, low.1)..=(octave, x, high.1)))
            })
            .flat_map(|(_, all)| all.iter().copied())
    }

    /// The nearest to a point within a distance.
    fn nearest(&self, like: &Blob, at: [f64; 2], within: f64) -> Option<usize> {
        let far = |index: usize| {
            let c = self.blobs[index].centre;
            (c[0] - at[0]).hypot(c[1] - at[1])
        };
        let near = self.around(like, at, within).map(|index| (far(index), index));
        near.filter(|&(far, _)| far <= within).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, index)| index)
    }
}

/// One blob for all that lie on each other: the fullest.
pub(super) fn distinct(mut blobs: Vec<Blob>) -> Vec<Blob> {
    blobs.sort_by(|a, b| {
        let key = |blob: &Blob| (blob.solid() - 1.0).abs() - 0.02 * blob.area.max(1.0).ln();
        key(a).total_cmp(&key(b))
    });
    let index = Index::of(&blobs, 0.0);
    let mut keep = vec![true; blobs.len()];
    for at in 0..blobs.len() {
        if !keep[at] {
            continue;
        }
        let blob = &blobs[at];
        let within = 0.7 * blob.size();
        for other in index.around(blob, blob.centre, within) {
            let c = blobs[other].centre;
            if other > at && (c[0] - blob.centre[0]).hypot(c[1] - blob.centre[1]) <= within {
                keep[other] = false;
            }
        }
    }
    blobs.iter().zip(keep).filter(|(_, keep)| *keep).map(|(blob, _)| *blob).collect()
}

/// All lattices, largest first. `near` is how far from its prediction a blob may lie, in steps.
pub(super) fn lattices(blobs: &[Blob], near: f64) -> Vec<Lattice> {
    let index = Index::of(blobs, near);
    let mut used = vec![0_u8; blobs.len()];
    let mut out = Vec::new();
    for seed in 0..blobs.len() {
        if used[seed] >= TRIES {
            continue;
        }
        let Some(steps) = steps(&index, seed) else { continue };
        let grown = grow(&index, seed, steps);
        if grown.len() < FEWEST {
            continue;
        }
        for &at in grown.values() {
            used[at] = used[at].saturating_add(1);
        }
        if grown.len() < MOST {
            out.extend(complete(&index, grown));
        }
    }
    out.sort_by_key(|lattice| std::cmp::Reverse(lattice.cells.len()));
    out
}

/// The map that makes a blob's spread round: the inverse of its Cholesky factor.
fn whitener(blob: &Blob) -> [f64; 3] {
    let [xx, xy, yy] = blob.spread;
    let a = xx.max(1e-9).sqrt();
    let b = xy / a;
    [a, b, (yy - b * b).max(1e-9).sqrt()]
}

fn whiten([a, b, c]: [f64; 3], d: [f64; 2]) -> [f64; 2] {
    let x = d[0] / a;
    [x, (d[1] - b * x) / c]
}

fn unwhiten([a, b, c]: [f64; 3], w: [f64; 2]) -> [f64; 2] {
    [a * w[0], b * w[0] + c * w[1]]
}

/// The steps to a blob's neighbours, where it has some at right angles as a patch would see them.
fn steps(index: &Index<'_>, seed: usize) -> Option<[[f64; 2]; 2]> {
    let blob = &index.blobs[seed];
    let white = whitener(blob);
    let reach = STEP.end * (blob.spread[0].max(blob.spread[2])).sqrt();
    let mut best = None;
    let mut rank = (1, f64::INFINITY);
    for other in index.around(blob, blob.centre, reach.min(12.0 * STEP.end * blob.size())) {
        let c = index.blobs[other].centre;
        let u = [c[0] - blob.centre[0], c[1] - blob.centre[1]];
        let w = whiten(white, u);
        if !STEP.contains(&w[0].hypot(w[1])) || !alike(blob, &index.blobs[other]) {
            continue;
        }
        let v = unwhiten(white, [-w[1], w[0]]);
        let seen = |d: [f64; 2]| {
            let at = [blob.centre[0] + d[0], blob.centre[1] + d[1]];
            let within = index.near * d[0].hypot(d[1]).min(u[0].hypot(u[1]));
            index.nearest(blob, at, within).filter(|&n| alike(blob, &index.blobs[n]))
        };
        let sides = [seen(v), seen([-v[0], -v[1]])];
        let back = seen([-u[0], -u[1]]);
        let Some(side) = sides[0].or(sides[1]) else { continue };
        let count = 1 + sides.iter().flatten().count() + usize::from(back.is_some());
        // Diagonals are at right angles too, but longer.
        let length = w[0].hypot(w[1]);
        if count > rank.0 || count == rank.0 && length < rank.1 {
            let c = index.blobs[side].centre;
            let sign = if sides[0].is_some() { 1.0 } else { -1.0 };
            rank = (count, length);
            best = Some([u, [sign * (c[0] - blob.centre[0]), sign * (c[1] - blob.centre[1])]]);
        }
    }
    best
}

/// Whether two spreads could belong to neighbouring patches of one chart.
fn alike(a: &Blob, b: &Blob) -> bool {
    let white = whitener(a);
    let [xx, xy, yy] = b.spread;
    // Variances of b along a's round axes.
    let (x, y) = (whiten(white, [1.0, 0.0]), whiten(white, [0.0, 1.0]));
    let along = |i: usize| xx * x[i] * x[i] + 2.0 * xy * x[i] * y[i] + yy * y[i] * y[i];
    let range = 0.3..3.3;
    range.contains(&along(0)) && range.contains(&along(1))
}

/// Cells by walking from neighbour to neighbour, each with the steps that led there.
fn grow(index: &Index<'_>, seed: usize, steps: [[f64; 2]; 2]) -> BTreeMap<(i32, i32), usize> {
    let mut cells = BTreeMap::from([((0, 0), seed)]);
    let mut taken = BTreeSet::from([seed]);
    let mut queue = std::collections::VecDeque::from([((0, 0), seed, steps)]);
    while let Some((cell, at, steps)) = queue.pop_front() {
        let blob = &index.blobs[at];
        for (axis, sign) in [(0, 1), (0, -1), (1, 1), (1, -1)] {
            let next = if axis == 0 { (cell.0 + sign, cell.1) } else { (cell.0, cell.1 + sign) };
            if cells.contains_key(&next) || cells.len() >= MOST {
                continue;
            }
            let (step, sign) = (steps[axis], f64::from(sign));
            let to = [blob.centre[0] + sign * step[0], blob.centre[1] + sign * step[1]];
            let shorter = steps.map(|s| s[0].hypot(s[1])).into_iter().fold(f64::INFINITY, f64::min);
            let Some(found) = index.nearest(blob, to, index.near * shorter) else { continue };
            if !alike(blob, &index.blobs[found]) || !taken.insert(found) {
                continue;
            }
            let c = index.blobs[found].centre;
            let mut steps = steps;
            steps[axis] = [sign * (c[0] - blob.centre[0]), sign * (c[1] - blob.centre[1])];
            cells.insert(next, found);
            queue.push_back((next, found, steps));
        }
    }
    cells
}

/// Fits the homography, drops what does not lie on it, and takes in what it predicts, a few times over.
fn complete(index: &Index<'_>, grown: BTreeMap<(i32, i32), usize>) -> Option<Lattice> {
    let seed = *grown.values().next()?;
    let mut cells: BTreeMap<_, _> = grown.iter().map(|(&cell, &at)| (cell, index.blobs[at].centre)).collect();
    let mut map = fit(&cells)?;
    for _ in 0..2 {
        cells.retain(|&cell, at| off(&map, cell, *at).is_some_and(|off| off < 0.2));
        map = fit(&cells)?;
        let (low, high) = bounds(&cells)?;
        for j in low.1 - 2..=high.1 + 2 {
            for i in low.0 - 2..=high.0 + 2 {
                if cells.contains_key(&(i, j)) || cells.len() >= MOST {
                    continue;
                }
                let point = [f64::from(i), f64::from(j)];
                let Some((to, [u, v])) = map.map(point).zip(map.steps(point)) else { continue };
                let shorter = u[0].hypot(u[1]).min(v[0].hypot(v[1]));
                // Sizes differ under perspective; the place is what counts.
                if let Some(found) = index.nearest(&index.blobs[seed], to, 0.12 * shorter) {
                    cells.insert((i, j), index.blobs[found].centre);
                }
            }
        }
        map = fit(&cells)?;
    }
    (cells.len() >= FEWEST).then_some(Lattice { cells, map })
}

/// The corners of the box around all cells.
pub(super) fn bounds(cells: &BTreeMap<(i32, i32), [f64; 2]>) -> Option<((i32, i32), (i32, i32))> {
    cells.keys().fold(None, |all, &(i, j)| {
        let (low, high) = all.unwrap_or(((i, j), (i, j)));
        Some(((i.min(low.0), j.min(low.1)), (i.max(high.0), j.max(high.1))))
    })
}

fn fit(cells: &BTreeMap<(i32, i32), [f64; 2]>) -> Option<Homography> {
    let pairs: Vec<_> = cells.iter().map(|(&(i, j), &at)| ([f64::from(i), f64::from(j)], at)).collect();
    let (low, high) = bounds(cells)?;
    (high.0 > low.0 && high.1 > low.1 && cells.len() >= FEWEST).then(|| Homography::fit(&pairs)).flatten()
}

/// How far a blob lies from its cell's centre, in steps.
fn off(map: &Homography, (i, j): (i32, i32), at: [f64; 2]) -> Option<f64> {
    let point = [f64::from(i), f64::from(j)];
    let (to, [u, v]) = (map.map(point)?, map.steps(point)?);
    let (area, d) = (u[0] * v[1] - u[1] * v[0], [at[0] - to[0], at[1] - to[1]]);
    let off = [(d[0] * v[1] - d[1] * v[0]) / area, (u[0] * d[1] - u[1] * d[0]) / area];
    Some(off[0].hypot(off[1])).filter(|off| off.is_finite())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    /// Patches that fill 0.8 of their cells on a slanted chart, without some, and strays between.
    fn scene(truth: &Homography, missing: &[usize]) -> Vec<Blob> {
        let blob = |cell: [f64; 2]| {
            let (centre, [u, v]) = (truth.map(cell).unwrap(), truth.steps(cell).unwrap());
            let part = |i: usize, j: usize| 0.64 / 12.0 * (u[i] * u[j] + v[i] * v[j]);
            let area = 0.64 * (u[0] * v[1] - u[1] * v[0]).abs();
            Blob { centre, spread: [part(0, 0), part(0, 1), part(1, 1)], area }
        };
        let cells = (0..24).filter(|at| !missing.contains(at));
        let mut all: Vec<Blob> = cells.map(|at| blob([(at % 6) as f64, (at / 6) as f64])).collect();
        all.extend(
            (0..20).map(|k| blob([f64::from(k * 7 % 13) * 1.37 - 6.1, 5.3 + f64::from(k * 5 % 11) * 0.91])),
        );
        all
    }

    #[test]
    fn a_slanted_chart_with_gaps_is_one_lattice_along_its_sides() {
        let truth = Homography([[50.0, 14.0, 300.0], [-9.0, 46.0, 200.0], [0.012, 0.02, 1.0]]);
        let found = lattices(&distinct(scene(&truth, &[3, 10])), 0.16);
        let lattice = &found[0];
        assert!(lattice.cells.len() >= 22);
        let mut area = 0.0;
        for at in 0..24 {
            // Every patch, seen or not, lies on a whole number of steps.
            let to = truth.map([f64::from(at % 6), f64::from(at / 6)]).unwrap();
            let [x, y] = lattice.map.inverse().unwrap().map(to).unwrap();
            assert!((x - x.round()).abs() + (y - y.round()).abs() < 0.02, "{at}: {x} {y}");
            let [u, v] = lattice.map.steps([x, y]).unwrap();
            area += (u[0] * v[1] - u[1] * v[0]).abs() / 24.0;
        }
        // Diagonals would make cells of twice the area.
        let [u, v] = truth.steps([2.5, 1.5]).unwrap();
        assert!((area / (u[0] * v[1] - u[1] * v[0]) - 1.0).abs() < 0.1);
    }

    #[test]
    fn blobs_on_each_other_count_once_and_none_make_no_lattice() {
        let truth = Homography([[40.0, 0.0, 50.0], [0.0, 40.0, 50.0], [0.0, 0.0, 1.0]]);
        let once = distinct(scene(&truth, &[]));
        assert_eq!(distinct([once.clone(), once.clone()].concat()).len(), once.len());
        assert!(lattices(&[], 0.2).is_empty() && lattices(&once[..1], 0.2).is_empty());
        let nowhere = Blob { centre: [5.0; 2], spread: [0.0; 3], area: 0.0 };
        assert!(lattices(&[nowhere; 30], 0.2).is_empty());
    }
}
