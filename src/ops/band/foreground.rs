//! The schedule of the colours: product and backdrop taken apart in the band, coarse to fine, with alpha known.
//!
//! The backdrop is solved beside the product, not assumed: near contact shadows and under folds no known
//! backdrop is close. Energy and levels after Germer, Uelwer, Conrad and Harmeling (2020), *Fast Multi-Level
//! Foreground Estimation*; the weights of pixels and ties are this module's own, and coarse levels sum what
//! the pixels say instead of averaging pixels.

use std::f64::consts::PI;

use super::evidence::{BAND_EVIDENCE, EvidenceParams};
use super::gather::{DARK, Light};
use super::grow::{BAND_GROW, GrowParams};
use super::paint::{BAND_PAINT, PaintParams};
use super::record::{Band, Level};
use super::reduce::{BAND_REDUCE, ReduceParams};
use super::statistics::{MOMENTS, RUNS};
use super::tiles::{ENTRY, PIXELS, SIDE};
use super::unmix::{BAND_UNMIX, UnmixParams};
use crate::image::{Format, Plane, Size, srgb_decode};
use crate::plan::{Plan, PlanError, PlaneId};

/// Rounds of steps on the coarsest level, on each other, on the finest.
const COARSEST: usize = 6;
const COARSE: usize = 2;
const FINE: usize = 1;
/// Steps of a round.
const ROUND: usize = 10;
/// The slowest error that a round aims at: on the finest level, where the start is near, and on coarser ones.
const SLOWEST: [f64; 2] = [0.2, 0.1];
/// The fastest: neighbours that pull as strongly as they can.
const FASTEST: f64 = 2.0;
/// Differences to expect between neighbours: a share of their light, and at any light.
const PRODUCT_TIE: [f32; 2] = [0.11, 0.034];
/// The same behind it: paper and its shade.
const BACKDROP_TIE: [f32; 2] = [0.028, 1.4e-3];
/// Variance that an alpha two per cent off makes between colours a third of the range apart.
const DOUBT: f32 = 4e-5;

/// Evidence of a level: of the product, of the backdrop, of both.
type Evidence = [PlaneId; 3];

/// Records the colours of a solved band: of the product, and of what is seen behind it. Both are colour planes of
/// its finest tiles, straight linear light in the photograph's own primaries; the product's has alpha in the
/// fourth run. Colour under alpha 0 goes on as its neighbours have it.
///
/// # Errors
/// [`PlanError`] where the recording is inconsistent.
pub fn record(
    plan: &mut Plan,
    op: &'static str,
    band: &Band,
    alpha: PlaneId,
) -> Result<[PlaneId; 2], PlanError> {
    if band.is_empty() {
        let nothing = Plane::zeros(Size::new(PIXELS as u32, 1), Format::Rgba);
        let nothing = plan.constant("no band", nothing);
        return Ok([nothing, nothing]);
    }
    let light = plan.constant("linear light", band.linear.clone());
    let most = band.linear.floats().iter().copied().fold(1.0, f32::max);
    let mut pass = Pass { plan, op, band, most };
    let [product, behind] = pass.unmix(alpha, light)?;
    let painted = plan.plane("product colour", band.levels[0].size, Format::Rgba);
    let params = PaintParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 };
    plan.record(op, &BAND_PAINT, &params, &[product, light, alpha], &[painted])?;
    Ok([painted, behind])
}

/// The lengths of a round's steps: one over each Chebyshev node of a spectrum from `slowest` on, which leaves the
/// least of every error in it (Young 1953, *On Richardson's method for solving linear systems*). Long steps stand
/// between short ones: what one enlarges the next have shrunk before it meets the bounds of colour.
fn paces(slowest: f64) -> [f32; ROUND] {
    let (middle, half) = (0.5 * (FASTEST + slowest), 0.5 * (FASTEST - slowest));
    std::array::from_fn(|i| {
        let k = (7 * i + 6) % ROUND;
        let node = (PI * (2 * k + 1) as f64 / (2 * ROUND) as f64).cos();
        (1.0 / (middle + half * node)) as f32
    })
}

struct Pass<'a> {
    plan: &'a mut Plan,
    op: &'static str,
    band: &'a Band,
    most: f32,
}

