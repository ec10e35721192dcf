//! `query_responses`: responses across tickets, a page at a time.

use serde_json::value::RawValue;
use tickiti_relay_sdk::prelude::*;

/// Arguments. They are sent as they are.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct QueryResponses {
    /// YYYY-MM-DD (from 00:00:00) or YYYY-MM-DD HH:MM:SS, UTC.
    pub created_from: Option<String>,
    /// YYYY-MM-DD (to 23:59:59) or YYYY-MM-DD HH:MM:SS, UTC.
    pub created_to: Option<String>,
    /// true: only internal notes; false: only public responses.
    pub is_internal: Option<bool>,
    /// true: only by staff; false: only by customers.
    pub staff_response: Option<bool>,
    /// Deleted ones too.
    pub include_deleted: Option<bool>,
    /// Queue names.
    pub queue: Option<Vec<String>>,
    /// Queue ids.
    pub queue_id: Option<Vec<i64>>,
    /// Only these tickets.
    pub ticket_number: Option<Vec<String>>,
    /// Which heavy fields to return; default all.
    pub fields: Option<Vec<Field>>,
    /// Page size; default 200.
    #[schemars(range(min = 1, max = 1000))]
    pub limit: Option<u32>,
    /// next_cursor of the page before.
    pub cursor: Option<Cursor>,
}

/// A heavy field of a response.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "their descriptions would stand in the schema")]
pub enum Field {
    Html,
    PlainText,
    Attachments,
}

/// Where a page begins.
#[derive(Debug, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "their descriptions would stand in the schema")]
pub struct Cursor {
    pub created_at: String,
    #[schemars(with = "CursorId")]
    pub id: Box<RawValue>,
}

/// Ids come back as numbers or as strings, and must be sent as they came.
#[derive(JsonSchema)]
#[schemars(inline, extend("type" = ["integer", "string"]))]
struct CursorId {}

impl Tool for QueryResponses {
    const ABOUT: About = About::read("query_responses", "Query responses across tickets")
        .description(
            "Responses of all visible tickets that pass every filter, oldest first, as JSON rows, one page a call. Rows hold \
             whole mails: ask for fields [\"plain_text\"] and a small limit when you mean to read them. For the next page pass \
             data.next_cursor as cursor, unchanged; without one the page was the last. To save many rows to a file use \
             export_responses. Needs tickets:read or tickets:write.",
        )
        .routes(&["tickets.responses_query"])
        .open_world();

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        relay("tickets.responses_query", &cx.arguments()?)
    }
}
