//! The op: reads the shots small, divides, judges, and makes a matte of what is certain.

use serde::{Deserialize, Serialize};

use super::colour::{self, Calm, Colour, Found};
use super::divide::{Before, Divided, divide};
use super::signs::{Logs, Signs};
use super::{Evidence, LONG_SIDE, Worn, judge, paper};
use crate::image::{Image, Plane, Shots, Window};
use crate::ops::backdrop_matte::kernel::{APPLY_ALPHA, MATTE_ALPHA};
use crate::ops::backdrop_matte::{self, extent, to_photo, touched};
use crate::ops::field::{Field, Mask, dilate, erode};
use crate::ops::plate::{self, Extra};
use crate::ops::{
    Frame, Op, OpDef, OpError, ParamDef, Scene, Side, Stage, Study, near, proxy, same_shape, settings,
};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "mannequin_matte",
    about: "tells a garment from the mannequin that wears it and from the backdrop, by the bare mannequin's shot, its colour or a mask",
    source: "ratio test with a free grey factor against the bare mannequin; geodesic segmentation (Bai and Sapiro 2007)",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "colour",
            default: "\"auto\"",
            range: "auto, white, grey, black, skin, #rrggbb",
            about: "the mannequin's colour; auto takes what is smooth where the frame cuts it, or at the top",
        },
        ParamDef {
            name: "review_below",
            default: "0.6",
            range: "0 … 1",
            about: "confidence of the edge between cloth and mannequin under which the item is flagged",
        },
    ],
    kernels: &[&MATTE_ALPHA, &APPLY_ALPHA],
    make: settings::<MannequinMatte>,
};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct MannequinMatte {
    colour: Colour,
    review_below: f32,
}

impl Default for MannequinMatte {
    fn default() -> Self {
        Self { colour: Colour::Auto, review_below: 0.6 }
    }
}

#[derive(Serialize)]
struct Numbers {
    /// Who told garment from mannequin.
    evidence: Evidence,
    confidence: f32,
    /// Share of the edge along which cloth and mannequin look alike.
    alike: f32,
    /// Whether the cloth's hue alone tells it from the mannequin.
    told_by_colour: bool,
    /// Shares of the picture.
    garment: f32,
    mannequin: f32,
    /// Linear working light of the mannequin.
    colour: Option<[f32; 3]>,
    product: Window,
    cut: Vec<Side>,
}

/// Share of the border that must agree on a backdrop.
const LEAST_AGREED: f32 = 0.35;
/// Share of the edge along which cloth and mannequin may look alike without a word.
const MOST_ALIKE: f32 = 0.1;
/// Photograph pixels to each side of an edge that lens and compression may have mixed.
const SOFT: f64 = 2.5;
/// Trust in an edge that only the mannequin's colour tells, where the cloth's hue is near to it.
const BY_COLOUR: f32 = 0.7;

impl Op for MannequinMatte {
    fn analyse_shots(&self, study: &mut Study, shots: &Shots<'_>) -> Result<(), OpError> {
        if study.has_alpha {
            let help = "give the photograph as it was taken, without alpha, or use `backdrop_matte`";
            return Err(refused("the photograph brings its own alpha: what is seen behind it is gone", help));
        }
        let seen = Seen::of(study, shots)?;
        let parts = self.divided(&seen, study)?;
        self.take(study, seen, parts)
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        backdrop_matte::record(scene, OP.name)
    }
}

fn refused(what: impl Into<String>, help: &'static str) -> OpError {
    OpError::Refused { op: "mannequin_matte", what: what.into(), help }
}

/// The shots of one set, small, in logarithms, laid on one another.
struct Seen {
    frame: Frame,
    picture: Plane,
    front: Logs,
    /// The bare mannequin laid on the front, and as it was photographed.
    bare: Option<(Logs, Plane)>,
    /// Where a given mask shows the mannequin.
    mask: Option<Mask>,
    /// What is not backdrop in the front, and in the bare shot.
    before: Mask,
    carrier: Option<Mask>,
}

