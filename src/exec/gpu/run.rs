//! One run of a plan: fill the upload buffers, record and submit once, wait, read the results.
//!
//! Uploads and reading back run in the calling thread and overlap with what other threads have on the
//! device. Only recording is one at a time, and that is what makes buffers cheap: the queue runs
//! submissions in order, so plans in flight share one set of plane buffers, and a plane's buffer serves
//! the next plane as soon as nothing recorded later reads it.

use std::sync::PoisonError;

use super::Shared;
use super::record::{Cargo, record};
use super::schedule::Schedule;
use super::store::Purpose;
use super::transfer::{Mappings, Upload, read};
use crate::exec::{ExecError, collect};
use crate::image::{Plane, Pool};
use crate::plan::{Origin, Plan, PlaneId};

/// A submission under way.
struct Flight {
    cargo: Cargo,
    index: wgpu::SubmissionIndex,
    mappings: Mappings,
}

/// Runs a plan whose inputs have been checked.
pub(super) fn run(
    shared: &Shared,
    pool: &Pool,
    plan: &Plan,
    inputs: &[&Plane],
    limit: u64,
) -> Result<Vec<Plane>, ExecError> {
    shared.device.check()?;
    let schedule = Schedule::new(shared, plan, limit)?;
    let mut planes: Vec<Option<Plane>> = plan.planes().iter().map(|_| None).collect();
    if !schedule.results.is_empty() {
        let flight = shared.device.guarded(|| launch(shared, plan, inputs, &schedule))?;
        land(shared, pool, plan, &schedule, flight, &mut planes)?;
    }
    shared.device.tally.runs.add(1);
    shared.store.end_run();
    Ok(collect(plan, planes, inputs))
}

fn launch(shared: &Shared, plan: &Plan, inputs: &[&Plane], schedule: &Schedule) -> Result<Flight, ExecError> {
    let cargo = load(shared, plan, inputs, schedule)?;
    let index = {
        let _one_at_a_time = shared.order.lock().unwrap_or_else(PoisonError::into_inner);
        record(shared, plan, schedule, &cargo)
    };
    let mut mappings = Mappings::new();
    for upload in cargo.uploads.iter().chain([&cargo.uniforms]) {
        mappings.ask(&upload.block, wgpu::MapMode::Write);
    }
    for block in &cargo.results {
        mappings.ask(block, wgpu::MapMode::Read);
    }
    Ok(Flight { cargo, index, mappings })
}

fn load(shared: &Shared, plan: &Plan, inputs: &[&Plane], schedule: &Schedule) -> Result<Cargo, ExecError> {
    let mut uploads = Vec::with_capacity(schedule.uploads.len());
    for id in &schedule.uploads {
        let words = match &plan.decl(*id).origin {
            Origin::Input(slot) => inputs[*slot].words(),
            Origin::Constant(plane) => plane.words(),
            Origin::Computed => &[],
        };
        uploads.push(Upload::new(shared, bytemuck::cast_slice(words))?);
    }
    let back = |id: &PlaneId| shared.store.take(&shared.device, Purpose::ReadBack, plan.decl(*id).bytes());
    let results = schedule.results.iter().map(back).collect();
    Ok(Cargo { uniforms: Upload::new(shared, &schedule.uniforms)?, uploads, results })
}

/// Waits for a submission, reads its results and returns its buffers.
fn land(
    shared: &Shared,
    pool: &Pool,
    plan: &Plan,
    schedule: &Schedule,
    flight: Flight,
    planes: &mut [Option<Plane>],
) -> Result<(), ExecError> {
    let Flight { cargo, index, mappings } = flight;
    mappings.wait(shared, index)?;
    cargo.uploads.into_iter().chain([cargo.uniforms]).for_each(|u| shared.store.give(u.block));
    for (id, block) in schedule.results.iter().zip(cargo.results) {
        let decl = plan.decl(*id);
        let mut plane = pool.take(decl.size, decl.format);
        read(shared, &block, plane.words_mut())?;
        shared.store.give(block);
        planes[id.index()] = Some(plane);
    }
    Ok(())
}
