//! `tickets`: opens a ticket, from a subject and a body, a template, or an intervention.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::collection::{same, text};
use crate::input::{Input, scalar_text};
use crate::reply::{Refusal, Reply};
use crate::tickets::fields;
use crate::tickets::model::{Priority, Status};
use crate::tickets::write::{FileRef, NewResponse, NewTicket};
use crate::world::World;

/// Where a ticket lands when the caller does not say.
const DEFAULT_QUEUE: &str = "Inbox";

/// A ticket that may be opened.
struct Plan {
    ticket: NewTicket,
    opening: Vec<(String, bool)>,
    author: String,
    files: Vec<FileRef>,
    rerouted: Option<String>,
    tag_warnings: Vec<String>,
}

/// What the three shapes come down to.
struct Content {
    subject: String,
    /// Bodies, and whether each is internal.
    bodies: Vec<(String, bool)>,
    queue: Option<u64>,
    remote: Option<(String, String)>,
}

/// Whether [`create`] would refuse.
pub(super) fn check(world: &World, call: &Call) -> Result<(), Refusal> {
    plan(world, call).map(drop)
}

/// Serves `tickets.create`.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let plan = plan(world, call)?;
    let queue_id = plan.ticket.queue_id;
    let id = world.open_ticket(plan.ticket);
    let mut files = plan.files;
    let mut first = None;
    for (html, is_internal) in plan.opening {
        let response = world.add_response(NewResponse {
            ticket_id: id,
            html: Some(html),
            is_internal,
            author: plan.author.clone(),
            files: std::mem::take(&mut files),
            ..NewResponse::default()
        });
        first.get_or_insert(response);
    }
    let number = world.ticket(id).map_or(0, |ticket| ticket.number);
    world.did(format!("ticket:{number}"), "created");
    let mut data = crate::collection::row(json!({
        "ticket_number": number, "ticket_id": id, "response_id": first, "queue": world.queue_name(queue_id),
        "rerouted": plan.rerouted.is_some(),
    }));
    if let Some(reason) = plan.rerouted {
        data.insert("reroute_reason".into(), json!(reason));
    }
    if !plan.tag_warnings.is_empty() {
        data.insert("tag_warnings".into(), json!(plan.tag_warnings));
    }
    Ok(Reply::data(Value::Object(data)))
}

fn plan(world: &World, call: &Call) -> Result<Plan, Refusal> {
    let mut input = call.input();
    let originator = input.email("originator_email_address");
    let originator = input.need("originator_email_address", originator).unwrap_or_default();
    let is_public = input.flag("is_public").unwrap_or(true);
    let as_originator = input.flag("use_passed_originator_as_responder").unwrap_or(false);
    let content = content(&mut input, world, is_public);
    let asked = fields::queue(&mut input, "queue_name", world, |id| call.sees(id));
    // Checked, but not what decides: the ticket goes where the top-level name says.
    fields::queue(&mut input, "data.queue_name", world, |id| call.sees(id));
    let participants = input.emails("participants", 100).unwrap_or_default();
    let files = fields::files(&mut input, "attachments", world);
    let assigned = fields::assignee(&mut input, "data.assigned_to_email", world).flatten();
    let priority = fields::priority(&mut input, "data.priority");
    let (status, on_hold_until) = fields::status_and_hold(&mut input, "data.status", "data.on_hold_until");
    let content = content.unwrap_or(Content { subject: String::new(), bodies: Vec::new(), queue: None, remote: None });
    let tag_warnings: Vec<_> =
        content.bodies.iter().flat_map(|(html, _)| fields::unmatched_tags(world, html)).collect();
    if input.flag("strict_tags") == Some(true) && !tag_warnings.is_empty() {
        input.refuse("strict_tags", format!("These tags match nobody: {}.", tag_warnings.join(", ")));
    }
    input.finish()?;
    let wanted = content.queue.or(asked).or_else(|| world.queue(DEFAULT_QUEUE).map(|(id, _)| id)).unwrap_or(1);
    let (queue_id, rerouted) = routed(world, wanted);
    let author = if as_originator { originator.clone() } else { call.owner().to_owned() };
    Ok(Plan {
        ticket: NewTicket {
            subject: content.subject,
            originator,
            queue_id,
            priority: priority.unwrap_or(Priority::Normal),
            status: status.unwrap_or(Status::Open),
            on_hold_until,
            assigned,
            participants,
            remote: content.remote,
        },
        opening: content.bodies,
        author,
        files,
        rerouted,
        tag_warnings,
    })
}

