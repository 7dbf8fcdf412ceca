//! Scenes of a garment with known light.

use super::*;
use crate::image::Size;
use crate::ops::testing::noise;

const SIZE: Size = Size { width: 200, height: 240 };
const BACKDROP: [f32; 3] = [0.82, 0.8, 0.78];
const FORM: [f32; 3] = [0.5, 0.48, 0.46];

/// A round neckline in a jumper of one cloth, on a form; the inner shot has another exposure and white balance.
struct Shot {
    front: Plane,
    inner: Plane,
    alpha: Field,
    mannequin: Field,
    opening: Mask,
    gain: [f32; 3],
}

fn hole(x: f32, y: f32) -> bool {
    y > 50.0 && (x - 100.0).hypot(y - 50.0) < 30.0
}

impl Shot {
    /// `outer` and `inner` cloth; `dim` is what the inner cloth gets in the front shot.
    fn new(outer: [f32; 3], lining: [f32; 3], gain: [f32; 3]) -> Self {
        let garment = |x: f32, y: f32| y > 50.0 && (x - 100.0).abs() < 80.0 && !hole(x, y);
        let at = |v: u32| v as f32 + 0.5;
        let fold = |x: u32, y: u32| 0.8 + 0.4 * noise(x / 3, y / 3, 4);
        let front = Plane::rgba(SIZE, |x, y| {
            let light = if hole(at(x), at(y)) {
                FORM
            } else if garment(at(x), at(y)) {
                outer.map(|v| v * fold(x, y))
            } else {
                BACKDROP
            };
            [light[0], light[1], light[2], 1.0]
        });
        let inner = Plane::rgba(SIZE, |x, y| {
            let inside = at(y) > 50.0 && (at(x) - 100.0).abs() < 80.0;
            let cloth = if hole(at(x), at(y)) { lining } else { outer.map(|v| v * fold(x, y)) };
            let c: [f32; 3] = std::array::from_fn(|c| if inside { cloth[c] / gain[c] } else { 0.0 });
            [c[0], c[1], c[2], f32::from(u8::from(inside))]
        });
        let yes = |b: bool| f32::from(u8::from(b));
        let field =
            |f: &dyn Fn(f32, f32) -> bool| Field::from_fn(SIZE, |x, y| yes(f(at(x as u32), at(y as u32))));
        let opening = Mask::from_fn(SIZE, |x, y| hole(at(x as u32), at(y as u32)));
        Self { front, inner, alpha: field(&garment), mannequin: field(&hole), opening, gain }
    }

    fn scene(&self) -> Scene<'_> {
        let inner = std::array::from_fn(|c| BACKDROP[c] / self.gain[c]);
        Scene {
            front: &self.front,
            alpha: &self.alpha,
            mannequin: &self.mannequin,
            inner: &self.inner,
            opening: &self.opening,
            bare: None,
            backdrops: Some([BACKDROP, inner]),
            forms: None,
            protocol: Protocol::Foam,
        }
    }
}

/// A front pixel lit anew.
fn paint(plane: &mut Plane, x: u32, y: u32, light: [f32; 3]) {
    let width = plane.size().width as usize;
    let start = 4 * width * y as usize + x as usize;
    let floats = plane.floats_mut();
    (0..3).for_each(|c| floats[start + c * width] = light[c]);
}

fn near(a: [f32; 3], b: [f32; 3], by: f32) -> bool {
    a.iter().zip(b).all(|(a, b)| (a / b - 1.0).abs() < by)
}

#[test]
fn the_backdrop_gives_exposure_and_white_balance() {
    let shot = Shot::new([0.2, 0.2, 0.3], [0.3, 0.2, 0.1], [1.3, 1.1, 0.9]);
    let found = light(&shot.scene());
    assert_eq!(found.gain_from, Source::Backdrop);
    assert!(near(found.gain, shot.gain, 1e-4), "{:?}", found.gain);
    assert!(!found.flags.iter().any(|f| f.code() == "inner-exposure"));
}

#[test]
fn a_lining_brighter_than_the_outside_does_not_move_the_gain() {
    let pale = Shot::new([0.05; 3], [0.6, 0.5, 0.4], [1.0; 3]);
    assert!(near(light(&pale.scene()).gain, [1.0; 3], 1e-4));
}

#[test]
fn without_a_backdrop_the_form_counts_and_without_both_a_person_is_told() {
    let shot = Shot::new([0.2; 3], [0.2; 3], [1.0; 3]);
    let forms = Some([FORM, FORM.map(|v| v / 1.5)]);
    let found = light(&Scene { backdrops: None, forms, ..shot.scene() });
    assert_eq!(found.gain_from, Source::Form);
    assert!(near(found.gain, [1.5; 3], 1e-4));
    let blind = light(&Scene { backdrops: None, ..shot.scene() });
    assert_eq!((blind.gain_from, blind.gain), (Source::Nothing, [1.0; 3]));
    assert!(blind.flags.contains(&Doubt::NoGain));
    let torn = light(&Scene { forms, ..shot.scene() });
    assert!(torn.flags.iter().any(|f| f.code() == "inner-gain"), "{:?}", torn.flags);
}

