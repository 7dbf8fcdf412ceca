#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;

use super::*;
use crate::catalog::Shot;
use crate::codec::{Output, OutputProfile, PngEffort, encode};
use crate::image::{Format, Plane, Size};

/// A red block before a grey sweep, under a light that multiplies linear sRGB.
fn picture(light: [f64; 3]) -> Vec<u8> {
    let inside = |i: usize| (40..80).contains(&(i % 120)) && (25..65).contains(&(i / 120));
    drawn(|i| {
        let colour: [f64; 3] = if inside(i) { [0.30, 0.08, 0.06] } else { [0.28, 0.28, 0.28] };
        [0, 1, 2].map(|c| colour[c] * light[c])
    })
}

/// A picture of one colour.
fn plain(codes: [u8; 3]) -> Vec<u8> {
    drawn(|_| codes.map(|c| crate::image::srgb_decode(f64::from(c) / 255.0)))
}

/// A PNG of 120 × 90 pixels of linear sRGB.
fn drawn(colour: impl Fn(usize) -> [f64; 3]) -> Vec<u8> {
    let size = Size::new(120, 90);
    let mut plane = Plane::zeros(size, Format::RGBA8);
    for (i, p) in plane.bytes_mut().as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let [r, g, b] = colour(i).map(|v| (crate::image::srgb_encode(v) * 255.0).round() as u8);
        *p = [r, g, b, 255];
    }
    let png = Output::Png { bits: 8, alpha: false, effort: PngEffort::Fast };
    encode(&plane, &png, OutputProfile::Srgb).unwrap()
}

fn item(folder: &Path, sku: &str, view: &str) -> Item {
    Item {
        sku: sku.into(),
        view: view.into(),
        shots: vec![Shot { path: folder.join(format!("{sku}_{view}.png")), role: Role::Front }],
        overrides: BTreeMap::new(),
        notes: Vec::new(),
        flags: Vec::new(),
    }
}

/// Writes a shot under each light and gives the items.
fn shoot(folder: &Path, lights: &[[f64; 3]]) -> Vec<Item> {
    fs::create_dir_all(folder).unwrap();
    let one = |(i, light): (usize, &[f64; 3])| {
        let item = item(folder, "A", &format!("front{i}"));
        fs::write(&item.shots[0].path, picture(*light)).unwrap();
        item
    };
    lights.iter().enumerate().map(one).collect()
}

fn solved(items: &mut [Item], recipe: &Recipe, jobs: usize) -> Consistency {
    let references = References::default();
    consistent(items, &SetOptions { recipe, jobs, memory: 1 << 30, finder: None, references: &references })
}

fn ev(item: &Item) -> f64 {
    item.overrides["exposure.ev"].parse().unwrap()
}

fn gain(item: &Item) -> [f64; 3] {
    let text = item.overrides["white_balance.gain"].trim_matches(['[', ']']);
    let values: Vec<f64> = text.split(", ").map(|v| v.parse().unwrap()).collect();
    [values[0], values[1], values[2]]
}

const LIGHTS: [[f64; 3]; 6] =
    [[1.0, 1.0, 1.0], [1.3, 1.3, 1.3], [0.8, 0.8, 0.8], [1.05, 1.0, 0.95], [1.0, 1.0, 1.0], [0.9, 0.9, 0.9]];

#[test]
fn every_shot_gets_the_gain_that_undoes_its_light_for_any_number_of_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let shots = shoot(folder.path(), &LIGHTS);
    let recipe = Recipe::builtin("packshot").unwrap();
    let mut items = shots.clone();
    let found = solved(&mut items, &recipe, 1);
    for (item, light) in items.iter().zip(LIGHTS) {
        // The middle of the six lights is 1.
        let wanted = -light.iter().product::<f64>().cbrt().log2();
        assert!((ev(item) - wanted).abs() < 0.03, "{} for {wanted}", ev(item));
        assert!(gain(item).iter().all(|g| (0.8..1.25).contains(g)), "{:?}", item.overrides);
        assert!(item.notes.iter().any(|n| n.contains("brought to its set")));
    }
    let warm = gain(&items[3]);
    assert!(warm[0] < 0.98 && warm[2] > 1.02, "{warm:?}");
    assert!(found.sets[0].spread().is_some_and(|[before, after]| before > 0.3 && after < 0.03));
    for jobs in [2, 5] {
        let mut again = shots.clone();
        solved(&mut again, &recipe, jobs);
        assert_eq!(again, items, "{jobs} jobs");
    }
}

#[test]
fn one_shot_and_unread_shots_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = Recipe::builtin("packshot").unwrap();
    let mut single = shoot(&folder.path().join("one"), &LIGHTS[..1]);
    let before = single.clone();
    let found = solved(&mut single, &recipe, 1);
    assert_eq!(single, before);
    assert!(found.sets[0].summary().contains("1 shot, nothing that two of them share"));
    let mut items = shoot(&folder.path().join("many"), &LIGHTS);
    fs::write(&items[2].shots[0].path, "no picture").unwrap();
    fs::remove_file(&items[4].shots[0].path).unwrap();
    let before = items.clone();
    let found = solved(&mut items, &recipe, 2);
    assert_eq!((&items[2], &items[4]), (&before[2], &before[4]));
    assert_eq!((found.sets[0].shots.len(), found.sets[0].unread), (4, 2));
    assert!([0, 1, 3, 5].iter().all(|&i| items[i].overrides.len() == 2));
    assert!(solved(&mut [], &recipe, 3).sets.is_empty());
}

