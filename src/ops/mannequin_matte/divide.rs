//! Garment from what it is worn on: mannequin and backdrop, against the bare mannequin or its colour.
//!
//! Certain of the one kind is what has its chroma, is smooth and joined to what equals it; certain of the other is what
//! is wide and differs in chroma, in texture, or by more light than shade takes in an opening's depth. Where the
//! garment's chroma is another one throughout, chroma alone decides, which finds slits and the face in a hood. The two
//! meet at the edge between ([`super::flood`]). The shade of contact may be as deep as it likes.
//!
//! Light that cloth throws onto the mannequin shifts its chroma towards the cloth's: no such chroma counts as another
//! one ([`super::tint`]).

use super::colour::{Calm, Found, SMOOTH};
use super::flood::flood;
use super::paper::lesser;
use super::signs::{Logs, Signs, Steps, difference, edges, parts, slope};
use super::tint::Tint;
use crate::image::Size;
use crate::ops::field::{
    Components, Field, Mask, Neighbours, area, box_mean, dilate, erode, open, quantile, reach, sample,
};
use crate::ops::luminance;

/// Log chroma that differs on one surface, against its own picture and against one colour.
const CHROMA: [f32; 2] = [0.006, 0.02];
/// Deviations of chroma, of means of nine pixels.
const SURE: f32 = 0.9;
/// Share of the mannequin's own log chroma that a highlight takes from it.
const SHEEN: f32 = 0.15;
/// Log chroma that further bounces add for each unit of log shade.
const BOUNCE: f32 = 0.06;
/// Roughness from which a surface is cloth.
const ROUGH: f32 = 2.5;
/// Log luma within which the bare mannequin equals itself, from the deepest soft shade to a highlight.
const SAME: [f32; 2] = [-0.35, 0.08];
/// Log chroma of a pixel from which it is no mannequin in white light, noise and all.
const OFF: f32 = 0.04;
/// Log luma beyond which a wide part is no mannequin unless it is joined to it.
const OTHER: [f32; 2] = [-0.5, 0.3];
/// Log luma below and above the anchor's range that one colour in other light keeps.
const RANGE: [f32; 2] = [0.5, 0.3];
/// Steepest shade: log luma from pixel to pixel.
const STEEP: f32 = 0.25;
/// Share of the cloth's log chroma that its light may give a form, and the steepest such tint from pixel to pixel.
const TINT: [f32; 2] = [0.5, 0.015];
/// Share of the garment's least chroma up to which a pixel is none of it.
const KEPT: f32 = 0.35;
/// Share of the way from the mannequin's chroma to the cloth's where either is as likely.
const HALF: f32 = 0.5;
/// Pixels by which an edge's own pixels are kept out of the garment's seed.
const INSIDE: usize = 4;
/// Times the tolerance from which chroma alone makes a pixel cloth.
const CLOTH: f32 = 1.5;
/// Pixels by which a certain mannequin grows into its own rim, where windows of texture see the edge.
const RIM: usize = 2;
/// Texture in deviations of the noise, and at least, that such a rim may have.
const ROUGH_RIM: [f32; 2] = [3.0, 0.01];
/// Steps that count as edges: shade has steep luma, never steep chroma.
const STEPS: Steps = Steps { luma: 0.15, chroma: 0.03 };
/// Cost of a pixel without an edge.
const PLAIN: f32 = 0.1;
/// Share of the garment that may be wide and yet of the mannequin's chroma: rims in deep shade.
const STRIPES: f32 = 0.25;
/// Share of the picture below which a part is dust.
const SPECK: f32 = 5e-4;
/// Looks at the garment where no place is cloth for certain, each with the colour that the one before has found.
const ROUNDS: usize = 2;
/// Fewer pixels of a garment tell no chroma.
const FEW: usize = 50;

/// What is known before the division.
pub(super) struct Before<'a> {
    /// The front shot.
    pub(super) front: &'a Logs,
    /// The bare mannequin laid on it, logarithms.
    pub(super) bare: Option<&'a Logs>,
    /// What is not backdrop.
    pub(super) before: &'a Mask,
    /// Where the bare mannequin's shot is not backdrop.
    pub(super) carrier: Option<&'a Mask>,
    /// The mannequin's colour.
    pub(super) colour: &'a Found,
}

