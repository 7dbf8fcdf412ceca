//! What cloth looks like from near: pattern and grain. Light is none of its business.

use crate::demo::noise::value;

/// A pattern in a second colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pattern {
    /// One colour.
    Plain,
    /// Stripes across: period in metres and the second colour's share.
    Stripes(f32, f32),
    /// Woven checks: period in metres.
    Checks(f32),
    /// Fibres of both colours mixed.
    Heather,
    /// Diagonal ribs with pale weft.
    Twill,
}

/// A cloth's face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fabric {
    pub(super) base: [f32; 3],
    pub(super) second: [f32; 3],
    pub(super) pattern: Pattern,
    pub(super) grain: f32,
    pub(super) seed: u32,
}

impl Fabric {
    /// Its mean reflectance.
    pub(super) fn mean(&self) -> [f32; 3] {
        let share = match self.pattern {
            Pattern::Plain => 0.0,
            Pattern::Stripes(_, part) => part,
            Pattern::Checks(_) => 0.40,
            Pattern::Heather => 0.30,
            Pattern::Twill => 0.05,
        };
        [0, 1, 2].map(|c| self.base[c] + (self.second[c] - self.base[c]) * share)
    }

    /// Reflectance at `u` across and `v` along, in metres, seen with pixels of this size.
    #[inline]
    pub(super) fn at(&self, u: f32, v: f32, pixel: f32) -> [f32; 3] {
        let edge = |d: f32| (d / pixel + 0.5).clamp(0.0, 1.0);
        let bar =
            |v: f32, period: f32, part: f32| edge((0.5 * part - (fraction(v / period) - 0.5).abs()) * period);
        let noise = |x: f32, y: f32| value(self.seed, x + 900.0, y + 900.0);
        let share = match self.pattern {
            Pattern::Plain => 0.0,
            Pattern::Stripes(period, part) => bar(v, period, part),
            Pattern::Checks(period) => 0.5 * (bar(u, period, 0.4) + bar(v, period, 0.4)),
            Pattern::Heather => {
                let flecks = 0.6 * noise(u / 0.0012, v / 0.005) + 0.4 * noise(u / 0.004, v / 0.009);
                ((flecks - 0.42) * 2.2).clamp(0.0, 0.8)
            }
            Pattern::Twill => 0.05 + seen(0.0016, pixel) * (0.20 * wave((u + v) / 0.0022) - 0.05),
        };
        let grain = 1.0
            + self.grain * (noise(u / 0.0010 + 50.0, v / 0.0013) - 0.5)
            + 0.6 * self.grain * (noise(u / 0.006, v / 0.010 + 70.0) - 0.5);
        [0, 1, 2].map(|c| (self.base[c] + (self.second[c] - self.base[c]) * share) * grain)
    }
}

/// How much of a structure of this period, in metres, is left at this pixel size.
#[inline]
pub(super) fn seen(period: f32, pixel: f32) -> f32 {
    ((period / pixel - 2.0) * 0.5).clamp(0.0, 1.0)
}

/// A triangle wave in 0..1 of period 1.
#[inline]
pub(super) fn wave(v: f32) -> f32 {
    (2.0 * fraction(v) - 1.0).abs()
}

#[inline]
fn fraction(v: f32) -> f32 {
    v - v.floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean over a large patch, which the light's bounces rely on.
    #[test]
    fn the_mean_is_the_mean() {
        for pattern in [
            Pattern::Plain,
            Pattern::Stripes(0.02, 0.4),
            Pattern::Checks(0.03),
            Pattern::Heather,
            Pattern::Twill,
        ] {
            let fabric = Fabric { base: [0.6; 3], second: [0.1; 3], pattern, grain: 0.1, seed: 3 };
            let at =
                |i: usize| fabric.at((i % 600) as f32 * 0.000_53, (i / 600) as f32 * 0.000_71, 0.0005)[1];
            let mean = (0..360_000).map(at).sum::<f32>() / 360_000.0;
            assert!((mean - fabric.mean()[1]).abs() < 0.03, "{pattern:?}: {mean}, {:?}", fabric.mean());
        }
    }

    #[test]
    fn fine_structure_fades_with_the_pixels() {
        assert_eq!(seen(0.002, 0.000_1), 1.0);
        assert_eq!(seen(0.002, 0.002), 0.0);
    }
}
