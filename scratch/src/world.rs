//! Everything that the helpdesk knows, behind one lock of the server's.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::clock::{Clock, iso};
use crate::collection::{Collection, Row, flag, row, same, text};
use crate::effects::{Effect, Origin, sha256};
use crate::switches::Switches;
use crate::tickets::model::{Attachment, Response, Ticket};
use crate::tokens::{self, Token};

/// The helpdesk's state.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Its time.
    pub clock: Clock,
    /// What is guessed of the real server.
    pub switches: Switches,
    /// Who may call.
    pub tokens: Vec<Token>,
    /// All tickets, deleted ones too; a ticket's place is its id less one.
    pub tickets: Vec<Ticket>,
    /// All responses, deleted ones too; a response's place is its id less one.
    pub responses: Vec<Response>,
    /// Attachments by id.
    pub attachments: BTreeMap<u64, Attachment>,
    /// Stored bytes by SHA-256: equal bytes are kept once.
    pub blobs: BTreeMap<String, Bytes>,
    /// Where the effects of the request at work come from.
    pub origin: Origin,
    pub(crate) last_attachment: u64,
    pub(crate) keys_minted: u64,
    pub(crate) last_token: u64,
    collections: BTreeMap<&'static str, Collection>,
    effects: Vec<Effect>,
}

impl World {
    /// A world with all seeds in it.
    #[must_use]
    pub fn seeded() -> Self {
        let mut world = Self { tokens: tokens::seeded(), ..Self::default() };
        for family in crate::families::ALL {
            (family.seed)(&mut world);
        }
        world.effects.clear();
        world.clock = Clock::default();
        world
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// The present, as the server writes it.
    #[must_use]
    pub fn now_text(&self) -> String {
        iso(self.now())
    }

    /// Lets one request's worth of time pass.
    pub fn tick(&mut self) {
        self.clock.advance(Duration::SECOND);
    }

    /// The rows of one kind.
    #[must_use]
    pub fn rows(&self, name: &str) -> &Collection {
        static NONE: std::sync::OnceLock<Collection> = std::sync::OnceLock::new();
        self.collections.get(name).unwrap_or_else(|| NONE.get_or_init(Collection::default))
    }

    /// The rows of one kind, to change.
    pub fn rows_mut(&mut self, name: &'static str) -> &mut Collection {
        self.collections.entry(name).or_default()
    }

    /// Whether any row of any kind names this text, as a digest or an id in one piece.
    #[must_use]
    pub(crate) fn is_mentioned(&self, text: &str) -> bool {
        let rows = self.collections.values().flat_map(Collection::rows);
        rows.cloned().map(Value::Object).any(|row| row.to_string().contains(text))
    }

    /// Notes an effect of the request at work. Every write calls this once for each thing that it changed.
    pub fn did(&mut self, target: impl Into<String>, did: impl Into<String>) {
        let origin = self.origin.clone();
        self.effects.push(Effect {
            number: self.effects.len() as u64 + 1,
            request: origin.request,
            at: self.now_text(),
            route: origin.route,
            target: target.into(),
            did: did.into(),
            key: origin.key,
            token: origin.token,
            body_sha256: origin.body_sha256,
        });
    }

    /// Every effect so far.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// Forgets the effects so far.
    pub fn clear_effects(&mut self) {
        self.effects.clear();
    }

    /// The token with this secret.
    #[must_use]
    pub fn token(&self, secret: &str) -> Option<&Token> {
        self.tokens.iter().find(|token| token.secret == secret)
    }

    /// Keeps bytes and says under which digest.
    pub fn store(&mut self, bytes: Bytes) -> String {
        let digest = sha256(&bytes);
        self.blobs.entry(digest.clone()).or_insert(bytes);
        digest
    }

    /// A person by address.
    #[must_use]
    pub fn user(&self, email: &str) -> Option<(u64, &Row)> {
        self.rows("users").find("email", email)
    }

    /// A person by address, made when new.
    pub fn user_made(&mut self, email: &str) -> u64 {
        if let Some((id, _)) = self.user(email) {
            return id;
        }
        let name = email.split('@').next().unwrap_or_default();
        let created_at = self.now_text();
        self.rows_mut("users").add(row(json!({
            "name": name, "email": email, "is_staff": false, "is_admin": false, "created_at": created_at,
        })))
    }

    /// Whether this address belongs to staff.
    #[must_use]
    pub fn is_staff(&self, email: &str) -> bool {
        self.user(email).is_some_and(|(_, user)| flag(user, "is_staff"))
    }

    /// Name of a person, or the address when there is none.
    #[must_use]
    pub fn name_of<'a>(&'a self, email: &'a str) -> &'a str {
        self.user(email).map_or(email, |(_, user)| text(user, "name"))
    }

    /// Name of a queue; empty when there is none.
    #[must_use]
    pub fn queue_name(&self, id: u64) -> &str {
        self.rows("queues").get(id).map_or("", |queue| text(queue, "name"))
    }

    /// A queue by name.
    #[must_use]
    pub fn queue(&self, name: &str) -> Option<(u64, &Row)> {
        self.rows("queues").find("name", name)
    }

    /// Ids of the teams that a person belongs to.
    #[must_use]
    pub fn teams_of(&self, email: &str) -> Vec<u64> {
        let teams = self.rows("teams").iter();
        teams.filter(|(_, team)| members(team).any(|member| same(member, email))).map(|(id, _)| id).collect()
    }
}

/// Addresses of a team's members.
pub fn members(team: &Row) -> impl Iterator<Item = &str> {
    team.get("members").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
