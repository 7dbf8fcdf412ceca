//! One axis solved for a whole set: each shot's light, each thing's colour, and how far each kind of evidence
//! can be trusted.
//!
//! `seen = colour(thing) + light(shot) + error(kind)`, light and error of zero mean with unknown spreads.
//! Alternates between the best linear unbiased prediction under the spreads and the spreads under the
//! prediction (expectation and maximisation), with Huber's weights on errors and lights. Because light has a
//! spread of its own, a set whose light stands still is not moved by its noise. Things that many products
//! share are solved densely, product keys one at a time, so the cost is linear in shots.

use super::evidence::{COMMON, Evidence, Set};

/// Where Huber's function turns from squares to absolutes, in standard deviations.
const TURN: f64 = 2.0;
/// The mean of Huber's squared influence for normal errors at that turn.
const CONSISTENT: f64 = 0.920_5;
/// How many readings the expectation below is worth.
const EXPECTED: f64 = 6.0;
/// The least error, for readings of a simulation or a still scene: 0.1 %.
const LEAST: f64 = 1e-6;

/// What an axis is expected to be like before any evidence: standard deviations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expectation {
    /// Errors by source.
    pub(super) error: [f64; 3],
    /// Light.
    pub(super) light: f64,
    /// How many shots the expectation of light is worth.
    pub(super) worth: f64,
}

/// Natural logarithms on the axis of exposure: backdrops reflect evenly, products turn and fold.
pub(super) const EXPOSURE: Expectation = Expectation { error: [0.025, 0.12, 0.02], light: 0.3, worth: 1.0 };
/// The same on the axis of warmth.
pub(super) const WARMTH: Expectation = Expectation { error: [0.003, 0.012, 0.003], light: 0.03, worth: 1.0 };
/// The same on the axis of tint, along which lamps hardly differ.
pub(super) const TINT: Expectation = Expectation { light: 0.01, worth: 6.0, ..WARMTH };

/// A solved axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Solved {
    /// A shot's light.
    pub(super) light: Vec<f64>,
    /// A thing's colour.
    pub(super) colour: Vec<f64>,
    /// The variance of a shot's light, given the colours.
    pub(super) variance: Vec<f64>,
    /// Variance of the errors by source.
    pub(super) error: [f64; 3],
    /// Variance of the light.
    pub(super) spread: f64,
    /// Huber's weights of the evidence, 0 to 1.
    weight: Vec<f64>,
    /// Huber's weights of the lights.
    calm: Vec<f64>,
}

impl Solved {
    /// The variance of a reading about its shot's light and its thing's colour.
    pub(super) fn variance_of(&self, e: &Evidence, axis: usize) -> f64 {
        self.error[e.source as usize] + e.noise[axis] + LEAST
    }

    /// What a reading says of its shot's light.
    pub(super) fn says(&self, e: &Evidence, axis: usize) -> f64 {
        e.seen[axis] - self.colour[e.thing]
    }
}

/// Solves an axis. A set without evidence is all zeros.
pub(super) fn solve(set: &Set, axis: usize, expected: Expectation) -> Solved {
    let mut s = Solved {
        light: vec![0.0; set.shots],
        colour: vec![0.0; set.things],
        variance: vec![0.0; set.shots],
        error: expected.error.map(|v| v * v),
        spread: expected.light * expected.light,
        weight: vec![1.0; set.evidence.len()],
        calm: vec![1.0; set.shots],
    };
    for _ in 0..200 {
        predict(set, axis, &mut s);
        let before = (s.error, s.spread);
        reweigh(set, axis, &mut s);
        respread(set, axis, expected, &mut s);
        let moved = |a: f64, b: f64| (a / b - 1.0).abs() > 1e-6;
        if !moved(s.spread, before.1) && !s.error.iter().zip(before.0).any(|(a, b)| moved(*a, b)) {
            break;
        }
    }
    predict(set, axis, &mut s);
    s
}

