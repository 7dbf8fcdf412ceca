//! The op on small drawn scenes whose truth is the drawing.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::{Evidence, OP, Worn};
use crate::image::{Image, Primaries, Shots, Size, srgb_encode, to_working};
use crate::ops::testing::noise;
use crate::ops::{Op, OpError, Study, apply, proxy};

const SIZE: Size = Size::new(300, 380);

/// What a drawing shows at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Paper,
    Form,
    Cloth,
}

/// A neck, a trunk and two arms, cut by the frame at the bottom.
fn form(x: f32, y: f32) -> bool {
    let trunk = y > 70.0 && (x - 150.0).abs() < 62.0;
    let neck = y > 20.0 && (x - 150.0).abs() < 22.0;
    let arm = y > 75.0 && y < 330.0 && ((x - 62.0).abs() < 14.0 || (x - 238.0).abs() < 14.0);
    trunk || neck || arm
}

/// A shirt with sleeves, a deep neck and a slit below it.
fn cloth(x: f32, y: f32) -> bool {
    let body = (60.0..330.0).contains(&y) && (x - 150.0).abs() < 74.0;
    let sleeves = (60.0..180.0).contains(&y) && (x - 150.0).abs() < 112.0;
    let neck = (x - 150.0).abs() < 0.5 * (150.0 - y);
    let slit = y > 230.0 && (x - 150.0).abs() < 5.0;
    (body || sleeves) && !neck && !slit
}

fn part(x: u32, y: u32, dressed: bool) -> Part {
    let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
    if dressed && cloth(x, y) {
        Part::Cloth
    } else if form(x, y) {
        Part::Form
    } else {
        Part::Paper
    }
}

/// Share of a place's surroundings that is cloth.
fn beside(x: u32, y: u32) -> f32 {
    let around = |r: f32| {
        let hit = (0..16).filter(|i| {
            let a = *i as f32 * std::f32::consts::TAU / 16.0;
            cloth(x as f32 + r * a.cos(), y as f32 + r * a.sin())
        });
        hit.count() as f32 / 16.0
    };
    (around(4.0) + around(8.0) + around(12.0)) / 3.0
}

/// What the light leaves of a form's place: round it is, and the cloth beside it takes light.
fn shade(x: u32, y: u32, dressed: bool) -> f32 {
    let taken = if dressed { beside(x, y) } else { 0.0 };
    let round = 1.0 - 0.25 * ((x as f32 - 150.0) / 110.0).powi(2);
    round * (1.0 - 0.85 * taken)
}

/// A photograph of the scene. `weave` is how rough the cloth is.
fn shoot(dressed: bool, colours: [[f32; 3]; 2], weave: f32, seed: u32) -> Image {
    shoot_with(dressed, colours, weave, seed, 0.0)
}

/// The same, where cloth throws light onto the form, wherever on it: half of the light that is there in the deepest place.
fn shoot_with(dressed: bool, [form, cloth]: [[f32; 3]; 2], weave: f32, seed: u32, thrown: f32) -> Image {
    let mut codes = Vec::new();
    for (y, x) in (0..SIZE.height).flat_map(|y| (0..SIZE.width).map(move |x| (y, x))) {
        let light = match part(x, y, dressed) {
            Part::Paper => [0.78 + 0.0002 * x as f32; 3],
            Part::Form => {
                let light = |c: usize| {
                    let share = if dressed { thrown * (0.3 + 0.7 * beside(x, y)) } else { 0.0 };
                    form[c] * shade(x, y, dressed) * (1.0 - share + share * cloth[c] / cloth[1])
                };
                [0, 1, 2].map(light)
            }
            Part::Cloth => {
                let thread = 1.0 + weave * (noise(x / 2, y / 2, 5) - 0.5);
                cloth.map(|c| c * thread * (1.0 - 0.1 * (x as f32 / 40.0).sin()))
            }
        };
        for (c, v) in light.into_iter().enumerate() {
            let grain = 0.004 * (noise(x, y, 10 * seed + c as u32) - 0.5);
            codes.push((255.0 * srgb_encode(f64::from(v + grain))).round().clamp(0.0, 255.0) as u8);
        }
    }
    Image::from_srgb8(SIZE, 3, &codes).unwrap()
}

