// One premultiplied picture over another. Twin of src/ops/ghost_merge/under.rs.

struct NoParams {
    pad0: u32,
    pad1: u32,
    pad2: u32,
    pad3: u32,
}

@group(0) @binding(1) var<uniform> by: NoParams;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
@group(0) @binding(3) var<storage, read> lower: array<f32>;
@group(0) @binding(4) var<storage, read_write> both: array<f32>;

@compute @workgroup_size(64)
fn lay_under(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let through = 1.0 - upper[at4(0u, 3u, p.x, p.y)];
    for (var run = 0u; run < 4u; run++) {
        let i = at4(0u, run, p.x, p.y);
        both[at4(2u, run, p.x, p.y)] = upper[i] + through * lower[at4(1u, run, p.x, p.y)];
    }
}
