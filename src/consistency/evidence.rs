//! Which readings can be compared, and which shots that ties together. Nothing is weighed here.

use std::collections::BTreeMap;

use super::axes;
use super::observation::{Observation, Reading};
use super::solution::{Flag, Source};

/// A thing's colour in a shot, on the three axes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evidence {
    pub(super) shot: usize,
    /// Which thing: 0 the backdrop, 1 the grey patch, then a number a product key.
    pub(super) thing: usize,
    pub(super) source: Source,
    pub(super) seen: [f64; 3],
    /// Variance that pixel noise alone gives.
    pub(super) noise: [f64; 3],
}

/// Things that any number of products' shots may share.
pub(super) const COMMON: usize = 2;

/// All comparable evidence of a set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Set {
    pub(super) shots: usize,
    pub(super) things: usize,
    /// By shot, ascending.
    pub(super) evidence: Vec<Evidence>,
    /// The group of each shot: shots are in one group where a chain of shared things joins them.
    pub(super) group: Vec<usize>,
    /// How many shots see each thing.
    pub(super) seen_by: Vec<usize>,
}

impl Set {
    /// Gathers what is usable and seen at least twice; what is blown is flagged.
    pub(super) fn gather(shots: &[Observation], flags: &mut [Vec<Flag>]) -> Self {
        let mut keys: BTreeMap<&str, usize> = BTreeMap::new();
        let mut evidence = Vec::new();
        for (shot, (observed, flags)) in shots.iter().zip(flags).enumerate() {
            let product = observed.product.as_ref().filter(|p| !p.key.is_empty());
            let next = COMMON + keys.len();
            let key = product.map_or(0, |p| *keys.entry(&p.key).or_insert(next));
            let readings = [
                (0, Source::Backdrop, observed.backdrop.as_ref()),
                (1, Source::Grey, observed.grey.as_ref()),
                (key, Source::Product, product.map(|p| &p.reading)),
            ];
            for (thing, source, reading) in readings {
                if reading.is_some_and(Reading::is_blown) {
                    flags.push(Flag::Blown(source));
                }
                if let Some((logs, noise)) = reading.and_then(Reading::logs) {
                    let (seen, noise) = (axes::from_logs(logs), axes::variances(noise));
                    evidence.push(Evidence { shot, thing, source, seen, noise });
                }
            }
        }
        let things = COMMON + keys.len();
        let mut seen_by = vec![0; things];
        evidence.iter().for_each(|e| seen_by[e.thing] += 1);
        evidence.retain(|e| seen_by[e.thing] > 1);
        let group = groups(shots.len(), things, &evidence);
        Self { shots: shots.len(), things, evidence, group, seen_by }
    }

    /// The evidence of each shot, in order.
    pub(super) fn by_shot(&self) -> impl Iterator<Item = &[Evidence]> {
        let mut rest = self.evidence.as_slice();
        (0..self.shots).map(move |shot| {
            let (own, others) = rest.split_at(rest.iter().take_while(|e| e.shot == shot).count());
            rest = others;
            own
        })
    }

    /// The members of each group that has evidence.
    pub(super) fn groups(&self) -> BTreeMap<usize, Vec<usize>> {
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (shot, own) in self.by_shot().enumerate() {
            if !own.is_empty() {
                members.entry(self.group[shot]).or_default().push(shot);
            }
        }
        members
    }
}

/// Groups by union: every node points to a smaller one or to itself.
fn groups(shots: usize, things: usize, evidence: &[Evidence]) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..shots + things).collect();
    fn root(parent: &mut [usize], mut node: usize) -> usize {
        while parent[node] != node {
            parent[node] = parent[parent[node]];
            node = parent[node];
        }
        node
    }
    for e in evidence {
        let (a, b) = (root(&mut parent, e.shot), root(&mut parent, shots + e.thing));
        parent[a.max(b)] = a.min(b);
    }
    (0..shots).map(|shot| root(&mut parent, shot)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::observation::Product;
    use super::*;

    fn reading() -> Option<Reading> {
        Some(Reading { rgb: [0.5; 3], ..Reading::default() })
    }

    fn product(key: &str) -> Observation {
        let reading = Reading { rgb: [0.2, 0.3, 0.4], ..Reading::default() };
        Observation { product: Some(Product { key: key.into(), reading }), ..Observation::default() }
    }

    #[test]
    fn shots_are_tied_by_what_they_share() {
        let with_backdrop = |mut o: Observation| {
            o.backdrop = reading();
            o
        };
        let shots = [
            product("a"),
            product("b"),
            with_backdrop(product("a")),
            with_backdrop(product("c")),
            product("b"),
            product("d"),
        ];
        let set = Set::gather(&shots, &mut vec![vec![]; 6]);
        assert_eq!(set.group[0], set.group[2]);
        assert_eq!(set.group[2], set.group[3]);
        assert_eq!(set.group[1], set.group[4]);
        assert_ne!(set.group[0], set.group[1]);
        assert_eq!(set.groups().len(), 2, "what nothing is shared with has no group");
        let counts: Vec<usize> = set.by_shot().map(<[Evidence]>::len).collect();
        assert_eq!(counts, [1, 1, 2, 1, 1, 0]);
    }

    #[test]
    fn blown_readings_are_flagged_and_left_out() {
        let blown = Some(Reading { rgb: [1.0; 3], clipped: 0.9, ..Reading::default() });
        let shots = vec![Observation { backdrop: blown, ..product("a") }; 2];
        let mut flags = vec![vec![]; 2];
        let set = Set::gather(&shots, &mut flags);
        assert_eq!(flags, vec![vec![Flag::Blown(Source::Backdrop)]; 2]);
        assert!(set.evidence.iter().all(|e| e.source == Source::Product));
    }
}
