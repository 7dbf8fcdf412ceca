//! Colour errors of many patches in a few numbers. CIEDE2000 throughout.

use serde::{Deserialize, Serialize};

/// Colour differences (CIEDE2000) of some patches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Their mean.
    pub mean: f64,
    /// Their median.
    pub median: f64,
    /// What 95 % of them do not pass.
    pub p95: f64,
    /// The largest.
    pub max: f64,
}

impl Score {
    /// Of these differences; zeros where there are none.
    #[must_use]
    pub fn of(differences: &[f64]) -> Self {
        let mut sorted = differences.to_vec();
        sorted.sort_by(f64::total_cmp);
        let Some(&max) = sorted.last() else { return Self { mean: 0.0, median: 0.0, p95: 0.0, max: 0.0 } };
        // Between neighbours in proportion, as NumPy's `percentile` has it.
        let quantile = |q: f64| {
            let at = q * (sorted.len() - 1) as f64;
            let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
            if low == high { low } else { low + (high - low) * at.fract() }
        };
        let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
        Self { mean, median: quantile(0.5), p95: quantile(0.95), max }
    }

    /// With every number to four decimals.
    pub(super) fn tidy(self) -> Self {
        let [mean, median, p95, max] = [self.mean, self.median, self.p95, self.max].map(tidy);
        Self { mean, median, p95, max }
    }

    pub(super) fn finite(&self) -> bool {
        [self.mean, self.median, self.p95, self.max].iter().all(|v| v.is_finite() && *v >= 0.0)
    }
}

/// Four decimals, which is more than any colour difference means.
pub(super) fn tidy(v: f64) -> f64 {
    (v * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NumPy 2.4: `mean`, `median`, `percentile(95)`.
    #[test]
    fn equals_numpy() {
        let score = Score::of(&[3.0, 1.0, 4.0, 1.0, 5.0, 9.0]);
        let wanted = [23.0 / 6.0, 3.5, 8.0, 9.0];
        let found = [score.mean, score.median, score.p95, score.max];
        assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{score:?}");
        assert_eq!(Score::of(&[]).max, 0.0);
        assert_eq!(Score::of(&[2.0]).p95, 2.0);
    }
}
