//! Idempotency keys, under every switch that concerns them.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tickiti_relay_scratch::{Fault, Moment, Planned, Running};

use crate::client::{Client, helpdesk, helpdesk_with, number};

fn ticket() -> Value {
    json!({"originator_email_address": "a@b.example", "data": {"subject": "S", "content": "C"}})
}

fn set(name: &str, setting: &str) -> Running {
    helpdesk_with(|switches| switches.set(name, setting).unwrap())
}

#[test]
fn the_same_key_and_payload_is_answered_again_byte_for_byte() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let first = client.keyed("tickets", &ticket(), "k");
    for _ in 0..3 {
        let again = client.keyed("tickets", &ticket(), "k");
        assert_eq!((again.status, &again.body), (first.status, &first.body));
    }
    assert_eq!(helpdesk.effects().len(), 1);
    assert_eq!(helpdesk.requests().iter().filter(|seen| seen.replayed).count(), 3);
    assert_ne!(client.keyed("tickets", &ticket(), "other").body, first.body);
    assert_eq!(helpdesk.effects().len(), 2);
    helpdesk.forget_keys();
    client.keyed("tickets", &ticket(), "k").data();
    assert_eq!(helpdesk.effects().len(), 3);
}

#[test]
fn another_payload_is_a_conflict() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    client.keyed("tickets", &ticket(), "k").data();
    let mut other = ticket();
    other["data"]["subject"] = json!("T");
    client.keyed("tickets", &other, "k").error(409, "idempotency_key_conflict");
    assert_eq!(helpdesk.effects().len(), 1);
}

#[test]
fn a_missing_or_overlong_key_is_refused_on_the_routes_that_demand_one() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    for path in
        ["tickets", "tickets/respond", "tickets/close", "tickets/participants/add", "tickets/participants/remove"]
    {
        client.unkeyed(path, &json!({})).unwrap().error(422, "idempotency_key_required");
    }
    assert_eq!(client.keyed("tickets", &ticket(), &"k".repeat(256)).refused(), ["Idempotency-Key"]);
    client.keyed("tickets", &ticket(), &"k".repeat(255)).data();
    client.unkeyed("tickets/response-delete", &json!({"response_id": 1})).unwrap().data();
    helpdesk.switch(|switches| switches.set("missing_key_body", "laravel").unwrap());
    let answer = client.unkeyed("tickets", &ticket()).unwrap();
    assert_eq!((answer.status, answer.json()["errors"].is_object()), (422, true));
}

#[test]
fn validation_before_or_after_the_key() {
    let bad = json!({"originator_email_address": "a@b.example"});
    for (setting, status) in [("before_validation", 409), ("after_validation", 422)] {
        let helpdesk = set("key_looked_at", setting);
        let client = Client::new(&helpdesk, "tickets");
        client.keyed("tickets", &ticket(), "k").data();
        assert_eq!(client.keyed("tickets", &bad, "k").status, status, "{setting}");
    }
    for (setting, status) in [("before_validation", 200), ("after_validation", 404)] {
        let helpdesk = set("key_looked_at", setting);
        let client = Client::new(&helpdesk, "tickets");
        let reply = json!({"ticket_number": number(&helpdesk, 10), "from_email": "a@b.example", "content": "x"});
        client.keyed("tickets/respond", &reply, "k").data();
        client.post("tickets/delete", &json!({"ticket_numbers": [number(&helpdesk, 10)]})).data();
        assert_eq!(client.keyed("tickets/respond", &reply, "k").status, status, "{setting}");
    }
}

#[test]
fn a_refused_request_uses_its_key_up_or_not() {
    let bad = json!({"originator_email_address": "a@b.example"});
    for (setting, status) in [("no", 200), ("yes", 409)] {
        let helpdesk = set("refusal_stored", setting);
        let client = Client::new(&helpdesk, "tickets");
        assert_eq!(client.keyed("tickets", &bad, "k").status, 422);
        assert_eq!(client.keyed("tickets", &bad, "k").status, 422);
        assert_eq!(client.keyed("tickets", &ticket(), "k").status, status, "{setting}");
    }
}

#[test]
fn a_broken_request_is_stored_or_not() {
    for (setting, status) in [("no", 200), ("yes", 500)] {
        let helpdesk = set("server_error_stored", setting);
        let client = Client::new(&helpdesk, "tickets");
        helpdesk.fault(Planned::next(Fault::Status { status: 500, worked: false }));
        assert_eq!(client.keyed("tickets", &ticket(), "k").status, 500);
        assert_eq!(client.keyed("tickets", &ticket(), "k").status, status, "{setting}");
        assert_eq!(helpdesk.effects().len(), usize::from(status == 200), "{setting}");
    }
}

