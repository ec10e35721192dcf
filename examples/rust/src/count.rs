//! What is read of the helpdesk's answers, and what is counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Rows of `tickets.query`; servers differ in what they wrap them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Tickets {
    /// As they are.
    Bare(Vec<Ticket>),
    /// In `data`.
    Data { data: Vec<Ticket> },
    /// In `data.tickets`.
    Named { data: Named },
}

/// Rows under their name.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Named {
    tickets: Vec<Ticket>,
}

impl Tickets {
    pub(crate) fn rows(self) -> Vec<Ticket> {
        match self {
            Self::Bare(rows) | Self::Data { data: rows } | Self::Named { data: Named { tickets: rows } } => rows,
        }
    }
}

/// What is read of a ticket; the rest is forgotten.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) number: u64,
    pub(crate) subject: String,
    pub(crate) status: String,
    /// 10 low to 40 urgent.
    pub(crate) priority: String,
    pub(crate) queue: String,
    pub(crate) created_at: String,
}

/// A page of `tickets.responses_query`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) data: PageData,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PageData {
    pub(crate) responses: Vec<Row>,
    /// Where the next page begins; what is in it is the helpdesk's affair.
    pub(crate) next_cursor: Option<Box<RawValue>>,
}

/// What is read of a response.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    ticket_number: u64,
    is_internal: bool,
    staff_response: bool,
    created_by_email: String,
    created_at: String,
    #[serde(default)]
    is_audit_only: bool,
}

/// What was counted so far: the state that goes from page to page.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) cursor: Option<Box<RawValue>>,
    /// Responses read, whatever they are.
    pub(crate) read: u64,
    pub(crate) messages: u64,
    pub(crate) answers: u64,
    pub(crate) notes: u64,
    /// Answers by their author.
    pub(crate) by_person: BTreeMap<String, u64>,
    /// Messages and answers by day.
    pub(crate) by_day: BTreeMap<String, (u64, u64)>,
    /// When each ticket was first answered in these days.
    pub(crate) first_answers: BTreeMap<u64, String>,
}

impl Counts {
    /// Takes a page in; they come in the order of time.
    pub(crate) fn add(&mut self, rows: &[Row]) {
        for row in rows {
            self.read += 1;
            if row.is_audit_only {
                continue;
            }
            if row.is_internal {
                self.notes += 1;
                continue;
            }
            let day = self.by_day.entry(row.created_at.chars().take(10).collect()).or_default();
            if row.staff_response {
                self.answers += 1;
                day.1 += 1;
                *self.by_person.entry(row.created_by_email.clone()).or_default() += 1;
                self.first_answers.entry(row.ticket_number).or_insert_with(|| row.created_at.clone());
            } else {
                self.messages += 1;
                day.0 += 1;
            }
        }
    }

    /// Minutes from each of these tickets to its first answer, the shortest first.
    pub(crate) fn first_answer_minutes(&self, tickets: &[Ticket]) -> Vec<i64> {
        let took = |ticket: &Ticket| {
            let answered = moment(self.first_answers.get(&ticket.number)?)?;
            Some((answered - moment(&ticket.created_at)?).whole_minutes())
        };
        let mut minutes: Vec<i64> = tickets.iter().filter_map(took).collect();
        minutes.sort_unstable();
        minutes
    }
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}
