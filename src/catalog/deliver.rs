//! Finished pictures to files: encoded within the channel's bytes, written whole or not at all, and held
//! against the channel's rules.

use std::path::{Path, PathBuf};

use super::measure::{Seen, seen};
use super::run::{Failure, Order, Run, Task};
use super::{ItemReport, OutputReport, RuleReport, convert};
use crate::codec::{self, OutputProfile, Overwrite};
use crate::engine::{Picture, Rendering};
use crate::recipe::channel::{Finished, Severity, Verdict, judge};

/// Lowest quality that a byte limit may force.
const LEAST_QUALITY: u8 = 50;

/// A finished file, not yet written.
pub(super) struct Made {
    bytes: Vec<u8>,
    size: [u32; 2],
    rules: Vec<RuleReport>,
}

/// Encodes every order of a task and holds it against its channel's rules.
pub(super) fn encode(
    task: &Task<'_>,
    rendering: &Rendering,
    report: &mut ItemReport,
) -> Result<Vec<Made>, Failure> {
    let mut files = Vec::new();
    for (order, picture) in task.orders.iter().zip(&rendering.pictures) {
        let bytes = encode_within(order, picture)?;
        let seen = seen(&picture.pixels, !order.output.file.alpha, &rendering.cut);
        note_quality(order, picture, &seen, report);
        let rules = verdicts(order, picture, &seen, bytes.len() as u64);
        flag_broken(order, &rules, report);
        let size = picture.pixels.size();
        files.push(Made { bytes, size: [size.width, size.height], rules });
    }
    Ok(files)
}

/// Writes the files of a task: all of them, or none that was not there before.
pub(super) fn write(
    run: &Run<'_>,
    task: &Task<'_>,
    files: Vec<Made>,
    report: &mut ItemReport,
) -> Result<(), Failure> {
    // What a resumed run finds of an unfinished item is its own.
    let overwrite = if run.options.resume { Overwrite::Yes } else { run.options.overwrite };
    let mut new: Vec<PathBuf> = Vec::new();
    for (order, file) in task.orders.iter().zip(files) {
        let path = run.options.out.join(&order.path);
        let was_there = path.exists();
        if let Err(failure) = put(&path, &file.bytes, overwrite) {
            // A file that cannot be removed either is whole, and the next run says that it is there.
            new.iter().for_each(|path| drop(std::fs::remove_file(path)));
            report.outputs.clear();
            return Err(failure);
        }
        if !was_there {
            new.push(path);
        }
        report.outputs.push(OutputReport {
            channel: order.channel.name.clone(),
            output: order.output.name.clone(),
            path: super::path_text(&order.path),
            bytes: file.bytes.len() as u64,
            size: file.size,
            format: order.output.file.format.to_string(),
            rules: file.rules,
        });
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8], overwrite: Overwrite) -> Result<(), Failure> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.map_err(|e| {
        let what = format!("{}: its folder cannot be made", super::path_text(path));
        Failure::new(
            "E-WRITE-FOLDER",
            what,
            Some(e.to_string()),
            "check the output folder and its permissions",
        )
    })?;
    codec::write_atomic(path, bytes, overwrite).map_err(|e| {
        let mut failure = Failure::new(e.code(), e.to_string(), None, e.help());
        failure.temporary = e.code() == "E-DISK-FULL";
        failure
    })
}

/// Encodes at the wanted quality, and lower where the channel's byte limit demands it.
fn encode_within(order: &Order<'_>, picture: &Picture) -> Result<Vec<u8>, Failure> {
    let mut quality = order.output.file.quality;
    loop {
        let file = convert::file(order.output, quality);
        let bytes = codec::encode(&picture.pixels, &file, OutputProfile::Srgb).map_err(|e| {
            let what = format!("{}: {e}", super::path_text(&order.path));
            Failure::new(e.code(), what, None, e.help())
        })?;
        let limit = order.output.max_bytes.unwrap_or(u64::MAX);
        if bytes.len() as u64 <= limit {
            return Ok(bytes);
        }
        match quality {
            Some(q) if q > LEAST_QUALITY => quality = Some(q.saturating_sub(6).max(LEAST_QUALITY)),
            _ => {
                let what = format!(
                    "{}: {} bytes, the channel takes {limit}",
                    super::path_text(&order.path),
                    bytes.len()
                );
                let help = "make the output smaller in the channel's file, or choose a lossy format";
                return Err(Failure::new("E-TOO-MANY-BYTES", what, None, help));
            }
        }
    }
}

fn note_quality(order: &Order<'_>, picture: &Picture, seen: &Seen, report: &mut ItemReport) {
    let name = format!("{}/{}", order.channel.name, order.output.name);
    let scale = picture.frame.scale();
    let figures = serde_json::json!({
        "fill": seen.fill,
        "margins_px": seen.margins,
        "border_min_code": seen.border_min,
        "photograph_px_per_output_px": scale,
    });
    report.quality.insert(name, figures);
}

fn verdicts(order: &Order<'_>, picture: &Picture, seen: &Seen, bytes: u64) -> Vec<RuleReport> {
    let kind = &order.output.file;
    let mut file = Finished::new(picture.pixels.size(), bytes, kind.format);
    file.extension = Some(kind.format.extension().to_owned());
    file.has_alpha = kind.alpha;
    file.bits = kind.bits;
    file.fill_measured = seen.fill;
    file.border_min_code = Some(seen.border_min);
    file.border_alpha = Some(seen.border_alpha);
    order.channel.rules.iter().map(|rule| RuleReport::new(rule, judge(rule, &file))).collect()
}

/// A broken "must" is a flag: the file is written, and a person decides.
fn flag_broken(order: &Order<'_>, rules: &[RuleReport], report: &mut ItemReport) {
    for rule in rules.iter().filter(|r| r.severity == Severity::Must) {
        if let Verdict::Broken { found, wanted } = &rule.verdict {
            let reason = format!("{}: {wanted}; this picture has {found}", order.channel.title);
            report.flags.push(super::Flag { code: "rule-broken".into(), reason });
        }
    }
}
