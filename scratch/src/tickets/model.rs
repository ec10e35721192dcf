//! Tickets, responses and attachments as the helpdesk keeps them.

use time::OffsetDateTime;

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// Waits for somebody.
    #[default]
    Open,
    /// Sleeps until a date.
    OnHold,
    /// Done.
    Closed,
}

impl Status {
    /// As the API writes it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::OnHold => "on-hold",
            Self::Closed => "closed",
        }
    }

    /// Reads it, without regard to case; `on hold` counts too.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.to_lowercase().as_str() {
            "open" => Some(Self::Open),
            "on-hold" | "on hold" => Some(Self::OnHold),
            "closed" => Some(Self::Closed),
            _ => None,
        }
    }
}

/// How urgent a ticket is, by the server's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Priority {
    /// 10
    Low,
    /// 20
    #[default]
    Normal,
    /// 30
    High,
    /// 40
    Urgent,
}

impl Priority {
    /// The code, as the API writes it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Low => "10",
            Self::Normal => "20",
            Self::High => "30",
            Self::Urgent => "40",
        }
    }

    /// Reads a code or a word.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.to_lowercase().as_str() {
            "10" | "low" => Some(Self::Low),
            "20" | "normal" => Some(Self::Normal),
            "30" | "high" => Some(Self::High),
            "40" | "urgent" => Some(Self::Urgent),
            _ => None,
        }
    }
}

/// A link between two tickets, as one of them keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Id of the other ticket.
    pub to: u64,
    /// Whether one was split off the other; such a link stays.
    pub clone: bool,
}

/// A ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// Internal id.
    pub id: u64,
    /// Public six-digit reference.
    pub number: u64,
    /// Subject.
    pub subject: String,
    /// Status.
    pub status: Status,
    /// Priority.
    pub priority: Priority,
    /// Queue.
    pub queue_id: u64,
    /// Address of the person it is raised for.
    pub originator: String,
    /// Address of staff or `team:<id>`.
    pub assigned: Option<String>,
    /// Resolution category.
    pub resolved: Option<u64>,
    /// `YYYY-MM-DD` while on hold.
    pub on_hold_until: Option<String>,
    /// Addresses, the originator's among them, in the order in which they joined.
    pub participants: Vec<String>,
    /// Links.
    pub links: Vec<Link>,
    /// Ids of its responses in the order of the thread, deleted ones too.
    pub responses: Vec<u64>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
    /// When it was deleted, while it is.
    pub deleted_at: Option<OffsetDateTime>,
    /// The ticket that took it in.
    pub merged_to: Option<u64>,
    /// Intervention and id in the remote system, for tickets raised by one.
    pub remote: Option<(String, String)>,
}

/// A response on a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Internal id.
    pub id: u64,
    /// Its ticket.
    pub ticket_id: u64,
    /// Stored HTML; `None` for a row that only records a change.
    pub html: Option<String>,
    /// The text of the HTML.
    pub plain: String,
    /// For staff only.
    pub is_internal: bool,
    /// Stands first.
    pub is_pinned: bool,
    /// By staff.
    pub by_staff: bool,
    /// Address of its author.
    pub created_by: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
    /// Came by mail.
    pub by_mail: bool,
    /// When it was deleted, while it is.
    pub deleted_at: Option<OffsetDateTime>,
    /// Whether it went with its ticket, and comes back with it.
    pub deleted_with_ticket: bool,
    /// Records of what was changed.
    pub audit: Vec<String>,
    /// Ids of its attachments.
    pub attachments: Vec<u64>,
}

/// A file on a response; the bytes are in the world's store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Internal id.
    pub id: u64,
    /// Its response.
    pub response_id: u64,
    /// File name.
    pub name: String,
    /// Digest of the bytes.
    pub sha256: String,
    /// Shown inside the body.
    pub is_inline: bool,
}
