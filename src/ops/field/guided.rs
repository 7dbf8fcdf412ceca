//! Local affine models of a target by a colour guide.
//!
//! The fit of the guided filter (He, Sun and Tang 2010, 2013): in every 5 × 5 window the target is
//! `A·guide + b` in the least-squares sense, `A` held back by a ridge. That alpha is locally affine in
//! colour is the assumption of the matting Laplacian (Levin, Lischinski and Weiss 2008), whose energy the
//! alternation of fitting and averaging the models lowers.

use fearless_simd::{Simd, f32x8, prelude::*};

use super::lanes::{LANES, Lines, MARGIN, load, store};
use super::{Field, Spans};
use crate::image::Scratch;

/// Width of a window in pixels.
pub const SIDE: usize = 5;
/// Numbers kept a pixel: three means and a symmetric 3 × 3 inverse.
const KEPT: usize = 9;

/// A colour guide, its windows' means and inverse covariances on some spans.
#[derive(Debug)]
pub struct Guide<'a> {
    planes: &'a [Field; 3],
    spans: Spans,
    /// For each eight pixels of the spans, nine runs of eight.
    kept: Scratch,
}

impl<'a> Guide<'a> {
    /// Prepares a guide on `spans`. `ridge` is added to the variances, in squared units of the guide.
    #[must_use]
    pub fn new(planes: &'a [Field; 3], spans: Spans, ridge: f32) -> Self {
        let mut kept = Scratch::new(KEPT * spans.room());
        prepare(planes, &spans, ridge, &mut kept);
        Self { planes, spans, kept }
    }

    /// Fits `target` in every window of the spans: `A` into the first three planes of `map`, `b` into the
    /// last. The rest of `map` stays as it is.
    pub fn fit(&self, target: &Field, map: &mut [Field; 4]) {
        fit(self, target, map);
    }
}

wide! {
    fn prepare[simd](planes: &[Field; 3], spans: &Spans, ridge: f32, kept: &mut [f32]) {
        let mut lines = Lines::<KEPT>::new(spans.size().width as usize);
        for span in spans.iter() {
            for at in (0..span.room() + 2 * MARGIN).step_by(LANES) {
                let x = (span.start + at) as isize - MARGIN as isize;
                let mut sums = [f32x8::splat(simd, 0.0); KEPT];
                for row in rows(span.y) {
                    let [r, g, b] = planes;
                    let (r, g, b) =
                        (load(simd, r.row_near(row), x), load(simd, g.row_near(row), x), load(simd, b.row_near(row), x));
                    let terms = [r, g, b, r * r, r * g, r * b, g * g, g * b, b * b];
                    for k in 0..KEPT {
                        sums[k] += terms[k];
                    }
                }
                lines.put(at, &sums);
            }
            let kept = &mut kept[KEPT * span.offset..KEPT * (span.offset + span.room())];
            for (at, block) in (0..).step_by(LANES).zip(kept.chunks_exact_mut(KEPT * LANES)) {
                let sums = lines.windows::<SIDE, S>(simd, at);
                for i in 0..LANES {
                    let mut pixel = [0.0; KEPT];
                    for k in 0..KEPT {
                        pixel[k] = f64::from(sums[k][i]);
                    }
                    let statistics = invert(pixel, f64::from(ridge));
                    for k in 0..KEPT {
                        block[k * LANES + i] = statistics[k];
                    }
                }
            }
        }
    }
}

/// Rows of the windows around row `y`.
#[inline(always)]
fn rows(y: usize) -> [isize; SIDE] {
    std::array::from_fn(|j| (y + j) as isize - (SIDE / 2) as isize)
}

/// Means and inverse covariance from sums over a window, by cofactors.
#[inline(always)]
fn invert(sums: [f64; KEPT], ridge: f64) -> [f32; KEPT] {
    let [r, g, b, rr, rg, rb, gg, gb, bb] = sums.map(|s| s * (1.0 / (SIDE * SIDE) as f64));
    let (rr, gg, bb) = (rr - r * r + ridge, gg - g * g + ridge, bb - b * b + ridge);
    let (rg, rb, gb) = (rg - r * g, rb - r * b, gb - g * b);
    let cofactors = [
        gg * bb - gb * gb,
        rb * gb - rg * bb,
        rg * gb - rb * gg,
        rr * bb - rb * rb,
        rg * rb - rr * gb,
        rr * gg - rg * rg,
    ];
    let determinant = rr * cofactors[0] + rg * cofactors[1] + rb * cofactors[2];
    let scale = 1.0 / determinant.max(ridge * ridge * ridge * 0.1);
    let [a, b1, c, d, e, f] = cofactors.map(|v| (v * scale) as f32);
    [r as f32, g as f32, b as f32, a, b1, c, d, e, f]
}

