//! The kinds of files that cameras and editors make: colour types, depths, orientation, inks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is a failed test")]

use std::io::Cursor;

use packshot::codec::{DecodeOptions, decode, probe};
use packshot::image::{AlphaMode, Format, Image, Pool, Sample, Size};

fn read(bytes: &[u8]) -> Image {
    decode(bytes, &DecodeOptions::default(), &Pool::default()).unwrap()
}

/// A PNG of these raw rows.
fn png_of(
    size: Size,
    colour: png::ColorType,
    depth: png::BitDepth,
    rows: &[u8],
    setup: impl FnOnce(&mut png::Info<'_>),
) -> Vec<u8> {
    let mut info = png::Info::with_size(size.width, size.height);
    info.color_type = colour;
    info.bit_depth = depth;
    setup(&mut info);
    let mut out = Vec::new();
    let mut writer = png::Encoder::with_info(&mut out, info).unwrap().write_header().unwrap();
    writer.write_image_data(rows).unwrap();
    writer.finish().unwrap();
    out
}

#[test]
fn png_of_every_kind() {
    use png::{BitDepth as D, ColorType as C};
    let size = Size::new(4, 2);
    let grey2 = read(&png_of(size, C::Grayscale, D::Two, &[0b00_01_10_11, 0b11_10_01_00], |_| {}));
    assert_eq!(grey2.pixels.bytes(), [0, 85, 170, 255, 255, 170, 85, 0]);
    assert_eq!(grey2.samples(), (Sample::U8, 1));
    let palette = read(&png_of(size, C::Indexed, D::Four, &[0x01, 0x10, 0x11, 0x00], |i| {
        i.palette = Some((&[10, 20, 30, 200, 210, 220][..]).into());
    }));
    assert_eq!(palette.samples(), (Sample::U8, 3));
    assert_eq!(palette.pixels.bytes()[..6], [10, 20, 30, 200, 210, 220]);
    let clear = read(&png_of(size, C::Indexed, D::Four, &[0x01, 0x10, 0x11, 0x00], |i| {
        i.palette = Some((&[10, 20, 30, 200, 210, 220][..]).into());
        i.trns = Some((&[0][..]).into());
    }));
    assert_eq!((clear.samples(), clear.alpha), ((Sample::U8, 4), AlphaMode::Straight));
    assert_eq!(clear.pixels.bytes()[..8], [10, 20, 30, 0, 200, 210, 220, 255]);
    let rows: Vec<u8> = (0..4 * 2 * 2 * 2).collect();
    let grey_alpha = read(&png_of(size, C::GrayscaleAlpha, D::Sixteen, &rows, |_| {}));
    assert_eq!(grey_alpha.samples(), (Sample::U16, 4));
    assert_eq!(grey_alpha.pixels.shorts()[..4], [0x0001, 0x0001, 0x0001, 0x0203]);
    let rows: Vec<u8> = [1, 2, 3, 255].repeat(8);
    let opaque = read(&png_of(size, C::Rgba, D::Eight, &rows, |_| {}));
    assert_eq!(opaque.alpha, AlphaMode::None, "alpha that is all opaque is none");
}

#[test]
fn png_says_its_colours() {
    use png::{BitDepth as D, ColorType as C};
    let size = Size::new(1, 1);
    let with =
        |setup: &dyn Fn(&mut png::Info<'_>)| read(&png_of(size, C::Rgb, D::Eight, &[255, 128, 0], setup));
    let plain = with(&|_| {});
    assert!(plain.notes[0].contains("no colour profile"), "{:?}", plain.notes);
    let srgb = with(&|i| i.srgb = Some(png::SrgbRenderingIntent::Perceptual));
    assert!(srgb.notes.is_empty() && srgb.encoding.name == "sRGB");
    let gamma = with(&|i| i.source_gamma = Some(png::ScaledFloat::from_scaled(100_000)));
    assert!((gamma.encoding.tables[0][128] - 128.0 / 255.0).abs() < 1e-6, "gamma 1 is linear");
    let p3 = png::CodingIndependentCodePoints {
        color_primaries: 12,
        transfer_function: 13,
        matrix_coefficients: 0,
        is_video_full_range_image: true,
    };
    let broken = with(&|i| i.icc_profile = Some((&[1, 2, 3][..]).into()));
    assert!(broken.notes.iter().any(|n| n.contains("ignored")), "{:?}", broken.notes);
    // The writer leaves the code points out, so the chunk is put in by hand after the header.
    let mut bytes = png_of(size, C::Rgb, D::Eight, &[255, 128, 0], |_| {});
    let chunk = [p3.color_primaries, p3.transfer_function, p3.matrix_coefficients, 1];
    let mut made = vec![0, 0, 0, 4];
    made.extend(b"cICP");
    made.extend(chunk);
    made.extend(crc(&made[4..]).to_be_bytes());
    bytes.splice(33..33, made);
    let points = read(&bytes);
    assert!(points.encoding.name.contains("P3"), "{} {:?}", points.encoding.name, points.notes);
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |c, b| {
        (0..8).fold(c ^ u32::from(*b), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 })
    })
}

