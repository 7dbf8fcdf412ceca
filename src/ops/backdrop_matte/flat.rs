//! The photograph laid flat by its plate: what it would be if the empty set were even.
//!
//! In logarithms the plate is subtracted and one colour, its middle, put in its place. A shadow stays what it
//! is, a shift of all channels, and any set becomes an even backdrop, for which all stages are made. Where the
//! plate is steep it may lie off by a fraction of a pixel: what that explains counts as no difference.

use super::photo::{DARK, Photo};
use crate::image::{Format, Plane};
use crate::ops::field::{Field, exp};
use crate::ops::luminance;
use crate::ops::plate::Clean;

/// Pixels by which the plate may lie off.
const OFF: f32 = 0.25;
/// Log step from pixel to pixel below which the plate is not steep.
const STEEP: f32 = 0.02;
/// Shade that is allowed for where none is seen: uneven light hides as much where there is no plate.
const VEIL: f32 = 0.03;

/// A photograph laid flat.
pub(super) struct Flat<'a> {
    /// It.
    pub(super) photo: Photo,
    /// Log colour of its backdrop.
    pub(super) level: [f32; 3],
    clean: &'a Clean,
}

impl<'a> Flat<'a> {
    pub(super) fn of(photo: &Photo, clean: &'a Clean) -> Self {
        let level = clean.level();
        let mut plane = Plane::zeros(photo.size(), Format::Rgba);
        let width = photo.width();
        for (y, row) in plane.floats_mut().chunks_exact_mut(4 * width).enumerate() {
            for (c, run) in row.chunks_exact_mut(width).take(3).enumerate() {
                let (own, empty) = (photo.log[c].row(y), clean.log[c].row(y));
                let slack = slack(&clean.log[c], y);
                for (((to, own), empty), slack) in run.iter_mut().zip(own).zip(empty).zip(slack) {
                    let d = own - empty;
                    *to = exp(level[c] + d.signum() * (d.abs() - slack).max(0.0)) - DARK;
                }
            }
        }
        Self { photo: Photo { veil: VEIL, ..Photo::read(&plane) }, level, clean }
    }

    /// Mean log light of the plate, weighed by luminance.
    pub(super) fn clear_log(&self) -> Plane {
        let [r, g, b] = &self.clean.log;
        Plane::gray(r.size(), |x, y| luminance([r, g, b].map(|plane| plane.at(x as usize, y as usize))))
    }

    /// Puts the plate back into linear light that was found on the flat photograph.
    pub(super) fn restore(&self, light: &mut [Field; 3]) {
        for ((light, level), empty) in light.iter_mut().zip(self.level).zip(&self.clean.log) {
            let pixels = light.values_mut().iter_mut().zip(empty.values());
            pixels.for_each(|(l, e)| *l = (*l + DARK) * exp(e - level) - DARK);
        }
    }
}

/// Log difference at each pixel of a row that a misplaced plate explains.
fn slack(plate: &Field, y: usize) -> impl Iterator<Item = f32> + '_ {
    let (own, above, below) = (plate.row(y), plate.row_near(y as isize - 1), plate.row_near(y as isize + 1));
    let last = own.len() - 1;
    (0..own.len()).map(move |x| {
        let across = own[(x + 1).min(last)] - own[x.saturating_sub(1)];
        OFF * (0.5 * across.hypot(below[x] - above[x]) - STEEP).max(0.0)
    })
}
