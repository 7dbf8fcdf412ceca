// The scatter of colour in every 3 x 3 window, factored. Twin of src/ops/band/windows.rs.

struct WindowParams {
    // rows of the band to a neighbour
    reach: u32,
    // added to the variances
    ridge: f32,
    pad0: f32,
    pad1: f32,
}

@group(0) @binding(1) var<uniform> by: WindowParams;
@group(0) @binding(2) var<storage, read> clean: array<f32>;
@group(0) @binding(3) var<storage, read> tiles: array<f32>;
@group(0) @binding(4) var<storage, read_write> pivots: array<f32>;
@group(0) @binding(5) var<storage, read_write> l20: array<f32>;
@group(0) @binding(6) var<storage, read_write> l21: array<f32>;

const TILES: u32 = 1u;

fn clean_at(p: vec2<u32>) -> vec3<f32> {
    return vec3<f32>(clean[at4(0u, 0u, p.x, p.y)], clean[at4(0u, 1u, p.x, p.y)], clean[at4(0u, 2u, p.x, p.y)]);
}

@compute @workgroup_size(64)
fn band_windows(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let x = i32(p.x) % SIDE;
    let y = i32(p.x) / SIDE;
    let mid = clean_at(p);
    var first = vec3<f32>(0.0);
    // rr, rg, rb and gg, gb, bb
    var red = vec3<f32>(0.0);
    var rest = vec3<f32>(0.0);
    for (var v = -1; v <= 1; v++) {
        for (var u = -1; u <= 1; u++) {
            let d = clean_at(reached(p.y, x + u, y + v)) - mid;
            first += d;
            red += d.x * d;
            rest += vec3<f32>(d.y * d.y, d.y * d.z, d.z * d.z);
        }
    }
    red = (red - first.x * first * (1.0 / 9.0)) * (1.0 / 9.0);
    let products = vec3<f32>(first.y * first.y, first.y * first.z, first.z * first.z);
    rest = (rest - products * (1.0 / 9.0)) * (1.0 / 9.0);
    let d0 = 1.0 / max(red.x + by.ridge, by.ridge);
    let below = red.yz * d0;
    let d1 = 1.0 / max(rest.x + by.ridge - below.x * red.y, by.ridge);
    let corner = (rest.y - below.y * red.y) * d1;
    let d2 = 1.0 / max(rest.z + by.ridge - below.y * red.z - corner * (rest.y - below.y * red.y), by.ridge);
    pivots[at4(2u, 0u, p.x, p.y)] = d0;
    pivots[at4(2u, 1u, p.x, p.y)] = d1;
    pivots[at4(2u, 2u, p.x, p.y)] = d2;
    pivots[at4(2u, 3u, p.x, p.y)] = below.x;
    l20[at(3u, p.x, p.y)] = below.y;
    l21[at(4u, p.x, p.y)] = corner;
}
