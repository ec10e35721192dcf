//! A helpdesk, a proxy before it, and a server set up to use both.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use tickiti_relay_scratch::{Helpdesk, Options, Running, Switches};

use super::server::Server;
use super::words::word_in;
use crate::proxy::message::Reader;
use crate::proxy::{Plan, Proxy};
use crate::relay;
use crate::relay::{Session, Setup};
use crate::trouble::Trouble;

/// After how long a request is given up. Short, so that a stall does not cost minutes.
pub const TIMEOUT: Duration = Duration::from_millis(400);
/// How long an answer is waited for: longer than a call may take, queue included.
const PATIENCE: Duration = Duration::from_secs(240);

/// What a scenario plays on.
pub struct Stage {
    /// The helpdesk, with its log.
    pub helpdesk: Running,
    /// The wire.
    pub proxy: Arc<Proxy>,
    setup: Setup,
}

impl Stage {
    /// A calm one.
    ///
    /// # Errors
    /// When helpdesk or proxy do not start.
    pub fn new(server: &Server, switches: Switches) -> Result<Self, Trouble> {
        let options = Options { switches, ..Options::default() };
        let helpdesk = Helpdesk::start(options).map_err(|error| Trouble::shape("a scratch helpdesk", error))?;
        let proxy = Arc::new(Proxy::start(helpdesk.address(), Plan { patience: TIMEOUT, ..Plan::calm() })?);
        let setup = relay().helpdesk(&helpdesk).base(&proxy.base());
        let setup = setup.env("TICKITI_API_TIMEOUT_MS", TIMEOUT.as_millis().to_string());
        Ok(Self { setup: server.put_into(setup), helpdesk, proxy })
    }

    /// A new process of the server, in the folders of those before.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self) -> Result<Session, Trouble> {
        let mut session = self.setup.start()?;
        session.patience = PATIENCE;
        Ok(session)
    }

    /// Opens tickets at the helpdesk itself; answers their numbers. They leave no effect in its log.
    ///
    /// # Errors
    /// When the helpdesk refuses one.
    pub fn tickets(&self, count: usize) -> Result<Vec<String>, Trouble> {
        let token = self.helpdesk.token("full").unwrap_or_default();
        let mut stream = TcpStream::connect(self.helpdesk.address()).map_err(Trouble::io("reaching the helpdesk"))?;
        let mut numbers = Vec::with_capacity(count);
        for number in 0..count {
            let body = json!({
                "originator_email_address": format!("before-{number}@example.org"), "is_public": true,
                "data": {"subject": "Before", "content": "<p>Before</p>"},
            })
            .to_string();
            let request = format!(
                "POST /api/v1/tickets HTTP/1.1\r\nhost: helpdesk\r\nauthorization: Bearer {token}\r\n\
                 idempotency-key: before-{number}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(request.as_bytes()).map_err(Trouble::io("asking the helpdesk"))?;
            let mut reader = Reader::new(&stream);
            let answer = reader.head().and_then(|head| reader.body(head.length()));
            let answer = answer.map_err(Trouble::io("hearing the helpdesk"))?;
            let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
            let ticket = answer.pointer("/data/ticket_number").ok_or_else(|| Trouble::shape("a ticket", &answer))?;
            numbers.push(ticket.as_str().map_or_else(|| ticket.to_string(), str::to_owned));
        }
        self.helpdesk.clear_logs();
        Ok(numbers)
    }

    /// [`Stage::seen`] when nothing is on its way any more: a request may still reach the helpdesk when its client has long
    /// been told that it may have.
    #[must_use]
    pub fn seen_at_rest(&self) -> Seen {
        let count = || (self.helpdesk.requests().len(), self.helpdesk.effects().len(), self.proxy.counts().forwarded);
        let mut last = count();
        loop {
            std::thread::sleep(TIMEOUT / 2);
            let now = count();
            if now == last {
                return self.seen();
            }
            last = now;
        }
    }

    /// What the helpdesk and the proxy saw of each word so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let requests = self.helpdesk.requests();
        let words: HashMap<u64, String> =
            requests.iter().filter_map(|request| Some((request.number, word_in(&request.body)?))).collect();
        let mut by_word: HashMap<String, OfWord> = HashMap::new();
        let mut counted = HashSet::new();
        for effect in self.helpdesk.effects() {
            // A request makes several changes at times; it happened once.
            if let (Some(word), true) = (words.get(&effect.request), counted.insert(effect.request)) {
                by_word.entry(word.clone()).or_default().effects += 1;
            }
        }
        // A request that was cut before its word is known by its key, when another under that key has the word.
        let passages = self.proxy.passages();
        let keyed = passages.iter().filter_map(|passage| Some((passage.key.clone()?, word_in(&passage.body)?)));
        let by_key: HashMap<String, String> = keyed.collect();
        for passage in passages {
            let known = passage.key.as_ref().and_then(|key| by_key.get(key).cloned());
            if let Some(word) = word_in(&passage.body).or(known) {
                let of = by_word.entry(word).or_default();
                of.sends += 1;
                of.keys.extend(passage.key);
            }
        }
        Seen(by_word)
    }
}

/// What became of words.
#[derive(Debug, Clone, Default)]
pub struct Seen(HashMap<String, OfWord>);

impl Seen {
    /// Of one word; nothing when it was never seen.
    #[must_use]
    pub fn of(&self, word: &str) -> OfWord {
        self.0.get(word).cloned().unwrap_or_default()
    }
}

/// What became of one word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfWord {
    /// Requests with it that took effect.
    pub effects: usize,
    /// Requests with it of which bytes reached the proxy, as far as their word or their key was among them.
    pub sends: usize,
    /// The keys under which they came.
    pub keys: BTreeSet<String>,
}

/// Takes the port away for a moment, over and over, so that connecting is really refused at times. Ends when dropped.
pub struct Flicker {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Flicker {
    /// Down for a thirtieth of the time.
    #[must_use]
    pub fn start(proxy: &Arc<Proxy>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (end, proxy) = (Arc::clone(&over), Arc::clone(proxy));
        let thread = std::thread::spawn(move || {
            while !end.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(580));
                // Should another program have got the port in between, it is asked for until it is free again.
                let _ = proxy.down();
                std::thread::sleep(Duration::from_millis(20));
                while proxy.up().is_err() && !end.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        });
        Self { over, thread: Some(thread) }
    }
}

impl Drop for Flicker {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
