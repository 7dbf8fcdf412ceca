//! Finished files in other spaces than sRGB, read back: grey, other RGB and ink; and what files claim of their
//! colours besides a profile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is a failed test")]

#[path = "common/files.rs"]
mod files;

use std::io::Cursor;

use packshot::codec::{DecodeOptions, Output, OutputProfile, PngEffort, Subsampling, decode, encode};
use packshot::colour::{OutputSpace, srgb_profile};
use packshot::image::{
    D50, Format, Image, Plane, Pool, Primaries, Sample, Size, adaptation, invert, multiply,
};

const SIZE: Size = Size::new(32, 16);

fn read(bytes: &[u8]) -> Image {
    decode(bytes, &DecodeOptions::default(), &Pool::default()).unwrap()
}

/// Channels of different slopes, so that none can stand for another.
fn picture(deep: bool) -> Plane {
    let mut plane = Plane::zeros(SIZE, if deep { Format::RGBA16 } else { Format::RGBA8 });
    for i in 0..SIZE.pixels() * 4 {
        let (x, y, c) = (i / 4 % 32, i / 128, i % 4);
        let code = 20 + [6 * x, 12 * y, 220 - 3 * x - 6 * y, 4 * x + 3 * y][c];
        if deep {
            plane.shorts_mut()[i] = (code * 257 + (i * 31) % 97) as u16;
        } else {
            plane.bytes_mut()[i] = code as u8;
        }
    }
    plane
}

/// These channels of a plane's pixels as 16-bit codes.
fn channels(plane: &Plane, chosen: &[usize]) -> Vec<u16> {
    let Format::Packed { sample, channels } = plane.format() else { panic!("{}", plane.format()) };
    let at = |i: usize| match sample {
        Sample::U8 => u16::from(plane.bytes()[i]) * 257,
        _ => plane.shorts()[i],
    };
    let pixels = 0..plane.size().pixels();
    pixels.flat_map(|p| chosen.iter().map(move |c| at(p * usize::from(channels) + c))).collect()
}

const fn png(bits: u8, alpha: bool) -> Output {
    Output::Png { bits, alpha, effort: PngEffort::Fast }
}

const fn jpeg(subsampling: Subsampling) -> Output {
    Output::Jpeg { quality: 98, subsampling }
}

fn write(pixels: &Plane, output: &Output, icc: &[u8]) -> Vec<u8> {
    encode(pixels, output, OutputProfile::Icc(icc)).unwrap()
}

#[test]
fn grey_is_one_channel_in_every_format_that_has_it() {
    let space = OutputSpace::grey();
    for bits in [8, 16] {
        let pixels = picture(bits == 16);
        for alpha in [false, true] {
            for output in [png(bits, alpha), Output::Tiff { bits, alpha }] {
                let bytes = write(&pixels, &output, &space.icc);
                let image = read(&bytes);
                // Grey with alpha is spread over four channels while loading.
                let found = if alpha {
                    channels(&image.pixels, &[0, 1, 2, 3])
                } else {
                    channels(&image.pixels, &[0])
                };
                let wanted = if alpha { &[0, 0, 0, 3][..] } else { &[0] };
                assert_eq!(image.samples().1, if alpha { 4 } else { 1 }, "{output:?}");
                assert!(found == channels(&pixels, wanted), "{output:?}");
                assert_eq!((image.encoding.name.as_str(), image.notes.len()), (space.name.as_str(), 0));
                if matches!(output, Output::Png { .. }) {
                    assert_eq!(bytes[25], if alpha { 4 } else { 0 }, "PNG's colour type");
                }
            }
        }
    }
    let pixels = picture(false);
    let bytes = write(&pixels, &jpeg(Subsampling::S420), &space.icc);
    let mut other = jpeg_decoder::Decoder::new(&*bytes);
    other.read_info().unwrap();
    assert_eq!(other.info().unwrap().pixel_format, jpeg_decoder::PixelFormat::L8);
    let image = read(&bytes);
    assert_eq!((image.samples(), image.notes.len()), ((Sample::U8, 1), 0));
    let apart =
        image.pixels.bytes().iter().zip(pixels.bytes().iter().step_by(4)).map(|(a, b)| a.abs_diff(*b));
    assert!(apart.max() <= Some(3));
}

