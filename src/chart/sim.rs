//! Photographs of charts with ground truth, for the tests: any pose, light, exposure, vignette, blur and noise,
//! before clutter that looks like charts. It knows the published colours and nothing of how charts are found.

use super::colours::colours;
use super::homography::Homography;
use super::{Chart, Picture};

/// What a shot should show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) chart: Option<Chart>,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) mirrored: bool,
    /// Part of the patches outside the frame.
    pub(super) cut: bool,
    /// Patches with something on them.
    pub(super) covered: usize,
    /// The chart's width, as a share of the picture's shorter side.
    pub(super) size: (f64, f64),
}

impl Default for Wish {
    fn default() -> Self {
        let size = (0.25, 0.95);
        let chart = Some(Chart::Classic24);
        Self { chart, width: 720, height: 540, mirrored: false, cut: false, covered: 0, size }
    }
}

/// A photograph and what is true of it.
pub(super) struct Shot {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) rgb: Vec<[f32; 3]>,
    /// Outer corners of the corner patches, in the chart's order.
    pub(super) corners: [[f64; 2]; 4],
    /// Light of the patches' centres without noise.
    pub(super) patches: Vec<[f64; 3]>,
    /// Which patches are covered.
    pub(super) covered: Vec<usize>,
}

impl Shot {
    pub(super) fn picture(&self) -> Picture<'_> {
        Picture { width: self.width, height: self.height, rgb: &self.rgb }
    }
}

/// Numbers that look random and are the same every time.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66_D1CE_4E5B)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed ^ (mixed >> 32)
    }

    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    fn normal(&mut self) -> f64 {
        (0..6).map(|_| self.unit()).sum::<f64>() * std::f64::consts::SQRT_2 - 3.0 * std::f64::consts::SQRT_2
    }

    fn colour(&mut self) -> [f64; 3] {
        let grey = self.between(0.02, 0.9);
        [(); 3].map(|()| grey * self.between(0.3, 1.1))
    }
}

/// The chart as a thing in the scene.
struct Thing {
    chart: Chart,
    /// From the picture to cells.
    back: Homography,
    fill: f64,
    frame: [f64; 3],
    margin: f64,
    covers: Vec<(usize, [f64; 3])>,
}

impl Thing {
    fn reflects(&self, at: [f64; 2]) -> Option<[f64; 3]> {
        let [x, y] = self.back.map(at)?;
        let (right, bottom) = (self.chart.columns() as f64 - 0.5, self.chart.rows() as f64 - 0.5);
        let edge = self.margin;
        if x < -0.5 - edge || y < -0.5 - edge || x > right + edge || y > bottom + edge {
            return None;
        }
        let (i, j) = (x.round(), y.round());
        let on = i >= 0.0 && j >= 0.0 && i < right && j < bottom;
        let patch = j as usize * self.chart.columns() + i as usize;
        if let Some((_, colour)) = self.covers.iter().find(|(covered, _)| on && *covered == patch) {
            return Some(*colour);
        }
        let within = on && (x - i).abs() <= 0.5 * self.fill && (y - j).abs() <= 0.5 * self.fill;
        Some(if within { colours(self.chart)[patch].map(|v| f64::from(v) / 1000.0) } else { self.frame })
    }
}

/// Centre, axis, half sizes, colour.
type Card = ([f64; 2], [f64; 2], [f64; 2], [f64; 3]);

/// What lies behind.
enum Clutter {
    Plain([f64; 3]),
    /// Normal, period, two colours; `bool` for squares.
    Cloth([f64; 2], f64, [f64; 3], [f64; 3], bool),
    Boxes(Vec<Card>, [f64; 3]),
    /// Rows of coloured squares on dark: a chart that is none.
    Squares([f64; 2], f64, Vec<[f64; 3]>),
}

impl Clutter {
    fn new(dice: &mut Dice, width: f64, height: f64) -> Self {
        let turn = dice.between(0.0, 3.2);
        match dice.below(4) {
            0 => Self::Plain(dice.colour()),
            1 => {
                let period = dice.between(6.0, 60.0);
                Self::Cloth(
                    [turn.cos(), turn.sin()],
                    period,
                    dice.colour(),
                    dice.colour(),
                    dice.below(2) == 0,
                )
            }
            2 => {
                let all = (0..60).map(|_| {
                    let (at, turn) =
                        ([dice.between(0.0, width), dice.between(0.0, height)], dice.between(0.0, 3.2));
                    let half = dice.between(4.0, 50.0);
                    (at, [turn.cos(), turn.sin()], [half, half * dice.between(0.6, 1.6)], dice.colour())
                });
                let all = all.collect();
                Self::Boxes(all, dice.colour())
            }
            _ => {
                let colours = (0..97).map(|_| dice.colour()).collect();
                Self::Squares([turn.cos(), turn.sin()], dice.between(12.0, 60.0), colours)
            }
        }
    }

