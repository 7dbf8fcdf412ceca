//! Which smooth parts hold the garment and are none of it.
//!
//! The evidence: a holder lies open to the outside; it has the form's colour where that is known; it stands above
//! the garment; it is as neutral as the backdrop and no cloth is; or it looks like another holder. A part that looks
//! like the garment's own smooth body is cloth, whatever else speaks. Nothing here reads texture of less than a window.

use super::parts::Part;
use super::view::{LIMIT, Tone, View, rows_of, tint_like};
use crate::image::{Format, Plane};
use crate::ops::backdrop_matte::border::Border;
use crate::ops::backdrop_matte::photo::Photo;
use crate::ops::field::{
    Components, Field, Mask, Neighbours, area, distance, erode, median, quantile, sample,
};
use crate::ops::luminance;

/// What is known from the other photographs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hints {
    /// The form's colour: logarithms of its light over its backdrop's: luma, red over green, blue over green.
    pub form: Option<[f32; 3]>,
}

/// Share of the picture below which a bare form was not found.
const LEAST_FORM: f32 = 0.01;

impl Hints {
    /// The form's colour from a proxy of the bare form: a [`Format::Rgba`](crate::image::Format::Rgba) plane of
    /// linear light. None where it does not stand out from its backdrop.
    #[must_use]
    pub fn of_bare(bare: &Plane) -> Self {
        Self { form: form(bare) }
    }
}

fn form(bare: &Plane) -> Option<Tone> {
    if bare.size().pixels() == 0 || bare.format() != Format::Rgba {
        return None;
    }
    let photo = Photo::read(bare);
    let border = Border::above(&photo)?;
    let solid = erode(&border.flood.not(), 4);
    let parts = Components::of(&solid.and(&border.flat), Neighbours::Four);
    let largest = parts.each().max_by_key(|runs| area(runs))?;
    if (area(largest) as f32) < LEAST_FORM * photo.size().pixels() as f32 {
        return None;
    }
    let [r, g, b] = border.mode;
    let mode = [luminance(border.mode), r - g, b - g];
    let step = (area(largest) / 4096).max(1);
    let middle = |c: usize| {
        let plane = [&photo.luma, &photo.red, &photo.blue][c];
        let pixels = largest.iter().flat_map(|r| &plane.row(r.y)[r.start..r.end]).step_by(step);
        median(&mut pixels.copied().collect::<Vec<f32>>()).map(|v| v - mode[c])
    };
    Some([middle(0)?, middle(1)?, middle(2)?])
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Garment: cloth, a label, or enclosed by it.
    Cloth,
    /// A board, a form or a stand.
    Holder,
}

/// Share of what is not backdrop from which a smooth part is the garment's body, whatever else there is, and up to
/// which one is a holder.
const BODY: f32 = 0.4;
/// Share of the outline beside the outside from which a part lies open, and from which that speaks for itself.
const OPEN: [f32; 2] = [0.4, 0.5];
/// Share of the height within which the topmost part begins, and the least share of the picture that it fills.
const TOPMOST: (f32, f32) = (0.1, 1e-3);
/// Texture over the backdrop's grain from which a surface is cloth.
const TEXTURED: f32 = 1.6;
/// Logarithms within which two surfaces have one tint: of one cloth, of one material in other light.
const ALIKE: [f32; 2] = [0.05, 0.08];
/// The same of a form in another photograph.
const SAME_FORM: f32 = 0.1;
/// Logarithms of light by which a surface may be darker or brighter than one of the same material.
const DARKER: f32 = 1.2;
const BRIGHTER: f32 = 0.7;
/// Logarithms of light within which cloth is one.
const ONE_LIGHT: f32 = 0.4;
/// Logarithms of tint within which a part is neutral, as the backdrop is.
const NEUTRAL: f32 = 0.06;
/// Share of the garment below which a tone is not one of its own.
pub(super) const RARE: f32 = 0.01;
/// Share from which it is one for certain.
const COMMON: f32 = 0.05;

/// The tones of what is surely garment.
pub(super) struct Cloth(Vec<Tone>);

impl Cloth {
    /// Reads them deep inside, away from the backdrop and from every part that may be a holder.
    pub(super) fn read(view: &View, doubtful: &Mask) -> Self {
        let away = distance(&view.border.flood.or(doubtful), LIMIT);
        let core = Mask::from_fn(view.size(), |x, y| away.at(x, y) > 10.0);
        let pixels = sample(&core);
        let step = (pixels.len() / 1024).max(1);
        Self(pixels.into_iter().step_by(step).map(|(x, y)| view.tone(x, y)).collect())
    }

    /// Log light over the backdrop's that all but a few of the garment's places pass; 0 of none.
    pub(super) fn darkest(&self) -> f32 {
        let mut light: Vec<f32> = self.0.iter().map(|t| t[0]).collect();
        quantile(&mut light, 0.02).unwrap_or(0.0)
    }

    /// Share of the garment that looks like a tone.
    pub(super) fn share(&self, tone: Tone, tint: f32, light: f32) -> f32 {
        let like = |t: &&Tone| tint_like(**t, tone, tint) && (t[0] - tone[0]).abs() < light;
        self.0.iter().filter(like).count() as f32 / self.0.len().max(1) as f32
    }
}

