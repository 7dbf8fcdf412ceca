//! A schedule as one command buffer: copies in, one compute pass, copies out. The graphics library puts the
//! barriers between dispatches.

use std::num::NonZeroU64;

use super::Shared;
use super::schedule::{Schedule, Work};
use super::store::{Block, Purpose};
use super::strips::{FRAME_BYTES, Strip};
use super::transfer::Upload;
use crate::plan::{Plan, Step};

/// Buffers that go with a submission: what is sent, and what comes back.
pub(super) struct Cargo {
    pub(super) uniforms: Upload,
    pub(super) uploads: Vec<Upload>,
    pub(super) results: Vec<Block>,
}

/// Records the whole plan and submits it. The caller holds the order lock: buffers that are given back here
/// are free for what is recorded next, not for what runs now.
pub(super) fn record(
    shared: &Shared,
    plan: &Plan,
    schedule: &Schedule,
    cargo: &Cargo,
) -> wgpu::SubmissionIndex {
    let device = &shared.device;
    let mut encoder = device.raw.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut tape = Tape {
        shared,
        plan,
        uniforms: shared.store.take(device, Purpose::Uniforms, cargo.uniforms.bytes),
        held: plan.planes().iter().map(|_| None).collect(),
    };
    copy(&mut encoder, &cargo.uniforms.block, &tape.uniforms, cargo.uniforms.bytes);
    for (id, upload) in schedule.uploads.iter().zip(&cargo.uploads) {
        let block = shared.store.take(device, Purpose::Plane, upload.bytes);
        copy(&mut encoder, &upload.block, &block, upload.bytes);
        tape.held[id.index()] = Some(block);
    }
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    for (step, work) in plan.steps().iter().zip(&schedule.work) {
        tape.step(&mut pass, step, work);
    }
    drop(pass);
    for (id, block) in schedule.results.iter().zip(&cargo.results) {
        if let Some(from) = &tape.held[id.index()] {
            copy(&mut encoder, from, block, plan.decl(*id).bytes());
        }
    }
    let index = device.queue.submit([encoder.finish()]);
    device.tally.passes.add(1);
    device.tally.submits.add(1);
    tape.held.into_iter().flatten().chain([tape.uniforms]).for_each(|b| shared.store.give(b));
    index
}

fn copy(encoder: &mut wgpu::CommandEncoder, from: &Block, to: &Block, bytes: u64) {
    if bytes > 0 {
        encoder.copy_buffer_to_buffer(&from.raw, 0, &to.raw, 0, bytes);
    }
}

/// The plane buffers that the plan holds at this point of the recording.
struct Tape<'a> {
    shared: &'a Shared,
    plan: &'a Plan,
    uniforms: Block,
    held: Vec<Option<Block>>,
}

impl Tape<'_> {
    /// Records a step. Its outputs get buffers before its last inputs lose theirs, so none is both.
    fn step(&mut self, pass: &mut wgpu::ComputePass<'_>, step: &Step, work: &Work) {
        let Shared { device, store, .. } = self.shared;
        for id in &step.outputs {
            let bytes = self.plan.decl(*id).bytes();
            self.held[id.index()] = Some(store.take(device, Purpose::Plane, bytes));
        }
        let [columns, rows] = work.pipeline.group;
        let width = self.plan.decl(step.outputs[0]).size.width;
        pass.set_pipeline(&work.pipeline.raw);
        for dispatch in &work.dispatches {
            let group = self.bind(step, work, &dispatch.strip);
            let offsets = [dispatch.frame_at, work.params_at];
            let dynamic = if step.params.is_empty() { 1 } else { 2 };
            pass.set_bind_group(0, &group, &offsets[..dynamic]);
            let height = dispatch.strip.rows.end - dispatch.strip.rows.start;
            pass.dispatch_workgroups(width.div_ceil(columns), height.div_ceil(rows), 1);
            device.tally.dispatches.add(1);
        }
        work.dies.iter().filter_map(|id| self.held[id.index()].take()).for_each(|b| store.give(b));
    }

    fn bind(&self, step: &Step, work: &Work, strip: &Strip) -> wgpu::BindGroup {
        let mut entries = vec![entry(0, &self.uniforms, 0, FRAME_BYTES)];
        if !step.params.is_empty() {
            entries.push(entry(1, &self.uniforms, 0, step.params.len() as u64));
        }
        let ids = step.inputs.iter().chain(&step.outputs);
        let planes = ids.filter_map(|id| self.held[id.index()].as_ref());
        for ((binding, block), span) in (2..).zip(planes).zip(&strip.spans) {
            entries.push(entry(binding, block, span.offset, span.size));
        }
        self.shared.device.raw.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(step.kernel.name),
            layout: &work.pipeline.layout,
            entries: &entries,
        })
    }
}

fn entry(binding: u32, block: &Block, offset: u64, size: u64) -> wgpu::BindGroupEntry<'_> {
    let part = wgpu::BufferBinding { buffer: &block.raw, offset, size: NonZeroU64::new(size) };
    wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::Buffer(part) }
}
