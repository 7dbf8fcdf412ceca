//! Reading the photograph and changing its size: Lanczos3 in linear, premultiplied light.
//!
//! Rows first, then columns, so that both passes run in one band and only the rows that an output needs
//! are ever linearised. Chooses nothing: the taps are numbers that the host made.

use super::Frame;
use crate::image::{Format, Plane, Sample, Scratch, Size, Taps};
use crate::kernel::{Case, Input, Job, Kernel, Output, Params, PortFormat, Reach, Rows, Tolerance};
use crate::plan::{Plan, PlanError, PlaneId};
use crate::{params, vectorised};

const SHADER: &str =
    concat!(include_str!("../../shaders/lib/frame.wgsl"), include_str!("../../shaders/resample.wgsl"));

params! {
    /// Parameters of the row passes.
    pub struct RowParams {
        /// Top of the window in source rows.
        start: f32,
        /// Source rows an output row.
        scale: f32,
        /// Weights an output row.
        taps: u32,
        /// Rows of the source.
        height: u32,
        /// First source column.
        left: u32,
        /// Entries a curve table, less one.
        top_code: u32,
        /// 1 where the fourth channel is straight alpha.
        straight_alpha: u32,
        /// Channels of the source.
        channels: u32,
        /// Output rows that are made; the others are 0.
        first_row: u32,
        /// One past the last of them.
        end_row: u32,
        /// Unused.
        pad0: u32,
        /// Unused.
        pad1: u32,
    }
}

params! {
    /// Parameters of the column pass.
    pub struct ColumnParams {
        /// Weights an output column.
        taps: u32,
        /// 1 where alpha is 1 everywhere.
        opaque: u32,
        /// Output rows that are made; the others are 0.
        first_row: u32,
        /// One past the last of them.
        end_row: u32,
        /// Output columns that are made; the others are 0.
        first_column: u32,
        /// One past the last of them.
        end_column: u32,
        /// Unused.
        pad0: u32,
        /// Unused.
        pad1: u32,
    }
}

/// Source rows that output rows need.
fn source_rows(params: &[u8], rows: std::ops::Range<u32>) -> std::ops::Range<u32> {
    let p: RowParams = bytemuck::pod_read_unaligned(params);
    let edge = |y: u32| f64::from(p.start) + f64::from(y) * f64::from(p.scale);
    let (taps, height) = (f64::from(p.taps + 1), f64::from(p.height));
    let lo = (edge(rows.start).floor() - taps).clamp(0.0, height - f64::from(p.taps));
    let hi = (edge(rows.end).ceil() + taps).clamp(f64::from(p.taps), height);
    lo as u32..hi as u32
}

/// The part of an output that is made; the rest is known to be empty and stays 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Active {
    /// First and one past the last column.
    pub columns: [u32; 2],
    /// First and one past the last row.
    pub rows: [u32; 2],
}

impl Active {
    /// All of it.
    #[must_use]
    pub fn all(size: Size) -> Self {
        Self { columns: [0, size.width], rows: [0, size.height] }
    }
}

/// Filters rows of file samples into working light (file primaries, premultiplied).
pub static INGEST_ROWS: Kernel = Kernel {
    name: "ingest_rows",
    shader: SHADER,
    inputs: &[
        Input { name: "source", format: PortFormat::Packed, reach: Reach::Mapped(source_rows) },
        Input { name: "curves", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "row_taps", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "rows_out", format: PortFormat::Rgba }],
    layout: RowParams::LAYOUT,
    cpu: ingest_rows,
    tolerance: Tolerance {
        max: 2e-6,
        why: "same products in the same order; a GPU may fuse multiply and add",
    },
    cases: ingest_cases,
};

/// Filters rows of a working plane.
pub static RESIZE_ROWS: Kernel = Kernel {
    name: "resize_rows",
    shader: SHADER,
    inputs: &[
        Input { name: "colour", format: PortFormat::Rgba, reach: Reach::Mapped(source_rows) },
        Input { name: "taps_of_rows", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "resized_rows", format: PortFormat::Rgba }],
    layout: RowParams::LAYOUT,
    cpu: resize_rows,
    tolerance: Tolerance {
        max: 4e-6,
        why: "same products in the same order; a GPU may fuse multiply and add",
    },
    cases: resize_row_cases,
};

