// One step of taking the colours of product and backdrop apart. Twin of src/ops/band/unmix.rs.

struct UnmixParams {
    // rows of the band to a neighbour
    reach: u32,
    // squared difference to expect of neighbours, at squared light 1 and at any light
    product: f32,
    product_floor: f32,
    backdrop: f32,
    backdrop_floor: f32,
    // share of the way to go; most light
    step: f32,
    most: f32,
    pad0: f32,
}

@group(0) @binding(1) var<uniform> by: UnmixParams;
@group(0) @binding(2) var<storage, read> product: array<f32>;
@group(0) @binding(3) var<storage, read> backdrop: array<f32>;
@group(0) @binding(4) var<storage, read> of_product: array<f32>;
@group(0) @binding(5) var<storage, read> of_backdrop: array<f32>;
@group(0) @binding(6) var<storage, read> of_both: array<f32>;
@group(0) @binding(7) var<storage, read> tiles: array<f32>;
@group(0) @binding(8) var<storage, read_write> next_product: array<f32>;
@group(0) @binding(9) var<storage, read_write> next_backdrop: array<f32>;

const TILES: u32 = 5u;

fn product_at(q: vec2<u32>) -> vec3<f32> {
    return vec3<f32>(product[at4(0u, 0u, q.x, q.y)], product[at4(0u, 1u, q.x, q.y)], product[at4(0u, 2u, q.x, q.y)]);
}

fn backdrop_at(q: vec2<u32>) -> vec3<f32> {
    return vec3<f32>(backdrop[at4(1u, 0u, q.x, q.y)], backdrop[at4(1u, 1u, q.x, q.y)], backdrop[at4(1u, 2u, q.x, q.y)]);
}

fn tie(own: vec3<f32>, other: vec3<f32>, square: f32, floor_: f32) -> f32 {
    let level = (own.x + own.y + own.z + (other.x + other.y + other.z)) * (1.0 / 6.0);
    return 1.0 / (square * (level * level) + floor_);
}

@compute @workgroup_size(64)
fn band_unmix(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 6u) {
        return;
    }
    let x = i32(p.x) % SIDE;
    let y = i32(p.x) / SIDE;
    let was_p = product_at(p);
    let was_b = backdrop_at(p);
    var tie_p = 0.0;
    var tie_b = 0.0;
    var near_p = vec3<f32>(0.0);
    var near_b = vec3<f32>(0.0);
    for (var i = 0; i < 4; i++) {
        // above, below, left, right
        let away = select(-1, 1, i % 2 == 1);
        let q = reached(p.y, x + select(0, away, i > 1), y + select(away, 0, i > 1));
        let inside = product_at(q);
        let behind = backdrop_at(q);
        let a = tie(was_p, inside, by.product, by.product_floor);
        let b = tie(was_b, behind, by.backdrop, by.backdrop_floor);
        tie_p += a;
        tie_b += b;
        near_p += a * inside;
        near_b += b * behind;
    }
    let s = of_product[at4(2u, 3u, p.x, p.y)] + tie_p;
    let t = of_backdrop[at4(3u, 3u, p.x, p.y)] + tie_b;
    let u = of_both[at(4u, p.x, p.y)];
    let scale = 1.0 / max(s * t - u * u, tie_p * tie_b);
    for (var c = 0u; c < 3u; c++) {
        let f = of_product[at4(2u, c, p.x, p.y)] + near_p[c];
        let g = of_backdrop[at4(3u, c, p.x, p.y)] + near_b[c];
        let go_p = by.step * ((t * f - u * g) * scale - was_p[c]);
        let go_b = by.step * ((s * g - u * f) * scale - was_b[c]);
        next_product[at4(6u, c, p.x, p.y)] = min(max(was_p[c] + go_p, 0.0), by.most);
        next_backdrop[at4(7u, c, p.x, p.y)] = min(max(was_b[c] + go_b, 0.0), by.most);
    }
    next_product[at4(6u, 3u, p.x, p.y)] = 0.0;
    next_backdrop[at4(7u, 3u, p.x, p.y)] = 0.0;
}