/// A shot's evidence as `(thing, value, precision)`, and the precision of its light from all sources.
fn readings<'a>(
    set: &'a Set,
    axis: usize,
    s: &'a Solved,
) -> impl Iterator<Item = (Vec<(usize, f64, f64)>, f64)> + 'a {
    let mut weights = s.weight.iter();
    set.by_shot().zip(&s.calm).map(move |(own, calm)| {
        let with = |(e, w): (&Evidence, &f64)| (e.thing, e.seen[axis], w / s.variance_of(e, axis));
        let own: Vec<_> = own.iter().zip(weights.by_ref().take(own.len())).map(with).collect();
        let total = calm / s.spread + own.iter().map(|r| r.2).sum::<f64>();
        (own, total)
    })
}

/// Colours and lights under the present variances and weights.
fn predict(set: &Set, axis: usize, s: &mut Solved) {
    let mut normal = Normal::new(set.things);
    for (own, total) in readings(set, axis, s) {
        for &(thing, _, precision) in &own {
            for &(other, value, p) in &own {
                let same = if thing == other { precision } else { 0.0 };
                normal.add(thing, other, same - precision * p / total, value);
            }
        }
    }
    let colour = normal.solve();
    let lights = readings(set, axis, s).map(|(own, total)| {
        let pull: f64 = own.iter().map(|(thing, value, p)| p * (value - colour[*thing])).sum();
        (pull / total, 1.0 / total)
    });
    let (light, variance) = lights.unzip();
    (s.light, s.variance, s.colour) = (light, variance, colour);
}

/// Huber's weight of a deviation in standard deviations.
fn huber(z: f64) -> f64 {
    if z.abs() <= TURN { 1.0 } else { TURN / z.abs() }
}

fn reweigh(set: &Set, axis: usize, s: &mut Solved) {
    let off = |e: &Evidence| (s.says(e, axis) - s.light[e.shot]) / s.variance_of(e, axis).sqrt();
    s.weight = set.evidence.iter().map(|e| huber(off(e))).collect();
    s.calm = s.light.iter().map(|l| huber(l / s.spread.sqrt())).collect();
}

/// Variances from what is left over, each with its uncertainty, by Huber's second proposal.
fn respread(set: &Set, axis: usize, expected: Expectation, s: &mut Solved) {
    let (mut sum, mut count) = ([0.0; 3], [0.0; 3]);
    for (e, weight) in set.evidence.iter().zip(&s.weight) {
        let left = weight * (s.says(e, axis) - s.light[e.shot]);
        // A colour that few shots fix follows their errors.
        let seen = set.seen_by[e.thing] as f64;
        let square = left * left / CONSISTENT * seen / (seen - 1.0).max(1.0) + s.variance[e.shot];
        // The part of it that is the source's error, not pixel noise.
        let total = s.variance_of(e, axis);
        let share = s.error[e.source as usize] / total;
        sum[e.source as usize] += share * share * square + share * (total - s.error[e.source as usize]);
        count[e.source as usize] += 1.0;
    }
    for (i, error) in s.error.iter_mut().enumerate() {
        *error = (EXPECTED * expected.error[i].powi(2) + sum[i]) / (EXPECTED + count[i]);
    }
    let lit = set
        .by_shot()
        .zip(&s.light)
        .zip(s.calm.iter().zip(&s.variance))
        .filter(|((own, _), _)| !own.is_empty());
    let (sum, count) = lit.fold((0.0, 0.0), |(sum, count), ((_, l), (calm, v))| {
        (sum + (calm * l).powi(2) / CONSISTENT + v, count + 1.0)
    });
    s.spread = ((expected.worth * expected.light.powi(2) + sum) / (expected.worth + count)).max(LEAST);
}

/// Normal equations of the colours: dense among the common things, which every key meets, and no two keys
/// meet.
struct Normal {
    common: [[f64; COMMON]; COMMON],
    right: Vec<f64>,
    /// For each key its own entry and those with the common things.
    keys: Vec<(f64, [f64; COMMON])>,
}

impl Normal {
    fn new(things: usize) -> Self {
        let keys = vec![(0.0, [0.0; COMMON]); things.saturating_sub(COMMON)];
        Self { common: [[0.0; COMMON]; COMMON], right: vec![0.0; things.max(COMMON)], keys }
    }

    /// Adds `precision` at a row and a column, and its product with the column's value to the right side.
    fn add(&mut self, row: usize, column: usize, precision: f64, value: f64) {
        self.right[row] += precision * value;
        match (row.checked_sub(COMMON), column.checked_sub(COMMON)) {
            (None, None) => self.common[row][column] += precision,
            (Some(key), None) => self.keys[key].1[column] += precision,
            (Some(key), Some(_)) => self.keys[key].0 += precision,
            (None, Some(_)) => {}
        }
    }

