//! Queues, categories, interventions, escalations, business hours: and that tickets feel them.

use serde_json::{Value, json};

use crate::client::{Client, helpdesk, number};
use crate::cycle::Cycle;
use crate::writes::{refused, rows, write};

#[test]
fn queues_categories_interventions_and_escalations_come_change_and_go() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    for cycle in [
        Cycle {
            create: ("workflow/queues/create", json!({"name": "Returns", "outgoing_mailbox_id": 1})),
            needs: &["name"],
            list: ("workflow/queues", json!({}), "/queues"),
            show: None,
            update: Some((
                "workflow/queues/update",
                |id| json!({"queue_id": id, "name": "Repairs", "track_resolutions": true, "release_queue_id": 2}),
            )),
            then: json!({
                "name": "Repairs", "is_default": false, "track_resolutions": true, "is_parked": false,
                "release_queue_id": "2", "outgoing_mailbox_id": "1", "ticket_count": 0,
            }),
            delete: ("workflow/queues/delete", |id| json!({"queue_id": id})),
        },
        Cycle {
            create: ("workflow/resolution-categories/create", json!({"name": "Explained", "colour": "#abcdef"})),
            needs: &["name"],
            list: ("workflow/resolution-categories", json!({}), ""),
            show: None,
            update: Some(("workflow/resolution-categories/update", |id| json!({"id": id, "name": "Told"}))),
            then: json!({"name": "Told", "colour": "#abcdef", "selectable": true}),
            delete: ("workflow/resolution-categories/delete", |id| json!({"id": id})),
        },
        Cycle {
            create: (
                "workflow/interventions/create",
                json!({"name": "leak", "title": "Tent leaks", "queue_name": "inbox", "remote_timeout_seconds": 20}),
            ),
            needs: &["name", "title", "queue_name"],
            list: ("workflow/interventions", json!({}), "/interventions"),
            show: None,
            update: Some(("workflow/interventions/update", |id| json!({"intervention_id": id, "title": "It leaks"}))),
            then: json!({
                "name": "leak", "title": "It leaks", "queue_name": "Inbox", "create_urgent": false,
                "remote_timeout_seconds": 20,
            }),
            delete: ("workflow/interventions/delete", |id| json!({"intervention_id": id})),
        },
        Cycle {
            create: ("workflow/escalations/create", json!({"minutes": 60, "action": "notify", "email": "a@b.example"})),
            needs: &["minutes", "action", "email"],
            list: ("workflow/escalations", json!({}), "/escalations"),
            show: None,
            update: Some((
                "workflow/escalations/update",
                |id| json!({"id": id, "minutes": 120, "action": "email", "email": "c@d.example"}),
            )),
            then: json!({"minutes": 120, "action": "email", "email": "c@d.example"}),
            delete: ("workflow/escalations/delete", |id| json!({"id": id})),
        },
    ] {
        cycle.run(&helpdesk, &client);
    }
}

#[test]
fn what_is_wrong_is_named() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    for (path, body, field) in [
        ("workflow/queues/create", json!({"name": "inbox"}), "name"),
        ("workflow/queues/create", json!({"name": "New", "outgoing_mailbox_id": 999}), "outgoing_mailbox_id"),
        ("workflow/queues/update", json!({"queue_id": 2, "release_queue_id": 999}), "release_queue_id"),
        ("workflow/resolution-categories/create", json!({"name": "New", "colour": "red"}), "colour"),
        ("workflow/resolution-categories/reorder", json!({"ids": [1, 999]}), "ids"),
        ("workflow/escalations/update", json!({"id": 1, "action": "shout"}), "action"),
        ("workflow/interventions/update", json!({"intervention_id": 1, "queue_name": "Nowhere"}), "queue_name"),
        ("workflow/queues/move", json!({"from_queue_id": 2, "to_queue_id": 2}), "to_queue_id"),
        ("workflow/business-hours/update", json!({"mode": "simple", "simple_start": 9, "simple_end": 9}), "simple_end"),
    ] {
        assert_eq!(refused(&helpdesk, &client, path, &body).invalid(), [field], "{path}");
    }
}

#[test]
fn a_new_queue_takes_tickets_and_stays_while_it_has_them() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "admin");
    let made = write(&helpdesk, &client, "workflow/queues/create", &json!({"name": "Returns"}));
    let id = made["queue"]["id"].clone();
    assert_eq!(made["queue"]["is_default"], false);
    let ticket = json!({
        "originator_email_address": "a@b.example", "queue_name": "Returns", "data": {"subject": "s", "content": "c"},
    });
    let ticket = client.post("tickets", &ticket).data();
    assert_eq!(ticket["queue"], "Returns");
    let counted = rows(&client, "workflow/queues", "/queues").pop().unwrap();
    assert_eq!((&counted["ticket_count"], &counted["open_ticket_count"]), (&json!(1), &json!(1)));
    refused(&helpdesk, &client, "workflow/queues/delete", &json!({"queue_id": id})).failed_inside();
    let moved = write(&helpdesk, &client, "workflow/queues/move", &json!({"from_queue_id": id, "to_queue_id": 3}));
    assert_eq!(moved["moved"], 1);
    let shown = client.post("tickets/show", &json!({"ticket_id": ticket["ticket_id"]})).data();
    assert_eq!(shown["ticket"]["queue"], "Billing");
    write(&helpdesk, &client, "workflow/queues/delete", &json!({"queue_id": id}));
    let names = client.post("tickets/queues", &json!({})).data();
    assert!(!names["queues"].as_array().unwrap().iter().any(|queue| queue["name"] == "Returns"));
}

