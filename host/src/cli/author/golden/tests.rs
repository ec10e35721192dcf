//! Cases against a plugin that does as its arguments say.

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};
use tickiti_relay_routes::Table;

use super::*;
use crate::contract::{
    self, Access, Call, Content, Effect, FileArgument, Guest, GuestFault, Manifest, Output, Reply, Request, Step, Tool,
    Turn, Write,
};

/// Sends what its argument `send` lists, one request a turn, and then says what it got; with `careless`, also traps when an
/// answer is a failure.
struct Obedient;

impl Obedient {
    fn turn(call: &Call, turn: usize, answers: &[contract::Answer]) -> Result<Reply, GuestFault> {
        let arguments: Value = serde_json::from_str(&call.arguments).unwrap();
        let failed = answers.iter().any(|answer| answer.status >= 400 || answer.body.contains("\"ok\":false"));
        if failed && arguments["careless"] == json!(true) {
            return Err(GuestFault::Crash { message: "unreachable".into() });
        }
        let step = match arguments["send"].get(turn) {
            Some(request) => Step::Send(vec![Request {
                route: request["route"].as_str().unwrap().into(),
                input: request["input"].to_string(),
                accept: serde_json::from_value(request["accept"].clone()).unwrap_or_default(),
                hold: request["hold"].as_str().map(str::to_owned),
            }]),
            None => match arguments["error"].as_str() {
                Some(error) => return Ok(Err(error.to_owned())),
                None => {
                    let held = answers.iter().find_map(|answer| answer.held.as_ref());
                    let said = arguments["say"].as_str().map(str::to_owned);
                    let bodies: Vec<&str> = answers.iter().map(|answer| answer.body.as_str()).collect();
                    let text = said.unwrap_or_else(|| format!("{} {} {}", call.now, call.settings, bodies.join(" ")));
                    let text = held.map_or(text, |held| held.mark.clone());
                    Step::Done(Output { content: vec![Content::Text(text)], structured: None })
                }
            },
        };
        let file = call.files.first().and_then(|file| file.text.clone());
        let writes = file.filter(|_| turn == 0).map(|text| Write { to: "/to".into(), data: text.into(), sha256: None });
        Ok(Ok(Turn { writes: writes.into_iter().collect(), step, state: (turn + 1).to_string(), progress: None }))
    }
}

impl Guest for Obedient {
    fn start(&self, call: Arc<Call>) -> BoxFuture<'_, Result<Reply, GuestFault>> {
        std::future::ready(Self::turn(&call, 0, &[])).boxed()
    }

    fn resume(
        &self,
        call: Arc<Call>,
        state: String,
        answers: Vec<contract::Answer>,
    ) -> BoxFuture<'_, Result<Reply, GuestFault>> {
        std::future::ready(Self::turn(&call, state.parse().unwrap(), &answers)).boxed()
    }
}

fn bench() -> Bench {
    let tool = Tool {
        name: "do".into(),
        title: "Do".into(),
        description: "Does as it is told.".into(),
        input: r#"{"type":"object"}"#.into(),
        output: None,
        effect: Effect::Write,
        idempotent: false,
        open_world: false,
        routes: vec!["tickets.query".into(), "tickets.respond".into(), "tickets.attachment".into()],
        files: vec![
            FileArgument { at: "/from".into(), access: Access::Text },
            FileArgument { at: "/to".into(), access: Access::Output },
        ],
    };
    let manifest = Manifest { name: "probe".into(), version: "1.0.0".into(), about: "Does.".into(), tools: vec![tool] };
    Bench { manifest, guest: Arc::new(Obedient), routes: Cow::Borrowed(Table::builtin()), cases: None }
}

