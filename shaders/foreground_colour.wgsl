// The product's own colour at its soft edge. Twin of src/ops/foreground_colour.rs.

struct ForegroundParams {
    // factor and offset from pixels to the grids, for x, then for y
    map: vec4<f32>,
    // least alpha to divide by; weight of the colour field
    least: f32,
    field: f32,
    pad0: f32,
    pad1: f32,
}

@group(0) @binding(1) var<uniform> by: ForegroundParams;
@group(0) @binding(2) var<storage, read> seen: array<f32>;
@group(0) @binding(3) var<storage, read> alpha: array<f32>;
@group(0) @binding(4) var<storage, read> backdrop: array<f32>;
@group(0) @binding(5) var<storage, read> product: array<f32>;
@group(0) @binding(6) var<storage, read_write> coloured: array<f32>;

fn backdrop_at(c: Cell, run: u32) -> f32 {
    return blend(
        c,
        backdrop[at4(2u, run, c.x0, c.y0)],
        backdrop[at4(2u, run, c.x1, c.y0)],
        backdrop[at4(2u, run, c.x0, c.y1)],
        backdrop[at4(2u, run, c.x1, c.y1)],
    );
}

fn product_at(c: Cell, run: u32) -> f32 {
    return blend(
        c,
        product[at4(3u, run, c.x0, c.y0)],
        product[at4(3u, run, c.x1, c.y0)],
        product[at4(3u, run, c.x0, c.y1)],
        product[at4(3u, run, c.x1, c.y1)],
    );
}

@compute @workgroup_size(64)
fn foreground_colour(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 4u) {
        return;
    }
    let a = alpha[at(1u, p.x, p.y)];
    let edge = a > 0.0 && a < 1.0;
    let c = cell(2u, p, by.map);
    let w = a * a / (a * a + by.field * (1.0 - a));
    for (var run = 0u; run < 3u; run++) {
        let i = seen[at4(0u, run, p.x, p.y)];
        var value = select(0.0, i, a >= 1.0);
        if edge {
            let known = (i - (1.0 - a) * backdrop_at(c, run)) / max(a, by.least);
            let smooth_colour = product_at(c, run);
            let mixed = smooth_colour + (known - smooth_colour) * w;
            value = a * clamp(mixed, 0.0, max(i, 1.0));
        }
        coloured[at4(4u, run, p.x, p.y)] = value;
    }
    coloured[at4(4u, 3u, p.x, p.y)] = a;
}
