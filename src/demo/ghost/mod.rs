//! A session for a ghost mannequin: a garment on a form, the form alone, the empty set, the garment's
//! inside; and what no studio can photograph, the garment worn by nobody.
//!
//! Bodies and cloth are signed distances, found by stepping along rays; the light comes from three soft
//! boxes and a wall and is dimmed by what stands between, so that the inside is dark for the true reason.
//! It knows only pixels: never files, and shares no code with the operations it is used to judge.

mod bake;
mod camera;
mod cloths;
mod cuts;
mod draft;
mod expose;
mod fabric;
mod form;
mod garment;
mod light;
mod looks;
mod pose;
mod render;
mod scene;
mod shoot;
mod solid;
#[cfg(test)]
mod tests;
mod vector;
mod world;

pub use scene::{GhostScene, Inner, Paint, Piece};

use crate::image::{Plane, Size};

/// The photographs of one garment: 8-bit sRGB samples, three channels.
#[derive(Clone, Debug)]
pub struct GhostShots {
    /// The garment on the form.
    pub front: Plane,
    /// The form alone, same camera.
    pub bare: Plane,
    /// The empty set.
    pub clean: Plane,
    /// The garment's inside.
    pub inner: Plane,
    /// What they were made of, where asked for.
    pub truth: Option<GhostTruth>,
}

/// What the photographs were made of. Coverages are `Gray`, 0..1.
#[derive(Clone, Debug)]
pub struct GhostTruth {
    /// The garment worn by nobody: 8-bit sRGB samples.
    pub ghost: Plane,
    /// Its coverage.
    pub alpha: Plane,
    /// The garment's coverage in the front shot.
    pub front_alpha: Plane,
    /// What is seen of the garment only without the form.
    pub inner_alpha: Plane,
    /// The inner face's coverage in the ghost.
    pub inner_surface: Plane,
    /// The form's coverage in the front shot.
    pub mannequin: Plane,
    /// The form's coverage in the bare shot.
    pub bare_mask: Plane,
    /// The garment's coverage in the inner shot.
    pub inside_garment: Plane,
    /// For each pixel row by row, the place in the inner shot of what is revealed there, in pixels from
    /// the picture's corner; negative where nothing is.
    pub map: Vec<[f32; 2]>,
}

/// Takes a garment's photographs. An empty size gives empty planes; truth costs a photograph more.
///
/// ```
/// use packshot::demo::ghost::{GhostScene, Inner, Piece, shoot_ghost};
/// use packshot::image::Size;
///
/// let scene = GhostScene { inner: Inner::Foam, ..GhostScene::new(7, Piece::Crew) };
/// let shots = shoot_ghost(&scene, Size::new(96, 120), true);
/// let revealed = shots.truth.map(|t| t.inner_alpha.floats().iter().sum::<f32>());
/// assert!(revealed.is_some_and(|pixels| pixels > 20.0));
/// ```
#[must_use]
pub fn shoot_ghost(scene: &GhostScene, size: Size, with_truth: bool) -> GhostShots {
    shoot::shoot(scene, size, with_truth)
}
