//! Connected parts of a mask, found by joining the runs of neighbouring rows.

use super::Mask;

/// Which pixels touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbours {
    /// Those that share a side.
    Four,
    /// Those that share a side or a corner.
    Eight,
}

/// Pixels `start..end` of a row, all of one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Row.
    pub y: usize,
    /// First column.
    pub start: usize,
    /// Column after the last.
    pub end: usize,
    /// Component, until [`Components::of`] has finished the index of a run that it is joined to.
    label: usize,
}

/// The connected components of a mask.
#[derive(Clone, Debug)]
pub struct Components {
    runs: Vec<Run>,
}

impl Components {
    /// The components of `mask`.
    #[must_use]
    pub fn of(mask: &Mask, neighbours: Neighbours) -> Self {
        let corner = usize::from(neighbours == Neighbours::Eight);
        let mut runs: Vec<Run> = Vec::new();
        let mut above = 0..0;
        for (y, row) in mask.rows().enumerate() {
            let first = runs.len();
            let mut candidate = above.start;
            each_run(row, |start, end| {
                let index = runs.len();
                runs.push(Run { y, start, end, label: index });
                while candidate < above.end && runs[candidate].end + corner <= start {
                    candidate += 1;
                }
                let mut other = candidate;
                while other < above.end && runs[other].start < end + corner {
                    join(&mut runs, other, index);
                    other += 1;
                }
            });
            above = first..runs.len();
        }
        for i in 0..runs.len() {
            runs[i].label = root(&mut runs, i);
        }
        runs.sort_by_key(|r| r.label);
        Self { runs }
    }

    /// The runs of each component, row by row.
    pub fn each(&self) -> impl Iterator<Item = &[Run]> {
        self.runs.chunk_by(|a, b| a.label == b.label)
    }
}

impl Mask {
    /// Sets the pixels of some runs.
    pub fn set(&mut self, runs: &[Run], value: bool) {
        runs.iter().for_each(|r| self.row_mut(r.y)[r.start..r.end].fill(value));
    }
}

/// Number of pixels of some runs.
#[must_use]
pub fn area(runs: &[Run]) -> usize {
    runs.iter().map(|r| r.end - r.start).sum()
}

/// The parts of `mask` that hold a pixel of `seed`, by shared sides.
#[must_use]
pub fn reach(mask: &Mask, seed: &Mask) -> Mask {
    let mut reached = Mask::new(mask.size());
    for runs in Components::of(mask, Neighbours::Four).each() {
        if runs.iter().any(|r| seed.row(r.y)[r.start..r.end].contains(&true)) {
            reached.set(runs, true);
        }
    }
    reached
}

/// Calls `found(start, end)` for every stretch of a row that holds.
pub(super) fn each_run(row: &[bool], mut found: impl FnMut(usize, usize)) {
    let mut start = find(row, 0, true);
    while start < row.len() {
        let end = find(row, start, false);
        found(start, end);
        start = find(row, end, true);
    }
}

/// First place from `from` on that has a value, or the end; long stretches without it are skipped by steps.
#[inline(always)]
fn find(row: &[bool], from: usize, value: bool) -> usize {
    const STEP: usize = 32;
    let (steps, _) = row[from..].as_chunks::<STEP>();
    let skip = from + STEP * steps.iter().take_while(|step| **step == [!value; STEP]).count();
    row[skip..].iter().position(|v| *v == value).map_or(row.len(), |i| skip + i)
}

/// Lowest run that `i` is joined to; halves the path on its way.
fn root(runs: &mut [Run], mut i: usize) -> usize {
    while runs[i].label != i {
        runs[i].label = runs[runs[i].label].label;
        i = runs[i].label;
    }
    i
}

fn join(runs: &mut [Run], a: usize, b: usize) {
    let (a, b) = (root(runs, a), root(runs, b));
    runs[a.max(b)].label = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::ops::testing::noise;

    /// Pixels of the part that holds (x, y), by walking from pixel to pixel.
    fn flood(mask: &Mask, x: usize, y: usize, corner: bool) -> Vec<(usize, usize)> {
        let mut open = vec![(x, y)];
        let mut seen = Mask::new(mask.size());
        seen.row_mut(y)[x] = true;
        let mut found = Vec::new();
        while let Some((x, y)) = open.pop() {
            found.push((x, y));
            for v in y.saturating_sub(1)..(y + 2).min(mask.height()) {
                for u in x.saturating_sub(1)..(x + 2).min(mask.width()) {
                    let side = u == x || v == y;
                    if (side || corner) && mask.at(u, v) && !seen.at(u, v) {
                        seen.row_mut(v)[u] = true;
                        open.push((u, v));
                    }
                }
            }
        }
        found.sort_unstable();
        found
    }

    #[test]
    fn components_are_those_of_a_flood() {
        for (neighbours, share) in [(Neighbours::Four, 0.6), (Neighbours::Eight, 0.42)] {
            let mask = Mask::from_fn(Size::new(53, 41), |x, y| noise(x as u32, y as u32, 4) < share);
            let parts = Components::of(&mask, neighbours);
            let mut total = 0;
            for runs in parts.each() {
                let pixels = runs.iter().flat_map(|r| (r.start..r.end).map(|x| (x, r.y)));
                let mut pixels: Vec<_> = pixels.collect();
                pixels.sort_unstable();
                total += area(runs);
                assert_eq!(pixels, flood(&mask, runs[0].start, runs[0].y, neighbours == Neighbours::Eight));
            }
            assert_eq!(total, mask.count());
        }
    }

    #[test]
    fn only_parts_with_a_seed_are_reached() {
        let mask = Mask::from_fn(Size::new(9, 5), |x, _| x != 4);
        let seed = Mask::from_fn(mask.size(), |x, y| (x, y) == (7, 2) || (x, y) == (4, 2));
        assert_eq!(reach(&mask, &seed), Mask::from_fn(mask.size(), |x, _| x > 4));
    }
}
