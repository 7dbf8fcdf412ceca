//! Drift as panels for `plot`: which quantities, their words and colours. Draws nothing.

use super::drift::{Drift, DriftPoint};
use super::trend::Trend;
use crate::plot::{Mark, Panel};

/// Exposure, R/G and B/G over time.
#[must_use]
pub fn panels(drift: &Drift) -> Vec<Panel> {
    let panel = |label: &str, colour, least, trend: &Trend, unit, value: fn(&DriftPoint) -> [f64; 2]| {
        let mark = |p: &DriftPoint| {
            let [value, sigma] = value(p);
            Mark { hours: p.hours, value, sigma, flagged: p.flagged }
        };
        Panel {
            label: label.into(),
            note: note(trend, unit),
            marks: drift.points.iter().map(mark).collect(),
            trend: Some([trend.start, trend.slope]),
            least,
            colour,
        }
    };
    let kelvin = format!("Blue over green; with red about {:+.0} K an hour", drift.kelvin.slope);
    vec![
        panel("Exposure, EV", [52, 92, 150], 0.2, &drift.exposure, Unit::Ev, |p| [p.ev, p.ev_sigma]),
        panel("Red over green", [176, 84, 62], 0.04, &drift.red_green, Unit::Percent, |p| {
            [p.red_green, p.red_green * p.ratio_sigma]
        }),
        panel(&kelvin, [84, 106, 184], 0.04, &drift.blue_green, Unit::Percent, |p| {
            [p.blue_green, p.blue_green * p.ratio_sigma]
        }),
    ]
}

#[derive(Clone, Copy)]
enum Unit {
    Ev,
    Percent,
}

fn note(trend: &Trend, unit: Unit) -> String {
    let [low, high] = trend.interval;
    let slope = match unit {
        Unit::Ev => format!("{:+.3} EV an hour ({low:+.3} to {high:+.3})", trend.slope),
        Unit::Percent => {
            format!("{:+.2} % an hour ({:+.2} to {:+.2})", 100.0 * trend.slope, 100.0 * low, 100.0 * high)
        }
    };
    let p = if trend.p < 0.001 { "p < 0.001".into() } else { format!("p = {:.3}", trend.p) };
    let verdict = if trend.is_significant() { "drift" } else { "no drift shown" };
    format!("{slope}, {p}: {verdict}")
}
