//! How a call ends.

use serde::Serialize;

use crate::contract::{Blob, Content, Document, Output, Request};
use crate::{Error, Result};

/// How a tool ends its call.
#[derive(Debug, Clone)]
pub enum End {
    /// Send this; its answer is the result, untouched.
    Relay(Request),
    /// This is the result.
    Done(Output),
}

impl From<Output> for End {
    fn from(output: Output) -> Self {
        Self::Done(output)
    }
}

/// Ends the call with the answer of a route, handed on untouched. What most tools do.
///
/// # Errors
/// When the input cannot be written as JSON.
pub fn relay(route: impl Into<String>, input: &(impl Serialize + ?Sized)) -> Result<End> {
    Ok(End::Relay(Request::new(route, input)?))
}

impl Output {
    /// A result without content.
    pub fn new() -> Self {
        Self { content: Vec::new(), structured: None }
    }

    /// Adds text, or the text that a mark stands for.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.content.push(Content::Text(text.into()));
        self
    }

    /// Adds an image that the assistant sees: its bytes, or a mark.
    #[must_use]
    pub fn image(mut self, media_type: impl Into<String>, data: impl Into<Vec<u8>>) -> Self {
        self.content.push(Content::Image(Blob { media_type: media_type.into(), data: data.into() }));
        self
    }

    /// Adds an enclosed document: its bytes, or a mark. The relay saves one that is too large for a conversation.
    #[must_use]
    pub fn document(
        mut self,
        uri: impl Into<String>,
        name: impl Into<String>,
        media_type: impl Into<String>,
        data: impl Into<Vec<u8>>,
    ) -> Self {
        let blob = Some(Blob { media_type: media_type.into(), data: data.into() });
        self.content.push(Content::Document(Document { uri: uri.into(), name: name.into(), blob }));
        self
    }

    /// Sets the value that fits the tool's output schema. It is shown as text too where there is no content.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn structured(mut self, value: &impl Serialize) -> Result<Self> {
        let text = serde_json::to_string(value)
            .map_err(|error| Error::new(format!("The result cannot be written as JSON: {error}.")))?;
        self.structured = Some(text);
        Ok(self)
    }
}

impl Default for Output {
    fn default() -> Self {
        Self::new()
    }
}
