//! The region's colour, and the change that brings it to a swatch: measured, and tried on the proxy's own pixels.
//!
//! A region's colour is the mean of its light without its darkest and brightest tenth. The change is found by trying it
//! with the kernel's own arithmetic and correcting what is missed, a fixed number of times. Nothing is drawn here.

use super::kernel::{SwatchParams, adjusted};
use crate::image::{Plane, delta_e2000, lab_from_working, oklab_from_working, working_from_lab};
use crate::ops::field::{Mask, sample};
use crate::ops::luminance;

/// Tries of the change.
const ROUNDS: usize = 12;
/// Share of the pixels left out at the dark and at the bright end.
const TRIMMED: usize = 10;
/// Most pixels that are tried.
const SAMPLES: usize = 8192;
/// Largest change of chroma a unit of lightness.
const FARTHEST: f64 = 0.5;

/// A region's pixels, straight working light.
pub(super) struct Region {
    pixels: Vec<[f32; 3]>,
}

/// What was found of a region and its swatch.
pub(super) struct Match {
    pub(super) params: SwatchParams,
    /// Lab of the region before and after.
    pub(super) before: [f64; 3],
    pub(super) after: [f64; 3],
    /// CIEDE2000 to the swatch before and after.
    pub(super) delta: [f64; 2],
    /// Exposure in stops.
    pub(super) ev: f64,
    /// Share of the region that has its colour.
    pub(super) alike: f64,
}

impl Region {
    /// The pixels of a picture where a mask holds, times a gain.
    pub(super) fn of(picture: &Plane, mask: &Mask, gain: [f32; 3]) -> Self {
        let places = sample(mask);
        let step = places.len().div_ceil(SAMPLES).max(1);
        let pixels = places.into_iter().step_by(step).filter_map(|(x, y)| {
            let [r, g, b, a] = picture.rgba_at(x as u32, y as u32);
            let straight = [r / a * gain[0], g / a * gain[1], b / a * gain[2]];
            straight.iter().all(|v| v.is_finite()).then_some(straight)
        });
        Self { pixels: pixels.collect() }
    }

    /// Whether there is too little to measure.
    pub(super) fn is_small(&self) -> bool {
        self.pixels.len() < 16
    }

    /// The mean light of what a change makes of the pixels, trimmed, and how much of them is alike.
    fn mean(&self, change: impl Fn([f32; 3]) -> ([f32; 3], f32)) -> ([f64; 3], f64) {
        let mut all: Vec<([f32; 3], f32)> = self.pixels.iter().map(|p| change(*p)).collect();
        all.sort_by(|a, b| luminance(a.0).total_cmp(&luminance(b.0)));
        let cut = all.len() / TRIMMED;
        let kept = &all[cut..all.len() - cut];
        let count = kept.len().max(1) as f64;
        let mut sums = [0.0_f64; 4];
        for ([r, g, b], alike) in kept {
            for (sum, v) in sums.iter_mut().zip([r, g, b, alike]) {
                *sum += f64::from(*v) / count;
            }
        }
        let [r, g, b, alike] = sums;
        ([r, g, b], alike)
    }

    /// The change that brings the region to a Lab colour (D50), with at most so many stops of exposure.
    pub(super) fn matched(&self, lab: [f64; 3], max_ev: f64) -> Match {
        let swatch = working_from_lab(lab);
        let [_, target_a, target_b] = oklab_from_working(swatch);
        let (start, _) = self.mean(|p| (p, 1.0));
        let [l, a, b] = oklab_from_working(start);
        let mut params = SwatchParams::around([a, b].map(|v| v / l.max(1e-3)));
        let (mut ev, mut shift) = (0.0_f64, [0.0_f64; 2]);
        let mut best: Option<Match> = None;
        let before = lab_from_working(start);
        for _ in 0..ROUNDS {
            let gain = ev.exp2() as f32;
            params.change = [shift[0] as f32, shift[1] as f32, gain, 0.0];
            let (mean, alike) = self.mean(|p| adjusted(&params, p));
            let after = lab_from_working(mean);
            let delta = [before, after].map(|found| delta_e2000(found, lab));
            if best.as_ref().is_none_or(|b| delta[1] < b.delta[1]) {
                best = Some(Match { params, before, after, delta, ev, alike });
            }
            let [l, a, b] = oklab_from_working(mean);
            let room = alike.max(0.2) * l.max(0.05);
            let missed = [target_a - a, target_b - b].map(|v| v / room);
            shift = [0, 1].map(|i| (shift[i] + missed[i]).clamp(-FARTHEST, FARTHEST));
            let light = |c: [f64; 3]| luminance(c.map(|v| v as f32)).max(1e-4);
            ev = (ev + f64::from(light(swatch) / light(mean)).log2()).clamp(-max_ev, max_ev);
        }
        best.unwrap_or(Match { params, before, after: before, delta: [0.0; 2], ev: 0.0, alike: 0.0 })
    }
}
