// Bilinear reading of a small grid that covers a frame. Twin of src/ops/grid.rs.

struct Cell {
    x0: u32,
    x1: u32,
    y0: u32,
    y1: u32,
    fx: f32,
    fy: f32,
}

// Where pixel `p` lies in grid `view`: `map` holds factor and offset for x, then for y.
fn cell(view: u32, p: vec2<u32>, map: vec4<f32>) -> Cell {
    let w = frame.views[view].x;
    let h = frame.views[view].y;
    let u = clamp(f32(p.x) * map.x + map.y, 0.0, f32(w - 1u));
    let v = clamp(f32(p.y) * map.z + map.w, 0.0, f32(h - 1u));
    let x0 = u32(u);
    let y0 = u32(v);
    return Cell(x0, min(x0 + 1u, w - 1u), y0, min(y0 + 1u, h - 1u), u - f32(x0), v - f32(y0));
}

fn blend(c: Cell, v00: f32, v10: f32, v01: f32, v11: f32) -> f32 {
    let left = v00 + (v01 - v00) * c.fy;
    let right = v10 + (v11 - v10) * c.fy;
    return left + (right - left) * c.fx;
}
