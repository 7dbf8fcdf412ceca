//! Reading the photograph and changing its size: Lanczos3 in linear, premultiplied light.
//!
//! Rows first, then columns, so that both passes run in one band and only the rows that an output needs
//! are ever linearised. Chooses nothing: the taps are numbers that the host made.

use crate::image::{Format, Matrix3, Plane, Sample, Size, Taps, Window};
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
    }
}

params! {
    /// Parameters of the column pass.
    pub struct ColumnParams {
        /// Weights an output column.
        taps: u32,
        /// 1 where alpha is 1 everywhere.
        opaque: u32,
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
    tolerance: Tolerance { max: 4e-6, why: "the native twin sums in eight lanes, the shader in one" },
    cases: column_cases,
};

/// Records the reading of a photograph: the part in `window` becomes `size`, in the file's primaries.
///
/// # Errors
/// [`PlanError`] where the recording is inconsistent.
pub fn ingest(
    plan: &mut Plan,
    source: PlaneId,
    curves: PlaneId,
    straight_alpha: bool,
    window: Window,
    size: Size,
) -> Result<PlaneId, PlanError> {
    let full = plan.decl(source).size;
    let rows = Taps::lanczos3(full.height, window.y, window.height, size.height);
    let columns = Taps::lanczos3(full.width, window.x, window.width, size.width);
    let (left, right) = columns.span();
    let channels = match plan.decl(source).format {
        Format::Packed { channels, .. } => u32::from(channels),
        Format::Gray => 1,
        Format::Rgba => 4,
    };
    let params = RowParams {
        start: window.y as f32,
        scale: (window.height / f64::from(size.height)) as f32,
        taps: rows.count() as u32,
        height: full.height,
        left,
        top_code: plan.decl(curves).size.width - 1,
        straight_alpha: u32::from(straight_alpha && channels == 4),
        channels,
    };
    let table = plan.constant("row taps", rows.table(0));
    let wide = plan.plane("rows", Size::new(right - left, size.height), Format::Rgba);
    plan.record("read", &INGEST_ROWS, &params, &[source, curves, table], &[wide])?;
    across(plan, "read", wide, &columns, left, size, params.straight_alpha == 0)
}

/// Records a change of size of a working plane: the part in `window` becomes `size`.
///
/// # Errors
/// [`PlanError`] where the recording is inconsistent.
pub fn resize(plan: &mut Plan, colour: PlaneId, window: Window, size: Size) -> Result<PlaneId, PlanError> {
    let full = plan.decl(colour).size;
    let rows = Taps::lanczos3(full.height, window.y, window.height, size.height);
    let columns = Taps::lanczos3(full.width, window.x, window.width, size.width);
    if full == size && rows.copies_from(0) && columns.copies_from(0) {
        return Ok(colour);
    }
    let (left, right) = columns.span();
    let params = RowParams {
        start: window.y as f32,
        scale: (window.height / f64::from(size.height)) as f32,
        taps: rows.count() as u32,
        height: full.height,
        left,
        top_code: 0,
        straight_alpha: 0,
        channels: 4,
    };
    let table = plan.constant("row taps", rows.table(0));
    let wide = plan.plane("rows", Size::new(right - left, size.height), Format::Rgba);
    plan.record("resize", &RESIZE_ROWS, &params, &[colour, table], &[wide])?;
    across(plan, "resize", wide, &columns, left, size, false)
}

fn across(
    plan: &mut Plan,
    op: &'static str,
    wide: PlaneId,
    columns: &Taps,
    left: u32,
    size: Size,
    opaque: bool,
) -> Result<PlaneId, PlanError> {
    if columns.copies_from(left) {
        return Ok(wide);
    }
    let params = ColumnParams { taps: columns.count() as u32, opaque: u32::from(opaque), pad0: 0, pad1: 0 };
    let table = plan.constant("column taps", columns.table(left));
    let narrow = plan.plane("resized", size, Format::Rgba);
    plan.record(op, &RESIZE_COLUMNS, &params, &[wide, table], &[narrow])?;
    Ok(narrow)
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

/// A matrix as three parameter rows.
#[must_use]
pub fn matrix_rows(m: Matrix3) -> [[f32; 4]; 3] {
    m.map(|r| [r[0], r[1], r[2], 0.0])
}

vectorised! {
    fn ingest_rows(job: &mut Job<'_>) {
        let p: RowParams = job.params();
        let (source, curves, taps) = (job.inputs[0], job.inputs[1], job.inputs[2]);
        let width = job.outputs[0].size.width as usize;
        let (columns, alpha) = (p.left as usize..p.left as usize + width, p.straight_alpha == 1);
        let tables = [0, 1, 2].map(|c| curves.gray(c));
        let runs = if alpha { 4 } else { 3 };
        accumulate(job, taps, p.taps, runs, |y, line| {
            linearise(&source, i64::from(y), columns.clone(), &tables, alpha, line);
        });
    }
}

vectorised! {
    fn resize_rows(job: &mut Job<'_>) {
        let p: RowParams = job.params();
        let (colour, taps) = (job.inputs[0], job.inputs[1]);
        let (width, left) = (job.outputs[0].size.width as usize, p.left as usize);
        accumulate(job, taps, p.taps, 4, |y, line| {
            for (run, to) in colour.rgba(i64::from(y)).into_iter().zip(line.chunks_exact_mut(width)) {
                to.copy_from_slice(&run[left..left + width]);
            }
        });
    }
}

/// Walks the source rows of a band once, top to bottom, adding each to every output row that wants it.
/// `line_of` writes one source row; runs beyond `runs` are alpha, which is 1.
#[inline(always)]
fn accumulate(
    job: &mut Job<'_>,
    taps: Rows<'_>,
    count: u32,
    runs: usize,
    mut line_of: impl FnMut(u32, &mut [f32]),
) {
    let rows = job.rows.clone();
    let out = &mut job.outputs[0];
    let width = out.size.width as usize;
    let mut line = vec![0.0_f32; 4 * width];
    for y in rows.clone() {
        let row: &mut [f32] = bytemuck::cast_slice_mut(out.row_bytes(y));
        row[..runs * width].fill(0.0);
        row[runs * width..].fill(1.0);
    }
    let first = |y: u32| taps.gray(i64::from(y))[0] as u32;
    let weight = |y: u32, s: u32| {
        let f = first(y);
        if (f..f + count).contains(&s) { taps.gray(i64::from(y))[1 + (s - f) as usize] } else { 0.0 }
    };
    let (lo, hi) = rows.clone().map(first).fold((u32::MAX, 0), |(a, b), f| (a.min(f), b.max(f)));
    for s in lo..hi + count {
        if rows.clone().all(|y| weight(y, s) == 0.0) {
            continue;
        }
        line_of(s, &mut line);
        for y in rows.clone() {
            let w = weight(y, s);
            if w != 0.0 {
                let row: &mut [f32] = bytemuck::cast_slice_mut(out.row_bytes(y));
                for (o, v) in row[..runs * width].iter_mut().zip(&line[..runs * width]) {
                    *o += w * *v;
                }
            }
        }
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
        1 => runs.zip(codes).for_each(|((((r, g), b), _), v)| {
            (*r, *g, *b) = (look(0, *v), look(1, *v), look(2, *v));
        }),
        3 => runs.zip(codes.chunks_exact(3)).for_each(|((((r, g), b), _), v)| {
            (*r, *g, *b) = (look(0, v[0]), look(1, v[1]), look(2, v[2]));
        }),
        _ => runs.zip(codes.chunks_exact(4)).for_each(|((((r, g), b), a), v)| {
            let k = if alpha { coverage(v[3]) } else { 1.0 };
            (*r, *g, *b, *a) = (look(0, v[0]) * k, look(1, v[1]) * k, look(2, v[2]) * k, k);
        }),
    }
}

vectorised! {
    fn resize_columns(job: &mut Job<'_>) {
        let p: ColumnParams = job.params();
        let (wide, taps) = (job.inputs[0], job.inputs[1]);
        let count = p.taps as usize;
        let width = job.outputs[0].size.width as usize;
        let runs = if p.opaque == 1 { 3 } else { 4 };
        let table: &[f32] = bytemuck::cast_slice(taps.bytes);
        for y in job.rows.clone() {
            let ins = wide.rgba(i64::from(y));
            let outs = job.outputs[0].rgba(y);
            for (c, (from, to)) in ins.into_iter().zip(outs).enumerate() {
                if c >= runs {
                    to.fill(1.0);
                    continue;
                }
                for (o, line) in to[..width].iter_mut().zip(table.chunks_exact(1 + count)) {
                    let first = line[0] as usize;
                    *o = dot(&from[first..first + count], &line[1..]);
                }
            }
        }
    }
}

/// A dot product in eight lanes, summed in a fixed order.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (ca, cb) = (a.chunks_exact(8), b.chunks_exact(8));
    let (ra, rb) = (ca.remainder(), cb.remainder());
    for (a, b) in ca.zip(cb) {
        for l in 0..8 {
            lanes[l] += a[l] * b[l];
        }
    }
    let mut sum =
        (lanes[0] + lanes[4]) + (lanes[1] + lanes[5]) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
    for (a, b) in ra.iter().zip(rb) {
        sum += a * b;
    }
    sum
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
        let params = ColumnParams { taps: taps.count() as u32, opaque: 0, pad0: 0, pad1: 0 };
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![colour, taps.table(0)],
            outputs: vec![(Size::new(out, size.height), Format::Rgba)],
        }
    })
}
