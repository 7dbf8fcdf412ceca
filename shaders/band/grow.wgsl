// The colours of a coarser level between the pixels of the next. Twin of src/ops/band/grow.rs.

struct GrowParams {
    pad0: u32,
    pad1: u32,
    pad2: u32,
    pad3: u32,
}

@group(0) @binding(1) var<uniform> by: GrowParams;
@group(0) @binding(2) var<storage, read> product: array<f32>;
@group(0) @binding(3) var<storage, read> backdrop: array<f32>;
@group(0) @binding(4) var<storage, read> tiles: array<f32>;
@group(0) @binding(5) var<storage, read> fine: array<f32>;
@group(0) @binding(6) var<storage, read_write> next_product: array<f32>;
@group(0) @binding(7) var<storage, read_write> next_backdrop: array<f32>;

const TILES: u32 = 2u;

fn product_at(q: vec2<u32>) -> vec3<f32> {
    return vec3<f32>(product[at4(0u, 0u, q.x, q.y)], product[at4(0u, 1u, q.x, q.y)], product[at4(0u, 2u, q.x, q.y)]);
}

fn backdrop_at(q: vec2<u32>) -> vec3<f32> {
    return vec3<f32>(backdrop[at4(1u, 0u, q.x, q.y)], backdrop[at4(1u, 1u, q.x, q.y)], backdrop[at4(1u, 2u, q.x, q.y)]);
}

fn between(a: vec3<f32>, b: vec3<f32>, c: vec3<f32>, d: vec3<f32>) -> vec3<f32> {
    return 0.75 * (0.75 * a + 0.25 * b) + 0.25 * (0.75 * c + 0.25 * d);
}

@compute @workgroup_size(64)
fn band_grow(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 4u) {
        return;
    }
    let x = i32(p.x) % SIDE;
    let y = i32(p.x) / SIDE;
    let parent = fine[at(3u, 2u, p.y)];
    var inside = vec3<f32>(0.0);
    var behind = vec3<f32>(0.0);
    if parent >= 0.0 {
        let slot = u32(parent);
        let u0 = (i32(fine[at(3u, 0u, p.y)]) % 2) * SIDE / 2 + x / 2;
        let v0 = (i32(fine[at(3u, 1u, p.y)]) % 2) * SIDE / 2 + y / 2;
        let u1 = u0 + select(1, -1, x % 2 == 0);
        let v1 = v0 + select(1, -1, y % 2 == 0);
        let a = reached(slot, u0, v0);
        let b = reached(slot, u1, v0);
        let c = reached(slot, u0, v1);
        let d = reached(slot, u1, v1);
        inside = between(product_at(a), product_at(b), product_at(c), product_at(d));
        behind = between(backdrop_at(a), backdrop_at(b), backdrop_at(c), backdrop_at(d));
    }
    for (var c = 0u; c < 3u; c++) {
        next_product[at4(4u, c, p.x, p.y)] = inside[c];
        next_backdrop[at4(5u, c, p.x, p.y)] = behind[c];
    }
    next_product[at4(4u, 3u, p.x, p.y)] = 0.0;
    next_backdrop[at4(5u, 3u, p.x, p.y)] = 0.0;
}
