//! How many calls are worked on at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::confirm::{Ask, Question, Said};
use crate::limits;

/// Lets so many calls in at once, lets some wait, and sends the rest away.
#[derive(Debug)]
pub struct Gate {
    places: Semaphore,
    queued: AtomicUsize,
    /// Calls that wait for a person.
    asking: AtomicUsize,
    /// How long a call takes, as a running mean in seconds; for what is told to those sent away.
    mean: Mutex<f64>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            places: Semaphore::new(limits::CALLS_IN_FLIGHT),
            queued: AtomicUsize::new(0),
            asking: AtomicUsize::new(0),
            mean: Mutex::new(0.0),
        }
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
                let _queued = Counted::new(&self.queued, limits::CALLS_QUEUED).ok_or_else(|| self.wait())?;
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

/// One of so many; also one whose call is cancelled meanwhile is counted out again.
struct Counted<'q>(&'q AtomicUsize);

impl<'q> Counted<'q> {
    fn new(counted: &'q AtomicUsize, most: usize) -> Option<Self> {
        let room = |count| (count < most).then_some(count + 1);
        counted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).ok().map(|_| Self(counted))
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Asks a person for a call, which gives its place to others meanwhile: a person takes minutes.
pub(super) struct Aside<'g> {
    gate: &'g Gate,
    place: tokio::sync::Mutex<Option<Place<'g>>>,
    ask: &'g dyn Ask,
}

impl<'g> Aside<'g> {
    pub(super) fn new(gate: &'g Gate, place: Place<'g>, ask: &'g dyn Ask) -> Self {
        Self { gate, place: tokio::sync::Mutex::new(Some(place)), ask }
    }
}

impl Ask for Aside<'_> {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Said> {
        async move {
            let Some(_asking) = Counted::new(&self.gate.asking, limits::QUESTIONS) else {
                return Said::Nobody("so many other questions wait for an answer");
            };
            let mut place = self.place.lock().await;
            drop(place.take());
            let said = self.ask.ask(question).await;
            // It was let in before, so it waits in nobody's queue.
            if let Ok(permit) = self.gate.places.acquire().await {
                *place = Some(Place { gate: self.gate, began: Instant::now(), _permit: permit });
            }
            said
        }
        .boxed()
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

    /// A person who takes their time.
    struct Slow(tokio::sync::Semaphore);

    impl Ask for Slow {
        fn ask<'a>(&'a self, _: &'a Question) -> BoxFuture<'a, Said> {
            async { self.0.acquire().await.map_or(Said::No, |_| Said::Yes) }.boxed()
        }
    }

    #[test]
    fn who_asks_a_person_takes_no_place_and_questions_are_bounded() {
        let (gate, slow) = (Gate::default(), Slow(tokio::sync::Semaphore::new(0)));
        let question = Question { text: "Send?".into(), digest: crate::digest::Digest::of([b"it".as_slice()]) };
        let asides: Vec<std::cell::OnceCell<Aside<'_>>> = (0..=limits::QUESTIONS).map(|_| Default::default()).collect();
        let mut waiting = Vec::new();
        for aside in &asides {
            let place = ask(Box::pin(gate.enter())).ok().unwrap().unwrap();
            let mut asked = aside.get_or_init(|| Aside::new(&gate, place, &slow)).ask(&question);
            let answer = asked.as_mut().now_or_never();
            waiting.push((asked, answer));
        }
        let (last, answer) = waiting.pop().unwrap();
        assert!(matches!(answer, Some(Said::Nobody(_))), "one too many");
        assert!(waiting.iter().all(|(_, answer)| answer.is_none()));
        assert_eq!(gate.places.available_permits(), limits::CALLS_IN_FLIGHT - 1, "the last one has its place still");
        drop(last);
        slow.0.add_permits(1);
        let (first, _) = waiting.swap_remove(0);
        assert_eq!(first.now_or_never(), Some(Said::Yes));
        assert_eq!(gate.places.available_permits(), limits::CALLS_IN_FLIGHT - 2, "it has a place again");
    }
}
