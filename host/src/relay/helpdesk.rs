//! Who answers admitted requests.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};

use super::error::CallError;
use crate::admit::Admitted;
use crate::upstream::{Answer, Broken, Failure, Upstream};

/// Who answers requests. `upstream` implements it; tests script it.
pub trait Helpdesk: Send + Sync {
    /// Sends one request once and waits for its whole answer, but no longer than `within`.
    fn send<'a>(
        &'a self,
        request: &'a Admitted,
        key: Option<&'a str>,
        within: Duration,
    ) -> BoxFuture<'a, Result<Answer, Broken>>;
}

impl Helpdesk for Upstream {
    fn send<'a>(
        &'a self,
        request: &'a Admitted,
        key: Option<&'a str>,
        within: Duration,
    ) -> BoxFuture<'a, Result<Answer, Broken>> {
        Upstream::send(self, request, key, within).boxed()
    }
}

/// A request that ended otherwise than well.
pub(super) enum Stop {
    /// The helpdesk said no, or nobody knows.
    Failed(Box<Failure>),
    /// The call can go no further.
    Ends(CallError),
}