    fn reflects(&self, at: [f64; 2]) -> [f64; 3] {
        let turned = |n: &[f64; 2], d: [f64; 2]| [n[0] * d[0] + n[1] * d[1], n[0] * d[1] - n[1] * d[0]];
        match self {
            Self::Plain(colour) => *colour,
            Self::Cloth(n, period, a, b, squares) => {
                let [x, y] = turned(n, at).map(|v| (v / period).floor() as i64);
                let odd = if *squares { x + y } else { x };
                if odd.rem_euclid(2) == 0 { *a } else { *b }
            }
            Self::Boxes(all, ground) => all
                .iter()
                .find(|(centre, n, half, _)| {
                    let [x, y] = turned(n, [at[0] - centre[0], at[1] - centre[1]]);
                    x.abs() <= half[0] && y.abs() <= half[1]
                })
                .map_or(*ground, |found| found.3),
            Self::Squares(n, period, all) => {
                let [x, y] = turned(n, at).map(|v| v / period);
                let inside = [x, y].iter().all(|v| (v - v.floor() - 0.5).abs() < 0.42);
                let which = (x.floor() as i64 * 7 + y.floor() as i64 * 13).rem_euclid(all.len() as i64);
                if inside { all[which as usize] } else { [0.03; 3] }
            }
        }
    }
}

/// The light and the camera.
struct Camera {
    gains: [f64; 3],
    mix: f64,
    exponent: f64,
    vignette: f64,
    lean: [f64; 2],
    noise: (f64, f64),
    blur: usize,
}

impl Camera {
    fn new(dice: &mut Dice) -> Self {
        let exposure = dice.between(-2.2, 0.1).exp2();
        Self {
            gains: [(); 3].map(|()| exposure * dice.between(0.3, 1.0)),
            mix: dice.between(0.0, 0.12),
            exponent: dice.between(0.8, 1.25),
            vignette: dice.between(0.0, 0.4),
            lean: [(); 2].map(|()| dice.between(-0.15, 0.15)),
            noise: (dice.between(0.0, 0.003), dice.between(0.0, 0.0004)),
            blur: dice.below(4),
        }
    }

    /// Light on the sensor: `at` from -1 to 1 across the picture.
    fn sees(&self, reflected: [f64; 3], at: [f64; 2]) -> [f64; 3] {
        let light = (1.0 - self.vignette * 0.5 * (at[0] * at[0] + at[1] * at[1]))
            * (1.0 + self.lean[0] * at[0] + self.lean[1] * at[1]);
        let grey = reflected.iter().sum::<f64>() / 3.0;
        std::array::from_fn(|c| self.gains[c] * light * (reflected[c] + self.mix * (grey - reflected[c])))
    }

    /// The file's value: curve, clip.
    fn curve(&self, v: f64) -> f64 {
        v.clamp(0.0, 1.0).powf(self.exponent)
    }
}

/// Makes a shot.
pub(super) fn shot(seed: u64, wish: Wish) -> Shot {
    let mut dice = Dice::new(seed);
    let (width, height) = (wish.width, wish.height);
    let clutter = Clutter::new(&mut dice, width as f64, height as f64);
    let camera = Camera::new(&mut dice);
    let thing = wish.chart.map(|chart| place(&mut dice, chart, &wish));
    let across = |[x, y]: [f64; 2]| [2.0 * x / width as f64 - 1.0, 2.0 * y / height as f64 - 1.0];
    let mut rgb = Vec::with_capacity(width * height);
    for at in 0..width * height {
        let mut sum = [0.0; 3];
        for k in 0..4 {
            let sub = [k % 2, k / 2].map(|o| 0.5 * f64::from(o) + 0.25);
            let point = [(at % width) as f64 + sub[0], (at / width) as f64 + sub[1]];
            let reflected = thing.as_ref().and_then(|thing| thing.reflects(point));
            let light = camera.sees(reflected.unwrap_or_else(|| clutter.reflects(point)), across(point));
            (0..3).for_each(|c| sum[c] += light[c] / 4.0);
        }
        rgb.push(sum);
    }
    for _ in 0..camera.blur {
        rgb = blurred(&rgb, width, height);
    }
    let rgb = rgb.into_iter().map(|v| {
        v.map(|v| {
            let noise = (camera.noise.0.powi(2) + camera.noise.1 * v).sqrt() * dice.normal();
            coded(camera.curve(v + noise))
        })
    });
    let rgb = rgb.collect();
    let (mut corners, mut patches, mut covered) = ([[0.0; 2]; 4], Vec::new(), Vec::new());
    if let Some(thing) = &thing {
        let map = thing.back.inverse().unwrap_or(Homography([[0.0; 3]; 3]));
        let (x, y, half) =
            (thing.chart.columns() as f64 - 1.0, thing.chart.rows() as f64 - 1.0, 0.5 * thing.fill);
        corners = [[-half, -half], [x + half, -half], [x + half, y + half], [-half, y + half]]
            .map(|cell| map.map(cell).unwrap_or_default());
        patches = (0..thing.chart.patches())
            .map(|patch| {
                let cell = [(patch % thing.chart.columns()) as f64, (patch / thing.chart.columns()) as f64];
                let at = map.map(cell).unwrap_or_default();
                let reflected = colours(thing.chart)[patch].map(|v| f64::from(v) / 1000.0);
                camera.sees(reflected, across(at)).map(|v| camera.curve(v))
            })
            .collect();
        covered = thing.covers.iter().map(|(patch, _)| *patch).collect();
    }
    Shot { width, height, rgb, corners, patches, covered }
}

