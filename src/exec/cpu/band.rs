//! One band of one group: which rows every step needs, scratch memory, and the calls of the twins.

use std::ops::Range;

use super::group::Group;
use crate::image::{Plane, Scratch};
use crate::kernel::{Job, Rows, RowsMut};
use crate::plan::{Plan, PlaneId};

/// Bytes of working rows that one band aims at: about an L2 cache.
const BAND_BYTES: usize = 768 << 10;
/// Fewest and most rows a band.
const BAND_ROWS: Range<u32> = 16..64;

/// Output rows of one band, with the memory of the planes that outlive the group.
pub(super) struct Band<'a> {
    rows: Range<u32>,
    whole: Vec<&'a mut [u8]>,
}

/// Memory of a plane within a band.
enum Slot<'a> {
    Empty,
    Working { first: u32, floats: Scratch },
    Direct { first: u32, bytes: &'a mut [u8] },
}

/// Cuts the group's whole planes into bands.
pub(super) fn split<'a>(plan: &Plan, group: &Group, results: &'a mut [Plane]) -> Vec<Band<'a>> {
    let height = group.height;
    let rows = band_rows(plan, group);
    let starts: Vec<u32> = (0..height).step_by(rows as usize).collect();
    let mut bands: Vec<Band<'a>> =
        starts.iter().map(|&y| Band { rows: y..(y + rows).min(height), whole: vec![] }).collect();
    for plane in results {
        let stride = plane.size().width as usize * plane.format().pixel_bytes();
        for (band, bytes) in bands.iter_mut().zip(plane.bytes_mut().chunks_mut(stride * rows as usize)) {
            band.whole.push(bytes);
        }
    }
    bands
}

fn band_rows(plan: &Plan, group: &Group) -> u32 {
    let steps = &plan.steps()[group.steps.clone()];
    let row = |id: &PlaneId| plan.decl(*id).size.width as usize * plan.decl(*id).format.pixel_bytes();
    let (mut live, mut row_bytes) = (0, 0);
    for (i, step) in steps.iter().enumerate() {
        live += step.outputs.iter().map(row).sum::<usize>();
        row_bytes = row_bytes.max(live);
        live -= group.last_used[i].iter().map(row).sum::<usize>().min(live);
    }
    let fit = u32::try_from(BAND_BYTES / row_bytes.max(1)).unwrap_or(u32::MAX);
    fit.clamp(BAND_ROWS.start.max(3 * group.halo), BAND_ROWS.end)
}

/// Runs every step of the group over one band.
pub(super) fn run<'a>(
    plan: &Plan,
    group: &Group,
    source: &(impl Fn(PlaneId) -> Option<&'a Plane> + Sync),
    band: Band<'_>,
) {
    let steps = &plan.steps()[group.steps.clone()];
    let needs = needed_rows(plan, group, &band.rows);
    let mut slots: Vec<Slot<'_>> = plan.planes().iter().map(|_| Slot::Empty).collect();
    let mut spill: Vec<(PlaneId, &mut [u8])> = Vec::new();
    for (id, bytes) in group.live_out.iter().zip(band.whole) {
        if needs[id.index()] == band.rows {
            slots[id.index()] = Slot::Direct { first: band.rows.start, bytes };
        } else {
            spill.push((*id, bytes));
        }
    }
    for (i, step) in steps.iter().enumerate() {
        let mut taken: Vec<Slot<'_>> = step
            .outputs
            .iter()
            .map(|id| prepare(plan, *id, &needs, std::mem::replace(&mut slots[id.index()], Slot::Empty)))
            .collect();
        let rows = needs[step.outputs[0].index()].clone();
        let inputs: Vec<Rows<'_>> =
            step.inputs.iter().filter_map(|id| view(plan, *id, &slots, source)).collect();
        let mut outputs: Vec<RowsMut<'_>> =
            step.outputs.iter().zip(&mut taken).map(|(id, slot)| view_mut(plan, *id, slot)).collect();
        let mut job = Job { params: &step.params, rows, inputs: &inputs, outputs: outputs.as_mut_slice() };
        (step.kernel.cpu)(&mut job);
        for (id, slot) in step.outputs.iter().zip(taken) {
            slots[id.index()] = slot;
        }
        for id in &group.last_used[i] {
            slots[id.index()] = Slot::Empty;
        }
    }
    for (id, bytes) in spill {
        if let Some(rows) = view(plan, id, &slots, source) {
            let stride = bytes.len() / band.rows.len();
            let skip = (band.rows.start - rows.first) as usize * stride;
            bytes.copy_from_slice(&rows.bytes[skip..skip + bytes.len()]);
        }
    }
}

/// Rows of every plane that the group must compute for this band, walking its steps backwards.
fn needed_rows(plan: &Plan, group: &Group, rows: &Range<u32>) -> Vec<Range<u32>> {
    let mut needs: Vec<Range<u32>> = vec![0..0; plan.planes().len()];
    for id in &group.live_out {
        needs[id.index()] = rows.clone();
    }
    for step in plan.steps()[group.steps.clone()].iter().rev() {
        let out = step.outputs.iter().fold(0..0, |sum, id| union(sum, &needs[id.index()]));
        let out = if out.is_empty() { rows.clone() } else { out };
        for id in &step.outputs {
            needs[id.index()] = out.clone();
        }
        for (id, port) in step.inputs.iter().zip(step.kernel.inputs) {
            let need = port.reach.rows(&step.params, out.clone(), plan.decl(*id).size.height);
            needs[id.index()] = union(needs[id.index()].clone(), &need);
        }
    }
    needs
}

fn union(a: Range<u32>, b: &Range<u32>) -> Range<u32> {
    if a.is_empty() {
        b.clone()
    } else if b.is_empty() {
        a
    } else {
        a.start.min(b.start)..a.end.max(b.end)
    }
}

fn prepare<'a>(plan: &Plan, id: PlaneId, needs: &[Range<u32>], slot: Slot<'a>) -> Slot<'a> {
    if !matches!(slot, Slot::Empty) {
        return slot;
    }
    let (decl, rows) = (plan.decl(id), &needs[id.index()]);
    let bytes = decl.size.width as usize * decl.format.pixel_bytes() * rows.len();
    Slot::Working { first: rows.start, floats: Scratch::new(bytes.div_ceil(4)) }
}

fn view<'s, 'a: 's>(
    plan: &Plan,
    id: PlaneId,
    slots: &'s [Slot<'_>],
    source: &impl Fn(PlaneId) -> Option<&'a Plane>,
) -> Option<Rows<'s>> {
    let decl = plan.decl(id);
    let (first, bytes): (u32, &[u8]) = match &slots[id.index()] {
        Slot::Empty => return source(id).map(Rows::of),
        Slot::Working { first, floats } => (*first, bytemuck::cast_slice(floats)),
        Slot::Direct { first, bytes } => (*first, bytes),
    };
    Some(Rows { size: decl.size, format: decl.format, first, bytes })
}

fn view_mut<'s>(plan: &Plan, id: PlaneId, slot: &'s mut Slot<'_>) -> RowsMut<'s> {
    let decl = plan.decl(id);
    let (first, bytes): (u32, &mut [u8]) = match slot {
        Slot::Empty => (0, &mut []),
        Slot::Working { first, floats } => (*first, bytemuck::cast_slice_mut(floats)),
        Slot::Direct { first, bytes } => (*first, bytes),
    };
    RowsMut { size: decl.size, format: decl.format, first, bytes }
}
