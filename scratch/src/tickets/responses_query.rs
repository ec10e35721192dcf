//! `tickets/responses/query`: responses across tickets, oldest first, page by page.

use serde_json::{Map, Value, json};
use time::{OffsetDateTime, Time};

use crate::call::Call;
use crate::clock::{self, END_OF_DAY, iso};
use crate::collection::same;
use crate::input::{Input, integer};
use crate::reply::{Refusal, Reply};
use crate::switches::{BadPage, CursorId, RowKey, Switches};
use crate::tickets::model::{Response, Ticket};
use crate::tickets::rows::{self, BODY_FIELDS, METADATA_FIELDS, Shape};
use crate::tickets::show::chosen;
use crate::world::World;

const PAGE: i64 = 200;
const LARGEST_PAGE: i64 = 1000;
const GROUPS: &[&str] = &["ticket_number", "created_by_email", "queue", "is_internal", "staff_response", "day"];

#[derive(Debug, Default)]
struct Filter {
    from: Option<OffsetDateTime>,
    to: Option<OffsetDateTime>,
    is_internal: Option<bool>,
    staff_response: Option<bool>,
    queues: Option<Vec<String>>,
    queue_ids: Option<Vec<u64>>,
    tickets: Option<Vec<String>>,
    responses: Option<Vec<u64>>,
    author: Option<String>,
    has_attachments: Option<bool>,
    is_empty: Option<bool>,
    include_deleted: bool,
}

/// Serves `tickets.responses_query`.
pub(super) fn responses_query(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let switches = world.switches;
    let mut input = call.input();
    let filter = Filter::read(&mut input);
    let shape = shape(&mut input, &switches);
    let count_only = input.flag("count_only").unwrap_or(false);
    let group = input.text("group_by", 64);
    if let Some(group) = group.filter(|group| !GROUPS.contains(group)) {
        input.refuse("group_by", format!("{group} is none of {}.", GROUPS.join(", ")));
    }
    let limit = limit(&mut input, &switches);
    let cursor = cursor(&mut input, &switches);
    input.finish()?;
    let mut found: Vec<_> = world
        .responses
        .iter()
        .filter_map(|response| world.ticket(response.ticket_id).map(|ticket| (response, ticket)))
        .filter(|(response, ticket)| call.sees(ticket.queue_id) && filter.passes(world, response, ticket))
        .collect();
    if let Some(group) = group {
        return Ok(Reply::data(json!({"groups": groups(world, &found, group)})));
    }
    if count_only {
        return Ok(Reply::data(json!({"count": found.len()})));
    }
    if let Some(after) = cursor {
        found.retain(|(response, _)| (response.created_at, response.id) > after);
    }
    found.sort_by_key(|(response, _)| (response.created_at, response.id));
    let is_last = found.len() <= limit;
    found.truncate(limit);
    let last = found.last().filter(|_| !is_last).map(|(response, _)| {
        let id = match switches.cursor_id {
            CursorId::Integer => json!(response.id),
            CursorId::Text => json!(response.id.to_string()),
        };
        json!({"created_at": iso(response.created_at), "id": id})
    });
    let rows: Vec<_> = found.iter().map(|(response, ticket)| row(world, response, ticket, &shape, &filter)).collect();
    Ok(Reply::data(json!({"responses": rows, "next_cursor": last})))
}

impl Filter {
    fn read(input: &mut Input<'_>) -> Self {
        Self {
            from: moment(input, "created_from", Time::MIDNIGHT),
            to: moment(input, "created_to", END_OF_DAY),
            is_internal: input.flag("is_internal"),
            staff_response: input.flag("staff_response"),
            queues: input.texts("queue", 100),
            queue_ids: input.integers("queue_id", 100),
            tickets: input.texts("ticket_number", 1000),
            responses: input.integers("response_id", 1000),
            author: input.text("created_by_email", 255).map(str::to_owned),
            has_attachments: input.flag("has_attachments"),
            is_empty: input.flag("is_empty"),
            include_deleted: input.flag("include_deleted").unwrap_or(false),
        }
    }

