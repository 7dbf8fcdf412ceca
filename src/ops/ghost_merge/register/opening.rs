//! The opening: the part of the front shot in which the mannequin is seen through the garment, and where the
//! garment's outline meets it. Decides what the inner layer may fill; knows nothing of the inner shot.
//!
//! Mannequin with garment on both sides of it in its row is enclosed; the largest such part that stands on garment
//! is the opening. Arms, hands and hips have garment on one side only, and stay out.

use super::affine::far;
use super::contour::Contour;
use super::failure::Failure;
use crate::ops::field::{Components, Field, Mask, Neighbours, Run, area, reach};

/// Share of a gap between garment and garment that has to be mannequin.
const MANNEQUIN: f32 = 0.6;
/// Pixels beside cloth that are mixed.
const MIXED: usize = 2;
/// Share of an opening's columns that have to stand on garment.
const STANDING: f64 = 0.5;
/// A part that has narrowed to less than half and widens again by so much of its greatest width has left the garment.
const SUDDEN: f64 = 0.25;
/// The room reaches this part of the opening's width above the line that joins its ends.
const RISE: f64 = 0.35;
/// Pixels out of the outline at which is asked what lies beside it.
const BESIDE: [f64; 3] = [1.5, 2.5, 3.5];
/// Points each way that vote on what lies beside a point.
const VOTERS: usize = 4;
/// Least width of an opening in pixels: a narrower one has no outline to speak of.
const NARROWEST: usize = 12;

/// Where the inner layer may come to light.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Pixels that the layer may fill. Its edge against the garment is the garment's own: the layer goes below.
    pub room: Mask,
    /// The part of the room that has garment on both sides, and is no backdrop whatever the inner shot shows.
    pub enclosed: Mask,
    /// Width in pixels: from end to end, or of the enclosed part.
    pub width: f64,
    /// Whether garment runs all round it, as round a face in a hood: then the inner shot shows no edge of its own.
    pub closed: bool,
    /// Left, top, right and bottom of the enclosed part.
    pub bounds: [f64; 4],
    /// The left and the right end, where the outline leaves the mannequin. Of a closed opening both begin at the
    /// outline's point above it.
    pub ends: [End; 2],
}

/// The garment's outline from the opening outwards, where it lies against the backdrop.
#[derive(Clone, Debug)]
pub struct End {
    /// Points about a pixel apart, the first one beside the mannequin. Stretches against the mannequin, such as an
    /// armhole, are left out.
    pub points: Vec<[f64; 2]>,
    /// Unit normals, out of the garment.
    pub normals: Vec<[f64; 2]>,
    /// Way of each point along the outline from the first, in points.
    pub along: Vec<usize>,
}

impl End {
    /// Where the outline meets the mannequin.
    #[must_use]
    pub fn at(&self) -> [f64; 2] {
        self.points[0]
    }

    /// Number of points before the first gap.
    pub(super) fn unbroken(&self) -> usize {
        self.along.iter().enumerate().take_while(|(i, along)| i == *along).count()
    }

    /// Numbers of the points from one way along the outline to another.
    pub(super) fn between(&self, from: f64, to: f64) -> std::ops::Range<usize> {
        let [from, to] = [from, to].map(|way| self.along.partition_point(|a| (*a as f64) < way));
        from..to.max(from)
    }
}

/// What lies beside an outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    Backdrop,
    Mannequin,
    Frame,
}

impl Opening {
    /// Finds the opening at the garment's top: of a neck, a waist, a hood, a jacket down to its hem.
    ///
    /// # Errors
    /// [`Failure::NoOpening`] where no mannequin is seen between garment and garment.
    pub(super) fn find(alpha: &Field, mannequin: &Field, outlines: &[Contour]) -> Result<Self, Failure> {
        let form = Mask::from_fn(alpha.size(), |x, y| alpha.at(x, y) < 0.5 && mannequin.at(x, y) > 0.5);
        let enclosed = largest(&between(alpha, &form), alpha).ok_or(Failure::NoOpening)?;
        let bounds = Bounds::of(&enclosed).ok_or(Failure::NoOpening)?;
        let width = bounds.right - bounds.left;
        let (left, top) = (bounds.left as f64, bounds.corners[0][1]);
        let frame = [left, top, left + width as f64, bounds.bottom as f64];
        let kinds: Vec<Vec<Beside>> = outlines.iter().map(|o| beside(o, mannequin)).collect();
        if let Some(ends) = ends(&bounds, width, outlines, &kinds) {
            let room = room(&form, &enclosed, &ends);
            let width = far(ends[0].at(), ends[1].at());
            return Ok(Self { room, enclosed, width, closed: false, bounds: frame, ends });
        }
        let ends = above(&bounds, outlines, &kinds).ok_or(Failure::NoOutline)?;
        Ok(Self { room: enclosed.clone(), enclosed, width: width as f64, closed: true, bounds: frame, ends })
    }

