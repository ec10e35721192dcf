//! Skills of the assistant and their actions.

use serde_json::{Value, json};

use crate::client::{Client, helpdesk};
use crate::writes::{refused, write};

fn skill(key: &str) -> Value {
    json!({
        "key": key, "title": "Leaks", "description": "A tent leaks.", "instructions": "# Leaks\n\nAsk for the batch.",
        "parent_key": "axial.core", "citation_set": ["ask_serial"],
    })
}

fn action(name: &str) -> Value {
    json!({
        "name": name, "description": "Shows a ticket.", "handler_type": "local", "handler_ref": "ticket.show",
        "permission": "staff",
    })
}

#[test]
fn a_skill_is_made_shown_changed_and_deleted() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let mut body = skill("tents.leak");
    body["actions"] = json!([action("show_ticket")]);
    write(&helpdesk, &client, "axial/skills/create", &body);
    let show = |name: Value| client.post("axial/skills/show", &json!({"skill": name})).data()["skill"].clone();
    let made = show(json!("tents.leak"));
    let id = made["id"].clone();
    assert_eq!((&made["composition"], &made["reserved"]), (&json!("guided"), &json!(false)));
    assert_eq!((&made["actions"][0]["enabled"], &made["actions"][0]["extra"]), (&json!(true), &Value::Null));
    assert_eq!(made, show(json!(id.as_str().unwrap().parse::<u64>().unwrap())), "by key or by id");
    let listed = client.post("axial/skills", &json!({})).data()["skills"].clone();
    let row = listed.as_array().unwrap().iter().find(|row| row["key"] == "tents.leak").unwrap();
    assert_eq!((row.get("instructions"), &row["action_count"]), (None, &json!(1)));
    let changes = json!({"skill": "tents.leak", "key": "tents.wet", "enabled": false, "parent_key": null});
    write(&helpdesk, &client, "axial/skills/update", &changes);
    let changed = show(id.clone());
    assert_eq!((&changed["key"], &changed["enabled"]), (&json!("tents.wet"), &json!(false)));
    assert_eq!((&changed["parent_key"], &changed["title"]), (&Value::Null, &made["title"]));
    write(&helpdesk, &client, "axial/skills/delete", &json!({"skill": id}));
    for path in ["axial/skills/show", "axial/skills/update", "axial/skills/delete"] {
        refused(&helpdesk, &client, path, &json!({"skill": id})).error(404, "not_found");
        assert_eq!(refused(&helpdesk, &client, path, &json!({})).refused(), ["skill"]);
    }
}

#[test]
fn a_skill_with_something_wrong_is_not_made_at_all() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let wrong = |field: &str, value: Value| {
        let mut body = skill("tents.leak");
        body[field] = value;
        refused(&helpdesk, &client, "axial/skills/create", &body).refused()
    };
    assert_eq!(
        refused(&helpdesk, &client, "axial/skills/create", &json!({})).refused(),
        ["key", "title", "description", "instructions"]
    );
    assert_eq!(wrong("key", json!("Tents Leak")), ["key"]);
    assert_eq!(wrong("key", json!("axial.core")), ["key"]);
    assert_eq!(wrong("composition", json!("free")), ["composition"]);
    assert_eq!(wrong("citation_set", json!(["delivery_delay"])), ["citation_set"]);
    assert_eq!(wrong("parent_key", json!("nothing")), ["parent_key"]);
    assert_eq!(wrong("actions", json!([action("a"), action("a")])), ["actions.1.name"]);
    let bare = json!([{"name": "Bad Name", "handler_type": "far"}]);
    let fields =
        ["name", "handler_type", "description", "handler_ref", "permission"].map(|field| format!("actions.0.{field}"));
    let mut named = wrong("actions", bare);
    named.sort();
    let mut expected = fields.to_vec();
    expected.sort();
    assert_eq!(named, expected);
    assert_eq!(client.post("axial/skills", &json!({})).data()["skills"].as_array().unwrap().len(), 2);
}

#[test]
fn the_reserved_skill_keeps_its_key_and_stays() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let rename = json!({"skill": "axial.core", "key": "axial.heart"});
    assert_eq!(refused(&helpdesk, &client, "axial/skills/update", &rename).refused(), ["key"]);
    assert_eq!(refused(&helpdesk, &client, "axial/skills/delete", &json!({"skill": 1})).refused(), ["skill"]);
    write(
        &helpdesk,
        &client,
        "axial/skills/update",
        &json!({"skill": "axial.core", "key": "axial.core", "title": "Heart"}),
    );
}