/// The division.
pub(super) struct Divided {
    /// Where garment is.
    pub(super) garment: Mask,
    /// Whether the garment's chroma alone tells it from the mannequin.
    pub(super) told: bool,
}

/// Divides; everything is garment where nothing of it equals the mannequin.
pub(super) fn divide(known: &Before<'_>) -> Divided {
    let size = known.before.size();
    let log = &known.front.log;
    let d = known.bare.map(|bare| difference(log, &bare.log));
    let domain = if d.is_some() { Mask::new(size).not() } else { known.before.clone() };
    let (seen, centre) = match &d {
        Some(d) => (d, [0.0; 2]),
        None => (log, known.colour.chroma),
    };
    let read = Read::of(seen, known, centre);
    let cloth = d.as_ref().and_then(|d| beside(known, d));
    let chromas = chromas_of(log);
    let own = |places: &[(usize, usize)]| least(&Tint::none(known.colour.chroma).distances(&chromas), places);
    let tinted = TINT[0] * cloth.as_deref().map_or(0.0, own);
    let look = |cloth: Option<[f32; 3]>, near: f32| {
        let tint = move |centre| cloth.map_or(Tint::none(centre), |cloth| Tint::of(centre, cloth, near));
        let chroma = read.signs.chroma(&tint(centre));
        let sides = Sides::of(known, &domain, &read, &chroma, tinted);
        (chroma, sides, tint)
    };
    let mut found = look(cloth.as_deref().and_then(|places| mean(known.front, places)), f32::MAX);
    let cloth = cloth.unwrap_or_else(|| {
        let mut places = Vec::new();
        for _ in 0..ROUNDS {
            places = sample(&found.1.garment);
            // One colour alone does not tell a form in the light of cloth from cloth of that colour.
            let near = if d.is_some() { f32::MAX } else { own(&places) };
            found = look(mean(known.front, &places), near);
        }
        places
    });
    let (chroma, sides, shine) = found;
    let signs = &read.signs;
    let Sides { tolerance, mannequin, garment: mut seed } = sides;
    let backdrop = erode(&domain.not(), 1);
    let empty = mannequin.or(&backdrop);
    let limit = KEPT * own(&cloth);
    let told_from = CHROMA[usize::from(d.is_none())] + SURE * signs.noise[1];
    let inside = (limit > 2.0 * told_from).then(|| inside(known, &domain, limit));
    let inside = inside.filter(|inside| throughout(inside, &empty, &read.bare, limit, seed.count()));
    let told = inside.is_some();
    let mannequin = if let Some(inside) = &inside {
        let own = signs.own_chroma(&Tint::none(centre));
        let like = |x: usize, y: usize| inside.at(x, y) && read.bare.at(x, y) < limit;
        seed = Mask::from_fn(size, |x, y| seed.at(x, y) && !like(x, y));
        Mask::from_fn(size, |x, y| empty.at(x, y) || like(x, y) && own.at(x, y) < limit)
    } else {
        let own = signs.own_chroma(&shine(centre));
        let sure = |x: usize, y: usize| {
            let limit = CLOTH * tolerance.at(x, y);
            domain.at(x, y) && !empty.at(x, y) && own.at(x, y) > limit && chroma.at(x, y) > limit
        };
        seed = Mask::from_fn(size, |x, y| seed.at(x, y) || sure(x, y));
        empty.clone()
    };
    let mannequin = rim(&mannequin, &seed, (signs, &chroma), &tolerance);
    let step = match &d {
        Some(d) => lesser(edges(d, STEPS), &edges(log, STEPS)),
        None => edges(log, STEPS),
    };
    let half = HALF * least(&shine(known.colour.chroma).distances(&chromas), &cloth);
    let costs = costs(&step, &chroma, &tolerance, inside.as_ref().map(|i| (i, half)));
    let garment = whole(flood([&mannequin, &seed], costs.each_ref()).and(&domain));
    Divided { garment, told }
}

/// Whether all wide parts that are not certainly mannequin have the garment's chroma: a garment may have stripes of the
/// mannequin's own.
fn throughout(inside: &Mask, mannequin: &Mask, bare: &Field, limit: f32, garment: usize) -> bool {
    let near = dilate(mannequin, 1);
    let like = |x: usize, y: usize| inside.at(x, y) && !near.at(x, y) && bare.at(x, y) < limit;
    open(&Mask::from_fn(inside.size(), like), 3).count() as f32 <= STRIPES * garment as f32
}

