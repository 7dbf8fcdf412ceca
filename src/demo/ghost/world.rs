//! What stands before the camera: form, garment, board; how far they are and what a ray meets.
//!
//! Rays go as far as the nearest surface is away (sphere tracing: Hart, The Visual Computer 12, 1996). The
//! cloth is a sheet about the surface of [`Garment::drape`], ended by [`Garment::cut`]. What a surface
//! looks like is `looks`.

use super::bake::Grid;
use super::cloths::Cloths;
use super::form::Form;
use super::garment::{Garment, OFF};
use super::scene::Piece;
use super::solid::{blend, block};
use super::vector::{V3, add, along, dot, unit};
use crate::demo::noise::value;

/// How the garment lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// On the form.
    Worn,
    /// Its back half flat on a board.
    Flat,
    /// On the form, inside out, its back in front.
    Turned,
}

/// How much depth the board leaves, and how much breadth it adds.
const FLAT: [f32; 2] = [0.22, 1.03];
/// The lattice's steps on the board, across and through, as shares of the step on the form.
const STEPS: [f32; 2] = [0.8, 0.33];
/// The cut's share of a step: its slope may exceed one where front and back lines meet.
const CUT: f32 = 0.7;
/// How near is there: metres.
const TOUCH: f32 = 0.000_12;

/// What a point belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The backdrop.
    Wall,
    /// The mannequin.
    Form,
    /// The board.
    Board,
    /// The garment's outward side, whichever cloth that is.
    Outer,
    /// Its inward side.
    Inner,
    /// Its cut edge.
    Rim,
}

impl Part {
    /// Whether it is the garment.
    pub(super) fn is_cloth(self) -> bool {
        matches!(self, Self::Outer | Self::Inner | Self::Rim)
    }
}

/// What is set up, and how.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) form: &'a Form,
    pub(super) paint: V3,
    pub(super) garment: &'a Garment,
    pub(super) cloths: &'a Cloths,
    pub(super) stage: Stage,
    /// How it lies differently from the first time: a seed, and metres at most.
    pub(super) redress: (u32, f32),
    /// The lattice's step on the form, in metres.
    pub(super) step: f32,
    /// The box in which everything is.
    pub(super) bounds: [V3; 2],
}

impl Setting<'_> {
    /// The point of the garment as first worn that lies at `q`.
    pub(super) fn lay(&self, q: V3) -> V3 {
        let (seed, size) = self.redress;
        let slip = |k: u32| 2.0 * size * (value(seed ^ k, 6.5 * q[0] + 20.0, 6.5 * q[1] + 20.0) - 0.5);
        match self.stage {
            Stage::Worn => q,
            Stage::Turned => add([q[0], q[1], -q[2]], [slip(1), slip(2), 0.0]),
            Stage::Flat => add([q[0] / FLAT[1], q[1], q[2] / FLAT[0]], [slip(1), slip(2), 0.0]),
        }
    }

    /// Where a point of the garment as first worn lies now.
    pub(super) fn place(&self, p: V3) -> V3 {
        let start = match self.stage {
            Stage::Worn => return p,
            Stage::Turned => [p[0], p[1], -p[2]],
            Stage::Flat => [p[0] * FLAT[1], p[1], p[2] * FLAT[0]],
        };
        let mut q = start;
        for _ in 0..6 {
            let back = self.lay(q);
            q = [q[0] + p[0] - back[0], q[1] + p[1] - back[1], start[2]];
        }
        q
    }

    /// Whether a point of the garment is there at all: the board has the back half only.
    pub(super) fn holds(&self, p: V3) -> bool {
        self.stage != Stage::Flat || p[2] < 0.0
    }

    /// What depth has become where the garment lies.
    fn depth(&self) -> f32 {
        if self.stage == Stage::Flat { FLAT[0] } else { 1.0 }
    }

    /// Distance of the form and the draped solid.
    fn solids(&self, q: V3) -> [f32; 2] {
        let drape = self.garment.drape(self.lay(q));
        match self.stage {
            Stage::Worn => [self.form.distance(q), drape],
            Stage::Flat => [1.0, drape],
            Stage::Turned => [self.form.distance(q), blend(drape, self.garment.under(q) - OFF, 0.010)],
        }
    }

    fn bake(&self) -> Grid {
        let [low, high] = self.bounds;
        let f = |q: V3| self.solids(q);
        if self.stage == Stage::Flat {
            let (low, high) = ([low[0] - 0.02, low[1], -0.075], [high[0] + 0.02, high[1], 0.025]);
            Grid::bake([low, high], [STEPS[0], STEPS[0], STEPS[1]].map(|s| s * self.step), FLAT[0], f)
        } else {
            Grid::bake([low, high], [self.step; 3], 1.0, f)
        }
    }
}

/// Form and garment of one photograph.
pub(super) struct World<'a> {
    pub(super) set: Setting<'a>,
    pub(super) with_form: bool,
    pub(super) with_garment: bool,
    grid: Grid,
}

impl<'a> World<'a> {
    /// Puts everything in its place.
    pub(super) fn new(set: Setting<'a>) -> Self {
        Self { grid: set.bake(), set, with_form: true, with_garment: true }
    }

    /// The form's or the board's distance.
    fn stand(&self, q: V3, form: f32) -> f32 {
        if !self.with_form {
            return 1.0;
        }
        if self.set.stage != Stage::Flat {
            return form;
        }
        let garment = self.set.garment;
        let half = if garment.piece == Piece::Skirt { 0.152 } else { 0.058 };
        block(q, [0.004, garment.nape() + 0.02, -0.046], [half, 0.080, 0.009])
    }

