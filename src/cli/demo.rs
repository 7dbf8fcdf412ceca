//! `packshot demo`: a simulated shoot with ground truth, rendered, with a contact sheet to look at.

use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;

use super::render::{Settings, work};
use super::{EngineArgs, Failed, folder, sheet, write};
use crate::catalog::{Pattern, References, default_limit, discover};
use crate::codec::{Output, OutputProfile, Overwrite, PngEffort, Subsampling};
use crate::demo::ghost::{GhostScene, Inner, Paint, Piece, shoot_ghost};
use crate::demo::{Scene, Truth, shoot};
use crate::image::{Format, Plane, Primaries, Size, from_working, srgb_encode};
use crate::recipe::Recipe;
use crate::recipe::channel::{Channel, channel};

/// Flags of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Folder to write into.
    #[arg(value_name = "DIR")]
    out: PathBuf,
    /// How many products.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: u32,
    /// Size of each photograph.
    #[arg(long, value_name = "MP", default_value_t = 12.0)]
    megapixels: f64,
    /// Another seed, another shoot.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Write the photographs alone: no truth, no rendering.
    #[arg(long)]
    shots_only: bool,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Channels that the demo renders for: a white square, a white portrait, a full-resolution cut-out.
const CHANNELS: [&str; 3] = ["amazon-main", "zalando-packshot", "master"];

/// Runs the command.
pub(super) fn run(args: &DemoArgs) -> Result<u8, Failed> {
    if !(0.01..=400.0).contains(&args.megapixels) {
        let what = format!("{} megapixels", args.megapixels);
        return Err(Failed::usage("E-SIZE", what, "choose 0.01 … 400"));
    }
    let shots = args.out.join("shots");
    folder(&shots)?;
    let size = size(args.megapixels);
    let one = |index: u32| write_shot(args, &shots, index, size);
    (0..args.count).into_par_iter().map(one).collect::<Result<Vec<()>, Failed>>()?;
    eprintln!("{} photographs of {size} in {}", args.count, shots.display());
    if args.shots_only {
        return Ok(0);
    }
    let stems: Vec<String> = (0..args.count).map(|i| Scene::pick(args.seed, i).file_stem()).collect();
    let code = render(args, &args.out, "packshot", &stems)?;
    let worn = args.out.join("ghost");
    write_ghost(args, &worn)?;
    Ok(code.max(render(args, &worn, "ghost_mannequin", &[GHOST.to_owned()])?))
}

/// Renders the shots of a folder, and says how far they are from the truth and where to look.
fn render(args: &DemoArgs, root: &Path, recipe: &str, stems: &[String]) -> Result<u8, Failed> {
    let catalog = discover(&[root.join("shots")], &Pattern::default(), None)
        .map_err(|e| Failed::usage(e.code(), e.to_string(), e.help()))?;
    let channels: Vec<&Channel> = CHANNELS.iter().filter_map(|name| channel(name)).collect();
    let settings = Settings {
        out: root.join("catalog"),
        jobs: None,
        memory: default_limit(),
        overwrite: Overwrite::Yes,
        resume: false,
        report: None,
        json: false,
        finder: None,
        references: References::default(),
    };
    let outcome = work(&catalog, &Recipe::builtin(recipe)?, &channels, &args.engine, &settings)?;
    let error = sheet::mean_alpha_error(root, stems)?;
    let sheet = sheet::write(root, stems)?;
    eprintln!("mean alpha error against the simulator's truth: {error:.4}");
    println!("pictures in {}", settings.out.display());
    println!("look at     {}", sheet.display());
    Ok(outcome.exit_code(false))
}

/// The front shot of the garment on a form.
const GHOST: &str = "GH1000_front";

