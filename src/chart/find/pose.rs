//! Lays charts on a lattice in all eight poses and tells by the colours which one it is.
//!
//! The score is the mean rank correlation of the three channels and of two channel ratios with the published
//! colours. Ranks are the same under any exposure, white balance and tone curve, and there is no threshold on
//! a colour. Never touches full pixels.

use super::super::Chart;
use super::super::colours::colours;
use super::super::homography::Homography;
use super::lattice::{Lattice, bounds};
use super::proxy::Planes;
use super::rank::{pearson, spearman};

/// The score from which colours are a chart's. Placements one patch off reach 0.6.
pub(super) const RECOGNISED: f64 = 0.75;
/// The score from which it is worth asking what it would be without the patches that spoil it most.
const SPOILT: f64 = 0.55;
/// Cells of the chart that must have a blob of their own.
const SEEN: usize = 7;
/// Keeps ratios of dark channels finite, in codes.
const DARK: f64 = 0.03;

/// A chart on a lattice.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) chart: Chart,
    /// From column and row of the chart to the proxy; patch centres are at whole numbers.
    pub(super) map: Homography,
    pub(super) score: f64,
    /// By how much it is better than the next placement on the same lattice.
    pub(super) margin: f64,
    pub(super) mirrored: bool,
    /// Whether some patches lie outside the picture.
    pub(super) cut: bool,
}

/// Three channels and two logarithms of their ratios.
pub(super) type Signals = [f64; 5];

/// Of a colour in codes (square roots of light).
pub(super) fn signals([r, g, b]: [f64; 3]) -> Signals {
    let ratio = |a: f64, b: f64| ((a.max(0.0) + DARK) / (b.max(0.0) + DARK)).ln();
    [r, g, b, ratio(r, g), ratio(b, g)]
}

/// Of the published colours, row by row.
pub(super) fn expected(chart: Chart) -> Vec<Signals> {
    colours(chart).iter().map(|rgb| signals(rgb.map(|v| (f64::from(v) / 1000.0).sqrt()))).collect()
}

/// Mean rank correlation over the patches that were seen.
pub(super) fn score(seen: &[Option<Signals>], expected: &[Signals]) -> f64 {
    let by_rank = |k: usize| {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs(seen, expected, k).unzip();
        spearman(&a, &b)
    };
    (0..5).map(by_rank).sum::<f64>() / 5.0
}

fn pairs(
    seen: &[Option<Signals>],
    expected: &[Signals],
    k: usize,
) -> impl Iterator<Item = (f64, f64)> + Clone {
    seen.iter().zip(expected).filter_map(move |(s, e)| s.map(|s| (s[k], e[k])))
}

/// A cheap judgement that no right placement fails.
fn hopeless(seen: &[Option<Signals>], expected: &[Signals]) -> bool {
    [1, 3, 4].into_iter().map(|k| pearson(pairs(seen, expected, k))).sum::<f64>() < 1.0
}

/// The same without the patches that spoil it most, one in eight: something may lie on the chart.
fn score_of_most(seen: &[Option<Signals>], expected: &[Signals]) -> f64 {
    let mut seen = seen.to_vec();
    let mut best = score(&seen, expected);
    for _ in 0..seen.len() / 8 {
        if best < SPOILT {
            break;
        }
        let without = |at: usize| {
            let mut fewer = seen.clone();
            fewer[at] = None;
            score(&fewer, expected)
        };
        let all = (0..seen.len()).filter(|&at| seen[at].is_some()).map(|at| (without(at), at));
        let Some((score, worst)) = all.max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
        seen[worst] = None;
        best = score;
    }
    best
}

/// Where a chart lies on a lattice: the cell of its first patch and the steps to the next column and row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Placement {
    first: (i32, i32),
    column: (i32, i32),
    row: (i32, i32),
}

impl Placement {
    fn cell(&self, column: i32, row: i32) -> (i32, i32) {
        let along = |first, c, r| first + c * column + r * row;
        (along(self.first.0, self.column.0, self.row.0), along(self.first.1, self.column.1, self.row.1))
    }

