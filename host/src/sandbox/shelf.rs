//! Whose code is in memory: what was not used for longest goes when it becomes too much, and is loaded again at its next use.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::contract::GuestFault;
use crate::limits;

/// A place for something that is made at first use, and again after it was taken out. What could not be made is tried again
/// after a while: the disk was full, or a folder was somebody else's.
pub(super) struct Slot<T> {
    held: Mutex<Option<Held<T>>>,
    making: Mutex<()>,
}

struct Held<T> {
    made: Result<T, GuestFault>,
    at: Instant,
    /// How long to make it took.
    took: Duration,
}

impl<T: Clone> Held<T> {
    /// What counts at this time. A fault counts for [`limits::LOAD_AGAIN`], or for as long as it took to find out: so whoever
    /// calls a broken plugin again and again keeps a compiler busy half of the time at most.
    fn at(&self, now: Instant) -> Option<Result<T, GuestFault>> {
        let counts = self.made.is_ok() || now < self.at + self.took.max(limits::LOAD_AGAIN);
        counts.then(|| self.made.clone())
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { held: Mutex::new(None), making: Mutex::new(()) }
    }
}

impl<T: Clone> Slot<T> {
    /// What is there.
    pub(super) fn get(&self) -> Option<Result<T, GuestFault>> {
        lock(&self.held).as_ref().and_then(|held| held.at(Instant::now()))
    }

    /// What is there, or what `make` puts there. One makes it; the others wait for that.
    pub(super) fn get_or_make(&self, make: impl FnOnce() -> Result<T, GuestFault>) -> Result<T, GuestFault> {
        let _one = lock(&self.making);
        if let Some(held) = self.get() {
            return held;
        }
        let began = Instant::now();
        let made = make();
        let at = Instant::now();
        *lock(&self.held) = Some(Held { made: made.clone(), at, took: at.duration_since(began) });
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
    use crate::sandbox::component::load_fault;

    fn slot() -> Arc<Slot<u32>> {
        let slot = Arc::new(Slot::default());
        assert_eq!(slot.get_or_make(|| Ok(1)), Ok(1));
        assert_eq!(slot.get_or_make(|| Ok(2)), Ok(1), "made once");
        slot
    }

    #[test]
    fn load_again_obeyed_and_violated() {
        let slot = Slot::default();
        let fault = || Err(load_fault("no room"));
        assert_eq!(slot.get_or_make(fault), fault());
        assert_eq!(slot.get_or_make(|| Ok(1)), fault(), "not at once");
        let held = |took, later| Held { made: fault(), at: Instant::now(), took }.at(Instant::now() + later);
        let a_moment = Duration::from_millis(100);
        assert_eq!(held(Duration::ZERO, limits::LOAD_AGAIN - a_moment), Some(fault()));
        assert_eq!(held(Duration::ZERO, limits::LOAD_AGAIN + a_moment), None);
        assert_eq!(held(10 * limits::LOAD_AGAIN, 9 * limits::LOAD_AGAIN), Some(fault()), "it took long to find out");
        assert_eq!(held(10 * limits::LOAD_AGAIN, 10 * limits::LOAD_AGAIN + a_moment), None);
        let good = Held { made: Ok(1), at: Instant::now(), took: a_moment };
        assert_eq!(good.at(Instant::now() + 100 * limits::LOAD_AGAIN), Some(Ok(1)));
        if let Some(held) = &mut *lock(&slot.held) {
            held.at -= limits::LOAD_AGAIN;
        }
        assert_eq!(slot.get_or_make(|| Ok(2)), Ok(2), "the disk has room again");
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
        assert_eq!(slots[1].get_or_make(|| Ok(3)), Ok(3), "and comes again");
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
