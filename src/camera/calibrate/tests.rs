//! Cameras whose truth is known, and charts that must be refused.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::camera::{Camera, Provenance};
use crate::chart::reference::{Chart, Edition, published};

fn reference() -> &'static Reference {
    published(Chart::Classic24, Edition::After2014).unwrap()
}

/// A camera that mixes channels, bends light and writes working primaries.
fn camera([r, g, b]: [f64; 3]) -> [f64; 3] {
    let mixed = [0.75 * r + 0.1 * g, 0.08 * r + 0.8 * g + 0.05 * b, 0.1 * g + 0.5 * b];
    mixed.map(|v| v.max(0.0).powf(0.8))
}

fn shot(reference: &Reference, camera: impl Fn([f64; 3]) -> [f64; 3]) -> Vec<Sample> {
    reference.patches.iter().map(|p| Sample { rgb: camera(working_from_lab(p.lab)), usable: true }).collect()
}

fn options() -> Options {
    Options { to_working: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], choosing: false }
}

/// The model is judged on the 140 colours of another chart, which it never saw.
#[test]
fn a_known_camera_is_undone_for_colours_never_seen() {
    let calibration = calibrate(&shot(reference(), camera), reference(), &options()).unwrap();
    assert!(calibration.model.kind.curves(), "{:?}", calibration.model.kind);
    assert!(calibration.errors.left_out.mean < 0.3 && calibration.errors.before.mean > 5.0);
    assert_eq!(calibration.quality, Quality::Good);
    let unseen = published(Chart::Sg140, Edition::After2014).unwrap();
    let off = |p: &ReferencePatch| {
        let found = calibration.model.apply(camera(working_from_lab(p.lab)));
        delta_e2000(p.lab, lab_from_working(found))
    };
    let score = Score::of(&unseen.patches.iter().map(off).collect::<Vec<_>>());
    assert!(score.mean < 0.4 && score.max < 3.0, "{score:?}");
}

#[test]
fn the_larger_chart_serves_as_well() {
    let sg = published(Chart::Sg140, Edition::Before2014).unwrap();
    let calibration = calibrate(&shot(sg, camera), sg, &options()).unwrap();
    assert!(calibration.errors.left_out.mean < 0.3, "{:?}", calibration.errors);
}

#[test]
fn uneven_light_is_told_from_colour() {
    let mut samples = shot(reference(), |v| v.map(|v| 0.5 * v));
    for (i, sample) in samples.iter_mut().enumerate() {
        // A third of a stop more at the right, a fifth less over as long a way down, of which the chart has 0.6.
        let [x, y] = reference().place(i);
        sample.rgb = sample.rgb.map(|v| v * (x / 3.0 - y / 5.0).exp2());
    }
    let calibration = calibrate(&samples, reference(), &options()).unwrap();
    let [right, down] = calibration.light;
    assert!((right - 1.0 / 3.0).abs() < 0.03 && (down + 0.2 * 0.6).abs() < 0.03, "{right} {down}");
    assert!(calibration.errors.left_out.mean < 0.5, "{:?}", calibration.errors);
}

/// The second time over, with the choice measured as well.
#[test]
fn the_same_samples_give_the_same_calibration() {
    let samples = shot(reference(), camera);
    let all = Options { choosing: true, ..options() };
    let first = calibrate(&samples, reference(), &all).unwrap();
    assert_eq!(first, calibrate(&samples, reference(), &all).unwrap());
    assert!(first.errors.choosing.unwrap().mean >= first.errors.training.mean);
}

#[test]
fn a_clipped_white_is_left_out_and_said() {
    let mut samples = shot(reference(), camera);
    samples[18].rgb = samples[19].rgb.map(|v| 0.99 * v);
    samples[2].usable = false;
    let calibration = calibrate(&samples, reference(), &options()).unwrap();
    let left: Vec<usize> = (0..24).filter(|i| calibration.patches[*i].unused.is_some()).collect();
    assert_eq!(left, [2, 18]);
    assert!(calibration.patches.iter().all(|p| p.unused.is_some() != p.left_out.is_some()));
    assert!(calibration.errors.left_out.mean < 0.4);
}

fn refused(samples: &[Sample]) -> &'static str {
    let error = calibrate(samples, reference(), &options()).unwrap_err();
    assert!(!error.help().is_empty() && !error.to_string().is_empty());
    error.code()
}

#[test]
fn refuses_what_is_not_certain() {
    let good = shot(reference(), camera);
    assert_eq!(refused(&good[..23]), "E-CAMERA-COUNT");
    assert_eq!(refused(&[]), "E-CAMERA-COUNT");
    assert_eq!(refused(&shot(reference(), |v| v)), "E-CAMERA-USELESS");
    for rgb in [[f64::NAN; 3], [0.0; 3], [f64::INFINITY, 1.0, 1.0], [-1.0; 3], [1e300; 3]] {
        assert_eq!(refused(&[Sample { rgb, usable: true }; 24]), "E-CAMERA-FEW");
    }
    assert_eq!(refused(&[Sample { rgb: [0.3; 3], usable: true }; 24]), "E-CAMERA-GREYS");
    let mut few = good.clone();
    few[..5].iter_mut().for_each(|s| s.usable = false);
    assert_eq!(refused(&few), "E-CAMERA-FEW");
    let mut greys = good.clone();
    greys.swap(20, 22);
    assert_eq!(refused(&greys), "E-CAMERA-GREYS");
    let mut wrong = good.clone();
    wrong[..18].rotate_left(5);
    assert_eq!(refused(&wrong), "E-CAMERA-ABSURD");
    let flat = Options { to_working: [[0.0; 3]; 3], ..options() };
    assert_eq!(calibrate(&good, reference(), &flat).unwrap_err().code(), "E-CAMERA-BASIS");
    let empty = Reference { name: String::new(), columns: 0, patches: Vec::new() };
    assert_eq!(calibrate(&[], &empty, &options()).unwrap_err().code(), "E-CAMERA-FEW");
}

/// Whatever the samples, there is an answer.
#[test]
fn no_samples_make_it_fall_over() {
    let mut seed = 1_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut made = 0;
    for round in 0..12 {
        let sane = shot(reference(), camera);
        let samples: Vec<Sample> = sane
            .iter()
            .map(|s| {
                let odd = [next(), next() * 1e-300, 1e300 * next(), -next(), f64::NAN, 0.0]
                    [(next() * 6.0) as usize];
                let rgb = s
                    .rgb
                    .map(|v| if next() < 0.01 * f64::from(round) { odd } else { v * (0.9 + 0.2 * next()) });
                Sample { rgb, usable: next() > 0.05 }
            })
            .collect();
        if let Ok(c) = calibrate(&samples, reference(), &options()) {
            let provenance = Provenance {
                chart: String::new(),
                photograph: String::new(),
                blake3: String::new(),
                date: String::new(),
                software: String::new(),
            };
            assert!(Camera { provenance, calibration: c }.to_toml().is_ok());
            made += 1;
        }
    }
    assert!((1..12).contains(&made), "{made}");
}
