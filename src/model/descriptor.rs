//! What a graph takes and gives, in one small table: an ONNX file does not say it.

use serde::{Deserialize, Serialize};

use super::ModelError;
use crate::image::Size;

/// Sides that are believed, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 16..=4096;

/// How a picture becomes a graph's input, and its output a probability. Written in TOML or JSON:
///
/// ```toml
/// size = [320, 320]               # width and height of the input in pixels
/// layout = "nchw"                 # or "nhwc"
/// scale = "max"                   # or the code value that becomes 1: 255
/// mean = [0.485, 0.456, 0.406]    # taken from red, green, blue after scaling
/// std = [0.229, 0.224, 0.225]     # and what the rest is divided by
/// output = 0                      # which of the graph's outputs
/// activation = "none"             # or "sigmoid", or "softmax:1" for the second class
/// stretch = true                  # spread the output over 0 … 1
/// ```
///
/// The input is `(255·v/scale − mean)/std` of an sRGB value `v` in 0 … 1. All but `size` may be left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Descriptor {
    /// Width and height of the input, in pixels.
    pub size: [u32; 2],
    /// Order of the input's axes.
    #[serde(default)]
    pub layout: Layout,
    /// What the picture is divided by.
    #[serde(default)]
    pub scale: Scale,
    /// Taken from each channel after scaling.
    #[serde(default)]
    pub mean: [f32; 3],
    /// What each channel is divided by after that; above 0.
    #[serde(default = "ones")]
    pub std: [f32; 3],
    /// Index of the output that holds the matte.
    #[serde(default)]
    pub output: usize,
    /// What turns the output into a probability.
    #[serde(default)]
    pub activation: Activation,
    /// Whether the least value becomes 0 and the greatest 1.
    #[serde(default)]
    pub stretch: bool,
}

fn ones() -> [f32; 3] {
    [1.0; 3]
}

/// Order of the axes of a picture in a tensor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Picture, channel, row, column.
    #[default]
    Nchw,
    /// Picture, row, column, channel.
    Nhwc,
}

/// What a picture is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenScale", into = "WrittenScale")]
pub enum Scale {
    /// Its own greatest value.
    Max,
    /// An 8-bit code value, above 0.
    Code(f32),
}

impl Default for Scale {
    fn default() -> Self {
        Self::Code(255.0)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "`scale` is \"max\" or a number such as 255")]
enum WrittenScale {
    Number(f32),
    Word(String),
}

impl TryFrom<WrittenScale> for Scale {
    type Error = String;

    fn try_from(written: WrittenScale) -> Result<Self, String> {
        match written {
            WrittenScale::Number(code) => Ok(Self::Code(code)),
            WrittenScale::Word(word) if word == "max" => Ok(Self::Max),
            WrittenScale::Word(word) => Err(format!("`scale` is \"max\" or a number, not \"{word}\"")),
        }
    }
}

impl From<Scale> for WrittenScale {
    fn from(scale: Scale) -> Self {
        match scale {
            Scale::Max => Self::Word("max".into()),
            Scale::Code(code) => Self::Number(code),
        }
    }
}

/// What turns an output into a probability.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Activation {
    /// The graph has done it.
    #[default]
    None,
    /// `1/(1 + e⁻ˣ)`.
    Sigmoid,
    /// The share of one class among all channels, counted from 0.
    Softmax(usize),
}

impl TryFrom<String> for Activation {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let class = text.strip_prefix("softmax:").and_then(|k| k.parse().ok());
        match (text.as_str(), class) {
            ("none", _) => Ok(Self::None),
            ("sigmoid", _) => Ok(Self::Sigmoid),
            (_, Some(class)) => Ok(Self::Softmax(class)),
            _ => Err(format!(
                "`activation` is \"none\", \"sigmoid\" or \"softmax:CLASS\" such as \"softmax:1\", not \"{text}\""
            )),
        }
    }
}

impl From<Activation> for String {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::None => "none".into(),
            Activation::Sigmoid => "sigmoid".into(),
            Activation::Softmax(class) => format!("softmax:{class}"),
        }
    }
}

