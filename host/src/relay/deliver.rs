//! Where the requests of a call go: to the helpdesk, or into a plan.

use super::helpdesk::{Helpdesk, Stop, send};
use super::plan::Recorder;
use crate::admit::Admitted;
use crate::upstream::Answer;

/// What becomes of the requests of a call.
pub(super) enum Delivery<'a> {
    /// They are sent.
    Live(&'a dyn Helpdesk),
    /// Writes are written down, reads are sent.
    Plan(&'a Recorder<'a>),
}

impl Delivery<'_> {
    /// Delivers one request and judges what came back.
    pub(super) async fn deliver(&self, request: &Admitted) -> Result<Answer, Stop> {
        match self {
            Self::Live(helpdesk) => send(*helpdesk, request).await,
            Self::Plan(recorder) => recorder.deliver(request).await,
        }
    }

    /// Whether files are really made.
    pub(super) fn is_live(&self) -> bool {
        matches!(self, Self::Live(_))
    }
}
