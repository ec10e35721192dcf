//! What a tool answered.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use crate::trouble::Trouble;

/// The result of `tools/call`.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer(pub Value);

impl Answer {
    /// Whether the tool says that it failed.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.0.get("isError").and_then(Value::as_bool).unwrap_or(false)
    }

    /// All pieces, in order.
    #[must_use]
    pub fn content(&self) -> &[Value] {
        self.0.get("content").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// All texts, a line's end between two.
    #[must_use]
    pub fn text(&self) -> String {
        let texts: Vec<_> = self.content().iter().filter_map(|piece| piece.get("text")?.as_str()).collect();
        texts.join("\n")
    }

    /// The pieces of a type: `image`, `resource`.
    pub fn pieces<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.content().iter().filter(move |piece| piece.get("type").and_then(Value::as_str) == Some(kind))
    }

    /// The bytes of the first piece of a type.
    #[must_use]
    pub fn bytes(&self, kind: &str) -> Option<Vec<u8>> {
        let piece = self.pieces(kind).next()?;
        let data = piece.get("data").or_else(|| piece.get("resource")?.get("blob"))?;
        BASE64.decode(data.as_str()?).ok()
    }

    /// The structured result.
    #[must_use]
    pub fn structured(&self) -> Option<&Value> {
        self.0.get("structuredContent")
    }

    /// The text as JSON, of a call that did not fail.
    ///
    /// # Errors
    /// When the tool failed, or its text is no JSON.
    pub fn json(&self) -> Result<Value, Trouble> {
        let text = self.done()?;
        serde_json::from_str(&text).map_err(|_| Trouble::shape("JSON", text))
    }

    /// The text of a call that did not fail.
    ///
    /// # Errors
    /// When the tool failed.
    pub fn done(&self) -> Result<String, Trouble> {
        let text = self.text();
        if self.is_error() { Err(Trouble::shape("a call that succeeds", text)) } else { Ok(text) }
    }

    /// The text of a call that failed.
    ///
    /// # Errors
    /// When the tool did not fail.
    pub fn failed(&self) -> Result<String, Trouble> {
        let text = self.text();
        if self.is_error() { Ok(text) } else { Err(Trouble::shape("a call that fails", text)) }
    }
}
