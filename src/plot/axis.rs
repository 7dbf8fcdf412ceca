//! An axis: a range with some air, round ticks, their labels, and the way from values to pixels.

/// A linear scale from values to pixels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    /// The pixel of `low`.
    start: f64,
    /// The pixel of `high`.
    end: f64,
    step: f64,
}

impl Axis {
    /// An axis that shows the finite ones of `values` and has about `ticks` ticks; at least `least` long, in
    /// values. Without a value it shows -0.5 to 0.5.
    pub(super) fn over(
        values: impl Iterator<Item = f64>,
        least: f64,
        ticks: usize,
        pixels: [f64; 2],
    ) -> Self {
        let range = values.filter(|v| v.is_finite() && v.abs() < 1e12).fold(None, |range, v| match range {
            None => Some((v, v)),
            Some((low, high)) => Some((v.min(low), v.max(high))),
        });
        let (low, high) = range.unwrap_or((-0.5, 0.5));
        // A step that floats can still count at the values' own size.
        let least = least.max(1e-9 * low.abs().max(high.abs())).max(1e-9);
        let air = (0.06 * (high - low)).max(0.5 * (least - (high - low)));
        let (low, high) = (low - air, high + air);
        let step = round_step((high - low) / ticks.max(1) as f64);
        Self { low, high, start: pixels[0], end: pixels[1], step }
    }

    /// The pixel of a value.
    pub(super) fn at(&self, value: f64) -> f64 {
        self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)
    }

    /// Values of the ticks with their labels, ascending.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let digits = (-self.step.log10().floor()).clamp(0.0, 12.0) as usize;
        let (first, last) = ((self.low / self.step).ceil() as i64, (self.high / self.step).floor() as i64);
        let label = |i: i64| (i as f64 * self.step, format!("{:.digits$}", i as f64 * self.step + 0.0));
        (first..=last.min(first.saturating_add(50))).map(label).collect()
    }
}

/// The next of 1, 2, 5, 10, … at or above a length.
fn round_step(length: f64) -> f64 {
    let power = 10.0_f64.powf(length.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= length * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_one_two_or_five() {
        for (length, step) in [(0.7, 1.0), (1.0, 1.0), (1.1, 2.0), (3.0, 5.0), (6.0, 10.0), (0.013, 0.02)] {
            assert!((round_step(length) - step).abs() < 1e-12, "{length}");
        }
    }

    #[test]
    fn ticks_are_round_and_inside() {
        let axis = Axis::over([-0.31, 0.42].into_iter(), 0.0, 5, [100.0, 0.0]);
        let ticks = axis.ticks();
        let labels: Vec<&str> = ticks.iter().map(|(_, l)| l.as_str()).collect();
        assert_eq!(labels, ["-0.2", "0.0", "0.2", "0.4"]);
        assert!(ticks.iter().all(|(v, _)| (0.0..=100.0).contains(&axis.at(*v))));
        assert!(axis.at(-0.31) < 100.0 && axis.at(0.42) > 0.0);
    }

    #[test]
    fn no_value_one_value_and_wild_values_have_an_axis() {
        for values in [vec![], vec![3.0], vec![f64::NAN, f64::INFINITY, 1.0], vec![1e11, 1e11], vec![-1e300]]
        {
            let axis = Axis::over(values.iter().copied(), 0.1, 4, [0.0, 100.0]);
            let ticks = axis.ticks();
            assert!(!ticks.is_empty() && ticks.len() < 20, "{values:?}: {ticks:?}");
            assert!(ticks.iter().all(|(v, _)| axis.at(*v).is_finite()));
        }
    }
}
