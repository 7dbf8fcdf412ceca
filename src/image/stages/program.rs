//! Stages as one run of floats, for a plan's plane: the number of stages, four numbers for each (kind, where
//! its data begin in fours, two of its own), then the data. Both twins read it in place.

use super::{Lines, Lookup, Spacing, Stage, Stages, View, Views, strides};

const CURVES: f32 = 0.0;
const AFFINE: f32 = 1.0;
const TABLE: f32 = 2.0;
const CUBE: f32 = 3.0;
const ROOT: f32 = 4.0;

/// Numbers before the data of curves: four for each of four channels (start in fours, lines, 1 where they lie
/// in roots, 1 where clamped).
const CURVE_HEAD: usize = 16;

/// The stages as floats; a whole number of fours.
#[must_use]
pub fn program(stages: &Stages) -> Vec<f32> {
    let count = stages.0.len();
    let mut words = vec![0.0_f32; 4 + 4 * count];
    words[0] = count as f32;
    for (i, stage) in stages.0.iter().enumerate() {
        let start = (words.len() / 4) as f32;
        let (kind, own) = match stage {
            Stage::Curves(curves) => {
                let head = words.len();
                words.resize(head + CURVE_HEAD, 0.0);
                for (c, curve) in curves.iter().enumerate().take(4) {
                    let start = (words.len() / 4) as f32;
                    let roots = f32::from(u8::from(curve.spacing == Spacing::Roots));
                    let numbers =
                        [start, curve.lines.len() as f32, roots, f32::from(u8::from(curve.clamped))];
                    words[head + 4 * c..][..4].copy_from_slice(&numbers);
                    words.extend(curve.lines.as_flattened());
                    words.resize(words.len().next_multiple_of(4), 0.0);
                }
                (CURVES, [curves.len() as f32, 0.0])
            }
            Stage::Affine { matrix, offset } => {
                let rows = matrix.iter().zip(offset);
                words.extend(rows.flat_map(|([a, b, c], d)| [*a, *b, *c, *d]));
                (AFFINE, [0.0; 2])
            }
            Stage::Table(table) => {
                words.extend(table.grid.map(|g| g as f32));
                words.extend(table.nodes.as_flattened());
                (TABLE, [table.inputs as f32, 0.0])
            }
            Stage::Cube => (CUBE, [0.0; 2]),
            Stage::Root => (ROOT, [0.0; 2]),
        };
        words[4 + 4 * i..][..4].copy_from_slice(&[kind, start, own[0], own[1]]);
    }
    words
}

/// The stages of a program, in place; `None` where it is none.
#[must_use]
pub fn views(words: &[f32]) -> Option<Views<'_>> {
    let count = *words.first()? as usize;
    let stage = |i: usize| {
        let numbers = words.get(4 + 4 * i..8 + 4 * i)?;
        let start = 4 * numbers[1] as usize;
        Some(match numbers[0] {
            CURVES => View::Curves(curves(words, start, numbers[2] as usize)?),
            AFFINE => {
                let row = |r: usize| words.get(start + 4 * r..start + 4 * r + 4);
                let rows = [row(0)?, row(1)?, row(2)?];
                View::Affine { matrix: rows.map(|r| [r[0], r[1], r[2]]), offset: rows.map(|r| r[3]) }
            }
            TABLE => View::Table(table(words, start, numbers[2] as usize)?),
            CUBE => View::Cube,
            ROOT => View::Root,
            _ => return None,
        })
    };
    (0..count).map(stage).collect::<Option<Vec<_>>>().map(Views)
}

fn curves(words: &[f32], start: usize, count: usize) -> Option<Vec<Lines<'_>>> {
    let curve = |c: usize| {
        let head = words.get(start + 4 * c..start + 4 * c + 4)?;
        let (from, lines) = (4 * head[0] as usize, head[1] as usize);
        let lines = words.get(from..from + 2 * lines)?.as_chunks().0;
        let spacing = if head[2] > 0.5 { Spacing::Roots } else { Spacing::Even };
        (!lines.is_empty()).then_some(Lines { lines, spacing, clamped: head[3] > 0.5 })
    };
    (0..count.min(4)).map(curve).collect()
}

fn table(words: &[f32], start: usize, inputs: usize) -> Option<Lookup<'_>> {
    let grid: [usize; 4] =
        words.get(start..start + 4)?.iter().map(|g| *g as usize).collect::<Vec<_>>().try_into().ok()?;
    let count = grid[0] * strides(grid)[0];
    let nodes = words.get(start + 4..start + 4 + 4 * count)?.as_chunks().0;
    (count > 0 && (1..=4).contains(&inputs)).then_some(Lookup { grid, inputs, nodes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::stages::{RUN, Sampled, Table};

    #[test]
    fn a_program_runs_as_its_stages_do() {
        let curve = Sampled::new(5, Spacing::Roots, true, |x| x * x);
        let nodes = (0..24).map(|i| [i as f32, 1.0, 0.5, -1.0]).collect();
        let table = Table { grid: [2, 3, 4, 1], inputs: 3, nodes };
        let affine = Stage::Affine {
            matrix: [[1.0, 0.5, 0.0], [0.0, 2.0, 0.1], [0.3, 0.0, 1.0]],
            offset: [0.1, 0.2, 0.3],
        };
        let stages = Stages(vec![
            Stage::Curves(vec![curve.clone(), curve]),
            affine,
            Stage::Table(table),
            Stage::Root,
            Stage::Cube,
        ]);
        let words = program(&stages);
        assert_eq!(words.len() % 4, 0);
        let start = std::array::from_fn(|c| std::array::from_fn(|x| (x + 64 * c) as f32 / RUN as f32 - 0.1));
        let (mut direct, mut through) = (start, start);
        stages.views().run(&mut direct);
        let Some(program) = views(&words) else { unreachable!() };
        program.run(&mut through);
        assert_eq!(direct, through);
        assert_ne!(direct, start);
    }

    #[test]
    fn what_is_no_program_is_none() {
        assert!(views(&[]).is_none());
        assert!(views(&[2.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0]).is_none());
        assert!(views(&[1.0, 0.0, 0.0, 0.0, TABLE, 2.0, 3.0, 0.0, 9.0, 9.0, 9.0, 9.0]).is_none());
    }
}
