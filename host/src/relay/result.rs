//! What a call gives the assistant.

use bytes::Bytes;
use serde_json::Value;

/// The result of a call.
#[derive(Debug, Clone, Default)]
pub struct ToolResult {
    /// In order.
    pub content: Vec<Item>,
    /// Only where the tool declares an output schema.
    pub structured: Option<Value>,
}

/// One piece of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Text.
    Text(String),
    /// An image that the assistant sees.
    Image {
        /// `image/png`.
        media_type: String,
        /// The image.
        bytes: Bytes,
    },
    /// Sound.
    Audio {
        /// `audio/wav`.
        media_type: String,
        /// The sound.
        bytes: Bytes,
    },
    /// An enclosed document.
    Document {
        /// Names it within the relay.
        uri: String,
        /// `application/pdf`.
        media_type: String,
        /// The document.
        bytes: Bytes,
    },
    /// A document that is only named.
    Link {
        /// Names it within the relay.
        uri: String,
        /// To show.
        name: String,
    },
}

impl ToolResult {
    /// Adds what the relay itself has to say: as text, and where the result is structured, under one member `relay`.
    pub(super) fn note(&mut self, notes: &[String]) {
        self.content.extend(notes.iter().map(|note| Item::Text(format!("Note by the relay: {note}"))));
        if let (Some(Value::Object(structured)), false) = (&mut self.structured, notes.is_empty()) {
            structured.insert("relay".to_owned(), serde_json::json!({ "notes": notes }));
        }
    }

    /// A result of one text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: vec![Item::Text(text.into())], structured: None }
    }
}
