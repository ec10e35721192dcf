//! `tickets/responses/query`: filters, pages, counts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Client, helpdesk, helpdesk_with, number};

fn ask(client: &Client, body: Value) -> Value {
    client.post("tickets/responses/query", &body).data()
}

/// Follows the cursor to the end; hands out ids in order and the number of pages.
fn all(client: &Client, mut body: Value) -> (Vec<u64>, usize) {
    let (mut ids, mut pages) = (Vec::new(), 0);
    loop {
        let page = ask(client, body.clone());
        pages += 1;
        ids.extend(
            page["responses"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["response_id"].as_str().unwrap().parse::<u64>().unwrap()),
        );
        if page["next_cursor"].is_null() {
            return (ids, pages);
        }
        body["cursor"] = page["next_cursor"].clone();
    }
}

#[test]
fn fifteen_hundred_responses_come_once_each_and_oldest_first() {
    let helpdesk = helpdesk();
    helpdesk.world(|world| world.add_bulk(300, 5));
    let client = Client::new(&helpdesk, "read");
    let (every, _) = all(&client, json!({"limit": 1000}));
    for limit in [97, 500, 1000] {
        let (ids, pages) = all(&client, json!({"limit": limit}));
        assert_eq!(ids, every);
        assert_eq!(pages, every.len().div_ceil(limit));
    }
    assert!(every.len() >= 1500);
    assert_eq!(every.iter().collect::<BTreeSet<_>>().len(), every.len());
    let times = helpdesk.world(|world| {
        let times: Vec<_> = every.iter().map(|id| world.response(*id).unwrap().created_at).collect();
        assert!(times.windows(2).any(|two| two[0] == two[1]), "the seconds must collide for the id to matter");
        times
    });
    assert!(times.is_sorted());
}

#[test]
fn a_page_that_ends_exactly_has_no_next() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let filter = json!({"ticket_number": [number(&helpdesk, 1)], "limit": 6});
    let page = ask(&client, filter.clone());
    assert_eq!((page["responses"].as_array().unwrap().len(), &page["next_cursor"]), (6, &Value::Null));
    let mut shorter = filter;
    shorter["limit"] = json!(5);
    let page = ask(&client, shorter);
    assert!(page["next_cursor"]["id"].is_u64(), "{}", page["next_cursor"]);
    assert!(page["next_cursor"]["created_at"].is_string());
}

#[test]
fn responses_added_behind_the_cursor_are_found_and_none_is_lost() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let page = ask(&client, json!({"limit": 20}));
    let reply = json!({"ticket_id": 10, "from_email": "a@b.example", "content": "later"});
    client.post("tickets/respond", &reply).data();
    let mut rest = ask(&client, json!({"limit": 1000, "cursor": page["next_cursor"]}));
    let rest = rest["responses"].take();
    assert_eq!(rest.as_array().unwrap().last().unwrap()["plain_text"], "later");
    let total = ask(&client, json!({"count_only": true}))["count"].as_u64().unwrap();
    assert_eq!(rest.as_array().unwrap().len() as u64 + 20, total);
}

#[test]
fn filters_narrow_and_agree_with_the_counts() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let count = |filter: Value| {
        let mut counted = filter.clone();
        counted["count_only"] = json!(true);
        let count = ask(&client, counted)["count"].as_u64().unwrap();
        assert_eq!(all(&client, filter).0.len() as u64, count);
        count
    };
    let total = count(json!({}));
    for flag in ["is_internal", "staff_response", "has_attachments", "is_empty"] {
        let (yes, no) = (count(json!({flag: true})), count(json!({flag: false})));
        assert_eq!(yes + no, total, "{flag}");
        assert!(no > 0 && (yes > 0 || flag == "is_empty"), "{flag}");
    }
    assert_eq!(count(json!({"created_by_email": "G.OAKLEY@oakleyfarm.example"})), 3);
    assert_eq!(count(json!({"ticket_number": [number(&helpdesk, 1), number(&helpdesk, 5)]})), 9);
    assert_eq!(count(json!({"response_id": [1, 2, 99999]})), 2);
    assert_eq!(count(json!({"queue": ["billing"]})), count(json!({"queue_id": [3]})));
    let before = count(json!({"created_to": "2026-10-15"}));
    let after = count(json!({"created_from": "2026-10-16"}));
    assert_eq!(before + after, total);
    assert!(before > 0 && after > 0);
    client.post("tickets/response-delete", &json!({"response_id": 1})).data();
    assert_eq!((count(json!({})), count(json!({"include_deleted": true}))), (total - 1, total));
}

#[test]
fn groups_add_up() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let total = ask(&client, json!({"count_only": true}))["count"].clone();
    for group in ["ticket_number", "created_by_email", "queue", "is_internal", "staff_response", "day"] {
        let groups = ask(&client, json!({"group_by": group}))["groups"].clone();
        let sum: u64 = groups.as_array().unwrap().iter().map(|group| group["count"].as_u64().unwrap()).sum();
        assert_eq!(json!(sum), total, "{group}");
    }
    assert_eq!(client.post("tickets/responses/query", &json!({"group_by": "mood"})).refused(), ["group_by"]);
}

#[test]
fn fields_choose_what_comes() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let names = |body: Value| -> Vec<String> {
        ask(&client, body)["responses"][0].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(
        names(json!({"fields": ["created_at", "html"]})),
        ["response_id", "ticket_number", "created_at", "html"]
    );
    let light = names(json!({"metadata_only": true}));
    assert!(
        light.contains(&"audit".into()) && !light.contains(&"html".into()) && !light.contains(&"attachments".into())
    );
    assert_eq!(names(json!({"fields": []})), light);
    let text = names(json!({"fields": ["plain_text"]}));
    assert!(text.contains(&"plain_text".into()) && text.contains(&"audit".into()) && !text.contains(&"html".into()));
    assert_eq!(names(json!({})).len(), light.len() + 3);
}

#[test]
fn bad_pages_are_refused_or_mended() {
    let bad = [
        ("limit", json!({"limit": 1001})),
        ("limit", json!({"limit": 0})),
        ("fields.0", json!({"fields": ["body"]})),
        ("cursor", json!({"cursor": {"created_at": "soon", "id": 1}})),
        ("cursor", json!({"cursor": {"created_at": "2026-10-15T00:00:00+00:00"}})),
    ];
    let strict = helpdesk();
    let mild = helpdesk_with(|switches| switches.set("bad_page", "mended").unwrap());
    for (field, body) in bad {
        let refused = Client::new(&strict, "read").post("tickets/responses/query", &body).refused();
        assert_eq!(refused, [field], "{body}");
        ask(&Client::new(&mild, "read"), body);
    }
    let answer = Client::new(&strict, "read").post("tickets/responses/query", &json!({"created_from": "yesterday"}));
    assert_eq!(answer.refused(), ["created_from"]);
}

#[test]
fn types_of_row_and_cursor_follow_their_switches() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let first = |setting: &str| {
        helpdesk.switch(|switches| switches.set("row_key", setting).unwrap());
        let row = ask(&client, json!({"limit": 1}))["responses"][0].clone();
        (row.get("id").is_some(), row.get("response_id").is_some())
    };
    assert_eq!(["response_id", "both", "id"].map(first), [(false, true), (true, true), (true, false)]);
    helpdesk.switch(|switches| switches.set("cursor_id", "text").unwrap());
    let page = ask(&client, json!({"limit": 1}));
    assert_eq!(page["next_cursor"]["id"], "1");
    assert_eq!(ask(&client, json!({"limit": 1, "cursor": page["next_cursor"]}))["responses"][0]["id"], "2");
}