impl Seen {
    fn of(study: &mut Study, shots: &Shots<'_>) -> Result<Self, OpError> {
        let (frame, picture) = small(shots.front, study);
        let front = Logs::of(&picture);
        let plate = laid(study, shots.plate, &picture, "plate").map(|(plate, _)| plate);
        let bare = laid(study, shots.bare, &picture, "bare");
        let mask = shots.mannequin.map(|mask| marked(mask, &frame, study)).transpose()?;
        let even = if plate.is_none() { paper::behind(&front) } else { None };
        let even = even.filter(|(_, agreed)| *agreed >= LEAST_AGREED).map(|(log, _)| log);
        let behind = plate.as_ref().map(|p| &p.log).or(even.as_ref());
        let before = match (behind, shots.finder) {
            (Some(behind), _) => paper::apart(&front.log, behind),
            (None, Some(finder)) => {
                let failed =
                    |why| refused(format!("the model {} failed: {why}", finder.name()), "try another model");
                let found = finder.probability(&picture).map_err(failed)?;
                Mask::from_fn(picture.size(), |x, y| found.gray_at(x as u32, y as u32) >= 0.5)
            }
            (None, None) if bare.is_some() => Mask::new(picture.size()).not(),
            (None, None) => {
                let help = "give a photograph of the empty set or of the bare mannequin, or reshoot before even paper";
                return Err(refused("the border of the photograph is no even backdrop", help));
            }
        };
        let carrier = bare.as_ref().and_then(|(bare, _)| {
            let even = if plate.is_none() { paper::behind(bare).map(|(log, _)| log) } else { None };
            let behind = plate.as_ref().map(|p| &p.log).or(even.as_ref())?;
            Some(paper::apart(&bare.log, behind))
        });
        Ok(Self { frame, picture, front, bare, mask, before, carrier })
    }
}

/// A shot's small picture in the light of the ops analysed so far.
fn small(image: &Image, study: &Study) -> (Frame, Plane) {
    let (frame, mut picture) = proxy::at_most(image, LONG_SIDE);
    study.light(&mut picture, &frame);
    (frame, picture)
}

/// A further shot, laid on the front, and as it was photographed; what does not fit is flagged and not used.
fn laid(study: &mut Study, shot: Option<&Image>, front: &Plane, role: &'static str) -> Option<(Logs, Plane)> {
    let shot = shot?;
    let extra = Extra::new(shot, small(shot, study).1);
    match plate::align(front, &study.photo, &extra) {
        Ok(clean) => {
            study.note(role, clean.fit);
            Some((Logs::of(&clean.light), extra.proxy))
        }
        Err(why) => {
            let (code, name) = match role {
                "bare" => ("bare-unused", "the bare mannequin's shot"),
                _ => ("plate-unused", "the plate"),
            };
            study.flag(code, format!("{name} is not used: {why}"));
            None
        }
    }
}

/// Where a given mask is white.
fn marked(mask: &Image, frame: &Frame, study: &Study) -> Result<Mask, OpError> {
    let (own, photo) = (mask.size(), study.photo.size);
    if !same_shape(own, photo) {
        let help = "save the mask from the photograph itself, uncropped";
        return Err(refused(
            format!("the mannequin's mask is {own}, the photograph {photo}: another shape"),
            help,
        ));
    }
    let (_, picture) = proxy::at_most(mask, LONG_SIDE);
    let (from, to) = (picture.size(), frame.size);
    if from.pixels() == 0 {
        return Ok(Mask::new(to));
    }
    let near = |i: usize, to: u32, from: u32| ((i as u32 * from) / to.max(1)).min(from - 1);
    Ok(Mask::from_fn(to, |x, y| {
        let [r, g, b, _] = picture.rgba_at(near(x, to.width, from.width), near(y, to.height, from.height));
        r.max(g).max(b) >= 0.2
    }))
}

/// Garment, and how it was told.
struct Parts {
    garment: Mask,
    told: bool,
    colour: Option<[f32; 3]>,
    evidence: Evidence,
}

impl MannequinMatte {
    fn divided(&self, seen: &Seen, study: &mut Study) -> Result<Parts, OpError> {
        if let Some(mask) = &seen.mask {
            let garment = Mask::from_fn(mask.size(), |x, y| seen.before.at(x, y) && !mask.at(x, y));
            return Ok(Parts { garment, told: true, colour: None, evidence: Evidence::Mask });
        }
        // Its own shot shows the form without the light that cloth throws onto it.
        let bare = seen.bare.as_ref().zip(seen.carrier.as_ref());
        let found = bare.and_then(|((bare, _), carrier)| self.found(bare, carrier));
        let Some(colour) = found.or_else(|| self.found(&seen.front, &seen.before)) else {
            let what =
                "no mannequin is found: nothing smooth is cut by the frame or stands above the garment";
            let help = "give a shot of the bare mannequin, name its colour, or give a mask of it";
            if self.colour != Colour::Auto {
                return Err(refused(
                    "no part of the photograph has the colour that was named for the mannequin",
                    help,
                ));
            }
            study.flag("mannequin-not-found", format!("{what}; {help}"));
            let garment = seen.before.clone();
            return Ok(Parts { garment, told: false, colour: None, evidence: Evidence::Colour });
        };
        let known = Before {
            front: &seen.front,
            bare: seen.bare.as_ref().map(|(bare, _)| bare),
            before: &seen.before,
            carrier: seen.carrier.as_ref(),
            colour: &colour,
        };
        let Divided { garment, told } = divide(&known);
        let evidence = if seen.bare.is_some() { Evidence::Bare } else { Evidence::Colour };
        Ok(Parts { garment, told, colour: Some(colour.light), evidence })
    }

