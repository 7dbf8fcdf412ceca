// The product's colour beside its alpha. Twin of src/ops/band/paint.rs.

struct PaintParams {
    pad0: u32,
    pad1: u32,
    pad2: u32,
    pad3: u32,
}

@group(0) @binding(1) var<uniform> by: PaintParams;
@group(0) @binding(2) var<storage, read> product: array<f32>;
@group(0) @binding(3) var<storage, read> light: array<f32>;
@group(0) @binding(4) var<storage, read> alpha: array<f32>;
@group(0) @binding(5) var<storage, read_write> painted: array<f32>;

@compute @workgroup_size(64)
fn band_paint(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 3u) {
        return;
    }
    let a = alpha[at(2u, p.x, p.y)];
    for (var c = 0u; c < 3u; c++) {
        let solved = product[at4(0u, c, p.x, p.y)];
        painted[at4(3u, c, p.x, p.y)] = select(solved, light[at4(1u, c, p.x, p.y)], a >= 1.0);
    }
    painted[at4(3u, 3u, p.x, p.y)] = a;
}
