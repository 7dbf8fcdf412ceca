//! Cloth of known colour, with folds and weave: what is changed can be told to the pixel.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;

use super::*;
use crate::image::{
    AlphaMode, Encoding, Image, Plane, Primaries, Sample, Size, delta_e2000, from_working, lab_from_working,
    working_from_lab,
};
use crate::kernel::{Job, Rows, RowsMut};
use crate::ops::proxy::study;
use crate::ops::testing::noise;
use crate::ops::{Certain, Frame, apply};

const SIZE: Size = Size::new(320, 240);
/// Lab of cloth, of its print, and of the paper behind.
const CLOTH: [[f64; 3]; 4] = [[45.0, 38.0, 18.0], [62.0, -4.0, 3.0], [24.0, 2.0, -14.0], [80.0, 3.0, 32.0]];

fn inside(x: u32, y: u32) -> bool {
    (60..260).contains(&x) && (40..200).contains(&y)
}

/// Working light of a cloth with folds and weave; a print in its middle.
fn cloth(lab: [f64; 3], x: u32, y: u32) -> [f32; 3] {
    let fold = 1.0 + 0.25 * (f64::from(x) / 9.0 + f64::from(y) / 31.0).sin();
    let weave = 1.0 + 0.08 * (f64::from(noise(x, y, 3)) - 0.5);
    let print = (140..180).contains(&x) && (100..140).contains(&y);
    let own = if print { [40.0, -30.0, -35.0] } else { lab };
    working_from_lab(own).map(|v| (v * fold * weave) as f32)
}

fn photo(lab: [f64; 3]) -> Image {
    let to_file = from_working(Primaries::SRGB);
    let mut pixels = Plane::zeros(SIZE, Format::Packed { sample: Sample::F32, channels: 3 });
    for (i, v) in pixels.floats_mut().chunks_exact_mut(3).enumerate() {
        let (x, y) = (i as u32 % SIZE.width, i as u32 / SIZE.width);
        let light = if inside(x, y) { cloth(lab, x, y) } else { [0.8; 3] };
        v.copy_from_slice(&apply(to_file, light));
    }
    let encoding = Arc::new(Encoding::srgb(256));
    Image { pixels, encoding, alpha: AlphaMode::None, full_size: SIZE, notes: Vec::new() }
}

/// A study that knows the product.
fn known(image: &Image) -> Study {
    let mut study = study(&Shots::from(image));
    let plane = Plane::gray(SIZE, |x, y| f32::from(u8::from(inside(x, y))));
    study.certain = Some(Certain { plane, frame: Frame::whole(SIZE) });
    study
}

fn op(settings: &str) -> Box<dyn Op> {
    (OP.make)(settings.parse().unwrap()).unwrap()
}

/// The picture that the kernel makes of a cut-out.
fn rendered(study: &Study, picture: &Plane) -> Plane {
    let Swatch { params, marked } = study.swatch.clone().unwrap();
    let params = SwatchParams { map: study.photo.map_to(&marked.frame), ..params };
    let coverage = Plane::gray(SIZE, |x, y| picture.rgba_at(x, y)[3]);
    let mut out = Plane::zeros(SIZE, Format::Rgba);
    let rows = RowsMut { size: SIZE, format: Format::Rgba, first: 0, bytes: out.bytes_mut() };
    (MATCH_SWATCH.cpu)(&mut Job {
        params: bytemuck::bytes_of(&params),
        rows: 0..SIZE.height,
        inputs: &[Rows::of(picture), Rows::of(&coverage), Rows::of(&marked.plane)],
        outputs: &mut [rows],
    });
    out
}

/// Trimmed mean of the cloth's light without its print, and the spread of its lightness over its mean.
fn cloth_of(picture: &Plane) -> ([f64; 3], f64) {
    let (mut sum, mut lights) = ([0.0; 3], Vec::new());
    for (x, y) in (45..95).flat_map(|y| (65..255).map(move |x| (x, y))) {
        let [r, g, b, a] = picture.rgba_at(x, y).map(f64::from);
        let light = [r / a, g / a, b / a];
        (0..3).for_each(|c| sum[c] += light[c]);
        lights.push(lab_from_working(light)[0]);
    }
    let count = lights.len() as f64;
    let mean = lights.iter().sum::<f64>() / count;
    let spread = (lights.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / count).sqrt();
    (sum.map(|v| v / count), spread / mean)
}

/// Lab of the product's mean light, its darkest and brightest tenth left out.
fn trimmed_mean(picture: &Plane) -> [f64; 3] {
    let places = (41..199).flat_map(|y| (63..259).map(move |x| (x, y)));
    let mut all: Vec<[f64; 3]> = places
        .map(|(x, y)| {
            let [r, g, b, _] = picture.rgba_at(x, y).map(f64::from);
            [r, g, b]
        })
        .collect();
    let luminance = |c: &[f64; 3]| 0.2627 * c[0] + 0.678 * c[1] + 0.0593 * c[2];
    all.sort_by(|a, b| luminance(a).total_cmp(&luminance(b)));
    let kept = &all[all.len() / 10..all.len() * 9 / 10];
    lab_from_working([0, 1, 2].map(|c| kept.iter().map(|p| p[c]).sum::<f64>() / kept.len() as f64))
}

fn cut_out(lab: [f64; 3]) -> Plane {
    Plane::rgba(SIZE, |x, y| {
        let edge = (60..62).contains(&x);
        let a = if !inside(x, y) {
            0.0
        } else if edge {
            0.4
        } else {
            1.0
        };
        let [r, g, b] = cloth(lab, x, y).map(|v| v * a);
        [r, g, b, a]
    })
}

