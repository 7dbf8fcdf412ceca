// Working light to a profile's codes, by a program of stages. Twin of src/ops/profile.rs and of
// src/image/stages/run.rs.

struct ProfileParams {
    // linear working light behind the picture
    behind: vec4<f32>,
    // 1: colour is divided by alpha
    straight: u32,
    // 1: there is something behind the picture, and it becomes opaque
    backed: u32,
    // 1: the fourth code is a colour's and takes the place of alpha
    ink: u32,
    pad0: u32,
}

@group(0) @binding(1) var<uniform> by: ProfileParams;
@group(0) @binding(2) var<storage, read> light: array<f32>;
@group(0) @binding(3) var<storage, read> program: array<f32>;
@group(0) @binding(4) var<storage, read_write> codes: array<f32>;

const KNEE: f32 = 0.20689655;
const SLOPE: f32 = 0.12841855;

fn curve(start: u32, c: u32, x: f32) -> f32 {
    let head = start + 4u * c;
    let lines = program[head + 1u];
    var v = x;
    if program[head + 3u] > 0.5 {
        v = clamp(v, 0.0, 1.0);
    }
    if program[head + 2u] > 0.5 {
        v = select(sqrt(abs(v)), -sqrt(abs(v)), v < 0.0);
    }
    v = v * lines;
    let cell = clamp(floor(v), 0.0, lines - 1.0);
    let line = 4u * u32(program[head]) + 2u * u32(cell);
    return program[line] + program[line + 1u] * (v - cell);
}

fn cube(t: f32) -> f32 {
    return select(SLOPE * (t - 4.0 / 29.0), t * t * t, t > KNEE);
}

fn root(v: f32) -> f32 {
    let knee = KNEE * KNEE * KNEE;
    return select(v * (1.0 / SLOPE) + 4.0 / 29.0, cube_root(max(v, knee)), v > knee);
}

fn node(at: u32) -> vec4<f32> {
    return vec4<f32>(program[at], program[at + 1u], program[at + 2u], program[at + 3u]);
}

// Four nodes of the eight around a place, in the order of the shares.
fn tetrahedron(base: u32, f: vec3<f32>, steps: vec3<u32>) -> vec4<f32> {
    let low = min(f.x, f.y);
    let high = max(f.x, f.y);
    let least = min(low, f.z);
    let most = max(high, f.z);
    let middle = max(low, min(high, f.z));
    let all = steps.x + steps.y + steps.z;
    let second = select(steps.z, select(steps.y, steps.x, f.x >= f.y), high >= f.z);
    let third = all - select(select(steps.x, steps.y, f.x >= f.y), steps.z, f.z <= low);
    return node(base) * (1.0 - most) + node(base + 4u * second) * (most - middle)
        + node(base + 4u * third) * (middle - least) + node(base + 4u * all) * least;
}

fn look_up(start: u32, inputs: u32, v: vec4<f32>) -> vec4<f32> {
    let grid = vec4<u32>(node(start));
    let strides = vec4<u32>(grid.y * grid.z * grid.w, grid.z * grid.w, grid.w, 1u);
    var base = start + 4u;
    var share = vec4<f32>(0.0);
    var steps = vec4<u32>(0u);
    for (var c = 0u; c < inputs; c++) {
        if grid[c] > 1u {
            let last = f32(grid[c] - 1u);
            let place = clamp(v[c], 0.0, 1.0) * last;
            let cell = min(floor(place), last - 1.0);
            base += 4u * u32(cell) * strides[c];
            share[c] = place - cell;
            steps[c] = strides[c];
        }
    }
    if inputs < 4u {
        return tetrahedron(base, share.xyz, steps.xyz);
    }
    let near = tetrahedron(base, share.yzw, steps.yzw);
    let far = tetrahedron(base + 4u * steps.x, share.yzw, steps.yzw);
    return near + (far - near) * share.x;
}

fn stage(i: u32, v: vec4<f32>) -> vec4<f32> {
    let head = node(4u + 4u * i);
    let start = 4u * u32(head.y);
    switch u32(head.x) {
        case 0u: {
            var bent = v;
            for (var c = 0u; c < u32(head.z); c++) {
                bent[c] = curve(start, c, v[c]);
            }
            return bent;
        }
        case 1u: {
            let at = vec4<f32>(v.xyz, 1.0);
            let mixed = vec3<f32>(
                dot(node(start), at), dot(node(start + 4u), at), dot(node(start + 8u), at));
            return vec4<f32>(mixed, v.w);
        }
        case 2u: {
            return look_up(start, u32(head.z), v);
        }
        case 3u: {
            return vec4<f32>(cube(v.x), cube(v.y), cube(v.z), v.w);
        }
        default: {
            return vec4<f32>(root(v.x), root(v.y), root(v.z), v.w);
        }
    }
}

@compute @workgroup_size(64)
fn through_profile(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let a = light[at4(0u, 3u, p.x, p.y)];
    let gone = a < LEAST_ALPHA;
    let divisor = select(1.0, max(a, LEAST_ALPHA), by.straight == 1u);
    let k = select(1.0 / divisor, 0.0, (by.straight == 1u || by.backed == 1u) && gone);
    let unseen = select(0.0, select(1.0 - a, 1.0, gone), by.backed == 1u);
    let kept = select(clamp(a, 0.0, 1.0), 0.0, gone);
    let colour = vec3<f32>(
        light[at4(0u, 0u, p.x, p.y)], light[at4(0u, 1u, p.x, p.y)], light[at4(0u, 2u, p.x, p.y)]);
    var v = vec4<f32>(colour * k + unseen * by.behind.xyz, 0.0);
    for (var i = 0u; i < u32(program[0]); i++) {
        v = stage(i, v);
    }
    codes[at4(2u, 0u, p.x, p.y)] = v.x;
    codes[at4(2u, 1u, p.x, p.y)] = v.y;
    codes[at4(2u, 2u, p.x, p.y)] = v.z;
    codes[at4(2u, 3u, p.x, p.y)] = select(select(kept, select(1.0, 2.0, gone), by.backed == 1u), v.w, by.ink == 1u);
}
