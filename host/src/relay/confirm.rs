//! Asking the person before something is sent, where the relay was started so.

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::Value;
use tickiti_relay_routes::Class;

use super::plan;
use crate::admit::Admitted;
use crate::digest::Digest;
use crate::limits;
use crate::redact::is_hidden;

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
    /// About a request of this tool. None when it holds more than a person can be shown.
    pub(super) fn about(tool: &str, plugin: &str, request: &Admitted) -> Option<Self> {
        let text = text(tool, plugin, request)?;
        Some(Self { text, digest: request.digest() })
    }
}

fn text(tool: &str, plugin: &str, request: &Admitted) -> Option<String> {
    let head = head(tool, plugin, request);
    let body = plan::shown(request.body());
    let fits = |text: &String| text.len() <= limits::QUESTION_BYTES;
    if let Value::String(text) = &body {
        // JSON that the relay cannot take apart, for a number that no float holds: all of it or nothing.
        return Some(format!("{head}\n{}", seen(text))).filter(fits);
    }
    let of = |most: &usize| format!("{head}{}\n{}", whom(request, &body, *most), pretty(&body, *most));
    limits::QUESTION_VALUE_CHARS.iter().map(of).find(fits)
}

fn head(tool: &str, plugin: &str, request: &Admitted) -> String {
    let route = request.route();
    let name = &route.name;
    if request.is_local() {
        return format!("`{tool}` (plugin {plugin}) is about to change the relay's own record of writes ({name}).");
    }
    let does = match route.class {
        Class::Read => "reads",
        Class::Write => "adds or changes",
        Class::Destructive => "deletes, or does what cannot be undone",
        Class::Sensitive => "touches credentials, rights or where mail goes",
    };
    let mail = if route.mails { " People get mail from it." } else { "" };
    let (method, path) = (route.method, request.path());
    format!("`{tool}` (plugin {plugin}) is about to send {name} to the helpdesk: it {does}.{mail}\n{method} {path}")
}

/// To whom it goes, on a line of its own that nothing in it can end.
fn whom(request: &Admitted, body: &Value, most: usize) -> String {
    let Some(target) = &request.route().target else { return String::new() };
    let named = target.members.iter().filter_map(|member| body.get(member));
    let whom: Vec<String> =
        named.map(|value| format!("{} {}", target.kind, seen(&shortened(value, most).to_string()))).collect();
    if whom.is_empty() { String::new() } else { format!("\nTo {}", whom.join(", ")) }
}

/// A body with the name of every member, and every value that is not long.
fn pretty(body: &Value, most: usize) -> String {
    seen(&serde_json::to_string_pretty(&shortened(body, most)).unwrap_or_default())
}

/// The same with each long text shortened.
fn shortened(value: &Value, most: usize) -> Value {
    match value {
        Value::String(text) => Value::String(short(text, most)),
        Value::Array(items) => items.iter().map(|item| shortened(item, most)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), shortened(value, most)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// Beginning and end of a text, and how much is between.
fn short(text: &str, most: usize) -> String {
    let all = text.chars().count();
    if all <= most {
        return text.to_owned();
    }
    let part = most / 2;
    let beginning: String = text.chars().take(part).collect();
    let end: String = text.chars().skip(all - part).collect();
    format!("{beginning} [… {} characters not shown here …] {end}", all - 2 * part)
}

/// JSON in which what nobody sees is seen.
fn seen(json: &str) -> String {
    let mut seen = String::with_capacity(json.len());
    for character in json.chars() {
        if is_hidden(character) {
            seen.extend(character.escape_unicode());
        } else {
            seen.push(character);
        }
    }
    seen
}
