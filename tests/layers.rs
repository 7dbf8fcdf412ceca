//! Layers and the choice of method, with the simulator's truth as oracle: alpha, shadow, masks that a person draws,
//! backdrops by name, and a finder in a model's place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use std::collections::BTreeMap;

use packshot::demo::{Backdrop, Kind, Scene, Truth, shoot};
use packshot::engine::{Backend, Engine, EngineOptions, RenderError, Rendering};
use packshot::image::{Finder, Format, Image, Plane, Shots, Size};
use packshot::ops::Layer;
use packshot::ops::place::Placing;
use packshot::ops::testing::noise;
use packshot::recipe::{Recipe, Wanted};

const SIZE: Size = Size::new(480, 640);

fn engine() -> Engine {
    Engine::new(&EngineOptions { backend: Backend::Cpu, parallel: true, ..EngineOptions::default() }).unwrap()
}

fn take(kind: Kind, backdrop: Backdrop) -> (Image, Truth) {
    let shot = shoot(&Scene::of(11, 3, kind, backdrop), SIZE, true);
    (Image::from_srgb8(SIZE, 3, shot.photo.bytes()).unwrap(), shot.truth.unwrap())
}

fn recipe(settings: &[(&str, &str)]) -> Recipe {
    let settings: BTreeMap<String, String> =
        settings.iter().map(|(key, value)| ((*key).to_owned(), format!("\"{value}\""))).collect();
    Recipe::builtin("matte").unwrap().with_overrides(&settings).unwrap()
}

fn layers(shots: &Shots<'_>, recipe: &Recipe, wanted: &[Layer]) -> Result<Rendering, RenderError> {
    let wanted: Vec<Wanted> = wanted.iter().map(|layer| Wanted::layer(layer.name(), *layer)).collect();
    engine().render_shots(shots, recipe, &wanted)
}

fn mean_error(found: &Plane, truth: &Plane, counts: impl Fn(usize) -> bool) -> f64 {
    let pairs = found.floats().iter().zip(truth.floats()).enumerate().filter(|(i, _)| counts(*i));
    let (sum, count) =
        pairs.fold((0.0, 0.0), |(sum, count), (_, (a, b))| (sum + f64::from((a - b).abs()), count + 1.0));
    sum / f64::max(count, 1.0)
}

#[test]
fn layers_are_planes_of_the_photographs_size_and_close_to_the_truth() {
    for (kind, backdrop) in [(Kind::Tee, Backdrop::OffWhite), (Kind::Mug, Backdrop::Grey)] {
        let (photo, truth) = take(kind, backdrop);
        let rendering = layers(&Shots::from(&photo), &recipe(&[]), &[Layer::Alpha, Layer::Shadow]).unwrap();
        let [alpha, shadow] = [0, 1].map(|i| &rendering.pictures[i].pixels);
        assert_eq!((alpha.size(), alpha.format(), shadow.size()), (SIZE, Format::Gray, SIZE));
        let off = mean_error(alpha, &truth.alpha, |_| true);
        let outside = |i: usize| truth.alpha.floats()[i] == 0.0;
        let dark = mean_error(shadow, &truth.shadow, outside);
        println!("{kind:?} on {backdrop:?}: alpha {off:.4}, shadow {dark:.4}");
        assert!(off < 0.01, "{kind:?} on {backdrop:?}: mean alpha error {off:.4}");
        assert!(dark < 0.015, "{kind:?} on {backdrop:?}: mean error of transmission {dark:.4}");
        let corner = shadow.gray_at(0, 0);
        assert!(corner == 1.0, "the floor cut leaves corners clear, not {corner}");
    }
}

#[test]
fn the_alpha_layer_is_the_cut_outs_alpha() {
    let (photo, _) = take(Kind::Mug, Backdrop::OffWhite);
    let wanted = [Wanted::cut_out("cut-out", Placing::Source), Wanted::layer("alpha", Layer::Alpha)];
    let rendering = engine().render(&photo, &recipe(&[]), &wanted).unwrap();
    let [cut, alpha] = [0, 1].map(|i| &rendering.pictures[i].pixels);
    let mut empty = 0;
    for (pixel, a) in cut.shorts().chunks_exact(4).zip(alpha.floats()) {
        // Below a thousandth a cut-out has nothing.
        let want = if *a < 1.0 / 1024.0 { 0.0 } else { *a };
        assert!((f32::from(pixel[3]) / 65_535.0 - want).abs() < 1e-4);
        empty += usize::from(pixel[3] == 0 && pixel[..3] != [0; 3]);
    }
    assert!(empty > 500, "colour goes on a little under alpha 0, here under {empty} pixels");
}

