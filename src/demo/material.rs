//! What products are made of: a colour, a printed pattern, and the fine structure of a surface.
//!
//! Detail finer than the pixels fades out instead of aliasing. Light is none of its business.

use super::noise::{lattice, unit};
use super::outline::Point;

/// Linear light of the sRGB primaries.
pub(super) type Colour = [f32; 3];

/// The fine structure of a surface.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Weave {
    /// None: glazed, moulded or printed.
    Smooth,
    /// Fine machine knit of a T-shirt.
    Jersey,
    /// Ribs along the texture's second axis.
    Rib,
    /// Diagonal twill with pale weft: denim.
    Twill,
    /// Plain over-and-under weave.
    Canvas,
    /// Hand-knit stitches.
    Stitches,
    /// Irregular grain.
    Leather,
}

/// A pattern in the second colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pattern {
    /// One colour.
    Plain,
    /// Stripes across the second axis: period and share of the second colour.
    Stripes(f32, f32),
    /// Staggered dots: period and radius.
    Dots(f32, f32),
    /// Woven checks: period.
    Checks(f32),
}

/// A surface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Material {
    pub(super) colour: Colour,
    pub(super) second: Colour,
    pub(super) weave: Weave,
    pub(super) pattern: Pattern,
}

impl Material {
    /// A plain surface.
    pub(super) const fn plain(colour: Colour, weave: Weave) -> Self {
        Self { colour, second: colour, weave, pattern: Pattern::Plain }
    }

    /// The same with a pattern in a second colour.
    pub(super) const fn with(self, second: Colour, pattern: Pattern) -> Self {
        Self { second, pattern, ..self }
    }

    /// Its reflectance at a point of the texture, seen with pixels of this size.
    #[inline]
    pub(super) fn at(&self, p: Point, pixel: f32) -> Colour {
        let mut colour = self.colour;
        if self.pattern != Pattern::Plain {
            let share = self.pattern.share(p, pixel);
            colour = [0, 1, 2].map(|c| colour[c] + (self.second[c] - colour[c]) * share);
        }
        let (relief, pale) = self.weave.detail(p, pixel);
        colour.map(|c| (c + (0.62 - c) * pale) * relief)
    }
}

impl Pattern {
    #[inline]
    fn share(self, p: Point, pixel: f32) -> f32 {
        let edge = |d: f32| (d / pixel + 0.5).clamp(0.0, 1.0);
        match self {
            Self::Plain => 0.0,
            Self::Stripes(period, part) => {
                edge((0.5 * part - (fraction(p[1] / period) - 0.5).abs()) * period)
            }
            Self::Dots(period, radius) => {
                let row = p[1] / period;
                let shift = if whole(row) % 2 == 0 { 0.0 } else { 0.5 };
                let x = (fraction(p[0] / period + shift) - 0.5) * period;
                let y = (fraction(row) - 0.5) * period;
                edge(radius - (x * x + y * y).sqrt())
            }
            Self::Checks(period) => {
                let bar = |v: f32| edge((0.22 - (fraction(v / period) - 0.5).abs()) * period);
                0.45 * (bar(p[0]) + bar(p[1]))
            }
        }
    }
}

impl Weave {
    /// Relief (about 1) and the share of pale thread.
    #[inline]
    fn detail(self, [u, v]: Point, pixel: f32) -> (f32, f32) {
        match self {
            Self::Smooth => (1.0, 0.0),
            Self::Jersey => {
                let a = wave(u * 190.0);
                let b = wave(v * 230.0 + 0.5 * a);
                (1.0 + 0.22 * seen(1.0 / 230.0, pixel) * (a * b - 0.25), 0.0)
            }
            Self::Rib => {
                let a = wave(u * 46.0);
                (1.0 + 0.34 * seen(1.0 / 46.0, pixel) * (a * (2.0 - a) - 0.62), 0.0)
            }
            Self::Twill => {
                let line = u * 118.0 + v * 150.0;
                let thread = unit(lattice(7, whole(line), whole(v * 36.0))) - 0.5;
                let visible = seen(1.0 / 190.0, pixel);
                let a = wave(line) - 0.5;
                (1.0 + visible * (0.42 * a + 0.16 * thread), visible * 0.10 * (0.5 - a))
            }
            Self::Canvas => {
                let (x, y) = (u * 130.0, v * 130.0);
                let over = (whole(x) + whole(y)) % 2 == 0;
                let (across, along) = if over { (x, y) } else { (y, x) };
                let bump = arch(across) * (0.55 + 0.45 * arch(along));
                (1.0 + 0.34 * seen(1.0 / 130.0, pixel) * (bump - 0.57), 0.0)
            }
            Self::Stitches => {
                let side = (fraction(u * 30.0) - 0.5).abs() * 2.0;
                let along = v * 36.0 - 0.75 * side;
                let valley = 1.0 - (2.0 * side - 1.0) * (2.0 * side - 1.0);
                let bump = (0.35 + 0.65 * arch(along)) * (0.35 + 0.65 * valley);
                (1.0 + 0.75 * seen(1.0 / 36.0, pixel) * (bump - 0.56), 0.0)
            }
            Self::Leather => {
                let cell =
                    unit(lattice(3, whole(u * 150.0 + wave(v * 61.0)), whole(v * 150.0 + wave(u * 73.0))));
                (1.0 + 0.10 * seen(1.0 / 150.0, pixel) * (cell - 0.5), 0.0)
            }
        }
    }
}

/// How much of a structure of this period is left at this pixel size.
#[inline]
fn seen(period: f32, pixel: f32) -> f32 {
    ((period / pixel - 2.0) * 0.33).clamp(0.0, 1.0)
}

/// The whole part; textures never reach the offset's edge.
#[inline]
fn whole(v: f32) -> i32 {
    (v + 4096.0) as i32
}

#[inline]
fn fraction(v: f32) -> f32 {
    let v = v + 4096.0;
    v - v as i32 as f32
}

/// A triangle wave in 0..1 of period 1.
#[inline]
fn wave(v: f32) -> f32 {
    (2.0 * fraction(v) - 1.0).abs()
}

/// Arches of period 1: 0 at whole numbers, 1 between.
#[inline]
fn arch(v: f32) -> f32 {
    let t = 2.0 * fraction(v) - 1.0;
    1.0 - t * t
}
