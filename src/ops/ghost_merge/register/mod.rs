//! Registration of the inner shot: which pixel of it belongs to each pixel of the front's opening.
//!
//! The front shows the garment on the mannequin; the inner shot shows the inside of its back, on a board, inside out
//! on the form, or with the form's neck taken away. What both have in common is the garment's outline beside the
//! opening. It is found everywhere in the inner shot by a search (`start`), laid on it point by point (`fit`), and
//! what is left at the back edge is bent away across the opening (`bend`), so that the edge goes on from the outline
//! on both sides. Whether that may be believed is measured (`judge`), and said in words (`failure`).
//!
//! Works on the proxies of both shots, and knows their alphas alone: colours of lining and outside have nothing in
//! common. A place in a picture is in pixels, pixel (i, j) covering `[i, i+1) × [j, j+1)`.

mod affine;
mod bend;
mod contour;
mod corner;
mod failure;
mod fit;
mod judge;
mod opening;
mod ring;
mod start;

pub use affine::Affine;
pub use bend::Bend;
pub use failure::{Doubt, Failure};
pub use judge::Figures;
pub use opening::{End, Opening};

use serde::Serialize;

use crate::image::{Plane, Size};
use crate::ops::field::{Field, Grid};
use fit::{Fit, Nearest, Voter};
use start::{Pose, Relief};

/// Parts of the outline that the two starts look at, in opening widths from its ends.
const STARTS: [[f64; 2]; 2] = [[0.0, 1.5], [0.5, 4.0]];
/// Another pose fits if its misfit is this part of the upright one's.
const CLEARLY: f64 = 0.5;
/// Summits are held on each other unless the outlines then differ by more than so many times.
const HELD: f64 = 2.0;

/// How the inner shot was taken, as far as its place tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// From where the front was: the form's neck was taken away, and the light is likely the same.
    SameView,
    /// Otherwise: on a board or inside out, in a light of its own.
    OtherView,
}

/// Where each front pixel lies in the inner shot.
#[derive(Clone, Debug)]
pub struct Registration {
    /// From shifted front pixels to inner pixels.
    pub map: Affine,
    /// The shift that comes before the map.
    pub bend: Bend,
    /// The front's opening.
    pub opening: Opening,
    /// How the inner shot was taken.
    pub protocol: Protocol,
    /// What was measured.
    pub figures: Figures,
    /// Why a person should look; empty of a registration that may be taken unseen.
    pub doubts: Vec<Doubt>,
}

impl Registration {
    /// The inner pixel of a front pixel.
    #[must_use]
    pub fn at(&self, p: [f64; 2]) -> [f64; 2] {
        self.map.apply(self.bend.shift(p))
    }

    /// What the bend adds to the map, in inner pixels: nodes `step` front pixels apart, the first at (0, 0), x in
    /// the first run and y in the second. Read it as lines between nodes.
    #[must_use]
    pub fn grid(&self, front: Size, step: u32) -> Plane {
        let nodes = |n: u32| n.div_ceil(step.max(1)) + 1;
        Plane::rgba(Size::new(nodes(front.width), nodes(front.height)), |i, j| {
            let p = [i, j].map(|v| f64::from(v * step.max(1)));
            let (bent, flat) = (self.at(p), self.map.apply(p));
            [(bent[0] - flat[0]) as f32, (bent[1] - flat[1]) as f32, 0.0, 0.0]
        })
    }
}

