//! Threads and look-ups.

use serde_json::{Value, json};

use crate::client::{Client, helpdesk, helpdesk_with, number};

#[test]
fn a_ticket_is_named_once() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let number = number(&helpdesk, 1);
    assert_eq!(number, "709383");
    for path in ["tickets/show", "tickets/responses", "tickets/links"] {
        let both = json!({"ticket_number": number, "ticket_id": 1});
        assert_eq!(client.post(path, &both).refused(), ["ticket_number"]);
        assert_eq!(client.post(path, &json!({})).refused(), ["ticket_number"]);
        client.post(path, &json!({"ticket_number": "100001"})).error(404, "not_found");
        client.post(path, &json!({"ticket_number": "nonsense"})).error(404, "not_found");
        client.post(path, &json!({"ticket_id": "999"})).error(404, "not_found");
        let by_number = client.post(path, &json!({"ticket_number": number})).data();
        for other in [json!({"ticket_id": 1}), json!({"ticket_id": "1"}), json!({"ticket_number": 709_383})] {
            assert_eq!(client.post(path, &other).data(), by_number);
        }
    }
    let strict = helpdesk_with(|switches| switches.set("numeric_ticket_number", "refused").unwrap());
    let answer = Client::new(&strict, "read").post("tickets/show", &json!({"ticket_number": 709_383}));
    assert_eq!(answer.refused(), ["ticket_number"]);
    let lax = helpdesk_with(|switches| switches.set("unknown_ticket", "validation").unwrap());
    let answer = Client::new(&lax, "read").post("tickets/show", &json!({"ticket_number": "100001"}));
    assert_eq!(answer.refused(), ["ticket_number"]);
}

#[test]
fn a_thread_has_pinned_notes_first_and_both_public_and_internal() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let shown = client.post("tickets/show", &json!({"ticket_id": 3})).data();
    let rows = shown["responses"].as_array().unwrap();
    assert_eq!(rows[0]["is_pinned"], true);
    assert!(rows[1..].iter().all(|row| row["is_pinned"] == false));
    let times: Vec<_> = rows[1..].iter().map(|row| row["created_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted());
    assert!(rows.iter().any(|row| row["is_internal"] == true) && rows.iter().any(|row| row["is_internal"] == false));
    assert_eq!(shown["ticket"]["raised_by"], "Samuel Okafor");
    assert_eq!(shown["ticket"]["queue"], "Workshop");
    assert_eq!(shown["ticket"]["linked_tickets"][0]["ticket_id"], "9");
}

#[test]
fn bodies_are_chosen_and_cut() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let first = |more: Value| {
        let mut body = json!({"ticket_id": 1});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.post("tickets/show", &body).data()["responses"][0].clone()
    };
    let whole = first(json!({}));
    let html = whole["html"].as_str().unwrap();
    assert_eq!(whole["body_chars"], html.chars().count());
    assert_eq!(whole.get("html_truncated"), None);
    let cut = first(json!({"max_body_chars": 12}));
    assert_eq!((cut["html"].as_str().unwrap(), &cut["html_truncated"]), (&html[..12], &json!(true)));
    assert_eq!(cut["plain_text_truncated"], true);
    assert_eq!(cut["body_chars"], whole["body_chars"]);
    let text = first(json!({"fields": ["plain_text"]}));
    assert_eq!((text.get("html"), text.get("attachments")), (None, None));
    assert!(text["plain_text"].is_string() && text["audit"].is_array());
    assert_eq!(client.post("tickets/show", &json!({"ticket_id": 1, "fields": ["text"]})).refused(), ["fields.0"]);
    assert_eq!(
        client.post("tickets/show", &json!({"ticket_id": 1, "max_body_chars": -1})).refused(),
        ["max_body_chars"]
    );
}

#[test]
fn one_response_by_its_id() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let one =
        client.post("tickets/response", &json!({"response_id": "1", "max_body_chars": 3})).data()["response"].clone();
    assert_eq!((&one["id"], one["ticket_number"].to_string()), (&json!("1"), number(&helpdesk, 1)));
    assert_eq!((&one["html"], &one["is_email_sourced"]), (&json!("<p>"), &json!(true)));
    assert_eq!(one["attachments"][0]["name"], "pole-joint.png");
    client.post("tickets/response", &json!({"response_id": 99_999})).error(404, "not_found");
    assert_eq!(client.post("tickets/response", &json!({})).refused(), ["response_id"]);
}

#[test]
fn who_works_here_and_in_which_queues() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let ask = |path: &str, body: Value| client.post(path, &body).data();
    let staff = ask("tickets/staff", json!({"search": "PRIYA"}))["staff"].clone();
    assert_eq!(
        staff,
        json!([{"id": "3", "name": "Priya Nair", "email": "priya.nair@kestrel.example", "teams": ["team:1"]}])
    );
    assert_eq!(ask("tickets/staff", json!({}))["staff"].as_array().unwrap().len(), 6);
    assert_eq!(ask("tickets/staff", json!({"search": "nobody"}))["staff"], json!([]));
    let teams = ask("tickets/teams", json!({}))["teams"].clone();
    assert_eq!((&teams[1]["key"], &teams[1]["members_key"]), (&json!("team:2"), &json!("team-and-members:2")));
    assert_eq!(teams[1]["members"][0]["name"], "Marta Kowalska");
    let queues = ask("tickets/queues", json!({}))["queues"].clone();
    assert_eq!(
        (&queues[2]["id"], &queues[2]["name"], &queues[2]["track_resolutions"]),
        (&json!("3"), &json!("Billing"), &json!(true))
    );
    let resolutions = ask("tickets/resolutions", json!({}))["resolutions"].clone();
    assert_eq!(resolutions[0], json!({"id": "1", "name": "Solved", "selectable": true}));
    let modes = ask("tickets/search-modes", json!({}))["modes"].clone();
    assert_eq!(modes.as_array().unwrap().len(), 16);
}

#[test]
fn faqs_are_open_and_searched() {
    let helpdesk = helpdesk();
    let nobody = Client { address: helpdesk.address(), secret: None };
    let get = |path: &str| nobody.send("GET", path, &[], "", b"").unwrap();
    assert_eq!(get("faqs").data()["faqs"].as_array().unwrap().len(), 2);
    let found = get("faqs?search=the%20cold").data()["faqs"].clone();
    assert_eq!(found[0]["title"], "How does the battery behave in the cold?");
    assert_eq!(found.as_array().unwrap().len(), 1);
    helpdesk.switch(|switches| switches.set("faqs_token", "needed").unwrap());
    assert_eq!(get("faqs").status, 401);
}
