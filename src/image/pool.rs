//! Memory of finished planes, kept for the next ones: a fresh 64 MiB plane costs its page faults again.

use std::sync::{Mutex, PoisonError};

use super::{Format, Plane, Size};

/// A store of free plane memory, shared by decoder, executor and encoder.
#[derive(Debug)]
pub struct Pool {
    free: Mutex<Vec<Vec<u32>>>,
    limit_bytes: usize,
}

impl Default for Pool {
    fn default() -> Self {
        Self::new(512 << 20)
    }
}

impl Pool {
    /// A pool that keeps at most `limit_bytes` of free memory.
    #[must_use]
    pub fn new(limit_bytes: usize) -> Self {
        Self { free: Mutex::new(Vec::new()), limit_bytes }
    }

    /// A plane whose content is unspecified until written.
    #[must_use]
    pub fn take(&self, size: Size, format: Format) -> Plane {
        let words = Plane::words_for(size, format);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |v: &Vec<u32>| v.capacity() >= words && v.capacity() / 4 <= words.max(1024);
        let best = (0..free.len()).filter(|&i| fits(&free[i])).min_by_key(|&i| free[i].capacity());
        let memory = best.map(|i| free.swap_remove(i));
        drop(free);
        Plane::from_words(size, format, memory.unwrap_or_else(|| vec![0; words]))
    }

    /// Takes a plane's memory back; forgets the oldest where the limit is passed.
    pub fn give(&self, plane: Plane) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.push(plane.into_words());
        let mut held: usize = free.iter().map(|v| 4 * v.capacity()).sum();
        while held > self.limit_bytes && !free.is_empty() {
            held -= 4 * free.remove(0).capacity();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_and_the_limit_holds() {
        let pool = Pool::new(40_000);
        let size = Size::new(50, 100);
        let plane = pool.take(size, Format::Gray);
        let address = plane.words().as_ptr();
        pool.give(plane);
        assert_eq!(pool.take(size, Format::Gray).words().as_ptr(), address);
        pool.give(Plane::zeros(Size::new(200, 100), Format::Gray));
        let held: usize = pool.free.lock().map(|f| f.iter().map(Vec::capacity).sum()).unwrap_or(0);
        assert_eq!(held, 0, "a plane beyond the limit is not kept");
    }
}