/// Filters columns of a working plane.
pub static RESIZE_COLUMNS: Kernel = Kernel {
    name: "resize_columns",
    shader: SHADER,
    inputs: &[
        Input { name: "wide", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "column_taps", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "narrow", format: PortFormat::Rgba }],
    layout: ColumnParams::LAYOUT,
    cpu: resize_columns,
    tolerance: Tolerance {
        max: 4e-6,
        why: "same products in the same order; a GPU may fuse multiply and add",
    },
    cases: column_cases,
};

/// Records the reading of a photograph: the part in `window` becomes `size`, in the file's primaries; only
/// `active` of it is made.
///
/// # Errors
/// [`PlanError`] where the recording is inconsistent.
pub fn ingest(
    plan: &mut Plan,
    source: PlaneId,
    curves: PlaneId,
    straight_alpha: bool,
    frame: Frame,
    active: Active,
) -> Result<PlaneId, PlanError> {
    let channels = match plan.decl(source).format {
        Format::Packed { channels, .. } => u32::from(channels),
        Format::Gray => 1,
        Format::Rgba => 4,
    };
    let alpha = straight_alpha && channels == 4;
    let mut passes = Passes::new(plan.decl(source).size, frame, active);
    passes.params.top_code = plan.decl(curves).size.width - 1;
    passes.params.straight_alpha = u32::from(alpha);
    passes.params.channels = channels;
    let table = plan.constant("row taps", passes.rows.table(0));
    let wide = plan.plane("rows", passes.wide(), Format::Rgba);
    plan.record("read", &INGEST_ROWS, &passes.params, &[source, curves, table], &[wide])?;
    passes.across(plan, "read", wide, !alpha)
}

/// Records a change of size of a working plane: the part in `frame.window` becomes `frame.size`.
///
/// # Errors
/// [`PlanError`] where the recording is inconsistent.
pub fn resize(plan: &mut Plan, colour: PlaneId, frame: Frame, active: Active) -> Result<PlaneId, PlanError> {
    let full = plan.decl(colour).size;
    let passes = Passes::new(full, frame, active);
    if full == frame.size && passes.rows.copies_from(0) && passes.columns.copies_from(0) {
        return Ok(colour);
    }
    let table = plan.constant("row taps", passes.rows.table(0));
    let wide = plan.plane("rows", passes.wide(), Format::Rgba);
    plan.record("resize", &RESIZE_ROWS, &passes.params, &[colour, table], &[wide])?;
    passes.across(plan, "resize", wide, false)
}

/// The two passes of a change of size.
struct Passes {
    rows: Taps,
    columns: Taps,
    left: u32,
    right: u32,
    size: Size,
    active: Active,
    params: RowParams,
}

impl Passes {
    fn new(full: Size, Frame { window, size }: Frame, active: Active) -> Self {
        let rows = Taps::lanczos3(full.height, window.y, window.height, size.height);
        let columns = Taps::lanczos3(full.width, window.x, window.width, size.width);
        let (left, right) = columns.span_of(active.columns);
        let params = RowParams {
            start: window.y as f32,
            scale: (window.height / f64::from(size.height)) as f32,
            taps: rows.count() as u32,
            height: full.height,
            left,
            top_code: 0,
            straight_alpha: 0,
            channels: 4,
            first_row: active.rows[0],
            end_row: active.rows[1],
            pad0: 0,
            pad1: 0,
        };
        Self { rows, columns, left, right, size, active, params }
    }

    /// Size between the passes.
    fn wide(&self) -> Size {
        Size::new(self.right - self.left, self.size.height)
    }

    fn across(
        &self,
        plan: &mut Plan,
        op: &'static str,
        wide: PlaneId,
        opaque: bool,
    ) -> Result<PlaneId, PlanError> {
        let whole = self.active == Active::all(self.size);
        if whole && self.columns.copies_from(self.left) {
            return Ok(wide);
        }
        let Active { columns, rows } = self.active;
        let params = ColumnParams {
            taps: self.columns.count() as u32,
            opaque: u32::from(opaque),
            first_row: rows[0],
            end_row: rows[1],
            first_column: columns[0],
            end_column: columns[1],
            pad0: 0,
            pad1: 0,
        };
        let table = plan.constant("column taps", self.columns.table(self.left));
        let narrow = plan.plane("resized", self.size, Format::Rgba);
        plan.record(op, &RESIZE_COLUMNS, &params, &[wide, table], &[narrow])?;
        Ok(narrow)
    }
}

