//! `packshot matte`: one photograph to its alpha, cut-out and foreground colour, at full resolution.

use std::path::{Path, PathBuf};

use clap::Args;

use super::triangulate::PairArgs;
use super::{EngineArgs, Failed};
use crate::codec::{self, DecodeOptions, Output, OutputProfile, Overwrite, PngEffort};
use crate::engine::Engine;
use crate::image::{Format, Image, Plane, Shots};
use crate::ops::place::Placing;
use crate::recipe::{Recipe, Wanted};

/// Flags of `matte`.
#[derive(Debug, Args)]
pub(super) struct MatteArgs {
    /// The photograph.
    #[arg(required_unless_present = "shots")]
    image: Option<PathBuf>,
    /// Where alpha goes: a 16-bit grey PNG.
    #[arg(short, long, value_name = "PNG")]
    out: PathBuf,
    /// Also write the cut-out: 16-bit with straight alpha, .png or .tif.
    #[arg(long, value_name = "FILE")]
    cutout: Option<PathBuf>,
    /// Also write the foreground colour without alpha: a 16-bit PNG.
    #[arg(long, value_name = "PNG")]
    foreground: Option<PathBuf>,
    /// A photograph of the empty set, by the same camera at the same place.
    #[arg(long, value_name = "IMAGE")]
    plate: Option<PathBuf>,
    /// What is known: black is backdrop, white product, everything else is found.
    #[arg(long, value_name = "IMAGE", conflicts_with = "shots")]
    trimap: Option<PathBuf>,
    /// White where there is product, whatever the analysis finds.
    #[arg(long, value_name = "IMAGE", conflicts_with = "shots")]
    keep: Option<PathBuf>,
    /// White where there is none.
    #[arg(long, value_name = "IMAGE", conflicts_with = "shots")]
    drop: Option<PathBuf>,
    #[command(flatten)]
    pair: PairArgs,
    #[command(flatten)]
    engine: EngineArgs,
    /// Replace files that are there.
    #[arg(long)]
    overwrite: bool,
    /// Print numbers and flags as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &MatteArgs) -> Result<(), Failed> {
    let engine = args.engine.open(true)?;
    let pair = args.pair.paths()?;
    let recipe = Recipe::builtin(match (pair, &args.trimap) {
        (Some(_), _) => "triangulate",
        (None, Some(_)) => "trimap",
        (None, None) => "matte",
    })?;
    let [front, plate] = match (&args.image, pair) {
        (_, Some([[shot, plate], _])) => [Some(shot), Some(plate)],
        (image, None) => [image.as_ref(), args.plate.as_ref()],
    };
    let Some(front) = front else {
        return Err(Failed::usage("E-NO-INPUT", "no photograph is named", "name one, or --shots A,B"));
    };
    let image = read(front, &engine)?;
    let plate = plate.map(|path| read(path, &engine)).transpose()?;
    let second = pair.map(|[_, paths]| Ok::<_, Failed>([read(paths[0], &engine)?, read(paths[1], &engine)?]));
    let second = second.transpose()?;
    let masks = [&args.trimap, &args.keep, &args.drop]
        .map(|path| path.as_ref().map(|p| read(p, &engine)).transpose());
    let [trimap, keep, drop] = masks;
    let (trimap, keep, drop) = (trimap?, keep?, drop?);
    let shots = Shots {
        front: &image,
        plate: plate.as_ref(),
        second: second.as_ref().map(|[shot, plate]| [shot, plate]),
        trimap: trimap.as_ref(),
        keep: keep.as_ref(),
        drop: drop.as_ref(),
    };
    let wanted = Wanted {
        name: "cut-out".into(),
        placing: Placing::Source,
        sixteen_bits: true,
        transparent: true,
        background: [255; 3],
    };
    let rendering = engine
        .render_shots(&shots, &recipe, std::slice::from_ref(&wanted))
        .map_err(|e| Failed::item(e.code(), format!("{}: {e}", front.display()), e.help()))?;
    for picture in &rendering.pictures {
        write(args, &args.out, &picture.pixels, &Output::GrayPng { bits: 16 })?;
        if let Some(path) = &args.cutout {
            write(args, path, &picture.pixels, &cutout(path)?)?;
        }
        if let Some(path) = &args.foreground {
            let output = Output::Png { bits: 16, alpha: false, effort: PngEffort::Fast };
            write(args, path, &opaque(&picture.pixels), &output)?;
        }
    }
    for flag in &rendering.flags {
        eprintln!("review[{}]: {}: {}", flag.code, front.display(), flag.reason);
    }
    if args.json {
        let report = serde_json::json!({
            "image": front.display().to_string(),
            "backend": rendering.backend,
            "numbers": rendering.numbers,
            "flags": rendering.flags,
            "timings_ms": rendering.timings,
        });
        println!("{report}");
    }
    Ok(())
}

fn read(path: &Path, engine: &Engine) -> Result<Image, Failed> {
    let bytes = codec::read_file(path)?;
    codec::decode(&bytes, &DecodeOptions::default(), engine.pool()).map_err(|e| super::decoding(path, &e))
}

fn cutout(path: &Path) -> Result<Output, Failed> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("png") => Ok(Output::Png { bits: 16, alpha: true, effort: PngEffort::Fast }),
        Some("tif" | "tiff") => Ok(Output::Tiff { bits: 16, alpha: true }),
        _ => Err(Failed::usage(
            "E-CUTOUT",
            format!("{}: no cut-out format", path.display()),
            "name it .png or .tif",
        )),
    }
}

/// The same picture with alpha 1.
fn opaque(pixels: &Plane) -> Plane {
    let mut plane = pixels.clone();
    if pixels.format() == Format::RGBA16 {
        plane.shorts_mut().chunks_exact_mut(4).for_each(|p| p[3] = u16::MAX);
    }
    plane
}

fn write(args: &MatteArgs, path: &Path, pixels: &Plane, output: &Output) -> Result<(), Failed> {
    let bytes = codec::encode(pixels, output, OutputProfile::Srgb)
        .map_err(|e| Failed::item(e.code(), format!("{}: {e}", path.display()), e.help()))?;
    let overwrite = if args.overwrite { Overwrite::Yes } else { Overwrite::No };
    Ok(codec::write_atomic(path, &bytes, overwrite)?)
}
