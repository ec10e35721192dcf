//! How the relay is started: read only, with fewer tools, asking the person.

use serde_json::{Value, json};
use tickiti_relay_tests::client::LEGACY;
use tickiti_relay_tests::relay::Session;

use super::{Ground, listed};

fn tools(ground: &Ground, arguments: &[&str]) -> Vec<String> {
    let setup = arguments.iter().fold(ground.setup.clone(), |setup, argument| setup.argument(argument));
    listed(&mut setup.start().unwrap())
}

#[test]
fn modes_choose_what_is_listed() {
    let ground = Ground::new();
    let reading = tools(&ground, &["--read-only"]);
    for gone in ["create_ticket", "respond_to_ticket", "settle_write"] {
        assert!(!reading.contains(&gone.to_owned()), "{gone}");
    }
    for there in ["get_ticket", "export_responses", "tickiti_call", "unsettled_writes"] {
        assert!(reading.contains(&there.to_owned()), "{there}");
    }
    assert_eq!(tools(&ground, &["--families", "reads"]).len(), 6);
    assert_eq!(tools(&ground, &["--tools", "get_*,list_queues"]), ["get_ticket", "get_attachment", "list_queues"]);
    assert_eq!(tools(&ground, &["--families", "tickets", "--hide", "export_*,get_*", "--read-only"]).len(), 3);
}

