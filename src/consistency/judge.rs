//! How far a shot is moved: what its evidence asks for, unless it contradicts itself, stands alone with an
//! odd claim, or asks for too much. Judges one shot at a time; weighs nothing anew across the set.

use super::axes::{self, EV, EXPOSURE};
use super::solution::{Flag, Source};

/// What is known of a shot's light, on the axes and relative to the gauge.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// What each reading says, and its variance.
    pub(super) readings: Vec<(Source, [f64; 3], [f64; 3])>,
    /// The set's solution for this shot.
    pub(super) light: [f64; 3],
    /// The variance of light within the set.
    pub(super) spread: [f64; 3],
}

/// What is done to a shot, on the axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) correction: [f64; 3],
    pub(super) sigma: [f64; 3],
}

/// Readings further apart than this many standard deviations contradict each other …
const APART: f64 = 4.0;
/// … if they are also this far apart: 0.1 EV, or 2 % of colour.
const NOTABLE: [f64; 3] = [0.1 * EV, 0.02, 0.02];
/// Light further from the usual than this many standard deviations is odd …
const ODD: f64 = 3.0;
/// … if it is also this far from it: 0.3 EV, or 4 % of colour.
const UNUSUAL: [f64; 3] = [0.3 * EV, 0.04, 0.04];
/// The largest correction of exposure, EV.
const MOST_EV: f64 = 1.5;
/// The largest correction of a channel against the others.
const MOST_TINT: f64 = 0.25;
/// Standard deviations that can be seen: 0.1 EV, 2 % of colour.
const VISIBLE: [f64; 3] = NOTABLE;

/// Decides on a shot, given the light that is usual in its group, and notes the doubts.
pub(super) fn judge(known: &Known, usual: [f64; 3], flags: &mut Vec<Flag>) -> Verdict {
    if known.readings.is_empty() {
        flags.push(Flag::NoEvidence);
        return Verdict { correction: [0.0; 3], sigma: [f64::INFINITY; 3] };
    }
    let mut sigma = sigma(known);
    let mut light = known.light;
    let mut agreed = true;
    match dissent(known, usual) {
        Dissent::None => {}
        Dissent::One(odd) => {
            flags.push(Flag::Outvoted(known.readings[odd].0));
            light = without(known, odd, usual);
        }
        Dissent::All => {
            agreed = false;
            flags.push(contradiction(&known.readings));
            for axis in 0..3 {
                let (low, high) = range(&known.readings, axis);
                light[axis] = nearest(0.0, low, high);
                sigma[axis] = sigma[axis].max(0.5 * (high - low));
            }
        }
    }
    let by_product = known.readings.iter().all(|r| r.0 == Source::Product);
    if by_product {
        flags.push(Flag::ProductAlone);
    }
    if agreed && is_odd(known, light, usual) {
        if by_product {
            flags.push(Flag::Unconfirmed);
            light = [0, 1, 2].map(|axis| {
                let reach = excess(known, axis);
                nearest(light[axis], usual[axis] - reach, usual[axis] + reach)
            });
        } else {
            flags.push(Flag::OddLight);
        }
    }
    let mut correction = light.map(|l| -l);
    if correction[EXPOSURE].abs() > MOST_EV * EV || axes::tint(correction) > MOST_TINT {
        flags.push(Flag::Refused);
        correction = [0.0; 3];
    } else if agreed && sigma.iter().zip(VISIBLE).any(|(s, v)| *s > v) {
        flags.push(Flag::Uncertain);
    }
    Verdict { correction, sigma }
}

/// Standard deviations of the light from all readings and the spread of the set.
fn sigma(known: &Known) -> [f64; 3] {
    [0, 1, 2].map(|axis| {
        let precision: f64 = known.readings.iter().map(|r| 1.0 / r.2[axis]).sum();
        1.0 / (precision + 1.0 / known.spread[axis]).sqrt()
    })
}

enum Dissent {
    /// All agree.
    None,
    /// One against at least two that agree.
    One(usize),
    /// Nobody knows who is right.
    All,
}

type Says = (Source, [f64; 3], [f64; 3]);

/// Whether and how the readings dissent. Of two that contradict each other the set's usual light is the
/// witness: one that asks for an odd light is believed less than one that does not.
fn dissent(known: &Known, usual: [f64; 3]) -> Dissent {
    let readings = &known.readings;
    let count = readings.len();
    let pairs: Vec<(usize, usize)> = (0..count)
        .flat_map(|a| (a + 1..count).map(move |b| (a, b)))
        .filter(|&(a, b)| contradict(&readings[a], &readings[b]))
        .collect();
    if pairs.is_empty() {
        return Dissent::None;
    }
    let alone = |i: &usize| pairs.len() == count - 1 && pairs.iter().all(|p| p.0 == *i || p.1 == *i);
    let odd = |i: &usize| is_odd(known, readings[*i].1, usual);
    let mut suspects = (0..count).filter(|i| alone(i) && (count > 2 || odd(i)));
    match (suspects.next(), suspects.next()) {
        (Some(one), None) => Dissent::One(one),
        _ => Dissent::All,
    }
}

