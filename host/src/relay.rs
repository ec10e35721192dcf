//! A call from its arguments to its result: the turn loop, and the glue between plugins, helpdesk and files.

mod arguments;
mod confirm;
mod deliver;
mod error;
mod gate;
mod helpdesk;
mod holding;
mod identifiers;
mod live;
mod local;
mod outputs;
mod plan;
mod render;
mod result;
mod stranger;
mod telling;
mod turns;

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};
use tickiti_relay_routes::Table;

pub use confirm::{Ask, NoOne, Question, Said};
pub use error::{CallError, Done, Part};
pub use gate::Gate;
pub use helpdesk::Helpdesk;
pub(crate) use plan::shown;
pub use plan::{Plan, Planned, in_bytes};
pub use result::{Item, ToolResult};

use crate::admit::{Grant, Policy};
use crate::audit::Audit;
use crate::contract::Progress;
use crate::files::Files;
use crate::ledger::{self, Ledger};
use crate::limits;
use crate::plugins::{Catalogue, Served};
use crate::redact::Redactor;
use crate::upstream::Budget;

/// All that a call needs. One for the life of the program; calls run side by side.
pub struct Relay {
    /// The tools that are served, and what each plugin may do, as they are now.
    pub served: Served,
    /// How the relay was started.
    pub policy: Policy,
    /// Where decisions and requests are written down.
    pub audit: Audit,
    /// The endpoints of the helpdesk.
    pub routes: Cow<'static, Table>,
    /// The files that tools may reach.
    pub files: Arc<Files>,
    /// Who answers.
    pub helpdesk: Arc<dyn Helpdesk>,
    /// Takes the token out of every text that leaves; none where there is no token.
    pub redactor: Option<Redactor>,
    /// Makes a repeated write the same write.
    pub ledger: Ledger,
    /// Bounds how many calls are worked on.
    pub gate: Gate,
    /// Bounds how much is retried.
    pub budget: Budget,
}

/// What a person who waits is told.
#[derive(Debug, Clone)]
pub enum Told {
    /// How far a long call is, by its plugin.
    Progress(Progress),
    /// What the relay itself waits for.
    Waiting(String),
}

/// Told while a call is under way.
pub type Watch<'a> = &'a (dyn Fn(Told) + Send + Sync);

/// One call, as a client asks for it.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Name of the tool.
    pub tool: String,
    /// As given.
    pub arguments: Map<String, Value>,
    /// A key of the client's own, under which a repeat of the call is the same call.
    pub client_key: Option<String>,
}

/// The end of a call.
#[derive(Debug)]
pub struct Ended {
    /// What the assistant gets.
    pub result: Result<ToolResult, CallError>,
    /// To be told when the assistant has it.
    pub receipt: Receipt,
}

/// Whoever writes the answer to the client says here when it was written whole. Dropped unsaid, what the call wrote stays open:
/// the client may not know of it.
#[derive(Debug)]
pub struct Receipt(Option<ledger::Call>);

impl Receipt {
    /// For a call that wrote nothing.
    pub fn none() -> Self {
        Self(None)
    }

    /// The answer was written whole.
    pub fn delivered(self) {
        if let Some(call) = self.0 {
            call.delivered();
        }
    }
}

impl Relay {
    /// Runs one call. Dropping the future cancels it: what was not sent by then is not sent, and what was stays open in the
    /// ledger.
    pub async fn call(&self, asked: Asked, watch: Watch<'_>, ask: &dyn Ask) -> Ended {
        let Asked { tool, arguments, client_key } = asked;
        let began = tokio::time::Instant::now();
        let place = match tokio::time::timeout(limits::WRITING_CALL, self.gate.enter()).await {
            Ok(Ok(place)) => place,
            Ok(Err(wait)) => return Ended { result: Err(CallError::Busy { wait }), receipt: Receipt::none() },
            Err(_) => {
                let wait = limits::BUSY_WAIT.1;
                return Ended { result: Err(CallError::Busy { wait }), receipt: Receipt::none() };
            }
        };
        let aside = gate::Aside::new(&self.gate, place, ask);
        let live = live::Live {
            helpdesk: self.helpdesk.as_ref(),
            budget: &self.budget,
            record: self.ledger.call(&tool),
            client_key,
            deadline: began + (limits::WRITING_CALL - limits::ANSWERING),
            watch,
            notes: Vec::new(),
            audit: &self.audit,
            policy: self.policy,
            ask: &aside,
            served: &self.served,
            who: (String::new(), tool.clone()),
        };
        let mut delivery = deliver::Delivery::Live(Box::new(live));
        let mut result = turns::run(self, &tool, arguments, &mut delivery, watch).await;
        for item in result.iter_mut().flat_map(|result| &mut result.content) {
            if let Item::Text(text) = item
                && let Cow::Owned(clean) = self.without_secret(text)
            {
                *text = clean;
            }
        }
        let receipt = match delivery {
            deliver::Delivery::Live(live) => Receipt(Some(live.into_record()).filter(ledger::Call::has_written)),
            deliver::Delivery::Plan(_) => Receipt::none(),
        };
        Ended { result, receipt }
    }

    /// The tools as they are now.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.served.catalogue()
    }

    /// The files that a plugin may reach: those of its folders.
    pub(crate) fn files_of(&self, grant: &Grant) -> Arc<Files> {
        match grant.folders() {
            None => Arc::clone(&self.files),
            Some(folders) => Arc::new(self.files.within(&folders)),
        }
    }

    /// A text without the token, should a helpdesk or a plugin have put it there.
    pub fn redact(&self, text: &str) -> String {
        self.without_secret(text).into_owned()
    }

    fn without_secret<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.redactor {
            Some(redactor) => redactor.redact(text),
            None => Cow::Borrowed(text),
        }
    }

    /// Runs one call without sending a write: what it would send, in order. Reads are really sent, unless `offline`.
    ///
    /// # Errors
    /// As [`Relay::call`]: arguments that do not fit, a request that is refused, a read that fails.
    pub async fn plan(&self, tool: &str, arguments: Map<String, Value>, offline: bool) -> Result<Plan, CallError> {
        let recorder = plan::Recorder::new(if offline { None } else { Some(self.helpdesk.as_ref()) });
        let mut delivery = deliver::Delivery::Plan(recorder);
        let ended = match turns::run(self, tool, arguments, &mut delivery, &|_| {}).await {
            Ok(_) => None,
            Err(CallError::PlanEnds { route }) => Some(route),
            Err(error) => return Err(error),
        };
        match delivery {
            deliver::Delivery::Plan(recorder) => Ok(recorder.finish(ended)),
            deliver::Delivery::Live(_) => Ok(Plan { requests: Vec::new(), ends_at: ended }),
        }
    }
}

#[cfg(test)]
mod tests;
