//! Alpha by colour alone: each pixel as a mixture of the product deep inside and the backdrop, shaded.
//!
//! Colours are taken in units of the backdrop, so that one rule serves light and dark ones. A mixture has
//! two unknowns, the product's share and the shaded backdrop's, found by least squares; where the third
//! colour component contradicts them, or where pixels deep inside the product look keyed out, colour cannot
//! be trusted and the key says so.

use super::photo::Photo;
use crate::ops::field::{Adder, Cells, Field, Mask, Spans, box_mean, push_pull, wide};

/// Added to the backdrop before dividing by it.
const FLOOR: f32 = 0.02;
/// Radius in pixels of the window in which the product's distinctness is typical.
const TYPICAL: usize = 40;
/// Log2 of the cells' width: product colour, and failures.
const SHIFTS: (u32, u32) = (3, 6);
/// Weights at which a cell trusts itself alone: product colour, and failures.
const FULL: (f32, f32) = (30.0, 1500.0);
/// Depth in pixels from which a distinct pixel should be keyed as product.
pub(super) const DEEP: f32 = 10.0;
/// Deep product with less alpha than this looks keyed out.
const KEYED_OUT: f32 = 0.7;
/// How strongly the backdrop's share is tied to one minus the product's.
const TIE: f32 = 0.02;

/// A pixel as a mixture of product and backdrop.
#[derive(Clone, Copy)]
pub(super) struct Mixture {
    /// Share of the product.
    pub(super) alpha: f32,
    /// Light left on the backdrop's share: below 1 in shadow.
    pub(super) shade: f32,
    /// Squared distance of the colour from the mixture.
    pub(super) misfit: f32,
    /// Share of the product if the backdrop had no shade: the position on the line between the colours.
    pub(super) line: f32,
}

/// Explains `z` as `alpha·product + s·backdrop`, `s` weakly tied to `1 − alpha`. A backdrop brighter than
/// itself is refused: then `s = 1 − alpha`, and alpha is the projection on the line between the two.
#[inline(always)]
pub(super) fn unmix(z: [f32; 3], product: [f32; 3], backdrop: [f32; 3]) -> Mixture {
    let (ff, fb, bb) = (dot(product, product), dot(product, backdrop), dot(backdrop, backdrop));
    let tie = TIE * bb;
    let (u, v) = (dot(z, product) + tie, dot(z, backdrop) + tie);
    let (p, q, t) = (ff + tie, fb + tie, bb + tie);
    let per_determinant = 1.0 / (p * t - q * q).max(1e-6);
    let (alpha, rest) = ((u * t - v * q) * per_determinant, (p * v - q * u) * per_determinant);
    let line = project(z, product, backdrop);
    let refused = rest > 1.0 - alpha;
    let (alpha, rest) = if refused { (line, 1.0 - line) } else { (alpha, rest) };
    let left: [f32; 3] = std::array::from_fn(|c| z[c] - alpha * product[c] - rest * backdrop[c]);
    Mixture { alpha, shade: rest / (1.0 - alpha).max(0.05), misfit: dot(left, left), line }
}

/// Position of `z` on the line from backdrop (0) to product (1).
#[inline(always)]
pub(super) fn project(z: [f32; 3], product: [f32; 3], backdrop: [f32; 3]) -> f32 {
    let d = minus(product, backdrop);
    dot(minus(z, backdrop), d) / (dot(d, d) + 1e-4)
}

#[inline(always)]
pub(super) fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[inline(always)]
pub(super) fn minus(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// The key of all that is not certainly backdrop; the fields are unspecified elsewhere.
pub(super) struct Key {
    /// Share of the product.
    pub(super) alpha: Field,
    /// Light left on the backdrop's share.
    pub(super) shade: Field,
    /// Squared distance from the mixture.
    pub(super) misfit: Field,
    /// Squared distance of the product's colour from the backdrop's.
    pub(super) contrast: Field,
    /// Share of deep product that looks keyed out: by the line, and by the mixture.
    pub(super) failure: Cells<2>,
    /// Whether colour tells product and backdrop apart at all.
    pub(super) usable: bool,
}

/// What is not certainly backdrop.
pub(super) struct Inside<'a> {
    pub(super) spans: &'a Spans,
    /// Distance in pixels to the certain backdrop.
    pub(super) depth: &'a Field,
    /// Pixels deep inside that are distinct from the backdrop.
    pub(super) deep: &'a Mask,
}

