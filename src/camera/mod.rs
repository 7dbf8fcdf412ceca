//! From a photographed chart to a camera: the model that makes its colours true, with its honest error.
//!
//! Samples of the patches and their reference values go in; out comes the kind of model that predicts patches best
//! which it has not seen, or the reason why there is none. A fit is not believed because it fits. Everything is in
//! linear working light (Rec.2020, D65); references are Lab under D50, adapted by Bradford. This room opens no file
//! and touches no picture.
//!
//! Source of the comparison of models: G. Finlayson, M. Mackiewicz, A. Hurlbert, "Color correction using
//! root-polynomial regression", IEEE Transactions on Image Processing, 2015. Differences are CIEDE2000.

mod calibrate;
mod curve;
mod error;
mod file;
mod fit;
mod metric;
mod model;
mod photograph;
mod report;
mod score;
mod select;
mod solve;
mod warp;

pub use calibrate::{Calibration, Errors, Options, PatchResult, Quality, Sample, TrialScore, calibrate};
pub use curve::Curve;
pub use error::{CalibrateError, CameraFileError, ModelError};
pub use file::{Camera, Provenance};
pub use model::{Kind, Model, TERMS};
pub use photograph::{Ask, ChartError, photographed};
pub use report::report;
pub use score::Score;