/// The curve tables of an encoding as a plane: one line a channel.
#[must_use]
pub fn curve_plane(tables: &[std::sync::Arc<[f32]>; 3]) -> Plane {
    let width = tables[0].len().max(1);
    let mut plane = Plane::zeros(Size::new(width as u32, 3), Format::Gray);
    for (line, table) in plane.floats_mut().chunks_exact_mut(width).zip(tables) {
        let n = table.len().min(width);
        line[..n].copy_from_slice(&table[..n]);
    }
    plane
}

vectorised! {
    fn ingest_rows(job: &mut Job<'_>) {
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
    fn resize_rows(job: &mut Job<'_>) {
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

/// Rows that the column pass makes at a time, one in each SIMD lane.
const LANES: usize = 16;

vectorised! {
    fn resize_columns(job: &mut Job<'_>) {
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

fn row_params(source: Size, channels: u32, straight_alpha: bool, taps: &Taps, scale: f32) -> RowParams {
    RowParams {
        start: 0.0,
        scale,
        taps: taps.count() as u32,
        height: source.height,
        left: 0,
        top_code: 255,
        straight_alpha: u32::from(straight_alpha),
        channels,
        first_row: 0,
        end_row: u32::MAX,
        pad0: 0,
        pad1: 0,
    }
}

fn ingest_cases() -> Vec<Case> {
    let curve = curve_plane(&crate::image::Encoding::srgb(256).tables);
    let mut cases = Vec::new();
    for (size, out) in [(Size::new(1, 1), 1), (Size::new(7, 5), 9), (Size::new(257, 129), 31)] {
        for (sample, channels) in
            [(Sample::U8, 1), (Sample::U8, 3), (Sample::U8, 4), (Sample::U16, 3), (Sample::F32, 4)]
        {
            let curves = match sample {
                Sample::U16 => curve_plane(&crate::image::Encoding::srgb(65536).tables),
                _ => curve.clone(),
            };
            let taps = Taps::lanczos3(size.height, 0.0, f64::from(size.height), out);
            let scale = size.height as f32 / out as f32;
            let mut params = row_params(size, u32::from(channels), channels == 4, &taps, scale);
            params.top_code = curves.size().width - 1;
            params.first_row = out / 4;
            params.end_row = out - out / 5;
            cases.push(Case {
                name: format!("{sample:?}x{channels} {size} to {out} rows"),
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![super::testing::packed(size, sample, channels), curves, taps.table(0)],
                outputs: vec![(Size::new(size.width, out), Format::Rgba)],
            });
        }
    }
    cases
}

fn resize_row_cases() -> Vec<Case> {
    super::testing::colours(|name, colour| {
        let size = colour.size();
        let out = (size.height * 2).div_ceil(3);
        let taps = Taps::lanczos3(size.height, 0.0, f64::from(size.height), out);
        let params = row_params(size, 4, false, &taps, size.height as f32 / out as f32);
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![colour, taps.table(0)],
            outputs: vec![(Size::new(size.width, out), Format::Rgba)],
        }
    })
}

fn column_cases() -> Vec<Case> {
    super::testing::colours(|name, colour| {
        let size = colour.size();
        let out = (size.width * 3).div_ceil(7);
        let taps = Taps::lanczos3(size.width, 0.0, f64::from(size.width), out);
        let params = ColumnParams {
            taps: taps.count() as u32,
            opaque: u32::from(size.width % 2 == 0),
            first_row: size.height / 5,
            end_row: size.height - size.height / 6,
            first_column: out / 7,
            end_column: out - out / 5,
            pad0: 0,
            pad1: 0,
        };
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![colour, taps.table(0)],
            outputs: vec![(Size::new(out, size.height), Format::Rgba)],
        }
    })
}
