//! The set's light made even, before anything else is measured: fall-off of lamps and lens, taken out by a photograph
//! that shows nothing but light.
//!
//! A grey card or a blank sweep that fills the field, else the empty set, else the product's own backdrop. Its blocks
//! ([`measure`]) are fitted by a smooth surface in log light ([`smooth`]), so that dust, seams and grain are not
//! copied into the picture, and the surface becomes a gain for every place ([`Flat`]): the photograph, its plate and
//! the shots taken with it are all evened by the same. It changes neither exposure nor colour in the middle.
//!
//! The field is a Legendre polynomial of log light, the gain is that of the middle over it.

mod field;
mod kernel;
mod measure;
mod smooth;
#[cfg(test)]
mod tests;

pub use field::Flat;
pub(in crate::ops) use field::Own;

use serde::{Deserialize, Serialize};

use super::backdrop_matte::{Reason, analyse};
use super::field::{Mask, erode};
use super::{Frame, Op, OpDef, OpError, ParamDef, Scene, Stage, Study, proxy, settings, within};
use crate::image::{Image, Plane, Shots};
use measure::Blocks;
use smooth::Smooth;

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "flat_field",
    about: "evens the light of set and lens by a grey card, an empty set or the backdrop; first in a recipe",
    source: "flat-field correction; a Legendre polynomial of log light by iterated Tukey weights (Beaton, Tukey 1974)",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "from",
            default: "\"auto\"",
            range: "auto | flat | plate | backdrop | none",
            about: "what shows the light; auto takes a flat shot, else the plate, else the backdrop",
        },
        ParamDef {
            name: "colour",
            default: "true",
            range: "true | false",
            about: "evens each channel by itself; false, and always from the backdrop: brightness only",
        },
        ParamDef {
            name: "degree",
            default: "4",
            range: "0 … 4",
            about: "degree of the surface; from the backdrop at most 2",
        },
        ParamDef {
            name: "worst",
            default: "0.05",
            range: "0.005 … 0.5",
            about: "unevenness that may be left of what shows the light, (p95 − p5)/median; beyond it is refused",
        },
    ],
    kernels: &[&kernel::EVEN_LIGHT],
    make: settings::<FlatField>,
};

/// Gains of the field.
const GAINS: [f64; 2] = [0.5, 3.0];
/// Share of the photograph whose gain may be cut to that range.
const CUT: f64 = 0.01;
/// Share of a plate that must be usable.
const LEAST: f64 = 0.6;
/// Share of the photograph that must be backdrop, and what of either side it must span.
const LEAST_BACKDROP: (f64, f64) = (0.15, 0.7);
/// Highest degree that is fitted to the part of a photograph that the product leaves free.
const BACKDROP_DEGREE: usize = 2;
/// Unevenness that is left without a word.
const GOOD: f32 = 0.01;

/// What shows the light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    /// The best that there is.
    #[default]
    Auto,
    /// A photograph of a grey card or a blank sweep.
    Flat,
    /// The empty set.
    Plate,
    /// What the product leaves free.
    Backdrop,
    /// Nothing: the light stays as it is.
    None,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
struct FlatField {
    from: Source,
    colour: bool,
    degree: usize,
    worst: f32,
}

/// The op's settings as a recipe has them.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    from: Source,
    colour: bool,
    degree: u32,
    worst: f64,
}

impl Default for Written {
    fn default() -> Self {
        Self { from: Source::Auto, colour: true, degree: 4, worst: 0.05 }
    }
}

impl TryFrom<Written> for FlatField {
    type Error = String;

    fn try_from(w: Written) -> Result<Self, String> {
        let degree = within("degree", w.degree.into(), [0.0, 4.0])? as usize;
        let worst = within("worst", w.worst, [0.005, 0.5])? as f32;
        Ok(Self { from: w.from, colour: w.colour, degree, worst })
    }
}

#[derive(Serialize)]
struct Numbers {
    from: &'static str,
    /// Unevenness of what showed the light, as it was and as it is left: (p95 − p5)/median.
    before: f32,
    residual: f32,
    /// Smallest and largest gain.
    gains: [f32; 2],
    /// Share of its blocks that were neither clipped nor black nor covered.
    usable: f64,
}