/// A mask, white where the form is seen.
fn mask() -> Image {
    let white = |i: u32| u8::from(part(i % SIZE.width, i / SIZE.width, true) == Part::Form) * 255;
    let codes: Vec<u8> = (0..SIZE.pixels() as u32).flat_map(|i| [white(i); 3]).collect();
    Image::from_srgb8(SIZE, 3, &codes).unwrap()
}

fn op(settings: &str) -> Box<dyn Op> {
    (OP.make)(toml::from_str(settings).unwrap()).unwrap()
}

fn study(shots: &Shots<'_>, settings: &str) -> Result<Study, OpError> {
    let mut study = proxy::study(shots);
    op(settings).analyse_shots(&mut study, shots)?;
    Ok(study)
}

/// Pixels of the form that are certainly garment, and pixels of cloth that certainly are none.
fn wrong(worn: &Worn) -> [usize; 2] {
    let mut wrong = [0, 0];
    for (y, x) in (0..SIZE.height).flat_map(|y| (0..SIZE.width).map(move |x| (y, x))) {
        let found = worn.garment.at(x as usize, y as usize);
        wrong[0] += usize::from(part(x, y, true) != Part::Cloth && found == 1.0);
        wrong[1] += usize::from(part(x, y, true) == Part::Cloth && found == 0.0);
    }
    wrong
}

const WHITE: [f32; 3] = [0.7, 0.7, 0.69];
const SKIN: [f32; 3] = [0.55, 0.4, 0.31];
const RED: [f32; 3] = [0.25, 0.06, 0.05];
const OLIVE: [f32; 3] = [0.05, 0.055, 0.025];
const BLUE: [f32; 3] = [0.25, 0.42, 0.52];
const MUSTARD: [f32; 3] = [0.4, 0.25, 0.08];
const GREY: [f32; 3] = [0.12, 0.12, 0.12];

#[test]
fn cloth_of_another_hue_is_found_with_and_without_the_bare_mannequin() {
    for colours in [[WHITE, RED], [SKIN, GREY], [SKIN, OLIVE]] {
        let (front, bare) = (shoot(true, colours, 0.2, 1), shoot(false, colours, 0.0, 2));
        let alone = Shots::from(&front);
        for (shots, evidence) in
            [(Shots { bare: Some(&bare), ..alone }, Evidence::Bare), (alone, Evidence::Colour)]
        {
            let study = study(&shots, "").unwrap();
            let worn = study.worn.as_ref().unwrap();
            assert_eq!((worn.evidence, &study.flags[..]), (evidence, &[][..]), "{colours:?}");
            let [kept, lost] = wrong(worn);
            assert!(kept < 60 && lost < 60, "{colours:?} by {evidence:?}: {kept} kept, {lost} lost");
        }
    }
}

#[test]
fn a_form_in_the_light_of_cloth_is_no_cloth() {
    for colours in [[WHITE, BLUE], [WHITE, MUSTARD], [SKIN, BLUE]] {
        let (front, bare) = (shoot_with(true, colours, 0.2, 1, 0.4), shoot(false, colours, 0.0, 2));
        let study = study(&Shots { bare: Some(&bare), ..Shots::from(&front) }, "").unwrap();
        let [kept, lost] = wrong(study.worn.as_ref().unwrap());
        assert!(kept < 100 && lost < 60, "{colours:?}: {kept} kept, {lost} lost");
    }
}

