//! Memory of a thread that grids take and give back.

/// Buffers of one type that a thread keeps.
pub(super) const KEPT: usize = 40;
/// Values below which memory is cheap enough to ask for.
const SMALL: usize = 1 << 12;

/// A value whose buffers a thread keeps for the next grid.
pub trait Recycle: Copy + Default + 'static {
    /// Calls `with` with the buffers that are free, the last one given back last.
    fn free<R>(with: impl FnOnce(&mut Vec<Vec<Self>>) -> R) -> R;
}

/// Gives types their thread's buffers.
macro_rules! recycle {
    ($($type:ty),*) => {$(
        impl $crate::ops::field::Recycle for $type {
            fn free<R>(with: impl FnOnce(&mut Vec<Vec<Self>>) -> R) -> R {
                thread_local! {
                    static FREE: std::cell::RefCell<Vec<Vec<$type>>> = const { std::cell::RefCell::new(Vec::new()) };
                }
                FREE.with_borrow_mut(with)
            }
        }
    )*};
}
pub(in crate::ops) use recycle;

recycle!(f32, u16, bool);

/// `length` values, unspecified.
pub(super) fn take<T: Recycle>(length: usize) -> Vec<T> {
    let fits = |memory: &Vec<T>| (length..=2 * length).contains(&memory.capacity());
    let mut memory = if length < SMALL {
        Vec::new()
    } else {
        T::free(|free| free.iter().rposition(fits).map(|i| free.remove(i))).unwrap_or_default()
    };
    memory.truncate(length);
    memory.resize(length, T::default());
    memory
}

/// Keeps a buffer, in place of the one that has lain longest if there are many.
pub(super) fn give<T: Recycle>(memory: Vec<T>) {
    if memory.len() < SMALL {
        return;
    }
    T::free(|free| {
        if free.len() == KEPT {
            free.remove(0);
        }
        free.push(memory);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_taken_again_where_it_fits() {
        let first = take::<u16>(10_000);
        let address = first.as_ptr();
        give(first);
        let little = take::<u16>(4_999);
        assert_ne!(little.as_ptr(), address);
        let again = take::<u16>(9_000);
        assert_eq!((again.as_ptr(), again.len()), (address, 9_000));
    }

    #[test]
    fn a_thread_keeps_so_many_buffers_and_no_more() {
        (0..2 * KEPT).for_each(|i| give(vec![0_u16; SMALL + i]));
        assert_eq!(u16::free(|free| free.len()), KEPT);
    }
}
