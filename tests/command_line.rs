//! The program as a scheduler sees it: exit codes, reports, and what hostile input does to them.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use packshot::catalog::{Line, Status, read_report};
use packshot::codec::{self, OutputProfile, Overwrite, Subsampling};
use packshot::demo::{Backdrop, Kind, Scene, shoot};
use packshot::image::{Format, Plane, Size};

fn packshot(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
    command.args(args).env("PACKSHOT_BACKEND", "cpu").env_remove("PACKSHOT_ADAPTER");
    command.output().unwrap()
}

fn jpeg() -> Vec<u8> {
    let size = Size::new(240, 320);
    let photo = shoot(&Scene::of(1, 0, Kind::Tee, Backdrop::OffWhite), size, false).photo;
    let mut rgba = Plane::zeros(size, Format::RGBA8);
    for (to, from) in rgba.bytes_mut().chunks_exact_mut(4).zip(photo.bytes().chunks_exact(3)) {
        to[..3].copy_from_slice(from);
        to[3] = 255;
    }
    let output = codec::Output::Jpeg { quality: 92, subsampling: Subsampling::S420 };
    codec::encode(&rgba, &output, OutputProfile::Srgb).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Reported items by SKU and view, with their error codes.
fn report(path: &Path) -> Vec<(String, Status, String)> {
    let lines = read_report(path).unwrap().lines;
    assert!(matches!(lines.last(), Some(Line::Summary(_))), "the summary ends the report");
    let item = |line: Line| match line {
        Line::Item(item) => {
            Some((item.sku.clone(), item.status, item.error.map(|e| e.code).unwrap_or_default()))
        }
        _ => None,
    };
    lines.into_iter().filter_map(item).collect()
}

fn leftovers(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
            } else {
                found.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn hostile_input_stops_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let (shots, out) = (root.path().join("shots"), root.path().join("out"));
    fs::create_dir(&shots).unwrap();
    let good = jpeg();
    fs::write(shots.join("GOOD_front.jpg"), &good).unwrap();
    fs::write(shots.join("EMPTY_front.jpg"), []).unwrap();
    fs::write(shots.join("CUT_front.jpg"), &good[..good.len() / 2]).unwrap();
    fs::write(shots.join("NAMED_front.png"), &good).unwrap();
    fs::write(shots.join("TEXT_front.jpg"), "this is no picture").unwrap();
    fs::create_dir(shots.join("FOLDER_front.jpg")).unwrap();
    let mut huge = good.clone();
    let frame = huge.windows(2).position(|w| w == [0xff, 0xc0] || w == [0xff, 0xc2]).unwrap();
    huge[frame + 5..frame + 9].copy_from_slice(&[0x36, 0xb0, 0x3a, 0x98]);
    fs::write(shots.join("HUGE_front.jpg"), &huge[..frame + 200]).unwrap();
    for (name, size) in [("DOT", Size::new(1, 1)), ("LINE", Size::new(30_000, 1))] {
        let png = codec::Output::Png { bits: 8, alpha: false, effort: codec::PngEffort::Fast };
        let bytes = codec::encode(&Plane::zeros(size, Format::RGBA8), &png, OutputProfile::Srgb).unwrap();
        fs::write(shots.join(format!("{name}_front.png")), bytes).unwrap();
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        fs::write(shots.join(std::ffi::OsStr::from_bytes(b"B\xff\xfeD_front.jpg")), &good).unwrap();
    }
    fs::write(shots.join("-rf $(x) ;'\".jpg"), &good).unwrap();
    let ran = packshot(&["render", text(&shots), "-o", text(&out), "--jobs", "2"]);
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(3), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    let items = report(&out.join("report.jsonl"));
    let of =
        |sku: &str| items.iter().find(|(s, _, _)| s == sku).map(|(_, status, code)| (*status, code.as_str()));
    let went = |sku: &str| matches!(of(sku), Some((Status::Done | Status::Flagged, "")));
    assert!(went("GOOD") && went("NAMED"), "{items:?}");
    for (sku, code) in
        [("EMPTY", "E-EMPTY-FILE"), ("CUT", "E-DECODE-TRUNCATED"), ("TEXT", "E-FORMAT-UNKNOWN")]
    {
        assert_eq!(of(sku), Some((Status::Failed, code)), "{items:?}");
    }
    for sku in ["HUGE", "DOT", "LINE"] {
        assert!(matches!(of(sku), Some((Status::Failed, code)) if !code.is_empty()), "{sku}: {items:?}");
    }
    assert!(
        items.iter().any(|(_, status, code)| *status == Status::Failed && code.contains("FILE")),
        "{items:?}"
    );
    let files = leftovers(&out);
    assert!(files.iter().all(|f| f.ends_with(".jpg") || f == "report.jsonl"), "{files:?}");
    assert_eq!(files.len(), 1 + items.iter().filter(|i| i.1 != Status::Failed).count(), "{files:?}");
}

#[test]
fn outputs_are_never_replaced_unasked_and_resume_skips() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    let shot = root.path().join("A1_front.jpg");
    fs::write(&shot, jpeg()).unwrap();
    let render = |more: &[&str]| {
        let mut args = vec!["render", text(&shot), "-o", text(&out)];
        args.extend(more);
        packshot(&args).status.code()
    };
    assert_eq!(render(&[]), Some(0));
    let before = fs::metadata(out.join("amazon-main/A1.MAIN.jpg")).unwrap().modified().unwrap();
    assert_eq!(render(&[]), Some(3), "a file that is there is an error");
    assert_eq!(render(&["--resume"]), Some(0));
    assert_eq!(fs::metadata(out.join("amazon-main/A1.MAIN.jpg")).unwrap().modified().unwrap(), before);
    assert_eq!(render(&["--overwrite"]), Some(0));
}

