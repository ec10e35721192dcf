//! Finding what a body names: a ticket by number or id, a response, an attachment; and whether the caller may see it.

use serde_json::Value;

use crate::call::Call;
use crate::input::{Input, integer};
use crate::reply::Refusal;
use crate::switches::{NumericTicketNumber, Switches};
use crate::tickets::model::{Attachment, Response, Ticket};
use crate::world::World;

/// A ticket as a body names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// `ticket_number`; `None` when it is no number at all.
    Number(Option<u64>),
    /// `ticket_id`.
    Id(u64),
    /// Nothing usable; what is wrong has been noted.
    Wrong,
}

impl Reference {
    /// Reads `ticket_number` or `ticket_id`; both or neither is noted as wrong.
    pub fn read(input: &mut Input<'_>, switches: &Switches) -> Self {
        let number = input.value("ticket_number");
        match (number, input.value("ticket_id")) {
            (Some(number), None) => read_number(input, number, switches),
            (None, Some(_)) => input.id("ticket_id").map_or(Self::Wrong, Self::Id),
            (Some(_), Some(_)) => {
                input.refuse("ticket_number", "Give ticket_number or ticket_id, not both.");
                Self::Wrong
            }
            (None, None) => {
                input.refuse("ticket_number", "The ticket_number or the ticket_id is required.");
                Self::Wrong
            }
        }
    }

    /// The ticket, if it exists, is not deleted, and stands in a queue that the caller may see.
    ///
    /// # Errors
    /// When it does not.
    pub fn find<'w>(self, world: &'w World, call: &Call) -> Result<&'w Ticket, Refusal> {
        let (found, field) = match self {
            Self::Number(number) => (number.and_then(|number| world.ticket_numbered(number)), "ticket_number"),
            Self::Id(id) => (world.ticket(id), "ticket_id"),
            Self::Wrong => (None, "ticket_number"),
        };
        let found = found.filter(|ticket| ticket.deleted_at.is_none());
        visible(found, call, field)
    }
}

fn read_number(input: &mut Input<'_>, number: &Value, switches: &Switches) -> Reference {
    if !number.is_string() && (!number.is_u64() || switches.numeric_ticket_number == NumericTicketNumber::Refused) {
        input.refuse("ticket_number", "The ticket number field must be a string.");
        return Reference::Wrong;
    }
    Reference::Number(integer(number).and_then(|number| u64::try_from(number).ok()))
}

/// A ticket by its public number, as text.
///
/// # Errors
/// When it does not exist, is deleted, or stands in a queue that the caller may not see.
pub fn numbered<'w>(world: &'w World, call: &Call, number: &str, field: &'static str) -> Result<&'w Ticket, Refusal> {
    let found = number.parse().ok().and_then(|number| world.ticket_numbered(number));
    visible(found.filter(|ticket| ticket.deleted_at.is_none()), call, field)
}

/// Hands a ticket on to those who may see its queue.
///
/// # Errors
/// When there is none, or it is not theirs to see.
pub fn visible<'w>(ticket: Option<&'w Ticket>, call: &Call, field: &'static str) -> Result<&'w Ticket, Refusal> {
    let ticket = ticket.ok_or(Refusal::NotFound { what: "ticket", field })?;
    if !call.sees(ticket.queue_id) {
        return Err(Refusal::HiddenQueue { what: "ticket", field });
    }
    Ok(ticket)
}

/// A response that is not deleted, on a ticket that the caller may see.
///
/// # Errors
/// When there is none.
pub fn response<'w>(
    world: &'w World,
    call: &Call,
    id: u64,
    field: &'static str,
) -> Result<(&'w Response, &'w Ticket), Refusal> {
    let missing = Refusal::NotFound { what: "response", field };
    let found = world.response(id).filter(|response| response.deleted_at.is_none()).ok_or(missing.clone())?;
    let ticket = world.ticket(found.ticket_id).filter(|ticket| ticket.deleted_at.is_none()).ok_or(missing)?;
    if !call.sees(ticket.queue_id) {
        return Err(Refusal::HiddenQueue { what: "response", field });
    }
    Ok((found, ticket))
}

/// An attachment of a response of this ticket.
///
/// # Errors
/// When there is none, or it is another ticket's.
pub fn attachment<'w>(world: &'w World, ticket: &Ticket, id: u64) -> Result<(&'w Attachment, &'w Response), Refusal> {
    let missing = Refusal::NotFound { what: "attachment", field: "response_attachment_id" };
    let found = world.attachments.get(&id).ok_or(missing.clone())?;
    let response = world.response(found.response_id).filter(|response| response.deleted_at.is_none());
    let response = response.filter(|response| response.ticket_id == ticket.id).ok_or(missing)?;
    Ok((found, response))
}
