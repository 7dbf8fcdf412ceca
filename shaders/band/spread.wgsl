// From the band back to a picture. Twin of src/ops/band/spread.rs.

struct SpreadParams {
    // factor and offset from pixels of the picture to those of the photograph, for x, then for y
    map: vec4<f32>,
    // width and height of the photograph
    size: vec4<f32>,
    // samples along each side of a pixel
    samples: u32,
    // the number where there certainly is backdrop
    backdrop: f32,
    pad0: u32,
    pad1: u32,
}

@group(0) @binding(1) var<uniform> by: SpreadParams;
@group(0) @binding(2) var<storage, read> band: array<f32>;
@group(0) @binding(3) var<storage, read> index: array<f32>;
@group(0) @binding(4) var<storage, read_write> alpha: array<f32>;

const SIDE: u32 = 16u;

fn look(p: vec2<u32>) -> f32 {
    let slot = index[at(1u, p.x / SIDE, p.y / SIDE)];
    if slot >= 0.0 {
        return band[at(0u, (p.y % SIDE) * SIDE + p.x % SIDE, u32(slot))];
    }
    return select(by.backdrop, 1.0, slot == -2.0);
}

@compute @workgroup_size(64)
fn band_spread(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let count = f32(by.samples);
    let share = 1.0 / f32(by.samples * by.samples);
    var sum = 0.0;
    for (var j = 0u; j < by.samples; j++) {
        for (var i = 0u; i < by.samples; i++) {
            let part = (vec2<f32>(f32(i), f32(j)) + 0.5) / count - 0.5;
            let q = floor((vec2<f32>(p) + part) * by.map.xz + by.map.yw + 0.5);
            if all(q >= vec2<f32>(0.0)) && all(q < by.size.xy) {
                sum += share * look(vec2<u32>(q));
            }
        }
    }
    alpha[at(2u, p.x, p.y)] = sum;
}
