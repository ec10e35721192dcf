//! The call that shows whether a write happened.

use std::fmt;

use serde_json::{Map, Value};

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
    /// not got is left out.
    pub fn of(request: &Admitted) -> Option<Self> {
        let shows = request.route().shows.as_ref()?;
        let text = match request.body() {
            Body::Json(pieces) => pieces.iter().map(text_of).collect(),
            Body::Query(_) | Body::Multipart(_) => String::new(),
        };
        let member = |name: &str| match request.body() {
            Body::Json(_) => json::members(&text, [name])[0].and_then(|raw| serde_json::from_str(raw).ok()),
            Body::Query(pairs) => {
                pairs.iter().find(|(key, _)| key == name).map(|(_, value)| Value::from(value.as_str()))
            }
            Body::Multipart(parts) => parts.iter().find(|part| part.name == name).and_then(|part| match &part.value {
                PartValue::Text(text) => Some(Value::from(text.as_str())),
                PartValue::File(..) => None,
            }),
        };
        Some(Self {
            tool: shows.tool.clone(),
            arguments: fill(&shows.arguments, &member).unwrap_or_else(|| Map::new().into()),
        })
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

/// Puts members where the template has `"{member}"`. `None` for one that is not there, or too long to be an id.
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
