//! The plate without its noise, and with its structure.
//!
//! Where a window varies no more than noise does, its mean stands for the pixel; where it varies more, that
//! much of the pixel stays (J.-S. Lee 1980, "Digital image enhancement and noise filtering by use of local
//! statistics"). One share serves all channels: an edge of the set is an edge in each of them.

use crate::ops::field::{Field, box_mean};

/// Radius in pixels of the windows.
const RADIUS: usize = 3;
/// Variance that chance finds in a window of noise, over the noise's own.
const CHANCE: f32 = 1.5;

/// Takes noise of a variance (mean over the channels, in logarithms) out of three planes.
pub(super) fn denoise(planes: &[Field; 3], noise: f32) -> [Field; 3] {
    let means = planes.each_ref().map(|p| box_mean(p, RADIUS));
    let mut variance = Field::new(planes[0].size());
    for (plane, mean) in planes.iter().zip(&means) {
        let mut square = plane.clone();
        let values = square.values_mut().iter_mut().zip(mean.values());
        values.for_each(|(v, m)| *v = (*v - m) * (*v - m) / 3.0);
        let spread = box_mean(&square, RADIUS);
        variance.values_mut().iter_mut().zip(spread.values()).for_each(|(v, s)| *v += s);
    }
    let kept = |v: f32| ((v - CHANCE * noise) / v.max(1e-12)).clamp(0.0, 1.0);
    std::array::from_fn(|c| {
        let mut out = means[c].clone();
        let pixels = out.values_mut().iter_mut().zip(planes[c].values()).zip(variance.values());
        pixels.for_each(|((m, v), spread)| *m += kept(*spread) * (v - *m));
        out
    })
}
