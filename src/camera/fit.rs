//! One model of one kind from some patches. Never judges how good it is: `select` does, on patches left out.
//!
//! Linear kinds begin with a 3×3 matrix by weighted least squares, kinds with curves with grey gains on the file's
//! own channels. From there the sum of squared CIEDE2000 goes down (damped least squares), each number held near
//! zero by what is usual for it; patches that stay far off count less (P. Huber, "Robust estimation of a location
//! parameter", 1964).

use crate::image::{invert, multiply};

use super::metric::{Metric, Space};
use super::model::{Kind, Model, diagonal, tidy, times};
use super::solve::{Normal, descend};
use super::warp::{self, Numbers};

/// Steps down the squares; after each round, patches that are far off weigh less.
const ROUNDS: [usize; 3] = [4, 4, 16];
/// The CIEDE2000 from which a patch is far off.
const FAR: f64 = 1.0;
/// Lights at which a curve must rise, by at least this much (logarithmic slope), and how hard that is held.
const RISES: [f64; 6] = [0.0021, 0.01, 0.05, 0.2, 0.6, 1.0];
const LEAST_RISE: f64 = 0.1;
const STIFF: f64 = 30.0;

/// A patch as a fit sees it.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    /// Its linear working light in the photograph.
    pub(super) rgb: [f64; 3],
    /// Its place on the chart, −½ to ½ across and down.
    pub(super) at: [f64; 2],
    /// Its true Lab (D50) and linear working light.
    pub(super) lab: [f64; 3],
    pub(super) target: [f64; 3],
    pub(super) metric: Metric,
}

impl Patch {
    /// Whether it is a grey.
    pub(super) fn grey(&self) -> bool {
        self.lab[1].hypot(self.lab[2]) < 5.0
    }

    /// Whether it is a grey of middle lightness, for gains.
    fn middle(&self) -> bool {
        self.grey() && (30.0..85.0).contains(&self.lab[0])
    }
}

/// A model, and the light over the chart that was found beside it.
#[derive(Clone, Debug)]
pub(super) struct Fitted {
    pub(super) model: Model,
    numbers: Numbers,
}

impl Fitted {
    /// The true light of a patch by this model, evenly lit.
    pub(super) fn predict(&self, patch: &Patch) -> [f64; 3] {
        let light = warp::light(&self.numbers, patch.at);
        self.model.apply(patch.rgb.map(|v| v * light))
    }

    /// Stops by which the light on the chart rises from its left to its right end, and from its top to its bottom;
    /// `size` is the chart's, as the patches' places have it.
    pub(super) fn slope(&self, size: [f64; 2]) -> [f64; 2] {
        let stops = |x: f64, y: f64| -warp::light(&self.numbers, [0.5 * x, 0.5 * y]).log2();
        let [x, y] = size;
        [stops(x, 0.0) - stops(-x, 0.0), stops(0.0, y) - stops(0.0, -y)]
    }
}

/// The model of a kind from these patches. `basis` leads from working light to the file's own channels. `None`
/// where the patches do not make one: no middle grey, or a curve that falls.
pub(super) fn fit(kind: Kind, patches: &[&Patch], basis: &[[f64; 3]; 3]) -> Option<Fitted> {
    if kind == Kind::WhiteBalance {
        let gains = gains(patches, &diagonal([1.0; 3]))?.map(tidy);
        let model = Model { before: diagonal(gains), ..Model::identity() };
        return Some(Fitted { model, numbers: [0.0; warp::COUNT] });
    }
    let balanced = multiply(diagonal(gains(patches, basis)?), *basis);
    let (before, after) = if kind.curves() {
        (balanced, invert(*basis)?)
    } else {
        (multiply(first_matrix(patches, &balanced)?, balanced), diagonal([1.0; 3]))
    };
    let lights: Vec<[f64; 3]> = patches.iter().map(|p| times(&before, p.rgb)).collect();
    let numbers = refine(kind, patches, &lights, &after);
    let curves = if kind.curves() {
        let top = std::array::from_fn(|c| lights.iter().map(|l| l[c]).fold(0.01, f64::max));
        Some(warp::curves(&numbers, top).ok()?)
    } else {
        None
    };
    let matrix = warp::matrix(&numbers, &after).map(|row| row.map(tidy));
    let model = Model { kind, before: before.map(|row| row.map(tidy)), curves, matrix };
    model.check().ok()?;
    Some(Fitted { model, numbers })
}