#[test]
fn what_is_not_asked_for_is_not_computed() {
    let (photo, _) = take(Kind::Tee, Backdrop::OffWhite);
    let steps = |wanted: &[Wanted]| engine().render(&photo, &recipe(&[]), wanted).unwrap().plan.steps;
    let alpha = steps(&[Wanted::layer("alpha", Layer::Alpha)]);
    let all = steps(&[Wanted::layer("alpha", Layer::Alpha), Wanted::cut_out("c", Placing::Source)]);
    assert!(alpha + 20 < all, "{alpha} steps for alpha alone, {all} with its colours");
}

#[test]
fn shadows_are_deepened_or_left_out_by_their_gains() {
    let (photo, _) = take(Kind::Mug, Backdrop::OffWhite);
    let darkness = |settings: &[(&str, &str)]| {
        let table: BTreeMap<String, String> =
            settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let recipe = Recipe::builtin("matte").unwrap().with_overrides(&table).unwrap();
        let rendering = layers(&Shots::from(&photo), &recipe, &[Layer::Shadow]).unwrap();
        let plane = &rendering.pictures[0].pixels;
        plane.floats().iter().map(|t| f64::from(1.0 - t)).sum::<f64>()
    };
    let plain = darkness(&[]);
    let deep = darkness(&[("shadow.contact", "2.0"), ("shadow.cast", "2.0")]);
    let contact = darkness(&[("shadow.contact", "2.0")]);
    let none = darkness(&[("shadow.contact", "0.0"), ("shadow.cast", "0.0")]);
    assert!(
        none == 0.0 && plain > 0.0 && contact > plain && deep > contact,
        "{none} {plain} {contact} {deep}"
    );
}

#[test]
fn a_named_backdrop_is_taken_or_refused() {
    let (photo, truth) = take(Kind::Tee, Backdrop::Green);
    let try_with = |name: &str| {
        layers(&Shots::from(&photo), &recipe(&[("backdrop_matte.backdrop", name)]), &[Layer::Alpha])
    };
    for name in ["green", "auto"] {
        let rendering = try_with(name).unwrap();
        let off = mean_error(&rendering.pictures[0].pixels, &truth.alpha, |_| true);
        assert!(off < 0.01, "{name}: {off:.4}");
    }
    let refused = try_with("blue").unwrap_err();
    assert!(refused.to_string().contains("blue") && !refused.help().is_empty(), "{refused}");
    assert!(
        Recipe::builtin("matte")
            .unwrap()
            .with_overrides(&BTreeMap::from([("backdrop_matte.backdrop".into(), "pink".into())]))
            .is_err()
    );
}

#[test]
fn what_a_person_keeps_and_drops_stays_kept_and_dropped() {
    let (photo, truth) = take(Kind::Tee, Backdrop::OffWhite);
    let mask = |inside: fn(u32, u32) -> bool| {
        let codes: Vec<u8> = (0..SIZE.height)
            .flat_map(|y| (0..SIZE.width).map(move |x| 255 * u8::from(inside(x, y))))
            .collect();
        Image::from_srgb8(SIZE, 1, &codes).unwrap()
    };
    let keep = mask(|x, y| (10..40).contains(&x) && (10..40).contains(&y));
    let drop = mask(|x, y| (225..255).contains(&x) && (300..330).contains(&y));
    assert!(truth.alpha.gray_at(240, 315) == 1.0 && truth.alpha.gray_at(25, 25) == 0.0);
    let shots = Shots { keep: Some(&keep), drop: Some(&drop), ..Shots::from(&photo) };
    let rendering = layers(&shots, &recipe(&[]), &[Layer::Alpha]).unwrap();
    let alpha = &rendering.pictures[0].pixels;
    assert_eq!((alpha.gray_at(25, 25), alpha.gray_at(240, 315)), (1.0, 0.0));
    let other = Image::from_srgb8(Size::new(50, 50), 1, &[0; 2500]).unwrap();
    let refused = layers(&Shots { keep: Some(&other), ..shots }, &recipe(&[]), &[Layer::Alpha]).unwrap_err();
    assert!(refused.to_string().contains("50×50"), "{refused}");
}

