//! Inner shots drawn by the test: the truth is the drawing.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::image::{Format, Image, Plane, Size};
use crate::ops::field::Mask;
use crate::ops::testing::noise;
use crate::ops::{Frame, OpError};

const SIZE: Size = Size::new(420, 520);
/// Uneven, tinted light on paper.
const PAPER: [f32; 3] = [0.66, 0.60, 0.50];
const BOARD: [f32; 3] = [0.46, 0.44, 0.38];
const SKIN: [f32; 3] = [0.30, 0.19, 0.12];

/// What an inner shot shows at a place.
#[derive(Clone, Copy, PartialEq)]
enum Thing {
    Paper,
    Support,
    Cloth,
    Label,
}

/// An inner shot to be drawn.
struct Shot {
    support: [f32; 3],
    cloth: [f32; 3],
    /// Share by which the cloth's light varies from yarn to yarn.
    yarn: f32,
    grain: f32,
    thing: fn(f32, f32) -> Thing,
}

const PLAIN: Shot =
    Shot { support: BOARD, cloth: [0.08, 0.11, 0.22], yarn: 0.15, grain: 0.006, thing: shirt };

/// A shirt on a board that stands out above it, its back edge a shallow curve; a label just under it.
fn shirt(x: f32, y: f32) -> Thing {
    let (off, edge) = ((x - 210.0).abs(), back_edge(x));
    match () {
        () if off < 16.0 && (edge + 14.0..edge + 30.0).contains(&y) => Thing::Label,
        () if cloth(x, y) => Thing::Cloth,
        () if off < 42.0 && (30.0..140.0).contains(&y) => Thing::Support,
        () => Thing::Paper,
    }
}

/// The shirt inside out on a form with neck and arms.
fn on_form(x: f32, y: f32) -> Thing {
    let off = (x - 210.0).abs();
    match () {
        () if cloth(x, y) => Thing::Cloth,
        () if off < 36.0 && (40.0..140.0).contains(&y) => Thing::Support,
        () if (132.0..166.0).contains(&off) && (280.0..440.0).contains(&y) => Thing::Support,
        () => Thing::Paper,
    }
}

/// The shirt and nothing that holds it.
fn alone(x: f32, y: f32) -> Thing {
    if cloth(x, y) { Thing::Cloth } else { Thing::Paper }
}

/// A shirt that the top of the photograph cuts.
fn cropped(x: f32, y: f32) -> Thing {
    alone(x, y + 110.0)
}

fn back_edge(x: f32) -> f32 {
    let off = (x - 210.0).abs();
    if off < 60.0 { 104.0 - 0.003 * off * off } else { 93.2 + 0.3 * (off - 60.0) }
}

fn cloth(x: f32, y: f32) -> bool {
    let off = (x - 210.0).abs();
    let body = off < 110.0 && y < 470.0;
    let sleeve = off < 170.0 && y < 290.0;
    y > back_edge(x) && (body || sleeve)
}

/// A colour's logarithms over the paper's.
fn tone(colour: [f32; 3]) -> [f32; 3] {
    let log = |c: usize| (colour[c] / PAPER[c]).ln();
    let luma = (crate::ops::luminance(colour) / crate::ops::luminance(PAPER)).ln();
    [luma, log(0) - log(1), log(2) - log(1)]
}

impl Shot {
    fn colour(&self, x: f32, y: f32) -> [f32; 3] {
        match (self.thing)(x, y) {
            Thing::Paper => PAPER,
            Thing::Support => self.support,
            Thing::Cloth => self.cloth,
            Thing::Label => BOARD,
        }
    }

    /// The photograph: nine samples a pixel, light that falls off, yarns, grain.
    fn draw(&self) -> Plane {
        Plane::rgba(SIZE, |x, y| {
            let mut sum = [0.0_f32; 3];
            for k in 0..9 {
                let (u, v) = (x as f32 + (k % 3) as f32 / 3.0 + 0.17, y as f32 + (k / 3) as f32 / 3.0 + 0.17);
                let colour = self.colour(u, v);
                let woven = (self.thing)(u, v) == Thing::Cloth;
                let yarn = if woven { 1.0 + self.yarn * (noise(x, y, 9) - 0.5) } else { 1.0 };
                sum.iter_mut().zip(colour).for_each(|(s, c)| *s += c * yarn / 9.0);
            }
            let fall = 1.0 - 0.15 * (x as f32 / 420.0) + 0.1 * (y as f32 / 520.0);
            let light = |c: usize| {
                let grain = self.grain * (sum[c].max(0.01)).sqrt() * (noise(x, y, c as u32) - 0.5) * 3.46;
                sum[c] * fall + grain
            };
            [light(0), light(1), light(2), 1.0]
        })
    }

