//! The words of a `[[rule]]`: what a channel demands of a file, and how well we know it. Judges nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ColourModel, FileFormat};

/// How hard a channel means a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Recommended; a file may pass without.
    Should,
    /// Refused or suppressed otherwise.
    Must,
}

/// One demand with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// What is demanded.
    #[serde(flatten)]
    pub demand: Demand,
    /// How hard.
    pub severity: Severity,
    /// Where it is written.
    pub source: String,
    /// The date of the source, or the day it was read where it bears none: `2026`, `2026-05`, `2026-05-07`.
    pub seen_on: String,
    /// The source bears no date.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub undated: bool,
    /// Where sources disagree: what each says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disputed: Option<String>,
    /// A remark: when it applies, how it is read here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a rule demands of a file: `kind` and `value` in a channel file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Demand {
    /// Pixels that the longer side has at least.
    MinLongSide(u32),
    /// Pixels that the shorter side has at least.
    MinShortSide(u32),
    /// Width and height that the picture has at least.
    MinSize([u32; 2]),
    /// Pixels that neither side passes.
    MaxSide(u32),
    /// Pixels that width plus height do not pass.
    MaxSideSum(u32),
    /// Pixels that the picture does not pass.
    MaxPixels(u64),
    /// Shapes of which the picture has one.
    Aspect(Vec<Ratio>),
    /// Backdrops of which the picture has one.
    Background(Vec<Backdrop>),
    /// Share of the frame that the product takes at least, longest side to side.
    FillMin(f64),
    /// Share of the frame that the product takes at most.
    FillMax(f64),
    /// Formats of which the file has one.
    Formats(Vec<FileFormat>),
    /// Bytes that the file has at least.
    MinBytes(u64),
    /// Bytes that the file does not pass.
    MaxBytes(u64),
    /// Colour models of which the file has one.
    ColourModels(Vec<ColourModel>),
    /// Profiles of which the file embeds one, by the beginning of their name.
    Profiles(Vec<String>),
    /// Bits a sample.
    Bits(u8),
    /// Whether the file may carry alpha.
    Alpha(AlphaDemand),
    /// The extension names the format (`true`) or is free.
    ExtensionMatches(bool),
    /// Something that no measurement here can tell: a person looks.
    Statement(String),
}

/// Backdrops that rules speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backdrop {
    /// Every border pixel is 255, 255, 255.
    White,
    /// Every border pixel is fully transparent.
    Transparent,
}

/// What a rule says of alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AlphaDemand {
    /// None.
    Forbidden,
    /// Some.
    Required,
}

/// Width to height, as `"1:1.44"`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ratio {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Ratio {
    /// Width over height.
    #[must_use]
    pub fn value(self) -> f64 {
        self.width / self.height
    }
}

impl TryFrom<String> for Ratio {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let side = |s: &str| s.trim().parse::<f64>().ok().filter(|v| v.is_finite() && *v > 0.0);
        text.split_once(':')
            .and_then(|(w, h)| Some(Self { width: side(w)?, height: side(h)? }))
            .ok_or_else(|| format!("aspect `{text}`, expected WIDTH:HEIGHT such as \"1:1\" or \"1:1.44\""))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

impl From<Ratio> for String {
    fn from(ratio: Ratio) -> Self {
        ratio.to_string()
    }
}

/// `a, b or c`, as a sentence has it.
pub(super) fn one_of<T: fmt::Display>(values: &[T]) -> String {
    let words: Vec<String> = values.iter().map(T::to_string).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((only, _)) => only.clone(),
        None => "nothing".into(),
    }
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinLongSide(n) => write!(f, "longer side of at least {n} px"),
            Self::MinShortSide(n) => write!(f, "shorter side of at least {n} px"),
            Self::MinSize([w, h]) => write!(f, "at least {w}×{h} px"),
            Self::MaxSide(n) => write!(f, "no side above {n} px"),
            Self::MaxSideSum(n) => write!(f, "width plus height of at most {n} px"),
            Self::MaxPixels(n) => write!(f, "at most {n} pixels"),
            Self::Aspect(ratios) => write!(f, "width to height as {}", one_of(ratios)),
            Self::Background(kinds) => write!(f, "{} backdrop", one_of(kinds)),
            Self::FillMin(v) => write!(f, "product takes at least {:.0} % of the frame", v * 100.0),
            Self::FillMax(v) => write!(f, "product takes at most {:.0} % of the frame", v * 100.0),
            Self::Formats(formats) => write!(f, "{} file", one_of(formats)),
            Self::MinBytes(n) => write!(f, "at least {n} bytes"),
            Self::MaxBytes(n) => write!(f, "at most {n} bytes"),
            Self::ColourModels(models) => write!(f, "{} colour", one_of(models)),
            Self::Profiles(names) => write!(f, "{} profile embedded", one_of(names)),
            Self::Bits(n) => write!(f, "{n} bits a sample"),
            Self::Alpha(AlphaDemand::Forbidden) => f.write_str("no transparency"),
            Self::Alpha(AlphaDemand::Required) => f.write_str("transparency"),
            Self::ExtensionMatches(true) => f.write_str("extension that names the format"),
            Self::ExtensionMatches(false) => f.write_str("any extension"),
            Self::Statement(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Backdrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::White => "pure white",
            Self::Transparent => "transparent",
        })
    }
}

impl fmt::Display for ColourModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rgb => "RGB",
            Self::Cmyk => "CMYK",
            Self::Grey => "grey",
        })
    }
}
