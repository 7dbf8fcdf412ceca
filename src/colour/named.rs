//! Colour spaces that have a name or a few numbers instead of a profile: sRGB, Adobe RGB, PNG's code points,
//! gamma and chromaticities.

use std::sync::{Arc, OnceLock};

use super::curve::{Curve, tables};
use super::icc::Shaper;
use crate::image::{
    Encoding, Matrix3, Primaries, Sample, adaptation, invert, multiply, srgb_decode, srgb_encode,
};

/// No change.
pub(super) const IDENTITY: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// XYZ under ICC's D50 to XYZ under D65 (xy 0.3127, 0.3290), by Bradford.
pub(super) const BRADFORD_D50_TO_D65: [[f64; 3]; 3] = [
    [0.955_511_32, -0.023_073_79, 0.063_307_81],
    [-0.028_326_17, 1.009_944_51, 0.021_054_12],
    [0.012_328_31, -0.020_534_56, 1.330_704_49],
];

/// A matrix in the precision of an [`Encoding`].
pub(super) fn narrow(m: [[f64; 3]; 3]) -> Matrix3 {
    m.map(|row| row.map(|v| v as f32))
}

/// Linear floats.
pub(super) fn linear(name: String, to_working: [[f64; 3]; 3]) -> Encoding {
    let none: Arc<[f32]> = Arc::new([]);
    Encoding { name, tables: [none.clone(), none.clone(), none], to_working: narrow(to_working) }
}

/// sRGB for samples of this type, made once; floats are linear light of its primaries.
pub(super) fn srgb(sample: Sample) -> Arc<Encoding> {
    static BYTES: OnceLock<Arc<Encoding>> = OnceLock::new();
    static SHORTS: OnceLock<Arc<Encoding>> = OnceLock::new();
    match sample {
        Sample::U8 => BYTES.get_or_init(|| Arc::new(Encoding::srgb(256))).clone(),
        Sample::U16 => SHORTS.get_or_init(|| Arc::new(Encoding::srgb(65_536))).clone(),
        Sample::F32 => {
            let to_working = Primaries::SRGB.to_working().unwrap_or(IDENTITY);
            Arc::new(linear("linear Rec.709".into(), to_working))
        }
    }
}

/// Adobe RGB (1998).
pub(super) fn adobe_rgb() -> Option<Shaper> {
    shaper("Adobe RGB (1998)", &Curve::Gamma(563.0 / 256.0), Primaries::ADOBE_RGB)
}

/// Code points of ITU-T H.273, as PNG's cICP chunk has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cicp {
    pub(crate) primaries: u8,
    pub(crate) transfer: u8,
    pub(crate) matrix: u8,
    pub(crate) full_range: bool,
}

impl Cicp {
    /// The space it names; `None` where it is not one for photographs (film ranges, HDR).
    pub(super) fn shaper(self) -> Option<Shaper> {
        if self.matrix != 0 || !self.full_range {
            return None;
        }
        let (name, primaries) = match self.primaries {
            1 => ("Rec.709 primaries", Primaries::SRGB),
            9 => ("Rec.2020 primaries", Primaries::REC2020),
            11 => {
                let white = [0.314, 0.351];
                ("DCI-P3 primaries", Primaries { white, ..Primaries::DISPLAY_P3 })
            }
            12 => ("Display P3 primaries", Primaries::DISPLAY_P3),
            _ => return None,
        };
        let curve = match self.transfer {
            1 | 6 | 14 | 15 => Curve::Rec709,
            4 => Curve::Gamma(2.2),
            5 => Curve::Gamma(2.8),
            8 => Curve::Gamma(1.0),
            13 => Curve::Srgb,
            _ => return None,
        };
        shaper(&format!("{name}, cICP transfer {}", self.transfer), &curve, primaries)
    }
}

/// PNG's gamma and chromaticities; what is missing is sRGB's.
pub(super) fn from_gamma(gamma: Option<f64>, primaries: Option<Primaries>) -> Option<Shaper> {
    let curve = match gamma {
        // The gamma by which writers without an sRGB chunk say sRGB.
        Some(g) if (g - 0.454_55).abs() < 1e-4 => Curve::Srgb,
        Some(g) if (0.2..=2.0).contains(&g) => Curve::Gamma(1.0 / g),
        Some(_) => return None,
        None => Curve::Srgb,
    };
    shaper("PNG gamma and chromaticities", &curve, primaries.unwrap_or(Primaries::SRGB))
}