    fn passes(&self, world: &World, response: &Response, ticket: &Ticket) -> bool {
        let is_deleted = response.deleted_at.is_some() || ticket.deleted_at.is_some();
        (self.include_deleted || !is_deleted)
            && self.from.is_none_or(|from| response.created_at >= from)
            && self.to.is_none_or(|to| response.created_at <= to)
            && self.is_internal.is_none_or(|wanted| response.is_internal == wanted)
            && self.staff_response.is_none_or(|wanted| response.by_staff == wanted)
            && self.queue_ids.as_ref().is_none_or(|ids| ids.contains(&ticket.queue_id))
            && self.responses.as_ref().is_none_or(|ids| ids.contains(&response.id))
            && self.author.as_ref().is_none_or(|author| same(author, &response.created_by))
            && self.has_attachments.is_none_or(|wanted| response.attachments.is_empty() != wanted)
            && self.is_empty.is_none_or(|wanted| response.plain.is_empty() == wanted)
            && self.tickets.as_ref().is_none_or(|all| all.contains(&ticket.number.to_string()))
            && self
                .queues
                .as_ref()
                .is_none_or(|all| all.iter().any(|name| same(name, world.queue_name(ticket.queue_id))))
    }
}

fn moment(input: &mut Input<'_>, path: &str, bare: Time) -> Option<OffsetDateTime> {
    let text = input.text(path, 32)?;
    let at = clock::read_moment(text, bare);
    if at.is_none() {
        input.refuse(path, "The date is YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, in UTC.");
    }
    at
}

/// Only body names: all metadata and those. Any metadata name: exactly the named.
fn shape(input: &mut Input<'_>, switches: &Switches) -> Shape {
    let known: Vec<&str> = BODY_FIELDS.iter().chain(METADATA_FIELDS).copied().collect();
    let mut shape = match chosen(input, &known, switches) {
        None => Shape::default(),
        Some(names) => {
            let (bodies, metadata): (Vec<_>, Vec<_>) =
                names.into_iter().partition(|name| BODY_FIELDS.contains(&name.as_str()));
            Shape {
                bodies: Some(bodies),
                metadata: Some(metadata).filter(|names| !names.is_empty()),
                ..Shape::default()
            }
        }
    };
    if input.flag("metadata_only") == Some(true) {
        shape.bodies = Some(Vec::new());
    }
    shape
}

fn limit(input: &mut Input<'_>, switches: &Switches) -> usize {
    let limit = match switches.bad_page {
        BadPage::Refused => input.number("limit", 1, LARGEST_PAGE),
        BadPage::Mended => input.number("limit", i64::MIN, i64::MAX).map(|limit| limit.clamp(1, LARGEST_PAGE)),
    };
    usize::try_from(limit.unwrap_or(PAGE)).unwrap_or(1)
}

fn cursor(input: &mut Input<'_>, switches: &Switches) -> Option<(OffsetDateTime, u64)> {
    let given = input.value("cursor")?;
    let at = given.get("created_at").and_then(Value::as_str).and_then(|text| clock::read_moment(text, Time::MIDNIGHT));
    let id = given.get("id").and_then(integer).and_then(|id| u64::try_from(id).ok());
    let cursor = at.zip(id);
    if cursor.is_none() && switches.bad_page == BadPage::Refused {
        input.refuse("cursor", "The cursor is the next_cursor of the page before.");
    }
    cursor
}

fn row(world: &World, response: &Response, ticket: &Ticket, shape: &Shape, filter: &Filter) -> Value {
    let mut row = Map::new();
    let id = json!(response.id.to_string());
    if world.switches.row_key != RowKey::Id {
        row.insert("response_id".into(), id.clone());
    }
    if world.switches.row_key != RowKey::ResponseId {
        row.insert("id".into(), id);
    }
    row.insert("ticket_number".into(), json!(ticket.number));
    row.extend(rows::response(world, response, shape));
    if filter.include_deleted {
        row.insert("is_deleted".into(), json!(response.deleted_at.is_some() || ticket.deleted_at.is_some()));
    }
    Value::Object(row)
}

/// Counts per value, in the order in which values are first met.
fn groups(world: &World, found: &[(&Response, &Ticket)], group: &str) -> Value {
    let mut counts: Vec<(Value, u64)> = Vec::new();
    for (response, ticket) in found {
        let key = match group {
            "ticket_number" => json!(ticket.number),
            "created_by_email" => json!(response.created_by),
            "queue" => json!(world.queue_name(ticket.queue_id)),
            "is_internal" => json!(response.is_internal),
            "staff_response" => json!(response.by_staff),
            _ => json!(clock::day(response.created_at.date())),
        };
        match counts.iter_mut().find(|(known, _)| *known == key) {
            Some((_, count)) => *count += 1,
            None => counts.push((key, 1)),
        }
    }
    counts.into_iter().map(|(key, count)| json!({"key": key, "count": count})).collect()
}
