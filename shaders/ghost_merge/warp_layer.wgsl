// A layer of another photograph, laid into this one and lit as it. Twin of src/ops/ghost_merge/warp.rs.

struct WarpParams {
    // from pixels to the other photograph's columns: factors of x and y, offset, columns written
    across: vec4<f32>,
    // from pixels to its rows: factors of x and y, offset, rows that the bend reaches
    down: vec4<f32>,
    // factor and offset from pixels to the bend, for x, then for y
    bend_map: vec4<f32>,
    shade_map: vec4<f32>,
    room_map: vec4<f32>,
    gain: vec4<f32>,
}

@group(0) @binding(1) var<uniform> by: WarpParams;
@group(0) @binding(2) var<storage, read> other: array<f32>;
@group(0) @binding(3) var<storage, read> bend: array<f32>;
@group(0) @binding(4) var<storage, read> shade: array<f32>;
@group(0) @binding(5) var<storage, read> room: array<f32>;
@group(0) @binding(6) var<storage, read_write> layer: array<f32>;

fn bend_at(c: Cell, run: u32) -> f32 {
    return blend(
        c,
        bend[at4(1u, run, c.x0, c.y0)],
        bend[at4(1u, run, c.x1, c.y0)],
        bend[at4(1u, run, c.x0, c.y1)],
        bend[at4(1u, run, c.x1, c.y1)],
    );
}

fn shade_at(c: Cell, run: u32) -> f32 {
    return blend(
        c,
        shade[at4(2u, run, c.x0, c.y0)],
        shade[at4(2u, run, c.x1, c.y0)],
        shade[at4(2u, run, c.x0, c.y1)],
        shade[at4(2u, run, c.x1, c.y1)],
    );
}

fn room_at(c: Cell) -> f32 {
    return blend(
        c,
        room[at(3u, c.x0, c.y0)],
        room[at(3u, c.x1, c.y0)],
        room[at(3u, c.x0, c.y1)],
        room[at(3u, c.x1, c.y1)],
    );
}

// Catmull and Rom's weights of the four samples around a place, `t` past the second.
fn cubic(t: f32) -> vec4<f32> {
    let s = t * t;
    let c = s * t;
    return 0.5 * vec4<f32>(
        2.0 * s - c - t,
        3.0 * c - 5.0 * s + 2.0,
        4.0 * s - 3.0 * c + t,
        c - s,
    );
}

fn write(p: vec2<u32>, colour: vec4<f32>) {
    layer[at4(4u, 0u, p.x, p.y)] = colour.x;
    layer[at4(4u, 1u, p.x, p.y)] = colour.y;
    layer[at4(4u, 2u, p.x, p.y)] = colour.z;
    layer[at4(4u, 3u, p.x, p.y)] = colour.w;
}

@compute @workgroup_size(64)
fn warp_layer(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 4u) {
        return;
    }
    let share = room_at(cell(3u, p, by.room_map));
    let w = i32(frame.views[0].x);
    let h = i32(frame.views[0].y);
    let b = cell(1u, p, by.bend_map);
    let x = f32(p.x);
    let y = f32(p.y);
    let u = by.across.x * x + by.across.y * y + by.across.z + bend_at(b, 0u);
    let v = by.down.x * x + by.down.y * y + by.down.z + bend_at(b, 1u);
    let inside = u >= -0.5 && v >= -0.5 && u <= f32(w) - 0.5 && v <= f32(h) - 0.5;
    if share <= 0.0 || !inside {
        write(p, vec4<f32>(0.0));
        return;
    }
    let u0 = floor(u);
    let v0 = floor(v);
    let wx = cubic(u - u0);
    let wy = cubic(v - v0);
    var sum = vec4<f32>(0.0);
    for (var j = 0; j < 4; j++) {
        let row = u32(clamp(i32(v0) + j - 1, 0, h - 1));
        for (var run = 0u; run < 4u; run++) {
            var line = 0.0;
            for (var i = 0; i < 4; i++) {
                let column = u32(clamp(i32(u0) + i - 1, 0, w - 1));
                line += wx[i] * other[at4(0u, run, column, row)];
            }
            sum[run] += wy[j] * line;
        }
    }
    let s = cell(2u, p, by.shade_map);
    let light = vec4<f32>(shade_at(s, 0u), shade_at(s, 1u), shade_at(s, 2u), 1.0) * by.gain;
    let colour = max(sum * light, vec4<f32>(0.0)) * share;
    write(p, vec4<f32>(colour.xyz, min(colour.w, share)));
}
