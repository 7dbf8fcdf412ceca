//! What is written is read back, by our decoder and by others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is a failed test")]

use packshot::codec::{
    DecodeOptions, FileFormat, Output, OutputProfile, PngEffort, Subsampling, decode, encode, probe,
};
use packshot::colour::srgb_profile;
use packshot::image::{AlphaMode, Format, Image, Plane, Pool, Sample, Size};

const SIZES: [Size; 6] = [
    Size::new(1, 1),
    Size::new(7, 5),
    Size::new(8, 8),
    Size::new(9, 17),
    Size::new(1, 40),
    Size::new(257, 129),
];

/// A soft picture with a soft-edged alpha.
fn picture(size: Size, deep: bool) -> Plane {
    let value = |x: u32, y: u32, c: u32| {
        let (u, v) = (x as f32 / size.width as f32, y as f32 / size.height as f32);
        match c {
            0 => 0.2 + 0.6 * u,
            1 => 0.5 + 0.3 * (v * 3.0).sin(),
            2 => 0.8 - 0.5 * u * v,
            _ => ((u + v) * 1.4 - 0.4).clamp(0.0, 1.0),
        }
    };
    let mut plane = Plane::zeros(size, if deep { Format::RGBA16 } else { Format::RGBA8 });
    for y in 0..size.height {
        for x in 0..size.width {
            for c in 0..4 {
                let i = ((y * size.width + x) * 4 + c) as usize;
                if deep {
                    // Low bits too: 16 bits must survive whole.
                    let noise = (x * 7919 + y * 104_729 + c * 31) % 97;
                    plane.shorts_mut()[i] = (value(x, y, c) * 65_400.0) as u16 + noise as u16;
                } else {
                    plane.bytes_mut()[i] = (value(x, y, c) * 255.0 + 0.5) as u8;
                }
            }
        }
    }
    plane
}

fn read(bytes: &[u8]) -> Image {
    decode(bytes, &DecodeOptions::default(), &Pool::default()).unwrap()
}

/// Largest and mean difference of the colours, and of alpha where both have it.
fn difference(written: &Plane, read: &Plane) -> (f64, f64) {
    let Format::Packed { sample: Sample::U8, channels } = read.format() else { panic!("{}", read.format()) };
    let (mut max, mut sum, mut n) = (0.0_f64, 0.0, 0.0);
    for (a, b) in written.bytes().chunks_exact(4).zip(read.bytes().chunks_exact(channels.into())) {
        for (a, b) in a.iter().zip(b) {
            let d = f64::from(a.abs_diff(*b));
            max = max.max(d);
            sum += d;
            n += 1.0;
        }
    }
    (max, sum / n)
}

#[test]
fn eight_bits_without_loss() {
    for size in SIZES {
        let pixels = picture(size, false);
        for effort in [PngEffort::Fast, PngEffort::Small] {
            for output in [
                Output::Png { bits: 8, alpha: true, effort },
                Output::Png { bits: 8, alpha: false, effort },
                Output::Tiff { bits: 8, alpha: true },
                Output::Tiff { bits: 8, alpha: false },
                Output::Webp { quality: None, alpha: true },
                Output::Webp { quality: None, alpha: false },
            ] {
                let bytes = encode(&pixels, &output, OutputProfile::Srgb).unwrap();
                assert_eq!(probe(&bytes).unwrap().size, size, "{output:?}");
                let back = read(&bytes);
                assert_eq!(difference(&pixels, &back.pixels), (0.0, 0.0), "{output:?} {size}");
                assert!(back.notes.is_empty(), "{output:?}: {:?}", back.notes);
                assert_eq!(back.encoding.name, "sRGB");
            }
        }
    }
}

#[test]
fn sixteen_bits_are_exact() {
    for size in SIZES {
        let pixels = picture(size, true);
        for alpha in [true, false] {
            for output in
                [Output::Png { bits: 16, alpha, effort: PngEffort::Fast }, Output::Tiff { bits: 16, alpha }]
            {
                let back = read(&encode(&pixels, &output, OutputProfile::Srgb).unwrap());
                let channels = if alpha { 4 } else { 3 };
                assert_eq!(back.pixels.format(), Format::Packed { sample: Sample::U16, channels });
                let wanted: Vec<u16> = pixels
                    .shorts()
                    .chunks_exact(4)
                    .flat_map(|p| p[..usize::from(channels)].to_vec())
                    .collect();
                assert!(back.pixels.shorts() == wanted, "{output:?} {size}");
                assert_eq!(back.encoding.tables[0].len(), 65_536);
            }
        }
    }
}

