//! Fields of a body that a right fixes: `is_internal=true`, `originator_email_address=*@example.com`, `cc=` for none.
//!
//! Judged on the final body. What the server could read in two ways (a member twice, a name that PHP reads as another) must
//! fit in both.

use std::fmt;

use serde_json::Value;
use tickiti_relay_routes::Encoding;

use super::body::{Members, members};
use crate::pattern::like;

/// One field of a body, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// `is_internal`; members of objects as `data.priority`.
    field: String,
    wanted: Wanted,
}

/// What a field must be. Where it is a text, a list of such texts fits too, but no list fits a number or a yes: what a server
/// makes of `[true]` where it wants `true` is anybody's guess.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// Not there, or empty.
    Nothing,
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
    if word.is_empty() {
        return Some((Wanted::Nothing, rest));
    }
    if word.chars().any(|character| character.is_control() || "{}[]\"".contains(character)) {
        return None;
    }
    let wanted = match serde_json::from_str::<Value>(word) {
        Ok(value) => Wanted::Value(value),
        Err(_) => Wanted::Like(word.to_owned()),
    };
    Some((wanted, rest))
}

impl Fixed {
    /// Whether the field is in its place, and is so there and wherever else the server could look for it.
    pub(super) fn holds(&self, encoding: Encoding, body: &Members<'_>) -> bool {
        if encoding != Encoding::Json && !body.iter().all(|(name, _)| is_one_name(name)) {
            return false;
        }
        let mut found = Found::default();
        let path: Vec<&str> = self.field.split('.').collect();
        found.collect(body, &path, true);
        match self.wanted {
            Wanted::Nothing => found.are_all(is_nothing),
            _ => found.in_its_place && found.are_all(|value| self.fits(value)),
        }
    }

    fn fits(&self, value: &Value) -> bool {
        let texts = matches!(self.wanted, Wanted::Like(_) | Wanted::Value(Value::String(_)));
        match (value, &self.wanted) {
            (Value::Array(items), _) if texts => {
                !items.is_empty() && items.iter().all(|item| !item.is_array() && self.fits(item))
            }
            (value, Wanted::Value(wanted)) => value == wanted,
            (Value::String(text), Wanted::Like(pattern)) => fits_pattern(text, pattern),
            _ => false,
        }
    }
}

/// What stands at a path.
#[derive(Default)]
struct Found {
    /// None is one that cannot be read, as half a character: it is like nothing that a right can name.
    values: Vec<Option<Value>>,
    /// Whether one stands where the path says, and not only under a name with dots.
    in_its_place: bool,
}

impl Found {
    fn are_all(&self, such: impl Fn(&Value) -> bool) -> bool {
        self.values.iter().all(|value| value.as_ref().is_some_and(&such))
    }

    /// Every value at a path, under each of two equal names, and also where a name itself holds the dots of the path: a part
    /// of the server that reads such a name must not be told anything else. It is not enough alone, for other parts do not.
    fn collect(&mut self, body: &Members<'_>, path: &[&str], step_by_step: bool) {
        for taken in 1..=path.len() {
            let (name, rest) = path.split_at(taken);
            let (name, step_by_step) = (name.join("."), step_by_step && taken == 1);
            for (_, raw) in body.iter().filter(|(member, _)| *member == name) {
                match rest {
                    [] => {
                        self.values.push(serde_json::from_str(raw.get()).ok());
                        self.in_its_place |= step_by_step;
                    }
                    rest => {
                        if let Ok(inner) = members("", raw.get()) {
                            self.collect(&inner, rest, step_by_step);
                        }
                    }
                }
            }
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether PHP reads the name of a form field or of a part of a query as it is written. It reads dots, blanks and an open
/// bracket as `_`, brackets as lists and members, and forgets what comes after a zero byte.
fn is_one_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
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
            Wanted::Nothing => write!(formatter, "{}=", self.field),
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
            (r#"{"is_internal":[true]}"#, false),
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
        assert!(!holds(fixed, Encoding::Json, r#"{"data.priority":"Low","data":{"subject":"x"}}"#), "not in its place");
        assert!(holds(fixed, Encoding::Json, r#"{"data.priority":"Low","data":{"priority":"Low"}}"#));
        assert!(
            !holds("a.b.c=1", Encoding::Json, r#"{"a":{"b.c":1}}"#)
                && !holds("a.b.c=1", Encoding::Json, r#"{"a.b":{"c":1}}"#)
        );
        assert!(holds("a.b.c=1", Encoding::Json, r#"{"a":{"b":{"c":1},"b.c":1},"a.b":{"c":1}}"#));
    }

    #[test]
    fn a_list_fits_a_text_and_nothing_else() {
        assert!(holds("queue=Support", Encoding::Json, r#"{"queue":["Support"]}"#));
        assert!(!holds("queue=Support", Encoding::Json, r#"{"queue":["Support","Sales"]}"#));
        assert!(!holds("id=4", Encoding::Json, r#"{"id":[4]}"#) && holds("id=4", Encoding::Json, r#"{"id":4}"#));
    }

    #[test]
    fn a_field_that_must_be_empty_is_empty_wherever_it_stands() {
        for (body, expected) in [
            ("{}", true),
            (r#"{"cc":null}"#, true),
            (r#"{"cc":""}"#, true),
            (r#"{"cc":[]}"#, true),
            (r#"{"cc":{}}"#, true),
            (r#"{"cc":" "}"#, false),
            (r#"{"cc":false}"#, false),
            (r#"{"cc":[""]}"#, false),
            (r#"{"cc":"a@example.com"}"#, false),
            (r#"{"cc":"\ud800"}"#, false),
            (r#"{"cc":1e400}"#, false),
            (r#"{"cc":null,"cc":"a@example.com"}"#, false),
        ] {
            assert_eq!(holds("cc=", Encoding::Json, body), expected, "{body}");
            assert_eq!(holds("subject=,cc=", Encoding::Json, body), expected, "{body}");
        }
        assert!(!holds("data.cc=", Encoding::Json, r#"{"data.cc":"a@example.com","data":{"cc":null}}"#));
        assert!(!holds("cc=", Encoding::Multipart, r#"{"cc[]":"a@example.com"}"#));
    }

    #[test]
    fn a_form_has_no_second_name_for_a_field() {
        for other in
            ["is internal", "is.internal", " is_internal", "is_internal[]", "is[internal", "is_internal\u{0}x", "é"]
        {
            let body = serde_json::json!({"is_internal": true, other: false}).to_string();
            assert!(holds("is_internal=true", Encoding::Json, &body), "{other}");
            assert!(!holds("is_internal=true", Encoding::Multipart, &body), "{other}");
            assert!(!holds("is_internal=true", Encoding::Query, &body), "{other}");
        }
    }
}