    /// The mannequin's colour in a shot of which `before` is not backdrop.
    fn found(&self, shot: &Logs, before: &Mask) -> Option<Found> {
        let signs = Signs::of(&shot.log);
        let calm = Calm::of(&signs, shot, &before.not());
        colour::find(shot, &calm, before, self.colour)
    }

    fn take(&self, study: &mut Study, seen: Seen, parts: Parts) -> Result<(), OpError> {
        let Parts { garment, told, colour, evidence } = parts;
        let size = garment.size();
        let soft = (SOFT / seen.frame.scale()).round().clamp(1.0, 4.0) as usize;
        let (inner, outer) = (erode(&garment, soft), dilate(&garment, soft));
        let certain = Plane::gray(size, |x, y| {
            match (inner.at(x as usize, y as usize), outer.at(x as usize, y as usize)) {
                (true, _) => 1.0,
                (_, false) => 0.0,
                _ => 0.5,
            }
        });
        let product = extent(&certain).filter(|_| certain.floats().contains(&1.0)).ok_or_else(|| {
            let help = "check that the front shot shows the garment, that the bare shot shows the mannequin, or give a mask";
            refused("no garment stands out from mannequin and backdrop", help)
        })?;
        let carried = seen.carrier.as_ref().map_or_else(|| seen.before.clone(), |c| c.or(&seen.before));
        let mannequin = Mask::from_fn(size, |x, y| carried.at(x, y) && !garment.at(x, y));
        let edge = judge::edge(&seen.front, &garment, &mannequin);
        let by = match (evidence, told) {
            (Evidence::Colour, false) => BY_COLOUR,
            _ => 1.0,
        };
        let confidence = by * (1.0 - edge.alike);
        self.flags(study, &garment, (confidence, edge.alike));
        let product = to_photo(seen.frame, study.photo, product);
        study.product = Some(product);
        let numbers = Numbers {
            evidence,
            confidence,
            alike: edge.alike,
            told_by_colour: told,
            garment: garment.share(),
            mannequin: mannequin.share(),
            colour,
            product,
            cut: study.cut.clone(),
        };
        study.note(OP.name, numbers);
        let [garment, mannequin, backdrop] = shares(&certain, &mannequin);
        let bare = seen.bare.map(|(_, picture)| picture);
        study.worn = Some(Worn { garment, mannequin, backdrop, bare, colour, evidence });
        near::take(study, (seen.frame, seen.picture), certain, confidence);
        Ok(())
    }

    fn flags(&self, study: &mut Study, garment: &Mask, (confidence, alike): (f32, f32)) {
        let cut = |side: &Side| touched(garment.size(), *side, |x, y| garment.at(x, y)).is_some();
        study.cut = Side::ALL.into_iter().filter(cut).collect();
        for side in study.cut.clone() {
            study.flag("product-cut", format!("the photograph cuts the garment at the {}", side.name()));
        }
        if alike > MOST_ALIKE {
            let share = 100.0 * alike;
            let reason = format!(
                "cloth and mannequin have nearly the same colour along {share:.0} % of the edge: check the edge, or shoot on a mannequin of another colour"
            );
            study.flag("mannequin-low-contrast", reason);
        } else if confidence < self.review_below {
            let reason = "only the mannequin's colour tells it from cloth of a like hue: check the edge, or give a shot of the bare mannequin";
            study.flag("mannequin-uncertain", reason);
        }
    }
}

/// Probabilities of garment, mannequin and backdrop.
fn shares(certain: &Plane, mannequin: &Mask) -> [Field; 3] {
    let size = mannequin.size();
    let garment = Field::from_fn(size, |x, y| certain.gray_at(x as u32, y as u32));
    let rest = |x: usize, y: usize| 1.0 - garment.at(x, y);
    let visible = dilate(mannequin, 1);
    let share = |x: usize, y: usize| {
        let seen = if garment.at(x, y) == 0.5 { &visible } else { mannequin };
        rest(x, y) * f32::from(u8::from(seen.at(x, y)))
    };
    let backdrop = Field::from_fn(size, |x, y| (rest(x, y) - share(x, y)).max(0.0));
    let mannequin = Field::from_fn(size, share);
    [garment, mannequin, backdrop]
}
