//! Bearer tokens: what each may do, and for whom it acts.

use serde_json::Value;
use tickiti_relay_routes::Role;

use crate::collection::{Row, flag};
use crate::effects::sha256;
use crate::input::integer;
use crate::world::World;

/// What a remote system needs to raise and end interventions.
pub(crate) const CREATE_TICKET: &str = "create-ticket";

/// All plan features that a route can ask for.
pub const PLANS: &[&str] =
    &["has_ai_assistant", "has_reports", "has_escalations", "has_interventions", "has_resolution_tracking"];

/// Families whose abilities come as `FAMILY:read` and `FAMILY:write`.
pub const FAMILIES: &[&str] =
    &["tickets", "settings", "mail", "templates", "workflow", "reports", "supervisor", "administration", "skills"];

/// Where every caller comes from: the helpdesk listens on loopback only.
pub const CALLER_IP: &str = "127.0.0.1";

/// A bearer token of the helpdesk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Counts all tokens, from 1; ids of revoked ones are not used again.
    pub id: u64,
    /// What tests and logs call it: `full`, `tickets`, …
    pub name: String,
    /// The whole secret, `1|scratch…`.
    pub secret: String,
    /// What it may do; `*` stands for everything.
    pub abilities: Vec<String>,
    /// The owner's highest role; `None` for somebody who is not staff.
    pub role: Option<Role>,
    /// Whether the owner is a system administrator.
    pub sysadmin: bool,
    /// What the plan of the owner's install includes.
    pub plans: Vec<String>,
    /// The owner's address.
    pub owner_email: String,
    /// Queues that the owner may see and manage, by id; `None` for all, as the system user.
    pub queues: Option<Vec<u64>>,
    /// The one address that may use it; `None` for any.
    pub allowed_ip: Option<String>,
    /// When it was made, ISO 8601.
    pub created_at: String,
    /// When it was last used.
    pub last_used_at: Option<String>,
}

impl Token {
    /// Whether it holds any of these abilities; an empty list asks for none.
    #[must_use]
    pub fn holds_any(&self, abilities: &[String]) -> bool {
        abilities.is_empty() || self.abilities.iter().any(|held| held == "*" || abilities.contains(held))
    }

    /// Whether the owner may see a queue.
    #[must_use]
    pub fn sees(&self, queue_id: u64) -> bool {
        self.queues.as_ref().is_none_or(|queues| queues.contains(&queue_id))
    }
}

/// The tokens of a fresh helpdesk. Their secrets are no secrets: the helpdesk listens on loopback and holds invented people.
#[must_use]
pub fn seeded() -> Vec<Token> {
    let every = |suffixes: &[&str]| -> Vec<String> {
        let both = FAMILIES.iter().flat_map(|family| suffixes.iter().map(move |suffix| format!("{family}:{suffix}")));
        both.filter(|ability| ability != "reports:write").collect()
    };
    let plans = || PLANS.iter().map(|&plan| plan.to_owned()).collect::<Vec<_>>();
    let token = |name: &str, secret: &str, abilities: Vec<String>, role| Token {
        id: 0,
        name: name.to_owned(),
        secret: secret.to_owned(),
        abilities,
        role,
        sysadmin: false,
        plans: plans(),
        owner_email: "system@kestrel.example".to_owned(),
        queues: None,
        allowed_ip: None,
        created_at: "2026-09-01T07:30:00+00:00".to_owned(),
        last_used_at: None,
    };
    let tickets = || vec!["tickets:read".to_owned(), "tickets:write".to_owned()];
    let staff = "priya.nair@kestrel.example";
    let tokens = vec![
        Token {
            sysadmin: true,
            ..token("full", "1|scratchFullMayDoEverythingThereIs00001", vec!["*".into()], Some(Role::Superuser))
        },
        Token {
            owner_email: "marta.kowalska@kestrel.example".into(),
            ..token("admin", "1|scratchAdminIsNoSystemAdministrator02", every(&["read", "write"]), Some(Role::Admin))
        },
        Token {
            owner_email: staff.into(),
            ..token("staff", "1|scratchStaffHoldsAbilitiesNotRoles003", every(&["read", "write"]), Some(Role::Staff))
        },
        Token {
            owner_email: staff.into(),
            ..token("tickets", "1|scratchTicketsWorksTicketsAndNoMore04", tickets(), Some(Role::Staff))
        },
        Token {
            sysadmin: true,
            ..token("read", "1|scratchReadSeesAllAndChangesNothing05", every(&["read"]), Some(Role::Superuser))
        },
        Token {
            sysadmin: true,
            plans: Vec::new(),
            ..token(
                "no_plan",
                "1|scratchNoPlanHasNoPaidFeaturesAtAll6",
                every(&["read", "write"]),
                Some(Role::Superuser),
            )
        },
        Token {
            sysadmin: true,
            ..token("none", "1|scratchNoneHoldsNoAbilityWhatsoever007", Vec::new(), Some(Role::Superuser))
        },
        Token {
            owner_email: "tom.becker@kestrel.example".into(),
            queues: Some(vec![1]),
            ..token("one_queue", "1|scratchOneQueueSeesTheInboxAndNoMore8", tickets(), Some(Role::Staff))
        },
        Token {
            owner_email: "ines.duarte@harborlight.example".into(),
            ..token("customer", "1|scratchCustomerIsNotStaffButHasAToken", tickets(), None)
        },
    ];
    (1..).zip(tokens).map(|(id, token)| Token { id, ..token }).collect()
}