#[test]
fn a_matte_is_one_grey_channel() {
    for (bits, deep) in [(8, false), (16, true)] {
        let pixels = picture(Size::new(31, 9), deep);
        let back = read(&encode(&pixels, &Output::GrayPng { bits }, OutputProfile::Srgb).unwrap());
        let (sample, channels) = back.samples();
        assert_eq!(channels, 1);
        if sample == Sample::U16 {
            let wanted: Vec<u16> = pixels.shorts().iter().skip(3).step_by(4).copied().collect();
            assert!(back.pixels.shorts() == wanted);
        } else {
            let wanted: Vec<u8> = pixels.bytes().iter().skip(3).step_by(4).copied().collect();
            assert!(back.pixels.bytes() == wanted);
        }
    }
}

#[test]
fn lossy_stays_close() {
    for size in SIZES {
        let pixels = picture(size, false);
        for (output, limit) in [
            (Output::Jpeg { quality: 95, subsampling: Subsampling::S444 }, 3.0),
            (Output::Jpeg { quality: 95, subsampling: Subsampling::S420 }, 4.0),
            (Output::Webp { quality: Some(95), alpha: false }, 4.0),
        ] {
            let back = read(&encode(&pixels, &output, OutputProfile::Srgb).unwrap());
            assert_eq!(back.size(), size);
            assert_eq!(back.alpha, AlphaMode::None);
            let (_, mean) = difference(&pixels, &back.pixels);
            // Few pixels make steep gradients, which shared colour cannot follow.
            let limit = if size.pixels() < 1000 { 3.0 * limit } else { limit };
            assert!(mean < limit, "{output:?} {size}: mean {mean}");
        }
    }
}

/// The alpha plane of a lossy WebP is ours, the colours libwebp's: libwebp itself must read both.
#[test]
fn webp_alpha_is_exact_for_libwebp_too() {
    for size in SIZES {
        let mut pixels = picture(size, false);
        let output = Output::Webp { quality: Some(90), alpha: true };
        for noisy in [false, true] {
            if noisy {
                let alphas = pixels.bytes_mut().iter_mut().skip(3).step_by(4);
                alphas.enumerate().for_each(|(i, a)| *a = ((i * 2_654_435_761) >> 7) as u8);
            }
            let bytes = encode(&pixels, &output, OutputProfile::Srgb).unwrap();
            let wanted: Vec<u8> = pixels.bytes().iter().skip(3).step_by(4).copied().collect();
            let other = webp::Decoder::new(&bytes).decode().expect("libwebp reads it");
            assert_eq!((other.width(), other.height()), (size.width, size.height));
            let theirs: Vec<u8> = if other.is_alpha() {
                other.iter().skip(3).step_by(4).copied().collect()
            } else {
                vec![255; size.pixels()]
            };
            assert!(theirs == wanted, "libwebp, {size}");
            let back = read(&bytes);
            if back.alpha == AlphaMode::Straight {
                let ours: Vec<u8> = back.pixels.bytes().iter().skip(3).step_by(4).copied().collect();
                assert!(ours == wanted, "image-webp, {size}");
            }
        }
    }
}

#[test]
fn the_profile_is_there_when_asked_for() {
    let eight = picture(Size::new(20, 10), false);
    let contains = |bytes: &[u8]| bytes.windows(srgb_profile().len()).any(|w| w == srgb_profile());
    for output in [
        Output::Jpeg { quality: 90, subsampling: Subsampling::S420 },
        Output::Tiff { bits: 8, alpha: true },
        Output::Webp { quality: Some(80), alpha: true },
        Output::Webp { quality: Some(80), alpha: false },
        Output::Webp { quality: None, alpha: true },
    ] {
        assert!(contains(&encode(&eight, &output, OutputProfile::Srgb).unwrap()), "{output:?}");
        let bare = encode(&eight, &output, OutputProfile::None).unwrap();
        assert!(!contains(&bare), "{output:?}");
        assert!(!read(&bare).notes.is_empty(), "a picture without a profile says so");
    }
    let png = Output::Png { bits: 8, alpha: true, effort: PngEffort::Fast };
    let bytes = encode(&eight, &png, OutputProfile::Srgb).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    assert_eq!(reader.info().icc_profile.as_deref(), Some(srgb_profile()));
}

