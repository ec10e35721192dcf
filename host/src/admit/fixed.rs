//! Fields of a body that a right fixes: `is_internal=true`, `originator_email_address=*@example.com`.
//!
//! Judged on the final body. What the server could read in two ways (a member twice, a name that PHP reads as another) must
//! fit in both.

use std::fmt;

use serde_json::Value;
use serde_json::value::RawValue;
use tickiti_relay_routes::Encoding;

use super::body::{Members, members};
use crate::pattern::like;

/// One field that a body must hold, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// `is_internal`; members of objects as `data.priority`.
    field: String,
    wanted: Wanted,
}

/// What a field must be. A list fits when each of its items does, and there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// `true`, `4`, `null`: this very value.
    Value(Value),
    /// A text in which `*` stands for any other text; where it names an address, for plain letters of one only.
    Like(String),
}

/// Reads what stands between braces.
pub(super) fn fixed_fields(text: &str) -> Option<Vec<Fixed>> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = rest.split_once('=')?;
        let named = !field.is_empty() && field.split('.').all(|part| !part.is_empty());
        let plain = field.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        if !named || !plain {
            return None;
        }
        let (wanted, left) = wanted(after)?;
        fields.push(Fixed { field: field.to_owned(), wanted });
        match left.strip_prefix(',') {
            Some(more) => rest = more,
            None if left.is_empty() => return Some(fields),
            None => return None,
        }
    }
}

/// One value, and what comes after it.
fn wanted(text: &str) -> Option<(Wanted, &str)> {
    if text.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let value = values.next()?.ok()?;
        return Some((Wanted::Value(value), text.get(values.byte_offset()..)?));
    }
    let end = text.find(',').unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    if word.is_empty() || word.chars().any(|character| character.is_control() || "{}[]\"".contains(character)) {
        return None;
    }
    let wanted = match serde_json::from_str::<Value>(word) {
        Ok(value) => Wanted::Value(value),
        Err(_) => Wanted::Like(word.to_owned()),
    };
    Some((wanted, rest))
}

impl Fixed {
    /// Which field: `is_internal`; members of objects as `data.priority`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Whether the body holds the field, and holds it so wherever the server could look for it.
    pub(super) fn holds(&self, encoding: Encoding, body: &Members<'_>) -> bool {
        if encoding != Encoding::Json
            && body.iter().any(|(name, _)| name != &self.field && as_php_reads(name) == self.field)
        {
            return false;
        }
        let mut found = Vec::new();
        let path: Vec<&str> = self.field.split('.').collect();
        collect(body, &path, &mut found);
        !found.is_empty() && found.into_iter().all(|value| self.fits(&value))
    }

    fn fits(&self, value: &Value) -> bool {
        match (value, &self.wanted) {
            (Value::Array(items), _) => {
                !items.is_empty() && items.iter().all(|item| !item.is_array() && self.fits(item))
            }
            (value, Wanted::Value(wanted)) => value == wanted,
            (Value::String(text), Wanted::Like(pattern)) => fits_pattern(text, pattern),
            _ => false,
        }
    }
}

/// Every value that stands at a path, under each of two equal names, and where a name itself holds the dots of the path:
/// the server's framework takes such a name first.
fn collect(body: &Members<'_>, path: &[&str], found: &mut Vec<Value>) {
    for taken in 1..=path.len() {
        let (name, rest) = path.split_at(taken);
        let name = name.join(".");
        for (_, raw) in body.iter().filter(|(member, _)| *member == name) {
            match rest {
                [] => found.push(value(raw)),
                rest => {
                    if let Ok(inner) = members("", raw.get()) {
                        collect(&inner, rest, found);
                    }
                }
            }
        }
    }
}

