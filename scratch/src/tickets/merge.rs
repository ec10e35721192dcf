//! `tickets/merge`: two tickets become the older one.

use serde_json::json;

use crate::call::Call;
use crate::input::scalar_text;
use crate::reply::{Refusal, Reply};
use crate::tickets::copying::copies;
use crate::tickets::model::Status;
use crate::tickets::reference;
use crate::world::World;

/// Serves `tickets.merge`. Which is given first does not matter.
pub(super) fn merge(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let one = input.value("ticket_number").and_then(scalar_text);
    let one = input.need("ticket_number", one).unwrap_or_default();
    let other = input.value("other_ticket_number").and_then(scalar_text);
    let other = input.need("other_ticket_number", other).unwrap_or_default();
    input.finish()?;
    let one = reference::numbered(world, call, &one, "ticket_number")?;
    let other = reference::numbered(world, call, &other, "other_ticket_number")?;
    if one.id == other.id {
        return Err(Refusal::field("other_ticket_number", "A ticket cannot be merged with itself."));
    }
    let is_older = (one.created_at, one.id) < (other.created_at, other.id);
    let (stays, goes) = if is_older { (one.clone(), other.clone()) } else { (other.clone(), one.clone()) };
    let thread: Vec<u64> = goes
        .responses
        .iter()
        .copied()
        .filter(|id| world.response(*id).is_some_and(|row| row.deleted_at.is_none()))
        .collect();
    copies(world, &thread, stays.id, true);
    remove(world, goes.id);
    let now = world.now();
    if let Some(goes) = world.ticket_mut(goes.id) {
        goes.merged_to = Some(stays.id);
    }
    let mut last = None;
    if let Some(ticket) = world.ticket_mut(stays.id) {
        for email in goes.participants {
            if !ticket.participants.contains(&email) {
                ticket.participants.push(email);
            }
        }
        if ticket.status == Status::OnHold {
            ticket.status = Status::Open;
            ticket.on_hold_until = None;
        }
        ticket.updated_at = now;
        last = ticket.responses.last().copied();
    }
    if let Some(response) = last.and_then(|id| world.response_mut(id)) {
        response.audit.push(format!("Ticket {} was merged into this one", goes.number));
    }
    world.did(format!("ticket:{}", stays.number), format!("merged with {}", goes.number));
    Ok(Reply::data(json!({"ticket_number": stays.number, "merged_ticket_number": goes.number})))
}

/// Soft-deletes a ticket with the responses that it has now.
pub(crate) fn remove(world: &mut World, id: u64) {
    let now = world.now();
    let Some(ticket) = world.ticket_mut(id) else { return };
    ticket.deleted_at = Some(now);
    for id in ticket.responses.clone() {
        if let Some(response) = world.response_mut(id).filter(|response| response.deleted_at.is_none()) {
            response.deleted_at = Some(now);
            response.deleted_with_ticket = true;
        }
    }
}