fn shaper(name: &str, curve: &Curve, primaries: Primaries) -> Option<Shaper> {
    let to_working = to_working(primaries)?;
    Some(Shaper { name: name.into(), curves: [curve.clone(), curve.clone(), curve.clone()], to_working })
}

/// Linear RGB of any primaries and white to the working space, adapted by Bradford.
fn to_working(primaries: Primaries) -> Option<[[f64; 3]; 3]> {
    let working = Primaries::REC2020;
    let sane = primaries.rgb.iter().chain([&primaries.white]).flatten().all(|v| (-0.2..=1.2).contains(v));
    if !sane || primaries.white[1] < 0.05 || primaries.rgb.iter().any(|p| p[1] == 0.0) {
        return None;
    }
    if primaries.white == working.white {
        return primaries.to_working();
    }
    let xyz = |[x, y]: [f64; 2]| [x / y, 1.0, (1.0 - x - y) / y];
    let adapt = adaptation(xyz(primaries.white), xyz(working.white));
    Some(multiply(multiply(invert(working.to_xyz()?)?, adapt), primaries.to_xyz()?))
}

/// Whether curves and matrix are sRGB's but for rounding: then no code may change. The curves may be off by
/// 0.6 of an 8-bit code and the matrix by 0.003, which covers the tables and primaries in circulation and
/// is far from every other space.
pub(super) fn is_srgb(curves: &[Curve; 3], to_working: [[f64; 3]; 3]) -> bool {
    let srgb = Primaries::SRGB.to_working().unwrap_or(IDENTITY);
    let near = to_working.iter().flatten().zip(srgb.iter().flatten()).all(|(a, b)| (a - b).abs() < 3e-3);
    near && curves.iter().all(|curve| {
        (0..=255).all(|i| {
            let x = f64::from(i) / 255.0;
            (srgb_encode(curve.at(x)) - x).abs() < 0.6 / 255.0
        })
    })
}

/// Whether curves from light to code are sRGB's but for the fixed point of a profile's parameters: by three
/// codes of 16 bits.
pub(super) fn has_srgb_curves(curves: &[Curve]) -> bool {
    curves.iter().all(|curve| {
        (0..=255).all(|i| {
            let x = f64::from(i) / 255.0;
            (curve.at(srgb_decode(x)) - x).abs() < 5e-5
        })
    })
}

/// The tables of a curve with Rec.2020 primaries, for pixels that were converted while loading.
pub(super) fn converted(name: &str) -> Encoding {
    let tables = tables([&Curve::Srgb, &Curve::Srgb, &Curve::Srgb], 65_536);
    Encoding { name: name.into(), tables, to_working: narrow(IDENTITY) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::image::D50;

    #[test]
    fn the_written_adaptation_is_bradfords() {
        let [x, y] = Primaries::SRGB.white;
        let made = adaptation(D50, [x / y, 1.0, (1.0 - x - y) / y]);
        for (a, b) in made.iter().flatten().zip(BRADFORD_D50_TO_D65.iter().flatten()) {
            assert!((a - b).abs() < 5e-8, "{made:?}");
        }
    }

    #[test]
    fn only_srgb_is_srgb() {
        assert!(is_srgb(
            &from_gamma(Some(0.454_55), None).unwrap().curves,
            Primaries::SRGB.to_working().unwrap()
        ));
        for other in [adobe_rgb(), from_gamma(Some(1.0 / 2.4), None)] {
            let other = other.unwrap();
            assert!(!is_srgb(&other.curves, other.to_working), "{}", other.name);
        }
        let p3 = Cicp { primaries: 12, transfer: 13, matrix: 0, full_range: true }.shaper().unwrap();
        assert!(!is_srgb(&p3.curves, p3.to_working));
        let hdr = Cicp { primaries: 9, transfer: 16, matrix: 0, full_range: true };
        assert!(hdr.shaper().is_none());
    }
}
