//! A small picture to look for charts in: averaged, put on a scale of its own, at several sizes.
//!
//! The code is the square root of linear light over each channel's bright end, which makes noise about even
//! and takes the worst out of exposure and white balance. Never used for measuring.

use super::super::Picture;

/// The longest side that is looked at.
const LONGEST: usize = 1600;
/// Light above this counts as this; keeps sums finite.
const BRIGHTEST: f32 = 1e4;

/// Three planes of one size.
#[derive(Clone, Debug)]
pub(super) struct Planes {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Red, green, blue: `width * height` codes each, row by row.
    pub(super) codes: [Vec<f32>; 3],
}

/// The proxy: its planes and how many pixels of the picture one of its pixels is wide.
pub(super) struct Proxy {
    pub(super) planes: Planes,
    pub(super) factor: usize,
}

impl Proxy {
    pub(super) fn of(picture: &Picture<'_>) -> Self {
        let factor = picture.width.max(picture.height).div_ceil(LONGEST).max(1);
        let mut planes = reduce(picture, factor);
        let tops: Vec<f32> = planes.codes.iter().map(|plane| bright_end(plane)).collect();
        let top = tops.iter().copied().fold(1e-6, f32::max);
        for (plane, &own) in planes.codes.iter_mut().zip(&tops) {
            let scale = 1.0 / own.max(0.05 * top);
            plane.iter_mut().for_each(|v| *v = (*v * scale).min(4.0).sqrt());
        }
        Self { planes, factor }
    }
}

/// Means of `factor * factor` pixels, of every other row where there are three or more: reading costs more than
/// all else. What does not fill a mean at the right and the bottom is left out.
fn reduce(picture: &Picture<'_>, factor: usize) -> Planes {
    let (width, height) = (picture.width / factor, picture.height / factor);
    let mut codes = [(); 3].map(|()| Vec::with_capacity(width * height));
    let skip = if factor < 3 { 1 } else { 2 };
    let scale = 1.0 / (factor * factor.div_ceil(skip)) as f32;
    let mut sums = vec![[0.0_f32; 3]; width * factor];
    for rows in picture.rgb.chunks_exact((picture.width * factor).max(1)).take(height) {
        sums.fill([0.0; 3]);
        for row in rows.chunks_exact(picture.width).step_by(skip) {
            for (sum, pixel) in sums.iter_mut().zip(row) {
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    // What is not a number is not above 0.
                    *sum += if *value > 0.0 { value.min(BRIGHTEST) } else { 0.0 };
                }
            }
        }
        for group in sums.chunks_exact(factor) {
            for (channel, plane) in codes.iter_mut().enumerate() {
                plane.push(group.iter().map(|sum| sum[channel]).sum::<f32>() * scale);
            }
        }
    }
    Planes { width, height, codes }
}

/// What 99 % of the plane stay below, from a raster of its pixels.
fn bright_end(plane: &[f32]) -> f32 {
    let mut some: Vec<f32> = plane.iter().copied().step_by((plane.len() / 20_000).max(1) | 1).collect();
    let at = some.len().saturating_sub(1) * 99 / 100;
    if some.is_empty() { 0.0 } else { *some.select_nth_unstable_by(at, f32::total_cmp).1 }
}

impl Planes {
    /// The same at half the size.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let codes = self.codes.each_ref().map(|plane| {
            let mut out = Vec::with_capacity(width * height);
            for pair in plane.chunks_exact((2 * self.width).max(1)).take(height) {
                let (a, b) = pair.split_at(self.width);
                let sums = a.chunks_exact(2).zip(b.chunks_exact(2));
                out.extend(sums.map(|(a, b)| 0.25 * ((a[0] + a[1]) + (b[0] + b[1]))));
            }
            out
        });
        Self { width, height, codes }
    }

    /// The code at a pixel, or `None` outside.
    pub(super) fn at(&self, x: f64, y: f64) -> Option<[f64; 3]> {
        let inside = x >= 0.0 && y >= 0.0 && x < self.width as f64 && y < self.height as f64;
        inside.then(|| {
            let at = y as usize * self.width + x as usize;
            self.codes.each_ref().map(|plane| plane.get(at).map_or(0.0, |&v| f64::from(v)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_is_the_naive_mean_and_no_number_is_black() {
        let (width, height) = (3205, 11);
        let mut rgb: Vec<[f32; 3]> =
            (0..width * height).map(|i| [(i % 7) as f32, (i % 5) as f32, (i % 3) as f32]).collect();
        rgb[4] = [f32::NAN, f32::INFINITY, -1.0];
        let proxy = reduce(&Picture { width, height, rgb: &rgb }, 3);
        assert_eq!((proxy.width, proxy.height), (1068, 3));
        for (x, y) in [(5, 0), (700, 1), (1067, 2)] {
            let naive =
                (0..6).map(|k| rgb[(3 * y + k / 3 * 2) * width + 3 * x + k % 3][1]).sum::<f32>() / 6.0;
            assert!((proxy.codes[1][y * proxy.width + x] - naive).abs() < 1e-5);
        }
        assert!(proxy.codes.iter().flatten().all(|v| v.is_finite()));
        assert_eq!(Proxy::of(&Picture { width, height, rgb: &rgb }).factor, 3);
    }

    #[test]
    fn halving_is_the_mean_of_four_and_the_smallest_pictures_pass() {
        let planes = reduce(&Picture { width: 5, height: 3, rgb: &[[1.0, 2.0, 3.0]; 15] }, 1);
        let half = planes.halved();
        assert_eq!((half.width, half.height, half.codes[2].clone()), (2, 1, vec![3.0; 2]));
        let nothing = half.halved().halved();
        assert_eq!((nothing.width, nothing.height), (0, 0));
        assert_eq!(nothing.halved().at(0.0, 0.0), None);
    }
}
