// The solution of a coarser level between the pixels of the next. Twin of src/ops/band/enlarge.rs.

struct EnlargeParams {
    pad0: u32,
    pad1: u32,
    pad2: u32,
    pad3: u32,
}

@group(0) @binding(1) var<uniform> by: EnlargeParams;
@group(0) @binding(2) var<storage, read> coarse: array<f32>;
@group(0) @binding(3) var<storage, read> tiles: array<f32>;
@group(0) @binding(4) var<storage, read> clean: array<f32>;
@group(0) @binding(5) var<storage, read> fine: array<f32>;
@group(0) @binding(6) var<storage, read_write> next: array<f32>;

const TILES: u32 = 1u;

fn coarse_at(slot: u32, x: i32, y: i32) -> f32 {
    let q = reached(slot, x, y);
    return coarse[at4(0u, 0u, q.x, q.y)];
}

fn enlarged(slot: u32, p: vec2<u32>) -> f32 {
    let x = i32(p.x) % SIDE;
    let y = i32(p.x) / SIDE;
    let u0 = (i32(fine[at(3u, 0u, p.y)]) % 2) * SIDE / 2 + x / 2;
    let v0 = (i32(fine[at(3u, 1u, p.y)]) % 2) * SIDE / 2 + y / 2;
    let u1 = u0 + select(1, -1, x % 2 == 0);
    let v1 = v0 + select(1, -1, y % 2 == 0);
    let near = 0.75 * coarse_at(slot, u0, v0) + 0.25 * coarse_at(slot, u1, v0);
    let far = 0.75 * coarse_at(slot, u0, v1) + 0.25 * coarse_at(slot, u1, v1);
    return 0.75 * near + 0.25 * far;
}

@compute @workgroup_size(64)
fn band_enlarge(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 4u) {
        return;
    }
    let parent = fine[at(3u, 2u, p.y)];
    let known = clean[at4(2u, 3u, p.x, p.y)];
    var alpha = select(0.0, 1.0, parent == -2.0);
    if parent >= 0.0 {
        alpha = enlarged(u32(parent), p);
    }
    next[at4(4u, 0u, p.x, p.y)] = select(known, alpha, known == 0.5);
    next[at4(4u, 1u, p.x, p.y)] = 0.0;
    next[at4(4u, 2u, p.x, p.y)] = 0.0;
    next[at4(4u, 3u, p.x, p.y)] = 0.0;
}
