//! How colours look, as numbers: CIE Lab under D50, OKLab, and the difference CIEDE2000. `f64`, a colour at
//! a time: for measuring and deciding, not for pictures. Working colours are linear Rec.2020 with D65 white.
//!
//! Sources: CIE 15 (Lab), ISO 15076-1 (D50 and Bradford's adaptation), B. Ottosson, "A perceptual color space
//! for image processing", 2020 (OKLab), CIE 142 and G. Sharma, W. Wu, E. Dalal, "The CIEDE2000
//! color-difference formula", 2005.

use std::sync::OnceLock;

use super::encoding::{Primaries, invert, multiply};

/// CIE XYZ of D50, the white of Lab values and of ICC's connection space.
pub const D50: [f64; 3] = [0.964_202_88, 1.0, 0.824_905_40];

/// XYZ under D65 (xy 0.3127, 0.3290) as OKLab is defined on it to its cone responses.
const OKLAB_CONES: [[f64; 3]; 3] = [
    [0.818_933_010_1, 0.361_866_742_4, -0.128_859_713_7],
    [0.032_984_543_6, 0.929_311_871_5, 0.036_145_638_7],
    [0.048_200_301_8, 0.264_366_269_1, 0.633_851_707_0],
];

/// Roots of OKLab's cone responses to OKLab.
const OKLAB_MIX: [[f64; 3]; 3] = [
    [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
    [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
    [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
];

/// Bradford's cone responses.
const BRADFORD: [[f64; 3]; 3] =
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];

const NONE: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// Matrices derived once.
struct Matrices {
    to_xyz_d50: [[f64; 3]; 3],
    from_xyz_d50: [[f64; 3]; 3],
    to_cones: [[f64; 3]; 3],
    from_cones: [[f64; 3]; 3],
    from_mix: [[f64; 3]; 3],
}

fn matrices() -> &'static Matrices {
    static MATRICES: OnceLock<Matrices> = OnceLock::new();
    MATRICES.get_or_init(|| {
        let to_xyz = Primaries::REC2020.to_xyz().unwrap_or(NONE);
        let white = to_xyz.map(|row| row.iter().sum::<f64>());
        let to_xyz_d50 = multiply(adaptation(white, D50), to_xyz);
        // White is to be white: OKLab's own matrix has it right to four digits only.
        let cones = multiply(OKLAB_CONES, to_xyz).map(|row| {
            let sum: f64 = row.iter().sum();
            row.map(|v| v / sum)
        });
        let back = |m| invert(m).unwrap_or(NONE);
        Matrices {
            to_xyz_d50,
            from_xyz_d50: back(to_xyz_d50),
            to_cones: cones,
            from_cones: back(cones),
            from_mix: back(OKLAB_MIX),
        }
    })
}

/// Bradford's matrix from XYZ under one white to XYZ under another.
#[must_use]
pub fn adaptation(from: [f64; 3], to: [f64; 3]) -> [[f64; 3]; 3] {
    let (source, target) = (times(BRADFORD, from), times(BRADFORD, to));
    let mut scaled = BRADFORD;
    for ((row, s), t) in scaled.iter_mut().zip(source).zip(target) {
        row.iter_mut().for_each(|v| *v *= t / s);
    }
    multiply(invert(BRADFORD).unwrap_or(NONE), scaled)
}

fn times(m: [[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
    m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// CIE Lab (L 0 to 100) of XYZ whose white is `white`; white has Y = 1.
#[must_use]
pub fn lab_from_xyz(xyz: [f64; 3], white: [f64; 3]) -> [f64; 3] {
    let f = |t: f64| {
        if t > (6.0_f64 / 29.0).powi(3) { t.cbrt() } else { t * (29.0_f64 / 6.0).powi(2) / 3.0 + 4.0 / 29.0 }
    };
    let [x, y, z] = [f(xyz[0] / white[0]), f(xyz[1] / white[1]), f(xyz[2] / white[2])];
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// The inverse of [`lab_from_xyz`].
#[must_use]
pub fn xyz_from_lab(lab: [f64; 3], white: [f64; 3]) -> [f64; 3] {
    let y = (lab[0] + 16.0) / 116.0;
    let f = |t: f64| {
        if t > 6.0 / 29.0 { t.powi(3) } else { 3.0 * (6.0_f64 / 29.0).powi(2) * (t - 4.0 / 29.0) }
    };
    [f(y + lab[1] / 500.0) * white[0], f(y) * white[1], f(y - lab[2] / 200.0) * white[2]]
}

/// Lab under D50 of a linear working colour, adapted by Bradford.
#[must_use]
pub fn lab_from_working(rgb: [f64; 3]) -> [f64; 3] {
    lab_from_xyz(times(matrices().to_xyz_d50, rgb), D50)
}

/// The inverse of [`lab_from_working`].
#[must_use]
pub fn working_from_lab(lab: [f64; 3]) -> [f64; 3] {
    times(matrices().from_xyz_d50, xyz_from_lab(lab, D50))
}

/// OKLab (L 0 to 1) of a linear working colour.
#[must_use]
pub fn oklab_from_working(rgb: [f64; 3]) -> [f64; 3] {
    times(OKLAB_MIX, times(matrices().to_cones, rgb).map(f64::cbrt))
}

/// The inverse of [`oklab_from_working`].
#[must_use]
pub fn working_from_oklab(lab: [f64; 3]) -> [f64; 3] {
    times(matrices().from_cones, times(matrices().from_mix, lab).map(|v| v.powi(3)))
}

/// OKLab as linear maps around its cube roots, for kernels.
#[derive(Clone, Copy, Debug)]
pub struct OklabMaps {
    /// From working light to cone responses.
    pub cones: [[f64; 3]; 3],
    /// From the responses' cube roots to OKLab.
    pub mix: [[f64; 3]; 3],
    /// From OKLab to the cube roots.
    pub unmix: [[f64; 3]; 3],
    /// From cone responses to working light.
    pub light: [[f64; 3]; 3],
}

/// The maps of [`oklab_from_working`] and of its inverse.
#[must_use]
pub fn oklab_maps() -> OklabMaps {
    let m = matrices();
    OklabMaps { cones: m.to_cones, mix: OKLAB_MIX, unmix: m.from_mix, light: m.from_cones }
}

/// The difference CIEDE2000 of two Lab colours, with all weights 1.
#[must_use]
pub fn delta_e2000(first: [f64; 3], second: [f64; 3]) -> f64 {
    let chroma = |v: [f64; 3]| v[1].hypot(v[2]);
    let mean = 0.5 * (chroma(first) + chroma(second));
    let g = 1.5 - 0.5 * fade(mean);
    let [(l1, c1, h1), (l2, c2, h2)] = [first, second].map(|[l, a, b]| (l, (a * g).hypot(b), hue(a * g, b)));
    let turn = match h2 - h1 {
        _ if c1 * c2 == 0.0 => 0.0,
        d if d > 180.0 => d - 360.0,
        d if d < -180.0 => d + 360.0,
        d => d,
    };
    let (dl, dc, dh) = (l2 - l1, c2 - c1, 2.0 * (c1 * c2).sqrt() * (0.5 * turn).to_radians().sin());
    let (l, c) = (0.5 * (l1 + l2), 0.5 * (c1 + c2));
    let h = match h1 + h2 {
        sum if c1 * c2 == 0.0 => sum,
        sum if (h1 - h2).abs() <= 180.0 => 0.5 * sum,
        sum if sum < 360.0 => 0.5 * sum + 180.0,
        sum => 0.5 * sum - 180.0,
    };
    let cosine = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cosine(h - 30.0) + 0.24 * cosine(2.0 * h) + 0.32 * cosine(3.0 * h + 6.0)
        - 0.20 * cosine(4.0 * h - 63.0);
    let off = (l - 50.0).powi(2);
    let (sl, sc, sh) = (1.0 + 0.015 * off / (20.0 + off).sqrt(), 1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let rotation = -2.0 * fade(c) * (2.0 * 30.0 * (-((h - 275.0) / 25.0).powi(2)).exp()).to_radians().sin();
    let (l, c, h) = (dl / sl, dc / sc, dh / sh);
    (l * l + c * c + h * h + rotation * c * h).max(0.0).sqrt()
}

/// How far a chroma is past 25, from 0 to 1.
fn fade(chroma: f64) -> f64 {
    let c = chroma.powi(7);
    (c / (c + 25.0_f64.powi(7))).sqrt()
}

/// Degrees in 0 … 360; 0 for grey.
fn hue(a: f64, b: f64) -> f64 {
    if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of the table of Sharma, Wu and Dalal that take every branch; the whole table is in
    /// `tests/colour_difference.rs`.
    #[test]
    fn published_differences() {
        let pairs = [
            ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
            ([50.0, -1.0, 2.0], [50.0, 0.0, 0.0], 2.3669),
            ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0011], 7.2195),
            ([50.0, 2.5, 0.0], [58.0, 24.0, 15.0], 19.4535),
            ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
            ([22.7233, 20.0904, -46.6940], [23.0331, 14.9730, -42.5619], 2.0373),
            ([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082),
        ];
        for (a, b, wanted) in pairs {
            for found in [delta_e2000(a, b), delta_e2000(b, a)] {
                assert!((found - wanted).abs() < 5e-5, "{a:?} {b:?}: {found} for {wanted}");
            }
        }
    }

    #[test]
    fn whites_are_white_and_inverses_invert() {
        let white = [1.0; 3];
        assert!(lab_from_working(white).iter().zip([100.0, 0.0, 0.0]).all(|(a, b)| (a - b).abs() < 1e-9));
        assert!(oklab_from_working(white).iter().zip([1.0, 0.0, 0.0]).all(|(a, b)| (a - b).abs() < 1e-4));
        for rgb in [[0.2, 0.5, 0.1], [1.2, -0.1, 0.4], [0.001, 0.002, 0.0005]] {
            for back in [working_from_lab(lab_from_working(rgb)), working_from_oklab(oklab_from_working(rgb))]
            {
                assert!(back.iter().zip(rgb).all(|(a, b)| (a - b).abs() < 1e-12), "{back:?} for {rgb:?}");
            }
        }
    }

    #[test]
    fn srgb_red_is_the_published_lab_and_oklab() {
        let red = Primaries::SRGB.to_working().unwrap_or(NONE).map(|row| row[0]);
        let lab = lab_from_working(red);
        assert!(lab.iter().zip([54.29, 80.81, 69.89]).all(|(a, b)| (a - b).abs() < 0.02), "{lab:?}");
        let ok = oklab_from_working(red);
        assert!(ok.iter().zip([0.6280, 0.2249, 0.1258]).all(|(a, b)| (a - b).abs() < 2e-4), "{ok:?}");
    }
}
