//! Tickets, responses and attachments as JSON, in the types that were recorded: ids as strings, `number` an integer.

use serde_json::{Map, Value, json};

use crate::clock::iso;
use crate::collection::text;
use crate::tickets::model::{Attachment, Response, Ticket};
use crate::world::World;

/// The heavy members of a response.
pub const BODY_FIELDS: &[&str] = &["html", "plain_text", "attachments"];
/// The light ones that `fields` may name.
pub const METADATA_FIELDS: &[&str] = &[
    "is_internal",
    "is_pinned",
    "staff_response",
    "created_by_email",
    "created_at",
    "updated_at",
    "is_email_sourced",
    "audit",
    "is_audit_only",
];

/// A ticket's own members.
#[must_use]
pub fn ticket(world: &World, ticket: &Ticket) -> Map<String, Value> {
    let resolved = ticket.resolved.and_then(|id| world.rows("resolutions").get(id)).map(|row| text(row, "name"));
    members(json!({
        "id": ticket.id.to_string(),
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status.text(),
        "priority": ticket.priority.code(),
        "queue_id": ticket.queue_id.to_string(),
        "queue": world.queue_name(ticket.queue_id),
        "originator_email": ticket.originator,
        "raised_by": world.name_of(&ticket.originator),
        "assigned_to_email": ticket.assigned,
        "resolved": resolved,
        "on_hold_until": ticket.on_hold_until,
        "created_at": iso(ticket.created_at),
        "updated_at": iso(ticket.updated_at),
    }))
}

/// The people on a ticket.
#[must_use]
pub fn participants(world: &World, ticket: &Ticket) -> Value {
    let people = ticket.participants.iter();
    people
        .map(|email| json!({"email": email, "name": world.name_of(email), "is_staff": world.is_staff(email)}))
        .collect()
}

/// The tickets that a ticket is linked to, deleted ones left out.
#[must_use]
pub fn links(world: &World, ticket: &Ticket) -> Value {
    let links = ticket.links.iter().filter_map(|link| world.ticket(link.to).map(|other| (link, other)));
    links
        .filter(|(_, other)| other.deleted_at.is_none())
        .map(|(link, other)| {
            json!({
                "ticket_id": other.id.to_string(), "ticket_number": other.number, "subject": other.subject,
                "status": other.status.text(), "is_clone": link.clone,
            })
        })
        .collect()
}

/// Which members of a response are wanted, and how long bodies may be.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Heavy members wanted; `None` for all.
    pub bodies: Option<Vec<String>>,
    /// Light members wanted; `None` for all.
    pub metadata: Option<Vec<String>>,
    /// Characters of `html` and of `plain_text`.
    pub max_body_chars: Option<usize>,
}

impl Shape {
    fn wants(&self, name: &str) -> bool {
        let list = if BODY_FIELDS.contains(&name) { &self.bodies } else { &self.metadata };
        list.as_ref().is_none_or(|wanted| wanted.iter().any(|known| known == name))
    }
}

/// A response's members but for its id.
#[must_use]
pub fn response(world: &World, response: &Response, shape: &Shape) -> Map<String, Value> {
    let mut row = Map::new();
    let light = [
        ("is_internal", json!(response.is_internal)),
        ("is_pinned", json!(response.is_pinned)),
        ("staff_response", json!(response.by_staff)),
        ("created_by_email", json!(response.created_by)),
        ("created_at", json!(iso(response.created_at))),
        ("updated_at", json!(iso(response.updated_at))),
        ("is_email_sourced", json!(response.by_mail)),
        ("audit", json!(response.audit)),
        ("is_audit_only", json!(response.html.is_none())),
    ];
    row.extend(light.into_iter().filter(|(name, _)| shape.wants(name)).map(|(name, value)| (name.to_owned(), value)));
    let html = response.html.as_deref().unwrap_or_default();
    if shape.metadata.is_none() {
        row.insert("body_chars".into(), json!(html.chars().count()));
    }
    for (name, body) in [("html", html), ("plain_text", response.plain.as_str())] {
        if shape.wants(name) {
            let cut = shape.max_body_chars.and_then(|most| body.char_indices().nth(most)).map(|(at, _)| at);
            row.insert(name.into(), json!(cut.and_then(|at| body.get(..at)).unwrap_or(body)));
            if cut.is_some() {
                row.insert(format!("{name}_truncated"), json!(true));
            }
        }
    }
    if shape.wants("attachments") {
        row.insert("attachments".into(), attachments(world, response));
    }
    row
}

/// A response with its id in front, as tickets/show has it.
#[must_use]
pub fn response_in_thread(world: &World, of: &Response, shape: &Shape) -> Value {
    let mut row = response(world, of, shape);
    row.shift_insert(0, "id".into(), json!(of.id.to_string()));
    Value::Object(row)
}

/// A response's attachments without their bytes.
#[must_use]
pub fn attachments(world: &World, response: &Response) -> Value {
    let all = response.attachments.iter().filter_map(|id| world.attachments.get(id));
    all.map(|attachment| Value::Object(attachment_row(world, attachment))).collect()
}

/// An attachment without its bytes.
#[must_use]
pub fn attachment_row(world: &World, attachment: &Attachment) -> Map<String, Value> {
    let bytes = world.bytes_of(attachment);
    members(json!({
        "id": attachment.id.to_string(),
        "response_id": attachment.response_id.to_string(),
        "name": attachment.name,
        "mime_type": crate::files::sniffed(&bytes),
        "sha256": attachment.sha256,
        "file_size": bytes.len(),
        "is_inline": attachment.is_inline,
    }))
}

/// The members of a JSON object.
#[must_use]
pub fn members(value: Value) -> Map<String, Value> {
    crate::collection::row(value)
}
