//! The gain that gives the inner shot the front shot's exposure and white balance.
//!
//! In the order of trust: the same cloth in both shots, where the inner shot shows the garment as it was; the
//! backdrop of both; the form in both. Outer and inner cloth are never compared: a lining has a colour of its own.

use super::{Doubt, Protocol, Scene, Source, WHITE, fits, runs};
use crate::ops::field::{Field, Mask, box_mean, erode, ln, median, sample};
use crate::ops::luminance;

/// Correlation of the outside's fine shading below which two shots do not show the garment as it was, and above
/// which they surely do. Stripes that happen to meet lie between.
const ALIKE: [f32; 2] = [0.3, 0.9];
/// The inside of a garment as it was lies in its own shade: darker than this share of the outside.
const SHADED: f32 = 0.75;
/// Half the side of the window whose mean is no detail.
const COARSE: usize = 8;
/// Fewer pixels than this are no evidence.
const LEAST: usize = 400;
/// Light below this is noise.
const DARK: f32 = 1e-3;
/// References that differ by more stops than this contradict each other.
const TORN: f32 = 0.5;
/// An inner cloth brighter than white by more than this cannot be.
const BEYOND: f32 = 1.25;

/// The gain, and what it was measured on.
#[derive(Debug)]
pub(super) struct Matched {
    pub(super) gain: [f32; 3],
    pub(super) from: Source,
    /// Whether the inner shot shows the garment as it was, in its own depth.
    pub(super) same: bool,
    pub(super) flags: Vec<Doubt>,
}

/// Finds the gain.
pub(super) fn find(scene: &Scene<'_>) -> Matched {
    let same = match scene.protocol {
        Protocol::NeckOff => true,
        Protocol::Foam | Protocol::InsideOut => false,
        Protocol::Unknown => untouched(scene),
    };
    let cloth = if same { cloth(scene) } else { None };
    let [backdrop, form] = [scene.backdrops, scene.forms].map(|pair| pair.and_then(ratio));
    let mut flags = Vec::new();
    let offered = [(cloth, Source::Cloth), (backdrop, Source::Backdrop), (form, Source::Form)];
    let best = offered.into_iter().find_map(|(gain, from)| gain.map(|gain| (gain, from)));
    let Some((gain, from)) = best else {
        return Matched { gain: [1.0; 3], from: Source::Nothing, same, flags: vec![Doubt::NoGain] };
    };
    if let (Some(a), Some(b)) = (backdrop, form) {
        let apart = (luminance(a) / luminance(b)).log2().abs();
        if apart > TORN {
            flags.push(Doubt::Torn(apart));
        }
    }
    let bright = luminance(inner_cloth(scene, gain)) / white(scene);
    if bright > BEYOND {
        flags.push(Doubt::TooBright(bright));
    }
    Matched { gain, from, same, flags }
}

/// Luminance of a matt white in the front shot.
pub(super) fn white(scene: &Scene<'_>) -> f32 {
    scene.backdrops.map_or(WHITE, |[front, _]| luminance(front).max(WHITE))
}

/// Mean light of the inner cloth in the opening, after the gain; 0 where none covers it.
pub(super) fn inner_cloth(scene: &Scene<'_>, gain: [f32; 3]) -> [f32; 3] {
    if !fits(scene) {
        return [0.0; 3];
    }
    let (mut sums, mut count) = ([0.0_f64; 3], 0.0_f64);
    for (x, y) in sample(scene.opening) {
        let [r, g, b, a] = runs(scene.inner, y).map(|run| run[x]);
        if a > 0.99 && (r + g + b).is_finite() {
            count += 1.0;
            sums.iter_mut().zip([r, g, b]).for_each(|(s, v)| *s += f64::from(v / a));
        }
    }
    std::array::from_fn(|c| (sums[c] / count.max(1.0)) as f32 * gain[c])
}

