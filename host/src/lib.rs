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
pub mod pattern;
pub mod plugins;
pub mod private;
pub mod redact;
pub mod relay;
pub mod sandbox;
pub mod upstream;

/// Where Rust's library for components is on this computer: one file, shared with the jobs of the repository.
#[path = "../../xtask/src/wasm_std.rs"]
mod wasm_std;
