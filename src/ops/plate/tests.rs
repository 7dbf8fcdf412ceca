//! Plates whose gain and place are known.

use super::*;
use crate::image::Window;
use crate::ops::testing::noise;

const SIZE: Size = Size::new(400, 300);

/// A wall of smooth random structure with a table's edge, as light at any position.
fn wall(x: f32, y: f32) -> f32 {
    let wave =
        (0.21 * x + 0.05 * y).sin() * (0.13 * y - 0.04 * x).cos() + (0.37 * x).sin() * (0.29 * y).sin();
    let table = 1.0 / (1.0 + (-(y - 210.0) / 1.5).exp());
    (0.5 + 0.06 * wave) * (1.0 - 0.45 * table) * (1.0 - 0.2 * (x / 400.0 - 0.5).powi(2))
}

const TINT: [f32; 3] = [1.0, 0.93, 0.86];

fn grain(x: u32, y: u32, seed: u32) -> f32 {
    (0..4).map(|k| noise(x, y, 31 * seed + k) - 0.5).sum::<f32>() * 0.004
}

fn extra(proxy: Plane) -> Extra {
    Extra {
        photo: Frame::whole(proxy.size()),
        format: Format::RGBA8,
        encoding: Arc::new(Encoding::srgb(256)),
        alpha: AlphaMode::None,
        fit: None,
        proxy,
    }
}

/// The empty set, and a shot whose light is `gain` times that and which lies `shift` further to the right and
/// down, with a product and its shadow on it.
fn pair(set: fn(f32, f32) -> f32, gain: [f32; 3], shift: [f32; 2]) -> (Plane, Extra) {
    let plate = Plane::rgba(SIZE, |x, y| {
        let v = set(x as f32, y as f32);
        let [r, g, b] = std::array::from_fn(|c| v * TINT[c] + grain(x, y, 7 + c as u32));
        [r, g, b, 1.0]
    });
    let shot = Plane::rgba(SIZE, |x, y| {
        let v = set(x as f32 - shift[0], y as f32 - shift[1]);
        let (u, w) = ((x as f32 - 190.0) / 90.0, (y as f32 - 140.0) / 80.0);
        let shadow =
            1.0 - 0.5 * (-((x as f32 - 240.0) / 60.0).powi(2) - ((y as f32 - 215.0) / 25.0).powi(2)).exp();
        let product = [0.4, 0.1, 0.08].map(|v| v * (1.0 + 0.5 * noise(x / 2, y / 2, 3)));
        let [r, g, b] = std::array::from_fn(|c| {
            let seen = if u.hypot(w) < 1.0 { product[c] } else { v * TINT[c] * gain[c] * shadow };
            seen + grain(x, y, 70 + c as u32)
        });
        [r, g, b, 1.0]
    });
    (shot, extra(plate))
}

fn fit(set: fn(f32, f32) -> f32, gain: [f32; 3], shift: [f32; 2]) -> Result<Clean, Mismatch> {
    let (shot, plate) = pair(set, gain, shift);
    align(&shot, &Frame::whole(SIZE), &plate)
}

#[test]
fn gain_and_shift_are_found_below_a_product_and_its_shadow() {
    let gain = [1.02, 0.99, 1.01];
    for shift in [[0.0, 0.0], [0.37, -0.21], [-0.37, 0.5], [3.4, -2.75], [-7.3, 0.6]] {
        let clean = fit(wall, gain, shift).unwrap_or_else(|e| unreachable!("{shift:?}: {e}"));
        let Fit { gain: found, shift_px, .. } = clean.fit;
        for (found, truth) in found.iter().zip(gain) {
            assert!((found / truth - 1.0).abs() < 0.003, "{shift:?}: gain {:?}", clean.fit);
        }
        for (found, truth) in shift_px.iter().zip(shift) {
            assert!((found - truth).abs() < 0.1, "{shift:?}: shift {:?}", clean.fit);
        }
    }
}

