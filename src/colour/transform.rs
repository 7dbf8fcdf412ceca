//! Samples of one profile to samples of another: the library's colour conversion, a plane at a time.
//!
//! The first and last curves of the [`Stages`] become tables for the sample type, the rest runs over runs of
//! pixels in the first cache; 8-bit codes between spaces of curves and a matrix take the short way of `sums`.
//! What is the same space stays the same codes. No dither: rounding is to the nearest code.

mod sums;

use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use self::sums::Sums;
use super::ColourError;
use super::curve::Curve;
use super::profile::{Intent, Kind, Link, Pipeline, Profile, Step, all_sampled, to_working};
use crate::image::stages::{Chunk, RUN, Sampled, Stages, nearest, unit};
use crate::image::{Format, Plane, Pool, Sample, simd_level};

/// Codes of the table from the root of light to 8 bits.
const ROOTS: usize = 1 << 14;

/// Codes of 16 bits.
const SHORTS: usize = 1 << 16;

/// Conversions kept for the next file.
const KEPT: usize = 32;

/// A conversion between two ICC profiles.
#[derive(Debug)]
pub struct Transform {
    from: Kind,
    to: Kind,
    /// Sample types whose codes stay as they are.
    kept: &'static [Sample],
    first: Option<Vec<Curve>>,
    middle: Stages,
    last: Option<Vec<Curve>>,
    bytes_in: OnceLock<[Box<[f32; 256]>; 4]>,
    shorts_in: OnceLock<[Arc<[f32; SHORTS]>; 4]>,
    sampled_in: OnceLock<Option<Vec<Sampled>>>,
    bytes_out: OnceLock<Vec<Arc<[u8; ROOTS]>>>,
    sampled_out: OnceLock<Option<Vec<Sampled>>>,
    sums: OnceLock<Option<Sums>>,
}

/// The source, the target or the working space, and how they are joined.
type Key = (blake3::Hash, Option<blake3::Hash>, Link);

type Made = Vec<(Key, Arc<Transform>)>;

static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);

/// The conversion of a key, made once.
fn kept(
    key: &Key,
    make: impl FnOnce() -> Result<Transform, ColourError>,
) -> Result<Arc<Transform>, ColourError> {
    let find = |made: &Made| made.iter().find(|(k, _)| k == key).map(|(_, t)| t.clone());
    if let Some(found) = MADE.lock().ok().and_then(|made| find(&made)) {
        return Ok(found);
    }
    let transform = Arc::new(make()?);
    if let Ok(mut made) = MADE.lock() {
        made.truncate(KEPT - 1);
        made.insert(0, (*key, transform.clone()));
    }
    Ok(transform)
}

impl Transform {
    /// The conversion from one profile to another, compiled once for each pair.
    ///
    /// With `black_point`, black becomes black; the perceptual intent of version 4 always does that.
    ///
    /// # Errors
    /// [`ColourError`] where a profile is broken or of a kind that no picture has.
    pub fn new(from: &[u8], to: &[u8], intent: Intent, black_point: bool) -> Result<Arc<Self>, ColourError> {
        let link = Link { intent, black_point };
        let key = (blake3::hash(from), Some(blake3::hash(to)), link);
        kept(&key, || {
            let (source, target) = (Profile::open(from)?, Profile::open(to)?);
            let pipeline = link.between(&source, &target)?;
            let kept: &[Sample] = match () {
                () if Some(key.0) == key.1 => &[Sample::U8, Sample::U16, Sample::F32],
                // Profiles of sRGB differ by their rounding; codes that mean the same stay the same.
                () if source.is_srgb() && target.is_srgb() => &[Sample::U8, Sample::U16],
                () => &[],
            };
            Ok(Self::compile(&pipeline, source.kind(), target.kind(), kept))
        })
    }