    fn map(&self, lattice: &Homography) -> Homography {
        let row =
            |k: fn(&(i32, i32)) -> i32| [&self.column, &self.row, &self.first].map(|at| f64::from(k(at)));
        lattice.after(Homography([row(|at| at.0), row(|at| at.1), [0.0, 0.0, 1.0]]))
    }

    /// All that hold at least some cells of the lattice.
    fn all(chart: Chart, lattice: &Lattice) -> Vec<Self> {
        let Some((low, high)) = bounds(&lattice.cells) else { return Vec::new() };
        let (columns, rows) = (chart.columns() as i32, chart.rows() as i32);
        let mut out = Vec::new();
        for turned in [false, true] {
            let (wide, tall) = if turned { (rows, columns) } else { (columns, rows) };
            for j in low.1 - tall + 2..high.1 {
                for i in low.0 - wide + 2..high.0 {
                    let held = lattice
                        .cells
                        .keys()
                        .filter(|&&(x, y)| (i..i + wide).contains(&x) && (j..j + tall).contains(&y))
                        .count();
                    if held < SEEN {
                        continue;
                    }
                    for (flip_x, flip_y) in [(false, false), (true, true), (true, false), (false, true)] {
                        let x = if flip_x { (i + wide - 1, -1) } else { (i, 1) };
                        let y = if flip_y { (j + tall - 1, -1) } else { (j, 1) };
                        let (column, row) = ((x.1, 0), (0, y.1));
                        let (column, row) = if turned { (row, column) } else { (column, row) };
                        out.push(Self { first: (x.0, y.0), column, row });
                    }
                }
            }
        }
        out
    }
}

/// What the lattice's cells look like, as far as any placement reaches.
struct Looks {
    low: (i32, i32),
    wide: i32,
    cells: Vec<Option<Signals>>,
}

impl Looks {
    fn new(planes: &Planes, lattice: &Lattice) -> Option<Self> {
        let (low, high) = bounds(&lattice.cells)?;
        // The SG reaches four columns and five rows further than the Classic in its middle.
        let beyond = Chart::Sg140.columns() as i32 + 1;
        let low = (low.0 - beyond, low.1 - beyond);
        let (wide, tall) = (high.0 - low.0 + beyond + 1, high.1 - low.1 + beyond + 1);
        let cells = (0..wide * tall).map(|at| {
            let centre = [f64::from(low.0 + at % wide), f64::from(low.1 + at / wide)];
            look(planes, &lattice.map, centre).map(signals)
        });
        Some(Self { low, wide, cells: cells.collect() })
    }

    fn at(&self, (x, y): (i32, i32)) -> Option<Signals> {
        let (x, y) = (x - self.low.0, y - self.low.1);
        if x < 0 || y < 0 || x >= self.wide {
            return None;
        }
        self.cells.get((y * self.wide + x) as usize).copied().flatten()
    }

    fn of(&self, chart: Chart, placement: &Placement) -> Vec<Option<Signals>> {
        let columns = chart.columns();
        (0..chart.patches())
            .map(|patch| self.at(placement.cell((patch % columns) as i32, (patch / columns) as i32)))
            .collect()
    }
}

/// The median of nine pixels about a cell's centre, channel by channel; `None` if any is outside.
fn look(planes: &Planes, map: &Homography, centre: [f64; 2]) -> Option<[f64; 3]> {
    let mut seen = [[0.0; 9]; 3];
    for k in 0..9 {
        let offset = [k % 3, k / 3].map(|o| 0.15 * (f64::from(o) - 1.0));
        let [x, y] = map.map([centre[0] + offset[0], centre[1] + offset[1]])?;
        for (channel, value) in seen.iter_mut().zip(planes.at(x, y)?) {
            channel[k as usize] = value;
        }
    }
    Some(seen.map(|mut nine| {
        nine.sort_by(f64::total_cmp);
        nine[4]
    }))
}

