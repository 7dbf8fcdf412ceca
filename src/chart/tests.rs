//! The finder against photographs with ground truth. `PACKSHOT_CHARTS=N` makes N of each kind (default 6) and says how
//! each went.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]

use std::io::Write as _;

use super::sim::{Dice, Shot, Wish, shot};
use super::{Chart, Found, Picture, Refusal, find, sample_at};

fn many() -> u64 {
    std::env::var("PACKSHOT_CHARTS").ok().and_then(|n| n.parse().ok()).unwrap_or(6)
}

/// What a longer run tells its reader.
fn say(text: &str) {
    if std::env::var("PACKSHOT_CHARTS").is_ok() {
        writeln!(std::io::stderr(), "{text}").unwrap();
    }
}

/// The worst corner's distance from the truth, in parts of the chart's longer side.
fn corner_error(found: &Found, shot: &Shot) -> f64 {
    let far = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let side = far(shot.corners[0], shot.corners[1]).max(far(shot.corners[1], shot.corners[2]));
    found.corners.iter().zip(shot.corners).map(|(a, b)| far(*a, b)).fold(0.0, f64::max) / side
}

/// The worst error of a patch that is not doubted, in its brightness and a little of white's.
fn patch_error(found: &Found, shot: &Shot) -> f64 {
    let pairs = found.patches.iter().zip(&shot.patches).enumerate();
    let sure = pairs.filter(|(at, (patch, _))| patch.doubt.is_none() && !shot.covered.contains(at));
    let white = shot.patches.iter().flatten().copied().fold(0.0, f64::max);
    sure.map(|(_, (patch, truth))| {
        let top = truth.iter().copied().fold(0.02 * white, f64::max);
        (0..3).map(|c| (patch.rgb[c] - truth[c]).abs() / top).fold(0.0, f64::max)
    })
    .fold(0.0, f64::max)
}

#[derive(Default, Debug)]
struct Tally {
    found: usize,
    wrong: usize,
    loose: usize,
    refused: std::collections::BTreeMap<&'static str, usize>,
    corners: Vec<f64>,
}

impl Tally {
    fn count(&mut self, seed: u64, shot: &Shot, found: Result<Found, Refusal>) {
        match found {
            Ok(found) => {
                let (corner, patch) = (corner_error(&found, shot), patch_error(&found, shot));
                self.found += 1;
                let wrong = corner > 0.02 || patch > 0.12;
                self.wrong += usize::from(wrong);
                self.loose += usize::from(corner > 0.005);
                self.corners.push(corner);
                if wrong || corner > 0.005 {
                    say(&format!(
                        "seed {seed}: corner {corner:.4} patch {patch:.3} conf {:.2}",
                        found.confidence
                    ));
                }
            }
            Err(refusal) => {
                *self.refused.entry(refusal.code()).or_default() += 1;
                say(&format!("seed {seed}: {refusal}"));
            }
        }
    }

    fn report(&mut self, what: &str, of: u64) {
        self.corners.sort_by(f64::total_cmp);
        let at = |q: f64| self.corners.get((q * self.corners.len() as f64) as usize).copied().unwrap_or(0.0);
        say(&format!(
            "{what}: {} of {of} found, {} wrong, {} beyond 0.5 %, corners median {:.4} p95 {:.4}, refused {:?}",
            self.found,
            self.wrong,
            self.loose,
            at(0.5),
            at(0.95),
            self.refused
        ));
    }
}

fn run(what: &str, first: u64, wish: Wish) -> Tally {
    let mut tally = Tally::default();
    for seed in first..first + many() {
        let shot = shot(seed, wish);
        tally.count(seed, &shot, find(&shot.picture(), None));
    }
    tally.report(what, many());
    tally
}

#[test]
fn classics_are_found_in_any_pose_and_light() {
    let tally = run("classic", 1000, Wish::default());
    assert!(tally.wrong == 0 && tally.found as u64 * 10 >= many() * 9, "{tally:?}");
}

#[test]
fn sgs_are_found_in_any_pose_and_light() {
    let wish = Wish { chart: Some(Chart::Sg140), size: (0.5, 0.95), ..Wish::default() };
    let tally = run("sg", 2000, wish);
    assert!(tally.wrong == 0 && tally.found as u64 * 10 >= many() * 8, "{tally:?}");
}

#[test]
fn small_charts_are_found_or_refused() {
    let wish = Wish { width: 1000, height: 750, size: (0.15, 0.3), ..Wish::default() };
    let tally = run("small", 2500, wish);
    assert!(tally.wrong == 0 && tally.found as u64 * 10 >= many() * 6, "{tally:?}");
}

#[test]
fn one_of_two_charts_is_taken_and_the_other_counted() {
    let mut counted = 0;
    for seed in 8000..8000 + many() {
        let (a, b) =
            (shot(seed, Wish::default()), shot(seed + 500, Wish { size: (0.5, 0.9), ..Wish::default() }));
        let rows = a.rgb.chunks(a.width).zip(b.rgb.chunks(b.width));
        let rgb: Vec<[f32; 3]> = rows.flat_map(|(a, b)| a.iter().chain(b).copied()).collect();
        let Ok(found) = find(&Picture { width: a.width + b.width, height: a.height, rgb: &rgb }, None) else {
            continue;
        };
        let right = Shot { corners: b.corners.map(|[x, y]| [x + a.width as f64, y]), ..b };
        assert!(corner_error(&found, &a).min(corner_error(&found, &right)) < 0.02, "{seed}");
        counted += u64::from(found.others == 1);
    }
    say(&format!("both seen in {counted} of {}", many()));
    assert!(counted * 10 >= many() * 7);
}

