//! How far the cut may be trusted: whether garment and ground differ on both sides of its edge.
//!
//! Tone or texture must tell them apart within a few pixels of the edge; where neither does, the edge is where
//! something else put it, and a person must look.

use super::cut::Cut;
use super::view::{Tone, View, rows_of};
use crate::ops::field::{Mask, sample};

/// Half the side of the window in which both sides are read.
const REACH: usize = 9;
/// Fewest pixels that tell a side's looks.
const FEWEST: f32 = 6.0;
/// Logarithms of tone by which two sides differ.
const DISTINCT: f32 = 0.12;
/// Ratio of texture from which one side is cloth.
const ROUGHER: f32 = 2.0;
/// About this many places of the edge are read.
const PLACES: usize = 2048;
/// Share of the garment's height that counts as its upper edge.
const UPPER: f32 = 0.2;

/// Shares of the edge along which both sides look alike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Faint {
    /// Of the whole edge.
    pub(super) whole: f32,
    /// Of its upper part.
    pub(super) upper: f32,
    /// Of the edge beside what holds the garment, in the upper part.
    pub(super) held: f32,
}

/// Reads both sides along the edge.
pub(super) fn faint(view: &View, cut: &Cut) -> Faint {
    let edge = Mask::from_fn(view.size(), |x, y| cut.garment.at(x, y) && cut.inside.at(x, y) < 1.5);
    let [first, last] = rows_of(&cut.garment);
    let upper = first as f32 + UPPER * (last - first) as f32;
    let places = sample(&edge);
    let step = (places.len() / PLACES).max(1);
    let mut counts = [[0.0_f32; 2]; 3];
    for (x, y) in places.into_iter().step_by(step) {
        let Some((alike, held)) = look(view, cut, x, y) else { continue };
        let above = (y as f32) <= upper;
        for (count, counts_here) in counts.iter_mut().zip([true, above, above && held]) {
            if counts_here {
                count[0] += f32::from(u8::from(alike));
                count[1] += 1.0;
            }
        }
    }
    let [whole, upper, held] = counts.map(|[alike, all]| alike / all.max(1.0));
    Faint { whole, upper, held }
}

/// Mean tone and texture of one side.
#[derive(Default)]
struct Side {
    tone: Tone,
    texture: f32,
    count: f32,
}

impl Side {
    fn add(&mut self, view: &View, x: usize, y: usize) {
        let tone = view.tone(x, y);
        self.tone.iter_mut().zip(tone).for_each(|(s, t)| *s += t);
        self.texture += view.grain(x, y);
        self.count += 1.0;
    }

    fn mean(&self) -> Option<(Tone, f32)> {
        let per = 1.0 / self.count.max(1.0);
        (self.count >= FEWEST).then(|| (self.tone.map(|t| t * per), self.texture * per))
    }
}

/// Whether both sides of a place look alike, and whether a holder is the other side; `None` where too little is
/// seen of one, as at the picture's rim.
fn look(view: &View, cut: &Cut, x: usize, y: usize) -> Option<(bool, bool)> {
    let (width, height) = (view.photo.width(), view.photo.height());
    let (mut cloth, mut ground, mut held) = (Side::default(), Side::default(), 0.0_f32);
    for v in y.saturating_sub(REACH)..(y + REACH + 1).min(height) {
        for u in x.saturating_sub(REACH)..(x + REACH + 1).min(width) {
            // A window of texture must not reach over the edge.
            if cut.inside.at(u, v) > cut.near[0] + 1.0 {
                cloth.add(view, u, v);
            } else if cut.beyond.at(u, v) > cut.near[1] + 1.0 {
                ground.add(view, u, v);
                held += f32::from(u8::from(cut.holder.at(u, v)));
            }
        }
    }
    let share = held / ground.count.max(1.0);
    let ((a, rough), (b, smooth)) = (cloth.mean()?, ground.mean()?);
    let apart: f32 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    Some((apart.sqrt() < DISTINCT && rough < ROUGHER * smooth, share > 0.5))
}