/// The mask of some parts.
pub(super) fn mask_of<'a>(view: &View, parts: impl Iterator<Item = &'a Part>) -> Mask {
    let mut mask = Mask::new(view.size());
    parts.for_each(|p| mask.set(&p.runs, true));
    mask
}

/// The pixels of a part that has the role of a holder. Where its window of smoothness leaked through a weak edge, the
/// places that have the garment's tint and not the part's are left out.
pub(super) fn held_by(view: &View, tints: &[Field; 2], part: &Part, cloth: &Cloth) -> Mask {
    let mut mask = mask_of(view, std::iter::once(part));
    for run in &part.runs {
        for x in run.start..run.end {
            let tone = [view.tone(x, run.y)[0], tints[0].at(x, run.y), tints[1].at(x, run.y)];
            if !tint_like(tone, part.tone, SAME_FORM) && cloth.share(tone, ALIKE[0], ONE_LIGHT) >= COMMON {
                mask.row_mut(run.y)[x] = false;
            }
        }
    }
    mask
}

/// What became of the parts.
pub(super) struct Verdict {
    /// The role of every part.
    pub(super) roles: Vec<Role>,
    /// The garment's tones.
    pub(super) cloth: Cloth,
    /// The largest holder that was told by standing above the garment: its index.
    pub(super) above: Option<usize>,
    /// The garment's smooth body looks like the form, or like the topmost part: nothing but place tells them apart.
    pub(super) alike: bool,
}

/// Judges every part.
pub(super) fn judge(view: &View, parts: &[Part], hints: &Hints) -> Verdict {
    let solid = view.border.flood.not();
    let whole = solid.count().max(1) as f32;
    let body = body(parts, whole);
    let is_body = |p: &Part| body.is_some_and(|b| std::ptr::eq(b, p));
    let like_body = |p: &Part| body.is_some_and(|b| one_cloth(p, b));
    let open = |p: &Part| p.outer >= OPEN[0] && !is_body(p);
    let cloth = Cloth::read(view, &mask_of(view, parts.iter().filter(|p| open(p))));
    let [first, last] = rows_of(&solid);
    let high = first as f32 + TOPMOST.0 * (last - first + 1) as f32;
    let room = TOPMOST.1 * view.size().pixels() as f32..BODY * whole;
    let topmost = |p: &Part| (p.top as f32) < high && room.contains(&(p.area as f32)) && p.grain < TEXTURED;
    let foreign = |p: &Part| {
        p.outer >= OPEN[1]
            && tint_like(p.tone, [0.0; 3], NEUTRAL)
            && cloth.share(p.tone, ALIKE[1], ONE_LIGHT) < RARE
    };
    let of_form = |p: &Part| hints.form.is_some_and(|form| one_material(p.tone, form, SAME_FORM));
    let known = |p: &Part| {
        let spoken =
            if like_body(p) { of_form(p) && topmost(p) } else { of_form(p) || topmost(p) || foreign(p) };
        open(p) && spoken
    };
    let holders: Vec<&Part> = parts.iter().filter(|p| known(p)).collect();
    let akin = |p: &Part| {
        let like_holder = || holders.iter().any(|h| one_material(p.tone, h.tone, ALIKE[1]));
        open(p) && !like_body(p) && like_holder()
    };
    let role = |p: &Part| if known(p) || akin(p) { Role::Holder } else { Role::Cloth };
    let roles = parts.iter().map(role).collect();
    let above = (0..parts.len()).filter(|i| known(&parts[*i]) && topmost(&parts[*i]));
    let above = above.max_by_key(|i| parts[*i].area);
    let unseen = body.zip(hints.form).is_some_and(|(b, form)| {
        let near = (b.tone[0] - form[0]).abs() < ONE_LIGHT;
        near && b.grain < TEXTURED && tint_like(b.tone, form, SAME_FORM)
    });
    let alike = unseen || parts.iter().any(|p| open(p) && like_body(p) && topmost(p));
    Verdict { roles, cloth, above, alike }
}

/// The part that is the garment's body, where that is smooth: the largest, if it is larger than all that is rough or
/// most of what is not backdrop.
fn body(parts: &[Part], whole: f32) -> Option<&Part> {
    let rough = whole - parts.iter().map(|p| p.area as f32).sum::<f32>();
    parts.iter().max_by_key(|p| p.area).filter(|p| p.area as f32 > rough.min(BODY * whole))
}

/// Whether two parts are of one cloth.
fn one_cloth(a: &Part, b: &Part) -> bool {
    tint_like(a.tone, b.tone, ALIKE[0])
        && (a.tone[0] - b.tone[0]).abs() < ONE_LIGHT
        && (a.grain > TEXTURED) == (b.grain > TEXTURED)
}

/// Whether a tone can be another one's in other light.
fn one_material(tone: Tone, other: Tone, tint: f32) -> bool {
    tint_like(tone, other, tint) && (-DARKER..BRIGHTER).contains(&(tone[0] - other[0]))
}
