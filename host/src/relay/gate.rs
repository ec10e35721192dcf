//! How many calls are worked on at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::limits;

/// Lets so many calls in at once, lets some wait, and sends the rest away.
#[derive(Debug)]
pub struct Gate {
    places: Semaphore,
    queued: AtomicUsize,
    /// How long a call takes, as a running mean in seconds; for what is told to those sent away.
    mean: Mutex<f64>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { places: Semaphore::new(limits::CALLS_IN_FLIGHT), queued: AtomicUsize::new(0), mean: Mutex::new(0.0) }
    }
}

/// A place among those at work.
pub(super) struct Place<'g> {
    gate: &'g Gate,
    began: Instant,
    _permit: SemaphorePermit<'g>,
}

impl Gate {
    /// Waits for a place.
    ///
    /// # Errors
    /// How long to stay away, when even those who wait are too many.
    pub(super) async fn enter(&self) -> Result<Place<'_>, Duration> {
        let permit = match self.places.try_acquire() {
            Ok(permit) => permit,
            Err(_) => {
                let _queued = Queued::new(&self.queued).ok_or_else(|| self.wait())?;
                self.places.acquire().await.map_err(|_| self.wait())?
            }
        };
        Ok(Place { gate: self, began: Instant::now(), _permit: permit })
    }

    /// How long it takes until all who are there are done, more or less.
    fn wait(&self) -> Duration {
        let mean = *self.mean.lock().unwrap_or_else(PoisonError::into_inner);
        let rounds = (limits::CALLS_QUEUED / limits::CALLS_IN_FLIGHT + 1) as f64;
        let (least, most) = limits::BUSY_WAIT;
        Duration::from_secs_f64((mean * rounds).clamp(least.as_secs_f64(), most.as_secs_f64()).ceil())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut mean = self.gate.mean.lock().unwrap_or_else(PoisonError::into_inner);
        *mean += (self.began.elapsed().as_secs_f64() - *mean) / limits::CALLS_IN_FLIGHT as f64;
    }
}

/// One who waits; also one whose call is cancelled meanwhile is counted out again.
struct Queued<'q>(&'q AtomicUsize);

impl<'q> Queued<'q> {
    fn new(queued: &'q AtomicUsize) -> Option<Self> {
        let room = |count| (count < limits::CALLS_QUEUED).then_some(count + 1);
        queued.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).ok().map(|_| Self(queued))
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    /// Each future is asked once, so that it takes its place in the queue.
    fn ask<T>(
        mut waiting: std::pin::Pin<Box<impl Future<Output = T>>>,
    ) -> Result<T, std::pin::Pin<Box<impl Future<Output = T>>>> {
        match waiting.as_mut().now_or_never() {
            Some(entered) => Ok(entered),
            None => Err(waiting),
        }
    }

    #[test]
    fn calls_in_flight_and_queued_obeyed_and_violated() {
        let gate = Gate::default();
        let mut places = Vec::new();
        for _ in 0..limits::CALLS_IN_FLIGHT {
            places.push(ask(Box::pin(gate.enter())).ok().unwrap().unwrap());
        }
        let mut waiting = Vec::new();
        for _ in 0..limits::CALLS_QUEUED {
            waiting.push(ask(Box::pin(gate.enter())).err().unwrap());
        }
        assert!(ask(Box::pin(gate.enter())).ok().unwrap().is_err(), "one too many");
        drop(waiting.pop());
        let again = ask(Box::pin(gate.enter())).err();
        assert!(again.is_some(), "one who gave up makes room");
        drop(places.pop());
        let first = waiting.remove(0).now_or_never();
        assert!(first.is_some_and(|entered| entered.is_ok()), "the one who waited longest comes in");
    }

    #[test]
    fn busy_wait_obeyed_and_violated() {
        let gate = Gate::default();
        let (least, most) = limits::BUSY_WAIT;
        assert_eq!(gate.wait(), least);
        *gate.mean.lock().unwrap() = 1.0;
        assert_eq!(gate.wait(), Duration::from_secs(9));
        *gate.mean.lock().unwrap() = 1_000.0;
        assert_eq!(gate.wait(), most);
    }
}
