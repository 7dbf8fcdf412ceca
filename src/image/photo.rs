//! A photograph in memory: file samples and what they mean. Knows nothing of the file it came from.

use std::fmt;
use std::sync::Arc;

use super::{Encoding, Format, Plane, Sample, Size};

/// What the fourth channel of a photograph means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AlphaMode {
    /// There is none, or it is to be ignored.
    #[default]
    None,
    /// Colour is not multiplied by alpha, as PNG has it.
    Straight,
}

/// Why pixels cannot be a photograph.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageError {
    /// The picture has no pixels.
    #[error("the picture has no pixels ({0})")]
    Empty(Size),
    /// The buffer does not fit the size.
    #[error("{size} with {channels} channels takes {expected} samples, the buffer has {found}")]
    Length {
        /// Size asked for.
        size: Size,
        /// Channels asked for.
        channels: u8,
        /// Samples that it takes.
        expected: usize,
        /// Samples given.
        found: usize,
    },
    /// A channel count that no photograph has.
    #[error("a photograph has 1, 3 or 4 channels, not {0}")]
    Channels(u8),
}

/// A photograph: interleaved samples, their encoding, and what alpha means.
#[derive(Clone, Debug)]
pub struct Image {
    /// The samples, [`Format::Packed`], upright.
    pub pixels: Plane,
    /// How they become working light.
    pub encoding: Arc<Encoding>,
    /// What the fourth channel means.
    pub alpha: AlphaMode,
    /// Upright size in the file; larger than the pixels where the decoder scaled while decoding.
    pub full_size: Size,
    /// Doubts worth a line in the report (no profile, conflicting profiles …).
    pub notes: Vec<String>,
}

impl Image {
    /// A photograph from 8-bit sRGB samples: 1 (grey), 3 (RGB) or 4 (RGBA, straight alpha) channels.
    ///
    /// # Errors
    /// [`ImageError`] where size, channels and buffer do not fit.
    pub fn from_srgb8(size: Size, channels: u8, samples: &[u8]) -> Result<Self, ImageError> {
        if !matches!(channels, 1 | 3 | 4) {
            return Err(ImageError::Channels(channels));
        }
        if size.pixels() == 0 {
            return Err(ImageError::Empty(size));
        }
        let expected = size.pixels() * channels as usize;
        if samples.len() != expected {
            return Err(ImageError::Length { size, channels, expected, found: samples.len() });
        }
        let mut pixels = Plane::zeros(size, Format::Packed { sample: Sample::U8, channels });
        pixels.bytes_mut().copy_from_slice(samples);
        let alpha = if channels == 4 { AlphaMode::Straight } else { AlphaMode::None };
        Ok(Self {
            pixels,
            encoding: Arc::new(Encoding::srgb(256)),
            alpha,
            full_size: size,
            notes: Vec::new(),
        })
    }

    /// Its size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.pixels.size()
    }

    /// A sample as an 8-bit code.
    #[must_use]
    pub fn code8(&self, sample: usize) -> u8 {
        match self.samples().0 {
            Sample::U8 => self.pixels.bytes()[sample],
            Sample::U16 => (self.pixels.shorts()[sample] / 257) as u8,
            Sample::F32 => (self.pixels.floats()[sample].clamp(0.0, 1.0) * 255.0 + 0.5) as u8,
        }
    }

    /// Sample type and channels.
    #[must_use]
    pub fn samples(&self) -> (Sample, u8) {
        match self.pixels.format() {
            Format::Packed { sample, channels } => (sample, channels),
            Format::Gray => (Sample::F32, 1),
            Format::Rgba => (Sample::F32, 4),
        }
    }
}

/// Something that tells roughly where a picture shows a product, such as a trained model.
pub trait Finder: fmt::Debug + Sync {
    /// Probability of product, 0 … 1, as a [`Format::Gray`] plane of the picture's size; the picture is a
    /// [`Format::Rgba`] plane of working light. The same picture gives the same answer.
    ///
    /// # Errors
    /// What went wrong, in words.
    fn probability(&self, picture: &Plane) -> Result<Plane, String>;

    /// Pixels that it looks at: no edge of its answer is finer.
    fn grid(&self) -> Size;

    /// What it is, for the report.
    fn name(&self) -> String;
}

/// The photographs that one picture is made of, all of one camera at one place.
#[derive(Clone, Copy, Debug)]
pub struct Shots<'a> {
    /// The photograph itself.
    pub front: &'a Image,
    /// The empty set, for a matte that knows its backdrop.
    pub plate: Option<&'a Image>,
    /// The mannequin alone, where the front shows a garment on it.
    pub bare: Option<&'a Image>,
    /// White where the front shows mannequin.
    pub mannequin: Option<&'a Image>,
    /// A grey card or a blank sweep that fills the field, lit as the product is: it shows how the light falls off. It
    /// is looked at, not rendered.
    pub flat: Option<&'a Image>,
    /// The same product before another backdrop, and that empty set.
    pub second: Option<[&'a Image; 2]>,
    /// The garment's inside, as the opening at its top shows it.
    pub inner: Option<&'a Image>,
    /// What a person knows: black is backdrop, white product, grey to be found.
    pub trimap: Option<&'a Image>,
    /// White where a person wants product, whatever an analysis finds.
    pub keep: Option<&'a Image>,
    /// White where a person wants none.
    pub drop: Option<&'a Image>,
    /// White where the colour that a swatch is of is seen, for `swatch_match`.
    pub swatch: Option<&'a Image>,
    /// Where to ask for the product if no backdrop tells it.
    pub finder: Option<&'a dyn Finder>,
}

/// One of the photographs of a picture that a plan may read at full size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shot {
    /// The photograph itself.
    Front,
    /// The empty set.
    Plate,
    /// The same product before another backdrop.
    Second,
    /// The empty set of that.
    SecondPlate,
    /// The inside of the garment.
    Inner,
}

impl<'a> Shots<'a> {
    /// One of them, if it is there.
    #[must_use]
    pub fn get(&self, shot: Shot) -> Option<&'a Image> {
        match shot {
            Shot::Front => Some(self.front),
            Shot::Plate => self.plate,
            Shot::Second => self.second.map(|[shot, _]| shot),
            Shot::SecondPlate => self.second.map(|[_, plate]| plate),
            Shot::Inner => self.inner,
        }
    }
}

impl<'a> From<&'a Image> for Shots<'a> {
    fn from(front: &'a Image) -> Self {
        Self {
            front,
            plate: None,
            bare: None,
            mannequin: None,
            flat: None,
            second: None,
            inner: None,
            trimap: None,
            keep: None,
            drop: None,
            swatch: None,
            finder: None,
        }
    }
}

/// Pictures of the `image` crate come in as sRGB; 16-bit and float ones keep 8 bits a channel here, so
/// decode files with the codec room where depth matters.
impl TryFrom<image::DynamicImage> for Image {
    type Error = ImageError;

    fn try_from(picture: image::DynamicImage) -> Result<Self, ImageError> {
        let size = Size::new(picture.width(), picture.height());
        if picture.color().has_alpha() {
            Self::from_srgb8(size, 4, picture.to_rgba8().as_raw())
        } else {
            Self::from_srgb8(size, 3, picture.to_rgb8().as_raw())
        }
    }
}
