//! Tickiti Relay: gives an AI assistant the tools of a Tickiti helpdesk, over MCP, from sandboxed plugins.
//!
//! ARCHITECTURE.md is the map of the rooms below and of who may enter which.

pub mod admit;
pub mod audit;
pub mod cli;
pub mod config;
pub mod contract;
pub mod digest;
pub mod files;
pub mod json;
pub mod ledger;
pub mod limits;
pub mod marks;
pub mod mcp;
pub mod outcome;
pub mod plugins;
pub mod private;
pub mod redact;
pub mod relay;
pub mod sandbox;
pub mod upstream;
