//! MCP to the letter, in both eras, said and heard without an MCP library.

use std::sync::{Arc, Barrier};

use serde_json::{Value, json};
use tickiti_relay_scratch::{Fault, Moment, Planned};
use tickiti_relay_tests::client::{LEGACY, MODERN};
use tickiti_relay_tests::relay;
use tickiti_relay_tests::stub::{Reply, Stub};
use tickiti_relay_tests::trouble::Trouble;

use crate::support::{TOKEN, TOOLS, alone, at, helpdesk};

const INVALID_PARAMS: i64 = -32602;
const METHOD_NOT_FOUND: i64 = -32601;

fn code(answer: &Value) -> i64 {
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("no protocol error: {answer}"))
}

fn names(tools: &[Value]) -> Vec<&str> {
    tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

// === beginnings ===

#[test]
fn each_version_with_a_handshake_is_answered_in_kind() {
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut relay = at("http://127.0.0.1:9").start_silent().unwrap();
        let said = relay.initialize(version).unwrap();
        assert_eq!(said["protocolVersion"], version);
        assert_eq!(said["serverInfo"]["name"], "tickiti-relay");
        assert!(said["capabilities"]["tools"].is_object(), "{said}");
        assert!(said["instructions"].as_str().unwrap().len() <= 2048);
        assert_eq!(names(&relay.tools().unwrap()), TOOLS, "{version}");
        assert_eq!(relay.result("ping", json!({})).unwrap(), json!({}));
    }
}

#[test]
fn an_unknown_version_gets_the_newest_with_a_handshake() {
    for version in ["1999-01-01", MODERN, "9999-12-31"] {
        let mut relay = at("http://127.0.0.1:9").start_silent().unwrap();
        assert_eq!(relay.initialize(version).unwrap()["protocolVersion"], LEGACY, "{version}");
    }
}

