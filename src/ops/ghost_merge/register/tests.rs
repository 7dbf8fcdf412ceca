//! The whole registration against garments of known shape.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::scene::{Garment, Hood, SIZE, Shirt, Skirt, Top, draw};
use super::*;
use crate::ops::field::Mask;
use crate::ops::testing::noise;

const SHIRT: Shirt = Shirt { lean: 0.12, sleeves: true };

fn map(scale: f64, degrees: f64) -> Affine {
    Affine::similarity(scale, degrees.to_radians(), [160.0, 200.0], [171.0, 206.0])
}

fn joined(garment: &impl Garment, inner: &Field) -> Result<Registration, Failure> {
    let (front, form) = garment.front();
    register(&front, &form, inner)
}

/// Distance of the back edge from the true one, over the opening, in the mean.
fn edge_error(this: &Registration, garment: &impl Garment, inner: &Field) -> f64 {
    let half = (0.48 * this.opening.width) as i32;
    let errors = (-half..=half).map(|k| {
        let place = f64::from(k);
        let height = judge::edge(this, inner, place).unwrap_or(f64::INFINITY);
        let (b, up) = (&this.bend, this.bend.up());
        let [x, y] = [0, 1].map(|i| b.middle[i] + place * b.along[i] + height * up[i]);
        (y - garment.back(x)).abs()
    });
    errors.sum::<f64>() / f64::from(2 * half + 1)
}

fn says(this: &Registration, wanted: fn(&Doubt) -> bool) {
    assert!(this.doubts.iter().any(wanted), "{:?} {:?}", this.doubts, this.figures);
}

#[test]
fn the_back_edge_of_a_shirt_goes_on_from_its_outline() {
    for (scale, degrees) in [(1.0, 0.0), (1.12, 3.0), (0.85, -4.0)] {
        let inner = SHIRT.inner(SIZE, &map(scale, degrees));
        let this = joined(&SHIRT, &inner).unwrap();
        assert_eq!(this.doubts, []);
        let error = edge_error(&this, &SHIRT, &inner);
        assert!(error < 0.4, "{scale} {degrees}: {error}");
        assert!((this.map.scale() / scale - 1.0).abs() < 0.02, "{}", this.map.scale());
        assert!((this.map.degrees() - degrees).abs() < 1.0, "{}", this.map.degrees());
    }
}

#[test]
fn an_inner_shot_of_another_size_and_stretch_fits_too() {
    let size = Size::new(500, 430);
    let stretched = Affine::about([[1.25, 0.02], [0.01, 1.18]], [160.0, 200.0], [240.0, 215.0]);
    let inner = SHIRT.inner(size, &stretched);
    let this = joined(&SHIRT, &inner).unwrap();
    assert_eq!(this.doubts, []);
    assert_eq!(this.protocol, Protocol::OtherView);
    let error = edge_error(&this, &SHIRT, &inner);
    assert!(error < 0.6, "{error}");
}

#[test]
fn straps_and_sides_hold_a_top_without_sleeves() {
    for (scale, degrees) in [(1.0, 0.0), (1.1, -3.0)] {
        let inner = Top.inner(SIZE, &map(scale, degrees));
        let this = joined(&Top, &inner).unwrap();
        assert_eq!(this.doubts, []);
        let error = edge_error(&this, &Top, &inner);
        assert!(error < 0.5, "{error}");
        let arm =
            (0..320).any(|x| !(120..=200).contains(&x) && (100..330).any(|y| this.opening.room.at(x, y)));
        assert!(!arm, "arms are no opening");
    }
}

#[test]
fn ragged_masks_with_holes_still_fit() {
    let clean = SHIRT.inner(SIZE, &map(1.05, 1.5));
    let (front, form) = SHIRT.front();
    let rag = |field: &Field, seed: u32| {
        Field::from_fn(field.size(), |x, y| {
            let grain = 0.6 * (noise(x as u32, y as u32, seed) - 0.5);
            let hole = noise(x as u32 / 4, y as u32 / 4, seed + 2) < 0.003;
            if hole { 0.0 } else { (field.at(x, y) + grain).clamp(0.0, 1.0) }
        })
    };
    let this = register(&rag(&front, 5), &rag(&form, 9), &rag(&clean, 13)).unwrap();
    let error = edge_error(&this, &SHIRT, &clean);
    assert!(error < 1.2, "{error}");
}