impl Key {
    /// Keys the inside against `backdrop`, linear light, which is clipped or nearly so where it is certain
    /// if `clipped`.
    pub(super) fn of(photo: &Photo, backdrop: &[Field; 3], inside: &Inside<'_>, clipped: bool) -> Self {
        let product = product_colour(photo, backdrop, inside);
        let new = || Field::unset(photo.size());
        let empty = |c| Field::new(crate::image::Size::new(c, c));
        let failure = Cells { planes: [empty(1), empty(1)], shift: SHIFTS.1, full: photo.size() };
        let mut key =
            Self { alpha: new(), shade: new(), misfit: new(), contrast: new(), failure, usable: !clipped };
        let mut line = new();
        unmix_all(photo, backdrop, &product, inside.spans, &mut key, &mut line);
        key.failure = failures(&key, &line, inside.deep);
        let share = |field: &Field, limit: f32| {
            let values = field.values().iter().zip(inside.deep.values());
            values.filter(|(v, deep)| **deep & (**v < limit)).count() as f32
                / inside.deep.count().max(1) as f32
        };
        key.usable &= share(&key.alpha, 0.5) < 0.1 && share(&key.contrast, 0.3) < 0.05;
        key
    }

    /// Whether the key may be believed at a pixel.
    #[inline(always)]
    pub(super) fn holds(&self, x: usize, y: usize) -> bool {
        let contrast = self.contrast.at(x, y);
        if contrast <= 0.35 {
            return false;
        }
        let [_, failure] = self.failure.at(x, y);
        failure < 0.2 || failure < 0.55 && contrast > 0.5 && self.usable
    }
}

/// A pixel's colour and the backdrop's in units of the backdrop.
#[inline(always)]
fn in_units(light: [f32; 3], backdrop: [f32; 3]) -> ([f32; 3], [f32; 3]) {
    let unit = backdrop.map(|b| 1.0 / (b + FLOOR));
    (std::array::from_fn(|c| light[c] * unit[c]), std::array::from_fn(|c| backdrop[c] * unit[c]))
}

/// Colour of the product from its depth, where it is most distinct from the backdrop, in units of the
/// backdrop.
fn product_colour(photo: &Photo, backdrop: &[Field; 3], inside: &Inside<'_>) -> [Field; 3] {
    let mut weight = Field::new(photo.size());
    let mut distinct = Field::new(photo.size());
    weigh(photo, backdrop, inside, &mut weight, &mut distinct);
    let typical = [box_mean(&distinct, TYPICAL), box_mean(&weight, TYPICAL)];
    let [r, g, b, weight] = add_up(photo, backdrop, [&weight, &distinct], &typical).planes;
    let sums = Cells { planes: [r, g, b], shift: SHIFTS.0, full: photo.size() };
    push_pull(sums, &weight, FULL.0).enlarge()
}

wide! {
    /// Weight by depth, and that times the squared distance from the backdrop.
    fn weigh(
        photo: &Photo,
        backdrop: &[Field; 3],
        inside: &Inside<'_>,
        weight: &mut Field,
        distinct: &mut Field,
    ) {
        for span in inside.spans.iter() {
            let [r, g, b] = photo.light.each_ref().map(|p| &p.row(span.y)[span.columns()]);
            let [br, bg, bb] = backdrop.each_ref().map(|p| &p.row(span.y)[span.columns()]);
            let depth = &inside.depth.row(span.y)[span.columns()];
            let weight = &mut weight.row_mut(span.y)[span.columns()];
            let distinct = &mut distinct.row_mut(span.y)[span.columns()];
            for i in 0..depth.len() {
                let (z, b) = in_units([r[i], g[i], b[i]], [br[i], bg[i], bb[i]]);
                let d = minus(z, b);
                let w = ((depth[i] - 3.0) * (1.0 / 16.0)).clamp(0.0, 1.0);
                weight[i] = w * w;
                distinct[i] = w * w * dot(d, d);
            }
        }
    }
}

