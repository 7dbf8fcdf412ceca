//! The chroma that a form may have: its own, and what light that cloth throws onto it makes of that.
//!
//! The light at a place beside cloth is white light and light that has been at the cloth, `w + (1 − w)·g` with the
//! cloth's mean reflectance `g` (diffuse interreflection to the first order). Its chroma runs along a line from none to
//! the cloth's own; a form has the part of the line on which a fair share is white. Decides nothing.

use crate::ops::field::{Field, wide};
use crate::ops::luminance;

/// Least share of white light on a form: half shut in by cloth, it has more.
const WHITE: f32 = 0.35;
/// Log chroma that must lie between the line's end and the cloth's own: cloth of little hue leaves less of a line.
const APART: f32 = 0.045;
/// Straight pieces that stand for the line.
const PIECES: usize = 4;
/// Least share of the mean that a channel of cloth reflects: inks and codes end there.
const BLACK: f32 = 0.01;

/// Log chroma, red and blue against green, that needs no other surface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tint {
    /// Start, way, and one over the way's square, of each piece.
    pieces: [([f32; 2], [f32; 2], f32); PIECES],
}

impl Tint {
    /// One chroma.
    pub(super) fn none(centre: [f32; 2]) -> Self {
        Self { pieces: [(centre, [0.0; 2], 0.0); PIECES] }
    }

    /// What light of cloth makes of one chroma; `cloth` is its mean reflectance, to a factor, and `near` the log chroma
    /// from which there is cloth.
    pub(super) fn of(centre: [f32; 2], cloth: [f32; 3], near: f32) -> Self {
        let mean = luminance(cloth);
        if mean.is_nan() || mean <= 0.0 {
            return Self::none(centre);
        }
        let tinted = |share: f32| {
            let [r, g, b] = cloth.map(|c| (1.0 - share + share * (c / mean).max(BLACK)).ln());
            [r - g, b - g]
        };
        let [red, blue] = tinted(1.0);
        let own = red.hypot(blue);
        let most = ((own.min(near) - APART) / own).clamp(0.0, 1.0 - WHITE);
        let node = |i: usize| {
            let [red, blue] = tinted(most * i as f32 / PIECES as f32);
            [centre[0] + red, centre[1] + blue]
        };
        Self {
            pieces: std::array::from_fn(|i| {
                let (from, to) = (node(i), node(i + 1));
                let way = [to[0] - from[0], to[1] - from[1]];
                let square = way[0] * way[0] + way[1] * way[1];
                (from, way, if square > 0.0 { 1.0 / square } else { 0.0 })
            }),
        }
    }

    /// Distance of each pixel's chroma from the nearest that a form may have.
    pub(super) fn distances(&self, chroma: &[Field; 2]) -> Field {
        let mut found = Field::unset(chroma[0].size());
        distances(self, chroma, &mut found);
        found
    }

    #[inline(always)]
    fn distance(&self, [red, blue]: [f32; 2]) -> f32 {
        let mut least = f32::MAX;
        for (from, way, per) in &self.pieces {
            let (x, y) = (red - from[0], blue - from[1]);
            let along = ((x * way[0] + y * way[1]) * per).clamp(0.0, 1.0);
            let (x, y) = (x - along * way[0], y - along * way[1]);
            least = least.min(x * x + y * y);
        }
        least.sqrt()
    }
}

wide! {
    fn distances(tint: &Tint, chroma: &[Field; 2], found: &mut Field) {
        let [red, blue] = chroma.each_ref().map(Field::values);
        for (i, found) in found.values_mut().iter_mut().enumerate() {
            *found = tint.distance([red[i], blue[i]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENTRE: [f32; 2] = [0.2, -0.3];
    const YELLOW: [f32; 3] = [0.4, 0.2, 0.03];

    /// Chroma of a form of the centre's chroma, lit by so much white light.
    fn lit(white: f32, cloth: [f32; 3]) -> [f32; 2] {
        let mean = luminance(cloth);
        let [r, g, b] = cloth.map(|c| white + (1.0 - white) * c / mean);
        [(r / g).ln() + CENTRE[0], (b / g).ln() + CENTRE[1]]
    }

    #[test]
    fn a_form_beside_cloth_keeps_its_chroma_and_cloth_does_not_have_it() {
        let tint = Tint::of(CENTRE, YELLOW, f32::MAX);
        for white in [1.0, 0.9, 0.7, 0.5, 0.4] {
            assert!(
                tint.distance(lit(white, YELLOW)) < 0.02,
                "{white}: {}",
                tint.distance(lit(white, YELLOW))
            );
        }
        assert!(tint.distance(lit(0.0, YELLOW)) > 0.5);
        // Another colour than the cloth's is no light of it.
        assert!(tint.distance(lit(0.7, [0.1, 0.3, 0.5])) > 0.1);
        // Where there is cloth of less hue, less is the form's.
        let near = Tint::of(CENTRE, YELLOW, 0.2);
        assert!(near.distance(lit(0.95, YELLOW)) < 0.02 && near.distance(lit(0.5, YELLOW)) > 0.1);
        assert!(Tint::none(CENTRE).distance(lit(0.7, YELLOW)) > 0.1);
    }

    #[test]
    fn cloth_without_hue_or_light_tints_nothing() {
        for cloth in [[0.3; 3], [0.0; 3], [f32::NAN; 3]] {
            let tint = Tint::of(CENTRE, cloth, f32::MAX);
            let off = [CENTRE[0] + 0.3, CENTRE[1] + 0.4];
            assert!((tint.distance(off) - 0.5).abs() < 1e-3, "{cloth:?}");
        }
    }
}
