//! Routes that the relay answers itself, without the helpdesk: its endpoints, and its ledger.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use tickiti_relay_routes::{Class, Encoding, Repeat, Route, Table};

use super::Relay;
use crate::audit::{Event, Who};
use crate::contract::Request;
use crate::ledger::{Ledger, Record, Which, WriteId};
use crate::plugins::Entry;
use crate::upstream::{Answer, AnswerBody};

/// The table of endpoints.
const ENDPOINTS: &str = "relay.endpoints";
/// The writes of which somebody must say what became of them.
const UNSETTLED: &str = "relay.unsettled_writes";
/// Says it.
const SETTLE: &str = "relay.settle_write";
/// All that the relay answers itself.
pub const LOCAL_ROUTES: [&str; 3] = [ENDPOINTS, UNSETTLED, SETTLE];

/// The answer to a local route; `None` when the request is for the helpdesk. Each must be declared by its own name: `*` stands
/// for the helpdesk's routes only.
pub(super) async fn answer(request: &Request, entry: &Entry, relay: &Relay) -> Option<Result<Answer, String>> {
    let route = LOCAL_ROUTES.into_iter().find(|name| *name == request.route)?;
    let Entry { tool, plugin, public, .. } = entry;
    let grant = relay.served.grant(plugin);
    let refused = if !tool.routes.iter().any(|declared| declared == route) {
        Some(("not-declared", format!("the tool `{public}` did not declare `{route}`; this is a fault of its plugin")))
    } else if relay.policy.read_only && route == SETTLE {
        Some((
            "read-only",
            format!("`{route}` changes the relay's record, and the relay was started with `--read-only`"),
        ))
    } else if !grant.allows_local(route) {
        let allow = format!("{} {route}", grant.allowing(plugin));
        let says = format!(
            "`{route}` is not granted to the plugin `{plugin}`. Only the person who runs the relay can allow it, with: {allow}"
        );
        Some(("not-granted", says))
    } else {
        None
    };
    let who = Who { plugin: plugin.clone(), tool: public.clone(), route: route.to_owned() };
    let rule = refused.as_ref().map(|(rule, _)| (*rule).to_owned());
    relay.audit.tell(Event::Decision { who, allowed: rule.is_none(), rule });
    if let Some((_, says)) = refused {
        return Some(Err(says));
    }
    let input: Map<String, Value> = serde_json::from_str(&request.input).unwrap_or_default();
    let body = match route {
        ENDPOINTS => endpoints(&relay.routes, &input).map(AnswerBody::Text),
        UNSETTLED => unsettled(&relay.ledger).await.map(AnswerBody::Json),
        _ => settle(&relay.ledger, &input).await.map(AnswerBody::Json),
    };
    Some(body.map(|body| Answer { status: 200, body, held: None, retry_after: None }))
}

async fn unsettled(ledger: &Ledger) -> Result<String, String> {
    let writes = ledger.list(Which::Unsettled).await.map_err(|fault| format!("{fault}. {}", fault.remedy()))?;
    Ok(json!({ "writes": writes }).to_string())
}

async fn settle(ledger: &Ledger, input: &Map<String, Value>) -> Result<String, String> {
    let id = input.get("id").and_then(Value::as_str).unwrap_or_default();
    let id: WriteId = id.parse().map_err(|wrong| format!("`{id}` is not the name of a write: {wrong}"))?;
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
