//! Executors run plans. They see kernels, planes and plans, and know no op, no recipe and no file.

pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;

use crate::image::Plane;
use crate::plan::{Origin, Plan};

/// Why a plan could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecError {
    /// The inputs are not those that the plan was recorded for.
    #[error("the plan takes input {slot} as {expected}, it was given {found}")]
    Input {
        /// Which input.
        slot: usize,
        /// What the plan says.
        expected: String,
        /// What was given.
        found: String,
    },
    /// The GPU failed; the cause is the device's own words.
    #[error("GPU: {0}")]
    Gpu(String),
    /// The GPU was lost or is out of memory: the same work may succeed later or on the CPU.
    #[error("GPU lost: {0}")]
    GpuLost(String),
}

/// Something that runs plans.
pub trait Executor: Send + Sync {
    /// Short name for reports: `cpu`, or the adapter's name.
    fn name(&self) -> &str;

    /// Runs a plan and returns its results in order.
    ///
    /// # Errors
    /// [`ExecError`] where the inputs do not fit or the device fails.
    fn run(&self, plan: &Plan, inputs: &[&Plane]) -> Result<Vec<Plane>, ExecError>;
}

/// Checks the given planes against the plan's input declarations.
pub(crate) fn check_inputs(plan: &Plan, inputs: &[&Plane]) -> Result<(), ExecError> {
    let describe = |size, format| format!("{size} {format}");
    for decl in plan.planes() {
        let Origin::Input(slot) = decl.origin else { continue };
        let given = inputs.get(slot);
        if !given.is_some_and(|p| p.size() == decl.size && p.format() == decl.format) {
            return Err(ExecError::Input {
                slot,
                expected: describe(decl.size, decl.format),
                found: given.map_or("nothing".into(), |p| describe(p.size(), p.format())),
            });
        }
    }
    Ok(())
}

/// Takes the results out; a result that is an input or a constant is copied.
pub(crate) fn collect(plan: &Plan, mut owned: Vec<Option<Plane>>, inputs: &[&Plane]) -> Vec<Plane> {
    let mut results: Vec<Plane> = Vec::with_capacity(plan.outputs().len());
    for (i, id) in plan.outputs().iter().enumerate() {
        let earlier = plan.outputs()[..i].iter().position(|o| o == id);
        let plane = match (&plan.decl(*id).origin, earlier) {
            (_, Some(j)) => results[j].clone(),
            (Origin::Input(slot), None) => inputs[*slot].clone(),
            (Origin::Constant(plane), None) => (**plane).clone(),
            (Origin::Computed, None) => {
                let decl = plan.decl(*id);
                owned[id.index()].take().unwrap_or_else(|| Plane::zeros(decl.size, decl.format))
            }
        };
        results.push(plane);
    }
    results
}
