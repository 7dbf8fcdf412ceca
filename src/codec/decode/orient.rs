//! The orientation tag of EXIF and TIFF, honoured by moving pixels. Knows only planes.

use crate::image::{Format, Plane, Pool, Sample, Size};

/// How the stored picture must be turned to stand upright: 1 to 8 as in EXIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orientation(u8);

impl Orientation {
    /// Stored upright.
    pub(super) const UPRIGHT: Self = Self(1);

    /// From the tag; what is not 1 to 8 is taken as upright.
    pub(super) fn from_tag(value: u32) -> Self {
        match value {
            2..=8 => Self(value as u8),
            _ => Self::UPRIGHT,
        }
    }

    /// Size of the upright picture.
    pub(super) fn upright(self, stored: Size) -> Size {
        if self.0 >= 5 { Size::new(stored.height, stored.width) } else { stored }
    }
}

/// The picture upright; its memory goes back to the pool where it had to be moved.
pub(super) fn upright(plane: Plane, orientation: Orientation, pool: &Pool) -> Plane {
    if orientation == Orientation::UPRIGHT {
        return plane;
    }
    let mut out = pool.take(orientation.upright(plane.size()), plane.format());
    let width = plane.size().width as usize;
    let (from, to) = (plane.bytes(), out.bytes_mut());
    match plane.format().pixel_bytes() {
        1 => turn::<1>(from, to, width, orientation.0),
        2 => turn::<2>(from, to, width, orientation.0),
        3 => turn::<3>(from, to, width, orientation.0),
        4 => turn::<4>(from, to, width, orientation.0),
        6 => turn::<6>(from, to, width, orientation.0),
        8 => turn::<8>(from, to, width, orientation.0),
        12 => turn::<12>(from, to, width, orientation.0),
        16 => turn::<16>(from, to, width, orientation.0),
        _ => debug_assert!(false, "a pixel of {} bytes", plane.format().pixel_bytes()),
    }
    debug_assert!(matches!(
        plane.format(),
        Format::Packed { sample: Sample::U8 | Sample::U16 | Sample::F32, .. }
    ));
    pool.give(plane);
    out
}

/// Moves pixels of `N` bytes from rows of `width` pixels.
fn turn<const N: usize>(from: &[u8], to: &mut [u8], width: usize, tag: u8) {
    let (from, to) = (from.as_chunks::<N>().0, to.as_chunks_mut::<N>().0);
    if width == 0 || from.len() != to.len() {
        return;
    }
    let height = from.len() / width;
    if tag >= 5 {
        return turn_quarter(from, to, width, height, tag);
    }
    for (y, row) in from.chunks_exact(width).enumerate() {
        let target = if tag == 2 { y } else { height - 1 - y };
        let out = &mut to[target * width..][..width];
        if tag == 4 {
            out.copy_from_slice(row);
        } else {
            for (o, i) in out.iter_mut().zip(row.iter().rev()) {
                *o = *i;
            }
        }
    }
}

/// Quarter turns, in blocks that stay in the cache on both sides.
fn turn_quarter<const N: usize>(from: &[[u8; N]], to: &mut [[u8; N]], width: usize, height: usize, tag: u8) {
    const BLOCK: usize = 32;
    // Upright row x (or from the right), upright column y (or from the bottom).
    let from_right = matches!(tag, 7 | 8);
    let from_bottom = matches!(tag, 6 | 7);
    for top in (0..height).step_by(BLOCK) {
        for left in (0..width).step_by(BLOCK) {
            for x in left..(left + BLOCK).min(width) {
                let row = if from_right { width - 1 - x } else { x };
                let out = &mut to[row * height..][..height];
                for y in top..(top + BLOCK).min(height) {
                    let column = if from_bottom { height - 1 - y } else { y };
                    out[column] = from[y * width + x];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The letters of a 3×2 picture, and how each tag stores them (EXIF 2.3, table of `Orientation`).
    #[test]
    fn every_tag_stands_upright() {
        let cases: [(u8, Size, &[u8]); 8] = [
            (1, Size::new(3, 2), b"abcdef"),
            (2, Size::new(3, 2), b"cbafed"),
            (3, Size::new(3, 2), b"fedcba"),
            (4, Size::new(3, 2), b"defabc"),
            (5, Size::new(2, 3), b"adbecf"),
            (6, Size::new(2, 3), b"cfbead"),
            (7, Size::new(2, 3), b"fcebda"),
            (8, Size::new(2, 3), b"daebfc"),
        ];
        let pool = Pool::default();
        for (tag, size, stored) in cases {
            for channels in [1_u8, 3, 4] {
                for sample in [Sample::U8, Sample::U16, Sample::F32] {
                    let format = Format::Packed { sample, channels };
                    let mut plane = Plane::zeros(size, format);
                    let bytes = format.pixel_bytes();
                    for (pixel, letter) in plane.bytes_mut().chunks_exact_mut(bytes).zip(stored) {
                        pixel.fill(*letter);
                    }
                    let out = upright(plane, Orientation::from_tag(u32::from(tag)), &pool);
                    assert_eq!(out.size(), Size::new(3, 2));
                    let letters: Vec<u8> = out.bytes().chunks_exact(bytes).map(|p| p[bytes - 1]).collect();
                    assert_eq!(letters, b"abcdef", "tag {tag}, {format}");
                }
            }
        }
    }

    #[test]
    fn larger_than_a_block() {
        let size = Size::new(71, 45);
        let format = Format::Packed { sample: Sample::U16, channels: 1 };
        let mut plane = Plane::zeros(size, format);
        for (i, v) in plane.shorts_mut().iter_mut().enumerate() {
            *v = i as u16;
        }
        let before = plane.clone();
        let pool = Pool::default();
        let there = upright(plane, Orientation(6), &pool);
        assert_eq!(upright(there, Orientation(8), &pool), before);
    }
}
