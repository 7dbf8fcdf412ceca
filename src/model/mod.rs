//! The coarse matte by a trained model: where a photograph shows the product, as a probability.
//!
//! A [`Model`] is an ONNX graph that the user brings, and a [`Descriptor`] that says what the graph takes
//! and gives. Packshot ships no weights. The graphs known by their hash or name ([`known()`]) need no
//! descriptor of their own. The runtime is `rten`, in pure Rust, on the processor.
//!
//! A model sees a few hundred pixels a side, so its answer is where to look, not an edge: the trimap made of
//! it (`ops::trimap`) leaves the edge unknown. Nothing here names a file, draws at full resolution or knows
//! an op.

mod descriptor;
mod error;
mod graph;
mod known;
mod resample;
mod session;
mod tensor;
mod wire;

pub use descriptor::{Activation, Descriptor, Layout, Scale};
pub use error::ModelError;
pub use known::{Known, known};
pub use session::Model;
