//! Files that come back as they were, and files that are refused.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::camera::{Options, Sample, calibrate, report};
use crate::chart::reference::{Chart, Edition, published};
use crate::image::working_from_lab;

fn camera(bend: f64) -> Camera {
    let reference = published(Chart::Classic24, Edition::Before2014).unwrap();
    let sample = |(i, lab): (usize, [f64; 3])| {
        let [r, g, b] = working_from_lab(lab).map(|v| 0.7 * v.max(0.0).powf(bend));
        Sample { rgb: [r + 0.1 * g, g - 0.05 * r, 0.6 * b + 0.1 * r], usable: i != 7 }
    };
    let samples: Vec<Sample> = reference.patches.iter().map(|p| p.lab).enumerate().map(sample).collect();
    let provenance = Provenance {
        chart: reference.name.clone(),
        photograph: "chart \"one\".jpg".into(),
        blake3: "00ff".into(),
        date: "2026-01-31".into(),
        software: "packshot 0.1.0".into(),
    };
    let options = Options { choosing: false, ..Options::default() };
    Camera { provenance, calibration: calibrate(&samples, reference, &options).unwrap() }
}

#[test]
fn comes_back_to_the_last_bit() {
    for bend in [1.0, 0.8] {
        let camera = camera(bend);
        let text = camera.to_toml().unwrap();
        let back = Camera::parse(&text).unwrap();
        assert_eq!(back, camera);
        assert_eq!(back.to_toml().unwrap(), text);
        for rgb in [[0.1, 0.2, 0.3], [0.9, 0.01, 2.0]] {
            let (a, b) = (camera.calibration.model.apply(rgb), back.calibration.model.apply(rgb));
            assert_eq!(a.map(f64::to_bits), b.map(f64::to_bits));
        }
    }
}

#[test]
fn a_bent_file_is_refused() {
    let text = camera(0.8).to_toml().unwrap();
    let code = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in\n{text}");
        let error = Camera::parse(&text.replacen(from, to, 1)).unwrap_err();
        assert!(!error.help().is_empty());
        error.code()
    };
    assert_eq!(code("version = 1", "version = 2\nnews = 1"), "E-CAMERA-VERSION");
    assert_eq!(code("version = 1", ""), "E-CAMERA-TOML");
    assert_eq!(code("version = 1", "version = 1\nversions = 1"), "E-CAMERA-TOML");
    assert_eq!(code("[model]", "[model]\nnoise = 1.0"), "E-CAMERA-TOML");
    assert_eq!(code("kind = \"curves", "kind = \"none"), "E-CAMERA-TOML");
    assert_eq!(code("before = [[", "before = [[0.5, "), "E-CAMERA-BROKEN");
    assert_eq!(code("before = [[", "before = [[nan, 0.0, 0.0], ["), "E-CAMERA-BROKEN");
    assert_eq!(code("red = [[0.0, 0.0", "red = [[0.0, 0.0, 0.0"), "E-CAMERA-TOML");
    assert_eq!(code("red = [[0.0, 0.0]", "red = [[0.0, 7.0]"), "E-CAMERA-TOML");
    assert_eq!(code("blue = ", "# "), "E-CAMERA-BROKEN");
    assert_eq!(code("matrix = [[", "matrix = [[0.5, "), "E-CAMERA-BROKEN");
    assert_eq!(code("mean = ", "mean = nan #"), "E-CAMERA-NUMBER");
    assert_eq!(code("max = ", "max = -"), "E-CAMERA-NUMBER");
    assert_eq!(code("light = [", "light = [inf, 0.0] # "), "E-CAMERA-NUMBER");
    assert_eq!(code("left_out = ", "left_out = inf #"), "E-CAMERA-NUMBER");
    let whole = text.find("[errors.left_out]").unwrap();
    for cut in (0..whole).step_by(97).filter(|cut| text.is_char_boundary(*cut)) {
        assert!(Camera::parse(&text[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn numbers_that_could_not_be_read_are_not_written() {
    let mut camera = camera(1.0);
    camera.calibration.model.before[0][0] = f64::NAN;
    assert_eq!(camera.to_toml().unwrap_err().code(), "E-CAMERA-BROKEN");
}

#[test]
fn the_report_has_every_patch_and_says_what_was_not_used() {
    let text = report(&camera(0.8).calibration);
    let line = |start: &str| text.lines().find(|l| l.starts_with(start)).unwrap();
    assert!(line("  1 dark skin").contains("38.0   13.6   14.1"));
    assert!(line("  8 ").ends_with("not used: clipped, in glare or covered"));
    assert_eq!(text.matches("(chosen)").count(), 1);
    assert!(line(" 24 ").split_whitespace().count() == 11, "{}", line(" 24 "));
}
