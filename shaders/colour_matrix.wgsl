// A matrix and an offset on colour; alpha is kept. Twin of src/ops/colour_matrix.rs.

struct MatrixParams {
    red: vec4<f32>,
    green: vec4<f32>,
    blue: vec4<f32>,
}

@group(0) @binding(1) var<uniform> by: MatrixParams;
@group(0) @binding(2) var<storage, read> colour: array<f32>;
@group(0) @binding(3) var<storage, read_write> mixed: array<f32>;

@compute @workgroup_size(64)
fn colour_matrix(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    let r = colour[at4(0u, 0u, p.x, p.y)];
    let g = colour[at4(0u, 1u, p.x, p.y)];
    let b = colour[at4(0u, 2u, p.x, p.y)];
    mixed[at4(1u, 0u, p.x, p.y)] = by.red.x * r + by.red.y * g + by.red.z * b;
    mixed[at4(1u, 1u, p.x, p.y)] = by.green.x * r + by.green.y * g + by.green.z * b;
    mixed[at4(1u, 2u, p.x, p.y)] = by.blue.x * r + by.blue.y * g + by.blue.z * b;
    mixed[at4(1u, 3u, p.x, p.y)] = colour[at4(0u, 3u, p.x, p.y)];
}
