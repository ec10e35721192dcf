//! Writes the body of a request: compact JSON, a query, or parts; with the bytes of files where marks stand.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use tickiti_relay_routes::{Encoding, Route};

use super::Refusal;
use crate::json;
use crate::marks::{MARK_CHARS, Marked, Marks};

/// What is sent besides the path.
#[derive(Debug, Clone)]
pub enum Body {
    /// Compact JSON, in pieces where files are spliced in.
    Json(Vec<Piece>),
    /// Of a GET.
    Query(Vec<(String, String)>),
    /// Parts in order.
    Multipart(Vec<Part>),
}

impl Body {
    /// Every byte of it, in order, files too.
    pub(super) fn each_part(&self, part: &mut impl FnMut(&[u8])) {
        match self {
            Self::Json(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => part(text),
                        Piece::DataUri(marked) => {
                            part(marked.media_type.as_bytes());
                            part(&marked.bytes);
                        }
                    }
                }
            }
            Self::Query(pairs) => {
                for (name, value) in pairs {
                    part(name.as_bytes());
                    part(value.as_bytes());
                }
            }
            Self::Multipart(parts) => {
                for field in parts {
                    part(field.name.as_bytes());
                    match &field.value {
                        PartValue::Text(text) => part(text.as_bytes()),
                        PartValue::File(name, marked) => {
                            part(name.as_bytes());
                            part(&marked.bytes);
                        }
                    }
                }
            }
        }
    }
}

/// A stretch of a JSON body.
#[derive(Debug, Clone)]
pub enum Piece {
    /// JSON text as it is.
    Text(Bytes),
    /// `data:<media type>;base64,<bytes>`, inside a JSON string.
    DataUri(Arc<Marked>),
}

/// One part of a multipart body.
#[derive(Debug, Clone)]
pub struct Part {
    /// Name of the form field.
    pub name: String,
    /// Its content.
    pub value: PartValue,
}

/// Content of a part.
#[derive(Debug, Clone)]
pub enum PartValue {
    /// A form field.
    Text(String),
    /// A file: the name to show, and its bytes.
    File(String, Arc<Marked>),
}

/// The top-level members of a body, in order, each as it was written.
pub(super) type Members<'a> = Vec<(String, &'a RawValue)>;

/// Reads the top level of a body, without building values.
pub(super) fn members<'a>(route: &str, input: &'a str) -> Result<Members<'a>, Refusal> {
    struct TopLevel;
    impl<'de> Visitor<'de> for TopLevel {
        type Value = Members<'de>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(entry) = map.next_entry()? {
                members.push(entry);
            }
            Ok(members)
        }
    }
    let refusal = || Refusal::NotAnObject { route: route.to_owned() };
    let mut deserializer = serde_json::Deserializer::from_str(input);
    let members = deserializer.deserialize_map(TopLevel).map_err(|_| refusal())?;
    deserializer.end().map_err(|_| refusal())?;
    Ok(members)
}

/// Writes the body in the route's encoding.
pub(super) fn build(route: &Route, input: &str, members: &Members<'_>, marks: &Marks) -> Result<Body, Refusal> {
    match route.encoding {
        Encoding::Json => {
            no_file_parts(route, members, marks)?;
            let text = json::compact(input).map_err(|wrong| match wrong {
                json::NotJson::TooDeep(_) => Refusal::TooDeep { route: route.name.clone() },
                _ => Refusal::NotAnObject { route: route.name.clone() },
            })?;
            if json::has_half_character(&text) {
                return Err(Refusal::HalfCharacter { route: route.name.clone() });
            }
            Ok(Body::Json(pieces(&text, marks)))
        }
        Encoding::Query => {
            no_file_parts(route, members, marks)?;
            let pairs = query(route, members)?;
            pairs.iter().try_for_each(|(name, value)| no_mark(route, name, value, marks))?;
            Ok(Body::Query(pairs))
        }
        Encoding::Multipart => {
            let parts: Vec<Part> = members.iter().map(|(name, raw)| part(name, raw, marks)).collect();
            for part in &parts {
                let text = if let PartValue::Text(text) = &part.value { text.as_str() } else { "" };
                no_mark(route, &part.name, text, marks)?;
            }
            Ok(Body::Multipart(parts))
        }
    }
}

/// No mark stands in the name or text of what is sent without being looked through for marks.
pub(super) fn no_mark(route: &Route, name: &str, text: &str, marks: &Marks) -> Result<(), Refusal> {
    if marks.find(name).or_else(|| marks.find(text)).is_none() {
        return Ok(());
    }
    Err(Refusal::StrayMark { route: route.name.clone(), name: name.to_owned() })
}

/// `MARK/name` is a file for a form; in JSON it would become a data URI with a tail.
fn no_file_parts(route: &Route, members: &Members<'_>, marks: &Marks) -> Result<(), Refusal> {
    if marks.is_empty() {
        return Ok(());
    }
    let is_file = |raw: &RawValue| {
        let text = raw.get().trim_matches('"');
        text.split_once('/').is_some_and(|(mark, _)| marks.get(mark).is_some())
    };
    match members.iter().find(|(_, raw)| is_file(raw)) {
        Some((name, _)) => Err(Refusal::TakesNoFile { route: route.name.clone(), name: name.clone() }),
        None => Ok(()),
    }
}

/// Cuts a JSON text where marks stand.
fn pieces(text: &str, marks: &Marks) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(1);
    let mut rest = text;
    while let Some((at, marked)) = marks.find(rest) {
        pieces.push(Piece::Text(Bytes::copy_from_slice(&rest.as_bytes()[..at])));
        pieces.push(Piece::DataUri(Arc::clone(marked)));
        rest = &rest[at + MARK_CHARS..];
    }
    pieces.push(Piece::Text(Bytes::copy_from_slice(rest.as_bytes())));
    pieces
}

/// Members as pairs of an address. An empty one is left out, a list repeats its name as PHP reads it.
fn query(route: &Route, members: &Members<'_>) -> Result<Vec<(String, String)>, Refusal> {
    let mut pairs = Vec::with_capacity(members.len());
    for (name, raw) in members {
        let refusal = || Refusal::NotAQueryValue { route: route.name.clone(), name: name.clone() };
        match serde_json::from_str(raw.get()).map_err(|_| refusal())? {
            Value::Null => {}
            Value::Array(items) => {
                for item in &items {
                    pairs.push((format!("{name}[]"), scalar(item).ok_or_else(refusal)?));
                }
            }
            value => pairs.push((name.clone(), scalar(&value).ok_or_else(refusal)?)),
        }
    }
    Ok(pairs)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(u8::from(*flag).to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A member as a part: a file where it is a mark, the bare text of a string, else its JSON.
fn part(name: &str, raw: &RawValue, marks: &Marks) -> Part {
    let value = match serde_json::from_str::<Value>(raw.get()) {
        Ok(Value::String(text)) => match file(&text, marks) {
            Some((shown, marked)) => PartValue::File(shown, marked),
            None => PartValue::Text(text),
        },
        _ => PartValue::Text(raw.get().to_owned()),
    };
    Part { name: name.to_owned(), value }
}

/// `MARK` or `MARK/name to show`.
fn file(text: &str, marks: &Marks) -> Option<(String, Arc<Marked>)> {
    let (mark, shown) = text.split_once('/').unwrap_or((text, ""));
    let marked = marks.get(mark)?;
    let shown = if shown.is_empty() { marked.name.clone() } else { shown.to_owned() };
    Some((shown, Arc::clone(marked)))
}
