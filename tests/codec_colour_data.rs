//! Real files and profiles: what they show is what `ref_srgb.png` shows. Runs where `PACKSHOT_DATA` names the
//! folder of test data, and says so where it does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is a failed test")]

use std::fs;
use std::path::PathBuf;

use packshot::codec::{DecodeOptions, decode, read_file};
use packshot::colour::encoding_from_icc;
use packshot::image::{Encoding, Format, Image, Pool, Primaries, Sample, from_working, srgb_encode};

fn data(what: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("PACKSHOT_DATA") else {
        println!("PACKSHOT_DATA is not set: {what} not checked");
        return None;
    };
    Some(PathBuf::from(root).join("colour"))
}

fn read(path: &std::path::Path) -> Result<Image, String> {
    let bytes = read_file(path).map_err(|e| e.to_string())?;
    decode(&bytes, &DecodeOptions::default(), &Pool::default()).map_err(|e| format!("{} {e}", e.code()))
}

/// Linear sRGB of one pixel.
fn linear_srgb(image: &Image, pixel: usize) -> [f64; 3] {
    let (sample, channels) = image.samples();
    let channels = usize::from(channels);
    let at = |c: usize| {
        let i = pixel * channels + if channels == 1 { 0 } else { c };
        match sample {
            Sample::U8 => image.encoding.tables[c][usize::from(image.pixels.bytes()[i])],
            Sample::U16 => image.encoding.tables[c][usize::from(image.pixels.shorts()[i])],
            Sample::F32 => image.pixels.floats()[i],
        }
    };
    to_srgb([at(0), at(1), at(2)], &image.encoding)
}

fn to_srgb(linear: [f32; 3], encoding: &Encoding) -> [f64; 3] {
    let times = |m: [[f32; 3]; 3], v: [f64; 3]| {
        m.map(|row| row.iter().zip(v).map(|(a, b)| f64::from(*a) * b).sum::<f64>())
    };
    times(from_working(Primaries::SRGB), times(encoding.to_working, linear.map(f64::from)))
}

fn lab(rgb: [f64; 3]) -> [f64; 3] {
    let m = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
    let white = [0.9505, 1.0, 1.089];
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let mut xyz =
        [0, 1, 2].map(|r| f((0..3).map(|c| m[r][c] * rgb[c].clamp(0.0, 1.0)).sum::<f64>() / white[r]));
    xyz = [116.0 * xyz[1] - 16.0, 500.0 * (xyz[0] - xyz[1]), 200.0 * (xyz[1] - xyz[2])];
    xyz
}

/// Mean and 99th percentile of ΔE1976 against the reference.
fn distance(a: &Image, b: &Image) -> (f64, f64) {
    let mut all: Vec<f64> = (0..a.size().pixels())
        .map(|i| {
            let (a_lab, mut b_lab) = (lab(linear_srgb(a, i)), lab(linear_srgb(b, i)));
            if a.samples().1 == 1 {
                // Grey shows the lightness only.
                b_lab = [b_lab[0], a_lab[1], a_lab[2]];
            }
            a_lab.iter().zip(b_lab).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
        })
        .collect();
    all.sort_by(f64::total_cmp);
    (all.iter().sum::<f64>() / all.len() as f64, all[all.len() * 99 / 100])
}

#[test]
fn every_file_shows_the_reference() {
    let Some(root) = data("the files of every colour rule") else { return };
    let folder = root.join("images");
    let reference = read(&folder.join("ref_srgb.png")).unwrap();
    // Limits: what lossy compression, inks and gamut cost.
    for (file, mean_limit) in [
        ("adobergb_v2.jpg", 1.5),
        ("adobergb_exif_R03_noicc.jpg", 1.5),
        ("conflict_exif_srgb_icc_adobe.jpg", 1.5),
        ("srgb_exif1_noicc.jpg", 1.5),
        ("displayp3_v4.png", 0.5),
        ("swapped_rg.png", 0.5),
        ("cmyk_fogra39.tif", 6.0),
        ("cmyk_fogra39.jpg", 6.0),
        ("cmyk_untagged.jpg", 7.0),
        ("gray_g22.jpg", 2.0),
        ("prophoto16_shallow_ramp.tif", f64::INFINITY),
    ] {
        let image = read(&folder.join(file)).unwrap();
        let mut line =
            format!("{file:34} {} {} “{}”", image.size(), image.pixels.format(), image.encoding.name);
        if image.size() == reference.size() {
            let (mean, high) = distance(&image, &reference);
            line += &format!(" ΔE76 mean {mean:.2}, 99 % below {high:.2}");
            println!("{line} {:?}", image.notes);
            assert!(mean < mean_limit, "{line}");
        } else {
            println!("{line} {:?}", image.notes);
        }
    }
}