    fn truth(&self) -> Mask {
        Mask::from_fn(SIZE, |x, y| {
            matches!((self.thing)(x as f32 + 0.5, y as f32 + 0.5), Thing::Cloth | Thing::Label)
        })
    }

    fn found(&self) -> Inner {
        find(&self.draw(), &Hints::default()).unwrap()
    }

    /// What is certain is true, and little is left uncertain; the support is known for what it is.
    fn check(&self, inner: &Inner) {
        let truth = self.truth();
        let (mut wrong, mut open) = (0, 0);
        for (c, t) in inner.certain.floats().iter().zip(truth.values()) {
            wrong += usize::from((*c == 1.0 && !t) || (*c == 0.0 && *t));
            open += usize::from(*c == 0.5);
        }
        assert_eq!(wrong, 0, "certain pixels that are wrong");
        assert!(open < SIZE.pixels() / 12, "{open} pixels are left open");
        for y in 0..SIZE.height as usize {
            for x in 0..SIZE.width as usize {
                let (p, q) = (inner.garment.at(x, y), inner.support.at(x, y));
                assert!((0.0..=1.0).contains(&p) && (0.0..=1.0).contains(&q) && p + q < 1.001);
            }
        }
    }
}

#[test]
fn a_board_above_the_garment_is_no_garment_and_a_label_of_its_colour_is() {
    let inner = PLAIN.found();
    PLAIN.check(&inner);
    assert!(inner.flags.is_empty(), "{:?}", inner.flags);
    assert!(inner.numbers.confidence > 0.9 && inner.numbers.support_share > 0.01, "{:?}", inner.numbers);
    assert!(inner.support.at(210, 60) > 0.99 && inner.garment.at(210, 124) > 0.99);
}

#[test]
fn cloth_without_texture_is_told_by_its_colour() {
    for cloth in [[0.08, 0.11, 0.22], [0.30, 0.10, 0.05], [0.02, 0.02, 0.02]] {
        let shot = Shot { cloth, yarn: 0.0, ..PLAIN };
        shot.check(&shot.found());
    }
}

#[test]
fn neck_and_arms_of_a_form_are_no_garment_with_a_hint_or_without() {
    let shot = Shot { support: SKIN, cloth: [0.2, 0.2, 0.2], thing: on_form, ..PLAIN };
    shot.check(&shot.found());
    let inner = find(&shot.draw(), &Hints { form: Some(tone(SKIN)) }).unwrap();
    shot.check(&inner);
    assert!(inner.support.at(210 + 148, 400) > 0.99, "the arm is not known for the form's");
}

#[test]
fn a_garment_that_nothing_holds_is_kept_whole() {
    let shot = Shot { thing: alone, ..PLAIN };
    let inner = shot.found();
    shot.check(&inner);
    assert_eq!(inner.numbers.support_share, 0.0);
}

#[test]
fn stronger_grain_changes_nothing() {
    let shot = Shot { grain: 0.02, ..PLAIN };
    shot.check(&shot.found());
}

#[test]
fn cloth_like_its_form_is_never_cut_in_silence() {
    let same = [0.47, 0.43, 0.36];
    let shot = Shot { support: same, cloth: same, yarn: 0.0, thing: on_form, ..PLAIN };
    match find(&shot.draw(), &Hints { form: Some(tone(same)) }) {
        Err(OpError::Refused { .. }) => {}
        Err(other) => unreachable!("{other}"),
        Ok(inner) => assert!(!inner.flags.is_empty(), "{:?}", inner.numbers),
    }
}

#[test]
fn a_neck_that_the_photograph_cuts_is_flagged() {
    let shot = Shot { thing: cropped, ..PLAIN };
    let inner = shot.found();
    assert!(inner.numbers.cut_above && inner.numbers.cut == [crate::ops::Side::Top]);
    assert!(inner.flags.iter().any(|f| f.code == "inner-cut"), "{:?}", inner.flags);
    assert!(!PLAIN.found().numbers.cut_above);
}

#[test]
fn what_has_no_backdrop_or_no_garment_is_refused_in_words() {
    let empty = Shot { thing: |_, _| Thing::Paper, ..PLAIN };
    let busy = Plane::rgba(SIZE, |x, y| {
        [noise(x / 9, y / 9, 1), noise(x / 9, y / 9, 2), noise(x / 9, y / 9, 3), 1.0]
    });
    for plane in [empty.draw(), busy] {
        let Err(OpError::Refused { what, help, .. }) = find(&plane, &Hints::default()) else {
            unreachable!("not refused")
        };
        assert!(!what.is_empty() && !help.is_empty());
    }
}

