//! `mail/sent-mail`: the archive of what went out, newest first.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, Time};

use crate::call::Call;
use crate::clock::{iso, read_moment};
use crate::collection::{Row, text};
use crate::input::{Input, is_address};
use crate::mail::mailboxes::MAILBOXES;
use crate::passthrough::{listed, of, picked};
use crate::reply::{Refusal, Reply};
use crate::switches::BadPage;
use crate::world::World;

const COLLECTION: &str = "sent_mail";
const LISTED: &[&str] =
    &["id", "sent_at", "to_address", "cc", "from_address", "mailbox", "subject", "status", "error", "ticket_number"];
const MOST_LISTED: i64 = 300;
const MOST_FOUND: i64 = 500;
const MOST_DAYS: i64 = 30;

/// A mail that goes out.
#[derive(Debug, Clone)]
pub(super) struct Mail {
    pub(super) to_address: String,
    pub(super) cc: Vec<String>,
    pub(super) subject: String,
    pub(super) html: String,
    pub(super) mailbox: String,
    pub(super) from_address: String,
    pub(super) ticket_number: Option<u64>,
}

impl Mail {
    /// What became of it.
    pub(super) fn status(&self) -> &'static str {
        if is_address(&self.to_address) { "sent" } else { "failed" }
    }
}

/// Puts a mail into the archive, now.
pub(super) fn archive(world: &mut World, mail: &Mail) -> u64 {
    let sent_at = world.now();
    archive_at(world, mail, sent_at)
}

fn archive_at(world: &mut World, mail: &Mail, sent_at: OffsetDateTime) -> u64 {
    let error = (mail.status() == "failed").then_some("The recipient's address is malformed.");
    world.rows_mut(COLLECTION).add(crate::collection::row(json!({
        "sent_at": iso(sent_at), "to_address": mail.to_address, "cc": mail.cc, "from_address": mail.from_address,
        "mailbox": mail.mailbox, "subject": mail.subject, "status": mail.status(), "error": error,
        "ticket_number": mail.ticket_number, "content": mail.html,
    })))
}

/// Every public answer that staff gave before the start went to the ticket's originator by mail.
pub(super) fn seed(world: &mut World) {
    let (mailbox, from_address) = world
        .rows(MAILBOXES.collection)
        .rows()
        .next()
        .map_or_else(Default::default, |row| (text(row, "name").to_owned(), text(row, "address").to_owned()));
    let mut mails: Vec<(OffsetDateTime, Mail)> = Vec::new();
    for response in world.responses.iter().filter(|response| response.by_staff && !response.is_internal) {
        let Some(ticket) = world.ticket(response.ticket_id) else { continue };
        let mail = Mail {
            to_address: ticket.originator.clone(),
            cc: Vec::new(),
            subject: format!("[{}] {}", ticket.number, ticket.subject),
            html: response.html.clone().unwrap_or_default(),
            mailbox: mailbox.clone(),
            from_address: from_address.clone(),
            ticket_number: Some(ticket.number),
        };
        mails.push((response.created_at, mail));
    }
    mails.sort_by_key(|(at, _)| *at);
    for (at, mail) in mails {
        archive_at(world, &mail, at);
    }
}

/// Serves `mail.sent_mail.list`.
pub(super) fn list(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let days = bounded(&mut input, world, "range_days", MOST_DAYS).unwrap_or(1);
    let limit = bounded(&mut input, world, "limit", MOST_LISTED).unwrap_or(MOST_LISTED);
    input.finish()?;
    let since = world.now() - Duration::days(days);
    let is_recent = |row: &Row| read_moment(text(row, "sent_at"), Time::MIDNIGHT).is_some_and(|at| at >= since);
    Ok(newest(world, limit, is_recent))
}

/// Serves `mail.sent_mail.search`. Without words it answers the newest.
pub(super) fn search(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let (q, search) = (input.text("q", 255), input.text("search", 255));
    let limit = bounded(&mut input, world, "limit", MOST_FOUND).unwrap_or(MOST_FOUND);
    input.finish()?;
    let wanted = q.or(search).unwrap_or_default().to_lowercase();
    let holds =
        |row: &Row| ["subject", "to_address"].iter().any(|name| text(row, name).to_lowercase().contains(&wanted));
    Ok(newest(world, limit, holds))
}

/// Serves `mail.sent_mail.show`.
pub(super) fn show(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let id = input.id("id");
    let id = input.need("id", id).unwrap_or_default();
    input.finish()?;
    let row = world.rows(COLLECTION).get(id).ok_or(Refusal::NotFound { what: "sent mail", field: "id" })?;
    Ok(of("sent_mail", Value::Object(row.clone())))
}

fn newest(world: &World, limit: i64, is_meant: impl Fn(&Row) -> bool) -> Reply {
    let mut rows: Vec<&Row> = world.rows(COLLECTION).rows().filter(|row| is_meant(row)).collect();
    rows.reverse();
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    listed(world, "sent_mail", rows.into_iter().map(|row| Value::Object(picked(row, LISTED))))
}

/// A whole number from 1 on; out of bounds it is refused or cut, as the switch says.
fn bounded(input: &mut Input<'_>, world: &World, name: &str, most: i64) -> Option<i64> {
    match world.switches.bad_page {
        BadPage::Refused => input.number(name, 1, most),
        BadPage::Mended => input.number(name, i64::MIN, i64::MAX).map(|number| number.clamp(1, most)),
    }
}