/// An EXIF block with an orientation, and a colour space where one is given.
fn exif(orientation: u16, colour_space: Option<(u16, &[u8; 4])>) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let mut e = tag.to_le_bytes().to_vec();
        e.extend(kind.to_le_bytes());
        e.extend(count.to_le_bytes());
        e.extend(value);
        e
    };
    let short = |v: u16| [v.to_le_bytes()[0], v.to_le_bytes()[1], 0, 0];
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend([2, 0]);
    out.extend(entry(0x0112, 3, 1, short(orientation)));
    out.extend(entry(0x8769, 4, 1, 38_u32.to_le_bytes()));
    out.extend([0; 4]);
    let (space, index) = colour_space.unwrap_or((0, b"\0\0\0\0"));
    out.extend([2, 0]);
    out.extend(entry(0xA001, 3, 1, short(space)));
    out.extend(entry(0xA005, 4, 1, 68_u32.to_le_bytes()));
    out.extend([0; 4]);
    out.extend([1, 0]);
    out.extend(entry(0x0001, 2, 4, *index));
    out.extend([0; 4]);
    out
}

/// Red on the left, blue on the right, 32×16.
fn jpeg(exif: Option<&[u8]>) -> Vec<u8> {
    let row: Vec<u8> = (0..32).flat_map(|x| if x < 16 { [220, 20, 20] } else { [20, 20, 220] }).collect();
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, 95);
    if let Some(exif) = exif {
        encoder.add_exif_metadata(exif).unwrap();
    }
    encoder.encode(&row.repeat(16), 32, 16, jpeg_encoder::ColorType::Rgb).unwrap();
    out
}

#[test]
fn orientation_is_honoured() {
    for (tag, size, red_at) in [
        (1, Size::new(32, 16), (4, 8)),
        (3, Size::new(32, 16), (28, 8)),
        (6, Size::new(16, 32), (8, 4)),
        (8, Size::new(16, 32), (8, 28)),
    ] {
        let block = exif(tag, None);
        let stored = Size::new(32, 16);
        let mut files = vec![jpeg(Some(&block))];
        files.push(png_of(
            stored,
            png::ColorType::Rgb,
            png::BitDepth::Eight,
            read(&jpeg(None)).pixels.bytes(),
            |i| {
                i.exif_metadata = Some(block.clone().into());
            },
        ));
        let mut webp = Vec::new();
        let mut encoder = image_webp::WebPEncoder::new(&mut webp);
        encoder.set_exif_metadata(block.clone());
        encoder.encode(read(&jpeg(None)).pixels.bytes(), 32, 16, image_webp::ColorType::Rgb8).unwrap();
        files.push(webp);
        let mut tiff = Cursor::new(Vec::new());
        let mut encoder = tiff::encoder::TiffEncoder::new(&mut tiff).unwrap();
        let mut image = encoder.new_image::<tiff::encoder::colortype::RGB8>(32, 16).unwrap();
        image.encoder().write_tag(tiff::tags::Tag::Orientation, tag).unwrap();
        image.write_data(read(&jpeg(None)).pixels.bytes()).unwrap();
        files.push(tiff.into_inner());
        for (kind, file) in ["jpeg", "png", "webp", "tiff"].iter().zip(&files) {
            let header = probe(file).unwrap();
            let image = read(file);
            assert_eq!(
                (header.size, header.stored_size, image.full_size),
                (size, stored, size),
                "{kind} {tag}"
            );
            assert_eq!(image.size(), size);
            let at = (red_at.1 * size.width + red_at.0) as usize * 3;
            let p = &image.pixels.bytes()[at..at + 3];
            assert!(p[0] > 180 && p[2] < 60, "{kind} {tag}: {p:?}");
        }
    }
}

#[test]
fn exif_names_the_colours() {
    let name = |space, index| {
        let image = read(&jpeg(Some(&exif(1, Some((space, index))))));
        (image.encoding.name.clone(), image.notes.len())
    };
    assert_eq!(name(1, b"R98\0"), ("sRGB".into(), 0));
    assert_eq!(name(65_535, b"R03\0"), ("Adobe RGB (1998)".into(), 0));
    assert_eq!(name(65_535, b"R98\0"), ("sRGB".into(), 1));
}

