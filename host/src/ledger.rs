//! The durable record of calls and their writes: it makes a repeated write the same write.
//!
//! The unit is the call. Under it stands one record for each write request, durable before the request's first byte leaves.
//! A record is *open* until its call is *closed*: the call's answer, with every write settled, was written whole to the
//! client. While it is open, `decide` says what becomes of an equal write, or of another one to the same
//! target. Several relays share one ledger; who is alive is told by a lock of the operating system (`owner`), never by a
//! process number or by time.
//!
//! No bodies and no token stand in it. Fingerprints are digests; of a write that is not settled yet, the call that would
//! show it is kept (a ticket number, a subject), and blanked when the write is settled.

mod begin;
mod decide;
mod fault;
mod fingerprint;
mod owner;
mod record;
mod row;
mod schema;
mod store;
mod worker;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tickiti_relay_routes::{Key, Repeat};

pub use decide::Why;
pub use fault::{LedgerFault, SettleError};
pub use record::{Moment, Record, State, WriteId};
pub use store::{Begun, Earlier, Held, Which};

use crate::admit::Admitted;
use crate::digest::Digest;
use crate::limits;
use crate::outcome::Outcome;
use store::{About, Asked, End};
use worker::Worker;

/// The ledger of one helpdesk and token. Opens nothing before it is needed: reads never touch it.
#[derive(Debug, Clone)]
pub struct Ledger {
    worker: Arc<Worker>,
    identity: Digest,
    helpdesk: Arc<str>,
}

/// A key that the client itself gave to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// As given.
    pub key: String,
    /// Over tool and arguments: the same key with others is refused.
    pub arguments: Digest,
}

impl Ledger {
    /// The ledger in a state folder. `identity` stands for install and token; see [`Digest::of`].
    pub fn new(state: &Path, identity: Digest, helpdesk: &str) -> Self {
        Self { worker: Arc::new(Worker::new(state.to_path_buf())), identity, helpdesk: helpdesk.into() }
    }

    /// A call that may write. Nothing is recorded before it does.
    pub fn call(&self, tool: &str) -> Call {
        let about = About {
            identity: self.identity,
            helpdesk: Arc::clone(&self.helpdesk),
            tool: tool.to_owned(),
            began: now(),
            client_key: None,
        };
        Call {
            worker: Arc::clone(&self.worker),
            about,
            began: std::time::Instant::now(),
            row: None,
            ordinals: HashMap::new(),
        }
    }

    /// Records, newest last.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn list(&self, which: Which) -> Result<Vec<Record>, LedgerFault> {
        let mine = self.identity;
        self.worker.run(move |store| store.list(which, Some(mine))).await?
    }

    /// Says of an unsettled write whether it happened. Afterwards an equal write is a new one.
    ///
    /// # Errors
    /// When there is no such write, it is settled or under way, or what is said contradicts what the helpdesk said.
    pub async fn settle(&self, id: WriteId, happened: bool) -> Result<Record, SettleError> {
        let mine = self.identity;
        self.worker.run(move |store| store.settle(id, happened, Some(mine), now())).await?
    }

    /// Waits until what was begun is written down, but no longer than this.
    pub fn finish(&self, within: Duration) {
        self.worker.finish(within);
    }
}

/// The ledgers of all helpdesks in a state folder, for the person.
#[derive(Debug)]
pub struct Archive {
    worker: Worker,
}

impl Archive {
    /// The ledger file in a state folder.
    pub fn new(state: &Path) -> Self {
        Self { worker: Worker::new(state.to_path_buf()) }
    }

    /// Records, newest last.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn list(&self, which: Which) -> Result<Vec<Record>, LedgerFault> {
        self.worker.run(move |store| store.list(which, None)).await?
    }

    /// As [`Ledger::settle`], for any helpdesk.
    ///
    /// # Errors
    /// As there.
    pub async fn settle(&self, id: WriteId, happened: bool) -> Result<Record, SettleError> {
        self.worker.run(move |store| store.settle(id, happened, None, now())).await?
    }

    /// Removes closed calls that ended longer ago than this; tells how many writes went.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn prune(&self, older_than: Duration) -> Result<usize, LedgerFault> {
        self.worker.run(move |store| store.prune(now().before(older_than))).await?
    }
}

/// One call and what it has written. Dropped without [`Call::delivered`], it is left open.
#[derive(Debug)]
pub struct Call {
    worker: Arc<Worker>,
    about: About,
    began: std::time::Instant,
    row: Option<i64>,
    ordinals: HashMap<Digest, u32>,
}

