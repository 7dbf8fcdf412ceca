//! A set under moving light, by spectra: Planckian light, smooth reflectances, the observer of the CIE (the
//! Gaussian fits of C. Wyman, P.-P. Sloan, P. Shirley, 2013), a product that turns and changes its size
//! before an unevenly lit backdrop. Only for tests: the light is known.

use super::observation::{Observation, Product, Reading};
use crate::image::{Primaries, delta_e2000, invert, lab_from_working};

/// A reflectance by wavelength in nm.
type Reflectance = fn(f64) -> f64;

fn rise(nm: f64, from: f64, width: f64) -> f64 {
    1.0 / (1.0 + (-(nm - from) / width).exp())
}

fn hump(nm: f64, at: f64, width: f64) -> f64 {
    (-0.5 * ((nm - at) / width).powi(2)).exp()
}

const BACKDROP: Reflectance = |nm| 0.62 + 0.03 * rise(nm, 520.0, 60.0);
const GREY: Reflectance = |_| 0.18;
/// Main colour and accent of the products.
pub(super) const PRODUCTS: [[Reflectance; 2]; 4] = [
    [|nm| 0.05 + 0.55 * rise(nm, 600.0, 14.0), |nm| 0.70 + 0.05 * rise(nm, 500.0, 40.0)],
    [|nm| 0.06 + 0.34 * hump(nm, 450.0, 38.0), |nm| 0.08 + 0.5 * rise(nm, 520.0, 20.0)],
    [|nm| 0.07 + 0.30 * hump(nm, 535.0, 34.0), |nm| 0.06 + 0.02 * rise(nm, 600.0, 50.0)],
    [|nm| 0.30 + 0.35 * rise(nm, 560.0, 55.0), |nm| 0.25 + 0.1 * hump(nm, 480.0, 60.0)],
];

/// Random numbers: a linear congruential generator.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d);
        dice.normal();
        dice
    }

    pub(super) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// A light: exposure in EV and a black body's temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Light {
    pub(super) ev: f64,
    pub(super) kelvin: f64,
}

impl Light {
    pub(super) const PLAIN: Self = Self { ev: 0.0, kelvin: 5500.0 };

    /// Linear working RGB of a surface in a camera that is balanced for 5,500 K.
    pub(super) fn on(self, surface: Reflectance) -> [f64; 3] {
        let [white, seen] = [raw(Self::PLAIN.kelvin, |_| 1.0), raw(self.kelvin, surface)];
        [0, 1, 2].map(|c| seen[c] / white[c] * self.ev.exp2())
    }
}

/// Working RGB of a surface under a black body, a perfect white having Y = 1.
fn raw(kelvin: f64, surface: impl Fn(f64) -> f64) -> [f64; 3] {
    let half = |nm: f64, at: f64, below: f64, above: f64| {
        let t = (nm - at) * if nm < at { below } else { above };
        (-0.5 * t * t).exp()
    };
    let mut xyz = [0.0; 3];
    let mut white = 0.0;
    for step in 0..81 {
        let nm = 380.0 + 5.0 * f64::from(step);
        let power = nm.powi(-5) / ((1.438_8e7 / (nm * kelvin)).exp() - 1.0);
        let observer = [
            0.362 * half(nm, 442.0, 0.0624, 0.0374) + 1.056 * half(nm, 599.8, 0.0264, 0.0323)
                - 0.065 * half(nm, 501.1, 0.0490, 0.0382),
            0.821 * half(nm, 568.8, 0.0213, 0.0247) + 0.286 * half(nm, 530.9, 0.0613, 0.0322),
            1.217 * half(nm, 437.0, 0.0845, 0.0278) + 0.681 * half(nm, 459.0, 0.0385, 0.0725),
        ];
        white += power * observer[1];
        for (sum, o) in xyz.iter_mut().zip(observer) {
            *sum += power * o * surface(nm);
        }
    }
    let to_rgb = Primaries::REC2020.to_xyz().and_then(invert).unwrap_or_default();
    to_rgb.map(|row| row.iter().zip(xyz).map(|(m, v)| m * v / white).sum())
}

/// What a set is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script {
    pub(super) seed: u64,
    pub(super) shots: usize,
    /// Jitter: EV and kelvin, each way.
    pub(super) jitter: [f64; 2],
    /// Whether the first shot is the chart's: backdrop and grey patch, no product.
    pub(super) chart: bool,
    /// How many products take turns.
    pub(super) products: usize,
    /// Whether a backdrop shows.
    pub(super) backdrop: bool,
}

impl Script {
    pub(super) const fn new(seed: u64) -> Self {
        Self { seed, shots: 20, jitter: [0.5, 300.0], chart: false, products: 1, backdrop: true }
    }

    /// The lights that the script throws.
    pub(super) fn lights(&self) -> Vec<Light> {
        let mut dice = Dice::new(self.seed ^ 0x11);
        let [ev, kelvin] = self.jitter;
        let throw = |_| Light { ev: dice.range(-ev, ev), kelvin: 5500.0 + dice.range(-kelvin, kelvin) };
        (0..self.shots).map(throw).collect()
    }

    /// Which of [`PRODUCTS`] a shot shows.
    pub(super) fn product(&self, shot: usize) -> usize {
        (self.seed as usize + shot % self.products) % PRODUCTS.len()
    }

