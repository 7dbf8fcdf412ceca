//! What a surface looks like in even light: cloth, bands, seams, stitches, the label, paint.

use super::fabric::{Fabric, seen, wave};
use super::scene::Piece;
use super::vector::V3;
use super::world::{Part, Stage, World};
use crate::demo::noise::value;

/// The board's reflectance.
const BOARD: V3 = [0.60, 0.585, 0.56];
/// Lines of a label: middle from its top, half-height, half-width, a letter's pitch; metres.
const LINES: [[f32; 4]; 3] =
    [[0.009, 0.002_8, 0.016, 0.003_1], [0.017, 0.001_0, 0.012, 0.001_9], [0.022, 0.001_0, 0.005, 0.001_7]];

impl World<'_> {
    /// Whether a side shows the cloth's inner face: it does outside where the garment is inside out.
    fn is_inner(&self, part: Part) -> bool {
        (part == Part::Inner) != (self.set.stage == Stage::Turned)
    }

    /// The cloth that a side shows.
    pub(super) fn face(&self, part: Part) -> &Fabric {
        if self.is_inner(part) { &self.set.cloths.inner } else { &self.set.cloths.outer }
    }

    /// Reflectance of a surface's point, seen with pixels of this size in metres.
    pub(super) fn colour(&self, q: V3, part: Part, pixel: f32) -> V3 {
        match part {
            Part::Wall | Part::Form => return self.set.paint,
            Part::Board => return BOARD,
            Part::Outer | Part::Inner | Part::Rim => {}
        }
        let (p, garment) = (self.set.lay(q), self.set.garment);
        let ramp = |d: f32| (d / pixel + 0.5).clamp(0.0, 1.0);
        let (u, v) = if garment.on_sleeve(p) > 0.0 {
            (0.055 * turn(p[0].abs() - 0.25, p[2]), garment.along_sleeve(p))
        } else {
            (0.155 * turn(p[0], p[2]), p[1])
        };
        let mut colour = self.face(part).at(u, v, pixel);
        let inner = self.is_inner(part);
        let lined = inner && matches!(garment.piece, Piece::Jacket | Piece::Skirt);
        if !lined && !matches!(garment.piece, Piece::Hoodie | Piece::Polo) {
            let wide = if garment.piece == Piece::Jacket { 0.042 } else { 0.020 };
            let rib = 1.0 + 0.14 * seen(0.0026, pixel) * (wave(u / 0.0026) - 0.5);
            let band = self.set.cloths.band.map(|c| c * rib);
            colour = mix(colour, band, ramp(wide + garment.opening(p)));
        }
        let stitch = 0.35 * ramp(0.000_7 - (garment.above_hem(p) - 0.018).abs());
        let sewn = if garment.piece == Piece::Skirt {
            0.0
        } else {
            0.35 * ramp(0.000_9 - garment.on_sleeve(p).abs())
        };
        colour = mix(colour, colour.map(|c| 0.4 * c), stitch.max(sewn));
        if inner && p[2] < 0.0 { self.label(p, colour, &ramp) } else { colour }
    }

    /// A woven label below the nape: a patch with lines that may pass for letters.
    fn label(&self, p: V3, under: V3, ramp: &impl Fn(f32) -> f32) -> V3 {
        let (x, y) = (p[0], self.set.garment.nape() - 0.012 - p[1]);
        let patch = ramp(0.024 - x.abs()) * ramp(0.014 - (y - 0.014).abs());
        if patch <= 0.0 {
            return under;
        }
        let cloth = self.set.cloths.label;
        let ink = if cloth[1] < 0.3 { [0.7; 3] } else { [0.03; 3] };
        let mut share = 0.0_f32;
        for (seed, [middle, tall, wide, pitch]) in (77..).zip(LINES) {
            let cell = (x / pitch + 64.0).floor();
            let letter = 0.15 + 0.4 * value(seed, 3.7 * cell, 1.5);
            let within = (x / pitch + 64.0 - cell - 0.5).abs();
            let line = ramp(tall - (y - middle).abs()) * ramp(wide - x.abs());
            share = share.max(line * ramp((letter - within) * pitch));
        }
        mix(under, mix(cloth, ink, share), patch)
    }
}

fn mix(a: V3, b: V3, share: f32) -> V3 {
    [0, 1, 2].map(|c| a[c] + (b[c] - a[c]) * share)
}

/// The angle of (x, z) from straight ahead, in radians, to about 1e-5: exactly rounded arithmetic only.
fn turn(x: f32, z: f32) -> f32 {
    let (a, b) = (x.abs(), z.abs());
    let t = a.min(b) / a.max(b).max(1e-9);
    let s = t * t;
    let low = t * (0.999_866 + s * (-0.330_299_5 + s * (0.180_141 + s * (-0.085_133 + s * 0.020_835_1))));
    let quarter = if a > b { std::f32::consts::FRAC_PI_2 - low } else { low };
    let half = if z < 0.0 { std::f32::consts::PI - quarter } else { quarter };
    if x < 0.0 { -half } else { half }
}

#[cfg(test)]
mod tests {
    use super::turn;

    #[test]
    fn the_angle_is_the_arc_tangent() {
        for i in 0..400 {
            let angle = (f64::from(i) - 199.5) / 200.0 * std::f64::consts::PI;
            let got = f64::from(turn(angle.sin() as f32, angle.cos() as f32));
            assert!((got - angle).abs() < 3e-5, "{angle}: {got}");
        }
    }
}
