//! `packshot ghost`: a front shot on a mannequin and an inner shot to a garment worn by nobody.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::model::ModelArgs;
use super::{EngineArgs, Failed, doubts, folder, print, read, write};
use crate::codec::{Output, OutputProfile, PngEffort, Subsampling};
use crate::engine::Rendering;
use crate::image::Shots;
use crate::ops::Layer;
use crate::ops::place::Placing;
use crate::recipe::{Recipe, Wanted};

/// Flags of `ghost`.
#[derive(Debug, Args)]
pub(super) struct GhostArgs {
    /// The garment on the mannequin.
    front: PathBuf,
    /// Its inside, as the opening at the top shows it: the back panel on a board, the garment inside out on the form,
    /// or the same view with the form's neck taken off.
    inner: PathBuf,
    /// Where the garment goes: .png or .tif with alpha, .jpg on white.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// The mannequin alone, by the same camera at the same place.
    #[arg(long, value_name = "IMAGE")]
    bare: Option<PathBuf>,
    /// A photograph of the empty set, by the same camera at the same place.
    #[arg(long, value_name = "IMAGE")]
    plate: Option<PathBuf>,
    /// White where the front shot shows the mannequin.
    #[arg(long, value_name = "IMAGE")]
    neck_mask: Option<PathBuf>,
    /// The mannequin's colour: auto, white, skin, grey, black, or #rrggbb.
    #[arg(long, value_name = "COLOUR", default_value = "auto")]
    mannequin: String,
    /// Close holes that no shot shows, up to so many pixels from what one shows; each such pixel is counted.
    #[arg(long, value_name = "PIXELS", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=8))]
    fill: u8,
    /// Also write front.png, inner.png, mask.png, shadow.png and provenance.png for a retoucher: 16 bits, the front
    /// shot's size. Shadow multiplies inner, front lies on top.
    #[arg(long, value_name = "DIR")]
    layers: Option<PathBuf>,
    /// Bits a sample of .png and .tif: 8 or 16.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(8..=16))]
    bits: u8,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    engine: EngineArgs,
    /// Replace files that are there.
    #[arg(long)]
    overwrite: bool,
    /// Exit with 4 where a person should look before the picture is released.
    #[arg(long)]
    fail_on_flag: bool,
    /// Print numbers and flags as JSON.
    #[arg(long)]
    json: bool,
}

/// The layers for a retoucher: name, and what it shows.
const LAYERS: [(&str, Layer); 5] = [
    ("front", Layer::Front),
    ("inner", Layer::Inner),
    ("shadow", Layer::Depth),
    ("mask", Layer::Alpha),
    ("provenance", Layer::Provenance),
];

/// Runs the command.
pub(super) fn run(args: &GhostArgs) -> Result<u8, Failed> {
    let output = args.output()?;
    let overrides = BTreeMap::from([
        ("mannequin_matte.colour".to_owned(), format!("\"{}\"", args.mannequin)),
        ("ghost_merge.fill".to_owned(), args.fill.to_string()),
    ]);
    let recipe = Recipe::builtin("ghost")?.with_overrides(&overrides)?;
    let engine = args.engine.open(true)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let model = args.model.open(threads)?;
    let open = |path: Option<&PathBuf>| path.map(|p| read(p, &engine)).transpose();
    let front = read(&args.front, &engine)?;
    let inner = read(&args.inner, &engine)?;
    let [bare, plate, mask] = [&args.bare, &args.plate, &args.neck_mask].map(|path| open(path.as_ref()));
    let (bare, plate, mask) = (bare?, plate?, mask?);
    let shots = Shots {
        plate: plate.as_ref(),
        bare: bare.as_ref(),
        mannequin: mask.as_ref(),
        inner: Some(&inner),
        finder: model.as_deref(),
        ..Shots::from(&front)
    };
    let rendering = engine
        .render_shots(&shots, &recipe, &args.wanted(&output))
        .map_err(|e| Failed::item(e.code(), format!("{}: {e}", args.front.display()), e.help()))?;
    drop((front, inner, bare, plate, mask));
    args.write(&rendering, &output)?;
    doubts(&args.front, &rendering);
    if args.json {
        print(&rendering, &[("front", &args.front), ("inner", &args.inner)]);
    }
    Ok(if args.fail_on_flag && !rendering.flags.is_empty() { 4 } else { 0 })
}

impl GhostArgs {
    /// The file by its name.
    fn output(&self) -> Result<Output, Failed> {
        let extension = self.out.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
        match extension.as_deref() {
            Some("png") => Ok(Output::Png { bits: self.bits, alpha: true, effort: PngEffort::Fast }),
            Some("tif" | "tiff") => Ok(Output::Tiff { bits: self.bits, alpha: true }),
            Some("jpg" | "jpeg") => Ok(Output::Jpeg { quality: 92, subsampling: Subsampling::S444 }),
            _ => {
                let what = format!("{}: no format for a garment", self.out.display());
                Err(Failed::usage("E-FORMAT", what, "name it .png, .tif or .jpg"))
            }
        }
    }

    /// The garment; with `--layers`, what it is made of.
    fn wanted(&self, output: &Output) -> Vec<Wanted> {
        let transparent = !matches!(output, Output::Jpeg { .. });
        let sixteen_bits = output.wants_16_bits();
        let garment = Wanted { transparent, sixteen_bits, ..Wanted::on_white("garment", Placing::Source) };
        let layers = LAYERS.iter().filter(|_| self.layers.is_some()).map(|(name, layer)| Wanted {
            transparent: *layer != Layer::Depth,
            ..Wanted::layer(name, *layer)
        });
        std::iter::once(garment).chain(layers).collect()
    }

    fn write(&self, rendering: &Rendering, output: &Output) -> Result<(), Failed> {
        for picture in &rendering.pictures {
            let layer = LAYERS.iter().find(|(name, _)| *name == picture.name);
            let (path, output) = match (layer, &self.layers) {
                (Some((name, layer)), Some(layers)) => {
                    let kind = match layer {
                        Layer::Depth => Output::Png { bits: 16, alpha: false, effort: PngEffort::Fast },
                        layer if layer.in_codes() => {
                            Output::Png { bits: 16, alpha: true, effort: PngEffort::Fast }
                        }
                        _ => Output::GrayPng { bits: 16 },
                    };
                    (layers.join(format!("{name}.png")), kind)
                }
                _ => (self.out.clone(), *output),
            };
            if let (Some(_), Some(parent)) = (layer, path.parent()) {
                folder(parent)?;
            }
            write(&path, &picture.pixels, (&output, OutputProfile::Srgb), self.overwrite)?;
        }
        Ok(())
    }
}
