//! JSON as text: made compact, looked into and cut apart without ever becoming a tree, so that no number, escape or order
//! of keys changes on its way through the relay.

mod base64;
mod compact;
mod half;
mod lines;
mod order;
mod pointer;

pub use base64::{NotBase64, decode_base64};
pub use compact::{NotJson, compact};
pub use half::has_half_character;
pub use lines::{Lines, lines};
pub use order::order;
pub use pointer::{get, members, take};
