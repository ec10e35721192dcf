//! Which tickets and responses a report counts.

use crate::call::Call;
use crate::input::{Input, integer};
use crate::tickets::model::{Response, Ticket};
use crate::world::World;

/// The tickets of one report: not deleted, in queues that the caller may see and asked for.
#[derive(Debug)]
pub(super) struct Scope(Option<Vec<u64>>);

impl Scope {
    /// Reads `queue_id`, one id or a list. Its name on the real server is not known.
    pub(super) fn read(input: &mut Input<'_>, world: &World) -> Self {
        let queues = match input.value("queue_id") {
            Some(value) if value.is_array() => input.integers("queue_id", 100),
            Some(value) => match integer(value).and_then(|id| u64::try_from(id).ok()) {
                Some(id) => Some(vec![id]),
                None => {
                    input.refuse("queue_id", "The queue id field must be an integer.");
                    None
                }
            },
            None => None,
        };
        if queues.iter().flatten().any(|id| world.rows("queues").get(*id).is_none()) {
            input.refuse("queue_id", "The selected queue id is invalid.");
        }
        Self(queues)
    }

    /// Its tickets.
    pub(super) fn tickets<'w>(&self, world: &'w World, call: &Call) -> Vec<&'w Ticket> {
        let wanted = |queue: u64| self.0.as_ref().is_none_or(|queues| queues.contains(&queue));
        let tickets = world.tickets.iter().filter(|ticket| ticket.deleted_at.is_none());
        tickets.filter(|ticket| call.sees(ticket.queue_id) && wanted(ticket.queue_id)).collect()
    }
}

/// What was written on a ticket, in the order in which it was written; rows that only record changes are left out.
pub(super) fn written<'w>(world: &'w World, ticket: &Ticket) -> Vec<&'w Response> {
    let mut written = world.thread(ticket);
    written.retain(|response| response.html.is_some());
    written.sort_by_key(|response| (response.created_at, response.id));
    written
}

/// The first public answer by staff.
pub(super) fn first_answer<'w>(world: &'w World, ticket: &Ticket) -> Option<&'w Response> {
    written(world, ticket).into_iter().find(|response| response.by_staff && !response.is_internal)
}
