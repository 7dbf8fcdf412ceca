//! Alpha from the nearest certain colours: a matte for edges that are crisp and known to a pixel or two of a small
//! picture, whatever lies behind them.
//!
//! Where it is certain what is product and what is ground, both colours are carried into what is not (push-pull, so
//! that shade goes with them), and alpha is the share of the product's colour: an affine map of a pixel's own colour,
//! which the matte's kernel evaluates at any resolution (known-colour matting; Smith and Blinn 1996 for the equation).
//! Where the two look alike the edge runs halfway between them. Nothing here decides what is product.

use super::backdrop_matte::{Matte, to_photo, visible};
use super::field::{Adder, Cells, Field, Mask, distance, push_pull};
use super::trimap::{BACKDROP, PRODUCT};
use super::{Certain, Frame, Study};
use crate::image::{Format, Plane};

/// Squared distance of the two colours in linear light at which an equal part of alpha comes from the place alone, …
const ALIKE: f32 = 1e-4;
/// … and how many variances of the product's own colours are added to that: pattern says nothing of an edge.
const PATTERN: f32 = 2.0;
/// Log2 of the cells in which certain colours are gathered.
const CELL: u32 = 2;
/// Widest unknown part that is looked across, in pixels.
const WIDEST: u16 = 64;

/// The matte of a picture: `light` is [`Format::Rgba`], `certain` a [`Format::Gray`] plane of its size, as
/// [`Certain`](super::Certain) has it.
#[must_use]
pub fn matte(light: &Plane, certain: &Plane, confidence: f32) -> Matte {
    let size = light.size();
    let [product, ground] = [PRODUCT, BACKDROP].map(|what| colours(light, certain, what));
    let place = Place::of(certain);
    let mut map = Plane::zeros(size, Format::Rgba);
    let mut alpha = Plane::zeros(size, Format::Gray);
    let (mut behind, mut inside) = (map.clone(), map.clone());
    let width = (size.width as usize).max(1);
    let rows = map.floats_mut().chunks_exact_mut(4 * width).zip(alpha.floats_mut().chunks_exact_mut(width));
    let fields =
        behind.floats_mut().chunks_exact_mut(4 * width).zip(inside.floats_mut().chunks_exact_mut(4 * width));
    for (y, ((map, alpha), (behind, inside))) in rows.zip(fields).enumerate() {
        let seen = &light.floats()[4 * width * y..4 * width * (y + 1)];
        for x in 0..width {
            let known = certain.floats()[width * y + x];
            let ([r, g, b, squares], [s, t, u, _]) = (product.at(x, y), ground.at(x, y));
            let (own, other) = ([r, g, b], [s, t, u]);
            let pattern = (squares - r * r - g * g - b * b).max(0.0);
            let affine = affine((own, pattern), other, place.at(x, y));
            let found = (0..3).fold(affine[3], |sum, c| sum + affine[c] * seen[c * width + x]);
            alpha[x] = if known == PRODUCT || known == BACKDROP { known } else { unit(found) };
            (0..4).for_each(|c| map[c * width + x] = affine[c]);
            (0..3).for_each(|c| (behind[c * width + x], inside[c * width + x]) = (other[c], own[c]));
            behind[3 * width + x] = f32::from(u8::from(known == BACKDROP));
            inside[3 * width + x] = f32::from(u8::from(known == PRODUCT));
        }
    }
    let unknown = certain.floats().iter().filter(|v| **v != PRODUCT && **v != BACKDROP).count();
    Matte {
        map: map.into(),
        backdrop: behind.into(),
        foreground: inside.into(),
        transmission: Plane::gray(size, |_, _| 1.0).into(),
        clear: None,
        alpha,
        confidence,
        reasons: Vec::new(),
        unknown_share: unknown as f32 / size.pixels().max(1) as f32,
    }
}

/// Takes the matte of a picture, and the picture as the study's proxy from here on.
pub(super) fn take(study: &mut Study, (frame, light): (Frame, Plane), certain: Plane, confidence: f32) {
    let found = matte(&light, &certain, confidence);
    study.visible = visible(&found).map(|w| to_photo(frame, study.photo, w));
    (study.proxy_frame, study.proxy) = (frame, light);
    study.certain = Some(Certain { plane: certain, frame });
    study.matte = Some(found);
}

