//! Everything that ends a call without a result: one text for the assistant, one for the log.

use std::time::Duration;

use serde_json::{Map, Value};

use super::confirm::Question;
use super::{holding, identifiers};
use crate::admit::{Admitted, Refusal};
use crate::contract::GuestFault;
use crate::files::FileRefusal;
use crate::ledger::{Held, LedgerFault};
use crate::limits;
use crate::plugins::{Problem, families};
use crate::redact::name;
use crate::upstream::Failure;

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// No such tool. MCP wants a protocol error for it, so it is told apart.
    #[error("there is no tool `{name}`{}", did_you_mean(nearest))]
    UnknownTool {
        /// As asked.
        name: String,
        /// Names that look like it.
        nearest: Vec<String>,
    },
    /// No tool that is served, though its plugin was added.
    #[error(
        "there is no tool `{name}` now: {why}. Only the person who runs the relay can mend that; `tickiti-relay plugin list` says how"
    )]
    OutOfService {
        /// As asked.
        name: String,
        /// What is not served.
        why: String,
    },
    /// The arguments do not fit the tool's schema.
    #[error(
        "the arguments do not fit the tool `{tool}`: {}. Nothing was sent; correct them and call again",
        problem_words(problems)
    )]
    Arguments {
        /// Name of the tool.
        tool: String,
        /// Each with its place.
        problems: Vec<Problem>,
    },
    /// The plugin itself says what is wrong.
    #[error("{message}")]
    Plugin {
        /// Its sentence.
        message: String,
        /// What the call had done before.
        done: Done,
    },
    /// The plugin's code failed.
    #[error(
        "the plugin `{plugin}` could not do its part: {fault}. This is a fault of the plugin, not of your arguments{}",
        guest_words(plugin, fault)
    )]
    Guest {
        /// Name of the plugin.
        plugin: String,
        /// How it failed.
        fault: GuestFault,
        /// What the call had done before.
        done: Done,
    },
    /// A request was not let through.
    #[error("not sent: {refusal}")]
    Refused {
        /// The rule.
        refusal: Refusal,
        /// What the call had done before.
        done: Done,
    },
    /// A file may not be read or made.
    #[error("{refusal}")]
    File {
        /// The rule.
        refusal: FileRefusal,
        /// What the call had done before.
        done: Done,
    },
    /// The helpdesk refused, or nobody knows what it did.
    #[error("{}", failure.for_assistant())]
    Failed {
        /// What came back.
        failure: Box<Failure>,
        /// What the call had done before.
        done: Done,
    },
    /// The plugin asked for more than a call may have.
    #[error("the plugin `{plugin}` asked for more than a call may have: {what}. This is a fault of the plugin")]
    Limit {
        /// Name of the plugin.
        plugin: String,
        /// Which bound.
        what: String,
        /// What the call had done before.
        done: Done,
    },
    /// Too many calls already.
    #[error(
        "the relay is busy with other calls: it works on {} at once, and lets {} more wait. Nothing was sent; call again in {} s",
        limits::CALLS_IN_FLIGHT, limits::CALLS_QUEUED, wait.as_secs()
    )]
    Busy {
        /// How long to stay away.
        wait: Duration,
    },
    /// The call's time was over before a request could be sent.
    #[error("`{route}` was not sent: the time of this call is over.\n{}", out_of_time_words(earlier.as_deref()))]
    OutOfTime {
        /// Name of the route.
        route: String,
        /// The earlier write that this one is the same as, and that may have taken effect: `w12`.
        earlier: Option<String>,
        /// What the call had done before.
        done: Done,
    },
    /// An equal write was under way until the call's time was over.
    #[error(
        "`{route}` was not sent: an equal write of another call is still under way.\nOutcome: not sent. This call changed \
         nothing.\nNext: wait for that call's answer; `unsettled_writes` shows it"
    )]
    UnderWay {
        /// Name of the route.
        route: String,
        /// What the call had done before.
        done: Done,
    },
    /// An earlier write must be looked at first.
    #[error("{}", holding::in_words(route, held))]
    Held {
        /// Name of the route.
        route: String,
        /// The earlier write, and the rule.
        held: Box<Held>,
        /// What the call had done before.
        done: Done,
    },
    /// The write could not be recorded, so it was not sent.
    #[error(
        "`{route}` was not sent: {fault}, and a write that is not recorded first might happen twice.\nOutcome: not sent. This \
         request did not reach the helpdesk. Reads work on.\nNext: {}", fault.remedy()
    )]
    Unrecorded {
        /// Name of the route.
        route: String,
        /// What is wrong with the ledger.
        fault: LedgerFault,
        /// What the call had done before.
        done: Done,
    },
    /// The client gave one key to two different calls.
    #[error(
        "the client gave this call an idempotency key that an earlier call with other arguments has.\nOutcome: not sent. This \
         request did not reach the helpdesk.\nNext: give every call a key of its own, or none"
    )]
    KeyReused {
        /// What the call had done before.
        done: Done,
    },
    /// The person said no.
    #[error(
        "`{route}` was not sent: the person was asked, and said no.\nOutcome: not sent. This request did not reach the helpdesk.\n\
         Next: do not call again as it is; ask the person what they want instead"
    )]
    Declined {
        /// Name of the route.
        route: String,
        /// What the call had done before.
        done: Done,
    },
    /// A right of the plugin was taken back while the request waited.
    #[error(
        "`{route}` was not sent: what its plugin may do was changed while it waited.\n{}; it is judged by what is granted now",
        overtaken_words(earlier.as_deref())
    )]
    Overtaken {
        /// Name of the route.
        route: String,
        /// As in [`CallError::OutOfTime`].
        earlier: Option<String>,
        /// What the call had done before.
        done: Done,
    },
    /// The person must be asked, and cannot be.
    #[error(
        "`{route}` was not sent: the relay was started to ask the person before it sends this (`--confirm`), and {why}.\nOutcome: not \
         sent. This request did not reach the helpdesk.\nNext: the person can make this call in a terminal (tickiti-relay --confirm \
         write call …, which asks there), use a client that can ask, or start the relay without --confirm"
    )]
    Unconfirmed {
        /// Name of the route.
        route: String,
        /// Why nobody can be asked.
        why: &'static str,
        /// What the call had done before.
        done: Done,
    },
    /// The person must be asked, and the request is more than they can be shown.
    #[error(
        "`{route}` was not sent: the relay was started to ask the person before it sends this (`--confirm`), and it holds more than a \
         question can show.\nOutcome: not sent. This request did not reach the helpdesk.\nNext: send fewer values at a time; long texts \
         are shortened in the question and may stay as they are"
    )]
    Unshowable {
        /// Name of the route.
        route: String,
        /// What the call had done before.
        done: Done,
    },
    /// The client asks the person and calls again. Only `mcp` sees it.
    #[error("the person must be asked first")]
    ToBeConfirmed {
        /// What to ask.
        question: Box<Question>,
    },
    /// A plan can go no further without a real answer. Only a plan ends so.
    #[error("what comes next depends on the answer of `{route}`, which is not sent while planning")]
    PlanEnds {
        /// Name of the route.
        route: String,
    },
}

