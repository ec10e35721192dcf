//! `admit`: the only door to the helpdesk. A plugin's request becomes something that `upstream` accepts here or nowhere.

use std::sync::Arc;

use bytes::Bytes;
use tickiti_relay_routes::Route;

use crate::marks::Marked;

/// A request that was checked against its tool's declaration, the grants and the mode. Only [`admit`] makes one.
#[derive(Debug, Clone)]
pub struct Admitted {
    route: Arc<Route>,
    path: String,
    body: Body,
    accept: Vec<u16>,
    hold: Option<String>,
}

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

impl Admitted {
    /// The route, with its class and how it may be repeated.
    pub fn route(&self) -> &Arc<Route> {
        &self.route
    }

    /// Path below the helpdesk's address, `/api/v1/tickets/respond`: every placeholder filled with one encoded segment.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is sent besides the path.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Statuses of failures that the plugin wants to see.
    pub fn accept(&self) -> &[u16] {
        &self.accept
    }

    /// JSON pointer of the value in the answer that stays with the relay.
    pub fn hold(&self) -> Option<&str> {
        self.hold.as_deref()
    }
}

#[cfg(test)]
impl Admitted {
    /// A request that nobody checked, for the tests of other rooms.
    pub(crate) fn for_test(route: Arc<Route>, path: &str, body: Body, accept: &[u16], hold: Option<&str>) -> Self {
        Self { route, path: path.to_owned(), body, accept: accept.to_vec(), hold: hold.map(str::to_owned) }
    }
}