#[test]
fn other_rgb_keeps_its_codes_and_its_name() {
    for space in [OutputSpace::display_p3(), OutputSpace::adobe_rgb()] {
        for bits in [8, 16] {
            let pixels = picture(bits == 16);
            let mut outputs = vec![png(bits, true), png(bits, false), Output::Tiff { bits, alpha: true }];
            if bits == 8 {
                outputs.push(Output::Webp { quality: None, alpha: true });
            }
            for output in outputs {
                let image = read(&write(&pixels, &output, &space.icc));
                assert_eq!((image.encoding.name.as_str(), image.notes.len()), (space.name.as_str(), 0));
                assert!(channels(&image.pixels, &[0, 1, 2]) == channels(&pixels, &[0, 1, 2]), "{output:?}");
            }
        }
    }
}

/// Working light of one pixel of a photograph.
fn light(image: &Image, pixel: usize) -> [f32; 3] {
    let codes = &image.pixels.shorts()[pixel * 3..][..3];
    let linear = [0, 1, 2].map(|c| image.encoding.tables[c][usize::from(codes[c])]);
    image.encoding.to_working.map(|row| row.iter().zip(linear).map(|(m, v)| m * v).sum())
}

/// Working light of ink, by the formula of [`files::ink_profile`].
fn printed(ink: [f64; 4]) -> [f64; 3] {
    let to_xyz = Primaries::REC2020.to_xyz().unwrap();
    let white = to_xyz.map(|row| row.iter().sum::<f64>());
    let matrix = multiply(multiply(invert(to_xyz).unwrap(), adaptation(D50, white)), files::PAPER);
    let left = [0, 1, 2].map(|c| (1.0 - ink[c]) * (1.0 - ink[3]));
    matrix.map(|row| row.iter().zip(left).map(|(m, v)| m * v).sum())
}

/// Pixels of ink whose colours the profile's table has exactly: above without black, below black alone.
fn inks(deep: bool) -> Plane {
    let mut plane = picture(deep);
    for i in 0..SIZE.pixels() * 4 {
        if (i % 4 == 3) == (i < SIZE.pixels() * 2) {
            if deep { plane.shorts_mut()[i] = 0 } else { plane.bytes_mut()[i] = 0 }
        }
    }
    plane
}

/// Largest difference of a file's light to that of the ink in `pixels`.
fn off(bytes: &[u8], pixels: &Plane) -> f64 {
    let image = read(bytes);
    assert_eq!(image.samples(), (Sample::U16, 3));
    assert!(image.notes.iter().all(|n| n.contains("converted from")), "{:?}", image.notes);
    let ink = channels(pixels, &[0, 1, 2, 3]);
    let mut worst = 0.0_f64;
    for (i, ink) in ink.as_chunks::<4>().0.iter().enumerate() {
        let wanted = printed(ink.map(|v| f64::from(v) / 65_535.0));
        for (found, wanted) in light(&image, i).iter().zip(wanted) {
            worst = worst.max((f64::from(*found) - wanted).abs());
        }
    }
    worst
}

#[test]
fn ink_is_read_as_it_was_written() {
    let icc = files::ink_profile(true);
    for bits in [8, 16] {
        let pixels = inks(bits == 16);
        let output = Output::Tiff { bits, alpha: false };
        let bytes = write(&pixels, &output, &icc);
        let worst = off(&bytes, &pixels);
        assert!(worst < 3e-4, "{output:?}: {worst}");
        let mut other = tiff::decoder::Decoder::new(Cursor::new(&bytes)).unwrap();
        assert_eq!(other.colortype().unwrap(), tiff::ColorType::CMYK(bits));
        let tag = |other: &mut tiff::decoder::Decoder<_>, id| other.get_tag_u32(tiff::tags::Tag::Unknown(id));
        assert_eq!(other.get_tag_u32(tiff::tags::Tag::PhotometricInterpretation).unwrap(), 5);
        assert_eq!(tag(&mut other, 332).unwrap(), 1, "the set of inks");
    }
    let pixels = inks(false);
    for subsampling in [Subsampling::S444, Subsampling::S420] {
        let bytes = write(&pixels, &jpeg(subsampling), &icc);
        let worst = off(&bytes, &pixels);
        assert!(worst < 0.02, "{subsampling:?}: {worst}");
        let mark = bytes.windows(5).position(|w| w == b"Adobe").unwrap();
        assert_eq!((&bytes[mark - 4..mark], bytes[mark + 11]), (&[0xFF, 0xEE, 0, 14][..], 0));
    }
}

