//! The photograph as the analysis sees it: its light, and the same in logarithms, where a shadow is a shift.

use crate::image::{Plane, Size};
use crate::ops::field::{Field, Grid, ln, texture, wide};
use crate::ops::luminance;

/// Light added before a logarithm, so that black stays finite.
pub(super) const DARK: f32 = 2e-3;
/// Brightest light that is believed.
const BRIGHT: f32 = 1e4;

/// A proxy, plane by plane.
pub(super) struct Photo {
    /// Linear light.
    pub(super) light: [Field; 3],
    /// ln(light + DARK) of each channel.
    pub(super) log: [Field; 3],
    /// ln(luminance + DARK).
    pub(super) luma: Field,
    /// ln of red over green.
    pub(super) red: Field,
    /// ln of blue over green.
    pub(super) blue: Field,
}

impl Photo {
    /// Reads a proxy. What is not a number counts as black.
    pub(super) fn read(proxy: &Plane) -> Self {
        let size = proxy.size();
        let new = || Field::new(size);
        let mut photo = Self {
            light: [new(), new(), new()],
            log: [new(), new(), new()],
            luma: new(),
            red: new(),
            blue: new(),
        };
        fill(proxy.floats(), &mut photo);
        photo
    }

    pub(super) fn size(&self) -> Size {
        self.luma.size()
    }

    pub(super) fn width(&self) -> usize {
        self.luma.width()
    }

    pub(super) fn height(&self) -> usize {
        self.luma.height()
    }

    /// Edges and texture in windows of 2·radius + 1 pixels, in logarithms; shading does not count.
    /// `near` is a log colour around which the figures are most exact.
    pub(super) fn edges(&self, near: [f32; 3], radius: usize) -> Field {
        let [r, g, b] = near;
        let centre = luminance(near);
        texture(&[(&self.luma, centre, 1.0), (&self.red, r - g, 0.5), (&self.blue, b - g, 0.25)], radius)
    }
}

/// Three planes at a pixel.
#[inline(always)]
pub(super) fn colour<T: Copy + Default>(planes: &[Grid<T>; 3], x: usize, y: usize) -> [T; 3] {
    planes.each_ref().map(|p| p.at(x, y))
}

wide! {
    fn fill(floats: &[f32], photo: &mut Photo) {
        let width = photo.width();
        for (y, row) in floats.chunks_exact((4 * width).max(1)).take(photo.height()).enumerate() {
            for c in 0..3 {
                let from = &row[c * width..(c + 1) * width];
                let (light, log) = (photo.light[c].row_mut(y), photo.log[c].row_mut(y));
                for ((p, l), v) in light.iter_mut().zip(log).zip(from) {
                    *p = if v.is_nan() { 0.0 } else { v.max(-1.0).min(BRIGHT) };
                    *l = ln(p.max(0.0) + DARK);
                }
            }
            let [r, g, b] = photo.light.each_ref().map(|p| p.row(y));
            for (((o, r), g), b) in photo.luma.row_mut(y).iter_mut().zip(r).zip(g).zip(b) {
                *o = ln(luminance([*r, *g, *b]).max(0.0) + DARK);
            }
            let [r, g, b] = photo.log.each_ref().map(|p| p.row(y));
            photo.red.row_mut(y).iter_mut().zip(r).zip(g).for_each(|((o, r), g)| *o = r - g);
            photo.blue.row_mut(y).iter_mut().zip(b).zip(g).for_each(|((o, b), g)| *o = b - g);
        }
    }
}
