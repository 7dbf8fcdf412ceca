//! Local affine models of a target by a colour guide.
//!
//! The fit of the guided filter (He, Sun and Tang 2010, 2013): in every 5 × 5 window the target is
//! `A·guide + b` in the least-squares sense, `A` held back by a ridge. That alpha is locally affine in
//! colour is the assumption of the matting Laplacian (Levin, Lischinski and Weiss 2008), whose energy the
//! alternation of fitting and averaging the models lowers.

use super::spans::Windows;
use super::{Field, Spans};

/// Width of a window in pixels.
pub const SIDE: usize = 5;
/// Numbers kept a pixel: three means and a symmetric 3 × 3 inverse.
const KEPT: usize = 9;

/// A colour guide, its windows' means and inverse covariances on some spans.
#[derive(Debug)]
pub struct Guide<'a> {
    planes: &'a [Field; 3],
    spans: Spans,
    /// For each span, nine runs as long as the span.
    kept: Vec<f32>,
}

impl<'a> Guide<'a> {
    /// Prepares a guide on `spans`. `ridge` is added to the variances, in squared units of the guide.
    #[must_use]
    pub fn new(planes: &'a [Field; 3], spans: Spans, ridge: f32) -> Self {
        let mut kept = vec![0.0; KEPT * spans.pixels()];
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
    fn prepare(planes: &[Field; 3], spans: &Spans, ridge: f32, kept: &mut [f32]) {
        let mut windows = Windows::<KEPT>::new(spans.size(), SIDE);
        for span in spans.iter() {
            let sums = windows.sum::<SIDE>(span, |y, columns, [r, g, b, rr, rg, rb, gg, gb, bb]| {
                let [x0, x1, x2] = planes.each_ref().map(|p| &p.row(y)[columns.clone()]);
                for i in 0..x0.len().min(r.len()) {
                    let (x, y, z) = (x0[i], x1[i], x2[i]);
                    r[i] += x;
                    g[i] += y;
                    b[i] += z;
                    rr[i] += x * x;
                    rg[i] += x * y;
                    rb[i] += x * z;
                    gg[i] += y * y;
                    gb[i] += y * z;
                    bb[i] += z * z;
                }
            });
            let n = span.pixels();
            let runs = &mut kept[KEPT * span.offset..KEPT * (span.offset + n)];
            for i in 0..n {
                let statistics = invert(sums.map(|s| f64::from(s[i])), f64::from(ridge));
                (0..KEPT).for_each(|k| runs[k * n + i] = statistics[k]);
            }
        }
    }
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
    fn fit(guide: &Guide<'_>, target: &Field, map: &mut [Field; 4]) {
        let mut windows = Windows::<4>::new(guide.spans.size(), SIDE);
        let share = 1.0 / (SIDE * SIDE) as f32;
        for span in guide.spans.iter() {
            let [t, tr, tg, tb] = windows.sum::<SIDE>(span, |y, columns, [t, tr, tg, tb]| {
                let [x0, x1, x2] = guide.planes.each_ref().map(|p| &p.row(y)[columns.clone()]);
                let lines = t.iter_mut().zip(tr).zip(tg).zip(tb);
                let values = target.row(y)[columns].iter().zip(x0).zip(x1).zip(x2);
                for ((((t, tr), tg), tb), (((v, x), y), z)) in lines.zip(values) {
                    *t += v;
                    *tr += v * x;
                    *tg += v * y;
                    *tb += v * z;
                }
            });
            let n = span.pixels();
            let kept = &guide.kept[KEPT * span.offset..KEPT * (span.offset + n)];
            let run = |k: usize| &kept[k * n..(k + 1) * n];
            let [mr, mg, mb, a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(run);
            let [to_r, to_g, to_b, to_1] = map.each_mut().map(|m| &mut m.row_mut(span.y)[span.columns()]);
            for i in 0..n {
                let mean = t[i] * share;
                let x = tr[i] * share - mr[i] * mean;
                let y = tg[i] * share - mg[i] * mean;
                let z = tb[i] * share - mb[i] * mean;
                let slope = [
                    a[i] * x + b[i] * y + c[i] * z,
                    b[i] * x + d[i] * y + e[i] * z,
                    c[i] * x + e[i] * y + f[i] * z,
                ];
                (to_r[i], to_g[i], to_b[i]) = (slope[0], slope[1], slope[2]);
                to_1[i] = mean - slope[0] * mr[i] - slope[1] * mg[i] - slope[2] * mb[i];
            }
        }
    }
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
