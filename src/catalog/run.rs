//! Items to files: read, decode, render, encode, write, report. Parallel over items, bounded by bytes; one
//! bad item never stops the others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::deliver::{self, Made};
use super::{
    ErrorReport, Gate, Halt, Item, ItemReport, Line, Outcome, Permit, References, ReportWriter, Role, Status,
    Step, convert, footprint,
};
use crate::codec::{self, DecodeOptions, Overwrite};
use crate::engine::{Engine, Rendering};
use crate::image::{Finder, Image, Pool, Shots};
use crate::ops::ghost_merge;
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
    /// What the sets were lit by.
    pub references: &'a References,
    /// Who is asked for the product where no backdrop tells it.
    pub finder: Option<&'a dyn Finder>,
    /// Where each item is reported.
    pub report: &'a ReportWriter,
    /// Called after each item.
    pub progress: &'a (dyn Fn(&ItemReport) + Sync),
    /// Set from outside to stop after the items under way.
    pub stop: &'a AtomicBool,
}

/// What stops an item.
#[derive(Clone, Debug)]
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

/// An item whose files are encoded, on its way to the disk. It keeps its share of memory until it is there.
struct Ready<'t> {
    task: &'t Task<'t>,
    report: ItemReport,
    result: Result<Vec<Made>, Failure>,
    _permit: Option<Permit>,
}

impl Run<'_> {
    /// Works through the tasks and counts how they ended. Some threads make the files and others write them,
    /// so that a slow disk holds up nobody's arithmetic.
    #[must_use]
    pub fn all<'t>(&self, tasks: &'t [Task<'t>]) -> Outcome {
        let (next, gate) = (AtomicUsize::new(0), Gate::new(self.options.memory));
        let outcome = Mutex::new(Outcome::default());
        let jobs = self.options.jobs.min(tasks.len()).max(1);
        let (ready, to_write) = sync_channel(jobs);
        let to_write = Mutex::new(to_write);
        let write = || {
            loop {
                let item = to_write.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(item) = item else { break };
                self.finish(item, &outcome);
            }
        };
        let make = |ready: SyncSender<Ready<'t>>| {
            while !self.stop.load(Ordering::Relaxed) {
                let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                if ready.send(self.one(task, &gate)).is_err() {
                    break;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(write);
                let ready = ready.clone();
                scope.spawn(|| make(ready));
            }
            drop(ready);
        });
        outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one item's files, whatever happens to it.
    fn one<'t>(&self, task: &'t Task<'t>, gate: &Gate) -> Ready<'t> {
        let mut report = ItemReport::of(task.item);
        if self.options.resume && task.orders.iter().all(|o| self.options.out.join(&o.path).exists()) {
            report.status = Status::Skipped;
            return Ready { task, report, result: Ok(Vec::new()), _permit: None };
        }
        let mut permit = None;
        let result = guarded(|| self.make(task, gate, &mut report, &mut permit));
        Ready { task, report, result, _permit: permit }
    }

    /// Writes and reports one item.
    fn finish(&self, item: Ready<'_>, outcome: &Mutex<Outcome>) {
        let Ready { task, mut report, result, _permit } = item;
        let skipped = report.status == Status::Skipped;
        let begun = Instant::now();
        let result = result.and_then(|files| guarded(|| deliver::write(self, task, files, &mut report)));
        let mut temporary = false;
        match result {
            Ok(()) if skipped => {}
            Ok(()) => {
                report.timings_ms.insert("write".into(), begun.elapsed().as_secs_f64() * 1e3);
                report.status = if report.flags.is_empty() { Status::Done } else { Status::Flagged };
            }
            Err(failure) => {
                temporary = failure.temporary;
                report.status = Status::Failed;
                report.error = Some(failure.error);
            }
        }
        let mut total = outcome.lock().unwrap_or_else(PoisonError::into_inner);
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

    fn make(
        &self,
        task: &Task<'_>,
        gate: &Gate,
        report: &mut ItemReport,
        permit: &mut Option<Permit>,
    ) -> Result<Vec<Made>, Failure> {
        let Some(shot) = task.item.shot(Role::Front) else {
            return Err(Failure::new("E-ITEM-FRONT", "the item has no front shot".into(), None, ""));
        };
        let lit = (gate, &**self.engine.pool());
        let mut overrides = self.references.settings(task.item, self.recipe, lit, &mut report.notes)?;
        overrides.extend(task.item.overrides.clone());
        let overridden;
        let recipe = if overrides.is_empty() {
            self.recipe
        } else {
            overridden = self.recipe.with_overrides(&overrides).map_err(|e| {
                let help = "manifest columns beyond file, sku, view and role are op.setting";
                Failure::new("E-OVERRIDE", e.to_string(), None, help)
            })?;
            &overridden
        };
        let wanted: Vec<Wanted> = task.orders.iter().map(|o| convert::wanted(o.channel, o.output)).collect();
        let mut clock = Clock::start();
        let bytes = read(&shot.path)?;
        identify(Role::Front, &bytes, report);
        let companions = companions(task.item, recipe, report)?;
        clock.lap("read", &mut report.timings_ms);
        let header = codec::probe(&bytes).map_err(|e| undecodable(&shot.path, &e))?;
        // What lies on the photograph pixel by pixel keeps both from being scaled while decoding.
        let scale_to = if companions.is_empty() { enough(header.size, &wanted) } else { None };
        let beside: u64 = companions
            .iter()
            .map(|c| Ok(c.bytes.len() as u64 + c.plane_bytes()?))
            .sum::<Result<u64, Failure>>()?;
        *permit = Some(gate.admit(bytes.len() as u64 + beside + footprint(header.size, &wanted)));
        let beside = companions
            .into_iter()
            .map(|c| Ok((c.role, c.decode(self.engine.pool())?)))
            .collect::<Result<Vec<(Role, Image)>, Failure>>()?;
        let (image, rendering) =
            self.render(&shot.path, &bytes, &beside, scale_to, recipe, &wanted, &mut clock, report)?;
        report.notes.extend(image.notes.iter().cloned());
        let beside = beside.into_iter().map(|(_, image)| image);
        beside.chain([image]).for_each(|i| self.engine.pool().give(i.pixels));
        describe(recipe, &rendering, report);
        clock = Clock::start();
        let files = deliver::encode(task, &rendering, report)?;
        clock.lap("encode", &mut report.timings_ms);
        rendering.pictures.into_iter().for_each(|p| self.engine.pool().give(p.pixels));
        Ok(files)
    }

    /// Decodes and renders; once more at full size where the decoder scaled and the product proved small.
    #[allow(clippy::too_many_arguments, reason = "one call, and each is a different thing")]
    fn render(
        &self,
        path: &Path,
        bytes: &[u8],
        beside: &[(Role, Image)],
        at_least: Option<crate::image::Size>,
        recipe: &Recipe,
        wanted: &[Wanted],
        clock: &mut Clock,
        report: &mut ItemReport,
    ) -> Result<(Image, Rendering), Failure> {
        let options = DecodeOptions { at_least, ..DecodeOptions::default() };
        let image = codec::decode(bytes, &options, self.engine.pool()).map_err(|e| undecodable(path, &e))?;
        clock.lap("decode", &mut report.timings_ms);
        let of = |role: Role| beside.iter().find(|(r, _)| *r == role).map(|(_, image)| image);
        let shots = Shots {
            plate: of(Role::Plate),
            bare: of(Role::Bare),
            inner: of(Role::Inner),
            finder: self.finder,
            ..Shots::from(&image)
        };
        let rendering = self.engine.render_shots(&shots, recipe, wanted).map_err(|e| {
            let mut failure = Failure::new(e.code(), e.to_string(), None, e.help());
            failure.temporary = e.code() == "E-GPU-LOST";
            failure
        })?;
        report.timings_ms.insert("analyse".into(), rendering.timings.analyse_ms);
        report.timings_ms.insert("render".into(), rendering.timings.render_ms);
        let enlarged = rendering.pictures.iter().any(|p| p.frame.scale() < 1.0);
        if enlarged && image.size() != image.full_size {
            self.engine.pool().give(image.pixels);
            return self.render(path, bytes, beside, None, recipe, wanted, clock, report);
        }
        Ok((image, rendering))
    }
}

