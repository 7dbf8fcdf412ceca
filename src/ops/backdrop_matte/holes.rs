//! Backdrop that the first flood could not reach, and product that is none.

use super::border::Border;
use super::photo::Photo;
use super::seen::{Delta, Seen};
use super::transmission::clear_light;
use crate::ops::field::{Components, Mask, Neighbours, Run, Surface, area, dilate, erode, median};
use crate::ops::luminance;

/// Smallest hole in pixels.
const LEAST_HOLE: usize = 24;
/// Pixels of a hole that are asked at most.
const VOTES: usize = 4096;
/// Smallest piece of product in pixels, and as a share of the largest piece.
const LEAST_PIECE: (usize, f32) = (60, 0.002);
/// A piece of product differs somewhere by this many deviations.
const DISTINCT: f32 = 8.0;

/// Flat regions inside the product that repeat the backdrop's colour, darkness and grain are holes, not
/// cloth.
pub(super) fn holes(
    photo: &Photo,
    border: &Border,
    seen: &Seen,
    known: Option<&Surface>,
    noise: [f32; 3],
    backdrop: &Mask,
) -> Mask {
    let flat = erode(&border.flat.and(&backdrop.not()), 1);
    let fitted = if known.is_none() { clear_light(photo, backdrop) } else { None };
    let light = known.or(fitted.as_ref());
    let mut holes = Mask::new(photo.size());
    for runs in Components::of(&flat, Neighbours::Four).each() {
        if area(runs) >= LEAST_HOLE && is_hole(photo, border, seen, light, noise, runs) {
            holes.set(runs, true);
        }
    }
    dilate(&holes, 1)
}

fn is_hole(
    photo: &Photo,
    border: &Border,
    seen: &Seen,
    light: Option<&Surface>,
    noise: [f32; 3],
    runs: &[Run],
) -> bool {
    let step = area(runs).div_ceil(VOTES);
    let deltas: Vec<Delta> = pixels(runs).step_by(step).map(|(x, y)| seen.delta(photo, x, y)).collect();
    let middle = |part: fn(&Delta) -> f32| {
        median(&mut deltas.iter().map(part).collect::<Vec<f32>>()).unwrap_or(f32::INFINITY)
    };
    let luma = middle(|d| d.luma);
    let grain =
        || median(&mut pixels(runs).step_by(step).map(|(x, y)| border.edges.at(x, y)).collect::<Vec<f32>>());
    // Behind the product the fill carries the shadow inwards; a hole may be as bright as the clear backdrop.
    let above = || {
        let light = light?;
        median(
            &mut pixels(runs)
                .step_by(step)
                .map(|(x, y)| above_clear(photo, light, x, y))
                .collect::<Vec<f32>>(),
        )
    };
    let limit = (1.5 * noise[0]).max(0.015);
    (luma < limit || above().is_some_and(|a| a < limit))
        && middle(|d| d.red).abs() < (2.0 * noise[1]).max(0.012)
        && middle(|d| d.blue).abs() < (2.0 * noise[2]).max(0.012)
        && luma + middle(|d| d.shade) > -0.9
        && grain().is_some_and(|g| g < (1.5 * border.grain).max(0.0008))
}

/// Mean log light of a pixel over that of the backdrop without shadow.
fn above_clear(photo: &Photo, light: &Surface, x: usize, y: usize) -> f32 {
    let place = |i: usize, n: u32| (i as f64 + 0.5) / f64::from(n) - 0.5;
    let u = place(x, photo.size().width) as f32;
    let clear = light.along(place(y, photo.size().height)).at(u);
    let [r, g, b] = photo.log.each_ref().map(|p| p.at(x, y));
    luminance([r, g, b]) - clear
}

/// Adds to the backdrop every piece of product that is small or nowhere distinct.
pub(super) fn drop_specks(photo: &Photo, seen: &Seen, noise: [f32; 3], backdrop: &mut Mask) {
    let pieces = Components::of(&backdrop.not(), Neighbours::Eight);
    let largest = pieces.each().map(area).max().unwrap_or(0);
    let least = (LEAST_PIECE.0 as f32).max(LEAST_PIECE.1 * largest as f32);
    for runs in pieces.each() {
        let distinct = || pixels(runs).any(|(x, y)| deviation(photo, seen, noise, x, y) >= DISTINCT);
        if (area(runs) as f32) < least || !distinct() {
            backdrop.set(runs, true);
        }
    }
}

/// By how many deviations the 3 × 3 mean around a pixel differs from the backdrop; shade makes luma doubtful.
fn deviation(photo: &Photo, seen: &Seen, noise: [f32; 3], x: usize, y: usize) -> f32 {
    let mut sum = [0.0_f32; 3];
    for v in [y.saturating_sub(1), y, (y + 1).min(photo.height() - 1)] {
        for u in [x.saturating_sub(1), x, (x + 1).min(photo.width() - 1)] {
            let d = seen.delta(photo, u, v);
            [d.luma, d.red, d.blue].iter().zip(&mut sum).for_each(|(d, s)| *s += d / 9.0);
        }
    }
    let luma = noise[0].hypot(0.25 * seen.shade(x, y));
    ((sum[0] / luma).powi(2) + (sum[1] / noise[1]).powi(2) + (sum[2] / noise[2]).powi(2)).sqrt()
}

fn pixels(runs: &[Run]) -> impl Iterator<Item = (usize, usize)> {
    runs.iter().flat_map(|r| (r.start..r.end).map(|x| (x, r.y)))
}
