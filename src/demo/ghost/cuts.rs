//! Where a garment's cloth ends: neckline or waist, armholes, cuffs, hem; its seams; a collar's fall.
//!
//! All are distances, positive beyond the line, about exact near it.

use super::garment::Garment;
use super::scene::Piece;
use super::solid::ellipse;
use super::vector::V3;
use crate::demo::noise::smooth_step;

impl Garment {
    /// Distance beyond the nearest cut: positive where there is no cloth.
    pub(super) fn cut(&self, p: V3) -> f32 {
        let ended = (self.draft.hem - p[1]).max(self.opening(p));
        match self.piece {
            Piece::Skirt => ended,
            Piece::Dress | Piece::Tank => ended.max(self.armhole(p)),
            _ => ended.max((self.along_sleeve(p) - self.sleeve.2).min(self.on_sleeve(p))),
        }
    }

    /// Distance beyond the neckline or waist alone.
    pub(super) fn opening(&self, p: V3) -> f32 {
        let neck = &self.draft.neck;
        match self.piece {
            Piece::Skirt => p[1] - (neck.back + (neck.front - neck.back) * smooth_step(-0.11, 0.11, p[2])),
            Piece::Hoodie => (-ellipse(p[0], p[1] - 0.815, neck.half, 0.135)).min(p[2] - 0.01),
            _ => {
                let (front, back) = self.neckline(p);
                back + (front - back) * smooth_step(-0.025, 0.025, p[2])
            }
        }
    }

    /// Distance beyond the neckline's front and back lines, wherever the point is.
    fn neckline(&self, p: V3) -> (f32, f32) {
        let neck = &self.draft.neck;
        // The point of a V is rounded over 4 mm.
        let t = (p[0] * p[0] + 1.6e-5).sqrt() / neck.half;
        let rise = |low: f32| neck.side - low;
        let (line, steep) = if neck.point { (t, 1.0) } else { (t * t, (2.0 * t).min(2.5)) };
        let slope = rise(neck.front) / neck.half * steep;
        let mut front = (p[1] - neck.front - rise(neck.front) * line) / (1.0 + slope * slope).sqrt();
        let back = if let Some(tilt) = neck.tilt {
            let edge = p[1] + tilt * p[2] - neck.back;
            front = front.max(edge);
            edge
        } else {
            p[1] - neck.back - rise(neck.back) * t * t
        };
        if let Some([gap, end]) = neck.gap {
            front = front.max((gap - p[0].abs()).min(p[1] - end));
        }
        (front, back)
    }

    /// The middle of a collar's fall: its distance, and whether its outer face is towards `p`. It goes
    /// down and out from the collar's edge all around, and is open in front.
    pub(super) fn fall(&self, p: V3) -> (f32, bool) {
        if p[1] < 0.56 {
            return (0.60 - p[1], true);
        }
        let z = p[2] + 0.006;
        let (r, h) = ((p[0] * p[0] + z * z).sqrt(), p[1] + 0.30 * z);
        let (top, end) = ([0.0755, 0.7015], [0.110, 0.655]);
        let (u, v) = ([r - top[0], h - top[1]], [end[0] - top[0], end[1] - top[1]]);
        let t = ((u[0] * v[0] + u[1] * v[1]) / (v[0] * v[0] + v[1] * v[1])).clamp(0.0, 1.0);
        let away = [u[0] - v[0] * t, u[1] - v[1] * t];
        let sheet = (away[0] * away[0] + away[1] * away[1]).sqrt();
        let slit = if p[2] > 0.0 { 0.030 + 0.012 * t - p[0].abs() } else { -1.0 };
        (0.85 * sheet.max(slit + self.draft.half), u[0] * v[1] < u[1] * v[0])
    }

    /// The seam between trunk and sleeve: positive on the sleeve's side.
    pub(super) fn on_sleeve(&self, p: V3) -> f32 {
        let arm = &self.form.arm;
        let (top, low) = (arm.shoulder[0] - 0.030, arm.wrist[0] - 0.058);
        p[0].abs() - top - (low - top) * ((0.60 - p[1]) / 0.53).max(0.0)
    }

    fn armhole(&self, p: V3) -> f32 {
        let wide = if self.piece == Piece::Tank { 0.090 } else { 0.068 };
        let (x, y) = (p[0].abs() - self.form.arm.shoulder[0] - 0.035, p[1] - 0.570);
        if y > 0.0 { x + wide } else { -ellipse(x, y, wide, 0.115) }
    }

    /// Distance from the hem or cuff line into the cloth, for stitches.
    pub(super) fn above_hem(&self, p: V3) -> f32 {
        if self.draft.cuff.is_some() && self.on_sleeve(p) > 0.0 {
            self.sleeve.2 - self.along_sleeve(p)
        } else {
            p[1] - self.draft.hem
        }
    }

    /// Height of the middle of the back's edge, below which the label hangs.
    pub(super) fn nape(&self) -> f32 {
        self.draft.neck.back
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::Form;
    use super::*;
    use crate::demo::noise::Dice;

    /// The front is lower than the back on every opening, and the cloth starts below both.
    #[test]
    fn openings_are_lower_in_front() {
        for piece in [Piece::Crew, Piece::Vneck, Piece::Dress, Piece::Tank, Piece::Jacket, Piece::Skirt] {
            let form = Form::new(1.0, 0.0, false);
            let garment = Garment::new(piece, &form, 1.0, &mut Dice::new(1, 0, 0));
            let edge = |z: f32| {
                let heights = (0..10_000).map(|i| 0.9 - 1e-4 * i as f32);
                heights.into_iter().find(|y| garment.opening([0.03, *y, z]) < 0.0).unwrap_or(-1.0)
            };
            let (front, back) = (edge(0.12), edge(-0.12));
            assert!(front > 0.3 && back < 0.75 && front < back, "{piece:?}: {front} {back}");
            assert!(garment.cut([0.0, garment.draft.hem - 0.01, 0.1]) > 0.009, "{piece:?}");
        }
    }
}
