//! One endpoint: what the server demands for it, what it does, and how it may be repeated.

use serde::{Deserialize, Serialize};

/// One upstream endpoint, known by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// `tickets.respond`: family, a dot, action. The one irregular name is `faqs`, whose action is `(root)`.
    pub name: String,
    /// `tickets`.
    pub family: String,
    /// `respond`.
    pub action: String,
    /// How it is asked.
    pub method: Method,
    /// Path after `/api/v1/`, with `{placeholders}`.
    pub uri: String,
    /// How the body is written.
    pub encoding: Encoding,
    /// The token needs one of these; none are needed when empty.
    pub abilities: Vec<String>,
    /// The least role of the token's owner.
    pub role: Option<Role>,
    /// Whether the owner must be a system administrator.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sysadmin: bool,
    /// What the customer's plan must include, all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<String>,
    /// Names of the placeholders in [`Route::uri`], in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<String>,
    /// What it does at most.
    pub class: Class,
    /// How it may be sent again when nobody knows whether it took effect.
    pub repeat: Repeat,
    /// Whether an idempotency key is sent along.
    pub key: Key,
    /// Whether people get mail from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mails: bool,
    /// For keyed routes: the member of the body that says what is written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The call that shows whether a write happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows: Option<Shows>,
    /// Name of the part that takes the file, for multipart routes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_part: Option<String>,
    /// JSON pointer of a secret in the answer; `""` is the whole answer, where nobody outside knows which part is secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The body fields that are known, in the order in which they are best given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<BodyField>,
    /// What else a caller should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// An answer as recorded or expected, for calls that are only shown (`tickiti-relay plan`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<serde_json::Value>,
}

/// HTTP method of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Nearly all.
    Post,
    /// `faqs` alone, so far.
    Get,
    /// None so far; a newer install may have some.
    Put,
    /// None so far; a newer install may have some.
    Patch,
    /// None so far; a newer install may have some.
    Delete,
}

/// How the body of a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// One JSON object.
    Json,
    /// In the address.
    Query,
    /// Parts, one of them a file.
    Multipart,
}

/// Roles of the token's owner, from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Works tickets.
    Staff,
    /// Runs the helpdesk.
    Admin,
    /// Runs the install.
    Superuser,
}

/// What a route does at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Changes nothing.
    Read,
    /// Adds or changes.
    Write,
    /// Deletes, or does what cannot be undone.
    Destructive,
    /// Touches credentials, rights, or where mail goes.
    Sensitive,
}

/// How a request may be sent again when nobody knows whether it took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeat {
    /// With the same key and bytes: the server answers what it answered before.
    Keyed,
    /// Freely: doing it twice is doing it once.
    Harmless,
    /// Not at all.
    Never,
}

/// Whether an idempotency key is sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Key {
    /// The server refuses without one.
    Demanded,
    /// The original's named tools send one, though the server does not demand it.
    Sent,
    /// None.
    None,
}

/// What a keyed write writes to, so that another write to the same can be told apart from an unrelated one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// `ticket`, `originator` or `recipient`.
    pub kind: String,
    /// Members of the body, any of which may name it: `ticket_number`, `ticket_id`.
    pub members: Vec<String>,
}

/// The call that shows whether a write happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shows {
    /// Name of the tool.
    pub tool: String,
    /// Its arguments; a string `"{member}"` takes that member of the write's body, `"{data.subject}"` a nested one.
    /// [`Shows::call`] fills them in.
    pub arguments: serde_json::Value,
}

/// A known body field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyField {
    /// Its name; members of objects as `data.subject`, items of arrays as `attachments[].sha256`.
    pub name: String,
    /// Type, bounds and meaning in a few words; empty when only the name is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}
