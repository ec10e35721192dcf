//! Threads and attachments: what is asked, and what is made of the answers.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use tickiti_plugin_tickets::PLUGIN;
use tickiti_relay_sdk::contract::Content;
use tickiti_relay_sdk::testing::{Canned, Given, Run};

fn start(tool: &str, arguments: Value) -> Run<'static> {
    Given::call(&PLUGIN, tool, arguments).start()
}

#[test]
fn a_thread_is_rendered_and_a_full_view_is_relayed() {
    for (tool, route) in [("get_ticket", "tickets.show"), ("list_responses", "tickets.responses")] {
        let asked = (route.to_owned(), json!({"ticket_number": "220009"}));
        let run = start(tool, json!({"ticket_number": "220009"}));
        assert_eq!(run.sent(), std::slice::from_ref(&asked));
        let row = json!({"id": "1", "plain_text": "It burns.", "created_at": "2026-11-01T08:00:00+00:00"});
        let run = run.answer([Canned::ok(json!({"ok": true, "data": {"ticket_number": 220009, "responses": [row]}}))]);
        assert!(run.text().starts_with("Ticket 220009"), "{}", run.text());
        assert!(run.text().contains("\n  It burns.\n"));
        let run = start(tool, json!({"ticket_number": "220009", "view": "full"}));
        assert_eq!(run.relayed(), asked);
    }
}

#[test]
fn an_answer_of_another_shape_is_shown_as_it_came() {
    let run = start("get_ticket", json!({"ticket_number": "1"})).answer([Canned::ok(json!({"rows": [1.5]}))]);
    assert_eq!(run.text(), r#"{"rows":[1.5]}"#);
}

const PNG: &str = "iVBORw0KGgo=";

fn facts(mime: &str, base64: Option<&str>, sha256: &str) -> Canned {
    let data = json!({
        "id": 12, "name": "a.bin", "mime_type": mime, "sha256": sha256, "file_size": 8, "content_base64": base64
    });
    Canned::ok(json!({"ok": true, "data": data}))
}

fn attachment(more: Value) -> Run<'static> {
    let mut arguments = json!({"ticket_number": "220009", "response_attachment_id": 12});
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    start("get_attachment", arguments)
}

#[test]
fn an_attachment_is_asked_for_by_the_id_as_it_was_given() {
    assert_eq!(
        attachment(json!({})).sent(),
        [("tickets.attachment".to_owned(), json!({"ticket_number": "220009", "response_attachment_id": 12}))]
    );
    let sent = attachment(json!({"response_attachment_id": "12", "confirm": true})).sent();
    assert_eq!(sent[0].1, json!({"ticket_number": "220009", "response_attachment_id": "12", "intent": "review_ok"}));
    assert_eq!(attachment(json!({"confirm": false})).sent()[0].1.get("intent"), None);
}

#[test]
fn an_attachment_is_shown_in_the_form_that_suits_it() {
    let run = attachment(json!({})).answer([facts("image/png", Some(PNG), "ab")]);
    assert!(run.text().starts_with("Attachment \"a.bin\" (8 bytes, image/png) sha256=ab."), "{}", run.text());
    let [Content::Text(_), Content::Image(image)] = run.output().content.as_slice() else {
        panic!("{:?}", run.output())
    };
    assert_eq!(
        (image.media_type.as_str(), run.bytes(&image.data).as_slice()),
        ("image/png", b"\x89PNG\r\n\x1a\n".as_slice())
    );

    let run = attachment(json!({})).answer([facts("text/csv", Some("YSxiCg=="), "ab")]);
    let [Content::Text(_), Content::Text(text)] = run.output().content.as_slice() else { panic!("{:?}", run.output()) };
    assert_eq!(run.bytes(text.as_bytes()), b"a,b\n");

    let run = attachment(json!({})).answer([facts("application/zip", Some("UEsDBAA="), "ab")]);
    let [Content::Text(_), Content::Document(document)] = run.output().content.as_slice() else {
        panic!("{:?}", run.output())
    };
    assert_eq!((document.uri.as_str(), document.name.as_str()), ("tickiti://attachment/12", "a.bin"));
    assert_eq!(document.blob.as_ref().unwrap().media_type, "application/zip");

    let run = attachment(json!({})).answer([facts("text/plain", Some(""), "ab")]);
    assert_eq!(run.output().content.len(), 1);
    assert!(run.text().contains("(0 bytes"), "{}", run.text());
}

#[test]
fn large_texts_and_images_are_documents() {
    for (mime, count) in [("image/png", 512 * 1024 / 3 + 1), ("text/plain", 64 * 1024 / 3 + 1)] {
        let run = attachment(json!({})).answer([facts(mime, Some(&"YWFh".repeat(count)), "ab")]);
        assert!(matches!(run.output().content.as_slice(), [Content::Text(_), Content::Document(_)]), "{mime}");
        let run = attachment(json!({})).answer([facts(mime, Some(&"YWFh".repeat(count - 1)), "ab")]);
        assert!(!matches!(run.output().content.as_slice(), [Content::Text(_), Content::Document(_)]), "{mime}");
    }
}

#[test]
fn an_answer_without_bytes_is_shown_as_it_came() {
    let run = attachment(json!({})).answer([facts("image/png", None, "ab")]);
    assert!(run.text().starts_with("{\"ok\":true") && run.text().contains("a.bin"), "{}", run.text());
}

#[test]
fn a_saved_attachment_is_written_and_checked() {
    // Of the eight bytes that a PNG begins with.
    let sha256 = "4C4B6A3BE1314AB86138BEF4314DDE022E600960D8689A2C8F8631802D20DAB6";
    let run = attachment(json!({"save_to": "a.png"})).answer([facts("image/png", Some(PNG), sha256)]);
    assert_eq!(run.written("/save_to"), b"\x89PNG\r\n\x1a\n");
    assert_eq!(run.turn().writes[0].sha256.as_deref(), Some(sha256.to_lowercase().as_str()));
    assert!(run.text().ends_with("Saved to a.png."), "{}", run.text());
    let run = attachment(json!({"save_to": "a.png"})).answer([facts("image/png", Some(PNG), "not one")]);
    assert_eq!(run.turn().writes[0].sha256, None);
}
