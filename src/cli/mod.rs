//! The command line: turns flags into the library's options, results into text and an exit code. The only
//! room that prints: results on stdout, everything else on stderr.

mod calibrate;
mod check;
mod consistent;
mod correct;
mod demo;
mod ghost;
mod list;
mod matte;
mod model;
mod progress;
mod recipe;
mod render;
mod sheet;
mod triangulate;

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::codec::{self, CodecError, DecodeOptions, Output, OutputProfile, Overwrite};
use crate::engine::{Backend, Engine, EngineError, EngineOptions, Rendering};
use crate::image::{Image, Plane};
use crate::recipe::RecipeError;
use crate::recipe::channel::{self, Channel};
use recipe::recipe;

/// Compositing for product photographs: cut-outs, measured colour, catalog pictures.
#[derive(Debug, Parser)]
#[command(name = "packshot", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Turn photographs into catalog pictures.
    Render(render::RenderArgs),
    /// Cut one product out: alpha, cut-out, foreground colour.
    Matte(matte::MatteArgs),
    /// Merge a front shot on a mannequin and an inner shot to a garment worn by nobody.
    Ghost(ghost::GhostArgs),
    /// Correct one photograph's colours: flat field, grey, camera, swatch, looks, size, output profile.
    Correct(correct::CorrectArgs),
    /// Learn true colours from a photograph of a colour chart.
    Calibrate(calibrate::CalibrateArgs),
    /// Validate a recipe, print its plan, or hold finished files against a channel's rules.
    Check(check::CheckArgs),
    /// List the ops and their settings.
    Ops(list::OpsArgs),
    /// List the channels, or one channel's outputs and rules.
    Channels(list::ChannelsArgs),
    /// List the graphics adapters and which one would be used.
    Devices,
    /// Make a shoot with the built-in studio simulator and render it.
    Demo(demo::DemoArgs),
}

/// Which hardware.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum BackendArg {
    /// A real GPU if there is one, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A GPU, or an error.
    Gpu,
}

/// Flags of every command that renders.
#[derive(Debug, Args)]
struct EngineArgs {
    /// Which hardware does the pixel work.
    #[arg(long, value_enum, default_value_t, env = "PACKSHOT_BACKEND")]
    backend: BackendArg,
    /// Part of the adapter's name; the only way to a software adapter.
    #[arg(long, value_name = "NAME", env = "PACKSHOT_ADAPTER")]
    adapter: Option<String>,
}

impl EngineArgs {
    fn open(&self, parallel: bool) -> Result<Engine, Failed> {
        let backend = match self.backend {
            BackendArg::Auto => Backend::Auto,
            BackendArg::Cpu => Backend::Cpu,
            BackendArg::Gpu => Backend::Gpu,
        };
        Ok(Engine::new(&EngineOptions { backend, adapter: self.adapter.clone(), parallel })?)
    }
}

/// Why a command ends early: the three lines of an error, and the exit code.
#[derive(Debug)]
struct Failed {
    code: u8,
    name: String,
    what: String,
    cause: Option<String>,
    help: String,
}

impl Failed {
    /// Bad usage, recipe or manifest, or a missing backend.
    fn usage(name: &str, what: impl Into<String>, help: &str) -> Self {
        Self { code: 2, name: name.into(), what: what.into(), cause: None, help: help.into() }
    }

    /// A file that failed or was refused.
    fn item(name: &str, what: impl Into<String>, help: &str) -> Self {
        Self { code: 3, ..Self::usage(name, what, help) }
    }

    fn print(&self) {
        eprintln!("error[{}]: {}", self.name, self.what);
        if let Some(cause) = &self.cause {
            eprintln!("  cause: {cause}");
        }
        if !self.help.is_empty() {
            eprintln!("  help:  {}", self.help);
        }
    }
}

impl From<EngineError> for Failed {
    fn from(e: EngineError) -> Self {
        Self::usage("E-NO-GPU", e.to_string(), "use --backend cpu, or see `packshot devices`")
    }
}

impl From<RecipeError> for Failed {
    fn from(e: RecipeError) -> Self {
        Self::usage("E-RECIPE", e.to_string(), "see `packshot ops` for ops and settings")
    }
}

impl From<codec::ReadError> for Failed {
    fn from(e: codec::ReadError) -> Self {
        Self::item(e.code(), e.to_string(), e.help())
    }
}

