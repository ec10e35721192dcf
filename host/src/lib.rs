//! Tickiti Relay: gives an AI assistant the tools of a Tickiti helpdesk, over MCP, from sandboxed plugins.
//!
//! ARCHITECTURE.md is the map of the rooms below and of who may enter which.

pub mod admit;
pub mod contract;
pub mod json;
pub mod limits;
pub mod marks;
pub mod redact;
pub mod upstream;
