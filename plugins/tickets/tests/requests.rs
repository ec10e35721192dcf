//! What each tool sends, and what it refuses to send.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use tickiti_plugin_tickets::PLUGIN;
use tickiti_relay_sdk::contract::Step;
use tickiti_relay_sdk::testing::{Given, Run};

fn start(tool: &str, arguments: Value) -> Run<'static> {
    Given::call(&PLUGIN, tool, arguments).start()
}

/// The body as text, so that its order counts.
fn body(run: &Run<'_>) -> String {
    match &run.turn().step {
        Step::Relay(request) => request.input.clone(),
        step => panic!("the tool relays nothing: {step:?}"),
    }
}

fn refused(tool: &str, arguments: Value, words: &str) {
    let run = start(tool, arguments.clone());
    assert!(run.error().contains(words), "{arguments} was refused with: {}", run.error());
    assert!(run.error().contains("Nothing was sent"), "{}", run.error());
}

#[test]
fn query_tickets_writes_the_view_into_the_search() {
    for (arguments, expected) in [
        (json!({}), "{}"),
        (json!({"perspective_id": 4}), r#"{"perspective_id":4}"#),
        (json!({"perspective_name": ""}), "{}"),
        (json!({"perspective_name": "All"}), r#"{"search_object":{"search_perspective":"All"}}"#),
        (
            json!({"search_object": {"criteria": [{"mode": "queue", "tokens": ["Inbox"]}], "search_perspective": "Mine"},
                   "perspective_name": "All", "perspective_id": 4}),
            r#"{"perspective_id":4,"search_object":{"criteria":[{"mode":"queue","tokens":["Inbox"]}],"search_perspective":"All"}}"#,
        ),
    ] {
        let run = start("query_tickets", arguments);
        assert_eq!(run.relayed().0, "tickets.query");
        assert_eq!(body(&run), expected);
    }
}

#[test]
fn query_responses_sends_its_arguments_in_order() {
    let run = start(
        "query_responses",
        json!({"cursor": {"id": "41", "created_at": "2026-11-01 08:00:00"}, "limit": 5, "fields": ["plain_text"],
               "is_internal": false, "created_from": "2026-11-01", "queue_id": [1], "ticket_number": ["220009"]}),
    );
    assert_eq!(run.relayed().0, "tickets.responses_query");
    assert_eq!(
        body(&run),
        r#"{"created_from":"2026-11-01","is_internal":false,"queue_id":[1],"ticket_number":["220009"],"fields":["plain_text"],"limit":5,"cursor":{"created_at":"2026-11-01 08:00:00","id":"41"}}"#
    );
}

#[test]
fn create_ticket_sends_what_the_original_sends() {
    for (arguments, expected) in [
        (
            json!({"originator_email_address": "a@b.c", "subject": "S", "content": "<p>C</p>"}),
            r#"{"originator_email_address":"a@b.c","data":{"subject":"S","content":"<p>C</p>"}}"#,
        ),
        (
            json!({"originator_email_address": "a@b.c", "subject": "S", "content": "C", "queue_name": "Sales",
                   "is_public": false, "use_passed_originator_as_responder": true, "data": {"subject": "old", "x": 1.50}}),
            r#"{"originator_email_address":"a@b.c","is_public":false,"use_passed_originator_as_responder":true,"queue_name":"Sales","data":{"subject":"S","x":1.5,"content":"C","queue_name":"Sales"}}"#,
        ),
        (
            json!({"originator_email_address": "a@b.c", "data": {"subject": "S", "content": "C"}}),
            r#"{"originator_email_address":"a@b.c","data":{"content":"C","subject":"S"}}"#,
        ),
        (
            json!({"originator_email_address": "a@b.c", "template_identifier": "welcome"}),
            r#"{"originator_email_address":"a@b.c","template_identifier":"welcome"}"#,
        ),
        (
            json!({"originator_email_address": "a@b.c", "template_identifier": "welcome", "subject": "",
                   "data": {"subject": "a token"}}),
            r#"{"originator_email_address":"a@b.c","template_identifier":"welcome","data":{"subject":"a token"}}"#,
        ),
        (
            json!({"originator_email_address": "a@b.c", "intervention": "check", "uid": "7", "data": {"data": {"k": "v"}}}),
            r#"{"originator_email_address":"a@b.c","intervention":"check","uid":"7","data":{"data":{"k":"v"}}}"#,
        ),
    ] {
        let run = start("create_ticket", arguments);
        assert_eq!(run.relayed().0, "tickets.create");
        assert_eq!(body(&run), expected);
    }
}

#[test]
fn create_ticket_takes_exactly_one_shape() {
    let refuse = |mut arguments: Value, words: &str| {
        arguments["originator_email_address"] = json!("a@b.c");
        refused("create_ticket", arguments, words);
    };
    refuse(json!({}), "subject is missing");
    refuse(json!({"subject": "S"}), "content is missing");
    refuse(json!({"content": "C", "subject": ""}), "subject is missing");
    refuse(json!({"data": {"x": 1}}), "subject is missing");
    refuse(json!({"template_identifier": "t", "intervention": "i"}), "exclude each other");
    refuse(json!({"template_identifier": "t", "subject": "S", "content": "C"}), "template_identifier excludes");
    refuse(json!({"intervention": "i", "uid": "1", "data": {}, "content": "C"}), "intervention excludes");
    refuse(json!({"intervention": "i", "data": {}}), "needs uid and data");
    refuse(json!({"intervention": "i", "uid": "1"}), "needs uid and data");
    refuse(json!({"template_identifier": "t", "attachments": [{"path": "a.png"}]}), "data.content");
}

#[test]
fn respond_to_ticket_sends_its_arguments_as_they_are() {
    for (arguments, expected) in [
        (
            json!({"content": "C", "from_email": "a@b.c", "ticket_number": "220009", "is_internal": true}),
            r#"{"ticket_number":"220009","from_email":"a@b.c","content":"C","is_internal":true}"#,
        ),
        (
            json!({"from_email": "a@b.c", "ticket_number": "220009", "status": "open", "attachments": []}),
            r#"{"ticket_number":"220009","from_email":"a@b.c","status":"open"}"#,
        ),
        (
            json!({"from_email": "a@b.c", "ticket_number": "220009", "status": "on-hold", "on_hold_until": "2026-12-01"}),
            r#"{"ticket_number":"220009","from_email":"a@b.c","status":"on-hold","on_hold_until":"2026-12-01"}"#,
        ),
    ] {
        let run = start("respond_to_ticket", arguments);
        assert_eq!(run.relayed().0, "tickets.respond");
        assert_eq!(body(&run), expected);
    }
}

#[test]
fn respond_to_ticket_wants_content_or_a_status() {
    let base = json!({"from_email": "a@b.c", "ticket_number": "220009"});
    refused("respond_to_ticket", base.clone(), "content or a status");
    let mut held = base;
    held["status"] = json!("on-hold");
    refused("respond_to_ticket", held, "on_hold_until");
}

fn with_images(content: Option<&str>, images: Value) -> Run<'static> {
    let mut arguments = json!({"from_email": "a@b.c", "ticket_number": "220009", "attachments": images});
    if let Some(content) = content {
        arguments["content"] = json!(content);
    }
    let names: Vec<String> =
        images.as_array().unwrap().iter().map(|image| image["path"].as_str().unwrap().to_owned()).collect();
    let given = Given::call(&PLUGIN, "respond_to_ticket", arguments);
    names
        .iter()
        .enumerate()
        .fold(given, |given, (index, name)| given.file(&format!("/attachments/{index}/path"), name, b"bytes"))
        .start()
}

#[test]
fn images_stand_where_their_placeholders_are_or_at_the_end() {
    for (content, images, expected) in [
        (Some("a {{attach:x.png}} b"), json!([{"path": "x.png"}]), r#"a <img src="<x.png>"> b"#),
        (Some("a"), json!([{"path": "x.png"}]), r#"a<p><img src="<x.png>"></p>"#),
        (None, json!([{"path": "x.png"}]), r#"<p><img src="<x.png>"></p>"#),
        (
            Some("{{attach:logo}}{{attach:logo}}"),
            json!([{"path": "x.png", "name": "logo"}]),
            r#"<img src="<x.png>"><img src="<x.png>">"#,
        ),
        (
            Some("HERE {{attach:x.png}}"),
            json!([{"path": "x.png", "placeholder": "HERE"}]),
            r#"<img src="<x.png>"> {{attach:x.png}}"#,
        ),
        // A later placeholder does not match inside an image that was placed before.
        (
            Some("A B"),
            json!([{"path": "x.png", "placeholder": "A"}, {"path": "y.png", "placeholder": "img"}]),
            r#"<img src="<x.png>"> B<p><img src="<y.png>"></p>"#,
        ),
        (
            Some("A mark B"),
            json!([{"path": "x.png", "placeholder": "A"}, {"path": "y.png", "placeholder": "mark"}]),
            r#"<img src="<x.png>"> <img src="<y.png>"> B"#,
        ),
        // The same placeholder twice: the first takes all.
        (
            Some("A"),
            json!([{"path": "x.png", "placeholder": "A"}, {"path": "y.png", "placeholder": "A"}]),
            r#"<img src="<x.png>"><p><img src="<y.png>"></p>"#,
        ),
    ] {
        let run = with_images(content, images);
        assert_eq!(run.relayed().1["content"], expected);
        assert!(run.relayed().1.get("attachments").is_none());
    }
}

#[test]
fn an_empty_placeholder_is_refused() {
    let run = with_images(Some("text"), json!([{"path": "x.png"}, {"path": "y.png", "placeholder": ""}]));
    assert!(run.error().contains("attachments[1].placeholder is empty"), "{}", run.error());
}

#[test]
fn create_ticket_embeds_into_the_content_it_was_given() {
    for data in [json!({"content": "see {{attach:x.png}}", "subject": "S"}), json!({"subject": "S"})] {
        let arguments = json!({"originator_email_address": "a@b.c", "data": data, "attachments": [{"path": "x.png"}]});
        let run = Given::call(&PLUGIN, "create_ticket", arguments).file("/attachments/0/path", "x.png", b"png").start();
        let sent = run.relayed().1;
        let expected =
            if data.get("content").is_some() { r#"see <img src="<x.png>">"# } else { r#"<p><img src="<x.png>"></p>"# };
        assert_eq!(sent["data"]["content"], expected);
        assert!(sent.get("attachments").is_none());
    }
}
