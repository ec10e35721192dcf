//! wasmtime's settings, and what exists once: the engine, the linker with the virtual world, the threads.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use wasmtime::component::Linker;
use wasmtime::{Config, Engine};

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
        let engine = engine().map_err(|error| load_fault(format!("no engine for it: {error:#}")))?;
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
fn engine() -> wasmtime::Result<Engine> {
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
        .generate_address_map(false);
    Engine::new(&config)
}
