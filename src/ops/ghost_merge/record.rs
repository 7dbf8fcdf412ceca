//! The merge as kernels: the inner shot is matted in a scene of its own, laid into the front shot's frame, lit, and slid
//! under the garment. A pure function of the numbers; it looks at no pixel.

use std::sync::Arc;

use super::fill::{FILL_LAYER, FillParams};
use super::provenance::{PROVENANCE, ProvenanceParams};
use super::under::LAY_UNDER;
use super::warp::{WARP_LAYER, WarpParams};
use crate::image::{Format, Plane, Size, Window};
use crate::ops::backdrop_matte::kernel::NoParams;
use crate::ops::field::Mask;
use crate::ops::{Frame, Op, OpError, Scene, Source, Study};
use crate::plan::PlaneId;

/// The name under which steps are recorded.
const OP: &str = "ghost_merge";
/// Pixels around the needed part of the inner shot: the cubic's reach, and rounding.
const MARGIN: f64 = 4.0;

/// A small field over a frame of the front shot.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Where it lies.
    pub frame: Frame,
    /// Its values.
    pub plane: Arc<Plane>,
}

impl Grid {
    /// A mask over a frame: 1 where it holds.
    pub(super) fn of_mask(frame: Frame, mask: &Mask) -> Self {
        let plane = Plane::gray(mask.size(), |x, y| f32::from(u8::from(mask.at(x as usize, y as usize))));
        Self { frame, plane: plane.into() }
    }
}

/// What makes a layer of the inner shot.
#[derive(Debug)]
pub struct Lining {
    /// Layout of the inner shot.
    pub source: Source,
    /// Its own analysis.
    pub study: Box<Study>,
    /// The ops that matte it.
    pub ops: Vec<Box<dyn Op>>,
    /// From front to inner photograph pixels: `u = m[0]·x + m[1]·y + m[2]`, `v = m[3]·x + m[4]·y + m[5]`.
    pub affine: [f64; 6],
    /// What is added to that, in inner photograph pixels: the first two runs.
    pub bend: Grid,
    /// The share of the layer that is let through: the opening, and a little beneath the garment. Nothing outside of it.
    pub room: Grid,
    /// Gain of the inner shot.
    pub gain: [f32; 3],
    /// The light inside, a factor a channel.
    pub shade: Grid,
}

/// The numbers of a merge.
#[derive(Debug)]
pub struct Merge {
    /// The inner layer.
    pub lining: Lining,
    /// Pixels of the front photograph that a hole may be closed over, and where the holes are.
    pub fill: Option<(u32, Grid)>,
}

/// The planes of a merge, for the layers that are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Merged {
    /// The garment of the front shot.
    pub front: PlaneId,
    /// The inner layer, without the light inside.
    pub inner: PlaneId,
    /// The light inside, where the inner layer is.
    pub depth: PlaneId,
    /// Which photograph shows.
    pub provenance: PlaneId,
}

impl Merge {
    /// Records the merge; the scene's picture becomes the whole garment.
    ///
    /// # Errors
    /// [`OpError::Plan`] where the recording is inconsistent.
    pub fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        scene.settle_alpha()?;
        let front = scene.colour;
        let [seen, plain, light] = self.lining.record(scene)?;
        let inner = match &self.fill {
            Some((radius, holes)) => fill(scene, seen, *radius, holes)?,
            None => seen,
        };
        let size = scene.plan.decl(front).size;
        let provenance = scene.plan.plane("provenance", size, Format::Gray);
        let params = ProvenanceParams::default();
        scene.plan.record(OP, &PROVENANCE, &params, &[front, seen, inner], &[provenance])?;
        let merged = scene.plan.plane("merged", size, Format::Rgba);
        let params = NoParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 };
        scene.plan.record(OP, &LAY_UNDER, &params, &[front, inner], &[merged])?;
        scene.colour = merged;
        scene.coverage = Some(scene.take_alpha()?);
        scene.merged = Some(Merged { front, inner: plain, depth: light, provenance });
        Ok(())
    }
}

fn fill(scene: &mut Scene<'_>, layer: PlaneId, radius: u32, holes: &Grid) -> Result<PlaneId, OpError> {
    let radius = (f64::from(radius) / scene.frame.scale()).round() as u32;
    let map = scene.frame.map_to(&holes.frame);
    let params = FillParams { map, radius: radius.min(super::fill::MOST), pad0: 0, pad1: 0, pad2: 0 };
    let filled = scene.plan.plane("filled", scene.plan.decl(layer).size, Format::Rgba);
    let holes = scene.plan.constant("holes", holes.plane.clone());
    scene.plan.record(OP, &FILL_LAYER, &params, &[layer, holes], &[filled])?;
    Ok(filled)
}

