//! The shape of an opening, read off its mask: how wide it is, where its rims run, what garment is around it.
//!
//! Its upper outline is the back edge, its lower one the front edge. Nothing here knows of light, and nothing is
//! told apart by kind: a neckline without a collar, a stand-up collar and a waist are ends of two measured scales.

use crate::ops::field::{Components, Field, Mask, Neighbours, Run, area, median};

/// An opening of fewer pixels than this has no shape.
const LEAST: usize = 48;
/// A garment's outline turns in beside the opening where it lies this far below its hull, in widths: a collar that
/// stands up. Without one the outline is straight or bulges, and what is left is a pixel's noise.
const TURN: f32 = 0.02;
/// Heights of a collar in widths of the opening: a shoulder's own curve ends below, a stand is sure above.
const STANDS: [f32; 2] = [0.15, 0.25];
/// How far the garment's outline falls within [`BESIDE`] of an opening, in its widths: shoulders fall less than the
/// first; of what falls more than the second, the opening is the whole end, as of a waist.
const FALLS: [f32; 2] = [0.4, 0.7];
/// Distance beside the opening where that is measured, in its widths.
const BESIDE: f32 = 0.25;

/// An opening, in pixels.
#[derive(Debug)]
pub(super) struct Opening {
    /// Where it is.
    pub(super) mask: Mask,
    /// Its first column.
    pub(super) left: usize,
    /// Row of the back edge, for every column.
    pub(super) back: Vec<f32>,
    /// Row of the front edge, for every column.
    pub(super) front: Vec<f32>,
    /// Row under which the back of the garment slopes away over shoulders.
    pub(super) shoulder: f32,
    /// Height of the back edge above the foot of a collar.
    pub(super) stand: f32,
    /// From 0, no collar that stands up, to 1, surely one.
    pub(super) stands: f32,
    /// From 0, carried by shoulders, to 1, the garment's whole end.
    pub(super) waist: f32,
}

impl Opening {
    /// The largest part of `opening` in a garment that covers `alpha`; `None` if it is too small to have a shape.
    pub(super) fn find(opening: &Mask, alpha: &Field) -> Option<Self> {
        let parts = Components::of(opening, Neighbours::Four);
        let runs = parts.each().max_by_key(|runs| area(runs))?;
        let left = runs.iter().map(|r| r.start).min()?;
        let right = runs.iter().map(|r| r.end).max()?;
        if area(runs) < LEAST || right - left < 6 {
            return None;
        }
        let mut mask = Mask::new(opening.size());
        mask.set(runs, true);
        let (back, front) = rims(runs, left, right);
        let mut found = Self { mask, left, back, front, shoulder: 0.0, stand: 0.0, stands: 0.0, waist: 0.0 };
        found.shoulder = found.corner();
        let outline = found.outline(alpha);
        found.collar(&outline);
        found.waist = found.falls(&outline) * (1.0 - found.stands);
        Some(found)
    }

    /// Its width.
    pub(super) fn width(&self) -> f32 {
        self.back.len() as f32
    }

    /// The column, counted from its left end, that a place across the picture falls into; the nearest one outside.
    pub(super) fn column(&self, x: f32) -> usize {
        ((x - self.left as f32).max(0.0) as usize).min(self.back.len().saturating_sub(1))
    }

    /// Column of its middle.
    pub(super) fn middle(&self) -> f32 {
        self.left as f32 + 0.5 * self.width()
    }

    /// Where a column lies, from −1 at the left corner to 1 at the right one.
    pub(super) fn across(&self, x: f32) -> f32 {
        ((x - self.middle()) / (0.5 * self.width())).clamp(-1.0, 1.0)
    }

    /// Row of the upper one of its two outermost ends.
    fn corner(&self) -> f32 {
        let ends = (self.back.len() / 50).max(1);
        let first = self.back.iter().take(ends);
        first.chain(self.back.iter().rev().take(ends)).copied().fold(f32::INFINITY, f32::min)
    }

    /// Looks for a collar that stands up: on both sides the garment's upper outline turns in at its foot.
    fn collar(&mut self, outline: &[f32]) {
        let feet = [false, true].map(|right| self.turn(outline, right));
        let rim = median(&mut self.back.clone());
        if let ([Some(left), Some(right)], Some(rim)) = (feet, rim) {
            let foot = 0.5 * (left + right);
            self.stands = ramp((foot - rim) / self.width(), STANDS);
            self.shoulder += (foot - self.shoulder) * self.stands;
            self.stand = (foot - rim).max(0.0);
        }
    }

    /// How steeply the outline falls beside it, as a place on the scale of [`FALLS`]; the gentler side counts.
    fn falls(&self, outline: &[f32]) -> f32 {
        let (beside, ends) = ((BESIDE * self.width()) as usize, [self.left, self.left + self.back.len() - 1]);
        let places = [ends[0].checked_sub(beside), Some(ends[1] + beside)];
        let rows = places.map(|x| x.and_then(|x| outline.get(x)).copied().unwrap_or(f32::INFINITY));
        let fall = rows.into_iter().fold(f32::INFINITY, f32::min) - self.shoulder;
        ramp(fall / self.width(), FALLS)
    }

