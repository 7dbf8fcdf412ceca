//! The inner shot against its own backdrop: what is flat, what is backdrop, and every pixel's tone relative to it.
//!
//! The garment hangs and may be cut below, so only the upper half of the border votes. Tones are logarithms of
//! light over the backdrop's, so that neither exposure nor white balance of the shot matters.

use super::sharpness::{Outline, between, outline};
use crate::image::{Plane, Size};
use crate::ops::backdrop_matte::border::Border;
use crate::ops::backdrop_matte::photo::Photo;
use crate::ops::field::{Field, Mask, box_mean, distance};
use crate::ops::luminance;

/// Logarithms over the backdrop's: luma, red over green, blue over green.
pub(super) type Tone = [f32; 3];

/// Times the backdrop's grain up to which a window is smooth, and what is smooth whatever the grain: half the step of
/// an 8-bit code at mid-grey, for pictures whose grain compression has taken.
const SMOOTH: (f32, f32) = (3.0, 0.009);
/// Most that darkness raises the grain of the logarithm, as an exponent: beyond it readout noise is no guide.
const DARKEST: f32 = 1.5;
/// How a surface is followed beyond its windows: pixels, and the logarithms of light and of tint within which a tone is
/// its own. Warily where cloth may look like it; boldly, into shade and compression's ringing, where none does.
pub(super) const WARILY: (u16, [f32; 2]) = (6, [0.06, 0.05]);
pub(super) const BOLDLY: (u16, [f32; 2]) = (8, [0.12, 0.06]);
/// Radius in pixels of what tells a surface's tone beside it, and the least share of that.
const AROUND: usize = 8;
const LEAST_AROUND: f32 = 0.02;
/// Farthest distance to the outside that is asked for.
pub(super) const LIMIT: u16 = 32;
/// Pixels by which a window stays short of a sharp edge, the pixel that the edge mixes included.
const SHORT: f32 = 3.0;
/// Width of an edge in pixels that counts as sharp, and the most that anything is widened for a soft one.
const SHARP: f32 = 2.5;
const SOFTEST: f32 = 10.0;

/// A proxy of the inner shot, read.
pub(super) struct View {
    pub(super) photo: Photo,
    pub(super) border: Border,
    /// Smooth and not backdrop.
    pub(super) smooth: Mask,
    /// Backdrop and the picture's own rim.
    pub(super) outside: Mask,
    /// Distance in pixels to the outside or what looks like it beside it, up to [`LIMIT`].
    pub(super) away: Field,
    /// Pixels by which edges are wider than sharp ones, and by which the flood stays short of them the more.
    pub(super) soft: f32,
    pub(super) short: f32,
    mode: Tone,
}

impl View {
    /// Reads a proxy; `None` of an empty one.
    pub(super) fn read(proxy: &Plane) -> Option<Self> {
        let photo = Photo::read(proxy);
        let border = Border::above(&photo)?;
        let [r, g, b] = border.mode;
        let mode = [luminance(border.mode), r - g, b - g];
        let size = photo.size();
        let limit = (SMOOTH.0 * border.grain).max(SMOOTH.1);
        let smooth = Mask::from_fn(size, |x, y| {
            !border.flood.at(x, y) && border.edges.at(x, y) < limit * darkness(photo.luma.at(x, y) - mode[0])
        });
        let outside = Mask::from_fn(size, |x, y| border.flood.at(x, y) || on_rim(size, x, y));
        let fringe = fringe(&photo, &border.flood, WARILY);
        let away = distance(&outside.or(&fringe), LIMIT);
        let edge = silhouette(&photo, &border.flood.or(&fringe).not());
        let over = |v: f32, least: f32| (v - least).clamp(0.0, SOFTEST);
        let [soft, short] = edge.map_or([0.0; 2], |o| [over(o.width, SHARP), over(o.inside, SHORT)]);
        Some(Self { photo, border, smooth, outside, away, soft, short, mode })
    }

    pub(super) fn size(&self) -> Size {
        self.photo.size()
    }

    /// A pixel's tone.
    #[inline(always)]
    pub(super) fn tone(&self, x: usize, y: usize) -> Tone {
        let photo = &self.photo;
        [
            photo.luma.at(x, y) - self.mode[0],
            photo.red.at(x, y) - self.mode[1],
            photo.blue.at(x, y) - self.mode[2],
        ]
    }

    /// Tints without their grain: means of small windows.
    pub(super) fn tints(&self) -> [Field; 2] {
        [(&self.photo.red, 1), (&self.photo.blue, 2)].map(|(plane, c)| {
            let mut mean = box_mean(plane, 1);
            mean.values_mut().iter_mut().for_each(|v| *v -= self.mode[c]);
            mean
        })
    }

    /// A pixel's texture over what the backdrop's grain would be at its light.
    pub(super) fn grain(&self, x: usize, y: usize) -> f32 {
        let usual = self.border.grain.max(SMOOTH.1 / SMOOTH.0);
        self.border.edges.at(x, y) / (usual * darkness(self.photo.luma.at(x, y) - self.mode[0]))
    }
}

/// Pixels beside a surface whose tone is that of the surface near them.
pub(super) fn fringe(photo: &Photo, surface: &Mask, (limit, same): (u16, [f32; 2])) -> Mask {
    let near = distance(surface, limit + 1);
    let shown = |plane: Option<&Field>| {
        let mut masked = Field::unset(surface.size());
        let places = masked.values_mut().iter_mut().zip(surface.values()).enumerate();
        places.for_each(|(i, (m, s))| *m = if *s { plane.map_or(1.0, |p| p.values()[i]) } else { 0.0 });
        box_mean(&masked, AROUND)
    };
    let weight = shown(None);
    let means = [&photo.luma, &photo.red, &photo.blue].map(|p| (p, shown(Some(p))));
    Mask::from_fn(surface.size(), |x, y| {
        let (near, weight) = (near.at(x, y), weight.at(x, y));
        let off = |c: usize| (means[c].0.at(x, y) - means[c].1.at(x, y) / weight).abs();
        near > 0.0
            && near <= f32::from(limit)
            && weight > LEAST_AROUND
            && off(0) < same[0]
            && off(1) < same[1]
            && off(2) < same[1]
    })
}

/// The outline of what is not backdrop, in light as codes would show it.
fn silhouette(photo: &Photo, solid: &Mask) -> Option<Outline> {
    let green = &photo.light[1];
    let code = |x: usize, y: usize| 255.0 * green.at(x, y).clamp(0.0, 1.0).sqrt();
    outline(&|x, y| between(green.size(), x, y, code), solid, 1.0)
}

/// What photon noise makes of a logarithm's grain at so much less light.
#[inline(always)]
fn darkness(luma: f32) -> f32 {
    crate::ops::field::exp((-0.5 * luma).clamp(0.0, DARKEST))
}

/// Whether a pixel lies on the picture's rim.
pub(super) fn on_rim(size: Size, x: usize, y: usize) -> bool {
    x == 0 || y == 0 || x + 1 == size.width as usize || y + 1 == size.height as usize
}

/// Whether two tones have nearly one tint.
pub(super) fn tint_like(a: Tone, b: Tone, tolerance: f32) -> bool {
    (a[1] - b[1]).abs() < tolerance && (a[2] - b[2]).abs() < tolerance
}

/// First and last row where a mask holds; 0 where it holds nowhere.
pub(super) fn rows_of(mask: &Mask) -> [usize; 2] {
    let held = |y: &usize| mask.row(*y).contains(&true);
    let first = (0..mask.height()).find(held).unwrap_or(0);
    [first, (0..mask.height()).rev().find(held).unwrap_or(0)]
}
