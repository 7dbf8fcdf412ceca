//! Pixels in memory: sizes, planes and THE pixel convention. Knows no files, no kernels, no devices.
//!
//! # The pixel convention
//!
//! Working pixels are **linear light, Rec.2020 primaries, D65 white, `f32`, signed and unclamped**.
//! Colour that carries alpha is **premultiplied**. A working colour plane ([`Format::Rgba`]) stores every
//! line as four runs, `R…R G…G B…B A…A`: a row is one contiguous piece of memory for the CPU's bands, and
//! each run is a plain vector for SIMD lanes and for coalesced GPU loads.
//!
//! File pixels ([`Format::Packed`]) keep the samples a file holds, interleaved; an [`Encoding`] says how
//! they become working light.

mod appearance;
mod encoding;
mod extend;
mod photo;
mod plane;
mod pool;
mod scratch;
mod simd;
mod space;
pub mod stages;
mod taps;

pub use appearance::{
    D50, OklabMaps, adaptation, delta_e2000, lab_from_working, lab_from_xyz, oklab_from_working, oklab_maps,
    working_from_lab, working_from_oklab, xyz_from_lab,
};
pub use encoding::{
    Encoding, Matrix3, Primaries, from_working, invert, multiply, srgb_decode, srgb_encode, to_working,
};
pub use extend::extend_colour;
pub use photo::{AlphaMode, Finder, Image, ImageError, Shot, Shots};
pub use plane::{Format, Plane, Sample, Size, Window};
pub use pool::Pool;
pub use scratch::Scratch;
pub use simd::simd_level;
pub use space::OutputSpace;
pub use taps::Taps;
