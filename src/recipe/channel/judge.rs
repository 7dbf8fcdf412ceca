//! Holding a finished file against a rule. Pure: what was measured goes in, a verdict comes out; it measures
//! nothing itself and never guesses what was not measured.

use serde::{Deserialize, Serialize};

use super::{AlphaDemand, Backdrop, ColourModel, Demand, FileFormat, Rule};
use crate::image::Size;

/// What is known of a finished file.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// Its size in pixels.
    pub size: Size,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its format, by content.
    pub format: FileFormat,
    /// Its extension as written, without the dot.
    pub extension: Option<String>,
    /// Whether it carries alpha.
    pub has_alpha: bool,
    /// Bits a sample.
    pub bits: u8,
    /// What its samples are.
    pub model: ColourModel,
    /// The name of the embedded profile; `None` where there is none.
    pub profile: Option<String>,
    /// The product's longest side over the frame's, where it was measured.
    pub fill_measured: Option<f64>,
    /// The smallest code along the border, all channels (scaled to 8 bits, rounded down), where measured.
    pub border_min_code: Option<u8>,
    /// The smallest and the largest alpha along the border (scaled to 8 bits), where measured.
    pub border_alpha: Option<(u8, u8)>,
}

impl Finished {
    /// An opaque 8-bit RGB file in sRGB of which nothing else is known yet.
    #[must_use]
    pub fn new(size: Size, bytes: u64, format: FileFormat) -> Self {
        Self {
            size,
            bytes,
            format,
            extension: None,
            has_alpha: false,
            bits: 8,
            model: ColourModel::Rgb,
            profile: Some("sRGB".into()),
            fill_measured: None,
            border_min_code: None,
            border_alpha: None,
        }
    }
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// The file keeps it.
    Kept,
    /// The file breaks it.
    Broken {
        /// What the file has.
        found: String,
        /// What the rule wants.
        wanted: String,
    },
    /// Not known: it was not measured, or only a person can tell.
    Unknown {
        /// What to look at.
        wanted: String,
    },
}

/// Relative difference that two aspects may have and still be the same: a pixel's rounding, and shops that
/// state 1:1.44 beside 1801×2600.
const ASPECT_TOLERANCE: f64 = 0.005;

/// Rounding of stated shares.
const SHARE_TOLERANCE: f64 = 1e-4;

/// Holds a file against a rule.
#[must_use]
pub fn judge(rule: &Rule, file: &Finished) -> Verdict {
    let Some((kept, found)) = measure(&rule.demand, file) else {
        return Verdict::Unknown { wanted: rule.demand.to_string() };
    };
    if kept { Verdict::Kept } else { Verdict::Broken { found, wanted: rule.demand.to_string() } }
}

/// Whether the demand is met and what was found; `None` where that is not known.
fn measure(demand: &Demand, file: &Finished) -> Option<(bool, String)> {
    let Size { width, height } = file.size;
    let size = file.size.to_string();
    Some(match demand {
        Demand::MinLongSide(n) => (width.max(height) >= *n, size),
        Demand::MinShortSide(n) => (width.min(height) >= *n, size),
        Demand::MinSize([w, h]) => (width >= *w && height >= *h, size),
        Demand::MaxSide(n) => (width.max(height) <= *n, size),
        Demand::MaxSideSum(n) => (u64::from(width) + u64::from(height) <= u64::from(*n), size),
        Demand::MaxPixels(n) => (u64::from(width) * u64::from(height) <= *n, size),
        Demand::Aspect(ratios) => {
            let found = f64::from(width) / f64::from(height.max(1));
            (ratios.iter().any(|r| (found / r.value() - 1.0).abs() <= ASPECT_TOLERANCE), size)
        }
        Demand::Background(kinds) => return backdrop(kinds, file),
        Demand::FillMin(v) => share(file, |found| found >= v - SHARE_TOLERANCE)?,
        Demand::FillMax(v) => share(file, |found| found <= v + SHARE_TOLERANCE)?,
        Demand::Formats(formats) => (formats.contains(&file.format), file.format.to_string()),
        Demand::MinBytes(n) => (file.bytes >= *n, format!("{} bytes", file.bytes)),
        Demand::MaxBytes(n) => (file.bytes <= *n, format!("{} bytes", file.bytes)),
        Demand::ColourModels(models) => (models.contains(&file.model), file.model.to_string()),
        Demand::Profiles(names) => profile(names, file),
        Demand::Bits(n) => (file.bits == *n, format!("{} bits", file.bits)),
        Demand::Alpha(want) => {
            let found = if file.has_alpha { "alpha" } else { "no alpha" };
            (file.has_alpha == matches!(want, AlphaDemand::Required), found.into())
        }
        Demand::ExtensionMatches(false) => (true, String::new()),
        Demand::ExtensionMatches(true) => {
            let extension = file.extension.as_deref()?;
            let kept = FileFormat::from_extension(extension) == Some(file.format);
            (kept, format!("{} named .{extension}", file.format))
        }
        Demand::Statement(_) => return None,
    })
}

fn share(file: &Finished, kept: impl Fn(f64) -> bool) -> Option<(bool, String)> {
    let found = file.fill_measured.filter(|v| v.is_finite())?;
    Some((kept(found), format!("{:.1} %", found * 100.0)))
}

fn profile(names: &[String], file: &Finished) -> (bool, String) {
    let Some(found) = &file.profile else { return (false, "no profile".into()) };
    let lower = found.to_lowercase();
    (names.iter().any(|n| lower.starts_with(&n.to_lowercase())), found.clone())
}

/// A border that carries alpha is transparent only where all of it is, and white only where it is opaque.
fn backdrop(kinds: &[Backdrop], file: &Finished) -> Option<(bool, String)> {
    let (least, most) = if file.has_alpha { file.border_alpha? } else { (255, 255) };
    if most == 0 {
        return Some((kinds.contains(&Backdrop::Transparent), "a transparent border".into()));
    }
    if least < 255 {
        return Some((false, format!("border with alpha from {least} to {most}")));
    }
    if !kinds.contains(&Backdrop::White) {
        return Some((false, "an opaque border".into()));
    }
    let code = file.border_min_code?;
    Some((code == 255, format!("border with codes down to {code}")))
}
