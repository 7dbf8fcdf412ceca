// Light evened by a smooth gain. Twin of src/ops/flat_field/kernel.rs.

struct FlatParams {
    // factor and offset from pixels to the grid, for x, then for y
    map: vec4<f32>,
}

@group(0) @binding(1) var<uniform> by: FlatParams;
@group(0) @binding(2) var<storage, read> colour: array<f32>;
@group(0) @binding(3) var<storage, read> gain: array<f32>;
@group(0) @binding(4) var<storage, read_write> even: array<f32>;

@compute @workgroup_size(64)
fn even_light(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let c = cell(1u, p, by.map);
    for (var run = 0u; run < 3u; run++) {
        let g = blend(
            c,
            gain[at4(1u, run, c.x0, c.y0)],
            gain[at4(1u, run, c.x1, c.y0)],
            gain[at4(1u, run, c.x0, c.y1)],
            gain[at4(1u, run, c.x1, c.y1)],
        );
        even[at4(2u, run, p.x, p.y)] = colour[at4(0u, run, p.x, p.y)] * g;
    }
    even[at4(2u, 3u, p.x, p.y)] = colour[at4(0u, 3u, p.x, p.y)];
}
