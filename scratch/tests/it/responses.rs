//! Changing, deleting, moving and copying responses.

use serde_json::{Value, json};

use crate::client::{Client, helpdesk, number};

fn response(client: &Client, id: &Value) -> Value {
    client.post("tickets/response", &json!({"response_id": id})).data()["response"].clone()
}

#[test]
fn a_staff_response_is_rewritten_whole_or_in_steps() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let edit = |more: Value| {
        let mut body = json!({"response_id": 2});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.post("tickets/response-update", &body)
    };
    edit(json!({"content": "<p>one two two</p><img src=\"data:image/png;base64,AAEC\">"})).data();
    let now = response(&client, &json!(2));
    assert_eq!(now["plain_text"], "one two two");
    assert_eq!(now["attachments"][0]["is_inline"], true);
    edit(json!({"replace": [{"find": "one", "replace": "1"}, {"find": "two", "replace": "2", "all": true}]})).data();
    assert_eq!(response(&client, &json!(2))["plain_text"], "1 2 2");
    edit(json!({"replace": [{"find": " 2", "replace": "", "all": true}]})).data();
    assert_eq!(response(&client, &json!(2))["plain_text"], "1");
    let before = helpdesk.effects().len();
    assert_eq!(edit(json!({"replace": [{"find": "p", "replace": "q"}]})).refused(), ["replace.0.find"]);
    assert_eq!(edit(json!({"replace": [{"find": "gone", "replace": "q"}]})).refused(), ["replace.0.find"]);
    assert_eq!(edit(json!({"replace": [{"find": "", "replace": "q"}]})).refused(), ["replace.0.find"]);
    assert_eq!(edit(json!({"replace": [{"find": "1", "replace": "q"}], "content": "x"})).refused(), ["replace"]);
    assert_eq!(edit(json!({})).refused(), ["content"]);
    assert_eq!(edit(json!({"is_internal": true, "notify": true})).refused(), ["notify"]);
    assert_eq!(helpdesk.effects().len(), before);
    client.post("tickets/response-update", &json!({"response_id": 9999, "content": "x"})).error(404, "not_found");
}

#[test]
fn a_customers_words_stay_but_may_be_hidden_and_a_note_may_be_published() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let edit = |body: Value| client.post("tickets/response-update", &body);
    assert_eq!(edit(json!({"response_id": 1, "content": "x"})).refused(), ["content"]);
    edit(json!({"response_id": 1, "is_internal": true})).data();
    assert_eq!(response(&client, &json!(1))["is_internal"], true);
    assert_eq!(response(&client, &json!(4))["is_internal"], true);
    assert_eq!(edit(json!({"response_id": 4, "is_internal": false, "notify": true})).data()["notified"], true);
    assert_eq!(response(&client, &json!(4))["is_internal"], false);
    assert_eq!(helpdesk.effects()[1].did, "updated, customer notified");
    let record =
        client.post("tickets/participants/add", &json!({"ticket_id": 1, "participants": ["x@y.example"]})).data();
    let refused = edit(json!({"response_id": record["response_id"], "content": "x"})).refused();
    assert_eq!(refused, ["content"]);
}

#[test]
fn a_deleted_response_is_gone_from_its_thread() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let thread =
        || client.post("tickets/responses", &json!({"ticket_id": 1})).data()["responses"].as_array().unwrap().len();
    let before = thread();
    client.post("tickets/response-delete", &json!({"response_id": "2"})).data();
    assert_eq!(thread(), before - 1);
    for path in ["tickets/response", "tickets/response-delete"] {
        client.post(path, &json!({"response_id": 2})).error(404, "not_found");
    }
    assert_eq!(helpdesk.effects().len(), 1);
}

#[test]
fn responses_are_moved_or_copied_in_the_given_order_and_keep_what_they_are() {
    for (path, keeps) in [("tickets/response-move", false), ("tickets/response-copy", true)] {
        let helpdesk = helpdesk();
        let client = Client::new(&helpdesk, "tickets");
        let source = |id: u64| response(&client, &json!(id));
        let (one, two) = (source(1), source(2));
        let body = json!({"response_ids": [2, 1], "target_ticket_number": number(&helpdesk, 10)});
        let done = client.post(path, &body).data();
        assert_eq!(done["ticket_number"].to_string(), number(&helpdesk, 10));
        let made = done["response_ids"].as_array().unwrap();
        for (copy, original) in made.iter().zip([&two, &one]) {
            let copy = response(&client, copy);
            for member in
                ["html", "created_by_email", "created_at", "is_internal", "staff_response", "is_email_sourced"]
            {
                assert_eq!(copy[member], original[member], "{member}");
            }
            assert_eq!(
                copy["attachments"].as_array().unwrap().len(),
                original["attachments"].as_array().unwrap().len()
            );
        }
        let status = client.post("tickets/response", &json!({"response_id": 1})).status;
        assert_eq!(status, if keeps { 200 } else { 404 }, "{path}");
        assert_eq!(helpdesk.effects().len(), 1);
        let before = helpdesk.world(|world| world.responses.len());
        let target = number(&helpdesk, 10);
        assert_eq!(
            client.post(path, &json!({"response_ids": [], "target_ticket_number": target})).refused(),
            ["response_ids"]
        );
        assert_eq!(
            client.post(path, &json!({"response_ids": ["3"], "target_ticket_number": target})).refused()[0],
            "response_ids.0"
        );
        let most = vec![3; 501];
        assert_eq!(
            client.post(path, &json!({"response_ids": most, "target_ticket_number": target})).refused(),
            ["response_ids"]
        );
        client.post(path, &json!({"response_ids": [3, 9999], "target_ticket_number": target})).error(404, "not_found");
        client.post(path, &json!({"response_ids": [3], "target_ticket_number": "1"})).error(404, "not_found");
        assert_eq!(helpdesk.world(|world| world.responses.len()), before, "all or nothing");
    }
}
