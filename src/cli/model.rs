//! The model that a user brings, from its files.

use std::path::PathBuf;

use clap::Args;

use super::Failed;
use crate::image::Finder;

/// Flags that name a model.
#[derive(Debug, Args)]
pub(super) struct ModelArgs {
    /// An ONNX model that finds the product where no backdrop tells it; needs the build feature `onnx`.
    #[arg(long, value_name = "FILE.onnx", env = "PACKSHOT_MODEL")]
    pub(super) model: Option<PathBuf>,
    /// What the model takes and gives (TOML), for one that is not known by its hash or name.
    #[arg(long, value_name = "FILE.toml", requires = "model")]
    pub(super) descriptor: Option<PathBuf>,
}

impl ModelArgs {
    /// Opens the model, on so many threads.
    #[cfg(feature = "onnx")]
    pub(super) fn open(&self, threads: usize) -> Result<Option<Box<dyn Finder>>, Failed> {
        use crate::codec;
        use crate::model::{Descriptor, Model};
        let Some(path) = &self.model else { return Ok(None) };
        let bad = |e: &crate::model::ModelError, path: &std::path::Path| Failed {
            code: 2,
            ..Failed::item(e.code(), format!("{}: {e}", path.display()), e.help())
        };
        let descriptor = match &self.descriptor {
            None => None,
            Some(file) => {
                let text = std::fs::read_to_string(file).map_err(|e| {
                    Failed::usage("E-MODEL-DESCRIPTOR", format!("{}: {e}", file.display()), "check its path")
                })?;
                Some(Descriptor::parse(&text).map_err(|e| bad(&e, file))?)
            }
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let model = Model::open(codec::read_file(path)?, &name, descriptor, threads);
        Ok(Some(Box::new(model.map_err(|e| bad(&e, path))?)))
    }

    /// Says that this build has no models.
    #[cfg(not(feature = "onnx"))]
    pub(super) fn open(&self, _threads: usize) -> Result<Option<Box<dyn Finder>>, Failed> {
        match &self.model {
            None => Ok(None),
            Some(path) => Err(Failed::usage(
                "E-NO-MODELS",
                format!("{}: this build runs no models", path.display()),
                "build with `--features onnx`, or leave --model out",
            )),
        }
    }
}