/// How well the colours at a chart's patches are the chart's, -1..1.
pub(super) fn score_at(planes: &Planes, map: &Homography, chart: Chart) -> f64 {
    let columns = chart.columns();
    let cells = (0..chart.patches()).map(|patch| [(patch % columns) as f64, (patch / columns) as f64]);
    let seen: Vec<_> = cells.map(|cell| look(planes, map, cell).map(signals)).collect();
    score(&seen, &expected(chart))
}

/// The best placement of a chart on a lattice, if its colours are a chart's.
///
/// The SG holds a Classic's patches in its middle, so the Classic is looked for, and is an SG's where
/// what surrounds it is.
pub(super) fn recognise(planes: &Planes, lattice: &Lattice) -> Option<Candidate> {
    let looks = Looks::new(planes, lattice)?;
    let classic = expected(Chart::Classic24);
    let mut best: Option<(f64, Placement)> = None;
    let mut second = 0.0_f64;
    for placement in Placement::all(Chart::Classic24, lattice) {
        let seen = looks.of(Chart::Classic24, &placement);
        if seen.iter().flatten().count() < 16 || hopeless(&seen, &classic) {
            continue;
        }
        let score = score(&seen, &classic);
        match best {
            Some((top, _)) if score <= top => second = second.max(score),
            _ => {
                second = second.max(best.map_or(0.0, |(top, _)| top));
                best = Some((score, placement));
            }
        }
    }
    let (mut found, mut placement) = best?;
    if found < RECOGNISED {
        found = score_of_most(&looks.of(Chart::Classic24, &placement), &classic);
    }
    if found < RECOGNISED {
        return None;
    }
    let mut chart = Chart::Classic24;
    let outer = Placement { first: placement.cell(-4, -1), ..placement };
    let around = looks.of(Chart::Sg140, &outer);
    let as_sg = score(&around, &expected(Chart::Sg140));
    if around.iter().flatten().count() >= 60 && as_sg >= RECOGNISED {
        (chart, placement, found) = (Chart::Sg140, outer, as_sg);
    }
    let cut = looks.of(chart, &placement).iter().any(Option::is_none);
    let map = placement.map(&lattice.map);
    let middle = [0.5 * (chart.columns() - 1) as f64, 0.5 * (chart.rows() - 1) as f64];
    let [u, v] = map.steps(middle)?;
    let mirrored = u[0] * v[1] - u[1] * v[0] < 0.0;
    Some(Candidate { chart, map, score: found, margin: found - second, mirrored, cut })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chart's colours through gains and a curve, taken up `shift` patches further on.
    fn seen(chart: Chart, shift: usize) -> Vec<Option<Signals>> {
        let all = colours(chart);
        (0..all.len())
            .map(|at| {
                let [r, g, b] = all[(at + shift) % all.len()].map(|v| f64::from(v) / 1000.0);
                Some(signals([0.4 * r.powf(0.45), 0.9 * g.powf(0.5), 0.6 * b.powf(0.55)]))
            })
            .collect()
    }

    #[test]
    fn gains_and_curves_do_not_matter_and_places_do() {
        for chart in Chart::ALL {
            let expected = expected(chart);
            let right = score(&seen(chart, 0), &expected);
            assert!(right > 0.95, "{chart}: {right}");
            for shift in 1..chart.patches() {
                let wrong = score(&seen(chart, shift), &expected);
                assert!(wrong < RECOGNISED - 0.05, "{chart} {shift}: {wrong}");
            }
        }
    }

    #[test]
    fn a_few_covered_patches_are_left_out() {
        let expected = expected(Chart::Classic24);
        let mut seen = seen(Chart::Classic24, 0);
        for (at, colour) in [(5, [0.9, 0.1, 0.1]), (18, [0.05, 0.1, 0.4]), (22, [0.1, 0.9, 0.9])] {
            seen[at] = Some(signals(colour));
        }
        let (all, most) = (score(&seen, &expected), score_of_most(&seen, &expected));
        assert!(most > 0.9 && all < 0.75, "{all} {most}");
        assert_eq!(score(&[None; 24], &expected), 0.0);
    }
}
