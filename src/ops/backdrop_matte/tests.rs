//! The analysis on pictures whose truth is known.

use super::photo::Photo;
use super::seen::Sums;
use super::tint::tinted_holes;
use super::{Backdrop, Matte, Reason, analyse, analyse_with};
use crate::image::{AlphaMode, Encoding};
use crate::image::{Format, Plane, Size};
use crate::ops::field::Mask;
use crate::ops::plate::{self, Extra};
use crate::ops::testing::noise;
use crate::ops::{Frame, Side};

/// A set: a graded backdrop, a soft shadow, noise, and a product of which `cover` tells alpha.
struct Set<F: Fn(f32, f32) -> f32> {
    size: Size,
    product: [f32; 3],
    /// Share of the light that the shadow takes at its darkest.
    shadow: f32,
    cover: F,
}

impl<F: Fn(f32, f32) -> f32> Set<F> {
    /// Light of the backdrop and the share that the shadow leaves, at a pixel.
    fn light(&self, x: f32, y: f32) -> (f32, f32) {
        let (u, v) = (x / self.size.width as f32 - 0.5, y / self.size.height as f32 - 0.5);
        let shadow = self.shadow * (-((u - 0.05) / 0.16).powi(2) - ((v - 0.22) / 0.07).powi(2)).exp();
        (0.62 * (1.0 - 0.3 * (u * u + v * v) - 0.1 * u + 0.08 * v), 1.0 - shadow)
    }

    fn photograph(&self) -> Plane {
        self.before(|_, _| 1.0)
    }

    /// The photograph before a wall that takes its share of the light.
    fn before(&self, wall: fn(f32, f32) -> f32) -> Plane {
        Plane::rgba(self.size, |x, y| {
            let (u, v) = (x as f32 + 0.5, y as f32 + 0.5);
            let alpha = (self.cover)(u, v);
            let (light, left) = self.light(u, v);
            let light = light * wall(u, v);
            let mix = |c: usize| {
                let grain = (noise(x, y, c as u32 + 1) - 0.5) * 0.006;
                let cloth = self.product[c] * (1.0 + 0.3 * (noise(x / 3, y / 3, 9) - 0.5));
                alpha * cloth + (1.0 - alpha) * light * left * [1.0, 0.98, 0.95][c] + grain
            };
            [mix(0), mix(1), mix(2), 1.0]
        })
    }

    fn error(&self, matte: &Matte) -> f32 {
        let truth = Plane::gray(self.size, |x, y| (self.cover)(x as f32 + 0.5, y as f32 + 0.5));
        let pairs = matte.alpha.floats().iter().zip(truth.floats());
        pairs.map(|(a, b)| (a - b).abs()).sum::<f32>() / self.size.pixels() as f32
    }
}

const SIZE: Size = Size::new(360, 300);
const RED: [f32; 3] = [0.35, 0.06, 0.05];

/// A disc with an edge three pixels soft.
fn disc(x: f32, y: f32, radius: f32) -> impl Fn(f32, f32) -> f32 {
    move |u, v| ((radius - (u - x).hypot(v - y)) / 3.0 + 0.5).clamp(0.0, 1.0)
}

#[test]
fn a_disc_on_a_graded_backdrop_with_a_shadow_is_cut_out() {
    let set = Set { size: SIZE, product: RED, shadow: 0.35, cover: disc(180.0, 140.0, 70.0) };
    let matte = analyse(&set.photograph());
    assert!(set.error(&matte) < 0.002, "alpha is {} off", set.error(&matte));
    assert!(matte.confidence > 0.9 && matte.reasons.is_empty(), "{} {:?}", matte.confidence, matte.reasons);
    assert!(matte.unknown_share < 0.1);
    for (x, y) in [(10, 10), (300, 200), (190, 225), (180, 240)] {
        let (light, left) = set.light(x as f32 + 0.5, y as f32 + 0.5);
        let [r, _, _, certain] = matte.backdrop.rgba_at(x, y);
        assert!((r / (light * left) - 1.0).abs() < 0.03, "backdrop at {x}, {y}");
        assert_eq!(certain, 1.0);
        let found = matte.transmission.gray_at(x, y);
        assert!((found - left).abs() < 0.03, "transmission at {x}, {y}: {found} for {left}");
    }
    let [r, g, _, certain] = matte.foreground.rgba_at(180, 140);
    assert!((r / g - RED[0] / RED[1]).abs() < 0.5 && certain == 1.0);
}