    /// Takes the shots.
    pub(super) fn shoot(&self, lights: &[Light]) -> Vec<Observation> {
        let mut dice = Dice::new(self.seed);
        let shoot = |(shot, light): (usize, &Light)| {
            let which = self.product(shot);
            let stance = [dice.range(0.0, 6.3), dice.range(0.6, 1.4), dice.range(-0.2, 0.2)];
            let chart = self.chart && shot == 0;
            let product = Product {
                key: format!("sku-{which}"),
                reading: median_of(&product(PRODUCTS[which].map(|r| light.on(r)), stance, &mut dice)),
            };
            let grey = median_of(&noisy(vec![light.on(GREY); 400].into_iter(), &mut dice));
            Observation {
                name: format!("shot-{shot:02}"),
                time: Some(90.0 * shot as f64),
                chart,
                backdrop: self.backdrop.then(|| mean_of(&backdrop(light.on(BACKDROP), stance, &mut dice))),
                product: (!chart).then_some(product),
                grey: chart.then_some(grey),
            }
        };
        lights.iter().enumerate().map(shoot).collect()
    }
}

/// Pixels of a product that is turned, scaled and shaded: an egg of two colours, more of the accent behind.
fn product([main, accent]: [[f64; 3]; 2], [turn, scale, _]: [f64; 3], dice: &mut Dice) -> Vec<[f64; 3]> {
    let count = (900.0 * scale * scale) as usize;
    let mut pixels = Vec::new();
    for _ in 0..count {
        let (azimuth, height) = (dice.range(-1.5, 1.5), dice.range(-0.95, 0.95));
        let flat = (1.0 - height * height).sqrt();
        let normal = [flat * azimuth.sin(), height, flat * azimuth.cos()];
        let lit: f64 = normal.iter().zip([-0.45, 0.55, 0.70]).map(|(n, l)| n * l).sum();
        let behind = (azimuth + turn).cos() < 0.0;
        let is_accent = dice.unit() < if behind { 0.35 } else { 0.12 };
        let shade = 0.35 + 0.65 * lit.max(0.0);
        let fold = (0.06 * dice.normal()).exp() * if behind { 0.92 } else { 1.0 };
        pixels.push(if is_accent { accent } else { main }.map(|v| v * shade * fold));
    }
    noisy(pixels.into_iter(), dice)
}

/// Pixels of a backdrop with a hot spot, except where the product stands.
fn backdrop(colour: [f64; 3], [_, scale, aside]: [f64; 3], dice: &mut Dice) -> Vec<[f64; 3]> {
    let mut pixels = Vec::new();
    for (x, y) in
        (0..40).flat_map(|x| (0..40).map(move |y| (f64::from(x) / 20.0 - 1.0, f64::from(y) / 20.0 - 1.0)))
    {
        let hidden = ((x - aside) / (0.5 * scale)).powi(2) + (y / (0.6 * scale)).powi(2) < 1.0;
        if !hidden {
            let falloff = 1.0 - 0.08 * ((x + 0.3).powi(2) + (y - 0.2).powi(2));
            pixels.push(colour.map(|v| v * falloff));
        }
    }
    noisy(pixels.into_iter(), dice)
}

/// 1 % of noise a pixel and channel.
fn noisy(pixels: impl Iterator<Item = [f64; 3]>, dice: &mut Dice) -> Vec<[f64; 3]> {
    pixels.map(|p| p.map(|v| v * (1.0 + 0.01 * dice.normal()))).collect()
}

fn mean_of(pixels: &[[f64; 3]]) -> Reading {
    let count = pixels.len() as f64;
    let over = |f: &dyn Fn(&[f64; 3]) -> f64| pixels.iter().map(f).sum::<f64>() / count;
    let rgb = [0, 1, 2].map(|c| over(&|p| p[c]));
    let sigma = [0, 1, 2].map(|c| over(&|p| (p[c] - rgb[c]).powi(2)).sqrt());
    Reading { rgb, sigma, pixels: pixels.len() as u64, clipped: 0.0 }
}

fn median_of(pixels: &[[f64; 3]]) -> Reading {
    let rgb = [0, 1, 2].map(|c| super::solve::median(pixels.iter().map(|p| p[c]).collect()));
    Reading { rgb, ..mean_of(pixels) }
}

/// Differences CIEDE2000 of each shot's product colours from their mean over the set, after gains: the true
/// colours in the known light, not the measured ones.
pub(super) fn spread(script: &Script, lights: &[Light], gains: &[[f64; 3]]) -> Vec<f64> {
    let mut differences = Vec::new();
    for (which, surface) in PRODUCTS.iter().enumerate().flat_map(|(i, p)| p.iter().map(move |s| (i, *s))) {
        let shows = |&i: &usize| script.product(i) == which && !(script.chart && i == 0);
        let seen = (0..lights.len()).filter(shows).map(|i| {
            let rgb = lights[i].on(surface);
            [0, 1, 2].map(|c| rgb[c] * gains[i][c])
        });
        let seen: Vec<[f64; 3]> = seen.collect();
        let mean = [0, 1, 2].map(|c| seen.iter().map(|v| v[c]).sum::<f64>() / seen.len().max(1) as f64);
        let differ = |v: &[f64; 3]| delta_e2000(lab_from_working(*v), lab_from_working(mean));
        differences.extend(seen.iter().map(differ));
    }
    differences
}

/// The value that 95 % do not exceed.
pub(super) fn p95(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((0.95 * last as f64).ceil() as usize).copied().unwrap_or_default()
}
