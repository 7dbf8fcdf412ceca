//! A set of two stops' fall-off, simulated here: the light is known, so what is left of it can be told.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;

use super::*;
use crate::image::{AlphaMode, Encoding, Format, Sample, Size};
use crate::ops::proxy::study;
use crate::ops::testing::noise;

const SIZE: Size = Size::new(1200, 800);

/// A key light from the left under a lens that darkens corners: two stops from end to end, warmer to the right.
pub(super) fn falloff(x: f64, y: f64) -> [f64; 3] {
    let lens = 1.0 / (1.0 + 0.1 * (x * x + y * y)).powi(2);
    [-0.80, -0.85, -0.90].map(|key: f64| lens * (key * x).exp2())
}

/// A photograph in linear light under the fall-off, with 1 % of noise where `grain` is 0.01.
fn shot(size: Size, grain: f64, light: impl Fn(u32, u32) -> [f64; 3]) -> Image {
    let mut pixels = Plane::zeros(size, Format::Packed { sample: Sample::F32, channels: 3 });
    for (i, v) in pixels.floats_mut().iter_mut().enumerate() {
        let (c, x, y) = (i % 3, (i / 3) as u32 % size.width, (i / 3) as u32 / size.width);
        let place = |i: u32, n: u32| (2.0 * f64::from(i) + 1.0) / f64::from(n) - 1.0;
        let normal: f64 = (0..12).map(|k| f64::from(noise(x, y, 12 * c as u32 + k))).sum::<f64>() - 6.0;
        *v = (light(x, y)[c]
            * falloff(place(x, size.width), place(y, size.height))[c]
            * (1.0 + grain * normal)) as f32;
    }
    let encoding = Arc::new(Encoding::srgb(256));
    Image { pixels, encoding, alpha: AlphaMode::None, full_size: size, notes: Vec::new() }
}

fn op(settings: &str) -> Box<dyn Op> {
    (OP.make)(settings.parse().unwrap()).unwrap()
}

fn number(study: &Study, key: &str) -> f64 {
    study.numbers["flat_field"][key].as_f64().unwrap()
}

/// (p95 − p5)/median of the green of a picture.
fn spread(picture: &Plane) -> f32 {
    let size = picture.size();
    let places = (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y)));
    let mut all: Vec<f32> = places.map(|(x, y)| picture.rgba_at(x, y)[1]).collect();
    all.sort_by(f32::total_cmp);
    let at = |q: f64| all[(q * (all.len() - 1) as f64) as usize];
    (at(0.95) - at(0.05)) / at(0.5)
}

#[test]
fn two_stops_of_fall_off_are_evened_to_half_a_per_cent_under_noise_dust_and_a_seam() {
    let card = shot(SIZE, 0.01, |x, y| {
        let dust = (x % 211).abs_diff(90).pow(2) + (y % 173).abs_diff(60).pow(2) < 60;
        let seam = x.abs_diff(700) < 3;
        let glare = x > 1100 && y < 60;
        [if glare {
            3.0
        } else if dust || seam {
            0.2
        } else {
            0.4
        }; 3]
    });
    let front = shot(SIZE, 0.0, |_, _| [0.3, 0.3, 0.3]);
    let shots = Shots { flat: Some(&card), ..Shots::from(&front) };
    let mut study = study(&shots);
    let before = spread(&study.proxy);
    op("").analyse_shots(&mut study, &shots).unwrap();
    let (left, said) = (spread(&study.proxy), number(&study, "residual"));
    assert!(before > 0.8 && left < 0.005 && said < 0.005, "{before}: {left}, as the op says {said}");
    // The middle keeps its light, and every place has the middle's colour.
    let size = study.proxy.size();
    let middle = study.proxy.rgba_at(size.width / 2, size.height / 2);
    assert!(middle[..3].iter().all(|v| (v - 0.3).abs() < 0.0015), "{middle:?}");
    let corner = study.proxy.rgba_at(size.width - 1, size.height - 1);
    assert!(corner[..3].iter().all(|v| (v - 0.3).abs() < 0.003), "{corner:?}");
}

#[test]
fn brightness_alone_keeps_the_colour_of_the_light() {
    let card = shot(SIZE, 0.01, |_, _| [0.4; 3]);
    let shots = Shots { plate: Some(&card), ..Shots::from(&card) };
    let mut study = study(&shots);
    op("colour = false").analyse_shots(&mut study, &shots).unwrap();
    assert_eq!(study.numbers["flat_field"]["from"], "plate");
    let at = |x: f64| {
        let [r, g, b, _] = study.proxy.rgba_at((x * f64::from(study.proxy.size().width)) as u32, 200);
        (r / b, 0.2627 * r + 0.678 * g + 0.0593 * b)
    };
    let (left, right) = (at(0.05), at(0.95));
    assert!((left.1 / right.1 - 1.0).abs() < 0.01 && right.0 / left.0 > 1.08, "{left:?} {right:?}");
    // The plate is evened with the photograph.
    assert_eq!(study.plate.unwrap().proxy, study.proxy);
}

