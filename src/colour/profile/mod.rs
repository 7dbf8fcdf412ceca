//! ICC profiles as conversions: a profile is opened once, its tags become steps, and two profiles become one
//! short list of [`Stages`](crate::image::stages::Stages) for pixels.
//!
//! Never touches pixels, and knows no file.

mod black;
mod lab;
mod link;
mod pipeline;
mod read;

use std::panic::{AssertUnwindSafe, catch_unwind};

use moxcms::{ColorProfile, DataColorSpace, ParsingOptions, ProfileClass};

use super::ColourError;
pub(crate) use link::{Link, from_working, to_working};
#[cfg(test)]
pub(crate) use pipeline::table;
pub(crate) use pipeline::{Pipeline, Step, all_sampled};
pub(crate) use read::channels;

/// How colours that the other side cannot show are treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Intent {
    /// The profile maker's picture of the same scene.
    Perceptual,
    /// The same colours relative to white.
    #[default]
    RelativeColorimetric,
}

/// What the channels of a device are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Grey,
    Rgb,
    Cmyk,
    /// Codes of a connection space or another three-channel space: tables only.
    Other3,
}

impl Kind {
    pub(crate) fn of(space: DataColorSpace) -> Result<Self, ColourError> {
        Ok(match space {
            DataColorSpace::Gray => Self::Grey,
            DataColorSpace::Rgb => Self::Rgb,
            DataColorSpace::Cmyk => Self::Cmyk,
            DataColorSpace::Lab | DataColorSpace::Xyz | DataColorSpace::YCbr | DataColorSpace::Cmy => {
                Self::Other3
            }
            other => return Err(ColourError::Space(format!("{other:?}"))),
        })
    }

    /// Channels of a colour.
    pub(crate) fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb | Self::Other3 => 3,
            Self::Cmyk => 4,
        }
    }
}

/// An opened profile.
#[derive(Debug)]
pub(crate) struct Profile {
    tags: ColorProfile,
    kind: Kind,
    major: u8,
}

impl Profile {
    /// Opens a profile.
    pub(crate) fn open(icc: &[u8]) -> Result<Self, ColourError> {
        let options = ParsingOptions {
            max_profile_size: 32 << 20,
            max_allowed_clut_size: 8 << 20,
            max_allowed_trc_size: 1 << 16,
        };
        let tags = catch_unwind(AssertUnwindSafe(|| ColorProfile::new_from_slice_with_options(icc, options)))
            .map_err(|_| ColourError::Profile("the parser gave up on it".into()))?
            .map_err(|e| ColourError::Profile(e.to_string()))?;
        Ok(Self { kind: Kind::of(tags.color_space)?, tags, major: icc.get(8).copied().unwrap_or(0) })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn tags(&self) -> &ColorProfile {
        &self.tags
    }

    /// Whether its codes are sRGB's but for rounding.
    pub(crate) fn is_srgb(&self) -> bool {
        let shaper = super::icc::shaper(&self.tags).ok().flatten();
        shaper.is_some_and(|s| super::named::is_srgb(&s.curves, s.to_working))
    }

    /// Whether it is of version 4 or later.
    fn is_new(&self) -> bool {
        self.major >= 4
    }

    /// Whether it describes a device rather than a change.
    fn is_device(&self) -> bool {
        use ProfileClass::{Abstract, DeviceLink, Named};
        !matches!(self.tags.profile_class, DeviceLink | Abstract | Named)
    }

    /// The darkest colour that the device can be asked for.
    fn darkest(&self) -> [f64; 4] {
        match self.tags.color_space {
            DataColorSpace::Cmyk => [1.0; 4],
            DataColorSpace::Cmy => [1.0, 1.0, 1.0, 0.0],
            DataColorSpace::Lab => [0.0, 128.0 / 255.0, 128.0 / 255.0, 0.0],
            _ => [0.0; 4],
        }
    }
}
