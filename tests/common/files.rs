//! Profiles and blocks of files made by hand, with known contents.
#![allow(dead_code, reason = "not every test needs all of them")]

/// The primaries of [`ink_profile`]: XYZ under D50 of red, green and blue as columns.
pub(crate) const PAPER: [[f64; 3]; 3] =
    [[0.436_1, 0.385_1, 0.143_1], [0.222_5, 0.716_9, 0.060_6], [0.013_9, 0.097_1, 0.713_9]];

fn fixed(v: f64) -> [u8; 4] {
    ((v * 65_536.0).round() as i32).to_be_bytes()
}

/// A table of the old type with straight curves.
fn table(inputs: u8, outputs: u8, matrix: [[f64; 3]; 3], nodes: &[u16]) -> Vec<u8> {
    let mut tag = vec![b'm', b'f', b't', b'2', 0, 0, 0, 0, inputs, outputs, 2, 0];
    matrix.as_flattened().iter().for_each(|v| tag.extend(fixed(*v)));
    let straight = |channels: u8| [0_u16, 65_535].repeat(channels.into());
    let head = [2_u16, 2];
    for v in head.iter().chain(&straight(inputs)).chain(nodes).chain(&straight(outputs)) {
        tag.extend(v.to_be_bytes());
    }
    tag
}

/// A profile from a header's class, space and these tags; its connection space is XYZ.
pub(crate) fn profile(class: &[u8; 4], space: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let start = 128 + 4 + 12 * tags.len();
    let (mut head, mut data) = ((tags.len() as u32).to_be_bytes().to_vec(), Vec::new());
    for (name, tag) in tags {
        head.extend(*name);
        head.extend(((start + data.len()) as u32).to_be_bytes());
        head.extend((tag.len() as u32).to_be_bytes());
        data.extend(tag);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut out = ((start + data.len()) as u32).to_be_bytes().to_vec();
    out.extend(b"\0\0\0\0\x02\x40\0\0");
    out.extend(class);
    out.extend(space);
    out.extend(b"XYZ \x07\xD0\0\x01\0\x01\0\0\0\0\0\0acsp");
    out.resize(68, 0);
    [0.964_202_88, 1.0, 0.824_905_4].iter().for_each(|v| out.extend(fixed(*v)));
    out.resize(128, 0);
    out.extend(head);
    out.extend(data);
    out
}

/// Inks that take red, green, blue and all light away in proportion: linear light is
/// `(1 − k) · PAPER · (1 − c, 1 − m, 1 − y)`. On the way back there is no black. With `two_way` false the
/// profile has no way back.
pub(crate) fn ink_profile(two_way: bool) -> Vec<u8> {
    let one = 32_768.0;
    let mut to_xyz = Vec::new();
    for i in 0..16 {
        let left = [8, 4, 2, 1].map(|bit| if i & bit == 0 { 1.0 } else { 0.0 });
        for row in PAPER {
            let light: f64 = row.iter().zip(left).map(|(m, v)| m * v).sum();
            to_xyz.push((light * left[3] * one).round() as u16);
        }
    }
    let mut to_ink = Vec::new();
    for i in 0..8 {
        to_ink.extend([4, 2, 1].map(|bit| if i & bit == 0 { 65_535 } else { 0 }));
        to_ink.push(0);
    }
    let plain = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    // The table takes XYZ up to 1 + 32767/32768.
    let back = packshot::image::invert(PAPER).unwrap_or(plain).map(|row| row.map(|v| v * (65_535.0 / one)));
    let mut tags: Vec<(&[u8; 4], Vec<u8>)> = vec![(b"A2B0", table(4, 3, plain, &to_xyz))];
    if two_way {
        tags.push((b"B2A0", table(3, 4, back, &to_ink)));
    }
    profile(b"prtr", b"CMYK", &tags)
}

/// Grey by tables: light is the code itself.
pub(crate) fn grey_of_tables() -> Vec<u8> {
    let white = [0.964_202_88, 1.0, 0.824_905_4].map(|v: f64| (v * 32_768.0).round() as u16);
    let to_xyz: Vec<u16> = [0; 3].into_iter().chain(white).collect();
    let plain = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let luminance = [[0.0, 65_535.0 / 32_768.0, 0.0]; 3];
    let to_grey = [0, 0, 0, 0, 65_535, 65_535, 65_535, 65_535];
    let tags: [(&[u8; 4], Vec<u8>); 2] =
        [(b"A2B0", table(1, 3, plain, &to_xyz)), (b"B2A0", table(3, 1, luminance, &to_grey))];
    profile(b"prtr", b"GRAY", &tags)
}

/// An EXIF block with a colour space and an interoperability index.
pub(crate) fn exif(space: u16, index: &[u8; 4]) -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    let mut entry = |head: &[u8], tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        out.extend(head);
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value);
    };
    let [low, high] = space.to_le_bytes();
    entry(&[1, 0], 0x8769, 4, 1, 26_u32.to_le_bytes());
    entry(&[0, 0, 0, 0, 2, 0], 0xA001, 3, 1, [low, high, 0, 0]);
    entry(&[], 0xA005, 4, 1, 56_u32.to_le_bytes());
    entry(&[0, 0, 0, 0, 1, 0], 0x0001, 2, 4, *index);
    out.extend([0; 4]);
    out
}

/// The checksum of a PNG's chunk.
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |c, b| {
        (0..8).fold(c ^ u32::from(*b), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 })
    })
}
