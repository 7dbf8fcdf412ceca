//! Alpha in the unknown band, as affine maps of colour.
//!
//! Alternates between fitting alpha by an affine map of colour in every window and taking alpha from the
//! mean of the maps (He, Sun and Tang 2010; the fixed point lowers the energy of Levin, Lischinski and
//! Weiss 2008), drawn to the key's alpha where colour can be trusted. The maps are what the render uses: at
//! full resolution they follow edges that the proxy cannot show.

use super::band::Band;
use super::key::{dot, minus, unmix};
use super::photo::Photo;
use fearless_simd::{f32x8, prelude::*};

use crate::image::{Format, Plane};
use crate::ops::field::{
    Adder, Cells, Field, Guide, LANES, Mask, Means, SIDE, Spans, enlarge_into, erode, exp, load, push_pull,
    store, wide,
};

/// Added to the backdrop before dividing by it.
const FLOOR: f32 = 0.05;
/// Ridge of the local fits, in squared units of the backdrop.
const RIDGE: f32 = 5e-5;
/// Rounds of fitting and averaging.
const ROUNDS: usize = 10;
/// How far a round goes beyond its own result.
const OVERSTEP: f32 = 1.7;
/// Weight of the key at full trust.
const PULL: f32 = 0.5;
/// Trust from which alpha starts at the key's value rather than at the distance's.
const START: f32 = 0.3;
/// Pixels of certain product at which a foreground cell trusts itself alone.
const FULL: f32 = 2.0;
/// Width in pixels of the window over which the final maps are averaged.
const SMOOTH: usize = 3;

/// Alpha on the proxy and what the render needs of it.
pub(super) struct Solution {
    /// Alpha.
    pub(super) alpha: Field,
    /// Alpha as an affine map of linear colour: three factors and an offset, which away from the
    /// band are 0 and the alpha itself.
    pub(super) map: Plane,
    /// Colour of the product, linear, continued across the band; the fourth run is 0.
    pub(super) foreground: Plane,
    /// Squared distance between product and backdrop in units of the backdrop; only in the band.
    pub(super) contrast: Field,
}

/// Solves alpha. `backdrop` is the backdrop as it is seen, linear.
pub(super) fn solve(photo: &Photo, backdrop: &[Field; 3], band: &Band) -> Solution {
    let foreground = foreground(photo, &band.product);
    let three = || [(); 3].map(|()| Field::unset(photo.size()));
    let (mut unit, mut guide) = (three(), three());
    // What fits and means read: their windows reach beyond spans that reach beyond the band, in whole lanes.
    let near = Spans::cover(&band.unknown, SIDE / 2 + SMOOTH / 2 + LANES);
    scale(photo, backdrop, &near, &mut unit, &mut guide);
    let keyed = Keyed::of(&foreground, backdrop, &guide, &unit, band);
    let unknown = Spans::cover(&band.unknown, 0);
    let mut alpha = keyed.start(band, &unknown);
    let fits = Guide::new(&guide, Spans::cover(&band.unknown, SIDE / 2), RIDGE);
    let mut map: [Field; 4] = std::array::from_fn(|_| Field::unset(photo.size()));
    for plane in &mut map {
        near.iter().for_each(|span| plane.row_mut(span.y)[span.columns()].fill(0.0));
    }
    for _ in 0..ROUNDS {
        fits.fit(&alpha, &mut map);
        relax(&map, &guide, &keyed, band, &unknown, &mut alpha);
    }
    map[3].values_mut().copy_from_slice(alpha.values());
    fits.fit(&alpha, &mut map);
    let reach = Spans::cover(&band.unknown, SIDE / 2 + SMOOTH / 2);
    let mut smooth = Plane::zeros(photo.size(), Format::Rgba);
    for (row, alpha) in smooth.floats_mut().chunks_exact_mut(4 * photo.width()).zip(alpha.rows()) {
        row[3 * photo.width()..].copy_from_slice(alpha);
    }
    finish(&map, &unit, &reach, &mut smooth);
    Solution { alpha, map: smooth, foreground, contrast: keyed.contrast }
}