#[test]
fn cloth_of_the_mannequins_own_colour_is_found_by_its_weave_and_flagged() {
    let colours = [WHITE, WHITE];
    let (front, bare) = (shoot(true, colours, 0.3, 1), shoot(false, colours, 0.0, 2));
    let study = study(&Shots { bare: Some(&bare), ..Shots::from(&front) }, "").unwrap();
    let [kept, lost] = wrong(study.worn.as_ref().unwrap());
    let whole = (0..SIZE.pixels() as u32).filter(|i| part(i % 300, i / 300, true) == Part::Cloth).count();
    assert!(lost < whole / 50 && kept < whole / 8, "{kept} kept, {lost} lost of {whole}");
    assert!(study.flags.iter().any(|f| f.code == "mannequin-low-contrast"), "{:?}", study.flags);
}

#[test]
fn a_mask_of_the_mannequin_is_believed() {
    let (front, drawn) = (shoot(true, [WHITE, WHITE], 0.0, 1), mask());
    let study = study(&Shots { mannequin: Some(&drawn), ..Shots::from(&front) }, "").unwrap();
    let worn = study.worn.as_ref().unwrap();
    assert_eq!((worn.evidence, worn.colour), (Evidence::Mask, None));
    assert!(wrong(worn)[0] == 0, "{:?}", wrong(worn));
}

#[test]
fn the_three_probabilities_add_up_and_certainty_is_handed_on() {
    let front = shoot(true, [SKIN, RED], 0.2, 1);
    let study = study(&Shots::from(&front), "").unwrap();
    let (worn, certain) = (study.worn.unwrap(), study.certain.unwrap());
    for i in 0..SIZE.pixels() {
        let sum = worn.garment.values()[i] + worn.mannequin.values()[i] + worn.backdrop.values()[i];
        assert!((sum - 1.0).abs() < 1e-6 && certain.plane.floats()[i] == worn.garment.values()[i]);
    }
    let at = |f: &crate::ops::field::Field, x, y| f.at(x, y);
    assert_eq!(
        (at(&worn.mannequin, 150, 50), at(&worn.backdrop, 20, 20), at(&worn.garment, 100, 250)),
        (1.0, 1.0, 1.0)
    );
    let [r, g, b] = worn.colour.unwrap();
    let skin = apply(to_working(Primaries::SRGB), SKIN);
    assert!(
        (r / g - skin[0] / skin[1]).abs() < 0.05 && (b / g - skin[2] / skin[1]).abs() < 0.05,
        "{r} {g} {b}"
    );
}

#[test]
fn what_cannot_be_done_is_refused_in_words() {
    let speckled: Vec<u8> =
        (0..SIZE.pixels() as u32 * 3).map(|i| (255.0 * noise(i / 3 / 40, i % 3, 1)) as u8).collect();
    let front = Image::from_srgb8(SIZE, 3, &speckled).unwrap();
    let refused = study(&Shots::from(&front), "").unwrap_err().to_string();
    assert!(refused.contains("no even backdrop"), "{refused}");
    let front = shoot(true, [WHITE, RED], 0.2, 1);
    let refused = study(&Shots::from(&front), "colour = \"#0000ff\"").unwrap_err().to_string();
    assert!(refused.contains("colour that was named"), "{refused}");
    assert!((OP.make)(toml::from_str("colour = \"plaid\"").unwrap()).is_err());
}

#[test]
fn the_smallest_pictures_make_no_trouble() {
    for size in [Size::new(1, 1), Size::new(1, 9), Size::new(5, 3), Size::new(40, 2)] {
        let codes: Vec<u8> = (0..size.pixels() * 3).map(|i| (i * 37 % 256) as u8).collect();
        let image = Image::from_srgb8(size, 3, &codes).unwrap();
        let shots =
            Shots { bare: Some(&image), plate: Some(&image), mannequin: Some(&image), ..Shots::from(&image) };
        for shots in [shots, Shots { mannequin: None, ..shots }, Shots::from(&image)] {
            // Refused or not: it ends.
            let _ = study(&shots, "");
        }
    }
}
