//! `calibrate`, `correct`, and catalogs whose set brings a chart or a grey card, from the command line.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use packshot::camera::Camera;
use packshot::catalog::{Line, read_report};
use packshot::chart::reference::{Chart, Edition, published};
use packshot::codec::{self, DecodeOptions, OutputProfile, PngEffort};
use packshot::demo::{Backdrop, Kind, Scene, shoot};
use packshot::image::{
    Format, Image, Plane, Pool, Primaries, Size, delta_e2000, from_working, lab_from_working, srgb_decode,
    srgb_encode, to_working, working_from_lab,
};
use packshot::ops::apply;

fn packshot(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
    command.args(args).env("PACKSHOT_BACKEND", "cpu").env_remove("PACKSHOT_ADAPTER");
    command.output().unwrap()
}

fn done(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A set's light and a camera's curve, which are to be undone.
fn seen(light: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = light;
    let mixed =
        [0.75 * r + 0.2 * g + 0.05 * b, 0.12 * r + 0.76 * g + 0.12 * b, 0.05 * r + 0.2 * g + 0.75 * b];
    [0.80 * mixed[0], 0.62 * mixed[1], 0.45 * mixed[2]].map(|v| v.max(0.0).powf(1.08) * 1.02)
}

fn codes(light: [f32; 3]) -> [u8; 4] {
    let linear = apply(from_working(Primaries::SRGB), light);
    let [r, g, b] = linear.map(|v| (srgb_encode(f64::from(v.clamp(0.0, 1.0))) * 255.0).round() as u8);
    [r, g, b, 255]
}

fn png(size: Size, at: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let mut plane = Plane::zeros(size, Format::RGBA8);
    for (i, pixel) in plane.bytes_mut().as_chunks_mut::<4>().0.iter_mut().enumerate() {
        *pixel = at(i as u32 % size.width, i as u32 / size.width);
    }
    let output = codec::Output::Png { bits: 8, alpha: false, effort: PngEffort::Fast };
    codec::encode(&plane, &output, OutputProfile::Srgb).unwrap()
}

const PITCH: u32 = 80;

/// A ColorChecker on grey in the set's light.
fn chart() -> Vec<u8> {
    let reference = published(Chart::Classic24, Edition::After2014).unwrap();
    png(Size::new(8 * PITCH, 6 * PITCH), |x, y| {
        let (column, row) = (x / PITCH, y / PITCH);
        let inside = (1..7).contains(&column) && (1..5).contains(&row);
        let gap = x % PITCH < 6 || x % PITCH > 74 || y % PITCH < 6 || y % PITCH > 74;
        codes(seen(match (inside, gap) {
            (true, false) => {
                let patch = &reference.patches[((row - 1) * 6 + column - 1) as usize];
                working_from_lab(patch.lab).map(|v| v as f32)
            }
            (true, true) => [0.01; 3],
            _ => [0.3; 3],
        }))
    })
}

/// The simulator's tee in the set's light.
fn product() -> Vec<u8> {
    let size = Size::new(360, 480);
    let photo = shoot(&Scene::of(3, 0, Kind::Tee, Backdrop::OffWhite), size, false).photo;
    let samples = photo.bytes();
    png(size, |x, y| {
        let i = 3 * (y * size.width + x) as usize;
        let light = [0, 1, 2].map(|c| srgb_decode(f64::from(samples[i + c]) / 255.0) as f32);
        codes(seen(apply(to_working(Primaries::SRGB), light)))
    })
}

fn open(path: &Path) -> Image {
    codec::decode(&std::fs::read(path).unwrap(), &DecodeOptions::default(), &Pool::default()).unwrap()
}

/// Lab of the mean of a square of an sRGB picture.
fn lab(image: &Image, [x, y]: [u32; 2]) -> [f64; 3] {
    let channels = usize::from(image.samples().1);
    let mut sum = [0.0_f64; 3];
    for (u, v) in (0..20).flat_map(|u| (0..20).map(move |v| (u, v))) {
        let i = channels * ((y + v) * image.size().width + x + u) as usize;
        (0..3).for_each(|c| sum[c] += srgb_decode(f64::from(image.code8(i + c)) / 255.0) / 400.0);
    }
    let m = Primaries::SRGB.to_working().unwrap();
    lab_from_working(m.map(|row| row.iter().zip(sum).map(|(a, b)| a * b).sum()))
}

#[test]
fn a_chart_is_learnt_and_corrects_its_own_photograph() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("chart.png"), chart()).unwrap();
    let (file, camera, plot, out) = (path("chart.png"), path("cam.toml"), path("plot.png"), path("out.png"));
    done(&packshot(&["calibrate", &file, "-o", &camera, "--plot", &plot]));
    let text = std::fs::read_to_string(&camera).unwrap();
    let learnt = Camera::parse(&text).unwrap();
    assert!(learnt.calibration.errors.left_out.mean < 1.5, "{:?}", learnt.calibration.errors);
    assert!(open(Path::new(&plot)).size().width > 500);
    done(&packshot(&["correct", &file, "-o", &out, "--camera", &camera]));
    let (before, after) = (open(Path::new(&file)), open(Path::new(&out)));
    let reference = published(Chart::Classic24, Edition::After2014).unwrap();
    let error = |image: &Image| -> f64 {
        let each = reference.patches.iter().enumerate().map(|(i, patch)| {
            let i = i as u32;
            let at = [(i % 6 + 1) * PITCH + 30, (i / 6 + 1) * PITCH + 30];
            delta_e2000(lab(image, at), patch.lab)
        });
        each.sum::<f64>() / 24.0
    };
    let (before, after) = (error(&before), error(&after));
    assert!(before > 12.0 && after < 1.2, "{before} becomes {after}");
    // Nothing is overwritten, and a picture without a chart teaches nothing.
    assert_eq!(packshot(&["calibrate", &file, "-o", &camera]).status.code(), Some(3));
    std::fs::write(path("tee.png"), product()).unwrap();
    let none = packshot(&["calibrate", &path("tee.png"), "-o", &path("none.toml")]);
    assert_eq!(none.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&none.stderr).contains("error[E-CHART-"));
    assert!(!Path::new(&path("none.toml")).exists());
}

