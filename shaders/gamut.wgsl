// Colours that the output cannot show, brought in along their chroma. Twin of src/ops/gamut.rs.

struct GamutParams {
    to_cones_l: vec4<f32>,
    to_cones_m: vec4<f32>,
    to_cones_s: vec4<f32>,
    from_cones_r: vec4<f32>,
    from_cones_g: vec4<f32>,
    from_cones_b: vec4<f32>,
    // nodes of the hull along lightness and around hue
    lightnesses: u32,
    hues: u32,
    pad0: u32,
    pad1: u32,
}

@group(0) @binding(1) var<uniform> by: GamutParams;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read> hull: array<f32>;
@group(0) @binding(4) var<storage, read_write> mapped: array<f32>;

const KNEE: f32 = 0.8;

// The cube root, of a negative number too.
fn signed_root(v: f32) -> f32 {
    let size = cube_root(max(abs(v), 1e-12));
    return select(size, -size, v < 0.0);
}

// A direction's place around the circle, 0 to 4, without trigonometry.
fn place(a: f32, b: f32) -> f32 {
    let sum = max(abs(a) + abs(b), 1e-12);
    let turn = a / sum;
    return select(1.0 - turn, 3.0 + turn, b < 0.0);
}

fn most_chroma(lightness: f32, a: f32, b: f32) -> f32 {
    let last = f32(by.lightnesses - 1u);
    let y = clamp(lightness, 0.0, 1.0) * last;
    let row = min(floor(y), last - 1.0);
    let x = place(a, b) * (f32(by.hues) / 4.0);
    let column = min(floor(x), f32(by.hues - 1u));
    let i = u32(row) * (by.hues + 1u) + u32(column);
    let j = i + by.hues + 1u;
    let upper = hull[i] + (hull[i + 1u] - hull[i]) * (x - column);
    let lower = hull[j] + (hull[j + 1u] - hull[j]) * (x - column);
    return upper + (lower - upper) * (y - row);
}

@compute @workgroup_size(64)
fn map_gamut(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let a = picture[at4(0u, 3u, p.x, p.y)];
    let before = vec3<f32>(
        picture[at4(0u, 0u, p.x, p.y)], picture[at4(0u, 1u, p.x, p.y)], picture[at4(0u, 2u, p.x, p.y)]);
    let straight = before / max(a, LEAST_ALPHA);
    let l = signed_root(dot(by.to_cones_l.xyz, straight));
    let m = signed_root(dot(by.to_cones_m.xyz, straight));
    let s = signed_root(dot(by.to_cones_s.xyz, straight));
    let lightness = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
    let x = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
    let y = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
    let chroma = sqrt(x * x + y * y);
    let most = most_chroma(lightness, x, y);
    let over = (chroma - KNEE * most) / max((1.0 - KNEE) * most, 1e-6);
    let inside = over <= 0.0 || a < LEAST_ALPHA;
    let kept = most * (KNEE + (1.0 - KNEE) * over / (1.0 + over)) / max(chroma, 1e-12);
    let u = x * kept;
    let v = y * kept;
    let cl = lightness + 0.3963377774 * u + 0.2158037573 * v;
    let cm = lightness - 0.1055613458 * u - 0.0638541728 * v;
    let cs = lightness - 0.0894841775 * u - 1.2914855480 * v;
    let cones = vec3<f32>(cl * cl * cl, cm * cm * cm, cs * cs * cs);
    let after = vec3<f32>(
        dot(by.from_cones_r.xyz, cones), dot(by.from_cones_g.xyz, cones), dot(by.from_cones_b.xyz, cones)) * a;
    let out = select(after, before, inside);
    mapped[at4(2u, 0u, p.x, p.y)] = out.x;
    mapped[at4(2u, 1u, p.x, p.y)] = out.y;
    mapped[at4(2u, 2u, p.x, p.y)] = out.z;
    mapped[at4(2u, 3u, p.x, p.y)] = a;
}