#[test]
fn other_decoders_agree() {
    let size = Size::new(64, 48);
    let pixels = picture(size, false);
    let jpeg = Output::Jpeg { quality: 92, subsampling: Subsampling::S444 };
    let bytes = encode(&pixels, &jpeg, OutputProfile::Srgb).unwrap();
    let mut other = jpeg_decoder::Decoder::new(&*bytes);
    let theirs = other.decode().unwrap();
    assert_eq!(other.icc_profile().as_deref(), Some(srgb_profile()));
    let ours = read(&bytes);
    let apart = theirs.iter().zip(ours.pixels.bytes()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(apart <= Some(2), "two JPEG decoders are {apart:?} apart");
    let lossy = Output::Webp { quality: Some(90), alpha: false };
    let bytes = encode(&pixels, &lossy, OutputProfile::Srgb).unwrap();
    let theirs = webp::Decoder::new(&bytes).decode().expect("libwebp reads it");
    let ours = read(&bytes);
    let apart = theirs.iter().zip(ours.pixels.bytes()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(apart <= Some(3), "two WebP decoders are {apart:?} apart");
}

#[test]
fn what_does_not_fit_is_refused() {
    let eight = picture(Size::new(4, 4), false);
    let deep = picture(Size::new(4, 4), true);
    let code = |pixels: &Plane, output| encode(pixels, &output, OutputProfile::None).unwrap_err().code();
    assert_eq!(code(&deep, Output::Jpeg { quality: 90, subsampling: Subsampling::S444 }), "E-OUTPUT-PIXELS");
    assert_eq!(code(&eight, Output::Tiff { bits: 16, alpha: true }), "E-OUTPUT-PIXELS");
    assert_eq!(code(&eight, Output::Tiff { bits: 12, alpha: true }), "E-FORMAT-UNSUPPORTED");
    let wide = Plane::zeros(Size::new(16_384, 1), Format::RGBA8);
    assert_eq!(code(&wide, Output::Webp { quality: None, alpha: true }), "E-OUTPUT-SIZE");
    let wider = Plane::zeros(Size::new(65_536, 1), Format::RGBA8);
    assert_eq!(code(&wider, Output::Jpeg { quality: 90, subsampling: Subsampling::S444 }), "E-OUTPUT-SIZE");
    let none = Plane::zeros(Size::new(0, 3), Format::RGBA8);
    assert_eq!(code(&none, Output::Webp { quality: None, alpha: true }), "E-OUTPUT-PIXELS");
    #[cfg(not(feature = "avif"))]
    assert_eq!(code(&eight, Output::Avif { quality: 80, alpha: true }), "E-NOT-BUILT");
}

#[test]
fn outputs_know_their_names() {
    assert_eq!(Output::GrayPng { bits: 8 }.extension(), "png");
    assert_eq!(Output::Jpeg { quality: 1, subsampling: Subsampling::S420 }.extension(), "jpg");
    assert_eq!(Output::Tiff { bits: 8, alpha: false }.extension(), "tif");
    assert!(Output::Tiff { bits: 16, alpha: false }.wants_16_bits());
    assert!(!Output::Webp { quality: None, alpha: false }.wants_16_bits());
}

#[cfg(feature = "avif")]
#[test]
fn avif_has_the_right_brand() {
    let bytes = encode(
        &picture(Size::new(33, 17), false),
        &Output::Avif { quality: 80, alpha: true },
        OutputProfile::Srgb,
    );
    assert_eq!(bytes.unwrap().get(4..12), Some(&b"ftypavif"[..]));
}

#[test]
fn strangers_are_named() {
    let code = |bytes: &[u8]| probe(bytes).unwrap_err();
    assert_eq!(code(b"").code(), "E-EMPTY-FILE");
    for (bytes, word) in [
        (&b"GIF89a...."[..], "GIF"),
        (b"8BPS\0\x01", "Photoshop"),
        (b"\0\0\0\x18ftypheic\0\0", "HEIC"),
        (b"<html>", "text"),
        (b"anything", "known"),
    ] {
        let error = code(bytes);
        assert_eq!(error.code(), "E-FORMAT-UNKNOWN");
        assert!(error.to_string().contains(word), "{error}");
        assert!(!error.help().is_empty());
    }
    assert_eq!(FileFormat::of(b"II*\0").unwrap(), FileFormat::Tiff);
}
