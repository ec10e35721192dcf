//! A case as it stands in its file.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tickiti_relay_routes::Table;

use super::place;
use crate::json;

/// A tool, its arguments, what it must ask for, and what must come of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// Name of the tool inside the plugin.
    pub(crate) tool: String,
    /// As an assistant would give them.
    #[serde(default)]
    pub(crate) arguments: Map<String, Value>,
    /// When the call begins, UTC, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) now: Option<String>,
    /// What the person running the relay would have set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) settings: Option<Map<String, Value>>,
    /// One for each request, in order.
    #[serde(default)]
    pub(crate) exchanges: Vec<Exchange>,
    /// What must come of it; none in a case that is still to be written by `--update`.
    #[serde(default, skip_serializing_if = "Expected::is_empty")]
    pub(crate) result: Expected,
}

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    /// What the tool must ask for.
    pub(crate) request: Request,
    /// What it is answered.
    pub(crate) answer: Answer,
}

/// A request: its route, and its body as it would be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) route: String,
    pub(crate) input: Value,
}

/// An answer: a JSON body, a string for one that is not JSON, `null` for none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    #[serde(default = "success")]
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) body: Value,
}

fn success() -> u16 {
    200
}

/// What must come of a call. Of several, each must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    /// All that the assistant reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// The structured result, or a result whose text is this JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) structured: Option<Value>,
    /// The plugin's own error; of one in the relay's words all that the assistant reads, or its first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

impl Expected {
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_none() && self.structured.is_none() && self.error.is_none()
    }
}

/// What is wrong with a case file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {what}", if at.is_empty() { String::new() } else { format!(" ({at})") })]
pub(crate) struct CaseFault {
    /// From 1.
    pub(crate) line: usize,
    /// Way to the member: `exchanges/0/answer/status`; empty for the file as a whole.
    pub(crate) at: String,
    /// What is wrong, and how it must be.
    pub(crate) what: String,
}

impl Case {
    /// Reads a case file.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub(crate) fn parse(text: &str, routes: &Table) -> Result<Self, CaseFault> {
        let case: Self = serde_json::from_str(text).map_err(|error| {
            let at = place::at(text, error.line(), error.column());
            CaseFault { line: error.line(), at, what: without_place(&error) }
        })?;
        match case.fault(routes) {
            None => Ok(case),
            Some((at, what)) => Err(CaseFault { line: line_of(text, &at), at, what }),
        }
    }

    /// What the form alone does not show.
    fn fault(&self, routes: &Table) -> Option<(String, String)> {
        let form = &time::format_description::well_known::Rfc3339;
        if let Some(now) = &self.now
            && time::OffsetDateTime::parse(now, form).is_err()
        {
            return Some(("now".into(), "must be a time as 2026-11-22T08:00:00Z".into()));
        }
        if self.result.error.is_some() && (self.result.text.is_some() || self.result.structured.is_some()) {
            return Some(("result".into(), "is an `error`, or a `text` or `structured` value, not both".into()));
        }
        self.exchanges.iter().enumerate().find_map(|(number, exchange)| {
            let Exchange { request, answer } = exchange;
            if routes.get(&request.route).is_none() {
                let near = routes.nearest(&request.route).first().map(|near| format!("; did you mean `{near}`?"));
                let what = format!("there is no route `{}`{}", request.route, near.unwrap_or_default());
                return Some((format!("exchanges/{number}/request/route"), what));
            }
            (!(100..=599).contains(&answer.status)).then(|| {
                (format!("exchanges/{number}/answer/status"), "must be a status of HTTP, 100 to 599".to_owned())
            })
        })
    }

    /// The text of its file.
    pub(crate) fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// serde's words, without its own way of naming the place and with JSON's names of things.
fn without_place(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let tail = format!(" at line {} column {}", error.line(), error.column());
    let words = words.strip_suffix(&tail).unwrap_or(&words);
    words.replace("expected u16", "expected a whole number").replace("expected a map", "expected an object")
}

/// The line in which a member's value begins.
fn line_of(text: &str, at: &str) -> usize {
    let value = json::get(text, &format!("/{at}")).unwrap_or(text);
    let start = (value.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        Case::parse(text, Table::builtin()).unwrap_err().to_string()
    }

    #[test]
    fn a_case_comes_back_as_it_was() {
        let text = r#"{
  "tool": "t",
  "arguments": {
    "b": 1.0,
    "a": 2
  },
  "now": "2026-11-22T08:00:00Z",
  "exchanges": [
    {
      "request": {
        "route": "tickets.query",
        "input": {}
      },
      "answer": {
        "status": 404,
        "body": null
      }
    }
  ],
  "result": {
    "error": "No."
  }
}
"#;
        assert_eq!(Case::parse(text, Table::builtin()).unwrap().text(), text);
    }

    #[test]
    fn what_is_wrong_is_told_with_line_and_field() {
        let one = |member: &str| format!("{{\n  \"tool\": \"t\",\n  {member}\n}}");
        let exchange = |request: &str, answer: &str| {
            one(&format!("\"exchanges\": [\n    {{\"request\": {request},\n     \"answer\": {answer}}}\n  ]"))
        };
        let query = r#"{"route": "tickets.query", "input": {}}"#;
        let told = [
            fault("{\n  \"tool\": \"t\",\n"),
            fault("{\"tool\": \"t\",\n \"arguments\": 7}"),
            fault("{\n  \"arguments\": {}\n}"),
            fault(&one("\"argument\": {}")),
            fault(&one("\"now\": \"today\"")),
            fault(&one("\"result\": {\"text\": \"x\", \"error\": \"y\"}")),
            fault(&one("\"result\": {\"content\": \"x\"}")),
            fault(&exchange(query, r#"{"status": "200"}"#)),
            fault(&exchange(query, r#"{"status": 2000}"#)),
            fault(&exchange(r#"{"route": "tickets.query"}"#, "{}")),
            fault(&exchange(r#"{"route": "ticket.query", "input": {}}"#, "{}")),
        ];
        insta::assert_snapshot!(told.join("\n"));
    }
}
