//! The garment: a sheet that hangs on the form.
//!
//! [`Garment::drape`] is a closed solid whose surface is the middle of the cloth; where the cloth ends is
//! `cuts`. Knows nothing of colour.

use super::draft::{Draft, column};
use super::form::{Form, yoke};
use super::scene::Piece;
use super::solid::{Station, blend, carve, ellipsoid, limb, loft};
use super::vector::{V3, dot, length, sub, unit};
use crate::demo::noise::{Dice, smooth_step, value};

/// How far cloth that lies on the form stays off it.
pub(super) const OFF: f32 = 0.0045;

/// A cut and fitted garment.
#[derive(Clone, Debug)]
pub(super) struct Garment {
    pub(super) piece: Piece,
    pub(super) draft: Draft,
    pub(super) form: Form,
    /// Where a right sleeve starts, its direction, and the cuff's place along it.
    pub(super) sleeve: (V3, V3, f32),
    column: Vec<Station>,
    seed: u32,
}

impl Garment {
    /// The garment on this form of this breadth. The dice decide its ease, neckline and folds.
    pub(super) fn new(piece: Piece, form: &Form, breadth: f32, dice: &mut Dice) -> Self {
        let mut draft = Draft::of(piece);
        let seed = dice.next();
        let loose = dice.range(0.8, 1.4);
        draft.ease *= if draft.cuff.is_some() { loose } else { 1.0 };
        draft.neck.half *= breadth * dice.range(0.94, 1.08);
        draft.neck.front += dice.range(-0.014, 0.010);
        let arm = sub(form.arm.wrist, form.arm.shoulder);
        let cuff = draft.cuff.map_or(0.0, |y| length(arm) * (y - form.arm.shoulder[1]) / arm[1]);
        Self {
            piece,
            sleeve: (form.arm.shoulder, unit(arm), cuff),
            column: column(piece, breadth, draft.ease),
            draft,
            form: form.clone(),
            seed,
        }
    }

    /// Signed distance of the solid whose surface is the cloth's middle.
    pub(super) fn drape(&self, p: V3) -> f32 {
        blend(self.hangs(p) + self.fold(p), self.under(p) - OFF, 0.010)
    }

    /// What of the form it covers.
    pub(super) fn under(&self, p: V3) -> f32 {
        if self.draft.cuff.is_some() { self.form.distance(p) } else { self.form.trunk(p) }
    }

    /// The solid without folds, as if there were no form.
    fn hangs(&self, p: V3) -> f32 {
        let column = loft(p, &self.column);
        if self.piece == Piece::Skirt {
            return column;
        }
        let trunk = blend(carve(column, p[1] - 0.665, 0.05), yoke(p, &self.form.arm, 0.005), 0.05);
        let trunk = match self.piece {
            Piece::Jacket | Piece::Polo => {
                let collar = limb(p, [0.0, 0.56, -0.012], [0.0, 0.80, -0.004], 0.080, 0.068);
                blend(trunk, collar, 0.05)
            }
            Piece::Hoodie => {
                let hood = ellipsoid(p, [0.0, 0.840, -0.002], [0.112, 0.152, 0.130]);
                let nape = limb(p, [0.0, 0.58, -0.012], [0.0, 0.80, -0.004], 0.086, 0.090);
                blend(trunk, blend(hood, nape, 0.06), 0.06)
            }
            _ => trunk,
        };
        let Some(cuff) = self.draft.cuff else { return trunk };
        let (arm, q) = (&self.form.arm, [p[0].abs(), p[1], p[2]]);
        let wide = 0.008 + 0.6 * self.draft.ease;
        let upper = limb(q, arm.shoulder, arm.elbow, 0.052 + wide, 0.045 + wide);
        if cuff > arm.elbow[1] - 0.05 {
            return blend(trunk, upper, 0.03);
        }
        let lower = limb(q, arm.elbow, arm.wrist, 0.045 + wide, 0.034 + wide);
        blend(trunk, blend(upper, lower, 0.03), 0.02)
    }

    /// How far folds press the cloth in: broad waves, folds that hang, folds that the armholes pull, and
    /// the flare of a skirt. Front and back have their own; none on the line between them.
    fn fold(&self, [x, y, z]: V3) -> f32 {
        let seed = self.seed ^ if z < 0.0 { 0x51ed } else { 0 };
        let wave = |k: u32, u: f32, v: f32| value(seed ^ k, u + 40.0, v + 40.0) - 0.5;
        let broad = wave(11, 9.0 * x, 6.0 * y);
        let hang = wave(23, 30.0 * x + 2.0 * y, 4.5 * y) * smooth_step(0.42, 0.05, y);
        let (u, v) = (0.8 * x.abs() + 0.6 * y, 0.8 * y - 0.6 * x.abs());
        let from_armhole = smooth_step(0.05, 0.15, x.abs()) * smooth_step(0.62, 0.50, y);
        let pull = wave(if x < 0.0 { 31 } else { 37 }, 9.0 * u, 42.0 * v) * from_armhole;
        let flare = match self.piece {
            Piece::Skirt | Piece::Dress => wave(53, 26.0 * x, 1.2 * y) * smooth_step(0.28, -0.25, y),
            _ => 0.0,
        };
        let fade = smooth_step(0.0, 0.03, z.abs());
        self.draft.folds * fade * (broad + 0.7 * hang + 0.7 * pull + 2.5 * flare)
    }

    /// Metres down the sleeve from the shoulder.
    pub(super) fn along_sleeve(&self, p: V3) -> f32 {
        let (start, way, _) = self.sleeve;
        dot(sub([p[0].abs(), p[1], p[2]], start), way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On every form, anywhere near it: covered parts of the form lie inside the draped solid.
    #[test]
    fn no_garment_cuts_into_its_form() {
        for (i, piece) in Piece::ALL.into_iter().enumerate() {
            let mut dice = Dice::new(9, i as u32, 1);
            let form = Form::new(dice.range(0.94, 1.03), 0.0, piece == Piece::Hoodie);
            let garment = Garment::new(piece, &form, 1.0, &mut dice);
            for k in 0..20_000 {
                let p = [dice.range(-0.35, 0.35), dice.range(-0.3, 0.9), dice.range(-0.2, 0.2)];
                let (under, drape) = (garment.under(p), garment.drape(p));
                assert!(drape <= under - OFF + 1e-6, "{piece:?} {k}: {drape} over {under} at {p:?}");
            }
        }
    }
}
