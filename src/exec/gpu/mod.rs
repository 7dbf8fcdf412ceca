//! Runs plans on a graphics device. The only room that names the graphics library, and none of its types
//! leaves; knows no op.
//!
//! | file | what it holds |
//! |---|---|
//! | `adapter` | which devices there are, and which to take |
//! | `device` | the open device, its errors, its loss |
//! | `store` | buffers that come back |
//! | `pipeline` | kernels, compiled once |
//! | `strips` | bindings within the device's limits |
//! | `schedule` | a plan made ready |
//! | `record`, `transfer`, `run` | one submission and its planes |

mod adapter;
mod counters;
mod device;
mod pipeline;
mod record;
mod run;
mod schedule;
mod store;
mod strips;
mod transfer;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

pub use adapter::{AdapterInfo, AdapterKind, Choice, GpuError, adapters};
pub use counters::Counters;

use super::{ExecError, Executor, check_inputs};
use crate::image::{Plane, Pool};
use crate::plan::Plan;

/// Runs plans on a graphics device. Clones share the device; threads may run plans at the same time.
#[derive(Clone)]
pub struct Gpu {
    shared: Arc<Shared>,
    pool: Arc<Pool>,
    binding_limit: u64,
}

/// What all clones and threads share.
struct Shared {
    device: device::Device,
    store: store::Store,
    pipelines: pipeline::Pipelines,
    /// Held while a plan is recorded and submitted.
    order: Mutex<()>,
}

impl Gpu {
    /// Opens a device; results are read into planes of `pool`.
    ///
    /// # Errors
    /// [`GpuError`] where no usable adapter fits the choice, or its driver refuses.
    pub fn open(choice: Choice<'_>, pool: Arc<Pool>) -> Result<Self, GpuError> {
        let device = device::Device::open(choice)?;
        let binding_limit = device.limits.max_storage_buffer_binding_size;
        let (store, pipelines) = (store::Store::default(), pipeline::Pipelines::default());
        let shared = Arc::new(Shared { device, store, pipelines, order: Mutex::new(()) });
        Ok(Self { shared, pool, binding_limit })
    }

    /// The same device, as if it could bind at most `bytes` of a plane at once: larger planes go in strips.
    #[must_use]
    pub fn with_binding_limit(&self, bytes: u64) -> Self {
        Self { binding_limit: self.binding_limit.min(bytes), ..self.clone() }
    }

    /// What the device has done since it was opened.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.device.counters()
    }

    /// Destroys the device, for the tests of what follows.
    #[doc(hidden)]
    pub fn destroy(&self) {
        self.shared.device.raw.destroy();
    }

    /// Lets no plan be submitted until the result is dropped, for the tests of plans in flight.
    #[doc(hidden)]
    #[must_use]
    pub fn pause(&self) -> impl Drop + '_ {
        self.shared.order.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Executor for Gpu {
    fn name(&self) -> &str {
        &self.shared.device.name
    }

    fn run(&self, plan: &Plan, inputs: &[&Plane]) -> Result<Vec<Plane>, ExecError> {
        check_inputs(plan, inputs)?;
        let results = run::run(&self.shared, &self.pool, plan, inputs, self.binding_limit)
            .map_err(|error| self.shared.device.verdict(error));
        if matches!(results, Err(ExecError::GpuLost(_))) {
            self.shared.store.clear();
        }
        results
    }
}

impl fmt::Debug for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gpu").field("name", &self.shared.device.name).finish_non_exhaustive()
    }
}
