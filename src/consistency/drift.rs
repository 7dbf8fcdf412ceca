//! How the light moves while a set is shot: exposure and colour over the capture times. It reports what was
//! measured and corrects nothing.

use serde::Serialize;

use super::observation::Observation;
use super::solution::{Flag, Solution};
use super::trend::Trend;

/// Change of ln(R/B) of a white in working light a mired, at 5,500 K on the CIE daylight locus.
const WARMTH: f64 = 0.0081;
/// The temperature about which kelvin are told.
const KELVIN: f64 = 5500.0;

/// A shot's light against the gauge (the chart's shot or the set's median).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DriftPoint {
    /// Which shot.
    pub shot: usize,
    /// Hours since the first timed shot.
    pub hours: f64,
    /// How much brighter, EV.
    pub ev: f64,
    /// Red over green.
    pub red_green: f64,
    /// Blue over green.
    pub blue_green: f64,
    /// Standard deviation of `ev`.
    pub ev_sigma: f64,
    /// Standard deviation of the ratios, as a share.
    pub ratio_sigma: f64,
    /// Whether the shot has a flag of its own.
    pub flagged: bool,
}

/// How the light moves over time; trends are an hour.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Drift {
    /// Exposure, EV.
    pub exposure: Trend,
    /// Red over green.
    pub red_green: Trend,
    /// Blue over green.
    pub blue_green: Trend,
    /// Colour temperature, approximate kelvin about 5,500 K; negative where the light gets warmer. From the
    /// trend of the logarithm of red over blue.
    pub kelvin: Trend,
    /// The shots by time.
    pub points: Vec<DriftPoint>,
}

impl Drift {
    /// Drift over the shots that have a time and a measured light; `None` with fewer than five, or all at
    /// once.
    pub(super) fn of(shots: &[Observation], solution: &Solution) -> Option<Self> {
        let time = |shot: usize| shots.get(shot).and_then(|o| o.time).filter(|t| t.is_finite());
        let first = (0..shots.len()).filter_map(time).fold(f64::MAX, f64::min);
        let mut points: Vec<DriftPoint> = (0..shots.len())
            .filter(|&i| solution.sigma[i].is_finite())
            .filter_map(|i| time(i).map(|t| point(i, (t - first) / 3600.0, solution)))
            .collect();
        points.sort_by(|a, b| a.hours.total_cmp(&b.hours));
        // A light that is not sure, or not of this set, is shown but has no say.
        let told = |f: &Flag| matches!(f, Flag::Contradiction { .. } | Flag::Unconfirmed | Flag::Apart);
        let used = |p: &&DriftPoint| !solution.flags[p.shot].iter().any(told);
        let trend = |value: &dyn Fn(&DriftPoint) -> f64| {
            let values: Vec<_> = points.iter().filter(used).map(|p| (p.hours, value(p))).collect();
            Trend::through(&values)
        };
        let per_kelvin = -KELVIN * KELVIN / 1e6 / WARMTH;
        Some(Self {
            exposure: trend(&|p| p.ev)?,
            red_green: trend(&|p| p.red_green)?,
            blue_green: trend(&|p| p.blue_green)?,
            kelvin: trend(&|p| -per_kelvin * (p.blue_green / p.red_green).ln())?,
            points,
        })
    }
}

/// The light is what the gains asked for undo.
fn point(shot: usize, hours: f64, solution: &Solution) -> DriftPoint {
    let [r, g, b] = solution.asked[shot].map(|gain| 1.0 / gain);
    DriftPoint {
        shot,
        hours,
        ev: (r * g * b).cbrt().log2(),
        red_green: r / g,
        blue_green: b / g,
        ev_sigma: solution.sigma[shot],
        ratio_sigma: solution.tint_sigma[shot],
        flagged: solution.flags[shot].iter().any(|f| !f.is_of_the_set()),
    }
}
