//! A small studio simulator: procedural product photographs with exact ground truth.
//!
//! It exists so that matting, shadows and throughput can be measured, and the project tried, without
//! anybody's photographs. A shot is a pure function of seed, index and size, on any machine and any
//! number of threads. It knows only pixels: it never reads or writes files, and shares no code with the
//! operations it is used to judge.
//!
//! # The model
//!
//! Linear light with the sRGB primaries:
//!
//! ```text
//! photo = sRGB8( alpha·F + (1 − alpha)·B·T + noise ),   noise variance = p·light + q
//! ```
//!
//! - `alpha`: the product's coverage of a pixel's box, seen through a lens of sigma 0.5 pixel.
//! - `F`: the product's light; `B`: the paper under its lighting, with lens fall-off; `T`: the shadow.

mod field;
mod garments;
pub mod ghost;
mod goods;
mod material;
mod noise;
mod outline;
mod part;
mod products;
mod render;
mod scene;
mod set;
#[cfg(test)]
mod tests;

pub use scene::{Backdrop, Kind, Scene};

use crate::image::{Plane, Size};

/// A photograph from the simulator.
#[derive(Clone, Debug)]
pub struct Shot {
    /// 8-bit sRGB samples, three channels.
    pub photo: Plane,
    /// What it was made of, where asked for.
    pub truth: Option<Truth>,
}

/// What a photograph was made of.
#[derive(Clone, Debug)]
pub struct Truth {
    /// Coverage, 0..1 (`Gray`).
    pub alpha: Plane,
    /// The product's colour: linear Rec.2020, **straight**, coverage in the fourth channel (`Rgba`).
    /// Zero where coverage is.
    pub foreground: Plane,
    /// The empty set: 8-bit sRGB samples with noise of their own.
    pub plate: Plane,
    /// What the product's shadow leaves of the backdrop's light, 0..1 (`Gray`).
    pub shadow: Plane,
}

/// Photographs a scene. An empty size gives empty planes.
///
/// ```
/// use packshot::demo::{Scene, shoot};
/// use packshot::image::Size;
///
/// let scene = Scene::pick(7, 0);
/// let shot = shoot(&scene, Size::new(96, 128), true);
/// assert_eq!(scene.file_stem(), "PK1000_front");
/// assert!(shot.truth.is_some_and(|t| t.alpha.gray_at(48, 64) > 0.99));
/// ```
#[must_use]
pub fn shoot(scene: &Scene, size: Size, with_truth: bool) -> Shot {
    render::shoot(scene, size, with_truth)
}
