//! Whether a registration may be taken unseen: figures, and a doubt for each that is out of bounds.
//!
//! Bounds are parts of the opening's width or follow from how such shots are taken. A residual alone says little (a
//! wrong map can fit well); what tells most is that two starts end alike, that the opening is covered, and that the
//! back edge goes on from the outline.

use serde::Serialize;

use super::affine::{Affine, far};
use super::bend::Bend;
use super::failure::Doubt;
use super::fit::{Fit, Voter};
use super::opening::{Opening, read};
use super::{Protocol, Registration};
use crate::ops::field::Field;

/// Root mean square misfit that is taken, in widths, and never below so many pixels.
const MISFIT: f64 = 0.015;
const FINEST: f64 = 1.0;
/// Share of the outline beside the opening that has its like.
const PARTNERS: f64 = 0.8;
/// Share of the outline farther off that has to lie near.
const FARTHER: f64 = 0.7;
/// Distance at the back edge by which two starts may differ, in widths.
const AGREED: f64 = 0.015;
/// A start that ends with more than so many times the misfit went astray, and says nothing.
const ALIKE: f64 = 2.0;
/// Turn in degrees, stretch, and scales that are taken.
const TURNED: f64 = 6.0;
const STRETCHED: f64 = 1.2;
const SCALES: [f64; 2] = [0.6, 1.67];
/// Heights of the back edge over the chord that are taken, in widths.
const RISE: [f64; 2] = [-0.15, 0.25];
/// Distance of the back edge from the outline's ends, in widths.
const BROKEN: f64 = 0.02;
/// Share of the opening that has to be covered.
const COVERED: f64 = 0.995;
/// Deviation of the back edge that is taken, as a share of the picture's long side: what shows in a catalog.
const UNSURE: f64 = 0.004;
/// Slope of the bend between the ends.
const SLOPE: f64 = 0.5;
/// Bounds of a shot that was taken from the same place: scale, degrees, stretch, and way over the long side.
const SAME: [f64; 4] = [0.015, 0.75, 1.02, 0.03];

/// What was measured; lengths in front pixels of the proxy.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Width of the opening.
    pub width: f64,
    /// Inner pixels a front pixel.
    pub scale: f64,
    /// Clockwise turn in degrees.
    pub degrees: f64,
    /// Longer over shorter axis of a circle's image.
    pub stretch: f64,
    /// Root mean square distance of the outlines beside the opening.
    pub rms: f64,
    /// Share of the front's outline beside the opening that has its like in the inner shot.
    pub partners: f64,
    /// Share of the outline farther off that lies near the inner garment's.
    pub farther: f64,
    /// Largest distance across the back edge of another map that fits about as well.
    pub apart: f64,
    /// Share of the opening below the back edge that the inner garment covers.
    pub coverage: f64,
    /// Height of the back edge's middle over the line between the ends, in widths; none of a closed opening, or
    /// where there is no edge.
    pub rise: Option<f64>,
    /// Distance of the back edge from the left and the right end of the outline; none of a closed opening.
    pub joints: Option<[f64; 2]>,
    /// Steepest slope of the bend between the ends.
    pub slope: f64,
    /// How far the back edge's middle may be off, one standard deviation; none of a closed opening.
    pub doubt: Option<f64>,
}

/// Measures a registration.
pub(super) fn measure(
    this: &Registration,
    fit: &Fit,
    starts: &[Option<Fit>; 2],
    farther: f64,
    [front, inner]: [&Field; 2],
) -> Figures {
    let opening = &this.opening;
    let others = starts.iter().flatten().filter(|s| s.cost < ALIKE * fit.cost);
    let edge = |part: f64| edge(this, inner, part * opening.width);
    let joints = || {
        let ends = [edge(-0.5), edge(0.5)];
        ends.map(|e| e.map_or(opening.width, f64::abs))
    };
    Figures {
        width: opening.width,
        scale: fit.map.scale(),
        degrees: fit.map.degrees(),
        stretch: fit.map.anisotropy(),
        rms: fit.rms,
        partners: fit.partners,
        farther,
        apart: others.map(|o| apart(&fit.map, &o.map, &this.bend, opening.width)).fold(0.0, f64::max),
        coverage: coverage(this, front, inner),
        rise: if opening.closed { None } else { edge(0.0).map(|e| e / opening.width) },
        joints: (!opening.closed).then(joints),
        slope: slope(this),
        doubt: (!opening.closed).then_some(this.bend.doubt),
    }
}

/// How the inner shot was taken, as far as the map tells.
pub(super) fn protocol(map: &Affine, opening: &Opening, front: &Field, inner: &Field) -> Protocol {
    let sides = [front, inner].map(|f| f64::from(f.size().long_side().max(1)));
    let (middle, _) = opening.chord();
    let there = map.apply(middle).map(|v| v * sides[0] / sides[1]);
    let scale = map.scale() * sides[0] / sides[1];
    let same = (scale - 1.0).abs() < SAME[0]
        && map.degrees().abs() < SAME[1]
        && map.anisotropy() < SAME[2]
        && far(there, middle) < SAME[3] * sides[0];
    if same { Protocol::SameView } else { Protocol::OtherView }
}