impl From<codec::WriteError> for Failed {
    fn from(e: codec::WriteError) -> Self {
        let code = if e.code() == "E-DISK-FULL" { 75 } else { 3 };
        Self { code, ..Self::item(e.code(), e.to_string(), e.help()) }
    }
}

fn decoding(path: &Path, e: &CodecError) -> Failed {
    Failed::item(e.code(), format!("{}: {e}", path.display()), e.help())
}

/// A photograph from its file.
fn read(path: &Path, engine: &Engine) -> Result<Image, Failed> {
    let bytes = codec::read_file(path)?;
    codec::decode(&bytes, &DecodeOptions::default(), engine.pool()).map_err(|e| decoding(path, &e))
}

/// Encodes a picture and writes it, whole or not at all.
fn write(
    path: &Path,
    pixels: &Plane,
    (output, profile): (&Output, OutputProfile<'_>),
    replace: bool,
) -> Result<(), Failed> {
    let bytes = codec::encode(pixels, output, profile)
        .map_err(|e| Failed::item(e.code(), format!("{}: {e}", path.display()), e.help()))?;
    let overwrite = if replace { Overwrite::Yes } else { Overwrite::No };
    Ok(codec::write_atomic(path, &bytes, overwrite)?)
}

/// Makes a folder, and those above it.
fn folder(path: &Path) -> Result<(), Failed> {
    std::fs::create_dir_all(path).map_err(|e| {
        let what = format!("{}: the folder cannot be made", path.display());
        Failed {
            cause: Some(e.to_string()),
            ..Failed::item("E-WRITE-FOLDER", what, "check its path and permissions")
        }
    })
}

/// Prints what a rendering has to say as JSON, with the photographs that it was made of.
fn print(rendering: &Rendering, photographs: &[(&str, &Path)]) {
    let mut report = serde_json::json!({
        "backend": rendering.backend,
        "fallback": rendering.fallback,
        "numbers": rendering.numbers,
        "flags": rendering.flags,
        "timings_ms": rendering.timings,
        "plan": rendering.plan,
    });
    for (role, path) in photographs {
        report[role] = path.display().to_string().into();
    }
    println!("{report}");
}

/// Says what a person should know of a photograph's rendering.
fn doubts(path: &Path, rendering: &Rendering) {
    for flag in &rendering.flags {
        eprintln!("review[{}]: {}: {}", flag.code, path.display(), flag.reason);
    }
    if let Some(why) = &rendering.fallback {
        eprintln!("note: {}: finished on the processor: {why}", path.display());
    }
}

/// The day, as YYYY-MM-DD.
fn today() -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    // Days since 0000-03-01, so that a leap day ends its year (H. Hinnant, "chrono-compatible dates", 2013).
    let days = seconds.map_or(0, |s| s.as_secs() / 86_400) + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (date, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{date:02}", year + 400 * era + u64::from(month <= 2))
}

/// A built-in channel by name, or a file.
fn channel(name: &str) -> Result<Channel, Failed> {
    let path = Path::new(name);
    if path.extension().is_none_or(|e| e != "toml") {
        let unknown = || format!("there is no channel `{name}`");
        return channel::channel(name).cloned().ok_or_else(|| {
            Failed::usage("E-CHANNEL", unknown(), "see `packshot channels`, or name a .toml file")
        });
    }
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failed::usage("E-CHANNEL-FILE", format!("{name}: {e}"), "check the channel's path"))?;
    channel::parse(&text).map_err(|e| {
        Failed::usage("E-CHANNEL", format!("{name}: {e}"), "see `packshot channels NAME` for an example")
    })
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Render(args) => render::run(&args),
        Command::Matte(args) => matte::run(&args).map(|()| 0),
        Command::Ghost(args) => ghost::run(&args),
        Command::Correct(args) => correct::run(&args).map(|()| 0),
        Command::Calibrate(args) => calibrate::run(&args).map(|()| 0),
        Command::Check(args) => check::run(&args),
        Command::Ops(args) => list::ops(&args).map(|()| 0),
        Command::Channels(args) => list::channels(&args).map(|()| 0),
        Command::Devices => list::devices().map(|()| 0),
        Command::Demo(args) => demo::run(&args),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failed) => {
            failed.print();
            ExitCode::from(failed.code)
        }
    }
}
