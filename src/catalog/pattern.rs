//! File-name patterns: how SKU, view and role are read from a file's stem. Pure text.
//!
//! `{sku}` takes as much as it can, `{view}` as little as it can, `{role}` only the words that are roles, and
//! a part in brackets may be missing. Where several readings fit, the one with more of the bracketed parts
//! wins, then the one with the earlier parts.

use std::fmt;
use std::str::FromStr;

use super::Role;

/// The default: `SHIRT_01_back_inner` is SKU `SHIRT_01`, view `back`, role `inner`.
const DEFAULT: &str = "{sku}[_{view}][_{role}]";

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Sku,
    View,
    /// In brackets, words that may also be views are left to the view.
    Role {
        optional: bool,
    },
}

/// What a file name says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) sku: String,
    pub(super) view: Option<String>,
    pub(super) role: Option<Role>,
}

/// A pattern for file stems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    source: String,
    /// One list a choice of bracketed parts, the preferred first.
    forms: Vec<Vec<Piece>>,
}

/// Why a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pattern `{pattern}`: {what}; the default is `{DEFAULT}`")]
pub struct PatternError {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub what: String,
}

impl Default for Pattern {
    fn default() -> Self {
        // The default parses, as a test holds; a pattern without forms would read every stem as a SKU.
        DEFAULT.parse().unwrap_or(Self { source: DEFAULT.into(), forms: Vec::new() })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        read(text).map_err(|what| PatternError { pattern: text.into(), what })
    }
}

fn read(text: &str) -> Result<Pattern, String> {
    for key in ["{sku}", "{view}", "{role}"] {
        if text.matches(key).count() > 1 {
            return Err(format!("{key} is there twice"));
        }
    }
    // Parts in turn outside (`false`) and inside (`true`) brackets.
    let mut parts: Vec<(bool, Vec<Piece>)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (outside, tail) = rest.split_once('[').unwrap_or((rest, ""));
        parts.push((false, pieces(outside, false)?));
        if outside.len() == rest.len() {
            break;
        }
        let (inside, tail) = tail.split_once(']').ok_or("a bracket is not closed")?;
        parts.push((true, pieces(inside, true)?));
        rest = tail;
    }
    if !parts.iter().any(|(optional, p)| !optional && p.contains(&Piece::Sku)) {
        return Err("{sku} is missing, or may be missing".into());
    }
    let groups = parts.iter().filter(|(optional, _)| *optional).count();
    if groups > 4 {
        return Err("more than four parts in brackets".into());
    }
    let mut choices: Vec<u32> = (0..1_u32 << groups).collect();
    // Bit `groups - 1` stands for the first part, so that earlier parts weigh more.
    choices.sort_by_key(|c| (c.count_ones(), *c));
    let forms: Vec<_> = choices.into_iter().rev().map(|choice| form(&parts, groups, choice)).collect();
    let unclear = |pair: &[Piece]| pair.iter().all(|p| !matches!(p, Piece::Literal(_)));
    if forms.iter().any(|f| f.windows(2).any(unclear)) {
        return Err("two placeholders touch; put a character between them".into());
    }
    Ok(Pattern { source: text.into(), forms })
}

/// The pieces of one choice of bracketed parts, neighbouring text joined.
fn form(parts: &[(bool, Vec<Piece>)], groups: usize, choice: u32) -> Vec<Piece> {
    let mut form: Vec<Piece> = Vec::new();
    let mut group = groups;
    for (optional, pieces) in parts {
        if *optional {
            group -= 1;
            if choice & (1 << group) == 0 {
                continue;
            }
        }
        form.extend(pieces.iter().cloned());
    }
    form
}

fn pieces(text: &str, optional: bool) -> Result<Vec<Piece>, String> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (literal, tail) = rest.split_once('{').unwrap_or((rest, ""));
        if literal.contains([']', '}', '[', '/', '\\']) {
            return Err(format!("`{literal}` holds a bracket or a path separator"));
        }
        if !literal.is_empty() {
            out.push(Piece::Literal(literal.into()));
        }
        if literal.len() == rest.len() {
            break;
        }
        let (key, tail) = tail.split_once('}').ok_or("a brace is not closed")?;
        out.push(match key {
            "sku" => Piece::Sku,
            "view" => Piece::View,
            "role" => Piece::Role { optional },
            other => return Err(format!("`{{{other}}}` is unknown; use {{sku}}, {{view}} and {{role}}")),
        });
        rest = tail;
    }
    Ok(out)
}

