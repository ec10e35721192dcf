//! The standard form of an answer.

use std::time::Duration;

use bytes::Bytes;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::broken::Broken;
use crate::admit::Admitted;
use crate::json;
use crate::limits;
use crate::redact::Redactor;

/// What the helpdesk answered, whole, in the relay's standard form, without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: AnswerBody,
    /// The value that the request held, when it was there.
    pub held: Option<HeldValue>,
    /// How long the helpdesk asks to wait.
    pub retry_after: Option<Duration>,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerBody {
    /// Compact JSON, token for token as it came.
    Json(String),
    /// Not called JSON by the helpdesk, or called so in a failure and not JSON.
    Text(String),
    /// No bytes.
    Empty,
}

/// A value that stays with the relay; `null` stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldValue {
    /// Decoded from base64, or one line for each item.
    pub bytes: Bytes,
    /// Items of the array; 0 for a string.
    pub items: u64,
    /// Whether the bytes are UTF-8 without control characters other than tab and line ends.
    pub text: bool,
}

impl Answer {
    /// Whether the status says success and the body does not say otherwise.
    pub fn succeeded(&self) -> bool {
        is_success(self.status) && !self.body.json().is_some_and(says_failed)
    }
}

impl Answer {
    /// An answer that was written down before, in the form in which the same bytes would have come from a helpdesk. A string
    /// stands for a body that is not JSON, `null` for none.
    ///
    /// # Errors
    /// As for one that was received: a value that the request holds and that is not base64.
    pub fn recorded(request: &Admitted, status: u16, body: &serde_json::Value) -> Result<Self, Broken> {
        let (content_type, bytes) = match body {
            serde_json::Value::Null => (None, Vec::new()),
            serde_json::Value::String(text) => (Some("text/plain".to_owned()), text.clone().into_bytes()),
            json => (Some("application/json".to_owned()), json.to_string().into_bytes()),
        };
        let received = Received { status, content_type, retry_after: None, bytes };
        received.into_answer(request.accept(), request.hold(), &Redactor::of_all([]))
    }
}

impl AnswerBody {
    /// The JSON text, if it is JSON.
    pub fn json(&self) -> Option<&str> {
        match self {
            Self::Json(text) => Some(text),
            Self::Text(_) | Self::Empty => None,
        }
    }

    /// The text, of whatever sort.
    pub fn text(&self) -> &str {
        match self {
            Self::Json(text) | Self::Text(text) => text,
            Self::Empty => "",
        }
    }
}

/// What was read from the wire.
pub(super) struct Received {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) retry_after: Option<Duration>,
    pub(super) bytes: Vec<u8>,
}

impl Received {
    /// Brings it into the standard form: redacts, makes compact, takes out the value at `hold`. That is left in a failure,
    /// whose words might be in it, unless its status is in `accept`.
    pub(super) fn into_answer(self, accept: &[u16], hold: Option<&str>, redactor: &Redactor) -> Result<Answer, Broken> {
        let Self { status, content_type, retry_after, bytes } = self;
        let plain = |body| Answer { status, body, held: None, retry_after };
        if bytes.is_empty() {
            return Ok(plain(AnswerBody::Empty));
        }
        let hold = hold.filter(|_| is_success(status) || accept.contains(&status));
        let content_type = content_type.as_deref().unwrap_or_default();
        if !is_json(content_type) {
            if hold == Some("") {
                let held = Some(HeldValue::of(redactor.redact_bytes(bytes), 0));
                return Ok(Answer { held, ..plain(AnswerBody::Empty) });
            }
            let text = redactor.redact(&String::from_utf8_lossy(&bytes)).into_owned();
            if is_success(status) && is_page(&text) {
                return Err(Broken::WebPage { status, text: beginning(&text) });
            }
            return Ok(plain(AnswerBody::Text(text)));
        }
        let text = match compact(bytes, redactor) {
            Ok(text) => text,
            Err((why, text)) if is_success(status) => {
                return Err(Broken::NotJson { status, why: why.to_string(), text: beginning(&text) });
            }
            Err((_, text)) => return Ok(plain(AnswerBody::Text(text))),
        };
        match hold.filter(|_| !says_failed(&text)) {
            Some(pointer) => {
                let (text, held) = held(text, pointer, redactor)
                    .ok_or_else(|| Broken::NotBase64 { status, at: pointer.to_owned() })?;
                Ok(Answer { held, ..plain(AnswerBody::Json(text)) })
            }
            None => Ok(plain(AnswerBody::Json(text))),
        }
    }
}

