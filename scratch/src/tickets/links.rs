//! `tickets/link`, `/unlink`, `/links`, `/originator-update`: who and what a ticket belongs to.

use serde_json::json;

use crate::call::Call;
use crate::input::scalar_text;
use crate::reply::{Refusal, Reply};
use crate::tickets::model::Link;
use crate::tickets::reference::{self, Reference};
use crate::tickets::rows;
use crate::tickets::write::NewResponse;
use crate::world::World;

/// Serves `tickets.link`. Pairs that are linked already stay as they are.
pub(super) fn link(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let reference = Reference::read(&mut input, &world.switches);
    let others = input.texts("linked_ticket_numbers", 100).filter(|numbers| !numbers.is_empty());
    let others = input.need("linked_ticket_numbers", others).unwrap_or_default();
    input.finish()?;
    let (id, number) = reference.find(world, call).map(|ticket| (ticket.id, ticket.number))?;
    let mut new = Vec::new();
    for other in &others {
        let other = reference::numbered(world, call, other, "linked_ticket_numbers")?;
        if other.id == id {
            return Err(Refusal::field("linked_ticket_numbers", "A ticket cannot be linked with itself."));
        }
        if !other.links.iter().any(|link| link.to == id) && !new.contains(&other.id) {
            new.push(other.id);
        }
    }
    for other in &new {
        for (from, to) in [(id, *other), (*other, id)] {
            if let Some(ticket) = world.ticket_mut(from) {
                ticket.links.push(Link { to, clone: false });
            }
        }
    }
    if !new.is_empty() {
        world.did(format!("ticket:{number}"), format!("linked with {} tickets", new.len()));
    }
    shown(world, id)
}

/// Serves `tickets.unlink`.
pub(super) fn unlink(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let reference = Reference::read(&mut input, &world.switches);
    let other = input.value("linked_ticket_number").and_then(scalar_text);
    let other = input.need("linked_ticket_number", other).unwrap_or_default();
    input.finish()?;
    let ticket = reference.find(world, call)?;
    let other = reference::numbered(world, call, &other, "linked_ticket_number")?;
    let (id, number, other) = (ticket.id, ticket.number, other.id);
    let found = ticket.links.iter().find(|link| link.to == other).copied();
    match found {
        None => return Err(Refusal::NotFound { what: "link", field: "linked_ticket_number" }),
        Some(Link { clone: true, .. }) => {
            return Err(Refusal::coded(422, "clone_link", "The link to a ticket that was split off stays."));
        }
        Some(_) => {}
    }
    for (from, to) in [(id, other), (other, id)] {
        if let Some(ticket) = world.ticket_mut(from) {
            ticket.links.retain(|link| link.to != to);
        }
    }
    world.did(format!("ticket:{number}"), "unlinked");
    shown(world, id)
}

/// Serves `tickets.links`.
pub(super) fn links(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let reference = Reference::read(&mut input, &world.switches);
    input.finish()?;
    let id = reference.find(world, call)?.id;
    shown(world, id)
}

fn shown(world: &World, id: u64) -> Result<Reply, Refusal> {
    let ticket = world.ticket(id).ok_or(Refusal::NotFound { what: "ticket", field: "ticket_number" })?;
    let links = rows::links(world, ticket);
    Ok(Reply::data(json!({"ticket_number": ticket.number, "linked_tickets": links})))
}

/// Serves `tickets.originator_update`. The old one stays a participant.
pub(super) fn originator_update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let reference = Reference::read(&mut input, &world.switches);
    let email = input.email("originator_email");
    let email = input.need("originator_email", email).unwrap_or_default();
    input.finish()?;
    let ticket = reference.find(world, call)?;
    let (id, number, old) = (ticket.id, ticket.number, ticket.originator.clone());
    world.user_made(&email);
    if let Some(ticket) = world.ticket_mut(id) {
        ticket.originator.clone_from(&email);
        if !ticket.participants.contains(&email) {
            ticket.participants.push(email.clone());
        }
    }
    world.add_response(NewResponse {
        ticket_id: id,
        is_internal: true,
        author: call.owner().to_owned(),
        audit: vec![format!("Originator: {old} to {email}")],
        ..NewResponse::default()
    });
    world.did(format!("ticket:{number}"), format!("originator is {email}"));
    Ok(Reply::data(json!({"ticket_number": number, "originator_email": email, "previous_originator_email": old})))
}
