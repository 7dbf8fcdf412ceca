//! A plan made ready for the device: pipelines, dispatches and the uniform bytes, all decided before the
//! first buffer is taken.

use std::ops::Range;
use std::sync::Arc;

use super::Shared;
use super::pipeline::Pipeline;
use super::strips::{ALIGN, Strip, frame, strips};
use crate::exec::ExecError;
use crate::plan::{Origin, Plan, PlaneId};

/// One dispatch.
pub(super) struct Dispatch {
    pub(super) strip: Strip,
    /// Where its frame lies in the uniform bytes.
    pub(super) frame_at: u32,
}

/// One step's dispatches.
pub(super) struct Work {
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) dispatches: Vec<Dispatch>,
    /// Where its parameter block lies in the uniform bytes.
    pub(super) params_at: u32,
    /// Planes that nothing reads after it.
    pub(super) dies: Vec<PlaneId>,
}

/// Everything about a run but its pixels.
pub(super) struct Schedule {
    /// The steps in order.
    pub(super) work: Vec<Work>,
    /// Frames and parameter blocks, as WGSL has them.
    pub(super) uniforms: Vec<u8>,
    /// Inputs and constants that some step reads.
    pub(super) uploads: Vec<PlaneId>,
    /// Computed planes to be read back, each once.
    pub(super) results: Vec<PlaneId>,
}

impl Schedule {
    /// Prepares a plan for bindings of at most `limit` bytes.
    pub(super) fn new(shared: &Shared, plan: &Plan, limit: u64) -> Result<Self, ExecError> {
        check_sizes(shared, plan)?;
        let spans = plan.lifetimes();
        let mut uniforms = Vec::new();
        let mut work = Vec::with_capacity(plan.steps().len());
        let ids = || (0..plan.planes().len()).map(PlaneId);
        for (i, step) in plan.steps().iter().enumerate() {
            let pipeline = shared.pipelines.get(&shared.device, step.kernel)?;
            let most = shared.device.limits.max_compute_workgroups_per_dimension;
            let cut = strips(plan, step, limit, most.saturating_mul(pipeline.group[1]))?;
            let params_at = append(&mut uniforms, &step.params);
            let dispatches = cut.into_iter().map(|strip| {
                let words = frame(plan, step, &strip);
                Dispatch { frame_at: append(&mut uniforms, bytemuck::cast_slice(&words)), strip }
            });
            let dispatches = dispatches.collect();
            let dies = |id: &PlaneId| spans[id.index()].end == i + 1 && !plan.outputs().contains(id);
            work.push(Work { pipeline, dispatches, params_at, dies: ids().filter(dies).collect() });
        }
        let computed = |id: &PlaneId| matches!(plan.decl(*id).origin, Origin::Computed);
        let live = |id: &PlaneId| !spans[id.index()].is_empty();
        let read = |id: &PlaneId| plan.steps().iter().any(|s| s.inputs.contains(id));
        let uploads = ids().filter(|id| !computed(id) && read(id)).collect();
        let results = ids().filter(|id| computed(id) && live(id) && plan.outputs().contains(id)).collect();
        Ok(Self { work, uniforms, uploads, results })
    }
}

fn check_sizes(shared: &Shared, plan: &Plan) -> Result<(), ExecError> {
    let most = shared.device.limits.max_buffer_size;
    let used = plan.used();
    match plan.planes().iter().zip(used).find(|(p, used)| *used && p.bytes() > most).map(|(p, _)| p) {
        None => Ok(()),
        Some(p) => Err(ExecError::Gpu(format!(
            "plane `{}` ({}, {}) takes {} bytes, the device's buffers hold at most {most}",
            p.name,
            p.size,
            p.format,
            p.bytes()
        ))),
    }
}

/// Appends a block at the next aligned place and returns that place.
fn append(uniforms: &mut Vec<u8>, block: &[u8]) -> u32 {
    let at: Range<usize> = uniforms.len()..uniforms.len() + block.len();
    uniforms.extend_from_slice(block);
    uniforms.resize(at.end.next_multiple_of(ALIGN as usize), 0);
    u32::try_from(at.start).unwrap_or(u32::MAX)
}