fn case(value: Value) -> Case {
    Case::parse(&value.to_string(), Table::builtin()).unwrap()
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn run(bench: &Bench, case: &Case, beyond: Beyond) -> bench::Happened {
    wait(bench.run(case, case.exchanges.clone(), beyond)).unwrap()
}

fn differences(value: Value) -> String {
    let case = case(value);
    let found = compare(&case, &run(&bench(), &case, Beyond::Ends));
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn query(page: u32) -> Value {
    json!({"route": "tickets.query", "input": {"page": page}})
}

fn answered(request: Value, body: Value) -> Value {
    json!({"request": request, "answer": {"body": body}})
}

#[test]
fn a_case_holds_when_requests_and_result_are_as_it_says() {
    let told = differences(json!({
        "tool": "do",
        "arguments": {"send": [query(1), query(2)]},
        "now": "2030-01-01T00:00:00Z",
        "settings": {"team": 7},
        "exchanges": [answered(query(1), json!({"a": 1})), answered(query(2), json!("plain"))],
        "result": {"text": "2030-01-01T00:00:00Z {\"team\":7} \"plain\""}
    }));
    assert_eq!(told, "");
}

#[test]
fn every_difference_is_told_with_its_pointer() {
    let arguments = json!({"send": [query(1), query(2)], "say": "two"});
    let other_body = json!({
        "tool": "do", "arguments": arguments, "result": {"text": "one"},
        "exchanges": [answered(query(9), json!({})), answered(query(2), json!({}))],
    });
    let one_more = json!({
        "tool": "do", "arguments": arguments, "result": {"text": "two"},
        "exchanges": [answered(query(1), json!({}))],
    });
    let one_less = json!({
        "tool": "do", "arguments": arguments, "result": {"text": "two"},
        "exchanges": [answered(query(1), json!({})), answered(query(2), json!({})), answered(query(3), json!({}))],
    });
    let other_route = json!({
        "tool": "do", "arguments": arguments, "result": {"text": "two"},
        "exchanges": [answered(json!({"route": "tickets.show", "input": {"page": 1}}), json!({}))],
    });
    let no_error = json!({"tool": "do", "arguments": {"error": "No."}, "result": {"text": "yes"}});
    let other_error = json!({"tool": "do", "arguments": {"error": "No."}, "result": {"error": "Never."}});
    let no_success = json!({"tool": "do", "arguments": {"say": "yes"}, "result": {"error": "No."}});
    let nothing_said = json!({"tool": "do", "arguments": {"say": "yes"}});
    let told: Vec<String> =
        [other_body, one_more, one_less, other_route, no_error, other_error, no_success, nothing_said]
            .into_iter()
            .map(differences)
            .collect();
    insta::assert_snapshot!(told.join("\n--\n"));
}

#[test]
fn a_result_that_is_json_may_be_written_as_json() {
    let told = |structured: Value| {
        differences(json!({
            "tool": "do", "arguments": {"say": "{\"b\":[1,2],\"a\":null}"}, "result": {"structured": structured}
        }))
    };
    assert_eq!(told(json!({"a": null, "b": [1, 2]})), "");
    assert_eq!(told(json!({"a": null, "b": [1, 3]})), "  at result/structured/b/1\n    - 3\n    + 2");
}

#[test]
fn an_error_is_the_plugins_own_sentence_or_what_the_assistant_reads() {
    let respond = json!({"route": "tickets.respond", "input": {"ticket_number": "1"}});
    let with_error = |error: &str| {
        json!({
            "tool": "do", "arguments": {"send": [respond], "error": "Enough."},
            "exchanges": [answered(respond.clone(), json!({"ok": true}))], "result": {"error": error}
        })
    };
    assert_eq!(differences(with_error("Enough.")), "");
    let told = run(&bench(), &case(with_error("")), Beyond::Ends).result.unwrap_err().for_assistant();
    assert!(told.contains("Enough.") && told.contains("\nAlready done in this call"), "{told}");
    assert_eq!(differences(with_error(&told)), "");
    assert_eq!(differences(with_error(told.lines().next().unwrap())), "");
    assert!(differences(with_error("Enough")).contains("result/error"));
    assert!(differences(with_error("")).contains("result/error"));
}

#[test]
fn every_request_is_an_exchange_also_one_that_is_made_again_after_a_failure() {
    // More requests than the relay needs to save up for a retry of its own.
    let asked = vec![json!({"route": "tickets.query", "input": {"page": 1}, "accept": [503]}); 12];
    let down = json!({"request": query(1), "answer": {"status": 503, "body": {"error": "down"}}});
    let up = answered(query(1), json!({"up": true}));
    let exchanges = [vec![up.clone(); 10], vec![down, up]].concat();
    let told = differences(json!({
        "tool": "do", "arguments": {"send": asked},
        "exchanges": exchanges,
        "result": {"text": "2026-11-22T09:00:00Z {} {\"up\":true}"}
    }));
    assert_eq!(told, "");
}

#[test]
fn what_a_request_holds_stays_with_the_relay() {
    let attachment = json!({"attachment_id": 1});
    let send = json!({"route": "tickets.attachment", "input": attachment, "hold": "/data/content_base64"});
    let told = differences(json!({
        "tool": "do", "arguments": {"send": [send]},
        "exchanges": [answered(
            json!({"route": "tickets.attachment", "input": attachment}),
            json!({"data": {"content_base64": "aGVsbG8="}}),
        )],
        "result": {"text": "hello"}
    }));
    assert_eq!(told, "");
}

#[test]
fn files_come_from_the_cases_folder_and_their_places_are_steady() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.txt"), "content").unwrap();
    let bench = Bench { cases: Some(folder.path().canonicalize().unwrap()), ..bench() };
    let case = case(json!({
        "tool": "do", "arguments": {"from": "in.txt", "to": "made/out.txt", "say": "ok"}, "result": {"text": "ok"}
    }));
    let happened = run(&bench, &case, Beyond::Ends);
    let Ok(shown) = happened.result else { panic!("{:?}", happened.result) };
    insta::assert_snapshot!(shown.text.replace('\\', "/"), @r"
    ok
    Saved: <files>/made/out.txt (7 bytes, sha256 ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73).
    ");
    assert!(!folder.path().join("made").exists());
}

#[test]
fn an_updated_case_holds() {
    let old = case(json!({
        "tool": "do", "arguments": {"send": [query(1), query(2)], "say": "[1]"},
        "exchanges": [answered(query(2), json!({"kept": true}))],
    }));
    let happened = run(&bench(), &old, Beyond::Example);
    let new = updated(&old, &happened);
    insta::assert_snapshot!(new.text());
    assert_eq!(compare(&new, &run(&bench(), &new, Beyond::Ends)), []);
    let text = case(json!({"tool": "do", "arguments": {"say": "[1]"}, "result": {"text": "[2]"}}));
    assert_eq!(updated(&text, &run(&bench(), &text, Beyond::Example)).result.text.as_deref(), Some("[1]"));
    let error = case(json!({"tool": "do", "arguments": {"error": "No."}, "result": {"text": "[2]"}}));
    assert_eq!(updated(&error, &run(&bench(), &error, Beyond::Example)).result.error.as_deref(), Some("No."));
}

#[test]
fn failures_in_place_of_answers_are_tried() {
    let probe_of = |send: Value, careless: bool| {
        let case = case(json!({
            "tool": "do", "arguments": {"send": [send], "careless": careless, "say": "done"},
            "exchanges": [answered(query(1), json!({"ok": true}))], "result": {"text": "done"}
        }));
        let probed = wait(probe(&bench(), &case)).unwrap();
        (probed.tried, probed.faults)
    };
    let plain = query(1);
    let mut accepting = plain.clone();
    accepting["accept"] = json!([403, 200]);
    assert_eq!(probe_of(plain.clone(), false), (3, vec![]));
    // What was not accepted never reaches the plugin, however careless it is.
    assert_eq!(probe_of(plain, true), (3, vec![]));
    assert_eq!(probe_of(accepting.clone(), false), (3, vec![]));
    let (tried, faults) = probe_of(accepting, true);
    assert_eq!(tried, 3);
    insta::assert_snapshot!(faults.join("\n"), @r#"
    with a 403 in place of exchanges/0/answer, the plugin failed: The plugin `probe` could not do its part: it crashed: unreachable. This is a fault of the plugin, not of your arguments.
    with a 200 that says `"ok": false` in place of exchanges/0/answer, the plugin failed: The plugin `probe` could not do its part: it crashed: unreachable. This is a fault of the plugin, not of your arguments.
    "#);
}

#[test]
fn a_case_of_another_tool_names_those_that_there_are() {
    let case = case(json!({"tool": "dance", "result": {"text": ""}}));
    let told = wait(bench().run(&case, Vec::new(), Beyond::Ends)).unwrap_err();
    assert_eq!(told, "tool: the plugin `probe` has no tool `dance`; it has: do");
}
