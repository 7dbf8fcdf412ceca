//! The one decision of a set about its white balance and exposure, from what would be decided shot by shot: the
//! median, in the light of the set's gauge. Knows no items.

use super::measure::Decided;

/// The gain, R, G, B, that a set as a whole gets from an op.
///
/// `shots` gives, for each shot that has a say, what the op would decide and the gain that brings the shot to the
/// gauge's light. A decision by a reference in the picture follows the light, so that the gauge itself would be
/// given as much less as the shots' median is away from it; what the recipe fixes stands. 1 unless more than half of
/// the shots would be changed: a set is of one kind.
pub(super) fn common(shots: &[(Decided, [f64; 3])]) -> [f64; 3] {
    let logs = |(decided, gain): &(Decided, [f64; 3])| match decided {
        Decided::Nothing => None,
        Decided::Fixed(fixed) => Some((fixed.map(|g| f64::from(g).ln()), [0.0; 3])),
        Decided::Seen(seen) => Some((seen.map(|g| f64::from(g).ln()), gain.map(f64::ln))),
    };
    let told: Vec<([f64; 3], [f64; 3])> = shots.iter().filter_map(logs).collect();
    if 2 * told.len() <= shots.len() {
        return [1.0; 3];
    }
    [0, 1, 2].map(|c| {
        let decided = median(told.iter().map(|(d, _)| d[c]));
        let away = median(told.iter().map(|(_, g)| g[c]));
        (decided - away).exp()
    })
}

/// The middle value, or the mean of the two in the middle; 0 of none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.filter(|v| v.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n => 0.5 * (values[(n - 1) / 2] + values[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: [f64; 3], b: [f64; 3]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a / b - 1.0).abs() < 1e-6)
    }

    /// Whatever shot is the gauge, `common · gain` of a shot is what makes it neutral.
    #[test]
    fn every_shot_becomes_neutral_whoever_is_the_gauge() {
        let lights = [[1.0, 1.0, 0.9], [1.1, 1.0, 0.8], [1.05, 1.0, 0.85]];
        for gauge in lights {
            let gain = |light: [f64; 3]| [0, 1, 2].map(|c| gauge[c] / light[c]);
            let shot = |light: [f64; 3]| (Decided::Seen(light.map(|l| (1.0 / l) as f32)), gain(light));
            let set = common(&lights.map(shot));
            for light in lights {
                let lit = [0, 1, 2].map(|c| light[c] * gain(light)[c] * set[c]);
                assert!(near(lit, [1.0; 3]), "{lit:?}");
            }
        }
    }

    #[test]
    fn a_fixed_gain_stands_and_few_decide_nothing() {
        let fixed = (Decided::Fixed([2.0, 1.0, 0.5]), [1.3, 1.0, 1.0]);
        assert!(near(common(&[fixed; 3]), [2.0, 1.0, 0.5]));
        let seen = (Decided::Seen([2.0; 3]), [1.0; 3]);
        let nothing = (Decided::Nothing, [1.0; 3]);
        assert!(near(common(&[seen, nothing]), [1.0; 3]));
        assert!(near(common(&[seen, seen, nothing]), [2.0; 3]));
        assert!(near(common(&[]), [1.0; 3]));
        assert!(near(common(&[(Decided::Seen([f32::NAN; 3]), [1.0; 3])]), [1.0; 3]));
    }
}
