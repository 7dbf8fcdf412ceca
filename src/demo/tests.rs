//! What the simulator promises.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::image::{from_working, srgb_decode, srgb_encode};

const SMALL: Size = Size::new(120, 160);

fn truth_of(shot: &Shot) -> &Truth {
    shot.truth.as_ref().unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_others_differ() {
    let bytes = |seed, index| shoot(&Scene::pick(seed, index), SMALL, false).photo.bytes().to_vec();
    assert_eq!(bytes(7, 3), bytes(7, 3));
    assert_ne!(bytes(7, 3), bytes(8, 3));
    assert_ne!(bytes(7, 3), bytes(7, 4));
}

#[test]
fn another_exposure_has_the_same_truth_and_other_noise() {
    let scene = Scene::of(4, 1, Kind::Bottle, Backdrop::Grey);
    let (one, two) = (shoot(&scene, SMALL, true), shoot(&Scene { exposure: 1, ..scene }, SMALL, true));
    assert_eq!(truth_of(&one).foreground, truth_of(&two).foreground);
    assert_ne!(one.photo, two.photo);
    assert_ne!(truth_of(&one).plate, truth_of(&two).plate);
}

#[test]
fn truth_changes_no_sample_of_the_photograph() {
    let scene = Scene::pick(2, 5);
    assert_eq!(shoot(&scene, SMALL, false).photo, shoot(&scene, SMALL, true).photo);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let scene = Scene::of(5, 0, Kind::Knit, Backdrop::Grey);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| shoot(&scene, SMALL, true))
    };
    let (one, four) = (on(1), on(4));
    assert_eq!(one.photo, four.photo);
    assert_eq!(truth_of(&one).foreground, truth_of(&four).foreground);
}

#[test]
fn every_kind_covers_some_pixels_fully_and_some_not_at_all() {
    for (i, kind) in Kind::ALL.into_iter().enumerate() {
        let shot = shoot(&Scene::of(3, i as u32, kind, Backdrop::OffWhite), SMALL, true);
        let alpha = truth_of(&shot).alpha.floats();
        assert!(alpha.iter().all(|a| (0.0..=1.0).contains(a)), "{kind:?}");
        let share = alpha.iter().filter(|a| **a == 1.0).count() as f32 / alpha.len() as f32;
        assert!((0.08..0.75).contains(&share), "{kind:?} fills {share}");
        assert!(alpha.contains(&0.0), "{kind:?} leaves backdrop");
        let border = alpha[..SMALL.width as usize].iter().chain(&alpha[alpha.len() - SMALL.width as usize..]);
        assert_eq!(border.fold(0.0_f32, |m, a| m.max(*a)), 0.0, "{kind:?} stays inside the frame");
    }
}

/// The photograph is the truth put together again; the plate stands for the backdrop, so two exposures'
/// noise and two roundings lie between them.
#[test]
fn the_truth_recomposes_to_the_photograph() {
    let srgb = from_working(crate::image::Primaries::SRGB);
    for (i, kind) in Kind::ALL.into_iter().enumerate() {
        let backdrop = Backdrop::ALL[i % 4];
        let shot = shoot(&Scene::of(11, i as u32, kind, backdrop), SMALL, true);
        let truth = truth_of(&shot);
        let (mut sum, mut worst) = (0.0_f64, 0.0_f64);
        for n in 0..SMALL.pixels() {
            let (x, y) = (n as u32 % SMALL.width, n as u32 / SMALL.width);
            let f = truth.foreground.rgba_at(x, y);
            let (alpha, shadow) = (f64::from(f[3]), f64::from(truth.shadow.gray_at(x, y)));
            assert_eq!(f[3], truth.alpha.gray_at(x, y));
            for (c, m) in srgb.iter().enumerate() {
                let product: f64 = (0..3).map(|k| f64::from(m[k]) * f64::from(f[k])).sum();
                let plate = srgb_decode(f64::from(truth.plate.bytes()[3 * n + c]) / 255.0);
                let light = alpha * product + (1.0 - alpha) * plate * shadow;
                let code = 255.0 * srgb_encode(light.clamp(0.0, 1.0));
                let error = code - f64::from(shot.photo.bytes()[3 * n + c]);
                sum += error;
                worst = worst.max(error.abs());
            }
        }
        let mean = sum / (3 * SMALL.pixels()) as f64;
        assert!(mean.abs() < 0.05 && worst < 8.0, "{kind:?}: mean error {mean}, worst {worst}");
    }
}

#[test]
fn any_size_works() {
    let sizes = [(0, 0), (0, 5), (1, 1), (1, 40), (3, 2), (17, 16), (64, 48), (333, 500), (1500, 1000)];
    for (i, (width, height)) in sizes.into_iter().enumerate() {
        let size = Size::new(width, height);
        let shot = shoot(&Scene::of(1, i as u32, Kind::ALL[i % 10], Backdrop::White), size, true);
        assert_eq!(shot.photo.bytes().len(), 3 * size.pixels());
        assert_eq!(truth_of(&shot).alpha.size(), size);
    }
}

#[test]
fn a_handle_shows_the_backdrop_through_it() {
    for kind in [Kind::Mug, Kind::Bag] {
        let shot = shoot(&Scene::of(1, 0, kind, Backdrop::Green), SMALL, true);
        let alpha = &truth_of(&shot).alpha;
        let enclosed = |x: u32, y: u32| {
            let covered = |mut xs: std::ops::Range<u32>| xs.any(|x| alpha.gray_at(x, y) > 0.9);
            alpha.gray_at(x, y) == 0.0 && covered(0..x) && covered(x..SMALL.width)
        };
        let hole = (0..SMALL.height).flat_map(|y| (0..SMALL.width).map(move |x| (x, y)));
        assert!(hole.filter(|(x, y)| enclosed(*x, *y)).count() > 30, "{kind:?}");
    }
}

#[test]
fn ten_shots_show_every_kind_one_white_on_white_and_one_dark() {
    for seed in 0..20 {
        let scenes: Vec<Scene> = (30..40).map(|i| Scene::pick(seed, i)).collect();
        assert!(Kind::ALL.iter().all(|kind| scenes.iter().any(|s| s.kind == *kind)));
        assert!(scenes.iter().any(|s| s.backdrop == Backdrop::White && s.colour[1] > 0.8));
        assert!(scenes.iter().any(|s| s.colour[1] < 0.02));
        assert_eq!(scenes[4].file_stem(), "PK1034_front");
    }
}

/// Fixed on one machine, so that another one notices if it draws something else.
#[test]
fn a_photograph_is_the_same_on_every_machine() {
    let shot = shoot(&Scene::pick(7, 0), Size::new(40, 50), false);
    let sum = shot.photo.bytes().iter().fold(0_u64, |h, b| noise::mix(h ^ u64::from(*b)));
    assert_eq!(sum, 0x2a87_469d_f9be_f63e, "{sum:#x}");
}