#[test]
fn whose_a_key_is() {
    for (setting, other_token, other_route) in
        [("token", 200, 409), ("token_and_route", 200, 200), ("everyone", 200, 409)]
    {
        let helpdesk = set("key_scope", setting);
        let (one, two) = (Client::new(&helpdesk, "tickets"), Client::new(&helpdesk, "full"));
        let first = one.keyed("tickets", &ticket(), "k");
        let second = two.keyed("tickets", &ticket(), "k");
        assert_eq!(second.status, other_token, "{setting}");
        assert_eq!(second.body == first.body, setting == "everyone", "{setting}");
        let reply = json!({"ticket_id": 10, "from_email": "a@b.example", "content": "x"});
        assert_eq!(one.keyed("tickets/respond", &reply, "k").status, other_route, "{setting}");
    }
}

#[test]
fn equal_values_in_other_bytes() {
    let spaced = ticket().to_string().replace(':', ": ");
    for (setting, status) in [("bytes", 409), ("value", 200)] {
        let helpdesk = set("same_payload", setting);
        let client = Client::new(&helpdesk, "tickets");
        client.keyed("tickets", &ticket(), "k").data();
        let headers = [("Idempotency-Key", "k")];
        let again = client.send("POST", "tickets", &headers, "application/json", spaced.as_bytes()).unwrap();
        assert_eq!(again.status, status, "{setting}");
        assert_eq!(helpdesk.effects().len(), 1);
    }
}

#[test]
fn a_key_where_none_is_demanded_is_ignored_or_honoured() {
    for (setting, effects) in [("ignored", 2), ("honoured", 1)] {
        let helpdesk = set("undemanded_key", setting);
        let client = Client::new(&helpdesk, "tickets");
        let edit = json!({"response_id": 2, "content": "<p>x</p>"});
        client.keyed("tickets/response-update", &edit, "k").data();
        client.keyed("tickets/response-update", &edit, "k").data();
        assert_eq!(helpdesk.effects().len(), effects, "{setting}");
    }
}

/// Sends the same request twice, the second while the first is held up with its key claimed.
fn twice_at_once(setting: &str) -> (Vec<u16>, usize, bool) {
    let helpdesk = set("same_key_running", setting);
    let client = Client::new(&helpdesk, "tickets");
    helpdesk.fault(Planned::next(Fault::Delay { milliseconds: 600, at: Moment::Claimed }));
    let slow = thread::spawn({
        let client = client.clone();
        move || client.keyed("tickets", &ticket(), "k")
    });
    // The first has arrived and has taken the fault.
    while helpdesk.requests().first().is_none_or(|seen| seen.body_bytes == 0) {
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(100));
    let second = client.keyed("tickets", &ticket(), "k");
    let first = slow.join().unwrap();
    (vec![first.status, second.status], helpdesk.effects().len(), first.body == second.body)
}

#[test]
fn the_same_key_while_the_first_still_runs() {
    assert_eq!(twice_at_once("serialise"), (vec![200, 200], 1, true));
    assert_eq!(twice_at_once("conflict"), (vec![200, 409], 1, false));
    assert_eq!(twice_at_once("execute_twice"), (vec![200, 200], 2, false));
}

#[test]
fn many_at_once_under_one_key_are_one_ticket_and_under_many_keys_are_many() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let all = |key: fn(usize) -> String| {
        let senders: Vec<_> = (0..24)
            .map(|index| {
                let client = client.clone();
                thread::spawn(move || client.keyed("tickets", &ticket(), &key(index)).body)
            })
            .collect();
        let mut bodies: Vec<_> = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
        bodies.sort();
        bodies.dedup();
        bodies.len()
    };
    assert_eq!((all(|_| "one".into()), helpdesk.effects().len()), (1, 1));
    assert_eq!((all(|index| index.to_string()), helpdesk.effects().len()), (24, 25));
}

#[test]
fn a_key_is_free_again_when_its_run_was_cut_before_anything_was_done() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    helpdesk.fault(Planned::next(Fault::Reset { at: Moment::Claimed }));
    let cut = client.send(
        "POST",
        "tickets",
        &[("Idempotency-Key", "k")],
        "application/json",
        ticket().to_string().as_bytes(),
    );
    assert!(cut.is_err());
    assert!(helpdesk.effects().is_empty());
    client.keyed("tickets", &ticket(), "k").data();
}

#[test]
fn minted_keys_need_no_token_and_differ() {
    let helpdesk = helpdesk();
    let nobody = Client { address: helpdesk.address(), secret: None };
    let mint = || nobody.post("idempotency_key", &json!({})).data()["idempotency_key"].as_str().unwrap().to_owned();
    assert_ne!(mint(), mint());
    assert_eq!(mint().len(), 36);
}
