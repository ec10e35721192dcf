//! The family `reports`: figures over the tickets that are there, for a span of days. Nothing is written.
//!
//! A closed ticket keeps no moment of its closing; its last change counts as that.

mod agents;
mod meta;
mod period;
mod resolutions;
mod scope;
mod times;
mod volumes;

use crate::families::Known::Guess;
use crate::families::{Entry, Family, no_seed};
use crate::reply::Style;

/// `reports`.
pub(crate) const FAMILY: Family = Family {
    name: "reports",
    style: Style::PassThrough,
    seed: no_seed,
    entries: &[
        Entry::new("reports.agent_activity", Guess, agents::agent_activity),
        Entry::new("reports.meta", Guess, meta::meta),
        Entry::new("reports.resolutions", Guess, resolutions::resolutions),
        Entry::new("reports.response_times", Guess, times::response_times),
        Entry::new("reports.volumes", Guess, volumes::volumes),
    ],
};