fn contradict(a: &Says, b: &Says) -> bool {
    (0..3).any(|axis| {
        let gap = (a.1[axis] - b.1[axis]).abs();
        gap > NOTABLE[axis] && gap > APART * (a.2[axis] + b.2[axis]).sqrt()
    })
}

/// How far light may be from the usual without being odd.
fn excess(known: &Known, axis: usize) -> f64 {
    UNUSUAL[axis].max(ODD * known.spread[axis].sqrt())
}

fn is_odd(known: &Known, light: [f64; 3], usual: [f64; 3]) -> bool {
    (0..3).any(|axis| (light[axis] - usual[axis]).abs() > excess(known, axis))
}

/// The light by all readings but one, drawn to the usual as the set's spread demands.
fn without(known: &Known, odd: usize, usual: [f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|axis| {
        let prior = 1.0 / known.spread[axis];
        let rest = known.readings.iter().enumerate().filter(|(i, _)| *i != odd);
        let (sum, weight) = rest.fold((prior * usual[axis], prior), |(sum, weight), (_, r)| {
            (sum + r.1[axis] / r.2[axis], weight + 1.0 / r.2[axis])
        });
        sum / weight
    })
}

fn range(readings: &[Says], axis: usize) -> (f64, f64) {
    readings.iter().map(|r| r.1[axis]).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)))
}

/// The value between `low` and `high` that is nearest to `v`.
fn nearest(v: f64, low: f64, high: f64) -> f64 {
    v.max(low).min(high)
}

fn contradiction(readings: &[Says]) -> Flag {
    let gap = [0, 1, 2].map(|axis| {
        let (low, high) = range(readings, axis);
        high - low
    });
    Flag::Contradiction { ev: gap[EXPOSURE] / EV, tint: gap[1].hypot(gap[2]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(source: Source, ev: f64) -> Says {
        (source, [ev * EV, 0.0, 0.0], [0.001, 1e-5, 1e-5])
    }

    fn judged(readings: Vec<Says>, light: f64) -> (Verdict, Vec<Flag>) {
        let mut flags = Vec::new();
        let known = Known { readings, light: [light * EV, 0.0, 0.0], spread: [0.1, 1e-3, 1e-4] };
        let verdict = judge(&known, [0.0; 3], &mut flags);
        (verdict, flags)
    }

    #[test]
    fn two_that_agree_outvote_the_third() {
        let three = [(Source::Backdrop, 0.4), (Source::Product, 0.0), (Source::Grey, 0.41)];
        let (verdict, flags) = judged(three.map(|(s, ev)| says(s, ev)).to_vec(), 0.3);
        assert_eq!(flags, [Flag::Outvoted(Source::Product)]);
        assert!((verdict.correction[EXPOSURE] / EV + 0.405).abs() < 0.01, "{verdict:?}");
    }

    #[test]
    fn two_that_contradict_move_the_shot_as_far_as_both_say() {
        for (a, b, wanted) in [(0.5, 0.0, 0.0), (0.5, 0.2, -0.2), (-0.3, 0.3, 0.0), (-0.6, -0.2, 0.2)] {
            let (verdict, flags) =
                judged(vec![says(Source::Backdrop, a), says(Source::Product, b)], 0.5 * (a + b));
            assert!(
                matches!(flags[..], [Flag::Contradiction { ev, .. }] if (ev - f64::abs(a - b)).abs() < 1e-9)
            );
            assert!((verdict.correction[EXPOSURE] / EV - wanted).abs() < 1e-9, "{a} {b}: {verdict:?}");
            assert!(verdict.sigma[EXPOSURE] / EV >= 0.5 * f64::abs(a - b) - 1e-9);
        }
    }

    #[test]
    fn odd_light_is_corrected_where_all_agree_and_refused_beyond_the_limits() {
        let both = |ev: f64| vec![says(Source::Backdrop, ev), says(Source::Product, ev)];
        let (verdict, flags) = judged(both(-1.4), -1.4);
        assert_eq!(flags, [Flag::OddLight]);
        assert!((verdict.correction[EXPOSURE] / EV - 1.4).abs() < 1e-9);
        let (verdict, flags) = judged(both(-1.6), -1.6);
        assert_eq!(flags, [Flag::OddLight, Flag::Refused]);
        assert_eq!(verdict.correction, [0.0; 3]);
    }

    #[test]
    fn no_reading_moves_nothing() {
        let (verdict, flags) = judged(Vec::new(), 0.0);
        assert_eq!((verdict.correction, &flags[..]), ([0.0; 3], &[Flag::NoEvidence][..]));
        assert!(verdict.sigma.iter().all(|s| s.is_infinite()));
    }
}
