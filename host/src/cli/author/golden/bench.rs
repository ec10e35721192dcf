//! Where cases run: the plugin, a relay around it, and a helpdesk made of the case.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;
use tickiti_relay_routes::Table;

use super::case::{Case, Exchange};
use super::desk::{Beyond, Desk, Seen};
use super::scratchpad::Scratchpad;
use crate::admit::Grant;
use crate::contract::{Answer, Call, Guest, GuestFault, Manifest, Reply, Tool};
use crate::digest::Digest;
use crate::files::{FileRules, Files, Root};
use crate::ledger::Ledger;
use crate::limits;
use crate::plugins::{Catalogue, Installed};
use crate::relay::{Asked, CallError, Ended, Gate, Item, Relay, ToolResult};
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
}

/// A result as cases know it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(crate) structured: Option<Value>,
}

impl Bench {
    /// The tool of this name.
    pub(crate) fn tool(&self, name: &str) -> Option<&Tool> {
        self.manifest.tools.iter().find(|tool| tool.name == name)
    }

    /// Runs a case with these exchanges, which are its own or nearly so.
    ///
    /// # Errors
    /// Why it could not be run at all.
    pub(crate) async fn run(&self, case: &Case, exchanges: Vec<Exchange>, beyond: Beyond) -> Result<Happened, String> {
        let unmade = |error: std::io::Error| format!("no folder for temporary files could be made: {error}");
        let pad = Scratchpad::new().map_err(unmade)?;
        let desk = Arc::new(Desk::new(exchanges, beyond));
        let relay =
            self.relay(case, &desk, &pad.folder("state").map_err(unmade)?, &pad.folder("out").map_err(unmade)?)?;
        let asked = Asked { tool: case.tool.clone(), arguments: case.arguments.clone(), client_key: None };
        let Ended { result, receipt } = relay.call(asked, &|_| {}).await;
        receipt.delivered();
        relay.ledger.finish(limits::LEDGER_BUSY);
        Ok(Happened { seen: desk.seen(), result: result.map(|result| shown(result, pad.path())) })
    }

    fn relay(&self, case: &Case, desk: &Arc<Desk>, state: &Path, out: &Path) -> Result<Relay, String> {
        let tool = self.tool(&case.tool).ok_or_else(|| {
            let known: Vec<&str> = self.manifest.tools.iter().map(|tool| tool.name.as_str()).collect();
            format!(
                "tool: the plugin `{}` has no tool `{}`; it has: {}",
                self.manifest.name,
                case.tool,
                known.join(", ")
            )
        })?;
        let fixed = Fixed {
            guest: Arc::clone(&self.guest),
            now: case.now.clone().unwrap_or_else(|| NOW.to_owned()),
            settings: Value::Object(case.settings.clone().unwrap_or_default()).to_string(),
        };
        let installed = Installed { manifest: self.manifest.clone(), grant: declared(tool), guest: Arc::new(fixed) };
        let (catalogue, faults) = Catalogue::new([installed]);
        if let Some(fault) = faults.first() {
            return Err(format!("the relay would not serve this plugin: {fault}"));
        }
        let readable = self.cases.iter().map(|folder| Root { path: folder.clone(), writable: false });
        let roots = readable.chain([Root { path: out.to_owned(), writable: true }]).collect();
        let rules = FileRules { roots, state: state.to_owned(), private: Vec::new(), home: None };
        let files = Files::new(rules)
            .map_err(|refusals| refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        Ok(Relay {
            catalogue,
            routes: self.routes.clone(),
            files: Arc::new(files),
            helpdesk: Arc::clone(desk) as _,
            redactor: None,
            ledger: Ledger::new(state, Digest::of([]), "a case"),
            gate: Gate::default(),
            budget: no_retries(),
        })
    }
}

/// Exactly the routes that a tool declares.
fn declared(tool: &Tool) -> Grant {
    if tool.routes.iter().any(|route| route == "*") { Grant::all() } else { Grant::routes(tool.routes.iter().cloned()) }
}

/// A recorded failure stays the same, so waiting for a better answer is in vain.
fn no_retries() -> Budget {
    let budget = Budget::default();
    while budget.take() {}
    budget
}

/// What the assistant reads, with the places of files made the same in every run.
fn shown(result: ToolResult, pad: &Path) -> Shown {
    let texts: Vec<String> = result
        .content
        .iter()
        .map(|item| match item {
            Item::Text(text) => text.clone(),
            Item::Image { media_type, bytes } => format!("<image, {media_type}, {} bytes>", bytes.len()),
            Item::Audio { media_type, bytes } => format!("<sound, {media_type}, {} bytes>", bytes.len()),
            Item::Document { uri, media_type, bytes } => format!("<{uri}, {media_type}, {} bytes>", bytes.len()),
            Item::Link { uri, name } => format!("<{name}: {uri}>"),
        })
        .collect();
    let steady = |text: &str| {
        let place = pad.to_string_lossy();
        text.replace(&*place, "<files>").replace(&place.replace('\\', "\\\\"), "<files>")
    };
    let structured = result.structured.map(|value| serde_json::from_str(&steady(&value.to_string())).unwrap_or(value));
    Shown { text: steady(&texts.join("\n")), structured }
}

/// A plugin whose clock and settings are the case's.
struct Fixed {
    guest: Arc<dyn Guest>,
    now: String,
    settings: String,
}

impl Fixed {
    fn call(&self, call: &Call) -> Arc<Call> {
        Arc::new(Call { now: self.now.clone(), settings: self.settings.clone(), ..call.clone() })
    }
}

impl Guest for Fixed {
    fn start(&self, call: Arc<Call>) -> BoxFuture<'_, Result<Reply, GuestFault>> {
        self.guest.start(self.call(&call))
    }

    fn resume(&self, call: Arc<Call>, state: String, answers: Vec<Answer>) -> BoxFuture<'_, Result<Reply, GuestFault>> {
        self.guest.resume(self.call(&call), state, answers)
    }
}
