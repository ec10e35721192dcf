//! What an attempt means: pure functions over what came back. Rows and cells are those of the table in DESIGN.md, "Sending".

use tickiti_relay_routes::{Class, Route};

use super::answer::{Answer, is_success};
use super::broken::Broken;
use super::failure::{Failure, Look, Problem};
use crate::admit::Admitted;
use crate::json;
use crate::outcome::Outcome;

/// What came back from one attempt: the rows of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CameBack {
    /// Nothing that could be sent, now or later.
    Unsendable,
    /// No connection: no byte left.
    Unsent,
    /// Broken or timed out after bytes may have left.
    Lost,
    /// 429: the helpdesk did not look at it.
    TooMany,
    /// 408, 425, 5xx, or a 409 of unknown meaning: the helpdesk may have begun.
    Unsettled,
    /// 409 `idempotency_key_conflict`: a key was used for two different bodies, which is our own bug.
    KeyConflict,
    /// 3xx, or a success whose body is broken: nobody knows who answered to what.
    Misanswered,
    /// Any other 4xx, or a success whose body says that it failed: a plain no.
    Refused,
    /// 2xx.
    Success,
}

impl CameBack {
    /// The row that fits.
    pub fn of(result: &Result<Answer, Broken>) -> Self {
        match result {
            Err(Broken::Unsendable { .. }) => Self::Unsendable,
            Err(Broken::NotConnected { .. }) => Self::Unsent,
            Err(Broken::TimedOut { .. } | Broken::Interrupted { .. }) => Self::Lost,
            Err(
                Broken::TooLarge { .. }
                | Broken::Redirect { .. }
                | Broken::NotJson { .. }
                | Broken::WebPage { .. }
                | Broken::NotBase64 { .. },
            ) => Self::Misanswered,
            Ok(answer) => match answer.status {
                status if is_success(status) => {
                    if answer.succeeded() {
                        Self::Success
                    } else {
                        Self::Refused
                    }
                }
                429 => Self::TooMany,
                409 if is_key_conflict(answer) => Self::KeyConflict,
                408 | 409 | 425 => Self::Unsettled,
                400..=499 => Self::Refused,
                300..=399 => Self::Misanswered,
                _ => Self::Unsettled,
            },
        }
    }
}

impl Outcome {
    /// What one attempt on a route tells about its effect; none on a route that has no effect.
    ///
    /// Over several attempts under one key the worst stays: once one may have happened, only a success makes it done.
    pub fn of(route: &Route, came_back: CameBack) -> Option<Self> {
        if route.class == Class::Read {
            return None;
        }
        Some(match came_back {
            CameBack::Unsendable | CameBack::Unsent => Self::NotSent,
            CameBack::TooMany | CameBack::Refused => Self::Rejected,
            CameBack::Lost | CameBack::Unsettled | CameBack::KeyConflict | CameBack::Misanswered => Self::Unknown,
            CameBack::Success => Self::Done,
        })
    }
}

/// Hands on a success, and makes everything else the failure that the assistant reads. One attempt was made, of which
/// `came_back` is what [`CameBack::of`] says: who has asked that already need not have a long answer read twice.
///
/// # Errors
/// [`Failure`], also for a status in `accept`: who asked for it takes the answer out of the failure.
pub fn judge(request: &Admitted, result: Result<Answer, Broken>, came_back: CameBack) -> Result<Answer, Box<Failure>> {
    let problem = match result {
        Ok(answer) if came_back == CameBack::Success => return Ok(answer),
        Ok(answer) => Problem::Answered(Box::new(answer)),
        Err(broken) => Problem::Broken(broken),
    };
    let outcome = Outcome::of(request.route(), came_back);
    let look = Look::of(request).filter(|_| outcome == Some(Outcome::Unknown));
    let route = request.route().clone();
    Err(Box::new(Failure { route, problem, came_back, outcome, look, attempts: 1, write: None, stuck: false }))
}

fn is_key_conflict(answer: &Answer) -> bool {
    let codes = answer.body.json().map(|text| json::members(text, ["error", "code", "message"]));
    codes.into_iter().flatten().flatten().any(|code| code == "\"idempotency_key_conflict\"")
}

#[cfg(test)]
mod tests;
