// A photograph's light to true light, as a chart taught it. Twin of src/ops/camera_profile.rs.

struct CameraParams {
    // gain and the way to the channels of the curves
    before_r: vec4<f32>,
    before_g: vec4<f32>,
    before_b: vec4<f32>,
    // weights of the three channels
    matrix_r: vec4<f32>,
    matrix_g: vec4<f32>,
    matrix_b: vec4<f32>,
    // weights of the roots of red × green, green × blue, red × blue
    roots_r: vec4<f32>,
    roots_g: vec4<f32>,
    roots_b: vec4<f32>,
    // light at the end of each curve
    top: vec4<f32>,
    // slope before each curve's beginning
    first: vec4<f32>,
    // slope beyond its end
    last: vec4<f32>,
    // nodes of a curve; 0 where there are none
    nodes: u32,
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

@group(0) @binding(1) var<uniform> by: CameraParams;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read> curves: array<f32>;
@group(0) @binding(4) var<storage, read_write> corrected: array<f32>;

fn curve(v: f32, c: u32) -> f32 {
    let lines = f32(by.nodes - 1u);
    let share = clamp(v / by.top[c], 0.0, 1.0);
    let place = sqrt(share) * lines;
    let cell = min(floor(place), lines - 1.0);
    let i = at(1u, u32(cell), c);
    let inside = curves[i] + (curves[i + 1u] - curves[i]) * (place - cell);
    return inside + min(v, 0.0) * by.first[c] + max(v - by.top[c], 0.0) * by.last[c];
}

@compute @workgroup_size(64)
fn correct_colour(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let a = picture[at4(0u, 3u, p.x, p.y)];
    let before = vec3<f32>(
        picture[at4(0u, 0u, p.x, p.y)], picture[at4(0u, 1u, p.x, p.y)], picture[at4(0u, 2u, p.x, p.y)]);
    let straight = before / max(a, LEAST_ALPHA);
    var q = vec3<f32>(
        dot(by.before_r.xyz, straight), dot(by.before_g.xyz, straight), dot(by.before_b.xyz, straight));
    if by.nodes > 0u {
        q = vec3<f32>(curve(q.x, 0u), curve(q.y, 1u), curve(q.z, 2u));
    }
    let u = max(q, vec3<f32>(0.0));
    let pairs = sqrt(u * u.yzx);
    let after = vec3<f32>(
        dot(by.matrix_r.xyz, q) + dot(by.roots_r.xyz, pairs),
        dot(by.matrix_g.xyz, q) + dot(by.roots_g.xyz, pairs),
        dot(by.matrix_b.xyz, q) + dot(by.roots_b.xyz, pairs)) * a;
    let out = select(after, before, a < LEAST_ALPHA);
    corrected[at4(2u, 0u, p.x, p.y)] = out.x;
    corrected[at4(2u, 1u, p.x, p.y)] = out.y;
    corrected[at4(2u, 2u, p.x, p.y)] = out.z;
    corrected[at4(2u, 3u, p.x, p.y)] = a;
}
