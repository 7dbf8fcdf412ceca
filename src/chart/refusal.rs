//! Why no chart was returned, in words for the photographer. Never decides anything.

use std::fmt;

use super::Chart;

/// Why no chart was returned.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// The picture has no pixels, or not as many as its size says.
    Picture,
    /// The four corners make no convex quadrilateral inside the picture.
    Corners,
    /// No chart was recognised.
    NotFound,
    /// A chart was recognised, but in a mirrored picture.
    Mirrored,
    /// Part of the chart lies outside the picture.
    CutOff,
    /// Another chart was recognised than the one asked for.
    OtherChart {
        /// What was asked for.
        wanted: Chart,
        /// What is there.
        found: Chart,
    },
    /// The patches are too few pixels wide.
    Small {
        /// Pixels from one patch to the next.
        pitch: f64,
    },
    /// Something looks like a chart, but not enough so.
    Unsure {
        /// What speaks against it.
        why: String,
    },
    /// Too many patches cannot be used.
    TooManyDoubtful {
        /// The patches, each with its reason.
        patches: String,
        /// How many.
        count: usize,
        /// How many would have been allowed.
        limit: usize,
    },
}

impl Refusal {
    /// A name for reports and scripts that stays the same.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Picture => "E-CHART-PICTURE",
            Self::Corners => "E-CHART-CORNERS",
            Self::NotFound => "E-CHART-NOT-FOUND",
            Self::Mirrored => "E-CHART-MIRRORED",
            Self::CutOff => "E-CHART-CUT-OFF",
            Self::OtherChart { .. } => "E-CHART-OTHER",
            Self::Small { .. } => "E-CHART-SMALL",
            Self::Unsure { .. } => "E-CHART-UNSURE",
            Self::TooManyDoubtful { .. } => "E-CHART-DOUBTFUL",
        }
    }

    /// What the photographer should do.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Picture => "give a picture that can be opened",
            Self::Corners => {
                "give the outer corners of the four corner patches in order: first patch, end of its row, last \
                 patch, first of the last row"
            }
            Self::NotFound => {
                "take the photograph again with the whole chart in view, sharp, unobstructed and at least a \
                 tenth of the picture wide; or give its four corners by hand"
            }
            Self::Mirrored => "flip the picture: a mirrored chart means mirrored products",
            Self::CutOff => "take the photograph again with the whole chart inside the frame",
            Self::OtherChart { .. } => "name the chart that was photographed, or leave the choice open",
            Self::Small { .. } => "move the chart nearer, or give the photograph at its full size",
            Self::Unsure { .. } => {
                "take the photograph again, sharper and evenly lit, with nothing on the chart; or give its \
                 four corners by hand"
            }
            Self::TooManyDoubtful { .. } => {
                "take the photograph again: correct the exposure so that neither white nor black is clipped, \
                 and turn the chart until nothing shines on it"
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Picture => write!(f, "the picture has no pixels, or not as many as its size says"),
            Self::Corners => write!(f, "the four corners make no convex shape inside the picture"),
            Self::NotFound => write!(f, "no colour chart was recognised"),
            Self::Mirrored => write!(f, "the colour chart is mirrored"),
            Self::CutOff => write!(f, "part of the colour chart lies outside the picture"),
            Self::OtherChart { wanted, found } => write!(f, "the chart is a {found}, not a {wanted}"),
            Self::Small { pitch } => write!(f, "the chart is too small: {pitch:.1} pixels a patch"),
            Self::Unsure { why } => write!(f, "something looks like a colour chart, but {why}"),
            Self::TooManyDoubtful { patches, count, limit } => {
                write!(f, "{count} patches cannot be used ({patches}); at most {limit} may fail")
            }
        }
    }
}

impl std::error::Error for Refusal {}
