//! The analysis as a whole: from a proxy of the inner shot to what is garment, what holds it, and how sure that is.

use serde::Serialize;

use super::cut::{Cut, pieces};
use super::doubt::{Faint, faint};
use super::figures::{Sides, clipped};
use super::holder::{Cloth, Hints, RARE, Role, Verdict, held_by, judge, mask_of};
use super::parts::{Part, parts};
use super::remnants::{gaps, slivers};
use super::view::{BOLDLY, Tone, View, fringe};
use crate::image::{Format, Plane};
use crate::ops::field::{Field, Mask, dilate, exp};
use crate::ops::{Flag, OpError, Side};

/// What an inner shot was found to show. All grids have the proxy's size.
#[derive(Clone, Debug)]
pub struct Inner {
    /// Probability of garment, 0 … 1.
    pub garment: Field,
    /// Probability of what holds it, 0 … 1: board, form or stand.
    pub support: Field,
    /// The garment, yes or no: where its probability is at least ½.
    pub mask: Mask,
    /// What is certain: 1 garment, 0 not, ½ to be solved; a [`Format::Gray`] plane.
    pub certain: Plane,
    /// The backdrop's light, linear.
    pub backdrop: [f32; 3],
    /// The figures.
    pub numbers: Numbers,
    /// What a person should know.
    pub flags: Vec<Flag>,
}

/// The figures of an inner shot by itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Numbers {
    /// How far the cut may be trusted, 0 … 1.
    pub confidence: f32,
    /// Share of the picture that is garment.
    pub garment_share: f32,
    /// Share of the picture that holds it.
    pub support_share: f32,
    /// Share of the upper edge along which garment and ground look alike.
    pub faint_upper: f32,
    /// Share of the upper edge beside the support along which the two look alike.
    pub faint_support: f32,
    /// Share of the border that agrees on a backdrop.
    pub border: f32,
    /// Share of the garment that is too bright to be read, and that is too dark.
    pub clipped: [f32; 2],
    /// Sides of the photograph that cut the garment.
    pub cut: Vec<Side>,
    /// Whether they cut it at the neck or the shoulders.
    pub cut_above: bool,
}

/// Logarithms of tint and of light within which cloth would be taken for a fringe.
const FRINGE: [f32; 2] = [0.08, 0.3];
/// Log light below both garment and ground from which nothing is their mixture, nor a shadow on either.
const DARKER: f32 = 1.0;
/// Confidence that is left where nothing but its place tells what stands above the garment.
const ALIKE: f32 = 0.3;
/// Share of the border below which nothing is a backdrop.
const LEAST_BORDER: f32 = 0.15;
/// Share of the picture below which nothing is a garment.
const LEAST_GARMENT: f32 = 0.01;
/// Share of the upper edge from which its faintness is flagged.
const FAINT: f32 = 0.1;
/// Share of the garment from which clipped light is flagged.
const CLIPPED: f32 = 0.02;
/// The same of black: dark cloth has much of it.
const BLACK: f32 = 0.5;

/// Finds the garment in a proxy of an inner shot: a [`Format::Rgba`] plane of linear light with alpha 1; best of
/// 640 … 1280 pixels.
///
/// # Errors
/// [`OpError::Refused`] where no backdrop or no garment is found.
pub fn find(proxy: &Plane, hints: &Hints) -> Result<Inner, OpError> {
    let view = readable(proxy)?;
    let parts = parts(&view);
    let Verdict { roles, cloth, above, alike } = judge(&view, &parts, hints);
    let held = || parts.iter().zip(&roles).filter(|(_, r)| **r == Role::Holder).map(|(p, _)| p);
    let tints = view.tints();
    let none = || Mask::new(view.size());
    let holder = held().map(|p| held_by(&view, &tints, p, &cloth)).fold(none(), |all, part| all.or(&part));
    let mut remnants = dilate(&gaps(&view, &cloth), 1).or(&fringes(&view, &cloth, held(), &holder));
    let form = hints.form.or_else(|| held().max_by_key(|p| p.area).map(|p| p.tone));
    if let Some(tone) = form {
        remnants = remnants.or(&dilate(&slivers(&view, &cloth, tone, &holder), 1));
    }
    let cut = Cut::of(&view, &holder, &remnants);
    let share = cut.garment.share();
    if share < LEAST_GARMENT {
        return Err(refused(
            "no garment stands out from the backdrop",
            "check that this is the inner shot, or reshoot on a backdrop of another tone",
        ));
    }
    let ground = held().map(|p| p.tone[0]).fold(0.0, f32::min);
    let floor = ground.min(cloth.darkest()) - DARKER;
    let top = mask_of(&view, above.and_then(|i| parts.get(i)).into_iter());
    let doubt = Doubt { faint: faint(&view, &cut), alike, lost: !hung(&cut, &top) };
    let numbers = numbers(&view, &cut, &doubt);
    let garment = cut.probability();
    let mut support = Field::new(view.size());
    let places = support.values_mut().iter_mut().zip(garment.values()).zip(cut.holder.values());
    places.for_each(|((s, g), held)| *s = if *held { 1.0 - g } else { 0.0 });
    Ok(Inner {
        certain: cut.certain(&view, floor),
        backdrop: view.border.mode.map(exp),
        flags: flags(&numbers, &doubt),
        mask: cut.garment,
        numbers,
        garment,
        support,
    })
}

