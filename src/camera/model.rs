//! What a camera does to colours, undone: a matrix, a curve a channel, and a matrix on the result and its roots.
//!
//! One shape serves all kinds, so that one kernel applies them: what a kind lacks is the identity. Roots are those
//! of G. Finlayson, M. Mackiewicz, A. Hurlbert, "Color correction using root-polynomial regression", 2015: a
//! scene twice as bright comes out twice as bright. [`Model::apply`] is the reference. Never clamps light, only
//! what is below zero under a root.

use serde::{Deserialize, Serialize};

use super::curve::Curve;
use super::error::ModelError;

/// Terms of the last matrix: r, g, b, √(rg), √(gb), √(br).
pub const TERMS: usize = 6;

/// The factors under the roots, by channel.
pub(super) const ROOTS: [[usize; 2]; TERMS - 3] = [[0, 1], [1, 2], [2, 0]];

/// How much a model may do. Ordered from the simplest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A gain for each channel.
    WhiteBalance,
    /// A 3×3 matrix.
    Matrix,
    /// A matrix, with roots.
    Roots,
    /// Curves, then a matrix.
    CurvesMatrix,
    /// Curves, then a matrix with roots.
    CurvesRoots,
}

impl Kind {
    /// All kinds, the simplest first.
    pub const ALL: [Self; 5] =
        [Self::WhiteBalance, Self::Matrix, Self::Roots, Self::CurvesMatrix, Self::CurvesRoots];

    /// As files and reports call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WhiteBalance => "white-balance",
            Self::Matrix => "matrix",
            Self::Roots => "roots",
            Self::CurvesMatrix => "curves-matrix",
            Self::CurvesRoots => "curves-roots",
        }
    }

    /// Whether it has curves.
    #[must_use]
    pub fn curves(self) -> bool {
        matches!(self, Self::CurvesMatrix | Self::CurvesRoots)
    }

    /// Whether it has roots.
    #[must_use]
    pub fn roots(self) -> bool {
        matches!(self, Self::Roots | Self::CurvesRoots)
    }
}

/// From a photograph's linear working light (Rec.2020, D65) to true linear working light, in the order of the
/// fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What it may do.
    pub kind: Kind,
    /// White balance and exposure, and the way to the channels on which curves and roots act (those of the file's
    /// own primaries, or of a first matrix). Rows first.
    pub before: [[f64; 3]; 3],
    /// A curve a channel.
    pub curves: Option<[Curve; 3]>,
    /// A row an output channel, a column a term ([`TERMS`]).
    pub matrix: [[f64; TERMS]; 3],
}

impl Model {
    /// The model that changes nothing.
    #[must_use]
    pub fn identity() -> Self {
        Self {
            kind: Kind::WhiteBalance,
            before: diagonal([1.0; 3]),
            curves: None,
            matrix: linear(diagonal([1.0; 3])),
        }
    }

    /// The true light of a photograph's light.
    #[must_use]
    pub fn apply(&self, rgb: [f64; 3]) -> [f64; 3] {
        let p = times(&self.before, rgb);
        let q = match &self.curves {
            Some([r, g, b]) => [r.at(p[0]), g.at(p[1]), b.at(p[2])],
            None => p,
        };
        let terms = terms(q);
        self.matrix.map(|row| row.iter().zip(terms).map(|(m, t)| m * t).sum())
    }

    /// This model for photographs whose light must first be multiplied by `gain`, by channel, to be that of the chart's
    /// photograph: another exposure or white balance. Curves hang on exposure.
    #[must_use]
    pub fn with_gain(&self, gain: [f64; 3]) -> Self {
        let before = self.before.map(|[r, g, b]| [r * gain[0], g * gain[1], b * gain[2]]);
        Self { before, ..self.clone() }
    }

