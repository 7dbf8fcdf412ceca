//! Resampling weights: which source pixels make an output pixel, and how much of each.
//!
//! Computed once, in `f64`, on the host: both twins read the same `f32` table. The filter is Lanczos with
//! three lobes (C. E. Duchon, "Lanczos Filtering in One and Two Dimensions", 1979), or a triangle where
//! nothing may overshoot; widened by the scale when shrinking so that nothing aliases. Beyond the picture
//! its edge pixels repeat.

use std::f64::consts::PI;

use super::{Format, Plane, Size};

/// Lobes of the Lanczos filter on each side.
const LOBES: f64 = 3.0;

/// A filter and how far it reaches on each side, in pixels.
struct Filter {
    reach: f64,
    weight: fn(f64) -> f64,
}

/// The weights of one axis: for each output pixel a first source pixel and `count` weights from there on.
#[derive(Clone, Debug, PartialEq)]
pub struct Taps {
    firsts: Vec<u32>,
    weights: Vec<f32>,
    count: usize,
}

impl Taps {
    /// Weights that map the source interval `start .. start + span` (pixel edges) to `out` pixels, of a
    /// source with `len` pixels.
    #[must_use]
    pub fn lanczos3(len: u32, start: f64, span: f64, out: u32) -> Self {
        Self::new(len, start, span, out, &Filter { reach: LOBES, weight: lanczos })
    }

    /// As [`Self::lanczos3`], with a triangle: linear interpolation when enlarging. Never overshoots.
    #[must_use]
    pub fn triangle(len: u32, start: f64, span: f64, out: u32) -> Self {
        Self::new(len, start, span, out, &Filter { reach: 1.0, weight: |x| (1.0 - x.abs()).max(0.0) })
    }

    fn new(len: u32, start: f64, span: f64, out: u32, filter: &Filter) -> Self {
        let scale = span / f64::from(out.max(1));
        let rows: Vec<(i64, Vec<f64>)> = (0..out)
            .map(|i| one(start + (f64::from(i) + 0.5) * scale, scale.max(1.0), i64::from(len), filter))
            .collect();
        let count = rows.iter().map(|(_, w)| w.len()).max().unwrap_or(1);
        let mut taps = Self { firsts: Vec::new(), weights: Vec::new(), count };
        for (first, weights) in rows {
            let shifted = first.min(i64::from(len) - count as i64);
            let lead = (first - shifted) as usize;
            taps.firsts.push(shifted as u32);
            let end = taps.weights.len() + count;
            taps.weights.extend(std::iter::repeat_n(0.0, lead));
            taps.weights.extend(weights.iter().map(|w| *w as f32));
            taps.weights.resize(end, 0.0);
        }
        taps
    }

    /// Weights of each output pixel.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// First and one past the last source pixel that output pixels `start .. end` read.
    #[must_use]
    pub fn span_of(&self, [start, end]: [u32; 2]) -> (u32, u32) {
        let end = (end as usize).min(self.firsts.len());
        let firsts = &self.firsts[(start as usize).min(end)..end];
        let first = firsts.iter().min().copied().unwrap_or(0);
        (first, firsts.iter().max().map_or(self.count as u32, |f| f + self.count as u32))
    }

    /// Whether every output pixel is the source pixel `offset` further on.
    #[must_use]
    pub fn copies_from(&self, offset: u32) -> bool {
        self.count == 1 && (offset..).zip(&self.firsts).all(|(want, first)| want == *first)
    }

    /// The table as kernels read it: a line an output pixel, the first source pixel (less `offset`), then
    /// the weights. Source positions stay below 2²⁴, so `f32` holds them exactly.
    #[must_use]
    pub fn table(&self, offset: u32) -> Plane {
        let size = Size::new(1 + self.count as u32, self.firsts.len() as u32);
        let mut plane = Plane::zeros(size, Format::Gray);
        let lines = plane.floats_mut().chunks_exact_mut(1 + self.count);
        for ((line, first), weights) in lines.zip(&self.firsts).zip(self.weights.chunks_exact(self.count)) {
            line[0] = first.saturating_sub(offset) as f32;
            line[1..].copy_from_slice(weights);
        }
        plane
    }
}

