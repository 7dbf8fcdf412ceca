//! A straight line through points that no outlier bends, and whether it is more than chance.
//!
//! Slope: the median of all pairs' slopes (P. Sen, "Estimates of the regression coefficient based on
//! Kendall's tau", 1968) with its rank interval. Significance: Kendall's test with ties and continuity (H.
//! Mann, 1945). Knows no light and no shots.

use serde::Serialize;

use super::solve::median;

/// The most points that are compared pair by pair; more are thinned evenly.
const MOST: usize = 1500;

/// A robust line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Trend {
    /// The value at time 0.
    pub start: f64,
    /// The change in a unit of time.
    pub slope: f64,
    /// Where the slope lies with 95 % confidence.
    pub interval: [f64; 2],
    /// How probable so regular an order is without any trend, 0 to 1.
    pub p: f64,
}

impl Trend {
    /// Whether the trend is more than chance: p below 0.01.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.p < 0.01
    }

    /// The line through finite `(time, value)` points; `None` with fewer than five or all at one time.
    pub(super) fn through(points: &[(f64, f64)]) -> Option<Self> {
        let stride = points.len().div_ceil(MOST).max(1);
        let finite = points.iter().copied().filter(|(t, v)| t.is_finite() && v.is_finite());
        let points: Vec<(f64, f64)> = finite.step_by(stride).collect();
        let (mut slopes, mut order) = (Vec::new(), 0.0);
        for (i, a) in points.iter().enumerate() {
            for b in points.iter().skip(i + 1).filter(|b| b.0 != a.0) {
                let slope = (b.1 - a.1) / (b.0 - a.0);
                order += if slope == 0.0 { 0.0 } else { slope.signum() };
                slopes.push(slope);
            }
        }
        if points.len() < 5 || slopes.is_empty() {
            return None;
        }
        slopes.sort_by(f64::total_cmp);
        let deviation = deviation(&points);
        let slope = median(slopes.clone());
        let start = median(points.iter().map(|(t, v)| v - slope * t).collect());
        let z = (order.abs() - 1.0).max(0.0) / deviation.max(1e-9);
        let reach = 0.5 * 1.96 * deviation;
        let middle = 0.5 * (slopes.len() - 1) as f64;
        let rank = |r: f64| slopes[(r.round().max(0.0) as usize).min(slopes.len() - 1)];
        let interval = [rank(middle - reach), rank(middle + reach)];
        Some(Self { start, slope, interval, p: two_sided(z) })
    }
}

/// The standard deviation of Kendall's count of ordered pairs under no trend.
fn deviation(points: &[(f64, f64)]) -> f64 {
    let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let tied = |mut values: Vec<f64>| -> f64 {
        values.sort_by(f64::total_cmp);
        values.chunk_by(|a, b| a == b).map(|run| term(run.len() as f64)).sum()
    };
    let (times, values) = points.iter().copied().unzip();
    ((term(points.len() as f64) - tied(times) - tied(values)).max(0.0) / 18.0).sqrt()
}

/// The probability that a normal deviate is at least `z` away from 0: the integral of its density by
/// Simpson's rule.
fn two_sided(z: f64) -> f64 {
    let z = z.clamp(0.0, 8.0);
    let steps = 200;
    let h = z / f64::from(steps);
    let density = |x: f64| (-0.5 * x * x).exp() * 0.398_942_280_401_432_7;
    let weight = |i: i32| match i {
        0 => 1.0,
        i if i == steps => 1.0,
        i if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let area: f64 = (0..=steps).map(|i| weight(i) * density(f64::from(i) * h)).sum::<f64>() * h / 3.0;
    (1.0 - 2.0 * area).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_tail_is_the_table_s() {
        for (z, p) in [(0.0, 1.0), (1.0, 0.317_311), (1.959_964, 0.05), (2.575_829, 0.01), (3.290_527, 0.001)]
        {
            assert!((two_sided(z) - p).abs() < 1e-6, "{z}: {}", two_sided(z));
        }
    }

    #[test]
    fn a_line_is_found_under_outliers() {
        let mut points: Vec<(f64, f64)> =
            (0..21).map(|i| (f64::from(i), 0.5 - 0.25 * f64::from(i))).collect();
        for i in [3, 9, 20] {
            points[i].1 += 50.0;
        }
        let trend = Trend::through(&points).unwrap_or_default();
        assert!((trend.slope + 0.25).abs() < 1e-12 && (trend.start - 0.5).abs() < 1e-12, "{trend:?}");
        assert!(trend.is_significant() && trend.interval[0] <= -0.25 && trend.interval[1] >= -0.25);
    }

    /// Kendall's count by hand: 8 ordered pairs of 10, deviation √(5·4·15/18), p by the normal table.
    #[test]
    fn significance_is_kendall_s() {
        let points = [(0.0, 1.0), (1.0, 2.0), (2.0, 4.0), (3.0, 3.0), (4.0, 5.0)];
        let trend = Trend::through(&points).unwrap_or_default();
        let z = (8.0 - 1.0) / (5.0_f64 * 4.0 * 15.0 / 18.0).sqrt();
        assert!((z - 1.714_643).abs() < 1e-6 && (trend.p - 0.086_411).abs() < 1e-5, "{trend:?}");
    }

    #[test]
    fn too_little_has_no_line() {
        assert_eq!(Trend::through(&[]), None);
        assert_eq!(Trend::through(&[(1.0, 2.0); 9]), None);
        assert_eq!(Trend::through(&[(f64::NAN, 1.0), (0.0, 1.0), (1.0, 1.0), (2.0, 1.0), (3.0, 1.0)]), None);
        let flat: Vec<(f64, f64)> = (0..9).map(|i| (f64::from(i), 3.0)).collect();
        let flat = Trend::through(&flat).unwrap_or_default();
        assert_eq!((flat.slope, flat.p), (0.0, 1.0));
        let many: Vec<(f64, f64)> = (0..9000).map(|i| (f64::from(i), f64::from(i))).collect();
        assert_eq!(Trend::through(&many).map(|t| t.slope), Some(1.0));
    }
}
