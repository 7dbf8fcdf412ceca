//! Exponential and natural logarithm that loops can run in SIMD lanes, equal on every processor.

/// Natural logarithm of a positive, normal number, to 2 units in the last place of 1.
///
/// The mantissa is taken within 1/√2 … √2, where ln m = 2 artanh((m − 1)/(m + 1)) needs five odd terms.
#[must_use]
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    const HALF_ROOT: i32 = 0x3f35_04f3;
    let bits = x.to_bits() as i32;
    let exponent = (bits - HALF_ROOT) >> 23;
    let f = f32::from_bits((bits - (exponent << 23)) as u32) - 1.0;
    let s = f / (2.0 + f);
    let q = s * s;
    let tail = q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0))));
    exponent as f32 * std::f32::consts::LN_2 + 2.0 * (s + s * tail)
}

/// e to the power of `x`, which is held within −87 … 88; relative error below 3e-7.
#[must_use]
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = (x - n * 0.693_359_4) - n * -2.121_944_4e-4;
    let tail = 1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0)));
    let e = 1.0 + r * (1.0 + r * (0.5 + r * tail));
    e * f32::from_bits(((n as i32 + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_exponential_are_those_of_double_precision() {
        for i in 0..20_000 {
            let x = 1e-3 * 1.001_f32.powi(i - 5000).min(1e30);
            let truth = f64::from(x).ln();
            assert!((f64::from(ln(x)) - truth).abs() < 3e-7 * truth.abs().max(1.0), "ln {x}");
            let y = (i as f32 - 10_000.0) * 0.008;
            let truth = f64::from(y).exp();
            assert!((f64::from(exp(y)) / truth - 1.0).abs() < 3e-7, "exp {y}");
        }
    }
}
