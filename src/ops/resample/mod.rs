//! Reading the photograph and changing its size: Lanczos3 in linear, premultiplied light.
//!
//! Rows first, then columns, so that both passes run in one band and only the rows that an output needs
//! are ever linearised. Chooses nothing: the taps are numbers that the host made.

mod cases;
mod columns;
mod rows;

use super::Frame;
use crate::image::{Format, Plane, Size, Taps};
use crate::kernel::{Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::params;
use crate::plan::{Plan, PlanError, PlaneId};
use cases::{column_cases, ingest_cases, resize_row_cases};
use columns::resize_columns;
use rows::{ingest_rows, resize_rows};

const SHADER: &str =
    concat!(include_str!("../../../shaders/lib/frame.wgsl"), include_str!("../../../shaders/resample.wgsl"));

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
