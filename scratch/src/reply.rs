//! What a route answers, and how a refusal is written in the two styles of envelope that live side by side.

use serde_json::{Map, Value, json};

use crate::switches::{
    GateBody, HiddenQueue, MalformedJson, MissingKeyBody, PassthroughFailure, Switches, UnknownRow, UnknownTicket,
    ValidationErrors,
};

/// How a route wraps what it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `{"ok":true,"data":…}`; failures `{"ok":false,"error":"snake_code",…}`.
    Native,
    /// The shapes of the web pages' own controllers; failures as Laravel writes them.
    PassThrough,
}

/// A 200 and its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply(pub Value);

impl Reply {
    /// `{"ok":true,"data":…}`.
    #[must_use]
    pub fn data(data: Value) -> Self {
        Self(json!({"ok": true, "data": data}))
    }

    /// The value as it is.
    #[must_use]
    pub fn raw(body: Value) -> Self {
        Self(body)
    }
}

/// Messages by field, in the order in which they were found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldErrors(pub Vec<(String, String)>);

impl FieldErrors {
    /// One field, one message.
    #[must_use]
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self(vec![(field.to_owned(), message.into())])
    }

    fn message(&self) -> String {
        let first = self.0.first().map_or("The given data was invalid.", |(_, message)| message.as_str());
        match self.0.len() {
            0 | 1 => first.to_owned(),
            2 => format!("{first} (and 1 more error)"),
            more => format!("{first} (and {} more errors)", more - 1),
        }
    }

    fn by_field(&self) -> Value {
        let mut fields = Map::new();
        for (field, message) in &self.0 {
            if let Value::Array(messages) = fields.entry(field.clone()).or_insert_with(|| json!([])) {
                messages.push(json!(message));
            }
        }
        Value::Object(fields)
    }
}

/// Why a request was not served.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// No token, or one that is not known.
    Unauthenticated,
    /// The token holds none of the abilities that the route takes.
    Ability,
    /// Role, system administrator or plan; the words say which.
    Gate(String),
    /// No route has this path.
    UnknownRoute(String),
    /// The path exists, but is asked in another way.
    Method {
        /// How it was asked.
        asked: String,
        /// The path after the host.
        path: String,
        /// How it may be asked.
        allowed: Vec<&'static str>,
    },
    /// The body is no JSON object.
    Malformed,
    /// The route demands an idempotency key.
    KeyMissing,
    /// The same key came with another payload.
    KeyConflict,
    /// The same key is still being worked on.
    KeyRunning,
    /// Fields that are missing or wrong.
    Fields(FieldErrors),
    /// Something named in the body does not exist.
    NotFound {
        /// `ticket`, `response`.
        what: &'static str,
        /// The body field that named it.
        field: &'static str,
    },
    /// A ticket in a queue that the owner may not see.
    HiddenQueue {
        /// `ticket`, `response`.
        what: &'static str,
        /// The body field that named it.
        field: &'static str,
    },
    /// Any other refusal with a code of its own.
    Coded {
        /// HTTP status.
        status: u16,
        /// Snake-case code.
        error: &'static str,
        /// For people.
        message: String,
        /// More for programs.
        data: Option<Value>,
    },
    /// A pass-through route that failed inside a 200.
    Inside(String),
}

impl Refusal {
    /// One wrong field.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Fields(FieldErrors::one(field, message))
    }

    /// A refusal with a code and words, no data.
    #[must_use]
    pub fn coded(status: u16, error: &'static str, message: impl Into<String>) -> Self {
        Self::Coded { status, error, message: message.into(), data: None }
    }

    /// Status and body.
    #[must_use]
    pub fn render(&self, style: Style, switches: &Switches) -> (u16, Value) {
        let native = style == Style::Native;
        match self {
            Self::Unauthenticated => (401, json!({"message": "Unauthenticated."})),
            Self::Ability => (403, json!({"message": "Invalid ability provided."})),
            Self::Gate(words) => match switches.gate_body {
                GateBody::Message => (403, json!({"message": words})),
                GateBody::Envelope => (403, json!({"ok": false, "error": "forbidden", "message": words})),
            },
            Self::UnknownRoute(path) => (404, json!({"message": format!("The route {path} could not be found.")})),
            Self::Method { asked, path, allowed } => {
                let allowed = allowed.join(", ");
                let words =
                    format!("The {asked} method is not supported for route {path}. Supported methods: {allowed}.");
                (405, json!({"message": words}))
            }
            Self::Malformed => match switches.malformed_json {
                MalformedJson::Unprocessable => (422, json!({"message": "The body is not a JSON object."})),
                MalformedJson::BadRequest | MalformedJson::Empty => {
                    (400, json!({"message": "The body is not a JSON object."}))
                }
            },
            Self::KeyMissing => {
                let words = "The Idempotency-Key header is required.";
                match switches.missing_key_body {
                    MissingKeyBody::Envelope => {
                        (422, json!({"ok": false, "error": "idempotency_key_required", "message": words}))
                    }
                    MissingKeyBody::Laravel => (422, laravel(&FieldErrors::one("Idempotency-Key", words))),
                }
            }
            Self::KeyConflict => {
                envelope(409, "idempotency_key_conflict", "This Idempotency-Key was used with another payload.", None)
            }
            Self::KeyRunning => envelope(
                409,
                "idempotency_key_in_progress",
                "A request with this Idempotency-Key is still running.",
                None,
            ),
            Self::Fields(errors) if native => (422, native_validation(errors, switches)),
            Self::Fields(errors) => (422, laravel(errors)),
            Self::HiddenQueue { .. } if switches.hidden_queue == HiddenQueue::Forbidden => {
                envelope(403, "forbidden", "You may not see this queue.", None)
            }
            Self::NotFound { what, field } | Self::HiddenQueue { what, field } => {
                if switches.unknown_ticket == UnknownTicket::Validation {
                    let words = format!("The selected {} is invalid.", field.replace('_', " "));
                    return Self::field(field, words).render(style, switches);
                }
                let words = format!("{} not found.", capital(what));
                if !native && switches.unknown_row == UnknownRow::Inside {
                    return Self::Inside(words).render(style, switches);
                }
                if native { envelope(404, "not_found", &words, None) } else { (404, json!({"message": words})) }
            }
            Self::Coded { status, error, message, data } => envelope(*status, error, message, data.clone()),
            Self::Inside(words) => match switches.passthrough_failure {
                PassthroughFailure::MyError => (200, json!({"my_error": words})),
                PassthroughFailure::AmfError => (200, json!({"amf_error": words})),
                PassthroughFailure::Error => (200, json!({"error": words})),
                PassthroughFailure::OkFalse => (200, json!({"ok": false, "message": words})),
            },
        }
    }
}

fn envelope(status: u16, error: &str, message: &str, data: Option<Value>) -> (u16, Value) {
    let mut body = json!({"ok": false, "error": error, "message": message});
    if let (Some(data), Value::Object(members)) = (data, &mut body) {
        members.insert("data".into(), data);
    }
    (status, body)
}

fn native_validation(errors: &FieldErrors, switches: &Switches) -> Value {
    match switches.validation_errors {
        ValidationErrors::Fields => json!({
            "ok": false, "error": "validation_failed", "message": errors.message(), "errors": errors.by_field(),
        }),
        ValidationErrors::CodeOnly => json!({"ok": false, "error": "validation_failed"}),
    }
}

fn laravel(errors: &FieldErrors) -> Value {
    json!({"message": errors.message(), "errors": errors.by_field()})
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
