//! `packshot correct`: one photograph with its colours measured right, whole, in the colour space that is asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use toml::{Table, Value};

use super::recipe::read as read_text;
use super::{EngineArgs, Failed, doubts, read, write};
use crate::codec::{self, Output, OutputProfile, PngEffort, Subsampling};
use crate::engine::Rendering;
use crate::image::{AlphaMode, OutputSpace, Shots, Size};
use crate::ops::place::{Placing, Room};
use crate::recipe::{Recipe, Wanted};

/// Flags of `correct`. The steps run in the order of these flags.
#[derive(Debug, Args)]
pub(super) struct CorrectArgs {
    /// The photograph.
    image: PathBuf,
    /// Where the corrected picture goes: .jpg, .png, .tif or .webp.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// A grey card or blank sweep that fills the field: the light's fall-off is taken out.
    #[arg(long, value_name = "IMAGE")]
    flat: Option<PathBuf>,
    /// A grey patch of the photograph, in its pixels, that is made neutral.
    #[arg(long, value_name = "X,Y,W,H", value_delimiter = ',', num_args = 1, conflicts_with = "camera")]
    grey: Option<Vec<f64>>,
    /// Exposure in stops: with --camera, what brings the photograph to the chart's exposure.
    #[arg(long, value_name = "STOPS", allow_negative_numbers = true)]
    ev: Option<f64>,
    /// A camera file of `packshot calibrate`, made from a chart in the same light.
    #[arg(long, value_name = "TOML")]
    camera: Option<PathBuf>,
    /// The Lab value (D50) that the product's swatch was measured to have.
    #[arg(
        long,
        value_name = "L,A,B",
        value_delimiter = ',',
        num_args = 1,
        allow_negative_numbers = true,
        requires = "mask"
    )]
    target_lab: Option<Vec<f64>>,
    /// White where the product shows the colour of the swatch.
    #[arg(long, value_name = "IMAGE", requires = "target_lab")]
    mask: Option<PathBuf>,
    /// An ASC CDL: .cc, .ccc or .cdl.
    #[arg(long, value_name = "FILE")]
    cdl: Option<PathBuf>,
    /// A look: .cube.
    #[arg(long, value_name = "FILE")]
    lut: Option<PathBuf>,
    /// The size into which the result is fitted; its aspect is the photograph's.
    #[arg(long, value_name = "WxH")]
    resize: Option<String>,
    /// Give back what resizing took of the finest detail.
    #[arg(long)]
    sharpen: bool,
    /// The colour space of the result: srgb, display-p3, adobe-rgb, grey, or an ICC profile.
    #[arg(long, value_name = "ICC", default_value = "srgb")]
    profile_out: String,
    /// Cut off channels of colours that an RGB space lacks, instead of reducing their chroma.
    #[arg(long)]
    clip: bool,
    /// Bits a sample of .png and .tif: 8 or 16.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(8..=16))]
    bits: u8,
    /// Quality of .jpg and .webp, 1 to 100.
    #[arg(long, default_value_t = 92, value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: u8,
    #[command(flatten)]
    engine: EngineArgs,
    /// Replace a file that is there.
    #[arg(long)]
    overwrite: bool,
    /// Print numbers and flags as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &CorrectArgs) -> Result<(), Failed> {
    args.output(false)?;
    let space = args.space()?;
    let recipe = args.recipe()?;
    let engine = args.engine.open(true)?;
    let image = read(&args.image, &engine)?;
    let [flat, mask] =
        [&args.flat, &args.mask].map(|path| path.as_ref().map(|p| read(p, &engine)).transpose());
    let (flat, mask) = (flat?, mask?);
    let output = args.output(image.alpha != AlphaMode::None && space.channels != 4)?;
    let shots = Shots { flat: flat.as_ref(), swatch: mask.as_ref(), ..Shots::from(&image) };
    let wanted = Wanted {
        sixteen_bits: output.wants_16_bits(),
        transparent: keeps_alpha(&output),
        space: Some(Arc::new(space.clone())),
        ..Wanted::on_white("corrected", args.placing(image.size())?)
    };
    let rendering = engine
        .render_shots(&shots, &recipe, &[wanted])
        .map_err(|e| Failed::item(e.code(), format!("{}: {e}", args.image.display()), e.help()))?;
    image.notes.iter().for_each(|note| eprintln!("note: {}: {note}", args.image.display()));
    drop((image, flat, mask));
    let Some(picture) = rendering.pictures.first() else {
        return Err(Failed::item("E-INTERNAL", "no picture was made", "report this with the photograph"));
    };
    write(&args.out, &picture.pixels, (&output, OutputProfile::Icc(&space.icc)), args.overwrite)?;
    tell(args, &space, &rendering);
    Ok(())
}

fn tell(args: &CorrectArgs, space: &OutputSpace, rendering: &Rendering) {
    doubts(&args.image, rendering);
    if args.json {
        let report = serde_json::json!({
            "image": args.image.display().to_string(),
            "output": args.out.display().to_string(),
            "space": space.name,
            "backend": rendering.backend,
            "numbers": rendering.numbers,
            "flags": rendering.flags,
            "timings_ms": rendering.timings,
        });
        println!("{report}");
    }
}

