//! Looks and decisions against OpenColorIO's own numbers, and the files of its test data, where `PACKSHOT_DATA` names
//! the folder that holds `colour/luts`; looks and sharpening on whole photographs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use packshot::demo::{Backdrop, Kind, Scene, shoot};
use packshot::engine::{Backend, Engine, EngineOptions};
use packshot::exec::Executor as _;
use packshot::exec::cpu::Cpu;
use packshot::image::{Image, Plane, Size};
use packshot::ops::Space;
use packshot::ops::cdl::{Cdl, Correction};
use packshot::ops::lut::{Cube, Interpolation, Lut};
use packshot::ops::place::{Placing, Room};
use packshot::plan::{Plan, PlanError, PlaneId};
use packshot::recipe::{Recipe, Wanted};

/// The folder of looks, or nothing where it is not named.
fn folder() -> Option<PathBuf> {
    let data = std::env::var_os("PACKSHOT_DATA").map(|d| Path::new(&d).join("colour/luts"));
    let found = data.filter(|d| d.join("ocio26_vectors.csv").exists());
    if found.is_none() {
        println!("PACKSHOT_DATA names no folder with colour/luts: not checked against OpenColorIO");
    }
    found
}

/// Rows of input, tetrahedral, linear, clamped decision and free decision, three numbers each.
fn vectors(folder: &Path) -> Vec<[f32; 15]> {
    let text = std::fs::read_to_string(folder.join("ocio26_vectors.csv")).unwrap();
    let row = |line: &str| {
        let numbers: Vec<f32> = line.split(',').map(|v| v.parse().unwrap()).collect();
        numbers.try_into().unwrap()
    };
    text.lines().filter(|l| !l.starts_with('#')).map(row).collect()
}

/// The largest difference from the numbers that begin at `column`.
fn largest(
    rows: &[[f32; 15]],
    column: usize,
    apply: impl Fn(&mut Plan, PlaneId) -> Result<PlaneId, PlanError>,
) -> f32 {
    let size = Size::new(64, rows.len() as u32 / 64);
    assert_eq!(size.pixels(), rows.len());
    let at = |x: u32, y: u32| rows[(y * 64 + x) as usize];
    let mut plan = Plan::new();
    let given =
        plan.constant("given", Plane::rgba(size, |x, y| [at(x, y)[0], at(x, y)[1], at(x, y)[2], 1.0]));
    let out = apply(&mut plan, given).unwrap();
    plan.output(out);
    let got = Cpu::new(Arc::default(), false).run(&plan, &[]).unwrap().remove(0);
    let pixels = (0..size.height).flat_map(|y| (0..64).map(move |x| (x, y)));
    pixels.fold(0.0, |most, (x, y)| {
        let (got, wanted) = (got.rgba_at(x, y), at(x, y));
        (0..3).fold(most, |most, c| most.max((got[c] - wanted[column + c]).abs()))
    })
}

#[test]
fn numbers_are_those_of_opencolorio() {
    let Some(folder) = folder() else { return };
    let rows = vectors(&folder);
    assert_eq!(rows.len(), 4096);
    let cube = Cube::parse(&std::fs::read_to_string(folder.join("test17_tetra.cube")).unwrap()).unwrap();
    for (interpolation, column) in [(Interpolation::Tetrahedral, 3), (Interpolation::Linear, 6)] {
        let lut = Lut::new(&cube, Space::Rec2020Linear, interpolation, 1.0);
        let off = largest(&rows, column, |plan, given| lut.apply(plan, given));
        println!("{interpolation:?}: off by {off:e}");
        assert!(off <= 1e-6, "{interpolation:?}: off by {off:e}");
    }
    let look = Correction {
        slope: [1.2, 0.95, 1.05],
        offset: [0.02, -0.01, 0.0],
        power: [0.9, 1.1, 1.0],
        saturation: 0.8,
    };
    for (clamp, column) in [(true, 9), (false, 12)] {
        let cdl = Cdl::new(look, clamp, Space::Rec2020Linear);
        let off = largest(&rows, column, |plan, given| cdl.apply(plan, given));
        println!("decision, clamp {clamp}: off by {off:e}");
        assert!(off <= 1e-6, "clamp {clamp}: off by {off:e}");
    }
}

/// Every file under a folder with this ending, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn files_of_opencolorio_are_read() {
    let Some(folder) = folder() else { return };
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let cubes = files(&folder, "cube");
    assert_eq!(cubes.len(), 3);
    for path in cubes {
        assert!(Cube::parse(&read(&path)).is_ok(), "{}", path.display());
    }
    let mut corrections = 0;
    for ending in ["cc", "ccc", "cdl"] {
        for path in files(&folder, ending) {
            let text = read(&path);
            let several = text.matches("<ColorCorrection ").count() > 1;
            assert_eq!(Correction::parse(&text, None).is_err(), several, "{}", path.display());
            for id in text.split("<ColorCorrection id=\"").skip(1).filter_map(|t| t.split('"').next()) {
                let read = Correction::parse(&text, Some(id));
                assert!(read.is_ok(), "{}, {id}: {read:?}", path.display());
                corrections += 1;
            }
        }
    }
    assert!(corrections >= 10, "{corrections}");
    let named = folder.join("ocio/tests/data/files/cdl_test1.ccc");
    let wanted = Correction { slope: [0.9, 0.7, 0.6], offset: [0.1; 3], power: [0.9; 3], saturation: 0.7 };
    assert_eq!(Correction::parse(&read(&named), Some("cc0002")), Ok(wanted));
}

