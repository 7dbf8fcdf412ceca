//! The promise about colours, on cameras that were measured and charts that were photographed: errors are of patches
//! left out, CIEDE2000.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use packshot::camera::{Calibration, Kind, Options, Sample, Score, calibrate};
use packshot::chart::reference::{Chart, Edition, Reference, ReferencePatch, published};
use packshot::image::{Primaries, delta_e2000, lab_from_working};

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

/// A photograph of a chart: its name, its samples, and its primaries.
type Photograph = (String, Vec<Sample>, Primaries);

fn photographs() -> Vec<Photograph> {
    let photograph = |chart: &[Vec<&str>]| {
        let samples = chart.iter().map(|r| Sample { rgb: triple(&r[3..6]), usable: r[6] == "yes" }).collect();
        let primaries = if chart[0][1] == "srgb" { Primaries::SRGB } else { Primaries::DISPLAY_P3 };
        (chart[0][0].to_owned(), samples, primaries)
    };
    rows(include_str!("data/photographed_charts.csv")).chunks(24).map(photograph).collect()
}

fn classic() -> &'static Reference {
    published(Chart::Classic24, Edition::After2014).unwrap()
}

fn calibration((_, samples, primaries): &Photograph) -> Calibration {
    calibrate(samples, classic(), &Options { to_working: primaries.to_working().unwrap(), choosing: false })
        .unwrap()
}

#[test]
fn photographs_of_charts_stay_within_their_errors() {
    let mut means = Vec::new();
    for photograph in photographs() {
        let c = calibration(&photograph);
        let plain = c.trials.iter().find(|t| t.kind == Kind::WhiteBalance).unwrap().left_out;
        println!("{:36} {:.2} white balance {:.2}", photograph.0, c.errors.left_out.mean, plain.mean);
        assert!(c.errors.left_out.mean <= plain.mean, "{}", photograph.0);
        means.push(c.errors.left_out.mean);
    }
    let mean = means.iter().sum::<f64>() / means.len() as f64;
    println!("mean {mean:.3}");
    assert!(means.len() == 16 && mean <= 3.0, "{mean:.3}");
}

/// A model that was made from one photograph, on the chart in others that the same camera took in about the same light
/// (exposure and white balance set by the greys; uneven light left as it is).
#[test]
fn what_was_learnt_holds_for_other_photographs() {
    let photographs = photographs();
    let find = |name: &str| photographs.iter().find(|p| p.0 == name).unwrap();
    let mut errors = Vec::new();
    for group in [
        ["color_checker_1", "color_checker_3", "color_checker_5"],
        ["color_checker_mini_1", "color_checker_mini_3", "color_checker_mini_5"],
        ["plantcv_color_chip1", "plantcv_source1_img", "plantcv_target_img"],
    ] {
        for (from, to) in
            group.iter().flat_map(|f| group.iter().filter(move |t| *t != f).map(move |t| (f, t)))
        {
            let (model, own, other) = (calibration(find(from)).model, &find(from).1, &find(to).1);
            let ratio = |c: usize| {
                let sum = |a: &[Sample]| (19..23).map(|i| a[i].rgb[c] * other[i].rgb[c]).sum::<f64>();
                sum(own) / sum(other)
            };
            let model = model.with_gain([ratio(0), ratio(1), ratio(2)]);
            let usable = other.iter().zip(&classic().patches).filter(|(s, _)| s.usable);
            errors.extend(usable.map(|(s, p)| delta_e2000(p.lab, lab_from_working(model.apply(s.rgb)))));
        }
    }
    let score = Score::of(&errors);
    println!("{score:.2?}");
    assert!(score.mean <= 2.2 && score.p95 <= 5.0, "{score:?}");
}