    /// The line from end to end: its middle, and its direction; level in a closed opening.
    #[must_use]
    pub fn chord(&self) -> ([f64; 2], [f64; 2]) {
        let [left, right] = self.ends.each_ref().map(End::at);
        let middle = [0, 1].map(|k| 0.5 * (left[k] + right[k]));
        let along = [0, 1].map(|k| (right[k] - left[k]) / self.width);
        (middle, if self.closed { [1.0, 0.0] } else { along })
    }
}

/// What lies beside each point of an outline, by vote of its neighbours.
pub(super) fn beside(outline: &Contour, mannequin: &Field) -> Vec<Beside> {
    let votes: Vec<f64> = outline
        .points
        .iter()
        .zip(&outline.normals)
        .map(|(p, n)| {
            let at = BESIDE.map(|d| read(mannequin, [p[0] + d * n[0], p[1] + d * n[1]]));
            at.iter().sum::<f64>() / BESIDE.len() as f64
        })
        .collect();
    let n = votes.len();
    (0..n)
        .map(|i| {
            let sum: f64 = (0..=2 * VOTERS).map(|k| votes[(i + n + k - VOTERS.min(n)) % n]).sum();
            match sum > 0.5 * (2 * VOTERS + 1) as f64 {
                _ if outline.framed[i] => Beside::Frame,
                true => Beside::Mannequin,
                false => Beside::Backdrop,
            }
        })
        .collect()
}

/// A field between its pixels, the border repeated outside.
pub(super) fn read(field: &Field, [x, y]: [f64; 2]) -> f64 {
    let (w, h) = (field.width(), field.height());
    if w == 0 || h == 0 || !x.is_finite() || !y.is_finite() {
        return 0.0;
    }
    let (x, y) = ((x - 0.5).clamp(0.0, (w - 1) as f64), (y - 0.5).clamp(0.0, (h - 1) as f64));
    let (i, j) = (x as usize, y as usize);
    let (u, v) = (x - i as f64, y - j as f64);
    let (k, l) = ((i + 1).min(w - 1), (j + 1).min(h - 1));
    let [a, b, c, d] = [(i, j), (k, j), (i, l), (k, l)].map(|(x, y)| f64::from(field.at(x, y)));
    (1.0 - v) * ((1.0 - u) * a + u * b) + v * ((1.0 - u) * c + u * d)
}

/// Gaps between garment and garment in a row that are mostly mannequin.
fn between(alpha: &Field, form: &Mask) -> Mask {
    let mut enclosed = Mask::new(alpha.size());
    for y in 0..alpha.height() {
        let row = alpha.row(y);
        let mut last = None;
        for (x, cloth) in row.iter().enumerate() {
            if *cloth < 0.5 {
                continue;
            }
            let gap = last.map_or(0..0, |last: usize| last + 1..x);
            let hits = form.row(y)[gap.clone()].iter().filter(|v| **v).count();
            // Pixels beside the cloth are mixed, and may be taken for anything.
            let clear = gap.len().saturating_sub(2 * MIXED);
            if hits > 0 && hits as f32 >= MANNEQUIN * clear as f32 {
                enclosed.row_mut(y)[gap].fill(true);
            }
            last = Some(x);
        }
    }
    enclosed
}

/// The largest part that stands on garment.
fn largest(enclosed: &Mask, alpha: &Field) -> Option<Mask> {
    let parts = Components::of(enclosed, Neighbours::Eight);
    let cut = parts.each().map(|runs| &runs[..runs.len() - below(runs)]);
    let best = cut.filter(|runs| stands(runs, alpha)).max_by_key(|runs| area(runs))?;
    let mut mask = Mask::new(enclosed.size());
    mask.set(best, true);
    Some(mask)
}

/// Last runs of a part that lie below the hem: there the slit of a jacket opens on hips between cuffs at a stroke.
fn below(runs: &[Run]) -> usize {
    let rows: Vec<&[Run]> = runs.chunk_by(|a, b| a.y == b.y).collect();
    let (mut widest, mut narrowest) = (0, usize::MAX);
    let hem = rows.iter().position(|row| {
        let here = area(row);
        widest = widest.max(here);
        narrowest = if 2 * here < widest { narrowest.min(here) } else { narrowest };
        narrowest < widest && (here - narrowest.min(here)) as f64 > SUDDEN * widest as f64
    });
    hem.map_or(0, |hem| rows[hem..].iter().map(|row| row.len()).sum())
}

/// Whether most columns end on garment.
fn stands(runs: &[Run], alpha: &Field) -> bool {
    let (left, right) = span(runs);
    if right < left + NARROWEST {
        return false;
    }
    let mut lowest = vec![0; right - left];
    runs.iter().for_each(|r| lowest[r.start - left..r.end - left].fill(r.y));
    let on = lowest
        .iter()
        .enumerate()
        .filter(|(i, y)| (**y + 1..(**y + 4).min(alpha.height())).any(|v| alpha.at(left + i, v) >= 0.5));
    on.count() as f64 >= STANDING * (right - left) as f64
}

fn span(runs: &[Run]) -> (usize, usize) {
    runs.iter().fold((usize::MAX, 0), |(l, r), run| (l.min(run.start), r.max(run.end)))
}