/// The gain of each channel of `basis` that puts the middle greys where they belong.
fn gains(patches: &[&Patch], basis: &[[f64; 3]; 3]) -> Option<[f64; 3]> {
    let (mut both, mut own) = ([0.0; 3], [0.0; 3]);
    for patch in patches.iter().filter(|p| p.middle()) {
        let (m, t) = (times(basis, patch.rgb), times(basis, patch.target));
        for c in 0..3 {
            both[c] += m[c] * t[c];
            own[c] += m[c] * m[c];
        }
    }
    let gains: [f64; 3] = std::array::from_fn(|c| both[c] / own[c]);
    gains.iter().all(|g| g.is_finite() && (1e-6..1e6).contains(g)).then_some(gains)
}

/// The matrix after `before` that leaves the least squares, dark patches counting about as they are seen.
fn first_matrix(patches: &[&Patch], before: &[[f64; 3]; 3]) -> Option<[[f64; 3]; 3]> {
    let row = |c: usize| {
        let mut normal = Normal::new(3);
        for patch in patches {
            let weight = 1.0 / patch.target[1].max(0.01).cbrt();
            normal.add(&times(before, patch.rgb).map(|v| v * weight), patch.target[c] * weight);
        }
        let found = normal.solve(1e-9)?;
        Some([found[0], found[1], found[2]])
    };
    Some([row(0)?, row(1)?, row(2)?])
}

/// The numbers with which the patches differ least from their references.
fn refine(kind: Kind, patches: &[&Patch], lights: &[[f64; 3]], after: &[[f64; 3]; 3]) -> Numbers {
    let problem = Problem {
        patches,
        lights,
        after,
        spread: warp::spread(kind.curves(), kind.roots()),
        space: Space::new(),
    };
    let mut weights = vec![1.0; patches.len()];
    let mut numbers = [0.0; warp::COUNT];
    for steps in ROUNDS {
        let found = descend(numbers.to_vec(), steps, |v, slopes| problem.normal(&array(v), &weights, slopes));
        numbers = array(&found);
        for (i, weight) in weights.iter_mut().enumerate() {
            let far = problem.residual(&numbers, i).0.iter().map(|v| v * v).sum::<f64>().sqrt();
            *weight = (FAR / far.max(FAR)).sqrt();
        }
    }
    numbers
}

fn array(v: &[f64]) -> Numbers {
    std::array::from_fn(|i| v.get(i).copied().unwrap_or(0.0))
}

/// What `refine` solves.
struct Problem<'a> {
    patches: &'a [&'a Patch],
    lights: &'a [[f64; 3]],
    after: &'a [[f64; 3]; 3],
    spread: Numbers,
    space: Space,
}

impl Problem<'_> {
    /// How a patch differs, the derivatives of that by its colour before `after`, and of the colour by the numbers.
    fn residual(&self, v: &Numbers, i: usize) -> ([f64; 3], [[f64; 3]; 3], [Numbers; 3]) {
        let (out, slopes) = warp::colour(v, self.lights[i], self.patches[i].at);
        let (r, by) = self.patches[i].metric.residual(&self.space, times(self.after, out));
        (r, multiply(by, *self.after), slopes)
    }

    /// The equations at `v`; without `slopes` only their cost.
    fn normal(&self, v: &Numbers, weights: &[f64], slopes: bool) -> Normal {
        let mut normal = Normal::new(warp::COUNT);
        let on = self.spread.map(|s| s > 0.0);
        for (i, weight) in weights.iter().enumerate() {
            let (r, by, slope) = self.residual(v, i);
            for (r, by) in r.iter().zip(by) {
                let entry =
                    |k: usize| weight * (by[0] * slope[0][k] + by[1] * slope[1][k] + by[2] * slope[2][k]);
                let row: Numbers = std::array::from_fn(|k| if slopes && on[k] { entry(k) } else { 0.0 });
                normal.add(&row, r * weight);
            }
        }
        for (c, x) in (0..3).flat_map(|c| RISES.map(|x| (c, x))) {
            let (short, by) = warp::sag(v, c, x, LEAST_RISE);
            if short > 0.0 {
                let row: Numbers = std::array::from_fn(|k| if on[k] { STIFF * by[k] } else { 0.0 });
                normal.add(&row, STIFF * short);
            }
        }
        for (k, s) in self.spread.iter().enumerate() {
            let mut row = [0.0; warp::COUNT];
            row[k] = if on[k] { 1.0 / s } else { 1.0 };
            normal.add(&row, v[k] * row[k]);
        }
        normal
    }
}