#[test]
fn duplicate_output_names_are_an_error_for_the_later_one() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    for name in ["A1_front.jpg", "A1_back.jpg"] {
        fs::write(root.path().join(name), jpeg()).unwrap();
    }
    let ran = packshot(&["render", text(root.path()), "-o", text(&out)]);
    assert_eq!(ran.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("E-OUTPUT-TWICE"));
    assert!(out.join("amazon-main/A1.MAIN.jpg").exists());
}

#[test]
fn bad_usage_is_exit_code_2() {
    let root = tempfile::tempdir().unwrap();
    let recipe = root.path().join("bad.toml");
    fs::write(&recipe, "name = \"x\"\n[[op]]\nop = \"blurr\"\n").unwrap();
    let out = root.path().join("out");
    let code = |args: &[&str]| packshot(args).status.code();
    assert_eq!(code(&["render", "-o", text(&out)]), Some(2));
    assert_eq!(code(&["render", "absent.jpg", "-o", text(&out)]), Some(2));
    assert_eq!(code(&["render", text(root.path()), "-o", text(&out), "--channel", "nowhere"]), Some(2));
    assert_eq!(code(&["render", text(root.path()), "-o", text(&out), "--shard", "9/4"]), Some(2));
    assert_eq!(code(&["check", text(&recipe)]), Some(2));
    assert_eq!(code(&["check", "packshot", "--plan"]), Some(0));
    assert_eq!(code(&["ops"]), Some(0));
    assert_eq!(code(&["channels", "walmart"]), Some(0));
}

#[test]
fn an_output_folder_that_cannot_be_made_is_said() {
    let root = tempfile::tempdir().unwrap();
    let shot = root.path().join("A1_front.jpg");
    fs::write(&shot, jpeg()).unwrap();
    let below_a_file = shot.join("out");
    let ran = packshot(&["render", text(&shot), "-o", text(&below_a_file)]);
    assert_eq!(ran.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("E-WRITE-FOLDER"));
}

#[test]
fn finished_files_are_held_against_a_channel() {
    let root = tempfile::tempdir().unwrap();
    let shot = root.path().join("A1_front.jpg");
    fs::write(&shot, jpeg()).unwrap();
    let out = root.path().join("out");
    packshot(&["render", text(&shot), "-o", text(&out)]);
    let made = out.join("amazon-main/A1.MAIN.jpg");
    let good = packshot(&["check", "--channel", "amazon-main", text(&made)]);
    assert_eq!(good.status.code(), Some(0), "{}", String::from_utf8_lossy(&good.stdout));
    let raw = packshot(&["check", "--channel", "amazon-main", text(&shot)]);
    assert_eq!(raw.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&raw.stdout).contains("BROKEN"));
}

#[test]
fn the_demo_ends_with_a_contact_sheet() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("shoot");
    let ran = packshot(&["demo", text(&out), "--count", "3", "--megapixels", "0.2"]);
    let (said, shown) = (String::from_utf8_lossy(&ran.stderr), String::from_utf8_lossy(&ran.stdout));
    assert_eq!(ran.status.code(), Some(0), "{said}");
    assert!(shown.contains("contact-sheet.png"), "{shown}");
    let sheet = codec::read_file(&out.join("contact-sheet.png")).unwrap();
    assert!(codec::probe(&sheet).unwrap().size.width > 1000);
    assert!(out.join("truth/alpha/PK1000_front.png").exists());
    assert!(codec::write_atomic(&out.join("contact-sheet.png"), &sheet, Overwrite::No).is_err());
}

#[test]
fn a_recipe_names_files_beside_it() {
    let root = tempfile::tempdir().unwrap();
    let (recipe, look) = (root.path().join("own.toml"), root.path().join("look.cube"));
    let lut = "[[op]]\nop = \"lut\"\nfile = \"look.cube\"\n";
    fs::write(&recipe, format!("name = \"own\"\n{lut}[[op]]\nop = \"quantise\"\n")).unwrap();
    let check = || packshot(&["check", text(&recipe)]);
    let missing = check();
    assert_eq!(missing.status.code(), Some(2));
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(said.contains("op `lut`: look.cube: ") && said.contains("E-RECIPE"), "{said}");
    fs::write(&look, "LUT_1D_SIZE 2\n0 0 0\n").unwrap();
    let cut = String::from_utf8_lossy(&check().stderr).into_owned();
    assert!(cut.contains("look.cube: line 2: the file ends after 1 of 2 colours"), "{cut}");
    fs::write(&look, "LUT_1D_SIZE 2\n0 0 0\n1 1 1\n").unwrap();
    assert!(check().status.success());
    fs::write(&look, [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(check().status.code(), Some(2));
}
