//! Truncated, bent and lying files: always an error or a whole picture, never a panic, never half a picture.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is a failed test")]

use packshot::codec::{
    CodecError, DecodeOptions, Output, OutputProfile, PngEffort, Subsampling, decode, encode, probe,
};
use packshot::image::{Format, Plane, Pool, Size};

fn picture(size: Size, deep: bool) -> Plane {
    let mut plane = Plane::zeros(size, if deep { Format::RGBA16 } else { Format::RGBA8 });
    let mut seed = 1_u32;
    for (i, v) in plane.bytes_mut().iter_mut().enumerate() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *v = ((i / 16 % 200) as u8).wrapping_add((seed >> 28) as u8);
    }
    plane
}

fn progressive(pixels: &Plane) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, 90);
    encoder.set_progressive(true);
    let size = pixels.size();
    encoder
        .encode(pixels.bytes(), size.width as u16, size.height as u16, jpeg_encoder::ColorType::Rgba)
        .unwrap();
    out
}

fn compressed_tiff(pixels: &Plane, compression: tiff::encoder::Compression) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut out).unwrap().with_compression(compression);
    let size = pixels.size();
    encoder.write_image::<tiff::encoder::colortype::RGBA8>(size.width, size.height, pixels.bytes()).unwrap();
    out.into_inner()
}

/// One small file of every kind.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let size = Size::new(61, 47);
    let (eight, deep) = (picture(size, false), picture(size, true));
    let write = |pixels: &Plane, output| encode(pixels, &output, OutputProfile::Srgb).unwrap();
    vec![
        ("jpeg 4:2:0", write(&eight, Output::Jpeg { quality: 90, subsampling: Subsampling::S420 })),
        ("jpeg 4:4:4", write(&eight, Output::Jpeg { quality: 90, subsampling: Subsampling::S444 })),
        ("jpeg progressive", progressive(&eight)),
        ("png 8", write(&eight, Output::Png { bits: 8, alpha: true, effort: PngEffort::Fast })),
        ("png small", write(&eight, Output::Png { bits: 8, alpha: false, effort: PngEffort::Small })),
        ("png 16", write(&deep, Output::Png { bits: 16, alpha: true, effort: PngEffort::Fast })),
        ("png grey", write(&eight, Output::GrayPng { bits: 8 })),
        ("tiff 8", write(&eight, Output::Tiff { bits: 8, alpha: true })),
        ("tiff 16", write(&deep, Output::Tiff { bits: 16, alpha: false })),
        ("tiff lzw", compressed_tiff(&eight, tiff::encoder::Compression::Lzw)),
        (
            "tiff deflate",
            compressed_tiff(&eight, tiff::encoder::Compression::Deflate(tiff::encoder::DeflateLevel::Fast)),
        ),
        ("webp lossy", write(&eight, Output::Webp { quality: Some(80), alpha: false })),
        ("webp lossy alpha", write(&eight, Output::Webp { quality: Some(80), alpha: true })),
        ("webp lossless", write(&eight, Output::Webp { quality: None, alpha: true })),
    ]
}

/// Every decoder, also the scaled one.
fn every_way(bytes: &[u8], pool: &Pool) -> Result<Plane, CodecError> {
    let small = DecodeOptions { at_least: Some(Size::new(4, 4)), max_pixels: Some(4_000_000) };
    if let Ok(image) = decode(bytes, &small, pool) {
        pool.give(image.pixels);
    }
    let options = DecodeOptions { max_pixels: Some(4_000_000), ..DecodeOptions::default() };
    decode(bytes, &options, pool).map(|image| image.pixels)
}

#[test]
fn a_truncated_file_is_an_error() {
    let pool = Pool::default();
    for (name, bytes) in samples() {
        let whole = every_way(&bytes, &pool).unwrap();
        let mut survived = Vec::new();
        for length in 0..bytes.len() {
            match every_way(&bytes[..length], &pool) {
                // The last bytes of a file may hold nothing of the picture.
                Ok(pixels) => {
                    // The last word of a plane is padded with whatever was there.
                    assert!(
                        pixels.bytes() == whole.bytes(),
                        "{name} cut to {length} of {}: a wrong picture",
                        bytes.len()
                    );
                    survived.push(bytes.len() - length);
                    pool.give(pixels);
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
        let last = survived.iter().max().copied().unwrap_or(0);
        assert!(last <= 16, "{name}: whole after losing {last} bytes");
    }
}

#[test]
fn a_half_file_is_called_truncated() {
    let pool = Pool::default();
    for (name, bytes) in samples() {
        let error = every_way(&bytes[..bytes.len() / 2 + 200], &pool).unwrap_err();
        assert_eq!(error.code(), "E-DECODE-TRUNCATED", "{name}: {error}");
    }
}

#[test]
fn bent_bytes_never_panic() {
    let rounds = std::env::var("PACKSHOT_FUZZ").ok().and_then(|v| v.parse().ok()).unwrap_or(400);
    let pool = Pool::default();
    let mut gave_up = 0;
    for (name, bytes) in samples() {
        let mut seed = 0x9E37_79B9_u32 ^ bytes.len() as u32;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            seed as usize
        };
        for round in 0..rounds {
            let mut bent = bytes.clone();
            for _ in 0..1 + round % 5 {
                // Half of them in the headers, where lies do most.
                let at = if next() % 2 == 0 { next() % bent.len() } else { next() % bent.len().min(700) };
                bent[at] = match next() % 4 {
                    0 => 0,
                    1 => 0xFF,
                    _ => bent[at] ^ (1 << (next() % 8)),
                };
            }
            match every_way(&bent, &pool) {
                Ok(pixels) => pool.give(pixels),
                Err(error) if error.to_string().contains("gave up") => {
                    gave_up += 1;
                    println!("a decoder panicked on {name}, round {round}");
                }
                Err(_) => {}
            }
        }
    }
    println!("{gave_up} panics were caught");
}

/// A JPEG header that promises 200 megapixels and has no data.
#[test]
fn a_lying_header_costs_nothing() {
    let small = &samples()[0].1;
    let mut bytes = small.clone();
    let at = bytes.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    bytes[at + 5..at + 9].copy_from_slice(&[0x2E, 0xE0, 0x41, 0x1B]);
    assert_eq!(probe(&bytes).unwrap().size, Size::new(16_667, 12_000));
    let error = decode(&bytes, &DecodeOptions::default(), &Pool::default()).unwrap_err();
    assert_eq!(error.code(), "E-DECODE-TRUNCATED", "{error}");
    bytes[at + 5..at + 9].fill(0xFF);
    let error = decode(&bytes, &DecodeOptions::default(), &Pool::default()).unwrap_err();
    assert_eq!(error.code(), "E-TOO-LARGE", "{error}");
}

#[test]
fn the_limit_is_the_callers() {
    let bytes = &samples()[3].1;
    let options = DecodeOptions { max_pixels: Some(2000), ..DecodeOptions::default() };
    assert_eq!(decode(bytes, &options, &Pool::default()).unwrap_err().code(), "E-TOO-LARGE");
}