/// The product's colour from what is certainly product, one pixel of its rim left out.
fn foreground(photo: &Photo, product: &Mask) -> Plane {
    let core = erode(product, 1);
    let [r, g, b, weight] = add_up(photo, &core).planes;
    let cells = push_pull(Cells { planes: [r, g, b], shift: 1, full: photo.size() }, &weight, FULL);
    let mut plane = Plane::zeros(photo.size(), Format::Rgba);
    for (c, cells) in cells.planes.iter().enumerate() {
        let runs = plane.floats_mut().chunks_exact_mut(photo.width()).skip(c).step_by(4);
        enlarge_into(cells, 1, photo.size(), runs);
    }
    plane
}

wide! {
    fn add_up(photo: &Photo, core: &Mask) -> Cells<4> {
        let mut adder = Adder::<4>::new(photo.size(), 1);
        for y in 0..photo.size().height as usize {
            let [r, g, b, weight] = adder.row();
            weight.iter_mut().zip(core.row(y)).for_each(|(w, c)| *w = f32::from(u8::from(*c)));
            for (row, light) in [r, g, b].into_iter().zip(&photo.light) {
                row.iter_mut().zip(light.row(y)).zip(&*weight).for_each(|((o, l), w)| *o = l * w);
            }
            adder.add();
        }
        adder.finish()
    }
}

wide! {
    /// One over the backdrop, and the photograph in units of the backdrop.
    fn scale(
        photo: &Photo,
        backdrop: &[Field; 3],
        near: &Spans,
        unit: &mut [Field; 3],
        guide: &mut [Field; 3],
    ) {
        for span in near.iter() {
            let (y, columns) = (span.y, span.columns());
            for c in 0..3 {
                let unit = &mut unit[c].row_mut(y)[columns.clone()];
                let guide = &mut guide[c].row_mut(y)[columns.clone()];
                let light = &photo.light[c].row(y)[columns.clone()];
                let behind = &backdrop[c].row(y)[columns.clone()];
                for ((u, g), (l, b)) in unit.iter_mut().zip(guide).zip(light.iter().zip(behind)) {
                    *u = 1.0 / (b + FLOOR);
                    *g = l * *u;
                }
            }
        }
    }
}

/// What the key says of the unknown pixels; unspecified elsewhere.
struct Keyed {
    /// Alpha.
    alpha: Field,
    /// How far it is trusted, 0 to 1.
    trust: Field,
    /// Squared distance between product and backdrop in units of the backdrop.
    contrast: Field,
}

impl Keyed {
    fn of(
        foreground: &Plane,
        backdrop: &[Field; 3],
        guide: &[Field; 3],
        unit: &[Field; 3],
        band: &Band,
    ) -> Self {
        let new = || Field::unset(band.depth.size());
        let mut keyed = Self { alpha: new(), trust: new(), contrast: new() };
        for (y, row) in band.unknown.rows().enumerate() {
            let (product, behind) = (runs(foreground, y), by_row(backdrop, y));
            let (guide, unit) = (by_row(guide, y), by_row(unit, y));
            for x in row.iter().enumerate().filter_map(|(x, u)| u.then_some(x)) {
                let unit = at(unit, x);
                let [by_line, by_mixture] = band.key.failure.at(x, y);
                let pixel = Pixel {
                    z: at(guide, x),
                    product: times(at(product, x), unit),
                    backdrop: times(at(behind, x), unit),
                    by_line,
                    by_mixture,
                };
                let (alpha, trust, contrast) = pixel.key();
                keyed.alpha.row_mut(y)[x] = alpha;
                keyed.trust.row_mut(y)[x] = if band.through.at(x, y) { trust.max(0.6) } else { trust };
                keyed.contrast.row_mut(y)[x] = contrast;
            }
        }
        keyed
    }

    /// Alpha to start from: known, keyed where the key is trusted, else by the distance to the backdrop.
    fn start(&self, band: &Band, unknown: &Spans) -> Field {
        let mut alpha = Field::unset(band.depth.size());
        let known = alpha.values_mut().iter_mut().zip(band.product.values());
        known.for_each(|(a, p)| *a = f32::from(u8::from(*p)));
        for span in unknown.iter() {
            let [keyed, trust, depth] =
                [&self.alpha, &self.trust, &band.depth].map(|f| &f.row(span.y)[span.columns()]);
            let solved = &band.unknown.row(span.y)[span.columns()];
            for (i, a) in
                alpha.row_mut(span.y)[span.columns()].iter_mut().enumerate().filter(|(i, _)| solved[*i])
            {
                let by_distance = ((depth[i] - 2.0) / 3.0).clamp(0.0, 1.0);
                *a = if trust[i] > START { keyed[i] } else { by_distance };
            }
        }
        alpha
    }
}

