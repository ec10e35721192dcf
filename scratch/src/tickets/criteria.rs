//! The search vocabulary: what each mode of a criterion matches.

use time::{OffsetDateTime, Time};

use crate::clock::{END_OF_DAY, read_moment};
use crate::collection::same;
use crate::html::tags;
use crate::tickets::model::{Priority, Status, Ticket};
use crate::world::{World, members};

/// How tokens of one criterion are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModeKind {
    /// Every token must be found, unless `match` is `any`.
    Text,
    /// A ticket has one such value: any token may be it, whatever `match` says.
    Single,
    /// A ticket has several such values: any token may be among them, or all when `match` is `all`.
    Several,
    /// One date.
    Date,
}

impl ModeKind {
    /// As search-modes shows it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Single => "single value",
            Self::Several => "several values",
            Self::Date => "date",
        }
    }
}

/// One mode.
#[derive(Debug, Clone, Copy)]
pub struct Mode {
    /// Its name in a criterion.
    pub name: &'static str,
    /// How its tokens are joined.
    pub kind: ModeKind,
    /// What it matches.
    pub about: &'static str,
    test: fn(&World, &Ticket, &str) -> bool,
}

const fn mode(
    name: &'static str,
    kind: ModeKind,
    about: &'static str,
    test: fn(&World, &Ticket, &str) -> bool,
) -> Mode {
    Mode { name, kind, about, test }
}

/// Every mode.
pub const MODES: &[Mode] = &[
    mode("subject", ModeKind::Text, "words of the subject", |_, ticket, token| holds(&ticket.subject, token)),
    mode("content", ModeKind::Text, "words of the responses", in_content),
    mode("subject_content", ModeKind::Text, "words of subject or responses", |world, ticket, token| {
        holds(&ticket.subject, token) || in_content(world, ticket, token)
    }),
    mode(
        "assigned",
        ModeKind::Single,
        "staff address (also by team), team:<id>, team-and-members:<id>, Unassigned",
        is_assigned,
    ),
    mode("participant", ModeKind::Several, "address of a participant", |_, ticket, token| {
        ticket.participants.iter().any(|email| same(email, token))
    }),
    mode("priority", ModeKind::Single, "Low, Normal, High, Urgent or 10, 20, 30, 40", |_, ticket, token| {
        Priority::read(token) == Some(ticket.priority)
    }),
    mode("raised", ModeKind::Single, "address of the originator", |_, ticket, token| same(&ticket.originator, token)),
    mode("queue", ModeKind::Single, "name of the queue", |world, ticket, token| {
        same(world.queue_name(ticket.queue_id), token)
    }),
    mode("status", ModeKind::Single, "open, on-hold, closed", |_, ticket, token| {
        Status::read(token) == Some(ticket.status)
    }),
    mode("watchlist", ModeKind::Several, "id of a watchlist", |world, ticket, token| {
        let list = token.parse().ok().and_then(|id| world.rows("watchlists").get(id));
        list.is_some_and(|list| on_watchlist(list, ticket.id))
    }),
    mode("hashtag", ModeKind::Several, "hashtag in a response, with or without #", |world, ticket, token| {
        let wanted = token.trim_start_matches('#');
        world.thread(ticket).iter().any(|response| tags(&response.plain, '#').iter().any(|tag| same(tag, wanted)))
    }),
    mode("ticket_number", ModeKind::Single, "ticket number", |_, ticket, token| ticket.number.to_string() == token),
    mode("created_from", ModeKind::Date, "created on or after YYYY-MM-DD, UTC", |_, ticket, token| {
        not_before(ticket.created_at, token)
    }),
    mode("created_to", ModeKind::Date, "created on or before YYYY-MM-DD, UTC", |_, ticket, token| {
        not_after(ticket.created_at, token)
    }),
    mode("updated_from", ModeKind::Date, "changed on or after YYYY-MM-DD, UTC", |_, ticket, token| {
        not_before(ticket.updated_at, token)
    }),
    mode("updated_to", ModeKind::Date, "changed on or before YYYY-MM-DD, UTC", |_, ticket, token| {
        not_after(ticket.updated_at, token)
    }),
];

/// A criterion whose mode exists and whose tokens have been checked.
#[derive(Debug, Clone)]
pub struct Criterion {
    /// What it looks at.
    pub mode: &'static Mode,
    /// What it looks for.
    pub tokens: Vec<String>,
    /// `match`; `None` leaves it to the mode.
    pub all: Option<bool>,
}

impl Criterion {
    fn matches(&self, world: &World, ticket: &Ticket) -> bool {
        let all = match self.mode.kind {
            ModeKind::Text => self.all.unwrap_or(true),
            ModeKind::Several => self.all.unwrap_or(false),
            ModeKind::Single => false,
            ModeKind::Date => true,
        };
        let mut tests = self.tokens.iter().map(|token| (self.mode.test)(world, ticket, token));
        if all { tests.all(|found| found) } else { tests.any(|found| found) }
    }
}

/// Same mode: or. Different modes: and.
#[must_use]
pub fn all_match(world: &World, ticket: &Ticket, criteria: &[Criterion]) -> bool {
    criteria.iter().all(|wanted| {
        let same_mode = criteria.iter().filter(|other| other.mode.name == wanted.mode.name);
        same_mode.into_iter().any(|criterion| criterion.matches(world, ticket))
    })
}

/// Whether a watchlist holds a ticket.
#[must_use]
pub fn on_watchlist(list: &crate::collection::Row, ticket_id: u64) -> bool {
    let ids = list.get("ticket_ids").and_then(serde_json::Value::as_array).into_iter().flatten();
    ids.filter_map(crate::input::integer).any(|id| u64::try_from(id) == Ok(ticket_id))
}

fn holds(text: &str, token: &str) -> bool {
    text.to_lowercase().contains(&token.to_lowercase())
}

fn in_content(world: &World, ticket: &Ticket, token: &str) -> bool {
    world.thread(ticket).iter().any(|response| holds(&response.plain, token))
}

fn is_assigned(world: &World, ticket: &Ticket, token: &str) -> bool {
    let Some(assigned) = ticket.assigned.as_deref() else { return same(token, "Unassigned") };
    if let Some(id) = token.strip_prefix("team-and-members:") {
        let team = id.parse().ok().and_then(|id| world.rows("teams").get(id));
        let is_member = team.is_some_and(|team| members(team).any(|email| same(email, assigned)));
        return is_member || assigned.strip_prefix("team:") == Some(id);
    }
    same(assigned, token) || world.teams_of(token).iter().any(|id| assigned == format!("team:{id}"))
}

fn not_before(at: OffsetDateTime, token: &str) -> bool {
    read_moment(token, Time::MIDNIGHT).is_some_and(|from| at >= from)
}

fn not_after(at: OffsetDateTime, token: &str) -> bool {
    read_moment(token, END_OF_DAY).is_some_and(|to| at <= to)
}
