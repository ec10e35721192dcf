//! Which server is driven.

use std::ffi::OsString;

use crate::relay::Setup;

/// The relay that was built, or another MCP server on stdio with the same tools. Both are told the helpdesk's address, a token
/// and a time limit by the same variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// Ours.
    Relay,
    /// A program and its arguments.
    Other(Vec<OsString>),
}

impl Server {
    /// From a command as one types it, cut at spaces; no quotes.
    #[must_use]
    pub fn other(command: &str) -> Self {
        Self::Other(command.split_whitespace().map(Into::into).collect())
    }

    /// The setup that starts this server instead.
    #[must_use]
    pub fn put_into(&self, setup: Setup) -> Setup {
        match self {
            Self::Relay => setup,
            Self::Other(command) => setup.program(command),
        }
    }
}
