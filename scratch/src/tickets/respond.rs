//! `tickets/respond`, and what runs through it: close, adding and removing participants.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{flag, text};
use crate::reply::{Refusal, Reply};
use crate::switches::ReopenRule;
use crate::tickets::fields;
use crate::tickets::model::{Priority, Status};
use crate::tickets::reference::Reference;
use crate::tickets::rows;
use crate::tickets::write::{FileRef, NewResponse};
use crate::world::World;

/// Which route runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Respond,
    Close,
    AddPeople,
    RemovePeople,
}

/// What is to be changed.
#[derive(Default)]
struct Plan {
    ticket_id: u64,
    from: String,
    content: Option<String>,
    is_internal: bool,
    keep_status: bool,
    status: Option<Status>,
    on_hold_until: Option<String>,
    assigned: Option<Option<String>>,
    priority: Option<Priority>,
    resolved: Option<u64>,
    queue: Option<u64>,
    subject: Option<String>,
    add: Vec<String>,
    remove: Vec<String>,
    files: Vec<FileRef>,
    ignored: Vec<String>,
    tag_warnings: Vec<String>,
}

const REFERENCE: &[&str] = &["ticket_number", "ticket_id"];
const RESPOND: &[&str] = &[
    "from_email",
    "content",
    "is_internal",
    "send_full_email",
    "keep_status",
    "status",
    "on_hold_until",
    "assigned_to_email",
    "priority",
    "resolved",
    "queue",
    "subject",
    "add_participants",
    "remove_participants",
    "attachments",
];
const CLOSE: &[&str] = &["from_email", "content", "is_internal", "resolved", "queue", "subject"];
const PEOPLE: &[&str] = &["participants", "from_email"];
/// Names under which a body is likely meant, and refused so that it is not lost.
const NOT_THE_BODY: &[&str] = &["html", "body", "message"];

/// Serves `tickets.respond`.
pub(super) fn respond(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    serve(world, call, Verb::Respond)
}

/// Serves `tickets.close`.
pub(super) fn close(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    serve(world, call, Verb::Close)
}

/// Serves `tickets.participants_add`.
pub(super) fn participants_add(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    serve(world, call, Verb::AddPeople)
}

/// Serves `tickets.participants_remove`.
pub(super) fn participants_remove(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    serve(world, call, Verb::RemovePeople)
}

/// Whether [`respond`] would refuse.
pub(super) fn check_respond(world: &World, call: &Call) -> Result<(), Refusal> {
    plan(world, call, Verb::Respond).map(drop)
}

/// Whether [`close`] would refuse.
pub(super) fn check_close(world: &World, call: &Call) -> Result<(), Refusal> {
    plan(world, call, Verb::Close).map(drop)
}

/// Whether [`participants_add`] would refuse.
pub(super) fn check_add(world: &World, call: &Call) -> Result<(), Refusal> {
    plan(world, call, Verb::AddPeople).map(drop)
}

/// Whether [`participants_remove`] would refuse.
pub(super) fn check_remove(world: &World, call: &Call) -> Result<(), Refusal> {
    plan(world, call, Verb::RemovePeople).map(drop)
}

fn serve(world: &mut World, call: &Call, verb: Verb) -> Result<Reply, Refusal> {
    let plan = plan(world, call, verb)?;
    let (ignored, tag_warnings) = (plan.ignored.clone(), plan.tag_warnings.clone());
    let ticket_id = plan.ticket_id;
    let (response_id, reopened) = apply(world, plan);
    let mut data = crate::collection::row(json!({
        "ticket_id": ticket_id, "response_id": response_id, "reopened": reopened,
    }));
    if matches!(verb, Verb::AddPeople | Verb::RemovePeople) {
        let people = world.ticket(ticket_id).map(|ticket| rows::participants(world, ticket));
        data.insert("participants".into(), people.unwrap_or_default());
    }
    for (name, list) in [("ignored_params", ignored), ("tag_warnings", tag_warnings)] {
        if !list.is_empty() {
            data.insert(name.into(), json!(list));
        }
    }
    Ok(Reply::data(Value::Object(data)))
}

