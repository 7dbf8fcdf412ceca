//! What the simulated session promises.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::cloths::Cloths;
use super::fabric::Pattern;
use super::*;
use crate::demo::noise::mix;
use crate::image::srgb_decode;

const SMALL: Size = Size::new(144, 180);

/// A scene whose cloth is striped in two colours of unlike brightness.
fn striped(inner: Inner) -> GhostScene {
    let scenes = (0..200).map(|seed| GhostScene { inner, ..GhostScene::new(seed, Piece::Crew) });
    let is_striped = |s: &GhostScene| {
        let cloths = Cloths::of(s);
        let [a, b] = [cloths.inner.base[1], cloths.inner.second[1]];
        matches!(cloths.outer.pattern, Pattern::Stripes(..)) && a.max(b) > 5.0 * a.min(b)
    };
    scenes.into_iter().find(is_striped).unwrap()
}

fn light(photo: &Plane, i: usize) -> f64 {
    let code = |c: usize| srgb_decode(f64::from(photo.bytes()[3 * i + c]) / 255.0);
    code(0) + code(1) + code(2)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Light of the ghost over light of the inner shot where the map leads, where both are fully seen.
fn shade(shots: &GhostShots, size: Size) -> Vec<f64> {
    let truth = shots.truth.as_ref().unwrap();
    let revealed =
        (0..size.pixels()).filter(|i| truth.inner_alpha.floats()[*i] > 0.99 && truth.map[*i][0] >= 0.0);
    let ratio = |i: usize| {
        let [x, y] = truth.map[i].map(|v| v as usize);
        light(&truth.ghost, i) / light(&shots.inner, y * size.width as usize + x)
    };
    revealed.map(ratio).collect()
}

#[test]
fn the_same_scene_gives_the_same_bytes_and_another_seed_others() {
    let shoot = |seed| shoot_ghost(&GhostScene::new(seed, Piece::Vneck), SMALL, false);
    let (one, two, other) = (shoot(3), shoot(3), shoot(4));
    assert_eq!(one.front, two.front);
    assert_eq!(one.inner, two.inner);
    assert_ne!(one.front, other.front);
    assert_ne!(one.inner, other.inner);
}

#[test]
fn neither_threads_nor_truth_change_a_sample() {
    let scene = GhostScene::new(5, Piece::Jacket);
    let on = |threads, truth| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| shoot_ghost(&scene, SMALL, truth))
    };
    let (one, three) = (on(1, false), on(3, true));
    for (a, b) in [(&one.front, &three.front), (&one.bare, &three.bare), (&one.inner, &three.inner)] {
        assert_eq!(a, b);
    }
}

/// Where neither garment nor form is, every photograph of one camera shows the empty set; the ghost shows
/// it where the form was.
#[test]
fn the_form_is_gone_and_the_set_is_left() {
    for piece in Piece::ALL {
        let scene = GhostScene { paint: Paint::Black, ..GhostScene::new(2, piece) };
        let shots = shoot_ghost(&scene, SMALL, true);
        let truth = shots.truth.as_ref().unwrap();
        let mut uncovered = 0;
        for i in 0..SMALL.pixels() {
            let [alpha, front, form] =
                [&truth.alpha, &truth.front_alpha, &truth.mannequin].map(|plane| plane.floats()[i]);
            assert!([alpha, front, form].iter().all(|v| (0.0..=1.0).contains(v)), "{piece:?}");
            assert!(front + form < 1.001, "{piece:?}: {front} and {form}");
            let near = |photo: &Plane| {
                (0..3).all(|c| photo.bytes()[3 * i + c].abs_diff(shots.clean.bytes()[3 * i + c]) < 12)
            };
            if alpha == 0.0 {
                assert!(near(&truth.ghost), "{piece:?} at {i}");
                uncovered += usize::from(form > 0.99);
            }
            if front == 0.0 && form == 0.0 {
                assert!(near(&shots.front), "{piece:?} at {i}");
            }
        }
        assert!(uncovered > 200, "{piece:?} uncovers {uncovered} pixels of the form");
    }
}

