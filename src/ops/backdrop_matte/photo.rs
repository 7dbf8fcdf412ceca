//! The photograph as the analysis sees it: its light, and the same in logarithms, where a shadow is a shift.

use crate::image::{Plane, Size};
use crate::ops::field::{Field, ln, texture, wide};
use crate::ops::luminance;

/// Light added before a logarithm, so that black stays finite.
pub(in crate::ops) const DARK: f32 = 2e-3;
/// Brightest light that is believed.
const BRIGHT: f32 = 1e4;

/// A proxy, plane by plane.
pub(in crate::ops) struct Photo {
    /// Linear light.
    pub(in crate::ops) light: [Field; 3],
    /// ln(light + DARK) of each channel.
    pub(in crate::ops) log: [Field; 3],
    /// ln(luminance + DARK).
    pub(in crate::ops) luma: Field,
    /// ln of red over green.
    pub(in crate::ops) red: Field,
    /// ln of blue over green.
    pub(in crate::ops) blue: Field,
    /// Shade in logarithms that may lie on the backdrop unseen: the whole of it counts as shaded by this much.
    pub(in crate::ops) veil: f32,
}

impl Photo {
    /// Reads a proxy. What is not a number counts as black.
    pub(in crate::ops) fn read(proxy: &Plane) -> Self {
        let size = proxy.size();
        let new = || Field::unset(size);
        let three = || [new(), new(), new()];
        let mut photo =
            Self { light: three(), log: three(), luma: new(), red: new(), blue: new(), veil: 0.0 };
        fill(proxy.floats(), &mut photo);
        photo
    }

    pub(in crate::ops) fn size(&self) -> Size {
        self.luma.size()
    }

    pub(in crate::ops) fn width(&self) -> usize {
        self.luma.width()
    }

    pub(in crate::ops) fn height(&self) -> usize {
        self.luma.height()
    }

    /// Edges and texture in windows of 2·radius + 1 pixels, in logarithms; shading does not count.
    /// `near` is a log colour around which the figures are most exact.
    pub(in crate::ops) fn edges(&self, near: [f32; 3], radius: usize) -> Field {
        let [r, g, b] = near;
        let centre = luminance(near);
        texture([(&self.luma, centre, 1.0), (&self.red, r - g, 0.5), (&self.blue, b - g, 0.25)], radius)
    }
}

wide! {
    fn fill(floats: &[f32], photo: &mut Photo) {
        let width = photo.width();
        for (y, row) in floats.chunks_exact(4 * width).enumerate() {
            let planes = photo.light.iter_mut().zip(&mut photo.log).zip(row.chunks_exact(width));
            for ((light, log), run) in planes {
                for ((light, log), v) in light.row_mut(y).iter_mut().zip(log.row_mut(y)).zip(run) {
                    *light = believed(*v);
                    *log = ln(light.max(0.0) + DARK);
                }
            }
            let [r, g, b] = photo.light.each_ref().map(|p| p.row(y));
            let colours = r.iter().zip(g).zip(b);
            for (luma, ((r, g), b)) in photo.luma.row_mut(y).iter_mut().zip(colours) {
                *luma = ln(luminance([*r, *g, *b]).max(0.0) + DARK);
            }
            let [r, g, b] = photo.log.each_ref().map(|p| p.row(y));
            photo.red.row_mut(y).iter_mut().zip(r.iter().zip(g)).for_each(|(o, (r, g))| *o = r - g);
            photo.blue.row_mut(y).iter_mut().zip(b.iter().zip(g)).for_each(|(o, (b, g))| *o = b - g);
        }
    }
}

#[inline(always)]
fn believed(light: f32) -> f32 {
    if light.is_nan() { 0.0 } else { light.clamp(-1.0, BRIGHT) }
}
