//! Whose code is in memory: what was not used for longest goes when it becomes too much, and is loaded again at its next use.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// A place for something that is made at first use, and again after it was taken out.
pub(super) struct Slot<T> {
    held: Mutex<Option<T>>,
    making: Mutex<()>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { held: Mutex::new(None), making: Mutex::new(()) }
    }
}

impl<T: Clone> Slot<T> {
    /// What is there.
    pub(super) fn get(&self) -> Option<T> {
        lock(&self.held).clone()
    }

    /// What is there, or what `make` puts there. One makes it; the others wait for that.
    pub(super) fn get_or_make(&self, make: impl FnOnce() -> T) -> T {
        let _one = lock(&self.making);
        if let Some(held) = self.get() {
            return held;
        }
        let made = make();
        *lock(&self.held) = Some(made.clone());
        made
    }

    fn clear(&self) {
        let held = lock(&self.held).take();
        // Taken apart after the lock is let go: that can take a while.
        drop(held);
    }
}

/// What is in memory, the longest unused first.
pub(super) struct Shelf<T> {
    most: usize,
    used: Mutex<VecDeque<(Weak<Slot<T>>, usize)>>,
}

impl<T: Clone> Shelf<T> {
    /// A shelf for so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { most, used: Mutex::new(VecDeque::new()) }
    }

    /// Says that what this slot holds was used now, and how large it is. Who still works with what is taken out keeps it.
    pub(super) fn used(&self, slot: &Arc<Slot<T>>, bytes: usize) {
        let mut used = lock(&self.used);
        used.retain(|(other, _)| !std::ptr::eq(other.as_ptr(), Arc::as_ptr(slot)) && other.strong_count() > 0);
        used.push_back((Arc::downgrade(slot), bytes));
        let mut total: usize = used.iter().map(|(_, bytes)| bytes).sum();
        let mut out = Vec::new();
        while total > self.most && used.len() > 1 {
            let Some((oldest, bytes)) = used.pop_front() else { break };
            total -= bytes;
            out.extend(oldest.upgrade());
        }
        drop(used);
        out.iter().for_each(|slot| slot.clear());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    fn slot() -> Arc<Slot<u32>> {
        let slot = Arc::new(Slot::default());
        assert_eq!(slot.get_or_make(|| 1), 1);
        assert_eq!(slot.get_or_make(|| 2), 1, "made once");
        slot
    }

    #[test]
    fn loaded_bytes_obeyed_and_violated() {
        let shelf = Shelf::new(limits::LOADED_BYTES);
        let half = limits::LOADED_BYTES / 2;
        let slots = [slot(), slot(), slot()];
        shelf.used(&slots[0], half);
        shelf.used(&slots[1], half);
        assert!(slots.iter().all(|slot| slot.get().is_some()), "as much as may be");
        shelf.used(&slots[0], half);
        shelf.used(&slots[2], 1);
        let there: Vec<bool> = slots.iter().map(|slot| slot.get().is_some()).collect();
        assert_eq!(there, [true, false, true], "the longest unused goes");
        assert_eq!(slots[1].get_or_make(|| 3), 3, "and comes again");
        shelf.used(&slots[1], 2 * limits::LOADED_BYTES);
        assert!(slots[1].get().is_some(), "what is in use stays, however large");
        assert!(slots[0].get().is_none() && slots[2].get().is_none());
    }

    #[test]
    fn what_is_gone_takes_no_room() {
        let shelf = Shelf::new(10);
        shelf.used(&slot(), 10);
        let one = slot();
        shelf.used(&one, 10);
        let two = slot();
        shelf.used(&two, 0);
        assert!(one.get().is_some() && two.get().is_some());
    }
}