#[test]
fn no_picture_is_too_small_or_too_strange() {
    let contents: [fn(u32, u32) -> f32; 4] = [
        |_, _| 0.0,
        |x, y| noise(x, y, 1) * 3.0 - 1.0,
        |x, _| if x % 2 == 0 { f32::NAN } else { f32::INFINITY },
        |x, y| if (x + y) % 7 == 0 { 1e30 } else { 0.5 },
    ];
    let hints = Hints { form: Some([f32::NAN, 0.0, f32::INFINITY]) };
    for (w, h) in [(0, 0), (1, 1), (1, 40), (40, 1), (2, 3), (9, 17), (70, 50)] {
        for content in contents {
            let plane = Plane::rgba(Size::new(w, h), |x, y| [content(x, y), content(y, x), 0.5, 1.0]);
            if let Ok(inner) = find(&plane, &hints) {
                assert!(inner.garment.values().iter().all(|p| (0.0..=1.0).contains(p)));
                assert!((0.0..=1.0).contains(&inner.numbers.confidence));
            }
            let _ = Hints::of_bare(&plane);
        }
    }
    assert!(find(&Plane::zeros(SIZE, Format::Gray), &Hints::default()).is_err());
}

#[test]
fn a_bare_form_tells_its_tone_over_the_backdrop() {
    let bare = Shot { support: SKIN, thing: |x, y| bare_form(x, y), ..PLAIN };
    let [luma, red, blue] = Hints::of_bare(&bare.draw()).form.unwrap();
    let want = tone(SKIN);
    assert!((red - want[1]).abs() < 0.02 && (blue - want[2]).abs() < 0.02, "{red} {blue} for {want:?}");
    assert!((luma - want[0]).abs() < 0.1, "{luma} for {want:?}");
    let empty = Shot { thing: |_, _| Thing::Paper, ..PLAIN };
    assert_eq!(Hints::of_bare(&empty.draw()).form, None);
}

fn bare_form(x: f32, y: f32) -> Thing {
    if (x - 210.0).abs() < 90.0 && y > 90.0 { Thing::Support } else { Thing::Paper }
}

/// A grey photograph of a dark square whose edge a Gaussian has spread, and the square.
fn square(spread: f32) -> (Image, Mask) {
    let size = Size::new(300, 300);
    let ramp = |v: f32| {
        let t = v / spread.max(1e-3);
        1.0 / (1.0 + (-1.702 * t).exp())
    };
    let side = |v: u32| {
        let v = v as f32 + 0.5;
        ramp(v - 80.0) * ramp(220.0 - v)
    };
    let codes = (0..size.pixels() as u32).map(|i| (220.0 - 160.0 * side(i % 300) * side(i / 300)) as u8);
    let image = Image::from_srgb8(size, 1, &codes.collect::<Vec<u8>>()).unwrap();
    (image, Mask::from_fn(size, |x, y| (80..220).contains(&x) && (80..220).contains(&y)))
}

#[test]
fn the_width_of_an_edge_is_its_spread() {
    let width = |spread: f32| {
        let (image, mask) = square(spread);
        edge_width(&image, &Frame::whole(image.size()), &mask).unwrap()
    };
    // The logistic stands in for the Gaussian: its steepest slope is 1.702 / 4 a spread.
    for spread in [1.0, 2.0, 3.0] {
        let want = 4.0 / 1.702 * spread;
        assert!((width(spread) / want - 1.0).abs() < 0.12, "{} for {want}", width(spread));
    }
    let (image, mask) = square(1.0);
    assert_eq!(edge_width(&image, &Frame::whole(image.size()), &Mask::new(mask.size())), None);
}

#[test]
fn other_light_and_blur_are_told_in_numbers_and_words() {
    let size = Size::new(1000, 800);
    let front = Against { backdrop: [0.8, 0.8, 0.8], edge: Some(2.4), size };
    let codes = |flags: &[crate::ops::Flag]| flags.iter().map(|f| f.code).collect::<Vec<_>>();
    let (figures, flags) = compare([0.88, 0.8, 0.64], Some(2.6), size, &front);
    assert!(figures.stops.abs() < 0.1 && (figures.balance[1] - 1.25).abs() < 1e-4);
    assert!(flags.is_empty(), "{flags:?}");
    let (figures, flags) = compare([0.1; 3], Some(7.2), size, &front);
    assert!((figures.stops + 3.0).abs() < 1e-3 && (figures.sharpness.unwrap() - 1.0 / 3.0).abs() < 1e-3);
    assert_eq!(codes(&flags), ["inner-exposure", "inner-blurred"]);
    // Twice the pixels have twice the width.
    let (figures, flags) = compare([0.8; 3], Some(4.8), Size::new(2000, 1600), &front);
    assert!((figures.sharpness.unwrap() - 1.0).abs() < 1e-6 && flags.is_empty());
    let (figures, flags) = compare([0.0, f32::NAN, -1.0], None, size, &front);
    assert!(figures.stops.is_finite() && figures.balance.iter().all(|b| b.is_finite()));
    assert_eq!(codes(&flags), ["inner-exposure"]);
}
