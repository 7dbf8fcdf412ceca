// The frame of every kernel: which output rows to write, and the shape of every plane.
// A plane may be bound from some row on; `base` is the index of its first bound element.

struct Frame {
    // first row, row after the last, unused, unused
    rows: vec4<u32>,
    // inputs then outputs: width, height, base, packing (bytes a sample, channels << 8)
    views: array<vec4<u32>, 8>,
}

@group(0) @binding(0) var<uniform> frame: Frame;

// Alpha below this carries no colour that is worth dividing out.
const LEAST_ALPHA: f32 = 0.0009765625;

// The output pixel of this invocation.
fn pixel(id: vec3<u32>) -> vec2<u32> {
    return vec2<u32>(id.x, frame.rows.x + id.y);
}

// Whether that pixel lies beyond the rows to write, or beyond the width of plane `view`.
fn outside(p: vec2<u32>, view: u32) -> bool {
    return p.x >= frame.views[view].x || p.y >= frame.rows.y;
}

// Element of a gray plane.
fn at(view: u32, x: u32, y: u32) -> u32 {
    return y * frame.views[view].x + x - frame.views[view].z;
}

// Element of channel `c` of a colour plane: every line is four runs, R, G, B, alpha.
fn at4(view: u32, c: u32, x: u32, y: u32) -> u32 {
    return (y * 4u + c) * frame.views[view].x + x - frame.views[view].z;
}

// `v` moved by `d`, clamped to the rows or columns of a plane.
fn clamped(v: u32, d: i32, size: u32) -> u32 {
    return u32(clamp(i32(v) + d, 0, i32(size) - 1));
}