    /// The conversion of a profile to Rec.2020 with sRGB's curve: relative colorimetric with black-point
    /// compensation.
    pub(super) fn to_working(icc: &[u8], profile: &Profile) -> Result<Arc<Self>, ColourError> {
        kept(&(blake3::hash(icc), None, Link::default()), || {
            let light = to_working(profile, Link::default())?;
            let coded =
                light.then(Pipeline(vec![Step::Curves(vec![Curve::Inverse(Box::new(Curve::Srgb)); 3])]));
            Ok(Self::compile(&coded, profile.kind(), Kind::Rgb, &[]))
        })
    }

    fn compile(pipeline: &Pipeline, from: Kind, to: Kind, kept: &'static [Sample]) -> Self {
        let mut steps = pipeline.0.as_slice();
        let (mut first, mut last) = (None, None);
        if let [Step::Curves(curves), rest @ ..] = steps {
            (first, steps) = (Some(curves.clone()), rest);
        }
        if let [rest @ .., Step::Curves(curves)] = steps {
            (last, steps) = (Some(curves.clone()), rest);
        }
        let middle = Pipeline(steps.to_vec()).stages();
        Self {
            from,
            to,
            kept,
            first,
            middle,
            last,
            bytes_in: OnceLock::new(),
            shorts_in: OnceLock::new(),
            sampled_in: OnceLock::new(),
            bytes_out: OnceLock::new(),
            sampled_out: OnceLock::new(),
            sums: OnceLock::new(),
        }
    }

    /// Channels that the pictures it takes have, alpha aside: 1, 3 or 4.
    #[must_use]
    pub fn channels_in(&self) -> usize {
        self.from.channels()
    }

    /// Channels of what it makes, alpha aside.
    #[must_use]
    pub fn channels_out(&self) -> usize {
        self.to.channels()
    }

    /// Converts [`Format::Packed`] samples; ink is 0 where there is none. A fourth channel of RGB is alpha and
    /// stays as it is. Floats are codes from 0 to 1, not light.
    ///
    /// # Errors
    /// [`ColourError::Space`] where the plane has other channels than the profile.
    pub fn convert(&self, pixels: &Plane, to: Sample, pool: &Pool) -> Result<Plane, ColourError> {
        let Format::Packed { sample, channels } = pixels.format() else {
            return Err(ColourError::Space("working".into()));
        };
        let (takes, makes) = (self.channels_in(), self.channels_out());
        let alpha = takes == 3 && channels == 4 && makes == 3;
        if usize::from(channels) != takes && !alpha {
            return Err(ColourError::Space(format!("{takes}-channel, the picture is {channels}-channel,")));
        }
        if sample == to && self.kept.contains(&to) {
            return Ok(pixels.clone());
        }
        let channels = (makes + usize::from(alpha)) as u8;
        let mut out = pool.take(pixels.size(), Format::Packed { sample: to, channels });
        if sample == Sample::U8
            && to == Sample::U8
            && let Some(sums) = self.sums()
        {
            let total = pixels.size().pixels() * usize::from(channels);
            let (from, to) = (&pixels.bytes()[..total], &mut out.bytes_mut()[..total]);
            if alpha {
                sums.run::<4>(from, to)
            } else {
                sums.run::<3>(from, to)
            }
            return Ok(out);
        }
        fearless_simd::dispatch!(simd_level(), _simd => self.plane(pixels, &mut out, alpha));
        Ok(out)
    }

    /// The tables of packed sums, where the conversion has them.
    fn sums(&self) -> Option<&Sums> {
        let made = || Sums::new(self.first.as_deref()?, &self.middle.0, self.last.as_deref()?);
        self.sums.get_or_init(made).as_ref()
    }

    #[inline(always)]
    fn plane(&self, pixels: &Plane, out: &mut Plane, alpha: bool) {
        let (takes, makes) = (self.channels_in() + usize::from(alpha), self.channels_out());
        let (total, stride) = (pixels.size().pixels(), makes + usize::from(alpha));
        let mut chunk: Chunk = [[0.0; RUN]; 4];
        let mut through = [0.0; RUN];
        let middle = self.middle.views();
        for start in (0..total).step_by(RUN) {
            let end = (start + RUN).min(total);
            self.read(pixels, start * takes..end * takes, takes, &mut chunk);
            if alpha {
                through = chunk[3];
            }
            middle.run(&mut chunk);
            if alpha {
                chunk[3] = through;
            }
            self.write(&mut chunk, out, start * stride..end * stride, stride);
        }
    }

