//! All scenarios with their numbers, for whoever runs them all.

use std::time::Duration;

use super::row::Row;
use super::{beginnings, disks, exports, hostile, keyed, order, paths, redirects, shutdown, unkeyed};
use crate::trouble::Trouble;

/// How often each thing is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Kills during keyed writes, over four scenarios.
    pub keyed: usize,
    /// Kills during unkeyed writes.
    pub unkeyed: usize,
    /// Kills during exports.
    pub exports: usize,
    /// Times that several relays begin at once.
    pub beginnings: usize,
    /// Runs with files limited in size.
    pub limited: usize,
    /// Runs with a damaged ledger.
    pub damaged: usize,
    /// Ends with writes in flight.
    pub ends: usize,
    /// Hostile values of a path.
    pub paths: usize,
    /// How late an end or a deadline may be: a busy machine decides no test.
    pub slack: Duration,
}

impl Numbers {
    /// For every change.
    pub const CI: Self = Self {
        keyed: 80,
        unkeyed: 25,
        exports: 50,
        beginnings: 10,
        limited: 30,
        damaged: 14,
        ends: 20,
        paths: 1_000,
        slack: Duration::from_secs(10),
    };
    /// For a release: minutes.
    pub const FULL: Self = Self {
        keyed: 500,
        unkeyed: 200,
        exports: 200,
        beginnings: 50,
        limited: 30,
        damaged: 70,
        ends: 200,
        paths: 10_000,
        slack: Duration::from_secs(1),
    };
}

/// A scenario: its name, and how it is run with numbers and a seed.
pub type Scenario = (&'static str, fn(&Numbers, u64) -> Result<Vec<Row>, Trouble>);

/// All of them.
pub const ALL: [Scenario; 12] = [
    ("kills-keyed", |numbers, seed| keyed::kills(numbers.keyed * 2 / 5, 1, false, seed)),
    ("kills-keyed-two-relays", |numbers, seed| keyed::kills(numbers.keyed / 5, 2, false, seed)),
    ("kills-keyed-pairs", |numbers, seed| {
        let mut rows = keyed::kills(numbers.keyed / 5, 1, true, seed)?;
        rows.extend(keyed::kills(numbers.keyed / 5, 2, true, seed)?);
        Ok(rows)
    }),
    ("kills-unkeyed", |numbers, seed| unkeyed::kills(numbers.unkeyed, seed)),
    ("kills-export", |numbers, seed| exports::kills(numbers.exports, seed)),
    ("beginnings", |numbers, seed| beginnings::at_once(numbers.beginnings, 6, seed)),
    ("sync-before-send", |_, _| order::sync_before_send()),
    ("disks", |numbers, seed| {
        let mut rows = disks::limited(numbers.limited, seed)?;
        rows.extend(disks::full(8, seed)?);
        rows.extend(disks::damaged(numbers.damaged, seed)?);
        Ok(rows)
    }),
    ("hostile-answers", |numbers, _| {
        hostile::answers(&hostile::Kind::ALL, Duration::from_millis(1_500), numbers.slack)
    }),
    ("redirects", |_, _| {
        let mut rows = redirects::redirects()?;
        rows.extend(redirects::proxies()?);
        Ok(rows)
    }),
    ("paths", |numbers, seed| paths::paths(numbers.paths, seed)),
    ("ends", |numbers, seed| shutdown::ends(numbers.ends, seed, numbers.slack - Duration::from_secs(1))),
];
