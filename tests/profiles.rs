//! ICC conversions against Little CMS in floating point without its optimiser, over every profile of the
//! shared data that it opens.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::{Path, PathBuf};

use lcms2::{ColorSpaceSignature, Flags, PixelFormat};
use packshot::colour::{Intent, Transform, srgb_profile};
use packshot::image::{
    Format, Plane, Pool, Primaries, Sample, Size, delta_e2000, lab_from_working, srgb_decode,
};

/// Largest CIEDE2000 of curves and a matrix or grey, of tables of three channels, and of four.
const LIMITS: [f64; 3] = [0.02, 0.10, 0.15];

fn profiles() -> Vec<PathBuf> {
    let Some(folder) = std::env::var_os("PACKSHOT_DATA") else {
        eprintln!("PACKSHOT_DATA is not set: no profile was compared with Little CMS");
        return Vec::new();
    };
    let mut found = Vec::new();
    walk(&Path::new(&folder).join("colour/profiles"), &mut found);
    found.sort();
    assert!(found.len() > 50, "profiles are missing: {}", found.len());
    found
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
        if path.is_dir() {
            walk(&path, found);
        } else if matches!(extension.as_str(), "icc" | "icm") {
            found.push(path);
        }
    }
}

/// A grid over all codes of a device.
fn grid(channels: usize) -> Vec<f32> {
    let side: usize = [257, 0, 17, 9][channels - 1];
    let colour =
        |i: usize| (0..channels).map(move |c| (i / side.pow(c as u32) % side) as f32 / (side - 1) as f32);
    (0..side.pow(channels as u32)).flat_map(colour).collect()
}

/// sRGB codes as Lab.
fn lab(code: [f64; 3]) -> [f64; 3] {
    let light = code.map(|v| srgb_decode(v.clamp(0.0, 1.0)));
    let m = Primaries::SRGB.to_working().unwrap();
    lab_from_working(m.map(|row| row.iter().zip(light).map(|(a, b)| a * b).sum()))
}

/// Codes as Little CMS takes them in floating point.
fn theirs(space: ColorSpaceSignature, codes: &[f32]) -> (PixelFormat, Vec<f64>) {
    let scaled = |by: f64| codes.iter().map(|v| f64::from(*v) * by).collect();
    match space {
        ColorSpaceSignature::GrayData => (PixelFormat::GRAY_DBL, scaled(1.0)),
        ColorSpaceSignature::CmykData => (PixelFormat::CMYK_DBL, scaled(100.0)),
        ColorSpaceSignature::XYZData => (PixelFormat::XYZ_DBL, scaled(1.0 + 32_767.0 / 32_768.0)),
        ColorSpaceSignature::LabData => {
            let lab = |p: &[f32; 3]| {
                let [l, a, b] = p.map(f64::from);
                [100.0 * l, 255.0 * a - 128.0, 255.0 * b - 128.0]
            };
            (PixelFormat::Lab_DBL, codes.as_chunks::<3>().0.iter().flat_map(lab).collect())
        }
        _ => (PixelFormat::RGB_DBL, scaled(1.0)),
    }
}

struct Worst {
    max: f64,
    mean: f64,
}

fn compare(
    source: &lcms2::Profile,
    target: &lcms2::Profile,
    icc: &[u8],
    intent: Intent,
    black: bool,
) -> Option<Worst> {
    let space = source.color_space();
    let codes = grid(match space {
        ColorSpaceSignature::GrayData => 1,
        ColorSpaceSignature::CmykData => 4,
        _ => 3,
    });
    let (format, input) = theirs(space, &codes);
    let mut flags = Flags::NO_OPTIMIZE | Flags::NO_CACHE;
    if black {
        flags = flags | Flags::BLACKPOINT_COMPENSATION;
    }
    let their_intent = match intent {
        Intent::Perceptual => lcms2::Intent::Perceptual,
        Intent::RelativeColorimetric => lcms2::Intent::RelativeColorimetric,
    };
    let oracle = lcms2::Transform::<u8, [f64; 3]>::new_flags(
        source,
        format,
        target,
        PixelFormat::RGB_DBL,
        their_intent,
        flags,
    );
    let transform = Transform::new(icc, srgb_profile(), intent, black);
    let oracle = oracle.ok()?;
    let transform = transform.unwrap_or_else(|e| unreachable!("refused: {e}"));
    let channels = transform.channels_in();
    let pixels = codes.len() / channels;
    let format = Format::Packed { sample: Sample::F32, channels: channels as u8 };
    let mut plane = Plane::zeros(Size::new(pixels as u32, 1), format);
    plane.floats_mut().copy_from_slice(&codes);
    let ours = transform.convert(&plane, Sample::F32, &Pool::default()).unwrap();
    let mut wanted = vec![[0.0_f64; 3]; pixels];
    oracle.transform_pixels(bytemuck::cast_slice(&input), &mut wanted);
    let differences = ours.floats().as_chunks::<3>().0.iter().zip(&wanted);
    let differences: Vec<f64> =
        differences.map(|(a, b)| delta_e2000(lab(a.map(f64::from)), lab(*b))).collect();
    let max = differences.iter().copied().fold(0.0, f64::max);
    Some(Worst { max, mean: differences.iter().sum::<f64>() / pixels as f64 })
}

