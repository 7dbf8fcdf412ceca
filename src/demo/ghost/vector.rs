//! Three numbers: points and directions in metres; x to the right, y up, z towards the camera.

/// A point or a direction.
pub(super) type V3 = [f32; 3];

#[inline]
pub(super) fn add(a: V3, b: V3) -> V3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

#[inline]
pub(super) fn sub(a: V3, b: V3) -> V3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// `a + b·s`.
#[inline]
pub(super) fn along(a: V3, b: V3, s: f32) -> V3 {
    [a[0] + b[0] * s, a[1] + b[1] * s, a[2] + b[2] * s]
}

#[inline]
pub(super) fn dot(a: V3, b: V3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[inline]
pub(super) fn length(a: V3) -> f32 {
    dot(a, a).sqrt()
}

pub(super) fn cross(a: V3, b: V3) -> V3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The direction of a vector; straight at the camera where it has none.
#[inline]
pub(super) fn unit(a: V3) -> V3 {
    let l = length(a);
    if l > 1e-12 { a.map(|v| v / l) } else { [0.0, 0.0, 1.0] }
}
