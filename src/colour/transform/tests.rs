#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use moxcms::ColorProfile;

use super::*;
use crate::colour::srgb_profile;
use crate::image::Size;

fn between(from: &[u8], to: &[u8]) -> Arc<Transform> {
    Transform::new(from, to, Intent::RelativeColorimetric, true).unwrap()
}

fn greys(sample: Sample) -> Plane {
    let codes = if sample == Sample::U8 { 256 } else { 65_536 };
    let mut plane = Plane::zeros(Size::new(codes, 1), Format::Packed { sample, channels: 3 });
    match sample {
        Sample::U8 => plane.bytes_mut()[..768].iter_mut().enumerate().for_each(|(i, v)| *v = (i / 3) as u8),
        _ => plane.shorts_mut().iter_mut().enumerate().for_each(|(i, v)| *v = (i / 3) as u16),
    }
    plane
}

#[test]
fn srgb_changes_no_code_by_whichever_profile() {
    let other = ColorProfile::new_srgb().encode().unwrap();
    assert_ne!(other, srgb_profile());
    for from in [srgb_profile(), other.as_slice()] {
        for sample in [Sample::U8, Sample::U16] {
            let made = between(from, srgb_profile()).convert(&greys(sample), sample, &Pool::default());
            assert_eq!(made.unwrap(), greys(sample));
        }
    }
}

#[test]
fn white_and_black_are_exact_and_neutrals_neutral() {
    for from in [
        ColorProfile::new_adobe_rgb(),
        ColorProfile::new_display_p3(),
        ColorProfile::new_bt2020(),
        ColorProfile::new_pro_photo_rgb(),
    ] {
        let transform = between(&from.encode().unwrap(), srgb_profile());
        let made = transform.convert(&greys(Sample::U8), Sample::U8, &Pool::default()).unwrap();
        let pixels = made.bytes()[..768].as_chunks::<3>().0;
        assert_eq!((pixels[0], pixels[255]), ([0; 3], [255; 3]));
        for pixel in pixels {
            assert!(pixel.iter().all(|v| v.abs_diff(pixel[0]) <= 1), "{pixel:?}");
        }
    }
}

#[test]
fn runs_agree_with_the_steps_they_are_made_from() {
    // A table of odd sides whose nodes are noise, between curves: nothing hides a wrong neighbour.
    let mut state = 5_u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0
    };
    for grid in [&[3_usize, 5, 4][..], &[2, 3, 4, 5]] {
        let count: usize = grid.iter().product();
        let nodes: Vec<f32> = (0..3 * count).map(|_| noise()).collect();
        let table = crate::colour::profile::table(grid, 3, nodes.into_iter()).unwrap();
        let gamma = vec![Curve::Gamma(1.8); grid.len()];
        let steps = Pipeline(vec![Step::Curves(gamma), Step::Table(table), Step::Cube, Step::Root]);
        let stages = steps.stages();
        let mut chunk: Chunk = [[0.0; RUN]; 4];
        // Equal shares too: quarters meet at the cells' diagonals.
        chunk.iter_mut().flatten().enumerate().for_each(|(i, v)| {
            *v = if i % 3 == 0 { (noise() * 8.0).floor() / 8.0 } else { noise() };
        });
        let before = chunk;
        stages.views().run(&mut chunk);
        for x in 0..RUN {
            let wanted = steps.at([0, 1, 2, 3].map(|c| f64::from(before[c][x])));
            for c in 0..3 {
                let found = f64::from(chunk[c][x]);
                assert!((found - wanted[c]).abs() < 5e-6, "{grid:?} {x}: {found} for {}", wanted[c]);
            }
        }
    }
}

#[test]
fn a_picture_of_the_wrong_kind_is_refused() {
    let transform = between(srgb_profile(), srgb_profile());
    let grey = Plane::zeros(Size::new(2, 2), Format::Packed { sample: Sample::U8, channels: 1 });
    assert!(transform.convert(&grey, Sample::U8, &Pool::default()).is_err());
}

/// Every 17th code of three channels, and all of the darkest: 8-bit pixels.
fn eight_bit_colours() -> Plane {
    let codes: Vec<u8> = (0..16).chain((17..=255).step_by(17)).collect();
    let side = codes.len();
    let format = Format::Packed { sample: Sample::U8, channels: 3 };
    let mut plane = Plane::zeros(Size::new(side.pow(3) as u32, 1), format);
    for (i, pixel) in plane.bytes_mut().as_chunks_mut::<3>().0.iter_mut().enumerate().take(side.pow(3)) {
        *pixel = [codes[i % side], codes[i / side % side], codes[i / side / side]];
    }
    plane
}

#[test]
fn packed_sums_agree_with_the_steps_they_are_made_from() {
    for from in [
        ColorProfile::new_adobe_rgb(),
        ColorProfile::new_display_p3(),
        ColorProfile::new_bt2020(),
        ColorProfile::new_pro_photo_rgb(),
    ] {
        let from = from.encode().unwrap();
        let transform = between(&from, srgb_profile());
        assert!(transform.sums().is_some());
        let (source, target) = (Profile::open(&from).unwrap(), Profile::open(srgb_profile()).unwrap());
        let steps = Link::default().between(&source, &target).unwrap();
        let colours = eight_bit_colours();
        let made = transform.convert(&colours, Sample::U8, &Pool::default()).unwrap();
        let total = colours.size().pixels();
        for (from, made) in
            colours.bytes().as_chunks::<3>().0.iter().zip(made.bytes().as_chunks::<3>().0).take(total)
        {
            let [r, g, b] = from.map(|v| f64::from(v) / 255.0);
            let wanted = steps.at([r, g, b, 0.0]);
            for (code, wanted) in made.iter().zip(wanted) {
                let off = (f64::from(*code) - 255.0 * wanted.clamp(0.0, 1.0)).abs();
                assert!(off <= 0.63, "{from:?}: {made:?} for {wanted}");
            }
        }
    }
}

#[test]
fn packed_sums_leave_alpha_and_give_every_grey_one_code() {
    let from = ColorProfile::new_display_p3().encode().unwrap();
    let transform = between(&from, srgb_profile());
    let mut plane = Plane::zeros(Size::new(256, 1), Format::Packed { sample: Sample::U8, channels: 4 });
    for (i, pixel) in plane.bytes_mut().as_chunks_mut::<4>().0.iter_mut().enumerate() {
        *pixel = [i as u8, i as u8, i as u8, 255 - i as u8];
    }
    let made = transform.convert(&plane, Sample::U8, &Pool::default()).unwrap();
    for (i, [r, g, b, alpha]) in made.bytes().as_chunks::<4>().0.iter().enumerate() {
        assert!(r == g && g == b, "{i}: {r} {g} {b}");
        assert_eq!(usize::from(*alpha), 255 - i);
    }
}

#[test]
fn a_power_too_steep_for_even_steps_goes_through_the_stages() {
    let to = ColorProfile::new_adobe_rgb().encode().unwrap();
    assert!(between(srgb_profile(), &to).sums().is_none());
}
