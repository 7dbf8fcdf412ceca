//! What the device was asked to do, counted: the costs that can be held to a budget without timing
//! anything. Decides nothing.

use std::sync::atomic::{AtomicU64, Ordering};

/// What an executor has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Buffers ever created. Constant once warm.
    pub buffers_created: u64,
    /// Bytes of the buffers that exist now.
    pub buffer_bytes: u64,
    /// Buffers that the driver holds now, those that the graphics library made for itself included.
    pub driver_buffers: u64,
    /// Kernels compiled.
    pub pipelines_compiled: u64,
    /// Plans submitted.
    pub runs: u64,
    /// Dispatches: one a step, more where a step goes in strips.
    pub dispatches: u64,
    /// Compute passes.
    pub passes: u64,
    /// Submissions to the queue.
    pub submits: u64,
    /// Bytes of planes, constants and parameters sent to the device.
    pub uploaded_bytes: u64,
    /// Bytes of results read back.
    pub read_back_bytes: u64,
}

/// The counters while they count.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) buffers_created: Count,
    pub(super) buffer_bytes: Count,
    pub(super) pipelines_compiled: Count,
    pub(super) runs: Count,
    pub(super) dispatches: Count,
    pub(super) passes: Count,
    pub(super) submits: Count,
    pub(super) uploaded_bytes: Count,
    pub(super) read_back_bytes: Count,
}

impl Tally {
    /// The counts now.
    pub(super) fn read(&self, driver_buffers: u64) -> Counters {
        Counters {
            buffers_created: self.buffers_created.get(),
            buffer_bytes: self.buffer_bytes.get(),
            driver_buffers,
            pipelines_compiled: self.pipelines_compiled.get(),
            runs: self.runs.get(),
            dispatches: self.dispatches.get(),
            passes: self.passes.get(),
            submits: self.submits.get(),
            uploaded_bytes: self.uploaded_bytes.get(),
            read_back_bytes: self.read_back_bytes.get(),
        }
    }
}

/// One count, shared by threads.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub(super) fn sub(&self, n: u64) {
        self.0.fetch_sub(n, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
