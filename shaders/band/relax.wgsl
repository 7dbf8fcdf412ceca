// Alpha drawn to what the windows around a pixel say and to its likelihood. Twin of src/ops/band/relax.rs.

struct RelaxParams {
    // rows of the band to a neighbour
    reach: u32,
    // share of the last move that goes on; length of the step
    momentum: f32,
    step: f32,
    pad0: f32,
}

@group(0) @binding(1) var<uniform> by: RelaxParams;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read> affine: array<f32>;
@group(0) @binding(4) var<storage, read> clean: array<f32>;
@group(0) @binding(5) var<storage, read> tiles: array<f32>;
@group(0) @binding(6) var<storage, read_write> next: array<f32>;

const TILES: u32 = 3u;

fn affine_at(p: vec2<u32>) -> vec4<f32> {
    return vec4<f32>(
        affine[at4(1u, 0u, p.x, p.y)],
        affine[at4(1u, 1u, p.x, p.y)],
        affine[at4(1u, 2u, p.x, p.y)],
        affine[at4(1u, 3u, p.x, p.y)],
    );
}

@compute @workgroup_size(64)
fn band_relax(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 4u) {
        return;
    }
    let x = i32(p.x) % SIDE;
    let y = i32(p.x) / SIDE;
    var mean = vec4<f32>(0.0);
    for (var u = -1; u <= 1; u++) {
        var column = vec4<f32>(0.0);
        for (var v = -1; v <= 1; v++) {
            column += affine_at(reached(p.y, x + u, y + v));
        }
        mean += column;
    }
    mean *= 1.0 / 9.0;
    let alpha = state[at4(0u, 0u, p.x, p.y)];
    let likely = state[at4(0u, 2u, p.x, p.y)];
    let weight = state[at4(0u, 3u, p.x, p.y)];
    let known = clean[at4(2u, 3u, p.x, p.y)];
    let mapped = mean.x * clean[at4(2u, 0u, p.x, p.y)] + mean.y * clean[at4(2u, 1u, p.x, p.y)]
        + mean.z * clean[at4(2u, 2u, p.x, p.y)] + mean.w;
    let pull = (mapped - alpha + weight * (likely - alpha)) / (1.0 + weight);
    let go = by.momentum * state[at4(0u, 1u, p.x, p.y)] + by.step * pull;
    let open = known == 0.5;
    next[at4(4u, 0u, p.x, p.y)] = select(known, alpha + go, open);
    next[at4(4u, 1u, p.x, p.y)] = select(0.0, go, open);
    next[at4(4u, 2u, p.x, p.y)] = likely;
    next[at4(4u, 3u, p.x, p.y)] = weight;
}
