//! Bilinear reading of a small grid that covers a frame: smooth fields of the analysis, at any size.
//! Twin of shaders/lib/grid.wgsl.

use crate::kernel::Rows;

/// Where a run of columns lies in a grid, computed once a band.
pub struct Columns {
    cells: Vec<(u32, u32, f32)>,
    spans: Vec<std::ops::Range<usize>>,
}

impl Columns {
    /// Positions of `width` columns in a grid `grid_width` wide; `map` as [`super::Frame::map_to`] gives it.
    #[must_use]
    #[inline(always)]
    pub fn new(width: u32, grid_width: u32, map: [f32; 4]) -> Self {
        let cell = |x: u32| {
            let u = (x as f32 * map[0] + map[1]).max(0.0).min((grid_width - 1) as f32);
            let x0 = u as u32;
            (x0, (x0 + 1).min(grid_width - 1), u - x0 as f32)
        };
        let cells: Vec<(u32, u32, f32)> = (0..width).map(cell).collect();
        let mut spans: Vec<std::ops::Range<usize>> = Vec::new();
        for (x, c) in cells.iter().enumerate() {
            match spans.last_mut().filter(|s| cells[s.start].0 == c.0) {
                Some(span) => span.end = x + 1,
                None => spans.push(x..x + 1),
            }
        }
        Self { cells, spans }
    }

    /// Number of output columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.cells.len()
    }

    /// Runs of output columns that lie between the same two grid columns.
    #[must_use]
    #[inline(always)]
    pub fn spans(&self) -> &[std::ops::Range<usize>] {
        &self.spans
    }

    /// The two grid columns around output column `x`, and the share of the second.
    #[must_use]
    #[inline(always)]
    pub fn cell(&self, x: usize) -> (u32, u32, f32) {
        self.cells[x]
    }
}

/// The two grid rows around an output row.
pub struct Around<'a> {
    rows: [&'a [f32]; 2],
    fy: f32,
    width: usize,
}

impl<'a> Around<'a> {
    /// The rows around row `y`; `map` as [`super::Frame::map_to`] gives it.
    #[must_use]
    #[inline(always)]
    pub fn new(grid: &Rows<'a>, y: u32, map: [f32; 4]) -> Self {
        let v = (y as f32 * map[2] + map[3]).max(0.0).min((grid.size.height - 1) as f32);
        let y0 = i64::from(v as u32);
        let row = |y: i64| bytemuck::cast_slice(grid.row_bytes(y));
        Self { rows: [row(y0), row(y0 + 1)], fy: v - v.floor(), width: grid.size.width as usize }
    }

    /// Value of a run at a cell.
    #[must_use]
    #[inline(always)]
    pub fn at(&self, run: usize, (x0, x1, fx): (u32, u32, f32)) -> f32 {
        let column = |x: u32| {
            let i = run * self.width + x as usize;
            self.rows[0][i] + (self.rows[1][i] - self.rows[0][i]) * self.fy
        };
        let (left, right) = (column(x0), column(x1));
        left + (right - left) * fx
    }

    /// Whether a run is exactly 1 at the four points around a cell: then it is 1 everywhere between them.
    #[must_use]
    #[inline(always)]
    pub fn all_ones(&self, run: usize, x0: u32, x1: u32) -> bool {
        let one = |row: &[f32], x: u32| row[run * self.width + x as usize] == 1.0;
        self.rows.iter().all(|row| one(row, x0) && one(row, x1))
    }
}
