//! Files to photographs and pictures to files.
//!
//! This room knows file formats and nothing of what is done with the pixels. A file is told by its first
//! bytes, never by its name. What comes out of [`decode`] is upright, its colour is described by an
//! [`Encoding`](crate::image::Encoding), and every doubt is a note on the [`Image`](crate::image::Image).
//! A damaged or truncated file is an error, never half a picture. [`encode`] writes what it is given: it
//! does not resize, composite or convert colours.
//!
//! Errors here do not name the file, since they see only bytes; whoever read the file adds its name.

mod captured;
mod decode;
mod encode;
mod error;
mod files;
mod format;

pub use captured::captured;
pub use decode::{DecodeOptions, Header, decode, probe};
pub use encode::{Output, OutputProfile, PngEffort, Subsampling, encode};
pub use error::CodecError;
pub use files::{Overwrite, ReadError, WriteError, read_file, write_atomic};
pub use format::FileFormat;