#[test]
fn parents_make_no_ring_and_children_follow_a_new_key() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    for (key, parent) in [("a", Value::Null), ("b", json!("a")), ("c", json!("b"))] {
        let mut body = skill(key);
        body["parent_key"] = parent;
        write(&helpdesk, &client, "axial/skills/create", &body);
    }
    for parent in ["a", "c"] {
        let ring = json!({"skill": "a", "parent_key": parent});
        assert_eq!(refused(&helpdesk, &client, "axial/skills/update", &ring).refused(), ["parent_key"]);
    }
    let parent =
        |key: &str| client.post("axial/skills/show", &json!({"skill": key})).data()["skill"]["parent_key"].clone();
    write(&helpdesk, &client, "axial/skills/update", &json!({"skill": "b", "key": "bb"}));
    assert_eq!(parent("c"), "bb");
    write(&helpdesk, &client, "axial/skills/delete", &json!({"skill": "bb"}));
    assert_eq!(parent("c"), Value::Null);
}

#[test]
fn actions_are_added_changed_in_part_and_removed() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let upsert = "axial/skills/actions/upsert";
    let with = |action: Value| json!({"skill": "billing.refund_request", "action": action});
    let mut new = action("show_ticket");
    new["colour"] = json!("green");
    let whole = write(&helpdesk, &client, upsert, &with(new));
    assert_eq!(whole["data"]["skill"]["key"], "billing.refund_request");
    assert_eq!(whole["data"]["skill"]["actions"][1]["colour"], "green", "unknown keys pass through");
    let part = json!({"name": "look_up_order", "timeout_ms": 9000, "enabled": false});
    let whole = write(&helpdesk, &client, upsert, &with(part));
    let changed = &whole["data"]["skill"]["actions"][0];
    assert_eq!((&changed["timeout_ms"], &changed["handler_ref"]), (&json!(9000), &json!("shop.order.show")));
    for (wrong, field) in [
        (json!({"name": "show_ticket", "timeout_ms": 5}), "action.timeout_ms"),
        (json!({"name": "show_ticket", "handler_ref": "rm"}), "action.handler_ref"),
        (json!({"name": "look_up_order", "handler_type": "local"}), "action.handler_ref"),
        (json!({"name": "show_ticket", "permission": "all"}), "action.permission"),
        (json!({"name": "show_ticket", "parameters": []}), "action.parameters"),
    ] {
        assert_eq!(refused(&helpdesk, &client, upsert, &with(wrong)).refused(), [field]);
    }
    assert_eq!(refused(&helpdesk, &client, upsert, &json!({"skill": 2})).refused(), ["action"]);
    let delete = json!({"skill": "billing.refund_request", "name": "look_up_order"});
    let whole = write(&helpdesk, &client, "axial/skills/actions/delete", &delete);
    assert_eq!(whole["data"]["skill"]["actions"].as_array().unwrap().len(), 1);
    refused(&helpdesk, &client, "axial/skills/actions/delete", &delete).error(404, "not_found");
    assert_eq!(refused(&helpdesk, &client, "axial/skills/actions/delete", &json!({"skill": 2})).refused(), ["name"]);
    refused(&helpdesk, &client, upsert, &json!({"skill": "nothing", "action": action("a")})).error(404, "not_found");
}

#[test]
fn the_options_name_what_is_taken() {
    let helpdesk = helpdesk();
    let options = Client::new(&helpdesk, "read").post("axial/skills/options", &json!({})).data();
    assert_eq!(options["compositions"], json!(["vetted", "guided", "open"]));
    assert_eq!(options["permissions"], json!(["staff", "participant", "system"]));
    assert_eq!(options["citable"], json!(["ask_serial", "refund_done"]));
    for handler in options["local_handlers"].as_array().unwrap() {
        let client = Client::new(&helpdesk, "full");
        let mut action = action("tried");
        action["handler_ref"] = handler.clone();
        write(&helpdesk, &client, "axial/skills/actions/upsert", &json!({"skill": 2, "action": action}));
    }
    assert_eq!(
        Client::new(&helpdesk, "admin").post("axial/skills", &json!({})).status,
        403,
        "not a system administrator"
    );
}
