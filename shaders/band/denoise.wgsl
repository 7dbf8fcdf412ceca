// The band's light with its grain smoothed. Twin of src/ops/band/denoise.rs.

struct DenoiseParams {
    // rows of the band to a neighbour
    reach: u32,
    // squared colour difference that still counts: at any light, and a unit of light
    base: f32,
    slope: f32,
    pad0: f32,
}

@group(0) @binding(1) var<uniform> by: DenoiseParams;
@group(0) @binding(2) var<storage, read> light: array<f32>;
@group(0) @binding(3) var<storage, read> tiles: array<f32>;
@group(0) @binding(4) var<storage, read_write> clean: array<f32>;

const TILES: u32 = 1u;

fn light_at(p: vec2<u32>) -> vec3<f32> {
    return vec3<f32>(light[at4(0u, 0u, p.x, p.y)], light[at4(0u, 1u, p.x, p.y)], light[at4(0u, 2u, p.x, p.y)]);
}

@compute @workgroup_size(64)
fn band_denoise(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let x = i32(p.x) % SIDE;
    let y = i32(p.x) / SIDE;
    let mid = light_at(p);
    let level = (mid.x + mid.y + mid.z) * (1.0 / 3.0);
    let scale = 1.0 / (by.base + by.slope * max(level, 0.0));
    var sum = vec3<f32>(0.0);
    var weights = 0.0;
    for (var v = -2; v <= 2; v++) {
        for (var u = -2; u <= 2; u++) {
            let d = light_at(reached(p.y, x + u, y + v)) - mid;
            let near = max(1.0 - dot(d, d) * scale, 0.0);
            weights += near * near;
            sum += near * near * d;
        }
    }
    let out = mid + sum / weights;
    clean[at4(2u, 0u, p.x, p.y)] = out.x;
    clean[at4(2u, 1u, p.x, p.y)] = out.y;
    clean[at4(2u, 2u, p.x, p.y)] = out.z;
    clean[at4(2u, 3u, p.x, p.y)] = light[at4(0u, 3u, p.x, p.y)];
}
