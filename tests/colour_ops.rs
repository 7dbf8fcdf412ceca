//! `flat_field`, `backdrop_white` and `swatch_match` on whole pictures, with simulated truth as oracle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::Arc;

use packshot::demo::{Backdrop, Kind, Scene, Truth, shoot};
use packshot::engine::{Backend, Engine, EngineOptions, Rendering};
use packshot::image::{
    AlphaMode, Encoding, Format, Image, Plane, Primaries, Sample, Shots, Size, delta_e2000, lab_from_working,
    srgb_decode, to_working,
};
use packshot::ops::place::Placing;
use packshot::ops::{Layer, apply};
use packshot::recipe::{Recipe, Wanted};

/// Renders by a recipe of these ops, then placed as the photograph is, on white.
fn render(ops: &[&str], shots: &Shots<'_>, wanted: &[Wanted]) -> Rendering {
    render_with(ops, "", shots, wanted)
}

/// The same with settings of `shadow`.
fn render_with(ops: &[&str], shadow: &str, shots: &Shots<'_>, wanted: &[Wanted]) -> Rendering {
    let mut text = "name = \"test\"\n".to_owned();
    let shadow = format!("op = \"shadow\"\n{shadow}");
    let ends = ["op = \"place\"", "op = \"resize\"", &shadow, "op = \"background\"", "op = \"quantise\""];
    for op in ops.iter().chain(&ends) {
        text += &format!("[[op]]\n{op}\n");
    }
    let recipe = Recipe::parse(&text).unwrap();
    let options = EngineOptions { backend: Backend::Cpu, parallel: true, ..EngineOptions::default() };
    Engine::new(&options).unwrap().render_shots(shots, &recipe, wanted).unwrap()
}

/// A picture on white of 16 bits, as large as the photograph.
fn on_white() -> Wanted {
    Wanted { sixteen_bits: true, ..Wanted::on_white("picture", Placing::Source) }
}

/// Lab of linear sRGB light.
fn lab(light: [f64; 3]) -> [f64; 3] {
    lab_from_working(apply(to_working(Primaries::SRGB), light.map(|v| v as f32)).map(f64::from))
}

/// Linear sRGB light of the pixels of a 16-bit picture.
fn lights(rendering: &Rendering) -> Vec<[f64; 3]> {
    let codes = rendering.pictures[0].pixels.shorts().chunks_exact(4);
    codes.map(|p| [p[0], p[1], p[2]].map(|v| srgb_decode(f64::from(v) / 65_535.0))).collect()
}

struct Random(u32);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(self.0 >> 8) / 16_777_216.0
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// Two stops from end to end, by a key light from the left and a lens.
fn falloff(x: f64, y: f64) -> [f64; 3] {
    tinted(x, y, 0.0)
}

/// The same, by so many stops warmer at the right end than in the middle.
fn tinted(x: f64, y: f64, stops: f64) -> [f64; 3] {
    let lens = 1.0 / (1.0 + 0.1 * (x * x + y * y)).powi(2);
    [stops, 0.0, -stops].map(|more| lens * ((more - 0.85) * x).exp2())
}

/// A photograph in floating point of linear sRGB light under a fall-off, with a share of noise.
fn photograph(
    size: Size,
    grain: f64,
    fall: impl Fn(f64, f64) -> [f64; 3],
    light: impl Fn(usize, usize) -> [f64; 3],
) -> Image {
    let mut pixels = Plane::zeros(size, Format::Packed { sample: Sample::F32, channels: 3 });
    let (width, height) = (size.width as usize, size.height as usize);
    let mut random = Random(7);
    for (i, v) in pixels.floats_mut().chunks_exact_mut(3).enumerate() {
        let (x, y) = (i % width, i / width);
        let place = |i: usize, n: usize| (2.0 * i as f64 + 1.0) / n as f64 - 1.0;
        let (own, fall) = (light(x, y), fall(place(x, width), place(y, height)));
        v.iter_mut()
            .enumerate()
            .for_each(|(c, v)| *v = (own[c] * fall[c] * (1.0 + grain * random.normal())) as f32);
    }
    let encoding = Arc::new(Encoding::srgb(256));
    Image { pixels, encoding, alpha: AlphaMode::None, full_size: size, notes: Vec::new() }
}

