//! The column pass on the processor: some rows are turned so that they lie beside each other, one a SIMD lane.

use super::ColumnParams;
use crate::image::Scratch;
use crate::kernel::Rows;
use crate::vectorised;

/// Rows that the column pass makes at a time, one in each SIMD lane.
const LANES: usize = 16;

vectorised! {
    pub(super) fn resize_columns(job: &mut Job<'_>) {
        let p: ColumnParams = job.params();
        let (wide, taps) = (job.inputs[0], job.inputs[1]);
        let table: &[f32] = bytemuck::cast_slice(taps.bytes);
        let length = 1 + p.taps as usize;
        let active = p.first_column as usize..p.end_column as usize;
        let table = &table[active.start * length..active.end * length];
        let mut turned = Scratch::new(wide.size.width as usize * LANES);
        let mut made = Scratch::new(active.len() * LANES);
        let runs = if p.opaque == 1 { 3 } else { 4 };
        for start in job.rows.clone().step_by(LANES) {
            let rows = start..(start + LANES as u32).min(job.rows.end);
            for run in 0..4 {
                if run < runs && rows.end > p.first_row && rows.start < p.end_row {
                    turn(&wide, run, rows.clone(), &mut turned);
                    gather(&mut made, table, length, &turned);
                }
                for (lane, y) in rows.clone().enumerate() {
                    let out = &mut job.outputs[0].rgba(y)[run];
                    if !(p.first_row..p.end_row).contains(&y) {
                        out.fill(0.0);
                        continue;
                    }
                    out[..active.start].fill(0.0);
                    out[active.end..].fill(0.0);
                    if run >= runs {
                        out[active.clone()].fill(1.0);
                        continue;
                    }
                    unturn(&made, lane, &mut out[active.clone()]);
                }
            }
        }
    }
}

/// Rows beside each other instead of one after the other: `turned[x · LANES + lane]`.
#[inline(always)]
fn turn(wide: &Rows<'_>, run: usize, rows: std::ops::Range<u32>, turned: &mut [f32]) {
    let last = i64::from(rows.end) - 1;
    let lines: [&[f32]; LANES] =
        std::array::from_fn(|lane| wide.rgba((i64::from(rows.start) + lane as i64).min(last))[run]);
    let mut squares = turned.chunks_exact_mut(LANES * LANES);
    let mut x = 0;
    for square in &mut squares {
        let mut block = [[0.0_f32; LANES]; LANES];
        for (to, line) in block.iter_mut().zip(&lines) {
            to.copy_from_slice(&line[x..x + LANES]);
        }
        for (column, to) in square.chunks_exact_mut(LANES).enumerate() {
            for lane in 0..LANES {
                to[lane] = block[lane][column];
            }
        }
        x += LANES;
    }
    for (column, to) in squares.into_remainder().chunks_exact_mut(LANES).enumerate() {
        for (o, line) in to.iter_mut().zip(&lines) {
            *o = line[x + column];
        }
    }
}

/// One row out of rows beside each other.
#[inline(always)]
fn unturn(made: &[f32], lane: usize, out: &mut [f32]) {
    let mut outs = out.chunks_exact_mut(LANES);
    let mut squares = made.chunks_exact(LANES * LANES);
    for (to, square) in (&mut outs).zip(&mut squares) {
        for (column, o) in to.iter_mut().enumerate() {
            *o = square[column * LANES + lane];
        }
    }
    for (o, column) in outs.into_remainder().iter_mut().zip(squares.remainder().chunks_exact(LANES)) {
        *o = column[lane];
    }
}

/// Every output column of all lanes: `Σ weight[k] · turned(first + k)`, in the order of `k`.
#[inline(always)]
fn gather(made: &mut [f32], table: &[f32], length: usize, turned: &[f32]) {
    for (out, line) in made.chunks_exact_mut(LANES).zip(table.chunks_exact(length)) {
        let first = line[0] as usize * LANES;
        let mut sums = [0.0_f32; LANES];
        let source = turned[first..].chunks_exact(LANES);
        for (weight, lanes) in line[1..].iter().zip(source) {
            for (s, v) in sums.iter_mut().zip(lanes) {
                *s += weight * v;
            }
        }
        out.copy_from_slice(&sums);
    }
}
