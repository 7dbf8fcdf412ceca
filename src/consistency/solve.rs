//! The way through: evidence, the three axes, the gauge, the judgement, the drift.

use super::axes;
use super::drift::Drift;
use super::evidence::{Evidence, Set};
use super::judge::{Known, judge};
use super::model::{self, EXPOSURE, Solved, TINT, WARMTH};
use super::observation::Observation;
use super::solution::{Flag, Solution};

/// Solves a set of shots together.
///
/// Gains are relative to the chart's shot (the mean of several), and without one to the median of the set, so
/// that the set as a whole moves little. Any input has an answer: what cannot be known is not moved, and
/// flagged.
#[must_use]
pub fn solve(shots: &[Observation]) -> Solution {
    let mut flags = vec![Vec::new(); shots.len()];
    let set = Set::gather(shots, &mut flags);
    let mut solved = [(0, EXPOSURE), (1, WARMTH), (2, TINT)].map(|(axis, e)| model::solve(&set, axis, e));
    let usual = anchor(&set, shots, &mut solved, &mut flags);
    let mut solution = Solution::default();
    for ((shot, own), mut flags) in set.by_shot().enumerate().zip(flags) {
        let known = known(&set, &solved, shot, own);
        solution.asked.push(axes::gains(known.light.map(|l| -l)));
        solution.residuals.push(residuals(&solved, shot, own));
        let mut verdict = judge(&known, usual[shot], &mut flags);
        if shots[shot].chart && known.light == [0.0; 3] {
            // The only chart's shot is the gauge, whatever its readings say of each other.
            verdict.correction = [0.0; 3];
        }
        solution.gains.push(axes::gains(verdict.correction));
        solution.ev.push(verdict.correction[axes::EXPOSURE] / axes::EV);
        solution.sigma.push(verdict.sigma[axes::EXPOSURE] / axes::EV);
        solution.tint_sigma.push(verdict.sigma[1].hypot(verdict.sigma[2]));
        solution.flags.push(flags);
    }
    solution.drift = Drift::of(shots, &solution);
    solution
}

/// Moves each group's light so that its chart's shot, or else its median, is 0, and says which groups stand
/// apart. Returns the light that is usual for each shot: its group's median.
fn anchor(
    set: &Set,
    shots: &[Observation],
    solved: &mut [Solved; 3],
    flags: &mut [Vec<Flag>],
) -> Vec<[f64; 3]> {
    let groups = set.groups();
    let has_chart = |members: &[usize]| members.iter().any(|&i| shots[i].chart);
    let main = groups.values().max_by_key(|m| (has_chart(m), m.len(), std::cmp::Reverse(m.first())));
    let main = main.and_then(|m| m.first()).map(|&i| set.group[i]);
    let mut usual = vec![[0.0; 3]; set.shots];
    let mut shift = vec![[0.0; 3]; set.shots];
    for members in groups.values() {
        let charts: Vec<usize> = members.iter().copied().filter(|&i| shots[i].chart).collect();
        for (axis, s) in solved.iter().enumerate() {
            let lights = |of: &[usize]| of.iter().map(|&i| s.light[i]).collect::<Vec<f64>>();
            let middle = median(lights(members));
            let zero = if charts.is_empty() {
                middle
            } else {
                lights(&charts).iter().sum::<f64>() / charts.len() as f64
            };
            members.iter().for_each(|&i| (shift[i][axis], usual[i][axis]) = (zero, middle - zero));
        }
        if members.first().map(|&i| set.group[i]) != main && !has_chart(members) {
            members.iter().for_each(|&i| flags[i].push(Flag::Apart));
        }
    }
    for (axis, s) in solved.iter_mut().enumerate() {
        // A thing belongs to one group; the last of its shots moves it as any other would.
        let mut colours = s.colour.clone();
        set.evidence.iter().for_each(|e| colours[e.thing] = s.colour[e.thing] + shift[e.shot][axis]);
        s.colour = colours;
        s.light.iter_mut().zip(&shift).for_each(|(l, z)| *l -= z[axis]);
    }
    usual
}

/// The middle value, or the mean of the two in the middle; 0 of none.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match (values.get(half), values.len() % 2) {
        (Some(v), 1) => *v,
        (Some(v), _) => 0.5 * (v + values[half - 1]),
        (None, _) => 0.0,
    }
}

/// What is known of a shot's light, with the uncertainty of the colours that tell it.
fn known(set: &Set, solved: &[Solved; 3], shot: usize, own: &[Evidence]) -> Known {
    let pick = |f: &dyn Fn(usize, &Solved) -> f64| [0, 1, 2].map(|axis| f(axis, &solved[axis]));
    let readings = own.iter().map(|e| {
        // The colour comes from the other shots that see the thing.
        let others = 1.0 / (set.seen_by[e.thing] as f64 - 1.0).max(1.0);
        let variance =
            pick(&|axis, s| s.variance_of(e, axis) + others * (s.variance_of(e, axis) + s.variance[shot]));
        (e.source, pick(&|axis, s| s.says(e, axis)), variance)
    });
    Known { readings: readings.collect(), light: pick(&|_, s| s.light[shot]), spread: pick(&|_, s| s.spread) }
}

fn residuals(solved: &[Solved; 3], shot: usize, own: &[Evidence]) -> [Option<[f64; 3]>; 3] {
    let mut all = [None; 3];
    for e in own {
        let off = [0, 1, 2].map(|axis| solved[axis].says(e, axis) - solved[axis].light[shot]);
        all[e.source as usize] = Some(axes::to_logs(off));
    }
    all
}
