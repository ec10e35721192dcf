//! The tickets that are there at start: told as data in `stories`, opened here as the routes would open them.

mod samples;
mod stories;

use std::ops::Sub as _;

use time::{Duration, OffsetDateTime};

use crate::clock::{Clock, START};
use crate::tickets::model::{Link, Priority, Status};
use crate::tickets::write::{FileRef, NewResponse, NewTicket};
use crate::world::World;

/// One ticket's story.
#[derive(Debug, Clone, Copy)]
struct Story {
    /// Hours before the helpdesk's start.
    hours_ago: i64,
    from: &'static str,
    subject: &'static str,
    queue: &'static str,
    priority: Priority,
    end: End,
    assigned: Option<&'static str>,
    thread: &'static [Message],
}

/// How a story stands.
#[derive(Debug, Clone, Copy)]
enum End {
    Open,
    OnHold(&'static str),
    Closed,
    /// Closed with this resolution category.
    Resolved(u64),
}

/// One response.
#[derive(Debug, Clone, Copy)]
struct Message {
    /// Minutes after the one before.
    after: i64,
    from: &'static str,
    kind: Kind,
    html: &'static str,
    files: &'static [&'static str],
}

/// How a response came, and who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mail,
    Reply,
    Note,
    Pinned,
}

pub(super) fn seed(world: &mut World) {
    for story in stories::ALL {
        open(world, story);
    }
    // The recall is one matter in two tickets.
    link(world, 3, 9);
}

fn open(world: &mut World, story: &Story) {
    let mut at = START.sub(Duration::hours(story.hours_ago));
    world.clock = Clock::at(at);
    let (status, until) = match story.end {
        End::Open => (Status::Open, None),
        End::OnHold(until) => (Status::OnHold, Some(until.to_owned())),
        End::Closed | End::Resolved(_) => (Status::Closed, None),
    };
    let queue_id = world.queue(story.queue).map_or(1, |(id, _)| id);
    let ticket_id = world.open_ticket(NewTicket {
        subject: story.subject.to_owned(),
        originator: story.from.to_owned(),
        queue_id,
        priority: story.priority,
        status,
        on_hold_until: until,
        assigned: story.assigned.map(str::to_owned),
        ..NewTicket::default()
    });
    for message in story.thread {
        at += Duration::minutes(message.after);
        respond(world, ticket_id, message, at);
    }
    if let (End::Resolved(id), Some(ticket)) = (story.end, world.ticket_mut(ticket_id)) {
        ticket.resolved = Some(id);
    }
}

fn respond(world: &mut World, ticket_id: u64, message: &Message, at: OffsetDateTime) {
    world.clock = Clock::at(at);
    let files: Vec<FileRef> = message.files.iter().map(|name| samples::file(world, name)).collect();
    let id = world.add_response(NewResponse {
        ticket_id,
        html: Some(message.html.replace("{{screenshot}}", samples::SCREENSHOT)),
        is_internal: matches!(message.kind, Kind::Note | Kind::Pinned),
        author: message.from.to_owned(),
        files,
        by_mail: message.kind == Kind::Mail,
        audit: Vec::new(),
    });
    if let Some(response) = world.response_mut(id) {
        response.is_pinned = message.kind == Kind::Pinned;
    }
    if let Some(ticket) = world.ticket_mut(ticket_id)
        && !ticket.participants.iter().any(|email| email == message.from)
    {
        ticket.participants.push(message.from.to_owned());
    }
}

fn link(world: &mut World, one: u64, other: u64) {
    for (from, to) in [(one, other), (other, one)] {
        if let Some(ticket) = world.ticket_mut(from) {
            ticket.links.push(Link { to, clone: false });
        }
    }
}
