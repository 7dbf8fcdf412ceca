// Alpha from the analysis: certain backdrop, certain product, and a local affine map of colour between.
// Twin of src/ops/backdrop_matte/kernel.rs.

struct MatteParams {
    // factor and offset from pixels to the grids, for x, then for y
    map: vec4<f32>,
    // the photograph in pixels: left, top, right, bottom
    bounds: vec4<f32>,
}

@group(0) @binding(1) var<uniform> by: MatteParams;
@group(0) @binding(2) var<storage, read> colour: array<f32>;
@group(0) @binding(3) var<storage, read> affine: array<f32>;
@group(0) @binding(4) var<storage, read> backdrop: array<f32>;
@group(0) @binding(5) var<storage, read> product: array<f32>;
@group(0) @binding(6) var<storage, read_write> alpha: array<f32>;

fn affine_at(c: Cell, run: u32) -> f32 {
    return blend(
        c,
        affine[at4(1u, run, c.x0, c.y0)],
        affine[at4(1u, run, c.x1, c.y0)],
        affine[at4(1u, run, c.x0, c.y1)],
        affine[at4(1u, run, c.x1, c.y1)],
    );
}

fn certain_backdrop(c: Cell) -> f32 {
    return blend(
        c,
        backdrop[at4(2u, 3u, c.x0, c.y0)],
        backdrop[at4(2u, 3u, c.x1, c.y0)],
        backdrop[at4(2u, 3u, c.x0, c.y1)],
        backdrop[at4(2u, 3u, c.x1, c.y1)],
    );
}

fn certain_product(c: Cell) -> f32 {
    return blend(
        c,
        product[at4(3u, 3u, c.x0, c.y0)],
        product[at4(3u, 3u, c.x1, c.y0)],
        product[at4(3u, 3u, c.x0, c.y1)],
        product[at4(3u, 3u, c.x1, c.y1)],
    );
}

fn alpha_at(p: vec2<u32>) -> f32 {
    let centre = vec2<f32>(p) + 0.5;
    if any(centre < by.bounds.xy) || any(centre > by.bounds.zw) {
        return 0.0;
    }
    let c = cell(1u, p, by.map);
    if certain_backdrop(c) > 0.999 {
        return 0.0;
    }
    if certain_product(c) > 0.999 {
        return 1.0;
    }
    var sum = affine_at(c, 3u);
    for (var run = 0u; run < 3u; run++) {
        sum += affine_at(c, run) * colour[at4(0u, run, p.x, p.y)];
    }
    return clamp((sum - 0.02) / 0.96, 0.0, 1.0);
}

@compute @workgroup_size(64)
fn matte_alpha(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 4u) {
        return;
    }
    alpha[at(4u, p.x, p.y)] = alpha_at(p);
}
