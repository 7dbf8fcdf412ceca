//! What stays uncovered: places inside the garment that no photograph shows.
//!
//! The mannequin behind the back edge stands in the open and goes; what is left of it between front and inner layer is
//! a hole. Holes are measured and named; closing them is the recipe's decision, and never this module's.

use crate::ops::Frame;
use crate::ops::field::{Components, Field, Mask, Neighbours, Run, area, distance};

/// Alpha below which a pixel counts as uncovered.
const COVERED: f32 = 0.5;
/// Pixels below which a hole is the analysis' own blur.
const LEAST: usize = 3;

/// The holes of a merge.
#[derive(Debug)]
pub(super) struct Holes {
    /// Where they are.
    pub(super) mask: Mask,
    /// Photograph pixels that they take.
    pub(super) area_px: f64,
    /// Photograph pixels that lie below cloth, open to the air, and outside of the inner photograph.
    pub(super) unseen_px: f64,
    /// Photograph pixels across the widest of them.
    pub(super) widest_px: f64,
    /// Middle of the largest, as shares of the photograph's width and height.
    pub(super) place: [f64; 2],
}

/// Holes of the opening: `covered` is the alpha of all layers together, `room` what the inner layer might have filled.
///
/// A hole has no way to the open. What has one, but lies below cloth and `outside` of the inner photograph, whose edge is
/// no garment's, is counted beside that: nobody knows whether cloth is missing there.
pub(super) fn holes(covered: &Field, room: &Mask, outside: &Mask, frame: &Frame) -> Holes {
    let size = room.size();
    let gap = Mask::from_fn(size, |x, y| room.at(x, y) && covered.at(x, y) < COVERED);
    let open = Mask::from_fn(size, |x, y| covered.at(x, y) < COVERED && !room.at(x, y));
    let found = closed(&gap, &open);
    let unseen = below_cloth(&gap.and(outside), covered);
    let parts = Components::of(&found, Neighbours::Eight);
    let kept: Vec<&[Run]> = parts.each().filter(|part| area(part) >= LEAST).collect();
    let mut mask = Mask::new(size);
    kept.iter().for_each(|part| mask.set(part, true));
    let largest = kept.iter().rev().max_by_key(|part| area(part));
    let [x, y] = largest.map_or([0.0; 2], |part| middle(part));
    let depth = distance(&mask.not(), 64);
    let inside = mask.values().iter().zip(depth.values()).filter(|(m, _)| **m);
    let deepest = inside.map(|(_, d)| *d).fold(0.0, f32::max);
    let scale = frame.scale();
    let [area_px, unseen_px] = [&mask, &unseen].map(|m| m.count() as f64 * scale * scale);
    Holes {
        area_px,
        unseen_px,
        widest_px: 2.0 * f64::from(deepest) * scale,
        place: [x / f64::from(size.width), y / f64::from(size.height)],
        mask,
    }
}

/// Parts of a gap that have no way to the open.
fn closed(gap: &Mask, open: &Mask) -> Mask {
    let mut closed = Mask::new(gap.size());
    let parts = Components::of(gap, Neighbours::Eight);
    for part in parts.each() {
        let beside = part.iter().any(|run| {
            let rows = run.y.saturating_sub(1)..(run.y + 2).min(gap.height());
            let columns = run.start.saturating_sub(1)..(run.end + 1).min(gap.width());
            rows.flat_map(|y| columns.clone().map(move |x| (x, y))).any(|(x, y)| open.at(x, y))
        });
        if !beside {
            closed.set(part, true);
        }
    }
    closed
}

/// Pixels of a gap with cloth above them: the open air of an opening at the top has none.
fn below_cloth(gap: &Mask, covered: &Field) -> Mask {
    let mut below = Mask::new(gap.size());
    let mut cloth = vec![0_u32; gap.width()];
    for y in 0..gap.height() {
        let rows = below.row_mut(y).iter_mut().zip(gap.row(y)).zip(covered.row(y));
        for (cloth, ((below, gap), covered)) in cloth.iter_mut().zip(rows) {
            *cloth += u32::from(*covered >= COVERED);
            *below = *gap && *cloth > 1;
        }
    }
    below
}

/// Middle of a part.
fn middle(part: &[Run]) -> [f64; 2] {
    let sum = |value: &dyn Fn(&Run) -> f64| -> f64 {
        part.iter().map(|run| (run.end - run.start) as f64 * value(run)).sum::<f64>()
            / area(part).max(1) as f64
    };
    [sum(&|run| 0.5 * (run.start + run.end) as f64), sum(&|run| run.y as f64 + 0.5)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;

    /// A ring of garment with an open top, and a room inside it; the inner layer covers all but `gap`.
    fn seen(gap: impl Fn(usize, usize) -> bool) -> Holes {
        let size = Size::new(60, 40);
        let room = Mask::from_fn(size, |x, y| (20..40).contains(&x) && y < 30);
        let covered = Field::from_fn(size, |x, y| match () {
            () if !room.at(x, y) => f32::from(u8::from(y >= 10)),
            () => f32::from(u8::from(y >= 12 && !gap(x, y))),
        });
        holes(&covered, &room, &Mask::new(size), &Frame { size, ..Frame::whole(Size::new(120, 80)) })
    }

    #[test]
    fn open_air_above_the_back_edge_is_no_hole() {
        assert_eq!(seen(|_, _| false).area_px, 0.0);
    }

    #[test]
    fn a_slit_that_was_not_photographed_to_its_end_is_counted() {
        let size = Size::new(60, 40);
        let room = Mask::from_fn(size, |x, _| (28..32).contains(&x));
        let covered =
            Field::from_fn(size, |x, y| f32::from(u8::from(!room.at(x, y) || (5..30).contains(&y))));
        let found = holes(&covered, &room, &room, &Frame::whole(size));
        let own = holes(&covered, &room, &Mask::new(size), &Frame::whole(size));
        assert_eq!(own.unseen_px, 0.0, "the inner garment's own hem");
        assert_eq!(found.unseen_px, 40.0, "four columns from row 30 to the lower border");
    }

    #[test]
    fn a_hole_is_measured_where_it_is() {
        let found = seen(|x, y| (26..30).contains(&x) && (20..26).contains(&y));
        assert_eq!(found.area_px, 4.0 * 24.0, "pixels of the photograph, twice as fine");
        assert!((found.place[0] - 28.0 / 60.0).abs() < 1e-9 && (found.place[1] - 23.0 / 40.0).abs() < 1e-9);
        assert_eq!(found.widest_px, 8.0);
    }
}
