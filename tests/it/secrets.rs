//! The token is in no byte that the relay writes. Every test of this program looks for it when it ends; these go where it
//! would most likely be.

use serde_json::json;
use tickiti_relay_tests::stub::{Asked, Reply, Stub};

use crate::support::{Folder, TOKEN, at, text};

/// A helpdesk, or something before it, that shows the request's headers in its answer, as debug pages do.
fn echo(status: u16) -> Stub {
    Stub::answering(move |asked: &Asked| {
        let authorization = asked.header("authorization").unwrap_or_default();
        let body = json!({"message": "Whoops", "debug": {"headers": {"authorization": authorization}}, "data": {"seen": authorization}});
        Reply::with(status, &[("content-type", "application/json"), ("x-seen", authorization)], &body.to_string())
    })
}

#[test]
fn an_answer_that_echoes_the_token_is_cleaned() {
    for status in [200, 401, 403, 404, 422, 429, 500, 503] {
        let helpdesk = echo(status);
        let mut relay = at(&helpdesk.base()).env("TICKITI_RELAY_LOG", "trace").start().unwrap();
        for (tool, arguments) in [
            ("list_queues", json!({})),
            ("get_ticket", json!({"ticket_number": "1"})),
            ("respond_to_ticket", json!({"ticket_number": "1", "from_email": "a@example.com", "content": "x"})),
            ("tickiti_call", json!({"family": "tickets", "action": "show", "payload": {"ticket_number": "1"}})),
        ] {
            let answer = relay.call(tool, arguments).unwrap();
            assert!(!answer.0.to_string().contains(TOKEN), "{status} {tool}: {}", answer.text());
        }
        assert!(helpdesk.asked().iter().all(|asked| asked.header("authorization").unwrap().contains(TOKEN)));
    }
}

#[test]
fn a_redirect_that_carries_the_token_is_cleaned_and_not_followed() {
    let elsewhere = Stub::json("{}");
    let target = elsewhere.base();
    let helpdesk = Stub::answering(move |asked| {
        let token = asked.header("authorization").unwrap_or_default().replace(' ', "%20").replace('|', "%7C");
        Reply::with(302, &[("location", &format!("{target}/login?back={token}"))], "")
    });
    let mut relay = at(&helpdesk.base()).env("TICKITI_RELAY_LOG", "trace").start().unwrap();
    relay.call("list_queues", json!({})).unwrap().failed().unwrap();
    assert_eq!(elsewhere.asked().len(), 0);
}

#[test]
fn a_web_page_that_echoes_the_token_is_cleaned() {
    let helpdesk = Stub::answering(|asked| {
        let page = format!("<html><pre>{}</pre></html>", asked.header("authorization").unwrap_or_default());
        Reply::with(502, &[("content-type", "text/html")], &page)
    });
    let mut relay = at(&helpdesk.base()).env("TICKITI_RELAY_LOG", "trace").start().unwrap();
    relay.call("list_queues", json!({})).unwrap().failed().unwrap();
}

#[test]
fn what_is_exported_holds_no_token_either() {
    let helpdesk = Stub::answering(|asked| {
        let rows = json!([{"response_id": 1, "plain_text": asked.header("authorization")}]);
        Reply::json(200, &json!({"ok": true, "data": {"responses": rows, "next_cursor": null}}).to_string())
    });
    let files = Folder::new();
    let mut relay = at(&helpdesk.base()).files(&files.path()).start().unwrap();
    let path = text(files.path().join("out.ndjson"));
    relay.call("export_responses", json!({"path": path})).unwrap();
    let written = String::from_utf8(files.read("out.ndjson")).unwrap();
    assert!(!written.contains(TOKEN), "{written}");
}

#[test]
fn the_log_holds_no_key_and_no_body() {
    let helpdesk =
        Stub::answering(|_| Reply::json(200, r#"{"ok":true,"data":{"response_id":1,"text":"CanaryAnswer"}}"#));
    let mut relay = at(&helpdesk.base()).env("TICKITI_RELAY_LOG", "trace").start().unwrap();
    let arguments = json!({"ticket_number": "1", "from_email": "a@example.com", "content": "CanaryContent"});
    relay.call("respond_to_ticket", arguments).unwrap().done().unwrap();
    let log = String::from_utf8(relay.stderr()).unwrap();
    assert!(log.contains("ready"), "it logs: {log}");
    let asked = helpdesk.asked();
    let key = asked[0].header("idempotency-key").unwrap();
    for word in [TOKEN, key, "CanaryContent", "CanaryAnswer", "a@example.com"] {
        assert!(!log.contains(word), "{word}: {log}");
    }
}

#[test]
fn the_verbs_tell_no_token() {
    let helpdesk = echo(500);
    let setup = at(&helpdesk.base()).env("TICKITI_RELAY_LOG", "trace");
    for verb in [
        &["doctor"][..],
        &["doctor", "--json"],
        &["call", "list_queues"],
        &["call", "list_queues", "--json"],
        &["plan", "list_queues"],
        &["tools"],
    ] {
        // The setup looks for the token in all that they say, when it goes.
        setup.verb(verb).unwrap();
    }
}

#[test]
fn the_harness_would_notice() {
    let setup = at("http://127.0.0.1:9");
    let ground = setup.ground().unwrap();
    assert_eq!(ground.leaks(), Vec::<String>::new());
    std::fs::write(ground.folder("state").join("log"), format!("Authorization: Bearer {TOKEN}")).unwrap();
    assert_eq!(ground.leaks().len(), 1);
    std::fs::remove_file(ground.folder("state").join("log")).unwrap();
}
