//! The unknown band: where alpha is neither certainly 0 nor certainly 1.
//!
//! Everything near the certain backdrop is unknown, and everything near what the key sees the backdrop
//! through, if that is joined to the outside: lace, fur and knit, not a pale print inside a shirt.

use super::key::{DEEP, Inside, Key};
use super::photo::Photo;
use super::screen;
use super::seen::Seen;
use super::tint::tinted;
use crate::ops::field::{Field, Mask, Spans, dilate, distance, exp, quantile, reach, sample, wide};

/// Pixels from the backdrop that are unknown whatever their colour.
pub(super) const NEAR: f32 = 3.0;
/// Pixels from the backdrop that are unknown if the key finds them translucent.
const FAR: f32 = 10.0;
/// Alpha below which the key finds a pixel translucent.
const TRANSLUCENT: f32 = 0.6;
/// Light on the backdrop's share, against the seen backdrop, above which it is something else.
const BRIGHTEST: f32 = 1.04;
/// Alpha below which the backdrop shines through clearly.
const CLEAR: f32 = 0.25;
/// Farthest distance that is asked for.
const LIMIT: u16 = 20;
/// Deviations from the backdrop from which a pixel is distinct.
const DISTINCT: f32 = 4.0;

/// What is known of each pixel.
pub(super) struct Band {
    /// Alpha is to be solved.
    pub(super) unknown: Mask,
    /// Certainly product.
    pub(super) product: Mask,
    /// The backdrop shines through, clearly.
    pub(super) through: Mask,
    /// Distance in pixels to the certain backdrop, up to 20.
    pub(super) depth: Field,
    /// The key that says so.
    pub(super) key: Key,
}

impl Band {
    /// Decides the band. `light` is the backdrop as it is seen, linear.
    pub(super) fn of(
        photo: &Photo,
        seen: &Seen,
        light: &[Field; 3],
        noise: [f32; 3],
        backdrop: &Mask,
        screen: Option<usize>,
    ) -> Self {
        let inside = backdrop.not();
        let spans = Spans::cover(&inside, 0);
        let depth = distance(backdrop, LIMIT);
        let deep = deep(photo, seen, noise, &depth, &spans);
        let clipped = seen.clipped(backdrop);
        let key = Key::of(photo, light, &Inside { spans: &spans, depth: &depth, deep: &deep }, clipped);
        let mut through = see_through(&spans, &key, seen, noise, backdrop, &depth);
        if let Some(channel) = screen {
            let share = screen::share(photo, light, channel, &deep);
            through = through.or(&shows(&share, backdrop, &depth));
        }
        let tinted = joined(tinted(photo, seen, noise, backdrop, &depth), backdrop, &depth);
        let near = distance(&backdrop.or(&through).or(&tinted), FAR as u16 + 1);
        let mut unknown = Mask::new(photo.size());
        let mut clear = Mask::new(photo.size());
        for span in spans.iter() {
            let [near, alpha] = [&near, &key.alpha].map(|f| &f.row(span.y)[span.columns()]);
            let inside = &inside.row(span.y)[span.columns()];
            let shines = &through.row(span.y)[span.columns()];
            let to = unknown.row_mut(span.y)[span.columns()].iter_mut();
            for (i, (u, c)) in to.zip(&mut clear.row_mut(span.y)[span.columns()]).enumerate() {
                let translucent = || alpha[i] < TRANSLUCENT && key.holds(span.start + i, span.y);
                *u = inside[i] && (near[i] <= NEAR || near[i] <= FAR && translucent());
                *c = shines[i] && alpha[i] < CLEAR;
            }
        }
        let product = inside.and(&unknown.not());
        Self { unknown, product, through: clear, depth, key }
    }
}

/// Pixels deep inside the product that are distinct from the backdrop; shade makes darkness doubtful.
fn deep(photo: &Photo, seen: &Seen, noise: [f32; 3], depth: &Field, spans: &Spans) -> Mask {
    let mut deep = Mask::new(photo.size());
    find_deep(photo, &seen.shapes(), noise, depth, spans, &mut deep);
    deep
}

wide! {
    fn find_deep(
        photo: &Photo,
        shapes: &[Field; 4],
        noise: [f32; 3],
        depth: &Field,
        spans: &Spans,
        deep: &mut Mask,
    ) {
        let per = noise.map(|n| 1.0 / (n * n));
        for span in spans.iter() {
            let own = [&photo.luma, &photo.red, &photo.blue].map(|p| &p.row(span.y)[span.columns()]);
            let [luma, red, blue, shade] = shapes.each_ref().map(|p| &p.row(span.y)[span.columns()]);
            let depth = &depth.row(span.y)[span.columns()];
            for (i, found) in deep.row_mut(span.y)[span.columns()].iter_mut().enumerate() {
                let (dy, dr, db) = (own[0][i] - luma[i], own[1][i] - red[i], own[2][i] - blue[i]);
                let doubt = if dy > 0.0 { 0.0 } else { 0.36 * shade[i] * shade[i] };
                let squared = dy * dy / (noise[0] * noise[0] + doubt) + dr * dr * per[1] + db * db * per[2];
                *found = (depth[i] > DEEP) & (squared > DISTINCT * DISTINCT);
            }
        }
    }
}

/// Where the screen shows, joined to the outside.
fn shows(share: &Field, backdrop: &Mask, depth: &Field) -> Mask {
    let mut shows = Mask::new(backdrop.size());
    let pixels = shows.values_mut().iter_mut().zip(share.values()).zip(backdrop.values());
    pixels.for_each(|((s, share), known)| *s = !*known && *share > screen::TRACE);
    joined(shows, backdrop, depth)
}

/// The part of a mask that is joined to the backdrop.
fn joined(mask: Mask, backdrop: &Mask, depth: &Field) -> Mask {
    let mut bridge = dilate(&mask, 1);
    bridge.values_mut().iter_mut().zip(depth.values()).for_each(|(b, d)| *b |= *d <= NEAR);
    mask.and(&reach(&bridge, backdrop))
}

/// Where the key sees the backdrop through the product, joined to the outside.
fn see_through(
    spans: &Spans,
    key: &Key,
    seen: &Seen,
    noise: [f32; 3],
    backdrop: &Mask,
    depth: &Field,
) -> Mask {
    let spread = 4.0 * noise[0].max(noise[1]);
    let allowed = 3.0 * spread * spread;
    let mut shades: Vec<f32> = sample(backdrop).into_iter().map(|(x, y)| seen.shade(x, y)).collect();
    let deepest = quantile(&mut shades, 0.01).unwrap_or(0.0);
    let darkest = exp(1.5 * deepest - 0.03);
    let mut see = Mask::new(backdrop.size());
    for span in spans.iter() {
        let columns = [&key.alpha, &key.shade, &key.misfit].map(|f| &f.row(span.y)[span.columns()]);
        let [alpha, shade, misfit] = columns;
        let known = &backdrop.row(span.y)[span.columns()];
        for (i, s) in see.row_mut(span.y)[span.columns()].iter_mut().enumerate() {
            let mixed = (alpha[i] < TRANSLUCENT)
                & (shade[i] > darkest)
                & (shade[i] < BRIGHTEST)
                & (misfit[i] < allowed * (1.0 + 4.0 * alpha[i].clamp(0.0, 1.0)));
            *s = mixed && !known[i] && key.holds(span.start + i, span.y);
        }
    }
    joined(see, backdrop, depth)
}
