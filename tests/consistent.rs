//! A set shot in moving light, rendered with `--consistent`: the simulator's garment has one colour in all pictures.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use packshot::catalog::{ItemReport, Line, Status, read_report};
use packshot::codec::{self, DecodeOptions, OutputProfile, Subsampling};
use packshot::demo::{Backdrop, Kind, Scene, shoot};
use packshot::image::{
    Format, Plane, Pool, Primaries, Size, delta_e2000, lab_from_working, srgb_decode, srgb_encode, to_working,
};

const SHOTS: u32 = 20;

fn packshot(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
    command.args(args).env("PACKSHOT_BACKEND", "cpu").env_remove("PACKSHOT_ADAPTER");
    command.output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Random numbers in -1 … 1: a linear congruential generator.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// A light within half a stop and 300 K of 5,500 K: 9.6 mired, of which each changes ln(R/B) by 0.0081. The
    /// exposure leaves room for it.
    fn light(&mut self) -> [f64; 3] {
        let (level, warmth) = (0.75 * (0.5 * self.throw()).exp2(), 0.5 * 9.6 * 0.0081 * self.throw());
        [level * warmth.exp(), level, level * (-warmth).exp()]
    }
}

/// The garment under a light, with noise of its own, as a JPEG that was taken in the given minute.
fn jpeg(exposure: u32, light: [f64; 3]) -> Vec<u8> {
    let size = Size::new(300, 400);
    let scene = Scene { exposure, ..Scene::of(4, 3, Kind::Tee, Backdrop::Grey) };
    let photo = shoot(&scene, size, false).photo;
    let mut dice = Dice(u64::from(exposure));
    let mut rgba = Plane::zeros(size, Format::RGBA8);
    for (to, from) in rgba.bytes_mut().chunks_exact_mut(4).zip(photo.bytes().chunks_exact(3)) {
        for c in 0..3 {
            let lit = srgb_decode(f64::from(from[c]) / 255.0) * light[c];
            // A sensor's noise hides its codes; rounding twice would be a cast of its own.
            to[c] = (srgb_encode(lit.min(1.0)) * 255.0 + 0.5 * dice.throw()).round() as u8;
        }
        to[3] = 255;
    }
    let output = codec::Output::Jpeg { quality: 95, subsampling: Subsampling::S444 };
    let plain = codec::encode(&rgba, &output, OutputProfile::Srgb).unwrap();
    [&plain[..2], &taken(exposure), &plain[2..]].concat()
}

/// An APP1 segment with nothing but `DateTimeOriginal`.
fn taken(minute: u32) -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0".to_vec();
    block.extend(b"\0\x01\x90\x03\0\x02\0\0\0\x14\0\0\0\x2c\0\0\0\0");
    block.extend(format!("2026:03:04 10:{minute:02}:00\0").bytes());
    let length = (block.len() as u16 + 2).to_be_bytes();
    [&[0xff, 0xe1][..], &length, &block].concat()
}

/// Writes the set; the photographs' names begin with `sku`.
fn set(folder: &Path, sku: &str, seed: u64) {
    fs::create_dir_all(folder).unwrap();
    let mut dice = Dice(seed);
    for i in 0..SHOTS {
        fs::write(folder.join(format!("{sku}_front{i:02}.jpg")), jpeg(i, dice.light())).unwrap();
    }
}

/// The mean colour of the product in a cut-out.
fn product(path: &Path) -> [f64; 3] {
    let image = codec::decode(&fs::read(path).unwrap(), &DecodeOptions::default(), &Pool::default()).unwrap();
    let channels = usize::from(image.samples().1);
    assert_eq!(channels, 4, "a cut-out has alpha");
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for start in (0..image.size().pixels()).map(|i| 4 * i).filter(|s| image.code8(s + 3) == 255) {
        let p = [0, 1, 2].map(|c| srgb_decode(f64::from(image.code8(start + c)) / 255.0));
        (0..3).for_each(|c| sum[c] += p[c]);
        count += 1.0;
    }
    assert!(count > 1000.0);
    let matrix = to_working(Primaries::SRGB);
    lab_from_working(matrix.map(|row| row.iter().zip(sum).map(|(m, s)| f64::from(*m) * s / count).sum()))
}

