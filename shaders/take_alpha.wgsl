// Alpha of a picture as a plane of its own. Twin of take_alpha in src/ops/backdrop_matte/kernel.rs.

struct NoParams {
    pad0: u32,
    pad1: u32,
    pad2: u32,
    pad3: u32,
}

@group(0) @binding(1) var<uniform> nothing: NoParams;
@group(0) @binding(2) var<storage, read> colour: array<f32>;
@group(0) @binding(3) var<storage, read_write> alpha: array<f32>;

@compute @workgroup_size(64)
fn take_alpha(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    alpha[at(1u, p.x, p.y)] = clamp(colour[at4(0u, 3u, p.x, p.y)] + f32(nothing.pad0), 0.0, 1.0);
}
