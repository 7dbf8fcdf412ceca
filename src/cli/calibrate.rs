//! `packshot calibrate`: a photograph of a colour chart to a camera file.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Failed;
use crate::camera::{Ask, Calibration, Camera, photographed, report};
use crate::chart::reference::{self, Edition, Reference};
use crate::chart::{Chart, Found};
use crate::codec::{self, DecodeOptions, Output, OutputProfile, Overwrite, PngEffort};
use crate::image::{Format, Plane, Pool, Primaries, Size, from_working, srgb_encode, working_from_lab};
use crate::plot;

/// Flags of `calibrate`.
#[derive(Debug, Args)]
pub(super) struct CalibrateArgs {
    /// The photograph of the chart, in the light of the set.
    chart_photograph: PathBuf,
    /// Where the camera file goes.
    #[arg(short, long, value_name = "TOML")]
    out: PathBuf,
    /// Which chart it is; any where it is not said, a classic one with --corners.
    #[arg(long, value_enum)]
    chart: Option<ChartArg>,
    /// When the chart was made: X-Rite changed its pigments in November 2014. Calibrite's are of the newer kind.
    #[arg(long, value_enum, default_value_t)]
    edition: EditionArg,
    /// The chart's own measurement (CGATS or CSV) instead of the published values.
    #[arg(long, value_name = "FILE")]
    reference: Option<PathBuf>,
    /// The outer corners of the corner patches, if the chart is not found: first patch, end of its row, last patch,
    /// first of the last row.
    #[arg(
        long,
        value_name = "X,Y,X,Y,X,Y,X,Y",
        value_delimiter = ',',
        num_args = 1,
        allow_negative_numbers = true
    )]
    corners: Option<Vec<f64>>,
    /// Also draw the patches before and after with their differences.
    #[arg(long, value_name = "PNG")]
    plot: Option<PathBuf>,
    /// Also measure the error of choosing the kind of model; takes a second more.
    #[arg(long)]
    thorough: bool,
    /// Replace files that are there.
    #[arg(long)]
    overwrite: bool,
    /// Print the figures as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ChartArg {
    /// ColorChecker Classic, Mini, Passport.
    Classic24,
    /// ColorChecker Digital SG.
    Sg,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum EditionArg {
    /// Before November 2014.
    #[value(name = "before-2014")]
    Before2014,
    /// From November 2014.
    #[default]
    #[value(name = "after-2014")]
    After2014,
}

impl CalibrateArgs {
    fn ask(&self) -> Result<Ask, Failed> {
        let corners = match self.corners.as_deref() {
            None => None,
            Some(&[a, b, c, d, e, f, g, h]) => Some([[a, b], [c, d], [e, f], [g, h]]),
            Some(other) => {
                let what = format!("--corners takes eight numbers, not {}", other.len());
                return Err(Failed::usage("E-CORNERS", what, "write X,Y of four corners"));
            }
        };
        Ok(Ask {
            chart: self.chart.map(|c| match c {
                ChartArg::Classic24 => Chart::Classic24,
                ChartArg::Sg => Chart::Sg140,
            }),
            edition: Some(match self.edition {
                EditionArg::Before2014 => Edition::Before2014,
                EditionArg::After2014 => Edition::After2014,
            }),
            reference: self.reference.as_deref().map(read_reference).transpose()?,
            corners,
            choosing: self.thorough,
        })
    }
}

fn read_reference(path: &Path) -> Result<Reference, Failed> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        Failed::usage("E-REFERENCE-FILE", format!("{}: {e}", path.display()), "check its path")
    })?;
    reference::read(&file_name(path), &text)
        .map_err(|e| Failed::usage(e.code(), format!("{}: {e}", path.display()), e.help()))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Runs the command.
pub(super) fn run(args: &CalibrateArgs) -> Result<(), Failed> {
    let ask = args.ask()?;
    let path = &args.chart_photograph;
    let bytes = codec::read_file(path)?;
    let image = codec::decode(&bytes, &DecodeOptions::default(), &Pool::default())
        .map_err(|e| super::decoding(path, &e))?;
    let hash = blake3::hash(&bytes).to_hex();
    let (camera, found) = photographed(&image, [&file_name(path), &hash, &super::today()], &ask)
        .map_err(|e| Failed::item(e.code(), format!("{}: {e}", path.display()), e.help()))?;
    let text = camera.to_toml().map_err(|e| Failed::item(e.code(), e.to_string(), e.help()))?;
    let overwrite = if args.overwrite { Overwrite::Yes } else { Overwrite::No };
    codec::write_atomic(&args.out, text.as_bytes(), overwrite)?;
    if let Some(plot) = &args.plot {
        codec::write_atomic(plot, &drawn(&camera, found.chart)?, overwrite)?;
    }
    image.notes.iter().chain(&found.notes).for_each(|note| eprintln!("note: {}: {note}", path.display()));
    print(args, &camera, &found);
    Ok(())
}

fn print(args: &CalibrateArgs, camera: &Camera, found: &Found) {
    let Calibration { model, errors, .. } = &camera.calibration;
    if args.json {
        let json = serde_json::json!({
            "chart": camera.provenance.chart,
            "corners": found.corners,
            "confidence": found.confidence,
            "others": found.others,
            "model": model.kind.name(),
            "errors": errors,
            "patches": camera.calibration.patches,
        });
        println!("{json}");
    } else {
        let sure = 100.0 * found.confidence;
        println!("{}, found at {:.0?} ({sure:.0} % sure)", camera.provenance.chart, found.corners);
        println!("{}", report(&camera.calibration));
    }
}

/// The plot as a PNG.
fn drawn(camera: &Camera, chart: Chart) -> Result<Vec<u8>, Failed> {
    let Calibration { model, patches, .. } = &camera.calibration;
    let cells: Vec<plot::Patch> = patches
        .iter()
        .map(|p| plot::Patch {
            name: p.name.clone(),
            reference: codes(p.lab),
            before: codes(p.lab_before),
            after: codes(p.lab_after),
            de_before: p.before,
            de_after: p.after,
            left_out: p.unused.clone(),
        })
        .collect();
    let title = format!("{}: {}", camera.provenance.chart, model.kind.name());
    png(&plot::patches(&title, chart.rows(), chart.columns(), &cells))
}

/// A drawing as a PNG.
pub(super) fn png(canvas: &plot::Canvas) -> Result<Vec<u8>, Failed> {
    let size = Size::new(canvas.width as u32, canvas.height as u32);
    let mut plane = Plane::zeros(size, Format::RGBA8);
    for (to, from) in plane.bytes_mut().as_chunks_mut::<4>().0.iter_mut().zip(canvas.rgb.as_chunks::<3>().0) {
        *to = [from[0], from[1], from[2], 255];
    }
    let output = Output::Png { bits: 8, alpha: false, effort: PngEffort::Fast };
    codec::encode(&plane, &output, OutputProfile::Srgb)
        .map_err(|e| Failed::item(e.code(), format!("plot: {e}"), e.help()))
}

/// Lab as sRGB codes.
fn codes(lab: [f64; 3]) -> [u8; 3] {
    let light = working_from_lab(lab).map(|v| v as f32);
    crate::ops::apply(from_working(Primaries::SRGB), light)
        .map(|v| (srgb_encode(f64::from(v.clamp(0.0, 1.0))) * 255.0).round() as u8)
}
