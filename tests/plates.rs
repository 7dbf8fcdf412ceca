//! Mattes from several photographs, with the simulator's truth as oracle: clean plates, and two backdrops.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use packshot::demo::{Backdrop, Kind, Scene, Shot, Truth, shoot};
use packshot::engine::{Backend, Engine, EngineOptions, RenderError, Rendering};
use packshot::image::{Image, Plane, Shots, Size, srgb_decode, srgb_encode};
use packshot::ops::place::Placing;
use packshot::recipe::{Recipe, Wanted};

const SIZE: Size = Size::new(480, 640);

fn engine() -> Engine {
    Engine::new(&EngineOptions { backend: Backend::Cpu, parallel: true, ..EngineOptions::default() }).unwrap()
}

fn image(codes: &Plane) -> Image {
    Image::from_srgb8(codes.size(), 3, codes.bytes()).unwrap()
}

/// The photograph and its plate, as images, and the truth.
fn take(scene: &Scene) -> (Image, Image, Truth) {
    let Shot { photo, truth } = shoot(scene, SIZE, true);
    let truth = truth.unwrap();
    (image(&photo), image(&truth.plate), truth)
}

fn matte(recipe: &str, shots: &Shots<'_>) -> Result<Rendering, RenderError> {
    let recipe = Recipe::builtin(recipe).unwrap();
    engine().render_shots(shots, &recipe, &[Wanted::cut_out("matte", Placing::Source)])
}

/// Straight codes of a pixel of the one picture, as shares.
fn pixels(rendering: &Rendering) -> impl Iterator<Item = [f64; 4]> {
    let codes = rendering.pictures[0].pixels.shorts().chunks_exact(4);
    codes.map(|p| [p[0], p[1], p[2], p[3]].map(|v| f64::from(v) / 65_535.0))
}

fn error(rendering: &Rendering, truth: &[f64]) -> f64 {
    pixels(rendering).zip(truth).map(|(p, t)| (p[3] - t).abs()).sum::<f64>() / truth.len() as f64
}

fn alpha(truth: &Truth) -> Vec<f64> {
    truth.alpha.floats().iter().map(|a| f64::from(*a)).collect()
}

/// Light of every sample times a gain a channel.
fn exposed(picture: &Image, gain: [f64; 3]) -> Image {
    let codes = picture.pixels.bytes().iter().enumerate().map(|(i, code)| {
        let light = srgb_decode(f64::from(*code) / 255.0) * gain[i % 3];
        (255.0 * srgb_encode(light.clamp(0.0, 1.0)) + 0.5) as u8
    });
    Image::from_srgb8(picture.size(), 3, &codes.collect::<Vec<u8>>()).unwrap()
}

#[test]
fn a_plate_of_another_strobe_serves_the_matte() {
    let kinds = [(Kind::Tee, Backdrop::OffWhite), (Kind::Knit, Backdrop::Grey), (Kind::Bag, Backdrop::Green)];
    for (i, (kind, backdrop)) in kinds.into_iter().enumerate() {
        let (photo, plate, truth) = take(&Scene::of(5, i as u32, kind, backdrop));
        let gain = [1.02, 0.99, 1.01];
        let plate = exposed(&plate, gain.map(|g| 1.0 / g));
        let rendering = matte("matte", &Shots { plate: Some(&plate), ..Shots::from(&photo) }).unwrap();
        assert_eq!(rendering.numbers["backdrop_matte"]["alpha"], "plate");
        let off = error(&rendering, &alpha(&truth));
        println!("{kind:?} on {backdrop:?}: mean alpha error {off:.4}, {}", rendering.numbers["plate"]);
        assert!(off < 0.01, "{kind:?} on {backdrop:?}: mean alpha error {off:.4}");
        // On neutral paper the gains of sRGB's primaries mix as Rec.2020's primaries do (ITU-R BT.2087).
        let truth = [1.0094, 0.9923, 1.0084];
        for (found, truth) in rendering.numbers["plate"]["gain"].as_array().unwrap().iter().zip(truth) {
            let found = found.as_f64().unwrap();
            assert!(
                backdrop != Backdrop::OffWhite || (found / truth - 1.0).abs() < 0.003,
                "{found} for {truth}"
            );
        }
    }
}