#[test]
fn jpeg_of_every_model() {
    use jpeg_encoder::{ColorType, Encoder};
    let make = |samples: &[u8], kind| {
        let mut out = Vec::new();
        Encoder::new(&mut out, 100).encode(samples, 8, 8, kind).unwrap();
        out
    };
    let grey = read(&make(&[77; 64], ColorType::Luma));
    assert_eq!(grey.samples(), (Sample::U8, 1));
    assert_eq!(grey.pixels.bytes()[9], 77);
    // The encoder takes amounts of ink, stores them inverted and writes the Adobe mark.
    for kind in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let mut light = 0;
        for ink in [[255, 0, 0, 0], [0, 0, 0, 255], [0; 4]] {
            let image = read(&make(&ink.repeat(64), kind));
            assert_eq!(image.samples(), (Sample::U16, 3), "{kind:?}");
            assert!(image.notes.iter().any(|n| n.contains("CMYK without a profile")));
            light += usize::from(image.pixels.shorts()[0] > 65_000);
        }
        assert_eq!(light, 1, "{kind:?}: one of them is paper");
    }
}

#[test]
fn a_scaled_decode_is_large_enough_and_says_so() {
    let (width, height) = (803_u32, 601_u32);
    let samples: Vec<u8> =
        (0..width * height).flat_map(|i| [(i % width / 4) as u8, (i / width / 4) as u8, 90]).collect();
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 92);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.add_exif_metadata(&exif(6, None)).unwrap();
    encoder.encode(&samples, width as u16, height as u16, jpeg_encoder::ColorType::Rgb).unwrap();
    let full = read(&bytes);
    assert_eq!(full.size(), Size::new(601, 803));
    let options = DecodeOptions { at_least: Some(Size::new(140, 190)), ..DecodeOptions::default() };
    let small = decode(&bytes, &options, &Pool::default()).unwrap();
    assert_eq!((small.size(), small.full_size), (Size::new(151, 201), Size::new(601, 803)));
    let at = |image: &Image, x: u32, y: u32| {
        let i = (y * image.size().width + x) as usize * 3;
        image.pixels.bytes()[i..i + 3].to_vec()
    };
    for (x, y) in [(20, 20), (75, 100), (130, 180)] {
        let apart =
            at(&small, x, y).iter().zip(at(&full, x * 4 + 2, y * 4 + 2)).map(|(a, b)| a.abs_diff(b)).max();
        assert!(apart < Some(6), "{apart:?} at {x}, {y}");
    }
}

/// A TIFF by hand: any photometric interpretation, planes, alpha.
fn tiff_of(
    size: Size,
    bits: u16,
    samples: u16,
    photometric: u16,
    planar: bool,
    extra: Option<u16>,
    data: &[u8],
) -> Vec<u8> {
    let planes = if planar { u32::from(samples) } else { 1 };
    let mut entries: Vec<(u16, u16, u32, u32)> = vec![
        (256, 4, 1, size.width),
        (257, 4, 1, size.height),
        (259, 3, 1, 1),
        (262, 3, 1, photometric.into()),
        (277, 3, 1, samples.into()),
        (278, 4, 1, size.height),
        (284, 3, 1, 1 + u32::from(planar)),
    ];
    entries.extend(extra.map(|e| (338, 3, 1, u32::from(e))));
    let start = 8 + 2 + 12 * (entries.len() as u32 + 3) + 4;
    let bits_at = start;
    let offsets_at = bits_at + 2 * u32::from(samples).max(4);
    let counts_at = offsets_at + 4 * planes;
    let data_at = counts_at + 4 * planes;
    let each = data.len() as u32 / planes;
    let many = |one: u32, at: u32| if planes == 1 { one } else { at };
    entries.push((273, 4, planes, many(data_at, offsets_at)));
    entries.push((279, 4, planes, many(each, counts_at)));
    entries.push((258, 3, samples.into(), if samples <= 2 { u32::from(bits) * 0x1_0001 } else { bits_at }));
    entries.sort_unstable();
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    out.extend([0; 4]);
    out.extend(bits.to_le_bytes().repeat(samples.max(4).into()));
    (0..planes).for_each(|p| out.extend((data_at + p * each).to_le_bytes()));
    (0..planes).for_each(|_| out.extend(each.to_le_bytes()));
    out.extend(data);
    out
}

