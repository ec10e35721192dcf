//! How much memory and how many table elements a guest may have, summed over its store.
//!
//! wasmtime's own `StoreLimits` counts each memory for itself: four memories would have four times the share.

use wasmtime::ResourceLimiter;

use crate::limits;

/// Why the host stopped a guest. Travels through wasmtime as an error and comes out as a [`crate::contract::GuestFault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stopped {
    #[error("too much memory")]
    Memory,
    #[error("too many table elements")]
    Table,
    #[error("exit")]
    Exit,
    #[error("it asked for more than {} random bytes at once", limits::GUEST_RANDOM_BYTES)]
    Random,
    #[error("it waited for nothing")]
    EmptyPoll,
}

/// What a store has taken so far.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    memory: Share,
    table: Share,
}

#[derive(Debug, Default)]
struct Share {
    taken: usize,
    /// The last growth that was granted, to be given back if the system then has no memory for it.
    last: usize,
}

impl Share {
    /// Whether to let it grow: not beyond what it declared itself (it is told so and goes on), and never beyond `limit`
    /// (it is stopped).
    fn grow(
        &mut self,
        current: usize,
        desired: usize,
        declared: Option<usize>,
        limit: usize,
        stopped: Stopped,
    ) -> wasmtime::Result<bool> {
        self.last = 0;
        if declared.is_some_and(|declared| desired > declared) {
            return Ok(false);
        }
        let more = desired.saturating_sub(current);
        if self.taken.saturating_add(more) > limit {
            return Err(stopped.into());
        }
        self.taken += more;
        self.last = more;
        Ok(true)
    }

    fn give_back(&mut self) {
        self.taken -= std::mem::take(&mut self.last);
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.memory.grow(current, desired, maximum, limits::GUEST_MEMORY_BYTES, Stopped::Memory)
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory.give_back();
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        // The room of a slot of the pool comes here as if the module had declared it. A bound beyond the limit bounds nothing.
        let declared = maximum.filter(|&most| most <= limits::GUEST_TABLE_ELEMENTS);
        self.table.grow(current, desired, declared, limits::GUEST_TABLE_ELEMENTS, Stopped::Table)
    }

    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.table.give_back();
        Ok(())
    }

    fn instances(&self) -> usize {
        limits::GUEST_INSTANCES
    }

    fn tables(&self) -> usize {
        limits::GUEST_TABLES
    }

    fn memories(&self) -> usize {
        limits::GUEST_MEMORIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_summed_and_given_back() {
        let mut share = Share::default();
        let mut grow = |current, desired, declared| share.grow(current, desired, declared, 100, Stopped::Memory).ok();
        assert_eq!(grow(0, 60, None), Some(true));
        assert_eq!(grow(0, 40, None), Some(true), "a second memory, up to the limit");
        assert_eq!(grow(40, 41, None), None);
        assert_eq!(grow(40, 41, Some(40)), Some(false), "it was told by its own module");
        assert_eq!(grow(usize::MAX - 1, usize::MAX, None), None);
        assert_eq!(grow(0, usize::MAX, None), None);
    }

    #[test]
    fn only_a_granted_growth_is_given_back_and_only_once() {
        let mut share = Share::default();
        assert!(share.grow(0, 60, None, 100, Stopped::Memory).is_ok());
        assert!(share.grow(0, 30, None, 100, Stopped::Memory).is_ok());
        share.give_back();
        share.give_back();
        assert_eq!(share.taken, 60);
        assert!(share.grow(60, 101, None, 100, Stopped::Memory).is_err());
        share.give_back();
        assert_eq!(share.taken, 60);
    }
}