    /// Uppermost row of garment or opening in each column; the height where there is none.
    fn outline(&self, alpha: &Field) -> Vec<f32> {
        let mut outline = vec![alpha.height() as f32; alpha.width()];
        for (y, (garment, own)) in alpha.rows().zip(self.mask.rows()).enumerate() {
            for ((o, a), m) in outline.iter_mut().zip(garment).zip(own) {
                if *a > 0.5 || *m {
                    *o = o.min(y as f32);
                }
            }
        }
        outline
    }

    /// Row where the outline turns in on one side, if it does.
    fn turn(&self, outline: &[f32], right: bool) -> Option<f32> {
        let width = self.back.len();
        let (middle, beyond) = (self.left + width / 2, width / 2 + width * 5 / 4);
        let empty = |y: &&f32| **y < self.mask.height() as f32;
        let line: Vec<f32> = if right {
            outline[middle..].iter().take(beyond).take_while(empty).copied().collect()
        } else {
            outline[..=middle].iter().rev().take(beyond).take_while(empty).copied().collect()
        };
        let near = &line[..line.len().min(width * 9 / 10)];
        let top = near.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?.0;
        let (depth, foot) = sag(&line[top..]);
        let row = line.get(top + foot)?;
        // A collar stands on a shoulder; under an armhole there is none.
        let beyond = line.get(top + foot + (BESIDE * self.width()) as usize)?;
        let carried = beyond - row < FALLS[0] * self.width();
        (depth > TURN * self.width() && carried).then_some(*row)
    }
}

/// Place of a value between two, 0 … 1.
fn ramp(value: f32, [low, high]: [f32; 2]) -> f32 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

/// Rows of the upper and the lower edge of some runs, for every column.
fn rims(runs: &[Run], left: usize, right: usize) -> (Vec<f32>, Vec<f32>) {
    let mut back = vec![f32::INFINITY; right - left];
    let mut front = vec![0.0_f32; right - left];
    for run in runs {
        let columns = run.start - left..run.end - left;
        back[columns.clone()].iter_mut().for_each(|b| *b = b.min(run.y as f32));
        front[columns].iter_mut().for_each(|f| *f = f.max(run.y as f32 + 1.0));
    }
    (back, front)
}

/// How far a line of rows sags at most below a chord from its first point, and where along it.
fn sag(line: &[f32]) -> (f32, usize) {
    let first = line.first().copied().unwrap_or(0.0);
    let mut most = (0.0, 0);
    for end in (8..line.len()).step_by(3) {
        let slope = (line[end] - first) / end as f32;
        let per = 1.0 / (1.0 + slope * slope).sqrt();
        for (i, row) in line[..end].iter().enumerate() {
            let depth = (row - first - slope * i as f32) * per;
            if depth > most.0 {
                most = (depth, i);
            }
        }
    }
    most
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::image::Size;

    /// A garment under a line of rows, with an opening cut into its top.
    fn garment(top: impl Fn(f32) -> f32, hole: impl Fn(f32, f32) -> bool) -> Option<Opening> {
        let size = Size::new(200, 160);
        let open = Mask::from_fn(size, |x, y| hole(x as f32 + 0.5, y as f32 + 0.5));
        let alpha = Field::from_fn(size, |x, y| {
            let (u, v) = (x as f32 + 0.5, y as f32 + 0.5);
            f32::from(u8::from((10.0..190.0).contains(&u) && v > top(u) && !hole(u, v)))
        });
        Opening::find(&open, &alpha)
    }

    #[test]
    fn a_neckline_hangs_on_shoulders_and_has_no_stand() {
        let hole = |x: f32, y: f32| (x - 100.0).abs() < 30.0 && y > 20.0 && y < 60.0 - (x - 100.0).abs();
        let found = garment(|x| 20.0 + 0.3 * ((x - 100.0).abs() - 30.0).max(0.0), hole).unwrap();
        assert_eq!((found.left, found.width()), (70, 60.0));
        assert_eq!((found.stand, found.waist), (0.0, 0.0));
        assert!((found.shoulder - 20.0).abs() <= 1.0 && (found.front[30] - 60.0).abs() <= 1.0);
    }

    #[test]
    fn a_collar_stands_up_to_where_the_outline_turns_in() {
        let hole = |x: f32, y: f32| (x - 100.0).abs() < 25.0 && y > 12.0 && y < 70.0;
        let top = |x: f32| {
            let beside = (x - 100.0).abs() - 32.0;
            if beside < 0.0 { 12.0 } else { 40.0 + 0.3 * beside }
        };
        let found = garment(top, hole).unwrap();
        assert!((found.shoulder - 40.0).abs() <= 3.0, "{}", found.shoulder);
        assert!((found.stand - 28.0).abs() <= 3.0, "{}", found.stand);
    }

    #[test]
    fn a_waist_is_the_whole_end() {
        let rim = |x: f32| 8.0 * (1.0 - ((x - 100.0) / 88.0).powi(2)).max(0.0).sqrt();
        let hole = move |x: f32, y: f32| (x - 100.0).abs() < 88.0 && (y - 30.0).abs() < rim(x);
        assert_eq!(garment(move |x| 30.0 - rim(x), hole).unwrap().waist, 1.0);
    }

    #[test]
    fn specks_have_no_shape() {
        assert!(garment(|_| 5.0, |x, y| (x - 50.0).abs() < 3.0 && (y - 50.0).abs() < 3.0).is_none());
        assert!(Opening::find(&Mask::new(Size::new(0, 0)), &Field::new(Size::new(0, 0))).is_none());
    }
}