#[test]
fn a_flat_panel_becomes_a_ring_again() {
    let inner = Skirt.inner(SIZE, &map(1.03, 1.0));
    let this = joined(&Skirt, &inner).unwrap();
    // Two slivers of outline say little of so wide a ring, which is told.
    assert!(matches!(this.doubts[..], [Doubt::Unsure { pixels }] if pixels > 2.0), "{:?}", this.doubts);
    let error = edge_error(&this, &Skirt, &inner);
    assert!(error < 2.5, "{error}");
    // Laid flat, the edge would run some nine pixels too low in the mean.
    let flat = Registration { bend: Bend::none(&this.opening), ..this };
    assert!(edge_error(&flat, &Skirt, &inner) > 5.0);
}

#[test]
fn a_hood_is_closed_and_seen_from_the_same_place() {
    let inner = Hood.inner(SIZE, &Affine::similarity(1.0, 0.002, [160.0, 200.0], [161.0, 200.5]));
    let this = joined(&Hood, &inner).unwrap();
    assert!(this.opening.closed && this.figures.rise.is_none());
    assert_eq!(this.doubts, []);
    assert_eq!(this.protocol, Protocol::SameView);
    let [x, y] = this.at([160.0, 100.0]);
    assert!((x - 161.2).abs() < 0.5 && (y - 100.5).abs() < 0.5, "{x} {y}");
}

fn held(result: Result<Registration, Failure>, wanted: fn(&Doubt) -> bool) -> bool {
    match result {
        Ok(this) => this.doubts.iter().any(wanted),
        Err(Failure::Held(doubt)) => wanted(&doubt),
        Err(_) => false,
    }
}

#[test]
fn shots_that_were_held_otherwise_are_said() {
    let upside = SHIRT.inner(SIZE, &Affine::similarity(1.0, 3.1, [160.0, 215.0], [160.0, 200.0]));
    assert!(held(joined(&SHIRT, &upside), |d| matches!(d, Doubt::UpsideDown { .. })));
    let side =
        SHIRT.inner(Size::new(400, 320), &Affine::similarity(1.0, 1.55, [160.0, 200.0], [200.0, 160.0]));
    assert!(held(joined(&SHIRT, &side), |d| matches!(d, Doubt::OnItsSide { .. })));
    let turned = SHIRT.inner(SIZE, &map(0.9, 9.0));
    let this = joined(&SHIRT, &turned).unwrap();
    says(&this, |d| matches!(d, Doubt::Turned { .. }));
    assert!(this.doubts[0].to_string().contains("turned by 9."), "{}", this.doubts[0]);
    let small = SHIRT.inner(SIZE, &map(0.57, 0.0));
    says(&joined(&SHIRT, &small).unwrap(), |d| matches!(d, Doubt::Scale { .. }));
}

#[test]
fn a_flipped_shot_is_said_where_the_outline_can_tell() {
    let lopsided = Shirt { lean: 1.0, sleeves: true };
    let inner = lopsided.inner(SIZE, &Affine::about([[-1.0, 0.0], [0.0, 1.0]], [160.0, 0.0], [160.0, 0.0]));
    says(&joined(&lopsided, &inner).unwrap(), |d| matches!(d, Doubt::Mirrored { .. }));
}

#[test]
fn cut_or_other_garments_are_said() {
    let high = SHIRT.inner(SIZE, &Affine::similarity(1.0, 0.0, [160.0, 200.0], [160.0, 95.0]));
    match joined(&SHIRT, &high) {
        Ok(this) => says(&this, |d| matches!(d, Doubt::Cropped { side: "top" } | Doubt::Partial { .. })),
        Err(why) => assert_eq!(why, Failure::Cut { side: "top" }),
    }
    let low = SHIRT.inner(Size::new(320, 140), &map(1.0, 0.0));
    says(&joined(&SHIRT, &low).unwrap(), |d| matches!(d, Doubt::Cropped { side: "bottom" }));
    assert!(!joined(&SHIRT, &Skirt.inner(SIZE, &map(1.0, 0.0))).is_ok_and(|r| r.doubts.is_empty()));
    assert!(!joined(&Skirt, &SHIRT.inner(SIZE, &map(1.0, 0.0))).is_ok_and(|r| r.doubts.is_empty()));
    let (whole, hole) = (SHIRT.inner(SIZE, &map(1.0, 0.0)), 112.0..124.0);
    let holed = Field::from_fn(SIZE, |x, y| {
        let inside = hole.contains(&(y as f64)) && (x as f64 - 171.0).abs() < 12.0;
        if inside { 0.0 } else { whole.at(x, y) }
    });
    says(&joined(&SHIRT, &holed).unwrap(), |d| matches!(d, Doubt::Coverage { .. }));
}

