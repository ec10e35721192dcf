//! Writes through the real program: a client's own key, what is cancelled, what is settled, load, waiting, and the ledger's verbs.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tickiti_relay_scratch::{Fault, Moment, Planned, Running};
use tickiti_relay_tests::relay;
use tickiti_relay_tests::relay::Setup;

use crate::support::{helpdesk, steady};

const QUEUE: &str = r#"{"family":"workflow","action":"queues.create","payload":{"name":"Parts"}}"#;

fn create(subject: &str) -> Value {
    let arguments = json!({"originator_email_address": "ann@example.com", "subject": subject, "content": "C"});
    json!({"name": "create_ticket", "arguments": arguments})
}

/// How often a route took effect.
fn effects(helpdesk: &Running, route: &str) -> usize {
    helpdesk.effects().iter().filter(|effect| effect.route == route).count()
}

fn said(answer: &Value) -> String {
    let pieces = answer["result"]["content"].as_array().unwrap_or_else(|| panic!("no result: {answer}"));
    pieces.iter().filter_map(|piece| piece["text"].as_str()).collect::<Vec<_>>().join("\n")
}

/// A queue of which nobody knows whether it was made: the wire was cut after the helpdesk had made it.
fn unsettled(helpdesk: &Running, setup: &Setup) {
    helpdesk.fault(Planned::on("workflow.queues.create", Fault::Reset { at: Moment::Done }));
    let output = setup.verb(["call", "tickiti_call", "--args", QUEUE]).unwrap();
    assert!(output.code == Some(1) && output.stderr.contains("Outcome: unknown."), "{output:?}");
}

#[test]
fn a_clients_own_key_makes_one_call_of_many() {
    let helpdesk = helpdesk();
    let setup = relay().helpdesk(&helpdesk);
    let keyed = |subject: &str, key: Value| {
        let mut params = create(subject);
        params["_meta"] = json!({"tickiti.com/idempotency-key": key});
        params
    };
    let mut first = setup.start().unwrap();
    let made = first.request("tools/call", keyed("One", json!("mine-1"))).unwrap();
    assert_eq!(made["result"]["content"].as_array().unwrap().len(), 1);
    drop(first);

    let mut second = setup.start().unwrap();
    let again = second.request("tools/call", keyed("One", json!("mine-1"))).unwrap();
    assert_eq!(again["result"]["content"][0], made["result"]["content"][0], "the same outcome");
    assert!(said(&again).contains("Note by the relay: this call was made before"), "{again}");
    let other = second.request("tools/call", keyed("Two", json!("mine-1"))).unwrap();
    assert!(other["result"]["isError"] == json!(true) && said(&other).contains("Outcome: not sent."), "{other}");
    assert_eq!(effects(&helpdesk, "tickets.create"), 1);
    second.request("tools/call", keyed("One", json!("mine-2"))).unwrap();
    assert_eq!(effects(&helpdesk, "tickets.create"), 2);
    for wrong in [json!(7), json!(""), json!("with space"), json!("k".repeat(256))] {
        let answer = second.request("tools/call", keyed("One", wrong)).unwrap();
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
    let output =
        setup.verb(["call", "create_ticket", "--key", "mine-1", "--args", &create("One")["arguments"].to_string()]);
    assert!(output.unwrap().stdout.contains("this call was made before"));
    assert_eq!(effects(&helpdesk, "tickets.create"), 2);
}

#[test]
fn a_call_that_was_called_off_is_settled_by_the_next_equal_one() {
    let helpdesk = helpdesk();
    helpdesk.fault(Planned::on("tickets.create", Fault::Delay { milliseconds: 1_000, at: Moment::Done }));
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    let slow = relay.begin("tools/call", create("One")).unwrap();
    while effects(&helpdesk, "tickets.create") == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    relay.notify("notifications/cancelled", json!({"requestId": slow})).unwrap();
    let again = relay.request("tools/call", create("One")).unwrap();
    assert!(said(&again).contains("settles the earlier call"), "{again}");
    assert_eq!(effects(&helpdesk, "tickets.create"), 1);
}

#[test]
fn the_person_lists_settles_and_forgets() {
    let helpdesk = helpdesk();
    let setup = relay().helpdesk(&helpdesk);
    assert_eq!(setup.verb(["ledger", "list"]).unwrap().stdout.trim_end(), "Nothing waits to be settled.");
    unsettled(&helpdesk, &setup);
    let list = setup.verb(["ledger", "list"]).unwrap().stdout;
    let time = list.split("  ").nth(1).unwrap().to_owned();
    let held = setup.verb(["call", "tickiti_call", "--args", QUEUE]).unwrap();
    assert!(held.code == Some(1) && held.stderr.contains("Outcome: not sent."), "{held:?}");
    assert_eq!(effects(&helpdesk, "workflow.queues.create"), 1);
    let mut told = vec![list];
    for verb in [
        ["ledger", "settle", "w9", "--happened", "yes"].as_slice(),
        &["ledger", "settle", "w1", "--happened", "no"],
        &["ledger", "settle", "w1", "--happened", "no"],
        &["ledger", "list"],
        &["ledger", "list", "--all"],
        &["ledger", "prune", "--older-than", "0"],
        &["ledger", "list", "--all"],
    ] {
        let output = setup.verb(verb).unwrap();
        told.push(format!("$ {}\n{}{}", verb.join(" "), output.stdout, output.stderr));
    }
    let told = steady(&told.join("\n"), &[(&time, "TIME"), (&helpdesk.base(), "HELPDESK")]);
    insta::assert_snapshot!("ledger_verbs", told);
    let sent = || helpdesk.requests().iter().filter(|request| request.path.ends_with("queues/create")).count();
    assert_eq!(sent(), 1);
    setup.verb(["call", "tickiti_call", "--args", QUEUE]).unwrap();
    assert_eq!(sent(), 2, "somebody who was told said that it did not happen");
}

#[test]
fn the_assistant_lists_and_settles() {
    let helpdesk = helpdesk();
    let setup = relay().helpdesk(&helpdesk);
    unsettled(&helpdesk, &setup);
    let mut relay = setup.start().unwrap();
    let writes = relay.call("unsettled_writes", json!({})).unwrap().json().unwrap();
    let write = &writes["writes"][0];
    assert_eq!((&write["id"], &write["route"]), (&json!("w1"), &json!("workflow.queues.create")));
    assert_eq!(write["look"], json!({"tool": "list_queues", "arguments": {}}));
    let settled = relay.call("settle_write", json!({"id": "w1", "happened": true})).unwrap().json().unwrap();
    assert_eq!(settled["settled"]["state"], "settled_happened");
    let again = relay.call("settle_write", json!({"id": "w1", "happened": true})).unwrap().failed().unwrap();
    assert!(again.contains("settled already"), "{again}");
    assert_eq!(relay.call("unsettled_writes", json!({})).unwrap().json().unwrap()["writes"], json!([]));
}

#[test]
fn doctor_sees_a_ledger_that_is_none_and_writes_are_refused_in_words() {
    let helpdesk = helpdesk();
    let setup = relay().helpdesk(&helpdesk);
    unsettled(&helpdesk, &setup);
    let seen = setup.verb(["doctor"]).unwrap();
    assert!(seen.code == Some(0) && seen.stdout.contains("nobody knows the end of 1 writes"), "{seen:?}");

    let state = setup.ground().unwrap().folder("state");
    let ledger = std::fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().path());
    let ledger = ledger
        .chain(std::fs::read_dir(state.join("tickiti-relay")).into_iter().flatten().map(|entry| entry.unwrap().path()));
    let ledger = ledger.filter(|path| path.ends_with("ledger.sqlite3")).last().unwrap();
    std::fs::write(&ledger, "no ledger at all ".repeat(500)).unwrap();
    let seen = setup.verb(["doctor"]).unwrap();
    assert!(seen.code == Some(1) && seen.stdout.contains("is damaged"), "{seen:?}");
    assert!(seen.stdout.contains("move the file away"), "{seen:?}");
    let refused = setup.verb(["call", "tickiti_call", "--args", QUEUE]).unwrap();
    assert!(refused.stderr.contains("Outcome: not sent.") && refused.stderr.contains("is damaged"), "{refused:?}");
    assert_eq!(setup.verb(["call", "list_queues"]).unwrap().code, Some(0), "reads go on");
}

