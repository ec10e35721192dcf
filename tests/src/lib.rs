//! Drives the built relay as a client does: over its real stdin and stdout, against a real HTTP server on loopback.
//!
//! A test reads like a sentence:
//!
//! ```no_run
//! # use tickiti_relay_tests::{relay, stub::Stub, trouble::Trouble};
//! # fn main() -> Result<(), Trouble> {
//! let helpdesk = Stub::json(r#"{"queues":[]}"#);
//! let mut session = relay().base(&helpdesk.base()).secret("1|example").start()?;
//! let answer = session.call("list_queues", serde_json::json!({}))?;
//! assert_eq!(answer.text(), r#"{"queues":[]}"#);
//! # Ok(())
//! # }
//! ```
//!
//! When the [`relay::Session`] and its [`relay::Setup`] are gone, every byte that the program wrote anywhere is searched for
//! the token that it was given ([`canary`]).

pub mod arguments;
pub mod binary;
pub mod canary;
pub mod client;
pub mod ground;
pub mod guests;
pub mod handmade;
pub mod history;
pub mod hostile;
pub mod kills;
pub mod measure;
pub mod mutation;
pub mod page;
pub mod picture;
pub mod plugins;
pub mod proxy;
pub mod random;
pub mod relay;
pub mod soak;
pub mod stub;
pub mod trouble;

pub use relay::relay;
