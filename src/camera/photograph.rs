//! A photograph of a chart to a camera: the chart is found, its patches are sampled, the model is chosen.
//!
//! The finder sees the file's own linear channels, where a clipped channel shows; the model learns working light.

use super::{CalibrateError, Calibration, Camera, Options, Provenance, Sample, calibrate};
use crate::chart::reference::{Edition, Reference, published};
use crate::chart::{Chart, Doubt, Found, Picture, Refusal, find, sample_at};
use crate::image::{Format, Image, Sample as FileSample};

/// What is known of the photograph beforehand.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Which chart; any where `None`.
    pub chart: Option<Chart>,
    /// When it was made; from November 2014 where `None`.
    pub edition: Option<Edition>,
    /// A user's own measurement instead of the published values.
    pub reference: Option<Reference>,
    /// The chart's four corners in the photograph's pixels, as [`sample_at`] takes them.
    pub corners: Option<[[f64; 2]; 4]>,
    /// Whether the error of choosing is measured too; a second.
    pub choosing: bool,
}

/// Why a photograph teaches no camera.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// The chart was not found, or not for sure.
    #[error(transparent)]
    Chart(#[from] Refusal),
    /// Its patches make no model.
    #[error(transparent)]
    Model(#[from] CalibrateError),
    /// There is no table of this chart and edition.
    #[error("there are no published values of this chart and edition")]
    NoReference,
}

impl ChartError {
    /// A stable name for reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Chart(e) => e.code(),
            Self::Model(e) => e.code(),
            Self::NoReference => "E-CHART-REFERENCE",
        }
    }

    /// What to do.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Chart(e) => e.help(),
            Self::Model(e) => e.help(),
            Self::NoReference => "give the chart's measurement as a CGATS or CSV file",
        }
    }
}

/// The camera that a photograph of a chart teaches, and the chart in it. `photograph` is the file's name, `blake3`
/// the hash of its bytes, `date` the day, all for the record.
///
/// # Errors
/// [`ChartError`] with what to do.
pub fn photographed(
    image: &Image,
    [photograph, blake3, date]: [&str; 3],
    ask: &Ask,
) -> Result<(Camera, Found), ChartError> {
    let pixels = linear(image);
    let size = image.size();
    let picture = Picture { width: size.width as usize, height: size.height as usize, rgb: &pixels };
    let found = match ask.corners {
        Some(corners) => sample_at(&picture, ask.chart.unwrap_or(Chart::Classic24), corners)?,
        None => find(&picture, ask.chart)?,
    };
    let table = published(found.chart, ask.edition.unwrap_or(Edition::After2014));
    let reference = ask.reference.as_ref().or(table).ok_or(ChartError::NoReference)?;
    let to_working = image.encoding.to_working.map(|row| row.map(f64::from));
    let samples: Vec<Sample> = found
        .patches
        .iter()
        .map(|patch| Sample {
            rgb: to_working.map(|row| row.iter().zip(patch.rgb).map(|(m, v)| m * v).sum()),
            usable: patch.doubt.is_none(),
        })
        .collect();
    let calibration = calibrate(&samples, reference, &Options { to_working, choosing: ask.choosing })?;
    let calibration = with_doubts(calibration, &found);
    let provenance = Provenance {
        chart: reference.name.clone(),
        photograph: photograph.into(),
        blake3: blake3.into(),
        date: date.into(),
        software: format!("packshot {}", env!("CARGO_PKG_VERSION")),
    };
    Ok((Camera { provenance, calibration }, found))
}

/// Patches that were left out say why.
fn with_doubts(mut calibration: Calibration, found: &Found) -> Calibration {
    for (result, patch) in calibration.patches.iter_mut().zip(&found.patches) {
        if let Some(doubt) = patch.doubt {
            let why = match doubt {
                Doubt::Clipped => "clipped",
                Doubt::Glare => "glare",
                Doubt::Uneven => "uneven or covered",
                Doubt::Small => "too small",
            };
            result.unused = Some(why.into());
        }
    }
    calibration
}

/// Linear light in the file's own primaries; a grey picture in three equal channels.
fn linear(image: &Image) -> Vec<[f32; 3]> {
    let (sample, channels) = image.samples();
    let (channels, tables) = (usize::from(channels).max(1), &image.encoding.tables);
    let place = |c: usize| if channels >= 3 { c } else { 0 };
    let look = |c: usize, code: usize| tables[c].get(code).copied().unwrap_or(1.0);
    let count = image.size().pixels();
    let each = |light: &dyn Fn(usize, usize) -> f32| -> Vec<[f32; 3]> {
        (0..count).map(|i| [0, 1, 2].map(|c| light(c, i * channels + place(c)))).collect()
    };
    match (image.pixels.format(), sample) {
        (Format::Packed { .. }, FileSample::U8) => {
            let codes = image.pixels.bytes();
            each(&|c, i| look(c, usize::from(codes[i])))
        }
        (Format::Packed { .. }, FileSample::U16) => {
            let codes = image.pixels.shorts();
            each(&|c, i| look(c, usize::from(codes[i])))
        }
        _ => {
            let light = image.pixels.floats();
            each(&|_, i| light[i])
        }
    }
}
