//! The native path: chains of kernels over row bands that stay in cache.
//!
//! A row of any plane depends only on input rows, never on where a band begins, so bands and threads
//! change no byte. Knows no op.

mod band;
mod group;

use std::sync::Arc;

use rayon::prelude::*;

use super::{ExecError, Executor, check_inputs, collect};
use crate::image::{Plane, Pool};
use crate::plan::{Origin, Plan};

/// Runs plans on the processor.
#[derive(Debug, Clone)]
pub struct Cpu {
    pool: Arc<Pool>,
    parallel: bool,
}

impl Cpu {
    /// An executor that takes plane memory from `pool`. With `parallel`, the bands of one plan run on the
    /// current rayon pool; without, on the calling thread (for catalogs, which are parallel over items).
    #[must_use]
    pub fn new(pool: Arc<Pool>, parallel: bool) -> Self {
        Self { pool, parallel }
    }
}

impl Executor for Cpu {
    fn name(&self) -> &str {
        "cpu"
    }

    fn run(&self, plan: &Plan, inputs: &[&Plane]) -> Result<Vec<Plane>, ExecError> {
        check_inputs(plan, inputs)?;
        let mut owned: Vec<Option<Plane>> = plan.planes().iter().map(|_| None).collect();
        for group in group::groups(plan) {
            let mut results: Vec<Plane> = group
                .live_out
                .iter()
                .map(|id| self.pool.take(plan.decl(*id).size, plan.decl(*id).format))
                .collect();
            let source = |id: crate::plan::PlaneId| -> Option<&Plane> {
                match &plan.decl(id).origin {
                    Origin::Input(slot) => inputs.get(*slot).copied(),
                    Origin::Constant(plane) => Some(plane),
                    Origin::Computed => owned[id.index()].as_ref(),
                }
            };
            let jobs = band::split(plan, &group, &mut results);
            if self.parallel {
                jobs.into_par_iter().for_each(|job| band::run(plan, &group, &source, job));
            } else {
                jobs.into_iter().for_each(|job| band::run(plan, &group, &source, job));
            }
            for (id, plane) in group.live_out.iter().zip(results) {
                owned[id.index()] = Some(plane);
            }
            for id in &group.dies {
                if let Some(plane) = owned[id.index()].take() {
                    self.pool.give(plane);
                }
            }
        }
        Ok(collect(plan, owned, inputs))
    }
}
