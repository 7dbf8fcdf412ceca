//! Channels: where pictures go, as dated data files rather than code.
//!
//! A channel file has two parts that never mix: `[[output]]` is what Packshot makes, `[[rule]]` is what the
//! marketplace demands of any file, with its source, its age and its doubt. Rules are judged by one pure
//! function, for pictures just rendered and for finished files alike. This module opens no file.

mod judge;
mod kinds;
mod parse;
mod rule;

use std::sync::LazyLock;

pub use crate::ops::place::{Align, Axis, Margins, Room};
pub use judge::{Finished, Verdict, judge};
pub use kinds::{Background, ColourModel, FileFormat, FileKind, Fill, Frame, NameTemplate, Subsampling};
pub use parse::{ChannelError, parse};
pub use rule::{AlphaDemand, Backdrop, Demand, Ratio, Rule, Severity};

/// A marketplace, or a purpose such as an archive master: its outputs and its rules.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Channel {
    /// What the command line calls it: lower-case letters, digits and dashes.
    pub name: String,
    /// What a person calls it.
    pub title: String,
    /// When its rules were last gone through; `None` for channels that are nobody's rules.
    pub checked_on: Option<String>,
    /// Remarks for a person, of no consequence for any file.
    pub notes: Vec<String>,
    /// The pictures that Packshot makes for it.
    pub outputs: Vec<OutputSpec>,
    /// What the channel demands of a file.
    pub rules: Vec<Rule>,
}

/// One picture that Packshot makes of an item.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct OutputSpec {
    /// Its name within the channel (`main`, `thumb`).
    pub name: String,
    /// Its size.
    pub frame: Frame,
    /// How much of the frame the product takes; `None` fills it up to the margins.
    pub fill: Option<Fill>,
    /// Where the product stands.
    pub align: Align,
    /// What stays free of product, as shares of the frame.
    pub margins: Margins,
    /// What lies behind the product.
    pub background: Background,
    /// How it is written.
    pub file: FileKind,
    /// Bytes that the file must not pass; the encoder lowers its quality to stay below.
    pub max_bytes: Option<u64>,
    /// Its file name, extension excluded.
    pub naming: NameTemplate,
}

impl OutputSpec {
    /// The room that it gives the product.
    #[must_use]
    pub fn room(&self) -> Room {
        let fill = self.fill.unwrap_or(Fill { share: 1.0, axis: Axis::Both });
        Room { share: f64::from(fill.share), axis: fill.axis, align: self.align, margins: self.margins }
    }

    /// The file name for an item whose `sku` and `view` are already safe as parts of file names.
    #[must_use]
    pub fn file_name(&self, sku: &str, view: &str) -> String {
        format!("{}.{}", self.naming.expand(sku, view, &self.name), self.file.format.extension())
    }
}

/// The built-in channel files, in the order in which they are listed.
const BUILTIN: [&str; 10] = [
    include_str!("../../channels/amazon-main.toml"),
    include_str!("../../channels/ebay.toml"),
    include_str!("../../channels/etsy.toml"),
    include_str!("../../channels/google-merchant.toml"),
    include_str!("../../channels/mercado-libre.toml"),
    include_str!("../../channels/shopify.toml"),
    include_str!("../../channels/walmart.toml"),
    include_str!("../../channels/zalando-packshot.toml"),
    include_str!("../../channels/master.toml"),
    include_str!("../../channels/bench-web.toml"),
];

/// The channels that come with Packshot. A test holds that every built-in file is among them.
#[must_use]
pub fn builtin_channels() -> &'static [Channel] {
    static CHANNELS: LazyLock<Vec<Channel>> =
        LazyLock::new(|| BUILTIN.iter().filter_map(|text| parse(text).ok()).collect());
    &CHANNELS
}

/// The built-in channel of this name.
#[must_use]
pub fn channel(name: &str) -> Option<&'static Channel> {
    builtin_channels().iter().find(|c| c.name == name)
}

#[cfg(test)]
mod tests;
