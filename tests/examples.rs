//! The plugins of `examples/`, and the two that loop, through the built program: added, granted, called through MCP, stopped.
//!
//! `cargo xtask examples` builds them and then runs this; it is no part of `cargo test`, because it needs Python and Node.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use serde_json::json;
use tickiti_relay_scratch::{Helpdesk, Options, Running};
use tickiti_relay_tests::binary;
use tickiti_relay_tests::relay;
use tickiti_relay_tests::relay::{Session, Setup};

fn component(name: &str) -> PathBuf {
    let path = binary::target().unwrap().join("examples").join(format!("{name}.wasm"));
    assert!(path.is_file(), "{} is not there: run `cargo xtask examples`", path.display());
    path
}

fn helpdesk() -> Running {
    Helpdesk::start(Options::default()).unwrap()
}

/// Runs a verb of `plugin`, however long it takes: a component in Python compiles for some seconds, or a minute where others
/// compile beside it.
fn plugin(setup: &Setup, arguments: &[&str]) {
    let output = setup.command().unwrap().arg("plugin").args(arguments).output().unwrap();
    assert!(output.status.success(), "plugin {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn add(setup: &Setup, name: &str, rights: &[&str]) {
    let path = component(name);
    let inspected = setup.command().unwrap().args(["plugin", "add"]).arg(&path).args(["--json"]).output().unwrap();
    let told = String::from_utf8_lossy(&inspected.stdout).into_owned() + &String::from_utf8_lossy(&inspected.stderr);
    let digest = digest_in(&told);
    let mut arguments = vec!["add", path.to_str().unwrap(), "--yes", "--sha256", &digest];
    for right in rights {
        arguments.extend(["--grant", right]);
    }
    plugin(setup, &arguments);
}

/// Without a terminal nothing is added; what is said then has the digest that a person would compare.
fn digest_in(told: &str) -> String {
    let is_digest = |word: &&str| word.len() == 64 && word.chars().all(|letter| letter.is_ascii_hexdigit());
    let found = told.split(|letter: char| !letter.is_ascii_alphanumeric()).find(is_digest);
    assert!(found.is_some(), "no SHA-256 in: {told}");
    found.unwrap_or_default().to_owned()
}

fn names(session: &mut Session) -> Vec<String> {
    session.tools().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

/// Waits until a running relay lists a tool: it watches the lock file, and says so.
fn listed(session: &mut Session, tool: &str) {
    while !names(session).contains(&tool.to_owned()) {
        let said = session.notification().unwrap();
        assert_eq!(said["method"], "notifications/tools/list_changed", "{said}");
    }
}

#[test]
fn the_example_in_rust_reads_a_month_of_work() {
    let helpdesk = helpdesk();
    let setup = relay::relay().helpdesk(&helpdesk);
    add(&setup, "digest", &["tickets:read"]);
    let mut session = setup.start().unwrap();
    let arguments = json!({"until": "2026-11-02", "days": 31});
    let page = session.call("digest_weekly_digest", arguments).unwrap().done().unwrap();
    let head = "The plugin `digest` says:\n> Digest of 2026-10-03 to 2026-11-02 (UTC)\n>\n> New tickets: 25 (";
    assert!(page.starts_with(head), "{page}");
    assert!(page.contains("> - Urgent: 918841, since 2026-10-16, Workshop: Battery of bike 14"), "{page}");
}

#[test]
fn the_example_in_python_writes_the_note_that_it_was_granted() {
    let helpdesk = helpdesk();
    let setup = relay::relay().helpdesk(&helpdesk);
    let mut session = setup.start().unwrap();
    add(&setup, "waiting", &["tickets:read"]);
    listed(&mut session, "waiting_find_waiting");
    let found =
        session.call("waiting_find_waiting", json!({"hours": 1, "queue": ["Workshop"]})).unwrap().done().unwrap();
    assert!(found.contains("418150: ") && found.contains("Workshop, unassigned: Second charger on site"), "{found}");

    let plugins = setup.ground().unwrap().folder("state").join("plugins");
    let settings = "[plugins.waiting.settings]\nfrom_email = \"tom.becker@kestrel.example\"\n";
    std::fs::write(plugins.join("plugins.toml"), settings).unwrap();
    let mut session = setup.start().unwrap();
    let note = json!({"ticket_number": "418150", "note": "Please answer < today."});
    let refused = session.call("waiting_note_waiting", note.clone()).unwrap().failed().unwrap();
    assert!(refused.contains("plugin grant waiting"), "{refused}");

    plugin(&setup, &["grant", "waiting", "tickets.respond{is_internal=true}"]);
    let written = session.call("waiting_note_waiting", note.clone()).unwrap().json().unwrap();
    assert_eq!(written["ok"], true, "{written}");
    let thread = json!({"ticket_number": "418150", "view": "full"});
    let thread = session.call("get_ticket", thread).unwrap().json().unwrap();
    let last = thread["data"]["responses"].as_array().unwrap().last().unwrap().clone();
    let is_note = (&last["is_internal"], &last["created_by_email"]);
    assert_eq!(is_note, (&json!(true), &json!("tom.becker@kestrel.example")), "{last}");
    assert!(last["plain_text"].as_str().unwrap().contains("Please answer < today."), "{last}");

    let twice = session.call("waiting_note_waiting", note).unwrap().failed().unwrap();
    assert!(twice.contains("has noted on ticket 418150"), "{twice}");
}

#[test]
fn the_example_in_javascript_drafts_and_shows_a_history() {
    let helpdesk = helpdesk();
    let setup = relay::relay().helpdesk(&helpdesk);
    let settings = ["settings.stock_responses.index", "settings.stock_responses.show"];
    add(&setup, "drafts", &["tickets:read", settings[0], settings[1]]);
    let mut session = setup.start().unwrap();
    let arguments = json!({"ticket_number": "522879", "identifier": "ask_serial"});
    let answer = session.call("drafts_draft_reply", arguments).unwrap();
    let draft = answer.structured().and_then(|result| result["draft"].as_str()).unwrap_or_default();
    assert!(draft.starts_with("<p>Hello Ines,</p><p>Please send us the serial number."), "{:?}", answer.0);

    let customer = json!({"email": "ines.duarte@harborlight.example"});
    let page = session.call("drafts_customer_history", customer).unwrap().done().unwrap();
    assert!(page.contains("709383, 2026-10-04, Support, closed: Tent pole broke"), "{page}");
    assert!(page.contains("(3 from the customer, 2 from us, first answer after 1 h 35 min)"), "{page}");
}

#[test]
fn plugins_that_loop_are_stopped_and_others_go_on() {
    let setup = relay::relay().base("http://127.0.0.1:9").secret("77|CanaryOfTheLoops4wZ2xV9cB4nM1kJ8hG5fD3sA6p");
    add(&setup, "loops-python", &[]);
    add(&setup, "loops-javascript", &[]);
    let mut session = setup.start().unwrap();
    // One loop at a time: guests take turns, and a long queue of them on a busy computer is another matter.
    for (spin, hello, words) in [
        ("loopspy_spin", "loopsjs_hello", "The plugin `loopsjs` says:\n> Hello from JavaScript."),
        ("loopsjs_spin", "loopspy_hello", "The plugin `loopspy` says:\n> Hello from Python."),
    ] {
        let id = session.begin("tools/call", json!({"name": spin, "arguments": {}})).unwrap();
        assert_eq!(session.call(hello, json!({})).unwrap().done().unwrap(), words);
        let answer = session.answer(id).unwrap();
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
        assert!(text.contains("ran longer than 250 ms"), "{text}");
    }
    // A plugin that was stopped serves its next call.
    let after = session.call("loopspy_hello", json!({})).unwrap();
    assert_eq!(after.done().unwrap(), "The plugin `loopspy` says:\n> Hello from Python.");
}