/// The doubts that figures raise.
pub(super) fn doubts(figures: &Figures) -> Vec<Doubt> {
    let f = figures;
    let mut found = Vec::new();
    let mut doubt = |out: bool, doubt: Doubt| {
        if out {
            found.push(doubt);
        }
    };
    let limit = (MISFIT * f.width).max(FINEST);
    doubt(f.degrees.abs() > TURNED, Doubt::Turned { degrees: f.degrees, limit: TURNED });
    let [low, high] = SCALES;
    doubt(!(low..=high).contains(&f.scale), Doubt::Scale { scale: f.scale, low, high });
    doubt(f.stretch > STRETCHED, Doubt::Stretched { percent: 100.0 * (f.stretch - 1.0) });
    doubt(f.rms > limit, Doubt::Misfit { rms: f.rms, limit });
    doubt(f.partners < PARTNERS, Doubt::Partial { percent: 100.0 * f.partners });
    doubt(f.farther < FARTHER, Doubt::Farther { percent: 100.0 * f.farther });
    doubt(f.apart > (AGREED * f.width).max(FINEST), Doubt::Disagree { pixels: f.apart });
    doubt(f.coverage < COVERED, Doubt::Coverage { percent: 100.0 * f.coverage });
    doubt(f.slope > SLOPE, Doubt::Strain { slope: f.slope });
    if let Some(rise) = f.rise {
        doubt(!(RISE[0]..=RISE[1]).contains(&rise), Doubt::Edge { rise });
    }
    for (pixels, side) in f.joints.into_iter().flatten().zip(["left", "right"]) {
        doubt(pixels > (BROKEN * f.width).max(FINEST), Doubt::Broken { pixels, side });
    }
    found
}

/// The doubt of a back edge that the outline tells too little of, in a front of this long side.
pub(super) fn unsure(figures: &Figures, long_side: u32) -> Option<Doubt> {
    let pixels = figures.doubt.filter(|d| *d > UNSURE * f64::from(long_side))?;
    Some(Doubt::Unsure { pixels })
}

/// The side on which what is needed lies outside the inner picture.
pub(super) fn cropped(this: &Registration, voters: &[Voter], inner: &Field) -> Option<Doubt> {
    let (w, h) = (inner.width() as f64, inner.height() as f64);
    let room = &this.opening.enclosed;
    let pixels =
        (0..room.height()).step_by(4).flat_map(|y| (0..room.width()).step_by(4).map(move |x| (x, y)));
    let inside = pixels.filter(|(x, y)| room.at(*x, *y)).map(|(x, y)| [x as f64 + 0.5, y as f64 + 0.5]);
    let near = voters.iter().filter(|v| v.along < 0.1 * this.opening.width).map(|v| v.at);
    let out = |p: [f64; 2]| {
        let [x, y] = this.at(p);
        let sides = [(x < 0.0, "left"), (x > w, "right"), (y < 0.0, "top"), (y > h, "bottom")];
        sides.into_iter().find(|(out, _)| *out).map(|(_, side)| side)
    };
    near.chain(inside).find_map(out).map(|side| Doubt::Cropped { side })
}

/// Largest distance of two maps across the chord at the back edge, in front pixels. Along it cloth may slip unseen.
fn apart(a: &Affine, b: &Affine, bend: &Bend, width: f64) -> f64 {
    let Some(back) = a.inverse() else { return width };
    let parts = [-0.5, -0.25, 0.0, 0.25, 0.5].map(|part| {
        let p = [0, 1].map(|k| bend.middle[k] + part * width * bend.along[k]);
        bend.height(back.apply(b.apply(p))).abs()
    });
    parts.into_iter().fold(0.0, f64::max)
}

/// Height over the chord of the inner garment's first pixel from above, at a place along it.
pub(super) fn edge(this: &Registration, inner: &Field, place: f64) -> Option<f64> {
    let (bend, width) = (&this.bend, this.opening.width);
    let alpha = |height: f64| {
        let up = bend.up();
        let p = [0, 1].map(|k| bend.middle[k] + place * bend.along[k] + height * up[k]);
        read(inner, this.at(p))
    };
    let steps = (0.8 * width).ceil() as usize;
    let mut last = (0.4 * width, 0.0);
    for k in 0..=steps {
        let height = 0.4 * width - k as f64;
        let here = alpha(height);
        if here >= 0.5 {
            let t = (0.5 - last.1) / f64::max(here - last.1, 1e-9);
            return Some(last.0 + t.clamp(0.0, 1.0) * (height - last.0));
        }
        last = (height, here);
    }
    None
}

/// Share of the opening's pixels below the back edge that have inner garment. Where a slit ends on no garment, what
/// is bare at its end is no gap: there the back's hem hangs higher than the front's.
fn coverage(this: &Registration, front: &Field, inner: &Field) -> f64 {
    let room = &this.opening.enclosed;
    let (w, h) = (inner.width() as f64, inner.height() as f64);
    let (mut all, mut hit) = (0_usize, 0_usize);
    for x in (0..room.width()).step_by(2) {
        let (mut begun, mut bare, mut last) = (this.opening.closed, 0, 0);
        for y in (0..room.height()).filter(|y| room.at(x, *y)) {
            let p = [x as f64 + 0.5, y as f64 + 0.5];
            let q = this.at(p);
            let inside = q[0] >= 0.0 && q[1] >= 0.0 && q[0] <= w && q[1] <= h;
            let covered = inside && read(inner, q) >= 0.5;
            begun |= covered || this.bend.height(p) < RISE[0] * this.opening.width;
            all += usize::from(begun);
            hit += usize::from(covered);
            bare = if covered { 0 } else { bare + usize::from(begun) };
            last = y;
        }
        let stands = (last..(last + 4).min(front.height())).any(|y| front.at(x, y) >= 0.5);
        if !stands {
            all -= bare;
        }
    }
    hit as f64 / all.max(1) as f64
}

/// The steepest slope of the bend between the ends; beside them a ring is steep in truth.
fn slope(this: &Registration) -> f64 {
    let (bend, half) = (&this.bend, 0.45 * this.opening.width);
    let steps = (2.0 * half / bend.step) as usize;
    let at = |k: usize| bend.at(k as f64 * bend.step - half);
    (0..steps).map(|k| (at(k + 1) - at(k)).abs() / bend.step).fold(0.0, f64::max)
}