fn plan(world: &World, call: &Call, verb: Verb) -> Result<Plan, Refusal> {
    let mut input = call.input();
    let reference = Reference::read(&mut input, &world.switches);
    let from = input.email("from_email");
    let from = if verb == Verb::Respond { input.need("from_email", from) } else { from };
    let mut plan = Plan { from: from.unwrap_or_else(|| call.owner().to_owned()), ..Plan::default() };
    let known = match verb {
        Verb::Respond => RESPOND,
        Verb::Close => CLOSE,
        Verb::AddPeople | Verb::RemovePeople => PEOPLE,
    };
    for name in call.body.keys().filter(|name| !known.contains(&name.as_str()) && !REFERENCE.contains(&name.as_str())) {
        if NOT_THE_BODY.contains(&name.as_str()) {
            input.refuse(name, format!("The body of a response goes into content, not into {name}."));
        } else {
            plan.ignored.push(name.clone());
        }
    }
    match verb {
        Verb::Respond | Verb::Close => {
            plan.content = input.text("content", usize::MAX).map(str::to_owned);
            plan.is_internal = input.flag("is_internal").unwrap_or(false);
            plan.resolved = fields::resolution(&mut input, "resolved", world);
            plan.queue = fields::queue(&mut input, "queue", world, |id| call.sees(id));
            plan.subject = input.text("subject", 255).map(str::to_owned);
        }
        Verb::AddPeople | Verb::RemovePeople => {
            let people = input.emails("participants", 100).filter(|people| !people.is_empty());
            let people = input.need("participants", people).unwrap_or_default();
            *(if verb == Verb::AddPeople { &mut plan.add } else { &mut plan.remove }) = people;
        }
    }
    if verb == Verb::Close {
        plan.status = Some(Status::Closed);
    }
    if verb == Verb::Respond {
        plan.keep_status = input.flag("keep_status").unwrap_or(false);
        input.flag("send_full_email");
        (plan.status, plan.on_hold_until) = fields::status_and_hold(&mut input, "status", "on_hold_until");
        plan.assigned = fields::assignee(&mut input, "assigned_to_email", world);
        plan.priority = fields::priority(&mut input, "priority");
        plan.add = input.emails("add_participants", 100).unwrap_or_default();
        plan.remove = input.emails("remove_participants", 100).unwrap_or_default();
        plan.files = fields::files(&mut input, "attachments", world);
        if !plan.does_something() && !input.is_wrong() {
            input.refuse("content", "The content field is required when nothing else is changed.");
        }
    }
    plan.tag_warnings = plan.content.as_deref().map(|html| fields::unmatched_tags(world, html)).unwrap_or_default();
    input.finish()?;
    plan.check_against_ticket(world, call, reference)
}

impl Plan {
    fn does_something(&self) -> bool {
        self.content.is_some()
            || self.status.is_some()
            || self.assigned.is_some()
            || self.priority.is_some()
            || self.resolved.is_some()
            || self.queue.is_some()
            || self.subject.is_some()
            || !self.add.is_empty()
            || !self.remove.is_empty()
            || !self.files.is_empty()
    }

    fn check_against_ticket(mut self, world: &World, call: &Call, reference: Reference) -> Result<Self, Refusal> {
        const TRACKING: &str = "has_resolution_tracking";
        let ticket = reference.find(world, call)?;
        self.ticket_id = ticket.id;
        if self.remove.contains(&ticket.originator) {
            return Err(Refusal::field("participants", "The originator cannot be removed."));
        }
        let has_plan = call.token.as_ref().is_some_and(|token| token.plans.iter().any(|plan| plan == TRACKING));
        if self.resolved.is_some() && !has_plan {
            return Err(Refusal::Gate(format!("Your plan does not include {TRACKING}.")));
        }
        let queue = world.rows("queues").get(self.queue.unwrap_or(ticket.queue_id));
        let tracks = queue.is_some_and(|queue| flag(queue, "track_resolutions")) && has_plan;
        if self.status == Some(Status::Closed) && tracks && self.resolved.or(ticket.resolved).is_none() {
            return Err(Refusal::field("resolved", "This queue tracks resolutions: say how the ticket was resolved."));
        }
        Ok(self)
    }
}

