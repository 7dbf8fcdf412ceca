//! Two profiles, or a profile and the working space, as one conversion.

use super::pipeline::{Affine, Pipeline, Step};
use super::read::{from_connection, to_connection};
use super::{Intent, Profile, black};
use crate::colour::ColourError;
use crate::image::{D50, Primaries, adaptation, invert, multiply};

/// How two profiles are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Link {
    pub(crate) intent: Intent,
    /// Black of the source becomes black of the destination.
    pub(crate) black_point: bool,
}

impl Default for Link {
    /// Relative colorimetric with black-point compensation.
    fn default() -> Self {
        Self { intent: Intent::RelativeColorimetric, black_point: true }
    }
}

impl Link {
    /// Device codes of one profile to those of another.
    pub(crate) fn between(self, from: &Profile, to: &Profile) -> Result<Pipeline, ColourError> {
        // Version 4 defines the perceptual black, so that its tables always want it.
        let wanted = self.black_point || (self.intent == Intent::Perceptual && to.is_new());
        let blacks = wanted.then(|| [black::source(from, self.intent), black::destination(to, self.intent)]);
        let source = to_connection(from, self.intent)?;
        let whole = source.then(compensation(blacks)).then(from_connection(to, self.intent)?);
        Ok(whole.folded().neutral_kept())
    }
}

/// Device codes to linear working light.
pub(crate) fn to_working(from: &Profile, link: Link) -> Result<Pipeline, ColourError> {
    let blacks = link.black_point.then(|| [black::source(from, link.intent), [0.0; 3]]);
    let working = Affine::matrix(d50_to_working());
    let source = to_connection(from, link.intent)?;
    Ok(source.then(compensation(blacks)).then(Pipeline(vec![Step::Affine(working)])).folded().white_kept())
}

/// Linear working light to device codes.
pub(crate) fn from_working(to: &Profile, link: Link) -> Result<Pipeline, ColourError> {
    let blacks = link.black_point.then(|| [[0.0; 3], black::destination(to, link.intent)]);
    let back = invert(d50_to_working()).ok_or_else(|| ColourError::Profile("no working space".into()))?;
    let working = Pipeline(vec![Step::Affine(Affine::matrix(back))]);
    Ok(working.then(compensation(blacks)).then(from_connection(to, link.intent)?).folded())
}

/// XYZ under D50 to linear Rec.2020 under its own white.
fn d50_to_working() -> [[f64; 3]; 3] {
    let none = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let to_xyz = Primaries::REC2020.to_xyz().unwrap_or(none);
    let white = to_xyz.map(|row| row.iter().sum::<f64>());
    multiply(invert(to_xyz).unwrap_or(none), adaptation(D50, white))
}

/// XYZ scaled about white so that one black becomes the other.
pub(super) fn compensation(blacks: Option<[[f64; 3]; 2]>) -> Pipeline {
    let Some([from, to]) = blacks.filter(|[from, to]| from != to) else { return Pipeline::default() };
    let scale = |c: usize| (D50[c] - to[c]) / (D50[c] - from[c]);
    let by = [scale(0), scale(1), scale(2)];
    let offset = [0, 1, 2].map(|c| D50[c] * (to[c] - from[c]) / (D50[c] - from[c]));
    Pipeline(vec![Step::Affine(Affine::scale(by, offset))])
}
