//! Deleting, restoring, merging, splitting, linking, changing the originator.

use serde_json::{Value, json};

use crate::client::{Client, helpdesk, number};

fn show(client: &Client, id: u64) -> Value {
    client.post("tickets/show", &json!({"ticket_id": id})).data()
}

#[test]
fn tickets_go_softly_all_or_none_and_come_back_with_their_thread() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let (two, five) = (number(&helpdesk, 2), number(&helpdesk, 5));
    client
        .post("tickets/response-delete", &json!({"response_id": helpdesk.world(|world| world.tickets[1].responses[0])}))
        .data();
    let before = show(&client, 2);
    let dry = client.post("tickets/delete", &json!({"ticket_numbers": [two, five], "dry_run": true})).data();
    assert_eq!((&dry["dry_run"], &dry["count"]), (&json!(true), &json!(2)));
    assert_eq!(dry["tickets"][0]["queue"], "Billing");
    assert_eq!(helpdesk.effects().len(), 1, "a dry run has no effect");
    client.post("tickets/delete", &json!({"ticket_numbers": [two, "1"]})).error(404, "not_found");
    show(&client, 2);
    client.post("tickets/delete", &json!({"ticket_numbers": [two, five, two]})).data();
    assert_eq!(helpdesk.effects().len(), 3, "one effect a ticket");
    for id in [2, 5] {
        client.post("tickets/show", &json!({"ticket_id": id})).error(404, "not_found");
    }
    assert_eq!(client.post("tickets/query", &json!({})).json().as_array().unwrap().len(), 23);
    let back = client.post("tickets/restore", &json!({"ticket_number": two})).data();
    assert_eq!(back["responses_restored"], before["responses"].as_array().unwrap().len());
    assert_eq!(show(&client, 2)["responses"], before["responses"], "what was deleted before stays deleted");
    assert_eq!(client.post("tickets/restore", &json!({"ticket_number": two})).refused(), ["ticket_number"]);
    client.post("tickets/restore", &json!({"ticket_number": "1"})).error(404, "not_found");
}

#[test]
fn tickets_are_deleted_by_originator_within_a_queue() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let delete = |body: Value| client.post("tickets/delete", &body);
    let oakley = "g.oakley@oakleyfarm.example";
    assert_eq!(delete(json!({"originator_email": oakley, "queue": "Workshop"})).data()["count"], 1);
    assert_eq!(delete(json!({"originator_email": oakley})).data()["count"], 1);
    assert_eq!(delete(json!({"originator_email": oakley})).data()["count"], 0);
    assert_eq!(delete(json!({})).refused(), ["ticket_numbers"]);
    assert_eq!(delete(json!({"originator_email": oakley, "ticket_numbers": ["1"]})).refused(), ["ticket_numbers"]);
    assert_eq!(delete(json!({"ticket_numbers": ["1"], "queue": "Inbox"})).refused(), ["queue"]);
}

#[test]
fn the_older_of_two_merged_tickets_stays_and_takes_the_others_thread() {
    for swapped in [false, true] {
        let helpdesk = helpdesk();
        let client = Client::new(&helpdesk, "tickets");
        let (old, new) = (number(&helpdesk, 6), number(&helpdesk, 20));
        let (first, second) = if swapped { (&new, &old) } else { (&old, &new) };
        let (own, others) = (show(&client, 6)["responses"].clone(), show(&client, 20)["responses"].clone());
        let done = client.post("tickets/merge", &json!({"ticket_number": first, "other_ticket_number": second})).data();
        assert_eq!(done["ticket_number"].to_string(), old);
        assert_eq!(done["merged_ticket_number"].to_string(), new);
        let now = show(&client, 6);
        assert_eq!(now["ticket"]["status"], "open", "a survivor on hold is opened");
        let html =
            |rows: &Value| -> Vec<Value> { rows.as_array().unwrap().iter().map(|row| row["html"].clone()).collect() };
        assert_eq!(html(&now["responses"]), [html(&own), html(&others)].concat());
        let last = now["responses"].as_array().unwrap().last().unwrap();
        assert!(last["audit"][0].as_str().unwrap().contains(&new));
        client.post("tickets/show", &json!({"ticket_number": new})).error(404, "not_found");
        assert_eq!(helpdesk.world(|world| world.ticket(20).unwrap().merged_to), Some(6));
        assert_eq!(helpdesk.effects().len(), 1);
        let itself = json!({"ticket_number": old, "other_ticket_number": old});
        assert_eq!(client.post("tickets/merge", &itself).refused(), ["other_ticket_number"]);
        client
            .post("tickets/merge", &json!({"ticket_number": old, "other_ticket_number": new}))
            .error(404, "not_found");
        assert_eq!(client.post("tickets/merge", &json!({"ticket_number": old})).refused(), ["other_ticket_number"]);
    }
}

