//! A canvas of sRGB codes and the strokes on it. Coordinates are pixels from the top left corner; pixel (0,
//! 0) covers 0 to 1. What lies outside is cut off; what is not finite is not drawn. Never fails.

/// The longest side of a canvas.
pub(super) const MOST: usize = 8192;

/// A picture of 8-bit sRGB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canvas {
    /// Pixels a line.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// R, G, B, row by row: `3 · width · height` bytes.
    pub rgb: Vec<u8>,
}

/// A rectangle: left, top, width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    pub(super) fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }
}

impl Canvas {
    /// A canvas of one colour, at least 1 and at most 8,192 pixels a side.
    pub(super) fn new(width: usize, height: usize, colour: [u8; 3]) -> Self {
        let (width, height) = (width.clamp(1, MOST), height.clamp(1, MOST));
        Self { width, height, rgb: colour.repeat(width * height) }
    }

    /// Lays `coverage` (0 to 1) of a colour on a pixel.
    pub(super) fn blend(&mut self, x: usize, y: usize, colour: [u8; 3], coverage: f64) {
        if x >= self.width || y >= self.height || coverage.is_nan() {
            return;
        }
        let c = coverage.clamp(0.0, 1.0);
        let start = 3 * (y * self.width + x);
        for (old, new) in self.rgb.iter_mut().skip(start).zip(colour) {
            *old = (f64::from(*old) + c * (f64::from(new) - f64::from(*old))).round() as u8;
        }
    }

    /// Fills a rectangle, its edges rounded to whole pixels.
    pub(super) fn fill(&mut self, area: Area, colour: [u8; 3]) {
        let span = |low: f64, length: f64, most: usize| {
            low.round().max(0.0) as usize..((low + length).round().max(0.0) as usize).min(most)
        };
        for y in span(area.y, area.height, self.height) {
            for x in span(area.x, area.width, self.width) {
                self.blend(x, y, colour, 1.0);
            }
        }
    }

    /// A rectangle's outline, one pixel wide, inside it.
    pub(super) fn frame(&mut self, area: Area, colour: [u8; 3]) {
        let Area { x, y, width, height } = area;
        self.fill(Area::new(x, y, width, 1.0), colour);
        self.fill(Area::new(x, y + height - 1.0, width, 1.0), colour);
        self.fill(Area::new(x, y, 1.0, height), colour);
        self.fill(Area::new(x + width - 1.0, y, 1.0, height), colour);
    }

    /// A smooth-edged line with round ends.
    pub(super) fn line(&mut self, from: [f64; 2], to: [f64; 2], width: f64, colour: [u8; 3]) {
        let reach = 0.5 * width + 0.5;
        let along = [to[0] - from[0], to[1] - from[1]];
        let length = along[0] * along[0] + along[1] * along[1];
        let distance = |p: [f64; 2]| {
            let off = [p[0] - from[0], p[1] - from[1]];
            let t = ((off[0] * along[0] + off[1] * along[1]) / length.max(1e-12)).clamp(0.0, 1.0);
            (off[0] - t * along[0]).hypot(off[1] - t * along[1])
        };
        self.shade([from, to], reach, colour, |p| reach - distance(p));
    }

    /// A smooth-edged disc.
    pub(super) fn disc(&mut self, centre: [f64; 2], radius: f64, colour: [u8; 3]) {
        let reach = radius + 0.5;
        let inside = |p: [f64; 2]| reach - (p[0] - centre[0]).hypot(p[1] - centre[1]);
        self.shade([centre, centre], reach, colour, inside);
    }

    /// A smooth-edged ring of one and a half pixels.
    pub(super) fn ring(&mut self, centre: [f64; 2], radius: f64, colour: [u8; 3]) {
        let inside = |p: [f64; 2]| 1.25 - ((p[0] - centre[0]).hypot(p[1] - centre[1]) - radius).abs();
        self.shade([centre, centre], radius + 1.5, colour, inside);
    }

    /// Blends by a coverage in the box around two points; every stroke is this.
    fn shade(
        &mut self,
        [a, b]: [[f64; 2]; 2],
        reach: f64,
        colour: [u8; 3],
        coverage: impl Fn([f64; 2]) -> f64,
    ) {
        if ![a[0], a[1], b[0], b[1], reach].iter().all(|v| v.is_finite()) {
            return;
        }
        let span = |a: f64, b: f64, most: usize| {
            (a.min(b) - reach).floor().max(0.0) as usize
                ..((a.max(b) + reach).ceil().max(0.0) as usize).min(most)
        };
        for y in span(a[1], b[1], self.height) {
            for x in span(a[0], b[0], self.width) {
                self.blend(x, y, colour, coverage([x as f64 + 0.5, y as f64 + 0.5]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much ink a black-on-white canvas holds, in pixels.
    fn ink(canvas: &Canvas) -> f64 {
        canvas.rgb.iter().step_by(3).map(|v| f64::from(255 - v) / 255.0).sum()
    }

    fn drawn(draw: impl FnOnce(&mut Canvas)) -> f64 {
        let mut canvas = Canvas::new(64, 64, [255; 3]);
        draw(&mut canvas);
        ink(&canvas)
    }

    #[test]
    fn strokes_cover_what_geometry_says() {
        let black = [0; 3];
        let disc = drawn(|c| c.disc([31.3, 30.8], 12.0, black));
        assert!((disc - 144.0 * std::f64::consts::PI).abs() < 4.0, "{disc}");
        let (dx, dy): (f64, f64) = (40.0, 17.0);
        let line = drawn(|c| c.line([10.0, 12.0], [10.0 + dx, 12.0 + dy], 3.0, black));
        let wanted = 3.0 * dx.hypot(dy) + 2.25 * std::f64::consts::PI;
        assert!((line - wanted).abs() < 0.04 * wanted, "{line} for {wanted}");
        assert_eq!(drawn(|c| c.fill(Area::new(3.0, 4.0, 5.0, 6.0), black)), 30.0);
        assert_eq!(drawn(|c| c.frame(Area::new(3.0, 4.0, 5.0, 6.0), black)), 18.0);
    }

    #[test]
    fn nothing_outside_and_nothing_wild() {
        let black = [0; 3];
        assert_eq!(drawn(|c| c.line([f64::NAN, 0.0], [9.0, 9.0], 1.0, black)), 0.0);
        assert_eq!(drawn(|c| c.disc([f64::INFINITY, 0.0], 3.0, black)), 0.0);
        assert_eq!(drawn(|c| c.fill(Area::new(-50.0, -50.0, 20.0, f64::NAN), black)), 0.0);
        assert_eq!(drawn(|c| c.fill(Area::new(-1e300, -9.0, 2e300, 1e300), black)), 4096.0);
        assert_eq!(drawn(|c| c.line([-1e9, -1e9], [-5.0, -5.0], 2.0, black)), 0.0);
        let tiny = Canvas::new(0, usize::MAX, [1, 2, 3]);
        assert_eq!((tiny.width, tiny.height, tiny.rgb.len()), (1, MOST, 3 * MOST));
    }
}
