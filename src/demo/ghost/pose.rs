//! Where the cameras stand, how the set is lit and exposed, and the empty wall.

use super::camera::Camera;
use super::light::Light;
use super::scene::{GhostScene, Inner, Piece};
use super::vector::V3;
use crate::demo::noise::Dice;
use crate::image::Size;

/// Exposure of the front shot.
const GAIN: f32 = 0.98;

/// A camera with its light and what the sensor makes of it.
pub(super) struct Pose {
    pub(super) camera: Camera,
    pub(super) light: Light,
    pub(super) gain: V3,
}

/// Height of the frame's middle, how much it shows at three metres, height of the camera; metres.
pub(super) fn framing(piece: Piece) -> [f32; 3] {
    match piece {
        Piece::Skirt => [0.06, 0.81, 0.64],
        Piece::Dress => [0.185, 1.29, 0.47],
        Piece::Hoodie => [0.50, 1.08, 0.55],
        Piece::Jacket => [0.405, 0.88, 0.47],
        _ => [0.405, 0.82, 0.47],
    }
}

/// Pictures narrower than 4:5 show as much to the sides.
fn fit(size: Size) -> f32 {
    (0.8 * size.height as f32 / size.width.max(1) as f32).max(1.0)
}

impl Pose {
    /// The front shot's.
    pub(super) fn front(scene: &GhostScene, size: Size) -> Self {
        Self::straight(scene, size, [0.0; 2])
    }

    /// Straight before the set, slipped sideways and up by so much.
    fn straight(scene: &GhostScene, size: Size, slip: [f32; 2]) -> Self {
        let mut dice = scene.dice(2);
        let [middle, tall, eye] = framing(scene.piece);
        let place = [dice.range(-0.02, 0.02) + slip[0], eye + dice.range(-0.02, 0.03) + slip[1], 3.0];
        let camera = Camera::new(place, [slip[0], middle + slip[1], 0.0], 0.0, tall * fit(size), size);
        Self { camera, light: Light::new(false, 1.0), gain: [GAIN; 3] }
    }

    /// The inner shot's: the same but for a touch where the form is only taken apart, else another day.
    pub(super) fn inner(scene: &GhostScene, size: Size) -> Self {
        let mut dice = scene.dice(3);
        let mut about = |by: f32| dice.range(-by, by);
        if scene.inner == Inner::NeckOff {
            let pose = Self::straight(scene, size, [about(0.002), about(0.002)]);
            return Self { gain: warmed(GAIN, about(0.02)), ..pose };
        }
        let [middle, tall, eye] = framing(scene.piece);
        let place = [about(0.06), eye - 0.05 + about(0.06), 3.0 + about(0.15)];
        let target = [about(0.02), middle + about(0.02), 0.0];
        let (roll, warm) = (about(0.035), about(0.13));
        let (zoom, gain) = (dice.range(0.92, 1.07), GAIN * dice.range(0.85, 1.10));
        let camera = Camera::new(place, target, roll, tall * zoom * fit(size), size);
        Self { camera, light: Light::new(true, 0.8), gain: warmed(gain, warm) }
    }
}

fn warmed(gain: f32, by: f32) -> V3 {
    [gain * (1.0 + by), gain, gain * (1.0 - by)]
}

/// The empty wall: bright, a little darker to the sides and below.
pub(super) fn wall(dice: &mut Dice, size: Size) -> Vec<V3> {
    let level = dice.range(0.72, 0.82);
    let (dx, dy, edge) = (dice.range(-0.03, 0.03), dice.range(-0.04, 0.02), dice.range(0.06, 0.14));
    let tint = dice.range(-0.012, 0.012);
    let (width, height) = (size.width as usize, size.height as usize);
    let at = |i: usize| {
        let x = 2.0 * (i % width) as f32 / width as f32 - 1.0;
        let y = 2.0 * (i / width) as f32 / height as f32 - 1.0;
        let v = level * (1.0 + dx * x + dy * y - edge * 0.5 * (x * x + y * y));
        [v * (1.0 + tint), v, v * (1.0 - tint)]
    };
    (0..width * height).map(at).collect()
}
