//! Memory of a thread for work that is over within a call: taken dirty, given back on drop. Fresh memory
//! costs its page faults each time, and a kernel runs hundreds of times an item.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Buffers that a thread keeps.
const KEPT: usize = 32;

thread_local! {
    static FREE: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Floats whose content is unspecified until written.
#[derive(Debug)]
pub struct Scratch {
    memory: Vec<f32>,
    length: usize,
}

impl Scratch {
    /// `length` floats.
    #[must_use]
    pub fn new(length: usize) -> Self {
        let mut memory = FREE.with_borrow_mut(|free| {
            let fits = (0..free.len()).filter(|&i| free[i].len() >= length).min_by_key(|&i| free[i].len());
            match fits {
                Some(i) => free.swap_remove(i),
                None => free.pop().unwrap_or_default(),
            }
        });
        if memory.len() < length {
            memory.clear();
            memory.resize(length, 0.0);
        }
        Self { memory, length }
    }
}

impl Deref for Scratch {
    type Target = [f32];

    #[inline(always)]
    fn deref(&self) -> &[f32] {
        &self.memory[..self.length]
    }
}

impl DerefMut for Scratch {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.memory[..self.length]
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        FREE.with_borrow_mut(|free| {
            if free.len() < KEPT {
                free.push(memory);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_and_has_the_length_asked_for() {
        let first = Scratch::new(1000);
        let address = first.as_ptr();
        drop(first);
        let second = Scratch::new(400);
        assert_eq!((second.as_ptr(), second.len()), (address, 400));
        assert_eq!(Scratch::new(0).len(), 0);
    }
}