fn value(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// The name of a form field or of a part of a query as PHP reads it: dots and spaces are `_`, what comes from `[` on says
/// that it is a list, leading spaces and what comes after a zero byte are nothing.
fn as_php_reads(name: &str) -> String {
    let name = name.trim_start_matches(' ');
    let end = name.find(['[', '\0']).unwrap_or(name.len());
    name.get(..end).unwrap_or_default().replace([' ', '.'], "_")
}

/// Whether a text is like a pattern. In a pattern with `@` a star stands for letters of one plain address, so that no list of
/// addresses and no comment in one gets through.
fn fits_pattern(text: &str, pattern: &str) -> bool {
    let address = pattern.contains('@');
    like(text, pattern, |character| match address {
        true => character.is_ascii_alphanumeric() || "._%+-".contains(character),
        false => !character.is_control(),
    })
}

impl fmt::Display for Fixed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wanted {
            Wanted::Value(value) => write!(formatter, "{}={value}", self.field),
            Wanted::Like(pattern) => write!(formatter, "{}={pattern}", self.field),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(fields: &str, encoding: Encoding, body: &str) -> bool {
        let fixed = fixed_fields(fields).unwrap();
        let body = members("", body).unwrap();
        fixed.iter().all(|field| field.holds(encoding, &body))
    }

    #[test]
    fn a_field_must_be_there_and_be_so() {
        for (body, expected) in [
            (r#"{"is_internal":true}"#, true),
            (r#"{"is_\u0069nternal":true}"#, true),
            (r#"{"is_internal":true,"is_internal":true}"#, true),
            (r#"{"is_internal":true,"is_internal":false}"#, false),
            (r#"{"is_internal":false,"is_internal":true}"#, false),
            (r#"{"is_internal":"true"}"#, false),
            (r#"{"is_internal":1}"#, false),
            (r#"{"is_internal":null}"#, false),
            (r#"{"is_internal":[]}"#, false),
            (r#"{"is_internal":[true,false]}"#, false),
            (r#"{"is_internal":{"is_internal":true}}"#, false),
            (r#"{"Is_internal":true}"#, false),
            (r#"{"is_internal ":true}"#, false),
            ("{}", false),
        ] {
            assert_eq!(holds("is_internal=true", Encoding::Json, body), expected, "{body}");
        }
    }

    #[test]
    fn an_address_is_one_plain_address() {
        for (address, expected) in [
            ("ann@example.com", true),
            ("ann.b+c@example.com", true),
            ("ann@example.com.evil.org", false),
            ("ann@evil.org,bob@example.com", false),
            ("ann@evil.org bob@example.com", false),
            ("ann@evil.org\\r\\nbcc:x@example.com", false),
            ("\\\"a@evil.org\\\"@example.com", false),
            ("ann@evil.org(@example.com", false),
            ("ann@EXAMPLE.com", false),
            ("ann@sub.example.com", false),
        ] {
            let body = format!(r#"{{"to":"{address}"}}"#);
            assert_eq!(holds("to=*@example.com", Encoding::Json, &body), expected, "{address}");
        }
        assert!(holds("to=*@example.com", Encoding::Json, r#"{"to":["a@example.com","b@example.com"]}"#));
        assert!(!holds("to=*@example.com", Encoding::Json, r#"{"to":["a@example.com","b@evil.org"]}"#));
        assert!(!holds("to=*@example.com", Encoding::Json, r#"{"to":[["a@example.com"]]}"#));
    }

    #[test]
    fn a_star_stands_for_any_text_of_one_line() {
        assert!(fits_pattern("Weekly digest", "Weekly*") && fits_pattern("Weekly", "Weekly*"));
        assert!(!fits_pattern("weekly", "Weekly*") && !fits_pattern("Weekly\nBcc: x", "Weekly*"));
    }

    #[test]
    fn a_nested_field_is_found_under_every_name_that_the_server_could_read() {
        let fixed = "data.priority=Low";
        assert!(holds(fixed, Encoding::Json, r#"{"data":{"priority":"Low"}}"#));
        assert!(!holds(fixed, Encoding::Json, r#"{"data":{"priority":"Low"},"data.priority":"High"}"#));
        assert!(!holds(fixed, Encoding::Json, r#"{"data":{"priority":"Low"},"data":{"priority":"High"}}"#));
        assert!(!holds(fixed, Encoding::Json, r#"{"priority":"Low"}"#));
    }

    #[test]
    fn a_form_has_no_second_name_for_a_field() {
        for other in ["is internal", "is.internal", " is_internal", "is_internal[]", "is_internal\u{0}x"] {
            let body = serde_json::json!({"is_internal": true, other: false}).to_string();
            assert!(holds("is_internal=true", Encoding::Json, &body), "{other}");
            assert!(!holds("is_internal=true", Encoding::Multipart, &body), "{other}");
            assert!(!holds("is_internal=true", Encoding::Query, &body), "{other}");
        }
    }
}
