//! The product as a model finds it, where no backdrop tells: a probability becomes a trimap, and the score says how
//! sure the model was.
//!
//! A model's answer is where to look, never an edge: all near its contour is left for the trimap's solver. The
//! same model and photograph give the same score.

use super::choose::refused;
use super::confidence::touched;
use super::op::{extent, to_photo};
use crate::image::{Finder, Image, Plane, Size};
use crate::ops::field::{Field, Mask};
use crate::ops::trimap::{BACKDROP, PRODUCT, UNKNOWN, trimap};
use crate::ops::{Certain, OpError, Side, Study, proxy};

/// What a model made of a photograph.
pub(super) struct Found {
    pub(super) certain: Certain,
    /// 1 where all but the contour is certain, less the more of the product is doubted.
    pub(super) confidence: f32,
    pub(super) unknown_share: f32,
    pub(super) cut: Vec<Side>,
    pub(super) name: String,
}

/// A contour of this many of the model's pixels on each side is no doubt.
const CONTOUR: f32 = 4.0;

/// Asks the model, with a picture as fine as it can see.
pub(super) fn ask(study: &mut Study, front: &Image, finder: &dyn Finder) -> Result<Found, OpError> {
    let grid = finder.grid();
    let (frame, picture) = proxy::at_least(front, grid.long_side());
    let failed = |why: String| {
        let help = "try another model, or draw a trimap and give --trimap";
        refused(format!("the model {} failed: {why}", finder.name()), help)
    };
    let probability = finder.probability(&picture).map_err(failed)?;
    if probability.size() != picture.size() {
        return Err(failed(format!("it answers with {}, not {}", probability.size(), picture.size())));
    }
    let plane = trimap(&probability, grid);
    let product = extent(&plane).filter(|_| plane.floats().contains(&PRODUCT));
    let Some(product) = product else {
        let help = "give a photograph of the empty set (--plate), a trimap, or another model";
        return Err(refused(format!("the model {} finds no product", finder.name()), help));
    };
    study.product = Some(to_photo(frame, study.photo, product));
    let share = |code: f32| {
        plane.floats().iter().filter(|v| **v == code).count() as f32 / plane.size().pixels() as f32
    };
    let product = |x: usize, y: usize| plane.gray_at(x as u32, y as u32) != BACKDROP;
    let found = Found {
        confidence: confidence(&plane, grid),
        unknown_share: share(UNKNOWN),
        cut: Side::ALL.into_iter().filter(|side| touched(plane.size(), *side, product).is_some()).collect(),
        name: finder.name(),
        certain: Certain { plane, frame },
    };
    Ok(found)
}

/// Certain product over certain product and what is unknown far from the contour's own width.
fn confidence(plane: &Plane, grid: Size) -> f32 {
    let size = plane.size();
    let at = |x: usize, y: usize| plane.floats()[y * size.width as usize + x];
    let sure = Mask::from_fn(size, |x, y| at(x, y) != UNKNOWN);
    let away: Field = crate::ops::field::distance(&sure, 180);
    let pixel = (size.long_side() as f32 / grid.long_side().max(1) as f32).max(1.0);
    let limit = (CONTOUR * pixel).min(170.0);
    let doubted = away.values().iter().filter(|d| **d > limit).count() as f32;
    let product = plane.floats().iter().filter(|v| **v == PRODUCT).count() as f32;
    product / (product + 4.0 * doubted).max(1.0)
}
