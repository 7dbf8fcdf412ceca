//! Planes in and out, through mapped memory that comes back. The graphics library's own `write_buffer`
//! would be shorter, but it creates a staging buffer for every call.

use std::sync::mpsc;

use super::Shared;
use super::device::PATIENCE;
use super::store::{Block, Purpose};
use crate::exec::ExecError;

/// A filled upload buffer.
pub(super) struct Upload {
    pub(super) block: Block,
    pub(super) bytes: u64,
}

impl Upload {
    /// Copies `data`, a whole number of words, into an upload buffer.
    pub(super) fn new(shared: &Shared, data: &[u8]) -> Result<Self, ExecError> {
        let bytes = data.len() as u64;
        let block = shared.store.take(&shared.device, Purpose::Upload, bytes);
        if bytes > 0 {
            let view = block.raw.get_mapped_range_mut(..bytes);
            view.map_err(|e| ExecError::Gpu(e.to_string()))?.copy_from_slice(data);
        }
        block.raw.unmap();
        shared.device.tally.uploaded_bytes.add(bytes);
        Ok(Self { block, bytes })
    }
}

/// Mappings asked for right after a submission; they come true when it is done.
pub(super) struct Mappings {
    asked: usize,
    done: mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>,
    tell: mpsc::Sender<Result<(), wgpu::BufferAsyncError>>,
}

impl Mappings {
    pub(super) fn new() -> Self {
        let (tell, done) = mpsc::channel();
        Self { asked: 0, done, tell }
    }

    /// Asks for a buffer to be mapped.
    pub(super) fn ask(&mut self, block: &Block, mode: wgpu::MapMode) {
        let tell = self.tell.clone();
        self.asked += 1;
        // The receiver is gone only where the run has failed already.
        block.raw.map_async(mode, .., move |result| drop(tell.send(result)));
    }

    /// Waits for the submission and for all mappings: another thread that polls at the same time may be
    /// the one that is telling of them.
    pub(super) fn wait(self, shared: &Shared, index: wgpu::SubmissionIndex) -> Result<(), ExecError> {
        shared.device.wait(index)?;
        for _ in 0..self.asked {
            if !matches!(self.done.recv_timeout(PATIENCE), Ok(Ok(()))) {
                shared.device.check()?;
                return Err(shared.device.lost("its memory cannot be read"));
            }
        }
        Ok(())
    }
}

/// Copies a mapped result out and unmaps it.
pub(super) fn read(shared: &Shared, block: &Block, words: &mut [u32]) -> Result<(), ExecError> {
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(words);
    if !bytes.is_empty() {
        let view = block.raw.get_mapped_range(..bytes.len() as u64);
        bytes.copy_from_slice(&view.map_err(|e| ExecError::Gpu(e.to_string()))?);
    }
    block.raw.unmap();
    shared.device.tally.read_back_bytes.add(bytes.len() as u64);
    Ok(())
}
