//! Which handler serves which route, one table a family.
//!
//! A new family is a module with a `FAMILY` of its own and one line in [`ALL`]; the frame finds everything else in the route table.

use crate::call::Call;
use crate::reply::{Refusal, Reply, Style};
use crate::world::World;

/// Serves one call: validates, changes the world, answers. Must not change anything when it refuses.
pub type Handler = fn(&mut World, &Call) -> Result<Reply, Refusal>;
/// Says whether a handler would refuse, changing nothing.
pub type Check = fn(&World, &Call) -> Result<(), Refusal>;

/// How it is known what a route answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// Seen in live tests or examples of the server's maker.
    Recorded,
    /// Told in words by the docs.
    Documented,
    /// The shape is ours.
    Guess,
}

impl Known {
    /// As `scratch --list` shows it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Documented => "documented",
            Self::Guess => "guess",
        }
    }
}

/// One route's handler.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Name of the route: `tickets.respond`.
    pub route: &'static str,
    /// How its answer is known.
    pub known: Known,
    /// What serves it.
    pub handler: Handler,
    /// For keyed routes: lets `key_looked_at = after_validation` validate first.
    pub check: Option<Check>,
    /// Overrules the family's style.
    pub style: Option<Style>,
}

impl Entry {
    /// A route with its handler.
    #[must_use]
    pub const fn new(route: &'static str, known: Known, handler: Handler) -> Self {
        Self { route, known, handler, check: None, style: None }
    }

    /// The same with a check of its own.
    #[must_use]
    pub const fn checked(self, check: Check) -> Self {
        Self { check: Some(check), ..self }
    }

    /// The same in another style than its family.
    #[must_use]
    pub const fn styled(self, style: Style) -> Self {
        Self { style: Some(style), ..self }
    }
}

/// The routes of one family, and what is there at start.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// Name as in the route table.
    pub name: &'static str,
    /// How its routes wrap what they answer.
    pub style: Style,
    /// Puts the family's first rows into a fresh world.
    pub seed: fn(&mut World),
    /// Its routes.
    pub entries: &'static [Entry],
}

/// Every family that is served. Seeds run in this order.
pub const ALL: &[&Family] = &[
    &crate::company::FAMILY,
    &crate::tickets::FAMILY,
    &crate::settings::FAMILY,
    &crate::templates::FAMILY,
    &crate::mail::FAMILY,
    &crate::reports::FAMILY,
    &crate::small::TOKEN,
    &crate::small::IDEMPOTENCY_KEY,
    &crate::small::FAQS,
    &crate::small::INTERVENTIONS,
    &crate::workflow::FAMILY,
    &crate::supervisor::FAMILY,
    &crate::administration::FAMILY,
    &crate::axial::FAMILY,
];

/// The handler of a route and the style it answers in.
#[must_use]
pub fn find(route: &str) -> Option<(&'static Entry, Style)> {
    ALL.iter().find_map(|family| {
        let entry = family.entries.iter().find(|entry| entry.route == route)?;
        Some((entry, entry.style.unwrap_or(family.style)))
    })
}

/// A seed that adds nothing.
pub fn no_seed(_: &mut World) {}