/// Bricks above a table.
fn wall(x: f32, y: f32) -> f32 {
    let row = (y / 24.0).floor();
    let joint = |v: f32, n: f32| (v / n).fract() < 0.12;
    let brick = 0.75 + 0.2 * noise(((x + 20.0 * (row % 2.0)) / 40.0) as u32, row as u32, 6);
    let upper = if joint(y, 24.0) || joint(x + 20.0 * (row % 2.0), 40.0) { 0.95 } else { brick };
    let table = ((y - 228.0) / 3.0).clamp(0.0, 1.0);
    upper + (0.45 - upper) * table
}

fn plate_of(proxy: Plane) -> Extra {
    let photo = Frame::whole(proxy.size());
    let encoding = std::sync::Arc::new(Encoding::srgb(256));
    Extra { proxy, photo, format: Format::RGBA8, encoding, alpha: AlphaMode::None, fit: None }
}

#[test]
fn a_plate_cuts_a_product_out_of_a_brick_wall_above_a_table() {
    let set = Set { size: SIZE, product: RED, shadow: 0.35, cover: disc(180.0, 140.0, 70.0) };
    let empty = Set { size: SIZE, product: RED, shadow: 0.0, cover: |_, _| 0.0 };
    let (photograph, plate) = (set.before(wall), plate_of(empty.before(wall)));
    let alone = analyse(&photograph);
    let clean =
        plate::align(&photograph, &Frame::whole(SIZE), &plate).unwrap_or_else(|e| unreachable!("{e}"));
    let matte = analyse_with(&photograph, Some(&clean), Backdrop::Auto);
    assert!(set.error(&matte) < 0.004, "alpha is {} off with the plate", set.error(&matte));
    assert!(set.error(&alone) > 0.05, "the wall must be too hard without: {}", set.error(&alone));
    for (x, y) in [(10, 10), (300, 260), (190, 240)] {
        let (light, left) = set.light(x as f32 + 0.5, y as f32 + 0.5);
        let [r, ..] = matte.backdrop.rgba_at(x, y);
        let truth = light * left * wall(x as f32 + 0.5, y as f32 + 0.5);
        assert!((r / truth - 1.0).abs() < 0.05, "backdrop at {x}, {y}: {r} for {truth}");
        let found = matte.transmission.gray_at(x, y);
        assert!((found - left).abs() < 0.04, "transmission at {x}, {y}: {found} for {left}");
    }
}

#[test]
fn the_map_gives_alpha_at_the_edge() {
    let set = Set { size: SIZE, product: RED, shadow: 0.35, cover: disc(180.0, 140.0, 70.0) };
    let photograph = set.photograph();
    let matte = analyse(&photograph);
    let mut worst = 0.0_f32;
    for x in 100..120 {
        let ([a, b, c, offset], [r, g, bl, _]) = (matte.map.rgba_at(x, 140), photograph.rgba_at(x, 140));
        let mapped = a * r + b * g + c * bl + offset;
        worst = worst.max((mapped - (set.cover)(x as f32 + 0.5, 140.5)).abs());
    }
    assert!(worst < 0.1, "{worst}");
}

#[test]
fn an_empty_set_has_no_product() {
    let matte = analyse(&Set { size: SIZE, product: RED, shadow: 0.35, cover: |_, _| 0.0 }.photograph());
    assert!(matte.reasons.contains(&Reason::NoProduct), "{:?}", matte.reasons);
    assert_eq!(matte.confidence, 0.0);
    assert!(matte.alpha.floats().iter().all(|a| *a == 0.0));
}

