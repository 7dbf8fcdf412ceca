//! The camera: a pinhole that stands some metres before the set.

use super::vector::{V3, along, cross, dot, sub, unit};
use crate::image::Size;

/// Where a camera stands and what it sees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Camera {
    place: V3,
    ahead: V3,
    right: V3,
    up: V3,
    /// Slope of a pixel's side.
    step: f32,
    middle: [f32; 2],
}

impl Camera {
    /// A camera at `place` that looks at `target`, rolled by the tangent `roll`; `tall` is what it would
    /// see at three metres.
    pub(super) fn new(place: V3, target: V3, roll: f32, tall: f32, size: Size) -> Self {
        let ahead = unit(sub(target, place));
        let right = unit(cross(ahead, [roll, 1.0, 0.0]));
        let up = cross(right, ahead);
        let (width, height) = (size.width as f32, size.height as f32);
        Self {
            place,
            ahead,
            right,
            up,
            step: tall / (3.0 * height.max(1.0)),
            middle: [0.5 * width, 0.5 * height],
        }
    }

    /// Where it stands.
    pub(super) fn place(&self) -> V3 {
        self.place
    }

    /// The direction of a point of the picture, in pixels.
    pub(super) fn ray(&self, x: f32, y: f32) -> V3 {
        let (x, y) = ((x - self.middle[0]) * self.step, (self.middle[1] - y) * self.step);
        unit(along(along(self.ahead, self.right, x), self.up, y))
    }

    /// The pixel of a point of the set.
    pub(super) fn project(&self, p: V3) -> [f32; 2] {
        let d = sub(p, self.place);
        let z = dot(d, self.ahead).max(1e-6) * self.step;
        [self.middle[0] + dot(d, self.right) / z, self.middle[1] - dot(d, self.up) / z]
    }

    /// Metres that a pixel's side spans at this distance.
    pub(super) fn pixel(&self, t: f32) -> f32 {
        self.step * t
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ray_comes_back_to_its_pixel() {
        let size = Size::new(320, 400);
        let camera = Camera::new([0.05, 0.4, 3.1], [-0.02, 0.42, 0.0], 0.03, 0.8, size);
        for (x, y) in [(0.0, 0.0), (160.0, 200.0), (319.5, 12.25), (7.0, 399.0)] {
            let [u, v] = camera.project(along(camera.place(), camera.ray(x, y), 2.9));
            assert!((u - x).abs() < 0.01 && (v - y).abs() < 0.01, "{x} {y}: {u} {v}");
        }
    }

    #[test]
    fn the_frame_is_as_tall_as_it_is_told() {
        let camera = Camera::new([0.0, 0.5, 3.0], [0.0, 0.5, 0.0], 0.0, 0.8, Size::new(320, 400));
        let [x, y] = camera.project([0.0, 0.9, 0.0]);
        assert!((x - 160.0).abs() < 1e-3 && y.abs() < 1e-2, "{x} {y}");
    }
}
