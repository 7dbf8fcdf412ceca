//! The row passes on the processor: source rows are made linear once, kept in a ring, and summed.

use super::RowParams;
use crate::image::{Sample, Scratch};
use crate::kernel::{Job, Rows};
use crate::vectorised;

vectorised! {
    pub(super) fn ingest_rows(job: &mut Job<'_>) {
        let p: RowParams = job.params();
        let (source, curves, taps) = (job.inputs[0], job.inputs[1], job.inputs[2]);
        let width = job.outputs[0].size.width as usize;
        let (columns, alpha) = (p.left as usize..p.left as usize + width, p.straight_alpha == 1);
        let tables = [0, 1, 2].map(|c| curves.gray(c));
        let runs = if alpha { 4 } else { 3 };
        weigh(job, taps, &p, runs, |y, line| {
            linearise(&source, i64::from(y), columns.clone(), &tables, alpha, line);
        });
    }
}

vectorised! {
    pub(super) fn resize_rows(job: &mut Job<'_>) {
        let p: RowParams = job.params();
        let (colour, taps) = (job.inputs[0], job.inputs[1]);
        let source: &[f32] = bytemuck::cast_slice(colour.bytes);
        let (across, width) = (colour.size.width as usize, job.outputs[0].size.width as usize);
        let mut starts = Vec::with_capacity(p.taps as usize);
        for y in job.rows.clone() {
            let out = job.outputs[0].rgba(y);
            if !(p.first_row..p.end_row).contains(&y) {
                out.into_iter().for_each(|run| run.fill(0.0));
                continue;
            }
            let table = taps.gray(i64::from(y));
            let first = table[0] as u32 - colour.first;
            for (run, out) in out.into_iter().enumerate() {
                let offset = run * across + p.left as usize;
                starts.clear();
                starts.extend((first..first + p.taps).map(|s| s as usize * 4 * across + offset));
                sum(&mut out[..width], &table[1..], &starts, source);
            }
        }
    }
}

/// Floats that are summed in registers at a time.
const CHUNK: usize = 64;

/// Makes the output rows of a band as weighted sums of source rows. `line_of` writes one source row; each is
/// asked for once and kept in a ring while later output rows need it. Runs beyond `runs` are alpha, which is 1.
#[inline(always)]
fn weigh(
    job: &mut Job<'_>,
    taps: Rows<'_>,
    p: &RowParams,
    runs: usize,
    mut line_of: impl FnMut(u32, &mut [f32]),
) {
    let rows = job.rows.clone();
    let out = &mut job.outputs[0];
    let width = out.size.width as usize;
    let (count, stride) = (p.taps as usize, 4 * width);
    let mut ring = Scratch::new(count * stride);
    let (mut filled, mut starts) = (0, Vec::with_capacity(count));
    for y in rows {
        let row: &mut [f32] = bytemuck::cast_slice_mut(out.row_bytes(y));
        if !(p.first_row..p.end_row).contains(&y) {
            row.fill(0.0);
            continue;
        }
        let table = taps.gray(i64::from(y));
        let first = table[0] as u32;
        for s in filled.max(first)..first + p.taps {
            let slot = (s as usize % count) * stride;
            line_of(s, &mut ring[slot..slot + stride]);
        }
        filled = filled.max(first + p.taps);
        let used = runs * width;
        starts.clear();
        starts.extend((first..first + p.taps).map(|s| (s as usize % count) * stride));
        sum(&mut row[..used], &table[1..], &starts, &ring);
        row[used..].fill(1.0);
    }
}

/// `out[x] = Σ weights[k] · ring[starts[k] + x]`, in the order of `k`.
#[inline(always)]
fn sum(out: &mut [f32], weights: &[f32], starts: &[usize], ring: &[f32]) {
    let mut offset = 0;
    let mut chunks = out.chunks_exact_mut(CHUNK);
    for chunk in &mut chunks {
        let mut sums = [0.0_f32; CHUNK];
        for (weight, start) in weights.iter().zip(starts) {
            if let Some(line) = ring[start + offset..].first_chunk::<CHUNK>() {
                for (s, v) in sums.iter_mut().zip(line) {
                    *s += weight * v;
                }
            }
        }
        chunk.copy_from_slice(&sums);
        offset += CHUNK;
    }
    for (x, o) in chunks.into_remainder().iter_mut().enumerate() {
        *o = weights
            .iter()
            .zip(starts)
            .fold(0.0, |sum, (weight, start)| sum + weight * ring[start + offset + x]);
    }
}

/// One source row as premultiplied linear light, in four runs.
#[inline(always)]
fn linearise(
    source: &Rows<'_>,
    y: i64,
    columns: std::ops::Range<usize>,
    tables: &[&[f32]; 3],
    alpha: bool,
    line: &mut [f32],
) {
    let (sample, channels) = source.packing();
    let bytes = source.row_bytes(y);
    let span = columns.start * channels..columns.end * channels;
    match sample {
        Sample::U8 => {
            let t = tables.map(|t| t.first_chunk::<256>());
            if let [Some(r), Some(g), Some(b)] = t {
                let look = |c: usize, v: u8| [r, g, b][c][v as usize];
                spread(&bytes[span], channels, alpha, line, look, |v| f32::from(v) * (1.0 / 255.0));
            }
        }
        Sample::U16 => {
            let codes: &[u16] = &bytemuck::cast_slice(bytes)[span];
            let look = |c: usize, v: u16| tables[c].get(v as usize).copied().unwrap_or(1.0);
            spread(codes, channels, alpha, line, look, |v| f32::from(v) * (1.0 / 65535.0));
        }
        Sample::F32 => {
            let values: &[f32] = &bytemuck::cast_slice(bytes)[span];
            spread(values, channels, alpha, line, |_, v| v, |v| v);
        }
    }
}

#[inline(always)]
fn spread<T: Copy>(
    codes: &[T],
    channels: usize,
    alpha: bool,
    line: &mut [f32],
    look: impl Fn(usize, T) -> f32,
    coverage: impl Fn(T) -> f32,
) {
    let width = line.len() / 4;
    let (r, rest) = line.split_at_mut(width);
    let (g, rest) = rest.split_at_mut(width);
    let (b, a) = rest.split_at_mut(width);
    let runs = r.iter_mut().zip(g).zip(b).zip(a);
    match channels {
        1 => {
            for ((((r, g), b), _), v) in runs.zip(codes) {
                (*r, *g, *b) = (look(0, *v), look(1, *v), look(2, *v));
            }
        }
        3 => {
            for ((((r, g), b), _), v) in runs.zip(codes.chunks_exact(3)) {
                (*r, *g, *b) = (look(0, v[0]), look(1, v[1]), look(2, v[2]));
            }
        }
        _ => {
            for ((((r, g), b), a), v) in runs.zip(codes.chunks_exact(4)) {
                let k = if alpha { coverage(v[3]) } else { 1.0 };
                (*r, *g, *b, *a) = (look(0, v[0]) * k, look(1, v[1]) * k, look(2, v[2]) * k, k);
            }
        }
    }
}
