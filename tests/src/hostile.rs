//! Hostile plugins: every kind of them in one list ([`kinds`]), with what must come of it, and what runs them all through the
//! real program ([`runs`]).
//!
//! A kind is a tool of the hostile guest (`tests/guests/hostile`) or a component made by hand. A test demands that every tool
//! of the guest is in the list, and that every kind of attack that we know of ([`KNOWN`]) is.

pub mod kinds;
pub mod made;
pub mod runs;
pub mod stage;

pub use kinds::{Kind, kinds};

/// Every kind of attack that a plugin is known to try.
pub const KNOWN: [&str; 36] = [
    "endless loop in describe",
    "endless loop in start",
    "endless loop in resume",
    "memory bomb",
    "table bomb",
    "instance bomb",
    "handle bomb",
    "deep recursion",
    "huge output",
    "malformed output",
    "non-UTF-8 output",
    "deeply nested output",
    "a million turns",
    "state that grows",
    "a route not declared",
    "a route not granted",
    "a write from a read tool",
    "a path trick in a parameter",
    "a file outside the grant",
    "a mark that is not its own",
    "every WASI import",
    "a foreign import",
    "sleep for an hour",
    "poll nothing",
    "block on stdin",
    "flood stdout",
    "4 GiB of random",
    "a trap",
    "an exit",
    "a panic",
    "a changing describe",
    "poisoned texts",
    "another plugin's name",
    "a schema bomb",
    "a lying effect",
    "the relay's own words",
];
