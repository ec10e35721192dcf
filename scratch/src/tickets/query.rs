//! `tickets/query`: tickets through a saved view and criteria.

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::read_day;
use crate::collection::{Row, flag, same, text};
use crate::input::{Input, scalar_text};
use crate::reply::{Refusal, Reply};
use crate::switches::{BadPage, QueryWrapper};
use crate::tickets::criteria::{Criterion, MODES, ModeKind, all_match, on_watchlist};
use crate::tickets::model::{Status, Ticket};
use crate::tickets::rows;
use crate::world::World;

const ROWS: i64 = 100;
const MOST_ROWS: i64 = 5000;

/// Serves `tickets.query`.
pub(super) fn query(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let limit = match world.switches.bad_page {
        BadPage::Refused => input.number("row_limit", 1, MOST_ROWS),
        BadPage::Mended => input.number("row_limit", i64::MIN, i64::MAX).map(|limit| limit.clamp(1, MOST_ROWS)),
    };
    input.object("search_object");
    let perspective = perspective(&mut input, world);
    let criteria = criteria(&mut input);
    input.finish()?;
    let is_staff = call.token.as_ref().is_some_and(|token| token.role.is_some());
    if !is_staff && perspective.is_some_and(|row| text(row, "name") != "All") {
        return Err(Refusal::coded(403, "forbidden", "Only staff may use a perspective other than All."));
    }
    let mut found: Vec<&Ticket> = world
        .tickets
        .iter()
        .filter(|ticket| ticket.deleted_at.is_none() && call.sees(ticket.queue_id))
        .filter(|ticket| perspective.is_none_or(|row| in_perspective(world, ticket, row, call)))
        .filter(|ticket| all_match(world, ticket, &criteria))
        .collect();
    sort(&mut found, perspective);
    found.truncate(usize::try_from(limit.unwrap_or(ROWS)).unwrap_or(1));
    let rows: Vec<Value> = found.into_iter().map(|ticket| Value::Object(rows::ticket(world, ticket))).collect();
    Ok(match world.switches.query_wrapper {
        QueryWrapper::Bare => Reply::raw(json!(rows)),
        QueryWrapper::Data => Reply::data(json!(rows)),
        QueryWrapper::Tickets => Reply::data(json!({"tickets": rows})),
    })
}

/// The view that is asked for, by id or name; `None` is all tickets.
fn perspective<'w>(input: &mut Input<'_>, world: &'w World) -> Option<&'w Row> {
    let views = world.rows("perspectives");
    for path in ["perspective_id", "search_object.search_perspective_id"] {
        if let Some(id) = input.id(path) {
            if views.get(id).is_none() {
                input.refuse(path, "There is no such perspective.");
            }
            return views.get(id);
        }
    }
    let path = "search_object.search_perspective";
    let name = input.text(path, 255)?;
    let view = views.find("name", name);
    if view.is_none() {
        input.refuse(path, format!("There is no perspective named {name}."));
    }
    view.map(|(_, row)| row)
}

fn criteria(input: &mut Input<'_>) -> Vec<Criterion> {
    let path = "search_object.criteria";
    let Some(items) = input.list(path, 100) else { return Vec::new() };
    let mut criteria = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = |member: &str| format!("{path}.{index}.{member}");
        let name = item.get("mode").and_then(Value::as_str).unwrap_or_default();
        let Some(mode) = MODES.iter().find(|mode| mode.name == name) else {
            let known: Vec<_> = MODES.iter().map(|mode| mode.name).collect();
            input.refuse(&at("mode"), format!("There is no mode {name:?}; there are {}.", known.join(", ")));
            continue;
        };
        let tokens = item.get("tokens").and_then(Value::as_array);
        let tokens: Option<Vec<String>> = tokens.and_then(|all| all.iter().map(scalar_text).collect());
        let Some(tokens) = tokens.filter(|tokens| !tokens.is_empty()) else {
            input.refuse(&at("tokens"), "The tokens are a list of at least one string.");
            continue;
        };
        if mode.kind == ModeKind::Date && (tokens.len() != 1 || tokens.iter().any(|token| read_day(token).is_none())) {
            input.refuse(&at("tokens"), "This mode takes one token, YYYY-MM-DD.");
            continue;
        }
        let all = match item.get("match").filter(|value| !value.is_null()).map(Value::as_str) {
            None => None,
            Some(Some("all")) => Some(true),
            Some(Some("any")) => Some(false),
            Some(_) => {
                input.refuse(&at("match"), "The match is all or any.");
                continue;
            }
        };
        criteria.push(Criterion { mode, tokens, all });
    }
    criteria
}

