//! The garment on a mannequin: what of a front shot is garment, what mannequin and what backdrop.
//!
//! 1. What is not backdrop is told by the empty set's plate or by the picture's border ([`paper`]).
//! 2. The mannequin's colour is named, or found where the frame cuts what stands before the backdrop ([`colour`]).
//! 3. Chroma, texture and light against the bare mannequin, or against its colour, make two certain parts, and these
//!    meet at the edge between ([`signs`], [`divide`], [`flood`]). A mask of the mannequin stands for that, where there
//!    is one.
//! 4. How like cloth and mannequin are along their edge says how far to trust it ([`judge`]).
//!
//! Works on a picture of at most [`LONG_SIDE`] pixels and ends with what is certain; alpha comes from the nearest
//! certain colours ([`near`](super::near)), or from `trimap_matte` where a recipe has it. It never invents a pixel, and never takes a stand or hanger for garment because
//! it is easier.

mod colour;
mod divide;
mod flood;
mod judge;
mod op;
mod paper;
mod signs;
#[cfg(test)]
mod tests;
mod tint;
mod worn;

pub use colour::Colour;
pub use op::OP;
pub use worn::{Evidence, Worn};

/// Longest side of the picture that is analysed.
pub const LONG_SIDE: u32 = 1024;