#[test]
fn the_opening_is_what_lies_between_garment_and_nothing_else() {
    let (front, form) = SHIRT.front();
    let opening = Opening::find(&front, &form, &contour::contours(&front)).unwrap();
    let [left, right] = opening.ends.each_ref().map(End::at);
    for (end, x) in [(left, 133.0), (right, 187.0)] {
        assert!((end[0] - x).abs() < 2.5 && (end[1] - SHIRT.back(x)).abs() < 2.5, "{end:?}");
    }
    // Below the back edge, all of it; arms and hips, none.
    let truth = Mask::from_fn(SIZE, |x, y| {
        let (x, y) = (x as f64 + 0.5, y as f64 + 0.5);
        y < 200.0 && SHIRT.form(x, y) && y > SHIRT.back(x)
    });
    let missed = truth.and(&opening.room.not()).count();
    assert!(missed * 50 < truth.count(), "{missed} of {}", truth.count());
    let low = (200..400).map(|y| opening.room.row(y).iter().filter(|v| **v).count()).sum::<usize>();
    assert_eq!(low, 0);
    let high = (0..60).map(|y| opening.room.row(y).iter().filter(|v| **v).count()).sum::<usize>();
    assert_eq!(high, 0);
}

#[test]
fn the_slit_of_a_jacket_belongs_to_the_opening_and_the_hips_below_do_not() {
    // Cuffs hang below the hem on both sides of the hips.
    let slit = |x: f64, y: f64| (x - 160.0).abs() < f64::max(3.0, 27.0 - 0.3 * (y - 92.0));
    let form = |x: f64, y: f64| slit(x, y) && y > 30.0 || ((x - 160.0).abs() < 80.0 && y > 330.0);
    let cloth = |x: f64, y: f64| {
        let d = (x - 160.0).abs();
        let cuff = d > 84.0 && d < 110.0 && y < 345.0;
        y > SHIRT.back(x) && (cuff || (d <= 84.0 && y < 330.0)) && !form(x, y)
    };
    let front = draw(SIZE, cloth);
    let opening = Opening::find(&front, &draw(SIZE, form), &contour::contours(&front)).unwrap();
    assert!(opening.enclosed.at(160, 320), "the slit");
    assert!(!opening.room.at(160, 338) && !opening.room.at(120, 338), "the hips");
    assert!((opening.width - 54.0).abs() < 4.0, "{}", opening.width);
    // The back's hem hangs ten pixels higher than the front's: no gap.
    let back = draw(SIZE, |x, y| SHIRT.whole(x, y) && y < 320.0 || (SHIRT.back(x) < y && cloth(x, y)));
    let this = register(&front, &draw(SIZE, form), &back).unwrap();
    assert!(this.figures.coverage > 0.999, "{:?}", this.figures);
}

#[test]
fn nothing_breaks_on_nothing() {
    let (front, form) = SHIRT.front();
    for size in [Size::new(0, 0), Size::new(1, 1), Size::new(2, 90), Size::new(64, 48)] {
        for value in [0.0, 1.0, f32::NAN] {
            let flat = Field::from_fn(size, |_, _| value);
            assert!(register(&flat, &flat, &flat).is_err());
            assert!(register(&flat, &Field::new(size), &front).is_err());
            assert!(register(&front, &form, &flat).map_or(true, |r| !r.doubts.is_empty()), "{size} {value}");
        }
    }
    let speckle = Field::from_fn(SIZE, |x, y| noise(x as u32, y as u32, 3).round());
    assert!(register(&front, &form, &speckle).map_or(true, |r| !r.doubts.is_empty()));
    let _ = register(&speckle, &form, &front);
}

#[test]
fn the_grid_is_the_bend() {
    let inner = Skirt.inner(SIZE, &map(1.03, 1.0));
    let this = joined(&Skirt, &inner).unwrap();
    let grid = this.grid(SIZE, 8);
    assert_eq!(grid.size(), Size::new(41, 51));
    for (i, j) in [(20, 12), (12, 13), (0, 0), (40, 50)] {
        let p = [f64::from(8 * i), f64::from(8 * j)];
        let ([x, y], [u, v], [dx, dy, ..]) = (this.at(p), this.map.apply(p), grid.rgba_at(i, j));
        assert!((x - u - f64::from(dx)).abs() < 1e-4 && (y - v - f64::from(dy)).abs() < 1e-4);
    }
    let middle = grid.rgba_at(20, 12);
    assert!(middle[1] > 3.0, "content rises where it is read from below: {middle:?}");
}
