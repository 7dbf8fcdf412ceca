// Slope, offset and power a channel, then saturation. Twin of src/ops/cdl/kernel.rs.

struct CdlParams {
    to_red: vec4<f32>,
    to_green: vec4<f32>,
    to_blue: vec4<f32>,
    from_red: vec4<f32>,
    from_green: vec4<f32>,
    from_blue: vec4<f32>,
    slope: vec4<f32>,
    offset: vec4<f32>,
    power: vec4<f32>,
    saturation: f32,
    // 1: clamped to 0..1 before the power and at the end
    clamped: u32,
    // 1: the codes have the sRGB curve
    encoded: u32,
    pad0: u32,
}

@group(0) @binding(1) var<uniform> by: CdlParams;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read_write> graded: array<f32>;

fn raised(v: f32, c: u32) -> f32 {
    var x = v * by.slope[c] + by.offset[c];
    if by.clamped == 1u {
        x = clamp(x, 0.0, 1.0);
    }
    if by.power[c] != 1.0 {
        x = select(x, power(x, by.power[c]), x > 0.0);
    }
    return x;
}

fn grade(v: vec3<f32>) -> vec3<f32> {
    var x = vec3<f32>(raised(v.x, 0u), raised(v.y, 1u), raised(v.z, 2u));
    if by.saturation != 1.0 {
        let luma = 0.2126 * x.x + 0.7152 * x.y + 0.0722 * x.z;
        x = luma + by.saturation * (x - luma);
    }
    if by.clamped == 1u {
        x = clamp(x, vec3<f32>(0.0), vec3<f32>(1.0));
    }
    return x;
}

@compute @workgroup_size(64)
fn apply_cdl(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    let a = picture[at4(0u, 3u, p.x, p.y)];
    let light = vec3<f32>(
        picture[at4(0u, 0u, p.x, p.y)],
        picture[at4(0u, 1u, p.x, p.y)],
        picture[at4(0u, 2u, p.x, p.y)],
    );
    var result = light;
    if a >= LEAST_ALPHA {
        let straight = mixed_by(by.to_red, by.to_green, by.to_blue, light) * (1.0 / a);
        let after = decoded(grade(encoded(straight, by.encoded)), by.encoded);
        result = mixed_by(by.from_red, by.from_green, by.from_blue, after) * a;
    }
    for (var c = 0u; c < 3u; c++) {
        graded[at4(1u, c, p.x, p.y)] = result[c];
    }
    graded[at4(1u, 3u, p.x, p.y)] = a;
}
