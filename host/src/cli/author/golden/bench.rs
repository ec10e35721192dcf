//! Where cases run: the plugin, a relay around it, and a helpdesk made of the case.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::Value;
use tickiti_relay_routes::Table;

use super::case::{Case, Exchange};
use super::desk::{Beyond, Desk, Seen};
use crate::admit::{Policy, Refusal};
use crate::audit::Audit;
use crate::cli::author::component::declared;
use crate::cli::author::scratchpad::Scratchpad;
use crate::cli::call;
use crate::contract::{Answer, Call, Guest, GuestFault, Manifest, Reply, Tool};
use crate::digest::Digest;
use crate::files::{FileRules, Files, Root};
use crate::ledger::Ledger;
use crate::limits;
use crate::plugins::{Catalogue, Installed, Origin, Served, public_name};
use crate::relay::{Asked, CallError, Ended, Gate, NoOne, Relay, ToolResult, unquoted};
use crate::upstream::Budget;

/// The time of a case that names none.
const NOW: &str = "2026-11-22T09:00:00Z";

/// A plugin on which cases run.
pub(crate) struct Bench {
    pub(crate) manifest: Manifest,
    pub(crate) guest: Arc<dyn Guest>,
    pub(crate) routes: Cow<'static, Table>,
    /// The files that arguments name are looked for here; none in tests without files.
    pub(crate) cases: Option<PathBuf>,
}

/// What came of a case.
#[derive(Debug)]
pub(crate) struct Happened {
    /// The requests in order.
    pub(crate) seen: Vec<Seen>,
    /// The end of the call.
    pub(crate) result: Result<Shown, CallError>,
    /// The plugin's own error, as it said it; what the assistant reads quotes it.
    pub(crate) sentence: Option<String>,
    /// Whether its tool declares every route, so that an argument may name one.
    any_route: bool,
}

/// With this end the helpers for all languages the sentence of a fault of the plugin, as an exception is one.
pub(super) const TELL_ITS_AUTHOR: &str = "Tell its author.";

impl Happened {
    /// Why the end of the call is a fault of the plugin, whatever the case says; none where a call may end so.
    pub(crate) fn failure(&self) -> Option<String> {
        let error = self.result.as_ref().err()?;
        let failed = match error {
            CallError::Guest { .. } | CallError::Limit { .. } => true,
            CallError::Refused { refusal, .. } => !self.any_route && !depends_on_arguments(refusal),
            _ => self.sentence.as_ref().is_some_and(|sentence| sentence.ends_with(TELL_ITS_AUTHOR)),
        };
        failed.then(|| Self::failed(error))
    }

    pub(super) fn failed(error: &CallError) -> String {
        format!("the plugin failed: {}", error.for_assistant())
    }
}

/// Whether another value in place of what the assistant gave would have passed.
fn depends_on_arguments(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::MissingPlaceholder { .. }
            | Refusal::BadPlaceholder { .. }
            | Refusal::NotAQueryValue { .. }
            | Refusal::TakesNoFile { .. }
            | Refusal::InputTooLarge { .. }
            | Refusal::TooDeep { .. }
    )
}

/// A result as cases know it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(crate) structured: Option<Value>,
}

impl Bench {
    /// Runs a case with these exchanges, which are its own or nearly so.
    ///
    /// # Errors
    /// Why it could not be run at all.
    pub(crate) async fn run(&self, case: &Case, exchanges: Vec<Exchange>, beyond: Beyond) -> Result<Happened, String> {
        let pad = Scratchpad::new().map_err(|error| format!("no folder for temporary files could be made: {error}"))?;
        let desk = Arc::new(Desk::new(exchanges, beyond));
        let (tool, fixed) = (self.tool(&case.tool)?, Arc::new(Fixed::of(self, case)));
        let relay = self.relay(tool, case, &fixed, &desk, pad.path())?;
        let public = public_name(&Origin::Added, &self.manifest.name, &tool.name);
        let asked = Asked { tool: public, arguments: case.arguments.clone(), client_key: None };
        let Ended { result, receipt } = relay.call(asked, &|_| {}, &NoOne).await;
        receipt.delivered();
        relay.ledger.finish(limits::LEDGER_BUSY);
        Ok(Happened {
            seen: desk.seen(),
            result: result.map(|result| shown(&result, &self.manifest.name, pad.path())),
            sentence: fixed.sentence(),
            any_route: tool.routes.iter().any(|route| route == "*"),
        })
    }

