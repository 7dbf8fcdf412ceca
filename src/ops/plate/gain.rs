//! How much brighter the photograph is than its plate, from the pixels that are backdrop without shadow.
//!
//! Those pixels agree on one ratio, and nothing else does: shadow and product spread over many. So the ratio
//! is the mode of all, counted more at the border, then the middle of what lies near it.

use super::sampled;
use crate::ops::backdrop_matte::photo::Photo;
use crate::ops::field::{Field, Mask, median, sample};
use crate::ops::luminance;

/// Light above which a sensor may have clipped.
const CLIPPED: f32 = 0.97;
/// Width of a bin of log ratio, and bins to either side of none.
const BIN: (f32, i32) = (0.005, 90);
/// Bins on either side over which the histogram is smoothed.
const BLUR: usize = 3;
/// Weight of the border's pixels; the others count once.
const BORDER: f32 = 4.0;
/// Distances from the ratio within which pixels vote, round by round.
const NEAR: [f32; 3] = [0.08, 0.04, 0.025];
/// Darkest shadow: 0.3 of the light.
pub(in crate::ops) const DARKEST: f32 = -1.2;
/// Least tolerance of chroma and brightness in logarithms.
const LEAST_TOLERANCE: f32 = 0.03;

/// Logarithms of the gains.
pub(super) fn find(ratio: &[Field; 3], shot: &Photo, plate: &Photo, ring: &Mask) -> [f32; 3] {
    let clear = |x: usize, y: usize| {
        let below = |p: &Photo| p.light.iter().all(|c| c.at(x, y) < CLIPPED);
        below(shot) && below(plate)
    };
    let all = Mask::from_fn(ring.size(), |_, _| true);
    let usable = Mask::from_fn(ring.size(), clear);
    let few = usable.share() < 0.02;
    let places = sample(if few { &all } else { &usable });
    let votes: Vec<([f32; 3], f32)> = places
        .into_iter()
        .map(|(x, y)| (ratio.each_ref().map(|c| c.at(x, y)), if ring.at(x, y) { BORDER } else { 1.0 }))
        .collect();
    let mode = mode(&votes);
    let mut gain: Option<[f32; 3]> = None;
    for near in NEAR {
        let agrees = |v: &[f32; 3]| match gain {
            None => (luminance(*v) - mode).abs() < near,
            Some(g) => v.iter().zip(g).all(|(v, g)| (v - g).abs() < near),
        };
        let voters: Vec<[f32; 3]> = votes.iter().map(|(v, _)| *v).filter(agrees).collect();
        let middle = |c: usize| median(&mut voters.iter().map(|v| v[c]).collect::<Vec<f32>>());
        let middles = [middle(0), middle(1), middle(2)];
        gain = if let [Some(r), Some(g), Some(b)] = middles { Some([r, g, b]) } else { gain };
    }
    gain.unwrap_or([mode; 3])
}

/// The log luma ratio that most votes lie around.
fn mode(votes: &[([f32; 3], f32)]) -> f32 {
    let mut bins = vec![0.0_f32; 2 * BIN.1 as usize + 1];
    for (ratio, weight) in votes {
        let bin = (luminance(*ratio) / BIN.0).round() as i32 + BIN.1;
        if let Some(count) = usize::try_from(bin).ok().and_then(|b| bins.get_mut(b)) {
            *count += weight;
        }
    }
    let around =
        |i: usize| -> f32 { bins[i.saturating_sub(BLUR)..(i + BLUR + 1).min(bins.len())].iter().sum() };
    let best = (0..bins.len()).max_by(|a, b| around(*a).total_cmp(&around(*b))).unwrap_or(0);
    (best as i32 - BIN.1) as f32 * BIN.0
}

/// Root of the mean square over a mask, the largest quarter left out: product.
pub(super) fn root_mean_square(field: &Field, mask: &Mask) -> f32 {
    let mut squares: Vec<f32> = sampled(field, mask).into_iter().map(|v| v * v).collect();
    squares.sort_unstable_by(f32::total_cmp);
    squares.truncate(squares.len() * 3 / 4);
    let sum: f64 = squares.iter().map(|v| f64::from(*v)).sum();
    (sum / squares.len().max(1) as f64).sqrt() as f32
}

/// Share of a mask where the photograph is the plate, in shadow or not.
pub(super) fn agreed(ratio: &[Field; 3], gain: [f32; 3], noise: f32, mask: &Mask) -> f32 {
    let tolerance = (4.0 * noise).max(LEAST_TOLERANCE);
    let places = sample(mask);
    let explained = |(x, y): &&(usize, usize)| {
        let [r, g, b]: [f32; 3] = std::array::from_fn(|c| ratio[c].at(*x, *y) - gain[c]);
        let luma = luminance([r, g, b]);
        luma > DARKEST
            && luma < tolerance
            && (r - g).abs() < 2.0 * tolerance
            && (b - g).abs() < 2.0 * tolerance
    };
    places.iter().filter(explained).count() as f32 / places.len().max(1) as f32
}
