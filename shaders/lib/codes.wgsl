// Working light to straight codes of a look and back. Twin of src/ops/codes.rs; needs lib/power.wgsl.

fn mixed_by(red: vec4<f32>, green: vec4<f32>, blue: vec4<f32>, v: vec3<f32>) -> vec3<f32> {
    return vec3<f32>(
        red.x * v.x + red.y * v.y + red.z * v.z,
        green.x * v.x + green.y * v.y + green.z * v.z,
        blue.x * v.x + blue.y * v.y + blue.z * v.z,
    );
}

// Light of the look's primaries to codes, with the sRGB curve where `curve` is 1.
fn encoded(v: vec3<f32>, curve: u32) -> vec3<f32> {
    if curve == 0u {
        return v;
    }
    return vec3<f32>(encode(v.x), encode(v.y), encode(v.z));
}

fn decoded(v: vec3<f32>, curve: u32) -> vec3<f32> {
    if curve == 0u {
        return v;
    }
    return vec3<f32>(decode(v.x), decode(v.y), decode(v.z));
}
