//! The small picture that the analysis looks at: block means of the photograph in linear light.
//!
//! Blocks of a large photograph are sampled, not summed whole: nine samples a block tell its colour to a
//! third of a pixel's noise, and the proxy must cost a fraction of the decoding.

use std::iter::StepBy;
use std::ops::Range;

use super::plate::Extra;
use super::{Frame, Study, apply};
use crate::image::Format;
use crate::image::{AlphaMode, Image, Matrix3, Plane, Sample, Shots, Size, Window};

/// Longest side of a proxy.
pub const LONG_SIDE: u32 = 640;
/// Samples a block and axis at most.
const SAMPLES: usize = 3;

/// Begins the study of a photograph and of those that were taken with it.
#[must_use]
pub fn study(shots: &Shots<'_>) -> Study {
    let image = shots.front;
    let (proxy_frame, proxy) = shrunk(image, block(image.size(), LONG_SIDE));
    let extra = |image: &Image| Extra::new(image, shrunk(image, block(image.size(), LONG_SIDE)).1);
    Study {
        photo: Frame::whole(image.size()),
        proxy_frame,
        has_alpha: image.alpha == AlphaMode::Straight,
        proxy,
        flat: None,
        gain: [1.0; 3],
        plate: shots.plate.map(extra),
        second: shots.second.map(|pair| pair.map(extra)),
        product: None,
        visible: None,
        screen: None,
        fill: None,
        cut: Vec::new(),
        matte: None,
        worn: None,
        certain: None,
        trimap: None,
        band: None,
        swatch: None,
        merge: None,
        numbers: serde_json::Map::new(),
        flags: Vec::new(),
    }
}

/// A small picture of a photograph in working light, at least so many pixels long where the photograph is, and its
/// place in it.
#[must_use]
pub fn at_least(image: &Image, long_side: u32) -> (Frame, Plane) {
    shrunk(image, (image.size().long_side() / long_side.max(LONG_SIDE)).max(1))
}

/// A small picture of a photograph in working light, at most so many pixels long, and its place in it.
#[must_use]
pub fn at_most(image: &Image, long_side: u32) -> (Frame, Plane) {
    shrunk(image, block(image.size(), long_side.max(1)))
}

/// Photograph pixels a side of a picture's pixel, for a picture at most so many pixels long.
fn block(size: Size, long_side: u32) -> u32 {
    size.long_side().div_ceil(long_side).max(1)
}

/// A photograph's picture of block means, and its place.
fn shrunk(image: &Image, block: u32) -> (Frame, Plane) {
    let size = image.size();
    let small = Size::new(size.width.div_ceil(block), size.height.div_ceil(block));
    let side = |n: u32| f64::from(n * block);
    let window = Window { x: 0.0, y: 0.0, width: side(small.width), height: side(small.height) };
    (Frame { window, size: small }, shrink(image, small, block as usize))
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
    let (sample, channels) = image.samples();
    let plain = image.alpha == AlphaMode::None;
    match (sample, channels) {
        (Sample::U8, 3) if plain => shrink_codes::<u8, 3>(image, image.pixels.bytes(), small, block),
        (Sample::U8, 4) if plain => shrink_codes::<u8, 4>(image, image.pixels.bytes(), small, block),
        (Sample::U16, 3) if plain => shrink_codes::<u16, 3>(image, image.pixels.shorts(), small, block),
        (Sample::U16, 4) if plain => shrink_codes::<u16, 4>(image, image.pixels.shorts(), small, block),
        _ => {
            let reader = Reader::new(image);
            let step = step(block);
            blocks(image, small, block, |y, sums| {
                for (bx, sum) in sums.iter_mut().enumerate() {
                    for x in samples(bx, block, step, image.size().width as usize) {
                        let p = reader.at(x, y);
                        (0..4).for_each(|c| sum[c] += p[c]);
                    }
                }
            })
        }
    }
}

/// A code of a photograph, and its table: one light for every code, so that looking up asks nothing.
trait Code: Copy {
    type Table;
    fn table(lights: &[f32]) -> Self::Table;
    fn light(self, table: &Self::Table) -> f32;
}

impl Code for u8 {
    type Table = [f32; 256];

    fn table(lights: &[f32]) -> [f32; 256] {
        std::array::from_fn(|code| lights.get(code).copied().unwrap_or(1.0))
    }