#[test]
fn corrections_go_to_the_space_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("tee.png"), product()).unwrap();
    for (space, name) in [("display-p3", "p3.png"), ("adobe-rgb", "adobe.tif"), ("grey", "grey.jpg")] {
        let (from, to) = (path("tee.png"), path(name));
        done(&packshot(&["correct", &from, "-o", &to, "--profile-out", space, "--bits", "16"]));
        let made = open(Path::new(&to));
        assert_eq!(made.samples().1, if space == "grey" { 1 } else { 3 }, "{space}");
        assert!(made.encoding.name.to_lowercase().contains(&space[..4]), "{space}: {}", made.encoding.name);
    }
    // The same picture in sRGB with nothing asked changes no code.
    done(&packshot(&["correct", &path("tee.png"), "-o", &path("same.png")]));
    assert_eq!(open(Path::new(&path("tee.png"))).pixels, open(Path::new(&path("same.png"))).pixels);
    let bad = packshot(&["correct", &path("tee.png"), "-o", &path("x.png"), "--profile-out", "cmyk"]);
    assert_eq!(bad.status.code(), Some(2));
    let size = packshot(&["correct", &path("tee.png"), "-o", &path("x.png"), "--resize", "0x5"]);
    assert_eq!(size.status.code(), Some(2));
}

fn render(folder: &Path, out: &Path) -> Vec<serde_json::Map<String, serde_json::Value>> {
    let args = ["render", folder.to_str().unwrap(), "-o", out.to_str().unwrap(), "--channel", "bench-web"];
    let output = packshot(&args);
    let report = read_report(&out.join("report.jsonl"));
    let lines = report.unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr))).lines;
    let item = |line: Line| match line {
        Line::Item(item) => Some(serde_json::to_value(*item).unwrap().as_object().unwrap().clone()),
        _ => None,
    };
    lines.into_iter().filter_map(item).collect()
}

#[test]
fn a_sets_chart_and_grey_card_are_applied_to_the_shots_after_them() {
    let (photos, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let write = |name: &str, bytes: &[u8]| std::fs::write(photos.path().join(name), bytes).unwrap();
    let grey = png(Size::new(200, 200), |_, _| codes(seen([0.18; 3])));
    write("a1.png", &product());
    write("b0_grey.png", &grey);
    write("b1.png", &product());
    write("c0_chart.png", &chart());
    write("c1.png", &product());
    let items = render(photos.path(), out.path());
    let numbers = |sku: &str| items.iter().find(|i| i["sku"] == sku).unwrap()["numbers"].clone();
    assert_eq!(items.len(), 3, "a chart and a card are no items");
    assert!(numbers("a1")["camera_profile"].is_string(), "no reference comes before it");
    assert_eq!(numbers("b1")["white_balance"]["from"], "hand");
    assert!(numbers("c1")["camera_profile"]["left_out_mean"].as_f64().unwrap() < 1.5);
    assert_eq!(numbers("c1")["white_balance"]["from"], "nothing");
    // A chart that is none fails the items that hang on it, and no other.
    write("c0_chart.png", &grey);
    let again = tempfile::tempdir().unwrap();
    let items = render(photos.path(), again.path());
    let failed: Vec<&str> =
        items.iter().filter(|i| i["status"] == "failed").filter_map(|i| i["sku"].as_str()).collect();
    assert_eq!(failed, ["c1"]);
    let error = items.iter().find(|i| i["sku"] == "c1").unwrap()["error"].clone();
    assert!(error["what"].as_str().unwrap().contains("c0_chart.png"), "{error}");
}
