//! The smooth parts of what is not backdrop: boards, forms, labels, and cloth that shows no texture.

use super::view::{Tone, View};
use crate::ops::field::{Components, Neighbours, Run, area, median};

/// Share of the picture below which a part is a speck.
const LEAST: f32 = 3e-4;
/// Pixels from the outside within which an outline lies beside it, where edges are sharp.
const BESIDE: f32 = 8.0;
/// About this many pixels tell a part's tone.
const SAMPLE: usize = 1024;

/// A connected smooth part.
pub(super) struct Part {
    pub(super) runs: Vec<Run>,
    pub(super) area: usize,
    /// First row.
    pub(super) top: usize,
    /// Share of its outline that lies beside the outside.
    pub(super) outer: f32,
    /// Median tone.
    pub(super) tone: Tone,
    /// Median texture over the backdrop's grain: about 1 of a board or a form.
    pub(super) grain: f32,
}

/// All smooth parts that are no specks, in the order of their first pixels.
pub(super) fn parts(view: &View) -> Vec<Part> {
    let least = ((LEAST * view.size().pixels() as f32) as usize).max(4);
    let components = Components::of(&view.smooth, Neighbours::Four);
    components.each().filter(|runs| area(runs) >= least).map(|runs| part(view, runs)).collect()
}

fn part(view: &View, runs: &[Run]) -> Part {
    let area = area(runs);
    let step = (area / SAMPLE).max(1);
    let pixels = || runs.iter().flat_map(|r| (r.start..r.end).map(|x| (x, r.y))).step_by(step);
    let middle = |value: &dyn Fn(usize, usize) -> f32| {
        median(&mut pixels().map(|(x, y)| value(x, y)).collect::<Vec<f32>>()).unwrap_or(0.0)
    };
    let tone = [0, 1, 2].map(|c| middle(&|x, y| view.tone(x, y)[c]));
    Part {
        area,
        top: runs.iter().map(|r| r.y).min().unwrap_or(0),
        outer: outer(view, runs),
        tone,
        grain: middle(&|x, y| view.grain(x, y)),
        runs: runs.to_vec(),
    }
}

/// Share of the outline, as seen from the four sides, that lies beside the outside.
fn outer(view: &View, runs: &[Run]) -> f32 {
    let mut rows = vec![(usize::MAX, 0); view.photo.height()];
    let mut columns = vec![(usize::MAX, 0); view.photo.width()];
    for run in runs {
        let row = &mut rows[run.y];
        *row = (row.0.min(run.start), row.1.max(run.end - 1));
        for column in &mut columns[run.start..run.end] {
            *column = (column.0.min(run.y), column.1.max(run.y));
        }
    }
    let seen = |ends: &[(usize, usize)]| -> Vec<(usize, [usize; 2])> {
        let some = ends.iter().enumerate().filter(|(_, e)| e.0 != usize::MAX);
        some.map(|(i, e)| (i, [e.0, e.1])).collect()
    };
    let across = seen(&rows).into_iter().flat_map(|(y, xs)| xs.map(|x| (x, y)));
    let down = seen(&columns).into_iter().flat_map(|(x, ys)| ys.map(|y| (x, y)));
    let outline: Vec<(usize, usize)> = across.chain(down).collect();
    // Both sides stay short of a soft edge.
    let near = BESIDE + 2.0 * view.short;
    let beside = outline.iter().filter(|(x, y)| view.away.at(*x, *y) < near).count();
    beside as f32 / outline.len().max(1) as f32
}
