//! The call that shows whether a write happened.

use std::cell::Cell;
use std::fmt;

use serde_json::Value;

use crate::admit::{Admitted, Body, PartValue, Piece};
use crate::json;
use crate::limits;

/// A call that the assistant can make to see whether a write happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Name of the tool.
    pub tool: String,
    /// Its arguments, filled in from the write's body.
    pub arguments: Value,
}

impl Look {
    /// The call that the route names, with the members of this request's body in it. An argument whose member the body has
    /// not got is left out; `None` when that leaves nothing to look for.
    pub fn of(request: &Admitted) -> Option<Self> {
        let shows = request.route().shows.as_ref()?;
        let text = match request.body() {
            Body::Json(pieces) => pieces.iter().map(text_of).collect(),
            Body::Query(_) | Body::Multipart(_) => String::new(),
        };
        let given = |name: &str| match request.body() {
            Body::Json(_) => {
                let [raw] = json::members(&text, [name]);
                serde_json::from_str(raw?).ok()
            }
            Body::Query(pairs) => Some(pairs.iter().find(|(key, _)| key == name)?.1.as_str().into()),
            Body::Multipart(parts) => match &parts.iter().find(|part| part.name == name)?.value {
                PartValue::Text(text) => Some(text.as_str().into()),
                PartValue::File(..) => None,
            },
        };
        let (asked, filled) = (Cell::new(0), Cell::new(0));
        let member = |name: &str| {
            asked.set(asked.get() + 1);
            let short = |value: &Value| !value.is_null() && value.to_string().len() <= limits::ERROR_SENTENCE_CHARS;
            let value = given(name).filter(short)?;
            filled.set(filled.get() + 1);
            Some(value)
        };
        let arguments = fill(&shows.arguments, &member)?;
        (filled.get() > 0 || asked.get() == 0).then(|| Self { tool: shows.tool.clone(), arguments })
    }
}

impl fmt::Display for Look {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.tool, self.arguments)
    }
}

/// Text of a piece; a file inside a string leaves nothing behind.
fn text_of(piece: &Piece) -> std::borrow::Cow<'_, str> {
    match piece {
        Piece::Text(bytes) => String::from_utf8_lossy(bytes),
        Piece::DataUri(_) => "".into(),
    }
}

/// Puts members where the template has `"{member}"`. `None` for one that is not there.
fn fill(template: &Value, member: &impl Fn(&str) -> Option<Value>) -> Option<Value> {
    match template {
        Value::String(text) => match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => {
                member(name).filter(|value| !value.is_null() && value.to_string().len() <= limits::ERROR_SENTENCE_CHARS)
            }
            None => Some(template.clone()),
        },
        Value::Array(items) => Some(items.iter().filter_map(|item| fill(item, member)).collect()),
        Value::Object(members) => Some(Value::Object(
            members.iter().filter_map(|(name, value)| Some((name.clone(), fill(value, member)?))).collect(),
        )),
        other => Some(other.clone()),
    }
}
