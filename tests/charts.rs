//! The promise about charts, on the photographs of the shared data: found where a person sees them, sampled right,
//! and a camera that predicts patches which it has not seen.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::{Path, PathBuf};

use packshot::camera::{Ask, ChartError, Kind, Score, photographed};
use packshot::chart::reference::{Chart, Edition, published};
use packshot::codec::{self, DecodeOptions};
use packshot::image::{Image, Pool, delta_e2000, lab_from_working};

/// Where a person sees the outer corners of the first patch, the end of its row, the last patch and the first of the
/// last row.
const SEEN: [(&str, [[f64; 2]; 4]); 16] = [
    ("bllanos_d3_wb.tif", [[33.0, 32.8], [378.8, 31.9], [356.6, 242.9], [55.4, 237.1]]),
    ("color_checker_1.jpg", [[439.5, 1411.7], [413.7, 333.1], [1078.9, 293.7], [1165.8, 1384.7]]),
    ("color_checker_3.jpg", [[609.5, 1514.8], [613.3, 493.9], [1237.7, 521.0], [1207.5, 1471.7]]),
    ("color_checker_5.jpg", [[454.4, 1491.0], [394.1, 520.0], [1017.8, 434.5], [1094.9, 1507.0]]),
    ("color_checker_7.jpg", [[1255.9, 543.5], [1295.7, 1643.0], [456.0, 1600.7], [631.6, 289.1]]),
    ("color_checker_9.jpg", [[1212.1, 374.5], [1110.8, 1510.1], [342.5, 1367.1], [549.8, 329.9]]),
    ("color_checker_mini_1.jpg", [[930.2, 826.7], [928.2, 1274.3], [634.4, 1271.2], [645.5, 824.5]]),
    ("color_checker_mini_3.jpg", [[520.2, 1328.2], [490.4, 885.2], [777.8, 869.3], [833.0, 1295.2]]),
    ("color_checker_mini_5.jpg", [[533.9, 1427.0], [526.3, 705.5], [979.2, 672.7], [1050.6, 1389.5]]),
    ("macduff_below_fishbox.jpg", [[1318.7, 961.0], [1708.5, 956.5], [1711.5, 1210.3], [1322.5, 1215.5]]),
    ("plantcv_color_chip1.jpg", [[721.1, 455.3], [713.9, 712.2], [550.8, 711.5], [552.3, 450.7]]),
    ("plantcv_colorchecker-classic-mini.jpg", [[47.7, 397.1], [51.2, 74.3], [258.9, 73.9], [259.8, 397.4]]),
    ("plantcv_multiple_color_card.jpg", [[165.3, 59.7], [153.8, 254.6], [27.2, 247.2], [38.6, 52.8]]),
    ("plantcv_source1_img.png", [[240.5, 157.8], [238.3, 279.8], [161.3, 279.6], [161.3, 157.2]]),
    ("plantcv_target_img.png", [[241.6, 161.9], [238.9, 283.7], [161.3, 282.2], [162.3, 160.4]]),
    ("plantcv_tilted_color_card.jpg", [[51.1, 480.2], [68.2, 99.2], [321.5, 103.4], [306.2, 494.2]]),
];

/// Corners that a person clicked and that were found may differ by this share of the chart's longer side in the mean: a
/// quarter of a patch, for clicks are that rough.
const ASTRAY: f64 = 0.04;

fn folder() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("PACKSHOT_DATA") else {
        eprintln!("PACKSHOT_DATA is not set: no photograph of a chart was read");
        return None;
    };
    Some(Path::new(&folder).to_path_buf())
}

fn open(path: &Path) -> Image {
    let bytes = std::fs::read(path).unwrap_or_else(|e| unreachable!("{}: {e}", path.display()));
    codec::decode(&bytes, &DecodeOptions::default(), &Pool::default()).unwrap()
}

