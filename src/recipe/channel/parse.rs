//! Channel files to [`Channel`]: strict, because a mistyped key that is quietly ignored is a picture refused
//! by a marketplace weeks later. Reads text only.

use serde::Deserialize;

use super::{
    Align, Background, Channel, Demand, FileFormat, FileKind, Fill, Frame, Margins, NameTemplate, OutputSpec,
    Rule, Severity, Subsampling,
};

/// Why a channel file is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// Not TOML, an unknown key, or a value of the wrong kind: line, key and what is allowed.
    #[error("the channel file cannot be read\n{0}")]
    Toml(String),
    /// A value that TOML allows and Packshot does not.
    #[error("{place}: `{key}` is {found}; expected {expected}")]
    Value {
        /// Which part: `channel`, `output 2 (thumb)`, `rule 5`.
        place: String,
        /// The key.
        key: &'static str,
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: String,
    },
}

impl ChannelError {
    /// The stable code for reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Toml(_) => "E-CHANNEL-TOML",
            Self::Value { .. } => "E-CHANNEL-VALUE",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChannel {
    name: String,
    title: String,
    checked_on: Option<String>,
    #[serde(default)]
    notes: Vec<String>,
    #[serde(default)]
    output: Vec<RawOutput>,
    #[serde(default)]
    rule: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOutput {
    name: String,
    size: Frame,
    fill: Option<Fill>,
    #[serde(default)]
    align: Align,
    #[serde(default)]
    margins: Margins,
    #[serde(default)]
    background: Background,
    format: FileFormat,
    quality: Option<u8>,
    subsampling: Option<Subsampling>,
    bits: Option<u8>,
    alpha: Option<bool>,
    max_bytes: Option<u64>,
    #[serde(default)]
    file_name: NameTemplate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    kind: String,
    value: toml::Value,
    severity: Severity,
    source: String,
    seen_on: String,
    #[serde(default)]
    undated: bool,
    disputed: Option<String>,
    note: Option<String>,
}

/// Reads a channel file. Unknown keys are refused.
///
/// # Errors
/// [`ChannelError`], which names the key and what is allowed.
pub fn parse(text: &str) -> Result<Channel, ChannelError> {
    let raw: RawChannel = toml::from_str(text).map_err(|e| ChannelError::Toml(e.to_string()))?;
    let at = Place("channel".into());
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if raw.name.is_empty() || !raw.name.chars().all(plain) || raw.name.starts_with('-') {
        return Err(at.refuse("name", &raw.name, "lower-case letters, digits and dashes"));
    }
    if let Some(date) = &raw.checked_on {
        at.date("checked_on", date)?;
    }
    if raw.output.is_empty() && raw.rule.is_empty() {
        return Err(at.refuse("output", "missing", "at least one [[output]] or [[rule]]"));
    }
    let mut outputs: Vec<OutputSpec> = Vec::new();
    for (i, output) in raw.output.into_iter().enumerate() {
        let at = Place(format!("output {} ({})", i + 1, output.name));
        let output = read_output(output, &at)?;
        let name = output.file_name("sku", "view").to_lowercase();
        if outputs.iter().any(|o| o.name == output.name) {
            return Err(at.refuse("name", &output.name, "a name that no other output of the channel has"));
        }
        if outputs.iter().any(|o| o.file_name("sku", "view").to_lowercase() == name) {
            let expected = "a name that no other output writes; add {output}";
            return Err(at.refuse("file_name", String::from(output.naming), expected));
        }
        outputs.push(output);
    }
    let rules =
        raw.rule.into_iter().enumerate().map(|(i, rule)| read_rule(rule, i)).collect::<Result<_, _>>()?;
    Ok(Channel {
        name: raw.name,
        title: raw.title,
        checked_on: raw.checked_on,
        notes: raw.notes,
        outputs,
        rules,
    })
}

fn read_output(raw: RawOutput, at: &Place) -> Result<OutputSpec, ChannelError> {
    if raw.name.is_empty() || !raw.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Err(at.refuse("name", &raw.name, "letters, digits, `-` and `_`"));
    }
    if let Some(fill) = raw.fill {
        at.share("fill.share", f64::from(fill.share))?;
        if raw.size == Frame::Source {
            return Err(at.refuse("fill", "set", "nothing where the size is \"source\": nothing is moved"));
        }
    }
    let Margins { top, right, bottom, left } = raw.margins;
    let share = |v: f32| (0.0..1.0).contains(&v);
    if ![top, right, bottom, left].into_iter().all(share) || left + right >= 1.0 || top + bottom >= 1.0 {
        return Err(at.refuse(
            "margins",
            "too large or negative",
            "shares of 0 to 1 that leave room between",
        ));
    }
    if raw.max_bytes == Some(0) {
        return Err(at.refuse("max_bytes", "0", "1 or more"));
    }
    let file = read_file_kind(&raw, at)?;
    Ok(OutputSpec {
        name: raw.name,
        frame: raw.size,
        fill: raw.fill,
        align: raw.align,
        margins: raw.margins,
        background: raw.background,
        file,
        max_bytes: raw.max_bytes,
        naming: raw.file_name,
    })
}

/// What each format can carry.
fn read_file_kind(raw: &RawOutput, at: &Place) -> Result<FileKind, ChannelError> {
    let format = raw.format;
    if !format.writable() {
        return Err(at.refuse("format", format, "\"jpeg\", \"png\", \"webp\", \"tiff\" or \"avif\""));
    }
    let deep = matches!(format, FileFormat::Png | FileFormat::Tiff);
    let lossy = !deep;
    let bits = raw.bits.unwrap_or(8);
    if !(bits == 8 || (bits == 16 && deep)) {
        return Err(at.refuse("bits", bits, if deep { "8 or 16" } else { "8 for this format" }));
    }
    let quality = match raw.quality {
        Some(q) if !lossy => return Err(at.refuse("quality", q, "nothing: the format is lossless")),
        Some(q) if !(1..=100).contains(&q) => return Err(at.refuse("quality", q, "1 to 100")),
        None if format == FileFormat::Jpeg || format == FileFormat::Avif => Some(90),
        given => given,
    };
    if raw.subsampling.is_some() && format != FileFormat::Jpeg {
        return Err(at.refuse("subsampling", "set", "nothing: only JPEG has it"));
    }
    let alpha = raw.alpha.unwrap_or(raw.background == Background::Transparent);
    if alpha && format == FileFormat::Jpeg {
        return Err(at.refuse("alpha", "true", "false: JPEG carries none; \"png\" and \"webp\" do"));
    }
    if alpha != (raw.background == Background::Transparent) {
        return Err(at.refuse("alpha", alpha, "true with background = \"transparent\", false with a colour"));
    }
    Ok(FileKind { format, quality, subsampling: raw.subsampling.unwrap_or_default(), bits, alpha })
}

fn read_rule(raw: RawRule, index: usize) -> Result<Rule, ChannelError> {
    let at = Place(format!("rule {} ({})", index + 1, raw.kind));
    at.date("seen_on", &raw.seen_on)?;
    if raw.source.trim().is_empty() {
        return Err(at.refuse("source", "empty", "where the rule is written"));
    }
    let found = raw.value.to_string();
    let pair = [("kind".to_owned(), toml::Value::String(raw.kind)), ("value".to_owned(), raw.value)];
    let demand: Demand = toml::Value::Table(pair.into_iter().collect())
        .try_into()
        .map_err(|e: toml::de::Error| at.refuse("value", found, &format!("({})", e.message())))?;
    check_demand(&demand, &at)?;
    Ok(Rule {
        demand,
        severity: raw.severity,
        source: raw.source,
        seen_on: raw.seen_on,
        undated: raw.undated,
        disputed: raw.disputed,
        note: raw.note,
    })
}

fn check_demand(demand: &Demand, at: &Place) -> Result<(), ChannelError> {
    let empty = match demand {
        Demand::FillMin(v) | Demand::FillMax(v) => return at.share("value", *v),
        Demand::Aspect(list) => list.is_empty(),
        Demand::Background(list) => list.is_empty(),
        Demand::Formats(list) => list.is_empty(),
        Demand::ColourModels(list) => list.is_empty(),
        Demand::Profiles(list) => list.is_empty(),
        Demand::Statement(text) => text.trim().is_empty(),
        _ => false,
    };
    if empty { Err(at.refuse("value", "empty", "at least one entry")) } else { Ok(()) }
}

/// Which part of the file is being read, for messages.
struct Place(String);

impl Place {
    fn refuse(&self, key: &'static str, found: impl ToString, expected: &str) -> ChannelError {
        let found = match found.to_string() {
            text if text.is_empty() => "empty".into(),
            text => text,
        };
        ChannelError::Value { place: self.0.clone(), key, found, expected: expected.into() }
    }

    fn share(&self, key: &'static str, value: f64) -> Result<(), ChannelError> {
        let fits = value > 0.0 && value <= 1.0;
        if fits { Ok(()) } else { Err(self.refuse(key, value, "a share above 0 and at most 1")) }
    }

    fn date(&self, key: &'static str, text: &str) -> Result<(), ChannelError> {
        let parts: Vec<&str> = text.split('-').collect();
        let number = |i: usize, digits: usize, max: u32| {
            let part: Option<&&str> = parts.get(i);
            part.is_none_or(|p| {
                p.len() == digits
                    && p.bytes().all(|b| b.is_ascii_digit())
                    && p.parse().is_ok_and(|n: u32| (1..=max).contains(&n))
            })
        };
        if parts.len() <= 3 && number(0, 4, 9999) && number(1, 2, 12) && number(2, 2, 31) {
            return Ok(());
        }
        Err(self.refuse(key, text, "a date: \"2026\", \"2026-05\" or \"2026-05-07\""))
    }
}
