//! What the merge knows of the front shot: small, with what is garment, mannequin and backdrop.

use super::refused;
use super::seen::Seen;
use crate::image::{Plane, Shots, Window};
use crate::ops::backdrop_matte::{extent, to_photo};
use crate::ops::field::{Field, Mask, open};
use crate::ops::inner_matte::edge_width;
use crate::ops::{Frame, OpError, Study, luminance};

/// Part of its light by which a pixel may differ from the bare form's and equal it.
const EQUAL: f32 = 0.04;
/// Light below which noise hides a colour; added before a logarithm.
const DIM: f32 = 0.01;
/// Log luma and log chroma within which two photographs show one surface at one place.
const AGAIN: [f32; 2] = [0.15, 0.03];
/// Probability from which a pixel is mannequin, or covered, for certain.
const CERTAIN: f32 = 0.9;
/// Logarithms of a colour's tone are kept within this.
const TONE: f32 = 8.0;

/// The front shot.
pub(super) struct Front<'a> {
    pub(super) seen: Seen,
    /// Probability of mannequin.
    pub(super) mannequin: Field,
    /// The form alone, in the same frame.
    pub(super) bare: Option<Plane>,
    /// Light of the backdrop.
    pub(super) backdrop: Option<[f32; 3]>,
    /// Width of the garment's outline in photograph pixels, where it is known.
    pub(super) edge: Option<f32>,
    /// The form's colour against its backdrop, as `inner_matte` takes it.
    pub(super) form: Option<[f32; 3]>,
    pub(super) shots: &'a Shots<'a>,
}

impl<'a> Front<'a> {
    /// # Errors
    /// [`OpError::Refused`] where nothing has told mannequin from garment.
    pub(super) fn of(study: &Study, shots: &'a Shots<'a>) -> Result<Self, OpError> {
        let Some(worn) = &study.worn else {
            return Err(refused(
                "what is mannequin in the front shot is not known".into(),
                "put mannequin_matte before ghost_merge in the recipe",
            ));
        };
        let seen = Seen::of(study);
        if worn.mannequin.size() != seen.alpha.size() {
            return Err(refused(
                "the front shot was matted by another op than mannequin_matte".into(),
                "leave other mattes out of the recipe",
            ));
        }
        // Of what is not garment, the share that is mannequin: the edge's alpha is finer than what was certain.
        let mannequin = Field::from_fn(seen.alpha.size(), |x, y| {
            let (form, ground) = (worn.mannequin.at(x, y), worn.backdrop.at(x, y));
            (1.0 - seen.alpha.at(x, y)) * form / (form + ground).max(1e-3)
        });
        let backdrop = study.border_colour();
        let form = worn.colour.zip(backdrop).map(|(form, ground)| tone(form, ground));
        let garment = Mask::from_fn(seen.alpha.size(), |x, y| seen.alpha.at(x, y) >= 0.5);
        let edge = edge_width(shots.front, &seen.frame, &garment);
        Ok(Self { seen, mannequin, bare: worn.bare.clone(), backdrop, edge, form, shots })
    }

    /// Box of a garment's alpha in the photograph; `None` where there is none.
    pub(super) fn whole(&self, alpha: &Field, photo: Frame) -> Option<Window> {
        let plane = Plane::gray(alpha.size(), |x, y| alpha.at(x as usize, y as usize));
        extent(&plane).map(|window| to_photo(self.seen.frame, photo, window))
    }

    /// Share of the garment that equals the bare form at its place, in light and in hue: of what a person should look
    /// at. `None` without a bare shot. Cloth of the form's own colour counts too.
    pub(super) fn like_form(&self) -> Option<f32> {
        let bare = self.bare.as_ref()?;
        let (mut like, mut all) = (0_usize, 0_usize);
        for (i, _) in self.seen.alpha.values().iter().enumerate().filter(|(_, a)| **a >= 0.5) {
            let width = self.seen.alpha.width();
            let (x, y) = ((i % width) as u32, (i / width) as u32);
            let (own, form) = (self.seen.light.rgba_at(x, y), bare.rgba_at(x, y));
            let apart = (0..3).map(|c| (own[c] - form[c]).abs() - EQUAL * (form[c] + 0.01));
            like += usize::from(apart.fold(f32::MIN, f32::max) < 0.0);
            all += 1;
        }
        Some(like as f32 / all.max(1) as f32)
    }

