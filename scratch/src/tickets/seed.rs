//! The tickets that are there at start: told as data in `seed/stories.json`, opened here as the routes would open them.

mod samples;

use std::ops::Sub as _;

use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use crate::clock::{Clock, START};
use crate::tickets::model::{Link, Priority, Status};
use crate::tickets::write::{FileRef, NewResponse, NewTicket};
use crate::world::World;

/// What happened at Kestrel Outdoor in October 2026, the oldest first.
const STORIES: &str = include_str!("seed/stories.json");

/// One ticket's story.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    /// Hours before the helpdesk's start.
    hours_ago: i64,
    from: String,
    subject: String,
    queue: String,
    priority: String,
    status: String,
    on_hold_until: Option<String>,
    resolved: Option<u64>,
    assigned: Option<String>,
    thread: Vec<Message>,
}

/// One response.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    /// Minutes after the one before.
    after: i64,
    from: String,
    kind: Kind,
    html: String,
    #[serde(default)]
    files: Vec<String>,
}

/// How a response came, and who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Mail,
    Reply,
    Note,
    Pinned,
}

pub(super) fn seed(world: &mut World) {
    // The text is part of the program and a test reads it.
    let stories: Vec<Story> = serde_json::from_str(STORIES).unwrap_or_default();
    for story in &stories {
        open(world, story);
    }
    // The recall is one matter in two tickets.
    link(world, 3, 9);
}

fn open(world: &mut World, story: &Story) {
    let mut at = START.sub(Duration::hours(story.hours_ago));
    world.clock = Clock::at(at);
    let queue_id = world.queue(&story.queue).map_or(1, |(id, _)| id);
    let ticket_id = world.open_ticket(NewTicket {
        subject: story.subject.clone(),
        originator: story.from.clone(),
        queue_id,
        priority: Priority::read(&story.priority).unwrap_or_default(),
        status: Status::read(&story.status).unwrap_or_default(),
        on_hold_until: story.on_hold_until.clone(),
        assigned: story.assigned.clone(),
        ..NewTicket::default()
    });
    for message in &story.thread {
        at += Duration::minutes(message.after);
        respond(world, ticket_id, message, at);
    }
    if let Some(ticket) = world.ticket_mut(ticket_id) {
        ticket.resolved = story.resolved;
    }
}

fn respond(world: &mut World, ticket_id: u64, message: &Message, at: OffsetDateTime) {
    world.clock = Clock::at(at);
    let files: Vec<FileRef> = message.files.iter().map(|name| samples::file(world, name)).collect();
    let id = world.add_response(NewResponse {
        ticket_id,
        html: Some(message.html.replace("{{screenshot}}", samples::SCREENSHOT)),
        is_internal: matches!(message.kind, Kind::Note | Kind::Pinned),
        author: message.from.clone(),
        files,
        by_mail: message.kind == Kind::Mail,
        audit: Vec::new(),
    });
    if let Some(response) = world.response_mut(id) {
        response.is_pinned = message.kind == Kind::Pinned;
    }
    if let Some(ticket) = world.ticket_mut(ticket_id)
        && !ticket.participants.contains(&message.from)
    {
        ticket.participants.push(message.from.clone());
    }
}

fn link(world: &mut World, one: u64, other: u64) {
    for (from, to) in [(one, other), (other, one)] {
        if let Some(ticket) = world.ticket_mut(from) {
            ticket.links.push(Link { to, clone: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{LARGEST_FILE, Rule, rule};

    #[test]
    fn every_story_is_told_and_names_what_exists() {
        let stories: Vec<Story> = serde_json::from_str(STORIES).unwrap();
        let world = World::seeded();
        assert_eq!(world.tickets.len(), stories.len());
        for story in &stories {
            assert!(world.queue(&story.queue).is_some(), "{}", story.queue);
            assert!(Priority::read(&story.priority).is_some() && Status::read(&story.status).is_some());
            assert!(world.user(&story.from).is_some(), "{}", story.from);
        }
        assert!(world.tickets.iter().all(|ticket| ticket.created_at < START && ticket.updated_at < START));
        let files = || world.attachments.values();
        for wanted in [Rule::Allowed, Rule::Review, Rule::Blocked] {
            assert!(files().any(|file| rule(&file.name) == wanted), "{wanted:?}");
        }
        assert!(files().any(|file| file.is_inline));
        assert!(files().any(|file| world.bytes_of(file).len() > LARGEST_FILE));
        assert!(files().all(|file| !world.bytes_of(file).is_empty()), "an unknown sort of sample is empty");
    }
}
