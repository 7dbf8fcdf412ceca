//! How far the alpha of a whole item may be trusted, and where least: the score and its reasons, decided on the host
//! before anything is solved.
//!
//! The same posterior that the kernels use is asked of a coarse level's pixels, without a last solution. The same
//! photograph and trimap give the same score, on any machine.

use super::confidence::{GUESS, of_weight};
use super::posterior::posterior;
use super::record::{Band, Level};
use super::statistics::RUNS;
use super::tiles::{ENTRY, PIXELS, SIDE};

/// Tiles that are asked at most; a coarser level has fewer.
const TILES: u32 = 400;
/// Mean confidence of a tile below which its edge is a guess, and unknown pixels that it needs to count.
const FAINT: f32 = 0.15;
const COUNTS: f32 = 24.0;
/// Places that are told at most, and tiles that one needs.
const PLACES: usize = 3;
const LEAST: usize = 2;

/// A band's score and what lowers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// Mean confidence of the unknown pixels, 0 … 1; 1 where there are none.
    pub confidence: f32,
    /// Middles of the places where product and backdrop look alike, the largest first: shares of width and height.
    pub faint: Vec<[f32; 2]>,
}

impl Band {
    /// The score of this band.
    #[must_use]
    pub fn doubt(&self) -> Doubt {
        let fits = |level: &Level| level.size.height <= TILES;
        let depth = self.levels.iter().position(fits).unwrap_or(self.levels.len() - 1);
        let level = &self.levels[depth];
        let tiles: Vec<[f32; 2]> =
            (0..level.size.height as usize).map(|slot| self.tile(depth as u32, level, slot)).collect();
        let [sum, count] =
            tiles.iter().fold([0.0_f64; 2], |[s, c], t| [s + f64::from(t[0]), c + f64::from(t[1])]);
        let confidence = if count > 0.0 { (sum / count) as f32 } else { 1.0 };
        Doubt { confidence, faint: faint(level, &tiles) }
    }

    /// Sum of the confidence of a tile's unknown pixels, and their number.
    fn tile(&self, depth: u32, level: &Level, slot: usize) -> [f32; 2] {
        let by = self.belief(depth);
        let row = &level.light.floats()[4 * PIXELS * slot..4 * PIXELS * (slot + 1)];
        let entry = &level.table.floats()[ENTRY * slot..ENTRY * (slot + 1)];
        let mut found = [0.0; 2];
        for y in 0..SIDE {
            let known = &row[3 * PIXELS + y * SIDE..][..SIDE];
            if known.iter().all(|k| *k != 0.5) {
                continue;
            }
            let run = |c: usize| *row[c * PIXELS + y * SIDE..].first_chunk::<SIDE>().unwrap_or(&[0.0; SIDE]);
            let around = self.around(entry, by.cell, y);
            let [_, weight] = posterior(&by, &[run(0), run(1), run(2)], &around, &[0.5; SIDE]);
            for (w, _) in weight.iter().zip(known).filter(|(_, k)| **k == 0.5) {
                found[0] += of_weight(*w, by.trust, GUESS);
                found[1] += 1.0;
            }
        }
        found
    }

    /// Moments around a line of a tile: those of the nearest cells.
    fn around(&self, entry: &[f32], cell: f32, y: usize) -> [[f32; SIDE]; RUNS] {
        let plane = &self.statistics;
        let (width, height) = (plane.size().width as usize / RUNS, plane.size().height as usize);
        let at = |i: f32, limit: usize| (((i + 0.5) * cell) as usize).min(limit - 1);
        let row = at(entry[1] * SIDE as f32 + y as f32, height);
        let mut out = [[0.0; SIDE]; RUNS];
        for (k, run) in out.iter_mut().enumerate() {
            for (x, v) in run.iter_mut().enumerate() {
                let column = at(entry[0] * SIDE as f32 + x as f32, width);
                *v = plane.floats()[(row * RUNS + k) * width + column];
            }
        }
        out
    }
}

/// The largest groups of neighbouring tiles whose edge is a guess.
fn faint(level: &Level, tiles: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let table = level.table.floats();
    let doubtful = |slot: usize| tiles[slot][1] >= COUNTS && tiles[slot][0] < FAINT * tiles[slot][1];
    let mut open: Vec<bool> = (0..tiles.len()).map(doubtful).collect();
    let mut groups: Vec<(usize, [f32; 2])> = Vec::new();
    let shares = [level.index.size().width, level.index.size().height].map(|v| v as f32);
    for first in 0..tiles.len() {
        if !std::mem::take(&mut open[first]) {
            continue;
        }
        let (mut stack, mut count, mut sum) = (vec![first], 0, [0.0_f32; 2]);
        while let Some(slot) = stack.pop() {
            let entry = &table[ENTRY * slot..ENTRY * (slot + 1)];
            count += 1;
            (0..2).for_each(|i| sum[i] += entry[i] + 0.5);
            for near in entry[3..12].iter().filter(|n| **n >= 0.0).map(|n| *n as usize) {
                if std::mem::take(&mut open[near]) {
                    stack.push(near);
                }
            }
        }
        if count >= LEAST {
            groups.push((count, [0, 1].map(|i| (sum[i] / count as f32 / shares[i]).min(1.0))));
        }
    }
    groups.sort_by_key(|g| std::cmp::Reverse(g.0));
    groups.into_iter().take(PLACES).map(|g| g.1).collect()
}
