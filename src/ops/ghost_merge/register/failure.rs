//! Why an inner shot cannot be joined, or should be looked at: each reason in plain words, with its number.

use serde::Serialize;

/// Why there is no registration.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// No opening.
    #[error("no mannequin is seen between parts of the garment: there is no opening to fill")]
    NoOpening,
    /// No outline to match.
    #[error("too little of the garment's outline is seen against the backdrop beside the opening")]
    NoOutline,
    /// Nothing in the inner shot.
    #[error("no garment is found in the inner shot")]
    NoInner,
    /// Nothing fits.
    #[error("the inner garment's outline fits nowhere beside the opening")]
    NoFit,
    /// Nothing fits, and the inner shot is cut.
    #[error(
        "the inner garment's outline fits nowhere beside the opening: the shot cuts it off at the {side}"
    )]
    Cut {
        /// Side of the inner shot.
        side: &'static str,
    },
    /// It fits, but was held otherwise.
    #[error("{0}")]
    Held(Doubt),
}

/// Why a registration should not be taken unseen.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize)]
pub enum Doubt {
    /// Upside down.
    #[error(
        "the inner shot fits upside down ({turned:.1} px against {upright:.1} px): turn it by 180 degrees"
    )]
    UpsideDown {
        /// Mean misfit as it is.
        upright: f64,
        /// Mean misfit turned.
        turned: f64,
    },
    /// On its side.
    #[error(
        "the inner shot lies on its side ({turned:.1} px against {upright:.1} px): turn it by 90 degrees"
    )]
    OnItsSide {
        /// Mean misfit as it is.
        upright: f64,
        /// Mean misfit turned.
        turned: f64,
    },
    /// Flipped.
    #[error(
        "the inner shot fits when it is flipped left to right ({flipped:.2} px against {straight:.2} px)"
    )]
    Mirrored {
        /// Misfit as it is.
        straight: f64,
        /// Misfit flipped.
        flipped: f64,
    },
    /// Turned.
    #[error(
        "the inner shot is turned by {degrees:.1} degrees: more than {limit:.0} move the light and the fall"
    )]
    Turned {
        /// Clockwise turn.
        degrees: f64,
        /// Most that is taken.
        limit: f64,
    },
    /// Of another size.
    #[error(
        "the inner garment is taken {scale:.2} times as large as the front: outside {low:.2} to {high:.2}"
    )]
    Scale {
        /// Inner pixels a front pixel.
        scale: f64,
        /// Least that is taken.
        low: f64,
        /// Most that is taken.
        high: f64,
    },
    /// Stretched.
    #[error(
        "the inner garment has to be stretched by {percent:.0} % one way to fit: it lies or hangs otherwise"
    )]
    Stretched {
        /// How much more one way than the other.
        percent: f64,
    },
    /// Does not fit.
    #[error(
        "the outlines differ by {rms:.1} px beside the opening, {limit:.1} px are taken: another garment, or dressed anew"
    )]
    Misfit {
        /// Root mean square distance in front pixels.
        rms: f64,
        /// Most that is taken.
        limit: f64,
    },
    /// Only part fits.
    #[error(
        "only {percent:.0} % of the outline beside the opening has its like in the inner shot: another garment, or cut"
    )]
    Partial {
        /// Share in per cent.
        percent: f64,
    },
    /// Fits beside the opening alone.
    #[error(
        "beside the opening it fits, but only {percent:.0} % of the outline farther off does: another cut or size"
    )]
    Farther {
        /// Share in per cent.
        percent: f64,
    },
    /// Two starts differ.
    #[error(
        "two ways to begin end {pixels:.1} px apart at the back edge: the outline does not say where it is"
    )]
    Disagree {
        /// Largest distance in front pixels.
        pixels: f64,
    },
    /// The joint is broken.
    #[error("the back edge misses the front's outline by {pixels:.1} px on the {side}")]
    Broken {
        /// Distance in front pixels.
        pixels: f64,
        /// Which end.
        side: &'static str,
    },
    /// The back edge is no back edge.
    #[error(
        "the back edge lies {rise:.2} opening widths above the line between its ends (taken: -0.15 to 0.25)"
    )]
    Edge {
        /// Height over width.
        rise: f64,
    },
    /// Holes.
    #[error("the inner garment covers {percent:.1} % of the opening: gaps would stay")]
    Coverage {
        /// Share in per cent.
        percent: f64,
    },
    /// Cut by the frame.
    #[error("the inner shot is cut off at its {side} where the opening needs it")]
    Cropped {
        /// Which side.
        side: &'static str,
    },
    /// The outline says too little of it.
    #[error(
        "the back edge is a guess: its middle may be off by {pixels:.0} px, the outline beside it says no more"
    )]
    Unsure {
        /// One standard deviation in front pixels.
        pixels: f64,
    },
    /// Bent too far.
    #[error("the back edge had to be bent by a slope of {slope:.2} to meet the outline: folds would show")]
    Strain {
        /// Largest slope of the bend.
        slope: f64,
    },
}

impl Doubt {
    /// Its stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UpsideDown { .. } | Self::OnItsSide { .. } | Self::Turned { .. } => "inner-turned",
            Self::Mirrored { .. } => "inner-mirrored",
            Self::Scale { .. } | Self::Stretched { .. } => "inner-scale",
            Self::Cropped { .. } => "inner-cropped",
            Self::Coverage { .. } => "inner-coverage",
            Self::Misfit { .. } | Self::Partial { .. } | Self::Farther { .. } => "inner-misfit",
            Self::Disagree { .. }
            | Self::Broken { .. }
            | Self::Edge { .. }
            | Self::Unsure { .. }
            | Self::Strain { .. } => "inner-edge",
        }
    }
}
