//! Answering, closing, people.

use serde_json::{Value, json};
use tickiti_relay_scratch::Running;

use crate::client::{Client, helpdesk, helpdesk_with, number};

const STAFF: &str = "priya.nair@kestrel.example";

fn ticket(client: &Client, id: u64) -> Value {
    client.post("tickets/show", &json!({"ticket_id": id})).data()["ticket"].clone()
}

fn respond(client: &Client, id: u64, more: Value) -> crate::client::Answer {
    let mut body = json!({"ticket_id": id, "from_email": STAFF});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("tickets/respond", &body)
}

fn closed(helpdesk: &Running, client: &Client) -> u64 {
    let id = 1;
    assert_eq!(ticket(client, id)["status"], "closed");
    let _ = helpdesk;
    id
}

#[test]
fn a_reply_is_recorded_in_the_types_that_were_recorded() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let id = closed(&helpdesk, &client);
    let done = respond(&client, id, json!({"content": "<p>Hello</p>"})).data();
    assert!(done["ticket_id"].is_u64() && done["response_id"].is_u64(), "{done}");
    assert_eq!(done["reopened"], true);
    assert_eq!(done.get("ignored_params"), None);
    let thread = client.post("tickets/responses", &json!({"ticket_number": number(&helpdesk, id)})).data();
    let last = thread["responses"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["id"], done["response_id"].to_string());
    assert!(thread["ticket_number"].is_u64());
    assert_eq!(helpdesk.effects().len(), 1);
}

#[test]
fn what_reopens_a_ticket_depends_on_the_age_of_the_install() {
    for (rule, public, note, attribute) in [("october", true, false, false), ("june", true, true, false)] {
        let helpdesk = helpdesk_with(|switches| switches.set("reopen_rule", rule).unwrap());
        let client = Client::new(&helpdesk, "full");
        let reopened = |id: u64, more: Value| respond(&client, id, more).data()["reopened"].as_bool().unwrap();
        assert_eq!(reopened(5, json!({"content": "x", "is_internal": true})), note, "{rule}");
        assert_eq!(reopened(7, json!({"priority": "High"})), attribute, "{rule}");
        assert_eq!(ticket(&client, 7)["status"], "closed", "{rule}");
        assert!(!reopened(1, json!({"content": "x", "keep_status": true})), "{rule}");
        assert_eq!(reopened(1, json!({"content": "x"})), public, "{rule}");
    }
}

#[test]
fn a_hold_needs_a_date_and_ends_with_a_public_reply() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    assert_eq!(respond(&client, 10, json!({"status": "on-hold"})).refused(), ["on_hold_until"]);
    assert_eq!(
        respond(&client, 10, json!({"status": "on-hold", "on_hold_until": "soon"})).refused(),
        ["on_hold_until"]
    );
    respond(&client, 10, json!({"on_hold_until": "2026-12-01"})).data();
    let held = ticket(&client, 10);
    assert_eq!((&held["status"], &held["on_hold_until"]), (&json!("on-hold"), &json!("2026-12-01")));
    assert_eq!(respond(&client, 10, json!({"content": "x"})).data()["reopened"], true);
    let open = ticket(&client, 10);
    assert_eq!((&open["status"], &open["on_hold_until"]), (&json!("open"), &Value::Null));
}

#[test]
fn every_attribute_is_changed_and_recorded() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let change = json!({"assigned_to_email": "team:2", "priority": "40", "queue": "Workshop", "subject": "New words",
                        "resolved": "Solved", "add_participants": ["x@y.example"], "status": "closed"});
    let done = respond(&client, 10, change).data();
    let now = ticket(&client, 10);
    for (name, value) in [
        ("assigned_to_email", "team:2"),
        ("priority", "40"),
        ("queue", "Workshop"),
        ("status", "closed"),
        ("subject", "New words"),
        ("resolved", "Solved"),
    ] {
        assert_eq!(now[name], value);
    }
    let people: Vec<_> = now["participants"].as_array().unwrap().iter().map(|one| one["email"].clone()).collect();
    assert_eq!(people, ["nadia.haddad@cedarschool.example", "x@y.example", STAFF]);
    let record =
        client.post("tickets/response", &json!({"response_id": done["response_id"]})).data()["response"].clone();
    assert_eq!(record["is_audit_only"], true);
    assert_eq!(record["audit"].as_array().unwrap().len(), 7, "{record}");
    respond(&client, 10, json!({"assigned_to_email": "Unassigned"})).data();
    assert_eq!(ticket(&client, 10)["assigned_to_email"], Value::Null);
}

