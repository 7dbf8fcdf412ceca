//! Alpha in the unknown band, as affine maps of colour.
//!
//! Alternates between fitting alpha by an affine map of colour in every window and taking alpha from the
//! mean of the maps (He, Sun and Tang 2010; the fixed point lowers the energy of Levin, Lischinski and
//! Weiss 2008), drawn to the key's alpha where colour can be trusted. The maps are what the render uses: at
//! full resolution they follow edges that the proxy cannot show.

use super::band::Band;
use super::key::{dot, minus, unmix};
use super::photo::{Photo, colour};
use crate::ops::field::{Cells, Field, Guide, Mask, SIDE, Spans, Windows, erode, exp, push_pull, wide};

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
    /// Alpha as an affine map of linear colour: three factors and an offset.
    pub(super) map: [Field; 4],
    /// Colour of the product, linear, continued across the band.
    pub(super) foreground: [Field; 3],
    /// Squared distance between product and backdrop in units of the backdrop; only in the band.
    pub(super) contrast: Field,
}

/// Solves alpha. `backdrop` is the backdrop as it is seen, linear.
pub(super) fn solve(photo: &Photo, backdrop: &[Field; 3], band: &Band) -> Solution {
    let foreground = foreground(photo, &band.product);
    let mut unit = [(); 3].map(|()| Field::new(photo.size()));
    let mut guide = unit.clone();
    scale(photo, backdrop, &mut unit, &mut guide);
    let keyed = Keyed::of(&foreground, backdrop, &guide, &unit, band);
    let mut alpha = keyed.start(band);
    let fits = Guide::new(&guide, Spans::cover(&band.unknown, SIDE / 2), RIDGE);
    let unknown = Spans::cover(&band.unknown, 0);
    let mut map: [Field; 4] = std::array::from_fn(|_| Field::new(photo.size()));
    for _ in 0..ROUNDS {
        fits.fit(&alpha, &mut map);
        relax(&map, &guide, &keyed, band, &unknown, &mut alpha);
    }
    map[3].values_mut().copy_from_slice(alpha.values());
    fits.fit(&alpha, &mut map);
    let reach = Spans::cover(&band.unknown, SIDE / 2 + SMOOTH / 2);
    let map = finish(&map, &unit, &reach);
    Solution { alpha, map, foreground, contrast: keyed.contrast }
}

/// The product's colour from what is certainly product, one pixel of its rim left out.
fn foreground(photo: &Photo, product: &Mask) -> [Field; 3] {
    let core = erode(product, 1);
    let [r, g, b, weight] = add_up(photo, &core).planes;
    push_pull(Cells { planes: [r, g, b], shift: 1, full: photo.size() }, &weight, FULL).enlarge()
}

wide! {
    fn add_up(photo: &Photo, core: &Mask) -> Cells<4> {
        Cells::<4>::sum(photo.size(), 1, |y, [r, g, b, weight]| {
            weight.iter_mut().zip(core.row(y)).for_each(|(w, c)| *w = f32::from(u8::from(*c)));
            for (row, light) in [r, g, b].into_iter().zip(&photo.light) {
                row.iter_mut().zip(light.row(y)).zip(&*weight).for_each(|((o, l), w)| *o = l * w);
            }
        })
    }
}

wide! {
    /// One over the backdrop, and the photograph in units of the backdrop.
    fn scale(photo: &Photo, backdrop: &[Field; 3], unit: &mut [Field; 3], guide: &mut [Field; 3]) {
        for c in 0..3 {
            let pixels = unit[c].values_mut().iter_mut().zip(guide[c].values_mut());
            let light = photo.light[c].values().iter().zip(backdrop[c].values());
            for ((u, g), (l, b)) in pixels.zip(light) {
                *u = 1.0 / (b + FLOOR);
                *g = l * *u;
            }
        }
    }
}

/// What the key says of the unknown pixels; 0 elsewhere.
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
        foreground: &[Field; 3],
        backdrop: &[Field; 3],
        guide: &[Field; 3],
        unit: &[Field; 3],
        band: &Band,
    ) -> Self {
        let new = || Field::new(band.depth.size());
        let mut keyed = Self { alpha: new(), trust: new(), contrast: new() };
        for (y, row) in band.unknown.rows().enumerate() {
            for x in row.iter().enumerate().filter_map(|(x, u)| u.then_some(x)) {
                let unit = colour(unit, x, y);
                let product = times(colour(foreground, x, y), unit);
                let backdrop = times(colour(backdrop, x, y), unit);
                let [by_line, by_mixture] = band.key.failure.at(x, y);
                let pixel = Pixel { z: colour(guide, x, y), product, backdrop, by_line, by_mixture };
                let (alpha, trust, contrast) = pixel.key();
                keyed.alpha.row_mut(y)[x] = alpha;
                keyed.trust.row_mut(y)[x] = if band.through.at(x, y) { trust.max(0.6) } else { trust };
                keyed.contrast.row_mut(y)[x] = contrast;
            }
        }
        keyed
    }

    /// Alpha to start from: known, keyed where the key is trusted, else by the distance to the backdrop.
    fn start(&self, band: &Band) -> Field {
        Field::from_fn(band.depth.size(), |x, y| {
            if !band.unknown.at(x, y) {
                f32::from(u8::from(band.product.at(x, y)))
            } else if self.trust.at(x, y) > START {
                self.alpha.at(x, y)
            } else {
                ((band.depth.at(x, y) - 2.0) / 3.0).clamp(0.0, 1.0)
            }
        })
    }
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
    fn relax(
        map: &[Field; 4],
        guide: &[Field; 3],
        keyed: &Keyed,
        band: &Band,
        unknown: &Spans,
        alpha: &mut Field,
    ) {
        let mut windows = Windows::<4>::new(unknown.size(), SIDE);
        for span in unknown.iter() {
            let [ar, ag, ab, b] = windows.mean::<SIDE>(span, map);
            let [r, g, b_light] = guide.each_ref().map(|p| &p.row(span.y)[span.columns()]);
            let key = &keyed.alpha.row(span.y)[span.columns()];
            let trust = &keyed.trust.row(span.y)[span.columns()];
            let solved = &band.unknown.row(span.y)[span.columns()];
            for (i, a) in alpha.row_mut(span.y)[span.columns()].iter_mut().enumerate() {
                let mapped = ar[i] * r[i] + ag[i] * g[i] + ab[i] * b_light[i] + b[i];
                let pull = PULL * trust[i];
                let drawn = (mapped + pull * key[i]) / (1.0 + pull);
                let next = (*a + OVERSTEP * (drawn - *a)).max(0.0).min(1.0);
                *a = if solved[i] { next } else { *a };
            }
        }
    }
}

wide! {
    /// The maps averaged, and taken back from units of the backdrop to linear colour.
    fn finish(map: &[Field; 4], unit: &[Field; 3], reach: &Spans) -> [Field; 4] {
        let mut smooth = map.clone();
        let mut windows = Windows::<4>::new(reach.size(), SMOOTH);
        for span in reach.iter() {
            let means = windows.mean::<SMOOTH>(span, map);
            for (c, (to, mean)) in smooth.iter_mut().zip(means).enumerate() {
                let to = &mut to.row_mut(span.y)[span.columns()];
                to.copy_from_slice(mean);
                if let Some(unit) = unit.get(c) {
                    to.iter_mut().zip(&unit.row(span.y)[span.columns()]).for_each(|(t, u)| *t *= u);
                }
            }
        }
        smooth
    }
}
