//! The shots of a set brought to one light before they are rendered: measured small, solved together
//! ([`crate::consistency`]), and laid down as settings of the items, as a person would lay them down.
//!
//! A set is the items whose front shots lie in one folder. Every photograph is looked at by the run's own recipe:
//! the backdrop at its border, the product where the recipe finds it. What white balance and exposure would decide
//! shot by shot becomes one decision a set, and each shot adds its own gain to it. It renders and writes nothing; a
//! photograph that cannot be read is left to the run, which says so.

mod common;
mod lay;
mod measure;
mod told;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Gate, Item, References, Role};
use crate::consistency::{Observation, Solution, solve};
use crate::image::{Finder, Pool};
use crate::recipe::Recipe;
use measure::{Eye, Measured};

/// How sets are measured.
#[derive(Clone, Copy, Debug)]
pub struct SetOptions<'a> {
    /// The recipe that the items will be rendered by.
    pub recipe: &'a Recipe,
    /// Photographs at a time; any number gives the same answer.
    pub jobs: usize,
    /// Bytes at a time.
    pub memory: u64,
    /// Who is asked for the product where no backdrop tells it.
    pub finder: Option<&'a dyn Finder>,
    /// What charts and grey cards teach, shared with the run.
    pub references: &'a References,
}

/// What was found and laid down.
#[derive(Clone, Debug, Default)]
pub struct Consistency {
    /// The sets, in the order of their first items.
    pub sets: Vec<Set>,
    /// What keeps the recipe from using all of it.
    pub notes: Vec<String>,
}

/// A set that was solved.
#[derive(Clone, Debug, Default)]
pub struct Set {
    /// Where its photographs lie.
    pub folder: PathBuf,
    /// What was seen in each photograph that could be read.
    pub shots: Vec<Observation>,
    /// What they need.
    pub solution: Solution,
    /// Photographs that could not be read.
    pub unread: usize,
}

/// Brings the items of each set to one light: their gains become overrides of `white_balance` and `exposure`, doubts
/// become flags and notes. An item whose white balance or exposure a person has laid down keeps it. A recipe with
/// neither op is told in the notes, and nothing is done.
#[must_use]
pub fn consistent(items: &mut [Item], options: &SetOptions<'_>) -> Consistency {
    let ops = lay::Ops::of(options.recipe);
    let notes: Vec<String> = ops.lacks().into_iter().collect();
    if ops.none() {
        return Consistency { sets: Vec::new(), notes };
    }
    let mut measured = measure_all(items, options);
    let mut sets = Vec::new();
    for (folder, members) in folders(items) {
        let seen: Vec<(usize, Measured)> =
            members.iter().filter_map(|&i| measured.get_mut(i)?.take().map(|m| (i, m))).collect();
        let unread = members.len() - seen.len();
        let shots: Vec<Observation> = seen.iter().map(|(_, m)| m.observation.clone()).collect();
        let solution = solve(&shots);
        let set = Set { folder, shots, solution, unread };
        lay::down(items, &seen, &set, ops);
        sets.push(set);
    }
    Consistency { sets, notes }
}

/// What each item's front shot shows; `None` where it cannot be read.
fn measure_all(items: &[Item], options: &SetOptions<'_>) -> Vec<Option<Measured>> {
    let eye = Eye {
        recipe: options.recipe,
        pool: &Pool::default(),
        gate: &Gate::new(options.memory),
        finder: options.finder,
        references: options.references,
    };
    let shared = shared_references(items);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break };
            let mut seen = eye.look(item);
            if let Some(seen) = &mut seen {
                seen.observation.chart = reference(item).is_some_and(|path| !shared.contains(&path));
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, seen));
        }
    };
    std::thread::scope(|scope| {
        (0..options.jobs.min(items.len()).max(1)).for_each(|_| {
            scope.spawn(work);
        });
    });
    let mut all = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, seen)| seen).collect()
}

/// The chart or the grey card that an item's light is calibrated by.
fn reference(item: &Item) -> Option<&Path> {
    item.shot(Role::Chart).or(item.shot(Role::Grey)).map(|shot| shot.path.as_path())
}

/// Charts and grey cards that several items hang on: they are of the set, and make no item the gauge of the others.
fn shared_references(items: &[Item]) -> Vec<&Path> {
    let mut all: Vec<&Path> = items.iter().filter_map(reference).collect();
    all.sort_unstable();
    let mut shared: Vec<&Path> =
        all.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    shared.dedup();
    shared
}

/// The items by the folders of their front shots and the charts that they hang on (each chart undoes its own light), in
/// the order of the first of each.
fn folders(items: &[Item]) -> Vec<(PathBuf, Vec<usize>)> {
    type Key<'a> = (PathBuf, Option<&'a Path>);
    let mut sets: Vec<(PathBuf, Key<'_>, Vec<usize>)> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let Some(shot) = item.shot(Role::Front) else { continue };
        let folder = shot.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // One folder may be named in several ways.
        let real = match sets.last() {
            Some((named, (real, _), _)) if named == folder => real.clone(),
            _ => fs::canonicalize(folder).unwrap_or_else(|_| folder.into()),
        };
        let key = (real, item.shot(Role::Chart).map(|chart| chart.path.as_path()));
        match sets.iter_mut().find(|(_, known, _)| *known == key) {
            Some((_, _, members)) => members.push(i),
            None => sets.push((folder.into(), key, vec![i])),
        }
    }
    sets.into_iter().map(|(folder, _, members)| (folder, members)).collect()
}

#[cfg(test)]
mod tests;
