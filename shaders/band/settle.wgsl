// Alpha as the solve leaves it. Twin of src/ops/band/settle.rs.

struct SettleParams {
    // alpha up to which there is no product, and from one less which there is nothing else
    snap: f32,
    pad0: f32,
    pad1: f32,
    pad2: f32,
}

@group(0) @binding(1) var<uniform> by: SettleParams;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read_write> alpha: array<f32>;

@compute @workgroup_size(64)
fn band_settle(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    let scale = 1.0 / (1.0 - 2.0 * by.snap);
    alpha[at(1u, p.x, p.y)] = clamp((state[at4(0u, 0u, p.x, p.y)] - by.snap) * scale, 0.0, 1.0);
}