    #[inline(always)]
    fn light(self, table: &[f32; 256]) -> f32 {
        table[usize::from(self)]
    }
}

impl Code for u16 {
    type Table = Vec<f32>;

    fn table(lights: &[f32]) -> Vec<f32> {
        lights.to_vec()
    }

    #[inline(always)]
    fn light(self, table: &Vec<f32>) -> f32 {
        table.get(usize::from(self)).copied().unwrap_or(1.0)
    }
}

/// Opaque RGB codes of one type: the common case, kept free of questions a sample.
fn shrink_codes<T: Code, const CHANNELS: usize>(
    image: &Image,
    codes: &[T],
    small: Size,
    block: usize,
) -> Plane {
    let (pixels, _) = codes.as_chunks::<CHANNELS>();
    let width = image.size().width as usize;
    let tables = [0, 1, 2].map(|c| T::table(&image.encoding.tables[c]));
    let step = step(block);
    let add = |sum: &mut [f32; 4], p: &[T; CHANNELS]| {
        sum[0] += p[0].light(&tables[0]);
        sum[1] += p[1].light(&tables[1]);
        sum[2] += p[2].light(&tables[2]);
        sum[3] += 1.0;
    };
    let first = (step - 1) / 2;
    blocks(image, small, block, |y, sums| {
        let row = &pixels[y * width..(y + 1) * width];
        let whole = row.chunks_exact(block);
        let last = whole.len();
        for (sum, pixels) in sums.iter_mut().zip(whole) {
            let at = [first, first + step, first + 2 * step];
            match at.map(|x| pixels.get(x)) {
                [Some(a), Some(b), Some(c)] => [a, b, c].into_iter().for_each(|p| add(sum, p)),
                some => some.into_iter().flatten().for_each(|p| add(sum, p)),
            }
        }
        for (bx, sum) in sums.iter_mut().enumerate().skip(last) {
            samples(bx, block, step, width).for_each(|x| add(sum, &row[x]));
        }
    })
}

/// Pixels from sample to sample.
fn step(block: usize) -> usize {
    block.div_ceil(SAMPLES).max(1)
}

/// Sampled columns (or rows) of a block, in a photograph `limit` pixels wide.
#[inline(always)]
fn samples(index: usize, block: usize, step: usize, limit: usize) -> StepBy<Range<usize>> {
    let first = (index * block + (step - 1) / 2).min(limit - 1);
    (first..((index + 1) * block).min(limit).max(first + 1)).step_by(step)
}

/// Means of sampled blocks, in working light; `add` adds the samples of a row to the sums of its blocks.
#[inline(always)]
fn blocks(image: &Image, small: Size, block: usize, add: impl Fn(usize, &mut [[f32; 4]])) -> Plane {
    let matrix: Matrix3 = image.encoding.to_working;
    let (width, height) = (image.size().width as usize, image.size().height as usize);
    let step = step(block);
    let mut plane = Plane::zeros(small, Format::Rgba);
    let run = small.width as usize;
    let mut sums = vec![[0.0_f32; 4]; run];
    for (by, row) in plane.floats_mut().chunks_exact_mut(4 * run).enumerate() {
        sums.fill([0.0; 4]);
        let ys = samples(by, block, step, height);
        let lines = ys.len() as f32;
        ys.for_each(|y| add(y, &mut sums));
        for (bx, sum) in sums.iter().enumerate() {
            let k = 1.0 / (lines * samples(bx, block, step, width).len() as f32);
            let [r, g, b] = apply(matrix, [sum[0] * k, sum[1] * k, sum[2] * k]);
            for (c, v) in [r, g, b, sum[3] * k].into_iter().enumerate() {
                row[c * run + bx] = v;
            }
        }
    }
    plane
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxy_of_a_flat_picture_is_its_colour() {
        let size = Size::new(3000, 1501);
        let samples: Vec<u8> = std::iter::repeat_n([200, 100, 50], size.pixels()).flatten().collect();
        let Ok(image) = Image::from_srgb8(size, 3, &samples) else { unreachable!() };
        let study = study(&Shots::from(&image));
        assert!(study.proxy_size().long_side() <= LONG_SIDE);
        let want = crate::ops::working_from_srgb8([200, 100, 50]);
        let last = study.proxy.rgba_at(study.proxy_size().width - 1, study.proxy_size().height - 1);
        assert!(want.iter().zip(last).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}
