//! Idempotency keys: the first request under a key runs, later ones get what it got.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

use crate::effects::sha256;
use crate::switches::{KeyScope, RefusalStored, SameKeyRunning, SamePayload, ServerErrorStored, Switches};

/// The longest key that is taken.
pub(crate) const LONGEST_KEY: usize = 255;

/// Whose key it is, and the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct KeyId {
    scope: String,
    key: String,
}

impl KeyId {
    /// Puts a key into the scope that the switch asks for.
    #[must_use]
    pub(crate) fn new(key: &str, token: &str, route: &str, switches: &Switches) -> Self {
        let scope = match switches.key_scope {
            KeyScope::Token => token.to_owned(),
            KeyScope::TokenAndRoute => format!("{token} {route}"),
            KeyScope::Everyone => String::new(),
        };
        Self { scope, key: key.to_owned() }
    }
}

/// Digest of a payload; equal digests count as the same payload. The route belongs to it.
#[must_use]
pub(crate) fn payload(route: &str, body: &[u8], switches: &Switches) -> String {
    let body = match switches.same_payload {
        SamePayload::Bytes => sha256(body),
        SamePayload::Value => {
            sha256(serde_json::from_slice(body).map(sorted).unwrap_or_default().to_string().as_bytes())
        }
    };
    format!("{route} {body}")
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// An answer as it is kept, to be repeated byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// HTTP status.
    pub(crate) status: u16,
    /// The body's bytes.
    pub(crate) body: Bytes,
}

impl Stored {
    /// Whether the switches let this answer be kept under its key.
    #[must_use]
    pub(crate) fn is_kept(&self, switches: &Switches) -> bool {
        match self.status {
            200..=299 => true,
            500..=599 => switches.server_error_stored == ServerErrorStored::Yes,
            _ => switches.refusal_stored == RefusalStored::Yes,
        }
    }
}

/// What a request with a key may do.
#[derive(Debug)]
pub(crate) enum Claim {
    /// Run, and settle the key afterwards.
    Run,
    /// Run, though another with the same key is running; the key stays the other's.
    RunBeside,
    /// Answer this.
    Replay(Stored),
    /// Refuse: another payload has the key.
    Conflict,
    /// Refuse: the key is being worked on.
    Busy,
    /// Try again when this changes or ends.
    Wait(watch::Receiver<()>),
}

#[derive(Debug)]
enum State {
    Running(watch::Sender<()>),
    Done(Stored),
}

/// All keys of an install.
#[derive(Debug, Default)]
pub(crate) struct Keys(HashMap<KeyId, (String, State)>);

impl Keys {
    /// Asks for a key on behalf of a request.
    pub(crate) fn claim(&mut self, id: &KeyId, payload: &str, switches: &Switches) -> Claim {
        match self.0.get(id) {
            None => {
                self.0.insert(id.clone(), (payload.to_owned(), State::Running(watch::channel(()).0)));
                Claim::Run
            }
            Some((known, _)) if known != payload => Claim::Conflict,
            Some((_, State::Done(stored))) => Claim::Replay(stored.clone()),
            Some((_, State::Running(running))) => match switches.same_key_running {
                SameKeyRunning::Serialise => Claim::Wait(running.subscribe()),
                SameKeyRunning::Conflict => Claim::Busy,
                SameKeyRunning::ExecuteTwice => Claim::RunBeside,
            },
        }
    }

    /// Ends a run: keeps the answer, or forgets the key. Whoever waits goes on.
    pub(crate) fn settle(&mut self, id: &KeyId, answer: Option<Stored>) {
        match answer {
            Some(stored) => {
                if let Some((_, state)) = self.0.get_mut(id) {
                    *state = State::Done(stored);
                }
            }
            None => {
                self.0.remove(id);
            }
        }
    }

    /// Forgets every key that is not running, as a server does after its window.
    pub(crate) fn forget(&mut self) {
        self.0.retain(|_, (_, state)| matches!(state, State::Running(_)));
    }
}
