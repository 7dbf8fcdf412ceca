//! One rectangle of numbers. Owns its memory, in 4-byte words, so that any plane can go to a GPU as it is.

use std::fmt;
use std::ops::Range;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// A size from width and height.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Number of pixels.
    #[must_use]
    pub const fn pixels(self) -> usize {
        self.width as usize * self.height as usize
    }

    /// The longer side.
    #[must_use]
    pub fn long_side(self) -> u32 {
        self.width.max(self.height)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

/// A rectangle in pixel coordinates; pixel `(i, j)` covers `[i, i+1) × [j, j+1)`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Window {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Window {
    /// The whole of a picture.
    #[must_use]
    pub fn whole(size: Size) -> Self {
        Self { x: 0.0, y: 0.0, width: f64::from(size.width), height: f64::from(size.height) }
    }
}

/// The type of one file sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sample {
    /// 8-bit code.
    U8,
    /// 16-bit code, native byte order.
    U16,
    /// Linear light, 32-bit float.
    F32,
}

impl Sample {
    /// Bytes a sample.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 => 2,
            Self::F32 => 4,
        }
    }
}

/// What a plane's memory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One `f32` a pixel.
    Gray,
    /// Working colour: four `f32` runs a line (R, G, B, alpha), premultiplied.
    Rgba,
    /// Interleaved file samples: grey, RGB or RGBA.
    Packed {
        /// Sample type.
        sample: Sample,
        /// 1, 3 or 4.
        channels: u8,
    },
}

impl Format {
    /// 8-bit RGBA, as encoders take it.
    pub const RGBA8: Self = Self::Packed { sample: Sample::U8, channels: 4 };
    /// 16-bit RGBA, as encoders take it.
    pub const RGBA16: Self = Self::Packed { sample: Sample::U16, channels: 4 };

    /// Bytes a pixel.
    #[must_use]
    pub const fn pixel_bytes(self) -> usize {
        match self {
            Self::Gray => 4,
            Self::Rgba => 16,
            Self::Packed { sample, channels } => sample.bytes() * channels as usize,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gray => write!(f, "gray"),
            Self::Rgba => write!(f, "rgba"),
            Self::Packed { sample, channels } => write!(f, "{sample:?}x{channels}"),
        }
    }
}

/// A rectangle of pixels of one [`Format`].
#[derive(Clone, PartialEq, Eq)]
pub struct Plane {
    size: Size,
    format: Format,
    words: Vec<u32>,
}

/// Size and format: pixels would fill a log.
impl fmt::Debug for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plane({} {})", self.size, self.format)
    }
}

impl Plane {
    /// A plane of zeros. Its last word is padded where the bytes do not fill it.
    #[must_use]
    pub fn zeros(size: Size, format: Format) -> Self {
        Self { size, format, words: vec![0; Self::words_for(size, format)] }
    }

    /// Words that a plane of this size and format takes.
    #[must_use]
    pub fn words_for(size: Size, format: Format) -> usize {
        (size.pixels() * format.pixel_bytes()).div_ceil(4)
    }

    /// A [`Format::Gray`] plane from a function of the pixel's position.
    #[must_use]
    pub fn gray(size: Size, mut value: impl FnMut(u32, u32) -> f32) -> Self {
        let mut plane = Self::zeros(size, Format::Gray);
        let values = plane.floats_mut();
        let mut i = 0;
        for y in 0..size.height {
            for x in 0..size.width {
                values[i] = value(x, y);
                i += 1;
            }
        }
        plane
    }

    /// A [`Format::Rgba`] plane from a function of the pixel's position.
    #[must_use]
    pub fn rgba(size: Size, mut value: impl FnMut(u32, u32) -> [f32; 4]) -> Self {
        let mut plane = Self::zeros(size, Format::Rgba);
        let width = size.width as usize;
        if width == 0 {
            return plane;
        }
        for (y, row) in (0..size.height).zip(plane.floats_mut().chunks_exact_mut(4 * width)) {
            for x in 0..width {
                for (c, v) in value(x as u32, y).into_iter().enumerate() {
                    row[c * width + x] = v;
                }
            }
        }
        plane
    }

    /// Its size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// Its format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The memory as words, padding included: what a GPU buffer takes.
    #[must_use]
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// The memory as words, to write.
    pub fn words_mut(&mut self) -> &mut [u32] {
        &mut self.words
    }

    /// Gives up the memory, for reuse.
    #[must_use]
    pub fn into_words(self) -> Vec<u32> {
        self.words
    }

    /// A plane over recycled memory, whose content is unspecified until written.
    #[must_use]
    pub fn from_words(size: Size, format: Format, mut words: Vec<u32>) -> Self {
        words.resize(Self::words_for(size, format), 0);
        Self { size, format, words }
    }

    /// Bytes of pixels, padding excluded.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.size.pixels() * self.format.pixel_bytes()
    }

    /// The pixels as bytes, padding excluded.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.byte_len()]
    }

    /// The pixels as bytes, to write.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        let len = self.byte_len();
        &mut bytemuck::cast_slice_mut(&mut self.words)[..len]
    }

    /// The pixels as 16-bit samples.
    #[must_use]
    pub fn shorts(&self) -> &[u16] {
        &bytemuck::cast_slice(&self.words)[..self.byte_len() / 2]
    }

    /// The pixels as 16-bit samples, to write.
    pub fn shorts_mut(&mut self) -> &mut [u16] {
        let len = self.byte_len() / 2;
        &mut bytemuck::cast_slice_mut(&mut self.words)[..len]
    }

    /// The memory as floats.
    #[must_use]
    pub fn floats(&self) -> &[f32] {
        bytemuck::cast_slice(&self.words)
    }

    /// The memory as floats, to write.
    pub fn floats_mut(&mut self) -> &mut [f32] {
        bytemuck::cast_slice_mut(&mut self.words)
    }

    /// One pixel of a [`Format::Rgba`] plane.
    #[must_use]
    pub fn rgba_at(&self, x: u32, y: u32) -> [f32; 4] {
        let width = self.size.width as usize;
        let start = y as usize * width * 4 + x as usize;
        let floats = self.floats();
        [0, 1, 2, 3].map(|c| floats[start + c * width])
    }

    /// One pixel of a [`Format::Gray`] plane.
    #[must_use]
    pub fn gray_at(&self, x: u32, y: u32) -> f32 {
        self.floats()[y as usize * self.size.width as usize + x as usize]
    }

    /// The bytes of a run of rows.
    #[must_use]
    pub fn row_bytes(&self, rows: Range<u32>) -> &[u8] {
        let stride = self.size.width as usize * self.format.pixel_bytes();
        &self.bytes()[rows.start as usize * stride..rows.end as usize * stride]
    }
}