    /// Samples to the light behind the first curves.
    #[inline(always)]
    fn read(&self, pixels: &Plane, range: std::ops::Range<usize>, stride: usize, chunk: &mut Chunk) {
        match pixels.format() {
            Format::Packed { sample: Sample::U8, .. } => {
                let tables = self.bytes_in.get_or_init(|| self.byte_tables());
                let tables: [&[f32; 256]; 4] = std::array::from_fn(|c| &*tables[c]);
                each(&pixels.bytes()[range], stride, chunk, |c, v| tables[c][usize::from(v)]);
            }
            Format::Packed { sample: Sample::U16, .. } => {
                let tables = self.shorts_in.get_or_init(|| self.short_tables());
                let tables: [&[f32; SHORTS]; 4] = std::array::from_fn(|c| &*tables[c]);
                each(&pixels.shorts()[range], stride, chunk, |c, v| tables[c][usize::from(v)]);
            }
            _ => {
                each(&pixels.floats()[range], stride, chunk, |_, v| v);
                self.open_curves(chunk);
            }
        }
    }

    /// The first curves as lines.
    fn lines_in(&self) -> Option<&[Sampled]> {
        self.sampled_in.get_or_init(|| self.first.as_deref().map(all_sampled)).as_deref()
    }

    /// The first curves over codes from 0 to 1.
    #[inline(always)]
    fn open_curves(&self, chunk: &mut Chunk) {
        if let Some(curves) = self.lines_in() {
            for (curve, run) in curves.iter().zip(chunk.iter_mut()) {
                curve.view().run(run);
            }
        }
    }

    /// Light before the last curves to samples.
    #[inline(always)]
    fn write(&self, chunk: &mut Chunk, out: &mut Plane, range: std::ops::Range<usize>, stride: usize) {
        let makes = self.channels_out();
        if let Format::Packed { sample: Sample::U8, .. } = out.format() {
            let tables = self.bytes_out.get_or_init(|| self.root_tables());
            let mut codes = [[0_u32; RUN]; 4];
            for (c, (codes, run)) in codes.iter_mut().zip(chunk.iter()).enumerate().take(stride) {
                let Some(table) = tables.get(c) else {
                    rounded(run, 255.0, codes);
                    continue;
                };
                for (code, v) in codes.iter_mut().zip(run) {
                    *code = nearest(unit(*v).sqrt() * (ROOTS - 1) as f32);
                }
                for v in codes.iter_mut() {
                    *v = u32::from(table[*v as usize % ROOTS]);
                }
            }
            return put(&mut out.bytes_mut()[range], stride, &codes, |v| v as u8);
        }
        let curves = self.sampled_out.get_or_init(|| self.last.as_deref().map(all_sampled));
        if let Some(curves) = curves {
            for (curve, run) in curves.iter().zip(&mut chunk[..makes]) {
                curve.view().run(run);
            }
        }
        match out.format() {
            Format::Packed { sample: Sample::U16, .. } => {
                let mut codes = [[0_u32; RUN]; 4];
                for (codes, run) in codes.iter_mut().zip(chunk.iter()).take(stride) {
                    rounded(run, 65_535.0, codes);
                }
                put(&mut out.shorts_mut()[range], stride, &codes, |v| v as u16);
            }
            _ => put(&mut out.floats_mut()[range], stride, chunk, |v| v),
        }
    }

    /// What the first curves make of every 8-bit code, alpha's last.
    fn byte_tables(&self) -> [Box<[f32; 256]>; 4] {
        let curve = |c: usize| self.first.as_ref().and_then(|curves| curves.get(c));
        let light = |c: usize, x: f64| curve(c).map_or(x, |f| f.at(x)) as f32;
        std::array::from_fn(|c| Box::new(std::array::from_fn(|i| light(c, i as f64 / 255.0))))
    }

