//! What an answer calls the thing it made: remembered in place of the answer, which is not kept.

use serde_json::{Map, Value};

use crate::limits;

/// The identifiers at the top of an answer, or beneath its `data`: members named `id`, `…_id` or `…_number`. None of a long
/// answer: what names a thing is short, and reading the rest into values takes many times its memory.
pub(super) fn of(answer: &str) -> Option<Map<String, Value>> {
    if answer.len() > limits::IDENTIFIED_BYTES {
        return None;
    }
    let Value::Object(answer) = serde_json::from_str(answer).ok()? else { return None };
    let beneath = answer.get("data").and_then(Value::as_object);
    let found: Map<String, Value> = answer
        .iter()
        .chain(beneath.into_iter().flatten())
        .filter(|(name, value)| is_identifier(name) && is_short(value))
        .take(limits::IDENTIFIERS)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    (!found.is_empty()).then_some(found)
}

/// `ticket_id 12, ticket_number 709383`.
pub(super) fn in_words(identifiers: &Map<String, Value>) -> String {
    let words = identifiers.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name} {text}"),
        other => format!("{name} {other}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn is_identifier(name: &str) -> bool {
    name == "id" || name.ends_with("_id") || name.ends_with("_number")
}

/// A number, or a short text of plain letters: no customer's words.
fn is_short(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::String(text) => {
            let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
            !text.is_empty() && text.chars().count() <= limits::IDENTIFIER_CHARS && text.chars().all(plain)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn identifiers_are_found_and_words_are_not() {
        let found = of(
            r#"{"ok":true,"data":{"ticket_id":12,"ticket_number":"709383","subject_id":"hello there","subject":"x"}}"#,
        );
        let found = found.unwrap();
        assert_eq!(Value::Object(found.clone()), json!({"ticket_id": 12, "ticket_number": "709383"}));
        assert_eq!(in_words(&found), "ticket_id 12, ticket_number 709383");
        let long = format!(r#"{{"id":1,"text":"{}"}}"#, "x".repeat(limits::IDENTIFIED_BYTES));
        assert_eq!(of(&long), None);
        for none in ["[]", "no", r#"{"ok":true}"#, r#"{"id":null}"#] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