/// The parts that are large enough for cloth.
fn whole(mut garment: Mask) -> Mask {
    let least = (SPECK * garment.values().len() as f32) as usize;
    for runs in Components::of(&garment.clone(), Neighbours::Four).each().filter(|runs| area(runs) < least) {
        garment.set(runs, false);
    }
    garment
}

/// The mannequin with its rim: like it in chroma, bent by shade.
fn rim(mannequin: &Mask, garment: &Mask, (signs, chroma): (&Signs, &Field), tolerance: &Field) -> Mask {
    let near = dilate(mannequin, RIM);
    let limit = ROUGH_RIM[0] * signs.noise[0] + ROUGH_RIM[1];
    Mask::from_fn(mannequin.size(), |x, y| {
        let like = chroma.at(x, y) < tolerance.at(x, y)
            && signs.texture.at(x, y) < limit + 0.3 * signs.slope.at(x, y);
        mannequin.at(x, y) || near.at(x, y) && !garment.at(x, y) && like
    })
}

/// What is read of the shot once, whatever light cloth throws.
struct Read {
    signs: Signs,
    calm: Calm,
    /// Distance of log chroma from the mannequin's in white light.
    bare: Field,
}

impl Read {
    fn of(seen: &[Field; 3], known: &Before<'_>, centre: [f32; 2]) -> Self {
        let signs = Signs::of(seen);
        let calm = Calm::of(&signs, known.front, &known.before.not());
        let bare = signs.chroma(&Tint::none(centre));
        Self { signs, calm, bare }
    }
}

/// The certain parts, and the tolerance of chroma.
struct Sides {
    tolerance: Field,
    mannequin: Mask,
    garment: Mask,
}

impl Sides {
    fn of(known: &Before<'_>, domain: &Mask, read: &Read, chroma: &Field, limit: f32) -> Self {
        let Read { signs, calm, .. } = read;
        let size = domain.size();
        let bare = known.bare.is_some();
        let [red, blue] = known.colour.chroma;
        let sheen = if bare { 0.0 } else { SHEEN * red.hypot(blue) };
        let least = CHROMA[usize::from(!bare)] + SURE * signs.noise[1] + sheen;
        let tolerance = Field::from_fn(size, |x, y| {
            least + if bare { BOUNCE * (-signs.luma.at(x, y)).max(0.0) } else { 0.0 }
        });
        let smooth = |x: usize, y: usize| domain.at(x, y) && calm.rough.at(x, y) < SMOOTH;
        let like = |x: usize, y: usize| {
            smooth(x, y) && chroma.at(x, y) < tolerance.at(x, y) && !(bare && signs.luma.at(x, y) > SAME[1])
        };
        let tint = tinted(known, read, limit);
        let gentle = Mask::from_fn(size, |x, y| {
            signs.slope.at(x, y) < STEEP && (like(x, y) || tint.at(x, y) && smooth(x, y))
        });
        let (mannequin, [low, high]) = if bare {
            let same = Mask::from_fn(size, |x, y| like(x, y) && signs.luma.at(x, y) > SAME[0]);
            let same = open(&same, 2);
            (reach(&open(&gentle, 1).or(&same), &same), OTHER)
        } else {
            anchored(&open(&gentle, 2), signs, &known.colour.anchor)
        };
        let near = dilate(&mannequin, 1);
        let garment = Mask::from_fn(size, |x, y| {
            let luma = signs.luma.at(x, y);
            domain.at(x, y)
                && !near.at(x, y)
                && (chroma.at(x, y) > 1.5 * tolerance.at(x, y)
                    || calm.rough.at(x, y) > ROUGH
                    || !(low..=high).contains(&luma))
        });
        Self { tolerance, mannequin, garment: erode(&open(&garment, 3), INSIDE) }
    }
}

/// Where further bounces may tint the form: a part of the way to the cloth's chroma and without a step, in a place where
/// the bare shot shows form. Nowhere without a bare shot.
fn tinted(known: &Before<'_>, Read { signs, bare, .. }: &Read, limit: f32) -> Mask {
    let size = bare.size();
    let Some(form) = known.carrier.filter(|_| known.bare.is_some()) else { return Mask::new(size) };
    let step = slope(bare);
    Mask::from_fn(size, |x, y| {
        form.at(x, y) && bare.at(x, y) < limit && signs.luma.at(x, y) < OTHER[1] && step.at(x, y) < TINT[1]
    })
}

