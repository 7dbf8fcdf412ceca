//! The garment: what is left when backdrop and holders are taken away, and how near its edge each pixel lies.
//!
//! Outlines between two things that are both no garment are thin: an opening takes them out. What the garment
//! encloses is garment.

use super::view::{View, on_rim};
use crate::image::{Format, Plane};
use crate::ops::field::{Components, Field, Mask, Neighbours, area, dilate, distance, reach};
use crate::ops::trimap::{BACKDROP, PRODUCT, UNKNOWN};

/// Half the width in pixels of what an opening takes out.
const THIN: f32 = 3.0;
/// Share of the largest piece from which another piece is garment too.
const PIECE: f32 = 0.02;
/// Pixels from a sharp edge within which alpha is unknown, inside and beyond it. Ground is known almost up to the edge;
/// of cloth as little as can be is left open, since a hem may be of another colour than all that is certain.
const NEAR: [f32; 2] = [2.5, 3.0];
/// Pixels by which a smooth part stays short of a sharp edge, the pixel that the edge mixes included.
const SHORT: usize = 3;
/// Farthest distance that is asked for.
const LIMIT: u16 = 24;

/// The cut on the proxy.
pub(super) struct Cut {
    /// The garment.
    pub(super) garment: Mask,
    /// Pixels to the nearest that is no garment.
    pub(super) inside: Field,
    /// Pixels to the nearest garment.
    pub(super) beyond: Field,
    /// What holds it.
    pub(super) holder: Mask,
    /// Pixels from the edge within which alpha is unknown, inside and beyond it.
    pub(super) near: [f32; 2],
}

impl Cut {
    /// Cuts. `holder` stays short of its edges as smooth parts do; `remnants` do not.
    pub(super) fn of(view: &View, holder: &Mask, remnants: &Mask) -> Self {
        let flood = &view.border.flood;
        let shorter = (0.5 * view.soft) as usize;
        let held = dilate(holder, SHORT + shorter);
        let ground = dilate(flood, 1 + shorter).or(&held).or(remnants);
        let garment = pieces(&opened(&ground.not()), PIECE);
        let away = garment.not();
        let open = Mask::from_fn(view.size(), |x, y| {
            away.at(x, y)
                && (on_rim(view.size(), x, y) || flood.at(x, y) || holder.at(x, y) || remnants.at(x, y))
        });
        let garment = reach(&away, &open).not();
        let [inside, beyond] = [garment.not(), garment.clone()].map(|m| distance(&m, LIMIT));
        let (to_holder, to_flood) = (distance(&held, LIMIT), distance(flood, LIMIT));
        let holder = Mask::from_fn(view.size(), |x, y| {
            let to = to_holder.at(x, y);
            to < f32::from(LIMIT) && to < to_flood.at(x, y) && !garment.at(x, y)
        });
        Self {
            garment,
            inside,
            beyond,
            holder,
            near: [NEAR[0] + 0.5 * view.soft + view.short, NEAR[1] + 0.5 * view.soft],
        }
    }

    /// What is certain: all that is far from the edge, and nearer what is darker than `floor`, which no mixture of
    /// garment and ground is: a thin dark rim, which is the garment's own.
    pub(super) fn certain(&self, view: &View, floor: f32) -> Plane {
        let mut plane = Plane::zeros(self.garment.size(), Format::Gray);
        let width = self.garment.width().max(1);
        for (y, row) in plane.floats_mut().chunks_exact_mut(width).enumerate() {
            let places = self.inside.row(y).iter().zip(self.beyond.row(y));
            for (x, (t, (inside, beyond))) in row.iter_mut().zip(places).enumerate() {
                *t = match () {
                    () if *inside > self.near[0] => PRODUCT,
                    () if *beyond > self.near[1] => BACKDROP,
                    () if *inside > 0.0 && view.tone(x, y)[0] < floor => PRODUCT,
                    () => UNKNOWN,
                };
            }
        }
        plane
    }

    /// Probability of garment: a ramp as wide as the unknown.
    pub(super) fn probability(&self) -> Field {
        let mut p = Field::unset(self.garment.size());
        let places = self.inside.values().iter().zip(self.beyond.values());
        for (p, (inside, beyond)) in p.values_mut().iter_mut().zip(places) {
            let signed = if *inside > 0.0 { inside - 0.5 } else { 0.5 - beyond };
            *p = (0.5 + signed / (self.near[0] + self.near[1])).clamp(0.0, 1.0);
        }
        p
    }
}

/// A mask without what is thinner than twice [`THIN`].
fn opened(mask: &Mask) -> Mask {
    let inside = distance(&mask.not(), LIMIT);
    let core = Mask::from_fn(mask.size(), |x, y| inside.at(x, y) > THIN);
    let away = distance(&core, LIMIT);
    Mask::from_fn(mask.size(), |x, y| mask.at(x, y) && away.at(x, y) <= THIN + 0.5)
}

/// The largest piece of a mask, and those that have at least a share of its size.
pub(super) fn pieces(mask: &Mask, least: f32) -> Mask {
    let components = Components::of(mask, Neighbours::Four);
    let largest = components.each().map(area).max().unwrap_or(0) as f32;
    let mut kept = Mask::new(mask.size());
    components.each().filter(|r| area(r) as f32 >= least * largest).for_each(|runs| kept.set(runs, true));
    kept
}
