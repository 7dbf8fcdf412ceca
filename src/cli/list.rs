//! `packshot ops`, `channels` and `devices`: what there is.

use clap::Args;

use super::Failed;
use crate::ops::{OPS, OpDef, Stage};
use crate::recipe::channel::{Channel, builtin_channels};

/// Flags of `ops`.
#[derive(Debug, Args)]
pub(super) struct OpsArgs {
    /// Only this op.
    name: Option<String>,
}

/// Flags of `channels`.
#[derive(Debug, Args)]
pub(super) struct ChannelsArgs {
    /// Only this channel, with its rules.
    name: Option<String>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Prints the ops.
pub(super) fn ops(args: &OpsArgs) -> Result<(), Failed> {
    let Some(name) = &args.name else {
        OPS.iter().for_each(|op| op_page(op));
        return Ok(());
    };
    let op = OPS.iter().find(|op| op.name == name);
    let op =
        op.ok_or_else(|| Failed::usage("E-OP", format!("there is no op `{name}`"), "see `packshot ops`"))?;
    op_page(op);
    Ok(())
}

fn op_page(op: &OpDef) {
    let when = match op.stage {
        Stage::Item => "once an item",
        Stage::Output => "once an output",
    };
    println!("{} ({when})\n  {}\n  method: {}", op.name, op.about, op.source);
    for p in op.params {
        println!("  {} = {}   {}: {}", p.name, p.default, p.range, p.about);
    }
    let kernels: Vec<&str> = op.kernels.iter().map(|k| k.name).collect();
    if !kernels.is_empty() {
        println!("  kernels: {}", kernels.join(", "));
    }
    println!();
}

/// Prints the channels.
pub(super) fn channels(args: &ChannelsArgs) -> Result<(), Failed> {
    let chosen: Vec<Channel> = match &args.name {
        Some(name) => vec![super::channel(name)?],
        None => builtin_channels().to_vec(),
    };
    if args.json {
        let text = serde_json::to_string_pretty(&chosen);
        println!("{}", text.map_err(|e| Failed::usage("E-JSON", e.to_string(), ""))?);
        return Ok(());
    }
    for channel in &chosen {
        let checked = channel.checked_on.as_ref().map_or(String::new(), |d| format!(", checked {d}"));
        println!("{}: {}{checked}", channel.name, channel.title);
        for output in &channel.outputs {
            let kind = &output.file;
            println!("  makes {}: {} {} {}-bit", output.name, output.frame, kind.format, kind.bits);
        }
        if args.name.is_some() {
            rules(channel);
        }
    }
    Ok(())
}

fn rules(channel: &Channel) {
    for rule in &channel.rules {
        println!("  {:?}: {} ({}, seen {})", rule.severity, rule.demand, rule.source, rule.seen_on);
        if let Some(doubt) = &rule.disputed {
            println!("    disputed: {doubt}");
        }
    }
    channel.notes.iter().for_each(|note| println!("  note: {note}"));
}

/// Prints the adapters.
#[cfg(feature = "gpu")]
pub(super) fn devices() -> Result<(), Failed> {
    use crate::engine::{Engine, EngineOptions};
    let adapters = crate::exec::gpu::adapters();
    for adapter in &adapters {
        println!("{adapter}, driver {}", adapter.driver);
    }
    if adapters.is_empty() {
        println!("no graphics adapter");
    }
    let engine = Engine::new(&EngineOptions::default())?;
    println!("auto would use: {}", engine.backend_name());
    if let Some(why) = engine.why_cpu() {
        println!("because: {why}");
    }
    Ok(())
}

/// Says that there are none in this build.
#[cfg(not(feature = "gpu"))]
pub(super) fn devices() -> Result<(), Failed> {
    println!("this build has no GPU support; everything runs on the processor");
    Ok(())
}
