// The product in a picture, in its own colour at the soft edge. Twin of src/ops/band/colour.rs.

struct ColourParams {
    // factor and offset from pixels of the picture to those of the photograph, for x, then for y
    map: vec4<f32>,
    // width and height of the photograph
    size: vec4<f32>,
    // from the photograph's light to the picture's
    red: vec4<f32>,
    green: vec4<f32>,
    blue: vec4<f32>,
    // samples along each side of a pixel
    samples: u32,
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

@group(0) @binding(1) var<uniform> by: ColourParams;
@group(0) @binding(2) var<storage, read> seen: array<f32>;
@group(0) @binding(3) var<storage, read> alpha: array<f32>;
@group(0) @binding(4) var<storage, read> painted: array<f32>;
@group(0) @binding(5) var<storage, read> index: array<f32>;
@group(0) @binding(6) var<storage, read_write> product: array<f32>;

const SIDE: u32 = 16u;
const LITTLE: f32 = 1e-4;

// A row of the matrix times a painted colour.
fn mixed(row: vec4<f32>, r: f32, g: f32, b: f32) -> f32 {
    return row.x * r + row.y * g + row.z * b;
}

// Colour times weight of a sample, and the weight.
fn look(p: vec2<u32>, own: vec3<f32>) -> vec4<f32> {
    let slot = index[at(3u, p.x / SIDE, p.y / SIDE)];
    if slot >= 0.0 {
        let q = (p.y % SIDE) * SIDE + p.x % SIDE;
        let row = u32(slot);
        let r = painted[at4(2u, 0u, q, row)];
        let g = painted[at4(2u, 1u, q, row)];
        let b = painted[at4(2u, 2u, q, row)];
        let weight = painted[at4(2u, 3u, q, row)] + LITTLE;
        return vec4<f32>(weight * vec3<f32>(mixed(by.red, r, g, b), mixed(by.green, r, g, b), mixed(by.blue, r, g, b)), weight);
    }
    return select(vec4<f32>(0.0), vec4<f32>(own, 1.0), slot == -2.0);
}

fn edge(p: vec2<u32>, own: vec3<f32>) -> vec3<f32> {
    let count = f32(by.samples);
    var sum = vec4<f32>(0.0);
    for (var j = 0u; j < by.samples; j++) {
        for (var i = 0u; i < by.samples; i++) {
            let part = (vec2<f32>(f32(i), f32(j)) + 0.5) / count - 0.5;
            let q = floor((vec2<f32>(p) + part) * by.map.xz + by.map.yw + 0.5);
            if all(q >= vec2<f32>(0.0)) && all(q < by.size.xy) {
                sum += look(vec2<u32>(q), own);
            }
        }
    }
    if sum.w > 0.0 {
        return sum.xyz / sum.w;
    }
    return own;
}

@compute @workgroup_size(64)
fn band_colour(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 4u) {
        return;
    }
    let a = alpha[at(1u, p.x, p.y)];
    let own = vec3<f32>(seen[at4(0u, 0u, p.x, p.y)], seen[at4(0u, 1u, p.x, p.y)], seen[at4(0u, 2u, p.x, p.y)]);
    var colour = vec3<f32>(0.0);
    if a >= 1.0 {
        colour = own;
    } else if a > 0.0 {
        colour = a * edge(p, own);
    }
    for (var c = 0u; c < 3u; c++) {
        product[at4(4u, c, p.x, p.y)] = colour[c];
    }
    product[at4(4u, 3u, p.x, p.y)] = a;
}