/// A write under way, recorded durably.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Names the record.
    pub id: WriteId,
    /// The idempotency key to send, where the route takes one.
    pub key: Option<String>,
    /// Of an earlier call, whose record this takes over.
    pub earlier: Option<Earlier>,
}

impl Call {
    /// The client gave the call a key of its own: then its repeats are told by that, also after it was closed.
    pub fn set_client_key(&mut self, client_key: ClientKey) {
        // With the identity in it, nobody who reads the file can try arguments out.
        let arguments = Digest::of([self.about.identity.bytes(), client_key.arguments.bytes()]);
        self.about.client_key = Some(ClientKey { arguments, ..client_key });
    }

    /// Asks to send a write, and records it durably if it may be sent. `look` is the call that would show whether it
    /// happened, as JSON.
    ///
    /// # Errors
    /// When the record cannot be made: then nothing may be sent.
    pub async fn open(&mut self, request: &Admitted, look: Option<String>) -> Result<Begun, LedgerFault> {
        let route = request.route();
        let fingerprint = fingerprint::of(&self.about.identity, request);
        let ordinal = self.ordinals.get(&fingerprint).copied().unwrap_or(0);
        let asked = Asked {
            about: self.about.clone(),
            call: self.row,
            route: route.name.clone(),
            repeat: route.repeat,
            takes_key: route.key != Key::None,
            fingerprint,
            ordinal,
            target: if route.repeat == Repeat::Keyed {
                fingerprint::target(&self.about.identity, request)
            } else {
                None
            },
            look,
        };
        let worker = Arc::clone(&self.worker);
        let unclaimed =
            self.worker.run(move |store| store.begin(&asked, now()).map(|begun| Unclaimed::new(begun, worker)));
        let begun = unclaimed.await??.claim();
        if let Begun::Write { call, .. } = &begun {
            self.row = Some(*call);
            self.ordinals.insert(fingerprint, ordinal + 1);
        }
        Ok(begun)
    }

    /// Records what became of a write. When the file does not take that, it is tried again as long as the relay runs; after that
    /// the write stays open, which is safe.
    pub async fn ended(&self, id: WriteId, attempted: Attempted) {
        let at = now();
        if let Err(fault) = self.worker.run(move |store| store.ended(End::Write { id, attempted, at })).await {
            tracing::error!(target: "ledger", write = %id, "its outcome could not be recorded: {fault}");
        }
    }

    /// Whether it has written anything.
    pub fn has_written(&self) -> bool {
        self.row.is_some()
    }

    /// The call's answer was written whole to the client. Closes the call, unless a write in it is unsettled or the client has
    /// likely given up waiting.
    pub fn delivered(mut self) {
        let in_time = self.began.elapsed() <= limits::WRITING_CALL;
        self.end(in_time);
    }

    fn end(&mut self, delivered: bool) {
        if let Some(row) = self.row.take() {
            end(&self.worker, row, delivered);
        }
    }
}

/// A record on its way to the call that asked for it. A call that is cancelled in this very moment does not know that it has
/// one: then it is left open from here.
struct Unclaimed {
    begun: Option<Begun>,
    worker: Arc<Worker>,
}

impl Unclaimed {
    fn new(begun: Begun, worker: Arc<Worker>) -> Self {
        Self { begun: Some(begun), worker }
    }

    fn claim(mut self) -> Begun {
        // Only this takes it out.
        self.begun.take().unwrap_or(Begun::Wait)
    }
}

impl Drop for Unclaimed {
    fn drop(&mut self) {
        if let Some(Begun::Write { call, .. }) = self.begun {
            end(&self.worker, call, false);
        }
    }
}

/// Ends a call in the file, whenever the worker comes to it.
fn end(worker: &Worker, call: i64, delivered: bool) {
    let at = now();
    worker.send(move |store| {
        store.ended(End::Call { call, delivered, at });
        store.tidy(at);
    });
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end(false);
    }
}

/// What became of the attempts on a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// Judged over all of them, also those of earlier calls.
    pub outcome: Outcome,
    /// How many, in this call.
    pub attempts: u32,
    /// How often the helpdesk gave the same failure in a row, and its digest.
    pub same_failure: Option<(Digest, u32)>,
    /// Not sooner than this from now may the same key go out again.
    pub pause: Option<Duration>,
    /// Identifiers in the answer, as a JSON object.
    pub identifiers: Option<String>,
}

impl Attempted {
    /// Nothing was tried in this call.
    pub fn of(outcome: Outcome) -> Self {
        Self { outcome, attempts: 0, same_failure: None, pause: None, identifiers: None }
    }
}

fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