#[test]
fn a_plate_of_another_size_is_refused_with_help() {
    let (photo, _, _) = take(&Scene::of(5, 0, Kind::Tee, Backdrop::OffWhite));
    let small = shoot(&Scene::of(5, 0, Kind::Tee, Backdrop::OffWhite), Size::new(400, 640), false).photo;
    let refused = matte("matte", &Shots { plate: Some(&image(&small)), ..Shots::from(&photo) }).unwrap_err();
    assert_eq!(refused.code(), "E-REFUSED");
    assert!(
        refused.to_string().contains("400×640") && refused.help().contains("without a plate"),
        "{refused}"
    );
    let (_, green, _) = take(&Scene::of(5, 0, Kind::Tee, Backdrop::Green));
    assert!(matte("matte", &Shots { plate: Some(&green), ..Shots::from(&photo) }).is_err(), "another paper");
}

/// Two shots of a scene before two backdrops, each exposed by itself.
fn pair(kind: Kind, backdrops: [Backdrop; 2]) -> [(Image, Image, Truth); 2] {
    let scene = Scene::of(9, 2, kind, backdrops[0]);
    [take(&scene), take(&Scene { backdrop: backdrops[1], exposure: 1, ..scene })]
}

fn shots<'a>([a, b]: &'a [(Image, Image, Truth); 2]) -> Shots<'a> {
    Shots { plate: Some(&a.1), second: Some([&b.0, &b.1]), ..Shots::from(&a.0) }
}

/// What lets the backdrop through is neither product nor shadow.
fn covered(truth: &Truth) -> Vec<f64> {
    let light = truth.alpha.floats().iter().zip(truth.shadow.floats());
    light.map(|(a, t)| 1.0 - (1.0 - f64::from(*a)) * f64::from(*t)).collect()
}

#[test]
fn two_backdrops_give_alpha_and_colour() {
    for kind in [Kind::Knit, Kind::Bottle, Kind::Bag] {
        for backdrops in [[Backdrop::White, Backdrop::Grey], [Backdrop::Green, Backdrop::OffWhite]] {
            let pair = pair(kind, backdrops);
            let rendering = matte("triangulate", &shots(&pair)).unwrap();
            let truth = covered(&pair[0].2);
            let off = error(&rendering, &truth);
            println!(
                "{kind:?} {backdrops:?}: mean alpha error {off:.4}, {}",
                rendering.numbers["triangulate"]
            );
            assert!(off < 0.01, "{kind:?} {backdrops:?}: mean alpha error {off:.4}");
            assert!(rendering.flags.iter().all(|f| f.code != "moved"), "{:?}", rendering.flags);
            // Laid on the first plate in its shadow, the cut-out is the first shot again.
            let (shot, plate) = (pair[0].0.pixels.bytes(), pair[0].1.pixels.bytes());
            let mut sum = 0.0;
            for (i, p) in pixels(&rendering).enumerate() {
                for c in 0..3 {
                    let behind = srgb_decode(f64::from(plate[3 * i + c]) / 255.0);
                    let light = p[3] * srgb_decode(p[c]) + (1.0 - p[3]) * behind;
                    sum += (light - srgb_decode(f64::from(shot[3 * i + c]) / 255.0)).abs();
                }
            }
            let mean = sum / (3 * truth.len()) as f64;
            assert!(mean < 0.01, "{kind:?} {backdrops:?}: put together again {mean:.4} off");
        }
    }
}

#[test]
fn backdrops_that_are_alike_and_shots_that_moved_are_told() {
    let same = pair(Kind::Mug, [Backdrop::Grey, Backdrop::Grey]);
    let refused = matte("triangulate", &shots(&same)).unwrap_err();
    assert!(refused.to_string().contains("nearly the same colour"), "{refused}");
    let mut moved = pair(Kind::Mug, [Backdrop::White, Backdrop::Grey]);
    // The product stands four pixels further to the right in the second shot; the set does not.
    let width = 3 * SIZE.width as usize;
    for row in moved[1].0.pixels.bytes_mut().chunks_exact_mut(width) {
        row.copy_within(0..width - 12, 12);
    }
    let flags = matte("triangulate", &shots(&moved)).unwrap().flags;
    assert!(flags.iter().any(|f| f.code == "moved"), "{flags:?}");
    let alone = Shots { second: None, ..shots(&same) };
    assert!(matte("triangulate", &alone).is_err());
}

