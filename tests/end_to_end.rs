//! The whole road: simulated photographs through plan, executors and back, with the simulator's truth as oracle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use packshot::demo::{Backdrop, Kind, Scene, Shot, shoot};
use packshot::engine::{Backend, Engine, EngineOptions, Rendering};
use packshot::image::{Format, Image, Plane, Size};
use packshot::ops::place::{Placing, Room};
use packshot::recipe::{Recipe, Wanted};

fn cpu() -> Engine {
    Engine::new(&EngineOptions { backend: Backend::Cpu, parallel: true, ..EngineOptions::default() }).unwrap()
}

fn photo(shot: &Shot) -> Image {
    Image::from_srgb8(shot.photo.size(), 3, shot.photo.bytes()).unwrap()
}

fn want(placing: Placing, sixteen_bits: bool, transparent: bool) -> Wanted {
    Wanted { sixteen_bits, transparent, ..Wanted::on_white("w", placing) }
}

fn square(side: u32) -> Placing {
    Placing::Fixed { size: Size::new(side, side), room: Room { share: 0.85, ..Room::default() } }
}

fn wants() -> Vec<Wanted> {
    vec![
        want(square(500), false, false),
        want(square(500), false, true),
        want(square(250), false, false),
        want(Placing::Source, true, true),
    ]
}

fn scenes() -> Vec<Scene> {
    (0..10).map(|i| Scene::pick(3, i)).collect()
}

fn render(engine: &Engine, shot: &Shot) -> Rendering {
    engine.render(&photo(shot), &Recipe::builtin("packshot").unwrap(), &wants()).unwrap()
}

#[test]
fn alpha_follows_the_truth() {
    let engine = cpu();
    let recipe = Recipe::builtin("matte").unwrap();
    let mut sum = 0.0;
    for scene in scenes() {
        let shot = shoot(&scene, Size::new(600, 800), true);
        let wanted = [want(Placing::Source, true, true)];
        let rendering = engine.render(&photo(&shot), &recipe, &wanted).unwrap();
        let truth = shot.truth.unwrap().alpha;
        let codes = rendering.pictures[0].pixels.shorts().chunks_exact(4);
        let error: f64 = codes
            .zip(truth.floats())
            .map(|(code, truth)| (f64::from(code[3]) / 65_535.0 - f64::from(*truth)).abs())
            .sum::<f64>()
            / truth.size().pixels() as f64;
        println!("{:?} on {:?}: {error:.4}", scene.kind, scene.backdrop);
        assert!(error < 0.03, "{:?} on {:?}: mean alpha error {error:.4}", scene.kind, scene.backdrop);
        sum += error;
    }
    assert!(sum / 10.0 < 0.01, "mean alpha error {:.4}", sum / 10.0);
}

#[test]
fn background_is_exactly_white_and_fill_is_as_asked() {
    let engine = cpu();
    for kind in [Kind::Tee, Kind::Mug, Kind::Shoe] {
        let shot = shoot(&Scene::of(5, 1, kind, Backdrop::OffWhite), Size::new(600, 800), false);
        let rendering = render(&engine, &shot);
        let pixels = &rendering.pictures[0].pixels;
        let side = 500;
        let border = (0..side).flat_map(|i| [(i, 0), (i, side - 1), (0, i), (side - 1, i)]);
        for (x, y) in border {
            let start = 4 * (y * side + x);
            assert_eq!(&pixels.bytes()[start..start + 4], &[255; 4], "{kind:?} at {x}, {y}");
        }
        let seen = packshot::catalog::seen(&rendering.pictures[1].pixels, false, &[]);
        let fill = seen.fill.unwrap();
        assert!((fill - 0.85).abs() < 0.02, "{kind:?} fills {fill}");
    }
}

#[test]
fn every_thread_count_gives_the_same_bytes() {
    let shot = shoot(&Scene::pick(3, 2), Size::new(450, 600), false);
    let hashes: Vec<Vec<blake3::Hash>> = [1, 2, 8]
        .into_iter()
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let rendering = pool.install(|| render(&cpu(), &shot));
            rendering.pictures.iter().map(|p| blake3::hash(p.pixels.bytes())).collect()
        })
        .collect();
    assert_eq!(hashes[0], hashes[1]);
    assert_eq!(hashes[0], hashes[2]);
}