#[test]
fn tiff_of_every_layout() {
    let size = Size::new(3, 1);
    let planar = read(&tiff_of(size, 8, 3, 2, true, None, &[1, 2, 3, 11, 12, 13, 21, 22, 23]));
    assert_eq!(planar.pixels.bytes(), [1, 11, 21, 2, 12, 22, 3, 13, 23]);
    let white_is_zero = read(&tiff_of(size, 8, 1, 0, false, None, &[0, 100, 255]));
    assert_eq!(white_is_zero.pixels.bytes(), [255, 155, 0]);
    let four_bits = read(&tiff_of(size, 4, 1, 1, false, None, &[0x0F, 0x80]));
    assert_eq!(four_bits.pixels.bytes(), [0, 255, 136]);
    let one_bit = read(&tiff_of(size, 1, 1, 1, false, None, &[0b0100_0000]));
    assert_eq!(one_bit.pixels.bytes(), [0, 255, 0]);
    let straight = read(&tiff_of(Size::new(1, 1), 8, 4, 2, false, Some(2), &[100, 50, 25, 128]));
    assert_eq!((straight.pixels.bytes(), straight.alpha), (&[100, 50, 25, 128][..], AlphaMode::Straight));
    let associated = read(&tiff_of(Size::new(1, 1), 8, 4, 2, false, Some(1), &[100, 50, 25, 128]));
    assert_eq!(associated.pixels.bytes(), [199, 100, 50, 128]);
    assert!(associated.notes.iter().any(|n| n.contains("alpha")), "{:?}", associated.notes);
    let unknown = read(&tiff_of(Size::new(1, 1), 8, 4, 2, false, Some(0), &[100, 50, 25, 128]));
    assert_eq!(unknown.samples().1, 3, "an extra channel of no stated meaning is not alpha");
    let grey_alpha = read(&tiff_of(Size::new(1, 1), 8, 2, 1, false, Some(2), &[90, 40]));
    assert_eq!(grey_alpha.pixels.bytes(), [90, 90, 90, 40]);
    let ink = read(&tiff_of(Size::new(1, 1), 8, 4, 5, false, None, &[0, 0, 0, 0]));
    assert_eq!(ink.pixels.shorts(), [u16::MAX; 3]);
    let twelve = tiff_of(Size::new(2, 1), 12, 1, 1, false, None, &[0, 0, 0]);
    let error = decode(&twelve, &DecodeOptions::default(), &Pool::default()).unwrap_err();
    assert_eq!(error.code(), "E-FORMAT-UNSUPPORTED", "{error}");
}

/// Tiles that reach beyond the picture on both sides.
#[test]
fn tiff_in_tiles() {
    let (size, tile) = (Size::new(20, 18), 16_u32);
    let at = |x: u32, y: u32| (x * 7 + y * 3) as u8;
    let mut entries: Vec<(u16, u16, u32, u32)> = vec![
        (256, 4, 1, size.width),
        (257, 4, 1, size.height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (277, 3, 1, 1),
        (322, 4, 1, tile),
        (323, 4, 1, tile),
    ];
    let offsets_at = 8 + 2 + 12 * 10 + 4;
    entries.extend([(324, 4, 4, offsets_at), (325, 4, 4, offsets_at + 16)]);
    let mut out = b"II*\0\x08\0\0\0\x0A\0".to_vec();
    for (tag, kind, count, value) in entries {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    out.extend([0; 4]);
    (0..4).for_each(|t| out.extend((offsets_at + 32 + t * 256).to_le_bytes()));
    (0..4).for_each(|_| out.extend(256_u32.to_le_bytes()));
    for (left, top) in [(0, 0), (16, 0), (0, 16), (16, 16)] {
        out.extend((0..256).map(|i| at(left + i % 16, top + i / 16)));
    }
    let image = read(&out);
    let wanted: Vec<u8> = (0..20 * 18).map(|i| at(i % 20, i / 20)).collect();
    assert!(image.pixels.bytes() == wanted);
}

#[test]
fn float_tiff_is_linear() {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut out).unwrap();
    let samples = [0.0_f32, 0.18, 1.5, -0.1, 0.5, 1.0];
    encoder.write_image::<tiff::encoder::colortype::RGB32Float>(2, 1, &samples).unwrap();
    let image = read(out.get_ref());
    assert_eq!(image.pixels.format(), Format::Packed { sample: Sample::F32, channels: 3 });
    assert_eq!(image.pixels.floats(), samples);
    assert!(image.encoding.tables[0].is_empty());
    assert!(image.notes[0].contains("linear"), "{:?}", image.notes);
}
