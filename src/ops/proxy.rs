//! The small picture that the analysis looks at: block means of the photograph in linear light.
//!
//! Blocks of a large photograph are sampled, not summed whole: nine samples a block tell its colour to a
//! third of a pixel's noise, and the proxy must cost a fraction of the decoding.

use super::{Frame, Study, apply};
use crate::image::Format;
use crate::image::{AlphaMode, Image, Matrix3, Plane, Sample, Size, Window};

/// Longest side of a proxy.
pub const LONG_SIDE: u32 = 640;
/// Samples a block and axis at most.
const SAMPLES: usize = 3;

/// Begins the study of a photograph.
#[must_use]
pub fn study(image: &Image) -> Study {
    let size = image.size();
    let block = size.long_side().div_ceil(LONG_SIDE).max(1);
    let small = Size::new(size.width.div_ceil(block), size.height.div_ceil(block));
    let side = |n: u32| f64::from(n * block);
    let window = Window { x: 0.0, y: 0.0, width: side(small.width), height: side(small.height) };
    let proxy = shrink(image, small, block as usize);
    Study {
        photo: Frame::whole(size),
        proxy_frame: Frame { window, size: small },
        noise: noise(image),
        has_alpha: image.alpha == AlphaMode::Straight,
        proxy,
        product: None,
        visible: None,
        fill: None,
        gain: [1.0; 3],
        cut: Vec::new(),
        matte: None,
        numbers: serde_json::Map::new(),
        flags: Vec::new(),
    }
}

/// Reads single samples of a photograph as linear light in its own primaries.
struct Reader<'a> {
    image: &'a Image,
    sample: Sample,
    channels: usize,
    alpha: bool,
}

impl<'a> Reader<'a> {
    fn new(image: &'a Image) -> Self {
        let (sample, channels) = image.samples();
        Self { image, sample, channels: channels as usize, alpha: image.alpha == AlphaMode::Straight }
    }

    /// Premultiplied colour and alpha.
    #[inline(always)]
    fn at(&self, x: usize, y: usize) -> [f32; 4] {
        let start = (y * self.image.size().width as usize + x) * self.channels;
        let green = usize::from(self.channels > 1);
        let blue = 2 * green;
        let k = if self.alpha && self.channels == 4 { self.coverage(start + 3) } else { 1.0 };
        [self.light(0, start) * k, self.light(1, start + green) * k, self.light(2, start + blue) * k, k]
    }

    #[inline(always)]
    fn light(&self, c: usize, i: usize) -> f32 {
        let look = |code: usize| self.image.encoding.tables[c].get(code).copied().unwrap_or(1.0);
        match self.sample {
            Sample::U8 => look(self.image.pixels.bytes()[i] as usize),
            Sample::U16 => look(self.image.pixels.shorts()[i] as usize),
            Sample::F32 => self.image.pixels.floats()[i],
        }
    }

    #[inline(always)]
    fn coverage(&self, i: usize) -> f32 {
        match self.sample {
            Sample::U8 => f32::from(self.image.pixels.bytes()[i]) / 255.0,
            Sample::U16 => f32::from(self.image.pixels.shorts()[i]) / 65_535.0,
            Sample::F32 => self.image.pixels.floats()[i],
        }
    }
}

fn shrink(image: &Image, small: Size, block: usize) -> Plane {
    let (_, channels) = image.samples();
    let plain = image.alpha == AlphaMode::None;
    match (image.samples().0, channels) {
        (Sample::U8, 3 | 4) if plain => {
            shrink_rgb(image, image.pixels.bytes(), small, block, |t, v| t[usize::from(v)])
        }
        (Sample::U16, 3 | 4) if plain => shrink_rgb(image, image.pixels.shorts(), small, block, |t, v| {
            t.get(usize::from(v)).copied().unwrap_or(1.0)
        }),
        _ => {
            let reader = Reader::new(image);
            blocks(image, small, block, |x, y| reader.at(x, y))
        }
    }
}

/// Opaque RGB codes of one type: the common case, kept free of questions a sample.
fn shrink_rgb<T: Copy>(
    image: &Image,
    codes: &[T],
    small: Size,
    block: usize,
    look: impl Fn(&[f32], T) -> f32,
) -> Plane {
    let channels = usize::from(image.samples().1);
    let stride = image.size().width as usize * channels;
    let full = |t: &std::sync::Arc<[f32]>| {
        // A table for every code, so that looking up asks nothing.
        let mut t = t.to_vec();
        t.resize(t.len().max(256), 1.0);
        t
    };
    let tables = [0, 1, 2].map(|c| full(&image.encoding.tables[c]));
    blocks(image, small, block, |x, y| {
        let start = y * stride + x * channels;
        let p = &codes[start..start + 3];
        [look(&tables[0], p[0]), look(&tables[1], p[1]), look(&tables[2], p[2]), 1.0]
    })
}

