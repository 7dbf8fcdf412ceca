//! What tells cloth from what lies behind it, pixel by pixel: how far the colour is off, whatever the shading, and
//! how rough the surface is beyond the noise. Decides nothing.
//!
//! Shade multiplies light by one smooth number, so it moves log luma and leaves log chroma alone: chroma that differs
//! is another surface, luma that differs need not be (the ratio test with a free grey factor).

use super::tint::Tint;
use crate::image::Plane;
use crate::ops::backdrop_matte::photo::Photo;
use crate::ops::field::{Field, Mask, box_mean, ln, median, sample, texture, wide};
use crate::ops::luminance;

/// Light below which a chroma says little; added before a logarithm.
const DIM: f32 = 0.01;
/// From a median of deviations to a standard deviation, and what taking out the mean of nine leaves of it.
const DEVIATION: f32 = 1.4826 * 1.0607;

/// A picture as logarithms of its light.
pub(super) struct Logs {
    /// Of each channel.
    pub(super) log: [Field; 3],
    /// Luminance, linear, [`DIM`] added.
    pub(super) light: Field,
}

impl Logs {
    /// Reads a picture of working light.
    pub(super) fn of(picture: &Plane) -> Self {
        let photo = Photo::read(picture);
        let mut log = photo.log;
        let mut light = Field::unset(photo.light[0].size());
        take_logs(&photo.light, &mut log, &mut light);
        Self { log, light }
    }
}

wide! {
    fn take_logs(from: &[Field; 3], log: &mut [Field; 3], luma: &mut Field) {
        for (log, light) in log.iter_mut().zip(from) {
            log.values_mut().iter_mut().zip(light.values()).for_each(|(l, v)| *l = ln(v.max(0.0) + DIM));
        }
        let [r, g, b] = from.each_ref().map(Field::values);
        for (i, l) in luma.values_mut().iter_mut().enumerate() {
            *l = luminance([r[i], g[i], b[i]]).max(0.0) + DIM;
        }
    }
}

/// The difference of two log pictures.
pub(super) fn difference(a: &[Field; 3], b: &[Field; 3]) -> [Field; 3] {
    std::array::from_fn(|c| {
        let mut d = Field::unset(a[c].size());
        let pairs = a[c].values().iter().zip(b[c].values());
        d.values_mut().iter_mut().zip(pairs).for_each(|(d, (a, b))| *d = a - b);
        d
    })
}

/// The signs of a log picture, or of the difference of two.
pub(super) struct Signs {
    /// Log luma: means of 3 × 3 pixels.
    pub(super) luma: Field,
    /// Its step from pixel to pixel.
    pub(super) slope: Field,
    /// Log chroma, red and blue against green: the pixel's own.
    own: [Field; 2],
    /// The same of means of 3 × 3 pixels.
    smooth: [Field; 2],
    /// Root of the mean square that 5 × 5 windows leave beyond a plane.
    pub(super) texture: Field,
    /// Deviation from pixel to pixel: of a channel, and of chroma.
    pub(super) noise: [f32; 2],
}

impl Signs {
    /// Reads the signs.
    pub(super) fn of(d: &[Field; 3]) -> Self {
        let [r, g, b] = d;
        let [luma, red, blue] = parts(d);
        let [smooth, smooth_red, smooth_blue] = [&luma, &red, &blue].map(|f| box_mean(f, 1));
        let noise =
            [(&luma, &smooth), (&red, &smooth_red), (&blue, &smooth_blue)].map(|(f, s)| deviation(f, s));
        let third = 1.0 / 3.0;
        Self {
            slope: slope(&smooth),
            luma: smooth,
            own: [red, blue],
            smooth: [smooth_red, smooth_blue],
            texture: texture([(r, 0.0, third), (g, 0.0, third), (b, 0.0, third)], 2),
            noise: [(third * noise.iter().map(|n| n * n).sum::<f32>()).sqrt(), noise[1].hypot(noise[2])],
        }
    }
}

impl Signs {
    /// Distance of log chroma, of means of 3 × 3 pixels, from what counts as no difference.
    pub(super) fn chroma(&self, from: &Tint) -> Field {
        from.distances(&self.smooth)
    }

    /// The same of each pixel's own.
    pub(super) fn own_chroma(&self, from: &Tint) -> Field {
        from.distances(&self.own)
    }
}

/// Log luma, and log chroma of red and of blue against green.
pub(super) fn parts(d: &[Field; 3]) -> [Field; 3] {
    let mut parts = [(); 3].map(|()| Field::unset(d[0].size()));
    split(d, &mut parts);
    parts
}

wide! {
    fn split(d: &[Field; 3], parts: &mut [Field; 3]) {
        let [r, g, b] = d.each_ref().map(Field::values);
        let [luma, red, blue] = parts.each_mut().map(Field::values_mut);
        for i in 0..g.len() {
            luma[i] = luminance([r[i], g[i], b[i]]);
            (red[i], blue[i]) = (r[i] - g[i], b[i] - g[i]);
        }
    }
}

