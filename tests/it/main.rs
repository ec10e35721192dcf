//! Drives the built program over its real stdin and stdout, against the scratch helpdesk. One binary, for one link.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod author;
mod configuration;
mod errors;
mod hostile;
mod invariants;
mod kills;
mod limits;
mod mutated;
mod parity;
mod plugins;
mod protocol;
mod same_bytes;
mod secrets;
mod soak;
mod support;
mod sweep;
mod tls;
mod tools;
mod tools_list;
mod verbs;
mod writes;
