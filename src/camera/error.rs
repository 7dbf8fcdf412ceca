//! Why there is no model, or no camera file.

use super::score::Score;

/// Why numbers are no camera model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A curve that is none.
    #[error("a curve needs 2 to 256 knots of finite numbers that rise strictly")]
    Curve,
    /// A number that is not finite.
    #[error("the model has a number that is not finite")]
    NotFinite,
    /// A kind with parts of another.
    #[error("a `{0}` model has parts that its kind lacks, or lacks parts")]
    Kind(&'static str),
}

/// Why a photograph of a chart gives no camera model.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrateError {
    /// Samples that are not the chart's patches.
    #[error("{samples} samples for the {patches} patches of {chart}")]
    Count {
        /// How many samples.
        samples: usize,
        /// How many patches.
        patches: usize,
        /// Which chart.
        chart: String,
    },
    /// The file's own channels lead nowhere.
    #[error("the file's colours do not span a space")]
    Basis,
    /// Too little to learn from.
    #[error("{usable} of {patches} patches can be used; {needed} are needed")]
    TooFew {
        /// How many can be used.
        usable: usize,
        /// How many there are.
        patches: usize,
        /// How many there must be.
        needed: usize,
    },
    /// Greys that do not follow the chart's.
    #[error("`{darker}` is not darker than `{lighter}` in the photograph")]
    GreyRamp {
        /// The patch that should be the darker one.
        darker: String,
        /// The patch that should be the lighter one.
        lighter: String,
    },
    /// No kind of model can be made without each of the patches.
    #[error("the patches make no model")]
    NoModel,
    /// A model that helps nothing.
    #[error(
        "on patches left out the model is off by {after:.1} on average, the photograph as it is by {before:.1}"
    )]
    NotBetter {
        /// Mean CIEDE2000 of the photograph as it is.
        before: f64,
        /// Mean CIEDE2000 of patches left out.
        after: f64,
    },
    /// Errors that no camera makes.
    #[error("on patches left out the model is off by {:.1} on average and {:.1} at most", score.mean, score.max)]
    Absurd {
        /// CIEDE2000 of patches left out.
        score: Score,
    },
}

impl CalibrateError {
    /// The stable code for reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Count { .. } => "E-CAMERA-COUNT",
            Self::Basis => "E-CAMERA-BASIS",
            Self::TooFew { .. } => "E-CAMERA-FEW",
            Self::GreyRamp { .. } => "E-CAMERA-GREYS",
            Self::NoModel => "E-CAMERA-MODEL",
            Self::NotBetter { .. } => "E-CAMERA-USELESS",
            Self::Absurd { .. } => "E-CAMERA-ABSURD",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Count { .. } => "say which chart it is, or give a reference with as many patches",
            Self::Basis => "assign an RGB profile to the photograph",
            Self::TooFew { .. } => {
                "photograph the chart again: no glare, no shadow, nothing clipped, the whole chart in the picture"
            }
            Self::GreyRamp { .. } => {
                "light the chart evenly, expose it less, and check which way up it was read"
            }
            Self::NoModel => "photograph the chart again in even light",
            Self::NotBetter { .. } => "the photograph needs no correction, or the chart is another edition",
            Self::Absurd { .. } => "check which chart and edition it is and which way up it was read",
        }
    }
}

/// Why a camera file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CameraFileError {
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("the camera file cannot be read\n{0}")]
    Toml(String),
    /// A file of another time.
    #[error("the camera file is of version {found}; this program reads version {expected}")]
    Version {
        /// What the file says.
        found: i64,
        /// What it should say.
        expected: i64,
    },
    /// Numbers that make no model.
    #[error("the camera file's model is unusable: {0}")]
    Model(#[from] ModelError),
    /// A number that is not finite, or an error below zero.
    #[error("the camera file's `{0}` has a number that cannot be")]
    Number(&'static str),
}

impl CameraFileError {
    /// The stable code for reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Toml(_) => "E-CAMERA-TOML",
            Self::Version { .. } => "E-CAMERA-VERSION",
            Self::Model(_) => "E-CAMERA-BROKEN",
            Self::Number(_) => "E-CAMERA-NUMBER",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Version { .. } => "calibrate again with this program",
            Self::Toml(_) | Self::Model(_) | Self::Number(_) => {
                "camera files are not meant to be edited; calibrate again from the chart's photograph"
            }
        }
    }
}