/// A further shot of an item, before it is decoded.
struct Companion<'a> {
    role: Role,
    path: &'a Path,
    bytes: Vec<u8>,
}

impl Companion<'_> {
    /// Bytes that its pixels take, and its working planes where it becomes a layer.
    fn plane_bytes(&self) -> Result<u64, Failure> {
        let header = codec::probe(&self.bytes).map_err(|e| undecodable(self.path, &e))?;
        let planes = if self.role == Role::Inner { 3 } else { 0 };
        Ok(header.size.pixels() as u64 * (4 + 16 * planes))
    }

    fn decode(&self, pool: &Pool) -> Result<Image, Failure> {
        codec::decode(&self.bytes, &DecodeOptions::default(), pool).map_err(|e| undecodable(self.path, &e))
    }
}

/// Reads the further shots of an item that its recipe uses, and notes those that it does not.
fn companions<'a>(
    item: &'a Item,
    recipe: &Recipe,
    report: &mut ItemReport,
) -> Result<Vec<Companion<'a>>, Failure> {
    let merges = recipe.has(ghost_merge::OP.name);
    let mut found = Vec::new();
    for shot in &item.shots {
        let ghost = matches!(shot.role, Role::Bare | Role::Inner);
        if ghost && !merges {
            let note = format!("the {} shot is not used: the recipe has no ghost_merge", shot.role);
            report.notes.push(note);
        } else if ghost || shot.role == Role::Plate {
            let bytes = read(&shot.path)?;
            identify(shot.role, &bytes, report);
            found.push(Companion { role: shot.role, path: &shot.path, bytes });
        }
    }
    Ok(found)
}

/// A fault inside costs one item, not the run.
fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let help = "report this with the photograph; the other items are not affected";
        Err(Failure::new("E-INTERNAL", "a fault inside Packshot".into(), None, help))
    })
}

/// Which bytes a shot was made of, into the report.
fn identify(role: Role, bytes: &[u8], report: &mut ItemReport) {
    if let Some(input) = report.inputs.iter_mut().find(|i| i.role == role) {
        input.bytes = Some(bytes.len() as u64);
        input.blake3 = Some(blake3::hash(bytes).to_hex().to_string());
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    codec::read_file(path).map_err(|e| Failure::new(e.code(), e.to_string(), None, e.help()))
}

pub(super) fn undecodable(path: &Path, error: &codec::CodecError) -> Failure {
    let what = format!("{}: {error}", super::path_text(path));
    let cause = std::error::Error::source(error).map(ToString::to_string);
    Failure::new(error.code(), what, cause, error.help())
}

/// What the rendering says, into the report.
fn describe(recipe: &Recipe, rendering: &Rendering, report: &mut ItemReport) {
    report.backend = Some(rendering.backend.clone());
    report.notes.extend(rendering.fallback.iter().map(|why| format!("finished on the CPU: {why}")));
    report.numbers = rendering.numbers.clone();
    if report.numbers.contains_key("plate") {
        report.notes.push("the matte knows its backdrop from the item's plate".into());
    }
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
