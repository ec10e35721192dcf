//! What a tool asks the helpdesk, and what comes back.

use serde::Serialize;

use crate::contract::{Held, Request};
use crate::{Error, Result};

impl Request {
    /// A request to a route, `tickets.respond`, with an object as its body, form or query.
    ///
    /// # Errors
    /// When the input cannot be written as JSON.
    pub fn new(route: impl Into<String>, input: &(impl Serialize + ?Sized)) -> Result<Self> {
        let route = route.into();
        let input = serde_json::to_string(input)
            .map_err(|error| Error::new(format!("The request to {route} cannot be written as JSON: {error}.")))?;
        Ok(Self { route, input, accept: Vec::new(), hold: None })
    }

    /// With [`crate::Context::send`]: statuses of failures that the tool wants to see. Any other failure ends the call.
    #[must_use]
    pub fn accept(mut self, statuses: &[u16]) -> Self {
        self.accept.extend_from_slice(statuses);
        self
    }

    /// With [`crate::Context::send`]: JSON pointer of a big value that stays with the relay; [`Reply::held`] stands for it.
    #[must_use]
    pub fn hold(mut self, pointer: &str) -> Self {
        self.hold = Some(pointer.to_owned());
        self
    }
}

/// What came back for one request, decoded.
#[derive(Debug, Clone)]
pub struct Reply<T> {
    /// The HTTP status: of a success, or one of those that were accepted.
    pub status: u16,
    /// The body.
    pub body: T,
    /// What `hold` named, if it was there.
    pub held: Option<Held>,
}
