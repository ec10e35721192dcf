//! Routes that the relay answers itself, without the helpdesk: `relay.endpoints`.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use tickiti_relay_routes::{Class, Encoding, Repeat, Route, Table};

use crate::contract::{Request, Tool};
use crate::upstream::{Answer, AnswerBody};

/// The name under which a plugin asks for the table of endpoints.
const ENDPOINTS: &str = "relay.endpoints";

/// The answer to a local route; `None` when the request is for the helpdesk.
pub(super) fn answer(request: &Request, tool: &Tool, routes: &Table) -> Option<Result<Answer, String>> {
    if request.route != ENDPOINTS {
        return None;
    }
    if !tool.routes.iter().any(|declared| declared == ENDPOINTS) {
        return Some(Err(format!(
            "the tool `{}` did not declare `{ENDPOINTS}`; this is a fault of its plugin",
            tool.name
        )));
    }
    let input: Map<String, Value> = serde_json::from_str(&request.input).unwrap_or_default();
    let text = match input.get("family").and_then(Value::as_str).filter(|family| !family.is_empty()) {
        None => Ok(families(routes)),
        Some(family) => rows(routes, family),
    };
    Some(text.map(|text| Answer { status: 200, body: AnswerBody::Text(text), held: None, retry_after: None }))
}

/// One line a family.
fn families(routes: &Table) -> String {
    let mut text = format!(
        "{} endpoints in {} families. Call `list_endpoints` with a family for its rows, `tickiti_call` to use one.\n",
        routes.len(),
        routes.families().len()
    );
    for family in routes.families() {
        let rows: Vec<_> = routes.family(family).collect();
        let writes = rows.iter().filter(|route| route.class != Class::Read).count();
        let about = routes.family_about(family).unwrap_or_default();
        let _ = writeln!(text, "{family}: {} ({} read, {writes} write). {about}", rows.len(), rows.len() - writes);
    }
    text
}

/// One compact JSON object a line.
fn rows(routes: &Table, family: &str) -> Result<String, String> {
    let rows: Vec<_> = routes.family(family).collect();
    if rows.is_empty() {
        let known = routes.families();
        return Err(match routes.nearest_family(family).first() {
            Some(near) => {
                format!("There is no family `{family}`; did you mean `{near}`? The families: {}", known.join(", "))
            }
            None => format!("There is no family `{family}`. The families: {}", known.join(", ")),
        });
    }
    let mut text = String::new();
    for route in rows {
        let _ = writeln!(text, "{}", row(route));
    }
    Ok(text)
}

/// What an assistant needs to know to call an endpoint; what is usual is left out.
fn row(route: &Route) -> Value {
    let mut row = Map::new();
    row.insert("action".into(), json!(route.action));
    row.insert("does".into(), json!(route.class));
    row.insert("method".into(), json!(route.method));
    row.insert("uri".into(), json!(route.uri));
    row.insert("abilities".into(), json!(route.abilities));
    row.insert("role".into(), json!(route.role));
    if route.encoding != Encoding::Json {
        row.insert("encoding".into(), json!(route.encoding));
    }
    if route.sysadmin {
        row.insert("sysadmin".into(), json!(true));
    }
    if !route.plans.is_empty() {
        row.insert("plans".into(), json!(route.plans));
    }
    if !route.params.is_empty() {
        row.insert("params".into(), json!(route.params));
    }
    if let Some(part) = &route.file_part {
        row.insert("file_part".into(), json!(part));
    }
    if !route.body.is_empty() {
        let fields: Map<String, Value> =
            route.body.iter().map(|field| (field.name.clone(), json!(field.about))).collect();
        row.insert("body".into(), Value::Object(fields));
    }
    if route.repeat == Repeat::Keyed {
        row.insert("idempotent".into(), json!(true));
    }
    if route.mails {
        row.insert("mails".into(), json!(true));
    }
    if let Some(note) = &route.note {
        row.insert("note".into(), json!(note));
    }
    Value::Object(row)
}
