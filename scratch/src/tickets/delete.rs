//! `tickets/delete` and `tickets/restore`: tickets go softly, all or none, and come back.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::same;
use crate::input::scalar_text;
use crate::reply::{Refusal, Reply};
use crate::tickets::fields;
use crate::tickets::merge::remove;
use crate::tickets::model::Ticket;
use crate::tickets::reference;
use crate::world::World;

/// Serves `tickets.delete`.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let numbers = input.texts("ticket_numbers", 1000).filter(|numbers| !numbers.is_empty());
    let originator = input.email("originator_email");
    let queue = fields::queue(&mut input, "queue", world, |id| call.sees(id));
    let dry_run = input.flag("dry_run").unwrap_or(false);
    if numbers.is_some() == originator.is_some() && !input.is_wrong() {
        input.refuse("ticket_numbers", "Give ticket_numbers or originator_email.");
    }
    if queue.is_some() && originator.is_none() {
        input.refuse("queue", "The queue goes with originator_email only.");
    }
    input.finish()?;
    let mut chosen: Vec<&Ticket> = Vec::new();
    for number in numbers.unwrap_or_default() {
        let ticket = reference::numbered(world, call, &number, "ticket_numbers")?;
        if !chosen.iter().any(|known| known.id == ticket.id) {
            chosen.push(ticket);
        }
    }
    if let Some(originator) = originator {
        chosen.extend(world.tickets.iter().filter(|ticket| {
            ticket.deleted_at.is_none()
                && call.sees(ticket.queue_id)
                && same(&ticket.originator, &originator)
                && queue.is_none_or(|queue| queue == ticket.queue_id)
        }));
    }
    let rows: Vec<Value> = chosen
        .iter()
        .map(|ticket| {
            json!({"number": ticket.number, "subject": ticket.subject, "queue": world.queue_name(ticket.queue_id)})
        })
        .collect();
    let gone: Vec<(u64, u64)> = chosen.iter().map(|ticket| (ticket.id, ticket.number)).collect();
    if !dry_run {
        for (id, number) in gone {
            remove(world, id);
            world.did(format!("ticket:{number}"), "deleted");
        }
    }
    Ok(Reply::data(json!({"dry_run": dry_run, "count": rows.len(), "tickets": rows})))
}

/// Serves `tickets.restore`. Responses that went with the ticket come back with it.
pub(super) fn restore(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let number = input.value("ticket_number").and_then(scalar_text);
    let number = input.need("ticket_number", number).unwrap_or_default();
    input.finish()?;
    let found = number.parse().ok().and_then(|number| world.ticket_numbered(number));
    let ticket = reference::visible(found, call, "ticket_number")?;
    if ticket.deleted_at.is_none() {
        return Err(Refusal::field("ticket_number", "The ticket is not deleted."));
    }
    let (id, number, responses) = (ticket.id, ticket.number, ticket.responses.clone());
    let now = world.now();
    if let Some(ticket) = world.ticket_mut(id) {
        ticket.deleted_at = None;
        ticket.merged_to = None;
        ticket.updated_at = now;
    }
    let mut restored = 0;
    for id in responses {
        if let Some(response) = world.response_mut(id).filter(|response| response.deleted_with_ticket) {
            response.deleted_at = None;
            response.deleted_with_ticket = false;
            restored += 1;
        }
    }
    world.did(format!("ticket:{number}"), "restored");
    Ok(Reply::data(json!({"ticket_number": number, "ticket_id": id, "responses_restored": restored})))
}
