//! What is too small or too thin to be a smooth part: slivers of a tinted form beside the garment, and gaps between
//! its parts through which the backdrop is seen.
//!
//! Both are told by their tone alone, so only where the garment has none like it.

use super::holder::{Cloth, RARE};
use super::view::{Tone, View, tint_like};
use crate::ops::field::{Components, Mask, Neighbours, area, dilate, distance, erode, reach};

/// Logarithms of tint and of light within which a gap looks like the backdrop, and within which cloth would too.
const GAP: [f32; 2] = [0.04, 0.2];
const GAP_LIKE: [f32; 2] = [0.06, 0.25];
/// Pixels from the flood between which a gap begins: nearer is the backdrop's own fringe; and the fewest that it has.
const BEGINS: [f32; 2] = [3.0, 10.0];
const FEWEST: usize = 12;
/// Logarithms of tint within which a sliver is the form's, and by which the form must differ from the backdrop.
const SLIVER: f32 = 0.08;
const TINTED: f32 = 0.12;
/// Pixels over which a sliver is joined to the outside or the form: their common edge.
const EDGE: usize = 5;
/// Texture above which it is an edge.
const STEEP: f32 = 0.25;

/// Gaps that show the backdrop.
pub(super) fn gaps(view: &View, cloth: &Cloth) -> Mask {
    let mut gaps = Mask::new(view.size());
    if cloth.share([0.0; 3], GAP_LIKE[0], GAP_LIKE[1]) >= RARE {
        return gaps;
    }
    let away = distance(&view.border.flood, BEGINS[1] as u16 + 1);
    let like = Mask::from_fn(view.size(), |x, y| {
        let tone = view.tone(x, y);
        away.at(x, y) > BEGINS[0] && tint_like(tone, [0.0; 3], GAP[0]) && tone[0].abs() < GAP[1]
    });
    for runs in Components::of(&like, Neighbours::Four).each().filter(|r| area(r) >= FEWEST) {
        let joined = |x: usize, y: usize| away.at(x, y) < BEGINS[1];
        if runs.iter().any(|r| (r.start..r.end).any(|x| joined(x, r.y))) {
            gaps.set(runs, true);
        }
    }
    gaps
}

/// Slivers of a form of some tone, joined to the outside or to the holders that were found.
pub(super) fn slivers(view: &View, cloth: &Cloth, form: Tone, holders: &Mask) -> Mask {
    let tinted = form[1].abs().max(form[2].abs()) > TINTED;
    if !tinted || cloth.share(form, SLIVER, f32::INFINITY) >= RARE {
        return Mask::new(view.size());
    }
    let like = Mask::from_fn(view.size(), |x, y| {
        view.border.edges.at(x, y) < STEEP && tint_like(view.tone(x, y), form, SLIVER)
    });
    let thin = erode(&like, 1);
    reach(&thin, &dilate(&view.outside.or(holders), EDGE).and(&thin))
}
