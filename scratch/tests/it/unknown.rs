//! Every ticket route that names something, asked for what does not exist, what is deleted, and what is another's.

use serde_json::{Value, json};
use tickiti_relay_routes::Table;

use crate::client::{Client, helpdesk, number};

/// Route and a body that is good but for what it names. `ID`, `NUMBER` and `RESPONSE` stand for that.
fn bodies() -> Vec<(&'static str, Value)> {
    let from = "priya.nair@kestrel.example";
    vec![
        ("tickets.attachment", json!({"ticket_id": "ID", "response_attachment_id": 1})),
        ("tickets.attachment_delete", json!({"ticket_id": "ID", "response_attachment_id": 1})),
        ("tickets.close", json!({"ticket_id": "ID"})),
        ("tickets.delete", json!({"ticket_numbers": ["NUMBER"]})),
        ("tickets.link", json!({"ticket_id": "ID", "linked_ticket_numbers": ["OTHER"]})),
        ("tickets.links", json!({"ticket_id": "ID"})),
        ("tickets.merge", json!({"ticket_number": "NUMBER", "other_ticket_number": "OTHER"})),
        ("tickets.originator_update", json!({"ticket_id": "ID", "originator_email": "a@b.example"})),
        ("tickets.participants_add", json!({"ticket_id": "ID", "participants": ["a@b.example"]})),
        ("tickets.participants_remove", json!({"ticket_id": "ID", "participants": ["a@b.example"]})),
        ("tickets.respond", json!({"ticket_number": "NUMBER", "from_email": from, "content": "x"})),
        ("tickets.response_copy", json!({"response_ids": ["RESPONSE"], "target_ticket_number": "OTHER"})),
        ("tickets.response_delete", json!({"response_id": "RESPONSE"})),
        ("tickets.response_move", json!({"response_ids": ["RESPONSE"], "target_ticket_number": "OTHER"})),
        ("tickets.response_show", json!({"response_id": "RESPONSE"})),
        ("tickets.response_update", json!({"response_id": "RESPONSE", "is_internal": true})),
        ("tickets.responses", json!({"ticket_number": "NUMBER"})),
        ("tickets.show", json!({"ticket_number": "NUMBER"})),
        ("tickets.split", json!({"response_ids": ["RESPONSE"], "subject": "S"})),
        ("tickets.unlink", json!({"ticket_id": "ID", "linked_ticket_number": "OTHER"})),
    ]
}

/// Routes of the family that name nothing that could be unknown, or answer an unknown name otherwise.
const OTHERS: &[&str] = &[
    "tickets.attachment_upload",
    "tickets.create",
    "tickets.query",
    "tickets.queues",
    "tickets.resolutions",
    "tickets.responses_query",
    "tickets.restore",
    "tickets.search_modes",
    "tickets.staff",
    "tickets.teams",
];

fn filled(body: &Value, id: u64, number: &str, other: &str, response: u64) -> Value {
    let text = body.to_string();
    let text = text.replace("\"ID\"", &id.to_string()).replace("\"RESPONSE\"", &response.to_string());
    serde_json::from_str(&text.replace("NUMBER", number).replace("OTHER", other)).unwrap()
}

fn path(route: &str) -> String {
    Table::builtin().get(route).unwrap().uri.clone()
}

#[test]
fn the_table_names_every_ticket_route() {
    let mut named: Vec<_> = bodies().iter().map(|(route, _)| *route).chain(OTHERS.iter().copied()).collect();
    named.sort_unstable();
    let mut all: Vec<_> = Table::builtin().family("tickets").map(|route| route.name.as_str()).collect();
    all.sort_unstable();
    assert_eq!(named, all);
}

#[test]
fn what_does_not_exist_is_refused_and_nothing_happens() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let other = number(&helpdesk, 10);
    for (route, body) in bodies() {
        let answer = client.post(&path(route), &filled(&body, 9999, "100001", &other, 99_999));
        assert_eq!((answer.status, &answer.json()["error"]), (404, &json!("not_found")), "{route}: {}", answer.json());
    }
    assert!(helpdesk.effects().is_empty());
}

#[test]
fn what_is_deleted_is_refused_as_if_it_did_not_exist() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let (gone, other) = (number(&helpdesk, 1), number(&helpdesk, 10));
    client.post("tickets/delete", &json!({"ticket_numbers": [gone]})).data();
    for (route, body) in bodies() {
        let answer = client.post(&path(route), &filled(&body, 1, &gone, &other, 1));
        assert_eq!(answer.status, 404, "{route}: {}", answer.json());
    }
    assert_eq!(helpdesk.effects().len(), 1);
}

#[test]
fn what_stands_in_anothers_queue_is_refused() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "one_queue");
    let (hidden, seen) = (number(&helpdesk, 1), number(&helpdesk, 10));
    for (setting, status) in [("not_found", 404), ("forbidden", 403)] {
        helpdesk.switch(|switches| switches.set("hidden_queue", setting).unwrap());
        for (route, body) in bodies() {
            let answer = client.post(&path(route), &filled(&body, 1, &hidden, &seen, 1));
            assert_eq!(answer.status, status, "{route}: {}", answer.json());
        }
        let deleted = helpdesk.world(|world| world.ticket(1).unwrap().deleted_at);
        assert_eq!(deleted, None);
    }
    assert!(helpdesk.effects().is_empty());
}

#[test]
fn the_same_bodies_are_good_when_what_they_name_exists() {
    for (route, body) in bodies() {
        let helpdesk = helpdesk();
        let client = Client::new(&helpdesk, "full");
        let (number, other) = (number(&helpdesk, 1), number(&helpdesk, 10));
        if route == "tickets.unlink" {
            client.post("tickets/link", &json!({"ticket_id": 1, "linked_ticket_numbers": [other]})).data();
        }
        helpdesk.clear_logs();
        client.post(&path(route), &filled(&body, 1, &number, &other, 1)).data();
        let writes = Table::builtin().get(route).unwrap().class != tickiti_relay_routes::Class::Read;
        assert_eq!(helpdesk.effects().len(), usize::from(writes), "{route}");
    }
}
