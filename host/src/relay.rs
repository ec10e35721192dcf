//! A call from its arguments to its result: the turn loop, and the glue between plugins, helpdesk and files.

mod arguments;
mod deliver;
mod error;
mod helpdesk;
mod local;
mod outputs;
mod plan;
mod render;
mod result;
mod turns;

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};
use tickiti_relay_routes::Table;

pub use error::CallError;
pub use helpdesk::Helpdesk;
pub use plan::{Plan, Planned};
pub use result::{Item, ToolResult};

use crate::contract::Progress;
use crate::files::Files;
use crate::plugins::Catalogue;
use crate::redact::Redactor;

/// All that a call needs. One for the life of the program; calls run side by side.
pub struct Relay {
    /// The tools that are served.
    pub catalogue: Catalogue,
    /// The endpoints of the helpdesk.
    pub routes: Cow<'static, Table>,
    /// The files that tools may reach.
    pub files: Arc<Files>,
    /// Who answers.
    pub helpdesk: Arc<dyn Helpdesk>,
    /// Takes the token out of every text that leaves; none where there is no token.
    pub redactor: Option<Redactor>,
}

/// Told how far a long call is.
pub type Watch<'a> = &'a (dyn Fn(Progress) + Send + Sync);

impl Relay {
    /// Runs one call. Dropping the future cancels it: what was not sent by then is not sent.
    ///
    /// # Errors
    /// Everything that ends a call without a result, in words for the assistant.
    pub async fn call(
        &self,
        tool: &str,
        arguments: Map<String, Value>,
        watch: Watch<'_>,
    ) -> Result<ToolResult, CallError> {
        let delivery = deliver::Delivery::Live(self.helpdesk.as_ref());
        let mut result = turns::run(self, tool, arguments, &delivery, watch).await?;
        for item in &mut result.content {
            if let Item::Text(text) = item
                && let Cow::Owned(clean) = self.without_secret(text)
            {
                *text = clean;
            }
        }
        Ok(result)
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
        let delivery = deliver::Delivery::Plan(&recorder);
        let ended = match turns::run(self, tool, arguments, &delivery, &|_| {}).await {
            Ok(_) => None,
            Err(CallError::PlanEnds { route }) => Some(route),
            Err(error) => return Err(error),
        };
        Ok(recorder.finish(ended))
    }
}

#[cfg(test)]
mod tests;
