//! Real photographs and studio shots with ground truth, from the folder that `PACKSHOT_DATA` names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use packshot::codec::{self, DecodeOptions};
use packshot::engine::{Backend, Engine, EngineOptions};
use packshot::image::{Image, Pool, Sample, Shots, Size};
use packshot::ops::Layer;
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

/// What closed-form matting (pymatting 1.1.16 with its defaults) makes of the same shots and trimaps: mean SAD in
/// thousands, and mean squared error.
const CLOSED_FORM: [f64; 2] = [13.33, 13.42e-3];

#[test]
fn given_trimaps_are_solved_better_than_in_closed_form() {
    let (engine, recipe) = (engine(), Recipe::builtin("trimap").unwrap());
    let (mut sums, mut count) = ([0.0; 2], 0.0);
    for path in files("studio/image") {
        let (image, beside) = (read(&path), |folder: &str| {
            read(&path.parent().unwrap().with_file_name(folder).join(path.file_name().unwrap()))
        });
        let (trimap, truth) = (beside("trimap"), beside("alpha"));
        let shots = Shots { trimap: Some(&trimap), ..Shots::from(&image) };
        let wanted = [Wanted::layer("alpha", Layer::Alpha)];
        let rendering = engine.render_shots(&shots, &recipe, &wanted).unwrap();
        let channels = usize::from(truth.samples().1);
        let pairs =
            rendering.pictures[0].pixels.floats().iter().zip(truth.pixels.shorts().chunks_exact(channels));
        let (mut sad, mut square, mut unknown) = (0.0, 0.0, 0.0);
        for (i, (a, b)) in pairs.enumerate() {
            let code = trimap.code8(i * usize::from(trimap.samples().1));
            if code != 0 && code != 255 {
                let off = f64::from((a - f32::from(b[0]) / 65_535.0).abs());
                (sad, square, unknown) = (sad + off / 1e3, square + off * off, unknown + 1.0);
            }
        }
        println!("{}: SAD {sad:.2}, MSE {:.2e}", path.display(), square / unknown);
        (sums[0], sums[1], count) = (sums[0] + sad, sums[1] + square / unknown, count + 1.0);
    }
    let [sad, square] = sums.map(|s| s / f64::max(count, 1.0));
    println!("mean SAD {sad:.2}, MSE {square:.2e}");
    assert!(sad <= 0.7 * CLOSED_FORM[0] && square <= 0.65 * CLOSED_FORM[1], "SAD {sad:.2}, MSE {square:.2e}");
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
