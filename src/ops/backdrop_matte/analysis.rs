//! The analysis as a whole: from a proxy to the grids that the render reads.

use std::sync::Arc;

use super::band::Band;
use super::border::Border;
use super::choose::Backdrop;
use super::confidence::{Reason, confidence};
use super::flat::Flat;
use super::grow::grow;
use super::holes::{drop_specks, holes};
use super::photo::{DARK, Photo};
use super::screen;
use super::seen::{Seen, Sums};
use super::solve::{Solution, solve};
use super::tint::tinted_holes;
use super::transmission::{Clear, clear_light, transmission};
use crate::image::{Format, Plane};
use crate::ops::field::{Field, Mask, Surface, exp, wide};
use crate::ops::luminance;
use crate::ops::plate::Clean;

/// The grids of a matte. All planes have the proxy's size.
#[derive(Clone, Debug)]
pub struct Matte {
    /// Alpha as an affine map of linear colour: factors in the colour runs, the offset in the fourth.
    pub map: Arc<Plane>,
    /// The backdrop as it is seen, with its shadow, linear; fourth run: 1 where it is certainly backdrop.
    pub backdrop: Arc<Plane>,
    /// Colour of the product, linear, continued beyond it; fourth run: 1 where it is certainly product.
    pub foreground: Arc<Plane>,
    /// Share of the backdrop's light that the shadow left, 0 … 1.
    pub transmission: Arc<Plane>,
    /// Mean log light of the backdrop without shadow, weighed by luminance; `None` where too little is known.
    pub clear: Option<Clear>,
    /// Alpha at the proxy's resolution.
    pub alpha: Plane,
    /// How far the matte may be trusted, 0 … 1.
    pub confidence: f32,
    /// What speaks against it.
    pub reasons: Vec<Reason>,
    /// Share of the pixels whose alpha had to be solved.
    pub unknown_share: f32,
}

/// Finds the product on a plain backdrop. `proxy` is a [`Format::Rgba`] plane of linear Rec.2020 light with
/// alpha 1, of any size from one pixel; what is not a number counts as black.
#[must_use]
pub fn analyse(proxy: &Plane) -> Matte {
    analyse_with(proxy, None, Backdrop::Auto)
}

/// Finds the product on a backdrop that a clean plate of the proxy's size shows, if there is one, or that is known
/// by its colour.
#[must_use]
pub fn analyse_with(proxy: &Plane, clean: Option<&Clean>, backdrop: Backdrop) -> Matte {
    if proxy.size().pixels() == 0 || proxy.format() != Format::Rgba {
        return nothing(proxy);
    }
    let photo = Photo::read(proxy);
    let flat = clean.map(|clean| Flat::of(&photo, clean));
    // Where the backdrop is looked for: the photograph, or the same laid flat by the plate.
    let even = flat.as_ref().map_or(&photo, |f| &f.photo);
    let border = match &flat {
        Some(flat) => Border::against(&flat.photo, flat.level),
        None => match Border::of(&photo, backdrop) {
            Some(border) => border,
            None => return nothing(proxy),
        },
    };
    let known = flat.as_ref().map(|f| Surface::level(luminance(f.level)));
    let mut backdrop = border.flood.clone();
    let (seen, noise, tinted) = find_backdrop(even, &border, known.as_ref(), &mut backdrop);
    let mut light = linear(&seen);
    let band = Band::of(even, &seen, &light, noise, &backdrop, screen::channel(border.mode));
    let clear = known.or_else(|| clear_light(even, &backdrop));
    if let Some(flat) = &flat {
        flat.restore(&mut light);
    }
    let solution = solve(&photo, &light, &band);
    // Shadows are deepest at the product's foot, beyond what is certain before alpha is solved.
    let empty = backdrop.or(&empty(&solution.alpha, &band.unknown));
    let shadow = transmission(&Sums::of(even, &empty).fill(), clear.as_ref());
    let (confidence, reasons) = confidence(&border, &backdrop, &band, &solution, &tinted);
    let Solution { alpha, map, mut foreground, .. } = solution;
    let width = photo.width();
    for (y, row) in foreground.floats_mut().chunks_exact_mut(4 * width).enumerate() {
        write(&band.product, y, &mut row[3 * width..]);
    }
    Matte {
        map: map.into(),
        backdrop: rgba(&light, &backdrop).into(),
        foreground: foreground.into(),
        transmission: shadow.into(),
        clear: match &flat {
            Some(flat) => Some(Clear::Plate(flat.clear_log().into())),
            None => clear.map(Clear::Fitted),
        },
        alpha: gray(&alpha),
        confidence,
        reasons,
        unknown_share: band.unknown.share(),
    }
}

