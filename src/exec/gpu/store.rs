//! Buffers that come back: by size class, so that pictures of nearly one size share them, and by purpose.
//! A run of a plan that ran before creates none. Knows no plan.

use std::sync::{Arc, Mutex, PoisonError};

use super::counters::Tally;
use super::device::Device;

/// Runs after which a buffer that nothing asked for is let go.
const KEEP_RUNS: u64 = 16;
/// The smallest buffer, and the step of the smallest classes.
const SMALLEST: u64 = 256;

/// What a buffer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A plane of the plan in flight.
    Plane,
    /// Frames and parameter blocks of a plan.
    Uniforms,
    /// Memory that both sides see, to send planes through. Lies here mapped, ready to be written.
    Upload,
    /// Memory that both sides see, to read results through.
    ReadBack,
}

impl Purpose {
    fn usage(self) -> wgpu::BufferUsages {
        use wgpu::BufferUsages as U;
        match self {
            Self::Plane => U::STORAGE | U::COPY_DST | U::COPY_SRC,
            Self::Uniforms => U::UNIFORM | U::COPY_DST,
            Self::Upload => U::MAP_WRITE | U::COPY_SRC,
            Self::ReadBack => U::MAP_READ | U::COPY_DST,
        }
    }
}

/// A buffer on loan.
pub(super) struct Block {
    pub(super) raw: wgpu::Buffer,
    purpose: Purpose,
    used: u64,
    tally: Arc<Tally>,
}

impl Drop for Block {
    fn drop(&mut self) {
        self.tally.buffer_bytes.sub(self.raw.size());
    }
}

/// The buffers that are free now, longest unused first.
#[derive(Default)]
pub(super) struct Store {
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    free: Vec<Block>,
    runs: u64,
}

impl Store {
    /// A buffer of at least `bytes`, created where none is free. The longest unused one is taken, so that
    /// buffers in use never age.
    pub(super) fn take(&self, device: &Device, purpose: Purpose, bytes: u64) -> Block {
        let size = class(bytes, device.limits.max_buffer_size);
        let found = self.with(|shelf| {
            let fits = |b: &Block| b.purpose == purpose && b.raw.size() == size;
            shelf.free.iter().position(fits).map(|i| shelf.free.remove(i))
        });
        found.unwrap_or_else(|| create(device, purpose, size))
    }

    /// Takes a buffer back; an [`Purpose::Upload`] buffer must be mapped.
    pub(super) fn give(&self, mut block: Block) {
        self.with(|shelf| {
            block.used = shelf.runs;
            shelf.free.push(block);
        });
    }

    /// Notes that a run is over, and lets go what the last ones did not use.
    pub(super) fn end_run(&self) {
        let stale: Vec<Block> = self.with(|shelf| {
            shelf.runs += 1;
            let oldest = shelf.runs.saturating_sub(KEEP_RUNS);
            shelf.free.extract_if(.., |b| b.used < oldest).collect()
        });
        drop(stale);
    }

    /// Lets go everything that is free, for a device that ran out of memory.
    pub(super) fn clear(&self) {
        drop(self.with(|shelf| std::mem::take(&mut shelf.free)));
    }

    fn with<T>(&self, f: impl FnOnce(&mut Shelf) -> T) -> T {
        f(&mut self.shelf.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn create(device: &Device, purpose: Purpose, size: u64) -> Block {
    device.tally.buffers_created.add(1);
    device.tally.buffer_bytes.add(size);
    let raw = device.raw.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size,
        usage: purpose.usage(),
        mapped_at_creation: purpose == Purpose::Upload,
    });
    Block { raw, purpose, used: 0, tally: Arc::clone(&device.tally) }
}

/// The size of buffer that holds `bytes`: eight classes an octave, so at most an eighth is wasted.
fn class(bytes: u64, most: u64) -> u64 {
    let bytes = bytes.max(SMALLEST);
    let octave = 1 << bytes.ilog2();
    let step = (octave / 8).max(SMALLEST);
    let size = bytes.next_multiple_of(step);
    if bytes <= most { size.min(most) } else { size }
}

#[cfg(test)]
mod tests {
    use super::class;

    #[test]
    fn classes_hold_what_they_must_and_waste_an_eighth_at_most() {
        for bytes in [0, 1, 255, 256, 257, 4000, 65_537, 48_000_000, 100_000_001] {
            let size = class(bytes, u64::MAX);
            assert!(size >= bytes && size.is_multiple_of(4), "{bytes} in {size}");
            assert!(size <= (bytes + bytes / 8 + 256), "{bytes} in {size}");
            assert_eq!(class(size, u64::MAX), size, "a class holds itself");
        }
        assert_eq!(class(1000, 1008), 1008, "never beyond what the device allows");
    }
}
