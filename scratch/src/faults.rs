//! Faults on demand: what goes wrong with a request, and at which moment.
//!
//! The server asks [`Faults::take`] once a request and acts on the answer in one place, `server`.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Moments in the life of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// The head has arrived, the body has not been read. A connection dropped now with a body under way is reset by the
    /// operating system.
    BeforeBody,
    /// The body was read, the gates were passed and the key was claimed; nothing has been done.
    Claimed,
    /// The effect is done and the answer stored; nothing has been answered.
    Done,
    /// The status line has been sent, nothing else. For a delay the same as `Done`.
    StatusLine,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Waits, then goes on as usual.
    Delay {
        /// How long.
        milliseconds: u64,
        /// When.
        at: Moment,
    },
    /// Closes the connection in good order, without an answer.
    Drop {
        /// When.
        at: Moment,
    },
    /// Resets the connection (RST).
    Reset {
        /// When.
        at: Moment,
    },
    /// Does the work; sends the head with the true length, then only so many bytes of the body, then closes.
    Truncate {
        /// How many bytes of the body are sent.
        bytes: usize,
    },
    /// Does the work; sends the body in pieces.
    Trickle {
        /// Size of a piece.
        bytes: usize,
        /// Pause before each piece.
        milliseconds: u64,
    },
    /// Does nothing; 429 with `Retry-After`.
    TooMany {
        /// Value of `Retry-After`; none is sent when absent.
        retry_after: Option<u64>,
    },
    /// Answers an error of the server.
    Status {
        /// HTTP status.
        status: u16,
        /// Whether the work was done all the same, as when a proxy gave up waiting.
        worked: bool,
    },
    /// Does nothing; sends the client elsewhere.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// Where to.
        location: String,
    },
    /// Does the work; answers 200 with a body that is no JSON.
    Garbage,
    /// Does the work; answers 200 with a body that never ends.
    Endless,
}

/// A fault and the requests it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Name of the route; any request when absent.
    #[serde(default)]
    pub route: Option<String>,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub after: u32,
    /// How many requests it hits; every one from then on when absent.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// What goes wrong.
    #[serde(flatten)]
    pub fault: Fault,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the type of the field")]
fn once() -> Option<u32> {
    Some(1)
}

impl Planned {
    /// For the next request, whatever it is.
    #[must_use]
    pub fn next(fault: Fault) -> Self {
        Self { route: None, after: 0, times: Some(1), fault }
    }

    /// For the next request of a route.
    #[must_use]
    pub fn on(route: &str, fault: Fault) -> Self {
        Self { route: Some(route.to_owned()), ..Self::next(fault) }
    }

    /// Hits so many requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Hits every request from then on.
    #[must_use]
    pub fn always(self) -> Self {
        Self { times: None, ..self }
    }

    /// Lets so many matching requests pass first.
    #[must_use]
    pub fn after(self, after: u32) -> Self {
        Self { after, ..self }
    }
}

/// The faults that are planned, first come first served.
#[derive(Debug, Clone, Default)]
pub struct Faults(VecDeque<Planned>);

impl Faults {
    /// Adds one.
    pub fn plan(&mut self, planned: Planned) {
        self.0.push_back(planned);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What is planned still.
    pub fn planned(&self) -> impl Iterator<Item = &Planned> {
        self.0.iter()
    }

    /// The fault for a request of this route, if any. Uses it up.
    pub fn take(&mut self, route: Option<&str>) -> Option<Fault> {
        let mut hit = None;
        for (place, planned) in self.0.iter_mut().enumerate() {
            if planned.route.is_some() && planned.route.as_deref() != route {
                continue;
            }
            if planned.after > 0 {
                planned.after -= 1;
                continue;
            }
            if let Some(times) = &mut planned.times {
                *times = times.saturating_sub(1);
            }
            hit = Some((place, planned.fault.clone(), planned.times == Some(0)));
            break;
        }
        let (place, fault, spent) = hit?;
        if spent {
            self.0.remove(place);
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_its_route_after_its_pause_and_is_used_up() {
        let mut faults = Faults::default();
        faults.plan(Planned::on("tickets.show", Fault::Garbage).after(1).times(2));
        let hits: Vec<_> = (0..5).map(|_| faults.take(Some("tickets.show")).is_some()).collect();
        assert_eq!(hits, [false, true, true, false, false]);
        faults.plan(Planned::on("tickets.show", Fault::Garbage));
        assert_eq!(faults.take(Some("tickets.create")), None);
        assert_eq!(faults.take(None), None);
        assert_eq!(faults.planned().count(), 1);
    }

    #[test]
    fn written_as_json() {
        let planned: Planned =
            serde_json::from_str(r#"{"route":"tickets.create","fault":"reset","at":"done"}"#).unwrap();
        assert_eq!(planned, Planned::on("tickets.create", Fault::Reset { at: Moment::Done }));
        let always: Planned = serde_json::from_str(r#"{"fault":"too_many","retry_after":2,"times":null}"#).unwrap();
        assert_eq!(always, Planned::next(Fault::TooMany { retry_after: Some(2) }).always());
    }
}
