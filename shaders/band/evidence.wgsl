// What a pixel says about the two colours that mix in it. Twin of src/ops/band/evidence.rs.

struct EvidenceParams {
    // variance of the noise: at any light, and a unit of light; of an estimated alpha
    base: f32,
    slope: f32,
    doubt: f32,
    pad0: f32,
}

@group(0) @binding(1) var<uniform> by: EvidenceParams;
@group(0) @binding(2) var<storage, read> light: array<f32>;
@group(0) @binding(3) var<storage, read> alpha: array<f32>;
@group(0) @binding(4) var<storage, read_write> product: array<f32>;
@group(0) @binding(5) var<storage, read_write> backdrop: array<f32>;
@group(0) @binding(6) var<storage, read_write> both: array<f32>;

@compute @workgroup_size(64)
fn band_evidence(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let colour = vec3<f32>(light[at4(0u, 0u, p.x, p.y)], light[at4(0u, 1u, p.x, p.y)], light[at4(0u, 2u, p.x, p.y)]);
    let a = alpha[at(1u, p.x, p.y)];
    let rest = 1.0 - a;
    let level = (colour.x + colour.y + colour.z) * (1.0 / 3.0);
    let trust = 1.0 / (by.base + by.slope * max(level, 0.0) + by.doubt * (0.25 + 3.0 * max(a * rest, 0.0)));
    let inside = a * trust;
    let behind = rest * trust;
    for (var c = 0u; c < 3u; c++) {
        product[at4(2u, c, p.x, p.y)] = inside * colour[c];
        backdrop[at4(3u, c, p.x, p.y)] = behind * colour[c];
    }
    product[at4(2u, 3u, p.x, p.y)] = inside * a;
    backdrop[at4(3u, 3u, p.x, p.y)] = behind * rest;
    both[at(4u, p.x, p.y)] = inside * rest;
}
