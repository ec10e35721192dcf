//! The plugin `digest`: what the team did in a week, on one page.

mod count;
mod page;
mod period;

use std::ops::ControlFlow::{Break, Continue};

use serde_json::value::RawValue;
use tickiti_relay_sdk::prelude::*;

use count::{Counts, Page, Tickets};
use period::Period;

/// As many tickets as one answer holds; a week with more is told to be one.
const MOST_TICKETS: u64 = 5_000;
/// Responses of a page: without their texts, some 80 KB.
const PAGE: u64 = 500;

/// Arguments of `weekly_digest`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WeeklyDigest {
    /// Last day, YYYY-MM-DD, UTC; default yesterday.
    #[schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    pub until: Option<String>,
    /// Days to count; default 7.
    #[schemars(range(min = 1, max = 31))]
    pub days: Option<u8>,
    /// Only these queues, by name.
    #[schemars(length(min = 1))]
    pub queue: Option<Vec<String>>,
}

/// Body of `tickets.query`.
#[derive(Serialize)]
struct Search<'a> {
    row_limit: u64,
    search_object: Criteria<'a>,
}

#[derive(Serialize)]
struct Criteria<'a> {
    criteria: Vec<Criterion<'a>>,
}

#[derive(Serialize)]
struct Criterion<'a> {
    mode: &'a str,
    tokens: Vec<&'a str>,
}

/// Body of `tickets.responses_query`.
#[derive(Serialize)]
struct Responses<'a> {
    created_from: &'a str,
    created_to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'a [String]>,
    fields: [&'a str; 5],
    limit: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<&'a RawValue>,
}

impl Tool for WeeklyDigest {
    const ABOUT: About = About::read("weekly_digest", "Digest of a week's work")
        .description(
            "What the team did in a week, on one page: new tickets by queue, how many of them are still open, messages and \
             answers by day and by person, how long first answers took, and which open tickets are urgent or oldest. For any \
             span of up to 31 days, and for some queues only. Needs tickets:read.",
        )
        .routes(&["tickets.query", "tickets.responses_query"])
        .open_world();

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let period = Period::of(self.until.as_deref(), self.days.unwrap_or(7), cx.now())?;
        let span = [("created_from", period.first.as_str()), ("created_to", period.last.as_str())];
        let searches = vec![self.search(&span)?, self.search(&[("status", "open")])?];
        let mut tickets = cx.send_all::<Tickets>(searches).await?.into_iter().map(|reply| reply.body.rows());
        let (new, open) = (tickets.next().unwrap_or_default(), tickets.next().unwrap_or_default());

        let counts = cx
            .rounds(Counts::default(), async |mut counts| {
                let page = cx.send::<Page>(self.responses(&period, &counts)?).await?.body.data;
                let before = counts.cursor.take();
                counts.add(&page.responses);
                cx.progress(counts.read, None, format!("{} responses read", counts.read));
                if page.next_cursor.is_none() {
                    return Ok(Break(counts));
                }
                if page.next_cursor.as_deref().map(RawValue::get) == before.as_deref().map(RawValue::get) {
                    return Err(
                        "The helpdesk gave the same page twice, so the count would not end. Ask for fewer days.".into(),
                    );
                }
                counts.cursor = page.next_cursor;
                Ok(Continue(counts))
            })
            .await?;
        Ok(Output::new().text(page::write(&period, &new, &open, &counts)).into())
    }
}

impl WeeklyDigest {
    fn search(&self, wanted: &[(&str, &str)]) -> Result<Request> {
        let mut criteria: Vec<_> =
            wanted.iter().map(|(mode, token)| Criterion { mode, tokens: vec![*token] }).collect();
        if let Some(queues) = &self.queue {
            criteria.push(Criterion { mode: "queue", tokens: queues.iter().map(String::as_str).collect() });
        }
        Request::new("tickets.query", &Search { row_limit: MOST_TICKETS, search_object: Criteria { criteria } })
    }

    fn responses(&self, period: &Period, counts: &Counts) -> Result<Request> {
        let body = Responses {
            created_from: &period.first,
            created_to: &period.last,
            queue: self.queue.as_deref(),
            fields: ["is_internal", "staff_response", "created_by_email", "created_at", "is_audit_only"],
            limit: PAGE,
            cursor: counts.cursor.as_deref(),
        };
        Request::new("tickets.responses_query", &body)
    }
}

tickiti_relay_sdk::plugin! {
    name: "digest",
    about: "Says what the team did in a week, on one page.",
    tools: [WeeklyDigest],
}
