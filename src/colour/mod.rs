//! What a file's colours are, and what to embed in finished files.
//!
//! Profiles and tags become numbers here: an [`Encoding`](crate::image::Encoding) of one curve a channel
//! and one matrix to the working space. Pixels are touched only where no curve and matrix can describe
//! them (profiles with tables, inks). This room reads no files and knows no file format.

mod conflict;
mod convert;
mod curve;
mod embedded;
mod icc;
mod identity;
mod ink;
mod named;
mod profile;
mod space;
mod transform;

pub use embedded::srgb_profile;
pub use icc::{ColourError, encoding_from_icc};
pub use profile::Intent;
pub use space::OutputSpace;
pub use transform::Transform;

pub(crate) use icc::is_srgb_profile;
pub(crate) use identity::{ColourTags, ExifColour, Model, identify};
pub(crate) use named::Cicp;