fn by_row(planes: &[Field; 3], y: usize) -> [&[f32]; 3] {
    planes.each_ref().map(|p| p.row(y))
}

/// The colour runs of a row of a plane.
fn runs(plane: &Plane, y: usize) -> [&[f32]; 3] {
    let width = plane.size().width as usize;
    [4 * y, 4 * y + 1, 4 * y + 2].map(|run| &plane.floats()[run * width..(run + 1) * width])
}

fn at(rows: [&[f32]; 3], x: usize) -> [f32; 3] {
    [rows[0][x], rows[1][x], rows[2][x]]
}

/// A pixel to be keyed, in units of the backdrop.
struct Pixel {
    z: [f32; 3],
    product: [f32; 3],
    backdrop: [f32; 3],
    /// Failures of the line, and of the mixture, around it.
    by_line: f32,
    by_mixture: f32,
}

impl Pixel {
    /// Alpha, trust in it, and contrast. The mixture is used unless the line fails clearly less often.
    fn key(&self) -> (f32, f32, f32) {
        let d = minus(self.product, self.backdrop);
        let contrast = dot(d, d);
        let (alpha, misfit, failure) = if self.by_mixture < self.by_line + 0.05 {
            let mixture = unmix(self.z, self.product, self.backdrop);
            (mixture.alpha, mixture.misfit, self.by_mixture)
        } else {
            let z = minus(self.z, self.backdrop);
            let alpha = dot(z, d) / (contrast + 1e-3);
            let left = minus(z, d.map(|v| alpha * v));
            (alpha, dot(left, left), self.by_line)
        };
        let distinct = (contrast / 0.09).clamp(0.0, 1.0);
        let trust = distinct * exp(-8.0 * misfit / (contrast + 1e-3)) * 0.1 / (0.1 + failure);
        (alpha.clamp(0.0, 1.0), trust, contrast)
    }
}

fn times(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[0] * b[0], a[1] * b[1], a[2] * b[2]]
}

wide! {
    /// Takes alpha from the mean of the maps, drawn to the key.
    fn relax[simd](
        map: &[Field; 4],
        guide: &[Field; 3],
        keyed: &Keyed,
        band: &Band,
        unknown: &Spans,
        alpha: &mut Field,
    ) {
        let mut means = Means::<4>::new(alpha.width());
        let zero = f32x8::splat(simd, 0.0);
        for span in unknown.iter() {
            means.gather::<SIDE, S>(simd, span, map);
            let y = span.y;
            for x in span.columns().step_by(LANES) {
                let at = x as isize;
                let [r, g, b, offset] = means.at::<SIDE, S>(simd, x - span.start);
                let mapped = r * load(simd, guide[0].row(y), at)
                    + g * load(simd, guide[1].row(y), at)
                    + b * load(simd, guide[2].row(y), at)
                    + offset;
                let pull = load(simd, keyed.trust.row(y), at) * PULL;
                let drawn = (mapped + pull * load(simd, keyed.alpha.row(y), at)) / (pull + 1.0);
                let old = load(simd, alpha.row(y), at);
                let next: [f32; LANES] = (old + (drawn - old) * OVERSTEP).max(zero).min(1.0).into();
                let solved = band.unknown.row(y)[x..span.end].iter();
                for ((a, next), solved) in alpha.row_mut(y)[x..span.end].iter_mut().zip(next).zip(solved) {
                    *a = if *solved { next } else { *a };
                }
            }
        }
    }
}

wide! {
    /// The maps averaged, and taken back from units of the backdrop to linear colour.
    fn finish[simd](map: &[Field; 4], unit: &[Field; 3], reach: &Spans, smooth: &mut Plane) {
        let width = reach.size().width as usize;
        let mut means = Means::<4>::new(width);
        for span in reach.iter() {
            means.gather::<SMOOTH, S>(simd, span, map);
            let row = &mut smooth.floats_mut()[4 * width * span.y..4 * width * (span.y + 1)];
            for x in span.columns().step_by(LANES) {
                let mean = means.at::<SMOOTH, S>(simd, x - span.start);
                for (c, run) in row.chunks_exact_mut(width).enumerate() {
                    let value = match unit.get(c) {
                        Some(unit) => mean[c] * load(simd, unit.row(span.y), x as isize),
                        None => mean[c],
                    };
                    store(run, x, value);
                }
            }
        }
    }
}