/// Puts a chart into the picture as wished.
fn place(dice: &mut Dice, chart: Chart, wish: &Wish) -> Thing {
    let (columns, rows) = (chart.columns() as f64, chart.rows() as f64);
    let (fill, margin) = (dice.between(0.74, 0.9), dice.between(0.1, 0.6));
    let covers = (0..wish.covered).map(|_| (dice.below(chart.patches()), dice.colour())).collect();
    let [turn, tip, yaw] = [dice.between(0.0, 6.3), dice.between(-0.75, 0.75), dice.between(-0.75, 0.75)];
    let ((s, c), (st, ct), (sy, cy)) = (turn.sin_cos(), tip.sin_cos(), yaw.sin_cos());
    let far = columns * dice.between(1.8, 5.0);
    let flip = if wish.mirrored { -1.0 } else { 1.0 };
    // Turn in the plane, tip about x, yaw about y; then divide by depth.
    let column = |x: f64, y: f64| {
        let (x, y) = (flip * (c * x - s * y), s * x + c * y);
        let (y, z) = (ct * y, st * y);
        let (x, z) = (cy * x + sy * z, cy * z - sy * x);
        [x, y, z / far]
    };
    let (u, v) = (column(1.0, 0.0), column(0.0, 1.0));
    let middle = [0.5 * (columns - 1.0), 0.5 * (rows - 1.0)];
    let offset = |k: usize| -u[k] * middle[0] - v[k] * middle[1];
    let raw = Homography([[u[0], v[0], offset(0)], [u[1], v[1], offset(1)], [u[2], v[2], 1.0 + offset(2)]]);
    let edge = 0.5 + if wish.cut { 0.0 } else { margin };
    let outline = [
        [-edge, -edge],
        [columns - 1.0 + edge, -edge],
        [columns - 1.0 + edge, rows - 1.0 + edge],
        [-edge, rows - 1.0 + edge],
    ]
    .map(|cell| raw.map(cell).unwrap_or_default());
    let range = |k: usize| {
        outline.iter().fold((f64::MAX, f64::MIN), |(low, high), p| (low.min(p[k]), high.max(p[k])))
    };
    let (x, y) = (range(0), range(1));
    let (width, height) = (wish.width as f64, wish.height as f64);
    let wide = dice.between(wish.size.0, wish.size.1) * width.min(height);
    let scale = wide / (x.1 - x.0).max(y.1 - y.0);
    let mut start = |low: f64, high: f64, side: f64| {
        let span = scale * (high - low);
        // A cut chart hangs over an edge by a fifth to a half.
        let over = dice.between(0.2, 0.5) * span;
        let place = if wish.cut && dice.below(2) == 0 { -over } else { side - span + over };
        let inside = dice.between(1.0, (side - span - 1.0).max(1.5));
        (if wish.cut { place } else { inside }) - scale * low
    };
    let shift = [start(x.0, x.1, width), start(y.0, y.1, height)];
    let to = Homography([[scale, 0.0, shift[0]], [0.0, scale, shift[1]], [0.0, 0.0, 1.0]]);
    let back = to.after(raw).inverse().unwrap_or(Homography([[0.0; 3]; 3]));
    let black = dice.between(0.015, 0.05);
    Thing { chart, back, fill, frame: [black; 3], margin, covers }
}

/// A small blur with the edges repeated.
fn blurred(rgb: &[[f64; 3]], width: usize, height: usize) -> Vec<[f64; 3]> {
    let pass = |from: &[[f64; 3]], step: usize, at: usize, place: usize, count: usize| -> [f64; 3] {
        let before = from[if place == 0 { at } else { at - step }];
        let after = from[if place + 1 == count { at } else { at + step }];
        std::array::from_fn(|c| 0.25 * before[c] + 0.5 * from[at][c] + 0.25 * after[c])
    };
    let rows: Vec<_> = (0..rgb.len()).map(|at| pass(rgb, 1, at, at % width, width)).collect();
    (0..rgb.len()).map(|at| pass(&rows, width, at, at / width, height)).collect()
}

/// Through an 8-bit sRGB file and back.
fn coded(v: f64) -> f32 {
    let code = if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
    let code = (code.clamp(0.0, 1.0) * 255.0).round() / 255.0;
    (if code <= 0.040_45 { code / 12.92 } else { ((code + 0.055) / 1.055).powf(2.4) }) as f32
}
