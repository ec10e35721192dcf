//! What a tool can do while it runs, and how a straight function becomes turns.
//!
//! A tool is an `async fn` that is run from its start at each turn and polled once. Every wait that was answered in an
//! earlier turn is answered from the journal; the first one that was not becomes the turn's step.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::pin::pin;
use std::task::{Poll, Waker};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::contract::{Answer, Call, File, Progress, Request, Step, Turn, Write};
use crate::journal::{self, Entry};
use crate::tool::Tool;
use crate::{End, Error, Object, Reply, Result};

/// One call, as its tool sees it.
#[derive(Debug)]
pub struct Context<'a> {
    call: &'a Call,
    inner: RefCell<Inner>,
}

#[derive(Debug)]
struct Inner {
    journal: Vec<Entry>,
    /// Of the next entry to be read.
    position: usize,
    /// What this turn brought; taken by the first wait that the journal does not answer.
    answers: Option<Vec<Answer>>,
    waiting: Option<Vec<Request>>,
    writes: Vec<Write>,
    progress: Option<Progress>,
}

impl Inner {
    /// A wait was answered, so what the tool did before it was part of an earlier turn.
    fn passed(&mut self) {
        self.position += 1;
        self.writes.clear();
        self.progress = None;
    }
}

impl Context<'_> {
    /// What the assistant gave, as it was written: for the tools that send their arguments as they are.
    ///
    /// # Errors
    /// None in the relay, which hands over nothing but objects.
    pub fn arguments(&self) -> Result<Object> {
        Object::parse(&self.call.arguments)
    }

    /// What the person running the relay set for this plugin.
    ///
    /// # Errors
    /// When the settings do not fit the type; the sentence says where.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.call.settings)
            .map_err(|error| Error::new(format!("The settings of this plugin do not fit: {error}.")))
    }

    /// When the call began, UTC, RFC 3339. The only clock.
    pub fn now(&self) -> &str {
        &self.call.now
    }

    /// The local file that the argument at this JSON pointer names, if it was given.
    pub fn file(&self, at: &str) -> Option<&File> {
        self.call.files.iter().find(|file| file.at == at)
    }

    /// Sends a request and waits. A failure ends the call in the relay's words, unless the request accepts its status.
    ///
    /// What `T` leaves out is not remembered, and so costs nothing in later turns.
    ///
    /// # Errors
    /// When the answer does not have the shape of `T`.
    pub async fn send<T: Serialize + DeserializeOwned>(&self, request: Request) -> Result<Reply<T>> {
        let mut replies = self.send_all(vec![request]).await?;
        replies.pop().ok_or_else(|| Error::new("The relay answered nothing."))
    }

    /// Sends requests in order and waits for all. The first failure ends the call.
    ///
    /// # Errors
    /// As [`Context::send`].
    pub async fn send_all<T: Serialize + DeserializeOwned>(&self, requests: Vec<Request>) -> Result<Vec<Reply<T>>> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(replies) = self.answered(requests.len())? {
            return Ok(replies);
        }
        // Not an error of the first one: its requests stand, and the tool is told when the turn is made.
        self.inner.borrow_mut().waiting.get_or_insert_default().extend(requests);
        std::future::pending().await
    }

    /// The answer to the next wait, if it is known.
    fn answered<T: Serialize + DeserializeOwned>(&self, expected: usize) -> Result<Option<Vec<Reply<T>>>> {
        let inner = &mut *self.inner.borrow_mut();
        if inner.position == inner.journal.len() {
            let Some(answers) = inner.answers.take() else { return Ok(None) };
            inner.journal.push(Entry::Fresh(answers, journal::reduce::<T>));
        }
        let entry = inner.journal.get(inner.position).and_then(Entry::replies);
        let replies = entry.ok_or_else(diverged)??;
        if replies.len() != expected {
            return Err(diverged());
        }
        inner.passed();
        Ok(Some(replies))
    }

    /// Runs rounds until one breaks. A round's end is remembered in place of all that happened in it, so that a thousand
    /// pages cost a thousand turns of one page each, not of all the pages before.
    ///
    /// A round is called with the state of the round before, and answers `Continue` with the next one or `Break` with the
    /// last.
    ///
    /// # Errors
    /// What the round answers.
    pub async fn rounds<S, F>(&self, first: S, mut round: F) -> Result<S>
    where
        S: Serialize + DeserializeOwned,
        F: AsyncFnMut(S) -> Result<ControlFlow<S, S>>,
    {
        let at = self.inner.borrow().position;
        let mut state = match self.remembered_round()? {
            Some(ControlFlow::Break(last)) => return Ok(last),
            Some(ControlFlow::Continue(state)) => state,
            None => first,
        };
        loop {
            self.remember(at, Entry::Round(journal::raw(&state)?));
            match round(state).await? {
                ControlFlow::Continue(next) => {
                    self.inner.borrow_mut().journal.truncate(at);
                    state = next;
                }
                ControlFlow::Break(last) => {
                    self.inner.borrow_mut().journal.truncate(at);
                    self.remember(at, Entry::Ended(journal::raw(&last)?));
                    return Ok(last);
                }
            }
        }
    }

    /// Where a loop that begins here stands, if it began in an earlier turn.
    fn remembered_round<S: DeserializeOwned>(&self) -> Result<Option<ControlFlow<S, S>>> {
        let inner = &mut *self.inner.borrow_mut();
        let read = |state: &str| serde_json::from_str(state).map_err(|_| diverged());
        match inner.journal.get(inner.position) {
            None => Ok(None),
            Some(Entry::Round(state)) => Ok(Some(ControlFlow::Continue(read(state.get())?))),
            Some(Entry::Ended(state)) => {
                let last = read(state.get())?;
                inner.passed();
                Ok(Some(ControlFlow::Break(last)))
            }
            Some(Entry::Answers(_) | Entry::Fresh(..)) => Err(diverged()),
        }
    }

    fn remember(&self, at: usize, entry: Entry) {
        let inner = &mut *self.inner.borrow_mut();
        if at == inner.journal.len() {
            inner.journal.push(entry);
        }
        inner.position = at + 1;
    }

    /// Appends to the output file that the argument at this JSON pointer names: bytes, or one mark.
    pub fn write(&self, to: &str, data: impl Into<Vec<u8>>) {
        self.append(Write { to: to.to_owned(), data: data.into(), sha256: None });
    }

    /// Appends the last piece of an output file, and demands that the whole then has this SHA-256, in hex.
    pub fn write_last(&self, to: &str, data: impl Into<Vec<u8>>, sha256: &str) {
        self.append(Write { to: to.to_owned(), data: data.into(), sha256: Some(sha256.to_owned()) });
    }

    fn append(&self, write: Write) {
        self.inner.borrow_mut().writes.push(write);
    }

    /// Tells the person who waits how far the call is.
    pub fn progress(&self, done: u64, total: Option<u64>, text: impl Into<String>) {
        self.inner.borrow_mut().progress = Some(Progress { done, total, text: text.into() });
    }
}