    /// The tool of this name, or a sentence that names those that there are.
    fn tool(&self, name: &str) -> Result<&Tool, String> {
        self.manifest.tools.iter().find(|tool| tool.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.manifest.tools.iter().map(|tool| tool.name.as_str()).collect();
            format!("tool: the plugin `{}` has no tool `{name}`; it has: {}", self.manifest.name, known.join(", "))
        })
    }

    fn relay(
        &self,
        tool: &Tool,
        case: &Case,
        fixed: &Arc<Fixed>,
        desk: &Arc<Desk>,
        state: &Path,
    ) -> Result<Relay, String> {
        let installed = Installed {
            manifest: self.manifest.clone(),
            origin: Origin::Added,
            grant: declared(tool),
            settings: Ok(Value::Object(case.settings.clone().unwrap_or_default()).to_string()),
            guest: Arc::clone(fixed) as _,
        };
        let (catalogue, faults) = Catalogue::new([installed], &self.routes);
        if let Some(fault) = faults.first() {
            return Err(format!("the relay would not serve this plugin: {fault}"));
        }
        // Files are read beside the cases; those that are made go to the relay's own folder, which is gone afterwards.
        let roots = self.cases.iter().map(|folder| Root { path: folder.clone(), writable: false }).collect();
        let rules = FileRules { roots, state: state.to_owned(), private: Vec::new(), home: None, own: true };
        let files = Files::new(rules)
            .map_err(|refusals| refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        Ok(Relay {
            served: Served::fixed(catalogue),
            policy: Policy::default(),
            audit: Audit::off(),
            routes: self.routes.clone(),
            files: Arc::new(files),
            helpdesk: Arc::clone(desk) as _,
            redactor: None,
            ledger: Ledger::new(state, Digest::of([]), "a case"),
            gate: Gate::default(),
            // A recorded failure stays the same, so waiting for a better answer is in vain.
            budget: Budget::none(),
        })
    }
}

/// What the plugin wrote and the assistant reads quoted, with the places of files made the same in every run.
fn shown(result: &ToolResult, plugin: &str, pad: &Path) -> Shown {
    let texts: Vec<String> = result.content.iter().map(|item| unquoted(plugin, &call::shown(item))).collect();
    let steady = |text: &str| {
        let own = pad.join("files");
        let place = own.to_string_lossy();
        text.replace(&*place, "<files>").replace(&place.replace('\\', "\\\\"), "<files>")
    };
    let structured =
        result.structured.as_ref().map(|value| serde_json::from_str(&steady(&value.to_string())).unwrap_or_default());
    Shown { text: steady(&texts.join("\n")), structured }
}

/// A plugin whose clock is the case's; it remembers with what error of its own the plugin ended.
struct Fixed {
    guest: Arc<dyn Guest>,
    now: String,
    sentence: Mutex<Option<String>>,
}

impl Fixed {
    fn of(bench: &Bench, case: &Case) -> Self {
        let now = case.now.clone().unwrap_or_else(|| NOW.to_owned());
        Self { guest: Arc::clone(&bench.guest), now, sentence: Mutex::default() }
    }

    fn call(&self, call: &Call) -> Arc<Call> {
        Arc::new(Call { now: self.now.clone(), ..call.clone() })
    }

    fn heard(&self, reply: Result<Reply, GuestFault>) -> Result<Reply, GuestFault> {
        if let Ok(Err(sentence)) = &reply {
            *self.sentence.lock().unwrap_or_else(PoisonError::into_inner) = Some(sentence.clone());
        }
        reply
    }

    fn sentence(&self) -> Option<String> {
        self.sentence.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Guest for Fixed {
    fn start(&self, call: Arc<Call>) -> BoxFuture<'_, Result<Reply, GuestFault>> {
        let call = self.call(&call);
        async move { self.heard(self.guest.start(call).await) }.boxed()
    }

    fn resume(&self, call: Arc<Call>, state: String, answers: Vec<Answer>) -> BoxFuture<'_, Result<Reply, GuestFault>> {
        let call = self.call(&call);
        async move { self.heard(self.guest.resume(call, state, answers).await) }.boxed()
    }
}