fn keeps_alpha(output: &Output) -> bool {
    matches!(
        output,
        Output::Png { alpha: true, .. } | Output::Tiff { alpha: true, .. } | Output::Webp { alpha: true, .. }
    )
}

/// Exactly so many numbers.
fn numbers<const N: usize>(flag: &str, given: &[f64]) -> Result<[f64; N], Failed> {
    given.try_into().map_err(|_| {
        let what = format!("{flag} takes {N} numbers, not {}", given.len());
        Failed::usage("E-NUMBERS", what, "write them with commas and no spaces between")
    })
}

fn array(values: &[f64]) -> Value {
    Value::Array(values.iter().map(|v| Value::Float(*v)).collect())
}

impl CorrectArgs {
    /// The file to write, by its name, with alpha where it can have it.
    fn output(&self, alpha: bool) -> Result<Output, Failed> {
        let extension = self.out.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
        if !matches!(self.bits, 8 | 16) {
            let what = format!("--bits {}: files have 8 or 16 bits a sample", self.bits);
            return Err(Failed::usage("E-BITS", what, "write --bits 8 or --bits 16"));
        }
        match extension.as_str() {
            "jpg" | "jpeg" => Ok(Output::Jpeg { quality: self.quality, subsampling: Subsampling::S444 }),
            "png" => Ok(Output::Png { bits: self.bits, alpha, effort: PngEffort::Fast }),
            "tif" | "tiff" => Ok(Output::Tiff { bits: self.bits, alpha }),
            "webp" => Ok(Output::Webp { quality: Some(self.quality), alpha }),
            _ => Err(Failed::usage(
                "E-OUTPUT-FORMAT",
                format!("{}: no format by that name", self.out.display()),
                "name it .jpg, .png, .tif or .webp",
            )),
        }
    }

    fn space(&self) -> Result<OutputSpace, Failed> {
        if let Some(space) = OutputSpace::named(&self.profile_out) {
            return Ok(space);
        }
        let bytes = codec::read_file(Path::new(&self.profile_out)).map_err(|e| {
            let help = "write srgb, display-p3, adobe-rgb, grey, or the path of an ICC profile";
            Failed::usage(e.code(), format!("--profile-out {}: {e}", self.profile_out), help)
        })?;
        OutputSpace::from_icc(&bytes)
            .map_err(|e| Failed::usage(e.code(), format!("{}: {e}", self.profile_out), e.help()))
    }

    /// The steps that the flags ask for.
    fn recipe(&self) -> Result<Recipe, Failed> {
        let text = |path: &PathBuf| {
            let unread =
                |e| Failed::usage("E-FILE-READ", format!("{}: {e}", path.display()), "check its path");
            let name = Value::String(path.display().to_string());
            let text = read_text(path).map_err(unread)?;
            Ok::<_, Failed>(Table::from_iter([
                ("file".to_owned(), name),
                ("text".to_owned(), Value::String(text)),
            ]))
        };
        let one = |key: &str, value: Value| Table::from_iter([(key.to_owned(), value)]);
        let mut builder = Recipe::build("correct");
        if self.flat.is_some() {
            builder = builder.op_with("flat_field", one("from", Value::String("flat".into())));
        }
        if let Some(grey) = &self.grey {
            builder = builder.op_with("white_balance", one("grey", array(&numbers::<4>("--grey", grey)?)));
        }
        if let Some(ev) = self.ev {
            builder = builder.op_with("exposure", one("ev", Value::Float(ev)));
        }
        if let Some(camera) = &self.camera {
            builder = builder.op_with("camera_profile", text(camera)?);
        }
        if let Some(lab) = &self.target_lab {
            builder = builder.op_with("swatch_match", one("lab", array(&numbers::<3>("--target-lab", lab)?)));
        }
        if let Some(cdl) = &self.cdl {
            builder = builder.op_with("cdl", text(cdl)?);
        }
        if let Some(lut) = &self.lut {
            builder = builder.op_with("lut", text(lut)?);
        }
        builder = builder.op("place").op("resize");
        if self.sharpen {
            builder = builder.op("sharpen");
        }
        let gamut = Value::String(if self.clip { "clip" } else { "map" }.into());
        Ok(builder.op_with("quantise", one("gamut", gamut)).build()?)
    }

    fn placing(&self, photo: Size) -> Result<Placing, Failed> {
        let Some(text) = &self.resize else { return Ok(Placing::Source) };
        let sides =
            text.split_once(['x', 'X', '×']).and_then(|(w, h)| Some([w.parse().ok()?, h.parse().ok()?]));
        let Some([width, height]) = sides.filter(|s: &[u32; 2]| s.iter().all(|v| (1..=65_535).contains(v)))
        else {
            let what = format!("--resize {text}: no size");
            return Err(Failed::usage("E-SIZE", what, "write WIDTHxHEIGHT in pixels, such as 2000x2000"));
        };
        let (w, h) = (f64::from(photo.width), f64::from(photo.height));
        let scale = (f64::from(width) / w).min(f64::from(height) / h);
        let side = |v: f64| ((v * scale).round() as u32).max(1);
        Ok(Placing::Fixed { size: Size::new(side(w), side(h)), room: Room::default() })
    }
}
