// Tiles of a band: rows of 256 pixels with a table of places and neighbours. Twin of src/ops/band/halo.rs.
// A shader that includes this declares the table as `tiles` and its view as `TILES`.

const SIDE: i32 = 16;

// The run and the row of the band of pixel (x, y) of tile `slot`; one neighbour beyond it at most. Where that
// neighbour is not in the band, the tile's own edge.
fn reached(slot: u32, x: i32, y: i32) -> vec2<u32> {
    let dx = select(select(0, 1, x >= SIDE), -1, x < 0);
    let dy = select(select(0, 1, y >= SIDE), -1, y < 0);
    let near = tiles[at(TILES, u32(7 + 3 * dy + dx), slot)];
    if near < 0.0 {
        let u = clamp(x, 0, SIDE - 1);
        let v = clamp(y, 0, SIDE - 1);
        return vec2<u32>(u32(v * SIDE + u), slot);
    }
    return vec2<u32>(u32((y - SIDE * dy) * SIDE + x - SIDE * dx), u32(near));
}
