//! The call that shows whether a write happened.

use std::fmt;

use serde_json::Value;

use crate::admit::{Admitted, Body, PartValue, Piece};
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
    /// The call that the route names, with the members of this request's body in it. `None` when the body has nothing of what
    /// the call needs, or so much that it would be no help.
    pub fn of(request: &Admitted) -> Option<Self> {
        let shows = request.route().shows.as_ref()?;
        let arguments = shows.call(&body(request.body()))?;
        let short = arguments.to_string().len() <= limits::LOOK_BYTES;
        short.then(|| Self { tool: shows.tool.clone(), arguments })
    }
}

/// The body as a value, without the bytes of files.
fn body(body: &Body) -> Value {
    match body {
        Body::Json(pieces) => {
            let text: String = pieces.iter().map(text_of).collect();
            serde_json::from_str(&text).unwrap_or_default()
        }
        Body::Query(pairs) => pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect(),
        Body::Multipart(parts) => parts
            .iter()
            .filter_map(|part| match &part.value {
                PartValue::Text(text) => Some((part.name.clone(), Value::from(text.as_str()))),
                PartValue::File(..) => None,
            })
            .collect(),
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
