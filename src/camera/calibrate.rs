//! From samples to a calibration, or to the reason why there is none.

use serde::{Deserialize, Serialize};

use crate::chart::reference::{Reference, ReferencePatch};
use crate::image::{Primaries, delta_e2000, invert, lab_from_working, working_from_lab};

use super::error::CalibrateError;
use super::fit::{Fitted, Patch, fit};
use super::metric::Metric;
use super::model::{Kind, Model};
use super::score::{Score, tidy};
use super::select::{Trial, choose, error, outer, trials};

/// Mean and largest error on patches left out above which a chart was not read right, whatever the camera.
const ABSURD: [f64; 2] = [8.0, 40.0];
/// The most patches for which choosing is left out of the choice as well.
const MANY: usize = 48;
/// Of this many patches one may be missing.
const MISSING: usize = 6;

/// What a photograph shows of a patch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Its mean in linear working light.
    pub rgb: [f64; 3],
    /// Whether it may be learnt from: neither clipped nor in glare nor covered.
    pub usable: bool,
}

/// How to calibrate.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// From the file's own linear channels to working light, as its profile says: curves and roots act on the
    /// channels that the camera wrote.
    pub to_working: [[f64; 3]; 3],
    /// Whether to measure the error of choosing as well ([`Errors::choosing`]): a second, for a chart of 24 patches.
    /// Charts of more than 48 go without, for there it would take minutes and matters little.
    pub choosing: bool,
}

impl Default for Options {
    /// sRGB's primaries; measures everything.
    fn default() -> Self {
        let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        Self { to_working: Primaries::SRGB.to_working().unwrap_or(identity), choosing: true }
    }
}

/// Colour errors, CIEDE2000, of the patches that were used.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Errors {
    /// The photograph as it is.
    pub before: Score,
    /// The model on the patches it was made from. Says little.
    pub training: Score,
    /// Each patch by the same kind of model made without it.
    pub left_out: Score,
    /// Each patch by a kind that was chosen and a model that was made without it: the honest one, where measured.
    pub choosing: Option<Score>,
}

/// How one kind of model did on patches left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialScore {
    /// The kind.
    pub kind: Kind,
    /// Its errors.
    pub left_out: Score,
}

/// A patch before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatchResult {
    /// Its name on the chart.
    pub name: String,
    /// Its true Lab, D50.
    pub lab: [f64; 3],
    /// Its Lab in the photograph, and by the model.
    pub lab_before: [f64; 3],
    /// See `lab_before`.
    pub lab_after: [f64; 3],
    /// Its error in the photograph.
    pub before: f64,
    /// Its error by the model.
    pub after: f64,
    /// Its error by a model that was made without it; none where it was not used at all.
    pub left_out: Option<f64>,
    /// Why it was not used.
    pub unused: Option<String>,
}

/// What the light and the camera allow, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// Mean at most 2, 95 % within 5: true for trade.
    Good,
    /// Mean at most 4: true to the eye, not side by side.
    Fair,
    /// Worse.
    Poor,
}

impl Quality {
    fn of(score: &Score) -> Self {
        match score {
            s if s.mean <= 2.0 && s.p95 <= 5.0 => Self::Good,
            s if s.mean <= 4.0 => Self::Fair,
            _ => Self::Poor,
        }
    }

    /// What it means, for a person.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Good => "good: colours can be trusted",
            Self::Fair => "fair: check the colours that matter against the goods",
            Self::Poor => "poor: the light lacks colours, is uneven or glares; photograph the chart again",
        }
    }
}

/// A camera model and how good it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The model.
    pub model: Model,
    /// Its errors.
    pub errors: Errors,
    /// What the light and the camera allow.
    pub quality: Quality,
    /// Stops by which light rose over the chart, to its right end and to its bottom. The light's unevenness is taken
    /// out of all errors but those of the photograph and of white balance.
    pub light: [f64; 2],
    /// Every kind that could be tried on patches left out, the simplest first.
    pub trials: Vec<TrialScore>,
    /// Every patch, in the chart's order.
    pub patches: Vec<PatchResult>,
}