/// Strips of a plate are named by a map of rows, so they are tried here, and small ones.
#[cfg(feature = "gpu")]
#[test]
fn a_gpu_gives_the_same_matte_in_one_piece_and_in_strips() {
    use packshot::exec::Executor as _;
    use packshot::recipe::{analyse, compile};
    let Some(gpu) = common::device::lend() else { return };
    let pair = pair(Kind::Bottle, [Backdrop::White, Backdrop::Grey]);
    let (shots, recipe) = (shots(&pair), Recipe::builtin("triangulate").unwrap());
    let study = analyse(&shots, &recipe).unwrap();
    let wanted = [Wanted::cut_out("matte", Placing::Source)];
    let compiled = compile(shots.front, &study, &recipe, &wanted).unwrap();
    let plan = compiled.plan;
    let inputs: Vec<&Plane> = compiled.inputs.iter().map(|s| &shots.get(*s).unwrap().pixels).collect();
    assert_eq!(plan.input_count(), inputs.len());
    let expected = common::device::cpu().run(&plan, &inputs).unwrap();
    let whole = gpu.run(&plan, &inputs).unwrap();
    let strips = gpu.with_binding_limit(1 << 20).run(&plan, &inputs).unwrap();
    assert_eq!(whole, strips, "strips change no bit");
    for (a, b) in expected[0].shorts().iter().zip(whole[0].shorts()) {
        assert!(a.abs_diff(*b) <= 64, "{a} on the processor, {b} on the GPU");
    }
}

#[cfg(feature = "cli")]
mod program {
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Output};

    use super::*;
    use packshot::catalog::{Line, Role, Status, read_report};
    use packshot::codec::{self, OutputProfile, PngEffort};
    use packshot::image::Format;

    fn packshot(args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
        command.args(args).env("PACKSHOT_BACKEND", "cpu").env_remove("PACKSHOT_ADAPTER").output().unwrap()
    }

    fn save(folder: &Path, name: &str, picture: &Image) -> String {
        let mut rgba = Plane::zeros(picture.size(), Format::RGBA8);
        for (to, from) in rgba.bytes_mut().chunks_exact_mut(4).zip(picture.pixels.bytes().chunks_exact(3)) {
            to[..3].copy_from_slice(from);
            to[3] = 255;
        }
        let output = codec::Output::Png { bits: 8, alpha: false, effort: PngEffort::Fast };
        let path = folder.join(name);
        fs::write(&path, codec::encode(&rgba, &output, OutputProfile::Srgb).unwrap()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn plates_and_pairs_come_in_by_flags() {
        let root = tempfile::tempdir().unwrap();
        let [a, b] = pair(Kind::Bottle, [Backdrop::OffWhite, Backdrop::Grey]);
        let names = [("a.png", &a.0), ("pa.png", &a.1), ("b.png", &b.0), ("pb.png", &b.1)];
        let [a, pa, b, pb] = names.map(|(name, picture)| save(root.path(), name, picture));
        let out = root.path().join("alpha.png");
        let out = out.to_str().unwrap();
        let done = packshot(&["matte", &a, "--plate", &pa, "-o", out, "--json"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert!(String::from_utf8_lossy(&done.stdout).contains("\"alpha\":\"plate\""));
        let (shots, plates) = (format!("{a},{b}"), format!("{pa},{pb}"));
        let done = packshot(&["matte", "--shots", &shots, "--plates", &plates, "-o", out, "--overwrite"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let bad = packshot(&["matte", "--shots", &shots, "--plates", &pa, "-o", out]);
        assert_eq!(bad.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&bad.stderr).contains("two of each"));
        assert_eq!(packshot(&["matte", "-o", out]).status.code(), Some(2));
    }

    #[test]
    fn an_items_plate_is_used_and_reported() {
        let root = tempfile::tempdir().unwrap();
        let shots = root.path().join("shots");
        fs::create_dir(&shots).unwrap();
        let (photo, plate, _) = take(&Scene::of(5, 0, Kind::Tee, Backdrop::OffWhite));
        save(&shots, "TEE_front.png", &photo);
        save(&shots, "TEE_plate.png", &plate);
        let out = root.path().join("out");
        let done = packshot(&["render", shots.to_str().unwrap(), "-o", out.to_str().unwrap()]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let lines = read_report(&out.join("report.jsonl")).unwrap().lines;
        let Some(Line::Item(item)) = lines.first() else { panic!("no item") };
        assert!(matches!(item.status, Status::Done | Status::Flagged), "{:?}", item.error);
        assert_eq!(item.numbers["backdrop_matte"]["alpha"], "plate");
        assert!(item.notes.iter().any(|n| n.contains("plate")), "{:?}", item.notes);
        assert!(item.inputs.iter().any(|i| i.role == Role::Plate && i.blake3.is_some()));
    }
}
