//! The pixels of a band, taken from the photograph: light, level by level, and how noisy it is.
//!
//! Coarser levels are means of up to four pixels of each block. This reads the photograph on the host, so
//! that only the band travels to a device.

use super::tiles::{PIXELS, SIDE, Tiles, Trimap, unknown};
use crate::image::{Format, Image, Plane, Sample, srgb_encode};
use crate::ops::flat_field::{Flat, Own};

/// In which light colours are mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Light {
    /// As the sensor adds it up: physically right, and right where the photograph was not graded.
    #[default]
    Linear,
    /// As codes show it: what retouchers' own mattes assume in everyday photographs.
    Display,
}

/// Reads pixels of a photograph as light.
pub(super) struct Reader<'a> {
    image: &'a Image,
    tables: [Vec<f32>; 3],
    channels: usize,
    light: Light,
    flat: Option<Own<'a>>,
}

impl<'a> Reader<'a> {
    /// A reader of the photograph as it is.
    pub(super) fn new(image: &'a Image, light: Light) -> Self {
        Self::of(image, light, None)
    }

    /// A reader of the photograph evened by its flat field, if there is one.
    pub(super) fn of(image: &'a Image, light: Light, flat: Option<&'a Flat>) -> Self {
        let flat = flat.and_then(|f| f.own(image.encoding.to_working));
        // What is evened is read as linear light first.
        let tabled = if flat.is_some() { Light::Linear } else { light };
        let shown = |v: f32| match tabled {
            Light::Linear => v,
            Light::Display => displayed(v),
        };
        let tables =
            [0, 1, 2].map(|c| image.encoding.tables[c].iter().map(|v| shown(*v)).collect::<Vec<f32>>());
        Self { image, tables, channels: image.samples().1 as usize, light, flat }
    }

    /// Light of a pixel, clamped to the photograph.
    #[inline(always)]
    pub(super) fn at(&self, x: usize, y: usize) -> [f32; 3] {
        let size = self.image.size();
        let (x, y) = (x.min(size.width as usize - 1), y.min(size.height as usize - 1));
        let start = (y * size.width as usize + x) * self.channels;
        let step = usize::from(self.channels > 1);
        let light = [0, 1, 2].map(|c| self.sample(c, start + c * step));
        let Some(flat) = &self.flat else { return light };
        let even = flat.even(x, y, light);
        if self.light == Light::Display { even.map(displayed) } else { even }
    }

    #[inline(always)]
    fn sample(&self, c: usize, i: usize) -> f32 {
        let look = |code: usize| self.tables[c].get(code).copied().unwrap_or(1.0);
        match self.image.samples().0 {
            Sample::U8 => look(self.image.pixels.bytes()[i] as usize),
            Sample::U16 => look(self.image.pixels.shorts()[i] as usize),
            Sample::F32 => {
                let v = self.image.pixels.floats()[i];
                let v = if v.is_nan() { 0.0 } else { v.clamp(0.0, 1e4) };
                if self.light == Light::Display && self.flat.is_none() { displayed(v) } else { v }
            }
        }
    }
}

/// Linear light as a code shows it.
fn displayed(light: f32) -> f32 {
    srgb_encode(f64::from(light.max(0.0))) as f32
}

/// The pixels of a level's tiles: light in the colour runs, and 0, ½ or 1 for backdrop, unknown and product in
/// the fourth. Beyond the picture its edge repeats.
pub(super) fn gather(reader: &Reader<'_>, tiles: &Tiles, trimap: &Trimap, level: u32) -> Plane {
    let mut plane = Plane::zeros(tiles.plane_size(), Format::Rgba);
    let block = 1_usize << level;
    let (width, height) = (tiles.size.width as usize, tiles.size.height as usize);
    for (row, (tx, ty)) in plane.floats_mut().chunks_exact_mut(4 * PIXELS).zip(&tiles.places) {
        for v in 0..SIDE {
            let y = (ty * SIDE + v).min(height - 1);
            for u in 0..SIDE {
                let x = (tx * SIDE + u).min(width - 1);
                let light = mean(reader, x * block, y * block, block);
                let at = v * SIDE + u;
                (0..3).for_each(|c| row[c * PIXELS + at] = light[c]);
                row[3 * PIXELS + at] = match trimap.at(x, y) {
                    0 => 0.0,
                    255 => 1.0,
                    _ => 0.5,
                };
            }
        }
    }
    plane
}