#[test]
fn a_chart_that_was_not_asked_for_is_refused() {
    let shot = shot(1000, Wish::default());
    let refusal = find(&shot.picture(), Some(Chart::Sg140)).unwrap_err();
    assert_eq!(refusal, Refusal::OtherChart { wanted: Chart::Sg140, found: Chart::Classic24 });
    assert_eq!(find(&shot.picture(), Some(Chart::Classic24)).unwrap().chart, Chart::Classic24);
}

#[test]
fn mirrored_charts_are_an_error_of_their_own() {
    for (first, chart) in [(3000, Chart::Classic24), (3500, Chart::Sg140)] {
        let wish = Wish { chart: Some(chart), mirrored: true, size: (0.6, 0.95), ..Wish::default() };
        let tally = run("mirrored", first, wish);
        let told = tally.refused.get("E-CHART-MIRRORED").copied().unwrap_or(0) as u64;
        assert!(tally.found == 0 && told * 10 >= many() * 9, "{tally:?}");
    }
}

#[test]
fn charts_partly_outside_are_refused() {
    for (first, chart) in [(4000, Chart::Classic24), (4500, Chart::Sg140)] {
        let wish = Wish { chart: Some(chart), cut: true, size: (0.6, 1.2), ..Wish::default() };
        let tally = run("cut", first, wish);
        assert!(tally.found == 0, "{tally:?}");
    }
}

#[test]
fn covered_patches_are_doubted() {
    let wish = Wish { covered: 3, size: (0.4, 0.95), ..Wish::default() };
    let mut tally = Tally::default();
    let (mut told, mut all) = (0, 0);
    for seed in 5000..5000 + many() {
        let shot = shot(seed, wish);
        let found = find(&shot.picture(), None);
        if let Ok(found) = &found {
            all += shot.covered.len();
            told += shot.covered.iter().filter(|&&at| found.patches[at].doubt.is_some()).count();
        }
        tally.count(seed, &shot, found);
    }
    tally.report("covered", many());
    say(&format!("covered patches doubted: {told} of {all}"));
    assert!(tally.wrong == 0 && tally.found as u64 * 10 >= many() * 8, "{tally:?}");
}

#[test]
fn clutter_is_no_chart() {
    let wish = Wish { chart: None, ..Wish::default() };
    for seed in 6000..6000 + 4 * many() {
        let shot = shot(seed, wish);
        let found = find(&shot.picture(), None);
        assert!(matches!(found, Err(Refusal::NotFound)), "{seed}: {found:?}");
    }
}

#[test]
fn a_persons_corners_are_sharpened_and_turned() {
    let mut dice = Dice::new(9);
    for seed in 7000..7000 + many() {
        let shot = shot(seed, Wish { size: (0.4, 0.95), ..Wish::default() });
        let side = (shot.corners[0][0] - shot.corners[1][0]).hypot(shot.corners[0][1] - shot.corners[1][1]);
        let rough = shot.corners.map(|at| at.map(|v| v + 0.01 * side * dice.between(-1.0, 1.0)));
        for turn in 0..4 {
            let given = std::array::from_fn(|k| rough[(k + turn) % 4]);
            match sample_at(&shot.picture(), Chart::Classic24, given) {
                Ok(found) => {
                    let error = corner_error(&found, &shot);
                    assert!(error < 0.01 && patch_error(&found, &shot) < 0.12, "{seed}: {error}");
                    assert_eq!(found.notes.iter().any(|note| note.contains("another order")), turn > 0);
                }
                Err(refusal) => {
                    assert!(matches!(refusal, Refusal::TooManyDoubtful { .. }), "{seed}: {refusal}")
                }
            }
        }
    }
}

#[test]
fn no_input_panics() {
    let nothing = Picture { width: 0, height: 0, rgb: &[] };
    assert_eq!(find(&nothing, None).unwrap_err(), Refusal::Picture);
    let short = Picture { width: 9, height: 9, rgb: &[[0.0; 3]; 3] };
    assert_eq!(find(&short, None).unwrap_err(), Refusal::Picture);
    for fill in [f32::NAN, f32::INFINITY, f32::MIN, 0.0, 1e30] {
        for (width, height) in [(1, 1), (2, 40), (40, 3), (17, 17), (64, 48)] {
            let rgb = vec![[fill, 0.5, fill]; width * height];
            let picture = Picture { width, height, rgb: &rgb };
            assert!(find(&picture, Some(Chart::Sg140)).is_err());
            let (w, h) = (width as f64, height as f64);
            for corners in [
                [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]],
                [[0.0; 2]; 4],
                [[f64::NAN; 2]; 4],
                [[0.0, 0.0], [1e300, 0.0], [1e300, 1e300], [0.0, 1e300]],
            ] {
                assert!(sample_at(&picture, Chart::Classic24, corners).is_err());
            }
        }
    }
}
