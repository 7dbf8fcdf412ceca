//! Curves that are the same on every device. The sRGB curve for codes is a polynomial in the fourth root of the
//! light (two square roots, no power), fitted to IEC 61966-2-1 by Chebyshev interpolation of degree 8: twin of
//! shaders/lib/srgb.wgsl. A power is made of the bits of its argument and two series, and with it the sRGB curve
//! beyond 0..1: twin of shaders/lib/power.wgsl. No library's `pow` is asked.

pub(super) use crate::image::stages::unit;

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

/// A whole number from 0 to 2²³ − 1 as an integer. Its bits beside 2²³ are the mantissa's: one addition, where
/// a conversion that minds infinities would not become a SIMD instruction.
#[inline(always)]
pub(super) fn whole(v: f32) -> u32 {
    (v + 8_388_608.0).to_bits() & 0x007f_ffff
}

/// `v` to the power `p`: within 1e-7 for `v` up to 1, within 1.4e-6 of itself for `v` up to 64; 0 where `v` is not
/// above 0. Powers beyond 2^±126 end there.
#[must_use]
#[inline(always)]
pub(super) fn power(v: f32, p: f32) -> f32 {
    let bits = v.max(f32::MIN_POSITIVE).to_bits();
    // The nearest power of two, and what is left: from 1/√2 to √2.
    let exponent = (bits.wrapping_sub(0x3f35_04f3) as i32) >> 23;
    let left = f32::from_bits(bits.wrapping_sub((exponent << 23) as u32));
    let s = (left - 1.0) / (left + 1.0);
    let q = s * s;
    // log₂ = 2/ln 2 · artanh s
    let series = 2.885_39 + q * (0.961_796_7 + q * (0.577_078_04 + q * (0.412_198_6 + q * 0.320_598_9)));
    let there = exp2(p * (exponent as f32 + s * series));
    if v > 0.0 { there } else { 0.0 }
}

/// 2 to the power `t`.
#[inline(always)]
#[allow(clippy::manual_clamp, reason = "clamp keeps NaN, and NaN must not reach a shift")]
fn exp2(t: f32) -> f32 {
    let t = t.max(-126.0).min(127.0);
    let n = (t + 0.5).floor();
    let f = t - n;
    let upper = 0.001_333_355_8 + f * (1.540_353e-4 + f * 1.525_273_4e-5);
    let series = 1.0
        + f * (std::f32::consts::LN_2
            + f * (0.240_226_5 + f * (0.055_504_11 + f * (0.009_618_129 + f * upper))));
    // Beside 1.5 · 2²³ the last bits of the sum are n's.
    series * f32::from_bits((n + 12_582_912.0).to_bits().wrapping_add(127) << 23)
}

/// Linear light to sRGB codes of any size; negative light as its mirror image.
#[must_use]
#[inline(always)]
pub(super) fn encode(light: f32) -> f32 {
    let v = light.abs();
    let code = if v <= TOE { 12.92 * v } else { 1.055 * power(v, 1.0 / 2.4) - 0.055 };
    code.copysign(light)
}

/// sRGB codes of any size to linear light; negative codes as their mirror image.
#[must_use]
#[inline(always)]
pub(super) fn decode(code: f32) -> f32 {
    let v = code.abs();
    let light = if v <= 0.040_45 { v / 12.92 } else { power((v + 0.055) / 1.055, 2.4) };
    light.copysign(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_is_the_power() {
        let (mut worst, mut below) = (0.0_f64, 0.0_f64);
        for i in 0..=40_000_u32 {
            let v = (f64::from(i) / 40_000.0 * 26.0 - 20.0).exp2() as f32;
            for p in [0.01, 0.3, 1.0 / 2.4, 0.9, 1.0, 1.1, 2.4, 3.3] {
                let exact = f64::from(v).powf(f64::from(p));
                let off = (f64::from(power(v, p)) - exact).abs();
                worst = worst.max(off / exact.max(1.0));
                below = if v <= 1.0 { below.max(off) } else { below };
            }
        }
        assert!(below < 1e-7 && worst < 1.4e-6, "off by {below:e} up to 1, {worst:e} above");
        assert!([0.5, 3.0].iter().all(|p| power(1.0, *p) == 1.0));
        for v in [0.0, -1.0, f32::NAN, f32::NEG_INFINITY] {
            assert_eq!(power(v, 0.5), 0.0, "{v}");
        }
        assert!([f32::MAX, f32::INFINITY].iter().all(|v| power(*v, 100.0).is_finite()));
    }

    #[test]
    fn the_curve_without_ends_follows_the_formula_and_comes_back() {
        for i in -3000..=3000 {
            let v = f64::from(i) / 1000.0;
            let code = crate::image::srgb_encode(v.abs()).copysign(v);
            assert!((f64::from(encode(v as f32)) - code).abs() < 5e-7, "{v}");
            assert!((decode(encode(v as f32)) - v as f32).abs() < 2e-6, "{v}");
        }
    }

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