impl Op for FlatField {
    fn analyse_shots(&self, study: &mut Study, shots: &Shots<'_>) -> Result<(), OpError> {
        let source = match self.from {
            _ if study.has_alpha && shots.flat.is_some() => {
                return Err(OpError::Refused {
                    op: OP.name,
                    what: "a photograph with alpha shows no light to be evened".into(),
                    help: "give the photograph as it was taken, or leave the flat field out",
                });
            }
            _ if study.has_alpha => return nothing(study, "nothing: the photograph brings its own alpha"),
            Source::Auto if shots.flat.is_some() => Source::Flat,
            Source::Auto if study.plate.is_some() => Source::Plate,
            Source::Auto => Source::Backdrop,
            named => named,
        };
        match source {
            Source::Flat | Source::Plate => {
                let (name, picture, frame) = empty(source, study, shots.flat)?;
                let blocks = Blocks::of(&picture, span(&frame.0, &frame.1), None);
                let (flat, numbers) = self.field(name, study.photo, &blocks, (self.colour, self.degree))?;
                if numbers.residual > GOOD {
                    let left = 100.0 * numbers.residual;
                    study.flag(
                        "uneven",
                        format!("{left:.1} % of the {name}'s unevenness could not be evened"),
                    );
                }
                take(study, flat, numbers);
                Ok(())
            }
            Source::Backdrop => self.by_backdrop(study),
            Source::Auto | Source::None => nothing(study, "nothing"),
        }
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        if let Some(flat) = &scene.study.flat {
            scene.colour = flat.record(scene.plan, scene.colour, &scene.frame)?;
        }
        Ok(())
    }
}

impl FlatField {
    /// From what the product leaves free. A backdrop that does not tell the light leaves it as it is.
    fn by_backdrop(&self, study: &mut Study) -> Result<(), OpError> {
        let matte = analyse(&study.proxy);
        if matte.reasons.iter().any(|r| matches!(r, Reason::NoBackdrop { .. })) {
            return nothing(study, "nothing: no even backdrop");
        }
        let size = study.proxy.size();
        let clear = |x: usize, y: usize| {
            let (x, y) = (x as u32, y as u32);
            matte.backdrop.rgba_at(x, y)[3] == 1.0 && matte.transmission.gray_at(x, y) == 1.0
        };
        let free = erode(&Mask::from_fn(size, clear), 2);
        let blocks = Blocks::of(&study.proxy, span(&study.proxy_frame, &study.photo), Some(&free));
        let reach = |i: usize| {
            let places = blocks.usable.iter().map(|b| b.place[i]);
            let [low, high] = places.fold([1.0, -1.0], |[l, h]: [f64; 2], p| [l.min(p), h.max(p)]);
            0.5 * (high - low)
        };
        if blocks.share() < LEAST_BACKDROP.0 || reach(0).min(reach(1)) < LEAST_BACKDROP.1 {
            return nothing(study, "nothing: too little of the photograph is backdrop");
        }
        let how = (false, self.degree.min(BACKDROP_DEGREE));
        match self.field("backdrop", study.photo, &blocks, how) {
            Ok((flat, numbers)) if numbers.residual < numbers.before => take(study, flat, numbers),
            Ok(_) => return nothing(study, "nothing: the light is even"),
            Err(refused) if self.from == Source::Backdrop => return Err(refused),
            Err(_) => return nothing(study, "nothing: the backdrop's light is not smooth"),
        }
        Ok(())
    }

    /// The field that some blocks tell: a channel each where `colour` is set, by a surface of this degree.
    fn field(
        &self,
        from: &'static str,
        photo: Frame,
        blocks: &Blocks,
        (colour, degree): (bool, usize),
    ) -> Result<(Flat, Numbers), OpError> {
        let usable = blocks.share();
        if from != "backdrop" && usable < LEAST {
            let share = 100.0 * (1.0 - usable);
            return Err(refused(
                format!("{share:.0} % of the {from} is clipped or black"),
                "photograph a grey card or a blank sweep that fills the field, half as bright as white",
            ));
        }
        let surfaces = if colour {
            let [r, g, b] = [0, 1, 2].map(|c| surface(blocks, |log| f64::from(log[c]), degree));
            [r, g, b]
        } else {
            let one = surface(blocks, |log| f64::from(super::luminance(log)), degree);
            [one.clone(), one.clone(), one]
        };
        let [Some(r), Some(g), Some(b)] = surfaces else {
            return Err(refused(
                format!("the {from} is too small to tell the light"),
                "use a photograph of the whole field, as it came from the camera",
            ));
        };
        let surfaces = [r, g, b];
        let middle = surfaces.each_ref().map(|s| s.at(0.0, 0.0));
        let asked = |x: f64, y: f64| [0, 1, 2].map(|c| (middle[c] - surfaces[c].at(x, y)).exp());
        within_range(from, asked)?;
        let gain = |x: f64, y: f64| asked(x, y).map(|g| g.clamp(GAINS[0], GAINS[1]));
        let before = blocks.unevenness(|_| [1.0; 3]);
        let residual = blocks.unevenness(|[x, y]| gain(x, y));
        if residual > self.worst {
            let left = 100.0 * residual;
            return Err(refused(
                format!("the {from} is no even field: {left:.1} % uneven beyond what light and lens explain"),
                "photograph a grey card or a blank sweep that fills the field, out of focus, lit as the product was",
            ));
        }
        let flat = Flat::new(photo, |x, y| gain(x, y).map(|g| g as f32));
        let numbers = Numbers { from, before, residual, gains: flat.range(), usable };
        Ok((flat, numbers))
    }
}

