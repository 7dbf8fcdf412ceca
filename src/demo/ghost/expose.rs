//! Lens and sensor: a little blur, photon and read noise, sRGB codes.

use super::vector::V3;
use crate::demo::noise::{mix, normal_table};
use crate::image::{Format, Plane, Sample, Size, srgb_encode};

/// The lens's blur: a normal curve of sigma 0.5 pixel, three taps.
const LENS: [f32; 3] = [0.1065, 0.787, 0.1065];
/// Photon noise: variance a unit of light.
const PHOTON: f32 = 2.2e-5;
/// Read noise: variance.
const READ: f32 = 6.0e-8;
/// Steps of the encoding table.
const STEPS: f32 = 32_767.0;

/// The sensor with its tables.
pub(super) struct Sensor {
    codes: Vec<u8>,
    normal: Vec<f32>,
}

impl Sensor {
    pub(super) fn new() -> Self {
        let code = |i: usize| (255.0 * srgb_encode(i as f64 / f64::from(STEPS)) + 0.5) as u8;
        Self { codes: (0..=STEPS as usize).map(code).collect(), normal: normal_table() }
    }

    /// The photograph of this light: three channels of 8-bit sRGB.
    pub(super) fn photo(&self, light: &[V3], gain: V3, size: Size, seed: u64) -> Plane {
        let blurred = blur(light, size);
        let mut out = Plane::zeros(size, Format::Packed { sample: Sample::U8, channels: 3 });
        for (i, (to, light)) in out.bytes_mut().chunks_exact_mut(3).zip(&blurred).enumerate() {
            let bits = mix(seed ^ mix(i as u64));
            for c in 0..3 {
                let v = light[c] * gain[c];
                let deviate = self.normal[(bits >> (12 * c)) as usize & 4095];
                let v = v + (PHOTON * v.max(0.0) + READ).sqrt() * deviate;
                to[c] = self.codes[(v.clamp(0.0, 1.0) * STEPS + 0.5) as i32 as usize];
            }
        }
        out
    }
}

/// Coverage as the lens sees it.
pub(super) fn coverage(values: impl Iterator<Item = f32>, size: Size) -> Plane {
    let wide: Vec<V3> = values.map(|v| [v, 0.0, 0.0]).collect();
    let mut out = Plane::zeros(size, Format::Gray);
    for (to, v) in out.floats_mut().iter_mut().zip(blur(&wide, size)) {
        *to = v[0].clamp(0.0, 1.0);
    }
    out
}

fn blur(from: &[V3], size: Size) -> Vec<V3> {
    let (width, height) = (size.width as usize, size.height as usize);
    let tap = |at: &dyn Fn(isize) -> V3| {
        let (a, b, c) = (at(-1), at(0), at(1));
        [0, 1, 2].map(|k| LENS[0] * a[k] + LENS[1] * b[k] + LENS[2] * c[k])
    };
    let near = |i: usize, by: isize, count: usize| i.saturating_add_signed(by).min(count - 1);
    let mut across = Vec::with_capacity(from.len());
    for i in 0..from.len() {
        let (x, y) = (i % width, i / width);
        across.push(tap(&|by| from[y * width + near(x, by, width)]));
    }
    let down = |i: usize| {
        let (x, y) = (i % width, i / width);
        tap(&|by| across[near(y, by, height) * width + x])
    };
    (0..from.len()).map(down).collect()
}
