//! What the numbers of a look speak of: straight codes of some primaries and curve. From working light to them and
//! back around a change that knows nothing but codes. Twin of shaders/lib/codes.wgsl; decides nothing.

use serde::Deserialize;

use super::transfer::{decode, encode};
use super::{LEAST_ALPHA, apply};
use crate::image::{Matrix3, Primaries, from_working, to_working};
use crate::kernel::Job;

/// Pixels that are worked at a time, as arrays of known length, which become SIMD vectors.
pub(super) const CHUNK: usize = 32;

/// One number of every pixel of a chunk.
pub(super) type Lanes = [f32; CHUNK];

/// What a look's input and output are codes of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Space {
    /// IEC 61966-2-1: its primaries and its curve, which goes on beyond 0 and 1.
    #[default]
    Srgb,
    /// Display P3 with the sRGB curve.
    DisplayP3,
    /// Linear light of the sRGB and BT.709 primaries.
    Linear,
    /// Linear light of the working primaries.
    Rec2020Linear,
}

/// The names of all spaces, for `packshot ops`.
pub(super) const SPACES: &str = "srgb | display-p3 | linear | rec2020-linear";

impl Space {
    fn primaries(self) -> Primaries {
        match self {
            Self::Srgb | Self::Linear => Primaries::SRGB,
            Self::DisplayP3 => Primaries::DISPLAY_P3,
            Self::Rec2020Linear => Primaries::REC2020,
        }
    }

    /// As numbers of a kernel: exactly the identity where nothing changes.
    pub(super) fn way(self) -> Way {
        let curve = u32::from(matches!(self, Self::Srgb | Self::DisplayP3));
        if self == Self::Rec2020Linear {
            let same = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            return Way { to: same, from: same, curve };
        }
        Way { to: from_working(self.primaries()), from: to_working(self.primaries()), curve }
    }
}

/// The way to codes and back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// Working light to light of the look's primaries.
    pub(super) to: Matrix3,
    /// And back.
    pub(super) from: Matrix3,
    /// 1: the sRGB curve.
    pub(super) curve: u32,
}

impl Way {
    /// From the rows of a parameter block.
    #[inline(always)]
    pub(super) fn of(to: [[f32; 4]; 3], from: [[f32; 4]; 3], curve: u32) -> Self {
        let matrix = |m: [[f32; 4]; 3]| m.map(|[r, g, b, _]| [r, g, b]);
        Self { to: matrix(to), from: matrix(from), curve }
    }

    /// As the rows of a parameter block: there, then back.
    pub(super) fn rows(&self) -> [[f32; 4]; 6] {
        let [a, b, c] = self.to.map(|[r, g, b]| [r, g, b, 0.0]);
        let [d, e, f] = self.from.map(|[r, g, b]| [r, g, b, 0.0]);
        [a, b, c, d, e, f]
    }

    /// Working light to straight codes.
    #[inline(always)]
    fn codes(&self, light: &[Lanes; 3], alpha: &Lanes) -> [Lanes; 3] {
        let mut codes = [[0.0; CHUNK]; 3];
        for i in 0..CHUNK {
            let straight = 1.0 / alpha[i].max(LEAST_ALPHA);
            let mixed = apply(self.to, [light[0][i], light[1][i], light[2][i]]);
            for (line, v) in codes.iter_mut().zip(mixed) {
                line[i] = v * straight;
            }
        }
        if self.curve == 1 {
            for line in &mut codes {
                for v in line {
                    *v = encode(*v);
                }
            }
        }
        codes
    }

    /// Straight codes to working light, where there is enough alpha.
    #[inline(always)]
    fn light(&self, mut codes: [Lanes; 3], alpha: &Lanes, light: &mut [Lanes; 3]) {
        if self.curve == 1 {
            for line in &mut codes {
                for v in line {
                    *v = decode(*v);
                }
            }
        }
        for i in 0..CHUNK {
            let mixed = apply(self.from, [codes[0][i], codes[1][i], codes[2][i]]);
            for (line, v) in light.iter_mut().zip(mixed) {
                line[i] = if alpha[i] >= LEAST_ALPHA { v * alpha[i] } else { line[i] };
            }
        }
    }
}

/// A change of codes. A trait, since a closure would not be compiled for the caller's SIMD level.
pub(super) trait Change {
    /// Changes the codes of a chunk; to be inlined always.
    fn change(&self, codes: &mut [Lanes; 3]);
}

/// Takes the rows of a job through a change of codes. Alpha stays; a chunk in which nothing is seen is copied.
#[inline(always)]
pub(super) fn through(job: &mut Job<'_>, way: &Way, change: &impl Change) {
    for y in job.rows.clone() {
        let [r, g, b, a] = job.inputs[0].rgba(i64::from(y));
        let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
        to_a.copy_from_slice(a);
        let (from, mut to) = ([r, g, b], [to_r, to_g, to_b]);
        for start in (0..a.len()).step_by(CHUNK) {
            let span = start..(start + CHUNK).min(a.len());
            let (mut light, mut alpha) = ([[0.0; CHUNK]; 3], [0.0; CHUNK]);
            alpha[..span.len()].copy_from_slice(&a[span.clone()]);
            for (lanes, run) in light.iter_mut().zip(from) {
                lanes[..span.len()].copy_from_slice(&run[span.clone()]);
            }
            if alpha.iter().any(|a| *a >= LEAST_ALPHA) {
                let mut codes = way.codes(&light, &alpha);
                change.change(&mut codes);
                way.light(codes, &alpha, &mut light);
            }
            for (lanes, run) in light.iter().zip(&mut to) {
                run[span.clone()].copy_from_slice(&lanes[..span.len()]);
            }
        }
    }
}
