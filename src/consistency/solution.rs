//! What the shots of a set need, and what is in doubt. Types only.

use std::fmt;

use serde::Serialize;

use super::drift::Drift;

/// What tells a shot's light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The backdrop.
    Backdrop,
    /// The product.
    Product,
    /// The grey patch.
    Grey,
}

impl Source {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Backdrop, Self::Product, Self::Grey];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backdrop => "backdrop",
            Self::Product => "product",
            Self::Grey => "grey",
        }
    }
}

/// Why a person should look at a shot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flag {
    /// It shares nothing usable with another shot: not moved.
    NoEvidence,
    /// Nothing ties it to the chart's shot or the rest of the set: brought in line with its own group only.
    Apart,
    /// A reading is blown and tells nothing.
    Blown(Source),
    /// One reading says otherwise than the rest, or asks for an odd light that the other does not see: left
    /// out.
    Outvoted(Source),
    /// Its readings contradict each other: moved only as far as all of them say.
    Contradiction {
        /// How far they are apart in exposure, EV.
        ev: f64,
        /// How far they are apart in colour, as a share of a channel.
        tint: f64,
    },
    /// Its light is unlike the set's, and the evidence agrees: corrected.
    OddLight,
    /// Its light would be unlike the set's, but only the product says so, which may show another side: moved
    /// no further than usual light allows.
    Unconfirmed,
    /// Only the product tells its light, and products turn.
    ProductAlone,
    /// The correction is beyond what may be done to a photograph: not moved.
    Refused,
    /// Its light is not known to a visible difference.
    Uncertain,
}

impl Flag {
    /// Whether it tells of how the set was shot rather than of this one shot.
    #[must_use]
    pub const fn is_of_the_set(&self) -> bool {
        matches!(self, Self::Blown(_) | Self::ProductAlone | Self::Apart)
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEvidence => write!(f, "no evidence"),
            Self::Apart => write!(f, "apart from the set"),
            Self::Blown(source) => write!(f, "{} blown", source.name()),
            Self::Outvoted(source) => write!(f, "{} outvoted", source.name()),
            Self::Contradiction { ev, tint } => {
                write!(f, "contradiction of {ev:.2} EV and {:.1} %", 100.0 * tint)
            }
            Self::OddLight => write!(f, "odd light"),
            Self::Unconfirmed => write!(f, "odd light by the product alone"),
            Self::ProductAlone => write!(f, "light by the product alone"),
            Self::Refused => write!(f, "beyond the limits"),
            Self::Uncertain => write!(f, "uncertain"),
        }
    }
}

/// What a set's shots need, each list in the order of the shots.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Solution {
    /// Gains to apply to linear R, G, B.
    pub gains: Vec<[f64; 3]>,
    /// The gains' exposure: the binary logarithm of their geometric mean, EV.
    pub ev: Vec<f64>,
    /// Standard deviation of `ev`; infinite where nothing is known.
    pub sigma: Vec<f64>,
    /// Standard deviation of the gains' colour, as a share of a channel; infinite where nothing is known.
    pub tint_sigma: Vec<f64>,
    /// Gains that the evidence asks for, before contradictions and limits; 1 where there is none.
    pub asked: Vec<[f64; 3]>,
    /// What a reading of each of [`Source::ALL`] is off after the gains asked for, as natural logarithms of
    /// R, G, B.
    pub residuals: Vec<[Option<[f64; 3]>; 3]>,
    /// What is in doubt; empty for most shots.
    pub flags: Vec<Vec<Flag>>,
    /// How the light moves over time; `None` with fewer than five timed and measured shots.
    pub drift: Option<Drift>,
}