/// Alpha as factors of a colour and an offset; `place` is what it is where both colours are the same.
fn affine((product, pattern): ([f32; 3], f32), ground: [f32; 3], place: f32) -> [f32; 4] {
    let way = [0, 1, 2].map(|c| product[c] - ground[c]);
    let squared = way.iter().map(|v| v * v).sum::<f32>();
    if !(squared + pattern).is_finite() {
        return [0.0, 0.0, 0.0, place];
    }
    let alike = ALIKE + PATTERN * pattern;
    // The colour's own word counts as its distance against what looks alike: it is scaled by no more than it.
    let trust = squared / (squared + alike);
    let [r, g, b] = way.map(|v| trust * v / squared.max(1e-9));
    let start = r * ground[0] + g * ground[1] + b * ground[2];
    [r, g, b, place * (1.0 - trust) - start]
}

fn unit(v: f32) -> f32 {
    if v.is_nan() { 0.5 } else { v.clamp(0.0, 1.0) }
}

/// How near a pixel is to product, of its way from ground to product.
struct Place {
    to_product: Field,
    to_ground: Field,
}

impl Place {
    fn of(certain: &Plane) -> Self {
        let width = certain.size().width as usize;
        let of = |what: f32| {
            distance(&Mask::from_fn(certain.size(), |x, y| certain.floats()[y * width + x] == what), WIDEST)
        };
        Self { to_product: of(PRODUCT), to_ground: of(BACKDROP) }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        let (product, ground) = (self.to_product.at(x, y), self.to_ground.at(x, y));
        ground / (product + ground).max(1.0)
    }
}

/// The colour of what is certain and the mean of its squared length, carried on everywhere.
fn colours(light: &Plane, certain: &Plane, what: f32) -> Cells<4> {
    let width = (light.size().width as usize).max(1);
    let mut adder = Adder::<5>::new(light.size(), CELL);
    for (known, runs) in certain.floats().chunks_exact(width).zip(light.floats().chunks_exact(4 * width)) {
        let [r, g, b, squares, weight] = adder.row();
        for (x, known) in known.iter().enumerate() {
            let w = f32::from(u8::from(*known == what));
            let [red, green, blue] = [0, 1, 2].map(|c| if w > 0.0 { runs[c * width + x] } else { 0.0 });
            (r[x], g[x], b[x], weight[x]) = (red, green, blue, w);
            squares[x] = red * red + green * green + blue * blue;
        }
        adder.add();
    }
    let sums = adder.finish();
    let (shift, full) = (sums.shift, sums.full);
    let [r, g, b, squares, weight] = sums.planes;
    push_pull(Cells { planes: [r, g, b, squares], shift, full }, &weight, (1 << (2 * CELL)) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::ops::trimap::UNKNOWN;

    /// Product on the left up to `place`, and what is certain around it.
    fn edge(place: f32, product: [f32; 3], ground: f32, slope: f32) -> (Plane, Plane) {
        let size = Size::new(64, 48);
        let light = Plane::rgba(size, |x, y| {
            let (a, ground) = ((place - x as f32).clamp(0.0, 1.0), ground + slope * y as f32);
            let [r, g, b] = product.map(|own| a * own + (1.0 - a) * ground);
            [r, g, b, 1.0]
        });
        let certain = Plane::gray(size, |x, _| match x {
            0..28 => PRODUCT,
            34.. => BACKDROP,
            _ => UNKNOWN,
        });
        (light, certain)
    }

    #[test]
    fn an_edge_is_found_to_a_tenth_of_a_pixel() {
        for place in [30.0_f32, 30.3, 30.7] {
            let (light, certain) = edge(place, [0.1, 0.2, 0.5], 0.7, 0.001);
            let found = matte(&light, &certain, 1.0);
            for y in [3, 24, 44] {
                let sum: f32 = (0..64).map(|x| found.alpha.gray_at(x, y)).sum();
                assert!((sum - place).abs() < 0.1, "row {y}: {sum} for {place}");
            }
        }
    }

    #[test]
    fn what_looks_alike_parts_halfway() {
        let (light, certain) = edge(30.0, [0.7; 3], 0.7, 0.0);
        let found = matte(&light, &certain, 1.0);
        let [left, middle, right] = [28, 30, 33].map(|x| found.alpha.gray_at(x, 0));
        assert!(left > middle && middle > right && (middle - 0.5).abs() < 0.2, "{left} {middle} {right}");
    }

    #[test]
    fn empty_pictures_and_no_numbers_make_no_trouble() {
        let none = Plane::zeros(Size::new(0, 3), Format::Rgba);
        assert_eq!(matte(&none, &Plane::zeros(Size::new(0, 3), Format::Gray), 1.0).unknown_share, 0.0);
        let (_, certain) = edge(30.0, [0.1; 3], 0.7, 0.0);
        let broken = Plane::rgba(certain.size(), |_, _| [f32::NAN; 4]);
        let found = matte(&broken, &certain, 1.0);
        assert!(found.alpha.floats().iter().all(|a| (0.0..=1.0).contains(a)));
    }
}