    /// Share of the opening that the inner shot covers with what looks like the mannequin seen there in the front: a form
    /// whose neck alone was taken off still stands in the rest. Cloth of the form's own colour counts too. `cloth` is
    /// premultiplied light in the front's frame.
    pub(super) fn shown_again(&self, cloth: &Plane, gain: [f32; 3]) -> f32 {
        let size = self.seen.alpha.size();
        let mut all = 0_usize;
        let again = Mask::from_fn(size, |x, y| {
            let [r, g, b, a] = cloth.rgba_at(x as u32, y as u32);
            if a < CERTAIN || self.mannequin.at(x, y) < CERTAIN {
                return false;
            }
            all += 1;
            let [p, q, s, _] = self.seen.light.rgba_at(x as u32, y as u32);
            let log =
                |own: f32, gain: f32, front: f32| ((own / a * gain).max(0.0) + DIM).ln() - (front + DIM).ln();
            let [r, g, b] = [log(r, gain[0], p), log(g, gain[1], q), log(b, gain[2], s)];
            luminance([r, g, b]).abs() < AGAIN[0] && (r - g).hypot(b - g) < AGAIN[1]
        });
        open(&again, 1).count() as f32 / all.max(1) as f32
    }
}

/// A colour against the backdrop's: logarithms of luminance, and of red and blue over green.
fn tone(colour: [f32; 3], ground: [f32; 3]) -> [f32; 3] {
    let log = |c: [f32; 3]| {
        let [r, g, b] = c.map(|v| v.max(1e-3).ln());
        [luminance([r, g, b]), r - g, b - g]
    };
    let (own, theirs) = (log(colour), log(ground));
    [0, 1, 2].map(|i| (own[i] - theirs[i]).clamp(-TONE, TONE))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::image::{Image, Size};

    #[test]
    fn a_form_that_still_stands_in_the_inner_shot_is_seen() {
        let size = Size::new(40, 30);
        let image = Image::from_srgb8(size, 3, &vec![128; size.pixels() * 3]).unwrap();
        let shots = Shots::from(&image);
        let form = [0.5, 0.4, 0.3];
        let lit = |y: u32| 1.0 - 0.01 * y as f32;
        let seen = Seen {
            frame: Frame::whole(size),
            light: Plane::rgba(size, |_, y| [form[0] * lit(y), form[1] * lit(y), form[2] * lit(y), 1.0]),
            alpha: Field::new(size),
        };
        let mannequin = Field::from_fn(size, |_, _| 1.0);
        let front =
            Front { seen, mannequin, bare: None, backdrop: None, edge: None, form: None, shots: &shots };
        // Half as bright, with half alpha beyond row 20; cloth above row 10.
        let inner = |cloth: [f32; 3]| {
            Plane::rgba(size, |_, y| {
                let ([r, g, b], light, a) = match y {
                    0..10 => (cloth, 1.0, 1.0),
                    10..20 => (form, 0.5 * lit(y), 1.0),
                    _ => (form, 0.5 * lit(y), 0.5),
                };
                [r * light * a, g * light * a, b * light * a, a]
            })
        };
        let share = |cloth| front.shown_again(&inner(cloth), [2.0; 3]);
        assert!((share([0.1, 0.2, 0.1]) - 0.5).abs() < 1e-6, "{}", share([0.1, 0.2, 0.1]));
        // The same hue in a third of the light is cloth, and so is another hue in the same light.
        assert!((share(form.map(|c| 0.15 * c)) - 0.5).abs() < 1e-6);
        assert_eq!(share(form.map(|c| 0.5 * c)), 1.0);
        assert_eq!(front.shown_again(&inner([0.1; 3]), [0.5; 3]), 0.0, "another exposure");
    }
}
