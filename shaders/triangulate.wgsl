// Alpha and colour of a product from two shots before two known backdrops. Twin of src/ops/triangulate/kernel.rs.

struct TriangulateParams {
    // factor and offset from pixels to the plates, for x, then for y
    map: vec4<f32>,
    // least squared distance of the backdrops; alpha this near 0 or 1 is that; light of the read noise
    least: f32,
    clip: f32,
    dark: f32,
    pad0: f32,
}

@group(0) @binding(1) var<uniform> by: TriangulateParams;
@group(0) @binding(2) var<storage, read> first: array<f32>;
@group(0) @binding(3) var<storage, read> second: array<f32>;
@group(0) @binding(4) var<storage, read> first_plate: array<f32>;
@group(0) @binding(5) var<storage, read> second_plate: array<f32>;
@group(0) @binding(6) var<storage, read_write> product: array<f32>;

fn first_plate_at(c: Cell, run: u32) -> f32 {
    return blend(
        c,
        first_plate[at4(2u, run, c.x0, c.y0)],
        first_plate[at4(2u, run, c.x1, c.y0)],
        first_plate[at4(2u, run, c.x0, c.y1)],
        first_plate[at4(2u, run, c.x1, c.y1)],
    );
}

fn second_plate_at(c: Cell, run: u32) -> f32 {
    return blend(
        c,
        second_plate[at4(3u, run, c.x0, c.y0)],
        second_plate[at4(3u, run, c.x1, c.y0)],
        second_plate[at4(3u, run, c.x0, c.y1)],
        second_plate[at4(3u, run, c.x1, c.y1)],
    );
}

// Alpha near 0 is 0; from three times `clip` on it is itself.
fn settle(a: f32) -> f32 {
    return min(a, max(1.5 * (a - by.clip), 0.0));
}

@compute @workgroup_size(64)
fn triangulate(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 4u) {
        return;
    }
    let c = cell(2u, p, by.map);
    var seen: array<vec2<f32>, 3>;
    var behind: array<vec2<f32>, 3>;
    var along = 0.0;
    var squared = 0.0;
    for (var run = 0u; run < 3u; run++) {
        seen[run] = vec2<f32>(first[at4(0u, run, p.x, p.y)], second[at4(1u, run, p.x, p.y)]);
        behind[run] = vec2<f32>(first_plate_at(c, run), second_plate_at(c, run));
        let d = behind[run].x - behind[run].y;
        along += (seen[run].x - seen[run].y) * d;
        squared += d * d;
    }
    let through = clamp(along / max(squared, by.least), 0.0, 1.0);
    let a = 1.0 - settle(1.0 - settle(1.0 - through));
    for (var run = 0u; run < 3u; run++) {
        let w = vec2<f32>(
            1.0 / (max(seen[run].x, 0.0) + by.dark),
            1.0 / (max(seen[run].y, 0.0) + by.dark),
        );
        let own = seen[run] - (1.0 - a) * behind[run];
        let mean = (own.x * w.x + own.y * w.y) / (w.x + w.y);
        product[at4(4u, run, p.x, p.y)] = select(max(mean, 0.0), 0.0, a <= 0.0);
    }
    product[at4(4u, 3u, p.x, p.y)] = a;
}