#[test]
fn a_slip_of_the_pen_in_a_mode_hides_no_less_and_is_told() {
    let ground = Ground::new();
    let call = r#"{"family":"tickets","action":"queues"}"#;
    let spaced = ["call", "tickiti_call", "--args", call, "--hide", "export_*, tickiti_call"];
    assert!(ground.refuses(&spaced).contains("no tool `tickiti_call`"));
    assert_eq!(tools(&ground, &["--families", "tickets, reads"]).len(), 14);

    let typo = ground.verb(&["tools", "--hide", "exprt_*,tickiti_cal"]);
    assert_eq!(typo.code, Some(0));
    assert!(typo.stderr.contains("`--hide` names `exprt_*`, and no tool is called so"), "{}", typo.stderr);
    assert!(typo.stderr.contains("did you mean `tickiti_call`?"), "{}", typo.stderr);
    let ground = Ground::new();
    let mut session = ground.setup.clone().argument("--tools").argument("nix*").start().unwrap();
    assert!(listed(&mut session).is_empty());
    session.finish().unwrap();
    let told = String::from_utf8_lossy(&session.stderr()).into_owned();
    assert!(told.contains("`--tools` names `nix*`"), "{told}");

    // What is written into a client's file is read by nobody for a long time.
    let refused = ground.refuses(&["connect", "vscode", "--dry-run", "--tools", "nix*", "--families", "raeds"]);
    insta::assert_snapshot!(refused);
    let written = ground.says(&["connect", "vscode", "--dry-run", "--hide", "export_*, tickiti_call"]);
    assert!(written.contains(r#""export_*,tickiti_call""#), "{written}");
}

#[test]
fn a_relay_that_only_reads_refuses_to_write_whatever_is_asked() {
    let ground = Ground::new();
    let before = ground.helpdesk.effects().len();
    let mut session = ground.setup.clone().argument("--read-only").start().unwrap();
    let call = json!({"family": "tickets", "action": "close", "payload": {"ticket_number": "709383"}});
    let refused = session.call("tickiti_call", call).unwrap().failed().unwrap();
    assert!(refused.contains("--read-only"), "{refused}");
    assert!(session.call("create_ticket", json!({})).is_err(), "it is not there");
    assert!(session.call("tickiti_call", json!({"family": "tickets", "action": "queues"})).unwrap().done().is_ok());
    assert_eq!(ground.helpdesk.effects().len(), before);
}

fn ticket() -> Value {
    json!({"originator_email_address": "lena.vogt@posteo.example", "subject": "Pole", "content": "<p>Broken.</p>", "queue_name": "Support"})
}

/// A client that can ask a person, with a relay that wants a yes for each write.
fn asking(ground: &Ground) -> Session {
    let mut session = ground.setup.clone().argument("--confirm").argument("write").start_silent().unwrap();
    let client = json!({"name": "asks", "version": "1"});
    let params = json!({"protocolVersion": LEGACY, "capabilities": {"elicitation": {}}, "clientInfo": client});
    session.result("initialize", params).unwrap();
    session.notify("notifications/initialized", json!({})).unwrap();
    session
}

#[test]
fn the_person_is_asked_through_the_client() {
    let ground = Ground::new();
    let mut session = asking(&ground);
    for (action, opened) in [("decline", 0), ("cancel", 0), ("accept", 1)] {
        let before = ground.helpdesk.effects().len();
        let call = session.begin("tools/call", json!({"name": "create_ticket", "arguments": ticket()})).unwrap();
        let question = session.notification().unwrap();
        assert_eq!(question["method"], "elicitation/create", "{question}");
        let message = question["params"]["message"].as_str().unwrap();
        assert!(
            message.contains("tickets.create") && message.contains("To originator \"lena.vogt@posteo.example\"\n"),
            "{message}"
        );
        assert_eq!(ground.helpdesk.effects().len(), before, "nothing was sent yet");
        session
            .send(&json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": action, "content": {}}}))
            .unwrap();
        let answer = session.answer(call).unwrap();
        assert_eq!(answer["result"]["isError"] == json!(true), opened == 0, "{answer}");
        assert_eq!(ground.helpdesk.effects().len() - before, opened, "{action}");
    }
    // Reads need no yes.
    assert!(session.call("query_tickets", json!({})).unwrap().done().is_ok());
}

#[test]
fn a_question_is_withdrawn_when_its_call_is_cancelled() {
    let ground = Ground::new();
    let mut session = asking(&ground);
    let call = session.begin("tools/call", json!({"name": "create_ticket", "arguments": ticket()})).unwrap();
    let question = session.notification().unwrap();
    session.notify("notifications/cancelled", json!({"requestId": call})).unwrap();
    let withdrawn = session.notification().unwrap();
    assert_eq!(withdrawn["method"], "notifications/cancelled", "{withdrawn}");
    assert_eq!(withdrawn["params"]["requestId"], question["id"], "{withdrawn}");
    // A yes that comes all the same sends nothing.
    session
        .send(&json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": "accept", "content": {}}}))
        .unwrap();
    assert!(session.call("query_tickets", json!({})).unwrap().done().is_ok());
    assert!(ground.helpdesk.effects().iter().all(|effect| effect.route != "tickets.create"));
}

#[test]
fn questions_that_nobody_answers_stop_no_other_call() {
    let ground = Ground::new();
    let mut session = asking(&ground);
    for _ in 0..40 {
        session.begin("tools/call", json!({"name": "create_ticket", "arguments": ticket()})).unwrap();
        let question = session.notification().unwrap();
        assert_eq!(question["method"], "elicitation/create", "{question}");
    }
    assert!(session.call("query_tickets", json!({})).unwrap().done().is_ok());
}

#[test]
fn where_nobody_can_be_asked_nothing_is_sent() {
    let ground = Ground::new();
    let setup = ground.setup.clone().argument("--confirm").argument("write");
    let refused = setup.start().unwrap().call("create_ticket", ticket()).unwrap().failed().unwrap();
    assert!(refused.contains("Outcome: not sent.") && refused.contains("--confirm"), "{refused}");
    let output = setup.verb(["call", "create_ticket", "--args", &ticket().to_string()]).unwrap();
    assert!(output.stderr.contains("no terminal"), "{}", output.stderr);
    assert!(ground.helpdesk.effects().iter().all(|effect| effect.route != "tickets.create"));
}

/// In the era without handshakes a server may not ask: it answers that it needs input, and the client calls again.
#[test]
fn a_yes_of_the_era_without_handshakes_holds_for_the_bytes_that_were_shown() {
    let ground = Ground::new();
    let mut session = ground.setup.clone().argument("--confirm").argument("write").start_silent().unwrap();
    session.discover().unwrap();
    let meta = json!({"io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}}});
    let call = |arguments: Value, more: Value| {
        let mut params = json!({"name": "create_ticket", "arguments": arguments, "_meta": meta});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let created = || ground.helpdesk.effects().iter().filter(|effect| effect.route == "tickets.create").count();
    let wants = session.result("tools/call", call(ticket(), json!({}))).unwrap();
    assert_eq!(wants["resultType"], "input_required", "{wants}");
    let state = wants["requestState"].clone();
    let yes = json!({"requestState": state, "inputResponses": {"send": {"action": "accept", "content": {}}}});
    // Other bytes than those that were shown: asked again.
    let mut other = ticket();
    other["subject"] = json!("Another subject");
    let again = session.result("tools/call", call(other, yes.clone())).unwrap();
    assert_eq!(again["resultType"], "input_required", "{again}");
    // The name was used up by that; a guessed one is none.
    let stale = session.result("tools/call", call(ticket(), yes)).unwrap();
    assert_eq!(stale["resultType"], "input_required", "{stale}");
    assert_eq!(created(), 0);
    let answer = |state: &Value, action: &str| json!({"requestState": state, "inputResponses": {"send": {"action": action, "content": {}}}});
    let no = session.result("tools/call", call(ticket(), answer(&stale["requestState"], "decline"))).unwrap();
    assert_eq!(no["isError"], true, "{no}");
    let wants = session.result("tools/call", call(ticket(), json!({}))).unwrap();
    let done = session.result("tools/call", call(ticket(), answer(&wants["requestState"], "accept"))).unwrap();
    assert_ne!(done["isError"], json!(true), "{done}");
    assert_eq!(created(), 1);
}
