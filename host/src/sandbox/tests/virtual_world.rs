//! What a guest sees of the world, and that nothing lasts.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{attack, call, hostile, said, stopped};
use crate::contract::{Answer, Guest, GuestFault, Step};
use crate::sandbox::{Component, Sandbox};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn the_world_is_empty() {
    let seen = parsed(&said(attack(&hostile(), "look", json!({})).await));
    assert_eq!(seen["environment"], json!([]));
    assert_eq!(seen["arguments"], json!([]));
    assert_eq!([&seen["root"], &seen["file"], &seen["written"]], [false, false, false]);
    assert_eq!(seen["now"], "1795341600500000000", "2026-11-22T10:00:00.5Z, the call's");
}

#[tokio::test]
async fn there_is_no_network() {
    let seen = parsed(&said(attack(&hostile(), "network", json!({})).await));
    assert_eq!(seen, json!({ "connect": false, "listen": false, "datagram": false, "name": false }));
}

#[tokio::test]
async fn stdin_is_at_its_end() {
    assert_eq!(parsed(&said(attack(&hostile(), "stdin", json!({})).await))["text"], "");
}

#[tokio::test]
async fn a_guest_cannot_sleep() {
    let plugin = hostile();
    plugin.describe().await.expect("it loads");
    let began = Instant::now();
    let hour = 3_600_000;
    let seen = parsed(&said(attack(&plugin, "sleep", json!({ "ms": hour })).await));
    assert_eq!(seen, json!({ "monotonic": hour, "wall": 0 }), "its own clock jumps, the call's stands");
    assert!(began.elapsed() < Duration::from_secs(60), "an hour did not pass");
}

#[tokio::test]
async fn a_guest_that_sleeps_for_ever_is_stopped() {
    assert!(matches!(stopped(&hostile(), "sleep_for_ever", json!({})).await, GuestFault::Deadline { .. }));
}

#[tokio::test]
async fn waiting_for_nothing_is_a_crash() {
    let GuestFault::Crash { message } = stopped(&hostile(), "poll_nothing", json!({})).await else {
        panic!("no crash")
    };
    assert!(message.contains("waited for nothing"), "{message}");
}

#[tokio::test]
async fn a_flood_changes_nothing() {
    assert_eq!(said(attack(&hostile(), "flood", json!({ "bytes": 64_000 })).await), "flooded");
}

#[tokio::test]
async fn the_host_makes_no_mountain_of_zeroes() {
    for bytes in [1_u64 << 33, u64::MAX] {
        let fault = stopped(&hostile(), "zeroes", json!({ "bytes": bytes })).await;
        assert!(matches!(fault, GuestFault::Crash { .. }), "{fault:?}");
    }
}

#[tokio::test]
async fn equal_calls_see_equal_worlds() {
    // Two sandboxes, as in two processes; the seed knows plugin, tool and arguments and nothing else.
    let first = said(attack(&hostile(), "look", json!({ "a": 1 })).await);
    assert_eq!(first, said(attack(&hostile(), "look", json!({ "a": 1 })).await));
    let other_arguments = said(attack(&hostile(), "look", json!({ "a": 2 })).await);
    let renamed = Component::from_bytes("other", super::guests::hostile().read().expect("bytes").into_owned());
    let other_plugin = said(attack(&Sandbox::new(None).plugin(renamed), "look", json!({ "a": 1 })).await);
    let random = |text: &str| (parsed(text)["random"].clone(), parsed(text)["hash"].clone());
    assert_ne!(random(&first), random(&other_arguments));
    assert_ne!(random(&first), random(&other_plugin));
}

#[tokio::test]
async fn nothing_lasts_between_calls() {
    let plugin = hostile();
    for _ in 0..1_000 {
        assert_eq!(said(attack(&plugin, "counter", json!({})).await), "1");
    }
}

#[tokio::test]
async fn state_and_answers_reach_the_next_turn() {
    let answers = vec![
        Answer { status: 200, body: "{\"ü\":1}".into(), held: None },
        Answer { status: 404, body: "null".into(), held: None },
    ];
    let reply = hostile().resume(call("echo", json!({})), "before".into(), answers).await;
    assert_eq!(said(reply), "before {\"ü\":1}null");
}

#[tokio::test]
async fn an_error_of_the_plugin_is_its_own() {
    let reply = attack(&hostile(), "refuse", json!({ "a": 1 })).await.expect("no fault");
    assert_eq!(reply.expect_err("an error"), "refused: {\"a\":1}");
}

#[tokio::test]
async fn untrue_turns_pass_the_door_for_the_relay_to_judge() {
    let plugin = hostile();
    let mark = "0".repeat(32);
    let stolen = format!(r#"{{"file":"{mark}/stolen.txt"}}"#);
    for (tool, input) in [("not_json", "{\"a\":"), ("foreign_mark", &stolen)] {
        let turn = attack(&plugin, tool, json!({ "mark": mark })).await.expect("no fault").expect("a turn");
        assert!(matches!(turn.step, Step::Relay(request) if request.input == input));
    }
}

#[tokio::test]
async fn a_thousand_turns_are_a_thousand_fresh_instances() {
    let plugin = hostile();
    for _ in 0..1_000 {
        let answers = vec![Answer { status: 200, body: "null".into(), held: None }];
        let reply = plugin.resume(call("forever", json!({})), String::new(), answers).await;
        assert!(matches!(reply.expect("no fault").expect("a turn").step, Step::Send(requests) if requests.len() == 1));
    }
}
