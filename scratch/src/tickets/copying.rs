//! `tickets/response-move`, `-copy` and `tickets/split`: responses that come to stand on another ticket.

use serde_json::json;

use crate::call::Call;
use crate::input::Input;
use crate::reply::{Refusal, Reply};
use crate::tickets::fields;
use crate::tickets::model::{Link, Response};
use crate::tickets::reference;
use crate::tickets::write::{NewResponse, NewTicket};
use crate::world::World;

const MOST: usize = 500;

/// Serves `tickets.response_move`.
pub(super) fn move_responses(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    onto(world, call, false)
}

/// Serves `tickets.response_copy`.
pub(super) fn copy_responses(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    onto(world, call, true)
}

fn onto(world: &mut World, call: &Call, keep: bool) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let ids = ids(&mut input);
    let target = input.value("target_ticket_number").and_then(crate::input::scalar_text);
    let target = input.need("target_ticket_number", target).unwrap_or_default();
    input.finish()?;
    let target = reference::numbered(world, call, &target, "target_ticket_number")?;
    let (target_id, target_number) = (target.id, target.number);
    let sources = sources(world, call, &ids)?;
    let made = copies(world, &ids, target_id, keep);
    record(world, call, &sources, &[target_id], if keep { "copied" } else { "moved" }, ids.len(), target_number);
    world.did(
        format!("ticket:{target_number}"),
        format!("{} responses {}", ids.len(), if keep { "copied" } else { "moved" }),
    );
    Ok(Reply::data(json!({"ticket_number": target_number, "response_ids": made})))
}

/// Serves `tickets.split`.
pub(super) fn split(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let ids = ids(&mut input);
    let subject = input.text("subject", 255);
    let subject = input.need("subject", subject).unwrap_or_default().to_owned();
    let queue = fields::queue(&mut input, "queue", world, |id| call.sees(id));
    let keep = input.flag("copy").unwrap_or(false);
    input.finish()?;
    let sources = sources(world, call, &ids)?;
    let [source_id] = sources.as_slice() else {
        return Err(Refusal::field("response_ids", "All responses must be of one ticket."));
    };
    let source_id = *source_id;
    let Some(source) = world.ticket(source_id).cloned() else {
        return Err(Refusal::NotFound { what: "ticket", field: "response_ids" });
    };
    let ticket_id = world.open_ticket(NewTicket {
        subject,
        originator: source.originator.clone(),
        queue_id: queue.unwrap_or(source.queue_id),
        priority: source.priority,
        participants: source.participants.clone(),
        ..NewTicket::default()
    });
    for (from, to) in [(source_id, ticket_id), (ticket_id, source_id)] {
        if let Some(ticket) = world.ticket_mut(from) {
            ticket.links.push(Link { to, clone: true });
        }
    }
    let made = copies(world, &ids, ticket_id, keep);
    let number = world.ticket(ticket_id).map_or(0, |ticket| ticket.number);
    record(world, call, &[source_id], &[ticket_id], "split off", ids.len(), number);
    world.did(format!("ticket:{number}"), format!("split off {}", source.number));
    Ok(Reply::data(json!({"ticket_number": number, "ticket_id": ticket_id, "response_ids": made})))
}

/// Integers only: the original's schema refuses strings, and the server's rule is taken to be the same.
fn ids(input: &mut Input<'_>) -> Vec<u64> {
    let ids = input.list_of("response_ids", MOST, "an integer", serde_json::Value::as_u64);
    input.need("response_ids", ids.filter(|ids| !ids.is_empty())).unwrap_or_default()
}

/// The tickets that the responses stand on, each once; refused when one of them is missing.
fn sources(world: &World, call: &Call, ids: &[u64]) -> Result<Vec<u64>, Refusal> {
    let mut tickets = Vec::new();
    for id in ids {
        let (_, ticket) = reference::response(world, call, *id, "response_ids")?;
        if !tickets.contains(&ticket.id) {
            tickets.push(ticket.id);
        }
    }
    Ok(tickets)
}

/// Re-creates responses on a ticket in the given order; the originals go unless they are kept.
pub(super) fn copies(world: &mut World, ids: &[u64], target: u64, keep: bool) -> Vec<u64> {
    let now = world.now();
    let mut made = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(original) = world.response(*id).cloned() else { continue };
        made.push(copy(world, &original, target));
        if let (false, Some(response)) = (keep, world.response_mut(*id)) {
            response.deleted_at = Some(now);
        }
    }
    made
}

/// A copy keeps author, flags, times and attachments.
fn copy(world: &mut World, original: &Response, target: u64) -> u64 {
    let id = world.add_response(NewResponse {
        ticket_id: target,
        author: original.created_by.clone(),
        is_internal: original.is_internal,
        by_mail: original.by_mail,
        audit: original.audit.clone(),
        ..NewResponse::default()
    });
    for attachment in &original.attachments {
        if let Some(attachment) = world.attachments.get(attachment).cloned() {
            let file = crate::tickets::write::FileRef { name: attachment.name, sha256: attachment.sha256 };
            world.attach(id, file, attachment.is_inline);
        }
    }
    if let Some(copy) = world.response_mut(id) {
        copy.html.clone_from(&original.html);
        copy.plain.clone_from(&original.plain);
        copy.is_pinned = original.is_pinned;
        copy.by_staff = original.by_staff;
        copy.created_at = original.created_at;
        copy.updated_at = original.updated_at;
    }
    id
}

/// Leaves a record on each ticket that had a part in it.
fn record(world: &mut World, call: &Call, from: &[u64], to: &[u64], did: &str, count: usize, number: u64) {
    for ticket_id in from.iter().chain(to).copied() {
        world.add_response(NewResponse {
            ticket_id,
            is_internal: true,
            author: call.owner().to_owned(),
            audit: vec![format!("{count} responses {did} to ticket {number}")],
            ..NewResponse::default()
        });
    }
}
