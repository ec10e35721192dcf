//! `tickets/query`: views and criteria.

use serde_json::{Value, json};

use crate::client::{Client, helpdesk, number};

fn found(client: &Client, body: &Value) -> Vec<u64> {
    let rows = client.post("tickets/query", body).json();
    let mut ids: Vec<u64> = rows
        .as_array()
        .unwrap_or_else(|| panic!("{rows}"))
        .iter()
        .map(|row| row["id"].as_str().unwrap().parse().unwrap())
        .collect();
    ids.sort_unstable();
    ids
}

fn by(client: &Client, criteria: Value) -> Vec<u64> {
    found(client, &json!({"search_object": {"criteria": criteria}}))
}

#[test]
fn an_empty_body_is_all_tickets_the_last_changed_first() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    assert_eq!(found(&client, &json!({})), (1..=25).collect::<Vec<_>>());
    let rows = client.post("tickets/query", &json!({"row_limit": 3})).json();
    let times: Vec<_> = rows.as_array().unwrap().iter().rev().map(|row| row["updated_at"].as_str().unwrap()).collect();
    assert_eq!(times.len(), 3);
    assert!(times.is_sorted());
    assert!(rows[0]["number"].is_u64() && rows[0]["queue_id"].is_string() && rows[0]["priority"].is_string());
    for limit in [0, 5001] {
        assert_eq!(client.post("tickets/query", &json!({"row_limit": limit})).refused(), ["row_limit"]);
    }
    helpdesk.world(|world| world.add_bulk(120, 1));
    assert_eq!(found(&client, &json!({})).len(), 100);
    assert_eq!(found(&client, &json!({"row_limit": 5000})).len(), 145);
}

#[test]
fn every_mode_finds_what_it_says() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let one = |mode: &str, token: &str| by(&client, json!([{"mode": mode, "tokens": [token]}]));
    assert_eq!(one("subject", "POLE"), [1, 15]);
    assert_eq!(one("content", "traffic cone"), [11]);
    assert_eq!(one("subject_content", "couriers"), [3]);
    assert_eq!(one("assigned", "aisha.rahman@kestrel.example"), [3, 9, 13]);
    assert_eq!(one("assigned", "team:1"), [8]);
    assert_eq!(one("assigned", "tom.becker@kestrel.example"), [5, 7, 8, 14, 19]);
    assert_eq!(one("assigned", "team-and-members:1"), [1, 5, 7, 8, 11, 14, 17, 19, 22]);
    assert_eq!(one("assigned", "Unassigned"), [10, 18, 20, 23, 24, 25]);
    assert_eq!(one("participant", "aisha.rahman@kestrel.example"), [3, 9, 13]);
    assert_eq!(one("priority", "Urgent"), [3, 23]);
    assert_eq!(one("priority", "40"), [3, 23]);
    assert_eq!(one("raised", "G.Oakley@oakleyfarm.example"), [2, 13]);
    assert_eq!(one("queue", "workshop"), [3, 9, 13, 24]);
    assert_eq!(one("status", "on-hold"), [6, 12, 19]);
    assert_eq!(one("watchlist", "1"), [3, 9]);
    assert_eq!(one("hashtag", "recall-26"), [1, 3, 9]);
    assert_eq!(one("hashtag", "#vip"), [16]);
    assert_eq!(one("ticket_number", &number(&helpdesk, 7)), [7]);
    assert_eq!(one("created_from", "2026-10-31"), [22, 23, 24, 25]);
    let early = one("created_to", "2026-10-30");
    assert_eq!(early, (1..=21).collect::<Vec<_>>());
    assert_eq!(one("updated_from", "2026-11-01").len() + one("updated_to", "2026-10-31").len(), 25);
}

#[test]
fn the_same_mode_is_or_different_modes_are_and() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let queue = |name: &str| json!({"mode": "queue", "tokens": [name]});
    let open = json!({"mode": "status", "tokens": ["open"]});
    let both = by(&client, json!([queue("Workshop"), queue("Billing")]));
    assert_eq!(both, by(&client, json!([{"mode": "queue", "tokens": ["Workshop", "Billing"]}])));
    let open_too = by(&client, json!([queue("Workshop"), open, queue("Billing")]));
    assert!(open_too.len() < both.len() && open_too.iter().all(|id| both.contains(id)));
}

#[test]
fn several_tokens_are_all_or_any() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let words = |extra: Value| {
        let mut criterion = json!({"mode": "subject", "tokens": ["invoice", "VAT"]});
        criterion.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        by(&client, json!([criterion]))
    };
    assert_eq!(words(json!({})), [4]);
    assert_eq!(words(json!({"match": "all"})), [4]);
    assert_eq!(words(json!({"match": "any"})), [4, 15, 23]);
    let numbers =
        json!([{"mode": "ticket_number", "tokens": [number(&helpdesk, 2), number(&helpdesk, 5)], "match": "all"}]);
    assert_eq!(by(&client, numbers), [2, 5]);
}

#[test]
fn wrong_criteria_are_refused_by_name() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let refused =
        |criterion: Value| client.post("tickets/query", &json!({"search_object": {"criteria": [criterion]}})).refused();
    assert_eq!(refused(json!({"mode": "mood", "tokens": ["x"]})), ["search_object.criteria.0.mode"]);
    assert_eq!(refused(json!({"mode": "subject"})), ["search_object.criteria.0.tokens"]);
    assert_eq!(refused(json!({"mode": "subject", "tokens": []})), ["search_object.criteria.0.tokens"]);
    assert_eq!(refused(json!({"mode": "created_to", "tokens": ["May"]})), ["search_object.criteria.0.tokens"]);
    assert_eq!(
        refused(json!({"mode": "subject", "tokens": ["x"], "match": "some"})),
        ["search_object.criteria.0.match"]
    );
}

#[test]
fn views_by_name_and_by_id() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let urgent = found(&client, &json!({"perspective_id": 4}));
    assert_eq!(urgent, [3, 23]);
    for view in [json!({"search_perspective": "urgent and open"}), json!({"search_perspective_id": 4})] {
        assert_eq!(found(&client, &json!({"search_object": view})), urgent);
    }
    assert_eq!(found(&client, &json!({"search_object": {"search_perspective": "All"}})).len(), 25);
    let billing = found(&client, &json!({"perspective_id": 5}));
    assert_eq!(billing, [21, 23]);
    let narrowed =
        json!({"perspective_id": 5, "search_object": {"criteria": [{"mode": "priority", "tokens": ["Urgent"]}]}});
    assert_eq!(found(&client, &narrowed), [23]);
    let rows = client.post("tickets/query", &json!({"perspective_id": 4})).json();
    assert_eq!(rows[0]["id"], "3", "the view's own order: oldest first");
    assert_eq!(client.post("tickets/query", &json!({"perspective_id": 99})).refused(), ["perspective_id"]);
    let unknown = json!({"search_object": {"search_perspective": "Nothing"}});
    assert_eq!(client.post("tickets/query", &unknown).refused(), ["search_object.search_perspective"]);
    let customer = Client::new(&helpdesk, "customer");
    assert_eq!(customer.post("tickets/query", &json!({})).status, 200);
    customer.post("tickets/query", &json!({"perspective_id": 4})).error(403, "forbidden");
}
