//! What can be wrong with a file's bytes, each with a stable code and what to do about it.

use super::FileFormat;
use crate::image::Size;

/// Why bytes did not become a picture, or a picture bytes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// There are no bytes.
    #[error("the file is empty")]
    Empty,
    /// The bytes are no format that is read here.
    #[error("the file is {0}")]
    Unknown(&'static str),
    /// The format is read, but not this kind of it.
    #[error("this kind of {format} is not supported: {what}")]
    Unsupported {
        /// The format.
        format: FileFormat,
        /// What it has that is not read.
        what: String,
    },
    /// The file ends before the picture does.
    #[error("the {format} ends before the picture is complete ({why})")]
    Truncated {
        /// The format.
        format: FileFormat,
        /// How it was noticed.
        why: String,
    },
    /// The bytes contradict the format.
    #[error("the {format} is damaged ({why})")]
    Damaged {
        /// The format.
        format: FileFormat,
        /// How it was noticed.
        why: String,
    },
    /// More pixels than allowed.
    #[error("the picture has {size} pixels, more than the limit of {max_pixels} in all")]
    TooLarge {
        /// Size in the file's header.
        size: Size,
        /// The limit.
        max_pixels: u64,
    },
    /// The picture does not fit the output format.
    #[error("a {format} has at most {max} pixels a side, this picture is {size}")]
    OutputSize {
        /// The format.
        format: FileFormat,
        /// Longest side it can have.
        max: u32,
        /// Size of the picture.
        size: Size,
    },
    /// The caller's plane is not what the output takes.
    #[error("the encoder takes {expected}, it was given {found}")]
    OutputPixels {
        /// Format it takes.
        expected: String,
        /// Format given.
        found: String,
    },
    /// The output format has no such colours.
    #[error("this {format} cannot hold {what}")]
    OutputColours {
        /// The format.
        format: FileFormat,
        /// What it cannot hold.
        what: String,
    },
    /// The encoder failed.
    #[error("the {format} could not be encoded ({why})")]
    Encode {
        /// The format.
        format: FileFormat,
        /// What it said.
        why: String,
    },
    /// This build lacks the encoder.
    #[error("this build writes no {0}")]
    NotBuilt(FileFormat),
}

impl CodecError {
    /// A stable name for scripts and reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "E-EMPTY-FILE",
            Self::Unknown(_) => "E-FORMAT-UNKNOWN",
            Self::Unsupported { .. } => "E-FORMAT-UNSUPPORTED",
            Self::Truncated { .. } => "E-DECODE-TRUNCATED",
            Self::Damaged { .. } => "E-DECODE-DAMAGED",
            Self::TooLarge { .. } => "E-TOO-LARGE",
            Self::OutputSize { .. } => "E-OUTPUT-SIZE",
            Self::OutputPixels { .. } => "E-OUTPUT-PIXELS",
            Self::OutputColours { .. } => "E-OUTPUT-COLOURS",
            Self::Encode { .. } => "E-ENCODE",
            Self::NotBuilt(_) => "E-NOT-BUILT",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty | Self::Truncated { .. } => {
                "copy or export the file again; its transfer was cut short"
            }
            Self::Unknown(_) => "export it as JPEG, PNG, TIFF or WebP",
            Self::Unsupported { .. } => "save it again as an ordinary 8- or 16-bit file",
            Self::Damaged { .. } => "copy the file again from its source, or open and save it in an editor",
            Self::TooLarge { .. } => "make the picture smaller, or raise the pixel limit",
            Self::OutputSize { .. } => "ask for a smaller picture or for PNG or TIFF",
            Self::OutputPixels { .. } => "this is a fault of the program; report it with the command used",
            Self::OutputColours { .. } => {
                "write CMYK as JPEG or TIFF without alpha, grey as PNG, JPEG or TIFF, and anything else in RGB"
            }
            Self::Encode { .. } => "try another output format; report it if it happens again",
            Self::NotBuilt(_) => "build with `--features avif`, or ask for another format",
        }
    }

    pub(crate) fn damaged(format: FileFormat, why: impl ToString) -> Self {
        Self::Damaged { format, why: why.to_string() }
    }

    pub(crate) fn truncated(format: FileFormat, why: impl ToString) -> Self {
        Self::Truncated { format, why: why.to_string() }
    }

    pub(crate) fn unsupported(format: FileFormat, what: impl ToString) -> Self {
        Self::Unsupported { format, what: what.to_string() }
    }

    pub(crate) fn encode(format: FileFormat, why: impl ToString) -> Self {
        Self::Encode { format, why: why.to_string() }
    }
}
