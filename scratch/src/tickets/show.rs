//! `tickets/show`, `tickets/responses`, `tickets/response`: reading a thread and its parts.

use serde_json::{Value, json};

use crate::call::Call;
use crate::input::Input;
use crate::reply::{Refusal, Reply};
use crate::switches::{BadPage, Switches};
use crate::tickets::model::Ticket;
use crate::tickets::reference::{self, Reference};
use crate::tickets::rows::{self, BODY_FIELDS, Shape};
use crate::world::World;

/// Serves `tickets.show`.
pub(super) fn show(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (ticket, shape) = asked(world, call)?;
    let mut row = rows::ticket(world, ticket);
    row.insert("participants".into(), rows::participants(world, ticket));
    row.insert("linked_tickets".into(), rows::links(world, ticket));
    Ok(Reply::data(json!({"ticket": row, "responses": thread(world, ticket, &shape)})))
}

/// Serves `tickets.responses`.
pub(super) fn responses(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (ticket, shape) = asked(world, call)?;
    Ok(Reply::data(json!({"ticket_number": ticket.number, "responses": thread(world, ticket, &shape)})))
}

/// Serves `tickets.response_show`.
pub(super) fn response(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let id = input.id("response_id");
    let id = input.need("response_id", id);
    let max_body_chars = longest_body(&mut input);
    input.finish()?;
    let (response, ticket) = reference::response(world, call, id.unwrap_or_default(), "response_id")?;
    let shape = Shape { max_body_chars, ..Shape::default() };
    let mut row = rows::members(rows::response_in_thread(world, response, &shape));
    row.shift_insert(1, "ticket_number".into(), json!(ticket.number));
    Ok(Reply::data(json!({"response": row})))
}

fn asked<'w>(world: &'w World, call: &Call) -> Result<(&'w Ticket, Shape), Refusal> {
    let mut input = call.input();
    let reference = Reference::read(&mut input, &world.switches);
    let bodies = chosen(&mut input, BODY_FIELDS, &world.switches);
    let max_body_chars = longest_body(&mut input);
    input.finish()?;
    Ok((reference.find(world, call)?, Shape { bodies, metadata: None, max_body_chars }))
}

fn thread(world: &World, ticket: &Ticket, shape: &Shape) -> Value {
    world.thread(ticket).into_iter().map(|response| rows::response_in_thread(world, response, shape)).collect()
}

/// The names in `fields`, each one of `known`.
pub(super) fn chosen(input: &mut Input<'_>, known: &[&str], switches: &Switches) -> Option<Vec<String>> {
    let mut names = input.texts("fields", 100)?;
    if switches.bad_page == BadPage::Refused {
        for (index, name) in names.iter().enumerate().filter(|(_, name)| !known.contains(&name.as_str())) {
            input.refuse(&format!("fields.{index}"), format!("{name} is none of {}.", known.join(", ")));
        }
    }
    names.retain(|name| known.contains(&name.as_str()));
    Some(names)
}

fn longest_body(input: &mut Input<'_>) -> Option<usize> {
    input.number("max_body_chars", 0, i64::MAX).and_then(|most| usize::try_from(most).ok())
}