/// Abilities that a holder of everything can hand on: those of all families, and the one that interventions are given.
pub(crate) fn known_abilities() -> Vec<String> {
    let both = FAMILIES.iter().flat_map(|family| [format!("{family}:read"), format!("{family}:write")]);
    let all = both.filter(|ability| ability != "reports:write");
    ["*", CREATE_TICKET].into_iter().map(str::to_owned).chain(all).collect()
}

/// A token to be.
#[derive(Debug, Clone)]
pub(crate) struct NewToken {
    pub(crate) name: String,
    pub(crate) abilities: Vec<String>,
    pub(crate) owner_email: String,
    pub(crate) allowed_ip: Option<String>,
    /// The plan belongs to the install, so it is the maker's.
    pub(crate) plans: Vec<String>,
}

impl World {
    /// Makes a token that works from now on; hands out its id and its secret.
    pub(crate) fn mint(&mut self, new: NewToken) -> (u64, String) {
        let id = self.last_token.max(self.tokens.iter().map(|token| token.id).max().unwrap_or(0)) + 1;
        self.last_token = id;
        // Counted, not drawn: two runs are equal.
        let digits = sha256(format!("api token {id} of {}", new.owner_email).as_bytes());
        let secret = format!("{id}|scratch{}", digits.chars().take(33).collect::<String>());
        self.tokens.push(Token {
            id,
            name: new.name,
            secret: secret.clone(),
            abilities: new.abilities,
            role: None,
            sysadmin: false,
            plans: new.plans,
            owner_email: new.owner_email,
            queues: Some(Vec::new()),
            allowed_ip: new.allowed_ip,
            created_at: self.now_text(),
            last_used_at: None,
        });
        self.renew_tokens();
        (id, secret)
    }

    /// Ends a token.
    pub(crate) fn revoke(&mut self, id: u64) {
        self.last_token = self.last_token.max(id);
        self.tokens.retain(|token| token.id != id);
    }

    /// Notes that a token is used now, and hands out what it may do.
    pub(crate) fn use_token(&mut self, secret: &str) -> Option<Token> {
        let now = self.now_text();
        let token = self.tokens.iter_mut().find(|token| token.secret == secret)?;
        token.last_used_at = Some(now);
        Some(token.clone())
    }

    /// Gives every token what its owner may do now. Whoever changes people or queues calls this.
    pub(crate) fn renew_tokens(&mut self) {
        let mut tokens = std::mem::take(&mut self.tokens);
        for token in &mut tokens {
            let Some((_, owner)) = self.user(&token.owner_email) else { continue };
            token.role = role(owner);
            token.sysadmin = flag(owner, "is_sysadmin");
            token.queues = (!flag(owner, "is_api_user")).then(|| seen_queues(owner));
        }
        self.tokens = tokens;
    }
}

fn role(owner: &Row) -> Option<Role> {
    let roles = [("is_superuser", Role::Superuser), ("is_admin", Role::Admin), ("is_staff", Role::Staff)];
    roles.into_iter().find(|(member, _)| flag(owner, member)).map(|(_, role)| role)
}

/// Ids of the queues that a person's rights open.
fn seen_queues(owner: &Row) -> Vec<u64> {
    let rights = owner.get("queues").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let seen = rights.filter(|right| flag(right, "can_view")).filter_map(|right| right.get("queue_id"));
    seen.filter_map(integer).filter_map(|id| u64::try_from(id).ok()).collect()
}
