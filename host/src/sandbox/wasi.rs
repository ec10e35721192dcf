//! The virtual, empty WASI that guests live in.
//!
//! No environment, arguments, folders or sockets. The clock stands at the call's `now`; random numbers follow from plugin,
//! tool and arguments; stdin is at its end; stdout and stderr go to the log. Nothing in here waits: whatever a guest waits
//! for is there at once, and its own clock jumps instead.
//!
//! Files and sockets are `wasmtime-wasi`'s, in a context that has none and opens none. Everything that it would let wait, or
//! start a runtime with threads for, is answered here: streams, polling, clocks, random numbers, the program's surroundings.

mod clock;
mod link;
mod log;
mod network;
mod poll;
mod program;
mod random;
mod streams;

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::ResourceTable;
use wasmtime_wasi::filesystem::WasiFilesystemCtx;
use wasmtime_wasi::sockets::WasiSocketsCtx;

pub(super) use link::{is_allowed, linker};
pub(super) use log::{Log, clean};

use super::instance::Who;
use crate::limits;
use clock::Clock;
use random::Random;

/// The world of one store.
pub(super) struct World {
    /// Streams and timers that the guest holds.
    table: ResourceTable,
    clock: Clock,
    random: Random,
    log: Arc<Mutex<Log>>,
    filesystem: WasiFilesystemCtx,
    sockets: WasiSocketsCtx,
}

impl World {
    /// A new world for one turn. `describe` has no call: its clock stands at the beginning of 1970.
    pub(super) fn new(who: Who) -> Self {
        let mut table = ResourceTable::new();
        // A handle of the guest can be two entries here: a timer and what it waits for.
        table.set_max_capacity(2 * (limits::GUEST_HANDLES + 1));
        Self {
            table,
            clock: Clock::standing_at(who.call.as_ref().map(|call| call.now.as_str())),
            log: Arc::new(Mutex::new(Log::new(&who))),
            random: Random::new(who),
            filesystem: WasiFilesystemCtx::default(),
            sockets: WasiSocketsCtx::default(),
        }
    }

    /// What the guest wrote.
    pub(super) fn into_log(self) -> Log {
        std::mem::take(&mut *self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
