//! Everything that ends a call without a result: one text for the assistant, one for the log.

use crate::admit::Refusal;
use crate::contract::GuestFault;
use crate::files::FileRefusal;
use crate::plugins::Problem;
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
        guest_words(fault)
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
    /// A plan can go no further without a real answer. Only a plan ends so.
    #[error("what comes next depends on the answer of `{route}`, which is not sent while planning")]
    PlanEnds {
        /// Name of the route.
        route: String,
    },
}

/// The writes that a call had done before it ended, by route, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done(pub Vec<String>);

impl CallError {
    /// What the assistant reads: what happened, what was already done, what to do next.
    pub fn for_assistant(&self) -> String {
        let mut text = capitalised(&self.to_string());
        if !text.ends_with(['.', '?', '!', '}', ']', '\n']) {
            text.push('.');
        }
        match self.done() {
            Some(Done(routes)) if !routes.is_empty() => {
                text.push_str("\nAlready done in this call, in order: ");
                text.push_str(&routes.join(", "));
                text.push_str(". That stays done.");
            }
            _ => {}
        }
        text
    }

    fn done(&self) -> Option<&Done> {
        match self {
            Self::UnknownTool { .. } | Self::Arguments { .. } | Self::PlanEnds { .. } => None,
            Self::Plugin { done, .. }
            | Self::Guest { done, .. }
            | Self::Refused { done, .. }
            | Self::File { done, .. }
            | Self::Failed { done, .. }
            | Self::Limit { done, .. } => Some(done),
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

fn did_you_mean(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean `{}`?", nearest.join("`, `")) }
}

fn problem_words(problems: &[Problem]) -> String {
    let all: Vec<String> = problems
        .iter()
        .map(|problem| match problem.at.strip_prefix('/') {
            Some(at) => format!("`{}` {}", at.replace('/', "."), problem.expected),
            None => format!("they {}", problem.expected),
        })
        .collect();
    all.join("; ")
}

fn guest_words(fault: &GuestFault) -> &'static str {
    match fault {
        GuestFault::Busy { .. } => "; the relay is busy, call again in a few seconds",
        _ => "",
    }
}