/// What is read of a flat JPEG of ink; the encoder inverts what it is given.
fn inked(ink: [u8; 4], kind: jpeg_encoder::ColorType, mark: bool) -> [f32; 3] {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 100);
    encoder.add_icc_profile(&files::ink_profile(true)).unwrap();
    encoder.encode(&ink.repeat(64), 8, 8, kind).unwrap();
    if !mark {
        let at = bytes.windows(5).position(|w| w == b"Adobe").unwrap() - 4;
        bytes.drain(at..at + 16);
    }
    light(&read(&bytes), 9)
}

/// Adobe's programs store ink inverted and say so by their mark; without the mark it is as it is.
#[test]
fn a_mark_of_adobe_means_inverted_ink() {
    use jpeg_encoder::ColorType::{Cmyk, CmykAsYcck};
    for ink in [[200_u8, 40, 120, 0], [0, 0, 0, 70]] {
        let inverted = ink.map(|v| 255 - v);
        for (given, kind, mark) in [(ink, Cmyk, true), (ink, CmykAsYcck, true), (inverted, Cmyk, false)] {
            let found = inked(given, kind, mark);
            for (found, wanted) in found.iter().zip(printed(ink.map(|v| f64::from(v) / 255.0))) {
                assert!((f64::from(*found) - wanted).abs() < 0.01, "{kind:?} {mark}: {found} for {wanted}");
            }
        }
    }
}

#[test]
fn what_a_format_cannot_hold_is_refused() {
    let (grey, ink) = (OutputSpace::grey(), files::ink_profile(true));
    let p3 = OutputSpace::display_p3();
    let (eight, deep) = (picture(false), picture(true));
    let mut lab = srgb_profile().to_vec();
    lab[16..20].copy_from_slice(b"Lab ");
    let lossless = |alpha| Output::Webp { quality: None, alpha };
    let avif = Output::Avif { quality: 80, alpha: false };
    for (pixels, output, icc, word) in [
        (&eight, lossless(false), &*grey.icc, "WebP cannot hold grey"),
        (&eight, Output::Webp { quality: Some(80), alpha: true }, &grey.icc, "grey"),
        (&eight, avif, &grey.icc, "grey"),
        (&eight, avif, &ink, "CMYK"),
        (&eight, avif, &p3.icc, "other than sRGB"),
        (&eight, png(8, false), &ink, "PNG cannot hold CMYK"),
        (&deep, png(16, false), &ink, "CMYK"),
        (&eight, lossless(false), &ink, "CMYK"),
        (&eight, Output::Tiff { bits: 8, alpha: true }, &ink, "CMYK with alpha"),
        (&deep, Output::GrayPng { bits: 16 }, &ink, "CMYK"),
        (&eight, jpeg(Subsampling::S444), &lab, "“Lab ”"),
        (&eight, jpeg(Subsampling::S444), b"short", "broken"),
    ] {
        let error = encode(pixels, &output, OutputProfile::Icc(icc)).unwrap_err();
        assert_eq!(error.code(), "E-OUTPUT-COLOURS", "{output:?}: {error}");
        assert!(error.to_string().contains(word), "{output:?}: {error}");
        assert!(error.help().contains("CMYK"));
    }
    // A layer has no colours, whatever the profile.
    let layer = Plane::zeros(SIZE, Format::Gray);
    assert!(encode(&layer, &Output::GrayPng { bits: 16 }, OutputProfile::Icc(&ink)).is_ok());
}

/// A JPEG with EXIF and a profile.
fn claimed(exif: &[u8], icc: &[u8]) -> Image {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
    encoder.add_exif_metadata(exif).unwrap();
    encoder.add_icc_profile(icc).unwrap();
    encoder.encode(&[90; 192], 8, 8, jpeg_encoder::ColorType::Rgb).unwrap();
    read(&bytes)
}

