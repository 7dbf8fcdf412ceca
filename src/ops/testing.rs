//! Planes for the parity cases: awkward sizes, and contents that break careless twins.

use crate::image::{Format, Plane, Sample, Size};
use crate::kernel::Case;

/// Awkward sizes: one pixel, primes, exact and ragged multiples of a workgroup.
pub const SIZES: [Size; 5] =
    [Size::new(1, 1), Size::new(7, 5), Size::new(8, 8), Size::new(9, 17), Size::new(257, 129)];

/// A repeatable number in 0..1 from three integers.
#[must_use]
pub fn noise(x: u32, y: u32, seed: u32) -> f32 {
    let mut h = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ seed.wrapping_mul(0xc2b2_ae3d);
    h ^= h >> 15;
    h = h.wrapping_mul(0x2c1b_3c6d);
    h ^= h >> 13;
    (h >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// Premultiplied colours worth testing, by name.
#[must_use]
pub fn colour(size: Size, content: &str) -> Plane {
    Plane::rgba(size, |x, y| {
        let ramp = (x as f32 + 0.5) / size.width as f32;
        let n = |c| noise(x, y, c);
        match content {
            "constant" => [0.25, 0.5, 0.75, 1.0],
            "ramp" => [ramp, 1.0 - ramp, ramp * ramp, 1.0],
            "noise" => [n(1) * n(4), n(2) * n(4), n(3) * n(4), n(4)],
            "checker" => [((x + y) % 2) as f32; 4],
            "colour under alpha 0" => [n(1), n(2), n(3), if x % 3 == 0 { 0.0 } else { 1.0 }],
            _ => [n(1) * 3.0 - 1.0, n(2) * 3.0 - 1.0, 1.5 - n(3) * 2.0, n(4)],
        }
    })
}

/// One case for every size and content.
#[must_use]
pub fn colours(case: impl Fn(String, Plane) -> Case) -> Vec<Case> {
    let contents = ["constant", "ramp", "noise", "checker", "colour under alpha 0", "out of range"];
    let pairs = SIZES.iter().flat_map(|size| contents.iter().map(move |content| (*size, *content)));
    pairs.map(|(size, content)| case(format!("{content} {size}"), colour(size, content))).collect()
}

/// Noisy file samples.
#[must_use]
pub fn packed(size: Size, sample: Sample, channels: u8) -> Plane {
    let mut plane = Plane::zeros(size, Format::Packed { sample, channels });
    let value = |i: usize| noise(i as u32, 7, 11);
    match sample {
        Sample::U8 => {
            plane.bytes_mut().iter_mut().enumerate().for_each(|(i, v)| *v = (value(i) * 255.9) as u8)
        }
        Sample::U16 => {
            plane.shorts_mut().iter_mut().enumerate().for_each(|(i, v)| *v = (value(i) * 65535.9) as u16);
        }
        Sample::F32 => plane.floats_mut().iter_mut().enumerate().for_each(|(i, v)| *v = value(i) * 1.5 - 0.2),
    }
    plane
}