    /// Distance of the main sheet, and beyond where it is cut.
    fn sheet(&self, p: V3, drape: f32) -> [f32; 2] {
        let cut = self.set.garment.cut(p);
        let ended = if self.set.stage == Stage::Flat { (0.4 * cut).max(FLAT[0] * p[2]) } else { cut };
        [drape.abs() - self.set.garment.draft.half, CUT * ended]
    }

    /// Distance of the collar's fall, and whether its outer face is towards `p`.
    fn fall(&self, p: V3) -> (f32, bool) {
        let (d, outer) = self.set.garment.fall(p);
        let d = (d - self.set.garment.draft.half) * self.set.depth();
        (if self.set.stage == Stage::Flat { d.max(FLAT[0] * p[2]) } else { d }, outer)
    }

    /// Distance to the cloth; no more than the sheet's where that exceeds `care`.
    #[inline]
    fn cloth(&self, q: V3, drape: f32, care: f32) -> f32 {
        let collared = self.set.garment.piece == Piece::Polo;
        let sheet = drape.abs() - self.set.garment.draft.half;
        if sheet > care && !collared {
            return sheet;
        }
        let p = self.set.lay(q);
        let [sheet, cut] = self.sheet(p, drape);
        let d = sheet.max(cut);
        if collared { d.min(self.fall(p).0) } else { d }
    }

    /// Distance to whatever is nearest, never too far; cut lines are heeded within `care` metres.
    #[inline]
    pub(super) fn distance(&self, q: V3, care: f32) -> f32 {
        let [form, drape] = self.grid.at(q);
        let d = self.stand(q, form);
        if self.with_garment { d.min(self.cloth(q, drape, care)) } else { d }
    }

    /// How far a ray goes before it is beyond everything: metres.
    pub(super) fn leaves(&self, from: V3, way: V3) -> f32 {
        self.grid.span(from, way, 0.0).map_or(0.0, |[_, far]| far)
    }

    /// How far a bundle of rays may go before one of them is near a surface: metres, or none where all
    /// of them pass by. The bundle is a cone whose radius grows by `slope`.
    pub(super) fn approach(&self, from: V3, way: V3, slope: f32) -> Option<f32> {
        let [near, end] = self.grid.span(from, way, 0.02)?;
        let mut t = near;
        while t < end {
            let free = 0.85 * self.distance(along(from, way, t), 0.004) - slope * t;
            if free < 0.001 {
                return Some(t);
            }
            t += free;
        }
        None
    }

    /// Follows a ray to the first surface: metres, or none. Nothing lies before `start`.
    pub(super) fn trace(&self, from: V3, way: V3, start: f32) -> Option<f32> {
        let [near, end] = self.grid.span(from, way, 0.0)?;
        let mut t = near.max(start);
        for _ in 0..160 {
            let d = self.distance(along(from, way, t), 0.002);
            if d < TOUCH {
                return Some(t);
            }
            t += (0.9 * d).max(0.000_1);
            if t > end {
                return None;
            }
        }
        None
    }

    /// What is at a point that a ray has reached, and its normal towards the ray's origin.
    pub(super) fn surface(&self, q: V3, way: V3) -> (Part, V3) {
        let [form, drape] = self.grid.at(q);
        let (part, slope) = if !self.with_garment || self.stand(q, form) < self.cloth(q, drape, 1.0) {
            if self.set.stage == Stage::Flat {
                (Part::Board, self.slope(q))
            } else {
                (Part::Form, self.grid.slope(q, 0))
            }
        } else {
            self.cloth_surface(q, drape)
        };
        let normal = unit(slope);
        (part, if dot(normal, way) > 0.0 { normal.map(|v| -v) } else { normal })
    }

    fn cloth_surface(&self, q: V3, drape: f32) -> (Part, V3) {
        let p = self.set.lay(q);
        let [sheet, cut] = self.sheet(p, drape);
        if self.set.garment.piece == Piece::Polo {
            let (fall, outer) = self.fall(p);
            if fall < sheet.max(cut) {
                return (if outer { Part::Outer } else { Part::Inner }, self.slope(q));
            }
        }
        if sheet < cut - 0.000_05 {
            return (Part::Rim, self.slope(q));
        }
        (if drape > 0.0 { Part::Outer } else { Part::Inner }, self.grid.slope(q, 1))
    }

    /// The distance's gradient, up to a factor.
    fn slope(&self, q: V3) -> V3 {
        [0, 1, 2].map(|i| {
            let (mut a, mut b) = (q, q);
            a[i] += 0.000_8;
            b[i] -= 0.000_8;
            self.distance(a, 1.0) - self.distance(b, 1.0)
        })
    }

    /// Which of form and garment is nearest to a point: its mean reflectance, and whether it is cloth.
    pub(super) fn nearest(&self, q: V3) -> (V3, bool) {
        let [form, drape] = self.grid.at(q);
        if self.with_garment && drape.abs() <= self.stand(q, form) {
            let part = if drape > 0.0 { Part::Outer } else { Part::Inner };
            return (self.face(part).mean(), true);
        }
        (self.colour(q, if self.set.stage == Stage::Flat { Part::Board } else { Part::Form }, 0.001), false)
    }
}
