//! The recording in progress: the plan, the current picture, and where it lies in the photograph.

use std::sync::Arc;

use super::backdrop_matte::Matte;
use super::backdrop_matte::kernel::{APPLY_ALPHA, NoParams, TAKE_ALPHA};
use super::{OpError, Study};
use crate::image::{Format, OutputSpace, Size, Window};
use crate::plan::{Plan, PlaneId};

/// A picture's place in the photograph: which rectangle of it, at how many pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Rectangle in pixels of the decoded photograph; may reach beyond it.
    pub window: Window,
    /// Pixels of the picture.
    pub size: Size,
}

impl Frame {
    /// The photograph itself.
    #[must_use]
    pub fn whole(size: Size) -> Self {
        Self { window: Window::whole(size), size }
    }

    /// Photograph pixels a picture pixel; above 1 is shrinking.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.window.width / f64::from(self.size.width)
    }

    /// This frame's window in the pixels of `other`.
    #[must_use]
    pub fn window_in(&self, other: &Self) -> Window {
        let (sx, sy) = (
            f64::from(other.size.width) / other.window.width,
            f64::from(other.size.height) / other.window.height,
        );
        Window {
            x: (self.window.x - other.window.x) * sx,
            y: (self.window.y - other.window.y) * sy,
            width: self.window.width * sx,
            height: self.window.height * sy,
        }
    }

    /// Factors and offsets from this frame's pixel indices to those of `other`:
    /// `u = x · m[0] + m[1]`, `v = y · m[2] + m[3]`, pixel centres on whole numbers.
    #[must_use]
    pub fn map_to(&self, other: &Self) -> [f32; 4] {
        let w = self.window_in(other);
        let sx = w.width / f64::from(self.size.width);
        let sy = w.height / f64::from(self.size.height);
        [sx as f32, (w.x + 0.5 * sx - 0.5) as f32, sy as f32, (w.y + 0.5 * sy - 0.5) as f32]
    }
}

/// What an output shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layer {
    /// The picture that the recipe makes, in codes.
    #[default]
    Picture,
    /// Alpha, 0 … 1: a [`Format::Gray`] plane of the photograph's size.
    Alpha,
    /// Share of the backdrop's light that the product's shadow leaves, 0 … 1; a plane as for alpha.
    Shadow,
    /// How far alpha may be trusted, 0 … 1; a plane as for alpha.
    Confidence,
}

impl Layer {
    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Alpha => "alpha",
            Self::Shadow => "shadow",
            Self::Confidence => "confidence",
        }
    }
}

/// What one output wants of its picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its frame.
    pub frame: Frame,
    /// What its codes mean; sRGB where `None`.
    pub space: Option<Arc<OutputSpace>>,
    /// 16 bits a sample instead of 8.
    pub sixteen_bits: bool,
    /// Keeps alpha.
    pub transparent: bool,
    /// sRGB colour behind the product where alpha is not kept.
    pub background: [u8; 3],
}

/// The recording in progress.
pub struct Scene<'a> {
    /// The plan recorded into.
    pub plan: &'a mut Plan,
    /// Numbers of the analysis.
    pub study: &'a Study,
    /// The current picture.
    pub colour: PlaneId,
    /// Alpha that is not in the picture yet: the picture is as seen, backdrop included.
    pub alpha: Option<PlaneId>,
    /// Alpha as the last op found it, whether or not it is in the picture.
    pub coverage: Option<PlaneId>,
    /// The picture as seen when alpha was found: product and backdrop.
    pub seen: Option<PlaneId>,
    /// What lies behind the picture: linear working light, or nothing.
    pub behind: Option<[f32; 3]>,
    /// The matte's grids in this plan, once one is used.
    pub grids: Option<MatteGrids>,
    /// The solved band, where there is one: it is recorded before the picture is read.
    pub band: Option<super::band::Solved>,
    /// Where it lies.
    pub frame: Frame,
    /// The output it is for, once there is one.
    pub target: Option<Target>,
}

/// The grids of a matte as planes of a plan.
#[derive(Clone, Copy, Debug)]
pub struct MatteGrids {
    /// Affine map of colour to alpha.
    pub map: PlaneId,
    /// The backdrop as seen.
    pub backdrop: PlaneId,
    /// The product's colour field.
    pub foreground: PlaneId,
}

impl Scene<'_> {
    /// The matte's grids, added to the plan the first time.
    pub fn matte_grids(&mut self, matte: &Matte) -> MatteGrids {
        let plan = &mut *self.plan;
        *self.grids.get_or_insert_with(|| MatteGrids {
            map: plan.constant("affine map", matte.map.clone()),
            backdrop: plan.constant("backdrop", matte.backdrop.clone()),
            foreground: plan.constant("colour field", matte.foreground.clone()),
        })
    }

    /// Takes alpha that an op has found.
    pub fn found(&mut self, alpha: PlaneId) {
        (self.alpha, self.coverage, self.seen) = (Some(alpha), Some(alpha), Some(self.colour));
    }

    /// Multiplies alpha into the picture, where an op has found it and none has used it.
    ///
    /// # Errors
    /// [`OpError::Plan`] where the recording is inconsistent.
    pub fn settle_alpha(&mut self) -> Result<(), OpError> {
        let Some(alpha) = self.alpha.take() else { return Ok(()) };
        let matted = self.plan.plane("matted", self.plan.decl(self.colour).size, Format::Rgba);
        let params = NoParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 };
        self.plan.record("backdrop_matte", &APPLY_ALPHA, &params, &[self.colour, alpha], &[matted])?;
        self.colour = matted;
        Ok(())
    }

    /// Alpha of the current picture as a plane.
    ///
    /// # Errors
    /// [`OpError::Plan`] where the recording is inconsistent.
    pub fn take_alpha(&mut self) -> Result<PlaneId, OpError> {
        let alpha = self.plan.plane("alpha", self.plan.decl(self.colour).size, Format::Gray);
        let params = NoParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 };
        self.plan.record("backdrop_matte", &TAKE_ALPHA, &params, &[self.colour], &[alpha])?;
        Ok(alpha)
    }

    /// The output that is being recorded.
    ///
    /// # Errors
    /// [`OpError::NoTarget`] before there is one.
    pub fn target(&self) -> Result<Target, OpError> {
        self.target.clone().ok_or(OpError::NoTarget { op: "an output op" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_take_centres_to_centres() {
        let photo = Frame::whole(Size::new(600, 400));
        let half = Frame { window: photo.window, size: Size::new(300, 200) };
        let m = half.map_to(&photo);
        assert!((m[0] - 2.0).abs() < 1e-6 && (m[1] - 0.5).abs() < 1e-6, "{m:?}");
        let crop = Frame {
            window: Window { x: 100.0, y: 50.0, width: 200.0, height: 100.0 },
            size: Size::new(200, 100),
        };
        assert_eq!(crop.map_to(&photo), [1.0, 100.0, 1.0, 50.0]);
        assert_eq!(crop.window_in(&half).x, 50.0);
    }
}