    /// Whether every number is finite and the kind is the shape.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), ModelError> {
        let finite = self.before.iter().flatten().chain(self.matrix.iter().flatten()).all(|v| v.is_finite());
        let roots = self.matrix.iter().any(|row| row[3..].iter().any(|v| *v != 0.0));
        if !finite {
            Err(ModelError::NotFinite)
        } else if self.curves.is_some() != self.kind.curves() || (roots && !self.kind.roots()) {
            Err(ModelError::Kind(self.kind.name()))
        } else {
            Ok(())
        }
    }
}

/// The terms of the last matrix.
pub(super) fn terms(q: [f64; 3]) -> [f64; TERMS] {
    let mut out = [0.0; TERMS];
    out[..3].copy_from_slice(&q);
    for (term, [a, b]) in out[3..].iter_mut().zip(ROOTS) {
        *term = (q[a].max(0.0) * q[b].max(0.0)).sqrt();
    }
    out
}

/// A 3×3 matrix as the last matrix without roots.
pub(super) fn linear(m: [[f64; 3]; 3]) -> [[f64; TERMS]; 3] {
    m.map(|[a, b, c]| [a, b, c, 0.0, 0.0, 0.0])
}

pub(super) fn diagonal(v: [f64; 3]) -> [[f64; 3]; 3] {
    [[v[0], 0.0, 0.0], [0.0, v[1], 0.0], [0.0, 0.0, v[2]]]
}

/// Nine decimals: what is written down is what was judged, and reads well.
pub(super) fn tidy(v: f64) -> f64 {
    (v * 1e9).round() / 1e9
}

pub(super) fn times(m: &[[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
    m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn steps_come_in_order() {
        let square = |top: f64| {
            Curve::new((0..=100).map(|i| f64::from(i) / 100.0).map(|x| [x * top, x * x]).collect())
        };
        let model = Model {
            kind: Kind::CurvesRoots,
            before: [[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.1, 0.0, 0.5]],
            curves: Some([square(1.0).unwrap(), square(1.0).unwrap(), square(1.0).unwrap()]),
            matrix: [
                [1.0, 0.0, 0.0, 0.5, 0.0, 0.0],
                [0.0, 1.0, 0.0, 0.0, 2.0, 0.0],
                [0.0, 0.0, 1.0, 0.0, 0.0, -1.0],
            ],
        };
        // By hand: before gives (0.4, 0.5, 0.32), squares (0.16, 0.25, 0.1024), roots 0.2, 0.16, 0.128.
        let out = model.apply([0.2, 0.5, 0.6]);
        let wanted = [0.16 + 0.1, 0.25 + 0.32, 0.1024 - 0.128];
        assert!(out.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-6), "{out:?}");
        assert!(model.check().is_ok());
        let darker = model.with_gain([2.0, 4.0, 0.5]).apply([0.1, 0.125, 1.2]);
        assert!(darker.iter().zip(out).all(|(a, b)| (a - b).abs() < 1e-12), "{darker:?}");
    }

    #[test]
    fn twice_the_light_is_twice_the_light() {
        let matrix =
            [[0.9, 0.1, 0.0, 0.2, -0.1, 0.3], [0.0, 1.1, 0.0, 0.1, 0.0, 0.0], [0.2, 0.0, 0.7, 0.0, 0.5, 0.1]];
        let model = Model { kind: Kind::Roots, matrix, ..Model::identity() };
        let (once, twice) = (model.apply([0.3, 0.2, -0.01]), model.apply([0.6, 0.4, -0.02]));
        assert!(once.iter().zip(twice).all(|(a, b)| (2.0 * a - b).abs() < 1e-12));
    }

    #[test]
    fn a_kind_that_is_not_the_shape_is_refused() {
        let identity = Model::identity();
        assert_eq!(identity.apply([0.1, -0.2, 3.0]), [0.1, -0.2, 3.0]);
        assert!(Model { kind: Kind::CurvesMatrix, ..identity.clone() }.check().is_err());
        assert!(Model { before: diagonal([1.0, f64::NAN, 1.0]), ..identity.clone() }.check().is_err());
        let mut matrix = identity.matrix;
        matrix[1][4] = 0.1;
        assert!(Model { matrix, ..identity }.check().is_err());
    }
}
