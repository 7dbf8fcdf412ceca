//! The schedule: which kernels run over which level, how often, with which numbers.

use std::sync::Arc;

use super::confidence::{BAND_CONFIDENCE, ConfidenceParams, GUESS};
use super::denoise::{BAND_DENOISE, DenoiseParams};
use super::enlarge::{BAND_ENLARGE, EnlargeParams};
use super::fit::{BAND_FIT, FitParams};
use super::foreground;
use super::gather::{DARK, Light, Reader, gather, noise};
use super::likelihood::{BAND_LIKELIHOOD, LikelihoodParams};
use super::relax::{BAND_RELAX, RelaxParams};
use super::settle::{BAND_SETTLE, SettleParams};
use super::spread::{BAND_SPREAD, SpreadParams};
use super::statistics::{backdrop_variety, statistics};
use super::tiles::{PIXELS, Tiles, Trimap};
use super::tuning::{STUDIO, Tuning, chebyshev};
use super::windows::{BAND_WINDOWS, WindowParams};
use crate::image::{Format, Image, Matrix3, Plane, Size};
use crate::ops::Frame;
use crate::ops::flat_field::Flat;
use crate::plan::{Plan, PlanError, PlaneId};

/// Levels from the photograph's own pixels to eighths.
const LEVELS: u32 = 4;
/// Rounds of likelihood and solve on the finest level.
const ROUNDS: u32 = 2;
/// Samples along each side of a pixel of a smaller picture, at most.
const MOST_SAMPLES: u32 = 8;
/// Alpha this near to 0 or 1 is certain.
const SNAP: f32 = 0.005;

/// One level of a band.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub(super) size: Size,
    pub(super) reach: u32,
    pub(super) light: Arc<Plane>,
    pub(super) table: Arc<Plane>,
    pub(super) index: Arc<Plane>,
}

/// The unknown pixels of a photograph, gathered and ready to be solved.
#[derive(Clone, Debug)]
pub struct Band {
    /// Finest first.
    pub(super) levels: Vec<Level>,
    pub(super) statistics: Arc<Plane>,
    /// Linear light of the finest tiles.
    pub(super) linear: Arc<Plane>,
    pub(super) tuning: Tuning,
    pub(super) noise: [f32; 2],
    /// From the photograph's primaries to working light.
    pub to_working: Matrix3,
    /// In which light it is solved.
    pub light: Light,
    /// Variance of the noise a unit of light.
    pub grain: f32,
    /// Share of the photograph that is unknown.
    pub unknown_share: f32,
}

/// A solved band in a plan.
#[derive(Clone, Copy, Debug)]
pub struct Solved {
    /// Alpha of the tiles.
    pub alpha: PlaneId,
    /// Colours of the tiles, straight linear light in the photograph's primaries, where they were wanted.
    pub painted: Option<PlaneId>,
    /// What is seen behind the product in the tiles, its shadow included, likewise.
    pub behind: Option<PlaneId>,
    /// How far the alpha of the tiles may be trusted.
    pub confidence: PlaneId,
    /// Tiles by place.
    pub index: PlaneId,
}

impl Band {
    /// Gathers the unknown pixels of a photograph; `light` is chosen by the backdrop where it is not given. The
    /// trimap has the photograph's size.
    #[must_use]
    pub fn gather(image: &Image, trimap: &Trimap, light: Option<Light>) -> Self {
        Self::gather_even(image, trimap, light, None)
    }

    /// The same of a photograph that is evened by its flat field.
    #[must_use]
    pub fn gather_even(image: &Image, trimap: &Trimap, light: Option<Light>, flat: Option<&Flat>) -> Self {
        let linear = Reader::of(image, Light::Linear, flat);
        let variety = backdrop_variety(&linear, trimap);
        let studio = variety.iter().zip(STUDIO).all(|(v, most)| *v < most);
        let light = light.unwrap_or(if studio { Light::Linear } else { Light::Display });
        let reader = Reader::of(image, light, flat);
        let grain = noise(image, trimap);
        let mut halves: Vec<Trimap> = Vec::new();
        for _ in 1..LEVELS {
            let half = halves.last().unwrap_or(trimap).half();
            halves.push(half);
        }
        let trimaps: Vec<&Trimap> = std::iter::once(trimap).chain(&halves).collect();
        let tiles: Vec<Tiles> = trimaps.iter().map(|t| Tiles::of(t)).collect();
        let levels: Vec<Level> = (0..LEVELS as usize)
            .map(|l| Level {
                size: tiles[l].plane_size(),
                reach: tiles[l].reach(),
                light: gather(&reader, &tiles[l], trimaps[l], l as u32).into(),
                table: tiles[l].table(tiles.get(l + 1)).into(),
                index: tiles[l].index().into(),
            })
            .collect();
        let finest = match light {
            Light::Linear => levels[0].light.clone(),
            Light::Display => gather(&linear, &tiles[0], trimap, 0).into(),
        };
        Self {
            levels,
            statistics: statistics(&reader, trimap, &tiles[0]).into(),
            linear: finest,
            to_working: image.encoding.to_working,
            tuning: if studio { Tuning::STUDIO } else { Tuning::SCENE },
            noise: match light {
                Light::Linear => [grain * DARK, grain],
                // The sRGB curve makes the variance of photon noise nearly the same at any light.
                Light::Display => [0.25 * grain, 0.0],
            },
            light,
            grain,
            unknown_share: trimap.unknown_share(),
        }
    }

