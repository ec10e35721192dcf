//! The relay's side of a call, as far as a tool can see it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::contract::{Access, FileArgument, Held};

/// Bytes that a tool knows by their marks only, each with the name of its file.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<(String, String, Vec<u8>)>);

impl Marks {
    pub(super) fn add(&mut self, name: &str, bytes: Vec<u8>) -> String {
        let mark = format!("mark{:028}", self.0.len());
        self.0.push((mark.clone(), name.to_owned(), bytes));
        mark
    }

    /// What data stands for: itself, or the bytes behind a mark.
    pub(super) fn bytes(&self, data: &[u8]) -> Vec<u8> {
        let marked = self.0.iter().find(|(mark, ..)| mark.as_bytes() == data);
        marked.map_or_else(|| data.to_vec(), |(_, _, bytes)| bytes.clone())
    }

    /// A text with `<name>` for each mark in it.
    pub(super) fn shown(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (mark, name, _)| text.replace(mark, &format!("<{name}>")))
    }
}

/// Takes the value at a pointer out of a body: a string decoded from base64, an array as one line an item.
pub(super) fn hold(body: &mut Value, pointer: &str, marks: &mut Marks) -> Option<Held> {
    let place = body.pointer_mut(pointer)?;
    let (bytes, items) = match place {
        Value::String(text) => (STANDARD.decode(text).expect("base64"), 0),
        Value::Array(rows) => (rows.iter().flat_map(|row| format!("{row}\n").into_bytes()).collect(), rows.len()),
        _ => return None,
    };
    *place = Value::Null;
    let text = std::str::from_utf8(&bytes)
        .is_ok_and(|text| !text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r')));
    let size = bytes.len() as u64;
    Some(Held { mark: marks.add("", bytes), bytes: size, items: items as u64, text })
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How the tool declares the file that an argument names.
pub(super) fn access(files: &[FileArgument], at: &str) -> Option<Access> {
    let fits = |pattern: &str| {
        let (pattern, at): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), at.split('/').collect());
        pattern.len() == at.len() && pattern.iter().zip(&at).all(|(want, have)| *want == "*" || want == have)
    };
    files.iter().find(|file| fits(&file.at)).map(|file| file.access)
}

/// Arguments in the order of their schema; what it does not name comes after, sorted.
pub(super) fn in_order(value: &Value, schema: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let schema = schema.get("items").unwrap_or(&Value::Null);
            Value::Array(items.iter().map(|item| in_order(item, schema)).collect())
        }
        Value::Object(members) => Value::Object(members_in_order(members, schema)),
        _ => value.clone(),
    }
}

fn members_in_order(members: &Map<String, Value>, schema: &Value) -> Map<String, Value> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        assert!(members.contains_key(name), "the argument `{name}` is required");
    }
    let mut ordered = Map::new();
    for (name, schema) in properties {
        if let Some(value) = members.get(name) {
            ordered.insert(name.clone(), in_order(value, schema));
        }
    }
    let mut rest: Vec<_> = members.iter().filter(|(name, _)| !properties.contains_key(*name)).collect();
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    assert!(!closed || rest.is_empty(), "unknown arguments: {rest:?}");
    rest.sort_by_key(|(name, _)| *name);
    ordered.extend(rest.into_iter().map(|(name, value)| (name.clone(), value.clone())));
    ordered
}