fn in_perspective(world: &World, ticket: &Ticket, view: &Row, call: &Call) -> bool {
    let conditions = view.get("conditions").and_then(Value::as_array).into_iter().flatten();
    conditions.into_iter().all(|condition| {
        let part = |name: &str| condition.get(name).and_then(scalar_text).unwrap_or_default();
        meets(world, ticket, &part("field"), &part("operator"), &part("value"), call)
    })
}

fn meets(world: &World, ticket: &Ticket, field: &str, operator: &str, value: &str, call: &Call) -> bool {
    let is_true = same(value, "true") || value == "1";
    let me = call.owner();
    let value = if same(value, "me") { me } else { value };
    let holds = |text: &str| text.to_lowercase().contains(&value.to_lowercase());
    let thread = || world.thread(ticket);
    let met = match (field, operator) {
        ("for_attention", _) => {
            let mine = ticket.assigned.as_deref().is_none_or(|assigned| {
                same(assigned, me) || world.teams_of(me).iter().any(|id| assigned == format!("team:{id}"))
            });
            (ticket.status == Status::Open && mine) == is_true
        }
        ("participating", _) => ticket.participants.iter().any(|email| same(email, me)) == is_true,
        ("retained", _) => !is_true,
        ("watchlist", _) => {
            let list = value.parse().ok().and_then(|id| world.rows("watchlists").get(id));
            list.is_some_and(|list| on_watchlist(list, ticket.id))
        }
        ("queue", "contains") => holds(world.queue_name(ticket.queue_id)),
        ("queue", _) => same(world.queue_name(ticket.queue_id), value) || ticket.queue_id.to_string() == value,
        ("status", _) => Status::read(value) == Some(ticket.status),
        ("priority", _) => crate::tickets::model::Priority::read(value) == Some(ticket.priority),
        ("assignee", "contains") => ticket.assigned.as_deref().is_some_and(holds),
        ("assignee", _) => ticket.assigned.as_deref().map_or(same(value, "Unassigned"), |known| same(known, value)),
        ("originator", "contains") => holds(&ticket.originator),
        ("originator", _) => same(&ticket.originator, value),
        ("subject", "contains") => holds(&ticket.subject),
        ("subject", _) => same(&ticket.subject, value),
        ("content", _) => thread().iter().any(|response| holds(&response.plain)),
        // A condition that nobody understands hides nothing.
        _ => return true,
    };
    met != (operator == "is not")
}

/// By the view's orders; else what was changed last comes first.
fn sort(found: &mut [&Ticket], view: Option<&Row>) {
    found.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then(b.id.cmp(&a.id)));
    let orders = view.and_then(|view| view.get("orders")).and_then(Value::as_array);
    for order in orders.into_iter().flatten().rev() {
        let Some(order) = order.as_object() else { continue };
        let ascending = flag(order, "ascending");
        let field = text(order, "field");
        found.sort_by(|a, b| {
            let by = match field {
                "created_at" => a.created_at.cmp(&b.created_at),
                "updated_at" => a.updated_at.cmp(&b.updated_at),
                "priority" => a.priority.cmp(&b.priority),
                "subject" => a.subject.cmp(&b.subject),
                "number" => a.number.cmp(&b.number),
                _ => std::cmp::Ordering::Equal,
            };
            if ascending { by } else { by.reverse() }
        });
    }
}