impl Descriptor {
    /// Reads a descriptor: JSON where the text begins with a brace, else TOML.
    ///
    /// # Errors
    /// [`ModelError::Descriptor`] with the place and the reason.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let wrong = |e: &dyn std::fmt::Display| ModelError::Descriptor(e.to_string().trim_end().into());
        let descriptor: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|e| wrong(&e))?
        } else {
            toml::from_str(text).map_err(|e| wrong(&e))?
        };
        descriptor.validate()?;
        Ok(descriptor)
    }

    /// Checks the ranges.
    ///
    /// # Errors
    /// [`ModelError::Descriptor`] naming the setting.
    pub fn validate(&self) -> Result<(), ModelError> {
        let fail = |what: String| Err(ModelError::Descriptor(what));
        if self.size.iter().any(|side| !SIDES.contains(side)) {
            let (least, most) = (SIDES.start(), SIDES.end());
            return fail(format!("`size` is {:?}: each side must be {least} to {most} pixels", self.size));
        }
        if self.mean.iter().any(|m| !m.is_finite()) {
            return fail(format!("`mean` is {:?}: it must be three numbers", self.mean));
        }
        if self.std.iter().any(|s| !s.is_normal() || *s < 0.0) {
            return fail(format!("`std` is {:?}: it must be three numbers above 0", self.std));
        }
        match self.scale {
            Scale::Code(code) if !code.is_normal() || code < 0.0 => {
                fail(format!("`scale` is {code}: it must be above 0, 255 for most models"))
            }
            _ => Ok(()),
        }
    }

    /// Size of the graph's picture.
    #[must_use]
    pub fn picture(&self) -> Size {
        Size::new(self.size[0], self.size[1])
    }

    /// Shape of the graph's input.
    #[must_use]
    pub fn input_shape(&self) -> [usize; 4] {
        let [width, height] = self.size.map(|side| side as usize);
        match self.layout {
            Layout::Nchw => [1, 3, height, width],
            Layout::Nhwc => [1, height, width, 3],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        Descriptor::parse(text).map_or_else(|e| e.to_string(), |d| format!("accepted: {d:?}"))
    }

    #[test]
    fn model_descriptor_reads_toml_and_json_alike() {
        let toml = "size = [320, 256]\nscale = \"max\"\nmean = [0.5, 0.5, 0.5]\nactivation = \"softmax:3\"\n";
        let json =
            r#" {"size": [320, 256], "scale": "max", "mean": [0.5, 0.5, 0.5], "activation": "softmax:3"}"#;
        let (Ok(a), Ok(b)) = (Descriptor::parse(toml), Descriptor::parse(json)) else { unreachable!() };
        assert_eq!(a, b);
        assert_eq!((a.scale, a.activation), (Scale::Max, Activation::Softmax(3)));
        assert_eq!((a.std, a.layout, a.stretch), ([1.0; 3], Layout::Nchw, false));
        assert_eq!(a.input_shape(), [1, 3, 256, 320]);
    }

    #[test]
    fn model_descriptor_is_what_it_writes() {
        let text = "size = [64, 64]\nlayout = \"nhwc\"\nscale = 128\nactivation = \"sigmoid\"";
        let Ok(read) = Descriptor::parse(text) else { unreachable!() };
        assert_eq!(read.input_shape(), [1, 64, 64, 3]);
        let written = serde_json::to_string(&read).unwrap_or_default();
        assert_eq!(Descriptor::parse(&written).ok(), Some(read));
    }

    #[test]
    fn model_descriptor_refusals_name_the_setting_and_the_way_out() {
        for (text, words) in [
            ("size = [0, 320]", "`size`"),
            ("size = [320, 320]\nscale = \"mean\"", "\"max\" or a number"),
            ("size = [320, 320]\nscale = 0", "`scale`"),
            ("size = [320, 320]\nstd = [1.0, 0.0, 1.0]", "`std`"),
            ("size = [320, 320]\nmean = [nan, 0.0, 1.0]", "`mean`"),
            ("size = [320, 320]\nactivation = \"softmax\"", "softmax:1"),
            ("size = [320, 320]\nlayout = \"hwc\"", "nchw"),
            ("size = [320, 320]\nmeans = [0, 0, 0]", "means"),
            ("mean = [0, 0, 0]", "size"),
            ("{\"size\": [320]}", "array of length 2"),
        ] {
            let found = refusal(text);
            assert!(found.contains(words) && !found.starts_with("accepted"), "{text}: {found}");
        }
    }
}
