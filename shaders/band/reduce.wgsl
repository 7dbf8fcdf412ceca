// The evidence of a finer level summed into a coarser one. Twin of src/ops/band/reduce.rs.

struct ReduceParams {
    pad0: u32,
    pad1: u32,
    pad2: u32,
    pad3: u32,
}

@group(0) @binding(1) var<uniform> by: ReduceParams;
@group(0) @binding(2) var<storage, read> product: array<f32>;
@group(0) @binding(3) var<storage, read> backdrop: array<f32>;
@group(0) @binding(4) var<storage, read> both: array<f32>;
@group(0) @binding(5) var<storage, read> index: array<f32>;
@group(0) @binding(6) var<storage, read> coarse: array<f32>;
@group(0) @binding(7) var<storage, read_write> product_sum: array<f32>;
@group(0) @binding(8) var<storage, read_write> backdrop_sum: array<f32>;
@group(0) @binding(9) var<storage, read_write> both_sum: array<f32>;

const SIDE: u32 = 16u;

fn child(x: u32, y: u32) -> f32 {
    if x >= frame.views[3].x || y >= frame.views[3].y {
        return -1.0;
    }
    return index[at(3u, x, y)];
}

@compute @workgroup_size(64)
fn band_reduce(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 5u) {
        return;
    }
    let x = 2u * (p.x % SIDE);
    let y = 2u * (p.x / SIDE);
    let slot = child(2u * u32(coarse[at(4u, 0u, p.y)]) + x / SIDE, 2u * u32(coarse[at(4u, 1u, p.y)]) + y / SIDE);
    let q = (y % SIDE) * SIDE + x % SIDE;
    let row = u32(max(slot, 0.0));
    for (var c = 0u; c < 4u; c++) {
        let a = at4(0u, c, q, row);
        let b = at4(1u, c, q, row);
        let inside = (product[a] + product[a + 1u]) + (product[a + SIDE] + product[a + SIDE + 1u]);
        let behind = (backdrop[b] + backdrop[b + 1u]) + (backdrop[b + SIDE] + backdrop[b + SIDE + 1u]);
        product_sum[at4(5u, c, p.x, p.y)] = select(0.0, inside, slot >= 0.0);
        backdrop_sum[at4(6u, c, p.x, p.y)] = select(0.0, behind, slot >= 0.0);
    }
    let g = at(2u, q, row);
    let mixed = (both[g] + both[g + 1u]) + (both[g + SIDE] + both[g + SIDE + 1u]);
    both_sum[at(7u, p.x, p.y)] = select(0.0, mixed, slot >= 0.0);
}