#[test]
fn a_charts_colours_are_the_same_with_fall_off_and_without() {
    let size = Size::new(1200, 800);
    let mut random = Random(3);
    let colours: Vec<[f64; 3]> = (0..24)
        .map(|_| {
            let level = 0.05 + 0.35 * random.unit();
            [0, 1, 2].map(|_| level * (0.5 + random.unit()))
        })
        .collect();
    let patch = |x: usize, y: usize| colours[y / 200 * 6 + x / 200];
    let plain =
        patches(&render(&[], &Shots::from(&photograph(size, 0.01, |_, _| [1.0; 3], patch)), &[on_white()]));
    // A tint acts on the file's primaries here, and is taken out in the working ones.
    for (stops, limit) in [(0.0, 0.1), (0.05, 0.25)] {
        let fall = |x: f64, y: f64| tinted(x, y, stops);
        let card = photograph(size, 0.01, fall, |_, _| [0.4; 3]);
        let under = photograph(size, 0.01, fall, patch);
        let shots = Shots { flat: Some(&card), ..Shots::from(&under) };
        let even = patches(&render(&["op = \"flat_field\""], &shots, &[on_white()]));
        let uneven = patches(&render(&[], &Shots::from(&under), &[on_white()]));
        let worst =
            |a: &[[f64; 3]]| a.iter().zip(&plain).map(|(a, b)| delta_e2000(*a, *b)).fold(0.0, f64::max);
        let (before, left) = (worst(&uneven), worst(&even));
        println!("24 patches, fall-off tinted by {stops} stops: dE {before:.2} apart, evened {left:.3}");
        assert!(before > 5.0 && left <= limit, "{before} {left}");
    }
}

/// The 24 patches' means as Lab.
fn patches(rendering: &Rendering) -> Vec<[f64; 3]> {
    let lights = lights(rendering);
    let mean = |p: usize| {
        let mut sum = [0.0; 3];
        for (x, y) in (40..160).flat_map(|y| (40..160).map(move |x| (p % 6 * 200 + x, p / 6 * 200 + y))) {
            (0..3).for_each(|c| sum[c] += lights[y * 1200 + x][c] / 14_400.0);
        }
        lab(sum)
    };
    (0..24).map(mean).collect()
}

/// The unknown band is read from the photograph itself: it is evened too.
#[test]
fn a_matte_under_fall_off_has_the_colours_of_one_without() {
    let scene = Scene::of(5, 3, Kind::Knit, Backdrop::Grey);
    let size = Size::new(480, 640);
    let shot = shoot(&scene, size, true);
    let codes = shot.photo.bytes();
    let light =
        |x: usize, y: usize| [0, 1, 2].map(|c| srgb_decode(f64::from(codes[3 * (480 * y + x) + c]) / 255.0));
    let under = photograph(size, 0.0, falloff, light);
    let without = photograph(size, 0.0, |_, _| [1.0; 3], light);
    let card = photograph(size, 0.01, falloff, |_, _| [0.4; 3]);
    let ops = [
        "op = \"flat_field\"",
        "op = \"backdrop_matte\"",
        "op = \"trimap_matte\"",
        "op = \"foreground_colour\"",
    ];
    let even = render(&ops, &Shots { flat: Some(&card), ..Shots::from(&under) }, &[on_white()]);
    let plain = render(&ops[1..], &Shots::from(&without), &[on_white()]);
    let off = |a: &Rendering, b: &Rendering| {
        let pairs = lights(a).into_iter().zip(lights(b));
        let all: Vec<f64> =
            pairs.map(|(a, b)| (0..3).map(|c| (a[c] - b[c]).abs()).fold(0.0, f64::max)).collect();
        (all.iter().sum::<f64>() / all.len() as f64, all.iter().filter(|d| **d > 0.02).count())
    };
    let (mean, many) = off(&even, &plain);
    println!("matte under fall-off, evened: {mean:.5} of light off, {many} pixels by more than 0.02");
    assert!(mean < 1e-3 && many < 300, "{mean} {many}");
}

/// A scene, its photograph and its truth.
fn take(scene: &Scene, size: Size) -> (Image, Truth) {
    let shot = shoot(scene, size, true);
    (Image::from_srgb8(size, 3, shot.photo.bytes()).unwrap(), shot.truth.unwrap())
}