/// Weights of one output pixel centred at `centre`, folded into the picture and normalised.
fn one(centre: f64, widen: f64, len: i64, filter: &Filter) -> (i64, Vec<f64>) {
    let support = filter.reach * widen;
    let lo = (centre - support).floor() as i64;
    let hi = (centre + support).ceil() as i64;
    let clamp = |j: i64| j.clamp(0, len - 1);
    let first = clamp(lo);
    let mut weights = vec![0.0; (clamp(hi) - first + 1) as usize];
    for j in lo..=hi {
        weights[(clamp(j) - first) as usize] += (filter.weight)((j as f64 + 0.5 - centre) / widen);
    }
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    let negligible = |w: &f64| w.abs() < 1e-9;
    let lead = weights.iter().take_while(|w| negligible(w)).count();
    let tail = weights.iter().rev().take_while(|w| negligible(w)).count();
    let kept = weights[lead..weights.len() - tail].to_vec();
    (first + lead as i64, kept)
}

fn lanczos(x: f64) -> f64 {
    if x.abs() < 1e-9 {
        1.0
    } else if x.abs() >= LOBES {
        0.0
    } else {
        LOBES * (PI * x).sin() * (PI * x / LOBES).sin() / (PI * x).powi(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one_and_stay_inside() {
        for (len, start, span, out) in
            [(100, 0.0, 100.0, 33), (7, -3.0, 20.0, 40), (1, 0.0, 1.0, 5), (3000, 100.5, 2000.0, 1999)]
        {
            let taps = Taps::lanczos3(len, start, span, out);
            assert!(taps.span_of([0, out]).1 <= len);
            for w in taps.weights.chunks_exact(taps.count) {
                assert!((w.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn same_size_copies() {
        assert!(Taps::lanczos3(50, 0.0, 50.0, 50).copies_from(0));
        assert!(Taps::lanczos3(50, 10.0, 30.0, 30).copies_from(10));
        assert!(!Taps::lanczos3(50, 10.5, 30.0, 30).copies_from(10));
    }

    /// A straight ramp stays straight away from the ends, and no value leaves the range of the source.
    #[test]
    fn a_triangle_interpolates_and_never_overshoots() {
        for (len, out) in [(10, 40), (7, 16), (9, 9)] {
            let taps = Taps::triangle(len, 0.0, f64::from(len), out);
            for i in 0..out as usize {
                let (first, w) =
                    (taps.firsts[i] as usize, &taps.weights[i * taps.count..(i + 1) * taps.count]);
                let found: f32 = w.iter().enumerate().map(|(k, w)| (first + k) as f32 * w).sum();
                let scale = f64::from(len) / f64::from(out);
                let truth = ((i as f64 + 0.5) * scale - 0.5).clamp(0.0, f64::from(len - 1)) as f32;
                assert!((found - truth).abs() < 1e-5, "{len} to {out}: {i} is {found}, not {truth}");
                assert!(w.iter().all(|w| *w >= 0.0));
            }
        }
        let means = Taps::triangle(90, 0.0, 90.0, 9);
        assert!(means.weights.iter().all(|w| *w >= 0.0) && means.count >= 19);
    }

    /// A cosine well below the new Nyquist frequency is kept; one above it vanishes.
    #[test]
    fn passes_low_and_stops_high_frequencies() {
        let taps = Taps::lanczos3(800, 0.0, 800.0, 200);
        let response = |period: f64| -> f64 {
            let signal = |j: usize| (2.0 * PI * (j as f64 + 0.5) / period).cos();
            let at = |i: usize| -> f64 {
                let w = &taps.weights[i * taps.count..(i + 1) * taps.count];
                w.iter().enumerate().map(|(k, w)| f64::from(*w) * signal(taps.firsts[i] as usize + k)).sum()
            };
            (20..180).map(|i| at(i).abs()).fold(0.0, f64::max)
        };
        assert!(response(40.0) > 0.95, "kept {}", response(40.0));
        assert!(response(5.0) < 0.03, "left {}", response(5.0));
    }
}
