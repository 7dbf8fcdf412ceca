// Colour multiplied by alpha. Twin of apply_alpha in src/ops/backdrop_matte/kernel.rs.

struct NoParams {
    pad0: u32,
    pad1: u32,
    pad2: u32,
    pad3: u32,
}

@group(0) @binding(1) var<uniform> nothing: NoParams;
@group(0) @binding(2) var<storage, read> colour: array<f32>;
@group(0) @binding(3) var<storage, read> alpha: array<f32>;
@group(0) @binding(4) var<storage, read_write> matted: array<f32>;

@compute @workgroup_size(64)
fn apply_alpha(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let a = alpha[at(1u, p.x, p.y)] + f32(nothing.pad0);
    for (var run = 0u; run < 3u; run++) {
        matted[at4(2u, run, p.x, p.y)] = colour[at4(0u, run, p.x, p.y)] * a;
    }
    matted[at4(2u, 3u, p.x, p.y)] = a;
}
