//! A proxy on loopback that breaks connections on purpose, between a client under test and a helpdesk.
//!
//! A share of the requests is struck by a fault, drawn from a seeded stream; the rest passes untouched. It keeps what it saw
//! of every request and counts what it did. Threads and blocking reads, as in `stub`.

mod exchange;
pub mod kind;
pub(crate) mod message;

use std::collections::{BTreeMap, VecDeque};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

pub use kind::Kind;
use tokio::net::TcpSocket;

use crate::random::Random;
use crate::trouble::Trouble;

/// What is broken, how often, and how long a client waits.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Share of requests that are struck: 0.3 is three in ten.
    pub share: f64,
    /// What strikes them, each as often as the others.
    pub kinds: Vec<Kind>,
    /// Brings the same draws back.
    pub seed: u64,
    /// After how long the client gives up: delays are measured by it.
    pub patience: Duration,
}

impl Plan {
    /// Nothing is broken.
    #[must_use]
    pub fn calm() -> Self {
        Self { share: 0.0, kinds: Vec::new(), seed: 0, patience: Duration::from_secs(1) }
    }

    /// Every kind, on a share of the requests.
    #[must_use]
    pub fn faults(share: f64, seed: u64, patience: Duration) -> Self {
        Self { share, kinds: Kind::ALL.to_vec(), seed, patience }
    }

    /// These kinds and no other.
    #[must_use]
    pub fn only(self, kinds: &[Kind]) -> Self {
        Self { kinds: kinds.to_vec(), ..self }
    }
}

/// A request as far as the proxy saw it.
#[derive(Debug, Clone)]
pub struct Passage {
    /// Which connection it came on, from 1.
    pub connection: u64,
    /// `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Its `Idempotency-Key`.
    pub key: Option<String>,
    /// What of its body was read. Of a request struck before its body, what lay there already.
    pub body: Vec<u8>,
    /// Whether the whole body was read.
    pub whole: bool,
    /// Whether all of it was handed on.
    pub forwarded: bool,
    /// What struck it.
    pub fault: Option<Kind>,
}

/// What a proxy did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections accepted.
    pub connections: u64,
    /// Requests of which the head was read.
    pub requests: u64,
    /// Requests handed on whole.
    pub forwarded: u64,
    /// Requests or connections struck, by kind.
    pub faults: BTreeMap<Kind, u64>,
}

impl Counts {
    /// Requests, those included that were refused before their head was read.
    #[must_use]
    pub fn exchanges(&self) -> u64 {
        self.requests + self.faults.get(&Kind::Refuse).copied().unwrap_or_default()
    }

    /// All that were struck.
    #[must_use]
    pub fn struck(&self) -> u64 {
        self.faults.values().sum()
    }
}

struct State {
    plan: Plan,
    random: Random,
    /// Faults that were asked for by name; they come before those that are drawn.
    next: VecDeque<Option<Kind>>,
    counts: Counts,
    passages: Vec<Passage>,
}

/// What all connections share.
struct Shared {
    upstream: SocketAddr,
    state: Mutex<State>,
    connections: AtomicU64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What strikes the next request, and random numbers for how.
    fn draw(&self) -> (Option<Kind>, Random) {
        let mut state = self.lock();
        let how = Random::new(state.random.number());
        if let Some(asked) = state.next.pop_front() {
            return (asked, how);
        }
        let share = state.plan.share;
        if !state.random.chance(share) {
            return (None, how);
        }
        let kinds = std::mem::take(&mut state.plan.kinds);
        let kind = state.random.one(&kinds).copied();
        state.plan.kinds = kinds;
        (kind, how)
    }
}

/// A proxy under way; it takes no more connections once it is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    port: Mutex<Port>,
}

/// What is done with the port.
enum Port {
    /// Connections are accepted.
    Open(Listener),
    /// The port is ours, so that no other program gets it and answers in our place; nobody listens.
    Shut(TcpSocket),
}

/// The thread that accepts, and how it is told to stop.
struct Listener {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Between whoever connects and `upstream`.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn start(upstream: SocketAddr, plan: Plan) -> Result<Self, Trouble> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(Trouble::io("binding the proxy"))?;
        let address = listener.local_addr().map_err(Trouble::io("binding the proxy"))?;
        let state = State {
            random: Random::named(plan.seed, "proxy"),
            plan,
            next: VecDeque::new(),
            counts: Counts::default(),
            passages: Vec::new(),
        };
        let shared = Arc::new(Shared { upstream, state: Mutex::new(state), connections: AtomicU64::new(0) });
        let listening = Listener::start(listener, &shared);
        Ok(Self { address, shared, port: Mutex::new(Port::Open(listening)) })
    }

    /// What belongs into `TICKITI_API_BASE`.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From the next request on another plan holds.
    pub fn plan(&self, plan: Plan) {
        let mut state = self.shared.lock();
        state.random = Random::named(plan.seed, "proxy");
        state.plan = plan;
    }

    /// What strikes the next requests, whatever the plan says; `None` lets one pass.
    pub fn next(&self, kinds: impl IntoIterator<Item = Option<Kind>>) {
        self.shared.lock().next.extend(kinds);
    }

    /// Closes the port: connecting is refused by the operating system until [`Proxy::up`].
    ///
    /// # Errors
    /// When somebody else took the port in the instant in which it was free.
    pub fn down(&self) -> Result<(), Trouble> {
        let mut port = self.port.lock().unwrap_or_else(PoisonError::into_inner);
        if let Port::Open(listener) = &mut *port {
            let shut = TcpSocket::new_v4().map_err(Trouble::io("making a socket"))?;
            shut.set_reuseaddr(true).map_err(Trouble::io("keeping the proxy's port"))?;
            listener.stop(self.address);
            shut.bind(self.address).map_err(Trouble::io("keeping the proxy's port"))?;
            // Asked for to get the port beside its old connections; from here on it would let others have it, too.
            shut.set_reuseaddr(false).map_err(Trouble::io("keeping the proxy's port"))?;
            *port = Port::Shut(shut);
        }
        Ok(())
    }

    /// Opens the port again.
    ///
    /// # Errors
    /// When somebody else took it meanwhile.
    pub fn up(&self) -> Result<(), Trouble> {
        let mut port = self.port.lock().unwrap_or_else(PoisonError::into_inner);
        if let Port::Shut(shut) = &mut *port {
            // The port must be free before it can be bound again.
            let unused = TcpSocket::new_v4().map_err(Trouble::io("making a socket"))?;
            drop(std::mem::replace(shut, unused));
            let listener = TcpListener::bind(self.address).map_err(Trouble::io("binding the proxy again"))?;
            *port = Port::Open(Listener::start(listener, &self.shared));
        }
        Ok(())
    }

    /// What it did so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let connections = self.shared.connections.load(Ordering::SeqCst);
        Counts { connections, ..self.shared.lock().counts.clone() }
    }

    /// Every request of which it read a head, in order of arrival.
    #[must_use]
    pub fn passages(&self) -> Vec<Passage> {
        self.shared.lock().passages.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // The port is free when this is gone, whatever came of keeping it.
        let _ = self.down();
    }
}

impl Listener {
    fn start(listener: TcpListener, shared: &Arc<Shared>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (end, shared) = (Arc::clone(&over), Arc::clone(shared));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || exchange::serve(&shared, stream, number));
            }
        });
        Self { over, thread: Some(thread) }
    }

    fn stop(&mut self, address: SocketAddr) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections, so that it sees the end and closes the port.
        let _ = TcpStream::connect_timeout(&address, Duration::from_secs(1));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
