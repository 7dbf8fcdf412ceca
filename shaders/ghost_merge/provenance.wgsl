// Which photograph shows in every pixel. Twin of src/ops/ghost_merge/provenance.rs.

struct ProvenanceParams {
    // of front, inner shot and fill
    codes: vec4<f32>,
}

@group(0) @binding(1) var<uniform> by: ProvenanceParams;
@group(0) @binding(2) var<storage, read> front: array<f32>;
@group(0) @binding(3) var<storage, read> inner: array<f32>;
@group(0) @binding(4) var<storage, read> filled: array<f32>;
@group(0) @binding(5) var<storage, read_write> origin: array<f32>;

@compute @workgroup_size(64)
fn provenance(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 3u) {
        return;
    }
    let upper = front[at4(0u, 3u, p.x, p.y)];
    let under = inner[at4(1u, 3u, p.x, p.y)];
    let below = 1.0 - upper;
    let seen = below * under;
    let added = below * max(filled[at4(2u, 3u, p.x, p.y)] - under, 0.0);
    var most = upper;
    var code = by.codes.x;
    if seen > most {
        most = seen;
        code = by.codes.y;
    }
    if added > most {
        most = added;
        code = by.codes.z;
    }
    origin[at(3u, p.x, p.y)] = select(code, 0.0, below - seen - added > most || most <= 0.0);
}
