//! Which steps run together: maximal chains whose rows can be computed band by band.

use crate::kernel::Reach;
use crate::plan::{Origin, Plan, PlaneId};

/// Rows of halo that a chain may recompute on each side of a band.
const MAX_HALO: u32 = 12;

/// Consecutive steps that are run band by band.
#[derive(Debug)]
pub(super) struct Group {
    /// First and last+1 step.
    pub(super) steps: std::ops::Range<usize>,
    /// Rows of every plane that the group writes.
    pub(super) height: u32,
    /// Widest halo of the chain.
    pub(super) halo: u32,
    /// Planes that outlive the group: held whole.
    pub(super) live_out: Vec<PlaneId>,
    /// For each step, the group's own planes that no later step of it reads and that do not outlive it.
    pub(super) last_used: Vec<Vec<PlaneId>>,
    /// Whole planes of earlier groups that nothing reads after this one.
    pub(super) dies: Vec<PlaneId>,
}

/// Splits a plan into groups, in order.
pub(super) fn groups(plan: &Plan) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut halo_of: Vec<Option<u32>> = vec![None; plan.planes().len()];
    for (i, step) in plan.steps().iter().enumerate() {
        let height = plan.decl(step.outputs[0]).size.height;
        let joins = groups.last().filter(|g| g.height == height).and_then(|_| chain_halo(step, &halo_of));
        if let (Some(halo), Some(group)) = (joins, groups.last_mut()) {
            group.steps.end = i + 1;
            group.halo = group.halo.max(halo);
            step.outputs.iter().for_each(|id| halo_of[id.index()] = Some(halo));
        } else {
            halo_of.iter_mut().for_each(|h| *h = None);
            step.outputs.iter().for_each(|id| halo_of[id.index()] = Some(0));
            groups.push(Group {
                steps: i..i + 1,
                height,
                halo: 0,
                live_out: vec![],
                last_used: vec![],
                dies: vec![],
            });
        }
    }
    let spans = plan.lifetimes();
    for group in &mut groups {
        let written = plan.steps()[group.steps.clone()].iter().flat_map(|s| s.outputs.iter().copied());
        let outlives = |id: &PlaneId| spans[id.index()].end > group.steps.end || plan.outputs().contains(id);
        group.live_out = written.filter(outlives).collect();
        group.last_used = last_used(plan, group);
        group.dies = dying(plan, &spans, &group.steps);
    }
    groups
}

/// The halo that the chain gets if `step` joins it, or `None` where it cannot.
fn chain_halo(step: &crate::plan::Step, halo_of: &[Option<u32>]) -> Option<u32> {
    let mut total = 0;
    for (id, port) in step.inputs.iter().zip(step.kernel.inputs) {
        if let Some(halo) = halo_of[id.index()] {
            let Reach::Rows(r) = port.reach else { return None };
            total = total.max(halo + r);
        }
    }
    (total <= MAX_HALO).then_some(total)
}

fn last_used(plan: &Plan, group: &Group) -> Vec<Vec<PlaneId>> {
    let steps = &plan.steps()[group.steps.clone()];
    let mut lists: Vec<Vec<PlaneId>> = steps.iter().map(|_| Vec::new()).collect();
    for id in steps.iter().flat_map(|s| &s.outputs).filter(|id| !group.live_out.contains(id)) {
        let uses = |s: &crate::plan::Step| s.inputs.contains(id) || s.outputs.contains(id);
        if let Some(last) = steps.iter().rposition(uses) {
            lists[last].push(*id);
        }
    }
    lists
}

fn dying(plan: &Plan, spans: &[std::ops::Range<usize>], steps: &std::ops::Range<usize>) -> Vec<PlaneId> {
    let ids = (0..plan.planes().len()).map(PlaneId);
    ids.filter(|id| {
        let span = &spans[id.index()];
        matches!(plan.decl(*id).origin, Origin::Computed)
            && !plan.outputs().contains(id)
            && span.start < steps.end
            && steps.contains(&(span.end.saturating_sub(1)))
    })
    .collect()
}
