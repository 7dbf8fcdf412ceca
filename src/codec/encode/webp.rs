//! WebP out.
//!
//! Lossy is libwebp at method 2: half the time of its default for 5 % more bytes. Its lossless coder for the
//! alpha plane would take three quarters of the time of a cut-out (2160×2160: 370 to 540 ms, of which 140
//! for the colours), so that the plane is coded by `image-webp` instead (12 ms, 5 to 10 kB larger) and the
//! container is put together here. Lossless is `image-webp`: 16 to 28 ms, where libwebp takes seconds.

use image_webp::{ColorType, WebPEncoder};

use super::{CodecError, FileFormat, without_alpha};
use crate::image::{Plane, Size};

const WEBP: FileFormat = FileFormat::Webp;

/// Bits of the extended header.
const HAS_ICC: u8 = 1 << 5;
const HAS_ALPHA: u8 = 1 << 4;

/// Bytes before the transforms of a lossless stream: signature, size, alpha and version.
const LOSSLESS_HEADER: usize = 5;

/// Without loss.
pub(super) fn lossless(pixels: &Plane, alpha: bool, icc: Option<&[u8]>) -> Result<Vec<u8>, CodecError> {
    let size = pixels.size();
    let mut out = Vec::with_capacity(pixels.bytes().len() / 2 + 4096);
    let mut encoder = WebPEncoder::new(&mut out);
    if let Some(icc) = icc {
        encoder.set_icc_profile(icc.to_vec());
    }
    let failed = |e| CodecError::encode(WEBP, e);
    if alpha {
        encoder.encode(pixels.bytes(), size.width, size.height, ColorType::Rgba8).map_err(failed)?;
    } else {
        let colours = without_alpha(pixels.bytes());
        encoder.encode(&colours, size.width, size.height, ColorType::Rgb8).map_err(failed)?;
    }
    Ok(out)
}

/// With loss.
pub(super) fn lossy(
    pixels: &Plane,
    quality: u8,
    alpha: bool,
    icc: Option<&[u8]>,
) -> Result<Vec<u8>, CodecError> {
    let size = pixels.size();
    let coded = if alpha {
        // Given alpha, libwebp smooths the colours of invisible blocks, which saves bytes.
        colours(&webp::Encoder::from_rgba(pixels.bytes(), size.width, size.height), quality)?
    } else {
        let colours_only = without_alpha(pixels.bytes());
        colours(&webp::Encoder::from_rgb(&colours_only, size.width, size.height), quality)?
    };
    let stream = chunk(&coded, b"VP8 ").ok_or_else(|| CodecError::encode(WEBP, "it made no picture"))?;
    let plane = if alpha { Some(alpha_chunk(pixels)?) } else { None };
    let mut body = Vec::with_capacity(stream.len() + plane.as_ref().map_or(0, Vec::len) + 1024);
    if icc.is_some() || plane.is_some() {
        let flags = icc.map_or(0, |_| HAS_ICC) | plane.as_ref().map_or(0, |_| HAS_ALPHA);
        push(&mut body, b"VP8X", &extended_header(size, flags));
    }
    if let Some(icc) = icc {
        push(&mut body, b"ICCP", icc);
    }
    if let Some(plane) = plane {
        push(&mut body, b"ALPH", &plane);
    }
    push(&mut body, b"VP8 ", stream);
    let mut out = b"RIFF".to_vec();
    out.extend((body.len() as u32 + 4).to_le_bytes());
    out.extend(b"WEBP");
    out.append(&mut body);
    Ok(out)
}

/// The colours by libwebp; alpha, if it is given any, comes uncompressed and is thrown away.
fn colours(encoder: &webp::Encoder<'_>, quality: u8) -> Result<webp::WebPMemory, CodecError> {
    let mut config =
        webp::WebPConfig::new().map_err(|()| CodecError::encode(WEBP, "libwebp does not start"))?;
    config.quality = f32::from(quality.min(100));
    config.method = 2;
    config.alpha_compression = 0;
    encoder.encode_advanced(&config).map_err(|e| CodecError::encode(WEBP, format!("{e:?}")))
}

/// The alpha plane as the content of an `ALPH` chunk: a byte of flags (lossless, not filtered) and a lossless
/// stream without its header, alpha in green.
fn alpha_chunk(pixels: &Plane) -> Result<Vec<u8>, CodecError> {
    let size = pixels.size();
    let plane: Vec<u8> = pixels.bytes().as_chunks::<4>().0.iter().map(|p| p[3]).collect();
    let mut file = Vec::new();
    WebPEncoder::new(&mut file)
        .encode(&plane, size.width, size.height, ColorType::L8)
        .map_err(|e| CodecError::encode(WEBP, e))?;
    let stream = chunk(&file, b"VP8L").and_then(|s| s.get(LOSSLESS_HEADER..));
    let stream = stream.ok_or_else(|| CodecError::encode(WEBP, "it made no alpha"))?;
    let mut out = Vec::with_capacity(stream.len() + 1);
    out.push(1);
    out.extend(stream);
    Ok(out)
}

fn extended_header(size: Size, flags: u8) -> [u8; 10] {
    let [w0, w1, w2, _] = (size.width - 1).to_le_bytes();
    let [h0, h1, h2, _] = (size.height - 1).to_le_bytes();
    [flags, 0, 0, 0, w0, w1, w2, h0, h1, h2]
}

fn push(out: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) {
    out.extend(name);
    out.extend((content.len() as u32).to_le_bytes());
    out.extend(content);
    if content.len() % 2 == 1 {
        out.push(0);
    }
}

/// The content of the first chunk of this name.
fn chunk<'a>(file: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut rest = file.get(12..)?;
    loop {
        let (found, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        if found == name {
            return after.get(..length);
        }
        rest = after.get(length.next_multiple_of(2)..)?;
    }
}