/// Makes the change, and says which response records it and whether it reopened the ticket.
fn apply(world: &mut World, plan: Plan) -> (u64, bool) {
    for email in plan.add.iter().chain([&plan.from]) {
        world.user_made(email);
    }
    let audit = audit(world, &plan);
    let is_public_reply = plan.content.is_some() && !plan.is_internal;
    let replies = match world.switches.reopen_rule {
        ReopenRule::October => is_public_reply,
        ReopenRule::June => plan.content.is_some() || !plan.files.is_empty(),
    };
    let mut reopened = false;
    let mut number = 0;
    if let Some(ticket) = world.ticket_mut(plan.ticket_id) {
        number = ticket.number;
        let status = plan.status.or((replies && !plan.keep_status).then_some(Status::Open));
        if let Some(status) = status {
            reopened = ticket.status != Status::Open && status == Status::Open;
            ticket.status = status;
            ticket.on_hold_until = plan.on_hold_until;
        }
        if let Some(assigned) = plan.assigned {
            ticket.assigned = assigned;
        }
        ticket.priority = plan.priority.unwrap_or(ticket.priority);
        ticket.resolved = plan.resolved.or(ticket.resolved);
        ticket.queue_id = plan.queue.unwrap_or(ticket.queue_id);
        if let Some(subject) = plan.subject {
            ticket.subject = subject;
        }
        for email in plan.add.into_iter().chain([plan.from.clone()]) {
            if !ticket.participants.contains(&email) {
                ticket.participants.push(email);
            }
        }
        ticket.participants.retain(|email| !plan.remove.contains(email));
    }
    // Files alone are a response too, with an empty body.
    let html = plan.content.or_else(|| (!plan.files.is_empty()).then(String::new));
    let did = if html.is_some() { "responded" } else { "changed" };
    let response = world.add_response(NewResponse {
        ticket_id: plan.ticket_id,
        is_internal: plan.is_internal || html.is_none(),
        html,
        author: plan.from,
        files: plan.files,
        audit,
        by_mail: false,
    });
    world.did(format!("ticket:{number}"), format!("{did}, response {response}"));
    (response, reopened)
}

/// A line for each change, for the response that records them.
fn audit(world: &World, plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(ticket) = world.ticket(plan.ticket_id) else { return lines };
    if let Some(status) = plan.status {
        let until = plan.on_hold_until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
        lines.push(format!("Status: {} to {}{until}", ticket.status.text(), status.text()));
    }
    if let Some(assigned) = &plan.assigned {
        lines.push(format!("Assigned to {}", assigned.as_deref().unwrap_or("nobody")));
    }
    if let Some(priority) = plan.priority {
        lines.push(format!("Priority: {} to {}", ticket.priority.code(), priority.code()));
    }
    if let Some(resolved) = plan.resolved.and_then(|id| world.rows("resolutions").get(id)) {
        lines.push(format!("Resolved: {}", text(resolved, "name")));
    }
    if let Some(queue) = plan.queue {
        lines.push(format!("Queue: {} to {}", world.queue_name(ticket.queue_id), world.queue_name(queue)));
    }
    if let Some(subject) = &plan.subject {
        lines.push(format!("Subject: {} to {subject}", ticket.subject));
    }
    lines.extend(plan.add.iter().map(|email| format!("Participant added: {email}")));
    lines.extend(plan.remove.iter().map(|email| format!("Participant removed: {email}")));
    lines
}
