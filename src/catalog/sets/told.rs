//! A solved set in words, a table and a drawing. Decides nothing.

use super::Set;
use crate::catalog::path_text;
use crate::consistency::{self, Flag};
use crate::plot::{self, Canvas};

/// Exposures that differ by more than this, EV, may be backdrops that differ.
const WIDE: f64 = 1.0;

/// The stable code of a doubt, for reports.
pub(super) fn code(flag: &Flag) -> &'static str {
    match flag {
        Flag::NoEvidence => "set-no-evidence",
        Flag::Apart => "set-apart",
        Flag::Blown(_) => "set-blown",
        Flag::Outvoted(_) => "set-outvoted",
        Flag::Contradiction { .. } => "set-contradiction",
        Flag::OddLight => "set-outlier",
        Flag::Unconfirmed => "set-unconfirmed",
        Flag::ProductAlone => "set-product-alone",
        Flag::Refused => "set-refused",
        Flag::Uncertain => "set-uncertain",
    }
}

impl Set {
    /// The last part of its folder's name, for files; empty where there is none.
    #[must_use]
    pub fn name(&self) -> String {
        self.folder.file_name().map(|name| path_text(name.as_ref())).unwrap_or_default()
    }

    /// Shots with a doubt of their own.
    #[must_use]
    pub fn outliers(&self) -> usize {
        self.solution.flags.iter().filter(|flags| flags.iter().any(|f| !f.is_of_the_set())).count()
    }

    /// How far what the shots share is from its colour in exposure, EV, at the 95th percentile of all readings:
    /// as photographed, and after the gains. `None` where nothing is shared.
    #[must_use]
    pub fn spread(&self) -> Option<[f64; 2]> {
        let mut off: [Vec<f64>; 2] = Default::default();
        let s = &self.solution;
        for ((residuals, asked), ev) in s.residuals.iter().zip(&s.asked).zip(&s.ev) {
            let asked = asked.iter().map(|g| g.log2()).sum::<f64>() / 3.0;
            for left in residuals.iter().flatten() {
                let before = left.iter().sum::<f64>() / 3.0 / std::f64::consts::LN_2 - asked;
                off[0].push(before.abs());
                off[1].push((before + ev).abs());
            }
        }
        let [before, after] = off.map(percentile);
        Some([before?, after?])
    }

    /// One line: how many shots, their spread, the outliers.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let mut line = format!("set {}: {}", path_text(&self.folder), count(self.shots.len(), "shot"));
        match self.spread() {
            Some([before, after]) => {
                line += &format!(
                    ", exposure within {before:.2} EV of its middle (p95), {after:.2} EV after, {}",
                    count(self.outliers(), "outlier")
                );
            }
            None => line += ", nothing that two of them share: left as they are",
        }
        if self.unread > 0 {
            line += &format!(", {} unread", self.unread);
        }
        if self.spread().is_some_and(|[before, _]| before > WIDE) {
            line += "; is it one set, before one backdrop?";
        }
        line
    }

    /// Its shots as CSV; see [`consistency::csv`].
    ///
    /// # Errors
    /// Where the CSV writer fails, which only lack of memory can make it do.
    pub fn csv(&self) -> Result<String, csv::Error> {
        consistency::csv(&self.shots, &self.solution)
    }

    /// Its light over time; `None` with fewer than five timed and measured shots.
    #[must_use]
    pub fn drawing(&self) -> Option<Canvas> {
        let drift = self.solution.drift.as_ref()?;
        Some(plot::drift(&format!("Light of the set {}", self.name()), &consistency::panels(drift)))
    }
}

/// The 95th percentile; `None` of nothing.
fn percentile(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    values.get((0.95 * last as f64).round() as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consistency::{Observation, Solution};

    #[test]
    fn the_spread_is_of_what_is_seen_before_and_after() {
        // Lights of -2, 0 and 0.5 EV by a reading that is 0.25 EV off in the last; the second gain is refused.
        let off = |ev: f64| [Some([ev * std::f64::consts::LN_2; 3]), None, None];
        let solution = Solution {
            gains: vec![[4.0; 3], [1.0; 3], [1.0; 3]],
            asked: vec![[4.0; 3], [1.0; 3], [0.5_f64.sqrt(); 3]],
            ev: vec![2.0, 0.0, 0.0],
            residuals: vec![off(0.0), off(0.0), off(0.25)],
            flags: vec![vec![Flag::OddLight], vec![Flag::ProductAlone], vec![Flag::Refused]],
            ..Solution::default()
        };
        let set = Set { folder: "a/b".into(), shots: vec![Observation::default(); 3], solution, unread: 2 };
        assert!(set.spread().is_some_and(|[b, a]| (b - 2.0).abs() < 1e-9 && (a - 0.75).abs() < 1e-9));
        let said = "set a/b: 3 shots, exposure within 2.00 EV of its middle (p95), 0.75 EV after, 2 outliers, \
                    2 unread; is it one set, before one backdrop?";
        assert_eq!(set.summary(), said);
        assert_eq!((set.name().as_str(), Set::default().name().as_str()), ("b", ""));
        assert_eq!(Set::default().spread(), None);
    }
}
