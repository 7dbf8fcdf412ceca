//! `packshot render`: photographs to catalog pictures.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use clap::Args;

use super::consistent::ConsistentArgs;
use super::model::ModelArgs;
use super::progress::Progress;
use super::{EngineArgs, Failed, folder};
use crate::catalog::{
    Catalog, Halt, ItemReport, Layout, Line, Order, Outcome, Pattern, Problem, References, ReportWriter, Run,
    RunOptions, SetOptions, Shard, Summary, Task, default_limit, discover, output_names, parse_bytes,
};
use crate::codec::Overwrite;
use crate::image::Finder;
use crate::recipe::Recipe;
use crate::recipe::channel::Channel;

/// Flags of `render`.
#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    /// Photographs, or folders of them.
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Folder for the pictures: one folder a channel within it.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// What to do: a built-in recipe or a .toml file.
    #[arg(long, value_name = "R", default_value = "packshot")]
    recipe: String,
    /// Where it goes: a built-in channel or a .toml file; repeat for more.
    #[arg(long = "channel", value_name = "NAME", default_value = "amazon-main")]
    channels: Vec<String>,
    /// Items named in a CSV: file, sku, view, role, and further columns `op.setting`.
    #[arg(long, value_name = "CSV")]
    manifest: Option<PathBuf>,
    /// How file names are read.
    #[arg(long, value_name = "PATTERN", default_value = "{sku}[_{view}][_{role}]")]
    pattern: String,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    sets: ConsistentArgs,
    #[command(flatten)]
    engine: EngineArgs,
    /// Items at a time [default: one a processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    jobs: Option<u32>,
    /// Memory for items under way, such as 4G [default: half of what is free].
    #[arg(long, value_name = "BYTES")]
    memory: Option<String>,
    /// Leave items alone whose pictures are all there.
    #[arg(long)]
    resume: bool,
    /// Replace pictures that are there.
    #[arg(long)]
    overwrite: bool,
    /// This machine's share of the catalog.
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: String,
    /// One JSON line an item [default: report.jsonl in the output folder].
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Print the report's lines on stdout.
    #[arg(long)]
    json: bool,
    /// Leave with 4 where an item was flagged.
    #[arg(long, value_name = "WHAT", value_parser = ["flag"])]
    fail_on: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &RenderArgs) -> Result<u8, Failed> {
    let recipe = super::recipe(&args.recipe)?;
    let channels: Vec<Channel> =
        args.channels.iter().map(|name| super::channel(name)).collect::<Result<_, _>>()?;
    let pattern: Pattern = args.pattern.parse().map_err(|e: crate::catalog::PatternError| {
        Failed::usage("E-PATTERN", e.to_string(), "use {sku}, {view} and {role}, optional parts in brackets")
    })?;
    let shard: Shard = args.shard.parse().map_err(|e: crate::catalog::ShardError| {
        Failed::usage("E-SHARD", e.to_string(), "write --shard 1/4 … 4/4")
    })?;
    if args.inputs.is_empty() && args.manifest.is_none() {
        return Err(Failed::usage(
            "E-NO-INPUT",
            "no photographs are named",
            "name files, folders or a --manifest",
        ));
    }
    let mut catalog = discover(&args.inputs, &pattern, args.manifest.as_deref()).map_err(|e| Failed {
        cause: std::error::Error::source(&e).map(ToString::to_string),
        ..Failed::usage(e.code(), e.to_string(), e.help())
    })?;
    let settings = Settings {
        out: args.out.clone(),
        jobs: args.jobs.map(|n| n as usize),
        memory: memory(args.memory.as_deref())?,
        overwrite: if args.overwrite { Overwrite::Yes } else { Overwrite::No },
        resume: args.resume,
        report: args.report.clone(),
        json: args.json,
        finder: args.model.open(1)?,
        references: References::default(),
    };
    // Every machine looks at whole sets, whatever its share of them.
    let measuring = SetOptions {
        recipe: &recipe,
        jobs: settings.jobs(),
        memory: settings.memory,
        finder: settings.finder.as_deref(),
        references: &settings.references,
    };
    args.sets.apply(&mut catalog.items, &measuring)?;
    catalog.items.retain(|item| shard.holds(&item.sku));
    let channels: Vec<&Channel> = channels.iter().collect();
    let outcome = work(&catalog, &recipe, &channels, &args.engine, &settings)?;
    Ok(outcome.exit_code(args.fail_on.is_some()))
}

fn memory(text: Option<&str>) -> Result<u64, Failed> {
    text.map_or(Ok(default_limit()), |t| {
        parse_bytes(t).map_err(|e| Failed::usage("E-MEMORY", e.to_string(), "write --memory 4G"))
    })
}

/// What a run needs beside catalog, recipe and channels.
pub(super) struct Settings {
    pub(super) out: PathBuf,
    pub(super) jobs: Option<usize>,
    pub(super) memory: u64,
    pub(super) overwrite: Overwrite,
    pub(super) resume: bool,
    pub(super) report: Option<PathBuf>,
    pub(super) json: bool,
    pub(super) finder: Option<Box<dyn Finder>>,
    pub(super) references: References,
}