/// Gain from a light of the front shot and of the inner shot; `None` of darkness.
fn ratio([front, inner]: [[f32; 3]; 2]) -> Option<[f32; 3]> {
    let lit = front.iter().chain(&inner).all(|v| v.is_finite() && *v > DARK);
    lit.then(|| std::array::from_fn(|c| front[c] / inner[c]))
}

/// Where both shots show the outside of the garment, away from its edges.
fn outside(scene: &Scene<'_>) -> Mask {
    let mut covered = Mask::new(scene.opening.size());
    for (y, row) in covered.rows_mut().enumerate() {
        let inner = runs(scene.inner, y)[3];
        for ((m, a), b) in row.iter_mut().zip(scene.alpha.row(y)).zip(inner) {
            *m = *a > 0.99 && *b > 0.99;
        }
    }
    erode(&covered, 4)
}

/// Gain from the outside of the garment in both shots: the median of the ratios.
fn cloth(scene: &Scene<'_>) -> Option<[f32; 3]> {
    if !fits(scene) {
        return None;
    }
    let places = sample(&outside(scene));
    let mut ratios: [Vec<f32>; 3] = Default::default();
    for (x, y) in places {
        let (front, inner) = (runs(scene.front, y), runs(scene.inner, y));
        for (c, ratios) in ratios.iter_mut().enumerate() {
            let (f, i) = (front[c][x], inner[c][x]);
            if f > DARK && i > DARK && f.is_finite() && i.is_finite() {
                ratios.push(f / i);
            }
        }
    }
    if ratios.iter().any(|r| r.len() < LEAST) {
        return None;
    }
    let [r, g, b] = ratios.each_mut().map(|r| median(r));
    Some([r?, g?, b?])
}

/// Whether the inner shot shows the garment as it was: its outside is alike, and its inside lies in shade.
fn untouched(scene: &Scene<'_>) -> bool {
    let Some(alike) = same_garment(scene) else { return false };
    let inside = luminance(inner_cloth(scene, [1.0; 3]));
    let places = sample(&outside(scene));
    let light = places.into_iter().map(|(x, y)| {
        let [r, g, b, _] = runs(scene.inner, y).map(|run| run[x]);
        luminance([r, g, b])
    });
    let shaded = median(&mut light.collect::<Vec<_>>()).is_some_and(|outside| inside < SHADED * outside);
    alike > ALIKE[1] || (alike > ALIKE[0] && shaded)
}

/// How alike the fine shading of the garment's outside is in both shots: their correlation, −1 … 1. Folds and yarn
/// agree only where the garment was not touched in between. `None` if there is too little to compare.
#[must_use]
pub fn same_garment(scene: &Scene<'_>) -> Option<f32> {
    if !fits(scene) {
        return None;
    }
    let place = erode(&outside(scene), COARSE);
    let [front, inner] = [scene.front, scene.inner].map(detail);
    let (mut ff, mut ii, mut fi, mut count) = (0.0_f64, 0.0_f64, 0.0_f64, 0);
    let pixels = front.values().iter().zip(inner.values()).zip(place.values());
    for ((f, i), _) in pixels.filter(|((f, i), m)| **m && (**f + **i).is_finite()) {
        let (f, i) = (f64::from(*f), f64::from(*i));
        (ff, ii, fi, count) = (ff + f * f, ii + i * i, fi + f * i, count + 1);
    }
    (count >= LEAST && ff > 0.0 && ii > 0.0).then(|| (fi / (ff * ii).sqrt()) as f32)
}

/// Logarithm of luminance, less its mean around.
fn detail(plane: &crate::image::Plane) -> Field {
    let mut log = Field::unset(plane.size());
    for (y, row) in log.rows_mut().enumerate() {
        let [r, g, b, _] = runs(plane, y);
        for (((v, r), g), b) in row.iter_mut().zip(r).zip(g).zip(b) {
            let light = luminance([*r, *g, *b]);
            *v = ln(if light.is_finite() { light.clamp(DARK, 1e3) } else { DARK });
        }
    }
    let around = box_mean(&log, COARSE);
    log.values_mut().iter_mut().zip(around.values()).for_each(|(v, a)| *v -= a);
    log
}
