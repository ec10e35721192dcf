//! What really happened (effects) and what was really asked (requests): tests compare the two.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// One change that a write made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Counts all effects, from 1.
    pub number: u64,
    /// The [`SeenRequest::number`] of the request that made it.
    pub request: u64,
    /// Helpdesk time, ISO 8601.
    pub at: String,
    /// Name of the route.
    pub route: String,
    /// What was changed: `ticket:709383`, `response:42`, `mailbox:2`.
    pub target: String,
    /// What was done to it, in a few words.
    pub did: String,
    /// The idempotency key that came along.
    pub key: Option<String>,
    /// Name of the token.
    pub token: Option<String>,
    /// SHA-256 of the body, lower-case hex.
    pub body_sha256: String,
}

impl Effect {
    /// As the control endpoint shows it.
    #[must_use]
    pub fn as_json(&self) -> Value {
        json!({
            "number": self.number, "request": self.request, "at": self.at, "route": self.route, "target": self.target,
            "did": self.did, "key": self.key, "token": self.token, "body_sha256": self.body_sha256,
        })
    }
}

/// Where the effects of the request at work come from; set by the frame before a handler runs.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// See [`Effect::request`].
    pub request: u64,
    /// See [`Effect::route`].
    pub route: String,
    /// See [`Effect::key`].
    pub key: Option<String>,
    /// See [`Effect::token`].
    pub token: Option<String>,
    /// See [`Effect::body_sha256`].
    pub body_sha256: String,
}

/// One request as it arrived, without the token's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRequest {
    /// Counts all requests, from 1.
    pub number: u64,
    /// `POST`.
    pub method: String,
    /// Path as it was sent, with the query.
    pub path: String,
    /// Names in lower case, in the order in which they came; the value of `authorization` is the token's name in brackets.
    pub headers: Vec<(String, String)>,
    /// The body, as far as it arrived and as far as [`Options::keep_body_bytes`](crate::Options::keep_body_bytes) reaches.
    pub body: Bytes,
    /// How much of the body arrived.
    pub body_bytes: usize,
    /// SHA-256 of all of it, lower-case hex.
    pub body_sha256: String,
    /// The status answered; `None` when nothing was.
    pub status: Option<u16>,
    /// The fault that was put on it.
    pub fault: Option<String>,
    /// Whether the answer is an older one, replayed for its key.
    pub replayed: bool,
}

impl SeenRequest {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// As the control endpoint shows it.
    #[must_use]
    pub fn as_json(&self) -> Value {
        let headers: BTreeMap<_, _> = self.headers.iter().map(|(name, value)| (name, value)).collect();
        json!({
            "number": self.number, "method": self.method, "path": self.path, "headers": headers,
            "body": String::from_utf8_lossy(&self.body), "body_bytes": self.body_bytes,
            "body_sha256": self.body_sha256, "status": self.status, "fault": self.fault, "replayed": self.replayed,
        })
    }
}

/// SHA-256 as lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