#[test]
fn what_is_refused_changes_nothing() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    assert_eq!(respond(&client, 10, json!({})).refused(), ["content"]);
    assert_eq!(respond(&client, 10, json!({"html": "x"})).refused(), ["html"]);
    assert_eq!(respond(&client, 10, json!({"content": "x", "ticket_number": "709383"})).refused(), ["ticket_number"]);
    assert_eq!(
        respond(&client, 10, json!({"content": "x", "queue": "Nowhere", "priority": "x"})).refused(),
        ["queue", "priority"]
    );
    let originator = json!({"remove_participants": ["nadia.haddad@cedarschool.example"]});
    assert_eq!(respond(&client, 10, originator).refused(), ["participants"]);
    respond(&client, 99, json!({"content": "x"})).error(404, "not_found");
    assert!(helpdesk.effects().is_empty());
    let done = respond(&client, 10, json!({"content": "x", "colour": 1, "mood": null})).data();
    assert_eq!(done["ignored_params"], json!(["colour", "mood"]));
}

#[test]
fn closing_asks_how_it_was_resolved_where_the_queue_tracks_it() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    assert_eq!(client.post("tickets/close", &json!({"ticket_id": 23})).refused(), ["resolved"]);
    assert_eq!(client.post("tickets/close", &json!({"ticket_id": 23, "resolved": "Imported"})).refused(), ["resolved"]);
    client.post("tickets/close", &json!({"ticket_id": 23, "resolved": "2", "content": "<p>Done</p>"})).data();
    let now = ticket(&client, 23);
    assert_eq!((&now["status"], &now["resolved"]), (&json!("closed"), &json!("Refunded")));
    client.post("tickets/close", &json!({"ticket_id": 10})).data();
    assert_eq!(ticket(&client, 10)["status"], "closed");
    client.post("tickets/close", &json!({"ticket_id": 99})).error(404, "not_found");
    let answer =
        Client::new(&helpdesk, "no_plan").post("tickets/close", &json!({"ticket_id": 21, "resolved": "Solved"}));
    assert_eq!(
        (answer.status, answer.json()["message"].as_str()),
        (403, Some("Your plan does not include has_resolution_tracking."))
    );
}

#[test]
fn people_come_and_go() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let body = json!({"ticket_id": 10, "participants": ["x@y.example", "z@y.example"]});
    let done = client.post("tickets/participants/add", &body).data();
    assert_eq!(done["participants"].as_array().unwrap().len(), 4);
    assert_eq!(done["reopened"], false);
    let body = json!({"ticket_id": 10, "participants": ["x@y.example"]});
    let done = client.post("tickets/participants/remove", &body).data();
    assert_eq!(done["participants"].as_array().unwrap().len(), 3);
    for path in ["tickets/participants/add", "tickets/participants/remove"] {
        assert_eq!(client.post(path, &json!({"ticket_id": 10, "participants": []})).refused(), ["participants"]);
        assert_eq!(client.post(path, &json!({"ticket_id": 10, "participants": ["x"]})).refused()[0], "participants.0");
        client.post(path, &json!({"ticket_id": 99, "participants": ["x@y.example"]})).error(404, "not_found");
    }
    let originator = json!({"ticket_id": 10, "participants": ["nadia.haddad@cedarschool.example"]});
    assert_eq!(client.post("tickets/participants/remove", &originator).refused(), ["participants"]);
    assert_eq!(helpdesk.effects().len(), 2);
}
