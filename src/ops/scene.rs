//! The recording in progress: the plan, the current picture, and where it lies in the photograph.

use std::sync::Arc;

use super::backdrop_matte::Matte;
use super::backdrop_matte::kernel::{APPLY_ALPHA, NoParams, TAKE_ALPHA};
use super::ghost_merge::record::Merged;
use super::{OpError, Study, colour_matrix, resample};
use crate::image::{AlphaMode, Encoding, Format, Image, OutputSpace, Shot, Size, Window};
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
    /// The front shot's garment alone, before an inner shot was laid beneath it: codes, as the picture.
    Front,
    /// The inner shots laid into the front shot's place, without the light inside: codes, as the picture.
    Inner,
    /// The light inside, which the inner shots are multiplied with: codes, as the picture.
    Depth,
    /// Which photograph shows in every pixel: the numbers of [`CODES`](super::ghost_merge::provenance::CODES) over 255;
    /// a plane as for alpha.
    Provenance,
}

impl Layer {
    /// Whether it comes as codes, placed as the picture is, and not as a plane of floats.
    #[must_use]
    pub fn in_codes(self) -> bool {
        matches!(self, Self::Picture | Self::Front | Self::Inner | Self::Depth)
    }

    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Alpha => "alpha",
            Self::Shadow => "shadow",
            Self::Confidence => "confidence",
            Self::Front => "front",
            Self::Inner => "inner",
            Self::Depth => "depth",
            Self::Provenance => "provenance",
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
    /// The photographs that the plan reads, in the order of its inputs.
    pub inputs: &'a mut Vec<Shot>,
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
    /// The layers of a merge, once there was one.
    pub merged: Option<Merged>,
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

/// The layout of a photograph that a plan reads.
#[derive(Clone, Debug)]
pub struct Source {
    /// Which one it is.
    pub shot: Shot,
    /// Its size.
    pub size: Size,
    /// Format of its samples.
    pub format: Format,
    /// How they become working light.
    pub encoding: Arc<Encoding>,
    /// What its fourth channel means.
    pub alpha: AlphaMode,
}

impl Source {
    /// The layout of an image.
    #[must_use]
    pub fn of(shot: Shot, image: &Image) -> Self {
        let (size, format) = (image.size(), image.pixels.format());
        Self { shot, size, format, encoding: image.encoding.clone(), alpha: image.alpha }
    }
}

impl<'a> Scene<'a> {
    /// Begins an item: reads a photograph as working light into a frame. Its band is solved before that, where there
    /// is one, so that the picture's rows need not wait in memory meanwhile; `coloured` has the band's colours solved
    /// too.
    ///
    /// # Errors
    /// [`OpError::Plan`] where the recording is inconsistent.
    pub fn open(
        (plan, inputs): (&'a mut Plan, &'a mut Vec<Shot>),
        study: &'a Study,
        source: &Source,
        frame: Frame,
        coloured: bool,
    ) -> Result<Self, OpError> {
        inputs.push(source.shot);
        let samples = plan.input("photograph", source.size, source.format);
        let curves = plan.constant("curves", resample::curve_plane(&source.encoding.tables));
        let band = study.band.as_ref().map(|b| b.record(plan, coloured)).transpose()?;
        let straight = source.alpha == AlphaMode::Straight;
        let read = resample::ingest(plan, samples, curves, straight, frame, study.active(&frame))?;
        let colour = colour_matrix::mix(plan, "read", read, source.encoding.to_working)?;
        Ok(Self {
            plan,
            inputs,
            study,
            colour,
            alpha: None,
            coverage: None,
            seen: None,
            behind: None,
            grids: None,
            band,
            merged: None,
            frame,
            target: None,
        })
    }

    /// Declares a further photograph that the plan reads.
    pub fn input(&mut self, shot: Shot, size: Size, format: Format) -> PlaneId {
        self.inputs.push(shot);
        self.plan.input("further photograph", size, format)
    }

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