/// Unknown pixels that proved to be backdrop.
fn empty(alpha: &Field, unknown: &Mask) -> Mask {
    let mut empty = unknown.clone();
    empty.values_mut().iter_mut().zip(alpha.values()).for_each(|(e, a)| *e &= *a < EMPTY);
    empty
}

/// Alpha below which a pixel of the proxy shows nothing but backdrop.
const EMPTY: f32 = 0.02;

/// Extends the first flood to the whole backdrop; returns its fill, the noise around it, and the holes of the product
/// that only their tint tells. `known` is the light of the backdrop without shadow, where a plate tells it.
fn find_backdrop(
    photo: &Photo,
    border: &Border,
    known: Option<&Surface>,
    backdrop: &mut Mask,
) -> (Seen, [f32; 3], Mask) {
    let seen = Sums::of(photo, backdrop).fill();
    let noise = seen.noise(photo, backdrop);
    *backdrop = backdrop.or(&holes(photo, border, &seen, known, noise, backdrop));
    let seen = Sums::of(photo, backdrop).fill();
    drop_specks(photo, &seen, noise, backdrop);
    let seen = grow(photo, border.mode, noise, backdrop);
    let found = tinted_holes(photo, &seen, noise, backdrop);
    if found.count() == 0 {
        return (seen, noise, found);
    }
    *backdrop = backdrop.or(&found);
    (grow(photo, border.mode, noise, backdrop), noise, found)
}

/// The filled backdrop as linear light.
fn linear(seen: &Seen) -> [Field; 3] {
    let mut light = seen.log.enlarge();
    light.iter_mut().for_each(exponentiate);
    light
}

wide! {
    fn exponentiate(log: &mut Field) {
        log.values_mut().iter_mut().for_each(|v| *v = exp(*v) - DARK);
    }
}

fn write(mask: &Mask, y: usize, run: &mut [f32]) {
    run.iter_mut().zip(mask.row(y)).for_each(|(r, m)| *r = f32::from(u8::from(*m)));
}

fn rgba(colour: &[Field; 3], fourth: &Mask) -> Plane {
    let [first, ..] = colour;
    let mut plane = Plane::zeros(first.size(), Format::Rgba);
    let width = first.width();
    for (y, row) in plane.floats_mut().chunks_exact_mut(4 * width).enumerate() {
        let (light, last) = row.split_at_mut(3 * width);
        for (run, field) in light.chunks_exact_mut(width).zip(colour) {
            run.copy_from_slice(field.row(y));
        }
        write(fourth, y, last);
    }
    plane
}

fn gray(field: &Field) -> Plane {
    let mut plane = Plane::zeros(field.size(), Format::Gray);
    plane.floats_mut().copy_from_slice(field.values());
    plane
}

/// The matte of what is no picture.
fn nothing(proxy: &Plane) -> Matte {
    let plane = |format| Plane::zeros(proxy.size(), format);
    Matte {
        map: plane(Format::Rgba).into(),
        backdrop: plane(Format::Rgba).into(),
        foreground: plane(Format::Rgba).into(),
        transmission: plane(Format::Gray).into(),
        clear: None,
        alpha: plane(Format::Gray),
        confidence: 0.0,
        reasons: vec![Reason::NoBackdrop { coverage: 0.0 }, Reason::NoProduct],
        unknown_share: 0.0,
    }
}