    /// Whether there is nothing to solve.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.levels[0].size.height == 0
    }

    /// Tiles by place, for a picture without a band to solve.
    #[must_use]
    pub fn index(&self) -> Arc<Plane> {
        self.levels[0].index.clone()
    }

    /// Records the solve of alpha and, where they are wanted, of the product's colours.
    ///
    /// # Errors
    /// [`PlanError`] where the recording is inconsistent.
    pub fn record(&self, plan: &mut Plan, coloured: bool) -> Result<Solved, PlanError> {
        let op = "trimap_matte";
        let statistics = plan.constant("colour statistics", self.statistics.clone());
        let mut coarser: Option<(PlaneId, PlaneId)> = None;
        let (mut finest, mut confidence) = (None, None);
        for (depth, level) in self.levels.iter().enumerate().rev().filter(|(_, l)| l.size.height > 0) {
            let mut at = OnLevel { band: self, plan, op, level, depth, statistics };
            let [state, table, clean] = at.solve(coarser)?;
            coarser = Some((state, table));
            finest = Some(state);
            if depth == 0 {
                confidence = Some(at.confidence(state, clean, table)?);
            }
        }
        let alpha = match finest {
            Some(state) => {
                let alpha = plan.plane("band alpha", self.levels[0].size, Format::Gray);
                let settle = SettleParams { snap: SNAP, pad0: 0.0, pad1: 0.0, pad2: 0.0 };
                plan.record(op, &BAND_SETTLE, &settle, &[state], &[alpha])?;
                alpha
            }
            None => plan.constant("no band", Plane::zeros(Size::new(PIXELS as u32, 1), Format::Gray)),
        };
        let confidence = confidence.unwrap_or(alpha);
        let index = plan.constant("tiles by place", self.levels[0].index.clone());
        let colours =
            coloured.then(|| foreground::record(plan, "foreground_colour", self, alpha)).transpose()?;
        let [painted, behind] = colours.map_or([None; 2], |colours| colours.map(Some));
        Ok(Solved { alpha, painted, behind, confidence, index })
    }
}

impl Band {
    /// Records what the tiles hold as a picture: `frames` are the picture's and the photograph's, `out` is the picture,
    /// and `backdrop` the number where there certainly is backdrop.
    ///
    /// # Errors
    /// [`PlanError`] where the recording is inconsistent.
    pub fn spread(
        &self,
        plan: &mut Plan,
        op: &'static str,
        [tiles, index]: [PlaneId; 2],
        (frame, photo): (&Frame, &Frame),
        (out, backdrop): (PlaneId, f32),
    ) -> Result<(), PlanError> {
        let params = SpreadParams {
            map: frame.map_to(photo),
            size: [photo.size.width as f32, photo.size.height as f32, 0.0, 0.0],
            samples: samples(frame),
            backdrop,
            pad0: 0,
            pad1: 0,
        };
        plan.record(op, &BAND_SPREAD, &params, &[tiles, index], &[out])
    }
}

/// Samples along each side of a pixel of a picture.
pub(super) fn samples(frame: &Frame) -> u32 {
    (frame.scale().round() as u32).clamp(1, MOST_SAMPLES)
}

/// One level in the recording.
struct OnLevel<'a> {
    band: &'a Band,
    plan: &'a mut Plan,
    op: &'static str,
    level: &'a Level,
    depth: usize,
    statistics: PlaneId,
}

