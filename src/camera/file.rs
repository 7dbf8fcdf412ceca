//! The camera file: a calibration as TOML that a person can read and a program can trust.
//!
//! Versioned; unknown keys, numbers that are not finite and models that are none are refused. Numbers come back as they
//! were written, to the last bit. Opens no file: text in, text out.

use serde::{Deserialize, Serialize};

use super::calibrate::{Calibration, Errors, PatchResult, Quality, TrialScore};
use super::curve::Curve;
use super::error::{CameraFileError, ModelError};
use super::model::{Kind, Model, TERMS};

/// The version that is written and read.
const VERSION: i64 = 1;

/// Where a calibration comes from, as the caller says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The chart and its edition, as [`crate::chart::reference::Reference::name`] has it.
    pub chart: String,
    /// The photograph's file name.
    pub photograph: String,
    /// BLAKE3 of the photograph's bytes, in hexadecimal.
    pub blake3: String,
    /// When it was calibrated.
    pub date: String,
    /// Which program did it.
    pub software: String,
}

/// A calibration and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Camera {
    /// Where it comes from.
    pub provenance: Provenance,
    /// The model and its errors.
    pub calibration: Calibration,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCamera {
    version: i64,
    provenance: Provenance,
    model: RawModel,
    quality: RawQuality,
    errors: Errors,
    #[serde(default)]
    trial: Vec<TrialScore>,
    #[serde(default)]
    patch: Vec<PatchResult>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModel {
    kind: Kind,
    before: Vec<Vec<f64>>,
    matrix: Vec<Vec<f64>>,
    red: Option<Curve>,
    green: Option<Curve>,
    blue: Option<Curve>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuality {
    quality: Quality,
    words: String,
    light: [f64; 2],
}

/// What stands at the top of every file.
const HEAD: &str = "# A camera, calibrated from a photograph of a chart. Differences are CIEDE2000, Lab is D50.\n\
                    # \"left_out\": patches that the model had not seen. \"training\" errors say little.\n";

impl Camera {
    /// The file's text.
    ///
    /// # Errors
    /// [`CameraFileError`] where a number is not finite or the model is none: such a file could not be read.
    pub fn to_toml(&self) -> Result<String, CameraFileError> {
        let c = &self.calibration;
        check(c)?;
        let curve = |i: usize| c.model.curves.as_ref().map(|curves| curves[i].clone());
        let terms = if c.model.kind.roots() { TERMS } else { 3 };
        let raw = RawCamera {
            version: VERSION,
            provenance: self.provenance.clone(),
            model: RawModel {
                kind: c.model.kind,
                before: c.model.before.map(|row| row.to_vec()).to_vec(),
                matrix: c.model.matrix.map(|row| row[..terms].to_vec()).to_vec(),
                red: curve(0),
                green: curve(1),
                blue: curve(2),
            },
            quality: RawQuality { quality: c.quality, words: c.quality.words().into(), light: c.light },
            errors: c.errors,
            trial: c.trials.clone(),
            patch: c.patches.clone(),
        };
        let body = toml::to_string(&raw).map_err(|e| CameraFileError::Toml(e.to_string()))?;
        Ok(format!("{HEAD}\n{body}"))
    }

    /// The camera of a file's text.
    ///
    /// # Errors
    /// [`CameraFileError`] where it is not a camera file of this version, sound in every number.
    pub fn parse(text: &str) -> Result<Self, CameraFileError> {
        let toml = |e: toml::de::Error| CameraFileError::Toml(e.to_string());
        // The version is looked at first: a later one may have other keys.
        let table: toml::Table = toml::from_str(text).map_err(toml)?;
        let version = table.get("version").and_then(toml::Value::as_integer);
        if let Some(found) = version.filter(|v| *v != VERSION) {
            return Err(CameraFileError::Version { found, expected: VERSION });
        }
        let raw: RawCamera = toml::from_str(text).map_err(toml)?;
        let calibration = Calibration {
            model: raw.model.model()?,
            errors: raw.errors,
            quality: raw.quality.quality,
            light: raw.quality.light,
            trials: raw.trial,
            patches: raw.patch,
        };
        check(&calibration)?;
        Ok(Self { provenance: raw.provenance, calibration })
    }
}

impl RawModel {
    fn model(self) -> Result<Model, ModelError> {
        let curves = match (self.red, self.green, self.blue) {
            (Some(r), Some(g), Some(b)) => Some([r, g, b]),
            (None, None, None) => None,
            _ => return Err(ModelError::Kind(self.kind.name())),
        };
        let broken = ModelError::Kind(self.kind.name());
        let before = rows::<3>(&self.before, 3).ok_or_else(|| broken.clone())?;
        let terms = if self.kind.roots() { TERMS } else { 3 };
        let matrix = rows::<TERMS>(&self.matrix, terms).ok_or(broken)?;
        let model = Model { kind: self.kind, before, curves, matrix };
        model.check().map(|()| model)
    }
}

/// Three rows of `terms` numbers each, filled up with zeros.
fn rows<const N: usize>(from: &[Vec<f64>], terms: usize) -> Option<[[f64; N]; 3]> {
    let mut out = [[0.0; N]; 3];
    for (to, from) in out.iter_mut().zip(from) {
        to.get_mut(..terms).filter(|to| to.len() == from.len())?.copy_from_slice(from);
    }
    (from.len() == 3).then_some(out)
}

/// Whether every number can be.
fn check(c: &Calibration) -> Result<(), CameraFileError> {
    c.model.check()?;
    let errors = [c.errors.before, c.errors.training, c.errors.left_out];
    let sound = |v: &f64| v.is_finite() && *v >= 0.0;
    let patch = |p: &PatchResult| {
        let labs = [p.lab, p.lab_before, p.lab_after];
        labs.iter().flatten().all(|v| v.is_finite())
            && [p.before, p.after].iter().chain(&p.left_out).all(sound)
    };
    for (ok, name) in [
        (errors.iter().chain(&c.errors.choosing).all(|s| s.finite()), "errors"),
        (c.light.iter().all(|v| v.is_finite()), "quality"),
        (c.trials.iter().all(|t| t.left_out.finite()), "trial"),
        (c.patches.iter().all(patch), "patch"),
    ] {
        if !ok {
            return Err(CameraFileError::Number(name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
