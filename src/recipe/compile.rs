//! From a photograph, a recipe and the outputs to numbers and a plan.

use std::sync::Arc;

use super::Recipe;
use crate::image::{Image, OutputSpace, Shot, Shots, Size, Window};
use crate::ops::ghost_merge::record::Merged;
use crate::ops::place::{self, Placing};
use crate::ops::{self, Frame, Layer, OpError, Scene, Source, Stage, Study, Target};
use crate::plan::{Plan, PlaneId};

/// One picture that is wanted of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Its name, for the caller.
    pub name: String,
    /// Its frame.
    pub placing: Placing,
    /// 16 bits a sample instead of 8.
    pub sixteen_bits: bool,
    /// Keeps alpha.
    pub transparent: bool,
    /// sRGB colour behind the product where alpha is not kept.
    pub background: [u8; 3],
    /// What its codes mean; sRGB where `None`.
    pub space: Option<Arc<OutputSpace>>,
    /// What it shows. A layer other than the picture is as large as the photograph, whatever its placing, and
    /// a plane of floats, whatever its bits.
    pub layer: Layer,
}

impl Wanted {
    /// An 8-bit picture on white.
    #[must_use]
    pub fn on_white(name: &str, placing: Placing) -> Self {
        Self {
            name: name.into(),
            placing,
            sixteen_bits: false,
            transparent: false,
            background: [255; 3],
            space: None,
            layer: Layer::Picture,
        }
    }

    /// A 16-bit cut-out with straight alpha.
    #[must_use]
    pub fn cut_out(name: &str, placing: Placing) -> Self {
        Self { sixteen_bits: true, transparent: true, ..Self::on_white(name, placing) }
    }

    /// A layer of the photograph's size.
    #[must_use]
    pub fn layer(name: &str, layer: Layer) -> Self {
        Self { layer, ..Self::cut_out(name, Placing::Source) }
    }
}

/// A plan and where its results lie.
#[derive(Debug)]
pub struct Compiled {
    /// What is to be run.
    pub plan: Plan,
    /// The photographs whose pixels are its inputs, in order.
    pub inputs: Vec<Shot>,
    /// The frame of each result, in the order of the wanted pictures.
    pub frames: Vec<Frame>,
}

/// Looks at the photographs: the numbers of every op.
///
/// # Errors
/// [`OpError`] where an op refuses a photograph.
pub fn analyse(shots: &Shots<'_>, recipe: &Recipe) -> Result<Study, OpError> {
    let mut study = ops::proxy::study(shots);
    for entry in recipe.entries() {
        entry.op.analyse_shots(&mut study, shots)?;
    }
    Ok(study)
}

/// Records the plan: a pure function of the photograph's layout, the recipe and the numbers.
///
/// # Errors
/// [`OpError`] where the recipe's order makes no sense.
pub fn compile(
    image: &Image,
    study: &Study,
    recipe: &Recipe,
    wanted: &[Wanted],
) -> Result<Compiled, OpError> {
    let frames: Vec<Frame> = wanted
        .iter()
        .map(|w| if w.layer.in_codes() { place::frame(study, w.placing) } else { study.photo })
        .collect();
    let layers = wanted.iter().any(|w| !w.layer.in_codes());
    let working = if layers { study.photo } else { working_frame(study, &frames) };
    let mut plan = Plan::new();
    let mut inputs = Vec::new();
    let coloured = recipe.has(ops::foreground_colour::OP.name);
    let source = Source::of(Shot::Front, image);
    let mut scene = Scene::open((&mut plan, &mut inputs), study, &source, working, coloured)?;
    let stage = |stage: Stage| recipe.entries().iter().filter(move |e| e.def.stage == stage);
    for entry in stage(Stage::Item) {
        entry.op.record(&mut scene)?;
    }
    scene.settle_alpha()?;
    let (item, grids, coverage, band, merged) =
        (scene.colour, scene.grids, scene.coverage, scene.band, scene.merged);
    for (want, frame) in wanted.iter().zip(&frames) {
        let target = Target {
            frame: *frame,
            space: want.space.clone(),
            sixteen_bits: want.sixteen_bits,
            transparent: want.transparent,
            background: want.background,
        };
        let mut scene = Scene {
            plan: &mut plan,
            inputs: &mut inputs,
            study,
            colour: item,
            alpha: None,
            coverage,
            seen: None,
            behind: None,
            grids,
            band,
            merged,
            frame: working,
            target: Some(target),
        };
        match want.layer {
            layer if layer.in_codes() => {
                scene.colour = shown(&scene, layer)?;
                for entry in stage(Stage::Output) {
                    entry.op.record(&mut scene)?;
                }
            }
            layer => {
                let plane = record_layer(&mut scene, recipe, layer)?;
                plan.output(plane);
            }
        }
    }
    plan.prune();
    Ok(Compiled { plan, inputs, frames })
}