/// Lays the inner garment into the front's opening. `front` and `inner` are the garment's alphas in both shots, and
/// `mannequin` the probability of mannequin in the front; sizes of the two shots may differ.
///
/// # Errors
/// [`Failure`] where there is no opening, no outline beside it, no inner garment, or no place where it fits.
pub fn register(front: &Field, mannequin: &Field, inner: &Field) -> Result<Registration, Failure> {
    if front.size() != mannequin.size() || front.size().pixels() == 0 {
        return Err(Failure::NoOpening);
    }
    let opening = Opening::find(front, mannequin, &contour::contours(front))?;
    let shot = Shot::of(inner)?;
    let voters = fit::voters(&opening);
    if voters.iter().map(|v| v.side).max() == voters.iter().map(|v| v.side).min() {
        return Err(Failure::NoOutline);
    }
    let starts = STARTS.map(|range| shot.fit(&opening, &voters, range));
    let best = starts.iter().flatten().min_by(|a, b| a.cost.total_cmp(&b.cost));
    let Some(best) = best else {
        let held = otherwise(&opening, &voters, None, &shot, inner).into_iter().next();
        let cut = inner.row(0).iter().filter(|v| **v >= 0.5).count() * 5 > inner.width();
        let unfit = if cut { Failure::Cut { side: "top" } } else { Failure::NoFit };
        return Err(held.map_or(unfit, Failure::Held));
    };
    let corners = corner::pairs(&opening, &best.map, &shot.outlines);
    let bend = Bend::fit(&best.map, &voters, &shot.nearest, &opening, corners);
    let protocol = judge::protocol(&best.map, &opening, front, inner);
    let figures = Figures::default();
    let mut this = Registration { map: best.map, bend, opening, protocol, figures, doubts: Vec::new() };
    let farther = fit::farther(&best.map, &this.opening, &shot.nearest, (inner.width(), inner.height()));
    this.figures = judge::measure(&this, best, &starts, farther, [front, inner]);
    this.doubts = judge::doubts(&this.figures);
    this.doubts.extend(judge::cropped(&this, &voters, inner));
    if !this.doubts.is_empty() {
        let poses = otherwise(&this.opening, &voters, Some(best), &shot, inner);
        if !poses.is_empty() {
            // The rest follows from it.
            this.doubts = poses;
        }
    }
    this.doubts.extend(judge::unsure(&this.figures, front.size().long_side()));
    Ok(this)
}

/// The inner shot, prepared.
struct Shot {
    outlines: Vec<contour::Contour>,
    nearest: Nearest,
    relief: Relief,
}

impl Shot {
    fn of(alpha: &Field) -> Result<Self, Failure> {
        let outlines = contour::contours(alpha);
        let nearest = Nearest::of(&outlines, (alpha.width(), alpha.height()));
        if nearest.points.is_empty() {
            return Err(Failure::NoInner);
        }
        Ok(Self { outlines, nearest, relief: Relief::of(alpha) })
    }

    /// A search by a part of the outline, refined beside the opening.
    fn fit(&self, opening: &Opening, voters: &[Voter], range: [f64; 2]) -> Option<Fit> {
        let guess = start::search(&self.relief, &opening.ends, opening.width, range, Pose::Upright)?;
        let corners = corner::pairs(opening, &guess.map, &self.outlines);
        let fit = fit::refine(guess.map, voters, &self.nearest, opening, corners)?;
        if corners.is_some() {
            return Some(fit);
        }
        let summits = corner::summits(opening, &fit.map, &self.outlines);
        let held = summits.and_then(|s| fit::refine(fit.map, voters, &self.nearest, opening, Some(s)));
        Some(held.filter(|h| h.cost < HELD * fit.cost).unwrap_or(fit))
    }
}

/// Whether the inner shot fits otherwise than it was held.
fn otherwise(
    opening: &Opening,
    voters: &[Voter],
    best: Option<&Fit>,
    shot: &Shot,
    inner: &Field,
) -> Vec<Doubt> {
    let search = |relief: &Relief, pose| {
        let found = start::search(relief, &opening.ends, opening.width, STARTS[0], pose);
        found.map_or(f64::INFINITY, |g| g.error)
    };
    let upright = search(&shot.relief, Pose::Upright);
    let mut found = Vec::new();
    let turned = search(&shot.relief, Pose::UpsideDown);
    if turned < CLEARLY * upright {
        found.push(Doubt::UpsideDown { upright, turned });
    }
    let turned = search(&shot.relief, Pose::Right).min(search(&shot.relief, Pose::Left));
    if turned < CLEARLY * upright {
        found.push(Doubt::OnItsSide { upright, turned });
    }
    let last = inner.width().saturating_sub(1);
    let flipped = Grid::from_fn(inner.size(), |x, y| inner.at(last - x, y));
    let flipped = Shot::of(&flipped).ok().and_then(|shot| shot.fit(opening, voters, STARTS[0]));
    let straight = best.map_or(f64::INFINITY, |b| b.cost);
    if let Some(flipped) = flipped.map(|f| f.cost).filter(|f| *f < CLEARLY * straight) {
        found.push(Doubt::Mirrored { straight, flipped });
    }
    found
}

#[cfg(test)]
mod scene;
#[cfg(test)]
mod tests;
