//! A call shown before it is made: its requests are written down, and no write is sent.

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};
use tickiti_relay_routes::Class;

use super::error::CallError;
use super::helpdesk::{Helpdesk, Stop};
use crate::admit::{Admitted, Body, PartValue, Piece};
use crate::digest::Digest;
use crate::limits;
use crate::marks::Marked;
use crate::upstream::{self, Answer, AnswerBody, CameBack};

/// The requests that a call would send, in order.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Plan {
    /// In order.
    pub requests: Vec<Planned>,
    /// Where the plan ends early: the rest depends on what this route would answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<String>,
}

/// One request of a plan.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Planned {
    /// Name of the route.
    pub route: String,
    /// `POST`.
    pub method: String,
    /// Path below the helpdesk's address.
    pub path: String,
    /// `read`, `write`, `destructive` or `sensitive`.
    pub class: Class,
    /// Whether it would carry an idempotency key.
    pub keyed: bool,
    /// Whether it was really sent while planning: only reads are.
    pub sent: bool,
    /// Whether the plan went on from an answer that is only assumed.
    pub assumed: bool,
    /// Of every byte that would be sent, path and files included: equal digests are equal requests.
    #[serde(skip)]
    pub digest: Digest,
    /// The body, the parts or the query, with files as `<logo.png, 10 KB, image/png>`.
    pub body: Value,
}

/// Writes requests down instead of sending them.
pub(super) struct Recorder<'a> {
    online: Option<&'a dyn Helpdesk>,
    requests: Mutex<Vec<Planned>>,
}

impl<'a> Recorder<'a> {
    /// A recorder that sends reads to `online`, or nothing when there is none.
    pub(super) fn new(online: Option<&'a dyn Helpdesk>) -> Self {
        Self { online, requests: Mutex::new(Vec::new()) }
    }

    /// Writes one request down and answers it: reads by the helpdesk, writes by the route's example.
    pub(super) async fn deliver(&self, request: &Admitted) -> Result<Answer, Stop> {
        let route = request.route();
        let online = self.online.filter(|_| route.class == Class::Read);
        let example = route.example.as_ref().filter(|_| online.is_none());
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(Planned {
            route: route.name.clone(),
            method: route.method.to_string(),
            path: request.path().to_owned(),
            class: route.class,
            keyed: route.class != Class::Read && route.key != tickiti_relay_routes::Key::None,
            sent: online.is_some(),
            assumed: example.is_some(),
            digest: request.digest(),
            body: shown(request.body()),
        });
        match (online, example) {
            (Some(helpdesk), _) => {
                let answer = helpdesk.send(request, None, limits::WRITING_CALL).await;
                let came_back = CameBack::of(&answer);
                upstream::judge(request, answer, came_back).map_err(Stop::Failed)
            }
            (None, Some(example)) => {
                Ok(Answer { status: 200, body: AnswerBody::Json(example.to_string()), held: None, retry_after: None })
            }
            (None, None) => Err(Stop::Ends(CallError::PlanEnds { route: route.name.clone() })),
        }
    }

    /// What was written down.
    pub(super) fn finish(self, ends_at: Option<String>) -> Plan {
        Plan { requests: self.requests.into_inner().unwrap_or_else(PoisonError::into_inner), ends_at }
    }
}

/// A body for a person's eyes: files by their names.
pub(crate) fn shown(body: &Body) -> Value {
    match body {
        Body::Json(pieces) => {
            let text: String = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    Piece::DataUri(marked) => label(marked),
                })
                .collect();
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        Body::Query(pairs) => json!(pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()),
        Body::Multipart(parts) => {
            let shown = parts.iter().map(|part| match &part.value {
                PartValue::Text(text) => (part.name.clone(), Value::String(text.clone())),
                PartValue::File(name, marked) => {
                    (part.name.clone(), Value::String(label(&Marked { name: name.clone(), ..Marked::clone(marked) })))
                }
            });
            let mut members = Map::new();
            for (mut name, value) in shown {
                // PHP keeps every `cc[]`.
                while members.contains_key(&name) {
                    name.push_str(" (again)");
                }
                members.insert(name, value);
            }
            Value::Object(members)
        }
    }
}

/// `<logo.png, 10 KB, image/png>`: fit to stand inside a JSON string.
fn label(marked: &Marked) -> String {
    let name: String =
        marked.name.chars().filter(|character| !character.is_control() && !matches!(character, '"' | '\\')).collect();
    format!("<{name}, {}, {}>", in_bytes(marked.bytes.len() as u64), marked.media_type)
}

/// `10 KB`, as a person reads sizes.
pub fn in_bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1_000_000.0),
    }
}