/// Where a routing rule sends what is meant for a queue.
fn routed(world: &World, wanted: u64) -> (u64, Option<String>) {
    let target = world.rows("queues").get(wanted).and_then(|queue| queue.get("routes_to")).and_then(Value::as_u64);
    match target {
        Some(target) => {
            let (from, to) = (world.queue_name(wanted), world.queue_name(target));
            (target, Some(format!("{from} is closed to new tickets; they go to {to}.")))
        }
        None => (wanted, None),
    }
}

fn content(input: &mut Input<'_>, world: &World, is_public: bool) -> Option<Content> {
    let template = input.text("template_identifier", 255);
    let intervention = input.text("intervention", 255);
    let written = input.value("data.subject").is_some() && input.value("data.content").is_some();
    let shapes = usize::from(template.is_some()) + usize::from(intervention.is_some()) + usize::from(written);
    if shapes > 1 {
        input.refuse("data", "Give exactly one of: data.subject and data.content; template_identifier; intervention.");
        return None;
    }
    match (template, intervention) {
        (Some(identifier), _) => from_template(input, world, identifier, is_public),
        (_, Some(name)) => from_intervention(input, world, name, is_public),
        (None, None) => {
            let subject = input.text("data.subject", 255);
            let subject = input.need("data.subject", subject);
            let body = input.text("data.content", usize::MAX);
            let body = input.need("data.content", body);
            let bodies = vec![(body?.to_owned(), !is_public)];
            Some(Content { subject: subject?.to_owned(), bodies, queue: None, remote: None })
        }
    }
}

fn from_template(input: &mut Input<'_>, world: &World, identifier: &str, is_public: bool) -> Option<Content> {
    let data = input.object("data");
    let data = input.need("data", data)?;
    let Some((_, template)) = world.rows("templates").find("identifier", identifier) else {
        input.refuse("template_identifier", format!("There is no template {identifier}."));
        return None;
    };
    let bodies = vec![(filled(text(template, "content"), data), !is_public)];
    Some(Content { subject: filled(text(template, "subject"), data), bodies, queue: None, remote: None })
}

fn from_intervention(input: &mut Input<'_>, world: &World, name: &str, is_public: bool) -> Option<Content> {
    let uid = input.text("uid", 255);
    let uid = input.need("uid", uid);
    let data = input.object("data.data");
    let data = input.need("data.data", data);
    if input.value("queue_name").is_some() || input.value("data.queue_name").is_some() {
        input.refuse("queue_name", "An intervention picks its own queue.");
    }
    let Some((_, intervention)) = world.rows("interventions").find("name", name) else {
        input.refuse("intervention", format!("There is no intervention {name}."));
        return None;
    };
    let part = |part: &str| world.rows("templates").find("identifier", &format!("{name}.{part}")).map(|(_, row)| row);
    let Some(private) = part("private") else {
        input.refuse("intervention", format!("The template {name}.private is missing."));
        return None;
    };
    let (uid, data) = (uid?, data?);
    let mut bodies = vec![(filled(text(private, "content"), data), true)];
    if let Some(public) = part("public").filter(|_| is_public) {
        bodies.push((filled(text(public, "content"), data), false));
    }
    let queue = world.queue(text(intervention, "queue_name")).map(|(id, _)| id);
    let subject = filled(text(private, "subject"), data);
    Some(Content { subject, bodies, queue, remote: Some((name.to_owned(), uid.to_owned())) })
}

/// A template with its `{{placeholders}}` filled; those without a value stay empty.
pub(crate) fn filled(template: &str, data: &Map<String, Value>) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            text.push_str("{{");
            rest = after;
            continue;
        };
        let value = data.iter().find(|(known, _)| same(known, name.trim())).and_then(|(_, value)| scalar_text(value));
        text.push_str(&value.unwrap_or_default());
        rest = after;
    }
    text.push_str(rest);
    text
}