/// Text, redacted, then checked and made compact: in this order, so that what leaves here is JSON whatever was taken out.
fn compact(bytes: Vec<u8>, redactor: &Redactor) -> Result<String, (json::NotJson, String)> {
    let text = String::from_utf8(bytes).map_err(|error| {
        (json::NotJson::NotText, redactor.redact(&String::from_utf8_lossy(error.as_bytes())).into_owned())
    })?;
    // A byte order mark is no JSON, but some PHP files begin with one.
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    let text = match redactor.redact(&text) {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(redacted) => redacted,
    };
    match json::compact(&text) {
        Ok(std::borrow::Cow::Borrowed(_)) => Ok(text),
        Ok(std::borrow::Cow::Owned(compact)) => Ok(compact),
        Err(why) => Err((why, text)),
    }
}

/// Takes the value at `pointer` out of a compact, redacted text. Only strings and arrays are taken. `None` when a string is not
/// base64. What was encoded is redacted once more: lines that are broken in the middle of a token hid it.
fn held(text: String, pointer: &str, redactor: &Redactor) -> Option<(String, Option<HeldValue>)> {
    let Some((rest, value)) = json::take(&text, pointer) else { return Some((text, None)) };
    if value.starts_with('"') {
        let bytes = redactor.redact_bytes(json::decode_base64(value).ok()?);
        return Some((rest, Some(HeldValue::of(bytes, 0))));
    }
    match json::lines(value) {
        Some(lines) => Some((rest, Some(HeldValue::of(lines.text.into_bytes(), lines.count)))),
        None => Some((text, None)),
    }
}

impl HeldValue {
    fn of(bytes: Vec<u8>, items: u64) -> Self {
        let control = |&byte: &u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f;
        let text = !bytes.iter().any(control) && std::str::from_utf8(&bytes).is_ok();
        Self { bytes: bytes.into(), items, text }
    }
}

pub(super) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// Whether a body says by itself that the request failed, whatever the status: `ok` is `false`, or one of the error members
/// that the helpdesk's own pages use is there and not empty.
pub(super) fn says_failed(text: &str) -> bool {
    let [ok, errors @ ..] = json::members(text, ["ok", "error", "my_error", "amf_error"]);
    ok == Some("false") || errors.into_iter().flatten().any(truthy)
}

/// Whether a JSON value is more than nothing.
pub(super) fn truthy(value: &str) -> bool {
    !matches!(value, "null" | "false" | "\"\"") && value.parse::<f64>() != Ok(0.0)
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// Whether a text is a whole HTML document. Its label does not tell: the helpdesk's framework calls every string HTML.
fn is_page(text: &str) -> bool {
    let start: String = text.trim_start().chars().take("<!doctype html".len()).collect::<String>().to_ascii_lowercase();
    start == "<!doctype html" || start.starts_with("<html")
}

fn beginning(text: &str) -> String {
    text.chars().take(limits::ERROR_BODY_CHARS).collect()
}

/// What a `Retry-After` says: seconds, or a moment, which is counted from `now`.
pub(super) fn retry_after(value: &str, now: OffsetDateTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = OffsetDateTime::parse(value, &Rfc2822).ok()?;
    Some(Duration::try_from(moment - now).unwrap_or_default())
}

#[cfg(test)]
mod tests;
