//! `packshot matte`: one photograph to its alpha, cut-out, foreground colour and other layers, at full resolution.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::model::ModelArgs;
use super::triangulate::PairArgs;
use super::{EngineArgs, Failed, doubts, print, read, write};
use crate::codec::{Output, OutputProfile, PngEffort};
use crate::engine::Rendering;
use crate::image::{Format, Plane, Sample, Shots};
use crate::ops::Layer;
use crate::ops::backdrop_matte::Backdrop;
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
    /// Also write the foreground colour without alpha: 16-bit, .png or .tif.
    #[arg(long, value_name = "FILE")]
    foreground: Option<PathBuf>,
    /// Also write what the product's shadow leaves of the backdrop's light: a 16-bit grey PNG.
    #[arg(long, value_name = "PNG")]
    shadow: Option<PathBuf>,
    /// Also write how far alpha may be trusted: a 16-bit grey PNG, white is certain.
    #[arg(long, value_name = "PNG", conflicts_with = "shots")]
    confidence: Option<PathBuf>,
    /// Also write the trimap that was solved: black backdrop, white product, grey unknown.
    #[arg(long, value_name = "PNG", conflicts_with = "shots")]
    write_trimap: Option<PathBuf>,
    /// Who tells product from backdrop.
    #[arg(long, value_enum, default_value_t, conflicts_with_all = ["shots", "trimap"])]
    method: MethodArg,
    /// The backdrop: auto, white, grey, green, blue, or a colour R,G,B.
    #[arg(long, value_name = "COLOUR", default_value = "auto", conflicts_with_all = ["shots", "trimap"])]
    backdrop: String,
    /// A photograph of the empty set, by the same camera at the same place.
    #[arg(long, value_name = "IMAGE")]
    plate: Option<PathBuf>,
    /// What is known: black is backdrop, white product, everything else is found.
    #[arg(long, value_name = "IMAGE", conflicts_with_all = ["shots", "plate"])]
    trimap: Option<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
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

/// Who tells product from backdrop.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum MethodArg {
    /// The plate if there is one, else an even backdrop, else the model if there is one.
    #[default]
    Auto,
    /// The plate.
    Plate,
    /// The border of the photograph.
    Backdrop,
    /// The model.
    Model,
}

/// Runs the command.
pub(super) fn run(args: &MatteArgs) -> Result<(), Failed> {
    let pair = args.pair.paths()?;
    let recipe = recipe(args, pair.is_some())?;
    let [front, plate] = match (&args.image, pair) {
        (_, Some([[shot, plate], _])) => [Some(shot), Some(plate)],
        (image, None) => [image.as_ref(), args.plate.as_ref()],
    };
    let Some(front) = front else {
        return Err(Failed::usage("E-NO-INPUT", "no photograph is named", "name one, or --shots A,B"));
    };
    args.check_names()?;
    let engine = args.engine.open(true)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let model = args.model.open(threads)?;
    let image = read(front, &engine)?;
    let plate = plate.map(|path| read(path, &engine)).transpose()?;
    let second = pair.map(|[_, paths]| Ok::<_, Failed>([read(paths[0], &engine)?, read(paths[1], &engine)?]));
    let second = second.transpose()?;
    let masks = [&args.trimap, &args.keep, &args.drop]
        .map(|path| path.as_ref().map(|p| read(p, &engine)).transpose());
    let [trimap, keep, drop_mask] = masks;
    let (trimap, keep, drop_mask) = (trimap?, keep?, drop_mask?);
    let shots = Shots {
        front: &image,
        plate: plate.as_ref(),
        bare: None,
        mannequin: None,
        flat: None,
        second: second.as_ref().map(|[shot, plate]| [shot, plate]),
        inner: None,
        trimap: trimap.as_ref(),
        keep: keep.as_ref(),
        drop: drop_mask.as_ref(),
        swatch: None,
        finder: model.as_deref(),
    };
    let rendering = engine
        .render_shots(&shots, &recipe, &args.wanted())
        .map_err(|e| Failed::item(e.code(), format!("{}: {e}", front.display()), e.help()))?;
    // Encoding takes memory of its own.
    drop((image, plate, second, trimap, keep, drop_mask));
    args.write(&rendering)?;
    report(args, front, &rendering);
    Ok(())
}

