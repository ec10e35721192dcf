//! Queues: the same ones that tickets stand in and that rights open.

use serde_json::{Value, json};

use super::INTERVENTION;
use crate::administration::users;
use crate::call::Call;
use crate::collection::{Row, flag, same, text};
use crate::passthrough::{set, wrapped};
use crate::reply::{Refusal, Reply};
use crate::resource::{Field, Kind, Resource};
use crate::standard::{blocked, deleted, shown};
use crate::tickets::model::Status;
use crate::world::World;

const QUEUE: Resource = Resource {
    collection: "queues",
    what: "queue",
    id_field: "queue_id",
    fields: &[
        Field::required("name", Kind::Text(255)),
        Field::optional("track_resolutions", Kind::Flag, "false"),
        Field::optional("is_parked", Kind::Flag, "false"),
        Field::optional("release_queue_id", Kind::Id("queues"), "null"),
        Field::optional("outgoing_mailbox_id", Kind::Id("mailboxes"), "\"1\""),
        Field::optional("content_type", Kind::Text(64), "null"),
    ],
    unique: Some("name"),
};

/// Serves `workflow.queues.index`: all queues, whatever the caller may see of their tickets.
pub(super) fn index(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let rows = world.rows(QUEUE.collection).iter().map(|(id, queue)| {
        let tickets = || world.tickets.iter().filter(|ticket| ticket.queue_id == id && ticket.deleted_at.is_none());
        let mut queue = queue.clone();
        queue.insert("ticket_count".into(), json!(tickets().count()));
        let open = tickets().filter(|ticket| ticket.status == Status::Open).count();
        queue.insert("open_ticket_count".into(), json!(open));
        Value::Object(queue)
    });
    Ok(wrapped("queues", rows))
}

/// Serves `workflow.queues.create`. Administrators may work in the new queue at once, others when they are let in.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = QUEUE.create(world, &call.body)?;
    if let Some(queue) = world.rows_mut(QUEUE.collection).get_mut(id) {
        queue.shift_insert(2, "is_default".into(), json!(false));
    }
    let admins: Vec<u64> =
        world.rows("users").iter().filter(|(_, user)| flag(user, "is_admin")).map(|(id, _)| id).collect();
    for user in admins {
        users::set_right(world, user, id, users::everything(id));
    }
    world.renew_tokens();
    Ok(shown(&QUEUE, world, id))
}

/// Serves `workflow.queues.update`. What names the queue follows its new name.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, old) = QUEUE.named(world, call)?;
    let old = text(old, "name").to_owned();
    QUEUE.update(world, id, &call.body)?;
    let new = world.queue_name(id).to_owned();
    let following: Vec<u64> = users_of(world, &old).collect();
    for intervention in following {
        set(world, INTERVENTION.collection, intervention, json!({"queue_name": new}));
    }
    Ok(shown(&QUEUE, world, id))
}

/// Ids of the interventions that raise their tickets in a queue.
fn users_of<'w>(world: &'w World, queue: &'w str) -> impl Iterator<Item = u64> + 'w {
    let all = world.rows(INTERVENTION.collection).iter();
    all.filter(move |(_, row)| same(text(row, "queue_name"), queue)).map(|(id, _)| id)
}

/// Serves `workflow.queues.delete`.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, queue) = QUEUE.named(world, call)?;
    if let Some(reason) = keeps(world, id, queue) {
        return Err(blocked(world, "queue_id", format!("{} cannot be deleted: {reason}.", text(queue, "name"))));
    }
    let reply = deleted(&QUEUE, world, call)?;
    let people: Vec<u64> = world.rows("users").iter().map(|(id, _)| id).collect();
    for user in people {
        users::take_right(world, user, id);
    }
    world.renew_tokens();
    Ok(reply)
}

/// Why a queue has to stay.
fn keeps(world: &World, id: u64, queue: &Row) -> Option<&'static str> {
    let points_here = |other: &Row, member: &str| {
        other.get(member).and_then(crate::input::integer).is_some_and(|to| u64::try_from(to) == Ok(id))
    };
    // Deleted tickets count too: they can be restored.
    let has_tickets = world.tickets.iter().any(|ticket| ticket.queue_id == id);
    let mut others = world.rows(QUEUE.collection).rows();
    let reasons = [
        (flag(queue, "is_default"), "it is built in"),
        (has_tickets, "it has tickets"),
        (users_of(world, text(queue, "name")).next().is_some(), "an intervention uses it"),
        (
            others.any(|other| points_here(other, "routes_to") || points_here(other, "release_queue_id")),
            "another queue sends its tickets there",
        ),
    ];
    reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
}

/// Serves `workflow.queues.move`: every ticket of one queue goes to another.
pub(super) fn move_tickets(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let (from, to) = (input.id("from_queue_id"), input.id("to_queue_id"));
    let from = input.need("from_queue_id", from).unwrap_or_default();
    let to = input.need("to_queue_id", to).unwrap_or_default();
    input.finish()?;
    for (id, field) in [(from, "from_queue_id"), (to, "to_queue_id")] {
        if world.rows(QUEUE.collection).get(id).is_none() {
            return Err(Refusal::NotFound { what: "queue", field });
        }
    }
    if from == to {
        return Err(Refusal::field("to_queue_id", "The to queue id field and from queue id must be different."));
    }
    let now = world.now();
    let mut moved = Vec::new();
    for ticket in world.tickets.iter_mut().filter(|ticket| ticket.queue_id == from) {
        ticket.queue_id = to;
        ticket.updated_at = now;
        moved.push(ticket.number);
    }
    let name = world.queue_name(to).to_owned();
    for number in &moved {
        world.did(format!("ticket:{number}"), format!("moved to {name}"));
    }
    world.did(format!("queue:{from}"), format!("{} tickets moved to {name}", moved.len()));
    Ok(Reply::raw(json!({"ok": true, "moved": moved.len()})))
}
