// The cube root of a positive number. Twin of `cube_root` in src/image/stages/run.rs.
fn cube_root(v: f32) -> f32 {
    var t = bitcast<f32>(u32(f32(bitcast<u32>(v)) * (1.0 / 3.0)) + 709921077u);
    for (var i = 0; i < 2; i++) {
        let cubed = t * t * t;
        t = t * ((cubed + 2.0 * v) / (2.0 * cubed + v));
    }
    return t;
}
