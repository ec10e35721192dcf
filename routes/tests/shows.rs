//! Filling in the call that shows whether a write happened.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails its test so")]

use serde_json::{Value, json};
use tickiti_relay_routes::{Shows, Table};

fn shown(route: &str, body: &Value) -> Option<Value> {
    Table::builtin().get(route).unwrap().shows.as_ref().unwrap().call(body)
}

#[test]
fn the_body_of_a_write_fills_the_call() {
    let body =
        json!({"originator_email_address": "a@example.com", "data": {"subject": "Printer on fire", "content": "x"}});
    let expected = json!({"search_object": {"search_perspective": "All", "criteria": [
        {"mode": "raised", "tokens": ["a@example.com"]}, {"mode": "subject", "tokens": ["Printer on fire"]},
    ]}});
    assert_eq!(shown("tickets.create", &body), Some(expected));
    let body = json!({"to_address": "a@example.com", "subject": "x", "content": "y"});
    let expected = json!({"family": "mail", "action": "sent_mail.search", "payload": {"q": "a@example.com"}});
    assert_eq!(shown("mail.send", &body), Some(expected));
}

#[test]
fn an_item_that_lacks_its_value_is_left_out_whole() {
    let body =
        json!({"originator_email_address": "a@example.com", "template_identifier": "welcome", "data": {"name": "A"}});
    let expected = json!({"search_object": {"search_perspective": "All", "criteria": [
        {"mode": "raised", "tokens": ["a@example.com"]},
    ]}});
    assert_eq!(shown("tickets.create", &body), Some(expected));
}

#[test]
fn numbers_become_text_and_lists_stay_lists() {
    assert_eq!(shown("tickets.respond", &json!({"ticket_number": 220009})), Some(json!({"ticket_number": "220009"})));
    let expected = json!({"search_object": {"search_perspective": "All", "criteria": [
        {"mode": "ticket_number", "tokens": ["1", "2"]},
    ]}});
    assert_eq!(shown("tickets.delete", &json!({"ticket_numbers": [1, "2"]})), Some(expected));
}

#[test]
fn a_call_of_which_nothing_is_known_is_no_call() {
    assert_eq!(shown("tickets.respond", &json!({"ticket_id": 7, "content": "x"})), None);
    assert_eq!(shown("tickets.create", &json!({"data": {"subject": null}})), None);
    assert_eq!(shown("tickets.create", &json!([])), None);
    assert_eq!(shown("mail.send", &json!({"to_address": ""})), None);
}

#[test]
fn a_call_without_placeholders_needs_nothing() {
    assert_eq!(shown("workflow.queues.create", &json!({"name": "x"})), Some(json!({})));
    assert_eq!(shown("workflow.escalations.create", &json!({})), Some(json!({"kind": "escalations"})));
    let arguments = json!({"a": [], "b": {"c": 1}, "d": "{e} and more"});
    let shows = Shows { tool: "x".into(), arguments: arguments.clone() };
    assert_eq!(shows.call(&json!({})), Some(arguments));
}