fn diverged() -> Error {
    Error::new(
        "The tool did not do the same as in its earlier turns; a plugin must be a pure function. Tell its author.",
    )
}

/// One turn of a tool. The parts that are the same for all tools are functions of their own, to keep components small.
pub(crate) fn turn<T: Tool>(call: &Call, state: &str, answers: Vec<Answer>) -> Result<Turn> {
    let tool: T = serde_json::from_str(&call.arguments).map_err(|error| unfit(call, &error))?;
    let cx = Context::new(call, state, answers)?;
    let polled = {
        let run = pin!(tool.run(&cx));
        run.poll(&mut std::task::Context::from_waker(Waker::noop()))
    };
    cx.into_turn(polled)
}

fn unfit(call: &Call, error: &serde_json::Error) -> Error {
    Error::new(format!("The arguments of {} do not fit: {error}.", call.tool))
}

impl<'a> Context<'a> {
    fn new(call: &'a Call, state: &str, answers: Vec<Answer>) -> Result<Self> {
        let inner = Inner {
            journal: journal::read(state)?,
            position: 0,
            answers: (!answers.is_empty()).then_some(answers),
            waiting: None,
            writes: Vec::new(),
            progress: None,
        };
        Ok(Self { call, inner: RefCell::new(inner) })
    }

    fn into_turn(self, polled: Poll<Result<End>>) -> Result<Turn> {
        let inner = self.inner.into_inner();
        let (step, state) = match (polled, inner.waiting) {
            (Poll::Ready(end), _) if inner.answers.is_some() => return Err(end.err().unwrap_or_else(diverged)),
            (Poll::Ready(end), _) => match end? {
                End::Relay(request) => (Step::Relay(request), String::new()),
                End::Done(output) => (Step::Done(output), String::new()),
            },
            (Poll::Pending, Some(requests)) => (Step::Send(requests), journal::write(inner.journal)?),
            (Poll::Pending, None) => {
                return Err(Error::new("The tool waits for something that the relay does not do. Tell its author."));
            }
        };
        Ok(Turn { writes: inner.writes, step, state, progress: inner.progress })
    }
}
