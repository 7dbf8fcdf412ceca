// The photograph's backdrop as white that keeps its shadow. Twin of src/ops/backdrop_white.rs.

struct WhiteParams {
    // factor and offset from pixels to the grids, for x, then for y
    map: vec4<f32>,
    // what the product's light is multiplied by
    lift: f32,
    strength: f32,
    // transmission from which on there is no shadow
    floor_start: f32,
    floor_end: f32,
}

@group(0) @binding(1) var<uniform> by: WhiteParams;
@group(0) @binding(2) var<storage, read> product: array<f32>;
@group(0) @binding(3) var<storage, read> seen: array<f32>;
@group(0) @binding(4) var<storage, read> transmission: array<f32>;
@group(0) @binding(5) var<storage, read> whitening: array<f32>;
@group(0) @binding(6) var<storage, read_write> whitened: array<f32>;

fn luminance(c: vec3<f32>) -> f32 {
    return 0.2627 * c.x + 0.6780 * c.y + 0.0593 * c.z;
}

fn rising(t: f32) -> f32 {
    let s = clamp((t - by.floor_start) / (by.floor_end - by.floor_start), 0.0, 1.0);
    return s * s * (3.0 - 2.0 * s);
}

@compute @workgroup_size(64)
fn whiten_backdrop(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 4u) {
        return;
    }
    let own = vec3<f32>(
        product[at4(0u, 0u, p.x, p.y)],
        product[at4(0u, 1u, p.x, p.y)],
        product[at4(0u, 2u, p.x, p.y)],
    );
    let alpha = product[at4(0u, 3u, p.x, p.y)];
    let rest = 1.0 - clamp(alpha, 0.0, 1.0);
    var shadow = 0.0;
    if rest > 0.0 {
        let c = cell(2u, p, by.map);
        let i = vec4<u32>(at(2u, c.x0, c.y0), at(2u, c.x1, c.y0), at(2u, c.x0, c.y1), at(2u, c.x1, c.y1));
        let t = blend(c, transmission[i.x], transmission[i.y], transmission[i.z], transmission[i.w]);
        let g = blend(c, whitening[i.x], whitening[i.y], whitening[i.z], whitening[i.w]);
        let all = vec3<f32>(seen[at4(1u, 0u, p.x, p.y)], seen[at4(1u, 1u, p.x, p.y)], seen[at4(1u, 2u, p.x, p.y)]);
        let unread = 1.0 - clamp(seen[at4(1u, 3u, p.x, p.y)], 0.0, 1.0);
        let lit = max(luminance(all) - luminance(own), 0.0) * g + unread * t;
        let measured = min(lit / max(rest, 1e-3), 1.0);
        // A wrong colour of the product is wrong by this much more on white than it was in the photograph.
        let doubt = max(g - 1.0, 0.0) * (1.0 - rest);
        let share = t + (measured - t) * (rest * rest / (rest * rest + doubt * doubt));
        shadow = (1.0 - share) * (1.0 - rising(share)) * (1.0 - rising(t));
    }
    for (var c = 0u; c < 3u; c++) {
        whitened[at4(4u, c, p.x, p.y)] = by.lift * own[c];
    }
    whitened[at4(4u, 3u, p.x, p.y)] = alpha + rest * by.strength * shadow;
}