/// 8-bit codes of an opaque photograph, worked by `op`; every code occurs.
fn worked(op: &str, settings: &str) -> (Vec<u8>, Vec<u8>) {
    let size = Size::new(128, 64);
    let samples: Vec<u8> = (0..size.pixels() * 3).map(|i| (i * 7 % 256) as u8).collect();
    let settings = toml::from_str(settings).unwrap();
    let recipe = Recipe::build("look").op_with(op, settings).op("quantise").build().unwrap();
    let wanted = Wanted::on_white("w", Placing::Source);
    let image = Image::from_srgb8(size, 3, &samples).unwrap();
    let codes = cpu().render(&image, &recipe, &[wanted]).unwrap().pictures.remove(0).pixels;
    let codes = codes.bytes().chunks_exact(4).flat_map(|p| p[..3].to_vec()).collect();
    (samples, codes)
}

fn cpu() -> Engine {
    Engine::new(&EngineOptions { backend: Backend::Cpu, ..EngineOptions::default() }).unwrap()
}

#[test]
fn a_look_meets_the_codes_of_the_file() {
    let (from, to) = worked("lut", "text = \"\"\"LUT_1D_SIZE 2\n1 1 1\n0 0 0\"\"\"");
    assert!(from.iter().zip(&to).all(|(from, to)| 255 - from == *to), "a negative is a negative");
    let (from, to) = worked("cdl", "slope = [1, 1, 1]");
    assert_eq!(from, to, "nothing asked, nothing changed");
    let (from, to) = worked("cdl", "slope = [0.5, 0.5, 0.5]\noffset = [0.25, 0.25, 0.25]");
    let worst =
        from.iter().zip(&to).map(|(from, to)| (0.5 * f64::from(*from) + 63.75 - f64::from(*to)).abs());
    assert!(worst.fold(0.0, f64::max) < 1.01, "within dither");
}

#[test]
fn sharpening_changes_the_product_and_neither_alpha_nor_white() {
    let photo = shoot(&Scene::of(5, 2, Kind::Knit, Backdrop::OffWhite), Size::new(900, 1200), false).photo;
    let image = Image::from_srgb8(photo.size(), 3, photo.bytes()).unwrap();
    let recipe = |sharpen: bool| {
        let cut = Recipe::build("x").op("backdrop_matte").op("foreground_colour").op("place").op("resize");
        let cut = if sharpen { cut.op("sharpen") } else { cut };
        cut.op("background").op("quantise").build().unwrap()
    };
    let placing = Placing::Fixed { size: Size::new(400, 400), room: Room::default() };
    let wanted = [Wanted::on_white("w", placing), Wanted::cut_out("c", placing)];
    let [before, after] = [false, true].map(|s| cpu().render(&image, &recipe(s), &wanted).unwrap().pictures);
    let (mut changed, mut edge) = (0, 0);
    let codes = |p: &Plane| p.shorts().chunks_exact(4).map(<[u16]>::to_vec).collect::<Vec<_>>();
    for (from, to) in codes(&before[1].pixels).iter().zip(codes(&after[1].pixels)) {
        assert_eq!(from[3], to[3], "alpha stays");
        changed += usize::from(from[..3] != to[..3]);
        edge += usize::from(from[3] > 0 && from[3] < 65_535);
    }
    assert!(changed > 20_000 && edge > 100, "{changed} changed, {edge} on the edge");
    for (from, to) in before[0].pixels.bytes().chunks_exact(4).zip(after[0].pixels.bytes().chunks_exact(4)) {
        assert!(from[..3] != [255; 3] || to[..3] == [255; 3], "white stays white");
    }
}

#[test]
fn a_halved_checker_is_as_flat_when_sharpened() {
    let size = Size::new(64, 64);
    let samples: Vec<u8> =
        (0..64 * 64).flat_map(|i| [if (i % 64 + i / 64) % 2 == 0 { 255 } else { 0 }; 3]).collect();
    let image = Image::from_srgb8(size, 3, &samples).unwrap();
    let recipe = Recipe::build("half").op("resize").op("sharpen").op("quantise").build().unwrap();
    let half = Placing::Fixed { size: Size::new(32, 32), room: Room::default() };
    let codes =
        cpu().render(&image, &recipe, &[Wanted::on_white("w", half)]).unwrap().pictures.remove(0).pixels;
    for (i, code) in codes.bytes().chunks_exact(4).enumerate() {
        let inner = (8..24).contains(&(i % 32)) && (8..24).contains(&(i / 32));
        assert!(!inner || code[..3].iter().all(|v| (187..=189).contains(v)), "pixel {i} is {code:?}");
    }
    let early = Recipe::build("early").op("sharpen").op("resize").op("quantise").build().unwrap();
    let quarter = Placing::Fixed { size: Size::new(16, 16), room: Room::default() };
    let both = [half, quarter].map(|placing| Wanted::on_white("w", placing));
    let refused = cpu().render(&image, &early, &both).unwrap_err();
    assert!(refused.to_string().contains("output's size"), "{refused}");
}
