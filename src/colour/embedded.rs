//! The profiles that finished files carry, written by hand: ICC v4 display profiles of curves and a matrix
//! (ISO 15076-1), small and free of anybody's rights.
//!
//! Sources of the numbers: IEC 61966-2-1 (sRGB), SMPTE EG 432-1 with D65 (Display P3), Adobe RGB (1998) Color
//! Image Encoding. Never reads a profile, and never describes a device.

use std::sync::OnceLock;

use super::named::BRADFORD_D50_TO_D65;
use crate::image::{D50, Primaries, invert, multiply};

/// The bytes of an sRGB profile to embed.
#[must_use]
pub fn srgb_profile() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| colour("sRGB", 1999, Primaries::SRGB, &SRGB_CURVE))
}

/// Display P3: P3's primaries, sRGB's white and curve.
pub(super) fn display_p3_profile() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| colour("Display P3", 2010, Primaries::DISPLAY_P3, &SRGB_CURVE))
}

/// The colours of Adobe RGB (1998).
pub(super) fn adobe_rgb_profile() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        colour("compatible with Adobe RGB (1998)", 1998, Primaries::ADOBE_RGB, &[563.0 / 256.0])
    })
}

/// Grey with sRGB's curve: what shows it without its profile shows it right all the same.
pub(super) fn grey_profile() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let mut tags = common("grey with the curve of sRGB");
        tags.push((b"kTRC", curve(&SRGB_CURVE)));
        assemble(b"GRAY", 1999, &tags)
    })
}

/// IEC 61966-2-1 as ICC's parametric curve of type 3.
const SRGB_CURVE: [f64; 5] = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.040_45];