    /// The colours; 0 for what was not seen.
    fn solve(mut self) -> Vec<f64> {
        let over = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        for (key, (own, with)) in self.keys.iter().enumerate() {
            for i in 0..COMMON {
                let share = over(with[i], *own);
                self.right[i] -= share * self.right[COMMON + key];
                for (entry, w) in self.common[i].iter_mut().zip(with) {
                    *entry -= share * w;
                }
            }
        }
        let [[a, b], [c, d]] = self.common;
        let second = over(self.right[1] - over(c, a) * self.right[0], d - over(c, a) * b);
        let first = over(self.right[0] - b * second, a);
        let mut colour = vec![first, second];
        for (key, (own, with)) in self.keys.iter().enumerate() {
            colour.push(over(self.right[COMMON + key] - with[0] * first - with[1] * second, *own));
        }
        colour
    }
}

#[cfg(test)]
mod tests {
    use super::super::solution::Source;
    use super::*;

    /// A set of `shots` with a backdrop, `keys` products in turn and a grey patch in every third.
    fn set(shots: usize, keys: usize, seen: impl Fn(usize, usize) -> f64) -> Set {
        let mut set = Set { shots, things: COMMON + keys, seen_by: vec![0; COMMON + keys], ..Set::default() };
        for shot in 0..shots {
            let things = [(0, Source::Backdrop), (1, Source::Grey), (COMMON + shot % keys, Source::Product)];
            for (thing, source) in things.into_iter().filter(|t| t.0 != 1 || shot % 3 == 0) {
                let seen = [seen(shot, thing); 3];
                set.evidence.push(Evidence { shot, thing, source, seen, noise: [1e-5; 3] });
                set.seen_by[thing] += 1;
            }
        }
        set
    }

    fn wild(shot: usize, thing: usize) -> f64 {
        let odd = if (shot, thing) == (5, 0) { 1.5 } else { 0.0 };
        ((shot * 37 + thing * 101) as f64 * 12.9898).sin() * 0.2 + thing as f64 + odd
    }

    /// The prediction minimises the weighted squares: every derivative is zero, computed from the sum itself.
    #[test]
    fn the_prediction_is_the_least_squares_solution() {
        let set = set(17, 4, wild);
        let s = solve(&set, 0, EXPOSURE);
        let (mut by_light, mut by_colour) = (vec![0.0; 17], vec![0.0; set.things]);
        for (e, w) in set.evidence.iter().zip(&s.weight) {
            let force = w * (e.seen[0] - s.colour[e.thing] - s.light[e.shot]) / s.variance_of(e, 0);
            by_light[e.shot] += force;
            by_colour[e.thing] += force;
        }
        by_light.iter_mut().zip(&s.light).zip(&s.calm).for_each(|((d, l), c)| *d -= c * l / s.spread);
        let worst = by_light.iter().chain(&by_colour).fold(0.0, |m: f64, d| m.max(d.abs()));
        assert!(worst < 1e-8, "{worst}");
        assert!(s.weight.iter().any(|w| *w < 1.0) && s.light.iter().any(|l| l.abs() > 0.01));
    }

    #[test]
    fn an_exact_set_is_solved_exactly() {
        let light = |shot: usize| if shot == 6 { 0.7 } else { 0.3 * ((shot * 5 % 7) as f64 - 3.0) / 3.0 };
        let s = solve(&set(21, 3, |shot, thing| light(shot) - thing as f64), 0, EXPOSURE);
        for shot in 1..21 {
            let (found, wanted) = (s.light[shot] - s.light[0], light(shot) - light(0));
            assert!((found - wanted).abs() < 0.01, "{shot}: {found} for {wanted}");
        }
    }

    #[test]
    fn empty_and_huge_sets_are_solved() {
        assert!(solve(&Set::default(), 0, EXPOSURE).light.is_empty());
        let s = solve(&set(3000, 700, wild), 0, EXPOSURE);
        assert!(s.light.iter().all(|l| l.is_finite()));
    }
}
