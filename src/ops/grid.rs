//! Bilinear reading of a small grid that covers a frame: smooth fields of the analysis, at any size.
//! Twin of shaders/lib/grid.wgsl.

use crate::kernel::Rows;

/// Where a run of columns lies in a grid, computed once a band.
pub struct Columns {
    cells: Vec<(u32, u32, f32)>,
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
        Self { cells: (0..width).map(cell).collect() }
    }

    /// The two grid columns around output column `x`, and the share of the second.
    #[must_use]
    #[inline(always)]
    pub fn cell(&self, x: usize) -> (u32, u32, f32) {
        self.cells[x]
    }

    /// Writes the grid's values along row `y`. `channel` picks a run of a colour grid; 0 for a gray one.
    /// `line` is scratch as long as the grid is wide.
    #[inline(always)]
    pub fn sample(
        &self,
        grid: &Rows<'_>,
        channel: usize,
        y: u32,
        map: [f32; 4],
        line: &mut Vec<f32>,
        out: &mut [f32],
    ) {
        let (width, height) = (grid.size.width as usize, grid.size.height);
        let v = (y as f32 * map[2] + map[3]).max(0.0).min((height - 1) as f32);
        let y0 = v as u32;
        let fy = v - y0 as f32;
        let run = |y: u32| {
            let row: &[f32] = bytemuck::cast_slice(grid.row_bytes(i64::from(y)));
            &row[channel * width..(channel + 1) * width]
        };
        line.clear();
        line.extend(run(y0).iter().zip(run((y0 + 1).min(height - 1))).map(|(a, b)| a + (b - a) * fy));
        for (o, (x0, x1, fx)) in out.iter_mut().zip(&self.cells) {
            let (a, b) = (line[*x0 as usize], line[*x1 as usize]);
            *o = a + (b - a) * fx;
        }
    }
}
