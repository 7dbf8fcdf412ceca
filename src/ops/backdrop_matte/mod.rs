//! The automatic matte of a product on a plain backdrop: what is decided on the proxy.
//!
//! 1. The border's majority colour, and what is flat and joined to it, is backdrop ([`border`]).
//! 2. The backdrop is filled in behind the product, shadow included ([`seen`]); holes and the last pixels up
//!    to the edge are found by their likeness to it ([`holes`], [`grow`]).
//! 3. Each remaining pixel is keyed as a mixture of product and shaded backdrop ([`key`]); what lies near
//!    the backdrop or shows it through is unknown ([`band`]).
//! 4. In the unknown band alpha is solved as local affine maps of colour ([`solve`]).
//! 5. A smooth light fitted to the backdrop tells its shadow ([`transmission`]).
//! 6. A score with reasons says how far to trust it ([`confidence`]).
//!
//! With a clean plate the first step is known beforehand: the photograph is laid flat by it ([`flat`]), so that
//! any set, textured or with a table's edge, becomes an even backdrop, and the same stages follow.
//!
//! The analysis reads one proxy and returns grids; it draws nothing at full resolution, and knows neither
//! recipes nor outputs.

mod analysis;
mod band;
pub(in crate::ops) mod border;
mod choose;
mod confidence;
mod flat;
mod grow;
mod holes;
pub mod kernel;
mod key;
mod model;
mod op;
pub(in crate::ops) mod photo;
mod screen;
mod seen;
mod solve;
mod tint;
mod transmission;

pub use analysis::{Matte, analyse, analyse_with};
pub use choose::{Backdrop, Method};
pub use confidence::Reason;
pub(in crate::ops) use confidence::touched;
pub use op::OP;
pub(in crate::ops) use op::{extent, record, to_photo, visible};
pub(in crate::ops) use screen::channel as screen_channel;
pub use transmission::Clear;
pub(in crate::ops) use transmission::{Shade, shadow_of};

#[cfg(test)]
mod tests;