#[test]
fn cloth_of_many_colours_lands_on_its_swatch_and_keeps_its_texture_print_and_surroundings() {
    for lab in CLOTH {
        for (dl, da, db) in [(1.5, 3.0, -2.5), (-1.2, -3.0, 2.0), (0.0, 2.0, 4.0)] {
            let image = photo(lab);
            let mut study = known(&image);
            op("lab = [50.0, 0.0, 0.0]\nrefuse = 100.0")
                .analyse_shots(&mut study, &Shots::from(&image))
                .unwrap();
            let start: Vec<f64> =
                serde_json::from_value(study.numbers["swatch_match"]["before"].clone()).unwrap();
            let target = [start[0] + dl, start[1] + da, start[2] + db];
            let text = format!(
                "lab = [{:.4}, {:.4}, {:.4}]\nrefuse = 15.0\nreview = 15.0",
                target[0], target[1], target[2]
            );
            op(&text).analyse_shots(&mut study, &Shots::from(&image)).unwrap();
            let numbers = &study.numbers["swatch_match"];
            let [before, after] = ["delta_before", "delta"].map(|k| numbers[k].as_f64().unwrap());
            let picture = cut_out(lab);
            let done = rendered(&study, &picture);
            let ((old, texture), (new, left)) = (cloth_of(&picture), cloth_of(&done));
            let moved = delta_e2000(lab_from_working(new), lab_from_working(old));
            let change = (left / texture - 1.0).abs();
            let reached = delta_e2000(trimmed_mean(&done), target);
            assert!(after <= 0.5 && reached <= 0.5, "{lab:?}: {after}, in the picture {reached}");
            assert!(change <= 0.03, "{lab:?}: the texture changed by {change}");
            assert!(moved > 0.5 * before && moved < 1.6 * before, "{lab:?}: {moved} of {before}");
            let gain = study.numbers["swatch_match"]["ev"].as_f64().unwrap().exp2() as f32;
            for (x, y) in (0..240).flat_map(|y| (0..320).map(move |x| (x, y))) {
                let (was, is) = (picture.rgba_at(x, y), done.rgba_at(x, y));
                if !inside(x, y) {
                    assert_eq!(was, is, "outside at {x}, {y}");
                } else if (145..175).contains(&x) && (105..135).contains(&y) {
                    let own = (0..3).all(|c| (is[c] - gain * was[c]).abs() < 1e-5);
                    assert!(own, "the print changed at {x}, {y}: {was:?} {is:?}");
                }
            }
        }
    }
}

#[test]
fn far_swatches_are_flagged_or_refused_and_none_does_nothing() {
    let image = photo(CLOTH[0]);
    let shots = Shots::from(&image);
    let mut none = known(&image);
    op("").analyse_shots(&mut none, &shots).unwrap();
    assert!(none.swatch.is_none() && none.numbers["swatch_match"]["from"] == "nothing: no swatch is given");
    let mut far = known(&image);
    op("lab = [46.0, 20.0, 2.0]").analyse_shots(&mut far, &shots).unwrap();
    assert!(far.flags.iter().any(|f| f.code == "swatch-far"), "{:?}", far.numbers);
    let refused = op("lab = [70.0, -30.0, 18.0]").analyse_shots(&mut known(&image), &shots).unwrap_err();
    assert!(refused.to_string().contains("from the swatch"), "{refused}");
    assert!(op("lab = [46.0, 20.0, 2.0]").analyse_shots(&mut study(&shots), &shots).is_err(), "no product");
    // More light than is allowed is said, not given.
    let mut dark = known(&image);
    op("lab = [52.0, 38.0, 18.0]").analyse_shots(&mut dark, &shots).unwrap();
    assert!(dark.flags.iter().any(|f| f.code == "swatch-missed"));
    assert!((dark.numbers["swatch_match"]["ev"].as_f64().unwrap() - 0.15).abs() < 1e-9);
    for wrong in ["lab = [120.0, 0.0, 0.0]", "max_ev = 2.0", "review = -1.0", "lab = [nan, 0.0, 0.0]"] {
        assert!((OP.make)(wrong.parse().unwrap()).is_err(), "{wrong}");
    }
}

#[test]
fn a_mask_keeps_the_change_inside_its_white() {
    let image = photo(CLOTH[3]);
    let marked = |x: u32, y: u32| (70..130).contains(&x) && (50..90).contains(&y);
    for scale in [1, 9] {
        let size = Size::new(SIZE.width * scale, SIZE.height * scale);
        let codes: Vec<u8> = (0..size.height)
            .flat_map(|y| (0..size.width).map(move |x| if marked(x / scale, y / scale) { 255 } else { 0 }))
            .collect();
        let mask = Image::from_srgb8(size, 1, &codes).unwrap();
        let shots = Shots { swatch: Some(&mask), ..Shots::from(&image) };
        let mut study = known(&image);
        op("lab = [82.0, 0.0, 27.0]").analyse_shots(&mut study, &shots).unwrap();
        assert_eq!(study.numbers["swatch_match"]["from"], "marked part");
        let picture = cut_out(CLOTH[3]);
        let done = rendered(&study, &picture);
        let mut changed = 0;
        for (x, y) in (0..240).flat_map(|y| (0..320).map(move |x| (x, y))) {
            let same = picture.rgba_at(x, y) == done.rgba_at(x, y);
            assert!(same || marked(x, y), "changed outside at {x}, {y}");
            changed += usize::from(!same);
        }
        assert!(changed > 58 * 38, "{changed} of {}", 60 * 40);
    }
    let crop = Image::from_srgb8(Size::new(10, 10), 1, &[255; 100]).unwrap();
    let shots = Shots { swatch: Some(&crop), ..Shots::from(&image) };
    assert!(op("lab = [82.0, 0.0, 27.0]").analyse_shots(&mut known(&image), &shots).is_err());
}