#[test]
fn who_waits_for_a_retry_is_told() {
    let helpdesk = helpdesk();
    helpdesk.fault(Planned::on("tickets.create", Fault::TooMany { retry_after: Some(1) }));
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    let mut params = create("One");
    params["_meta"] = json!({"progressToken": "p"});
    let id = relay.begin("tools/call", params).unwrap();
    let told = relay.notification().unwrap();
    assert_eq!(told["params"]["message"], "Attempt 1 on tickets.create failed; going on in 1 s.");
    assert_eq!(relay.answer(id).unwrap()["result"]["isError"], json!(false));
    let keys: Vec<_> =
        helpdesk.requests().iter().map(|request| request.header("idempotency-key").unwrap().to_owned()).collect();
    assert!(keys.len() == 2 && keys[0] == keys[1], "{keys:?}");
}

#[test]
fn calls_beyond_those_that_may_wait_are_told_to_come_back() {
    const IN_FLIGHT: usize = 32;
    const QUEUED: usize = 256;
    const MORE: usize = 10;
    let helpdesk = helpdesk();
    helpdesk.fault(Planned::next(Fault::Delay { milliseconds: 60_000, at: Moment::Claimed }).always());
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    for _ in 0..IN_FLIGHT + QUEUED + MORE {
        relay.begin("tools/call", json!({"name": "list_queues", "arguments": {}})).unwrap();
    }
    for _ in 0..MORE {
        let (_, answer) = relay.next_answer().unwrap();
        let text = said(&answer);
        assert!(
            answer["result"]["isError"] == json!(true) && text.contains("busy") && text.contains("call again in"),
            "{text}"
        );
    }
    let until = Instant::now() + Duration::from_secs(20);
    while helpdesk.requests().len() < IN_FLIGHT && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(helpdesk.requests().len(), IN_FLIGHT, "these reach the helpdesk, and no more");
    // All others still wait, and go with their client.
    assert_eq!(relay.finish().unwrap().code(), Some(0));
}
