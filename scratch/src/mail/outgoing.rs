//! `mail/send`: one mail to somebody, outside tickets. It stands in the archive at once.

use serde_json::json;

use crate::call::Call;
use crate::collection::text;
use crate::input::{Input, is_address};
use crate::mail::mailboxes::MAILBOXES;
use crate::mail::sent::{self, Mail};
use crate::reply::{Refusal, Reply};
use crate::templates::rendered;
use crate::world::World;

/// Whether [`send`] would refuse.
pub(super) fn check(world: &World, call: &Call) -> Result<(), Refusal> {
    plan(world, call).map(drop)
}

/// Serves `mail.send`.
pub(super) fn send(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mail = plan(world, call)?;
    let id = sent::archive(world, &mail);
    world.did(format!("mail:{id}"), format!("sent to {}", mail.to_address));
    Ok(Reply::data(json!({
        "id": id.to_string(), "to_address": mail.to_address, "subject": mail.subject, "mailbox": mail.mailbox,
        "status": mail.status(),
    })))
}

fn plan(world: &World, call: &Call) -> Result<Mail, Refusal> {
    let mut input = call.input();
    let to_address = input.text("to_address", 255);
    let to_address = input.need("to_address", to_address).unwrap_or_default().to_owned();
    // A malformed address is archived as failed, unless the caller wants to be told now.
    if input.flag("validate_address") == Some(true) && !to_address.is_empty() && !is_address(&to_address) {
        input.refuse("to_address", "The to address field must be a valid email address.");
    }
    let cc = input.emails("cc", 100).unwrap_or_default();
    let content = content(&mut input, world);
    let mailbox = mailbox(&mut input, world);
    input.finish()?;
    let ((subject, html), (mailbox, from_address)) = (content.unwrap_or_default(), mailbox.unwrap_or_default());
    Ok(Mail { to_address, cc, subject, html, mailbox, from_address, ticket_number: None })
}

/// Subject and body: given, or made from a template.
fn content(input: &mut Input<'_>, world: &World) -> Option<(String, String)> {
    let template = input.text("template_identifier", 255);
    let data = input.object("data");
    let Some(identifier) = template else {
        let subject = input.text("subject", 255);
        let subject = input.need("subject", subject);
        let html = input.text("content", usize::MAX);
        let html = input.need("content", html);
        return Some((subject?.to_owned(), html?.to_owned()));
    };
    if input.value("subject").is_some() || input.value("content").is_some() {
        input.refuse("template_identifier", "Give either subject and content, or template_identifier and data.");
        return None;
    }
    let data = input.need("data", data)?;
    let made = rendered(world, identifier, "email", data);
    if made.is_none() {
        input.refuse("template_identifier", format!("There is no email template {identifier}."));
    }
    made
}

/// Name and address of the mailbox that sends: the named one, else the first.
fn mailbox(input: &mut Input<'_>, world: &World) -> Option<(String, String)> {
    let rows = world.rows(MAILBOXES.collection);
    let name = input.text("mailbox", 255);
    let row = match name {
        Some(name) => rows.find("name", name).map(|(_, row)| row),
        None => rows.rows().next(),
    };
    if row.is_none() {
        let words = name.map_or("There is no mailbox.".to_owned(), |name| format!("There is no mailbox named {name}."));
        input.refuse("mailbox", words);
    }
    row.map(|row| (text(row, "name").to_owned(), text(row, "address").to_owned()))
}
