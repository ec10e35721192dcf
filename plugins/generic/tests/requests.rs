//! What each tool sends.

use serde_json::{Value, json};
use tickiti_plugin_generic::PLUGIN;
use tickiti_relay_sdk::contract::Step;
use tickiti_relay_sdk::testing::Given;

fn relayed(tool: &str, arguments: Value) -> (String, Value) {
    Given::call(&PLUGIN, tool, arguments).start().relayed()
}

#[test]
fn endpoints_are_asked_of_the_relay() {
    assert_eq!(relayed("list_endpoints", json!({})), ("relay.endpoints".to_owned(), json!({})));
    let family = json!({"family": "mail"});
    assert_eq!(relayed("list_endpoints", family.clone()), ("relay.endpoints".to_owned(), family));
}

#[test]
fn the_record_of_writes_is_asked_of_the_relay() {
    assert_eq!(relayed("unsettled_writes", json!({})), ("relay.unsettled_writes".to_owned(), json!({})));
    let word = json!({"id": "w12", "happened": false});
    assert_eq!(relayed("settle_write", word.clone()), ("relay.settle_write".to_owned(), word));
}

#[test]
fn a_call_names_its_route_and_sends_the_payload_whole() {
    let payload = json!({"user": 3, "is_admin": false, "note": null});
    let call = json!({"family": "administration", "action": "users.update", "payload": payload});
    // Members that no schema names are sorted by the relay.
    let sorted = json!({"is_admin": false, "note": null, "user": 3});
    assert_eq!(relayed("tickiti_call", call), ("administration.users.update".to_owned(), sorted));
    let call = json!({"family": "token", "action": "show"});
    assert_eq!(relayed("tickiti_call", call), ("token.show".to_owned(), json!({})));
}

#[test]
fn the_family_that_is_one_endpoint_has_its_own_name() {
    let call = json!({"family": "faqs", "action": "(root)"});
    assert_eq!(relayed("tickiti_call", call), ("faqs".to_owned(), json!({})));
}

#[test]
fn a_file_goes_first_and_under_the_part_that_is_named() {
    let call = json!({
        "family": "settings", "action": "stock_responses.image_upload", "payload": {"template_id": 9},
        "file": {"path": "pictures/logo.png"}
    });
    let run = Given::call(&PLUGIN, "tickiti_call", call).file("/file/path", "logo.png", b"png").start();
    let Step::Relay(request) = &run.turn().step else { panic!("the tool relays") };
    assert!(request.input.starts_with(r#"{"file":""#), "{}", request.input);
    assert_eq!(run.relayed().1, json!({"file": "<logo.png>/logo.png", "template_id": 9}));

    let call = json!({
        "family": "administration", "action": "branding.app_logo",
        "file": {"path": "pictures/logo.png", "name": "new.png", "part": "logo"}
    });
    let run = Given::call(&PLUGIN, "tickiti_call", call).file("/file/path", "logo.png", b"png").start();
    assert_eq!(run.relayed().1, json!({"logo": "<logo.png>/new.png"}));
}

#[test]
fn a_part_that_the_payload_has_too_is_refused() {
    let call = json!({
        "family": "tickets", "action": "attachment_upload", "payload": {"file": "x"}, "file": {"path": "a.txt"}
    });
    let run = Given::call(&PLUGIN, "tickiti_call", call).file("/file/path", "a.txt", b"a").start();
    assert!(run.error().contains("`file`") && run.error().contains("Nothing was sent"), "{}", run.error());
}