/// What the whitened backdrop and the product are, against the truth.
#[derive(Debug, Default)]
struct Whitened {
    /// Share of the pixels without product and shadow that are exactly white.
    white: f64,
    /// Mean difference of the shadow's light, where there is one and no product.
    shadow: f64,
    /// Mean difference of the rim's light from product over white in shadow.
    rim: f64,
    /// Largest difference of the interior from the photograph, CIEDE2000.
    interior: f64,
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn judge(rendering: &Rendering, photo: &Image, truth: &Truth) -> Whitened {
    let (lights, to_srgb) = (lights(rendering), packshot::image::from_working(Primaries::SRGB));
    let (mut white, mut shadow, mut rim, mut interior) = (Vec::new(), Vec::new(), Vec::new(), 0.0_f64);
    let width = truth.alpha.size().width;
    for (i, light) in lights.iter().enumerate() {
        let (x, y) = (i as u32 % width, i as u32 / width);
        let (a, t) = (f64::from(truth.alpha.floats()[i]), f64::from(truth.shadow.floats()[i]));
        if a == 0.0 && t > 0.999 {
            white.push(f64::from(u8::from(*light == [1.0; 3])));
        } else if a == 0.0 && t < 0.97 {
            shadow.push((light[1] - t).abs());
        } else if a > 0.0 && a < 1.0 {
            let [r, g, b, _] = truth.foreground.rgba_at(x, y);
            let own = apply(to_srgb, [r, g, b]);
            let apart = (0..3).map(|c| (light[c] - a * f64::from(own[c]) - (1.0 - a) * t).abs());
            rim.push(apart.sum::<f64>() / 3.0);
        } else if a == 1.0 && rendering.pictures[1].pixels.gray_at(x, y) == 1.0 {
            let codes = &photo.pixels.bytes()[3 * i..3 * i + 3];
            let own = [0, 1, 2].map(|c| srgb_decode(f64::from(codes[c]) / 255.0));
            interior = interior.max(delta_e2000(lab(own), lab(*light)));
        }
    }
    Whitened { white: mean(&white), shadow: mean(&shadow), rim: mean(&rim), interior }
}

#[test]
fn a_backdrop_becomes_white_around_an_unchanged_product_and_keeps_its_shadow() {
    let size = Size::new(600, 800);
    let mut white_tee = Scene::of(4, 1, Kind::Tee, Backdrop::White);
    white_tee.colour = [0.86, 0.86, 0.83];
    let scenes = [
        white_tee,
        Scene::of(4, 2, Kind::Knit, Backdrop::OffWhite),
        Scene::of(4, 3, Kind::Mug, Backdrop::OffWhite),
        Scene::of(4, 4, Kind::Bottle, Backdrop::White),
        Scene::of(4, 5, Kind::Shoe, Backdrop::Grey),
        Scene::of(4, 6, Kind::Carton, Backdrop::OffWhite),
    ];
    let matte = ["op = \"backdrop_matte\"", "op = \"foreground_colour\""];
    for scene in scenes {
        let (photo, truth) = take(&scene, size);
        let wanted = [on_white(), Wanted::layer("alpha", Layer::Alpha)];
        let run = |ops: &[&str]| render(&[&matte, ops].concat(), &Shots::from(&photo), &wanted);
        let kept = run(&["op = \"backdrop_white\""]);
        let none = run(&["op = \"backdrop_white\"\nshadow = 0.0"]);
        let grid = render_with(&matte, "keep = 1.0", &Shots::from(&photo), &wanted);
        let (found, grid) = (judge(&kept, &photo, &truth), judge(&grid, &photo, &truth));
        let alpha = none.pictures[1].pixels.floats();
        let bare: Vec<f64> = alpha
            .iter()
            .zip(lights(&none))
            .filter(|(a, _)| **a == 0.0)
            .map(|(_, light)| f64::from(u8::from(light == [1.0; 3])))
            .collect();
        println!(
            "{:?} on {:?}: {found:.4?}\n  by shadow.keep {grid:.4?}\n  without shadow {:.5} white, {}",
            scene.kind,
            scene.backdrop,
            mean(&bare),
            kept.numbers["backdrop_white"]
        );
        assert_eq!(mean(&bare), 1.0, "every pixel without product is white where no shadow is kept");
        assert!(found.white >= 0.999 && found.interior <= 0.3 && found.shadow < 0.04, "{found:?}");
        // On a dark backdrop the rim is only as good as the matte's colour of it.
        assert!(scene.backdrop == Backdrop::Grey || found.rim < grid.rim, "{found:?} {grid:?}");
    }
}

/// The whole road: a product cut out, its backdrop white, its colour a swatch's.
#[test]
fn a_garment_lands_on_its_swatch_in_the_picture() {
    let scene = Scene::of(6, 2, Kind::Hoodie, Backdrop::OffWhite);
    let (photo, _) = take(&scene, Size::new(600, 800));
    let shots = Shots::from(&photo);
    let wanted = [on_white(), Wanted::layer("alpha", Layer::Alpha)];
    let ops = ["op = \"backdrop_matte\"", "op = \"foreground_colour\"", "op = \"backdrop_white\""];
    let before = render(&ops, &shots, &wanted);
    let none = render(&[ops.as_slice(), &["op = \"swatch_match\""]].concat(), &shots, &wanted);
    assert_eq!(before.pictures[0].pixels, none.pictures[0].pixels, "no swatch, no change");
    let measured = render(
        &[ops.as_slice(), &["op = \"swatch_match\"\nlab = [50.0, 0.0, 0.0]\nrefuse = 100.0"]].concat(),
        &shots,
        &wanted,
    );
    let numbers = &measured.numbers["swatch_match"]["before"];
    let start: Vec<f64> = numbers.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let target = [start[0] + 1.0, start[1] + 3.0, start[2] - 3.0];
    let op = format!("op = \"swatch_match\"\nlab = [{:.3}, {:.3}, {:.3}]", target[0], target[1], target[2]);
    let matched = render(&[ops.as_slice(), &[op.as_str()]].concat(), &shots, &wanted);
    let alpha = matched.pictures[1].pixels.floats();
    let (was, is) = (lights(&before), lights(&matched));
    let mut inside: Vec<[f64; 3]> = Vec::new();
    for (i, a) in alpha.iter().enumerate() {
        if *a == 0.0 {
            assert_eq!(was[i], is[i], "outside the product nothing changes");
        } else if *a == 1.0 {
            inside.push(is[i]);
        }
    }
    let luminance = |c: &[f64; 3]| 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    inside.sort_by(|a, b| luminance(a).total_cmp(&luminance(b)));
    let kept = &inside[inside.len() / 10..inside.len() * 9 / 10];
    let found = lab([0, 1, 2].map(|c| kept.iter().map(|p| p[c]).sum::<f64>() / kept.len() as f64));
    let (delta, numbers) = (delta_e2000(found, target), &matched.numbers["swatch_match"]);
    println!("hoodie: {delta:.3} from its swatch in the picture, {numbers}");
    assert!(delta <= 0.5 && numbers["delta"].as_f64().unwrap() <= 0.5, "{delta} {numbers}");
}

#[test]
fn a_lift_brightens_the_product_as_the_backdrop_and_clips_nothing() {
    let (photo, _) = take(&Scene::of(4, 2, Kind::Knit, Backdrop::OffWhite), Size::new(450, 600));
    let wanted = [on_white(), Wanted::layer("alpha", Layer::Alpha)];
    let matte = ["op = \"backdrop_matte\"", "op = \"foreground_colour\""];
    let run = |op: &str| render(&[matte.as_slice(), &[op]].concat(), &Shots::from(&photo), &wanted);
    let (plain, lifted) = (run("op = \"backdrop_white\""), run("op = \"backdrop_white\"\nlift = true"));
    let numbers = &lifted.numbers["backdrop_white"];
    let (lift, backdrop) = (numbers["gain"][0].as_f64().unwrap(), numbers["backdrop"].as_f64().unwrap());
    assert!(lift > 1.05 && lift <= 1.0 / backdrop + 1e-6, "{numbers}");
    let alpha = lifted.pictures[1].pixels.floats();
    let mut peaks = Vec::new();
    for ((a, was), is) in
        alpha.iter().zip(lights(&plain)).zip(lights(&lifted)).filter(|((a, _), _)| **a == 1.0)
    {
        peaks.push(is.into_iter().fold(0.0, f64::max));
        let near = (0..3).all(|c| (is[c] - lift * was[c]).abs() < 1e-4 || is[c] == 1.0);
        assert!(near, "{a} {was:?} {is:?} by {lift}");
    }
    peaks.sort_by(f64::total_cmp);
    assert!(peaks[peaks.len() * 999 / 1000] <= 0.99, "{}", peaks[peaks.len() * 999 / 1000]);
}