type Tags = Vec<(&'static [u8; 4], Vec<u8>)>;

/// A profile of three primaries and one curve.
fn colour(name: &str, year: u16, primaries: Primaries, parameters: &[f64]) -> Vec<u8> {
    let mut tags = common(name);
    let columns = columns(primaries);
    let names: [&[u8; 4]; 3] = [b"rXYZ", b"gXYZ", b"bXYZ"];
    tags.extend(names.into_iter().zip(columns.map(xyz)));
    let names: [&[u8; 4]; 3] = [b"rTRC", b"gTRC", b"bTRC"];
    tags.extend(names.map(|name| (name, curve(parameters))));
    assemble(b"RGB ", year, &tags)
}

/// What every display profile has: name, rights, white, and how D65 was adapted to it.
fn common(name: &str) -> Tags {
    let chad = numbers(b"sf32\0\0\0\0", adaptation().map(|row| row.map(fixed)).as_flattened());
    vec![(b"desc", text(name)), (b"cprt", text("CC0")), (b"wtpt", xyz(D50.map(fixed))), (b"chad", chad)]
}

/// Text in ASCII.
fn text(s: &str) -> Vec<u8> {
    let mut tag = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS".to_vec();
    tag.extend((2 * s.len() as u32).to_be_bytes());
    tag.extend(28_u32.to_be_bytes());
    tag.extend(s.encode_utf16().flat_map(u16::to_be_bytes));
    tag
}

fn numbers(kind: &[u8], values: &[i32]) -> Vec<u8> {
    let mut tag = kind.to_vec();
    tag.extend(values.iter().flat_map(|v| v.to_be_bytes()));
    tag
}

fn xyz(v: [i32; 3]) -> Vec<u8> {
    numbers(b"XYZ \0\0\0\0", &v)
}

/// A parametric curve: a power where there is one parameter, sRGB's form where there are five.
fn curve(parameters: &[f64]) -> Vec<u8> {
    let form = if parameters.len() == 1 { 0 } else { 3 };
    let fixed: Vec<i32> = parameters.iter().copied().map(fixed).collect();
    numbers(&[b'p', b'a', b'r', b'a', 0, 0, 0, 0, 0, form, 0, 0], &fixed)
}

/// Header, table of tags and tags; equal tags are stored once.
fn assemble(space: &[u8; 4], year: u16, tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let start = 128 + 4 + 12 * tags.len();
    let mut stored: Vec<(usize, &[u8])> = Vec::new();
    for (name, tag) in tags {
        let known = stored.iter().find(|(_, t)| t == tag).map(|(at, _)| *at);
        let at = known.unwrap_or_else(|| {
            let at = start + data.len();
            data.extend(tag);
            data.resize(data.len().next_multiple_of(4), 0);
            stored.push((at, tag));
            at
        });
        table.extend(*name);
        table.extend((at as u32).to_be_bytes());
        table.extend((tag.len() as u32).to_be_bytes());
    }
    let mut out = ((start + data.len()) as u32).to_be_bytes().to_vec();
    out.extend(b"\0\0\0\0\x04\x20\0\0mntr");
    out.extend(space);
    out.extend(b"XYZ ");
    // The standard's year; a date of today would make every build's files differ.
    out.extend([year, 1, 1, 0, 0, 0].map(u16::to_be_bytes).as_flattened());
    out.extend(b"acsp");
    out.resize(68, 0);
    out.extend(D50.map(fixed).map(i32::to_be_bytes).as_flattened());
    out.resize(128, 0);
    out.extend(table);
    out.extend(data);
    out
}

/// XYZ under D65 to XYZ under D50.
fn adaptation() -> [[f64; 3]; 3] {
    invert(BRADFORD_D50_TO_D65).unwrap_or(BRADFORD_D50_TO_D65)
}

/// The primaries under D50 in fixed point; they add up to its white exactly.
fn columns(primaries: Primaries) -> [[i32; 3]; 3] {
    let (adapt, white) = (adaptation(), D50.map(fixed));
    let m = multiply(adapt, primaries.to_xyz().unwrap_or(adapt));
    let mut columns = [0, 1, 2].map(|c| [0, 1, 2].map(|r| fixed(m[r][c])));
    for r in 0..3 {
        columns[1][r] = white[r] - columns[0][r] - columns[2][r];
    }
    columns
}

fn fixed(v: f64) -> i32 {
    (v * 65_536.0).round() as i32
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::colour::encoding_from_icc;
    use crate::image::{Encoding, Sample, delta_e2000, lab_from_working, srgb_decode};

    type Space = (&'static [u8], Primaries, fn(f64) -> f64);

    /// The profiles for colours, with what was published of them.
    fn published() -> [Space; 3] {
        [
            (srgb_profile(), Primaries::SRGB, srgb_decode),
            (display_p3_profile(), Primaries::DISPLAY_P3, srgb_decode),
            (adobe_rgb_profile(), Primaries::ADOBE_RGB, |v| v.powf(2.199_218_75)),
        ]
    }

    #[test]
    fn the_profile_of_srgb_reads_back_and_never_changes() {
        let bytes = srgb_profile();
        assert!(bytes.len() < 600, "{} bytes", bytes.len());
        let made = encoding_from_icc(bytes, Sample::U8).unwrap().unwrap();
        assert_eq!(made, Encoding::srgb(256));
        // What files of earlier versions carry.
        let hash = "8a3f2432d149b8799ea5d8c664b2742708d131b496facf7d86f6374cd6799b15";
        assert_eq!(blake3::hash(bytes).to_hex().as_str(), hash);
    }

    #[test]
    fn they_read_back_as_published() {
        // Display P3 and Adobe RGB in Rec.2020, from the published primaries.
        let matrices = [
            [
                [0.753_833, 0.198_597, 0.047_570],
                [0.045_744, 0.941_777, 0.012_479],
                [-0.001_210, 0.017_602, 0.983_609],
            ],
            [
                [0.877_338, 0.077_498, 0.045_175],
                [0.096_614, 0.891_520, 0.011_847],
                [0.022_920, 0.043_038, 0.934_045],
            ],
        ];
        for ((icc, _, curve), matrix) in published().into_iter().skip(1).zip(matrices) {
            let made = encoding_from_icc(icc, Sample::U16).unwrap().unwrap();
            for (v, wanted) in made.to_working.as_flattened().iter().zip(matrix.as_flattened()) {
                assert!((f64::from(*v) - wanted).abs() < 1e-4, "{}: {v} for {wanted}", made.name);
            }
            for (i, v) in made.tables[1].iter().enumerate().step_by(257) {
                let wanted = curve(i as f64 / 65_535.0);
                assert!((f64::from(*v) - wanted).abs() < 1e-4, "{}: {v} for {wanted}", made.name);
            }
        }
        let grey = encoding_from_icc(grey_profile(), Sample::U16).unwrap().unwrap();
        assert_eq!(grey.to_working, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        for (v, wanted) in grey.tables[0].iter().zip(Encoding::srgb(65_536).tables[0].iter()) {
            assert!((v - wanted).abs() < 2e-5, "{v} for {wanted}");
        }
    }

    /// Codes of a profile as Little CMS sees them.
    fn theirs<P: bytemuck::Pod>(icc: &[u8], format: lcms2::PixelFormat, codes: &[P]) -> Vec<[f64; 3]> {
        use lcms2::{Flags, Intent, PixelFormat, Profile, Transform};

        let source = Profile::new_icc(icc).unwrap();
        let d50 = lcms2::CIExyY { x: 0.3457, y: 0.3585, Y: 1.0 };
        let lab = Profile::new_lab4_context(lcms2::GlobalContext::new(), &d50).unwrap();
        let flags = Flags::NO_OPTIMIZE | Flags::NO_CACHE;
        let intent = Intent::RelativeColorimetric;
        let made = Transform::new_flags(&source, format, &lab, PixelFormat::Lab_DBL, intent, flags).unwrap();
        let mut out = vec![[0.0; 3]; codes.len()];
        made.transform_pixels(codes, &mut out);
        out
    }

    #[test]
    fn little_cms_sees_the_published_colours() {
        let mut worst = 0.0_f64;
        let levels = [0.0, 0.03, 0.1, 0.3, 0.6, 0.85, 1.0];
        let codes: Vec<[f64; 3]> =
            (0..343).map(|i| [levels[i % 7], levels[i / 7 % 7], levels[i / 49]]).collect();
        for (icc, primaries, curve) in published() {
            let matrix = primaries.to_working().unwrap();
            for (code, seen) in codes.iter().zip(theirs(icc, lcms2::PixelFormat::RGB_DBL, &codes)) {
                let light = matrix.map(|row| row.iter().zip(code).map(|(m, v)| m * curve(*v)).sum::<f64>());
                worst = worst.max(delta_e2000(seen, lab_from_working(light)));
            }
        }
        let greys: Vec<[f64; 1]> = (0..=100).map(|i| [f64::from(i) / 100.0]).collect();
        for (code, seen) in greys.iter().zip(theirs(grey_profile(), lcms2::PixelFormat::GRAY_DBL, &greys)) {
            worst = worst.max(delta_e2000(seen, lab_from_working([srgb_decode(code[0]); 3])));
        }
        assert!(worst < 0.02, "{worst}");
    }
}
