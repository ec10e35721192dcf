//! Filling in the call that shows whether a write happened.

use serde_json::{Map, Value};

use crate::route::Shows;

impl Shows {
    /// The arguments of the call, for a write with this body. `None` when the body has nothing of what the call needs.
    ///
    /// A member that the body lacks is left out; in a list, the whole item that needs it. Numbers become text, which is
    /// how tools take identifiers.
    #[must_use]
    pub fn call(&self, body: &Value) -> Option<Value> {
        filled(&self.arguments, body, false)
    }
}

/// The template with its placeholders replaced. `strict`: within an item of a list, which is worth nothing when a part of it
/// is missing.
fn filled(template: &Value, body: &Value, strict: bool) -> Option<Value> {
    match template {
        Value::String(text) => match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(path) => member(body, path),
            None => Some(template.clone()),
        },
        Value::Array(items) => {
            let kept: Vec<Value> = items.iter().filter_map(|item| filled(item, body, true)).collect();
            (!kept.is_empty() || items.is_empty()).then_some(Value::Array(kept))
        }
        Value::Object(members) => {
            let mut kept = Map::new();
            let mut wants = false;
            let mut has = false;
            for (name, value) in members {
                let asks = asks(value);
                wants |= asks;
                match filled(value, body, strict) {
                    Some(value) => {
                        has |= asks;
                        kept.insert(name.clone(), value);
                    }
                    None if strict => return None,
                    None => {}
                }
            }
            (has || !wants).then_some(Value::Object(kept))
        }
        other => Some(other.clone()),
    }
}

/// Whether a template has placeholders.
fn asks(template: &Value) -> bool {
    match template {
        Value::String(text) => text.starts_with('{') && text.ends_with('}'),
        Value::Array(items) => items.iter().any(asks),
        Value::Object(members) => members.values().any(asks),
        _ => false,
    }
}

fn member(body: &Value, path: &str) -> Option<Value> {
    let found = path.split('.').try_fold(body, |value, name| value.get(name))?;
    match found {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => Some(Value::Array(items.iter().map(text).collect())),
        other => Some(text(other)),
    }
}

/// A number as text; all else as it is.
fn text(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        other => other.clone(),
    }
}