/// Photographs a garment on a form: front, inner shot, form alone, empty set; and writes the truth.
fn write_ghost(args: &DemoArgs, root: &Path) -> Result<(), Failed> {
    let scene = GhostScene {
        inner: Inner::Foam,
        paint: Paint::White,
        ..GhostScene::new(args.seed + 10, Piece::Crew)
    };
    let taken = shoot_ghost(&scene, Size::new(800, 1000), true);
    let shots = root.join("shots");
    folder(&shots)?;
    let jpeg = Output::Jpeg { quality: 95, subsampling: Subsampling::S444 };
    let roles =
        [("", &taken.front), ("_inner", &taken.inner), ("_bare", &taken.bare), ("_plate", &taken.clean)];
    for (role, photo) in roles {
        put(&shots.join(format!("{GHOST}{role}.jpg")), &rgba8(photo), &jpeg)?;
    }
    eprintln!("a garment on a form in {}", shots.display());
    let Some(truth) = &taken.truth else { return Ok(()) };
    for part in ["alpha", "ghost"] {
        folder(&root.join("truth").join(part))?;
    }
    let alpha = root.join("truth/alpha").join(format!("{GHOST}.png"));
    put(&alpha, &grey16(&truth.alpha), &Output::GrayPng { bits: 16 })?;
    put(&root.join("truth/ghost").join(format!("{GHOST}.jpg")), &rgba8(&truth.ghost), &jpeg)
}

/// A 3:4 portrait of so many megapixels.
fn size(megapixels: f64) -> Size {
    let width = (megapixels * 1e6 * 0.75).sqrt();
    Size::new((width.round() as u32).max(1), ((width / 0.75).round() as u32).max(1))
}

fn write_shot(args: &DemoArgs, shots: &Path, index: u32, size: Size) -> Result<(), Failed> {
    let scene = Scene::pick(args.seed, index);
    let shot = shoot(&scene, size, !args.shots_only);
    let stem = scene.file_stem();
    let jpeg = Output::Jpeg { quality: 92, subsampling: Subsampling::S420 };
    put(&shots.join(format!("{stem}.jpg")), &rgba8(&shot.photo), &jpeg)?;
    match &shot.truth {
        Some(truth) => write_truth(&args.out.join("truth"), &stem, truth, &jpeg),
        None => Ok(()),
    }
}

fn write_truth(root: &Path, stem: &str, truth: &Truth, jpeg: &Output) -> Result<(), Failed> {
    let png = format!("{stem}.png");
    for part in ["alpha", "foreground", "plate", "shadow"] {
        folder(&root.join(part))?;
    }
    let colour = Output::Png { bits: 16, alpha: false, effort: PngEffort::Fast };
    put(&root.join("alpha").join(&png), &grey16(&truth.alpha), &Output::GrayPng { bits: 16 })?;
    put(&root.join("foreground").join(&png), &colour16(&truth.foreground), &colour)?;
    put(&root.join("shadow").join(&png), &grey16(&truth.shadow), &Output::GrayPng { bits: 16 })?;
    put(&root.join("plate").join(format!("{stem}.jpg")), &rgba8(&truth.plate), jpeg)
}

fn put(path: &Path, pixels: &Plane, output: &Output) -> Result<(), Failed> {
    write(path, pixels, (output, OutputProfile::Srgb), true)
}

/// RGB codes with an opaque fourth channel, as encoders take them.
fn rgba8(rgb: &Plane) -> Plane {
    let mut out = Plane::zeros(rgb.size(), Format::RGBA8);
    for (to, from) in out.bytes_mut().chunks_exact_mut(4).zip(rgb.bytes().chunks_exact(3)) {
        to[..3].copy_from_slice(from);
        to[3] = 255;
    }
    out
}

/// A gray plane in the alpha channel, where the grey encoder takes it from.
fn grey16(gray: &Plane) -> Plane {
    let mut out = Plane::zeros(gray.size(), Format::RGBA16);
    for (to, v) in out.shorts_mut().chunks_exact_mut(4).zip(gray.floats()) {
        to[3] = code16(f64::from(*v));
    }
    out
}

/// Linear working colour as sRGB codes.
fn colour16(colour: &Plane) -> Plane {
    let size = colour.size();
    let matrix = from_working(Primaries::SRGB);
    let mut out = Plane::zeros(size, Format::RGBA16);
    let pixels = out.shorts_mut().chunks_exact_mut(4);
    for (i, to) in pixels.enumerate() {
        let (x, y) = (i as u32 % size.width, i as u32 / size.width);
        let [r, g, b, _] = colour.rgba_at(x, y);
        for (to, v) in to.iter_mut().zip(crate::ops::apply(matrix, [r, g, b])) {
            *to = code16(srgb_encode(f64::from(v)));
        }
        to[3] = u16::MAX;
    }
    out
}

fn code16(v: f64) -> u16 {
    (v.clamp(0.0, 1.0) * 65_535.0 + 0.5) as u16
}
