//! Long runs under faults, as scenarios over numbers: `cargo xtask soak` runs them with the numbers that a release is held to,
//! the integration tests with smaller ones.
//!
//! A scenario is a function that drives a server (the relay, or another one with the same tools) and answers rows: figures with
//! what is demanded of them. A new scenario is one more line in [`PARTS`].

pub mod drive;
pub mod ends;
pub mod keyed;
pub mod pairs;
pub mod retries;
pub mod row;
pub mod server;
pub mod stage;
pub mod storm;
pub mod unkeyed;
pub mod words;

use std::time::Duration;

pub use row::{Demand, Row};
pub use server::Server;

use crate::kills::suite;
use crate::trouble::Trouble;

/// How much is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbers {
    /// Keyed writes, each switch of the helpdesk.
    pub keyed: usize,
    /// Writes without a key.
    pub unkeyed: usize,
    /// Calls that an assistant repeats from a new process.
    pub retries: usize,
    /// Calls that an assistant repeats with one word changed.
    pub changed: usize,
    /// Pairs of equal writes, in each of two ways.
    pub pairs: usize,
    /// Kills, failing disks and tricks.
    pub ends: suite::Numbers,
    /// How long the helpdesk is down.
    pub down: Duration,
    /// Share of requests that are struck.
    pub share: f64,
    /// Calls in flight at once.
    pub in_flight: usize,
    /// Brings the same faults back.
    pub seed: u64,
}

impl Numbers {
    /// What a release is held to.
    #[must_use]
    pub fn full(seed: u64) -> Self {
        Self {
            keyed: 10_000,
            unkeyed: 2_000,
            retries: 1_000,
            changed: 500,
            pairs: 200,
            ends: suite::Numbers::FULL,
            down: Duration::from_secs(60),
            share: 0.3,
            in_flight: 24,
            seed,
        }
    }

    /// The same with other counts: `calls` keyed writes, all else in proportion; of [`ends`] as many as CI has.
    #[must_use]
    pub fn scaled(seed: u64, calls: usize) -> Self {
        let full = Self::full(seed);
        let scale = |count: usize| (count * calls / full.keyed).max(1);
        Self {
            keyed: calls,
            unkeyed: scale(full.unkeyed),
            retries: scale(full.retries),
            changed: scale(full.changed),
            pairs: scale(full.pairs),
            ends: suite::Numbers::CI,
            down: Duration::from_secs(scale(60).max(2) as u64),
            ..full
        }
    }
}

/// A scenario by its name.
pub struct Part {
    /// For `--only`, and before its rows.
    pub name: &'static str,
    /// Whether it uses only tools that other servers have, too.
    pub common: bool,
    /// Runs it.
    pub run: fn(&Server, &Numbers) -> Result<Vec<Row>, Trouble>,
}

/// Every scenario, in the order in which they run.
pub const PARTS: &[Part] = &[
    Part { name: "keyed", common: true, run: keyed::run },
    Part { name: "unkeyed", common: true, run: unkeyed::run },
    Part { name: "retries", common: true, run: retries::repeated },
    Part { name: "changed", common: false, run: retries::changed },
    Part { name: "pairs", common: true, run: pairs::run },
    Part { name: "storm", common: true, run: storm::run },
    Part { name: "ends", common: false, run: ends::run },
];

/// A word for every logical call: found again in the helpdesk's log. All have the same length.
#[must_use]
pub fn word(part: char, number: usize) -> String {
    format!("soak-{part}-{number:06}")
}
