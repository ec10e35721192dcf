//! `export_responses` from the first page to the file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use tickiti_plugin_tickets::PLUGIN;
use tickiti_relay_sdk::testing::{Canned, Given, Run};

fn start(more: Value) -> Run<'static> {
    let mut arguments = json!({"path": "out.ndjson"});
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Given::call(&PLUGIN, "export_responses", arguments).start()
}

fn page(rows: Value, next: Value) -> Canned {
    Canned::ok(json!({"ok": true, "data": {"responses": rows, "next_cursor": next}}))
}

#[test]
fn pages_follow_the_cursor_until_there_is_none() {
    let run = start(json!({"is_internal": false, "queue": ["Inbox"], "overwrite": true}));
    assert_eq!(
        run.sent(),
        [("tickets.responses_query".to_owned(), json!({"is_internal": false, "queue": ["Inbox"], "limit": 500}))]
    );
    let cursor = json!({"created_at": "2026-11-01 08:00:00", "id": "2"});
    let run = run.answer([page(json!([{"id": 1}, {"id": 2}]), cursor.clone())]);
    assert_eq!(run.sent()[0].1, json!({"is_internal": false, "queue": ["Inbox"], "limit": 500, "cursor": cursor}));
    let progress = run.turn().progress.clone().unwrap();
    assert_eq!((progress.done, progress.total), (2, None));
    let run = run.answer([page(json!([{"id": 3, "text": "ü\n"}]), Value::Null)]);
    assert_eq!(run.structured(), json!({"ok": true, "path": "out.ndjson", "count": 3, "pages": 2, "format": "ndjson"}));
    assert_eq!(run.written("/path"), "{\"id\":1}\n{\"id\":2}\n{\"id\":3,\"text\":\"ü\\n\"}\n".as_bytes());
}

#[test]
fn an_empty_export_is_an_empty_file() {
    let run = start(json!({})).answer([Canned::ok(json!({"data": {"responses": []}}))]);
    assert_eq!(run.structured()["count"], 0);
    assert_eq!(run.turn().writes.len(), 1);
    assert_eq!(run.written("/path"), b"");
}

#[test]
fn max_records_ends_the_file_where_it_says() {
    let run = start(json!({"page_size": 2, "max_records": 3}));
    assert_eq!(run.sent()[0].1, json!({"limit": 2}));
    let run = run.answer([page(json!([{"id": 1}, {"id": 2}]), json!({"created_at": "a", "id": 2}))]);
    assert_eq!(run.sent()[0].1["limit"], 1);
    let run = run.answer([page(json!([{"id": 3}]), json!({"created_at": "b", "id": 3}))]);
    assert_eq!(run.structured()["count"], 3);
}

#[test]
fn a_cursor_that_stands_still_ends_the_export() {
    let cursor = json!({"created_at": "a", "id": 2});
    let run =
        start(json!({})).answer([page(json!([{"id": 1}]), cursor.clone())]).answer([page(json!([{"id": 1}]), cursor)]);
    assert!(run.error().contains("same cursor") && run.error().contains("No file was written"), "{}", run.error());
}

#[test]
fn an_answer_without_rows_is_an_error_not_an_empty_export() {
    for body in [json!({}), json!({"data": null}), json!({"data": {"responses": 7}}), json!({"data": {"count": 3}})] {
        let run = start(json!({})).answer([Canned::ok(body)]);
        assert!(run.error().contains("without data.responses"), "{}", run.error());
    }
}

#[test]
fn two_hundred_pages_keep_a_small_state() {
    let mut run = start(json!({}));
    for number in 1..=200 {
        assert!(run.turn().state.len() < 200, "{}", run.turn().state);
        let next = if number < 200 { json!({"created_at": "2026", "id": number}) } else { Value::Null };
        run = run.answer([page(json!([{ "id": number }]), next)]);
    }
    assert_eq!(run.structured()["pages"], 200);
}
