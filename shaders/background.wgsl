// What lies behind the product: an even colour. Twin of src/ops/background.rs.

struct BackgroundParams {
    // linear working light
    colour: vec4<f32>,
}

@group(0) @binding(1) var<uniform> by: BackgroundParams;
@group(0) @binding(2) var<storage, read> product: array<f32>;
@group(0) @binding(3) var<storage, read_write> picture: array<f32>;

@compute @workgroup_size(64)
fn over_background(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    let alpha = product[at4(0u, 3u, p.x, p.y)];
    for (var c = 0u; c < 3u; c++) {
        let seen = product[at4(0u, c, p.x, p.y)] + (1.0 - alpha) * by.colour[c];
        picture[at4(1u, c, p.x, p.y)] = select(seen, by.colour[c], alpha < 0.0009765625);
    }
    picture[at4(1u, 3u, p.x, p.y)] = 1.0;
}
