//! The inner shot, made to lie beneath the front shot's garment: registered, lit, with its figures.

use serde::Serialize;
use serde_json::Value;

use super::front::Front;
use super::grids::{beneath, bent, needed, shade};
use super::lay::lay;
use super::light::{self, Light, Protocol};
use super::record::Lining;
use super::register::{self, Registration};
use super::seen::Seen;
use super::{Depth, inner, refused};
use crate::image::{Image, Plane, Shot};
use crate::ops::field::{Field, Mask};
use crate::ops::inner_matte::{Against, Shown, compare};
use crate::ops::{Flag, OpError, Source, Study};

/// The figures of a layer.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figures {
    registration: register::Figures,
    gain: [f32; 3],
    gain_from: light::Source,
    /// By how many stops the inner shot is darker than the front.
    stops: f32,
    depth_from: light::Depth,
    /// Light inside over that of the inner shot: 5, 50 and 95 % of it lie below.
    depth: [f32; 3],
    depth_doubt_stops: f32,
    /// Share of the opening in which the inner shot looks like the mannequin that the front shows there.
    shown_again: f32,
    /// What the inner shot's own ops noted.
    inner: Value,
}

/// A layer that is ready to be recorded.
pub(super) struct Fitted {
    pub(super) lining: Lining,
    pub(super) figures: Figures,
    /// What it may fill.
    pub(super) room: Mask,
    /// Where that lies outside of the inner photograph.
    pub(super) outside: Mask,
    alpha: Field,
}

impl Fitted {
    /// Finds, registers and lights the inner shot; what a person should know goes to the study.
    ///
    /// # Errors
    /// [`OpError::Refused`] where it cannot be joined.
    pub(super) fn of(
        image: &Image,
        front: &Front<'_>,
        study: &mut Study,
        depth: Depth,
    ) -> Result<Self, OpError> {
        let (mut own, shown) = inner::found(image, front.form)?;
        study.flags.append(&mut own.flags);
        let seen = Seen::of(&own);
        let place = register::register(&front.seen.alpha, &front.mannequin, &seen.alpha)
            .map_err(|e| refused(e.to_string(), "reshoot the inside of this garment, straight and whole"))?;
        study.flags.extend(place.doubts.iter().map(|d| Flag { code: d.code(), reason: d.to_string() }));
        let laid = Laid::of(&seen, front, &place);
        study.flags.extend(shown.and_then(|shown| blurred(&shown, image, front)));
        let light = lit(front, &laid, shown.map(|shown| shown.backdrop))?;
        study.flags.extend(light.flags.iter().map(|d| Flag { code: d.code(), reason: d.to_string() }));
        let shown_again = front.shown_again(&laid.cloth, light.gain);
        study.flags.extend(standing(shown_again));
        let figures = Figures {
            registration: place.figures.clone(),
            gain: light.gain,
            gain_from: light.gain_from,
            stops: light.stops,
            depth_from: light.shade_from,
            depth: light.range,
            depth_doubt_stops: light.doubt,
            shown_again,
            inner: Value::Object(own.numbers.clone()),
        };
        let room = beneath(&place.opening.room, front);
        let lit = needed(&room, &front.seen.frame, seen.alpha.size(), |p| place.at(p));
        let ops = inner::solved(&mut own, image, &seen, &lit)?;
        let lining = Lining {
            source: Source::of(Shot::Inner, image),
            study: Box::new(own),
            ops,
            affine: affine(&place, [front.seen.frame.scale(), seen.frame.scale()]),
            bend: bent(&place, &front.seen, seen.frame.scale()),
            room,
            gain: light.gain,
            shade: shade(&light, &front.seen.frame, depth),
        };
        Ok(Self { lining, figures, room: place.opening.room, outside: laid.outside, alpha: laid.alpha })
    }

    /// Alpha of both layers, the front's being given.
    pub(super) fn over(&self, front: &Field) -> Field {
        let mut both = front.clone();
        both.values_mut().iter_mut().zip(self.alpha.values()).for_each(|(a, own)| *a += (1.0 - *a) * own);
        both
    }
}

/// The map in photograph pixels, from front to inner.
fn affine(place: &Registration, [front, inner]: [f64; 2]) -> [f64; 6] {
    let [[a, b, c], [d, e, f]] = place.map.rows;
    let k = inner / front;
    [a * k, b * k, c * inner, d * k, e * k, f * inner]
}

/// The inner shot's proxy in the front's place.
struct Laid {
    /// Premultiplied light, and alpha of the garment.
    cloth: Plane,
    /// The same alpha, where the layer may come to light.
    alpha: Field,
    outside: Mask,
}

impl Laid {
    fn of(seen: &Seen, front: &Front<'_>, place: &Registration) -> Self {
        let (own, size) = (seen.light.size(), front.seen.light.size());
        let cut = Plane::rgba(own, |x, y| {
            let a = seen.alpha.at(x as usize, y as usize);
            let [r, g, b, _] = seen.light.rgba_at(x, y);
            [r * a, g * a, b * a, a]
        });
        let at = |x: usize, y: usize| place.at([x as f64 + 0.5, y as f64 + 0.5]);
        let cloth = lay(&cut, size, at);
        let room = &place.opening.room;
        let alpha = |x: usize, y: usize| cloth.rgba_at(x as u32, y as u32)[3];
        let inside = |[u, v]: [f64; 2]| {
            (0.0..=f64::from(own.width)).contains(&u) && (0.0..=f64::from(own.height)).contains(&v)
        };
        Self {
            alpha: Field::from_fn(size, |x, y| if room.at(x, y) { alpha(x, y) } else { 0.0 }),
            outside: Mask::from_fn(size, |x, y| room.at(x, y) && !inside(at(x, y))),
            cloth,
        }
    }
}

/// A flag where the inner shot is much softer than the front. Exposure is judged by all that both shots show.
fn blurred(shown: &Shown, image: &Image, front: &Front<'_>) -> Option<Flag> {
    let against = Against { backdrop: front.backdrop?, edge: front.edge, size: front.shots.front.size() };
    let (_, flags) = compare(shown.backdrop, shown.edge, image.size(), &against);
    flags.into_iter().find(|flag| flag.code == "inner-blurred")
}

/// Share of the opening from which a form that the inner shot still shows is flagged.
const STANDING: f32 = 0.03;

/// A flag where the inner shot shows the mannequin that should have been taken away.
fn standing(share: f32) -> Option<Flag> {
    (share > STANDING).then(|| Flag {
        code: "inner-form",
        reason: format!(
            "in {:.0} % of the opening the inner shot looks like the mannequin itself: reshoot the inside without it, or check that this is cloth of its colour",
            100.0 * share
        ),
    })
}

/// The light of the layer.
fn lit(front: &Front<'_>, laid: &Laid, backdrop: Option<[f32; 3]>) -> Result<Light, OpError> {
    let opening = Mask::from_fn(laid.alpha.size(), |x, y| laid.alpha.at(x, y) >= 0.5);
    let light = light::light(&light::Scene {
        front: &front.seen.light,
        alpha: &front.seen.alpha,
        mannequin: &front.mannequin,
        inner: &laid.cloth,
        opening: &opening,
        bare: front.bare.as_ref(),
        backdrops: front.backdrop.zip(backdrop).map(|(front, inner)| [front, inner]),
        forms: None,
        protocol: Protocol::Unknown,
    });
    match light.flags.iter().find(|doubt| doubt.refuses()) {
        Some(doubt) => Err(refused(doubt.to_string(), "reshoot the inside with the front's exposure")),
        None => Ok(light),
    }
}