/// Deviation of what a field has beyond its means.
fn deviation(field: &Field, smooth: &Field) -> f32 {
    let all = Mask::from_fn(field.size(), |_, _| true);
    let mut left: Vec<f32> =
        sample(&all).into_iter().map(|(x, y)| (field.at(x, y) - smooth.at(x, y)).abs()).collect();
    DEVIATION * median(&mut left).unwrap_or(0.0)
}

/// Size of the step to the neighbours.
pub(super) fn slope(field: &Field) -> Field {
    let last = field.width().saturating_sub(1);
    let mut slope = Field::unset(field.size());
    for y in 0..field.height() {
        let (above, own, below) =
            (field.row_near(y as isize - 1), field.row(y), field.row_near(y as isize + 1));
        for (x, s) in slope.row_mut(y).iter_mut().enumerate() {
            let across = own[(x + 1).min(last)] - own[x.saturating_sub(1)];
            let down = below[x] - above[x];
            *s = 0.5 * (across * across + down * down).sqrt();
        }
    }
    slope
}

/// How much of a step counts as an edge: in log luma, and in log chroma.
#[derive(Clone, Copy)]
pub(super) struct Steps {
    /// Of luma.
    pub(super) luma: f32,
    /// Of chroma.
    pub(super) chroma: f32,
}

/// The largest step to one of the four neighbours, in units of `by`.
pub(super) fn edges(d: &[Field; 3], by: Steps) -> Field {
    let [luma, red, blue] = parts(d);
    let mut edges = Field::new(luma.size());
    let (per_luma, per_chroma) = (1.0 / by.luma, 1.0 / by.chroma);
    let square = |x: usize, y: usize, u: usize, v: usize| {
        let [l, r, b] = [(&luma, per_luma), (&red, per_chroma), (&blue, per_chroma)]
            .map(|(f, k)| k * (f.at(x, y) - f.at(u, v)));
        l * l + r * r + b * b
    };
    for y in 0..edges.height() {
        for x in 0..edges.width() {
            let right = if x + 1 < edges.width() { square(x, y, x + 1, y) } else { 0.0 };
            let below = if y + 1 < edges.height() { square(x, y, x, y + 1) } else { 0.0 };
            let width = edges.width();
            let values = edges.values_mut();
            let at = y * width + x;
            values[at] = values[at].max(right).max(below);
            if x + 1 < width {
                values[at + 1] = values[at + 1].max(right);
            }
            if below > 0.0 {
                values[at + width] = values[at + width].max(below);
            }
        }
    }
    edges.values_mut().iter_mut().for_each(|v| *v = v.sqrt());
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::ops::testing::noise;

    /// A picture of one colour under a shade that halves over its width.
    fn shaded(size: Size, colour: [f32; 3]) -> Logs {
        Logs::of(&Plane::rgba(size, |x, _| {
            let shade = 1.0 - 0.5 * x as f32 / size.width as f32;
            let [r, g, b] = colour.map(|c| c * shade);
            [r, g, b, 1.0]
        }))
    }

    #[test]
    fn shade_moves_luma_and_leaves_chroma() {
        let size = Size::new(40, 20);
        let (lit, dark) = (shaded(size, [0.6, 0.5, 0.4]), shaded(size, [0.3, 0.25, 0.2]));
        let signs = Signs::of(&difference(&dark.log, &lit.log));
        assert!(signs.luma.values().iter().all(|v| (v - 0.5_f32.ln()).abs() < 0.05));
        let chroma = signs.chroma(&Tint::none([0.0; 2]));
        assert!(chroma.values().iter().all(|v| *v < 0.02), "{:?}", chroma.at(3, 3));
    }

    #[test]
    fn the_noise_that_was_put_in_is_found() {
        let size = Size::new(200, 150);
        // Twelve uniform numbers make a deviation of 1.
        let normal = |x: usize, y: usize, c: u32| {
            (0..12).map(|i| noise(x as u32, y as u32, 31 * c + i)).sum::<f32>() - 6.0
        };
        let d: [Field; 3] =
            std::array::from_fn(|c| Field::from_fn(size, |x, y| 0.02 * normal(x, y, c as u32)));
        let signs = Signs::of(&d);
        // Two differences of two channels each, two of which share green: variance 4 times a channel's.
        assert!((signs.noise[1] / 0.04 - 1.0).abs() < 0.1, "{:?}", signs.noise);
    }

    #[test]
    fn an_edge_counts_on_both_its_sides_and_nowhere_else() {
        let size = Size::new(9, 5);
        let d: [Field; 3] = std::array::from_fn(|_| Field::from_fn(size, |x, _| f32::from(u8::from(x >= 4))));
        let found = edges(&d, Steps { luma: 0.5, chroma: 0.1 });
        for x in 0..9 {
            let want = if x == 3 || x == 4 { 2.0 } else { 0.0 };
            assert!((found.at(x, 2) - want).abs() < 1e-5, "{x}: {}", found.at(x, 2));
        }
    }
}
