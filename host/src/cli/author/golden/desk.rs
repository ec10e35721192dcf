//! A helpdesk that answers from a case and writes down what it was asked.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};

use super::case::{Answer, Exchange, Request};
use crate::admit::Admitted;
use crate::relay::{Helpdesk, shown};
use crate::upstream::{self, Broken};

/// What becomes of a request for which the case has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// The call ends there.
    Ends,
    /// It is answered by its route's example, so that a case can be written from what happens.
    Example,
}

/// A request that was made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) request: Request,
    /// Failures that the plugin asked to see.
    pub(crate) accept: Vec<u16>,
    /// None where the call ended for want of one.
    pub(crate) answer: Option<Answer>,
    /// Whether the answer is not the case's.
    pub(crate) assumed: bool,
}

/// The helpdesk of one run.
pub(super) struct Desk {
    exchanges: Vec<Exchange>,
    beyond: Beyond,
    seen: Mutex<Vec<Seen>>,
}

impl Desk {
    pub(super) fn new(exchanges: Vec<Exchange>, beyond: Beyond) -> Self {
        Self { exchanges, beyond, seen: Mutex::default() }
    }

    /// All that was asked so far.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, asked: &Admitted) -> Option<Answer> {
        let request = Request { route: asked.route().name.clone(), input: shown(asked.body()) };
        let mut seen = self.lock();
        let next = self.exchanges.get(seen.len()).filter(|exchange| exchange.request.route == request.route);
        let next = next.map(|exchange| exchange.answer.clone());
        let (answer, assumed) = match self.beyond {
            Beyond::Ends => (next, false),
            Beyond::Example => match self.recorded(&request).or(next) {
                Some(answer) => (Some(answer), false),
                None => (Some(example(asked)), true),
            },
        };
        seen.push(Seen { request, accept: asked.accept().to_vec(), answer: answer.clone(), assumed });
        answer
    }

    /// The answer to an equal request anywhere in the case, for one whose requests came into another order.
    fn recorded(&self, request: &Request) -> Option<Answer> {
        self.exchanges.iter().find(|exchange| exchange.request == *request).map(|exchange| exchange.answer.clone())
    }
}

fn example(asked: &Admitted) -> Answer {
    let body: Value = asked.route().example.clone().unwrap_or_else(|| json!({"ok": true, "data": {}}));
    Answer { status: 200, body }
}

impl Helpdesk for Desk {
    fn send<'a>(
        &'a self,
        request: &'a Admitted,
        _: Option<&'a str>,
        _: Duration,
    ) -> BoxFuture<'a, Result<upstream::Answer, Broken>> {
        let answered = match self.answer(request) {
            Some(answer) => upstream::Answer::recorded(request, answer.status, &answer.body),
            None => Err(Broken::Unsendable { why: "the case has no answer to it".into() }),
        };
        std::future::ready(answered).boxed()
    }
}