/// What a call had written before it ended, and what of its last turn was not sent any more; in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done(pub Vec<Part>);

/// One request of a call that ended otherwise than well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A write that took effect.
    Written {
        /// Name of the route.
        route: String,
        /// What the helpdesk calls what it made.
        identifiers: Map<String, Value>,
    },
    /// One that was still to come.
    NotSent {
        /// Name of the route, as the plugin gave it.
        route: String,
    },
}

impl CallError {
    /// What the assistant reads: what happened, what was already done, what to do next.
    pub fn for_assistant(&self) -> String {
        let mut text = capitalised(&self.to_string());
        if !text.ends_with(['.', '?', '!', '}', ']', '\n']) {
            text.push('.');
        }
        let parts = self.done().map_or(&[][..], |done| &done.0);
        let (written, not_sent): (Vec<&Part>, Vec<&Part>) =
            parts.iter().partition(|part| matches!(part, Part::Written { .. }));
        let listed = |parts: Vec<&Part>| parts.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if !written.is_empty() {
            text.push_str(&format!("\nAlready done in this call, in order: {}. That stays done.", listed(written)));
        }
        if !not_sent.is_empty() {
            text.push_str(&format!("\nNot sent any more in this call: {}.", listed(not_sent)));
        }
        text
    }

    /// With what the call had done before.
    pub(super) fn after(mut self, before: &Done) -> Self {
        match &mut self {
            Self::UnknownTool { .. }
            | Self::OutOfService { .. }
            | Self::Arguments { .. }
            | Self::PlanEnds { .. }
            | Self::Busy { .. }
            | Self::ToBeConfirmed { .. } => {}
            Self::Plugin { done, .. }
            | Self::Guest { done, .. }
            | Self::Refused { done, .. }
            | Self::File { done, .. }
            | Self::Failed { done, .. }
            | Self::Limit { done, .. }
            | Self::OutOfTime { done, .. }
            | Self::UnderWay { done, .. }
            | Self::Held { done, .. }
            | Self::Unrecorded { done, .. }
            | Self::Declined { done, .. }
            | Self::Overtaken { done, .. }
            | Self::Unconfirmed { done, .. }
            | Self::Unshowable { done, .. }
            | Self::KeyReused { done } => *done = before.clone(),
        }
        self
    }

    pub(super) fn out_of_time(request: &Admitted, earlier: Option<String>) -> Self {
        Self::OutOfTime { route: request.route().name.clone(), earlier, done: Done::default() }
    }

    pub(super) fn under_way(request: &Admitted) -> Self {
        Self::UnderWay { route: request.route().name.clone(), done: Done::default() }
    }