/// Refuses a field that asks for gains out of range on more than a trace of the photograph.
fn within_range(from: &'static str, asked: impl Fn(f64, f64) -> [f64; 3]) -> Result<(), OpError> {
    let place = |i: u32| f64::from(i) / 20.0 - 1.0;
    let places = (0..=40).flat_map(|j| (0..=40).map(move |i| (place(i), place(j))));
    let beyond = |gains: [f64; 3]| gains.iter().any(|g| !(GAINS[0]..=GAINS[1]).contains(g));
    let cut = places.filter(|(x, y)| beyond(asked(*x, *y))).count();
    if cut as f64 > CUT * 1681.0 {
        let share = cut as f64 / 16.81;
        return Err(refused(
            format!(
                "the light of the {from} falls off too far: {share:.0} % of it needs a gain beyond 0.5 … 3"
            ),
            "light the set more evenly, or photograph the grey card in the product's place",
        ));
    }
    Ok(())
}

/// The surface of one number of the blocks.
fn surface(blocks: &Blocks, value: impl Fn([f32; 3]) -> f64, degree: usize) -> Option<Smooth> {
    let samples: Vec<[f64; 3]> =
        blocks.usable.iter().map(|b| [b.place[0], b.place[1], value(b.log)]).collect();
    if samples.len() < 3 * smooth::terms(degree) {
        return None;
    }
    Smooth::fit(&samples, degree)
}

/// A picture's width and height over the photograph's.
fn span(picture: &Frame, photo: &Frame) -> [f64; 2] {
    let (own, whole) = (picture.window, photo.window);
    [own.width / whole.width.max(1.0), own.height / whole.height.max(1.0)]
}

/// The photograph of nothing: its name, a small picture of it, its place and its photograph's.
fn empty(
    source: Source,
    study: &Study,
    flat: Option<&Image>,
) -> Result<(&'static str, Plane, (Frame, Frame)), OpError> {
    let given = match (source, flat, &study.plate) {
        (Source::Flat, Some(image), _) => {
            let (frame, picture) = proxy::at_least(image, proxy::LONG_SIDE);
            Some(("flat shot", picture, (frame, Frame::whole(image.size()))))
        }
        (Source::Plate, _, Some(plate)) => {
            let frames = (Frame { size: plate.proxy.size(), ..study.proxy_frame }, plate.photo);
            Some(("plate", plate.proxy.clone(), frames))
        }
        _ => None,
    };
    let Some((name, picture, frames)) = given else {
        return Err(refused(
            "what is to show the light is not given".into(),
            "give it, or set `from` to auto",
        ));
    };
    let shape = |f: &Frame| f.window.width / f.window.height;
    if (shape(&frames.1) / shape(&study.photo)).ln().abs() > 0.01 {
        let what = format!("the {name} is {} pixels, the photograph {}", frames.1.size, study.photo.size);
        return Err(refused(what, "use it as it came from the same camera and lens, uncropped"));
    }
    Ok((name, picture, frames))
}

fn take(study: &mut Study, flat: Flat, numbers: Numbers) {
    study.flatten(flat);
    study.note(OP.name, numbers);
}

fn nothing(study: &mut Study, why: &'static str) -> Result<(), OpError> {
    study.note(OP.name, serde_json::json!({ "from": why }));
    Ok(())
}

fn refused(what: String, help: &'static str) -> OpError {
    OpError::Refused { op: "flat_field", what, help }
}
