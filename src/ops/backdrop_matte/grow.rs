//! The backdrop creeps up to the product's edge and between its fibres, its fill following the shadow.

use super::photo::Photo;
use super::seen::{Seen, Sums};
use crate::ops::field::{Field, Grid, Mask, dilate, median, recycle, sample};

/// Rounds at most.
const ROUNDS: usize = 8;
/// A round that finds fewer pixels is the last.
const LEAST_FOUND: usize = 20;
/// Least edge in 3 × 3 windows that stops the backdrop.
const LEAST_EDGE: f32 = 0.0008;

/// Grows `backdrop` and returns its fill.
pub(super) fn grow(photo: &Photo, mode: [f32; 3], noise: [f32; 3], backdrop: &mut Mask) -> Seen {
    let edges = photo.edges(mode, 1);
    let mut grains: Vec<f32> = sample(backdrop).into_iter().map(|(x, y)| edges.at(x, y)).collect();
    let edge = (2.0 * median(&mut grains).unwrap_or(0.0)).max(LEAST_EDGE);
    let mut sums = Sums::of(photo, backdrop);
    let mut frontier = rim(backdrop);
    for _ in 0..ROUNDS {
        let seen = sums.fill();
        let steepest = edge * (1.0 - 1.5 * seen.darkest());
        let creep = Creep { photo, seen: &seen, edges: &edges, edge, steepest, noise };
        let found = creep.from(&frontier, backdrop);
        if found.len() < LEAST_FOUND {
            return seen;
        }
        for (x, y) in &found {
            backdrop.row_mut(*y)[*x] = true;
            sums.add(photo, *x, *y);
        }
        frontier.extend(found.iter().flat_map(|(x, y)| sides(*x, *y, backdrop)));
        frontier.retain(|(x, y)| !backdrop.at(*x, *y));
    }
    sums.fill()
}

/// Pixels beside the backdrop.
fn rim(backdrop: &Mask) -> Vec<(usize, usize)> {
    let ring = dilate(backdrop, 1);
    let rows = ring.rows().zip(backdrop.rows()).enumerate();
    let mut rim = Vec::new();
    for (y, (near, own)) in rows {
        let beside = near.iter().zip(own).enumerate().filter(|(_, (n, o))| **n & !**o);
        rim.extend(beside.map(|(x, _)| (x, y)));
    }
    rim
}

/// One round: which pixels look like the backdrop.
struct Creep<'a> {
    photo: &'a Photo,
    seen: &'a Seen,
    edges: &'a Field,
    /// Edge that stops the backdrop where there is no shade.
    edge: f32,
    /// Edge that stops it anywhere.
    steepest: f32,
    noise: [f32; 3],
}

/// What is known of a pixel in a round.
#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    Unknown,
    /// Does not look like backdrop.
    Other,
    /// Looks like backdrop.
    Alike,
    /// Looks like backdrop and is joined to it.
    Joined,
    /// Beside a pixel that looks like backdrop, and joined to it.
    Bridge,
}

recycle!(State);

impl Creep<'_> {
    fn alike(&self, x: usize, y: usize) -> bool {
        let e = self.edges.at(x, y);
        if e >= self.steepest {
            return false;
        }
        let d = self.seen.delta(self.photo, x, y);
        let dark = -d.shade;
        e < self.edge * (1.0 + 1.5 * dark)
            && d.red.abs() < 3.5 * self.noise[1]
            && d.blue.abs() < 3.5 * self.noise[2]
            && d.luma < 2.5 * self.noise[0]
            && d.luma > -(3.0 * self.noise[0] + 0.5 * dark)
    }

    /// Pixels that look like backdrop and are joined to it by pixels that do, or lie beside ones that do.
    fn from(&self, frontier: &[(usize, usize)], backdrop: &Mask) -> Vec<(usize, usize)> {
        let mut states = Grid::<State>::new(backdrop.size());
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (x, y) in frontier {
            self.visit(&mut states, &mut open, backdrop, *x, *y);
        }
        let mut found = Vec::new();
        while let Some((x, y)) = open.pop() {
            if states.at(x, y) == State::Joined {
                found.push((x, y));
            }
            for (u, v) in sides(x, y, backdrop) {
                self.visit(&mut states, &mut open, backdrop, u, v);
            }
        }
        found
    }

    fn state(&self, states: &mut Grid<State>, x: usize, y: usize) -> State {
        if states.at(x, y) == State::Unknown {
            states.row_mut(y)[x] = if self.alike(x, y) { State::Alike } else { State::Other };
        }
        states.at(x, y)
    }

    /// Joins a pixel that has been reached, if it looks like backdrop or lies beside one that does.
    fn visit(
        &self,
        states: &mut Grid<State>,
        open: &mut Vec<(usize, usize)>,
        backdrop: &Mask,
        x: usize,
        y: usize,
    ) {
        if backdrop.at(x, y) {
            return;
        }
        let state = match self.state(states, x, y) {
            State::Alike => State::Joined,
            State::Other => {
                let beside = sides(x, y, backdrop).any(|(u, v)| {
                    !backdrop.at(u, v) && matches!(self.state(states, u, v), State::Alike | State::Joined)
                });
                if !beside {
                    return;
                }
                State::Bridge
            }
            _ => return,
        };
        states.row_mut(y)[x] = state;
        open.push((x, y));
    }
}

/// The pixels that share a side with one.
fn sides(x: usize, y: usize, mask: &Mask) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (width, height) = (mask.width(), mask.height());
    let all = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
    all.into_iter().filter(move |(x, y)| *x < width && *y < height)
}