/// The built-in recipe for what is given, with what the flags say.
fn recipe(args: &MatteArgs, pair: bool) -> Result<Recipe, Failed> {
    if pair {
        return Ok(Recipe::builtin("triangulate")?);
    }
    if args.trimap.is_some() {
        return Ok(Recipe::builtin("trimap")?);
    }
    let help = "write --backdrop auto, white, grey, green, blue, or a colour R,G,B";
    args.backdrop.parse::<Backdrop>().map_err(|e| Failed::usage("E-BACKDROP", e, help))?;
    let method = args.method.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned());
    let overrides = BTreeMap::from([
        ("backdrop_matte.method".to_owned(), format!("\"{method}\"")),
        ("backdrop_matte.backdrop".to_owned(), format!("\"{}\"", args.backdrop)),
    ]);
    Ok(Recipe::builtin("matte")?.with_overrides(&overrides)?)
}

fn report(args: &MatteArgs, front: &Path, rendering: &Rendering) {
    doubts(front, rendering);
    if args.json {
        print(rendering, &[("image", front)]);
    }
}

/// A 16-bit colour file by its name.
fn colour(path: &Path, alpha: bool) -> Result<Output, Failed> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("png") => Ok(Output::Png { bits: 16, alpha, effort: PngEffort::Fast }),
        Some("tif" | "tiff") => Ok(Output::Tiff { bits: 16, alpha }),
        _ => Err(Failed::usage(
            "E-CUTOUT",
            format!("{}: no format for a cut-out or its colour", path.display()),
            "name it .png or .tif",
        )),
    }
}

const GRAY: Output = Output::GrayPng { bits: 16 };

impl MatteArgs {
    /// Refuses names that no file can be written under, before any work is done.
    fn check_names(&self) -> Result<(), Failed> {
        for path in [&self.cutout, &self.foreground].into_iter().flatten() {
            colour(path, true)?;
        }
        Ok(())
    }

    /// The layers that are asked for; alpha first.
    fn wanted(&self) -> Vec<Wanted> {
        let layers =
            [(Layer::Shadow, "shadow", &self.shadow), (Layer::Confidence, "confidence", &self.confidence)];
        let mut wanted = vec![Wanted::layer("alpha", Layer::Alpha)];
        if self.cutout.is_some() || self.foreground.is_some() {
            wanted.push(Wanted::cut_out("cut-out", Placing::Source));
        }
        let asked = layers.into_iter().filter(|(.., path)| path.is_some());
        wanted.extend(asked.map(|(layer, name, _)| Wanted::layer(name, layer)));
        wanted
    }

    fn write(&self, rendering: &Rendering) -> Result<(), Failed> {
        let layer = |name: &str| rendering.pictures.iter().find(|p| p.name == name).map(|p| &p.pixels);
        let grays = [("alpha", Some(&self.out)), ("shadow", self.shadow.as_ref())];
        for (name, path) in grays.into_iter().chain([("confidence", self.confidence.as_ref())]) {
            if let (Some(pixels), Some(path)) = (layer(name), path) {
                self.file(path, pixels, &GRAY)?;
            }
        }
        if let (Some(pixels), Some(path)) = (layer("cut-out"), &self.cutout) {
            self.file(path, pixels, &colour(path, true)?)?;
        }
        if let (Some(pixels), Some(path)) = (layer("cut-out"), &self.foreground) {
            self.file(path, &opaque(pixels), &colour(path, false)?)?;
        }
        if let Some(path) = &self.write_trimap {
            let Some(trimap) = &rendering.trimap else {
                let what = "no trimap was solved: the photograph brings its own alpha";
                return Err(Failed::item("E-NO-TRIMAP", what, "leave --write-trimap out"));
            };
            let mut plane = Plane::zeros(trimap.size(), Format::Packed { sample: Sample::U8, channels: 1 });
            let width = trimap.size().width as usize;
            let rows = plane.bytes_mut().chunks_exact_mut(width).enumerate();
            rows.for_each(|(y, row)| row.copy_from_slice(trimap.row(y)));
            self.file(path, &plane, &Output::GrayPng { bits: 8 })?;
        }
        Ok(())
    }

    fn file(&self, path: &Path, pixels: &Plane, output: &Output) -> Result<(), Failed> {
        write(path, pixels, (output, OutputProfile::Srgb), self.overwrite)
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
