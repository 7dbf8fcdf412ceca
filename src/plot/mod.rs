//! A small drawing room for the figures of reports: a canvas of sRGB codes, lines, markers, letters, axes,
//! and two plots, [`patches`] and [`drift`].
//!
//! Draws what it is given: measures nothing, decides nothing, touches no files (a canvas goes to an encoder
//! as it is). The same input gives the same bytes.

mod axis;
mod canvas;
mod drift;
mod font;
mod patches;
mod text;

pub use canvas::Canvas;
pub use drift::{Mark, Panel, drift};
pub use patches::{Patch, patches};

/// The paper.
const PAPER: [u8; 3] = [250, 250, 250];
/// Text and axes.
const INK: [u8; 3] = [40, 40, 44];
/// Text of second rank.
const PALE: [u8; 3] = [112, 112, 118];
/// Grid lines.
const GRID: [u8; 3] = [226, 226, 229];
/// What a person should look at.
const ALARM: [u8; 3] = [198, 52, 40];
