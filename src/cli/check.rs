//! `packshot check`: is a recipe valid, what would it do, and do finished files keep a channel's rules?

use std::path::{Path, PathBuf};

use clap::Args;

use super::Failed;
use crate::catalog::{RuleReport, seen, wanted};
use crate::codec::{self, DecodeOptions};
use crate::demo::{Scene, shoot};
use crate::image::{AlphaMode, Format, Image, Plane, Pool, Sample, Shots, Size};
use crate::recipe::channel::{Channel, FileFormat, Finished, Severity, Verdict, judge};
use crate::recipe::{Recipe, analyse, compile};

/// Flags of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// A built-in recipe or a .toml file; with --channel and no --plan, finished files.
    #[arg(value_name = "RECIPE|FILE")]
    what: Vec<PathBuf>,
    /// Hold the files against this channel's rules; with --plan, what the plan is for.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Print the plan that the recipe becomes.
    #[arg(long)]
    plan: bool,
    /// The photograph that the plan is for [default: a simulated one].
    #[arg(long, value_name = "FILE", requires = "plan")]
    photo: Option<PathBuf>,
}

/// Runs the command: 0 where everything holds, 3 where a file breaks a rule.
pub(super) fn run(args: &CheckArgs) -> Result<u8, Failed> {
    if let (Some(name), false) = (&args.channel, args.plan) {
        return files(&args.what, &super::channel(name)?);
    }
    if args.what.is_empty() {
        return Err(Failed::usage(
            "E-NO-INPUT",
            "nothing to check",
            "name a recipe, or --channel NAME and files",
        ));
    }
    for path in &args.what {
        let recipe = super::recipe(&path.to_string_lossy())?;
        println!("{}: valid, {} ops: {}", recipe.name, recipe.entries().len(), recipe.about);
        if args.plan {
            plan(&recipe, args)?;
        }
    }
    Ok(0)
}

fn plan(recipe: &Recipe, args: &CheckArgs) -> Result<(), Failed> {
    let channel = super::channel(args.channel.as_deref().unwrap_or("amazon-main"))?;
    let image = match &args.photo {
        Some(path) => decode(path)?,
        None => simulated()?,
    };
    let refused =
        |e: crate::ops::OpError| Failed::item("E-REFUSED", e.to_string(), "choose another photograph");
    let study = analyse(&Shots::from(&image), recipe).map_err(refused)?;
    let wants: Vec<_> = channel.outputs.iter().map(|o| wanted(&channel, o)).collect();
    let compiled = compile(&image, &study, recipe, &wants).map_err(refused)?;
    println!("plan for a photograph of {} and {}", image.size(), channel.name);
    print!("{}", compiled.plan);
    Ok(())
}

fn simulated() -> Result<Image, Failed> {
    let size = Size::new(900, 1200);
    let shot = shoot(&Scene::pick(1, 0), size, false);
    Image::from_srgb8(size, 3, shot.photo.bytes()).map_err(|e| Failed::usage("E-INTERNAL", e.to_string(), ""))
}

fn decode(path: &Path) -> Result<Image, Failed> {
    let bytes = codec::read_file(path)?;
    codec::decode(&bytes, &DecodeOptions::default(), &Pool::default()).map_err(|e| super::decoding(path, &e))
}

fn files(paths: &[PathBuf], channel: &Channel) -> Result<u8, Failed> {
    if paths.is_empty() {
        return Err(Failed::usage("E-NO-INPUT", "no files to check", "name the finished files"));
    }
    let mut code = 0;
    for path in paths {
        match file(path, channel) {
            Ok(true) => {}
            Ok(false) => code = 3,
            Err(failed) => {
                failed.print();
                code = 3;
            }
        }
    }
    Ok(code)
}

/// Prints one file's verdicts; whether it keeps every "must".
fn file(path: &Path, channel: &Channel) -> Result<bool, Failed> {
    let bytes = codec::read_file(path)?;
    let format = codec::probe(&bytes).map_err(|e| super::decoding(path, &e))?.format;
    let image = codec::decode(&bytes, &DecodeOptions::default(), &Pool::default())
        .map_err(|e| super::decoding(path, &e))?;
    let pixels = rgba(&image);
    let alpha = image.alpha == AlphaMode::Straight;
    let figures = seen(&pixels, !alpha, &[]);
    let format = FileFormat::from_extension(&format.to_string()).unwrap_or(FileFormat::Jpeg);
    let mut finished = Finished::new(image.size(), bytes.len() as u64, format);
    finished.extension = path.extension().map(|e| e.to_string_lossy().into_owned());
    finished.has_alpha = alpha;
    finished.bits = if image.samples().0 == Sample::U8 { 8 } else { 16 };
    finished.profile = Some(image.encoding.name.clone());
    finished.fill_measured = figures.fill;
    finished.border_min_code = Some(figures.border_min);
    finished.border_alpha = Some(figures.border_alpha);
    let mut kept = true;
    for rule in &channel.rules {
        let report = RuleReport::new(rule, judge(rule, &finished));
        let (word, found) = match &report.verdict {
            Verdict::Kept => ("ok", String::new()),
            Verdict::Broken { found, .. } if rule.severity == Severity::Must => {
                kept = false;
                ("BROKEN", format!(": {found}"))
            }
            Verdict::Broken { found, .. } => ("advice", format!(": {found}")),
            Verdict::Unknown { .. } => ("look", String::new()),
        };
        println!("{}: {word:<6} {}{found}", path.display(), report.rule);
    }
    Ok(kept)
}

/// The codes as RGBA of the same depth, undecoded: what a marketplace's checker sees.
fn rgba(image: &Image) -> Plane {
    let (sample, channels) = image.samples();
    let (channels, alpha) = (channels as usize, image.alpha == AlphaMode::Straight);
    let sixteen = sample != Sample::U8;
    let mut plane = Plane::zeros(image.size(), if sixteen { Format::RGBA16 } else { Format::RGBA8 });
    let pick = |c: usize| if channels == 1 { 0 } else { c };
    match sample {
        Sample::U8 => {
            for (to, from) in
                plane.bytes_mut().chunks_exact_mut(4).zip(image.pixels.bytes().chunks_exact(channels))
            {
                (0..3).for_each(|c| to[c] = from[pick(c)]);
                to[3] = if alpha { from[3] } else { 255 };
            }
        }
        Sample::U16 => {
            for (to, from) in
                plane.shorts_mut().chunks_exact_mut(4).zip(image.pixels.shorts().chunks_exact(channels))
            {
                (0..3).for_each(|c| to[c] = from[pick(c)]);
                to[3] = if alpha { from[3] } else { u16::MAX };
            }
        }
        Sample::F32 => {
            let code = |v: f32| (v.clamp(0.0, 1.0) * 65_535.0 + 0.5) as u16;
            for (to, from) in
                plane.shorts_mut().chunks_exact_mut(4).zip(image.pixels.floats().chunks_exact(channels))
            {
                (0..3).for_each(|c| to[c] = code(from[pick(c)]));
                to[3] = if alpha { code(from[3]) } else { u16::MAX };
            }
        }
    }
    plane
}
