//! The clock that stops guests: a thread that ticks while a guest runs and sleeps when none does.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::component::load_fault;
use crate::contract::GuestFault;
use crate::limits;

/// Calls a function every [`limits::GUEST_TICK`] while somebody holds a [`Running`].
pub(super) struct Ticker {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    running: usize,
    asleep: bool,
    closed: bool,
}

/// While this lives, the clock ticks.
pub(super) struct Running<'a>(&'a Shared);

impl Ticker {
    /// Starts the thread, asleep.
    pub(super) fn start(tick: impl Fn() + Send + 'static) -> Result<Self, GuestFault> {
        let shared = Arc::new(Shared { state: Mutex::default(), wake: Condvar::new() });
        let thread_shared = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("guest clock".into())
            .spawn(move || thread_shared.tick_until_closed(&tick))
            .map_err(|error| load_fault(format!("no thread for the clock of guests: {error}")))?;
        Ok(Self { shared })
    }

    /// Lets the clock tick until the answer is dropped.
    pub(super) fn run(&self) -> Running<'_> {
        let mut state = self.shared.lock();
        state.running += 1;
        if state.asleep {
            self.shared.wake.notify_one();
        }
        Running(&self.shared)
    }

    /// How many ticks make sure that at least `time` passed: the first may come at once.
    pub(super) fn ticks(time: Duration) -> u64 {
        u64::try_from(time.as_millis() / limits::GUEST_TICK.as_millis()).unwrap_or(u64::MAX - 1) + 1
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_one();
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick_until_closed(&self, tick: &impl Fn()) {
        let mut rest = Duration::ZERO;
        loop {
            {
                let mut state = self.lock();
                rest = if state.running > 0 { Duration::ZERO } else { rest + limits::GUEST_TICK };
                if rest > limits::GUEST_TICK_REST {
                    state.asleep = true;
                    let idle = |state: &mut State| state.running == 0 && !state.closed;
                    state = self.wake.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner);
                    state.asleep = false;
                    rest = Duration::ZERO;
                }
                if state.closed {
                    return;
                }
            }
            std::thread::sleep(limits::GUEST_TICK);
            tick();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Instant;

    #[test]
    fn ticks_while_something_runs_and_only_then() {
        let ticks = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&ticks);
        let ticker = Ticker::start(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        })
        .expect("a thread");
        let running = ticker.run();
        wait_for(|| ticks.load(Ordering::Relaxed) >= 20);
        drop(running);
        wait_for(|| ticker.shared.lock().asleep);
        let at_rest = ticks.load(Ordering::Relaxed);
        std::thread::sleep(5 * limits::GUEST_TICK);
        assert_eq!(ticks.load(Ordering::Relaxed), at_rest, "an idle relay makes no wake-ups");
        let _running = ticker.run();
        wait_for(|| ticks.load(Ordering::Relaxed) > at_rest);
    }

    fn wait_for(happened: impl Fn() -> bool) {
        let began = Instant::now();
        while !happened() {
            assert!(began.elapsed() < Duration::from_secs(30), "it never happened");
            std::thread::yield_now();
        }
    }
}
