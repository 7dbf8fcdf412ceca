//! A colour conversion as a short list of stages over three or four channels: curves, an affine map, a table
//! of three or four inputs with tetrahedral interpolation, and the two halves of CIE Lab's curve.
//!
//! Numbers only: whatever a profile said has become them, and processor and GPU run the same list, which
//! [`program`] lays out as one run of floats. `run` is the processor's way; `shaders/profile.wgsl` its twin. Nothing here reads a profile.

mod program;
mod run;
mod samples;

use std::sync::Arc;

pub use program::{program, views};
pub use run::{Chunk, RUN};
pub(crate) use run::{cube_root, nearest, unit};
pub use samples::samples;

/// How the nodes of a sampled curve lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Evenly over 0 … 1.
    Even,
    /// Evenly in the square root of 0 … 1: dense near black, where encodings are steep.
    Roots,
}

/// A curve as straight lines between nodes, continued beyond 0 … 1 by its first and last line.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// Value at the start of each line, and how much it changes to its end; at least one line.
    pub(crate) lines: Arc<[[f32; 2]]>,
    /// Where the nodes lie.
    pub(crate) spacing: Spacing,
    /// Whether what lies beyond 0 … 1 is taken as 0 or 1.
    pub(crate) clamped: bool,
}

impl Sampled {
    /// A curve through so many nodes (at least two are made).
    pub(crate) fn new(nodes: usize, spacing: Spacing, clamped: bool, curve: impl Fn(f64) -> f64) -> Self {
        let last = nodes.max(2) - 1;
        let node = |i: usize| {
            let x = i as f64 / last as f64;
            curve(if spacing == Spacing::Roots { x * x } else { x })
        };
        let nodes: Vec<f64> = (0..=last).map(node).collect();
        let lines = nodes.windows(2).map(|w| [w[0] as f32, (w[1] - w[0]) as f32]).collect();
        Self { lines, spacing, clamped }
    }
}

/// A table of colours on a grid over 0 … 1; the first channel varies slowest. Inputs are clamped.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Nodes along each of four channels; 1 where a channel is not used.
    pub(crate) grid: [usize; 4],
    /// Channels in use.
    pub(crate) inputs: usize,
    /// Values at the nodes, padded to four channels.
    pub(crate) nodes: Arc<[[f32; 4]]>,
}

impl Table {
    /// Distance between neighbours along each channel, in nodes.
    #[must_use]
    pub fn strides(&self) -> [usize; 4] {
        strides(self.grid)
    }
}

/// Distance between neighbours of a grid along each channel, in nodes.
fn strides([_, b, c, d]: [usize; 4]) -> [usize; 4] {
    [b * c * d, c * d, d, 1]
}

/// One stage.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// A curve a channel.
    Curves(Vec<Sampled>),
    /// A matrix and an offset over three channels.
    Affine {
        /// Rows.
        matrix: [[f32; 3]; 3],
        /// Added after it.
        offset: [f32; 3],
    },
    /// A table. With four channels the first is interpolated last, linearly.
    Table(Table),
    /// From Lab's curve to light: `t³`, and a line below 6/29.
    Cube,
    /// From light to Lab's curve, the inverse.
    Root,
}

/// Stages in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stages(pub Vec<Stage>);

impl Stages {
    /// The stages, ready to run.
    #[must_use]
    pub fn views(&self) -> Views<'_> {
        Views(self.0.iter().map(Stage::view).collect())
    }
}

impl Stage {
    fn view(&self) -> View<'_> {
        match self {
            Self::Curves(curves) => View::Curves(curves.iter().map(Sampled::view).collect()),
            Self::Affine { matrix, offset } => View::Affine { matrix: *matrix, offset: *offset },
            Self::Table(t) => View::Table(Lookup { grid: t.grid, inputs: t.inputs, nodes: &t.nodes }),
            Self::Cube => View::Cube,
            Self::Root => View::Root,
        }
    }
}

/// Stages whose numbers lie elsewhere: in [`Stages`], or in a [program](program()) that a plan holds.
#[derive(Clone, Debug)]
pub struct Views<'a>(Vec<View<'a>>);

/// One stage; as [`Stage`].
#[derive(Clone, Debug)]
enum View<'a> {
    Curves(Vec<Lines<'a>>),
    Affine { matrix: [[f32; 3]; 3], offset: [f32; 3] },
    Table(Lookup<'a>),
    Cube,
    Root,
}

/// As [`Sampled`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines<'a> {
    lines: &'a [[f32; 2]],
    spacing: Spacing,
    clamped: bool,
}

impl Sampled {
    /// The curve, ready to run.
    pub(crate) fn view(&self) -> Lines<'_> {
        Lines { lines: &self.lines, spacing: self.spacing, clamped: self.clamped }
    }
}

/// As [`Table`].
#[derive(Clone, Copy, Debug)]
struct Lookup<'a> {
    grid: [usize; 4],
    inputs: usize,
    nodes: &'a [[f32; 4]],
}

/// End of the straight part of Lab's curve.
pub(crate) const LAB_KNEE: f32 = 6.0 / 29.0;
/// Slope of that part, from the curve to light.
pub(crate) const LAB_SLOPE: f32 = 3.0 * LAB_KNEE * LAB_KNEE;
