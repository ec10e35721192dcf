//! Opening tickets.

use serde_json::{Value, json};

use crate::client::{Client, helpdesk};

fn plain() -> Value {
    json!({"originator_email_address": "New.Person@example.com", "is_public": true,
           "data": {"subject": "Lamp", "content": "<p>It is dark.</p>"}})
}

#[test]
fn a_ticket_that_is_opened_is_shown_and_found() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let made = client.post("tickets", &plain()).data();
    assert!(made["ticket_number"].is_u64() && made["ticket_id"].is_u64() && made["response_id"].is_u64(), "{made}");
    assert_eq!((&made["queue"], &made["rerouted"]), (&json!("Inbox"), &json!(false)));
    let shown = client.post("tickets/show", &json!({"ticket_number": made["ticket_number"].to_string()})).data();
    let ticket = &shown["ticket"];
    assert_eq!(ticket["id"], made["ticket_id"].to_string());
    assert_eq!(ticket["number"], made["ticket_number"]);
    assert_eq!(ticket["status"], "open");
    assert_eq!(ticket["priority"], "20");
    assert_eq!(ticket["originator_email"], "new.person@example.com");
    assert_eq!(ticket["created_at"], "2026-11-02T08:00:01+00:00");
    assert_eq!(ticket["on_hold_until"], Value::Null);
    let first = &shown["responses"][0];
    assert_eq!(first["id"], made["response_id"].to_string());
    assert_eq!((&first["html"], &first["plain_text"]), (&json!("<p>It is dark.</p>"), &json!("It is dark.")));
    assert_eq!((&first["is_internal"], &first["staff_response"]), (&json!(false), &json!(true)));
    assert_eq!(first["created_by_email"], "priya.nair@kestrel.example");
    let found = client
        .post("tickets/query", &json!({"search_object": {"criteria": [{"mode": "subject", "tokens": ["lamp"]}]}}));
    assert_eq!(found.json()[0]["number"], made["ticket_number"]);
    let effects = helpdesk.effects();
    assert_eq!(effects.len(), 1);
    assert_eq!(effects[0].target, format!("ticket:{}", made["ticket_number"]));
    assert_eq!((effects[0].route.as_str(), effects[0].token.as_deref()), ("tickets.create", Some("tickets")));
}

#[test]
fn exactly_one_of_the_three_shapes() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let with = |more: Value| {
        let mut body = plain();
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        client.post("tickets", &body)
    };
    assert_eq!(with(json!({"data": {}})).refused(), ["data.subject", "data.content"]);
    assert_eq!(with(json!({"data": {"subject": "only"}})).refused(), ["data.content"]);
    assert_eq!(with(json!({"template_identifier": "delivery_delay"})).refused(), ["data"]);
    assert_eq!(with(json!({"intervention": "battery_alarm", "uid": "1"})).refused(), ["data"]);
    assert_eq!(with(json!({"template_identifier": "nothing", "data": {"a": 1}})).refused(), ["template_identifier"]);
    assert_eq!(
        with(json!({"intervention": "battery_alarm", "data": {}, "queue_name": "Inbox"})).refused(),
        ["uid", "data.data", "queue_name"]
    );
    assert_eq!(with(json!({"originator_email_address": "x"})).refused(), ["originator_email_address"]);
    assert!(helpdesk.effects().is_empty(), "a refused request has no effect");
}

#[test]
fn a_template_is_filled() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let body = json!({"originator_email_address": "a@b.example", "template_identifier": "delivery_delay",
                      "data": {"name": "Ada", "order": 17, "subject": "a value"}});
    let id = client.post("tickets", &body).data()["ticket_id"].clone();
    let shown = client.post("tickets/show", &json!({"ticket_id": id})).data();
    assert_eq!(shown["ticket"]["subject"], "Your order 17 is late");
    assert!(shown["responses"][0]["html"].as_str().unwrap().starts_with("<p>Hello Ada,</p><p>your order 17 left"));
}