#[test]
fn responses_split_off_stand_on_a_linked_ticket_whose_link_stays() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let responses = helpdesk.world(|world| world.ticket(8).unwrap().responses.clone());
    let body = json!({"response_ids": [responses[2]], "subject": "Where are the regulators?", "queue": "Inbox"});
    let made = client.post("tickets/split", &body).data();
    let id = made["ticket_id"].as_u64().unwrap();
    let new = show(&client, id);
    assert_eq!(
        (&new["ticket"]["subject"], &new["ticket"]["queue"]),
        (&json!("Where are the regulators?"), &json!("Inbox"))
    );
    assert_eq!(new["ticket"]["originator_email"], "henrik.solberg@fjellsport.example");
    assert_eq!(new["ticket"]["linked_tickets"][0]["is_clone"], true);
    assert_eq!(new["responses"][0]["id"], made["response_ids"][0].to_string());
    client.post("tickets/response", &json!({"response_id": responses[2]})).error(404, "not_found");
    let unlink = json!({"ticket_id": 8, "linked_ticket_number": made["ticket_number"].to_string()});
    client.post("tickets/unlink", &unlink).error(422, "clone_link");
    let copied = json!({"response_ids": [responses[0]], "subject": "Copy", "copy": true});
    let copy = client.post("tickets/split", &copied).data();
    assert_eq!(show(&client, copy["ticket_id"].as_u64().unwrap())["ticket"]["queue"], "Support");
    client.post("tickets/response", &json!({"response_id": responses[0]})).data();
    let mixed = json!({"response_ids": [responses[0], 1], "subject": "Mixed"});
    assert_eq!(client.post("tickets/split", &mixed).refused(), ["response_ids"]);
    assert_eq!(client.post("tickets/split", &json!({"response_ids": [1]})).refused(), ["subject"]);
    client.post("tickets/split", &json!({"response_ids": [9999], "subject": "S"})).error(404, "not_found");
    assert_eq!(helpdesk.effects().len(), 2);
}

#[test]
fn links_are_symmetric_and_linking_twice_changes_nothing() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let (one, two) = (number(&helpdesk, 10), number(&helpdesk, 21));
    let link = json!({"ticket_number": one, "linked_ticket_numbers": [two]});
    for _ in 0..2 {
        let done = client.post("tickets/link", &link).data();
        assert_eq!(done["linked_tickets"][0]["ticket_number"].to_string(), two);
    }
    assert_eq!(helpdesk.effects().len(), 1);
    let other = client.post("tickets/links", &json!({"ticket_number": two})).data();
    assert_eq!(other["linked_tickets"][0]["ticket_number"].to_string(), one);
    let unlink = json!({"ticket_number": two, "linked_ticket_number": one});
    assert_eq!(client.post("tickets/unlink", &unlink).data()["linked_tickets"], json!([]));
    client.post("tickets/unlink", &unlink).error(404, "not_found");
    let itself = json!({"ticket_number": one, "linked_ticket_numbers": [one]});
    assert_eq!(client.post("tickets/link", &itself).refused(), ["linked_ticket_numbers"]);
    client.post("tickets/link", &json!({"ticket_number": one, "linked_ticket_numbers": ["1"]})).error(404, "not_found");
    let many = vec![two.clone(); 101];
    assert_eq!(
        client.post("tickets/link", &json!({"ticket_number": one, "linked_ticket_numbers": many})).refused(),
        ["linked_ticket_numbers"]
    );
    let hidden = json!({"ticket_number": one, "linked_ticket_numbers": [two]});
    Client::new(&helpdesk, "one_queue").post("tickets/link", &hidden).error(404, "not_found");
}

#[test]
fn a_new_originator_joins_and_the_old_one_stays() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let body = json!({"ticket_id": 10, "originator_email": "Head@cedarschool.example"});
    client.post("tickets/originator-update", &body).data();
    let now = show(&client, 10);
    assert_eq!(now["ticket"]["originator_email"], "head@cedarschool.example");
    assert_eq!(now["ticket"]["participants"].as_array().unwrap().len(), 2);
    assert_eq!(now["responses"][1]["is_audit_only"], true);
    let answer = client.post("tickets/originator-update", &json!({"ticket_id": 10, "originator_email": "x"}));
    assert_eq!(answer.refused(), ["originator_email"]);
    let unknown = json!({"ticket_id": 99, "originator_email": "a@b.example"});
    client.post("tickets/originator-update", &unknown).error(404, "not_found");
}
