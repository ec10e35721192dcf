//! Whether a request goes out again: a pure function. Its rows and columns are those of the table in DESIGN.md, "Sending".
//!
//! This layer alone retries: reqwest's own retries are off, and writes use connections on which hyper has nothing to resend.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tickiti_relay_routes::{Class, Repeat, Route};

use super::judge::CameBack;
use crate::limits;

/// What is known after an attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tried {
    /// Attempts so far, in this call.
    pub attempts: u32,
    /// What came back from the last one.
    pub came_back: CameBack,
    /// Its HTTP status, if it was answered.
    pub status: Option<u16>,
    /// Whether it ended by running out of time.
    pub timed_out: bool,
    /// How long the helpdesk asks to wait.
    pub retry_after: Option<Duration>,
    /// How often in a row the helpdesk gave this same failure under this key.
    pub same_failures: u32,
    /// What is left of the call's time.
    pub left: Duration,
    /// What is left for retries; see [`Budget`].
    pub tokens: f64,
    /// A random number from 0 up to 1.
    pub draw: f64,
}

/// What comes after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing more is sent.
    End,
    /// The same bytes go out again, after a wait.
    Again {
        /// How long to wait.
        after: Duration,
    },
}

/// Decides whether a request of this route goes out again.
pub fn next(route: &Route, tried: &Tried) -> Next {
    let keyed = route.class != Class::Read && route.repeat == Repeat::Keyed;
    let stuck = keyed && tried.same_failures >= limits::SAME_FAILURES;
    let asked = tried.retry_after.unwrap_or_default();
    if !may_repeat(route, tried)
        || stuck
        || tried.attempts >= limits::ATTEMPTS
        || tried.tokens < 1.0
        || asked > limits::RETRY_AFTER
    {
        return Next::End;
    }
    let rest = if keyed && tried.timed_out { limits::AFTER_TIMEOUT } else { Duration::ZERO };
    let after = backoff(tried.attempts, tried.draw).max(asked).max(rest);
    if after + limits::LEAST_ATTEMPT > tried.left { Next::End } else { Next::Again { after } }
}

/// Whether the table allows a repeat at all.
fn may_repeat(route: &Route, tried: &Tried) -> bool {
    let never = route.class != Class::Read && route.repeat == Repeat::Never;
    let keyed = route.class != Class::Read && route.repeat == Repeat::Keyed;
    match tried.came_back {
        CameBack::Unsent => true,
        CameBack::Lost | CameBack::TooMany => !never,
        CameBack::Unsettled if keyed => true,
        CameBack::Unsettled => !never && matches!(tried.status, Some(408 | 409 | 425 | 502..=504)),
        CameBack::Unsendable
        | CameBack::KeyConflict
        | CameBack::Misanswered
        | CameBack::Refused
        | CameBack::Success => false,
    }
}

/// Full jitter: anything between nothing and a bound that doubles, up to a cap.
fn backoff(attempts: u32, draw: f64) -> Duration {
    let doubled = limits::RETRY_BASE.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    doubled.min(limits::RETRY_CAP).mul_f64(draw.clamp(0.0, 1.0))
}

/// What is saved up for retries, over all calls of the relay. When the helpdesk is down, retries stop, and what is sent grows
/// by no more than [`limits::RETRY_SHARE`].
#[derive(Debug)]
pub struct Budget(Mutex<f64>);

impl Default for Budget {
    fn default() -> Self {
        Self(Mutex::new(limits::RETRY_TOKENS))
    }
}

impl Budget {
    /// One that never has anything, whatever is saved up: nothing is sent again.
    #[must_use]
    pub fn none() -> Self {
        Self(Mutex::new(f64::NEG_INFINITY))
    }

    /// A request is about to be sent for the first time.
    pub fn offer(&self) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = (*tokens + limits::RETRY_SHARE).min(limits::RETRY_TOKENS);
    }

    /// What is there.
    pub fn tokens(&self) -> f64 {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one for a retry; false when another call was quicker.
    pub fn take(&self) -> bool {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = *tokens >= 1.0;
        if enough {
            *tokens -= 1.0;
        }
        enough
    }
}

#[cfg(test)]
mod tests;
