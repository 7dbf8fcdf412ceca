//! What the charts look like: rows, columns, names. Knows no colours and no pixels.

use std::fmt;

/// A chart that can be recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chart {
    /// ColorChecker Classic, Mini, Nano and Passport: 4 rows of 6, from dark skin (A1) to black (D6).
    Classic24,
    /// ColorChecker Digital SG: 10 rows of 14, from A1 to N10 (letters are columns).
    Sg140,
}

impl Chart {
    /// Every chart.
    pub const ALL: [Self; 2] = [Self::Classic24, Self::Sg140];

    /// Rows of patches.
    #[must_use]
    pub fn rows(self) -> usize {
        match self {
            Self::Classic24 => 4,
            Self::Sg140 => 10,
        }
    }

    /// Patches in a row.
    #[must_use]
    pub fn columns(self) -> usize {
        match self {
            Self::Classic24 => 6,
            Self::Sg140 => 14,
        }
    }

    /// Patches.
    #[must_use]
    pub fn patches(self) -> usize {
        self.rows() * self.columns()
    }

    /// The patch's name. Patches count row by row, which is the order of the published tables. On the Classic
    /// the letter is the row, on the SG the column. Empty past the last patch.
    #[must_use]
    pub fn name(self, patch: usize) -> String {
        if patch >= self.patches() {
            return String::new();
        }
        let (row, column) = (patch / self.columns(), patch % self.columns());
        let (letter, number) = match self {
            Self::Classic24 => (row, column + 1),
            Self::Sg140 => (column, row + 1),
        };
        let letter = u8::try_from(letter).map_or('?', |at| char::from(b'A' + at));
        format!("{letter}{number}")
    }

    /// The patch of this name, in either case.
    #[must_use]
    pub fn index(self, name: &str) -> Option<usize> {
        (0..self.patches()).find(|&patch| self.name(patch).eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Classic24 => "ColorChecker Classic",
            Self::Sg140 => "ColorChecker SG",
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_published_tables() {
        let classic = Chart::Classic24;
        assert_eq!([0, 5, 6, 18, 23].map(|at| classic.name(at)), ["A1", "A6", "B1", "D1", "D6"]);
        let sg = Chart::Sg140;
        assert_eq!([0, 1, 13, 14, 139].map(|at| sg.name(at)), ["A1", "B1", "N1", "A2", "N10"]);
        for chart in Chart::ALL {
            assert!((0..chart.patches()).all(|at| chart.index(&chart.name(at)).unwrap() == at));
            assert_eq!((chart.name(chart.patches()), chart.index("Z9")), (String::new(), None));
        }
    }
}