/// Where the enclosed part begins.
struct Bounds {
    left: usize,
    right: usize,
    bottom: usize,
    /// The ends of its first row.
    corners: [[f64; 2]; 2],
}

impl Bounds {
    fn of(mask: &Mask) -> Option<Self> {
        let columns = |row: &[bool]| Some((row.iter().position(|v| *v)?, row.iter().rposition(|v| *v)? + 1));
        let rows = mask.rows().enumerate().filter_map(|(y, row)| Some((y, columns(row)?)));
        let mut bounds: Option<Self> = None;
        for (y, (l, r)) in rows {
            let corners = [l, r].map(|x| [x as f64, y as f64]);
            let b = bounds.get_or_insert(Self { left: l, right: r, bottom: y, corners });
            b.bottom = y + 1;
            (b.left, b.right) = (b.left.min(l), b.right.max(r));
        }
        bounds
    }
}

/// The places near the first enclosed row where mannequin gives way to backdrop, and the outline from there on.
fn ends(bounds: &Bounds, width: usize, outlines: &[Contour], kinds: &[Vec<Beside>]) -> Option<[End; 2]> {
    let mut nearest = [(0.5 * width as f64, None), (0.5 * width as f64, None)];
    for (outline, kinds) in outlines.iter().zip(kinds) {
        let n = kinds.len();
        for i in 0..n {
            let (forward, backward) = ((i + 1) % n, (i + n - 1) % n);
            if kinds[i] != Beside::Backdrop {
                continue;
            }
            // Seen along the outline, the garment on its right, the opening begins at its left end.
            let side = match (kinds[forward], kinds[backward]) {
                (Beside::Mannequin, _) => 0,
                (_, Beside::Mannequin) => 1,
                _ => continue,
            };
            let distance = far(outline.points[i], bounds.corners[side]);
            if distance < nearest[side].0 {
                nearest[side] = (distance, Some(walk(outline, kinds, i, side == 1)));
            }
        }
    }
    let [(_, left), (_, right)] = nearest;
    let (left, right) = (left?, right?);
    (left.at()[0] < right.at()[0]).then_some([left, right])
}

/// Both ways along the outline from its point nearest above a closed opening.
fn above(bounds: &Bounds, outlines: &[Contour], kinds: &[Vec<Beside>]) -> Option<[End; 2]> {
    let top = [0, 1].map(|k| 0.5 * (bounds.corners[0][k] + bounds.corners[1][k]));
    let points =
        outlines.iter().zip(kinds).flat_map(|(o, kinds)| (0..kinds.len()).map(move |i| (o, kinds, i)));
    let (outline, kinds, i) = points
        .filter(|(o, kinds, i)| kinds[*i] == Beside::Backdrop && o.normals[*i][1] < 0.0)
        .min_by(|a, b| far(a.0.points[a.2], top).total_cmp(&far(b.0.points[b.2], top)))?;
    Some([false, true].map(|forward| walk(outline, kinds, i, forward)))
}

/// The outline from a point on: what lies against the backdrop, up to the frame and at most half way round.
fn walk(outline: &Contour, kinds: &[Beside], from: usize, forward: bool) -> End {
    let n = kinds.len();
    let step = |k: usize| if forward { (from + k) % n } else { (from + n - k) % n };
    let seen = (0..n / 2).take_while(|k| kinds[step(*k)] != Beside::Frame);
    let along: Vec<usize> = seen.filter(|k| kinds[step(*k)] == Beside::Backdrop).collect();
    End {
        points: along.iter().map(|k| outline.points[step(*k)]).collect(),
        normals: along.iter().map(|k| outline.normals[step(*k)]).collect(),
        along,
    }
}

/// The enclosed part, and the mannequin above it as far as a back edge may rise.
fn room(form: &Mask, enclosed: &Mask, ends: &[End; 2]) -> Mask {
    let [l, r] = ends.each_ref().map(End::at);
    let rise = RISE * far(l, r);
    let slope = (r[1] - l[1]) / (r[0] - l[0]);
    let may = Mask::from_fn(form.size(), |x, y| {
        let (u, v) = (x as f64 + 0.5, y as f64 + 0.5);
        let chord = l[1] + slope * (u - l[0]);
        let above = v <= chord + 0.5 * rise && v >= chord - rise && u >= l[0] - 1.0 && u <= r[0] + 1.0;
        enclosed.at(x, y) || (form.at(x, y) && above)
    });
    reach(&may, enclosed)
}

impl Opening {
    /// Distance in pixels of a point from the opening: from the nearer end, or from a closed opening's part.
    pub(super) fn distance(&self, p: [f64; 2]) -> f64 {
        if !self.closed {
            let [l, r] = self.ends.each_ref().map(|e| far(e.at(), p));
            return l.min(r);
        }
        let [x0, y0, x1, y1] = self.bounds;
        far(p, [p[0].clamp(x0, x1), p[1].clamp(y0, y1)])
    }
}
