// Powers from bits and two series, and the sRGB curve for light and codes of any size. Twin of
// src/ops/transfer.rs.

fn power(v: f32, p: f32) -> f32 {
    let bits = bitcast<u32>(max(v, 1.1754944e-38));
    let exponent = bitcast<i32>(bits - 0x3f3504f3u) >> 23u;
    let left = bitcast<f32>(bits - bitcast<u32>(exponent << 23u));
    let s = (left - 1.0) / (left + 1.0);
    let q = s * s;
    let series = 2.88539 + q * (0.9617967 + q * (0.57707804 + q * (0.4121986 + q * 0.3205989)));
    let t = clamp(p * (f32(exponent) + s * series), -126.0, 127.0);
    let n = floor(t + 0.5);
    let f = t - n;
    let upper = 0.0013333558 + f * (0.0001540353 + f * 0.000015252734);
    let there = 1.0 + f * (0.6931472 + f * (0.2402265 + f * (0.05550411 + f * (0.009618129 + f * upper))));
    return select(0.0, there * bitcast<f32>(u32(i32(n) + 127) << 23u), v > 0.0);
}

fn encode(light: f32) -> f32 {
    let v = abs(light);
    let code = select(1.055 * power(v, 1.0 / 2.4) - 0.055, 12.92 * v, v <= 0.0031308);
    return select(code, -code, light < 0.0);
}

fn decode(code: f32) -> f32 {
    let v = abs(code);
    let light = select(power((v + 0.055) / 1.055, 2.4), v / 12.92, v <= 0.04045);
    return select(light, -light, code < 0.0);
}
