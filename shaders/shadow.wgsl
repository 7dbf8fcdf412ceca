// The real shadow as a black layer under the product. Twin of src/ops/shadow.rs.

struct ShadowParams {
    // factor and offset from pixels to the grid, for x, then for y
    map: vec4<f32>,
    strength: f32,
    // transmission from which on there is no shadow
    floor_start: f32,
    floor_end: f32,
    pad0: f32,
}

@group(0) @binding(1) var<uniform> by: ShadowParams;
@group(0) @binding(2) var<storage, read> product: array<f32>;
@group(0) @binding(3) var<storage, read> transmission: array<f32>;
@group(0) @binding(4) var<storage, read_write> shaded: array<f32>;

fn light_through(p: vec2<u32>) -> f32 {
    let c = cell(1u, p, by.map);
    return blend(
        c,
        transmission[at(1u, c.x0, c.y0)],
        transmission[at(1u, c.x1, c.y0)],
        transmission[at(1u, c.x0, c.y1)],
        transmission[at(1u, c.x1, c.y1)],
    );
}

@compute @workgroup_size(64)
fn lay_shadow(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let t = light_through(p);
    let s = clamp((t - by.floor_start) / (by.floor_end - by.floor_start), 0.0, 1.0);
    let cut = t + (1.0 - t) * s * s * (3.0 - 2.0 * s);
    let alpha = product[at4(0u, 3u, p.x, p.y)];
    for (var c = 0u; c < 3u; c++) {
        shaded[at4(2u, c, p.x, p.y)] = product[at4(0u, c, p.x, p.y)];
    }
    shaded[at4(2u, 3u, p.x, p.y)] = alpha + (1.0 - alpha) * by.strength * (1.0 - cut);
}