#[test]
fn a_product_at_the_left_side_is_cut_there() {
    let matte =
        analyse(&Set { size: SIZE, product: RED, shadow: 0.35, cover: disc(20.0, 140.0, 70.0) }.photograph());
    let cut = |r: &Reason| if let Reason::Cut { side, .. } = r { Some(*side) } else { None };
    let sides: Vec<Side> = matte.reasons.iter().filter_map(cut).collect();
    assert_eq!(sides, [Side::Left]);
}

#[test]
fn a_hole_shows_the_backdrop() {
    let (outer, inner) = (disc(180.0, 140.0, 50.0), disc(180.0, 140.0, 25.0));
    let set = Set { size: SIZE, product: RED, shadow: 0.0, cover: move |x, y| outer(x, y) - inner(x, y) };
    let matte = analyse(&set.photograph());
    assert_eq!(matte.alpha.gray_at(180, 140), 0.0);
    assert!(set.error(&matte) < 0.004, "{}", set.error(&matte));
}

#[test]
fn no_picture_is_too_small_or_too_strange() {
    let contents: [fn(u32, u32) -> f32; 5] = [
        |_, _| 0.0,
        |_, _| 1.0,
        |x, y| noise(x, y, 1) * 3.0 - 1.0,
        |x, _| if x % 2 == 0 { f32::NAN } else { f32::INFINITY },
        |x, y| if (x + y) % 7 == 0 { 1e30 } else { -1e30 },
    ];
    let sizes = [(1, 1), (1, 40), (40, 1), (2, 3), (7, 5), (9, 17), (33, 64), (70, 50)];
    for (size, content) in sizes.iter().flat_map(|s| contents.iter().map(move |c| (s, c))) {
        let size = Size::new(size.0, size.1);
        let matte =
            analyse(&Plane::rgba(size, |x, y| [content(x, y), content(y, x), content(x, y + 1), 1.0]));
        let planes = [&matte.map, &matte.backdrop, &matte.foreground, &matte.transmission, &matte.alpha];
        for plane in planes {
            assert_eq!(plane.size(), size);
            assert!(plane.floats().iter().all(|v| v.is_finite()), "{size}");
        }
        assert!((0.0..=1.0).contains(&matte.confidence));
    }
    assert_eq!(analyse(&Plane::zeros(Size::new(0, 0), Format::Rgba)).confidence, 0.0);
}

/// A cloth with a hole where the shade is deepest.
fn holed(x: f32, y: f32) -> f32 {
    let away = (x - 198.0).hypot(y - 216.0);
    ((62.0 - away) / 3.0 + 0.5).clamp(0.0, 1.0) * ((away - 14.0) / 3.0 + 0.5).clamp(0.0, 1.0)
}

#[test]
fn a_hole_in_shade_is_told_by_its_tint_and_cloth_of_the_backdrops_tint_is_not() {
    let set = Set { size: SIZE, product: [0.30, 0.16, 0.10], shadow: 0.3, cover: holed };
    let away = |x: usize, y: usize| (x as f32 - 198.0).hypot(y as f32 - 216.0);
    let backdrop = Mask::from_fn(SIZE, |x, y| away(x, y) > 70.0);
    let found = |photograph: Plane| {
        let photo = Photo::read(&photograph);
        let seen = Sums::of(&photo, &backdrop).fill();
        tinted_holes(&photo, &seen, seen.noise(&photo, &backdrop), &backdrop)
    };
    let red = found(set.photograph());
    assert!(red.at(198, 216) && red.count() > 200, "{} pixels", red.count());
    for (x, y) in (0..360).flat_map(|x| (0..300).map(move |y| (x, y))).filter(|(x, y)| red.at(*x, *y)) {
        assert!(!(15.0..60.0).contains(&away(x, y)), "{x}, {y} is cloth");
    }
    let grey = Set { product: [0.20, 0.196, 0.19], ..set };
    assert_eq!(found(grey.photograph()).count(), 0);
}
