//! wasmtime's settings, and what exists once: the engine, the linker with the virtual world, the threads.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use wasmtime::component::Linker;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::component::load_fault;
use super::guest_thread::GuestThread;
use super::instance::Inside;
use super::ticker::Ticker;
use super::wasi;
use crate::contract::GuestFault;
use crate::limits;

/// Everything that plugins share.
pub(super) struct Machine {
    pub(super) engine: Engine,
    pub(super) linker: Linker<Inside>,
    pub(super) ticker: Ticker,
    pub(super) guests: GuestThread,
}

impl Machine {
    /// Makes engine and linker and starts both threads, which sleep until a guest runs.
    pub(super) fn start() -> Result<Self, GuestFault> {
        let engine = match pool() {
            // A computer that does not let a program reserve so many addresses (`ulimit -v`) runs plugins too, only slower.
            Some(pool) => engine(InstanceAllocationStrategy::Pooling(pool))
                .or_else(|_| engine(InstanceAllocationStrategy::OnDemand)),
            None => engine(InstanceAllocationStrategy::OnDemand),
        };
        let engine = engine.map_err(|error| load_fault(format!("no engine for it: {error:#}")))?;
        let linker = wasi::linker(&engine).map_err(|error| load_fault(format!("no world for it: {error:#}")))?;
        let clock = engine.clone();
        let ticker = Ticker::start(move || clock.increment_epoch())?;
        Ok(Self { engine, linker, ticker, guests: GuestThread::start()? })
    }

    /// Names the engine's settings: code compiled under another name cannot be loaded.
    pub(super) fn compatibility(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.engine.precompile_compatibility_hash().hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
}

/// On: what Rust, Python and JavaScript components use (bulk memory, reference types, multi-value, SIMD, extended constants,
/// all on by default). Off: everything else that can be, here or by leaving out the crate's feature (threads, garbage
/// collection, exceptions, stack switching, asynchronous components).
fn engine(memory: InstanceAllocationStrategy) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .concurrency_support(false)
        // The same bits for every NaN: equal calls build equal bytes on every processor.
        .cranelift_nan_canonicalization(true)
        .epoch_interruption(true)
        .max_wasm_stack(limits::GUEST_STACK_BYTES)
        // Where in a plugin a trap happened helps nobody who runs it, and the tables cost memory.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .allocation_strategy(memory);
    Engine::new(&config)
}

/// Memory that the next guest finds mapped: unmapping it after each turn, and touching it anew in the next, was more than half
/// of what a turn cost. A slot goes back to what its module begins with before anyone else gets it.
///
/// None where the system does not tell which pages a guest wrote to, as Linux does from 6.7 on: all of them would have to be
/// set back, and then a call takes longer than without a pool.
///
/// Guests run one at a time, so the pool has room for one store. None of its bounds is narrower than a store's, so
/// that it is [`super::limiter`] that says no, in the same words with a pool as without. Only what is far beyond a limit from the
/// beginning (a table of twice the elements) is refused in the pool's own words, before it runs.
fn pool() -> Option<PoolingAllocationConfig> {
    if !PoolingAllocationConfig::is_pagemap_scan_available() {
        return None;
    }
    let count = |limit: usize| u32::try_from(limit).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(1)
        .max_core_instances_per_component(u32::MAX)
        .total_core_instances(u32::MAX)
        .max_core_instance_size(limits::COMPILED_BYTES)
        .max_component_instance_size(limits::COMPILED_BYTES)
        .total_memories(count(limits::GUEST_MEMORIES))
        .total_tables(count(limits::GUEST_TABLES))
        .max_tables_per_module(count(limits::GUEST_TABLES))
        .table_elements(2 * limits::GUEST_TABLE_ELEMENTS)
        .total_stacks(0)
        .linear_memory_keep_resident(limits::GUEST_MEMORY_KEPT)
        .table_keep_resident(limits::GUEST_MEMORY_KEPT)
        .pagemap_scan(Enabled::Yes);
    Some(pool)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_compiled_with_a_pool_can_be_loaded_without_one() {
        let name = |memory: InstanceAllocationStrategy| {
            let mut hasher = DefaultHasher::new();
            engine(memory).unwrap().precompile_compatibility_hash().hash(&mut hasher);
            hasher.finish()
        };
        let pool = pool().map(|pool| name(InstanceAllocationStrategy::Pooling(pool)));
        assert!(pool.is_none_or(|pool| pool == name(InstanceAllocationStrategy::OnDemand)));
    }

    #[test]
    fn guests_run_in_a_pool_where_there_is_one() {
        let runs = Machine::start().unwrap().engine.pooling_allocator_metrics().is_some();
        assert_eq!(runs, PoolingAllocationConfig::is_pagemap_scan_available());
    }
}