#[test]
fn an_edge_has_a_place_across_itself_only() {
    let table = |_: f32, y: f32| 0.6 - 0.3 / (1.0 + (-(y - 210.0) / 1.5).exp());
    let Ok(clean) = fit(table, [1.0; 3], [0.0, 1.7]) else { unreachable!() };
    let [right, down] = clean.fit.shift_px;
    assert!(right.abs() < 0.3 && (down - 1.7).abs() < 0.1, "{:?}", clean.fit);
}

#[test]
fn shifts_are_told_in_photograph_pixels() {
    let (shot, mut plate) = pair(wall, [1.0; 3], [1.5, 0.0]);
    let photo = Frame::whole(Size::new(1600, 1200));
    plate.photo = photo;
    let Ok(clean) = align(&shot, &photo, &plate) else { unreachable!() };
    assert!((clean.fit.shift_px[0] - 6.0).abs() < 0.4, "{:?}", clean.fit);
}

#[test]
fn a_plain_set_has_no_place_and_keeps_its_gain() {
    let Ok(clean) = fit(|_, _| 0.6, [0.95, 0.97, 0.96], [0.0; 2]) else { unreachable!() };
    assert!(clean.fit.shift_px.iter().all(|s| s.abs() < 0.1), "{:?}", clean.fit);
    assert!((clean.fit.gain[0] - 0.95).abs() < 0.003, "{:?}", clean.fit);
}

#[test]
fn noise_goes_and_structure_stays() {
    let Ok(clean) = fit(wall, [1.0; 3], [0.0; 2]) else { unreachable!() };
    let Ok(plain) = fit(|_, _| 0.6, [1.0; 3], [0.0; 2]) else { unreachable!() };
    let error = |clean: &Clean, set: fn(f32, f32) -> f32| {
        let places = (10..290).flat_map(|y| (10..390).map(move |x| (x, y)));
        let squares = places.map(|(x, y)| (clean.light.rgba_at(x, y)[0] - set(x as f32, y as f32)).powi(2));
        (squares.sum::<f32>() / (280.0 * 380.0)).sqrt()
    };
    let raw = 0.004 * (4.0_f32 / 12.0).sqrt();
    assert!(error(&plain, |_, _| 0.6) < 0.3 * raw, "{} of {raw}", error(&plain, |_, _| 0.6));
    assert!(error(&clean, wall) < 1.3 * raw, "{} of {raw}", error(&clean, wall));
}

#[test]
fn other_plates_are_refused_with_help() {
    let (shot, plate) = pair(wall, [1.0; 3], [0.0; 2]);
    let photo = Frame::whole(SIZE);
    let refusal = |plate: &Extra| align(&shot, &photo, plate).err();
    let small = Plane::rgba(Size::new(300, 300), |_, _| [0.5, 0.5, 0.5, 1.0]);
    assert!(matches!(refusal(&extra(small)), Some(Mismatch::Size { .. })));
    let (_, other) = pair(|x, y| wall(1.31 * y + 57.0, 0.83 * x + 5.0), [1.0; 3], [0.0; 2]);
    assert!(matches!(refusal(&other), Some(Mismatch::Other { .. })), "another set");
    let dark = Plane::rgba(SIZE, |x, y| plate.proxy.rgba_at(x, y).map(|v| 0.4 * v));
    assert!(refusal(&extra(dark)).is_some(), "another exposure");
    let paper = Plane::rgba(SIZE, |_, _| [0.1, 0.4, 0.1, 1.0]);
    assert!(refusal(&extra(paper)).is_some(), "another paper");
    let Some(mismatch) = refusal(&extra(Plane::zeros(SIZE, Format::Rgba))) else { unreachable!() };
    assert!(matches!(mismatch.refused("backdrop_matte"), OpError::Refused { help, .. } if !help.is_empty()));
}

#[test]
fn no_picture_is_too_small() {
    for size in [(1, 1), (1, 40), (7, 5), (33, 64)] {
        let size = Size::new(size.0, size.1);
        let frame = Frame { window: Window::whole(size), size };
        for value in [0.0, 0.5, f32::NAN] {
            let plane = Plane::rgba(size, |x, _| [value, value, x as f32, 1.0]);
            if let Ok(clean) = align(&plane, &frame, &extra(plane.clone())) {
                assert!(clean.light.floats().iter().all(|v| v.is_finite()), "{size} {value}");
            }
        }
    }
}
