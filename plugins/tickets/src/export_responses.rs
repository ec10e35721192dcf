//! `export_responses`: all matching responses to a file, a line each.

use std::ops::ControlFlow::{Break, Continue};

use serde_json::value::RawValue;
use tickiti_relay_sdk::prelude::*;
use tickiti_relay_sdk::schema;

use crate::query_responses::Field;

/// Rows of a page unless told otherwise, as in the original.
const PAGE_SIZE: u64 = 500;

/// Arguments. The filters are sent as they are.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExportResponses {
    /// Local file to write; missing folders are made.
    pub path: String,
    /// As in query_responses.
    pub created_from: Option<String>,
    /// As in query_responses.
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
    /// Which heavy fields to write; default all.
    pub fields: Option<Vec<Field>>,
    /// Rows per request; default 500.
    #[schemars(range(min = 1, max = 1000))]
    pub page_size: Option<u64>,
    /// Stop after so many rows.
    #[schemars(range(min = 1))]
    pub max_records: Option<u64>,
    /// Replace the file if there is one.
    pub overwrite: Option<bool>,
}

/// The arguments that are not filters.
const OWN: [&str; 4] = ["path", "page_size", "max_records", "overwrite"];

/// How far the export is.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    cursor: Option<Box<RawValue>>,
    count: u64,
    pages: u64,
}

/// One page, without the rows, which stay with the relay.
#[derive(Debug, Serialize, Deserialize)]
struct Page {
    data: Option<PageData>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PageData {
    next_cursor: Option<Box<RawValue>>,
}

/// The result.
#[derive(Debug, Serialize, JsonSchema)]
struct Exported {
    ok: bool,
    path: String,
    count: u64,
    pages: u64,
    format: &'static str,
}

impl Tool for ExportResponses {
    const ABOUT: About = About::read("export_responses", "Export responses to a file")
        .description(
            "Writes all responses that pass every filter to a local file, one JSON object a line (NDJSON), oldest first, and \
             answers {ok, path, count, pages, format}. Filters as in query_responses. The rows do not pass through this \
             conversation. The file appears only when the export is whole. Needs tickets:read or tickets:write.",
        )
        .routes(&["tickets.responses_query"])
        .files(&[("/path", Access::Output)]);

    fn output() -> Option<schemars::Schema> {
        Some(schema::of::<Exported>())
    }

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let mut filters = cx.arguments()?;
        for name in OWN {
            filters.take(name);
        }
        let Progress { count, pages, .. } = cx
            .rounds(Progress::default(), async |at| {
                let request = self.page(filters.clone(), &at)?;
                let reply = cx.send::<Page>(request).await?;
                let rows = reply.held.ok_or("The helpdesk answered without data.responses. No file was written.")?;
                let next = reply.body.data.and_then(|data| data.next_cursor);
                let after = Progress { count: at.count + rows.items, pages: at.pages + 1, cursor: next };
                cx.write("/path", rows.mark);
                cx.progress(
                    after.count,
                    self.max_records,
                    format!("{} responses in {} pages", after.count, after.pages),
                );
                if after.cursor.is_none() || self.max_records.is_some_and(|most| after.count >= most) {
                    return Ok(Break(after));
                }
                if raw(&after.cursor) == raw(&at.cursor) {
                    return Err(stuck(&after));
                }
                Ok(Continue(after))
            })
            .await?;
        Ok(Output::new().structured(&Exported { ok: true, path: self.path, count, pages, format: "ndjson" })?.into())
    }
}

impl ExportResponses {
    /// A page never holds more rows than are still wanted, so that the file ends where `max_records` says.
    fn page(&self, mut body: Object, at: &Progress) -> Result<Request> {
        let size = self.page_size.unwrap_or(PAGE_SIZE);
        let wanted = self.max_records.map_or(size, |most| most.saturating_sub(at.count).min(size));
        body.set("limit", wanted)?;
        body.set_some("cursor", at.cursor.as_ref())?;
        Ok(Request::new("tickets.responses_query", &body)?.hold("/data/responses"))
    }
}

fn raw(cursor: &Option<Box<RawValue>>) -> Option<&str> {
    cursor.as_ref().map(|cursor| cursor.get())
}

fn stuck(at: &Progress) -> Error {
    Error::new(format!(
        "The helpdesk gave the same cursor again after page {} ({} responses), so the export would not end. No file was \
         written. Try a smaller range with created_from and created_to.",
        at.pages, at.count
    ))
}
