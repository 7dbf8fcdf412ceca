//! Real photographs and studio shots with ground truth, from the folder that `PACKSHOT_DATA` names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use packshot::codec::{self, DecodeOptions};
use packshot::engine::{Backend, Engine, EngineOptions};
use packshot::image::{Image, Pool, Sample, Shots, Size};
use packshot::ops::place::{Placing, Room};
use packshot::recipe::{Recipe, Wanted};

/// Files of a folder of the data, or nothing, said past the test runner's capture.
fn files(folder: &str) -> Vec<PathBuf> {
    let Ok(root) = std::env::var("PACKSHOT_DATA") else {
        let _ = writeln!(std::io::stderr(), "PACKSHOT_DATA is not set: real photographs not checked");
        return Vec::new();
    };
    let folder = PathBuf::from(root).join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|e| e.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths
}

fn read(path: &Path) -> Image {
    codec::decode(&codec::read_file(path).unwrap(), &DecodeOptions::default(), &Pool::default()).unwrap()
}

fn engine() -> Engine {
    Engine::new(&EngineOptions { backend: Backend::Cpu, parallel: true, ..EngineOptions::default() }).unwrap()
}

/// Sheer cloth over a backdrop of like colour is taken for opaque: known, and bounded here so that it is seen when
/// it changes.
const SHEER: (&str, f64) = ("lace_cream_grey", 0.04);

/// A studio shot's name and mean error of its matte.
fn studio_error(engine: &Engine, recipe: &Recipe, path: &Path, shots: &Shots<'_>) -> (String, f64) {
    let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
    let rendering = engine.render_shots(shots, recipe, &[Wanted::cut_out("matte", Placing::Source)]).unwrap();
    let truth = read(&path.parent().unwrap().with_file_name("alpha").join(format!("{stem}.png")));
    assert_eq!(truth.samples().0, Sample::U16);
    let channels = usize::from(truth.samples().1);
    let codes = rendering.pictures[0].pixels.shorts().chunks_exact(4);
    let difference = codes.zip(truth.pixels.shorts().chunks_exact(channels));
    let sum: f64 = difference.map(|(a, b)| f64::from(a[3].abs_diff(b[0])) / 65_535.0).sum();
    (stem, sum / truth.size().pixels() as f64)
}

#[test]
fn a_clean_plate_makes_studio_mattes_no_worse() {
    let (engine, recipe) = (engine(), Recipe::builtin("matte").unwrap());
    let (mut without, mut with) = (0.0, 0.0);
    for path in files("studio/image") {
        let image = read(&path);
        let plates = path.parent().unwrap().with_file_name("plate");
        let plate = read(&plates.join(path.with_extension("jpg").file_name().unwrap()));
        let (name, alone) = studio_error(&engine, &recipe, &path, &Shots::from(&image));
        let shots = Shots { plate: Some(&plate), ..Shots::from(&image) };
        let (_, helped) = studio_error(&engine, &recipe, &path, &shots);
        println!("{name:<22} without a plate {alone:.4}, with {helped:.4}");
        (without, with) = (without + alone, with + helped);
    }
    println!("{:<22} without plates {:.5}, with {:.5}", "mean", without / 9.0, with / 9.0);
    assert!(with <= without, "mean error {:.4} with plates, {:.4} without", with / 9.0, without / 9.0);
}

#[test]
fn studio_mattes_follow_the_truth() {
    let (engine, recipe) = (engine(), Recipe::builtin("matte").unwrap());
    for path in files("studio/image") {
        let image = read(&path);
        let (stem, error) = studio_error(&engine, &recipe, &path, &Shots::from(&image));
        let limit = if stem == SHEER.0 { SHEER.1 } else { 0.010 };
        println!("{stem}: mean alpha error {error:.4}");
        assert!(error <= limit, "{stem}: mean alpha error {error:.4}");
    }
}

#[test]
fn every_product_photograph_becomes_a_picture() {
    let (engine, recipe) = (engine(), Recipe::builtin("packshot").unwrap());
    let room = Room { share: 0.88, ..Room::default() };
    let square = Placing::Fixed { size: Size::new(800, 800), room };
    for path in files("photos") {
        let rendering = engine
            .render(
                &read(&path),
                &recipe,
                &[Wanted::on_white("main", square), Wanted::cut_out("cut", square)],
            )
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let alpha: Vec<u16> = rendering.pictures[1].pixels.shorts().chunks_exact(4).map(|p| p[3]).collect();
        let empty = alpha.iter().filter(|a| **a == 0).count() as f64 / alpha.len() as f64;
        assert!((0.05..0.95).contains(&empty), "{}: {empty:.2} of the picture is empty", path.display());
        let white = rendering.pictures[0].pixels.bytes().chunks_exact(4).zip(&alpha);
        let stained = white.filter(|(p, a)| **a == 0 && p[..3] != [255; 3]).count();
        assert_eq!(stained, 0, "{}: background that is not white", path.display());
    }
}
