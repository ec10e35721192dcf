//! The helpdesk: is it there, does it take the token, and what may the token do?

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tickiti_relay_routes::Table;

use super::super::Finding;
use crate::admit::{Grant, Policy, Rules, admit};
use crate::cli::build;
use crate::config::Connection;
use crate::contract::{Effect, Request, Tool};
use crate::marks::Marks;
use crate::upstream::{Answer, Broken, Upstream};

/// The route that tells what a token may do. Installs before October 2026 do not have it.
const TOKEN: &str = "token.show";
/// A read that every install has, for those.
const QUERY: &str = "tickets.query";

/// Asks the helpdesk who the token is.
pub(super) async fn ask(connection: Connection, table: &Table) -> Vec<Finding> {
    let base = connection.base.to_string();
    let upstream = match build::upstream(&connection) {
        Ok(upstream) => upstream,
        Err(unusable) => {
            return vec![Finding::fault("configuration", unusable.to_string(), "correct the variable")];
        }
    };
    let proxied = connection.proxy.is_some();
    match send(&upstream, table, TOKEN).await {
        Err(broken) => vec![address(&base, proxied, &broken)],
        Ok(answer) if answer.status == 404 => {
            let old = "the helpdesk is there, but does not know /api/v1/token: an install from before October 2026, or the wrong address";
            let mut findings = vec![Finding::note("address", old)];
            findings.push(match send(&upstream, table, QUERY).await {
                Ok(answer) if answer.succeeded() => {
                    Finding::good("token", "it may search tickets; what else cannot be asked")
                }
                Ok(answer) => refused(&answer),
                Err(broken) => address(&base, proxied, &broken),
            });
            findings
        }
        Ok(answer) if answer.succeeded() => {
            let reached =
                if base.starts_with("https://") { "reached, its certificate is valid" } else { "reached, without TLS" };
            let mut findings = vec![Finding::good("address", reached)];
            findings.extend(rights(&answer, table));
            findings
        }
        Ok(answer) => vec![Finding::good("address", "reached"), refused(&answer)],
    }
}

async fn send(upstream: &Upstream, table: &Table, route: &str) -> Result<Answer, Broken> {
    let tool = Tool {
        name: "doctor".into(),
        title: String::new(),
        description: String::new(),
        input: String::new(),
        output: None,
        effect: Effect::Read,
        idempotent: true,
        open_world: false,
        routes: vec![TOKEN.into(), QUERY.into()],
        files: Vec::new(),
    };
    let request = Request { route: route.into(), input: "{}".into(), accept: Vec::new(), hold: None };
    let rules = Rules {
        tool: &tool,
        plugin: "doctor",
        grant: &Arc::new(Grant::all()),
        policy: Policy::default(),
        routes: table,
    };
    let admitted =
        admit(&request, rules, &Marks::default()).map_err(|refusal| Broken::Unsendable { why: refusal.to_string() })?;
    upstream.send(&admitted, None, Duration::MAX).await
}

fn address(base: &str, proxied: bool, broken: &Broken) -> Finding {
    let fix = match broken {
        Broken::NotConnected { why } if why.contains("ertificate") => {
            "the certificate must be valid for this address; a company's own authority belongs into the system's store, or \
             into the file that TICKITI_RELAY_CA names"
                .to_owned()
        }
        Broken::NotConnected { .. } if proxied => {
            format!("correct TICKITI_RELAY_PROXY, or take it away if {base} opens in a browser without a proxy")
        }
        Broken::NotConnected { .. } | Broken::Unsendable { .. } => {
            format!("look whether {base} opens in a browser on this computer; correct TICKITI_API_BASE")
        }
        Broken::Redirect { to: Some(to), .. } => {
            format!("set TICKITI_API_BASE to where the helpdesk really is; it points to {to}")
        }
        Broken::TimedOut { .. } => {
            "look whether the helpdesk is slow in a browser too; TICKITI_API_TIMEOUT_MS gives it longer".to_owned()
        }
        _ => "what answers there is not Tickiti's API; correct TICKITI_API_BASE".to_owned(),
    };
    Finding::fault("address", broken.to_string(), fix)
}

fn refused(answer: &Answer) -> Finding {
    match answer.status {
        401 => Finding::fault(
            "token",
            "the helpdesk does not know it",
            "make a new one under Administration → API keys, and put it into TICKITI_API_TOKEN_FILE",
        ),
        403 => Finding::fault(
            "token",
            "it may not do that",
            "give it the ability tickets:read under Administration → API keys",
        ),
        status => Finding::fault(
            "token",
            format!("the helpdesk answered HTTP {status}"),
            "try again; if it stays, look into the helpdesk's own log",
        ),
    }
}

/// What the token may do, in the server's words, and what that leaves out of the API.
fn rights(answer: &Answer, table: &Table) -> Vec<Finding> {
    let told: Value = answer.body.json().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let data = told.get("data").unwrap_or(&told);
    let Some(abilities) = strings(data.get("abilities")) else {
        return vec![Finding::note("token", "accepted; the helpdesk does not tell what it may do")];
    };
    if abilities.is_empty() {
        return vec![Finding::fault(
            "token",
            "it is valid but may do nothing",
            "give it abilities under Administration → API keys",
        )];
    }
    let mut says = format!("abilities: {}", abilities.join(", "));
    for (name, word) in [("roles", "roles"), ("role", "role"), ("plans", "plan"), ("features", "plan")] {
        if let Some(values) = strings(data.get(name)) {
            says.push_str(&format!(
                "; {word}: {}",
                if values.is_empty() { "none".to_owned() } else { values.join(", ") }
            ));
        }
    }
    let within = |needed: &[String]| {
        needed.is_empty() || abilities.iter().any(|ability| ability == "*" || needed.contains(ability))
    };
    let open = table.iter().filter(|route| within(&route.abilities)).count();
    let mut findings = vec![Finding::good("token", says)];
    findings.push(Finding::note(
        "token",
        format!("{open} of {} endpoints are within its abilities; roles and plans may close some of them", table.len()),
    ));
    if !abilities.iter().any(|ability| ability == "*" || ability.starts_with("tickets:")) {
        findings.push(Finding::fault(
            "token",
            "it may not read tickets",
            "give it tickets:read under Administration → API keys",
        ));
    }
    findings
}

/// A value as texts: a list, the names that are true of an object, or one text.
fn strings(value: Option<&Value>) -> Option<Vec<String>> {
    match value? {
        Value::Array(items) => Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()),
        Value::Object(members) => Some(
            members.iter().filter(|(_, value)| value.as_bool() == Some(true)).map(|(name, _)| name.clone()).collect(),
        ),
        Value::String(text) => Some(vec![text.clone()]),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