/// How far the outputs' products are from their mean, dE2000 at the 95th percentile.
fn spread(out: &Path) -> f64 {
    let mut files: Vec<_> = fs::read_dir(out.join("master")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let colours: Vec<[f64; 3]> = files.iter().map(|p| product(p)).collect();
    assert_eq!(colours.len(), SHOTS as usize);
    let mean = [0, 1, 2].map(|c| colours.iter().map(|lab| lab[c]).sum::<f64>() / colours.len() as f64);
    let mut off: Vec<f64> = colours.iter().map(|lab| delta_e2000(*lab, mean)).collect();
    off.sort_by(f64::total_cmp);
    off[(0.95 * (off.len() - 1) as f64).round() as usize]
}

fn items(out: &Path) -> Vec<ItemReport> {
    let lines = read_report(&out.join("report.jsonl")).unwrap().lines;
    let item = |line| if let Line::Item(item) = line { Some(*item) } else { None };
    lines.into_iter().filter_map(item).collect()
}

fn render(inputs: &[&Path], out: &Path, more: &[&str]) -> String {
    let mut args = vec!["render"];
    args.extend(inputs.iter().map(|p| text(p)));
    args.extend(["-o", text(out), "--channel", "master"]);
    args.extend(more);
    let ran = packshot(&args);
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(matches!(ran.status.code(), Some(0 | 3)) && !said.contains("panicked"), "{said}");
    said
}

#[test]
fn a_garment_has_one_colour_in_all_pictures_for_any_number_of_jobs() {
    let root = tempfile::tempdir().unwrap();
    let shots = root.path().join("shots");
    set(&shots, "TEE", 11);
    let [loose, one, four] = ["loose", "one", "four"].map(|name| root.path().join(name));
    let table = root.path().join("drift.csv");
    render(&[&shots], &loose, &[]);
    let said = render(&[&shots], &one, &["--consistent", "--jobs", "1", "--drift", text(&table)]);
    let (before, after) = (spread(&loose), spread(&one));
    println!("dE2000 p95: {before:.2} before, {after:.2} after; {said}");
    assert!(before > 3.0, "the light must move to be held: {before}");
    assert!(after <= 0.5, "{after}");
    assert!(said.contains("20 shots, exposure within 0."), "{said}");
    for item in items(&one) {
        assert_eq!(item.status, Status::Done, "{item:?}");
        assert_eq!(item.numbers["white_balance"]["from"], "hand");
    }
    let rows = fs::read_to_string(&table).unwrap();
    assert_eq!(rows.lines().count(), 21);
    let time = |row: &str| row.split(',').nth(1).unwrap().parse::<f64>().unwrap();
    let times: Vec<f64> = rows.lines().skip(1).map(time).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 60.0), "{times:?}");
    let drawing = codec::read_file(&table.with_extension("png")).unwrap();
    assert!(codec::probe(&drawing).unwrap().size.width > 500);
    let again = root.path().join("again.csv");
    render(&[&shots], &four, &["--consistent", "--jobs", "4", "--drift", text(&again)]);
    assert_eq!(fs::read(&again).unwrap(), rows.into_bytes());
    for file in fs::read_dir(one.join("master")).unwrap().map(|e| e.unwrap().path()) {
        let other = four.join("master").join(file.file_name().unwrap());
        assert!(fs::read(&file).unwrap() == fs::read(&other).unwrap(), "{} differs", file.display());
    }
}

#[test]
fn one_shot_an_unreadable_one_and_shards_of_a_set() {
    let root = tempfile::tempdir().unwrap();
    let [shots, single] = ["shots", "single"].map(|name| root.path().join(name));
    set(&shots, "TEE", 12);
    fs::create_dir(&single).unwrap();
    fs::write(single.join("ONE_front.jpg"), jpeg(0, [1.2, 1.0, 0.9])).unwrap();
    fs::write(shots.join("BAD_front.jpg"), "no picture").unwrap();
    let [whole, plain, shard] = ["whole", "plain", "shard"].map(|name| root.path().join(name));
    let table = root.path().join("light.csv");
    let said = render(&[&shots, &single], &whole, &["--consistent", "--drift", text(&table)]);
    assert!(
        said.contains("20 shots") && said.contains("1 unread") && said.contains("1 shot, nothing"),
        "{said}"
    );
    assert!(root.path().join("light-shots.csv").exists() && root.path().join("light-single.csv").exists());
    let bad = items(&whole).into_iter().find(|i| i.sku == "BAD").unwrap();
    assert_eq!((bad.status, bad.error.unwrap().code.as_str()), (Status::Failed, "E-FORMAT-UNKNOWN"));
    render(&[&single], &plain, &[]);
    let of = |out: &Path, sku: &str| {
        let files = fs::read_dir(out.join("master")).unwrap().map(|e| e.unwrap().path());
        let mut files: Vec<_> =
            files.filter(|p| p.file_name().unwrap().to_string_lossy().starts_with(sku)).collect();
        files.sort();
        files.iter().map(|p| fs::read(p).unwrap()).collect::<Vec<_>>()
    };
    assert!(of(&whole, "ONE") == of(&plain, "ONE"), "a set of one is rendered as without");
    let said = render(&[&shots, &single], &shard, &["--consistent", "--shard", "1/2"]);
    let held = [of(&shard, "TEE"), of(&shard, "ONE")];
    let all = [of(&whole, "TEE"), of(&whole, "ONE")];
    assert!(said.contains("20 shots"), "a share of a set is measured as a whole: {said}");
    assert!(held.iter().zip(all).all(|(held, all)| held.is_empty() || *held == all));
}
