//! A set's solution laid down on its items: overrides of `white_balance.gain` and `exposure.ev`, flags and notes. What
//! a person has laid down stays. Measures and solves nothing.

use super::common::common;
use super::measure::Measured;
use super::{Set, told};
use crate::catalog::{Flag, Item, path_text};
use crate::ops::{exposure, white_balance};
use crate::recipe::Recipe;

/// Which ops of a recipe can take a set's gains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ops {
    white_balance: bool,
    exposure: bool,
}

impl Ops {
    pub(super) fn of(recipe: &Recipe) -> Self {
        Self { white_balance: recipe.has(white_balance::OP.name), exposure: recipe.has(exposure::OP.name) }
    }

    pub(super) fn none(self) -> bool {
        !self.white_balance && !self.exposure
    }

    /// What the recipe cannot do for lack of an op.
    pub(super) fn lacks(self) -> Option<String> {
        let done = match (self.white_balance, self.exposure) {
            (false, false) => "has neither `white_balance` nor `exposure`: no set is brought to one light",
            (false, true) => "has no `white_balance`: sets are brought to one exposure, not to one colour",
            // White balance takes the exposure too.
            (true, _) => return None,
        };
        Some(format!("the recipe {done}"))
    }
}

/// Whether a person has laid down something about an op of this item.
fn by_hand(item: &Item, op: &str) -> bool {
    item.overrides.keys().any(|key| key.strip_prefix(op).is_some_and(|rest| rest.starts_with('.')))
}

/// Lays a set's solution down on the items that were seen. A set without evidence stays as it is.
pub(super) fn down(items: &mut [Item], seen: &[(usize, Measured)], set: &Set, ops: Ops) {
    if set.solution.sigma.iter().all(|s| s.is_infinite()) {
        if seen.len() > 1 {
            seen.iter().enumerate().for_each(|(shot, (i, _))| tell(&mut items[*i], set, shot));
        }
        return;
    }
    let colours: Vec<[f64; 3]> =
        set.solution.gains.iter().zip(&set.solution.ev).map(|(g, ev)| g.map(|v| v / ev.exp2())).collect();
    // What the gauge would be given is what all get; without one, all have a say.
    let gauged = seen.iter().any(|(_, m)| m.observation.chart);
    let says =
        |op: &str, (i, m): &(usize, Measured)| !by_hand(&items[*i], op) && (m.observation.chart || !gauged);
    let balances = seen.iter().zip(&colours).filter(|(s, _)| says(white_balance::OP.name, s));
    let balance = common(&balances.map(|((_, m), c)| (m.white_balance, *c)).collect::<Vec<_>>());
    let levels = seen.iter().zip(&set.solution.ev).filter(|(s, _)| says(exposure::OP.name, s));
    let level = common(&levels.map(|((_, m), ev)| (m.exposure, [ev.exp2(); 3])).collect::<Vec<_>>());
    for (shot, (i, _)) in seen.iter().enumerate() {
        let item = &mut items[*i];
        tell(item, set, shot);
        let colour = [0, 1, 2].map(|c| balance[c] * colours[shot][c]);
        let ev = set.solution.ev[shot] + level[0].log2();
        change(item, ops, colour, ev);
    }
}

/// The overrides of one item.
fn change(item: &mut Item, ops: Ops, colour: [f64; 3], ev: f64) {
    let takes = |item: &mut Item, has: bool, op: &str| {
        let hand = has && by_hand(item, op);
        if hand {
            item.notes.push(format!("{op} is laid down by hand: the set does not change it"));
        }
        has && !hand
    };
    let balances = takes(item, ops.white_balance, white_balance::OP.name);
    let exposes = takes(item, ops.exposure, exposure::OP.name);
    if exposes {
        item.overrides.insert(format!("{}.ev", exposure::OP.name), format!("{:.6}", ev.clamp(-3.0, 3.0)));
    }
    if balances {
        let alone = if ops.exposure { 1.0 } else { ev.exp2() };
        let [r, g, b] = colour.map(|v| (v * alone).clamp(0.1, 10.0));
        item.overrides
            .insert(format!("{}.gain", white_balance::OP.name), format!("[{r:.6}, {g:.6}, {b:.6}]"));
    }
}

/// Doubts of one shot are flags; what is so in all of the set, and what was done, are notes.
fn tell(item: &mut Item, set: &Set, shot: usize) {
    let Some((gains, ev)) = set.solution.gains.get(shot).zip(set.solution.ev.get(shot)) else { return };
    let [r, g, b] = gains.map(|v| v / ev.exp2());
    let folder = path_text(&set.folder);
    item.notes
        .push(format!("brought to its set {folder} by {ev:+.2} EV and R, G, B × {r:.3}, {g:.3}, {b:.3}"));
    for flag in set.solution.flags.get(shot).into_iter().flatten() {
        let reason = format!("light of the set {folder}: {flag}");
        if flag.is_of_the_set() {
            item.notes.push(reason);
        } else {
            item.flags.push(Flag { code: told::code(flag).into(), reason });
        }
    }
}
