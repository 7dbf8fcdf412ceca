//! The sRGB profile that finished files carry, written by hand: an ICC v4 display profile of curves and a
//! matrix, small and free of anybody's rights.

use std::sync::OnceLock;

use super::named::{BRADFORD_D50_TO_D65, D50};
use crate::image::{Primaries, invert, multiply};

/// The bytes of an sRGB profile to embed.
#[must_use]
pub fn srgb_profile() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(build)
}

/// IEC 61966-2-1 as ICC's parametric curve of type 3.
const CURVE: [f64; 5] = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.040_45];

fn build() -> Vec<u8> {
    let text = |s: &str| {
        let mut tag = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS".to_vec();
        tag.extend((2 * s.len() as u32).to_be_bytes());
        tag.extend(28_u32.to_be_bytes());
        tag.extend(s.encode_utf16().flat_map(u16::to_be_bytes));
        tag
    };
    let numbers = |kind: &[u8], values: &[i32]| {
        let mut tag = kind.to_vec();
        tag.extend(values.iter().flat_map(|v| v.to_be_bytes()));
        tag
    };
    let d50 = D50.map(fixed);
    let to_d65 = BRADFORD_D50_TO_D65;
    let adapt = invert(to_d65).unwrap_or(to_d65);
    let columns = columns(adapt, d50);
    let xyz = |v: [i32; 3]| numbers(b"XYZ \0\0\0\0", &v);
    let curve = numbers(b"para\0\0\0\0\0\x03\0\0", &CURVE.map(fixed));
    let adapt = numbers(b"sf32\0\0\0\0", adapt.map(|row| row.map(fixed)).as_flattened());
    let tags: [(&[u8; 4], Vec<u8>); 10] = [
        (b"desc", text("sRGB")),
        (b"cprt", text("CC0")),
        (b"wtpt", xyz(d50)),
        (b"chad", adapt),
        (b"rXYZ", xyz(columns[0])),
        (b"gXYZ", xyz(columns[1])),
        (b"bXYZ", xyz(columns[2])),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    assemble(&tags, d50)
}

/// Header, table of tags and tags; equal tags are stored once.
fn assemble(tags: &[(&[u8; 4], Vec<u8>)], white: [i32; 3]) -> Vec<u8> {
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
    out.extend(b"\0\0\0\0\x04\x20\0\0mntrRGB XYZ ");
    // The sRGB standard's year; a date of today would make every build's files differ.
    out.extend([1999_u16, 1, 1, 0, 0, 0].map(u16::to_be_bytes).as_flattened());
    out.extend(b"acsp");
    out.resize(68, 0);
    out.extend(white.map(i32::to_be_bytes).as_flattened());
    out.resize(128, 0);
    out.extend(table);
    out.extend(data);
    out
}

/// The primaries under D50 in fixed point; they add up to its white exactly.
fn columns(adapt: [[f64; 3]; 3], white: [i32; 3]) -> [[i32; 3]; 3] {
    let m = multiply(adapt, Primaries::SRGB.to_xyz().unwrap_or(adapt));
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
    use crate::image::{Encoding, Sample};

    #[test]
    fn it_reads_back_as_srgb() {
        let bytes = srgb_profile();
        assert!(bytes.len() < 600, "{} bytes", bytes.len());
        let made = encoding_from_icc(bytes, Sample::U8).unwrap().unwrap();
        assert_eq!(made.name, "sRGB");
        assert_eq!(made, Encoding::srgb(256));
    }
}
