//! What happens when things end at the worst moment, or answer as nothing honest would: processes killed, disks full,
//! bodies without an end, redirects, and the order of sync and send.
//!
//! A scenario is a plain function over its numbers and its seed. It answers [`Row`]s: what was demanded and what was found.
//! An integration test demands that each row holds; a soak prints them.

pub mod beginnings;
mod bomb;
pub mod calls;
mod dice;
pub mod disks;
pub mod exports;
pub mod hostile;
pub mod keyed;
pub mod order;
pub mod paths;
pub mod redirects;
mod row;
mod scene;
pub mod shutdown;
pub mod suite;
pub mod trace;
mod trap;
pub mod unkeyed;

pub use dice::Dice;
pub use row::{Row, missed};
pub use trap::Trap;

use tickiti_relay_scratch::{Running, StartError};

use crate::trouble::Trouble;

/// A helpdesk that has started.
fn started(helpdesk: Result<Running, StartError>) -> Result<Running, Trouble> {
    helpdesk.map_err(|error| Trouble::shape("a scratch helpdesk", error))
}

/// A token that no helpdesk knows, for relays that talk to something else than a helpdesk.
const TOKEN: &str = "78|CanaryT5yU8iO1pA4sD7fG0hJ3kL6zX9cV2bN";
