//! The ghost mannequin on simulated sessions, with the simulator's truth as oracle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use std::sync::LazyLock;

use packshot::demo::ghost::{GhostScene, GhostShots, Inner, Paint, Piece, shoot_ghost};
use packshot::engine::{Engine, EngineOptions, RenderError, Rendering};
use packshot::image::{Format, Image, Plane, Shots, Size};
use packshot::ops::Layer;
use packshot::ops::ghost_merge::provenance::CODES;
use packshot::ops::place::Placing;
use packshot::recipe::{Recipe, Wanted};

const SIZE: Size = Size::new(640, 800);

static SESSION: LazyLock<GhostShots> = LazyLock::new(|| {
    let scene = GhostScene { inner: Inner::Foam, paint: Paint::White, ..GhostScene::new(11, Piece::Crew) };
    shoot_ghost(&scene, SIZE, true)
});

fn image(photo: &Plane) -> Image {
    Image::from_srgb8(photo.size(), 3, photo.bytes()).unwrap()
}

fn wanted() -> Vec<Wanted> {
    let garment = Wanted { sixteen_bits: false, ..Wanted::cut_out("garment", Placing::Source) };
    let layers = [Layer::Alpha, Layer::Provenance, Layer::Front, Layer::Inner, Layer::Depth];
    std::iter::once(garment).chain(layers.map(|layer| Wanted::layer(layer.name(), layer))).collect()
}

/// Merges the session with another inner shot, or none.
fn merged(inner: Option<&Image>, overrides: &[(&str, &str)]) -> Result<Rendering, RenderError> {
    let [front, bare, clean] = [&SESSION.front, &SESSION.bare, &SESSION.clean].map(image);
    let shots = Shots { bare: Some(&bare), plate: Some(&clean), inner, ..Shots::from(&front) };
    let overrides = overrides.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let recipe = Recipe::builtin("ghost").unwrap().with_overrides(&overrides).unwrap();
    // Where nothing is merged there are no layers.
    let wanted = if inner.is_some() { wanted() } else { wanted()[..1].to_vec() };
    let engine = Engine::new(&EngineOptions {
        backend: packshot::engine::Backend::Cpu,
        parallel: true,
        ..EngineOptions::default()
    });
    engine.unwrap().render_shots(&shots, &recipe, &wanted)
}

fn layer<'a>(rendering: &'a Rendering, name: &str) -> &'a Plane {
    &rendering.pictures.iter().find(|p| p.name == name).unwrap().pixels
}

fn codes(rendering: &Rendering) -> Vec<&'static str> {
    rendering.flags.iter().map(|f| f.code).collect()
}

#[test]
fn a_garment_is_worn_by_nobody_and_nothing_is_invented() {
    let truth = SESSION.truth.as_ref().unwrap();
    let rendering = merged(Some(&image(&SESSION.inner)), &[]).unwrap();
    let (alpha, origin) = (layer(&rendering, "alpha"), layer(&rendering, "provenance"));
    let pairs = || alpha.floats().iter().zip(truth.alpha.floats());
    let error = pairs().map(|(a, t)| f64::from((a - t).powi(2))).sum::<f64>() / SIZE.pixels() as f64;
    let gap = pairs().filter(|(a, t)| **t > 0.95 && **a < 0.5).count();
    let form =
        pairs().zip(truth.mannequin.floats()).filter(|((a, t), m)| **t < 0.05 && **a > 0.5 && **m > 0.5);
    let form = form.count();
    println!("alpha MSE {:.3}e-3, gap {gap} px, form left {form} px, {:?}", 1e3 * error, codes(&rendering));
    println!("{}", rendering.numbers["ghost_merge"]);
    assert!(error < 1.5e-3, "alpha is {error} off");
    assert!(gap < 100 && form < 300, "{gap} px of gap, {form} px of form");
    // Every pixel is of one photograph, and those of the front are its own codes.
    let names: Vec<u8> = origin.floats().iter().map(|v| (v * 255.0).round() as u8).collect();
    assert!(names.iter().all(|n| *n == 0 || CODES[..2].contains(n)), "only front and inner shot");
    let garment = layer(&rendering, "garment").bytes().chunks_exact(4);
    let mut kept = 0;
    for (i, (made, photo)) in garment.zip(SESSION.front.bytes().chunks_exact(3)).enumerate() {
        let front = layer(&rendering, "front").shorts()[4 * i + 3];
        if front == u16::MAX {
            assert_eq!(&made[..3], photo, "pixel {i} of the front is changed");
            kept += 1;
        }
    }
    assert!(kept > SIZE.pixels() / 5, "{kept} pixels of front");
    // The inside is what the truth reveals, seen by the inner shot.
    let revealed = truth.inner_alpha.floats().iter().zip(&names).filter(|(t, _)| **t > 0.95);
    let (all, inner) =
        revealed.fold((0, 0), |(all, inner), (_, n)| (all + 1, inner + usize::from(*n == CODES[1])));
    assert!(inner * 20 > all * 18, "{inner} of {all} revealed pixels are of the inner shot");
}