/// Means of sampled blocks, in working light.
#[inline(always)]
fn blocks(image: &Image, small: Size, block: usize, at: impl Fn(usize, usize) -> [f32; 4]) -> Plane {
    let matrix: Matrix3 = image.encoding.to_working;
    let (width, height) = (image.size().width as usize, image.size().height as usize);
    let step = block.div_ceil(SAMPLES).max(1);
    let offset = (step - 1) / 2;
    let mut plane = Plane::zeros(small, Format::Rgba);
    let run = small.width as usize;
    let mut sums = vec![[0.0_f32; 4]; run];
    for (by, row) in plane.floats_mut().chunks_exact_mut(4 * run).enumerate() {
        sums.fill([0.0; 4]);
        let top = (by * block + offset).min(height - 1);
        let ys = (top..((by + 1) * block).min(height).max(top + 1)).step_by(step);
        let lines = ys.len() as f32;
        for y in ys {
            for (bx, sum) in sums.iter_mut().enumerate() {
                let left = (bx * block + offset).min(width - 1);
                for x in (left..((bx + 1) * block).min(width).max(left + 1)).step_by(step) {
                    let p = at(x, y);
                    (0..4).for_each(|c| sum[c] += p[c]);
                }
            }
        }
        for (bx, sum) in sums.iter().enumerate() {
            let left = (bx * block + offset).min(width - 1);
            let across = (left..((bx + 1) * block).min(width).max(left + 1)).step_by(step).len() as f32;
            let k = 1.0 / (lines * across);
            let [r, g, b] = apply(matrix, [sum[0] * k, sum[1] * k, sum[2] * k]);
            for (c, v) in [r, g, b, sum[3] * k].into_iter().enumerate() {
                row[c * run + bx] = v;
            }
        }
    }
    plane
}

/// Noise of one photograph pixel: the lower quartile of the high-pass spread of green over blocks, which
/// flat blocks decide and texture does not.
fn noise(image: &Image) -> f32 {
    const BLOCK: usize = 12;
    const GRID: usize = 24;
    let reader = Reader::new(image);
    let (width, height) = (image.size().width as usize, image.size().height as usize);
    if width < BLOCK + 2 || height < BLOCK + 2 {
        return 0.004;
    }
    let mut spreads: Vec<f32> = Vec::with_capacity(GRID * GRID);
    for j in 0..GRID {
        for i in 0..GRID {
            let (x0, y0) = (1 + i * (width - BLOCK - 2) / GRID, j * (height - BLOCK) / GRID);
            let mut sum = 0.0;
            for y in y0..y0 + BLOCK {
                for x in x0..x0 + BLOCK {
                    let g = |x: usize| reader.at(x, y)[1];
                    let d = g(x) - 0.5 * (g(x - 1) + g(x + 1));
                    sum += d * d;
                }
            }
            spreads.push((sum / (1.5 * (BLOCK * BLOCK) as f32)).sqrt());
        }
    }
    let quartile = spreads.len() / 4;
    let (_, spread, _) = spreads.select_nth_unstable_by(quartile, f32::total_cmp);
    spread.max(0.001)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxy_of_a_flat_picture_is_its_colour() {
        let size = Size::new(3000, 1501);
        let samples: Vec<u8> = std::iter::repeat_n([200, 100, 50], size.pixels()).flatten().collect();
        let Ok(image) = Image::from_srgb8(size, 3, &samples) else { unreachable!() };
        let study = study(&image);
        assert!(study.proxy_size().long_side() <= LONG_SIDE);
        let want = crate::ops::working_from_srgb8([200, 100, 50]);
        let last = study.proxy.rgba_at(study.proxy_size().width - 1, study.proxy_size().height - 1);
        assert!(want.iter().zip(last).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn noise_is_found() {
        let size = Size::new(400, 300);
        let samples: Vec<u8> = (0..size.pixels() * 3)
            .map(|i| 128 + (crate::ops::testing::noise(i as u32, 1, 2) * 9.0) as u8)
            .collect();
        let Ok(image) = Image::from_srgb8(size, 3, &samples) else { unreachable!() };
        let slope = f64::from(image.encoding.tables[1][133] - image.encoding.tables[1][132]);
        let truth = slope * (81.0_f64 - 1.0).sqrt() / 12.0_f64.sqrt();
        let found = f64::from(study(&image).noise);
        assert!((found / truth - 1.0).abs() < 0.15, "{found} against {truth}");
    }
}