impl OnLevel<'_> {
    /// The state after the level's last step, the level's table, and its light without grain.
    fn solve(&mut self, coarser: Option<(PlaneId, PlaneId)>) -> Result<[PlaneId; 3], PlanError> {
        let light = self.plan.constant("band light", self.level.light.clone());
        let tiles = self.plan.constant("band tiles", self.level.table.clone());
        let clean = if self.smoothed() { self.denoise(light, tiles)? } else { light };
        let windows = self.windows(clean, tiles)?;
        let mut state = match coarser {
            Some((state, coarse)) => self.enlarge(state, coarse, clean, tiles)?,
            None => self.plan.constant("nothing yet", Plane::zeros(self.level.size, Format::Rgba)),
        };
        let rounds = if self.depth == 0 { ROUNDS } else { 1 };
        for round in 0..rounds {
            let solved = coarser.is_some() || round > 0;
            let assumed = self.band.likelihood(self.depth as u32, solved);
            state = self.likelihood(state, clean, tiles, &assumed)?;
            let by = self.band.tuning;
            let steps = match (self.depth, coarser) {
                (0, _) => by.steps[2],
                (_, None) => by.steps[0],
                _ => by.steps[1],
            };
            for (momentum, step) in chebyshev(steps, by.slowest) {
                state = self.step(state, clean, windows, tiles, momentum, step)?;
            }
        }
        Ok([state, tiles, clean])
    }

    /// Whether grain is smoothed before anything else.
    fn smoothed(&self) -> bool {
        self.depth == 0 && self.band.tuning.grain > 0.0
    }

    fn denoise(&mut self, light: PlaneId, tiles: PlaneId) -> Result<PlaneId, PlanError> {
        let clean = self.plan.plane("band without grain", self.level.size, Format::Rgba);
        let [base, slope] = self.band.noise.map(|v| v * self.band.tuning.grain);
        let params = DenoiseParams { reach: self.level.reach, base: base.max(1e-7), slope, pad0: 0.0 };
        self.plan.record(self.op, &BAND_DENOISE, &params, &[light, tiles], &[clean])?;
        Ok(clean)
    }

    fn windows(&mut self, clean: PlaneId, tiles: PlaneId) -> Result<[PlaneId; 3], PlanError> {
        let size = self.level.size;
        let pivots = self.plan.plane("window pivots", size, Format::Rgba);
        let l20 = self.plan.plane("window l20", size, Format::Gray);
        let l21 = self.plan.plane("window l21", size, Format::Gray);
        let ridge = self.band.tuning.ridge;
        let params = WindowParams { reach: self.level.reach, ridge, pad0: 0.0, pad1: 0.0 };
        self.plan.record(self.op, &BAND_WINDOWS, &params, &[clean, tiles], &[pivots, l20, l21])?;
        Ok([pivots, l20, l21])
    }

    fn enlarge(
        &mut self,
        state: PlaneId,
        coarse: PlaneId,
        clean: PlaneId,
        tiles: PlaneId,
    ) -> Result<PlaneId, PlanError> {
        let next = self.plan.plane("enlarged", self.level.size, Format::Rgba);
        let params = EnlargeParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 };
        self.plan.record(self.op, &BAND_ENLARGE, &params, &[state, coarse, clean, tiles], &[next])?;
        Ok(next)
    }

    /// How far the finest alpha may be trusted: the colours' own word, without the last solution's.
    fn confidence(&mut self, state: PlaneId, clean: PlaneId, tiles: PlaneId) -> Result<PlaneId, PlanError> {
        let by = self.band.belief(self.depth as u32);
        let likely = self.likelihood(state, clean, tiles, &by)?;
        let confidence = self.plan.plane("band confidence", self.level.size, Format::Gray);
        let params = ConfidenceParams { trust: by.trust, guess: GUESS, pad0: 0.0, pad1: 0.0 };
        self.plan.record(self.op, &BAND_CONFIDENCE, &params, &[likely, clean], &[confidence])?;
        Ok(confidence)
    }

    fn likelihood(
        &mut self,
        state: PlaneId,
        clean: PlaneId,
        tiles: PlaneId,
        by: &LikelihoodParams,
    ) -> Result<PlaneId, PlanError> {
        let next = self.plan.plane("likelihood", self.level.size, Format::Rgba);
        let inputs = [state, clean, self.statistics, tiles];
        self.plan.record(self.op, &BAND_LIKELIHOOD, by, &inputs, &[next])?;
        Ok(next)
    }

    fn step(
        &mut self,
        state: PlaneId,
        clean: PlaneId,
        [pivots, l20, l21]: [PlaneId; 3],
        tiles: PlaneId,
        momentum: f32,
        step: f32,
    ) -> Result<PlaneId, PlanError> {
        let (size, reach) = (self.level.size, self.level.reach);
        let affine = self.plan.plane("affine maps", size, Format::Rgba);
        let params = FitParams { reach, pad0: 0, pad1: 0, pad2: 0 };
        self.plan.record(self.op, &BAND_FIT, &params, &[state, clean, pivots, l20, l21, tiles], &[affine])?;
        let next = self.plan.plane("solver state", size, Format::Rgba);
        let params = RelaxParams { reach, momentum, step, pad0: 0.0 };
        self.plan.record(self.op, &BAND_RELAX, &params, &[state, affine, clean, tiles], &[next])?;
        Ok(next)
    }
}