impl Lining {
    /// The layer in the scene's frame: lit as inside, without that light, and the light itself.
    fn record(&self, scene: &mut Scene<'_>) -> Result<[PlaneId; 3], OpError> {
        let own = self.frame(&scene.frame);
        let picture = self.matted(scene, own)?;
        let (frame, plan) = (scene.frame, &mut *scene.plan);
        let even = |v: f32| Plane::rgba(Size::new(1, 1), |_, _| [v; 4]);
        let (white, unbent) = (plan.constant("white", even(1.0)), plan.constant("no bend", even(0.0)));
        let shade = plan.constant("light inside", self.shade.plane.clone());
        let room = plan.constant("opening", self.room.plane.clone());
        let (placed, bend) = self.placed(&frame, &own);
        let bend = plan.constant("bend", bend);
        let mut layer = |params: &WarpParams, [picture, bend, shade]: [PlaneId; 3]| {
            let layer = plan.plane("layer", frame.size, Format::Rgba);
            plan.record(OP, &WARP_LAYER, params, &[picture, bend, shade, room], &[layer]).map(|()| layer)
        };
        let inside = WarpParams { shade_map: frame.map_to(&self.shade.frame), ..placed };
        let nowhere = [0.0, 0.0, 0.0, placed.across[3]];
        let light = WarpParams { across: nowhere, down: [0.0; 4], gain: [1.0; 4], ..inside };
        Ok([
            layer(&inside, [picture, bend, shade])?,
            layer(&placed, [picture, bend, white])?,
            layer(&light, [white, unbent, shade])?,
        ])
    }

    /// The part of the inner shot that a frame of the front shot shows, at about its scale.
    fn frame(&self, frame: &Frame) -> Frame {
        let reach = reach(&self.bend.plane).into_iter().fold(0.0, f64::max);
        let room = self.room.frame.window;
        let (left, top) = (frame.window.x.max(room.x), frame.window.y.max(room.y));
        let right = (frame.window.x + frame.window.width).min(room.x + room.width).max(left);
        let bottom = (frame.window.y + frame.window.height).min(room.y + room.height).max(top);
        let corners =
            [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| self.to(x, y));
        let span = |pick: fn(&(f64, f64)) -> f64, limit: u32| {
            let limit = f64::from(limit);
            let lo = corners.iter().map(pick).fold(f64::INFINITY, f64::min) - reach - MARGIN;
            let hi = corners.iter().map(pick).fold(f64::NEG_INFINITY, f64::max) + reach + MARGIN;
            let lo = lo.floor().clamp(0.0, limit - 1.0);
            (lo, hi.ceil().clamp(lo + 1.0, limit) - lo)
        };
        let (x, width) = span(|c| c.0, self.source.size.width);
        let (y, height) = span(|c| c.1, self.source.size.height);
        let [a, b, _, c, d, _] = self.affine;
        let scale = (frame.scale() * (a * d - b * c).abs().sqrt()).max(1.0);
        let side = |length: f64| (length / scale).ceil().max(1.0) as u32;
        Frame { window: Window { x, y, width, height }, size: Size::new(side(width), side(height)) }
    }

    /// A place of the front photograph in the inner one, unbent.
    fn to(&self, x: f64, y: f64) -> (f64, f64) {
        let m = self.affine;
        (m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5])
    }

    /// The matted inner shot, premultiplied.
    fn matted(&self, scene: &mut Scene<'_>, frame: Frame) -> Result<PlaneId, OpError> {
        let into = (&mut *scene.plan, &mut *scene.inputs);
        let mut inner = Scene::open(into, &self.study, &self.source, frame, true)?;
        for op in &self.ops {
            op.record(&mut inner)?;
        }
        inner.settle_alpha()?;
        Ok(inner.colour)
    }

    /// Where a frame of the front shot lies in one of the inner shot: parameters without a shade, and the bend.
    fn placed(&self, frame: &Frame, own: &Frame) -> (WarpParams, Plane) {
        let per = |frame: &Frame| {
            let Size { width, height } = frame.size;
            [frame.window.width / f64::from(width), frame.window.height / f64::from(height)]
        };
        let ([sx, sy], step) = (per(own), per(frame));
        let bend = scaled(&self.bend.plane, [1.0 / sx, 1.0 / sy]);
        let [_, rows] = reach(&bend);
        // From the frame's pixel indices to front photograph places, to inner places, to the inner frame's indices.
        let start = self.to(frame.window.x + 0.5 * step[0], frame.window.y + 0.5 * step[1]);
        let m = self.affine;
        let line = |by: [f64; 2], start: f64, scale: f64, last: f64| {
            [by[0] * step[0] / scale, by[1] * step[1] / scale, start / scale - 0.5, last].map(|v| v as f32)
        };
        let [r, g, b] = self.gain;
        let params = WarpParams {
            across: line([m[0], m[1]], start.0 - own.window.x, sx, f64::from(frame.size.width)),
            down: line([m[3], m[4]], start.1 - own.window.y, sy, rows),
            bend_map: frame.map_to(&self.bend.frame),
            shade_map: [0.0; 4],
            room_map: frame.map_to(&self.room.frame),
            gain: [r, g, b, 1.0],
        };
        (params, bend)
    }
}

/// Largest bend, along each axis.
fn reach(bend: &Plane) -> [f64; 2] {
    let width = (bend.size().width as usize).max(1);
    let most = |run: usize| {
        let runs = bend.floats().chunks_exact(width).skip(run).step_by(4);
        runs.flatten().fold(0.0_f64, |most, v| most.max(f64::from(v.abs())))
    };
    [most(0), most(1)]
}

/// The bend in other units.
fn scaled(bend: &Plane, by: [f64; 2]) -> Plane {
    Plane::rgba(bend.size(), |x, y| {
        let [u, v, ..] = bend.rgba_at(x, y);
        [(f64::from(u) * by[0]) as f32, (f64::from(v) * by[1]) as f32, 0.0, 0.0]
    })
}
