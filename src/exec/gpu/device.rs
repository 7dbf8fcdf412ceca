//! The open device: its limits, its errors, its loss. Turns everything that the graphics library reports
//! in its several ways (scopes, callbacks, results, panics) into [`ExecError`]; knows no plan.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::adapter::{self, Choice, GpuError};
use super::counters::{Counters, Tally};
use crate::exec::ExecError;

/// How long a submission may take. A device that hangs is reset by its driver long before.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

/// An open device and what happened to it.
pub(super) struct Device {
    pub(super) raw: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) name: String,
    pub(super) limits: wgpu::Limits,
    pub(super) tally: Arc<Tally>,
    health: Arc<Health>,
}

/// What the device's callbacks told.
#[derive(Default)]
struct Health {
    lost: OnceLock<String>,
    stray: Mutex<Option<ExecError>>,
}

impl Device {
    /// Opens the chosen adapter.
    pub(super) fn open(choice: Choice<'_>) -> Result<Self, GpuError> {
        let (adapter, info) = adapter::pick(choice)?;
        let limits = adapter::limits(&adapter);
        let desc = wgpu::DeviceDescriptor {
            label: Some("packshot"),
            required_features: wgpu::Features::empty(),
            required_limits: limits.clone(),
            memory_hints: wgpu::MemoryHints::MemoryUsage,
            ..Default::default()
        };
        let (raw, queue) = pollster::block_on(adapter.request_device(&desc))
            .map_err(|e| GpuError(format!("adapter {info} cannot be opened: {e}")))?;
        let health = Arc::new(Health::default());
        let seen = Arc::clone(&health);
        raw.set_device_lost_callback(move |reason, text| seen.lose(format!("{reason:?}: {text}")));
        let seen = Arc::clone(&health);
        raw.on_uncaptured_error(Arc::new(move |error| {
            *seen.stray.lock().unwrap_or_else(PoisonError::into_inner) = Some(translate(&error));
        }));
        Ok(Self { raw, queue, name: info.name, limits, tally: Arc::default(), health })
    }

    /// Fails once the device is lost, or where an error came outside every scope.
    pub(super) fn check(&self) -> Result<(), ExecError> {
        if let Some(reason) = self.health.lost.get() {
            return Err(ExecError::GpuLost(reason.clone()));
        }
        let stray = self.health.stray.lock().unwrap_or_else(PoisonError::into_inner).take();
        stray.map_or(Ok(()), Err)
    }

    /// Runs `f` with every error of this thread's calls caught. The device's own words come before what
    /// `f` made of them.
    pub(super) fn guarded<T>(&self, f: impl FnOnce() -> Result<T, ExecError>) -> Result<T, ExecError> {
        let scope = |filter| self.raw.push_error_scope(filter);
        let validation = scope(wgpu::ErrorFilter::Validation);
        let internal = scope(wgpu::ErrorFilter::Internal);
        let memory = scope(wgpu::ErrorFilter::OutOfMemory);
        let result = f();
        let memory = pollster::block_on(memory.pop());
        let internal = pollster::block_on(internal.pop());
        let validation = pollster::block_on(validation.pop());
        if let Some(reason) = self.health.lost.get() {
            return Err(ExecError::GpuLost(reason.clone()));
        }
        match memory.or(internal).or(validation) {
            Some(error) => Err(translate(&error)),
            None => result,
        }
    }

    /// Waits in the calling thread until a submission is done; other threads may wait for theirs.
    pub(super) fn wait(&self, index: wgpu::SubmissionIndex) -> Result<(), ExecError> {
        match self.poll(wgpu::PollType::Wait { submission_index: Some(index), timeout: Some(PATIENCE) }) {
            Some(Ok(_)) => self.check(),
            Some(Err(wgpu::PollError::Timeout)) => Err(self.lost(&format!("no answer within {PATIENCE:?}"))),
            Some(Err(_)) => Err(self.lost("it took no work")),
            None => Err(self.lost("it failed while it was waited for")),
        }
    }

    /// What an error really was: a device that is being lost fails in many ways before it says so.
    pub(super) fn verdict(&self, error: ExecError) -> ExecError {
        if matches!(error, ExecError::GpuLost(_)) {
            return error;
        }
        let submission_index = Some(self.queue.submit([]));
        let probe = wgpu::PollType::Wait { submission_index, timeout: Some(Duration::ZERO) };
        match self.poll(probe) {
            Some(Ok(_) | Err(wgpu::PollError::Timeout)) => error,
            Some(Err(_)) | None => self.lost(&error.to_string()),
        }
    }

    /// Polls the device. One that is lost in that moment is reported by a panic and in no other way: `None`.
    fn poll(&self, how: wgpu::PollType) -> Option<Result<wgpu::PollStatus, wgpu::PollError>> {
        catch_unwind(AssertUnwindSafe(|| self.raw.poll(how))).ok()
    }

    /// Takes the device for lost. Its own callback states the reason better, and comes once its queue is
    /// empty.
    pub(super) fn lost(&self, reason: &str) -> ExecError {
        self.poll(wgpu::PollType::Wait { submission_index: None, timeout: Some(Duration::from_secs(5)) });
        ExecError::GpuLost(self.health.lost.get_or_init(|| reason.to_owned()).clone())
    }

    /// The counts now.
    pub(super) fn counters(&self) -> Counters {
        let held = self.raw.get_internal_counters().hal.buffers.read();
        self.tally.read(u64::try_from(held).unwrap_or(0))
    }
}

impl Health {
    fn lose(&self, reason: String) {
        self.lost.get_or_init(|| reason);
    }
}

/// The library's error as the executor's. Out of memory counts as a loss: it may pass.
pub(super) fn translate(error: &wgpu::Error) -> ExecError {
    match error {
        wgpu::Error::OutOfMemory { .. } => ExecError::GpuLost("the device is out of memory".into()),
        wgpu::Error::Validation { description, .. } | wgpu::Error::Internal { description, .. } => {
            ExecError::Gpu(description.trim().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_of_memory_is_a_loss_that_may_pass() {
        let error = wgpu::Error::OutOfMemory { source: "full".into() };
        assert!(matches!(translate(&error), ExecError::GpuLost(_)));
    }
}