#[test]
fn one_stop_is_doubted_and_three_are_refused_in_plain_words() {
    let flags = |times: f32| light(&Shot::new([0.2; 3], [0.2; 3], [times; 3]).scene()).flags;
    let about = |times: f32| flags(times).into_iter().find(|f| f.code() == "inner-exposure");
    assert_eq!(about(1.9), None);
    let one = about(2.2).map(|f| (f.refuses(), f.to_string()));
    assert_eq!(one, Some((false, "the inner shot is 1.1 stops darker than the front".into())));
    let three = about(8.0).map(|f| (f.refuses(), f.to_string()));
    assert_eq!(three, Some((true, "the inner shot is 3.0 stops darker than the front".into())));
    let brighter = about(0.25).map(|f| f.to_string());
    assert_eq!(brighter, Some("the inner shot is 2.0 stops brighter than the front".into()));
}

#[test]
fn a_backdrop_that_differs_makes_cloth_brighter_than_white() {
    let shot = Shot::new([0.3; 3], [0.4; 3], [1.0; 3]);
    let grey = Some([BACKDROP, BACKDROP.map(|v| v / 4.0)]);
    let flags = light(&Scene { backdrops: grey, ..shot.scene() }).flags;
    assert!(flags.iter().any(|f| matches!(f, Doubt::TooBright(_))), "{flags:?}");
}

#[test]
fn the_inside_is_shaded_smoothly_and_said_to_be_a_guess() {
    let shot = Shot::new([0.2; 3], [0.2, 0.2, 0.2], [1.0; 3]);
    let found = light(&shot.scene());
    assert_eq!(found.shade_from, Depth::Opening);
    assert!(0.1 < found.range[0] && found.range[2] < 0.8, "{:?}", found.range);
    let text = found.flags.iter().find(|f| f.code() == "inner-depth").map(ToString::to_string);
    assert!(text.is_some_and(|t| t.contains("guess")));
    // Deeper is darker, left is like right, and there are no steps.
    let [red, ..] = found.shade.enlarge();
    assert!(red.at(100, 52) > red.at(100, 76));
    for x in 72..100 {
        assert!((red.at(x, 56) / red.at(199 - x, 56) - 1.0).abs() < 0.05, "{x}");
        assert!((red.at(x + 1, 56) / red.at(x, 56) - 1.0).abs() < 0.2, "{x}");
    }
}

#[test]
fn coloured_cloth_gets_more_saturated_inside() {
    let shot = Shot::new([0.2; 3], [0.6, 0.2, 0.05], [1.0; 3]);
    let [r, g, b] = light(&shot.scene()).shade.enlarge().map(|p| p.at(100, 65));
    assert!(r > 1.05 * g && g > b, "{r} {g} {b}");
}

#[test]
fn light_from_the_left_falls_on_the_walls_right() {
    let mut shot = Shot::new([0.2; 3], [0.2; 3], [1.0; 3]);
    for (x, y) in (50..90).flat_map(|y| (60..140).map(move |x| (x, y))) {
        if hole(x as f32 + 0.5, y as f32 + 0.5) {
            let slant = 1.0 - 0.2 * (x as f32 + 0.5 - 100.0) / 30.0;
            paint(&mut shot.front, x, y, FORM.map(|v| v * slant));
        }
    }
    let [red, ..] = light(&shot.scene()).shade.enlarge();
    assert!(red.at(120, 58) > 1.1 * red.at(79, 58), "{} {}", red.at(120, 58), red.at(79, 58));
}

#[test]
fn lining_in_the_front_shot_gives_the_shades_colour() {
    let (outer, lining) = ([0.05, 0.06, 0.03], [0.5, 0.2, 0.08]);
    let mut shot = Shot::new(outer, lining, [1.0; 3]);
    let share = [0.30, 0.22, 0.12];
    // A strip of shaded lining beside the opening, seen in both shots.
    for (x, y) in (52..80).flat_map(|y| (60..69).map(move |x| (x, y))) {
        paint(&mut shot.front, x, y, std::array::from_fn(|c| lining[c] * share[c]));
        paint(&mut shot.inner, x, y, lining);
    }
    let found = light(&shot.scene());
    assert_eq!(found.shade_from, Depth::Lining);
    let [r, g, b] = found.shade.enlarge().map(|p| p.at(100, 65).ln());
    for (own, channel) in [(r / g, 0), (b / g, 2)] {
        let truth = share[channel].ln() / share[1].ln();
        assert!((own / truth - 1.0).abs() < 0.02, "{own} {truth}");
    }
    // Trim of the lining's colour lies in the open: it says nothing.
    for (x, y) in (52..80).flat_map(|y| (60..69).map(move |x| (x, y))) {
        paint(&mut shot.front, x, y, lining.map(|v| v * 0.95));
    }
    assert_eq!(light(&shot.scene()).shade_from, Depth::Opening);
}

