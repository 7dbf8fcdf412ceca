//! Items to files: read, decode, render, encode, write, report. Parallel over items, bounded by bytes; one
//! bad item never stops the others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use super::deliver::deliver;
use super::{
    ErrorReport, Gate, Halt, Item, ItemReport, Line, Outcome, ReportWriter, Role, Status, Step, convert,
    footprint,
};
use crate::codec::{self, DecodeOptions, Overwrite};
use crate::engine::{Engine, Rendering};
use crate::image::Image;
use crate::recipe::channel::{Channel, OutputSpec};
use crate::recipe::{Recipe, Wanted, enough};

/// One file that an item is to become.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// Its channel.
    pub channel: &'a Channel,
    /// Its output within the channel.
    pub output: &'a OutputSpec,
    /// The file, relative to the output folder.
    pub path: PathBuf,
}

/// An item with its orders.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// The item.
    pub item: &'a Item,
    /// What it is to become.
    pub orders: Vec<Order<'a>>,
}

/// How a run goes.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Folder of the outputs.
    pub out: PathBuf,
    /// Items at a time.
    pub jobs: usize,
    /// Bytes at a time.
    pub memory: u64,
    /// Whether files that are there may be replaced.
    pub overwrite: Overwrite,
    /// Leaves items alone whose outputs are all there.
    pub resume: bool,
}

/// Everything that all items of a run share.
pub struct Run<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// The recipe.
    pub recipe: &'a Recipe,
    /// How it goes.
    pub options: &'a RunOptions,
    /// Where each item is reported.
    pub report: &'a ReportWriter,
    /// Called after each item.
    pub progress: &'a (dyn Fn(&ItemReport) + Sync),
    /// Set from outside to stop after the items under way.
    pub stop: &'a AtomicBool,
}

/// What stops an item.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: ErrorReport,
    /// Storage or device gave up: the same item may succeed later.
    pub(super) temporary: bool,
}

impl Failure {
    pub(super) fn new(code: &str, what: String, cause: Option<String>, help: &str) -> Self {
        let help = (!help.is_empty()).then(|| help.to_owned());
        Self { error: ErrorReport { code: code.into(), what, cause, help }, temporary: false }
    }
}

