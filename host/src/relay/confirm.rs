//! Asking the person before something is sent, where the relay was started so.

use futures_util::future::{BoxFuture, FutureExt};
use tickiti_relay_routes::Class;

use super::plan;
use crate::admit::Admitted;
use crate::digest::Digest;
use crate::limits;

/// One request that the person is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What would be sent, and to whom.
    pub text: String,
    /// Stands for exactly these bytes: a yes holds for nothing else.
    pub digest: Digest,
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Send it.
    Yes,
    /// Do not.
    No,
    /// The client asks the person, and calls again with the answer.
    Later,
    /// Nobody can be asked; why.
    Nobody(&'static str),
}

/// Who can ask the person.
pub trait Ask: Send + Sync {
    /// Asks, and waits for the answer.
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Said>;
}

/// Where nobody can be asked.
pub struct NoOne;

impl Ask for NoOne {
    fn ask<'a>(&'a self, _: &'a Question) -> BoxFuture<'a, Said> {
        std::future::ready(Said::Nobody("this client cannot ask you")).boxed()
    }
}

impl Question {
    /// About a request of this tool.
    pub(super) fn about(tool: &str, plugin: &str, request: &Admitted) -> Self {
        Self { text: text(tool, plugin, request), digest: request.digest() }
    }
}

fn text(tool: &str, plugin: &str, request: &Admitted) -> String {
    let route = request.route();
    let does = match route.class {
        Class::Read => "reads",
        Class::Write => "adds or changes",
        Class::Destructive => "deletes, or does what cannot be undone",
        Class::Sensitive => "touches credentials, rights or where mail goes",
    };
    let mail = if route.mails { " People get mail from it." } else { "" };
    let body = plan::shown(request.body());
    let whom: Vec<String> = route
        .target
        .iter()
        .flat_map(|target| {
            target.members.iter().filter_map(|member| Some(format!("{} {}", target.kind, plain(body.get(member)?))))
        })
        .collect();
    let whom = if whom.is_empty() { String::new() } else { format!(" To {}.", whom.join(", ")) };
    let body = serde_json::to_string_pretty(&body).unwrap_or_default();
    let end = body.floor_char_boundary(limits::QUESTION_BYTES.min(body.len()));
    let cut = if end < body.len() { format!("\n… and {} more bytes.", body.len() - end) } else { String::new() };
    format!(
        "`{tool}` (plugin {plugin}) is about to send {} to the helpdesk: it {does}.{mail}{whom}\n{} {}\n{}{cut}",
        route.name,
        route.method,
        request.path(),
        crate::redact::clean(body.get(..end).unwrap_or_default())
    )
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
