//! An export with October's filters: they pass as they were given, page after page.

use std::ops::ControlFlow::{Break, Continue};

use serde_json::{Value, json};
use tickiti_relay_sdk::prelude::*;
use tickiti_relay_sdk::testing::{Canned, Given};

use crate::PLUGIN;

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "the filters are sent as they were given")]
pub(crate) struct ExportResponses {
    path: String,
    created_from: Option<String>,
    created_by_email: Option<String>,
    metadata_only: Option<bool>,
}

/// Cursor of the next page, rows so far.
type At = (Value, u64);

#[derive(Serialize, Deserialize)]
struct Page {
    data: Next,
}

#[derive(Serialize, Deserialize)]
struct Next {
    next_cursor: Value,
}

impl Tool for ExportResponses {
    const ABOUT: About = About::read("export_responses", "Export responses")
        .routes(&["tickets.responses_query"])
        .files(&[("/path", Access::Output)]);

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let mut filters = cx.arguments()?;
        filters.take("path");
        let (_, count) = cx
            .rounds((Value::Null, 0), async |(cursor, count): At| {
                let mut body = filters.clone();
                body.set("limit", 500)?;
                body.set_some("cursor", (!cursor.is_null()).then_some(&cursor))?;
                let request = Request::new("tickets.responses_query", &body)?.hold("/data/responses");
                let reply = cx.send::<Page>(request).await?;
                let rows = reply.held.ok_or("no rows")?;
                cx.write("/path", rows.mark);
                let after = (reply.body.data.next_cursor, count + rows.items);
                Ok(if after.0.is_null() { Break(after) } else { Continue(after) })
            })
            .await?;
        Ok(Output::new().structured(&json!({"ok": true, "count": count}))?.into())
    }
}

#[test]
fn filters_pass_and_rows_stay_outside() {
    let arguments =
        json!({"path": "o", "created_by_email": "a@b.c", "metadata_only": true, "created_from": "2026-11-01"});
    let run = Given::call(&PLUGIN, "export_responses", arguments).start();
    let filters = r#"{"created_from":"2026-11-01","created_by_email":"a@b.c","metadata_only":true,"limit":500"#;
    assert_eq!(run.sent()[0].1.to_string(), format!("{filters}}}"));
    let next = json!({"created_at": "2026-11-02 00:00:00", "id": 2});
    let row = json!({"response_id": 2, "ticket_number": 220_009});
    let run = run.answer([Canned::ok(json!({"data": {"responses": [row], "next_cursor": next}}))]);
    assert!(!run.turn().state.contains("220009"), "{}", run.turn().state);
    assert_eq!(run.sent()[0].1.to_string(), format!("{filters},\"cursor\":{next}}}"));
    let run = run.answer([Canned::ok(json!({"data": {"responses": [], "next_cursor": null}}))]);
    assert_eq!(run.structured(), json!({"ok": true, "count": 1}));
    assert_eq!(run.written("/path"), b"{\"response_id\":2,\"ticket_number\":220009}\n");
}
