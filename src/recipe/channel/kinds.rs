//! The words of an `[[output]]`: sizes, fill, background, file kinds, names. Values only, no behaviour beyond
//! reading and writing themselves; every refusal names what is allowed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::image::Size;
use crate::ops::parse_hex;
use crate::ops::place::Axis;

/// The size of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Frame {
    /// Exactly this many pixels: `"2000x2000"`.
    Fixed(Size),
    /// The aspect of the product crop, its longer side this long: `"1600"`.
    LongSide(u32),
    /// The photograph's own resolution, uncropped: `"source"`.
    Source,
}

/// No channel asks for more, and a typing slip must not ask for terabytes.
const MAX_SIDE: u32 = 65_535;

impl TryFrom<String> for Frame {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let side = |s: &str| s.parse::<u32>().ok().filter(|n| (1..=MAX_SIDE).contains(n));
        let frame = match text.split_once('x') {
            _ if text == "source" => Some(Self::Source),
            Some((w, h)) => side(w).zip(side(h)).map(|(w, h)| Self::Fixed(Size::new(w, h))),
            None => side(&text).map(Self::LongSide),
        };
        frame.ok_or_else(|| {
            format!(
                "size `{text}`, expected WIDTHxHEIGHT (\"2000x2000\"), a longer side (\"1600\") or \
                 \"source\", with sides of 1 to {MAX_SIDE}"
            )
        })
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(size) => write!(f, "{}x{}", size.width, size.height),
            Self::LongSide(side) => write!(f, "{side}"),
            Self::Source => f.write_str("source"),
        }
    }
}

impl From<Frame> for String {
    fn from(frame: Frame) -> Self {
        frame.to_string()
    }
}

/// How much of the frame the product takes, side to side (not area to area).
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fill {
    /// Product side over frame side: above 0, at most 1.
    pub share: f32,
    /// Which side that is.
    #[serde(default)]
    pub axis: Axis,
}

/// What lies behind the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Background {
    /// 255, 255, 255, exactly.
    #[default]
    White,
    /// Nothing: the file carries alpha.
    Transparent,
    /// One sRGB colour: `"#f2f3f4"`.
    Colour([u8; 3]),
}

impl TryFrom<String> for Background {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match (text.as_str(), parse_hex(&text)) {
            ("white", _) | (_, Some([255, 255, 255])) => Ok(Self::White),
            ("transparent", _) => Ok(Self::Transparent),
            (_, Some(codes)) => Ok(Self::Colour(codes)),
            _ => Err(format!("background `{text}`, expected \"white\", \"transparent\" or \"#rrggbb\"")),
        }
    }
}

impl From<Background> for String {
    fn from(background: Background) -> Self {
        match background {
            Background::White => "white".into(),
            Background::Transparent => "transparent".into(),
            Background::Colour([r, g, b]) => format!("#{r:02x}{g:02x}{b:02x}"),
        }
    }
}

/// A file format by name, in rules; the first five can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FileFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
    /// TIFF.
    Tiff,
    /// AVIF.
    Avif,
    /// GIF; never written.
    Gif,
    /// Windows bitmap; never written.
    Bmp,
    /// HEIC; never written.
    Heic,
    /// Photoshop document; never written.
    Psd,
}

impl FileFormat {
    /// The extension of files that Packshot writes, and the usual one of others.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Tiff => "tif",
            Self::Avif => "avif",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Heic => "heic",
            Self::Psd => "psd",
        }
    }

    /// The format that an extension claims, in any case.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" => Self::Jpeg,
            "png" => Self::Png,
            "webp" => Self::Webp,
            "tif" | "tiff" => Self::Tiff,
            "avif" => Self::Avif,
            "gif" => Self::Gif,
            "bmp" => Self::Bmp,
            "heic" | "heif" => Self::Heic,
            "psd" => Self::Psd,
            _ => return None,
        })
    }

    /// Whether an output may ask for it.
    #[must_use]
    pub const fn writable(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp | Self::Tiff | Self::Avif)
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Tiff => "TIFF",
            Self::Avif => "AVIF",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Heic => "HEIC",
            Self::Psd => "PSD",
        })
    }
}

/// What the samples of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ColourModel {
    /// Red, green, blue.
    Rgb,
    /// Four inks.
    Cmyk,
    /// One grey channel.
    Grey,
}

/// How a JPEG keeps its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, Serialize)]
pub enum Subsampling {
    /// Full colour resolution.
    #[default]
    #[serde(rename = "4:4:4")]
    Full,
    /// Half across.
    #[serde(rename = "4:2:2")]
    HalfWidth,
    /// Half both ways.
    #[serde(rename = "4:2:0")]
    Half,
}

/// How an output is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FileKind {
    /// Container and coding.
    pub format: FileFormat,
    /// 1 to 100 for lossy coding; `None` is lossless where the format can.
    pub quality: Option<u8>,
    /// JPEG only.
    pub subsampling: Subsampling,
    /// 8 or 16 bits a sample.
    pub bits: u8,
    /// Whether it carries alpha, straight.
    pub alpha: bool,
}

/// A file name with placeholders `{sku}`, `{view}` and `{output}`, extension excluded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct NameTemplate(String);

impl Default for NameTemplate {
    fn default() -> Self {
        Self("{sku}_{view}".into())
    }
}

impl NameTemplate {
    /// The name for these values, which must be safe already.
    #[must_use]
    pub fn expand(&self, sku: &str, view: &str, output: &str) -> String {
        let mut name = String::new();
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            name.push_str(before);
            let (key, tail) = after.split_once('}').unwrap_or((after, ""));
            name.push_str(match key {
                "sku" => sku,
                "view" => view,
                _ => output,
            });
            rest = tail;
        }
        name + rest
    }
}

impl TryFrom<String> for NameTemplate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let literal = ["{sku}", "{view}", "{output}"].iter().fold(text.clone(), |t, key| t.replace(key, ""));
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | ' ');
        if !text.contains("{sku}") || !literal.chars().all(plain) || text.starts_with(['.', '-', ' ']) {
            return Err(format!(
                "file_name `{text}`, expected `{{sku}}` and, as needed, `{{view}}`, `{{output}}`, letters, \
                 digits and `_ - . +`"
            ));
        }
        Ok(Self(text))
    }
}

impl From<NameTemplate> for String {
    fn from(template: NameTemplate) -> Self {
        template.0
    }
}