impl Settings {
    /// Items at a time: as many as there are processors unless it is said.
    fn jobs(&self) -> usize {
        self.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
    }
}

/// Renders a catalog and reports it; shared with `demo`.
pub(super) fn work(
    catalog: &Catalog,
    recipe: &Recipe,
    channels: &[&Channel],
    engine: &EngineArgs,
    settings: &Settings,
) -> Result<Outcome, Failed> {
    let begun = Instant::now();
    let jobs = settings.jobs();
    let (tasks, clashes) = tasks(catalog, channels);
    // Many items keep every processor busy by themselves; few are spread over threads.
    let few = tasks.len() < 2 * jobs;
    // The pool may exist already in a process that embeds us: its size then stands.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
    let engine = engine.open(few)?;
    folder(&settings.out)?;
    let report = report(settings)?;
    let progress = Progress::new(tasks.len());
    let mut outcome = Outcome::default();
    for problem in catalog.problems.iter().chain(&clashes) {
        let item = ItemReport::from(problem);
        progress.item(&item);
        outcome.count(item.status);
        write(&report, Line::Item(Box::new(item)))?;
    }
    let (stop, signal) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    watch(&stop, &signal);
    let options = RunOptions {
        out: settings.out.clone(),
        jobs,
        memory: settings.memory,
        overwrite: settings.overwrite,
        resume: settings.resume,
    };
    let shown = |item: &ItemReport| progress.item(item);
    let run = Run {
        engine: &engine,
        references: &settings.references,
        recipe,
        options: &options,
        finder: settings.finder.as_deref(),
        report: &report,
        progress: &shown,
        stop: &stop,
    };
    add(&mut outcome, run.all(&tasks));
    match signal.load(Ordering::Relaxed) {
        0 => {}
        15 => outcome.stop(Halt::Terminated),
        _ => outcome.stop(Halt::Interrupted),
    }
    progress.finish();
    let summary = Summary {
        version: env!("CARGO_PKG_VERSION").into(),
        outcome,
        exit_code: outcome.exit_code(false),
        wall_ms: begun.elapsed().as_secs_f64() * 1e3,
    };
    write(&report, Line::Summary(summary))?;
    say(&outcome, &engine, settings, begun);
    Ok(outcome)
}

fn say(outcome: &Outcome, engine: &crate::engine::Engine, settings: &Settings, begun: Instant) {
    eprintln!(
        "{} done, {} flagged, {} failed, {} skipped in {:.1} s on {}; report {}",
        outcome.done,
        outcome.flagged,
        outcome.failed,
        outcome.skipped,
        begun.elapsed().as_secs_f64(),
        engine.backend_name(),
        if settings.json { "on stdout".into() } else { report_path(settings).display().to_string() },
    );
}

fn add(total: &mut Outcome, more: Outcome) {
    total.done += more.done;
    total.flagged += more.flagged;
    total.failed += more.failed;
    total.temporary += more.temporary;
    total.skipped += more.skipped;
    if let Some(halt) = more.halt {
        total.stop(halt);
    }
}

/// Every item with its files; an output that an earlier one owns is a problem.
fn tasks<'a>(catalog: &'a Catalog, channels: &[&'a Channel]) -> (Vec<Task<'a>>, Vec<Problem>) {
    let (names, problems) = output_names(&catalog.items, channels, Layout::ByChannel);
    let mut tasks: Vec<Task<'a>> =
        catalog.items.iter().map(|item| Task { item, orders: Vec::new() }).collect();
    for name in names {
        let channel = channels[name.channel];
        let order = Order { channel, output: &channel.outputs[name.output], path: name.path };
        tasks[name.item].orders.push(order);
    }
    tasks.retain(|t| !t.orders.is_empty());
    (tasks, problems)
}

fn report_path(settings: &Settings) -> PathBuf {
    settings.report.clone().unwrap_or_else(|| settings.out.join("report.jsonl"))
}

fn report(settings: &Settings) -> Result<ReportWriter, Failed> {
    if settings.json {
        return Ok(ReportWriter::new(Path::new("stdout"), Box::new(std::io::stdout())));
    }
    let path = report_path(settings);
    let opened = if settings.resume { ReportWriter::append(&path) } else { ReportWriter::create(&path) };
    opened.map_err(|e| report_failed(&e))
}

fn write(report: &ReportWriter, line: Line) -> Result<(), Failed> {
    report.write(&line).map_err(|e| report_failed(&e))
}

fn report_failed(e: &crate::catalog::ReportError) -> Failed {
    let code = if e.is_temporary() { 75 } else { 3 };
    Failed { code, ..Failed::item(e.code(), e.to_string(), e.help()) }
}

/// The first signal lets items under way finish; the second ends the process at once.
fn watch(stop: &Arc<AtomicBool>, signal: &Arc<AtomicUsize>) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    let kinds: BTreeSet<i32> = [SIGINT, SIGTERM].into();
    for kind in kinds {
        // A signal that cannot be watched keeps its default, which ends the process: nothing is half-written.
        let _ = flag::register_conditional_shutdown(kind, 128 + kind, stop.clone());
        let _ = flag::register(kind, stop.clone());
        let _ = flag::register_usize(kind, signal.clone(), kind.unsigned_abs() as usize);
    }
}