#[test]
fn built_in_queues_and_those_in_use_stay() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    for queue in 1..=5 {
        refused(&helpdesk, &client, "workflow/queues/delete", &json!({"queue_id": queue})).failed_inside();
    }
    helpdesk.switch(|switches| switches.set("blocked_change", "unprocessable").unwrap());
    let answer = refused(&helpdesk, &client, "workflow/queues/delete", &json!({"queue_id": 1}));
    assert_eq!(answer.invalid(), ["queue_id"]);
    assert_eq!(rows(&client, "workflow/queues", "/queues").len(), 5);
}

#[test]
fn moving_a_queue_moves_each_of_its_tickets() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let in_queue = |name: &str| {
        let body = json!({"search_object": {"criteria": [{"mode": "queue", "tokens": [name]}]}});
        client.post("tickets/query", &body).json().as_array().unwrap().len()
    };
    let (workshop, support) = (in_queue("Workshop"), in_queue("Support"));
    assert!(workshop > 1);
    write(&helpdesk, &client, "workflow/queues/move", &json!({"from_queue_id": 4, "to_queue_id": 2}));
    assert_eq!((in_queue("Workshop"), in_queue("Support")), (0, workshop + support));
    let moved = helpdesk.effects().iter().filter(|effect| effect.target.starts_with("ticket:")).count();
    assert_eq!(moved, workshop, "one effect a ticket");
    for body in [json!({"from_queue_id": 999, "to_queue_id": 2}), json!({"from_queue_id": 2, "to_queue_id": 999})] {
        assert_eq!(refused(&helpdesk, &client, "workflow/queues/move", &body).status, 404);
    }
}

#[test]
fn a_renamed_queue_takes_its_interventions_along() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    write(&helpdesk, &client, "workflow/queues/update", &json!({"queue_id": 4, "name": "Garage"}));
    assert_eq!(rows(&client, "workflow/interventions", "/interventions")[0]["queue_name"], "Garage");
    let raised = json!({
        "originator_email_address": "a@b.example", "intervention": "battery_alarm", "uid": "u1",
        "data": {"data": {"bike": "7"}},
    });
    assert_eq!(client.post("tickets", &raised).data()["queue"], "Garage");
}

#[test]
fn tracking_of_resolutions_is_what_the_queue_says() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let close = json!({"ticket_id": 10});
    write(&helpdesk, &client, "workflow/queues/update", &json!({"queue_id": 1, "track_resolutions": true}));
    assert_eq!(client.post("tickets/close", &close).refused(), ["resolved"]);
    let made = write(&helpdesk, &client, "workflow/resolution-categories/create", &json!({"name": "Explained"}));
    let id = made["resolution"]["id"].clone();
    client.post("tickets/close", &json!({"ticket_id": 10, "resolved": "Explained"})).data();
    refused(&helpdesk, &client, "workflow/resolution-categories/delete", &json!({"id": id})).failed_inside();
}

#[test]
fn categories_stand_in_the_order_that_was_set() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let order = json!({"ids": [4, 2, "1", 3, 5]});
    let answer = write(&helpdesk, &client, "workflow/resolution-categories/reorder", &order);
    let ids = |rows: &Value| rows.as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&answer), ["4", "2", "1", "3", "5"]);
    assert_eq!(ids(&client.post("workflow/resolution-categories", &json!({})).json()), ids(&answer));
    assert_eq!(ids(&client.post("tickets/resolutions", &json!({})).data()["resolutions"]), ids(&answer));
}

#[test]
fn the_token_of_an_intervention_may_raise_and_end_it_and_no_more() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let body = json!({"intervention_id": 1, "remote_name": "Bike fleet"});
    let made = write(&helpdesk, &client, "workflow/interventions/generate-token", &body);
    let secret = made["token"].as_str().unwrap();
    let remote = Client { secret: Some(secret.to_owned()), ..client };
    let raised = json!({
        "originator_email_address": "a@b.example", "intervention": "battery_alarm", "uid": "u1",
        "data": {"data": {"bike": "7"}},
    });
    client.post("tickets", &raised).data();
    remote
        .post("interventions/accept", &json!({"intervention": "battery_alarm", "uid": "u1", "data": {"bike": "7"}}))
        .data();
    assert_eq!(remote.post("tickets/show", &json!({"ticket_number": number(&helpdesk, 1)})).status, 403);
    let listed = client.post("workflow/interventions", &json!({})).json();
    assert_eq!(listed["interventions"][0]["remotes"][0]["remote_name"], "Bike fleet");
    assert!(!listed.to_string().contains(secret), "a secret is shown once");
    let unknown = json!({"intervention_id": 999, "remote_name": "x"});
    assert_eq!(refused(&helpdesk, &client, "workflow/interventions/generate-token", &unknown).status, 404);
    let empty = refused(&helpdesk, &client, "workflow/interventions/generate-token", &json!({"intervention_id": 1}));
    assert_eq!(empty.invalid(), ["remote_name"]);
}

#[test]
fn business_hours_change_what_is_given_and_keep_the_rest() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let path = "workflow/business-hours/update";
    let changed = write(&helpdesk, &client, path, &json!({"mode": "simple", "sat_enabled": true, "simple_end": 1020}));
    let hours = &changed["business_hours"];
    assert_eq!((&hours["sat_enabled"], &hours["mon_enabled"]), (&json!(true), &json!(true)));
    assert_eq!((&hours["simple_start"], &hours["simple_end"]), (&json!(540), &json!(1020)));
    assert_eq!(refused(&helpdesk, &client, path, &json!({"mon_enabled": 7})).invalid(), ["mode"]);
}