#[test]
fn an_intervention_picks_its_queue_and_is_ended_by_accept() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let body = json!({"originator_email_address": "a@b.example", "intervention": "battery_alarm", "uid": "cb-1",
                      "data": {"data": {"bike": "CB-1", "temperature": 61, "firmware": "2.1.4"}}});
    let made = client.post("tickets", &body).data();
    assert_eq!(made["queue"], "Workshop");
    let thread = |body: &Value| client.post("tickets/responses", body).data()["responses"].clone();
    let all = thread(&json!({"ticket_id": made["ticket_id"]}));
    assert_eq!((&all[0]["is_internal"], &all[1]["is_internal"]), (&json!(true), &json!(false)));
    client
        .post("interventions/accept", &json!({"intervention": "battery_alarm", "uid": "other"}))
        .error(404, "not_found");
    let accepted = json!({"intervention": "battery_alarm", "uid": "cb-1", "data": {"bike": "CB-1"}});
    assert_eq!(client.post("interventions/accept", &accepted).data()["ticket_id"], made["ticket_id"]);
    let all = thread(&json!({"ticket_id": made["ticket_id"]}));
    assert_eq!(all[2]["plain_text"], "The alarm on bike CB-1 is settled. You can charge the battery again.");
}

#[test]
fn every_option_of_create_is_kept() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let body = json!({
        "originator_email_address": "a@b.example", "is_public": false, "use_passed_originator_as_responder": true,
        "participants": ["c@d.example"], "queue_name": "support",
        "data": {"subject": "S", "content": "C", "assigned_to_email": "team:1", "priority": "High", "status": "on-hold",
                 "on_hold_until": "2026-12-24"},
    });
    let id = client.post("tickets", &body).data()["ticket_id"].clone();
    let shown = client.post("tickets/show", &json!({"ticket_id": id})).data();
    let ticket = &shown["ticket"];
    let part = |name: &str| ticket[name].as_str().unwrap().to_owned();
    assert_eq!([part("queue"), part("assigned_to_email"), part("priority")], ["Support", "team:1", "30"]);
    assert_eq!([part("status"), part("on_hold_until")], ["on-hold", "2026-12-24"]);
    assert_eq!(ticket["participants"][1], json!({"email": "c@d.example", "name": "c", "is_staff": false}));
    assert_eq!(shown["responses"][0]["is_internal"], true);
    assert_eq!(shown["responses"][0]["created_by_email"], "a@b.example");
    let mut bad = body;
    bad["data"] = json!({"subject": "S", "content": "C", "assigned_to_email": "a@b.example", "priority": "max",
                         "status": "on-hold", "queue_name": "Nowhere"});
    bad["queue_name"] = json!("Nowhere");
    assert_eq!(
        client.post("tickets", &bad).refused(),
        ["queue_name", "data.queue_name", "data.assigned_to_email", "data.priority", "data.on_hold_until"]
    );
}

#[test]
fn a_closed_queue_reroutes_and_says_why() {
    let helpdesk = helpdesk();
    let mut body = plain();
    body["queue_name"] = json!("Old webshop");
    let made = Client::new(&helpdesk, "full").post("tickets", &body).data();
    assert_eq!((&made["queue"], &made["rerouted"]), (&json!("Support"), &json!(true)));
    assert!(made["reroute_reason"].as_str().unwrap().contains("Old webshop"));
}

#[test]
fn tags_that_match_nobody_are_told_or_refused() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let mut body = plain();
    body["data"]["content"] = json!("<p>@priya and @nobody-here, see #vip and #unheard-of</p>");
    assert_eq!(client.post("tickets", &body).data()["tag_warnings"], json!(["@nobody-here", "#unheard-of"]));
    body["strict_tags"] = json!(true);
    assert_eq!(client.post("tickets", &body).refused(), ["strict_tags"]);
}