/// The camera model of a photographed chart; `samples` in the order of the reference.
///
/// # Errors
/// [`CalibrateError`] where the photograph does not give a model that is certain to help.
pub fn calibrate(
    samples: &[Sample],
    reference: &Reference,
    options: &Options,
) -> Result<Calibration, CalibrateError> {
    let (all, unused) = prepare(samples, reference)?;
    let used: Vec<&Patch> = all.iter().zip(&unused).filter(|(_, u)| u.is_none()).map(|(p, _)| p).collect();
    let basis = invert(options.to_working).ok_or(CalibrateError::Basis)?;
    let trials = trials(&used, &basis);
    let chosen = choose(&trials).ok_or(CalibrateError::NoModel)?;
    let fitted = fit(chosen.kind, &used, &basis).ok_or(CalibrateError::NoModel)?;
    let score = |error: &dyn Fn(&Patch) -> f64| Score::of(&used.iter().map(|p| error(p)).collect::<Vec<_>>());
    let before = score(&|p| delta_e2000(p.lab, lab_from_working(p.rgb)));
    if chosen.score.mean >= before.mean {
        return Err(CalibrateError::NotBetter { before: before.mean, after: chosen.score.mean });
    }
    if chosen.score.mean > ABSURD[0] || chosen.score.max > ABSURD[1] {
        return Err(CalibrateError::Absurd { score: chosen.score });
    }
    let choosing = (options.choosing && used.len() <= MANY)
        .then(|| Score::of(&outer(&used, &basis)))
        .filter(Score::finite);
    let training = score(&|p| error(&fitted, p));
    let tried = |t: &Trial| t.score.finite().then_some(TrialScore { kind: t.kind, left_out: t.score.tidy() });
    Ok(Calibration {
        errors: Errors {
            before: before.tidy(),
            training: training.tidy(),
            left_out: chosen.score.tidy(),
            choosing: choosing.map(Score::tidy),
        },
        quality: Quality::of(choosing.as_ref().unwrap_or(&chosen.score)),
        light: fitted.slope(reference.size()).map(tidy),
        trials: trials.iter().filter_map(tried).collect(),
        patches: results(&all, &unused, reference, &fitted, &chosen.errors),
        model: fitted.model,
    })
}

/// Every patch before and after; `errors` are those of the used ones, left out.
fn results(
    all: &[Patch],
    unused: &[Option<&str>],
    reference: &Reference,
    fitted: &Fitted,
    errors: &[f64],
) -> Vec<PatchResult> {
    let mut errors = errors.iter().copied().map(tidy);
    let result = |((patch, truth), unused): ((&Patch, &ReferencePatch), &Option<&str>)| PatchResult {
        name: truth.name.clone(),
        lab: patch.lab,
        lab_before: lab_from_working(patch.rgb).map(tidy),
        lab_after: lab_from_working(fitted.predict(patch)).map(tidy),
        before: tidy(delta_e2000(patch.lab, lab_from_working(patch.rgb))),
        after: tidy(error(fitted, patch)),
        left_out: if unused.is_none() { errors.next() } else { None },
        unused: unused.map(String::from),
    };
    all.iter().zip(&reference.patches).zip(unused).map(result).collect()
}

/// The patches of a chart, and why some are not used.
type Prepared = (Vec<Patch>, Vec<Option<&'static str>>);

/// The chart's patches as the fits see them.
fn prepare(samples: &[Sample], reference: &Reference) -> Result<Prepared, CalibrateError> {
    let count = reference.patches.len();
    if samples.len() != count {
        let chart = reference.name.clone();
        return Err(CalibrateError::Count { samples: samples.len(), patches: count, chart });
    }
    let sane = |s: &Sample| s.rgb.iter().all(|v| v.abs() < 1e3) && s.rgb.iter().sum::<f64>() > 0.0;
    let patch = |(i, (sample, truth)): (usize, (&Sample, &ReferencePatch))| Patch {
        rgb: if sane(sample) { sample.rgb } else { [0.0; 3] },
        at: reference.place(i),
        lab: truth.lab,
        target: working_from_lab(truth.lab),
        metric: Metric::new(truth.lab),
    };
    let all: Vec<Patch> = samples.iter().zip(&reference.patches).enumerate().map(patch).collect();
    let reason = |s: &Sample| {
        if !sane(s) {
            Some("no light")
        } else if !s.usable {
            Some("clipped, in glare or covered")
        } else {
            None
        }
    };
    let mut unused: Vec<Option<&str>> = samples.iter().map(reason).collect();
    check_greys(&all, &mut unused, reference)?;
    let usable = unused.iter().filter(|u| u.is_none()).count();
    let needed = count - count / MISSING;
    if usable < needed || count < 2 * MISSING {
        return Err(CalibrateError::TooFew { usable, patches: count, needed: needed.max(2 * MISSING) });
    }
    Ok((all, unused))
}

/// Sees to it that greys become lighter as the chart's do. A white that is no lighter than the next grey was clipped
/// by the camera below the file's highest code: it is left out.
fn check_greys(
    all: &[Patch],
    unused: &mut [Option<&'static str>],
    reference: &Reference,
) -> Result<(), CalibrateError> {
    let mut greys: Vec<usize> = (0..all.len()).filter(|i| unused[*i].is_none() && all[*i].grey()).collect();
    greys.sort_by(|a, b| all[*a].lab[0].total_cmp(&all[*b].lab[0]));
    let seen = |i: usize| lab_from_working(all[i].rgb)[0];
    for (k, lighter) in greys.iter().enumerate() {
        for darker in &greys[..k] {
            let apart = all[*lighter].lab[0] - all[*darker].lab[0] > 8.0;
            if !apart || unused[*darker].is_some() || seen(*lighter) > seen(*darker) {
                continue;
            }
            if all[*lighter].lab[0] < 90.0 {
                let name = |i: usize| reference.patches.get(i).map_or_else(String::new, |p| p.name.clone());
                return Err(CalibrateError::GreyRamp { darker: name(*darker), lighter: name(*lighter) });
            }
            unused[*lighter] = Some("clipped: no lighter than a darker grey");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