#[test]
fn nothing_asked_nothing_changed() {
    let size = Size::new(129, 65);
    let samples: Vec<u8> = (0..size.pixels() * 3).map(|i| (i * 7 % 256) as u8).collect();
    let image = Image::from_srgb8(size, 3, &samples).unwrap();
    let recipe = Recipe::build("identity").op("quantise").build().unwrap();
    let rendering = cpu().render(&image, &recipe, &[want(Placing::Source, false, false)]).unwrap();
    for (code, from) in rendering.pictures[0].pixels.bytes().chunks_exact(4).zip(samples.chunks_exact(3)) {
        assert_eq!(&code[..3], from);
    }
}

#[test]
fn a_checker_halved_is_code_188() {
    let size = Size::new(64, 64);
    let samples: Vec<u8> =
        (0..64 * 64).flat_map(|i| [if (i % 64 + i / 64) % 2 == 0 { 255 } else { 0 }; 3]).collect();
    let image = Image::from_srgb8(size, 3, &samples).unwrap();
    let recipe = Recipe::build("half").op("resize").op("quantise").build().unwrap();
    let half = Placing::Fixed { size: Size::new(32, 32), room: Room::default() };
    let rendering = cpu().render(&image, &recipe, &[want(half, false, false)]).unwrap();
    for (i, code) in rendering.pictures[0].pixels.bytes().chunks_exact(4).enumerate() {
        let inner = (4..28).contains(&(i % 32)) && (4..28).contains(&(i / 32));
        assert!(!inner || code[..3].iter().all(|v| (187..=189).contains(v)), "pixel {i} is {code:?}");
    }
}

#[test]
fn an_engine_serves_several_threads() {
    let engine = cpu();
    let shot = shoot(&Scene::pick(3, 1), Size::new(300, 400), false);
    let alone = render(&engine, &shot);
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..4).map(|_| scope.spawn(|| render(&engine, &shot))).collect();
        for handle in handles {
            let rendering = handle.join().unwrap();
            assert_eq!(rendering.pictures[0].pixels.bytes(), alone.pictures[0].pixels.bytes());
        }
    });
}

#[test]
fn a_photograph_without_a_product_is_refused() {
    let image = Image::from_srgb8(Size::new(200, 150), 3, &[220; 200 * 150 * 3]).unwrap();
    let recipe = Recipe::builtin("packshot").unwrap();
    let refused = cpu().render(&image, &recipe, &wants()).unwrap_err();
    assert_eq!(refused.code(), "E-REFUSED");
    assert!(refused.to_string().contains("no product"), "{refused}");
}

/// Samples of two pictures that differ by more than one code, and the largest difference, in 8-bit codes.
#[cfg(feature = "gpu")]
fn differences(a: &Plane, b: &Plane) -> (usize, u32, usize) {
    let codes = |p: &Plane| -> Vec<u32> {
        match p.format() {
            Format::RGBA8 => p.bytes().iter().map(|v| u32::from(*v)).collect(),
            _ => p.shorts().iter().map(|v| (u32::from(*v) + 128) / 257).collect(),
        }
    };
    let (a, b) = (codes(a), codes(b));
    let far = a.iter().zip(&b).filter(|(a, b)| a.abs_diff(**b) > 1).count();
    let largest = a.iter().zip(&b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
    (far, largest, a.len())
}

#[cfg(feature = "gpu")]
#[test]
fn both_backends_agree_to_a_code() {
    let Some(_lent) = common::device::lend() else { return };
    let adapter = Some(common::device::adapter_name());
    let gpu = Engine::new(&EngineOptions { backend: Backend::Gpu, adapter, parallel: false }).unwrap();
    let cpu = cpu();
    let (mut far, mut total) = (0, 0);
    for scene in scenes().into_iter().take(4) {
        let shot = shoot(&scene, Size::new(450, 600), false);
        let (on_cpu, on_gpu) = (render(&cpu, &shot), render(&gpu, &shot));
        assert_ne!(on_gpu.backend, "cpu");
        assert_eq!(on_gpu.fallback, None);
        for (a, b) in on_cpu.pictures.iter().zip(&on_gpu.pictures) {
            let (more, largest, samples) = differences(&a.pixels, &b.pixels);
            assert!(largest <= 2, "{:?}: {largest} codes apart", scene.kind);
            far += more;
            total += samples;
        }
    }
    println!("{far} of {total} samples more than a code apart");
    assert!(far as f64 <= total as f64 * 1e-4);
}