#[test]
fn what_is_no_even_field_is_refused_with_its_reason() {
    let front = shot(SIZE, 0.0, |_, _| [0.3; 3]);
    let checker = shot(SIZE, 0.0, |x, y| [if (x / 100 + y / 100) % 2 == 0 { 0.2 } else { 0.3 }; 3]);
    let bright = shot(SIZE, 0.0, |_, _| [1.5; 3]);
    let steep = shot(SIZE, 0.0, |x, _| [0.02 + 0.5 * (f64::from(x) / 1200.0).powi(3); 3]);
    let cropped = shot(Size::new(800, 800), 0.0, |_, _| [0.4; 3]);
    let cases =
        [(&checker, "no even field"), (&bright, "clipped"), (&steep, "too far"), (&cropped, "800×800")];
    for (card, reason) in cases {
        let shots = Shots { flat: Some(card), ..Shots::from(&front) };
        let refused = op("").analyse_shots(&mut study(&shots), &shots).unwrap_err().to_string();
        assert!(refused.contains(reason), "{reason}: {refused}");
    }
    let alone = Shots::from(&front);
    assert!(op("from = \"plate\"").analyse_shots(&mut study(&alone), &alone).is_err());
    let tiny = shot(Size::new(2, 1), 0.0, |_, _| [0.4; 3]);
    let shots = Shots { flat: Some(&tiny), ..Shots::from(&tiny) };
    assert!(op("").analyse_shots(&mut study(&shots), &shots).is_err());
    assert!(op("").analyse_shots(&mut study(&Shots::from(&tiny)), &Shots::from(&tiny)).is_ok());
}

#[test]
fn the_backdrop_around_a_product_tells_the_light_behind_it() {
    let product = |x: u32, y: u32| {
        let (dx, dy) = ((f64::from(x) - 600.0) / 260.0, (f64::from(y) - 400.0) / 300.0);
        dx * dx + dy * dy < 1.0
    };
    let soft = |x: f64, y: f64| falloff(0.35 * x, 0.35 * y)[1] / falloff(x, y)[1];
    let place = |i: u32, n: f64| (2.0 * f64::from(i) + 1.0) / n - 1.0;
    let photo = shot(SIZE, 0.01, |x, y| {
        let level = soft(place(x, 1200.0), place(y, 800.0));
        if product(x, y) { [0.08, 0.1, 0.3].map(|v| v * level) } else { [0.6 * level; 3] }
    });
    let mut study = study(&Shots::from(&photo));
    op("").analyse_shots(&mut study, &Shots::from(&photo)).unwrap();
    assert_eq!(study.numbers["flat_field"]["from"], "backdrop");
    assert!(number(&study, "before") > 0.15 && number(&study, "residual") < 0.01);
    // The product too is under even light: its left and its right are alike.
    let mean = |x: u32| (200..230).map(|y| study.proxy.rgba_at(x, y)[1]).sum::<f32>();
    assert!((mean(220) / mean(400) - 1.0).abs() < 0.02, "{} {}", mean(220), mean(400));
}

#[test]
fn pixels_that_the_host_reads_are_evened_as_the_picture_is() {
    let card = shot(SIZE, 0.0, |_, _| [0.4; 3]);
    let frame = Frame::whole(SIZE);
    let flat = Flat::new(frame, |x, y| falloff(x, y).map(|v| (1.0 / v) as f32));
    let own = flat.own(card.encoding.to_working).unwrap();
    let working = |x: u32, y: u32| {
        let i = 3 * (y * SIZE.width + x) as usize;
        let v = &card.pixels.floats()[i..i + 3];
        [v[0], v[1], v[2]]
    };
    let mut picture = Plane::rgba(SIZE, |x, y| {
        let [r, g, b] = super::super::apply(card.encoding.to_working, working(x, y));
        [r, g, b, 1.0]
    });
    flat.even(&mut picture, &frame);
    for (x, y) in [(0, 0), (1199, 799), (600, 400), (17, 650), (1198, 3)] {
        let found =
            super::super::apply(card.encoding.to_working, own.even(x as usize, y as usize, working(x, y)));
        let [r, g, b, _] = picture.rgba_at(x, y);
        assert!(
            found.iter().zip([r, g, b]).all(|(a, b)| (a - b).abs() < 1e-4),
            "{x}, {y}: {found:?} {r} {g} {b}"
        );
    }
}