    /// What the lines of the first curves make of every 16-bit code, alpha's last; equal curves share theirs.
    fn short_tables(&self) -> [Arc<[f32; SHORTS]>; 4] {
        let even: Arc<[f32; SHORTS]> = Arc::new(std::array::from_fn(|i| i as f32 * (1.0 / 65_535.0)));
        let mut made: Vec<(&Sampled, Arc<[f32; SHORTS]>)> = Vec::new();
        for curve in self.lines_in().into_iter().flatten() {
            let twin = made.iter().find(|(c, _)| *c == curve).map(|(_, t)| t.clone());
            let table = twin.unwrap_or_else(|| {
                let mut table = even.clone();
                let runs = Arc::make_mut(&mut table).as_chunks_mut::<RUN>().0;
                runs.iter_mut().for_each(|run| curve.view().run(run));
                table
            });
            made.push((curve, table));
        }
        std::array::from_fn(|c| made.get(c).map_or_else(|| even.clone(), |(_, table)| table.clone()))
    }

    /// 8-bit codes by the root of light; none where no curves come last.
    fn root_tables(&self) -> Vec<Arc<[u8; ROOTS]>> {
        let code = |curve: &Curve, i: usize| {
            let root = i as f64 / (ROOTS - 1) as f64;
            (curve.at(root * root).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
        };
        let mut made: Vec<(&Curve, Arc<[u8; ROOTS]>)> = Vec::new();
        for curve in self.last.iter().flatten() {
            let twin = made.iter().find(|(c, _)| *c == curve).map(|(_, t)| t.clone());
            made.push((curve, twin.unwrap_or_else(|| Arc::new(std::array::from_fn(|i| code(curve, i))))));
        }
        made.into_iter().map(|(_, table)| table).collect()
    }
}

/// 0 … 1 to the nearest of so many codes.
#[inline(always)]
fn rounded(run: &[f32; RUN], top: f32, codes: &mut [u32; RUN]) {
    for (code, v) in codes.iter_mut().zip(run) {
        *code = nearest(unit(*v) * top);
    }
}

/// Interleaved samples to runs.
#[inline(always)]
fn each<T: Copy>(samples: &[T], stride: usize, chunk: &mut Chunk, light: impl Fn(usize, T) -> f32) {
    match stride {
        3 => lines::<T, 3>(samples, chunk, light),
        4 => lines::<T, 4>(samples, chunk, light),
        _ => lines::<T, 1>(samples, chunk, light),
    }
}

#[inline(always)]
fn lines<T: Copy, const N: usize>(samples: &[T], chunk: &mut Chunk, light: impl Fn(usize, T) -> f32) {
    let pixels = samples.as_chunks::<N>().0;
    for (x, pixel) in pixels.iter().enumerate().take(RUN) {
        for (c, run) in chunk.iter_mut().enumerate().take(N) {
            run[x] = light(c, pixel[c]);
        }
    }
}

/// Runs to interleaved samples.
#[inline(always)]
fn put<V: Copy, T>(samples: &mut [T], stride: usize, runs: &[[V; RUN]; 4], code: impl Fn(V) -> T) {
    match stride {
        3 => put_lines::<V, T, 3>(samples, runs, code),
        4 => put_lines::<V, T, 4>(samples, runs, code),
        _ => put_lines::<V, T, 1>(samples, runs, code),
    }
}

#[inline(always)]
fn put_lines<V: Copy, T, const N: usize>(samples: &mut [T], runs: &[[V; RUN]; 4], code: impl Fn(V) -> T) {
    let pixels = samples.as_chunks_mut::<N>().0;
    for (x, pixel) in pixels.iter_mut().enumerate().take(RUN) {
        for (v, run) in pixel.iter_mut().zip(runs) {
            *v = code(run[x]);
        }
    }
}

#[cfg(test)]
mod tests;