impl Pass<'_> {
    /// Colours of product and backdrop in the finest tiles.
    fn unmix(&mut self, alpha: PlaneId, light: PlaneId) -> Result<[PlaneId; 2], PlanError> {
        let levels = &self.band.levels;
        let tables = levels.iter().map(|l| self.plan.constant("band tiles", l.table.clone()));
        let tables: Vec<PlaneId> = tables.collect();
        let mut evidence = vec![self.evidence(light, alpha)?];
        for depth in 1..levels.len() {
            evidence.push(self.reduce(depth, evidence[depth - 1], tables[depth])?);
        }
        let coarsest = levels.len() - 1;
        let start = start(self.band, &levels[coarsest], SIDE >> coarsest);
        let mut colours = start.map(|plane| self.plan.constant("first colours", plane));
        for (depth, level) in levels.iter().enumerate().rev() {
            if depth < coarsest {
                colours = self.grow(level.size, colours, tables[depth + 1], tables[depth])?;
            }
            let rounds = if depth == coarsest {
                COARSEST
            } else if depth > 0 {
                COARSE
            } else {
                FINE
            };
            let slowest = SLOWEST[usize::from(depth > 0)];
            for _ in 0..rounds {
                for pace in paces(slowest) {
                    colours = self.step(level, colours, evidence[depth], tables[depth], pace)?;
                }
            }
        }
        Ok(colours)
    }

    fn pair(&mut self, size: Size) -> [PlaneId; 2] {
        ["product", "backdrop"].map(|name| self.plan.plane(name, size, Format::Rgba))
    }

    fn planes(&mut self, size: Size) -> Evidence {
        let [product, backdrop] = self.pair(size);
        [product, backdrop, self.plan.plane("both", size, Format::Gray)]
    }

    fn evidence(&mut self, light: PlaneId, alpha: PlaneId) -> Result<Evidence, PlanError> {
        let to = self.planes(self.band.levels[0].size);
        let grain = self.band.grain;
        let params = EvidenceParams { base: grain * DARK, slope: grain, doubt: DOUBT, pad0: 0.0 };
        self.plan.record(self.op, &BAND_EVIDENCE, &params, &[light, alpha], &to)?;
        Ok(to)
    }

    fn reduce(&mut self, depth: usize, [a, b, c]: Evidence, coarse: PlaneId) -> Result<Evidence, PlanError> {
        let levels = &self.band.levels;
        let to = self.planes(levels[depth].size);
        let index = self.plan.constant("tiles by place", levels[depth - 1].index.clone());
        let params = ReduceParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 };
        self.plan.record(self.op, &BAND_REDUCE, &params, &[a, b, c, index, coarse], &to)?;
        Ok(to)
    }

    fn grow(
        &mut self,
        size: Size,
        [product, backdrop]: [PlaneId; 2],
        coarse: PlaneId,
        fine: PlaneId,
    ) -> Result<[PlaneId; 2], PlanError> {
        let to = self.pair(size);
        let params = GrowParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 };
        self.plan.record(self.op, &BAND_GROW, &params, &[product, backdrop, coarse, fine], &to)?;
        Ok(to)
    }

    fn step(
        &mut self,
        level: &Level,
        [product, backdrop]: [PlaneId; 2],
        [a, b, c]: Evidence,
        tiles: PlaneId,
        step: f32,
    ) -> Result<[PlaneId; 2], PlanError> {
        let to = self.pair(level.size);
        let params = UnmixParams {
            reach: level.reach,
            product: PRODUCT_TIE[0] * PRODUCT_TIE[0],
            product_floor: PRODUCT_TIE[1] * PRODUCT_TIE[1],
            backdrop: BACKDROP_TIE[0] * BACKDROP_TIE[0],
            backdrop_floor: BACKDROP_TIE[1] * BACKDROP_TIE[1],
            step,
            most: self.most,
            pad0: 0.0,
        };
        self.plan.record(self.op, &BAND_UNMIX, &params, &[product, backdrop, a, b, c, tiles], &to)?;
        Ok(to)
    }
}

/// Mean colours of product and backdrop around every pixel of the coarsest tiles, where a cell of the statistics
/// is `cell` pixels wide: where the solve begins.
fn start(band: &Band, level: &Level, cell: usize) -> [Plane; 2] {
    let statistics = &band.statistics;
    let (width, height) = (statistics.size().width as usize / RUNS, statistics.size().height as usize);
    let linear = |v: f32| match band.light {
        Light::Linear => v,
        Light::Display => srgb_decode(f64::from(v.max(0.0))) as f32,
    };
    [0, 1].map(|class| {
        let mut plane = Plane::zeros(level.size, Format::Rgba);
        let rows = plane.floats_mut().chunks_exact_mut(4 * PIXELS);
        for (row, entry) in rows.zip(level.table.floats().chunks_exact(ENTRY)) {
            for i in 0..PIXELS {
                let x = ((entry[0] as usize * SIDE + i % SIDE) / cell).min(width - 1);
                let y = ((entry[1] as usize * SIDE + i / SIDE) / cell).min(height - 1);
                for c in 0..3 {
                    let at = (y * RUNS + class * MOMENTS + c) * width + x;
                    row[c * PIXELS + i] = linear(statistics.floats()[at]);
                }
            }
        }
        plane
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a round leaves of an error, against the least that any ten steps can leave of the worst: one over the
    /// Chebyshev polynomial.
    #[test]
    fn a_round_leaves_the_least_of_every_error_it_aims_at() {
        for slowest in SLOWEST {
            let beyond = (FASTEST + slowest) / (FASTEST - slowest);
            let least = 1.0 / (ROUND as f64 * beyond.acosh()).cosh();
            let left = |e: f64| paces(slowest).iter().map(|p| 1.0 - f64::from(*p) * e).product::<f64>().abs();
            let worst = (0..=1000).map(|i| left(slowest + (FASTEST - slowest) * f64::from(i) / 1000.0));
            let worst = worst.fold(0.0, f64::max);
            assert!((worst / least - 1.0).abs() < 1e-3, "{slowest}: {worst} of {least}");
            assert!(left(0.25 * slowest) < 1.0, "{slowest}: slower errors grow");
        }
    }
}