/// Mean of the block at (x, y), of up to two pixels along each side.
#[inline(always)]
fn mean(reader: &Reader<'_>, x: usize, y: usize, block: usize) -> [f32; 3] {
    if block == 1 {
        return reader.at(x, y);
    }
    let (near, far) = (block / 4, block / 4 + block / 2);
    let four = [(near, near), (far, near), (near, far), (far, far)].map(|(u, v)| reader.at(x + u, y + v));
    [0, 1, 2].map(|c| 0.25 * (four[0][c] + four[1][c] + four[2][c] + four[3][c]))
}

/// Most pixels that the noise is estimated from.
const SAMPLES: usize = 200_000;
/// Light below which noise no longer falls.
pub(super) const DARK: f32 = 2e-3;

/// Variance of the noise a unit of linear light, as photons make it: from what is left of known pixels after
/// the Laplacian mask of Immerkær (1996), scaled by the median.
pub(super) fn noise(image: &Image, trimap: &Trimap) -> f32 {
    let reader = Reader::new(image, Light::Linear);
    let size = trimap.size();
    let (width, height) = (size.width as usize, size.height as usize);
    let step = ((size.pixels() / SAMPLES) as f64).sqrt().ceil().max(1.0) as usize;
    let mut found = Vec::with_capacity(2 * SAMPLES);
    for y in (1..height.saturating_sub(1)).step_by(step) {
        for x in (1..width.saturating_sub(1)).step_by(step) {
            if unknown(trimap.at(x, y)) {
                continue;
            }
            let p = |dx: usize, dy: usize| reader.at(x + dx - 1, y + dy - 1);
            let (mid, sides) = (p(1, 1), [p(0, 1), p(2, 1), p(1, 0), p(1, 2)]);
            let corners = [p(0, 0), p(2, 0), p(0, 2), p(2, 2)];
            for c in 0..3 {
                let left = 4.0 * mid[c] - 2.0 * sides.iter().map(|s| s[c]).sum::<f32>()
                    + corners.iter().map(|s| s[c]).sum::<f32>();
                found.push(left.abs() / 6.0 / mid[c].max(DARK).sqrt());
            }
        }
    }
    if found.is_empty() {
        return LEAST;
    }
    let middle = found.len() / 2;
    let median = *found.select_nth_unstable_by(middle, f32::total_cmp).1;
    (1.4826 * median).powi(2).clamp(LEAST, MOST)
}

/// Bounds of the noise: below what 8-bit codes can show, above what any camera delivers.
const LEAST: f32 = 1e-6;
const MOST: f32 = 2e-3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;

    #[test]
    fn noise_is_found_where_it_was_put() {
        let size = Size::new(300, 200);
        let sigma = 3.0 / 255.0;
        let mut seed = 7_u32;
        let mut unit = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 16_777_216.0
        };
        let mut codes = Vec::new();
        for _ in 0..size.pixels() * 3 {
            let normal: f32 = (0..12).map(|_| unit()).sum::<f32>() - 6.0;
            codes.push((255.0 * (0.5 + sigma * normal)).round().clamp(0.0, 255.0) as u8);
        }
        let Ok(image) = Image::from_srgb8(size, 3, &codes) else { unreachable!() };
        let Some(trimap) = Trimap::new(size, vec![0; size.pixels()]) else { unreachable!() };
        // Slope of the sRGB curve at half its height, and the light there.
        let (slope, light) = (0.9256_f32, 0.2140_f32);
        let want = (sigma * slope).powi(2) / light;
        let got = noise(&image, &trimap);
        assert!((got / want).ln().abs() < 0.15, "{got} for {want}");
    }
}