wide! {
    fn add_up(
        photo: &Photo,
        backdrop: &[Field; 3],
        own: [&Field; 2],
        typical: &[Field; 2],
    ) -> Cells<4> {
        let mut adder = Adder::<4>::new(photo.size(), SHIFTS.0);
        for y in 0..photo.size().height as usize {
            let [to_r, to_g, to_b, to_w] = adder.row();
            let [r, g, b] = photo.light.each_ref().map(|p| p.row(y));
            let [br, bg, bb] = backdrop.each_ref().map(|p| p.row(y));
            let (weight, distinct) = (own[0].row(y), own[1].row(y));
            let (near_distinct, near_weight) = (typical[0].row(y), typical[1].row(y));
            for i in 0..to_r.len() {
                let usual = near_distinct[i] / near_weight[i].max(1e-4);
                let ratio = (distinct[i] / weight[i].max(1e-12) / (usual + 1e-3)).min(1.0);
                let w = weight[i] * ratio * ratio;
                let (z, _) = in_units([r[i], g[i], b[i]], [br[i], bg[i], bb[i]]);
                (to_r[i], to_g[i], to_b[i], to_w[i]) = (z[0] * w, z[1] * w, z[2] * w, w);
            }
            adder.add();
        }
        adder.finish()
    }
}

wide! {
    fn unmix_all(photo: &Photo, backdrop: &[Field; 3], product: &[Field; 3], spans: &Spans, key: &mut Key, line: &mut Field) {
        for span in spans.iter() {
            let [r, g, b] = photo.light.each_ref().map(|p| &p.row(span.y)[span.columns()]);
            let [br, bg, bb] = backdrop.each_ref().map(|p| &p.row(span.y)[span.columns()]);
            let [fr, fg, fb] = product.each_ref().map(|p| &p.row(span.y)[span.columns()]);
            let alpha = &mut key.alpha.row_mut(span.y)[span.columns()];
            let shade = &mut key.shade.row_mut(span.y)[span.columns()];
            let misfit = &mut key.misfit.row_mut(span.y)[span.columns()];
            let contrast = &mut key.contrast.row_mut(span.y)[span.columns()];
            let line = &mut line.row_mut(span.y)[span.columns()];
            for i in 0..alpha.len() {
                let (z, b) = in_units([r[i], g[i], b[i]], [br[i], bg[i], bb[i]]);
                let f = [fr[i], fg[i], fb[i]];
                let d = minus(f, b);
                contrast[i] = dot(d, d);
                let mixture = unmix(z, f, b);
                (alpha[i], shade[i]) = (mixture.alpha, mixture.shade);
                (misfit[i], line[i]) = (mixture.misfit, mixture.line);
            }
        }
    }
}

/// Share of deep product that looks keyed out: by the line, and by the mixture.
fn failures(key: &Key, line: &Field, deep: &Mask) -> Cells<2> {
    let [by_line, by_mixture, weight] = count_failures(key, line, deep).planes;
    let sums = Cells { planes: [by_line, by_mixture], shift: SHIFTS.1, full: deep.size() };
    push_pull(sums, &weight, FULL.1)
}

wide! {
    fn count_failures(key: &Key, line: &Field, deep: &Mask) -> Cells<3> {
        let one = |holds: bool| f32::from(u8::from(holds));
        let mut adder = Adder::<3>::new(deep.size(), SHIFTS.1);
        for y in 0..deep.size().height as usize {
            let [by_line, by_mixture, weight] = adder.row();
            let (line, alpha, deep) = (line.row(y), key.alpha.row(y), deep.row(y));
            for i in 0..deep.len() {
                weight[i] = one(deep[i]);
                by_line[i] = one(deep[i] & (line[i] < KEYED_OUT));
                by_mixture[i] = one(deep[i] & (alpha[i] < KEYED_OUT));
            }
            adder.add();
        }
        adder.finish()
    }
}