/// The picture that an output in codes is made of.
fn shown(scene: &Scene<'_>, layer: Layer) -> Result<PlaneId, OpError> {
    let of = |pick: fn(&Merged) -> PlaneId| {
        scene.merged.as_ref().map(pick).ok_or(OpError::NoLayer { layer: layer.name() })
    };
    match layer {
        Layer::Front => of(|m| m.front),
        Layer::Inner => of(|m| m.inner),
        Layer::Depth => of(|m| m.depth),
        _ => Ok(scene.colour),
    }
}

/// The plane of a layer, by the first op of the recipe that makes it.
fn record_layer(scene: &mut Scene<'_>, recipe: &Recipe, layer: Layer) -> Result<PlaneId, OpError> {
    for entry in recipe.entries() {
        if let Some(plane) = entry.op.layer(scene, layer)? {
            return Ok(plane);
        }
    }
    match (layer, scene.coverage) {
        (Layer::Alpha, Some(alpha)) => Ok(alpha),
        (Layer::Alpha, None) => scene.take_alpha(),
        (Layer::Provenance, _) => {
            scene.merged.map(|m| m.provenance).ok_or(OpError::NoLayer { layer: layer.name() })
        }
        _ => Err(OpError::NoLayer { layer: layer.name() }),
    }
}

/// The frame that the item is worked in: the finest that an output asks for, so that this output needs no
/// second resampling, and never finer than the photograph.
fn working_frame(study: &Study, frames: &[Frame]) -> Frame {
    let finest = frames.iter().min_by(|a, b| a.scale().total_cmp(&b.scale()));
    match finest {
        None => study.photo,
        Some(frame) if frame.scale() >= 1.0 => *frame,
        Some(frame) => native(frame.window, study.photo.size),
    }
}

/// The photograph's own pixels under a window.
fn native(window: Window, photo: Size) -> Frame {
    let span = |start: f64, length: f64, limit: u32| {
        let limit = f64::from(limit);
        let lo = start.floor().clamp(0.0, limit - 1.0);
        (lo, (start + length).ceil().clamp(lo + 1.0, limit) - lo)
    };
    let (x, width) = span(window.x, window.width, photo.width);
    let (y, height) = span(window.y, window.height, photo.height);
    Frame { window: Window { x, y, width, height }, size: Size::new(width as u32, height as u32) }
}

/// Smallest picture that still serves these outputs if the product spans at least half of the photograph:
/// what a decoder may scale to. `None` where an output wants every pixel.
#[must_use]
pub fn enough(photo: Size, wanted: &[Wanted]) -> Option<Size> {
    let long = f64::from(photo.long_side());
    let mut need = 0.0_f64;
    for want in wanted {
        match want.placing {
            Placing::Source => return None,
            Placing::Fixed { size, .. } => need = need.max(2.0 * f64::from(size.long_side()) / long),
            Placing::LongSide { pixels, .. } => need = need.max(2.0 * f64::from(pixels) / long),
        }
    }
    let side = |n: u32| (f64::from(n) * need).ceil() as u32;
    (need < 1.0).then(|| Size::new(side(photo.width).max(1), side(photo.height).max(1)))
}
