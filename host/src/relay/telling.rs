//! What the audit is told of a request.

use tickiti_relay_routes::{Class, Route};
use tokio::time::Instant;

use super::helpdesk::Stop;
use crate::audit::{Audit, Event, Who};
use crate::ledger::Opened;
use crate::outcome::Outcome;
use crate::upstream::Answer;

/// The line of one request. It is written when this is dropped: a call that is cancelled, or that panics, leaves its line too.
pub(super) struct Telling<'d> {
    audit: &'d Audit,
    who: Who,
    class: Class,
    began: Instant,
    attempts: u32,
    /// Judged over the attempts so far; none while one is under way.
    outcome: Option<Outcome>,
    /// How it ended, if it did.
    end: Option<&'static str>,
    status: Option<u16>,
    key: Option<String>,
    write: Option<String>,
}

impl<'d> Telling<'d> {
    pub(super) fn new(audit: &'d Audit, plugin: String, tool: String, route: &Route) -> Self {
        Self {
            audit,
            who: Who { plugin, tool, route: route.name.clone() },
            class: route.class,
            began: Instant::now(),
            attempts: 0,
            outcome: None,
            end: None,
            status: None,
            key: None,
            write: None,
        }
    }

    /// The write stands in the ledger.
    pub(super) fn recorded(&mut self, opened: &Opened) {
        (self.key, self.write) = (opened.key.clone(), Some(opened.id.to_string()));
    }

    /// The attempt of this number leaves now.
    pub(super) fn leaves(&mut self, attempt: u32) {
        (self.attempts, self.outcome) = (attempt, None);
    }

    /// The attempt is over; this is known over all of them.
    pub(super) fn brought(&mut self, outcome: Option<Outcome>) {
        self.outcome = outcome;
    }

    /// The request ended.
    pub(super) fn ended(&mut self, delivered: &Result<Answer, Stop>) {
        (self.status, self.end) = match delivered {
            Ok(answer) => (Some(answer.status), Some("done")),
            Err(Stop::Failed(failure)) => (failure.answer().map(|answer| answer.status), None),
            Err(Stop::Ends(_)) => (None, Some("not sent")),
        };
    }

    fn outcome(&self) -> String {
        match (self.outcome, self.end) {
            (Some(outcome), _) => outcome.to_string(),
            (None, Some(end)) => end.to_owned(),
            (None, None) if self.attempts == 0 => "not sent".to_owned(),
            (None, None) if self.class == Class::Read => "failed".to_owned(),
            (None, None) => "unknown".to_owned(),
        }
    }
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.audit.tell(Event::Request {
            who: self.who.clone(),
            outcome: self.outcome(),
            status: self.status,
            ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            attempts: self.attempts,
            key: self.key.take(),
            write: self.write.take(),
        });
    }
}
