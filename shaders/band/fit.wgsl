// Alpha as an affine map of colour in every 3 x 3 window. Twin of src/ops/band/fit.rs.

struct FitParams {
    // rows of the band to a neighbour
    reach: u32,
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

@group(0) @binding(1) var<uniform> by: FitParams;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read> clean: array<f32>;
@group(0) @binding(4) var<storage, read> pivots: array<f32>;
@group(0) @binding(5) var<storage, read> l20: array<f32>;
@group(0) @binding(6) var<storage, read> l21: array<f32>;
@group(0) @binding(7) var<storage, read> tiles: array<f32>;
@group(0) @binding(8) var<storage, read_write> affine: array<f32>;

const TILES: u32 = 5u;

fn clean_at(p: vec2<u32>) -> vec3<f32> {
    return vec3<f32>(clean[at4(1u, 0u, p.x, p.y)], clean[at4(1u, 1u, p.x, p.y)], clean[at4(1u, 2u, p.x, p.y)]);
}

@compute @workgroup_size(64)
fn band_fit(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 6u) {
        return;
    }
    let x = i32(p.x) % SIDE;
    let y = i32(p.x) / SIDE;
    let middle = clean_at(p);
    let own = state[at4(0u, 0u, p.x, p.y)];
    var colour = vec3<f32>(0.0);
    var both = vec3<f32>(0.0);
    var alpha = 0.0;
    var asked = false;
    for (var v = -1; v <= 1; v++) {
        for (var u = -1; u <= 1; u++) {
            let q = reached(p.y, x + u, y + v);
            let a = state[at4(0u, 0u, q.x, q.y)] - own;
            let d = clean_at(q) - middle;
            colour += d;
            alpha += a;
            both += a * d;
            asked = asked || clean[at4(1u, 3u, q.x, q.y)] == 0.5;
        }
    }
    colour *= 1.0 / 9.0;
    alpha *= 1.0 / 9.0;
    let c = both * (1.0 / 9.0) - alpha * colour;
    let a10 = pivots[at4(2u, 3u, p.x, p.y)];
    let a20 = l20[at(3u, p.x, p.y)];
    let a21 = l21[at(4u, p.x, p.y)];
    let y1 = c.y - a10 * c.x;
    let y2 = c.z - a20 * c.x - a21 * y1;
    let blue = y2 * pivots[at4(2u, 2u, p.x, p.y)];
    let green = y1 * pivots[at4(2u, 1u, p.x, p.y)] - a21 * blue;
    let red = c.x * pivots[at4(2u, 0u, p.x, p.y)] - a10 * green - a20 * blue;
    let offset = own + alpha - dot(vec3<f32>(red, green, blue), middle + colour);
    let map = select(vec4<f32>(0.0), vec4<f32>(red, green, blue, offset), asked);
    affine[at4(6u, 0u, p.x, p.y)] = map.x;
    affine[at4(6u, 1u, p.x, p.y)] = map.y;
    affine[at4(6u, 2u, p.x, p.y)] = map.z;
    affine[at4(6u, 3u, p.x, p.y)] = map.w;
}
