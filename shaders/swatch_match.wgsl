// A region's colour moved to a swatch. Twin of src/ops/swatch_match/kernel.rs.

struct SwatchParams {
    // factor and offset from pixels to the mask, for x, then for y
    map: vec4<f32>,
    // rows: from working light to cone responses
    long: vec4<f32>,
    medium: vec4<f32>,
    short: vec4<f32>,
    // rows: from the responses' cube roots to OKLab
    lightness: vec4<f32>,
    greenred: vec4<f32>,
    blueyellow: vec4<f32>,
    // what a unit of a and of b is in the cube roots
    root_a: vec4<f32>,
    root_b: vec4<f32>,
    // rows: from cone responses to working light
    red: vec4<f32>,
    green: vec4<f32>,
    blue: vec4<f32>,
    // the region's chroma over its lightness: a unit vector, its length, unused
    centre: vec4<f32>,
    // tolerance of chroma: along and across, a unit of lightness, then at any
    reach: vec4<f32>,
    // what a and b gain a unit of lightness, the exposure's gain, unused
    change: vec4<f32>,
}

@group(0) @binding(1) var<uniform> by: SwatchParams;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read> coverage: array<f32>;
@group(0) @binding(4) var<storage, read> marked: array<f32>;
@group(0) @binding(5) var<storage, read_write> matched: array<f32>;

fn row(r: vec4<f32>, v: vec3<f32>) -> f32 {
    return r.x * v.x + r.y * v.y + r.z * v.z;
}

fn root(v: f32) -> f32 {
    let m = max(abs(v), 1e-9);
    var r = bitcast<f32>(bitcast<u32>(m) / 3u + 709921077u);
    for (var i = 0u; i < 3u; i++) {
        let c = r * r * r;
        r = r * ((c + 2.0 * m) / (2.0 * c + m));
    }
    return v * (r / m);
}

fn likeness(lightness: f32, a: f32, b: f32) -> f32 {
    let l = max(lightness, 0.0);
    let along = a * by.centre.x + b * by.centre.y - by.centre.z * l;
    let across = b * by.centre.x - a * by.centre.y;
    let p = along / (by.reach.x * l + by.reach.z);
    let q = across / (by.reach.y * l + by.reach.z);
    let s = clamp((p * p + q * q - 1.0) * (1.0 / 3.0), 0.0, 1.0);
    return 1.0 - s * s * (3.0 - 2.0 * s);
}

fn adjusted(colour: vec3<f32>) -> vec3<f32> {
    let lit = by.change.z * colour;
    let roots = vec3<f32>(root(row(by.long, lit)), root(row(by.medium, lit)), root(row(by.short, lit)));
    let l = row(by.lightness, roots);
    let w = likeness(l, row(by.greenred, roots), row(by.blueyellow, roots));
    if w <= 0.0 {
        return lit;
    }
    let much = w * max(l, 0.0);
    let to = roots + (much * by.change.x) * by.root_a.xyz + (much * by.change.y) * by.root_b.xyz;
    let cones = to * to * to;
    return vec3<f32>(row(by.red, cones), row(by.green, cones), row(by.blue, cones));
}

@compute @workgroup_size(64)
fn match_swatch(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 3u) {
        return;
    }
    let colour = vec3<f32>(
        picture[at4(0u, 0u, p.x, p.y)],
        picture[at4(0u, 1u, p.x, p.y)],
        picture[at4(0u, 2u, p.x, p.y)],
    );
    let alpha = coverage[at(1u, p.x, p.y)];
    var result = colour;
    let c = cell(2u, p, by.map);
    let share = blend(
        c,
        marked[at(2u, c.x0, c.y0)],
        marked[at(2u, c.x1, c.y0)],
        marked[at(2u, c.x0, c.y1)],
        marked[at(2u, c.x1, c.y1)],
    );
    if share > 0.0 && alpha >= 1.0 / 1024.0 {
        result = colour + share * (alpha * adjusted(colour / alpha) - colour);
    }
    for (var c = 0u; c < 3u; c++) {
        matched[at4(3u, c, p.x, p.y)] = result[c];
    }
    matched[at4(3u, 3u, p.x, p.y)] = picture[at4(0u, 3u, p.x, p.y)];
}