#[test]
fn the_era_without_handshakes_is_served() {
    let helpdesk = Stub::json(r#"{"perspectives":[]}"#);
    let mut relay = at(&helpdesk.base()).start_silent().unwrap();
    let said = relay.discover().unwrap();
    let versions = said["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!(MODERN)), "{said}");
    assert!(said["capabilities"]["tools"].is_object(), "{said}");

    let listed = relay.result("tools/list", json!({})).unwrap();
    assert_eq!(listed["resultType"], "complete");
    assert!(listed["ttlMs"].is_u64() && listed["cacheScope"].is_string(), "{}", listed["ttlMs"]);
    assert_eq!(names(listed["tools"].as_array().unwrap()), TOOLS);

    let answer = relay.call("list_perspectives", json!({})).unwrap();
    assert_eq!(answer.done().unwrap(), r#"{"perspectives":[]}"#);
    assert_eq!(answer.0["resultType"], "complete");
}

#[test]
fn both_eras_list_the_same_tools() {
    let mut legacy = alone();
    let mut modern = at("http://127.0.0.1:9").start_silent().unwrap();
    modern.discover().unwrap();
    assert_eq!(legacy.tools().unwrap(), modern.tools().unwrap());
}

#[test]
fn a_client_may_probe_for_the_new_era_and_shake_hands_all_the_same() {
    let mut relay = at("http://127.0.0.1:9").start_silent().unwrap();
    relay.discover().unwrap();
    assert_eq!(relay.initialize(LEGACY).unwrap()["protocolVersion"], LEGACY);
    assert_eq!(relay.tools().unwrap().len(), TOOLS.len());
}

#[test]
fn a_client_may_begin_with_a_notification() {
    let mut relay = at("http://127.0.0.1:9").start_silent().unwrap();
    relay.notify("notifications/cancelled", json!({"requestId": 0, "reason": "gave up a probe"})).unwrap();
    relay.initialize(LEGACY).unwrap();
    assert_eq!(relay.tools().unwrap().len(), TOOLS.len());
}

// === requests that are wrong ===

#[test]
fn an_unknown_method_is_not_found() {
    let mut relay = alone();
    for method in ["tools/dance", "dance", "rpc.discover", "tasks/list"] {
        assert_eq!(code(&relay.request(method, json!({})).unwrap()), METHOD_NOT_FOUND, "{method}");
    }
}

#[test]
fn what_is_not_offered_is_not_found() {
    let mut relay = alone();
    let reference = json!({"type": "ref/prompt", "name": "x"});
    for (method, params) in [
        ("prompts/list", json!({})),
        ("prompts/get", json!({"name": "x"})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({"uri": "tickiti://x"})),
        ("resources/subscribe", json!({"uri": "tickiti://x"})),
        ("completion/complete", json!({"ref": reference, "argument": {"name": "x", "value": ""}})),
        ("logging/setLevel", json!({"level": "debug"})),
    ] {
        assert_eq!(code(&relay.request(method, params).unwrap()), METHOD_NOT_FOUND, "{method}");
    }
}

#[test]
fn an_unknown_tool_is_a_wrong_parameter_and_the_nearest_is_named() {
    let mut relay = alone();
    match relay.call("get_tickets", json!({})) {
        Err(Trouble::Refused { code, message, .. }) => {
            assert_eq!(code, INVALID_PARAMS);
            assert!(message.contains("get_tickets") && message.contains("get_ticket`"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn parameters_of_the_wrong_shape_are_wrong_parameters() {
    let mut relay = alone();
    for params in [
        json!({"name": "list_queues", "arguments": [1]}),
        json!({"name": "list_queues", "arguments": "{}"}),
        json!({"name": 7, "arguments": {}}),
        json!({"arguments": {}}),
        json!({}),
    ] {
        let answer = relay.request("tools/call", params.clone()).unwrap();
        assert_eq!(code(&answer), INVALID_PARAMS, "{params}");
    }
    assert_eq!(relay.tools().unwrap().len(), TOOLS.len());
}

#[test]
fn arguments_may_be_left_out_where_nothing_is_required() {
    let helpdesk = Stub::json(r#"{"queues":[]}"#);
    let mut relay = at(&helpdesk.base()).start().unwrap();
    let result = relay.result("tools/call", json!({"name": "list_queues"})).unwrap();
    assert_ne!(result["isError"], json!(true), "{result}");
    assert_eq!(helpdesk.asked()[0].body, b"{}");
}

#[test]
fn lines_that_are_no_message_do_no_harm() {
    let mut relay = alone();
    for line in [
        &b"this is not JSON"[..],
        b"{\"jsonrpc\":\"2.0\",\"id\":1,",
        b"",
        b"   ",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"{}",
        br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
        br#"[{"jsonrpc":"2.0","id":90,"method":"ping"}]"#,
    ] {
        relay.send_line(line).unwrap();
    }
    relay.send_line(["[".repeat(10_000), "]".repeat(10_000)].concat().as_bytes()).unwrap();
    assert_eq!(relay.result("ping", json!({})).unwrap(), json!({}));
    assert_eq!(relay.tools().unwrap().len(), TOOLS.len());
}

#[test]
fn lines_may_end_as_on_windows() {
    let mut relay = alone();
    relay.send_line(b"{\"jsonrpc\":\"2.0\",\"id\":\"crlf\",\"method\":\"ping\"}\r").unwrap();
    assert_eq!(relay.answer_to(&json!("crlf")).unwrap()["result"], json!({}));
}

#[test]
fn an_id_comes_back_as_it_was() {
    let mut relay = alone();
    for id in [json!("a"), json!(""), json!("7"), json!(0), json!(-1), json!(9_007_199_254_740_993_i64)] {
        relay.send(&json!({"jsonrpc": "2.0", "id": id, "method": "ping"})).unwrap();
        assert_eq!(relay.answer_to(&id).unwrap()["id"], id);
    }
}

// === answers ===

#[test]
fn the_list_of_tools_is_the_same_to_the_byte() {
    let mut lists = Vec::new();
    for _ in 0..2 {
        let mut relay = alone();
        let before = relay.stdout().len();
        for _ in 0..2 {
            relay.send(&json!({"jsonrpc": "2.0", "id": 500, "method": "tools/list"})).unwrap();
            relay.answer(500).unwrap();
        }
        let lines = relay.stdout()[before..].to_vec();
        lists.extend(lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec));
    }
    assert_eq!(lists.len(), 4);
    assert!(lists.iter().all(|list| *list == lists[0]));
}

#[test]
fn stdout_holds_messages_and_nothing_else() {
    let helpdesk = Stub::always(Reply::with(500, &[], "<html>\nlines\n</html>"));
    let mut relay = at(&helpdesk.base()).env("TICKITI_RELAY_LOG", "trace").start().unwrap();
    relay.tools().unwrap();
    relay.call("list_queues", json!({})).unwrap().failed().unwrap();
    relay.call("get_ticket", json!({"number": "1"})).unwrap().failed().unwrap();
    relay.request("nothing", json!({})).unwrap();
    relay.send_line(b"garbage").unwrap();
    assert!(relay.finish().unwrap().success());
    let stdout = relay.stdout();
    assert!(stdout.ends_with(b"\n"));
    for line in stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let message: Value = serde_json::from_slice(line).unwrap();
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
    }
}

#[test]
fn calls_run_side_by_side() {
    // The stub answers none before all are there: one after the other they would wait for ever.
    let together = Arc::new(Barrier::new(8));
    let helpdesk = Stub::answering(move |_| {
        together.wait();
        Reply::json(200, "[]")
    });
    let mut relay = at(&helpdesk.base()).start().unwrap();
    let call = json!({"name": "query_tickets", "arguments": {}});
    let ids: Vec<u64> = (0..8).map(|_| relay.begin("tools/call", call.clone()).unwrap()).collect();
    for id in ids {
        assert_eq!(relay.answer(id).unwrap()["result"]["content"][0]["text"], "[]");
    }
}

#[test]
fn a_slow_call_holds_up_no_other() {
    let helpdesk = Stub::answering(|asked| match asked.path.as_str() {
        "/api/v1/reports/volumes" => Reply::Silence,
        _ => Reply::json(200, "[]"),
    });
    let mut relay = at(&helpdesk.base()).start().unwrap();
    let slow = json!({"name": "run_report", "arguments": {"report": "volumes"}});
    let slow = relay.begin("tools/call", slow).unwrap();
    assert_eq!(relay.call("query_tickets", json!({})).unwrap().done().unwrap(), "[]");
    // Called off, it is never answered.
    relay.notify("notifications/cancelled", json!({"requestId": slow})).unwrap();
    assert_eq!(relay.call("query_tickets", json!({})).unwrap().done().unwrap(), "[]");
    relay.finish().unwrap();
    let stdout = String::from_utf8(relay.stdout()).unwrap();
    assert!(!stdout.contains(&format!("\"id\":{slow},")), "{stdout}");
}

// === the end ===

#[test]
fn the_end_of_input_ends_the_program_well() {
    let mut greeted = alone();
    assert_eq!(greeted.finish().unwrap().code(), Some(0));
    // A client that only looked whether it starts.
    let mut silent = at("http://127.0.0.1:9").start_silent().unwrap();
    assert_eq!(silent.finish().unwrap().code(), Some(0));
    assert_eq!(silent.stdout(), b"");
}

#[test]
fn a_call_that_ends_in_time_is_answered_at_the_end_of_input() {
    let helpdesk = helpdesk();
    helpdesk.fault(Planned::next(Fault::Delay { milliseconds: 300, at: Moment::Claimed }));
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    let call = relay.begin("tools/call", json!({"name": "list_queues", "arguments": {}})).unwrap();
    relay.close_input();
    assert_eq!(relay.answer(call).unwrap()["result"]["isError"], json!(false));
    assert_eq!(relay.wait().unwrap().code(), Some(0));
}

#[test]
fn the_end_of_input_ends_it_also_with_a_call_under_way() {
    let helpdesk = Stub::always(Reply::Silence);
    let mut relay = at(&helpdesk.base()).env("TICKITI_API_TIMEOUT_MS", "600000").start().unwrap();
    relay.begin("tools/call", json!({"name": "list_queues", "arguments": {}})).unwrap();
    assert_eq!(relay.finish().unwrap().code(), Some(0));
}

#[test]
fn the_helpdesk_is_asked_with_the_token_and_for_json() {
    let helpdesk = Stub::json("{}");
    let mut relay = at(&format!("{}/", helpdesk.base())).start().unwrap();
    relay.call("list_queues", json!({})).unwrap().done().unwrap();
    let asked = &helpdesk.asked()[0];
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/api/v1/workflow/queues"));
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.header("accept"), Some("application/json"));
    assert_eq!(asked.header("idempotency-key"), None);
}