#[test]
fn charts_are_found_and_their_cameras_hold() {
    let Some(folder) = folder() else { return };
    let (mut left_out, mut off, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for (name, seen) in SEEN {
        let image = open(&folder.join("colour/charts").join(name));
        let (camera, found) = match photographed(&image, [name, "", ""], &Ask::default()) {
            Ok(made) => made,
            Err(ChartError::Chart(why)) => {
                refused.push(format!("{name}: {why}"));
                continue;
            }
            Err(other) => unreachable!("{name}: {other}"),
        };
        let distance = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        let side = distance(seen[0], seen[1]).max(distance(seen[1], seen[2]));
        let off_by = found.corners.iter().zip(seen).map(|(a, b)| distance(*a, b) / side).sum::<f64>() / 4.0;
        assert!(off_by < ASTRAY, "{name}: corners off by {:.1} % of the chart", 100.0 * off_by);
        let errors = &camera.calibration.errors;
        let balance = camera.calibration.trials.iter().find(|t| t.kind == Kind::WhiteBalance).unwrap();
        assert!(errors.left_out.mean <= balance.left_out.mean + 1e-9, "{name} is worse than white balance");
        println!(
            "{name}: corners {:.2} %, left out {:.2}, white balance {:.2}",
            100.0 * off_by,
            errors.left_out.mean,
            balance.left_out.mean
        );
        off.push(off_by);
        left_out.push(errors.left_out.mean);
    }
    off.sort_by(f64::total_cmp);
    let mean = left_out.iter().sum::<f64>() / left_out.len() as f64;
    println!(
        "{} of {} found; median corner error {:.2} %; mean left out {mean:.2}; refused: {refused:#?}",
        left_out.len(),
        SEEN.len(),
        100.0 * off[off.len() / 2]
    );
    assert!(refused.len() <= 1, "{refused:#?}");
    assert!(mean <= 3.3, "{mean}");
}

#[test]
fn photographs_without_a_chart_teach_nothing() {
    let Some(folder) = folder() else { return };
    let mut looked = 0;
    for entry in std::fs::read_dir(folder.join("photos")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "jpg") && looked < 12 {
            looked += 1;
            let made = photographed(&open(&path), ["", "", ""], &Ask::default());
            assert!(matches!(made, Err(ChartError::Chart(_))), "{} is no chart", path.display());
        }
    }
    assert!(looked > 3);
}

/// A model that was learnt from one photograph, on the chart in others that the same camera took in about the same light
/// (exposure and white balance set by the greys; uneven light left as it is).
#[test]
fn what_was_learnt_holds_for_other_photographs() {
    let Some(folder) = folder() else { return };
    let reference = published(Chart::Classic24, Edition::After2014).unwrap();
    let mut errors = Vec::new();
    for group in [
        ["color_checker_1.jpg", "color_checker_3.jpg", "color_checker_5.jpg"],
        ["color_checker_mini_1.jpg", "color_checker_mini_3.jpg", "color_checker_mini_5.jpg"],
        ["plantcv_color_chip1.jpg", "plantcv_source1_img.png", "plantcv_target_img.png"],
    ] {
        // The model, and light and use of each patch.
        let seen = group.map(|name| {
            let image = open(&folder.join("colour/charts").join(name));
            let (camera, found) = photographed(&image, [name, "", ""], &Ask::default()).unwrap();
            let m = image.encoding.to_working.map(|row| row.map(f64::from));
            let light = |rgb: [f64; 3]| m.map(|row| row.iter().zip(rgb).map(|(a, b)| a * b).sum::<f64>());
            let patches: Vec<([f64; 3], bool)> =
                found.patches.iter().map(|p| (light(p.rgb), p.doubt.is_none())).collect();
            (camera.calibration.model, patches)
        });
        for (from, to) in (0..3).flat_map(|f| (0..3).filter(move |t| *t != f).map(move |t| (f, t))) {
            let ((model, own), (_, other)) = (&seen[from], &seen[to]);
            let ratio = |c: usize| {
                let sum = |a: &[([f64; 3], bool)]| (19..23).map(|i| a[i].0[c] * other[i].0[c]).sum::<f64>();
                sum(own) / sum(other)
            };
            let model = model.with_gain([ratio(0), ratio(1), ratio(2)]);
            let usable = other.iter().zip(&reference.patches).filter(|((_, usable), _)| *usable);
            errors
                .extend(usable.map(|((rgb, _), p)| delta_e2000(p.lab, lab_from_working(model.apply(*rgb)))));
        }
    }
    let score = Score::of(&errors);
    println!("on other photographs: {score:.2?}");
    assert!(score.mean <= 2.4 && score.p95 <= 5.5, "{score:?}");
}
