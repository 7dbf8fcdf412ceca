//! What a file's colours are, and what to embed in finished files.
//!
//! Profiles and tags become numbers here: an [`Encoding`](crate::image::Encoding) of one curve a channel
//! and one matrix to the working space. Pixels are touched only where no curve and matrix can describe
//! them (profiles with tables, inks). This room reads no files and knows no file format.

mod convert;
mod curve;
mod icc;
mod identity;
mod ink;
mod named;
mod profile;
mod srgb_profile;
mod transform;

pub use icc::{ColourError, encoding_from_icc};
pub use profile::Intent;
pub use srgb_profile::srgb_profile;
pub use transform::Transform;

pub(crate) use identity::{ColourTags, ExifColour, Model, identify};
pub(crate) use named::Cicp;