#[test]
fn what_a_person_laid_down_stays() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = Recipe::builtin("packshot").unwrap();
    let mut items = shoot(folder.path(), &LIGHTS);
    items[1].overrides.insert("exposure.ev".into(), "0.25".into());
    items[2].overrides.insert("white_balance.grey".into(), "[2, 2, 9, 9]".into());
    solved(&mut items, &recipe, 1);
    assert_eq!(items[1].overrides["exposure.ev"], "0.25");
    assert!(items[1].overrides.contains_key("white_balance.gain"));
    assert!(!items[2].overrides.contains_key("white_balance.gain"));
    assert!(items[2].notes.iter().any(|n| n.contains("white_balance is laid down by hand")));
}

#[test]
fn a_grey_card_of_its_own_makes_a_shot_the_gauge_and_a_shared_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = Recipe::builtin("packshot").unwrap();
    let mut items = shoot(folder.path(), &LIGHTS);
    let card = folder.path().join("card.png");
    fs::write(&card, plain([129, 124, 111])).unwrap();
    let card = Shot { path: card, role: Role::Grey };
    items[1].shots.push(card.clone());
    let mut shared = items.clone();
    let found = solved(&mut items, &recipe, 1);
    assert!(found.sets[0].shots[1].chart && ev(&items[1]).abs() < 1e-6, "{:?}", items[1].overrides);
    assert!((ev(&items[0]) - 1.3_f64.log2()).abs() < 0.03);
    shared[2].shots.push(card);
    assert!(solved(&mut shared, &recipe, 1).sets[0].shots.iter().all(|s| !s.chart));
    let (card, [r, g, b]) = (crate::ops::working_from_srgb8([129, 124, 111]).map(f64::from), gain(&items[0]));
    let off = [r * card[0] / (g * card[1]) - 1.0, b * card[2] / (g * card[1]) - 1.0];
    assert!(off.iter().all(|v| v.abs() < 0.01), "the card is not neutral for all: {off:?}");
}

#[test]
fn a_reference_that_cannot_be_used_is_the_run_s_to_tell() {
    let folder = tempfile::tempdir().unwrap();
    let mut items = shoot(folder.path(), &LIGHTS);
    let card = folder.path().join("card.png");
    fs::write(&card, picture([1.0; 3])).unwrap();
    items[1].shots.push(Shot { path: card, role: Role::Chart });
    let before = items.clone();
    let found = solved(&mut items, &Recipe::builtin("packshot").unwrap(), 2);
    let unread: usize = found.sets.iter().map(|set| set.unread).sum();
    assert_eq!((&items[1], unread), (&before[1], 1));
}

#[test]
fn folders_are_sets_of_their_own_and_a_recipe_without_the_ops_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut items = shoot(&folder.path().join("a"), &LIGHTS[..3]);
    let dark = LIGHTS.map(|l| l.map(|v| 0.5 * v));
    items.extend(shoot(&folder.path().join("b"), &dark[..3]));
    items.swap(1, 4);
    let before = items.clone();
    let found = solved(&mut items, &Recipe::builtin("packshot").unwrap(), 2);
    let names: Vec<String> = found.sets.iter().map(Set::name).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(found.sets.iter().all(|s| s.shots.len() == 3));
    assert!((ev(&items[0]) - ev(&items[3])).abs() < 0.03, "each set has a middle of its own");
    let mut items = before.clone();
    let found = solved(&mut items, &Recipe::builtin("matte").unwrap(), 1);
    assert_eq!((items, found.sets.len()), (before, 0));
    assert!(found.notes[0].contains("neither `white_balance` nor `exposure`"));
}

#[test]
fn a_shot_in_odd_light_is_corrected_and_flagged() {
    let folder = tempfile::tempdir().unwrap();
    let mut lights = [[1.0; 3]; 12];
    lights[7] = [0.5; 3];
    let mut items = shoot(folder.path(), &lights);
    let found = solved(&mut items, &Recipe::builtin("packshot").unwrap(), 2);
    let codes = |i: usize| items[i].flags.iter().map(|f| f.code.as_str()).collect::<Vec<_>>();
    assert_eq!(codes(7), ["set-outlier"], "{:?}", items[7]);
    assert!((0..12).filter(|i| *i != 7).all(|i| codes(i).is_empty()));
    assert!((ev(&items[7]) - 1.0).abs() < 0.05);
    assert_eq!(found.sets[0].outliers(), 1);
    let csv = found.sets[0].csv().unwrap();
    assert_eq!(csv.lines().count(), 13);
    assert!(csv.contains("A_front7.png") && csv.contains("odd light"));
    assert!(found.sets[0].drawing().is_none(), "no shot has a time");
}

#[test]
fn shots_before_different_charts_are_sets_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let charted = |sku: &str, chart: Option<&str>| {
        let mut made = item(folder.path(), sku, "front");
        let chart = chart.map(|name| Shot { path: folder.path().join(name), role: Role::Chart });
        made.shots.extend(chart);
        made
    };
    let items = [
        charted("a", None),
        charted("b", Some("1.png")),
        charted("c", Some("1.png")),
        charted("d", Some("2.png")),
        charted("e", None),
    ];
    let members: Vec<Vec<usize>> = folders(&items).into_iter().map(|(_, members)| members).collect();
    assert_eq!(members, [vec![0, 4], vec![1, 2], vec![3]]);
}