#[test]
fn the_layers_make_the_picture() {
    let rendering = merged(Some(&image(&SESSION.inner)), &[]).unwrap();
    let [front, inner, depth] = ["front", "inner", "depth"].map(|name| layer(&rendering, name));
    assert_eq!((front.format(), inner.size()), (Format::RGBA16, SIZE));
    let decode = |v: u16| packshot::image::srgb_decode(f64::from(v) / 65_535.0);
    let made = layer(&rendering, "garment").bytes();
    let mut worst = 0.0_f64;
    for i in
        (0..SIZE.pixels()).filter(|i| front.shorts()[4 * i + 3] == 0 && inner.shorts()[4 * i + 3] == u16::MAX)
    {
        for c in 0..3 {
            let lit = decode(inner.shorts()[4 * i + c]) * decode(depth.shorts()[4 * i + c]);
            let found = packshot::image::srgb_decode(f64::from(made[4 * i + c]) / 255.0);
            worst = worst.max((lit - found).abs());
        }
    }
    assert!(worst < 0.01, "{worst}");
}

#[test]
fn an_inner_shot_that_will_not_do_is_said_with_its_reason() {
    let error = merged(None, &[]).unwrap_err();
    assert!(error.to_string().contains("no inner shot"), "{error}");
    let alone = merged(None, &[("ghost_merge.without_inner", "\"flag\"")]).unwrap();
    assert!(codes(&alone).contains(&"no-inner"));
    let change = |f: &dyn Fn(usize, usize) -> [u8; 3]| {
        let samples: Vec<u8> = (0..800).flat_map(|y| (0..640).flat_map(move |x| f(x, y))).collect();
        Image::from_srgb8(SIZE, 3, &samples).unwrap()
    };
    let at = |x: usize, y: usize| -> [u8; 3] {
        SESSION.inner.bytes()[3 * (640 * y + x)..][..3].try_into().unwrap()
    };
    let said = |name: &str, inner: &Image, words: &[&str]| {
        let text = match merged(Some(inner), &[]) {
            Err(error) => error.to_string(),
            Ok(rendering) => rendering.flags.iter().map(|f| format!("{}: {}\n", f.code, f.reason)).collect(),
        };
        println!("{name}: {text}");
        assert!(words.iter().any(|w| text.contains(w)), "{name}: {text}");
    };
    said("upside down", &change(&|x, y| at(639 - x, 799 - y)), &["turn it by 180", "fits", "outline"]);
    let dark = |v: u8| {
        let light = packshot::image::srgb_decode(f64::from(v) / 255.0) / 8.0;
        (255.0 * packshot::image::srgb_encode(light)).round() as u8
    };
    said("three stops darker", &change(&|x, y| at(x, y).map(dark)), &["stops darker"]);
    let crop = |x: usize, y: usize| at(x, (y + 150).min(799));
    said("cropped", &change(&crop), &["cut", "cropped", "covers"]);
    let soft = |x: usize, y: usize| {
        let near = |v: usize, limit: usize| v.saturating_sub(6)..(v + 7).min(limit);
        let mut sum = [0_u32; 3];
        let mut count = 0;
        for (u, v) in near(y, 800).step_by(2).flat_map(|v| near(x, 640).step_by(2).map(move |u| (u, v))) {
            at(u, v).iter().zip(&mut sum).for_each(|(a, s)| *s += u32::from(*a));
            count += 1;
        }
        sum.map(|s| (s / count) as u8)
    };
    said("blurred", &change(&soft), &["blurred"]);
    let other = GhostScene { inner: Inner::Foam, ..GhostScene::new(3, Piece::Skirt) };
    said(
        "another garment",
        &image(&shoot_ghost(&other, SIZE, false).inner),
        &["another garment", "fits nowhere", "outline"],
    );
}

/// The whole plan on both executors; strips of the inner shot are named by a map of rows.
#[cfg(feature = "gpu")]
#[test]
fn a_gpu_gives_the_same_garment_in_one_piece_and_in_strips() {
    use packshot::exec::Executor as _;
    use packshot::recipe::{analyse, compile};
    let Some(gpu) = common::device::lend() else { return };
    // Twice as large, so that planes need strips where the analysis' grids still fit.
    let twice = |photo: &Plane| {
        let (width, pixels) = (SIZE.width as usize, photo.bytes().as_chunks::<3>().0);
        let places = (0..2 * SIZE.height as usize).flat_map(|y| (0..2 * width).map(move |x| (x, y)));
        let samples: Vec<u8> = places.flat_map(|(x, y)| pixels[y / 2 * width + x / 2]).collect();
        Image::from_srgb8(Size::new(2 * SIZE.width, 2 * SIZE.height), 3, &samples).unwrap()
    };
    let [front, bare, clean, inner] =
        [&SESSION.front, &SESSION.bare, &SESSION.clean, &SESSION.inner].map(twice);
    let shots = Shots { bare: Some(&bare), plate: Some(&clean), inner: Some(&inner), ..Shots::from(&front) };
    let recipe = Recipe::builtin("ghost").unwrap();
    let study = analyse(&shots, &recipe).unwrap();
    let compiled = compile(shots.front, &study, &recipe, &wanted()).unwrap();
    let inputs: Vec<&Plane> = compiled.inputs.iter().map(|s| &shots.get(*s).unwrap().pixels).collect();
    let expected = common::device::cpu().run(&compiled.plan, &inputs).unwrap();
    let whole = gpu.run(&compiled.plan, &inputs).unwrap();
    let strips = gpu.with_binding_limit(1 << 24).run(&compiled.plan, &inputs).unwrap();
    assert_eq!(whole, strips, "strips change no bit");
    let (mut apart, mut most) = (0, 0);
    for (a, b) in expected[0].bytes().iter().zip(whole[0].bytes()) {
        apart += usize::from(a.abs_diff(*b) > 1);
        most = most.max(a.abs_diff(*b));
    }
    assert!(most <= 2 && apart * 10_000 <= expected[0].bytes().len(), "{apart} codes, {most} at most");
}
