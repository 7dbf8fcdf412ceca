//! AVIF out, behind the feature `avif`: half a second for a megapixel at the fastest sensible speed, and
//! minutes of compiling. Its colours are named by code points (sRGB), not by a profile.

use super::{CodecError, FileFormat};
use crate::image::Plane;

#[cfg(feature = "avif")]
pub(super) fn encode(pixels: &Plane, quality: u8, alpha: bool) -> Result<Vec<u8>, CodecError> {
    use ravif::{Encoder, Img, RGB8, RGBA8};

    let size = pixels.size();
    let (width, height) = (size.width as usize, size.height as usize);
    let encoder = Encoder::new().with_quality(f32::from(quality.clamp(1, 100))).with_speed(10);
    let pixels = pixels.bytes().as_chunks::<4>().0;
    let made = if alpha {
        let pixels: Vec<RGBA8> = pixels.iter().map(|&[r, g, b, a]| RGBA8::new(r, g, b, a)).collect();
        encoder.with_alpha_quality(95.0).encode_rgba(Img::new(&pixels, width, height))
    } else {
        let pixels: Vec<RGB8> = pixels.iter().map(|&[r, g, b, _]| RGB8::new(r, g, b)).collect();
        encoder.encode_rgb(Img::new(&pixels, width, height))
    };
    made.map(|file| file.avif_file).map_err(|e| CodecError::encode(FileFormat::Avif, e))
}

#[cfg(not(feature = "avif"))]
pub(super) fn encode(_: &Plane, _: u8, _: bool) -> Result<Vec<u8>, CodecError> {
    Err(CodecError::NotBuilt(FileFormat::Avif))
}
