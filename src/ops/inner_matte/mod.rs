//! The garment of an inner shot: told from the backdrop and from what holds it, a board, a form or a stand.
//!
//! 1. What the upper border agrees on and what is flat and joined to it is backdrop ([`view`]).
//! 2. What else is as smooth as the backdrop falls into parts ([`parts`]): boards and forms have no texture, cloth
//!    has, and where it has none it has a colour that the rest of the garment has too.
//! 3. Each part is judged by where it lies and what it looks like ([`holder`]); thin remnants and gaps follow
//!    ([`remnants`]).
//! 4. What is left is garment; all within reach of its edge is left to the solver at full resolution ([`cut`]).
//! 5. How far the cut may be trusted ([`doubt`]), and whether the shot can be used ([`figures`], [`sharpness`]).
//!
//! Nothing is cut where nothing tells garment from support: it is flagged in words. This knows no other photograph
//! than by the hints that it is given.

mod cut;
mod doubt;
mod figures;
mod find;
mod holder;
mod op;
mod parts;
mod remnants;
mod sharpness;
mod view;

pub use figures::{Against, Figures, compare};
pub use find::{Inner, Numbers, find};
pub use holder::Hints;
pub use op::{OP, Shown};
pub(in crate::ops) use op::{REVIEW, analyse};
pub use sharpness::edge_width;

#[cfg(test)]
mod tests;
