//! The one thread on which guests run, by turns.
//!
//! One, because a second lowered throughput on two cores when it was measured (page faults and mappings contend), and because
//! it makes the store of the running guest the only one: its memory limit is the limit over all stores.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::component::{Digest, load_fault};
use super::queue::FairQueue;
use crate::contract::GuestFault;
use crate::limits;

/// Runs work on the guest thread, fairly over plugins.
pub(super) struct GuestThread {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    queue: FairQueue<Digest, Box<dyn Work>>,
    closed: bool,
}

/// Something to run, whose caller waits.
trait Work: Send {
    /// Since when.
    fn since(&self) -> Instant;
    /// Tells the caller that it waited too long.
    fn expire(self: Box<Self>);
    /// Runs it, unless nobody waits for the answer any more.
    fn run(self: Box<Self>);
}

struct Job<T, F> {
    since: Instant,
    reply: oneshot::Sender<Result<T, GuestFault>>,
    work: F,
}

impl GuestThread {
    /// Starts the thread; it sleeps until there is work.
    pub(super) fn start() -> Result<Self, GuestFault> {
        let state = State { queue: FairQueue::new(), closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), wake: Condvar::new() });
        let thread_shared = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("guests".into())
            .stack_size(limits::GUEST_THREAD_STACK_BYTES)
            .spawn(move || thread_shared.work_until_closed())
            .map_err(|error| load_fault(format!("no thread to run it on: {error}")))?;
        Ok(Self { shared })
    }

    /// Waits for the plugin's turn, runs `work`, hands its answer back. Work whose future was dropped is skipped; work that
    /// waited longer than [`limits::GUEST_QUEUE`] is not begun.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        plugin: Digest,
        work: impl FnOnce() -> Result<T, GuestFault> + Send + 'static,
    ) -> Result<T, GuestFault> {
        let (reply, answer) = oneshot::channel();
        self.shared.lock().queue.push(plugin, Box::new(Job { since: Instant::now(), reply, work }));
        self.shared.wake.notify_one();
        answer.await.unwrap_or_else(|_| Err(crash("the relay is shutting down")))
    }
}

impl Drop for GuestThread {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work_until_closed(&self) {
        loop {
            let (expired, next) = {
                let idle = |state: &mut State| state.queue.is_empty() && !state.closed;
                let mut state = self.wake.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
                if state.closed {
                    return;
                }
                let expired = state.queue.take_expired(|work| work.since().elapsed() > limits::GUEST_QUEUE);
                (expired, state.queue.pop())
            };
            expired.into_iter().for_each(Work::expire);
            if let Some(work) = next {
                work.run();
            }
        }
    }
}

impl<T: Send, F: FnOnce() -> Result<T, GuestFault> + Send> Work for Job<T, F> {
    fn since(&self) -> Instant {
        self.since
    }

    fn expire(self: Box<Self>) {
        let limit_ms = millis(limits::GUEST_QUEUE);
        // A caller that is gone needs no answer.
        let _ = self.reply.send(Err(GuestFault::Busy { limit_ms }));
    }

    fn run(self: Box<Self>) {
        if !self.reply.is_closed() {
            let answer = without_panic(self.work);
            let _ = self.reply.send(answer);
        }
    }
}

/// Runs something of ours that must not take its thread with it when it has a bug.
pub(super) fn without_panic<T>(work: impl FnOnce() -> Result<T, GuestFault>) -> Result<T, GuestFault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(crash(&panic_text(&*panic))))
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a fault of the relay itself: {}", text.unwrap_or("no message"))
}

fn crash(message: &str) -> GuestFault {
    GuestFault::Crash { message: message.into() }
}

/// Whole milliseconds, for messages.
pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bug_of_ours_ends_one_call_and_not_the_thread() {
        let thread = GuestThread::start().expect("a thread");
        let plugin = Digest([0; 32]);
        let panicked = thread.run::<()>(plugin, || panic!("a bug")).await;
        assert!(matches!(panicked, Err(GuestFault::Crash { message }) if message.contains("a bug")));
        assert_eq!(thread.run(plugin, || Ok(1)).await, Ok(1));
    }
}