impl Run<'_> {
    /// Works through the tasks and counts how they ended.
    #[must_use]
    pub fn all(&self, tasks: &[Task<'_>]) -> Outcome {
        let (next, gate) = (AtomicUsize::new(0), Gate::new(self.options.memory));
        let outcome = Mutex::new(Outcome::default());
        let worker = || {
            while !self.stop.load(Ordering::Relaxed) {
                let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                let (report, temporary) = self.one(task, &gate);
                let mut total = outcome.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if temporary {
                    total.count_temporary()
                } else {
                    total.count(report.status)
                }
                (self.progress)(&report);
                if self.report.write(&Line::Item(Box::new(report))).is_err() {
                    total.stop(Halt::Temporary);
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.options.jobs.min(tasks.len()).max(1) {
                scope.spawn(worker);
            }
            worker();
        });
        outcome.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// One item, whatever happens to it.
    fn one(&self, task: &Task<'_>, gate: &Gate) -> (ItemReport, bool) {
        let mut report = ItemReport::of(task.item);
        if self.options.resume && task.orders.iter().all(|o| self.options.out.join(&o.path).exists()) {
            report.status = Status::Skipped;
            return (report, false);
        }
        let attempt = std::panic::AssertUnwindSafe(|| self.make(task, gate, &mut report));
        let result = std::panic::catch_unwind(attempt).unwrap_or_else(|_| {
            let help = "report this with the photograph; the other items are not affected";
            Err(Failure::new("E-INTERNAL", "a fault inside Packshot".into(), None, help))
        });
        match result {
            Ok(()) => {
                report.status = if report.flags.is_empty() { Status::Done } else { Status::Flagged };
                (report, false)
            }
            Err(failure) => {
                report.status = Status::Failed;
                report.error = Some(failure.error);
                (report, failure.temporary)
            }
        }
    }

    fn make(&self, task: &Task<'_>, gate: &Gate, report: &mut ItemReport) -> Result<(), Failure> {
        let Some(shot) = task.item.shot(Role::Front) else {
            return Err(Failure::new("E-ITEM-FRONT", "the item has no front shot".into(), None, ""));
        };
        let overridden;
        let recipe = if task.item.overrides.is_empty() {
            self.recipe
        } else {
            overridden = self.recipe.with_overrides(&task.item.overrides).map_err(|e| {
                let help = "manifest columns beyond file, sku, view and role are op.setting";
                Failure::new("E-OVERRIDE", e.to_string(), None, help)
            })?;
            &overridden
        };
        let wanted: Vec<Wanted> = task.orders.iter().map(|o| convert::wanted(o.channel, o.output)).collect();
        let mut clock = Clock::start();
        let bytes = read(&shot.path)?;
        if let Some(input) = report.inputs.iter_mut().find(|i| i.role == Role::Front) {
            input.bytes = Some(bytes.len() as u64);
            input.blake3 = Some(blake3::hash(&bytes).to_hex().to_string());
        }
        clock.lap("read", &mut report.timings_ms);
        let header = codec::probe(&bytes).map_err(|e| undecodable(&shot.path, &e))?;
        let scale_to = enough(header.size, &wanted);
        let _permit = gate.admit(bytes.len() as u64 + footprint(header.size, &wanted));
        let (image, rendering) =
            self.render(&shot.path, &bytes, scale_to, recipe, &wanted, &mut clock, report)?;
        report.notes.extend(image.notes.iter().cloned());
        self.engine.pool().give(image.pixels);
        describe(recipe, &rendering, report);
        clock = Clock::start();
        deliver(self, task, &rendering, report)?;
        clock.lap("encode_and_write", &mut report.timings_ms);
        rendering.pictures.into_iter().for_each(|p| self.engine.pool().give(p.pixels));
        Ok(())
    }

    /// Decodes and renders; once more at full size where the decoder scaled and the product proved small.
    #[allow(clippy::too_many_arguments, reason = "one call, and each is a different thing")]
    fn render(
        &self,
        path: &Path,
        bytes: &[u8],
        at_least: Option<crate::image::Size>,
        recipe: &Recipe,
        wanted: &[Wanted],
        clock: &mut Clock,
        report: &mut ItemReport,
    ) -> Result<(Image, Rendering), Failure> {
        let options = DecodeOptions { at_least, ..DecodeOptions::default() };
        let image = codec::decode(bytes, &options, self.engine.pool()).map_err(|e| undecodable(path, &e))?;
        clock.lap("decode", &mut report.timings_ms);
        let rendering = self.engine.render(&image, recipe, wanted).map_err(|e| {
            let mut failure = Failure::new(e.code(), e.to_string(), None, e.help());
            failure.temporary = e.code() == "E-GPU-LOST";
            failure
        })?;
        report.timings_ms.insert("analyse".into(), rendering.timings.analyse_ms);
        report.timings_ms.insert("render".into(), rendering.timings.render_ms);
        let enlarged = rendering.pictures.iter().any(|p| p.frame.scale() < 1.0);
        if enlarged && image.size() != image.full_size {
            self.engine.pool().give(image.pixels);
            return self.render(path, bytes, None, recipe, wanted, clock, report);
        }
        Ok((image, rendering))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    codec::read_file(path).map_err(|e| Failure::new(e.code(), e.to_string(), None, e.help()))
}

fn undecodable(path: &Path, error: &codec::CodecError) -> Failure {
    let what = format!("{}: {error}", super::path_text(path));
    let cause = std::error::Error::source(error).map(ToString::to_string);
    Failure::new(error.code(), what, cause, error.help())
}

/// What the rendering says, into the report.
fn describe(recipe: &Recipe, rendering: &Rendering, report: &mut ItemReport) {
    report.backend = Some(rendering.backend.clone());
    report.notes.extend(rendering.fallback.iter().map(|why| format!("finished on the CPU: {why}")));
    report.numbers = rendering.numbers.clone();
    if let Ok(plan) = serde_json::to_value(rendering.plan) {
        report.numbers.insert("plan".into(), plan);
    }
    report.flags.extend(
        rendering.flags.iter().map(|f| super::Flag { code: f.code.to_owned(), reason: f.reason.clone() }),
    );
    report.steps = recipe
        .entries()
        .iter()
        .map(|e| {
            let params = match serde_json::to_value(&e.settings) {
                Ok(serde_json::Value::Object(map)) => map,
                _ => serde_json::Map::new(),
            };
            Step { op: e.def.name.to_owned(), params }
        })
        .collect();
}

/// Milliseconds a stage.
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn lap(&mut self, stage: &str, into: &mut BTreeMap<String, f64>) {
        let now = Instant::now();
        let ms = (now.duration_since(self.0).as_secs_f64() * 1e6).round() / 1e3;
        *into.entry(stage.to_owned()).or_default() += ms;
        self.0 = now;
    }
}
