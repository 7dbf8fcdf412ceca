// Reading the photograph and changing its size: Lanczos3 in linear, premultiplied light.
// Twin of src/ops/resample.rs.

struct RowParams {
    start: f32,
    scale: f32,
    taps: u32,
    height: u32,
    left: u32,
    top_code: u32,
    straight_alpha: u32,
    channels: u32,
    // output rows that are made; the others are 0
    first_row: u32,
    end_row: u32,
    pad0: u32,
    pad1: u32,
}

struct ColumnParams {
    taps: u32,
    opaque: u32,
    // output rows and columns that are made; the others are 0
    first_row: u32,
    end_row: u32,
    first_column: u32,
    end_column: u32,
    pad0: u32,
    pad1: u32,
}

@group(0) @binding(1) var<uniform> rows_by: RowParams;
@group(0) @binding(2) var<storage, read> source: array<u32>;
@group(0) @binding(3) var<storage, read> curves: array<f32>;
@group(0) @binding(4) var<storage, read> row_taps: array<f32>;
@group(0) @binding(5) var<storage, read_write> rows_out: array<f32>;

// Sample `c` of source pixel (x, y): a code, or linear light for floats.
fn code(x: u32, y: u32, c: u32) -> u32 {
    let view = frame.views[0];
    let bytes = view.w & 255u;
    let sample = (y * view.x + x) * rows_by.channels + c;
    let byte = sample * bytes;
    let word = source[byte / 4u - view.z];
    if bytes == 4u {
        return word;
    }
    let shifted = word >> (8u * (byte % 4u));
    return select(shifted & 0xffu, shifted & 0xffffu, bytes == 2u);
}

fn light(x: u32, y: u32, c: u32) -> f32 {
    let channel = select(c, 0u, rows_by.channels == 1u);
    let v = code(x, y, channel);
    if (frame.views[0].w & 255u) == 4u {
        return bitcast<f32>(v);
    }
    return curves[at(1u, min(v, rows_by.top_code), c)];
}

fn coverage(x: u32, y: u32) -> f32 {
    let v = code(x, y, 3u);
    let bytes = frame.views[0].w & 255u;
    if bytes == 4u {
        return bitcast<f32>(v);
    }
    return f32(v) * select(1.0 / 65535.0, 1.0 / 255.0, bytes == 1u);
}

@compute @workgroup_size(64)
fn ingest_rows(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 3u) {
        return;
    }
    if p.y < rows_by.first_row || p.y >= rows_by.end_row {
        for (var c = 0u; c < 4u; c++) {
            rows_out[at4(3u, c, p.x, p.y)] = 0.0;
        }
        return;
    }
    let x = rows_by.left + p.x;
    let first = u32(row_taps[at(2u, 0u, p.y)]);
    var sum = vec4<f32>(0.0);
    for (var k = 0u; k < rows_by.taps; k++) {
        let weight = row_taps[at(2u, 1u + k, p.y)];
        let y = first + k;
        let alpha = select(1.0, coverage(x, y), rows_by.straight_alpha == 1u);
        let rgb = vec3<f32>(light(x, y, 0u), light(x, y, 1u), light(x, y, 2u));
        sum += weight * vec4<f32>(rgb * alpha, alpha);
    }
    for (var c = 0u; c < 3u; c++) {
        rows_out[at4(3u, c, p.x, p.y)] = sum[c];
    }
    rows_out[at4(3u, 3u, p.x, p.y)] = select(1.0, sum.w, rows_by.straight_alpha == 1u);
}

@group(0) @binding(2) var<storage, read> colour: array<f32>;
@group(0) @binding(3) var<storage, read> taps_of_rows: array<f32>;
@group(0) @binding(4) var<storage, read_write> resized_rows: array<f32>;

@compute @workgroup_size(64)
fn resize_rows(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let made = p.y >= rows_by.first_row && p.y < rows_by.end_row;
    let first = u32(taps_of_rows[at(1u, 0u, p.y)]);
    for (var c = 0u; c < 4u; c++) {
        var sum = 0.0;
        for (var k = 0u; made && k < rows_by.taps; k++) {
            sum += taps_of_rows[at(1u, 1u + k, p.y)] * colour[at4(0u, c, rows_by.left + p.x, first + k)];
        }
        resized_rows[at4(2u, c, p.x, p.y)] = sum;
    }
}

@group(0) @binding(1) var<uniform> columns_by: ColumnParams;
@group(0) @binding(2) var<storage, read> wide: array<f32>;
@group(0) @binding(3) var<storage, read> column_taps: array<f32>;
@group(0) @binding(4) var<storage, read_write> narrow: array<f32>;

@compute @workgroup_size(64)
fn resize_columns(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 2u) {
        return;
    }
    let in_rows = p.y >= columns_by.first_row && p.y < columns_by.end_row;
    let made = in_rows && p.x >= columns_by.first_column && p.x < columns_by.end_column;
    let first = u32(column_taps[at(1u, 0u, p.x)]);
    for (var c = 0u; c < 4u; c++) {
        var sum = 0.0;
        for (var k = 0u; made && k < columns_by.taps; k++) {
            sum += column_taps[at(1u, 1u + k, p.x)] * wide[at4(0u, c, first + k, p.y)];
        }
        let opaque = made && c == 3u && columns_by.opaque == 1u;
        narrow[at4(2u, c, p.x, p.y)] = select(sum, 1.0, opaque);
    }
}
