//! Hashtags, views, watchlists and stock responses.

use serde_json::{Value, json};

use crate::client::{Client, helpdesk, helpdesk_with};
use crate::cycle::{Cycle, all_writes_left_effects, done, laravel, multipart};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";

fn cycles() -> Vec<Cycle> {
    vec![
        Cycle {
            create: ("settings/perspectives/create", json!({"name": "Mine", "shared": false})),
            needs: &["name"],
            list: ("settings/perspectives", json!({}), "/perspectives"),
            show: Some(("settings/perspectives/show", |id| json!({"perspective_id": id}), "/perspective")),
            update: Some((
                "settings/perspectives/update",
                |id| json!({"perspective_id": id, "description": "D", "orders": [{"field": "subject", "ascending": true}]}),
            )),
            then: json!({
                "name": "Mine", "description": "D", "shared": false, "is_built_in": false, "conditions": [],
                "orders": [{"field": "subject", "ascending": true}],
            }),
            delete: ("settings/perspectives/delete", |id| json!({"perspective_id": id})),
        },
        Cycle {
            create: ("settings/watchlists/create", json!({"name": "W", "shared": false})),
            needs: &["name"],
            list: ("settings/watchlists", json!({}), "/watchlists"),
            show: None,
            update: Some((
                "settings/watchlists/update",
                |id| json!({"watchlist_id": id, "name": "Watched", "icon": "flag"}),
            )),
            then: json!({"name": "Watched", "icon": "flag", "shared": false, "ticket_ids": []}),
            delete: ("settings/watchlists/delete", |id| json!({"watchlist_id": id})),
        },
        Cycle {
            create: (
                "settings/stock-responses/create",
                json!({"identifier": "late", "category": "Shop", "content": "<p>Late.</p>"}),
            ),
            needs: &["identifier", "category"],
            list: ("settings/stock-responses", json!({}), "/stock_responses"),
            show: Some(("settings/stock-responses/show", |id| json!({"template_id": id}), "/template")),
            update: Some((
                "settings/stock-responses/update",
                |id| json!({"template": {"id": id, "subject": "We are late", "is_enabled": false}}),
            )),
            then: json!({
                "type": "stock-response", "identifier": "late", "category": "Shop", "content": "<p>Late.</p>",
                "subject": "We are late", "is_enabled": false, "ai_relevance": "reference",
            }),
            delete: ("settings/stock-responses/delete", |id| json!({"template_id": id})),
        },
    ]
}

#[test]
fn every_collection_lives_its_life_and_every_write_leaves_its_effect() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    for cycle in cycles() {
        cycle.run(&helpdesk, &admin);
    }
    for (action, ids) in [("add-tickets", json!([5, 7])), ("reorder", json!([7])), ("remove-tickets", json!([5]))] {
        done(
            &helpdesk,
            &admin,
            &format!("settings/watchlists/{action}"),
            &json!({"watchlist_id": 1, "ticket_ids": ids}),
        );
    }
    done(&helpdesk, &admin, "settings/hashtags/delete", &json!({"tag": "vip"}));
    let sent =
        multipart(&admin, "settings/stock-responses/image-upload", Some(("a.png", PNG)), &[("template_id", "6")]);
    assert_eq!(sent.status, 200, "{}", sent.json());
    all_writes_left_effects(&helpdesk, "settings");
}

#[test]
fn a_watchlist_holds_the_tickets_that_a_search_by_it_finds() {
    let helpdesk = helpdesk();
    let full = Client::new(&helpdesk, "full");
    let id = &full.post("settings/watchlists/create", &json!({"name": "W", "shared": true})).json()["watchlist_id"];
    let change = |action: &str, ids: Value| {
        full.post(&format!("settings/watchlists/{action}"), &json!({"watchlist_id": id, "ticket_ids": ids}))
    };
    let found = || {
        let search = json!({"search_object": {"criteria": [{"mode": "watchlist", "tokens": [id]}]}});
        let rows = full.post("tickets/query", &search).json();
        let mut ids: Vec<u64> =
            rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().parse().unwrap()).collect();
        ids.sort_unstable();
        ids
    };
    assert!(found().is_empty());
    assert_eq!(change("add-tickets", json!([4, "2", 9])).status, 200);
    assert_eq!(change("add-tickets", json!([2, 1])).status, 200);
    assert_eq!(found(), [1, 2, 4, 9]);
    assert_eq!(change("remove-tickets", json!([4, 8])).status, 200);
    assert_eq!(change("reorder", json!([9, 1])).status, 200);
    assert_eq!(found(), [1, 2, 9]);
    let lists = full.post("settings/watchlists", &json!({})).json();
    let list = lists["watchlists"].as_array().unwrap().iter().find(|row| row["id"] == *id).unwrap().clone();
    assert_eq!((&list["ticket_ids"], &list["ticket_count"]), (&json!(["9", "1", "2"]), &json!(3)));
    let effects = helpdesk.effects().len();
    assert_eq!(laravel(&change("add-tickets", json!([3, 9999]))), ["ticket_ids.1"]);
    assert_eq!(laravel(&change("reorder", json!([3]))), ["ticket_ids.0"]);
    assert_eq!(laravel(&change("add-tickets", json!([]))), ["ticket_ids"]);
    assert_eq!((found(), helpdesk.effects().len()), (vec![1, 2, 9], effects));
}

