//! The helpdesk's own words, out of its two sorts of bodies.

use serde_json::Value;

use super::super::answer::truthy;
use super::sentence;
use crate::json;
use crate::limits;

/// Its sentence, its code and the fields it refuses, a line each; `None` when it says nothing.
pub(super) fn said(body: &str) -> Option<String> {
    let [message, errors, codes @ ..] = json::members(body, ["message", "errors", "error", "my_error", "amf_error"]);
    let mut lines = Vec::new();
    let message = message.filter(|value| truthy(value)).map(bare);
    let codes: Vec<String> =
        codes.into_iter().flatten().filter(|value| truthy(value) && *value != "true").map(bare).collect();
    match (message, codes.is_empty()) {
        (Some(message), true) => lines.push(format!("The helpdesk says: \"{message}\"")),
        (Some(message), false) => lines.push(format!("The helpdesk says: \"{message}\" ({})", codes.join(", "))),
        (None, false) => lines.push(format!("The helpdesk says: {}", codes.join(", "))),
        (None, true) => {}
    }
    lines.extend(fields(errors.unwrap_or_default()));
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The code of a failure, if it is one word: fit for the log, where no customer's words go.
pub(super) fn code(body: &str) -> Option<String> {
    let [code] = json::members(body, ["error"]);
    let code = serde_json::from_str::<String>(code?).ok()?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-');
    (!code.is_empty() && code.len() <= 64 && code.bytes().all(plain)).then_some(code)
}

/// What is wrong with each field: `errors` is an object of fields with a sentence or some, rarely an array.
fn fields(errors: &str) -> Vec<String> {
    let told: Vec<(String, Value)> = match serde_json::from_str(errors) {
        Ok(Value::Object(fields)) => fields.into_iter().collect(),
        Ok(Value::Array(sentences)) => sentences.into_iter().map(|sentence| (String::new(), sentence)).collect(),
        _ => Vec::new(),
    };
    let more = told.len().saturating_sub(limits::ERROR_FIELDS);
    let line = |(name, problem): (String, Value)| {
        let problem = match problem {
            Value::Array(sentences) => {
                sentences.iter().map(|sentence| bare(&sentence.to_string())).collect::<Vec<_>>().join(" ")
            }
            one => bare(&one.to_string()),
        };
        let colon = if name.is_empty() { "" } else { ": " };
        format!("- {}{colon}{}", sentence(&name), sentence(&problem))
    };
    let mut lines: Vec<String> = told.into_iter().take(limits::ERROR_FIELDS).map(line).collect();
    if more > 0 {
        lines.push(format!("- and {more} more fields"));
    }
    lines
}

/// A JSON string without its quotes, anything else as it stands; on one line.
fn bare(value: &str) -> String {
    sentence(&serde_json::from_str::<String>(value).unwrap_or_else(|_| value.to_owned()))
}
