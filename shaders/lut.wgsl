// A look: a curve a channel, then a lattice of colours. Twin of src/ops/lut/kernel.rs.

struct LutParams {
    to_red: vec4<f32>,
    to_green: vec4<f32>,
    to_blue: vec4<f32>,
    from_red: vec4<f32>,
    from_green: vec4<f32>,
    from_blue: vec4<f32>,
    curve_low: vec4<f32>,
    curve_scale: vec4<f32>,
    lattice_low: vec4<f32>,
    lattice_scale: vec4<f32>,
    // entries of the curve and along a side of the lattice; 0 none
    curve_side: u32,
    lattice_side: u32,
    // 1: the codes have the sRGB curve
    encoded: u32,
    // 1: linear instead of tetrahedral
    linear: u32,
    strength: f32,
    pad0: f32,
    pad1: f32,
    pad2: f32,
}

@group(0) @binding(1) var<uniform> by: LutParams;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read> curve: array<f32>;
@group(0) @binding(4) var<storage, read> lattice: array<f32>;
@group(0) @binding(5) var<storage, read_write> looked: array<f32>;

// A value's place along an axis of `side` entries.
fn place(v: f32, low: f32, scale: f32, side: u32) -> f32 {
    return clamp((v - low) * scale, 0.0, f32(side - 1u));
}

fn bent(v: f32, c: u32) -> f32 {
    let u = place(v, by.curve_low[c], by.curve_scale[c], by.curve_side);
    let entry = min(floor(u), f32(by.curve_side - 2u));
    let i = at(1u, u32(entry), c);
    let f = u - entry;
    return curve[i] * (1.0 - f) + curve[i + 1u] * f;
}

fn point(i: u32) -> vec3<f32> {
    return vec3<f32>(lattice[4u * i], lattice[4u * i + 1u], lattice[4u * i + 2u]);
}

fn tetrahedral(i: u32, f: vec3<f32>, n: u32) -> vec3<f32> {
    let most = max(max(f.x, f.y), f.z);
    let least = min(min(f.x, f.y), f.z);
    let middle = max(min(f.x, f.y), min(max(f.x, f.y), f.z));
    let ahead = select(select(n * n, n, f.y >= f.z), 1u, f.x >= f.y && f.x >= f.z);
    let behind = select(select(1u, n, f.y <= f.x), n * n, f.z <= f.x && f.z <= f.y);
    let all = i + 1u + n + n * n;
    return (1.0 - most) * point(i) + (most - middle) * point(i + ahead)
        + (middle - least) * point(all - behind) + least * point(all);
}

fn pair(i: u32, f: f32) -> vec3<f32> {
    return point(i) * (1.0 - f) + point(i + 1u) * f;
}

fn trilinear(i: u32, f: vec3<f32>, n: u32) -> vec3<f32> {
    let near = pair(i, f.x) * (1.0 - f.y) + pair(i + n, f.x) * f.y;
    let far = pair(i + n * n, f.x) * (1.0 - f.y) + pair(i + n + n * n, f.x) * f.y;
    return near * (1.0 - f.z) + far * f.z;
}

fn look(before: vec3<f32>) -> vec3<f32> {
    var v = before;
    if by.curve_side > 0u {
        v = vec3<f32>(bent(v.x, 0u), bent(v.y, 1u), bent(v.z, 2u));
    }
    let n = by.lattice_side;
    if n > 0u {
        let u = vec3<f32>(
            place(v.x, by.lattice_low.x, by.lattice_scale.x, n),
            place(v.y, by.lattice_low.y, by.lattice_scale.y, n),
            place(v.z, by.lattice_low.z, by.lattice_scale.z, n),
        );
        let entry = min(floor(u), vec3<f32>(f32(n - 2u)));
        let e = vec3<u32>(entry);
        let i = e.x + n * (e.y + n * e.z);
        if by.linear == 1u {
            v = trilinear(i, u - entry, n);
        } else {
            v = tetrahedral(i, u - entry, n);
        }
    }
    if by.strength < 1.0 {
        v = before * (1.0 - by.strength) + v * by.strength;
    }
    return v;
}

@compute @workgroup_size(64)
fn apply_lut(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 3u) {
        return;
    }
    let a = picture[at4(0u, 3u, p.x, p.y)];
    let light = vec3<f32>(
        picture[at4(0u, 0u, p.x, p.y)],
        picture[at4(0u, 1u, p.x, p.y)],
        picture[at4(0u, 2u, p.x, p.y)],
    );
    var result = light;
    if a >= LEAST_ALPHA {
        let straight = mixed_by(by.to_red, by.to_green, by.to_blue, light) * (1.0 / a);
        let after = decoded(look(encoded(straight, by.encoded)), by.encoded);
        result = mixed_by(by.from_red, by.from_green, by.from_blue, after) * a;
    }
    for (var c = 0u; c < 3u; c++) {
        looked[at4(3u, c, p.x, p.y)] = result[c];
    }
    looked[at4(3u, 3u, p.x, p.y)] = a;
}