#[test]
fn a_view_made_here_narrows_a_search() {
    let helpdesk = helpdesk();
    let full = Client::new(&helpdesk, "full");
    let conditions = json!([{"field": "queue", "operator": "is", "value": "Workshop"}]);
    let view = full.post("settings/perspectives/create", &json!({"name": "Bench", "conditions": conditions})).json();
    let rows = full.post("tickets/query", &json!({"perspective_id": view["perspective_id"]})).json();
    let rows = rows.as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["queue_id"] == "4"), "{rows:?}");
    let wrong =
        json!({"name": "B", "conditions": [{"operator": "like"}], "orders": [{"field": "subject", "ascending": 2}]});
    let named = laravel(&full.post("settings/perspectives/create", &wrong));
    assert_eq!(named, ["conditions.0.field", "conditions.0.operator", "orders.0.ascending"]);
}

#[test]
fn own_views_are_listed_all_are_shown_when_asked_for() {
    let helpdesk = helpdesk();
    let names = |token: &str, scope: &str| -> Vec<String> {
        let rows = Client::new(&helpdesk, token).post("settings/perspectives", &json!({"scope": scope})).json();
        rows["perspectives"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(names("full", "mine").is_empty());
    assert_eq!(names("admin", "mine"), ["Urgent and open", "Billing, not closed"]);
    assert_eq!(names("full", "all").len(), 5);
    let admin = Client::new(&helpdesk, "admin");
    assert_eq!(laravel(&admin.post("settings/perspectives", &json!({"scope": "ours"}))), ["scope"]);
    admin.post("settings/perspectives/create", &json!({"name": "Private"}));
    assert!(!names("staff", "all").contains(&"Private".to_owned()));
    let staff = Client::new(&helpdesk, "staff");
    assert_eq!(staff.post("settings/perspectives/show", &json!({"name": "Private"})).status, 404);
    assert_eq!(staff.post("settings/perspectives/show", &json!({"perspective_id": 6})).status, 404);
    let shown = admin.post("settings/perspectives/show", &json!({"name": "private"})).json();
    assert_eq!(shown["perspective"]["owner_email"], "marta.kowalska@kestrel.example");
}

#[test]
fn only_administrators_write_what_is_shared() {
    for (setting, status) in [("inside", 200), ("forbidden", 403)] {
        let helpdesk = helpdesk_with(|switches| switches.set("shared_by_staff", setting).unwrap());
        let staff = Client::new(&helpdesk, "staff");
        let shared = json!({"name": "N", "shared": true});
        for (path, body) in [
            ("settings/perspectives/create", shared.clone()),
            ("settings/perspectives/update", json!({"perspective_id": 4, "name": "N"})),
            ("settings/perspectives/delete", json!({"perspective_id": 4})),
            ("settings/watchlists/create", shared),
            ("settings/watchlists/update", json!({"watchlist_id": 1, "name": "N"})),
            ("settings/watchlists/update", json!({"watchlist_id": 2, "shared": true})),
            ("settings/watchlists/delete", json!({"watchlist_id": 1})),
        ] {
            let answer = staff.post(path, &body);
            assert_eq!(answer.status, status, "{path}: {}", answer.json());
            assert_eq!(answer.json().get("my_error").is_some(), status == 200, "{path}: {}", answer.json());
        }
        assert!(helpdesk.effects().is_empty());
        assert_eq!(staff.post("settings/watchlists/update", &json!({"watchlist_id": 2, "name": "N"})).status, 200);
        let admin = Client::new(&helpdesk, "admin");
        assert_eq!(admin.post("settings/perspectives/update", &json!({"perspective_id": 4, "name": "N"})).status, 200);
        let built_in = admin.post("settings/perspectives/delete", &json!({"perspective_id": 1}));
        assert_eq!((built_in.status, built_in.json()), (200, json!({"my_error": "The perspective is built in."})));
    }
}

#[test]
fn a_deleted_hashtag_is_gone_and_an_unknown_one_is_no_failure() {
    let helpdesk = helpdesk();
    let staff = Client::new(&helpdesk, "staff");
    let tags = || staff.post("settings/hashtags", &json!({})).json()["hashtags"].clone();
    let recall = tags()[0].clone();
    assert_eq!((&recall["tag"], recall["tickets"].as_u64() > Some(0)), (&json!("recall-26"), true), "{recall}");
    assert_eq!(staff.post("settings/hashtags/delete", &json!({"tag": "#VIP"})).status, 200);
    assert_eq!(tags().as_array().unwrap().len(), 2);
    assert_eq!(staff.post("settings/hashtags/delete", &json!({"tag": "VIP"})).json(), json!({"ok": true}));
    assert_eq!(helpdesk.effects().len(), 1);
}

#[test]
fn stock_responses_are_searched_and_show_bodies_when_asked_for() {
    let helpdesk = helpdesk();
    let staff = Client::new(&helpdesk, "staff");
    let list = |body: Value| staff.post("settings/stock-responses", &body).json()["stock_responses"].clone();
    assert_eq!(list(json!({}))[0]["title"], "Ask for the serial number");
    assert_eq!(list(json!({}))[0].get("content"), None);
    let found = list(json!({"search": "WORKING DAYS", "include_content": true}));
    assert_eq!((found.as_array().unwrap().len(), &found[0]["identifier"]), (1, &json!("refund_done")));
    assert!(found[0]["content"].as_str().unwrap().contains("three working days"));
    helpdesk.switch(|switches| switches.set("template_rules", "june").unwrap());
    assert_eq!(list(json!({"search": "WORKING DAYS", "include_content": true})), list(json!({})));
    let made = staff.post("settings/stock-responses/create", &json!({})).json();
    assert_eq!(made["template"]["identifier"], Value::Null);
    helpdesk.switch(|switches| {
        switches.set("created_template", "id").unwrap();
        switches.set("unknown_list", "bare").unwrap();
        switches.set("enabled_flag", "number").unwrap();
    });
    let made = staff.post("settings/stock-responses/create", &json!({"identifier": "n"})).json();
    let shown = staff.post("settings/stock-responses/show", &json!({"template_id": made["id"]})).json();
    assert_eq!(shown["template"]["is_enabled"], 1);
    assert!(staff.post("settings/stock-responses", &json!({})).json().is_array());
}

#[test]
fn only_administrators_set_what_the_ai_may_use() {
    let helpdesk = helpdesk();
    let body = json!({"identifier": "n", "category": "c", "ai_relevance": "compose"});
    let (staff, admin) = (Client::new(&helpdesk, "staff"), Client::new(&helpdesk, "admin"));
    assert_eq!(laravel(&staff.post("settings/stock-responses/create", &body)), ["ai_relevance"]);
    let change = json!({"template": {"id": 6, "ai_relevance": "exclude"}});
    assert_eq!(laravel(&staff.post("settings/stock-responses/update", &change)), ["template.ai_relevance"]);
    assert_eq!(admin.post("settings/stock-responses/create", &body).json()["template"]["ai_relevance"], "compose");
    assert_eq!(admin.post("settings/stock-responses/update", &change).json()["template"]["ai_relevance"], "exclude");
}

#[test]
fn an_unknown_id_may_be_refused_inside_a_200() {
    let helpdesk = helpdesk_with(|switches| {
        switches.set("unknown_row", "inside").unwrap();
        switches.set("passthrough_failure", "ok_false").unwrap();
    });
    let answer = Client::new(&helpdesk, "full").post("settings/watchlists/delete", &json!({"watchlist_id": 99}));
    assert_eq!((answer.status, answer.json()), (200, json!({"ok": false, "message": "Watchlist not found."})));
}
