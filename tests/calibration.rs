//! The promise about colours, on simulated cameras with measured sensitivities: errors are of patches left out,
//! CIEDE2000. What photographs say is in `tests/charts.rs`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use packshot::camera::{Options, Sample, calibrate};
use packshot::chart::reference::{Reference, ReferencePatch};

const NONE: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// Rows of cells, without comments and header.
fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines().filter(|l| !l.starts_with('#')).skip(1).map(|l| l.split(',').collect()).collect()
}

fn triple(cells: &[&str]) -> [f64; 3] {
    [cells[0].parse().unwrap(), cells[1].parse().unwrap(), cells[2].parse().unwrap()]
}

/// Two cameras under seven lights, `noise` added to each channel: means over the lights of the mean error left out, for
/// the kind that was chosen.
fn simulated(noise: f64) -> [f64; 2] {
    let mut seed = 7_u64;
    // The sum of four even numbers of a linear congruential generator, of deviation 1.
    let mut normal = || {
        let even = (0..4).map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        });
        even.sum::<f64>() * 3_f64.sqrt()
    };
    let mut means = [Vec::new(), Vec::new()];
    for chart in rows(include_str!("data/simulated_cameras.csv")).chunks(24) {
        let sample = |r: &Vec<&str>| Sample {
            rgb: triple(&r[3..6]).map(|v| v * (1.0 + noise * normal())),
            usable: true,
        };
        let samples: Vec<Sample> = chart.iter().map(sample).collect();
        let patch = |r: &Vec<&str>| ReferencePatch { name: r[2].into(), lab: triple(&r[6..9]) };
        let reference =
            Reference { name: "simulated".into(), columns: 6, patches: chart.iter().map(patch).collect() };
        let options = Options { to_working: NONE, choosing: false };
        let calibration = calibrate(&samples, &reference, &options).unwrap();
        means[usize::from(chart[0][0] == "sigma")].push(calibration.errors.left_out.mean);
    }
    means.map(|m| {
        assert_eq!(m.len(), 7);
        m.iter().sum::<f64>() / 7.0
    })
}

#[test]
fn simulated_cameras_stay_within_their_errors() {
    let [nikon, sigma] = simulated(0.0);
    println!("simulated: Nikon {nikon:.3}, Sigma {sigma:.3}");
    assert!(nikon <= 1.25, "Nikon {nikon:.3}");
    assert!(sigma <= 1.45, "Sigma {sigma:.3}");
    let noisy = simulated(0.005);
    println!("with 0.5 % noise: {noisy:.3?}");
    assert!(noisy[0] <= nikon + 0.3, "{noisy:?}");
    // The Sigma's layers see nearly the same: even the model of noise-free patches is off by 2.7 on noisy ones.
    assert!(noisy[1] <= 3.2, "{noisy:?}");
}
