//! Routes that the relay answers itself, without the helpdesk: its endpoints, and its ledger.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use tickiti_relay_routes::{Class, Encoding, Repeat, Route, Table};

use super::{Relay, plan};
use crate::admit::{Admitted, ENDPOINTS, UNSETTLED};
use crate::ledger::{Ledger, Record, Which, WriteId};
use crate::redact::name;
use crate::upstream::{Answer, AnswerBody};

/// The answer to a request that was let through to a route of the relay's own.
pub(super) async fn answer(request: &Admitted, relay: &Relay) -> Result<Answer, String> {
    let Value::Object(input) = plan::shown(request.body()) else {
        return Err("the input is not plain JSON".to_owned());
    };
    let body = match request.route().action.as_str() {
        ENDPOINTS => endpoints(&relay.routes, &input).map(AnswerBody::Text),
        UNSETTLED => unsettled(&relay.ledger).await.map(AnswerBody::Json),
        _ => settle(&relay.ledger, &input).await.map(AnswerBody::Json),
    };
    body.map(|body| Answer { status: 200, body, held: None, retry_after: None })
}

async fn unsettled(ledger: &Ledger) -> Result<String, String> {
    let writes = ledger.list(Which::Unsettled).await.map_err(|fault| format!("{fault}. {}", fault.remedy()))?;
    Ok(json!({ "writes": writes }).to_string())
}

async fn settle(ledger: &Ledger, input: &Map<String, Value>) -> Result<String, String> {
    let id = input.get("id").and_then(Value::as_str).unwrap_or_default();
    let id: WriteId = id.parse().map_err(|wrong| format!("`{}` is not the name of a write: {wrong}", name(id)))?;
    let Some(happened) = input.get("happened").and_then(Value::as_bool) else {
        return Err("`happened` must be true or false".to_owned());
    };
    let record: Record = ledger.settle(id, happened).await.map_err(|error| error.to_string())?;
    let next = if happened { "An equal call from now on is a new write." } else { "Call again if it is still wanted." };
    Ok(json!({ "settled": record, "next": next }).to_string())
}

fn endpoints(routes: &Table, input: &Map<String, Value>) -> Result<String, String> {
    match input.get("family").and_then(Value::as_str).filter(|family| !family.is_empty()) {
        None => Ok(families(routes)),
        Some(family) => rows(routes, family),
    }
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
                format!(
                    "There is no family `{}`; did you mean `{near}`? The families: {}",
                    name(family),
                    known.join(", ")
                )
            }
            None => format!("There is no family `{}`. The families: {}", name(family), known.join(", ")),
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
