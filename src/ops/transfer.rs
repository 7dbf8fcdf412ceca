//! The sRGB curve, fast: a polynomial in the fourth root of the light (two square roots, no power), fitted
//! to IEC 61966-2-1 by Chebyshev interpolation of degree 8. Twin of shaders/lib/srgb.wgsl.

/// Coefficients from the highest power down.
const POLYNOMIAL: [f32; 9] = [
    3.682_317_4e-5,
    -8.056_529e-5,
    1.166_078_5e-4,
    -3.613_115e-4,
    1.347_713_4e-3,
    -6.526_310_5e-3,
    9.502_49e-2,
    4.617_313_4e-1,
    4.487_108_6e-1,
];
/// End of the straight part.
const TOE: f32 = 0.003_130_8;

/// A value clamped to 0..1; what is not a number becomes 0.
#[must_use]
#[inline(always)]
#[allow(clippy::manual_clamp, reason = "clamp keeps NaN, and NaN must not reach a code")]
pub(super) fn unit(v: f32) -> f32 {
    v.max(0.0).min(1.0)
}

/// Linear light to sRGB code value, both clamped to 0..1.
#[must_use]
#[inline(always)]
pub(super) fn srgb_encode(light: f32) -> f32 {
    let v = unit(light);
    let w = (v.max(TOE).sqrt().sqrt() - 0.618_272_54) * 2.619_67;
    let mut p = POLYNOMIAL[0];
    for c in &POLYNOMIAL[1..] {
        p = p * w + c;
    }
    if v <= TOE { 12.92 * v } else { 1.055 * p - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_formula() {
        let worst = (0..=100_000)
            .map(|i| f64::from(i) / 100_000.0)
            .map(|v| (f64::from(srgb_encode(v as f32)) - crate::image::srgb_encode(v)).abs())
            .fold(0.0, f64::max);
        assert!(worst < 6e-7, "off by {worst}");
    }

    #[test]
    fn every_16_bit_code_survives() {
        for code in 0..=65_535_u32 {
            let light = crate::image::srgb_decode(f64::from(code) / 65_535.0) as f32;
            assert_eq!((srgb_encode(light) * 65_535.0 + 0.5) as u32, code);
        }
    }
}
