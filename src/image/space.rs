//! What the codes of a finished file mean, as numbers: the counterpart of [`Encoding`](super::Encoding). Built by
//! `colour`; reads no profile.

use std::sync::Arc;

use super::Matrix3;
use super::stages::Stages;

/// A colour space for finished files.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputSpace {
    /// Its name, for reports.
    pub name: String,
    /// The ICC profile to embed.
    pub icc: Arc<[u8]>,
    /// Colour channels of a file: 1 grey, 3 RGB, 4 CMYK.
    pub channels: u8,
    /// From linear working light to linear light of its primaries, where it is curves and a matrix.
    pub linear: Option<Matrix3>,
    /// Whether its curve is sRGB's, so that the matrix says everything.
    pub srgb_curve: bool,
    /// From linear working light to codes of 0 … 1, a channel each; a grey is in three channels.
    pub stages: Stages,
}