#[test]
fn the_garment_as_it_was_is_told_apart_and_only_made_level() {
    let shot = Shot::new([0.2, 0.1, 0.1], [0.04, 0.02, 0.02], [1.25, 1.2, 1.3]);
    let scene = Scene { protocol: Protocol::Unknown, backdrops: None, ..shot.scene() };
    assert!(same_garment(&scene).is_some_and(|alike| alike > 0.99));
    let found = light(&scene);
    assert_eq!((found.gain_from, found.shade_from), (Source::Cloth, Depth::InTheShot));
    assert!(near(found.gain, shot.gain, 1e-3), "{:?}", found.gain);
    assert!(found.range.iter().all(|s| (s - 1.0).abs() < 0.01) && found.flags.is_empty());
}

#[test]
fn stripes_that_happen_to_meet_are_not_taken_for_the_garment_as_it_was() {
    for (inside, from) in [(0.2, Depth::Opening), (0.04, Depth::InTheShot)] {
        let mut shot = Shot::new([0.2; 3], [inside; 3], [1.0; 3]);
        for (x, y) in (51..SIZE.height).flat_map(|y| (20..180).map(move |x| (x, y))) {
            if !hole(x as f32 + 0.5, y as f32 + 0.5) {
                let other = 0.8 + 0.4 * noise(x / 3, y / 3, 5);
                let own = shot.front.rgba_at(x, y)[0];
                paint(&mut shot.inner, x, y, [0.5 * (own + 0.2 * other); 3]);
            }
        }
        let scene = Scene { protocol: Protocol::Unknown, ..shot.scene() };
        assert!(same_garment(&scene).is_some_and(|alike| (0.5..0.8).contains(&alike)));
        assert_eq!(light(&scene).shade_from, from);
    }
}

#[test]
fn the_membrane_meets_a_step_and_leaves_shadows_alone() {
    for (step, met) in [(0.85_f32, 0.85), (0.5, 1.0)] {
        let mut shot = Shot::new([0.2; 3], [0.04; 3], [1.0; 3]);
        for (x, y) in (40..100).flat_map(|y| (50..150).map(move |x| (x, y))) {
            let beside = (x as f32 + 0.5 - 100.0).hypot(y as f32 + 0.5 - 50.0);
            if (30.0..40.0).contains(&beside) && y > 50 {
                let own = shot.front.rgba_at(x, y);
                paint(&mut shot.front, x, y, [own[0] * step, own[1] * step, own[2] * step]);
            }
        }
        let found = light(&Scene { protocol: Protocol::NeckOff, ..shot.scene() });
        assert!(near([found.range[1]; 3], [met; 3], 0.02), "{step}: {:?}", found.range);
    }
}

#[test]
fn nothing_breaks_it() {
    for (width, height) in [(0, 0), (1, 1), (7, 3)] {
        let size = Size::new(width, height);
        let (plane, field) = (Plane::zeros(size, crate::image::Format::Rgba), Field::new(size));
        for opening in [Mask::new(size), Mask::new(size).not()] {
            let scene = Scene {
                front: &plane,
                alpha: &field,
                mannequin: &field,
                inner: &plane,
                opening: &opening,
                bare: Some(&plane),
                backdrops: Some([[0.0; 3], [f32::NAN; 3]]),
                forms: None,
                protocol: Protocol::Unknown,
            };
            let found = light(&scene);
            assert_eq!((found.gain, found.shade_from), ([1.0; 3], Depth::Nothing));
        }
    }
    let mut shot = Shot::new([0.2; 3], [0.2; 3], [1.0; 3]);
    for x in 0..SIZE.width {
        paint(&mut shot.front, x, 60, [f32::NAN; 3]);
        paint(&mut shot.inner, x, 61, [f32::INFINITY; 3]);
    }
    let other = Field::new(Size::new(3, 3));
    for protocol in [Protocol::Unknown, Protocol::NeckOff, Protocol::Foam, Protocol::InsideOut] {
        let found = light(&Scene { protocol, bare: Some(&shot.front), ..shot.scene() });
        assert!(found.gain.iter().chain(&found.range).all(|v| v.is_finite() && *v > 0.0), "{found:?}");
        assert!(found.shade.planes.iter().all(|p| p.values().iter().all(|v| v.is_finite() && *v > 0.0)));
        assert_eq!(light(&Scene { protocol, alpha: &other, ..shot.scene() }).shade_from, Depth::Nothing);
    }
}
