//! One turn: a fresh instance in a store of its own, with all its limits, gone when the turn is over.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::{Store, Trap, UpdateDeadline};

use super::engine::Machine;
use super::fault;
use super::guest_thread::without_panic;
use super::limiter::Limiter;
use super::stopwatch::Stopwatch;
use super::ticker::Ticker;
use super::wasi::World;
use crate::contract::GuestFault;
use crate::limits;

/// What belongs to one store.
pub(super) struct Inside {
    pub(super) world: World,
    limiter: Limiter,
}

/// Runs `turn` in a fresh store. Its `time` is processor time and counts from here; instantiating counts too, because a
/// component's start function is guest code.
pub(super) fn in_fresh_store<T>(
    machine: &Machine,
    world: World,
    time: Duration,
    turn: impl FnOnce(&mut Store<Inside>) -> wasmtime::Result<T>,
) -> Result<T, GuestFault> {
    let mut store = Store::new(&machine.engine, Inside { world, limiter: Limiter::default() });
    store.limiter(|inside| &mut inside.limiter);
    store.set_hostcall_fuel(limits::GUEST_ANSWER_BYTES);
    store.set_max_component_handles(limits::GUEST_HANDLES);
    let spent = Stopwatch::start();
    store.epoch_deadline_callback(move |_| match time.saturating_sub(spent.elapsed()) {
        Duration::ZERO => Err(Trap::Interrupt.into()),
        left => Ok(UpdateDeadline::Continue(Ticker::ticks(left))),
    });
    let running = machine.ticker.run();
    store.set_epoch_deadline(Ticker::ticks(time));
    let answer = without_panic(|| Ok(turn(&mut store)));
    drop(running);
    let log = store.into_data().world.into_log();
    log.emit();
    answer?.map_err(|error| fault::from_error(&error, time, &log))
}

/// The plugin and its tool, for the log and the seed of random numbers.
pub(super) struct Who {
    pub(super) plugin: Arc<str>,
    pub(super) call: Option<Arc<crate::contract::Call>>,
}
