//! Where the requests of a call go: to the helpdesk, or into a plan.

use tickiti_relay_routes::Class;

use super::error::CallError;
use super::helpdesk::Stop;
use super::live::Live;
use super::plan::Recorder;
use crate::admit::Admitted;
use crate::upstream::Answer;

/// What becomes of the requests of a call.
pub(super) enum Delivery<'d> {
    /// They are sent.
    Live(Box<Live<'d>>),
    /// Writes are written down, reads are sent.
    Plan(Recorder<'d>),
}

impl Delivery<'_> {
    /// Delivers one request and judges what came back.
    pub(super) async fn deliver(&mut self, request: &Admitted) -> Result<Answer, Stop> {
        match self {
            Self::Live(live) => live.deliver(request).await,
            Self::Plan(recorder) => recorder.deliver(request).await,
        }
    }

    /// Whether the relay may now answer a request itself: the person is asked where they are asked for such, and a plan changes
    /// nothing.
    pub(super) async fn may_answer(&mut self, request: &Admitted) -> Result<(), CallError> {
        match self {
            Self::Live(live) => live.confirmed(request).await,
            Self::Plan(_) if request.route().class == Class::Read => Ok(()),
            Self::Plan(_) => Err(CallError::PlanEnds { route: request.route().name.clone() }),
        }
    }

    /// What the relay adds to the result, in its own words.
    pub(super) fn notes(&self) -> &[String] {
        match self {
            Self::Live(live) => &live.notes,
            Self::Plan(_) => &[],
        }
    }

    /// What is left of the call's time; a plan has none to keep to.
    pub(super) fn left(&self) -> Option<std::time::Duration> {
        match self {
            Self::Live(live) => Some(live.left()),
            Self::Plan(_) => None,
        }
    }

    /// Whether the call's time is over.
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Live(live) if live.left().is_zero())
    }

    /// Whether files are really made.
    pub(super) fn is_live(&self) -> bool {
        matches!(self, Self::Live(_))
    }
}
