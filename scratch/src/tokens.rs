//! Bearer tokens: what each may do, and for whom it acts.

use tickiti_relay_routes::Role;

/// All plan features that a route can ask for.
pub const PLANS: &[&str] =
    &["has_ai_assistant", "has_reports", "has_escalations", "has_interventions", "has_resolution_tracking"];

/// Families whose abilities come as `FAMILY:read` and `FAMILY:write`.
pub const FAMILIES: &[&str] =
    &["tickets", "settings", "mail", "templates", "workflow", "reports", "supervisor", "administration", "skills"];

/// A bearer token of the helpdesk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
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
        name: name.to_owned(),
        secret: secret.to_owned(),
        abilities,
        role,
        sysadmin: false,
        plans: plans(),
        owner_email: "system@kestrel.example".to_owned(),
        queues: None,
    };
    let tickets = || vec!["tickets:read".to_owned(), "tickets:write".to_owned()];
    let staff = "priya.nair@kestrel.example";
    vec![
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
        token("none", "1|scratchNoneHoldsNoAbilityWhatsoever007", Vec::new(), Some(Role::Staff)),
        Token {
            owner_email: "tom.becker@kestrel.example".into(),
            queues: Some(vec![1]),
            ..token("one_queue", "1|scratchOneQueueSeesTheInboxAndNoMore8", tickets(), Some(Role::Staff))
        },
        Token {
            owner_email: "ines.duarte@harborlight.example".into(),
            ..token("customer", "1|scratchCustomerIsNotStaffButHasAToken", tickets(), None)
        },
    ]
}