/// The parts that hold pixels of the anchor, or of light near to its; and the log luma that is near.
fn anchored(parts: &Mask, signs: &Signs, anchor: &Mask) -> (Mask, [f32; 2]) {
    let anchor = anchor.and(parts);
    let mut light: Vec<f32> = sample(&anchor).into_iter().map(|(x, y)| signs.luma.at(x, y)).collect();
    let (Some(low), Some(high)) = (quantile(&mut light, 0.05), quantile(&mut light, 0.95)) else {
        return (parts.clone(), [f32::MIN, f32::MAX]);
    };
    let (low, high) = (low - RANGE[0], high + RANGE[1]);
    let lit =
        Mask::from_fn(parts.size(), |x, y| parts.at(x, y) && (low..=high).contains(&signs.luma.at(x, y)));
    (reach(parts, &anchor.or(&lit)), [low, high])
}

/// Places of cloth for certain: the bare shot is backdrop there, and the front neither that nor what the bare shot shows.
fn beside(known: &Before<'_>, d: &[Field; 3]) -> Option<Vec<(usize, usize)>> {
    let form = known.carrier?;
    let other = |(x, y): &(usize, usize)| {
        let [r, g, b] = d.each_ref().map(|c| c.at(*x, *y));
        !(SAME[0]..SAME[1]).contains(&luminance([r, g, b])) || (r - g).hypot(b - g) > OFF
    };
    let mut places = sample(&erode(&known.before.and(&form.not()), INSIDE));
    places.retain(other);
    (places.len() >= FEW).then_some(places)
}

/// Mean light of some places; `None` where they are few.
fn mean(logs: &Logs, places: &[(usize, usize)]) -> Option<[f32; 3]> {
    let of =
        |log: &Field| places.iter().map(|(x, y)| log.at(*x, *y).exp()).sum::<f32>() / places.len() as f32;
    (places.len() >= FEW).then(|| logs.log.each_ref().map(of))
}

/// The least distance of cloth's chroma from the mannequin's: all but a twentieth lies farther. None where places are few.
fn least(from: &Field, cloth: &[(usize, usize)]) -> f32 {
    if cloth.len() < FEW {
        return 0.0;
    }
    quantile(&mut cloth.iter().map(|(x, y)| from.at(*x, *y)).collect::<Vec<f32>>(), 0.05).unwrap_or(0.0)
}

/// Log chroma, red and blue against green, of means of 3 × 3 pixels.
fn chromas_of(log: &[Field; 3]) -> [Field; 2] {
    let [_, red, blue] = parts(log).map(|part| box_mean(&part, 1));
    [red, blue]
}

/// Where what lies behind has the mannequin's colour.
fn inside(known: &Before<'_>, domain: &Mask, limit: f32) -> Mask {
    let Some(bare) = known.bare else { return domain.clone() };
    let from = Tint::none(known.colour.chroma).distances(&chromas_of(&bare.log));
    let mut near = Mask::unset(domain.size());
    near.values_mut().iter_mut().zip(from.values()).for_each(|(n, f)| *n = *f < limit);
    near
}

/// What entering a pixel costs mannequin and garment.
fn costs(step: &Field, chroma: &Field, tolerance: &Field, told: Option<(&Mask, f32)>) -> [Field; 2] {
    let size: Size = step.size();
    let mut costs = [Field::unset(size), Field::unset(size)];
    let [mannequin, garment] = &mut costs;
    let pixels = mannequin.values_mut().iter_mut().zip(garment.values_mut());
    for (i, (mannequin, garment)) in pixels.enumerate() {
        let (e, chroma) = (step.values()[i], chroma.values()[i]);
        let plain = PLAIN + e * e / (1.0 + e);
        let tolerance = tolerance.values()[i];
        let told = told.filter(|(inside, _)| inside.values()[i]).map(|(_, half)| half.max(tolerance));
        *mannequin = plain + (chroma / told.unwrap_or(tolerance) - 1.0).clamp(0.0, 3.0);
        *garment = plain + told.map_or(0.0, |half| 3.0 * (1.0 - chroma / half).clamp(0.0, 1.0));
    }
    costs
}
