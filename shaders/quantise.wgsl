// Working light to file codes. Twin of src/ops/quantise.rs.

struct QuantiseParams {
    red: vec4<f32>,
    green: vec4<f32>,
    blue: vec4<f32>,
    // linear output light behind the picture
    behind: vec4<f32>,
    // 1: colour is divided by alpha
    straight: u32,
    // 8-bit colour is dithered: 1 but for values that are codes, 2 but for white and black
    dither: u32,
    // 1: there is something behind the picture, and it becomes opaque
    backed: u32,
    // 1: colour is codes already
    coded: u32,
}

@group(0) @binding(1) var<uniform> by: QuantiseParams;
@group(0) @binding(2) var<storage, read> light: array<f32>;
@group(0) @binding(3) var<storage, read_write> codes: array<u32>;

fn code_value(p: vec2<u32>) -> vec4<f32> {
    let r = light[at4(0u, 0u, p.x, p.y)];
    let g = light[at4(0u, 1u, p.x, p.y)];
    let b = light[at4(0u, 2u, p.x, p.y)];
    let a = light[at4(0u, 3u, p.x, p.y)];
    if by.coded == 1u {
        let mixed = vec4<f32>(
            by.red.x * r + by.red.y * g + by.red.z * b,
            by.green.x * r + by.green.y * g + by.green.z * b,
            by.blue.x * r + by.blue.y * g + by.blue.z * b,
            a,
        );
        return clamp(mixed, vec4<f32>(0.0), vec4<f32>(1.0));
    }
    let gone = a < LEAST_ALPHA;
    let divisor = select(1.0, max(a, LEAST_ALPHA), by.straight == 1u);
    let k = select(1.0 / divisor, 0.0, (by.straight == 1u || by.backed == 1u) && gone);
    let unseen = select(1.0 - a, 1.0, gone);
    let kept = select(clamp(a, 0.0, 1.0), 0.0, gone);
    return vec4<f32>(
        srgb_encode((by.red.x * r + by.red.y * g + by.red.z * b) * k + unseen * by.behind.x),
        srgb_encode((by.green.x * r + by.green.y * g + by.green.z * b) * k + unseen * by.behind.y),
        srgb_encode((by.blue.x * r + by.blue.y * g + by.blue.z * b) * k + unseen * by.behind.z),
        select(kept, 1.0, by.backed == 1u),
    );
}

// A number in 0..1 from the position, of which sixteen pixels have one in each sixteenth, and its eighth.
fn threshold(p: vec2<u32>, channel: u32) -> vec2<f32> {
    let row = p.y * 1779033703u + channel * 3242174889u;
    let turned = p.x + 2u * (row >> 29u);
    let eighth = (0x42136570u >> (4u * (turned & 7u))) & 7u;
    let sixteenth = 2u * eighth + (((turned >> 3u) + (turned >> 2u)) & 1u);
    let within = (p.x * 2654435769u + row) >> 8u;
    let n = (sixteenth << 20u) + (((1u << 22u) + (within >> 1u)) >> 4u);
    return vec2<f32>(f32(n) * (1.0 / 16777216.0), f32(eighth));
}

fn code8(value: f32, p: vec2<u32>, channel: u32, pure: bool) -> u32 {
    let v = value * 255.0;
    let nearest = floor(v + 0.5);
    let kept = by.dither == 1u || nearest == 0.0 || nearest == 255.0;
    let settled = by.dither == 0u || pure || (kept && abs(v - nearest) < 0.005);
    let by_place = threshold(p, channel);
    let dithered = floor(v + by_place.x);
    let swapped = dithered + select(select(0.0, -1.0, by_place.y == 7.0), 1.0, by_place.y == 0.0);
    let nudged = select(dithered, swapped, v >= 1.0 && v <= 254.0);
    return u32(select(nudged, nearest, settled));
}

@compute @workgroup_size(64)
fn quantise8(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    let v = code_value(p);
    let alpha = u32(floor(v.w * 255.0 + 0.5));
    let a = light[at4(0u, 3u, p.x, p.y)];
    let unseen = a < LEAST_ALPHA;
    let marked = a > 1.5;
    let pure = select(by.backed == 1u && unseen, marked, by.coded == 1u);
    let word = code8(v.x, p, 0u, pure) | (code8(v.y, p, 1u, pure) << 8u) | (code8(v.z, p, 2u, pure) << 16u)
        | (alpha << 24u);
    codes[at(1u, p.x, p.y)] = word;
}

@compute @workgroup_size(64)
fn quantise16(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    let v = vec4<u32>(floor(code_value(p) * 65535.0 + 0.5));
    let word = 2u * (p.y * frame.views[1].x + p.x) - frame.views[1].z;
    codes[word] = v.x | (v.y << 16u);
    codes[word + 1u] = v.z | (v.w << 16u);
}
