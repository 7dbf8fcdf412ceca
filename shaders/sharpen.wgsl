// Lightness, and detail strengthened within what stands around it. Twin of src/ops/sharpen/kernel.rs.

struct SharpenParams {
    // of pixels 0, 1, 2 and 3 away
    weights: vec4<f32>,
    reach: u32,
    amount: f32,
    threshold: f32,
    halo: f32,
}

@group(0) @binding(1) var<uniform> by: SharpenParams;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read_write> light: array<f32>;

@compute @workgroup_size(64)
fn lightness(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 1u) {
        return;
    }
    let r = picture[at4(0u, 0u, p.x, p.y)];
    let g = picture[at4(0u, 1u, p.x, p.y)];
    let b = picture[at4(0u, 2u, p.x, p.y)];
    let a = picture[at4(0u, 3u, p.x, p.y)];
    let straight = (0.2627 * r + 0.6780 * g + 0.0593 * b) / max(a, LEAST_ALPHA);
    light[at(1u, p.x, p.y)] = select(0.0, sqrt(clamp(straight, 0.0, 1e6)), a >= LEAST_ALPHA);
}

@group(0) @binding(2) var<storage, read> blurred: array<f32>;
@group(0) @binding(3) var<storage, read> seen: array<f32>;
@group(0) @binding(4) var<storage, read_write> sharp: array<f32>;

fn opacity(x: u32, y: u32) -> f32 {
    let a = blurred[at4(0u, 3u, x, y)];
    return select(0.0, clamp(a, 0.0, 1.0), a >= LEAST_ALPHA);
}

@compute @workgroup_size(64)
fn sharpen(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let l = seen[at(1u, p.x, p.y)];
    let a = opacity(p.x, p.y);
    var gain = 1.0;
    if a > 0.0 && l > 0.0 {
        var steps = 0.0;
        var weight = 0.0;
        var least = l;
        var most = l;
        let reach = i32(min(by.reach, 3u));
        for (var dy = -reach; dy <= reach; dy++) {
            let y = clamped(p.y, dy, frame.views[2].y);
            for (var dx = -reach; dx <= reach; dx++) {
                let x = clamped(p.x, dx, frame.views[2].x);
                let opaque = opacity(x, y);
                let other = seen[at(1u, x, y)];
                let w = by.weights[abs(dy)] * by.weights[abs(dx)] * opaque;
                steps += w * (other - l);
                weight += w;
                if max(abs(dx), abs(dy)) <= 1 && opaque > 0.0 {
                    least = min(least, other);
                    most = max(most, other);
                }
            }
        }
        let detail = -steps / max(weight, 1.1754944e-38);
        let wanted = l + by.amount * a * (detail - clamp(detail, -by.threshold, by.threshold));
        let ratio = max(min(max(wanted, least - by.halo), most + by.halo), 0.0) / l;
        gain = ratio * ratio;
    }
    for (var c = 0u; c < 3u; c++) {
        sharp[at4(2u, c, p.x, p.y)] = blurred[at4(0u, c, p.x, p.y)] * gain;
    }
    sharp[at4(2u, 3u, p.x, p.y)] = blurred[at4(0u, 3u, p.x, p.y)];
}
