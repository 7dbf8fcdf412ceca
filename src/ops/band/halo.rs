//! A tile with pixels of its neighbours around it, for windows. Twin of shaders/lib/tile.wgsl.

use super::tiles::{PIXELS, SIDE};
use crate::kernel::{Job, Rows};
use std::ops::Range;

/// Rows of a band that a kernel with neighbours reads: its parameter block begins with the reach.
pub(super) fn neighbours(params: &[u8], rows: Range<u32>) -> Range<u32> {
    let reach = params.first_chunk().map_or(0, |b| u32::from_ne_bytes(*b));
    rows.start.saturating_sub(reach)..rows.end.saturating_add(reach)
}

/// One run of a tile's row: 0 of a gray plane, 0 to 3 of a colour plane.
#[inline(always)]
pub(super) fn tile<'a>(rows: &Rows<'a>, run: usize, slot: usize) -> &'a [f32; PIXELS] {
    let row: &[f32] = bytemuck::cast_slice(rows.row_bytes(slot as i64));
    match row[run * PIXELS..].first_chunk() {
        Some(tile) => tile,
        None => &[0.0; PIXELS],
    }
}

/// One tile with a rim `R` pixels wide from its neighbours; `WIDE` is `SIDE + 2 R`. Where a neighbour is not
/// in the band, the tile's own edge repeats.
#[inline(always)]
pub(super) fn halo<const R: usize, const WIDE: usize>(
    rows: &Rows<'_>,
    run: usize,
    entry: &[f32],
    out: &mut [[f32; WIDE]; WIDE],
) {
    let around: [Option<&[f32; PIXELS]>; 9] = std::array::from_fn(|i| {
        let slot = entry[3 + i];
        (slot >= 0.0).then(|| tile(rows, run, slot as usize))
    });
    let own = around[4].unwrap_or(&[0.0; PIXELS]);
    for (v, line) in out.iter_mut().enumerate() {
        let (dy, y) = place::<R>(v);
        let inner = around[3 * dy + 1].map_or_else(|| edge(own, v, R), |t| &t[y * SIDE..(y + 1) * SIDE]);
        line[R..R + SIDE].copy_from_slice(inner);
        for side in [0, 2] {
            let from = around[3 * dy + side];
            for k in 0..R {
                let u = if side == 0 { k } else { R + SIDE + k };
                line[u] = match from {
                    Some(t) => t[y * SIDE + place::<R>(u).1],
                    None => own[clamped(v, R) * SIDE + clamped(u, R)],
                };
            }
        }
    }
}

/// The pixels of a line from one on. A copy of known length: closures over arrays are not inlined everywhere.
#[inline(always)]
pub(super) fn part(line: &[f32], from: usize) -> [f32; SIDE] {
    let mut out = [0.0; SIDE];
    out.copy_from_slice(&line[from..from + SIDE]);
    out
}

/// That of three runs.
#[inline(always)]
pub(super) fn parts<const WIDE: usize>(
    runs: &[[[f32; WIDE]; WIDE]; 3],
    y: usize,
    from: usize,
) -> [[f32; SIDE]; 3] {
    [part(&runs[0][y], from), part(&runs[1][y], from), part(&runs[2][y], from)]
}

/// Which neighbour a rimmed coordinate lies in (0, 1, 2), and where in it.
#[inline(always)]
fn place<const R: usize>(v: usize) -> (usize, usize) {
    if v < R {
        (0, SIDE + v - R)
    } else if v < R + SIDE {
        (1, v - R)
    } else {
        (2, v - R - SIDE)
    }
}

#[inline(always)]
fn clamped(v: usize, r: usize) -> usize {
    v.saturating_sub(r).min(SIDE - 1)
}

#[inline(always)]
fn edge(own: &[f32; PIXELS], v: usize, r: usize) -> &[f32] {
    let y = clamped(v, r);
    &own[y * SIDE..(y + 1) * SIDE]
}

/// A tile's line in the table, in a kernel whose second input is the table.
#[inline(always)]
pub(super) fn entry<'a>(job: &Job<'a>, table: usize, slot: u32) -> &'a [f32] {
    job.inputs[table].gray(i64::from(slot))
}