#[test]
fn every_profile_agrees_with_little_cms() {
    let target = lcms2::Profile::new_icc(srgb_profile()).unwrap();
    let (mut compared, mut worst) = (0, [0.0_f64; 3]);
    for path in profiles() {
        let icc = std::fs::read(&path).unwrap();
        let Ok(source) = lcms2::Profile::new_icc(&icc) else { continue };
        let tabled = source.has_tag(lcms2::TagSignature::AToB0Tag);
        let class = match source.color_space() {
            ColorSpaceSignature::CmykData => 2,
            _ if tabled => 1,
            _ => 0,
        };
        for intent in [Intent::Perceptual, Intent::RelativeColorimetric] {
            for black in [false, true] {
                let Some(found) = compare(&source, &target, &icc, intent, black) else { continue };
                let what = format!("{}: {intent:?}, black {black}", path.display());
                assert!(found.max <= LIMITS[class], "{what}: {:.4}, mean {:.4}", found.max, found.mean);
                worst[class] = worst[class].max(found.max);
                compared += 1;
            }
        }
    }
    println!("{compared} conversions, largest CIEDE2000 by kind {worst:.4?}");
}

/// Mean CIEDE2000 of finished 8-bit codes over that of ideally rounded ones.
fn rounding(icc: &[u8]) -> f64 {
    let transform = Transform::new(icc, srgb_profile(), Intent::RelativeColorimetric, true).unwrap();
    let channels = transform.channels_in() as u8;
    let codes: Vec<u8> = grid(usize::from(channels)).iter().map(|v| (v * 255.0).round() as u8).collect();
    let size = Size::new((codes.len() / usize::from(channels)) as u32, 1);
    let mut bytes = Plane::zeros(size, Format::Packed { sample: Sample::U8, channels });
    bytes.bytes_mut()[..codes.len()].copy_from_slice(&codes);
    let mut floats = Plane::zeros(size, Format::Packed { sample: Sample::F32, channels });
    floats.floats_mut().iter_mut().zip(&codes).for_each(|(v, code)| *v = f32::from(*code) / 255.0);
    let pool = Pool::default();
    let exact = transform.convert(&floats, Sample::F32, &pool).unwrap();
    let made = transform.convert(&bytes, Sample::U8, &pool).unwrap();
    let mut sums = [0.0; 2];
    for (exact, made) in exact.floats().as_chunks::<3>().0.iter().zip(made.bytes().as_chunks::<3>().0) {
        let truth = lab(exact.map(f64::from));
        let ideal = exact.map(|v| f64::from((v.clamp(0.0, 1.0) * 255.0).round()) / 255.0);
        sums[0] += delta_e2000(lab(made.map(|v| f64::from(v) / 255.0)), truth);
        sums[1] += delta_e2000(lab(ideal), truth);
    }
    sums[0] / sums[1]
}

#[test]
fn eight_bits_are_rounded_as_well_as_they_can_be() {
    let named = ["AdobeCompat-v4.icc", "DisplayP3-v4.icc", "FOGRA39L_coated_q.icc", "test4.icc"];
    for path in profiles() {
        if named.iter().any(|name| path.ends_with(name)) {
            let over = rounding(&std::fs::read(&path).unwrap());
            println!("{}: {over:.4} of ideal rounding", path.display());
            assert!(over <= 1.02, "{}: {over}", path.display());
        }
    }
}
