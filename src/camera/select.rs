//! Which kind of model to trust: by the error on patches that it has not seen, never by how well it fits.
//!
//! Nested leave-one-out: the patch is taken out of everything (gains, curve, matrix, weights), the whole fit is
//! made again, and the patch is predicted. Choosing is a fit as well, so its error is measured the same way, once
//! more around: M. Stone, "Cross-validatory choice and assessment of statistical predictions", 1974.

use crate::image::{delta_e2000, lab_from_working};

use super::fit::{Fitted, Patch, fit};
use super::model::Kind;
use super::score::Score;

/// A kind that has a patch further off than this many medians of its own errors has invented something there.
const SPREAD: f64 = 2.5;

/// A kind of model and its errors on patches left out.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trial {
    /// The kind.
    pub(super) kind: Kind,
    /// The error of each patch, infinite where the others make no model.
    pub(super) errors: Vec<f64>,
    /// All of them.
    pub(super) score: Score,
}

/// Every kind, tried on each patch without it.
pub(super) fn trials(patches: &[&Patch], basis: &[[f64; 3]; 3]) -> Vec<Trial> {
    let trial = |kind| {
        let errors: Vec<f64> = (0..patches.len())
            .map(|i| fit(kind, &without(patches, i), basis).map_or(f64::INFINITY, |f| error(&f, patches[i])))
            .collect();
        Trial { kind, score: Score::of(&errors), errors }
    };
    Kind::ALL.map(trial).to_vec()
}

/// The trial with the least mean error among those that may be trusted; of equals the simplest. One may where its
/// worst patch is in keeping with the rest, or no worse than white balance leaves it.
pub(super) fn choose(trials: &[Trial]) -> Option<&Trial> {
    let plain = trials.iter().find(|t| t.kind == Kind::WhiteBalance)?;
    let sound = |t: &&Trial| t.score.max < SPREAD * t.score.median || t.score.max <= plain.score.max;
    let finite = |t: &&Trial| t.score.mean.is_finite();
    trials.iter().filter(finite).filter(sound).min_by(|a, b| a.score.mean.total_cmp(&b.score.mean))
}

/// The errors of choosing and fitting, each patch left out of both.
pub(super) fn outer(patches: &[&Patch], basis: &[[f64; 3]; 3]) -> Vec<f64> {
    (0..patches.len())
        .map(|i| {
            let rest = without(patches, i);
            let chosen = choose(&trials(&rest, basis)).and_then(|t| fit(t.kind, &rest, basis));
            chosen.map_or(f64::INFINITY, |f| error(&f, patches[i]))
        })
        .collect()
}

/// How far a model is off on a patch.
pub(super) fn error(fitted: &Fitted, patch: &Patch) -> f64 {
    delta_e2000(patch.lab, lab_from_working(fitted.predict(patch)))
}

fn without<'a>(patches: &[&'a Patch], i: usize) -> Vec<&'a Patch> {
    patches.iter().enumerate().filter(|(k, _)| *k != i).map(|(_, p)| *p).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::camera::metric::Metric;
    use crate::chart::reference::{Chart, Edition, published};
    use crate::image::working_from_lab;

    const BASIS: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    /// The chart through a camera that bends light and mixes channels.
    fn patches() -> Vec<Patch> {
        let reference = published(Chart::Classic24, Edition::After2014).unwrap();
        let patch = |(i, p): (usize, &crate::chart::reference::ReferencePatch)| {
            let target = working_from_lab(p.lab);
            let [r, g, b] = target.map(|v| v.max(0.0).powf(0.85));
            let rgb = [0.8 * r + 0.1 * g, 0.1 * r + 0.9 * g, 0.1 * g + 0.6 * b];
            Patch { rgb, at: reference.place(i), lab: p.lab, target, metric: Metric::new(p.lab) }
        };
        reference.patches.iter().enumerate().map(patch).collect()
    }

    /// The patch left out has no say: with another truth for it, or another light, only its own error changes, to that
    /// of a model made from the others alone.
    #[test]
    fn a_patch_left_out_has_no_say() {
        let mut patches = patches();
        patches[14].lab = [60.0, -20.0, 30.0];
        patches[14].target = working_from_lab(patches[14].lab);
        patches[14].metric = Metric::new(patches[14].lab);
        let all: Vec<&Patch> = patches.iter().collect();
        let others: Vec<&Patch> = patches[..14].iter().chain(&patches[15..]).collect();
        for trial in trials(&all, &BASIS) {
            let alone = fit(trial.kind, &others, &BASIS).unwrap();
            let wanted = delta_e2000(patches[14].lab, lab_from_working(alone.predict(&patches[14])));
            assert!((trial.errors[14] - wanted).abs() < 1e-12 && wanted > 20.0, "{:?}: {wanted}", trial.kind);
        }
    }

    #[test]
    fn choosing_is_left_out_as_well() {
        let patches = patches();
        let all: Vec<&Patch> = patches.iter().take(21).collect();
        let errors = outer(&all, &BASIS);
        let rest = without(&all, 3);
        let chosen = fit(choose(&trials(&rest, &BASIS)).unwrap().kind, &rest, &BASIS).unwrap();
        assert!((errors[3] - error(&chosen, all[3])).abs() < 1e-12);
    }

    fn trial(kind: Kind, errors: &[f64]) -> Trial {
        Trial { kind, errors: errors.to_vec(), score: Score::of(errors) }
    }

    #[test]
    fn the_least_error_is_chosen_where_it_can_be_trusted() {
        let plain = trial(Kind::WhiteBalance, &[4.0, 5.0, 6.0, 7.0]);
        let matrix = trial(Kind::Matrix, &[3.0, 4.0, 4.0, 5.0]);
        let wild = trial(Kind::Roots, &[0.5, 1.0, 1.0, 9.0]);
        let none = trial(Kind::CurvesRoots, &[0.1, 0.1, 0.1, f64::INFINITY]);
        let kind =
            |trials: &[&Trial]| choose(&trials.iter().copied().cloned().collect::<Vec<_>>()).map(|t| t.kind);
        assert_eq!(kind(&[&plain, &matrix, &wild, &none]), Some(Kind::Matrix));
        let calm = trial(Kind::CurvesMatrix, &[0.5, 1.0, 1.0, 6.5]);
        assert_eq!(kind(&[&plain, &matrix, &calm]), Some(Kind::CurvesMatrix));
        let worse = trial(Kind::Matrix, &[6.0, 6.0, 6.0, 6.0]);
        assert_eq!(kind(&[&plain, &worse]), Some(Kind::WhiteBalance));
        assert_eq!(kind(&[&matrix]), None);
        assert_eq!(kind(&[&trial(Kind::WhiteBalance, &[f64::INFINITY])]), None);
    }
}
