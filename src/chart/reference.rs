//! What a chart's patches truly are: the makers' published tables, or a user's own measurements.
//!
//! Values are CIE Lab under D50, 2 degrees. The pigments of the ColorChecker changed in November 2014, so that the
//! edition must be said: it is never guessed. Opens no file; text comes from the caller.

mod read;

use std::sync::LazyLock;

pub use super::Chart;

pub use read::{ReferenceError, read};

/// A patch of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferencePatch {
    /// Its name on the chart.
    pub name: String,
    /// CIE Lab under D50, 2 degrees.
    pub lab: [f64; 3],
}

/// A chart's patches, row by row from the one in the chart's own top left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Which chart, and which edition or whose measurement.
    pub name: String,
    /// Patches in a row.
    pub columns: usize,
    /// The patches, `columns` times a whole number of rows.
    pub patches: Vec<ReferencePatch>,
}

impl Reference {
    /// Where a patch lies relative to the middle of the chart, across and down: −½ to ½ over the longer side.
    #[must_use]
    pub fn place(&self, index: usize) -> [f64; 2] {
        let (columns, rows) = (self.columns.max(1), self.rows());
        let span = columns.max(rows).saturating_sub(1).max(1) as f64;
        let along = |i: usize, n: usize| (i as f64 - 0.5 * (n as f64 - 1.0)) / span;
        [along(index % columns, columns), along(index / columns, rows.max(1))]
    }

    /// The chart's width and height between the middles of its outermost patches, the longer of which is 1.
    #[must_use]
    pub fn size(&self) -> [f64; 2] {
        let [across, down] = [self.columns, self.rows()].map(|n| n.saturating_sub(1) as f64);
        [across, down].map(|v| v / across.max(down).max(1.0))
    }

    /// Rows of patches.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.patches.len() / self.columns.max(1)
    }
}

/// When the chart was made. Charts that say Calibrite are of the newer kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edition {
    /// Before November 2014.
    Before2014,
    /// From November 2014.
    After2014,
}

/// The published tables: chart, edition, text. From X-Rite's data sheets as `colour-science` 0.4.7 lists them.
const TABLES: [(Chart, Edition, &str, &str); 4] = [
    (
        Chart::Classic24,
        Edition::After2014,
        "ColorChecker Classic, from November 2014",
        include_str!("../../charts/classic24-after-2014.csv"),
    ),
    (
        Chart::Classic24,
        Edition::Before2014,
        "ColorChecker Classic, before November 2014",
        include_str!("../../charts/classic24-before-2014.csv"),
    ),
    (
        Chart::Sg140,
        Edition::After2014,
        "ColorChecker Digital SG, from November 2014",
        include_str!("../../charts/sg140-after-2014.csv"),
    ),
    (
        Chart::Sg140,
        Edition::Before2014,
        "ColorChecker Digital SG, before November 2014",
        include_str!("../../charts/sg140-before-2014.csv"),
    ),
];

/// The published values of a chart. A test holds that all four are there.
#[must_use]
pub fn published(chart: Chart, edition: Edition) -> Option<&'static Reference> {
    static READ: LazyLock<Vec<(Chart, Edition, Reference)>> = LazyLock::new(|| {
        let table = |&(chart, edition, name, text)| read(name, text).ok().map(|r| (chart, edition, r));
        TABLES.iter().filter_map(table).collect()
    });
    READ.iter().find(|(c, e, _)| (*c, *e) == (chart, edition)).map(|(_, _, r)| r)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::image::{D50, delta_e2000, xyz_from_lab};

    fn labs(chart: Chart, edition: Edition) -> Vec<[f64; 3]> {
        published(chart, edition).unwrap().patches.iter().map(|p| p.lab).collect()
    }

    /// x, y, Y of the makers' tables, which list both.
    #[test]
    fn lab_agrees_with_the_published_chromaticities() {
        let cases = [
            (Chart::Classic24, Edition::After2014, 0, [0.437484, 0.378523, 0.098324]),
            (Chart::Classic24, Edition::After2014, 17, [0.209129, 0.302658, 0.180610]),
            (Chart::Classic24, Edition::Before2014, 0, [0.431627, 0.377724, 0.100802]),
            (Chart::Classic24, Edition::Before2014, 2, [0.276132, 0.301660, 0.183576]),
            (Chart::Sg140, Edition::After2014, 15, [0.462896, 0.248115, 0.075465]),
            (Chart::Sg140, Edition::Before2014, 1, [0.345302, 0.358844, 0.181852]),
        ];
        for (chart, edition, i, [x, y, luminance]) in cases {
            let xyz = xyz_from_lab(labs(chart, edition)[i], D50);
            let sum: f64 = xyz.iter().sum();
            let off = [xyz[0] / sum - x, xyz[1] / sum - y, xyz[1] - luminance];
            assert!(off.iter().all(|v| v.abs() < 3e-4), "{chart:?} {edition:?} {i}: {off:?}");
        }
    }

    /// The difference between the editions that is known from the literature: mean 0.85, at most 1.95.
    #[test]
    fn editions_differ_by_what_is_known() {
        let (old, new) =
            (labs(Chart::Classic24, Edition::Before2014), labs(Chart::Classic24, Edition::After2014));
        let off: Vec<f64> = old.iter().zip(&new).map(|(a, b)| delta_e2000(*a, *b)).collect();
        let (mean, max) = (off.iter().sum::<f64>() / 24.0, off.iter().copied().fold(0.0, f64::max));
        assert!((mean - 0.85).abs() < 0.01 && (max - 1.95).abs() < 0.01, "{mean} {max}");
        assert_eq!(labs(Chart::Sg140, Edition::Before2014).len(), 140);
    }

    #[test]
    fn places_are_those_on_the_chart() {
        let classic = published(Chart::Classic24, Edition::After2014).unwrap();
        assert_eq!((classic.columns, classic.rows()), (6, 4));
        assert_eq!(classic.size(), [1.0, 0.6]);
        assert_eq!([classic.place(0), classic.place(23)], [[-0.5, -0.3], [0.5, 0.3]]);
        let sg = published(Chart::Sg140, Edition::After2014).unwrap();
        assert_eq!((sg.columns, sg.rows(), sg.patches[15].name.as_str()), (14, 10, "B2"));
        let one = Reference { name: String::new(), columns: 0, patches: Vec::new() };
        assert_eq!(one.place(5), [0.0, 5.0]);
    }
}