/// Knows the product roughly: the truth in blocks, as a model would see it.
#[derive(Debug)]
struct Rough<'a>(&'a Plane);

impl Finder for Rough<'_> {
    fn probability(&self, picture: &Plane) -> Result<Plane, String> {
        let size = picture.size();
        let (across, down) = (SIZE.width as f32 / size.width as f32, SIZE.height as f32 / size.height as f32);
        Ok(Plane::gray(size, |x, y| {
            let at = |v: u32, scale: f32, most: u32| ((v as f32 * scale / 8.0) as u32 * 8 + 4).min(most - 1);
            self.0.gray_at(at(x, across, SIZE.width), at(y, down, SIZE.height))
        }))
    }

    fn grid(&self) -> Size {
        Size::new(60, 80)
    }

    fn name(&self) -> String {
        "rough".into()
    }
}

/// The same product before a wall of many colours.
fn on_patches(photo: &Image, truth: &Truth) -> Image {
    let mut codes = photo.pixels.bytes().to_vec();
    for (i, pixel) in codes.chunks_exact_mut(3).enumerate() {
        let rest = 1.0 - truth.alpha.floats()[i];
        let (x, y) = (i % SIZE.width as usize, i / SIZE.width as usize);
        let patch = [0, 1, 2].map(|c| 20.0 + 200.0 * noise(x as u32 / 24, y as u32 / 24, c));
        for (code, patch) in pixel.iter_mut().zip(patch) {
            *code = (f32::from(*code) * (1.0 - rest) + patch * rest) as u8;
        }
    }
    Image::from_srgb8(SIZE, 3, &codes).unwrap()
}

#[test]
fn without_a_backdrop_a_model_is_asked_and_without_one_the_refusal_says_what_to_supply() {
    let (photo, truth) = take(Kind::Tee, Backdrop::OffWhite);
    let patches = on_patches(&photo, &truth);
    let refused = layers(&Shots::from(&patches), &recipe(&[]), &[Layer::Alpha]).unwrap_err();
    assert_eq!(refused.code(), "E-REFUSED");
    assert!(
        ["--plate", "--trimap", "--model"].iter().all(|w| refused.help().contains(w)),
        "{}",
        refused.help()
    );
    let rough = Rough(&truth.alpha);
    let shots = Shots { finder: Some(&rough), ..Shots::from(&patches) };
    let rendering = layers(&shots, &recipe(&[]), &[Layer::Alpha]).unwrap();
    let numbers = &rendering.numbers["backdrop_matte"];
    assert_eq!(numbers["alpha"], "model");
    assert!(numbers["why"].as_str().unwrap().contains("rough"), "{numbers}");
    let off = mean_error(&rendering.pictures[0].pixels, &truth.alpha, |_| true);
    assert!(off < 0.03, "mean alpha error {off:.4}");
    // The same in a catalog's recipe: the product, not its backdrop, is in the picture.
    let recipe = Recipe::builtin("packshot").unwrap();
    let wanted = [Wanted::cut_out("cut-out", Placing::Source)];
    let rendering = engine().render_shots(&shots, &recipe, &wanted).unwrap();
    let corner = &rendering.pictures[0].pixels.shorts()[..4];
    assert_eq!(corner[3], 0);
}

#[test]
fn an_even_backdrop_is_preferred_to_a_model_unless_the_model_is_demanded() {
    let (photo, truth) = take(Kind::Tee, Backdrop::OffWhite);
    let rough = Rough(&truth.alpha);
    let shots = Shots { finder: Some(&rough), ..Shots::from(&photo) };
    let chosen = |settings: &[(&str, &str)]| {
        layers(&shots, &recipe(settings), &[Layer::Alpha])
            .map(|r| r.numbers["backdrop_matte"]["alpha"].as_str().unwrap().to_owned())
    };
    assert_eq!(chosen(&[]).unwrap(), "backdrop");
    assert_eq!(chosen(&[("backdrop_matte.method", "model")]).unwrap(), "model");
    let refused = chosen(&[("backdrop_matte.method", "plate")]).unwrap_err();
    assert!(refused.to_string().contains("empty set"), "{refused}");
}