    pub(super) fn held(request: &Admitted, held: Box<Held>) -> Self {
        Self::Held { route: request.route().name.clone(), held, done: Done::default() }
    }

    pub(super) fn unrecorded(request: &Admitted, fault: LedgerFault) -> Self {
        tracing::error!(target: "relay", "{}: not sent: {fault}", request.route().name);
        Self::Unrecorded { route: request.route().name.clone(), fault, done: Done::default() }
    }

    pub(super) fn declined(route: String) -> Self {
        Self::Declined { route, done: Done::default() }
    }

    pub(super) fn overtaken(route: String, earlier: Option<String>) -> Self {
        Self::Overtaken { route, earlier, done: Done::default() }
    }

    pub(super) fn unconfirmed(route: String, why: &'static str) -> Self {
        Self::Unconfirmed { route, why, done: Done::default() }
    }

    pub(super) fn unshowable(route: String) -> Self {
        Self::Unshowable { route, done: Done::default() }
    }

    pub(super) fn to_be_confirmed(question: Question) -> Self {
        Self::ToBeConfirmed { question: Box::new(question) }
    }

    pub(super) fn key_reused() -> Self {
        Self::KeyReused { done: Done::default() }
    }

    fn done(&self) -> Option<&Done> {
        match self {
            Self::UnknownTool { .. }
            | Self::OutOfService { .. }
            | Self::Arguments { .. }
            | Self::PlanEnds { .. }
            | Self::Busy { .. }
            | Self::ToBeConfirmed { .. } => None,
            Self::Plugin { done, .. }
            | Self::Guest { done, .. }
            | Self::Refused { done, .. }
            | Self::File { done, .. }
            | Self::Failed { done, .. }
            | Self::Limit { done, .. }
            | Self::OutOfTime { done, .. }
            | Self::UnderWay { done, .. }
            | Self::Held { done, .. }
            | Self::Unrecorded { done, .. }
            | Self::Declined { done, .. }
            | Self::Overtaken { done, .. }
            | Self::Unconfirmed { done, .. }
            | Self::Unshowable { done, .. }
            | Self::KeyReused { done } => Some(done),
        }
    }
}

/// `tickets.create (ticket_number 709383)`.
impl std::fmt::Display for Part {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Written { route, identifiers } if !identifiers.is_empty() => {
                write!(formatter, "{route} ({})", identifiers::in_words(identifiers))
            }
            Self::Written { route, .. } => formatter.write_str(route),
            Self::NotSent { route } => formatter.write_str(&name(route)),
        }
    }
}

/// A sentence begins with a capital letter, unless it begins with a name: a route's, or one in backticks.
fn capitalised(text: &str) -> String {
    let first_word = text.split_whitespace().next().unwrap_or_default();
    if first_word.trim_end_matches([',', '.', ':']).contains(|c: char| !c.is_alphabetic()) {
        return text.to_owned();
    }
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn out_of_time_words(earlier: Option<&str>) -> String {
    match earlier {
        None => "Outcome: not sent. This request did not reach the helpdesk.\nNext: call again; if it goes on, ask for less at a time".into(),
        Some(name) => format!(
            "Outcome: unknown. This call sent nothing, but the earlier equal write {name} may have taken effect.\nNext: call again with \
             exactly the same arguments: the relay makes it the same write"
        ),
    }
}

fn overtaken_words(earlier: Option<&str>) -> String {
    match earlier {
        None => "Outcome: not sent. This request did not reach the helpdesk.\nNext: call again".into(),
        Some(name) => format!(
            "Outcome: unknown. This call sent nothing, but the earlier equal write {name} may have taken effect.\nNext: call again with \
             exactly the same arguments"
        ),
    }
}

fn did_you_mean(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean `{}`?", nearest.join("`, `")) }
}

fn problem_words(problems: &[Problem]) -> String {
    let mut all: Vec<String> = problems
        .iter()
        .take(limits::ERROR_FIELDS)
        .map(|problem| match problem.at.strip_prefix('/') {
            Some(at) => format!("`{}` {}", at.replace('/', "."), problem.expected),
            None => format!("they {}", problem.expected),
        })
        .collect();
    if problems.len() > limits::ERROR_FIELDS {
        all.push("and there is more".into());
    }
    all.join("; ")
}

fn guest_words(plugin: &str, fault: &GuestFault) -> String {
    match fault {
        GuestFault::Busy { .. } => "; the relay is busy, call again in a few seconds".to_owned(),
        GuestFault::Load { .. } if families().contains(&plugin) => {
            ". Only the person who runs the relay can mend it, by installing it anew".to_owned()
        }
        GuestFault::Load { .. } => format!(
            ". Only the person who runs the relay can mend it, with `tickiti-relay plugin update {plugin} FILE` or `tickiti-relay plugin \
             trust {plugin}`; `tickiti-relay plugin verify {plugin}` says which"
        ),
        _ => String::new(),
    }
}
