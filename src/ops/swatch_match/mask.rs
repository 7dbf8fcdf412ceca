//! Where a person wants the swatch: a mask shot as a grid that never reaches beyond its white.
//!
//! A cell of the grid is white where all its pixels are, and all those of its neighbours if it is larger than a pixel of
//! the photograph: what is read between cells is then white inside the mask only.

use std::sync::Arc;

use super::refused;
use crate::image::{Image, Plane, Size, Window};
use crate::ops::field::Mask;
use crate::ops::{Frame, OpError, same_shape};

/// Longest side of the grid.
const LONG_SIDE: u32 = 2048;
/// Code from which on a mask is white.
const WHITE: u8 = 128;

/// A mask and its place in the photograph.
#[derive(Clone, Debug)]
pub(super) struct Marked {
    pub(super) plane: Arc<Plane>,
    pub(super) frame: Frame,
}

impl Marked {
    /// Everything.
    pub(super) fn all(photo: Frame) -> Self {
        let size = Size::new(1, 1);
        Self { plane: Plane::gray(size, |_, _| 1.0).into(), frame: Frame { window: photo.window, size } }
    }

    /// What a mask shot marks.
    ///
    /// # Errors
    /// [`OpError::Refused`] where it has another shape than the photograph.
    pub(super) fn of(mask: &Image, photo: Frame) -> Result<Self, OpError> {
        let own = mask.size();
        let scale = [photo.window.width / f64::from(own.width), photo.window.height / f64::from(own.height)];
        if !same_shape(own, photo.size) {
            return Err(refused(
                format!("the mask is {own}, the photograph {}: another shape", photo.size),
                "save it from the photograph itself, uncropped",
            ));
        }
        let block = own.long_side().div_ceil(LONG_SIDE).max(1);
        let size = Size::new(own.width.div_ceil(block), own.height.div_ceil(block));
        let channels = mask.samples().1 as usize;
        let white =
            |x: u32, y: u32| mask.code8((y as usize * own.width as usize + x as usize) * channels) >= WHITE;
        let span = |i: u32, limit: u32| i * block..((i + 1) * block).min(limit);
        let cells = Mask::from_fn(size, |x, y| {
            span(y as u32, own.height).all(|v| span(x as u32, own.width).all(|u| white(u, v)))
        });
        let reach = usize::from(block > 1 || scale[0] > 1.0);
        let around = |i: usize, limit: usize| i.saturating_sub(reach)..(i + reach + 1).min(limit);
        let plane = Plane::gray(size, |x, y| {
            let (columns, mut rows) = (around(x as usize, cells.width()), around(y as usize, cells.height()));
            f32::from(u8::from(rows.all(|v| cells.row(v)[columns.clone()].iter().all(|w| *w))))
        });
        let side = |n: u32, scale: f64| f64::from(n * block) * scale;
        let window =
            Window { x: 0.0, y: 0.0, width: side(size.width, scale[0]), height: side(size.height, scale[1]) };
        Ok(Self { plane: plane.into(), frame: Frame { window, size } })
    }

    /// Whether the place of a pixel of a picture at `frame` is marked.
    pub(super) fn holds(&self, frame: &Frame) -> impl Fn(usize, usize) -> bool {
        let (map, size) = (frame.map_to(&self.frame), self.plane.size());
        let near = |i: usize, scale: f32, offset: f32, limit: u32| {
            ((i as f32 * scale + offset + 0.5).max(0.0) as u32).min(limit - 1)
        };
        move |x, y| {
            let (u, v) = (near(x, map[0], map[1], size.width), near(y, map[2], map[3], size.height));
            self.plane.gray_at(u, v) == 1.0
        }
    }
}
