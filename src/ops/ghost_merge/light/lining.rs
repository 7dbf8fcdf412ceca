//! Lining that the front shot itself shows: beside the form's neck, behind the front edge.
//!
//! It is known by its colour, which the outside of the garment does not have. Compared with the same lining in the
//! inner shot it is a measurement of the light in there: of its colour after all reflections, that is, not of its
//! strength, as the form stands in the light's way. A garment without a lining of its own colour gives nothing.

use super::{Scene, runs};
use crate::ops::field::{Field, Mask, distance, ln, median};

/// Colours nearer than this cannot be told apart in folds and shadows: a fifth of a channel.
const APART: f32 = 0.2;
/// Lining is looked for within this distance of the opening, in its widths.
const NEAR: f32 = 0.25;
/// The outside is sampled up to this distance.
const FAR: f32 = 0.6;
/// Fewer pixels than this are an edge's mixed colours.
const LEAST: usize = 64;

/// Looks for lining beside an opening of a width, the inner shot's light taken times `gain`: its light, as a share
/// of what it has in the inner shot.
pub(super) fn find(scene: &Scene<'_>, gain: [f32; 3], opening: &Mask, width: f32) -> Option<[f32; 3]> {
    let away = distance(opening, (FAR * width).min(180.0) as u16);
    let inner = hue(scene, Some(gain), |x, y| opening.at(x, y) && inner_alpha(scene, x, y) > 0.99)?;
    let limit = (FAR * width).min(180.0);
    let ring = |x: usize, y: usize| (NEAR * width..limit).contains(&away.at(x, y));
    let outer = hue(scene, None, |x, y| ring(x, y) && scene.alpha.at(x, y) > 0.99)?;
    let way = [inner[0] - outer[0], inner[1] - outer[1]];
    let length = way[0] * way[0] + way[1] * way[1];
    if length < APART * APART {
        return None;
    }
    collect(scene, gain, &away, NEAR * width, |light| {
        let own = colour(light)?;
        let along = (own[0] - outer[0]) * way[0] + (own[1] - outer[1]) * way[1];
        (along > 0.6 * length).then_some(())
    })
}

fn inner_alpha(scene: &Scene<'_>, x: usize, y: usize) -> f32 {
    runs(scene.inner, y)[3][x]
}

/// Logarithms of red and blue over green; `None` in the dark.
fn colour([r, g, b]: [f32; 3]) -> Option<[f32; 2]> {
    let lit = |v: f32| v > 2e-4 && v < 1e3;
    (lit(r) && lit(g) && lit(b)).then(|| [ln(r) - ln(g), ln(b) - ln(g)])
}

/// Median colour of some pixels: of the inner shot after a gain, or of the front shot.
fn hue(scene: &Scene<'_>, gain: Option<[f32; 3]>, at: impl Fn(usize, usize) -> bool) -> Option<[f32; 2]> {
    let (plane, gain) = gain.map_or((scene.front, [1.0; 3]), |gain| (scene.inner, gain));
    let mut colours: [Vec<f32>; 2] = Default::default();
    let size = plane.size();
    // Every fourth pixel of every other row is plenty.
    for y in (0..size.height as usize).step_by(2) {
        let [r, g, b, _] = runs(plane, y);
        for x in (0..r.len()).step_by(4).filter(|x| at(*x, y)) {
            if let Some(found) = colour([r[x] * gain[0], g[x] * gain[1], b[x] * gain[2]]) {
                colours.iter_mut().zip(found).for_each(|(c, v)| c.push(v));
            }
        }
    }
    if colours[0].len() < LEAST / 8 {
        return None;
    }
    let [red, blue] = colours.each_mut().map(|c| median(c));
    Some([red?, blue?])
}

/// The light of the front's pixels near the opening that `is` takes for lining, over the inner shot's there.
fn collect(
    scene: &Scene<'_>,
    gain: [f32; 3],
    away: &Field,
    near: f32,
    is: impl Fn([f32; 3]) -> Option<()>,
) -> Option<[f32; 3]> {
    let mut lights: [Vec<f32>; 6] = Default::default();
    for y in 0..away.height() {
        let (front, inner) = (runs(scene.front, y), runs(scene.inner, y));
        let (alpha, form) = (scene.alpha.row(y), scene.mannequin.row(y));
        for (x, d) in away.row(y).iter().enumerate() {
            if *d >= near || *d == 0.0 || alpha[x] < 0.99 || form[x] > 0.02 || inner[3][x] < 0.9 {
                continue;
            }
            let light = [front[0][x], front[1][x], front[2][x]];
            if is(light).is_some() {
                let other = [0, 1, 2].map(|c| inner[c][x] * gain[c] / inner[3][x]);
                lights.iter_mut().zip(light.into_iter().chain(other)).for_each(|(l, v)| l.push(v));
            }
        }
    }
    if lights[0].len() < LEAST {
        return None;
    }
    let [fr, fg, fb, ir, ig, ib] = lights.each_mut().map(|l| median(l).unwrap_or(0.0));
    let share = [fr / ir, fg / ig, fb / ib];
    share.iter().all(|s| s.is_finite() && *s > 1e-3).then_some(share)
}
