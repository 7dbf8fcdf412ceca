// What is left of the backdrop's light at every pixel. Twin of src/ops/shadow/layer.rs.

struct LayerParams {
    // factor and offset from pixels to the grids, for x, then for y
    map: vec4<f32>,
    // from the tiles' light to working light, and each channel's share of luminance
    red: vec4<f32>,
    green: vec4<f32>,
    blue: vec4<f32>,
    // transmission at which the shadow begins to vanish, and at which it is gone
    floor_start: f32,
    floor_end: f32,
    dark: f32,
    pad0: f32,
}

@group(0) @binding(1) var<uniform> by: LayerParams;
@group(0) @binding(2) var<storage, read> transmission: array<f32>;
@group(0) @binding(3) var<storage, read> gain: array<f32>;
@group(0) @binding(4) var<storage, read> clear: array<f32>;
@group(0) @binding(5) var<storage, read> behind: array<f32>;
@group(0) @binding(6) var<storage, read> index: array<f32>;
@group(0) @binding(7) var<storage, read_write> layer: array<f32>;

const SIDE: u32 = 16u;

fn log_light(row: vec4<f32>, light: vec3<f32>) -> f32 {
    return row.w * log(max(dot(row.xyz, light), 0.0) + by.dark);
}

@compute @workgroup_size(64)
fn shadow_layer(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 5u) {
        return;
    }
    let c = cell(0u, p, by.map);
    let i = vec4<u32>(at(0u, c.x0, c.y0), at(0u, c.x1, c.y0), at(0u, c.x0, c.y1), at(0u, c.x1, c.y1));
    var t = blend(c, transmission[i.x], transmission[i.y], transmission[i.z], transmission[i.w]);
    let power = blend(c, gain[i.x], gain[i.y], gain[i.z], gain[i.w]);
    let open = blend(c, clear[i.x], clear[i.y], clear[i.z], clear[i.w]);
    let slot = index[at(4u, p.x / SIDE, p.y / SIDE)];
    if slot >= 0.0 {
        let pixel = (p.y % SIDE) * SIDE + p.x % SIDE;
        let row = u32(slot);
        let light = vec3<f32>(
            behind[at4(3u, 0u, pixel, row)],
            behind[at4(3u, 1u, pixel, row)],
            behind[at4(3u, 2u, pixel, row)],
        );
        let logs = log_light(by.red, light) + log_light(by.green, light) + log_light(by.blue, light);
        t = min(exp(logs - open), 1.0);
    }
    t = min(exp(power * log(max(t, 1e-6))), 1.0);
    let s = clamp((t - by.floor_start) / (by.floor_end - by.floor_start), 0.0, 1.0);
    layer[at(5u, p.x, p.y)] = t + (1.0 - t) * s * s * (3.0 - 2.0 * s);
}
