// The light of a screen taken off the product's rim. Twin of src/ops/spill.rs.

struct SpillParams {
    // factor and offset from pixels to the grids, for x, then for y
    map: vec4<f32>,
    // the screen's light over its own excess
    screen: vec4<f32>,
    // 1 green, 2 blue
    channel: u32,
    strength: f32,
    pad0: f32,
    pad1: f32,
}

@group(0) @binding(1) var<uniform> by: SpillParams;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read> own: array<f32>;
@group(0) @binding(4) var<storage, read> near: array<f32>;
@group(0) @binding(5) var<storage, read_write> clean: array<f32>;

fn excess(c: vec3<f32>) -> f32 {
    return select(c.z - max(c.x, c.y), c.y - max(c.x, c.z), by.channel == 1u);
}

@compute @workgroup_size(64)
fn suppress_spill(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 3u) {
        return;
    }
    let a = picture[at4(0u, 3u, p.x, p.y)];
    let colour = vec3<f32>(
        picture[at4(0u, 0u, p.x, p.y)],
        picture[at4(0u, 1u, p.x, p.y)],
        picture[at4(0u, 2u, p.x, p.y)],
    );
    var result = colour;
    if a > 0.0 {
        let c = cell(1u, p, by.map);
        let i = vec4<u32>(at(1u, c.x0, c.y0), at(1u, c.x1, c.y0), at(1u, c.x0, c.y1), at(1u, c.x1, c.y1));
        let kept = blend(c, own[i.x], own[i.y], own[i.z], own[i.w]);
        let rim = blend(c, near[i.x], near[i.y], near[i.z], near[i.w]);
        let luminance = 0.2627 * colour.x + 0.6780 * colour.y + 0.0593 * colour.z;
        let spill = by.strength * rim * max(excess(colour) - kept * luminance, 0.0);
        result = max(colour - spill * by.screen.xyz, min(colour, vec3<f32>(0.0)));
    }
    for (var c = 0u; c < 3u; c++) {
        clean[at4(3u, c, p.x, p.y)] = result[c];
    }
    clean[at4(3u, 3u, p.x, p.y)] = a;
}
