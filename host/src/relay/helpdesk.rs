//! Who answers admitted requests, and how one request is sent and judged.

use futures_util::future::{BoxFuture, FutureExt};
use tickiti_relay_routes::{Class, Key};

use super::error::CallError;
use crate::admit::Admitted;
use crate::upstream::{self, Answer, Broken, Failure, Upstream};

/// Who answers requests. `upstream` implements it; tests script it.
pub trait Helpdesk: Send + Sync {
    /// Sends one request once and waits for its whole answer.
    fn send<'a>(&'a self, request: &'a Admitted, key: Option<&'a str>) -> BoxFuture<'a, Result<Answer, Broken>>;
}

impl Helpdesk for Upstream {
    fn send<'a>(&'a self, request: &'a Admitted, key: Option<&'a str>) -> BoxFuture<'a, Result<Answer, Broken>> {
        Upstream::send(self, request, key, std::time::Duration::MAX).boxed()
    }
}

/// A request that ended otherwise than well.
pub(super) enum Stop {
    /// The helpdesk said no, or nobody knows.
    Failed(Box<Failure>),
    /// A plan can go no further.
    Ends(CallError),
}

/// Sends one request once, under a fresh key where the route takes one.
pub(super) async fn send(helpdesk: &dyn Helpdesk, request: &Admitted) -> Result<Answer, Stop> {
    let route = request.route();
    let key = (route.class != Class::Read && route.key != Key::None).then(|| uuid::Uuid::new_v4().to_string());
    let answer = helpdesk.send(request, key.as_deref()).await;
    upstream::judge(request, answer).map_err(|failure| {
        tracing::warn!(target: "relay", "{}", failure.for_log());
        Stop::Failed(failure)
    })
}
