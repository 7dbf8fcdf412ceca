//! The report: what happened to every item, one JSON object a line. Types only; the steps and figures of an
//! item are maps, because recipes decide what they hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::names::path_text;
use super::{Item, Outcome, Problem, Role};
use crate::recipe::channel::{Rule, Severity, Verdict};

/// One line of a report.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Line {
    /// An item, finished in one way or another.
    Item(Box<ItemReport>),
    /// The run; always the last line. A report without it is of a run that died.
    Summary(Summary),
}

/// How an item ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// Its outputs are written and nothing is in doubt.
    Done,
    /// Its outputs are written, and a person should look.
    Flagged,
    /// It has no outputs.
    #[default]
    Failed,
    /// Its outputs were there already.
    Skipped,
}

/// What became of an item.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ItemReport {
    /// The product.
    pub sku: String,
    /// The view.
    pub view: String,
    /// How it ended.
    pub status: Status,
    /// The photographs.
    pub inputs: Vec<InputReport>,
    /// What ran the plans: `cpu`, or the adapter's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    /// What was done, in order.
    pub steps: Vec<Step>,
    /// Milliseconds a stage.
    pub timings_ms: BTreeMap<String, f64>,
    /// What the analysis found and the rendering used; a person may override them in the manifest.
    pub numbers: Map<String, Value>,
    /// Quality figures.
    pub quality: Map<String, Value>,
    /// Why a person should look.
    pub flags: Vec<Flag>,
    /// What was written.
    pub outputs: Vec<OutputReport>,
    /// Doubts that hold nothing up.
    pub notes: Vec<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// A photograph that went in.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct InputReport {
    /// Where it was; bytes that are no UTF-8 stand as `%XX`.
    pub path: String,
    /// What it was for.
    pub role: Role,
    /// Its length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// BLAKE3 of its bytes, in hexadecimal; `None` where it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blake3: Option<String>,
}

/// One op with its parameters.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Step {
    /// The op's name.
    pub op: String,
    /// Its parameters, defaults included.
    #[serde(default)]
    pub params: Map<String, Value>,
}

/// A quality figure out of its range, or a rule broken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Flag {
    /// The stable code: `Q-HALO`.
    pub code: String,
    /// Why, in plain words.
    pub reason: String,
}

/// A file that was written.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct OutputReport {
    /// The channel's name.
    pub channel: String,
    /// The output's name within it.
    pub output: String,
    /// The file, relative to the output folder.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Width and height.
    pub size: [u32; 2],
    /// Its format.
    pub format: String,
    /// What the channel's rules say of it.
    pub rules: Vec<RuleReport>,
}

/// A rule and its verdict.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct RuleReport {
    /// What is demanded.
    pub rule: String,
    /// How hard.
    pub severity: Severity,
    /// Where it is written, and when that was seen.
    pub source: String,
    /// Where sources disagree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl RuleReport {
    /// A rule with what [`judge`](crate::recipe::channel::judge) says of it.
    #[must_use]
    pub fn new(rule: &Rule, verdict: Verdict) -> Self {
        Self {
            rule: rule.demand.to_string(),
            severity: rule.severity,
            source: format!("{} ({})", rule.source, rule.seen_on),
            disputed: rule.disputed.clone(),
            verdict,
        }
    }
}

/// Why something failed, in the words of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ErrorReport {
    /// The stable code.
    pub code: String,
    /// What failed.
    pub what: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// The run as a whole.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Summary {
    /// Packshot's version.
    pub version: String,
    /// How the items ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What the process leaves with.
    pub exit_code: u8,
    /// Milliseconds from start to end.
    pub wall_ms: f64,
}

impl ItemReport {
    /// A report to fill in, for an item that discovery found. It counts as failed until it is done.
    #[must_use]
    pub fn of(item: &Item) -> Self {
        let input = |s: &super::Shot| InputReport {
            path: path_text(&s.path),
            role: s.role,
            ..InputReport::default()
        };
        Self {
            sku: item.sku.clone(),
            view: item.view.clone(),
            inputs: item.shots.iter().map(input).collect(),
            notes: item.notes.clone(),
            flags: item.flags.clone(),
            ..Self::default()
        }
    }
}

/// A problem is a failed item whose photographs were not opened.
impl From<&Problem> for ItemReport {
    fn from(problem: &Problem) -> Self {
        let (sku, view) = problem.item.clone().unwrap_or_default();
        let what = match problem.line {
            Some(line) => format!("manifest line {line}: {}", problem.what),
            None => problem.what.clone(),
        };
        Self {
            sku,
            view,
            inputs: vec![InputReport { path: path_text(&problem.path), ..InputReport::default() }],
            error: Some(ErrorReport {
                code: problem.code.into(),
                what,
                cause: None,
                help: Some(problem.help.clone()),
            }),
            ..Self::default()
        }
    }
}