wide! {
    fn fit[simd](guide: &Guide<'_>, target: &Field, map: &mut [Field; 4]) {
        let mut lines = Lines::<4>::new(target.width());
        for span in guide.spans.iter() {
            let mut near: [[&[f32]; 4]; SIDE] = [[&[]; 4]; SIDE];
            for (rows, y) in near.iter_mut().zip(rows(span.y)) {
                let [r, g, b] = guide.planes;
                *rows = [r.row_near(y), g.row_near(y), b.row_near(y), target.row_near(y)];
            }
            for at in (0..span.room() + 2 * MARGIN).step_by(LANES) {
                let x = (span.start + at) as isize - MARGIN as isize;
                let mut sums = [f32x8::splat(simd, 0.0); 4];
                for [r, g, b, t] in near {
                    let t = load(simd, t, x);
                    sums[0] += t * load(simd, r, x);
                    sums[1] += t * load(simd, g, x);
                    sums[2] += t * load(simd, b, x);
                    sums[3] += t;
                }
                lines.put(at, &sums);
            }
            let kept = &guide.kept[KEPT * span.offset..KEPT * (span.offset + span.room())];
            for (at, block) in (0..).step_by(LANES).zip(kept.chunks_exact(KEPT * LANES)) {
                let fitted = model(simd, lines.windows::<SIDE, S>(simd, at), block);
                for (plane, value) in map.iter_mut().zip(fitted) {
                    store(plane.row_mut(span.y), span.start + at, value);
                }
            }
        }
    }
}

/// The affine model of eight windows, from the sums of target times guide and of the target.
#[inline(always)]
fn model<S: Simd>(simd: S, sums: [f32x8<S>; 4], kept: &[f32]) -> [f32x8<S>; 4] {
    let mut k = [f32x8::splat(simd, 0.0); KEPT];
    for (k, run) in k.iter_mut().zip(kept.chunks_exact(LANES)) {
        *k = f32x8::from_slice(simd, run);
    }
    let share = 1.0 / (SIDE * SIDE) as f32;
    let [mr, mg, mb, rr, rg, rb, gg, gb, bb] = k;
    let mean = sums[3] * share;
    let (r, g, b) = (sums[0] * share - mr * mean, sums[1] * share - mg * mean, sums[2] * share - mb * mean);
    let slope_r = rr * r + rg * g + rb * b;
    let slope_g = rg * r + gg * g + gb * b;
    let slope_b = rb * r + gb * g + bb * b;
    [slope_r, slope_g, slope_b, mean - slope_r * mr - slope_g * mg - slope_b * mb]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::ops::field::Mask;
    use crate::ops::testing::noise;

    #[test]
    fn an_affine_target_is_recovered() {
        let size = Size::new(40, 30);
        let planes = [1, 2, 3].map(|c| Field::from_fn(size, |x, y| 2.0 * noise(x as u32, y as u32, c)));
        let truth = [0.3, -0.5, 0.2, 0.4];
        let value = |x, y| {
            let colour = planes.each_ref().map(|p| p.at(x, y));
            colour[0] * truth[0] + colour[1] * truth[1] + colour[2] * truth[2] + truth[3]
        };
        let target = Field::from_fn(size, value);
        let everywhere = Spans::cover(&Mask::new(size).not(), 0);
        let guide = Guide::new(&planes, everywhere, 1e-6);
        let mut map: [Field; 4] = std::array::from_fn(|_| Field::new(size));
        guide.fit(&target, &mut map);
        for (plane, truth) in map.iter().zip(truth) {
            assert!(plane.values().iter().all(|v| (v - truth).abs() < 1e-3));
        }
    }

    #[test]
    fn a_flat_guide_gives_the_mean() {
        let size = Size::new(9, 9);
        let planes = [0.5, 0.2, 0.9].map(|v| Field::from_fn(size, |_, _| v));
        let guide = Guide::new(&planes, Spans::cover(&Mask::new(size).not(), 0), 5e-5);
        let target = Field::from_fn(size, |x, _| x as f32);
        let mut map: [Field; 4] = std::array::from_fn(|_| Field::new(size));
        guide.fit(&target, &mut map);
        let predicted =
            0.5 * map[0].at(4, 4) + 0.2 * map[1].at(4, 4) + 0.9 * map[2].at(4, 4) + map[3].at(4, 4);
        assert!((predicted - 4.0).abs() < 1e-2);
    }
}