#[test]
fn srgb_profiles_change_no_code() {
    let Some(root) = data("the compact sRGB profiles") else { return };
    let mut checked = 0;
    for entry in fs::read_dir(root.join("profiles/compact/profiles")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("sRGB") {
            continue;
        }
        checked += 1;
        let encoding = encoding_from_icc(&fs::read(&path).unwrap(), Sample::U8).unwrap().unwrap();
        let mut seed = 1_u32;
        for i in 0..20_000_u32 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let codes = if i < 256 { [i as u8; 3] } else { [8, 16, 24].map(|s| (seed >> s) as u8) };
            let linear = [0, 1, 2].map(|c| encoding.tables[c][usize::from(codes[c])]);
            let out =
                to_srgb(linear, &encoding).map(|v| (srgb_encode(v.clamp(0.0, 1.0)) * 255.0 + 0.5) as u8);
            assert_eq!(out, codes, "{name}");
        }
    }
    assert!(checked >= 4, "{checked} profiles found");
}

#[test]
fn every_profile_is_read_or_refused() {
    let Some(root) = data("the corpus of profiles") else { return };
    let (mut encodings, mut tables, mut refused) = (0, 0, Vec::new());
    for folder in ["compact/profiles", "iccfree", "lcms-testbed", "ocio", "built"] {
        for entry in fs::read_dir(root.join("profiles").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let icc =
                path.extension().is_some_and(|e| ["icc", "icm"].iter().any(|k| e.eq_ignore_ascii_case(k)));
            if !icc {
                continue;
            }
            match encoding_from_icc(&fs::read(&path).unwrap(), Sample::U16) {
                Ok(Some(made)) => {
                    encodings += 1;
                    let white = to_srgb([0, 1, 2].map(|c| made.tables[c][65_535]), &made);
                    if white.iter().any(|v| (v - 1.0).abs() > 1e-5) {
                        println!("{}: white is {white:?}", path.display());
                    }
                }
                Ok(None) => tables += 1,
                Err(e) => refused.push(format!("{}: {e}", path.file_name().unwrap().to_string_lossy())),
            }
        }
    }
    println!("{encodings} of curves and a matrix, {tables} with tables or inks, refused: {refused:#?}");
    assert!(encodings > 60);
}

#[test]
fn tiff_variants_decode_or_say_why() {
    let Some(root) = data("the TIFF variants") else { return };
    let mut paths: Vec<_> =
        fs::read_dir(root.join("images/libtiffpic")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let mut decoded = 0;
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "tif")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match read(path) {
            Ok(image) => {
                decoded += 1;
                println!("{name:32} {} {} {:?}", image.size(), image.pixels.format(), image.notes);
            }
            Err(error) => {
                println!("{name:32} {error}");
                assert!(!error.contains("gave up"), "{name}: {error}");
            }
        }
    }
    // The others: palettes and 2 to 6, 10 to 14 and 24 bits (the `tiff` crate refuses them), fax, LZW and tiles
    // of before TIFF 6, YCbCr subsampled without JPEG, LogLuv.
    assert!(decoded >= 20, "{decoded} decoded");
}

/// The same flower in 8 bits, 16 bits, planes and palettes must be one picture.
#[test]
fn flowers_are_alike() {
    let Some(root) = data("the flowers") else { return };
    let folder = root.join("images/libtiffpic");
    let wanted = read(&folder.join("flower-rgb-contig-08.tif")).unwrap();
    for (file, limit) in [
        ("flower-rgb-contig-16.tif", 1.0),
        ("flower-rgb-planar-08.tif", 0.01),
        ("flower-rgb-planar-16.tif", 1.0),
        ("flower-rgb-contig-32.tif", 1.0),
        ("flower-rgb-planar-32.tif", 1.0),
    ] {
        let image = read(&folder.join(file)).unwrap();
        assert!(matches!(image.pixels.format(), Format::Packed { channels: 3, .. }));
        let (mean, _) = distance(&image, &wanted);
        println!("{file}: mean ΔE76 {mean:.2}");
        assert!(mean < limit, "{file}: {mean}");
    }
}

/// A press profile with bent bytes in a small ink JPEG: converted, or noted and passed over, never a panic.
#[test]
fn bent_press_profiles_are_passed_over() {
    let Some(root) = data("bent press profiles") else { return };
    let good = fs::read(root.join("profiles/built/FOGRA39L_coated_q.icc")).unwrap();
    let ink: Vec<u8> = (0..8 * 8 * 4).map(|i| (i * 37 % 256) as u8).collect();
    let (mut used, mut seed) = (0, 5_u32);
    for round in 0..300 {
        let mut icc = good.clone();
        for _ in 0..1 + round % 6 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Mostly in the header and the heads of the tables.
            let range = if round % 4 == 0 { icc.len() } else { 900 };
            let at = (seed >> 8) as usize % range;
            icc[at] = (seed >> 3) as u8;
        }
        if round % 10 == 9 {
            icc.truncate((seed >> 8) as usize % good.len());
        }
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
        if !icc.is_empty() {
            encoder.add_icc_profile(&icc).unwrap();
        }
        encoder.encode(&ink, 8, 8, jpeg_encoder::ColorType::Cmyk).unwrap();
        let image = decode(&bytes, &DecodeOptions::default(), &Pool::default()).unwrap();
        assert_eq!(image.samples(), (Sample::U16, 3));
        used += usize::from(image.notes.iter().any(|n| n.contains("converted from")));
    }
    println!("{used} of 300 bent profiles were usable");
}
