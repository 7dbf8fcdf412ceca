//! How file codes become working light: a curve a channel and one matrix.
//!
//! Built from profiles by `colour`; here it is only numbers. Never reads a profile.

use std::sync::Arc;

/// A 3×3 matrix, rows first: `out[r] = Σ m[r][c] · in[c]`.
pub type Matrix3 = [[f32; 3]; 3];

/// Red, green, blue and white as CIE 1931 xy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Primaries {
    /// xy of red, green, blue.
    pub rgb: [[f64; 2]; 3],
    /// xy of white.
    pub white: [f64; 2],
}

/// CIE D65 as the RGB standards state it.
const D65: [f64; 2] = [0.3127, 0.3290];

impl Primaries {
    /// IEC 61966-2-1.
    pub const SRGB: Self = Self { rgb: [[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]], white: D65 };
    /// Adobe RGB (1998).
    pub const ADOBE_RGB: Self = Self { rgb: [[0.64, 0.33], [0.21, 0.71], [0.15, 0.06]], white: D65 };
    /// Display P3 (SMPTE EG 432-1 with D65).
    pub const DISPLAY_P3: Self = Self { rgb: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]], white: D65 };
    /// ITU-R BT.2020: the working primaries.
    pub const REC2020: Self = Self { rgb: [[0.708, 0.292], [0.170, 0.797], [0.131, 0.046]], white: D65 };

    /// Linear RGB to CIE XYZ with white at Y = 1; `None` where the primaries span no gamut.
    #[must_use]
    pub fn to_xyz(self) -> Option<[[f64; 3]; 3]> {
        let xyz = |[x, y]: [f64; 2]| [x / y, 1.0, (1.0 - x - y) / y];
        let columns = self.rgb.map(xyz);
        let mut m = [[0.0; 3]; 3];
        for (c, column) in columns.iter().enumerate() {
            for (row, v) in m.iter_mut().zip(column) {
                row[c] = *v;
            }
        }
        let white = xyz(self.white);
        let gains = invert(m)?.map(|row| row.iter().zip(white).map(|(a, b)| a * b).sum::<f64>());
        Some(m.map(|row| [row[0] * gains[0], row[1] * gains[1], row[2] * gains[2]]))
    }

    /// Linear RGB of these primaries to the working space (same white).
    #[must_use]
    pub fn to_working(self) -> Option<[[f64; 3]; 3]> {
        Some(multiply(invert(Self::REC2020.to_xyz()?)?, self.to_xyz()?))
    }
}

/// The working space to linear RGB of `primaries`; identity where they span no gamut.
#[must_use]
pub fn from_working(primaries: Primaries) -> Matrix3 {
    let m = primaries.to_working().and_then(invert);
    m.unwrap_or([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).map(|r| r.map(|v| v as f32))
}

/// How the codes of a file become linear Rec.2020.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoding {
    /// The profile's name, for reports.
    pub name: String,
    /// Linear light for every code, one table a channel (256 or 65,536 entries; empty for linear floats).
    pub tables: [Arc<[f32]>; 3],
    /// From the file's linear primaries to Rec.2020.
    pub to_working: Matrix3,
}

impl Encoding {
    /// sRGB for 8-bit (`codes` = 256) or 16-bit (`codes` = 65,536) samples.
    #[must_use]
    pub fn srgb(codes: usize) -> Self {
        let scale = 1.0 / (codes.max(2) - 1) as f64;
        let table: Arc<[f32]> = (0..codes).map(|i| srgb_decode(i as f64 * scale) as f32).collect();
        Self {
            name: "sRGB".into(),
            tables: [table.clone(), table.clone(), table],
            to_working: to_working(Primaries::SRGB),
        }
    }
}

/// Linear RGB of `primaries` to the working space; identity where they span no gamut.
#[must_use]
pub fn to_working(primaries: Primaries) -> Matrix3 {
    let m = primaries.to_working();
    m.unwrap_or([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).map(|r| r.map(|v| v as f32))
}

/// sRGB code value (0..1) to linear light.
#[must_use]
pub fn srgb_decode(v: f64) -> f64 {
    if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

/// Linear light to sRGB code value (0..1): the exact formula, the reference for the kernels.
#[must_use]
pub fn srgb_encode(v: f64) -> f64 {
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

/// The product `a · b`.
#[must_use]
pub fn multiply(a: [[f64; 3]; 3], b: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let mut out = [[0.0; 3]; 3];
    for (r, row) in out.iter_mut().enumerate() {
        for (c, v) in row.iter_mut().enumerate() {
            *v = (0..3).map(|k| a[r][k] * b[k][c]).sum();
        }
    }
    out
}

/// The inverse, or `None` where there is none.
#[must_use]
pub fn invert(m: [[f64; 3]; 3]) -> Option<[[f64; 3]; 3]> {
    let cofactor = |r: usize, c: usize| {
        let (r1, r2, c1, c2) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
        m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
    };
    let det: f64 = (0..3).map(|c| m[0][c] * cofactor(0, c)).sum();
    if !det.is_finite() || det.abs() < 1e-12 {
        return None;
    }
    let mut out = [[0.0; 3]; 3];
    for (r, row) in out.iter_mut().enumerate() {
        for (c, v) in row.iter_mut().enumerate() {
            *v = cofactor(c, r) / det;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rec.2020 from sRGB, Adobe RGB and Display P3 as colour-science prints them (its D65 differs in the
    /// fifth digit, hence the tolerance).
    #[test]
    fn working_matrices_agree_with_published_ones() {
        let published: [(Primaries, [[f64; 3]; 3]); 2] = [
            (
                Primaries::SRGB,
                [
                    [0.627_404, 0.329_283, 0.043_313],
                    [0.069_097, 0.919_540, 0.011_362],
                    [0.016_391, 0.088_013, 0.895_595],
                ],
            ),
            (
                Primaries::DISPLAY_P3,
                [
                    [0.753_833, 0.198_597, 0.047_570],
                    [0.045_744, 0.941_777, 0.012_479],
                    [-0.001_210, 0.017_602, 0.983_609],
                ],
            ),
        ];
        for (primaries, expected) in published {
            let m = primaries.to_working().unwrap_or_default();
            for (row, want) in m.iter().flatten().zip(expected.iter().flatten()) {
                assert!((row - want).abs() < 2e-6, "{row} against {want}");
            }
        }
    }

    #[test]
    fn srgb_curve_is_its_own_inverse() {
        for code in 0..=255 {
            let v = f64::from(code) / 255.0;
            assert!((srgb_encode(srgb_decode(v)) - v).abs() < 1e-7);
        }
    }
}
