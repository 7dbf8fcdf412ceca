// The sRGB curve for linear values clamped to 0..1: a polynomial in the fourth root of the light, within
// 4e-7 of the formula of IEC 61966-2-1. Twin of src/ops/transfer.rs.

fn srgb_encode(light: f32) -> f32 {
    let v = clamp(light, 0.0, 1.0);
    let w = (sqrt(sqrt(max(v, 0.0031308))) - 0.61827254) * 2.61967;
    var p = 3.6823174e-5;
    p = p * w - 8.056529e-5;
    p = p * w + 0.00011660785;
    p = p * w - 0.0003613115;
    p = p * w + 0.0013477134;
    p = p * w - 0.0065263105;
    p = p * w + 0.0950249;
    p = p * w + 0.46173134;
    p = p * w + 0.44871086;
    return select(1.055 * p - 0.055, 12.92 * v, v <= 0.0031308);
}