impl Pattern {
    /// What a stem says, or `None` where it does not fit.
    pub(super) fn read(&self, stem: &str) -> Option<Reading> {
        self.forms.iter().find_map(|form| {
            let mut reading = Reading::default();
            fit(form, stem, &mut reading).then_some(reading)
        })
    }
}

fn fit(pieces: &[Piece], text: &str, reading: &mut Reading) -> bool {
    let Some((piece, rest)) = pieces.split_first() else { return text.is_empty() };
    let mut ends = text.char_indices().map(|(i, c)| i + c.len_utf8());
    match piece {
        Piece::Literal(literal) => text.strip_prefix(literal).is_some_and(|tail| fit(rest, tail, reading)),
        Piece::Sku => ends.rev().any(|end| {
            let fits = fit(rest, &text[end..], reading);
            reading.sku = if fits { text[..end].into() } else { String::new() };
            fits
        }),
        Piece::View => ends.any(|end| {
            let word = &text[..end];
            let is_role = word.parse().is_ok_and(|r: Role| !r.is_also_a_view());
            let fits = !is_role && fit(rest, &text[end..], reading);
            reading.view = fits.then(|| word.into());
            fits
        }),
        Piece::Role { optional } => ends.any(|end| {
            let role = text[..end].parse().ok().filter(|r: &Role| !(*optional && r.is_also_a_view()));
            let fits = role.is_some() && fit(rest, &text[end..], reading);
            reading.role = role.filter(|_| fits);
            fits
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(pattern: &str, stem: &str) -> String {
        match pattern.parse::<Pattern>().ok().and_then(|p| p.read(stem)) {
            Some(r) => {
                let role = r.role.map_or("-", Role::word);
                format!("{} {} {role}", r.sku, r.view.as_deref().unwrap_or("-"))
            }
            None => "none".into(),
        }
    }

    #[test]
    fn the_default_reads_common_names() {
        let cases = [
            ("SHIRT", "SHIRT - -"),
            ("SHIRT_back", "SHIRT back -"),
            ("SHIRT_front", "SHIRT front -"),
            ("SHIRT_01_front", "SHIRT_01 front -"),
            ("SHIRT_01_detail", "SHIRT_01 detail -"),
            ("SHIRT_back_inner", "SHIRT back inner"),
            ("SHIRT_inner", "SHIRT - inner"),
            ("SHIRT_01_back_GRAY", "SHIRT_01 back grey"),
            ("Größe_ü", "Größe ü -"),
            ("_back", "_back - -"),
            ("", "none"),
        ];
        for (stem, expected) in cases {
            assert_eq!(reading(DEFAULT, stem), expected, "{stem}");
            assert_eq!(Pattern::default().to_string(), DEFAULT);
        }
    }

    #[test]
    fn own_patterns_read_as_they_say() {
        assert_eq!(reading("{sku}-{view}", "AB-12-back"), "AB-12 back -");
        assert_eq!(reading("{view}-{sku}", "back-AB-12"), "AB-12 back -");
        assert_eq!(reading("{sku}.{role}", "A.B.front"), "A.B - front");
        assert_eq!(reading("{sku}.{role}", "A.B"), "none");
        assert_eq!(reading("IMG {sku}[ ({view})]", "IMG 7 (top)"), "7 top -");
        assert_eq!(reading("IMG {sku}[ ({view})]", "IMG 7"), "7 - -");
    }

    #[test]
    fn bad_patterns_are_refused_with_a_reason() {
        let cases = [
            ("{view}", "{sku}"),
            ("[{sku}]", "{sku}"),
            ("{sku}_{angle}", "{view}"),
            ("{sku}{view}", "between"),
            ("{sku}_{sku}", "twice"),
            ("{sku}_[{view}", "closed"),
            ("{sku", "closed"),
            ("{sku}]", "bracket"),
            ("a/{sku}", "separator"),
            ("", "{sku}"),
        ];
        for (pattern, word) in cases {
            let error = pattern.parse::<Pattern>().err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.contains(word), "{pattern}: {error}");
        }
    }
}
