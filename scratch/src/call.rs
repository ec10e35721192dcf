//! One request as a handler sees it: parsed, let through, and nothing of HTTP left.

use bytes::Bytes;
use serde_json::{Map, Value};
use tickiti_relay_routes::Route;

use crate::input::Input;
use crate::reply::Refusal;
use crate::tokens::Token;

/// A file that came as a multipart part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Name of the part.
    pub part: String,
    /// File name the client gave.
    pub name: Option<String>,
    /// The bytes.
    pub bytes: Bytes,
}

/// One call of a route.
#[derive(Debug, Clone)]
pub struct Call {
    /// The route.
    pub route: Route,
    /// Values of the placeholders in the path.
    pub params: Vec<(String, String)>,
    /// JSON body; query fields of a GET; text parts of a multipart body.
    pub body: Map<String, Value>,
    /// File parts of a multipart body.
    pub uploads: Vec<Upload>,
    /// The caller's token; `None` on routes that are open to all.
    pub token: Option<Token>,
}

impl Call {
    /// Starts the validation of the body.
    #[must_use]
    pub fn input(&self) -> Input<'_> {
        Input::new(&self.body)
    }

    /// A placeholder of the path.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The file in a part.
    ///
    /// # Errors
    /// 422 when there is none.
    pub fn upload(&self, part: &str) -> Result<&Upload, Refusal> {
        let found = self.uploads.iter().find(|upload| upload.part == part);
        found.ok_or_else(|| Refusal::field(part, format!("The {part} field is required.")))
    }

    /// Address of the token's owner.
    #[must_use]
    pub fn owner(&self) -> &str {
        self.token.as_ref().map_or("system@kestrel.example", |token| token.owner_email.as_str())
    }

    /// Whether the caller may see a queue.
    #[must_use]
    pub fn sees(&self, queue_id: u64) -> bool {
        self.token.as_ref().is_none_or(|token| token.sees(queue_id))
    }
}