#[test]
fn exif_that_contradicts_the_profile_is_reported_and_not_believed() {
    let (adobe, p3) = (OutputSpace::adobe_rgb(), OutputSpace::display_p3());
    let gamma = moxcms::ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
    for (space, index, icc, contradiction) in [
        (1, b"R98\0", &*adobe.icc, Some("EXIF (sRGB)")),
        (1, b"R98\0", &p3.icc, Some("EXIF (sRGB)")),
        (1, b"R98\0", srgb_profile(), None),
        (65_535, b"R03\0", &adobe.icc, None),
        (65_535, b"R03\0", srgb_profile(), Some("EXIF (Adobe RGB)")),
        (65_535, b"R98\0", &adobe.icc, None),
    ] {
        let image = claimed(&files::exif(space, index), icc);
        let notes = &image.notes;
        assert_eq!(notes.len(), usize::from(contradiction.is_some()), "{space} {index:?}: {notes:?}");
        if let Some(words) = contradiction {
            assert!(notes[0].contains(words) && notes[0].contains(&image.encoding.name), "{notes:?}");
            assert_ne!(image.encoding.name, "Adobe RGB (1998)", "the profile's name, not EXIF's");
        }
    }
    let mut grey = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut grey, 95);
    encoder.add_exif_metadata(&files::exif(1, b"R98\0")).unwrap();
    encoder.add_icc_profile(&gamma).unwrap();
    encoder.encode(&[90; 64], 8, 8, jpeg_encoder::ColorType::Luma).unwrap();
    assert!(read(&grey).notes.is_empty(), "gamma 2.2 is as good as sRGB");
}

/// A PNG of one pixel with a profile, and code points where they are given.
fn pointed(icc: &[u8], points: Option<[u8; 4]>) -> Image {
    let pixels = Plane::zeros(Size::new(1, 1), Format::RGBA8);
    let mut bytes = write(&pixels, &png(8, false), icc);
    if let Some(points) = points {
        let mut chunk = vec![0, 0, 0, 4];
        chunk.extend(b"cICP");
        chunk.extend(points);
        chunk.extend(files::crc(&chunk[4..]).to_be_bytes());
        bytes.splice(33..33, chunk);
    }
    read(&bytes)
}

#[test]
fn code_points_that_contradict_the_profile_are_reported_and_not_believed() {
    let p3 = OutputSpace::display_p3();
    let agreeing = pointed(&p3.icc, Some([12, 13, 0, 1]));
    assert_eq!((agreeing.encoding.name.as_str(), agreeing.notes.len()), ("Display P3", 0));
    for points in [[12, 13, 0, 1], [9, 16, 0, 1]] {
        let image = pointed(srgb_profile(), Some(points));
        assert_eq!(image.encoding.name, "sRGB");
        assert!(image.notes.len() == 1 && image.notes[0].contains("code points"), "{:?}", image.notes);
    }
    assert!(pointed(srgb_profile(), None).notes.is_empty());
}

/// A TIFF says Adobe RGB as a JPEG does: in EXIF, by an index in a directory of its own.
#[test]
fn exif_names_the_colours_of_a_tiff() {
    for (index, name, notes) in [(b"R03\0", "Adobe RGB (1998)", 0), (b"R98\0", "sRGB", 1)] {
        let mut file = Cursor::new(Vec::new());
        let mut encoder = tiff::encoder::TiffEncoder::new(&mut file).unwrap();
        // Its own directories, made before the picture's, which names the first of them.
        let mut directory = encoder.extra_directory().unwrap();
        directory.write_tag(tiff::tags::Tag::Unknown(1), std::str::from_utf8(&index[..3]).unwrap()).unwrap();
        let interoperability = directory.finish_with_offsets().unwrap();
        let mut directory = encoder.extra_directory().unwrap();
        directory.write_tag(tiff::tags::Tag::Unknown(0xA001), 65_535_u16).unwrap();
        directory.write_tag(tiff::tags::Tag::Unknown(0xA005), interoperability.offset).unwrap();
        let exif = directory.finish_with_offsets().unwrap();
        let mut image = encoder.new_image::<tiff::encoder::colortype::RGB8>(1, 1).unwrap();
        image.encoder().write_tag(tiff::tags::Tag::ExifDirectory, exif.offset).unwrap();
        image.write_data(&[9, 90, 200]).unwrap();
        let image = read(file.get_ref());
        assert_eq!((image.encoding.name.as_str(), image.notes.len()), (name, notes), "{:?}", image.notes);
    }
}
