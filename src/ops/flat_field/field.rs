//! The gain of a flat field over a photograph: a small grid, read bilinearly by the kernel, by the proxies and
//! wherever the host reads the photograph's own pixels. It decides nothing.

use std::sync::Arc;

use super::kernel::{EVEN_LIGHT, FlatParams, brighten};
use crate::image::{Format, Matrix3, Plane, Size, Window, invert};
use crate::kernel::Rows;
use crate::ops::grid::{Around, Columns};
use crate::ops::{Frame, apply};
use crate::plan::{Plan, PlanError, PlaneId};

/// Nodes along each side of the grid: between them a gain of two stops is straight to 0.1 %.
const NODES: u32 = 65;

/// A gain for every place of a photograph.
#[derive(Clone, Debug)]
pub struct Flat {
    grid: Arc<Plane>,
    frame: Frame,
    photo: Frame,
}

impl Flat {
    /// The field of a photograph: `gain` takes positions from −1 (left, top) to 1 (right, bottom).
    #[must_use]
    pub fn new(photo: Frame, gain: impl Fn(f64, f64) -> [f32; 3]) -> Self {
        // The first and the last nodes lie on the photograph's border.
        let step = |length: f64| length / f64::from(NODES - 1);
        let (dx, dy, nodes) = (step(photo.window.width), step(photo.window.height), f64::from(NODES));
        let window = Window {
            x: photo.window.x - 0.5 * dx,
            y: photo.window.y - 0.5 * dy,
            width: nodes * dx,
            height: nodes * dy,
        };
        let size = Size::new(NODES, NODES);
        let place = |i: u32| 2.0 * f64::from(i) / f64::from(NODES - 1) - 1.0;
        let grid = Plane::rgba(size, |x, y| {
            let [r, g, b] = gain(place(x), place(y));
            [r, g, b, 1.0]
        });
        Self { grid: grid.into(), frame: Frame { window, size }, photo }
    }

    /// Smallest and largest gain.
    #[must_use]
    pub fn range(&self) -> [f32; 2] {
        let colours = self.grid.floats().chunks_exact(NODES as usize).enumerate().filter(|(i, _)| i % 4 < 3);
        colours.flat_map(|(_, run)| run).fold([f32::MAX, 0.0], |[low, high], g| [low.min(*g), high.max(*g)])
    }

    /// Evens a picture that lies at `frame`.
    pub fn even(&self, picture: &mut Plane, frame: &Frame) {
        let (size, map) = (picture.size(), frame.map_to(&self.frame));
        if size.pixels() == 0 || picture.format() != Format::Rgba {
            return;
        }
        let grid = Rows::of(&self.grid);
        let columns = Columns::new(size.width, NODES, map);
        let width = size.width as usize;
        for (y, row) in picture.floats_mut().chunks_exact_mut(4 * width).enumerate() {
            let light = Around::new(&grid, y as u32, map);
            for (run, values) in row.chunks_exact_mut(width).take(3).enumerate() {
                brighten(&light, &columns, run, values);
            }
        }
    }

    /// Records the same for a plane that lies at `frame`.
    ///
    /// # Errors
    /// [`PlanError`] where the recording is inconsistent.
    pub fn record(&self, plan: &mut Plan, colour: PlaneId, frame: &Frame) -> Result<PlaneId, PlanError> {
        let gain = plan.constant("flat field", self.grid.clone());
        let even = plan.plane("even light", plan.decl(colour).size, Format::Rgba);
        let params = FlatParams { map: frame.map_to(&self.frame) };
        plan.record(super::OP.name, &EVEN_LIGHT, &params, &[colour, gain], &[even])?;
        Ok(even)
    }

    /// The field for the photograph's own pixels, whose light has these primaries; `None` where they have no inverse.
    pub(in crate::ops) fn own(&self, to_working: Matrix3) -> Option<Own<'_>> {
        let from_working = invert(to_working.map(|row| row.map(f64::from)))?;
        let from_working = from_working.map(|row| row.map(|v| v as f32));
        Some(Own { grid: &self.grid, map: self.photo.map_to(&self.frame), to_working, from_working })
    }
}

/// A field as the host applies it to single pixels of the photograph.
pub(in crate::ops) struct Own<'a> {
    grid: &'a Plane,
    map: [f32; 4],
    to_working: Matrix3,
    from_working: Matrix3,
}

impl Own<'_> {
    /// The light of pixel (x, y) evened, in the photograph's primaries.
    #[inline(always)]
    pub(in crate::ops) fn even(&self, x: usize, y: usize, light: [f32; 3]) -> [f32; 3] {
        let cell = |i: usize, scale: f32, offset: f32| {
            let at = (i as f32 * scale + offset).clamp(0.0, (NODES - 1) as f32);
            let first = (at as u32).min(NODES - 2);
            (first, at - first as f32)
        };
        let (u, fx) = cell(x, self.map[0], self.map[1]);
        let (v, fy) = cell(y, self.map[2], self.map[3]);
        let corners = [(u, v), (u + 1, v), (u, v + 1), (u + 1, v + 1)].map(|(u, v)| self.grid.rgba_at(u, v));
        let mut working = apply(self.to_working, light);
        for (c, value) in working.iter_mut().enumerate() {
            let [upper, lower] = [0, 2].map(|i| corners[i][c] + (corners[i + 1][c] - corners[i][c]) * fx);
            *value *= upper + (lower - upper) * fy;
        }
        apply(self.from_working, working)
    }
}