#[test]
fn what_is_seen_without_the_form_is_the_front_and_what_it_hid() {
    for piece in Piece::ALL {
        let shots = shoot_ghost(&GhostScene::new(6, piece), SMALL, true);
        let truth = shots.truth.as_ref().unwrap();
        let planes = [&truth.alpha, &truth.front_alpha, &truth.inner_alpha].map(Plane::floats);
        for i in 0..SMALL.pixels() {
            let [alpha, front, inner] = planes.map(|p| p[i]);
            assert!((alpha - front - inner).abs() < 0.25, "{piece:?} at {i}: {alpha} {front} {inner}");
        }
        let revealed = planes[2].iter().filter(|v| **v > 0.99).count();
        assert!(revealed > 60, "{piece:?} reveals {revealed}");
        let opaque = (0..SMALL.pixels()).filter(|i| planes[1][*i] == 1.0);
        let ratios: Vec<f64> =
            opaque.map(|i| light(&truth.ghost, i) / light(&shots.front, i).max(1e-3)).collect();
        let kept = ratios.iter().filter(|r| (0.8..1.25).contains(*r)).count();
        assert!((median(ratios.clone()) - 1.0).abs() < 0.03, "{piece:?}");
        assert!(kept as f64 > 0.9 * ratios.len() as f64, "{piece:?}: {kept} of {}", ratios.len());
    }
}

/// The bounds are wide about what a path tracer gives for like garments (0.3 to 0.5 and 1).
#[test]
fn the_inside_is_darker_in_the_garment_than_in_its_own_photograph() {
    let dark =
        shoot_ghost(&GhostScene { inner: Inner::Foam, ..GhostScene::new(11, Piece::Crew) }, SMALL, true);
    let deep = median(shade(&dark, SMALL));
    assert!((0.2..0.6).contains(&deep), "{deep}");
    let same =
        shoot_ghost(&GhostScene { inner: Inner::NeckOff, ..GhostScene::new(11, Piece::Hoodie) }, SMALL, true);
    let level = median(shade(&same, SMALL));
    assert!((0.85..1.1).contains(&level), "{level}");
}

/// Where the map leads, the inner shot shows the same stripe.
#[test]
fn the_map_leads_to_the_same_cloth() {
    let size = Size::new(320, 400);
    for inner in [Inner::Foam, Inner::InsideOut] {
        let shots = shoot_ghost(&striped(inner), size, true);
        let ratios = shade(&shots, size);
        let middle = median(ratios.clone());
        let alike = ratios.iter().filter(|r| (0.4 * middle..2.5 * middle).contains(*r)).count();
        assert!(ratios.len() > 800, "{inner:?}: {}", ratios.len());
        assert!(alike as f64 > 0.9 * ratios.len() as f64, "{inner:?}: {alike} of {}", ratios.len());
    }
}

#[test]
fn any_size_works() {
    for (i, (width, height)) in
        [(0, 0), (0, 5), (5, 0), (1, 1), (1, 40), (40, 1), (3, 2), (17, 16)].into_iter().enumerate()
    {
        let size = Size::new(width, height);
        let shots = shoot_ghost(&GhostScene::new(1, Piece::ALL[i]), size, true);
        assert_eq!(shots.inner.bytes().len(), 3 * size.pixels());
        assert_eq!(shots.truth.unwrap().map.len(), size.pixels());
    }
}

/// Fixed on one machine, so that another one notices if it draws something else.
#[test]
fn a_photograph_is_the_same_on_every_machine() {
    let shots = shoot_ghost(&GhostScene::new(7, Piece::Polo), Size::new(40, 50), false);
    let photos = [&shots.front, &shots.inner];
    let sum = photos.iter().flat_map(|p| p.bytes()).fold(0_u64, |h, b| mix(h ^ u64::from(*b)));
    assert_eq!(sum, 0xebc9_2b1f_b987_113a, "{sum:#x}");
}
