//! Memory as a gate: items enter by the bytes that they will need, not by their number. First come, first
//! served, so that a big item is not passed by small ones for ever. It counts and allocates nothing.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A budget of bytes that items share. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limit: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: u64,
    /// The number that the next comer draws.
    next: u64,
    /// The number whose turn it is.
    turn: u64,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole at every unlock, so a holder's panic does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What does not fit at all is let in when it would be alone.
    fn fits(&self, state: &State, bytes: u64) -> bool {
        state.used == 0 || state.used.saturating_add(bytes) <= self.limit
    }
}

impl Gate {
    /// A gate that holds `limit_bytes`.
    #[must_use]
    pub fn new(limit_bytes: u64) -> Self {
        let shared = Shared { limit: limit_bytes, state: Mutex::default(), changed: Condvar::new() };
        Self { shared: Arc::new(shared) }
    }

    /// The bytes that it holds.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.shared.limit
    }

    /// The bytes that are in.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.shared.state().used
    }

    /// Waits for its turn and until `bytes` fit. A single item larger than the limit is let in alone.
    ///
    /// A thread that holds a permit must not wait for a second one: the gate cannot know that the first is
    /// not given back meanwhile.
    #[must_use]
    pub fn admit(&self, bytes: u64) -> Permit {
        let shared = &self.shared;
        let mut state = shared.state();
        let number = state.next;
        state.next += 1;
        while state.turn != number || !shared.fits(&state, bytes) {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.turn += 1;
        self.enter(state, bytes)
    }

    /// Lets `bytes` in if nobody waits and they fit, for work that can also be left for later.
    #[must_use]
    pub fn try_admit(&self, bytes: u64) -> Option<Permit> {
        let mut state = self.shared.state();
        if state.turn != state.next || !self.shared.fits(&state, bytes) {
            return None;
        }
        state.next += 1;
        state.turn += 1;
        Some(self.enter(state, bytes))
    }

    fn enter(&self, mut state: MutexGuard<'_, State>, bytes: u64) -> Permit {
        // Only a lone item can be so large that the sum would pass the number range.
        let bytes = bytes.min(u64::MAX - state.used);
        state.used += bytes;
        drop(state);
        // The next in line may fit beside this one.
        self.shared.changed.notify_all();
        Permit { shared: self.shared.clone(), bytes }
    }
}

/// Bytes that are in; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    shared: Arc<Shared>,
    bytes: u64,
}

impl Permit {
    /// The bytes that it stands for.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives back what is no longer needed: the decoded photograph, once the proxy is made.
    pub fn shrink_to(&mut self, bytes: u64) {
        let spare = self.bytes.saturating_sub(bytes);
        self.bytes -= spare;
        self.shared.state().used -= spare;
        self.shared.changed.notify_all();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Until `count` threads have drawn their numbers.
    fn drawn(gate: &Gate, count: u64) {
        while gate.shared.state().next < count {
            thread::yield_now();
        }
    }

    #[test]
    fn the_limit_holds_under_many_threads() {
        let gate = Gate::new(100);
        let (inside, most) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for t in 0..8_u64 {
                let (gate, inside, most) = (&gate, &inside, &most);
                scope.spawn(move || {
                    for i in 0..200 {
                        let bytes = (t * 31 + i * 17) % 90;
                        let permit = gate.admit(bytes);
                        most.fetch_max(inside.fetch_add(bytes, Ordering::SeqCst) + bytes, Ordering::SeqCst);
                        inside.fetch_sub(bytes, Ordering::SeqCst);
                        drop(permit);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 100);
        assert_eq!(gate.used(), 0);
    }

    #[test]
    fn an_item_beyond_the_limit_goes_alone() {
        let gate = Gate::new(10);
        let small = gate.admit(1);
        assert!(gate.try_admit(50).is_none());
        drop(small);
        let big = gate.admit(u64::MAX);
        assert!(gate.try_admit(1).is_none());
        drop(big);
        assert_eq!(gate.used(), 0);
        drop(Gate::new(0).admit(5));
    }

    #[test]
    fn the_line_is_kept() {
        let gate = Gate::new(10);
        let first = gate.admit(6);
        let (sender, order) = mpsc::channel();
        thread::scope(|scope| {
            for (place, bytes) in [(1, 8), (2, 4), (3, 8)] {
                let (gate, sender) = (&gate, sender.clone());
                scope.spawn(move || {
                    let permit = gate.admit(bytes);
                    assert!(sender.send(place).is_ok());
                    drop(permit);
                });
                drawn(gate, place + 1);
            }
            assert!(gate.try_admit(4).is_none(), "nobody passes those who wait");
            assert!(
                order.recv_timeout(Duration::from_millis(20)).is_err(),
                "small items do not pass the big one"
            );
            drop(first);
        });
        assert_eq!(order.try_iter().collect::<Vec<u64>>(), [1, 2, 3]);
    }

    #[test]
    fn shrinking_lets_others_in() {
        let gate = Gate::new(10);
        let mut permit = gate.admit(9);
        assert!(gate.try_admit(5).is_none());
        permit.shrink_to(4);
        permit.shrink_to(7);
        assert_eq!((permit.bytes(), gate.used()), (4, 4));
        assert!(gate.try_admit(5).is_some());
    }

    #[test]
    fn a_panic_gives_the_bytes_back() {
        let gate = Gate::new(10);
        let other = gate.clone();
        let result = thread::spawn(move || {
            let _permit = other.admit(10);
            std::panic::resume_unwind(Box::new(()));
        });
        assert!(result.join().is_err());
        drop(gate.admit(10));
    }
}