/// A disc of cloth before paper, in codes, with a soft edge.
fn disc(cloth: [f32; 3], paper: [f32; 3]) -> Image {
    let codes = (0..SIZE.height).flat_map(|y| (0..SIZE.width).map(move |x| (x, y))).flat_map(|(x, y)| {
        let away = (x as f32 - 240.0).hypot(y as f32 - 320.0);
        let alpha = ((150.0 - away) / 6.0 + 0.5).clamp(0.0, 1.0);
        [0, 1, 2].map(|c| {
            let grain = 6.0 * (noise(x, y, c as u32 + 5) - 0.5);
            (alpha * cloth[c] + (1.0 - alpha) * paper[c] + grain) as u8
        })
    });
    Image::from_srgb8(SIZE, 3, &codes.collect::<Vec<u8>>()).unwrap()
}

#[test]
fn confidence_is_full_where_all_is_known_and_falls_with_contrast() {
    let known: Vec<u8> = (0..SIZE.height)
        .flat_map(|y| (0..SIZE.width).map(move |x| (x as f32 - 240.0).hypot(y as f32 - 320.0)))
        .map(|away| {
            if away < 138.0 {
                255
            } else if away < 162.0 {
                128
            } else {
                0
            }
        })
        .collect();
    let trimap = Image::from_srgb8(SIZE, 1, &known).unwrap();
    let of = |cloth| {
        let photo = disc(cloth, [215.0, 214.0, 210.0]);
        let shots = Shots { trimap: Some(&trimap), ..Shots::from(&photo) };
        let recipe = Recipe::builtin("trimap").unwrap();
        let rendering = layers(&shots, &recipe, &[Layer::Confidence]).unwrap();
        let plane = rendering.pictures[0].pixels.clone();
        assert_eq!((plane.gray_at(240, 320), plane.gray_at(5, 5)), (1.0, 1.0));
        let band: Vec<f32> =
            plane.floats().iter().zip(&known).filter(|(_, k)| **k == 128).map(|(c, _)| *c).collect();
        assert!(band.iter().all(|c| (0.0..=1.0).contains(c)));
        let mean = band.iter().sum::<f32>() / band.len() as f32;
        let score = rendering.numbers["trimap_matte"]["confidence"].as_f64().unwrap();
        let flagged = rendering.flags.iter().any(|f| f.code == "low-contrast");
        println!("{cloth:?}: map {mean:.2}, score {score:.2}, flagged {flagged}");
        (mean, score, flagged)
    };
    let (red, alike) = (of([150.0, 30.0, 35.0]), of([213.0, 212.0, 209.0]));
    assert!(red.0 > 0.8 && red.1 > 0.8 && !red.2, "{red:?}");
    assert!(alike.0 < 0.3 && alike.1 < 0.3 && alike.2, "{alike:?}");
    assert_eq!(of([150.0, 30.0, 35.0]), red, "the same photograph has the same score");
}

/// Alpha on both backends, and twice on the GPU.
#[cfg(feature = "gpu")]
#[test]
fn both_backends_solve_the_same_alpha() {
    use packshot::exec::Executor as _;
    use packshot::recipe::{analyse, compile};
    let Some(gpu) = common::device::lend() else { return };
    for (kind, backdrop) in [(Kind::Knit, Backdrop::Green), (Kind::Tee, Backdrop::OffWhite)] {
        let (photo, _) = take(kind, backdrop);
        let shots = Shots::from(&photo);
        let recipe = recipe(&[]);
        let study = analyse(&shots, &recipe).unwrap();
        let wanted = [Layer::Alpha, Layer::Shadow].map(|l| Wanted::layer(l.name(), l));
        let compiled = compile(&photo, &study, &recipe, &wanted).unwrap();
        let inputs: Vec<&Plane> =
            compiled.inputs.iter().filter_map(|s| shots.get(*s)).map(|i| &i.pixels).collect();
        let expected = common::device::cpu().run(&compiled.plan, &inputs).unwrap();
        let [first, second] = [0, 1].map(|_| gpu.run(&compiled.plan, &inputs).unwrap());
        assert!(first == second, "two runs on one device differ");
        for (layer, (a, b)) in wanted.iter().zip(expected.iter().zip(&first)) {
            let apart = a.floats().iter().zip(b.floats()).map(|(a, b)| (a - b).abs());
            let most = apart.clone().fold(0.0, f32::max);
            let mean = apart.map(f64::from).sum::<f64>() / a.floats().len() as f64;
            println!("{kind:?} {}: at most {most:.2e} apart, {mean:.2e} in the mean", layer.name);
            assert!(most <= 2e-3 && mean <= 1e-4, "{kind:?} {}: {most:.2e}, {mean:.2e}", layer.name);
        }
    }
}
