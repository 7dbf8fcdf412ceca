// Small holes of a layer, closed by what is beside them. Twin of src/ops/ghost_merge/fill.rs.

struct FillParams {
    // factor and offset from pixels to the holes, for x, then for y
    map: vec4<f32>,
    radius: u32,
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

@group(0) @binding(1) var<uniform> by: FillParams;
@group(0) @binding(2) var<storage, read> layer: array<f32>;
@group(0) @binding(3) var<storage, read> holes: array<f32>;
@group(0) @binding(4) var<storage, read_write> filled: array<f32>;

fn hole_at(c: Cell) -> f32 {
    return blend(
        c,
        holes[at(1u, c.x0, c.y0)],
        holes[at(1u, c.x1, c.y0)],
        holes[at(1u, c.x0, c.y1)],
        holes[at(1u, c.x1, c.y1)],
    );
}

fn layer_at(x: u32, y: u32) -> vec4<f32> {
    return vec4<f32>(
        layer[at4(0u, 0u, x, y)],
        layer[at4(0u, 1u, x, y)],
        layer[at4(0u, 2u, x, y)],
        layer[at4(0u, 3u, x, y)],
    );
}

@compute @workgroup_size(64)
fn fill_layer(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let w = i32(frame.views[0].x);
    let h = i32(frame.views[0].y);
    var own = layer_at(p.x, p.y);
    if own.w < 1.0 && hole_at(cell(1u, p, by.map)) > 0.5 {
        let r = i32(by.radius);
        var sum = vec4<f32>(0.0);
        for (var j = -r; j <= r; j++) {
            let y = i32(p.y) + j;
            if y < 0 || y >= h {
                continue;
            }
            for (var i = -r; i <= r; i++) {
                let x = i32(p.x) + i;
                let far = i * i + j * j;
                if x < 0 || x >= w || far > r * r {
                    continue;
                }
                sum += layer_at(u32(x), u32(y)) / f32(1 + far);
            }
        }
        if sum.w > 0.0 {
            own += (1.0 - own.w) * (sum / sum.w);
        }
    }
    filled[at4(2u, 0u, p.x, p.y)] = own.x;
    filled[at4(2u, 1u, p.x, p.y)] = own.y;
    filled[at4(2u, 2u, p.x, p.y)] = own.z;
    filled[at4(2u, 3u, p.x, p.y)] = own.w;
}
