// Small kernels for the tests of the executors and of the twins' harness.

struct Gain {
    factor: vec4<f32>,
    lift: f32,
    pad0: f32,
    pad1: f32,
    pad2: f32,
}

struct Scale {
    scale: f32,
    levels: u32,
    pad0: u32,
    pad1: u32,
}

@group(0) @binding(1) var<uniform> gain_params: Gain;
@group(0) @binding(1) var<uniform> scale_params: Scale;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read> file: array<u32>;
@group(0) @binding(3) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;
@group(0) @binding(3) var<storage, read_write> codes: array<u32>;
@group(0) @binding(4) var<storage, read_write> looked_up: array<f32>;

// colour × factor + lift
@compute @workgroup_size(8, 8)
fn sample_gain(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    for (var c = 0u; c < 4u; c++) {
        let v = source[at4(0u, c, p.x, p.y)];
        result[at4(1u, c, p.x, p.y)] = v * gain_params.factor[c] + gain_params.lift;
    }
}

// Sum of the 3×3 neighbours × scale, edges repeated.
@compute @workgroup_size(64, 1)
fn sample_box(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    let size = frame.views[0].xy;
    var sum = 0.0;
    for (var dy = -1; dy <= 1; dy++) {
        let y = clamped(p.y, dy, size.y);
        for (var dx = -1; dx <= 1; dx++) {
            sum += source[at(0u, clamped(p.x, dx, size.x), y)];
        }
    }
    result[at(1u, p.x, p.y)] = sum * scale_params.scale;
}

// 8-bit RGB × scale, alpha 1.
@compute @workgroup_size(8, 8)
fn sample_read(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    let first = (p.y * frame.views[0].x + p.x) * (frame.views[0].w >> 8u);
    for (var c = 0u; c < 3u; c++) {
        let byte = first + c;
        let word = file[byte / 4u - frame.views[0].z];
        let code = (word >> (8u * (byte % 4u))) & 0xffu;
        result[at4(1u, c, p.x, p.y)] = f32(code) * scale_params.scale;
    }
    result[at4(1u, 3u, p.x, p.y)] = 1.0;
}

// 8-bit RGBA of colour × scale, halves rounded up.
@compute @workgroup_size(8, 8)
fn sample_write(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    var word = 0u;
    for (var c = 0u; c < 4u; c++) {
        let v = clamp(source[at4(0u, c, p.x, p.y)], 0.0, 1.0);
        word |= u32(v * scale_params.scale + 0.5) << (8u * c);
    }
    codes[at(1u, p.x, p.y)] = word;
}

// Mean of 2×2, for a result half as large.
@compute @workgroup_size(16, 4)
fn sample_halve(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    let size = frame.views[0].xy;
    let x = min(2u * p.x, size.x - 1u);
    let y = min(2u * p.y, size.y - 1u);
    let right = clamped(x, 1, size.x);
    let below = clamped(y, 1, size.y);
    let upper = source[at(0u, x, y)] + source[at(0u, right, y)];
    let lower = source[at(0u, x, below)] + source[at(0u, right, below)];
    result[at(1u, p.x, p.y)] = (upper + lower) * scale_params.scale;
}

// The table's entry at floor(value × (levels - 1)).
@compute @workgroup_size(8, 8)
fn sample_look_up(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let last = scale_params.levels - 1u;
    let v = clamp(source[at(0u, p.x, p.y)], 0.0, 1.0);
    let entry = table[at(1u, u32(v * f32(last)), 0u)];
    looked_up[at(2u, p.x, p.y)] = entry * scale_params.scale;
}