/// The fringes of backdrop and holders that no cloth looks like.
fn fringes<'a>(view: &View, cloth: &Cloth, held: impl Iterator<Item = &'a Part>, holder: &Mask) -> Mask {
    let none = || Mask::new(view.size());
    let told = |tone: Tone| cloth.share(tone, FRINGE[0], FRINGE[1]) < RARE;
    let own = if told([0.0; 3]) { fringe(&view.photo, &view.border.flood, BOLDLY) } else { none() };
    let theirs = if held.map(|p| p.tone).all(told) { fringe(&view.photo, holder, BOLDLY) } else { none() };
    own.or(&theirs)
}

/// The proxy against its backdrop, if there is one.
fn readable(proxy: &Plane) -> Result<View, OpError> {
    let none = || {
        let help = "photograph the inside before even paper that reaches beyond the garment at the top and the sides";
        refused("the upper border of the inner shot shows no even backdrop", help)
    };
    if proxy.size().pixels() == 0 || proxy.format() != Format::Rgba {
        return Err(none());
    }
    let view = View::read(proxy).ok_or_else(none)?;
    if border_share(&view) < LEAST_BORDER { Err(none()) } else { Ok(view) }
}

fn border_share(view: &View) -> f32 {
    view.border.agreed as f32 / view.border.ring.max(1) as f32
}

/// What speaks against the cut.
struct Doubt {
    faint: Faint,
    /// What stands above the garment looks like it.
    alike: bool,
    /// Nothing hangs from the support.
    lost: bool,
}

impl Doubt {
    fn confidence(&self) -> f32 {
        let most = match () {
            () if self.lost => 0.0,
            () if self.alike => ALIKE,
            () => 1.0,
        };
        let Faint { whole, upper, held } = self.faint;
        ((1.0 - upper.max(held)) * (1.0 - 0.5 * whole)).clamp(0.0, most)
    }
}

fn numbers(view: &View, cut: &Cut, doubt: &Doubt) -> Numbers {
    let sides = Sides::of(&cut.garment);
    Numbers {
        confidence: doubt.confidence(),
        garment_share: cut.garment.share(),
        support_share: cut.holder.share(),
        faint_upper: doubt.faint.upper,
        faint_support: doubt.faint.held,
        border: border_share(view),
        clipped: clipped(&view.photo, &cut.garment),
        cut_above: sides.above,
        cut: sides.cut,
    }
}

/// Whether something hangs from the topmost holder: garment is met soon below a third of it. Where nothing is, cloth
/// was taken for backdrop.
fn hung(cut: &Cut, top: &Mask) -> bool {
    let garment = pieces(&cut.garment, 1.0);
    let (mut columns, mut hung) = (0_usize, 0_usize);
    for x in 0..top.width() {
        let Some(lowest) = (0..top.height()).rev().find(|y| top.at(x, *y)) else { continue };
        columns += 1;
        let below = lowest..top.height().min(lowest + 16);
        hung += usize::from(below.clone().any(|y| garment.at(x, y)) || below.end == top.height());
    }
    3 * hung >= columns
}

fn flags(numbers: &Numbers, doubt: &Doubt) -> Vec<Flag> {
    let mut flags = Vec::new();
    let mut flag = |code, reason: String| flags.push(Flag { code, reason });
    if doubt.lost {
        let reason = "in the inner shot nothing is found below the support: garment and backdrop are too alike; \
                      reshoot before a backdrop of another tone";
        flag("inner-lost", reason.into());
    }
    if doubt.alike {
        let reason = "in the inner shot the garment looks like what holds it, in colour and texture: check the \
                      back edge, or reshoot on a support of another colour";
        flag("inner-alike", reason.into());
    }
    let Faint { upper, held, .. } = doubt.faint;
    if held > FAINT || upper > FAINT {
        let what = if held > FAINT { "what holds it" } else { "the ground" };
        flag(
            "inner-low-contrast",
            format!(
                "in the inner shot the garment and {what} look alike along {:.0} % of the upper edge: check the back edge",
                100.0 * held.max(upper)
            ),
        );
    }
    if numbers.cut_above {
        let names: Vec<&str> = numbers.cut.iter().map(|s| s.name()).collect();
        let reason = format!(
            "the inner shot cuts the garment at the neck or the shoulders ({}): reshoot with room around it",
            names.join(", ")
        );
        flag("inner-cut", reason);
    }
    let [bright, dark] = numbers.clipped;
    if bright > CLIPPED {
        let reason =
            format!("{:.0} % of the garment in the inner shot is too bright to be read", 100.0 * bright);
        flag("inner-clipped", reason);
    }
    if dark > BLACK {
        let reason = format!("{:.0} % of the garment in the inner shot is black", 100.0 * dark);
        flag("inner-dark", reason);
    }
    flags
}

/// The op's refusal in two sentences.
pub(super) fn refused(what: &str, help: &'static str) -> OpError {
    OpError::Refused { op: "inner_matte", what: what.into(), help }
}
