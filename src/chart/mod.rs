//! Finds a ColorChecker in a photograph and samples its patches.
//!
//! A camera's colours are only as true as the patches they were fitted on, so this module would rather refuse
//! than be wrong: what it returns was recognised by its colours, in one orientation, with its edges measured.
//!
//! Method: flat components of the photograph's proxy become blobs, blobs that repeat become lattices, a
//! lattice becomes a chart when the colours on it rank as the published ones do in one of eight poses; the
//! homography is then refined on the patches' edges in the full pixels (`find`), which are sampled
//! with trimmed means (`sample`). Ranks survive any exposure, white balance and tone curve.
//!
//! Nothing here converts colours, fits a correction, reads files or depends on threads or the clock.

mod colours;
mod find;
mod homography;
mod layout;
pub mod reference;
mod refusal;
mod sample;
#[cfg(test)]
mod sim;
#[cfg(test)]
mod tests;

pub use find::{find, sample_at};
pub use layout::Chart;
pub use refusal::Refusal;

/// A photograph in linear light.
///
/// Give it in the file's own primaries where they are known: there a channel that ran into its end is told
/// from one that did not, and after a matrix it is not.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` pixels, row by row; 1 is where the file's channels end. What is not a number counts
    /// as 0.
    pub rgb: &'a [[f32; 3]],
}

/// A chart in a photograph.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which chart it is.
    pub chart: Chart,
    /// The outer corners of the four corner patches, in pixels of the picture (the first pixel's centre is at
    /// 0.5, 0.5), in the chart's own order: the first patch's, the end of the first row, the last patch's,
    /// the end of the first column.
    pub corners: [[f64; 2]; 4],
    /// How sure it is, 0..1. `find` refuses below one half.
    pub confidence: f64,
    /// The patches in the reference's order, row by row.
    pub patches: Vec<Patch>,
    /// Further charts seen in the photograph.
    pub others: usize,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

/// What was measured on one patch, over the central half of its area, or less where that would touch its edge.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Patch {
    /// Mean of the middle 80 % of each channel, linear, after specks were left out.
    pub rgb: [f64; 3],
    /// Standard deviation of the same pixels.
    pub sigma: [f64; 3],
    /// Share of pixels with a channel at 0.98 or above, or at 0.002 or below, 0..1.
    pub clipped: f64,
    /// Relative change of brightness across the patch, from a plane fit; 0 is even.
    pub slope: f64,
    /// Pixels read; large patches are read on a raster.
    pub pixels: usize,
    /// Why the patch should not be used, if so.
    pub doubt: Option<Doubt>,
}

/// Why a patch should not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A channel ran into one of its ends.
    Clipped,
    /// Light was reflected on it: brighter than the other patches say, or sloping up to a reflection.
    Glare,
    /// Its pixels disagree with each other, or its colour with all other patches: a shadow's edge, or
    /// something lies on it.
    Uneven,
    /// Too few pixels.
    Small,
}
