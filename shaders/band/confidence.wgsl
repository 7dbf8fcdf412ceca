// How far the alpha of each pixel may be trusted. Twin of src/ops/band/confidence.rs.

struct ConfidenceParams {
    // trust in a sure posterior, as the likelihood had it
    trust: f32,
    // deviation of alpha at which nothing is known
    guess: f32,
    pad0: f32,
    pad1: f32,
}

@group(0) @binding(1) var<uniform> by: ConfidenceParams;
@group(0) @binding(2) var<storage, read> likely: array<f32>;
@group(0) @binding(3) var<storage, read> clean: array<f32>;
@group(0) @binding(4) var<storage, read_write> confidence: array<f32>;

@compute @workgroup_size(64)
fn band_confidence(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let weight = max(likely[at4(0u, 3u, p.x, p.y)], 0.0);
    let variance = 0.04 / (weight / by.trust + 0.6) - 0.0025;
    let sure = clamp(1.0 - sqrt(max(variance, 0.0)) / by.guess, 0.0, 1.0);
    confidence[at(2u, p.x, p.y)] = select(1.0, sure, clean[at4(1u, 3u, p.x, p.y)] == 0.5);
}
