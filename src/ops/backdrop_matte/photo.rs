//! The photograph as the analysis sees it: its light, and the same in logarithms, where a shadow is a shift.

use crate::image::{Plane, Size};
use crate::ops::field::{Field, ln, texture, wide};
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
        let mut planes: [Vec<f32>; 9] = std::array::from_fn(|_| Vec::with_capacity(size.pixels()));
        fill(proxy.floats(), size.width as usize, &mut planes);
        let [r, g, b, log_r, log_g, log_b, luma, red, blue] = planes.map(|p| Field::from_values(size, p));
        Self { light: [r, g, b], log: [log_r, log_g, log_b], luma, red, blue }
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
        texture([(&self.luma, centre, 1.0), (&self.red, r - g, 0.5), (&self.blue, b - g, 0.25)], radius)
    }
}

wide! {
    fn fill(floats: &[f32], width: usize, planes: &mut [Vec<f32>; 9]) {
        let [r, g, b, log_r, log_g, log_b, luma, red, blue] = planes;
        for row in floats.chunks_exact(4 * width) {
            let start = r.len();
            for (c, (light, log)) in [(&mut *r, &mut *log_r), (&mut *g, &mut *log_g), (&mut *b, &mut *log_b)]
                .into_iter()
                .enumerate()
            {
                light.extend(row[c * width..(c + 1) * width].iter().map(|v| believed(*v)));
                log.extend(light[start..].iter().map(|v| ln(v.max(0.0) + DARK)));
            }
            let colours = r[start..].iter().zip(&g[start..]).zip(&b[start..]);
            luma.extend(colours.map(|((r, g), b)| ln(luminance([*r, *g, *b]).max(0.0) + DARK)));
            red.extend(log_r[start..].iter().zip(&log_g[start..]).map(|(r, g)| r - g));
            blue.extend(log_b[start..].iter().zip(&log_g[start..]).map(|(b, g)| b - g));
        }
    }
}

#[inline(always)]
fn believed(light: f32) -> f32 {
    if light.is_nan() { 0.0 } else { light.clamp(-1.0, BRIGHT) }
}
