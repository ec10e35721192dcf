//! The turn loop against a scripted plugin and a scripted helpdesk.

mod asked;
mod bounds;
mod files;
mod live;
mod plans;
mod plugins;
mod strangers;
mod taken_back;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use serde_json::json;
use tickiti_relay_routes::Table;

use super::*;
use crate::admit::{Admitted, Body, Grant, Piece};
use crate::contract::{
    self, Access, Blob, Call, Content, Document, Effect, FileArgument, Guest, GuestFault, Manifest, Output, Reply,
    Request, Step, Tool, Turn, Write,
};
use crate::files::FileRules;
use crate::limits;
use crate::plugins::{Installed, Origin};
use crate::upstream::{Answer, AnswerBody, Broken, HeldValue};

/// A plugin that answers what the test wrote down, and writes down what it was given.
#[derive(Default)]
struct Scripted {
    replies: Mutex<VecDeque<Script>>,
    calls: Mutex<Vec<Given>>,
}

/// What a turn was given: the call, the state and the answers.
type Given = (Arc<Call>, String, Vec<contract::Answer>);

type Script = Box<dyn FnOnce(&Call, &[contract::Answer]) -> Result<Reply, GuestFault> + Send>;

impl Scripted {
    fn next(&self, call: Arc<Call>, state: String, answers: Vec<contract::Answer>) -> Result<Reply, GuestFault> {
        let script = self.replies.lock().unwrap().pop_front().expect("one more turn than was written down");
        let reply = script(&call, &answers);
        self.calls.lock().unwrap().push((call, state, answers));
        reply
    }
}

impl Guest for Scripted {
    fn start(&self, call: Arc<Call>) -> BoxFuture<'_, Result<Reply, GuestFault>> {
        std::future::ready(self.next(call, String::new(), Vec::new())).boxed()
    }

    fn resume(
        &self,
        call: Arc<Call>,
        state: String,
        answers: Vec<contract::Answer>,
    ) -> BoxFuture<'_, Result<Reply, GuestFault>> {
        std::future::ready(self.next(call, state, answers)).boxed()
    }
}

/// A helpdesk that answers what the test wrote down, and writes down what was sent.
#[derive(Default)]
struct Desk {
    answers: Mutex<VecDeque<Result<Answer, Broken>>>,
    sent: Mutex<Vec<Sent>>,
    /// How long each answer takes; it comes not at all when that is more than the time it is given.
    takes: Mutex<Duration>,
}

/// A request as the helpdesk saw it.
struct Sent {
    route: String,
    body: String,
    key: Option<String>,
    at: tokio::time::Instant,
}

impl Helpdesk for Desk {
    fn send<'a>(
        &'a self,
        request: &'a Admitted,
        key: Option<&'a str>,
        within: Duration,
    ) -> BoxFuture<'a, Result<Answer, Broken>> {
        let body = match request.body() {
            Body::Json(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                    Piece::DataUri(marked) => format!("<{}>", marked.name),
                })
                .collect(),
            other => format!("{other:?}"),
        };
        let (route, key) = (request.route().name.clone(), key.map(str::to_owned));
        self.sent.lock().unwrap().push(Sent { route, body, key, at: tokio::time::Instant::now() });
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or_else(|| ok("{}"));
        let takes = *self.takes.lock().unwrap();
        async move {
            if takes.is_zero() {
                return answer;
            }
            tokio::time::sleep(takes.min(within)).await;
            if takes > within { Err(Broken::TimedOut { after: within }) } else { answer }
        }
        .boxed()
    }
}

fn ok(body: &str) -> Result<Answer, Broken> {
    Ok(Answer { status: 200, body: AnswerBody::Json(body.into()), held: None, retry_after: None })
}

fn status(status: u16, body: &str) -> Result<Answer, Broken> {
    Ok(Answer { status, body: AnswerBody::Json(body.into()), held: None, retry_after: None })
}

struct Stage {
    guest: Arc<Scripted>,
    desk: Arc<Desk>,
    relay: Relay,
    folder: tempfile::TempDir,
}

fn stage(tool: impl FnOnce(&mut Tool), replies: Vec<Script>, answers: Vec<Result<Answer, Broken>>) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let mut described = Tool {
        name: "probe".into(),
        title: "Probe".into(),
        description: "For tests.".into(),
        input: json!({"type": "object", "properties": {"b": {}, "a": {}, "path": {"type": "string"}, "overwrite": {"type": "boolean"}}, "additionalProperties": false})
            .to_string(),
        output: None,
        effect: Effect::Destructive,
        idempotent: false,
        open_world: false,
        routes: vec!["*".into(), "relay.endpoints".into()],
        files: Vec::new(),
    };
    tool(&mut described);
    let guest = Arc::new(Scripted { replies: Mutex::new(replies.into()), calls: Mutex::default() });
    let desk = Arc::new(Desk { answers: Mutex::new(answers.into()), sent: Mutex::default(), takes: Mutex::default() });
    let manifest =
        Manifest { name: "probes".into(), version: "1.0.0".into(), about: String::new(), tools: vec![described] };
    let installed = Installed {
        manifest,
        origin: Origin::BuiltIn,
        grant: Grant::all(),
        settings: Ok("{}".into()),
        guest: guest.clone(),
    };
    let (catalogue, faults) = Catalogue::new([installed], Table::builtin());
    assert_eq!(faults, []);
    let rules =
        FileRules { roots: Vec::new(), state: folder.path().join("state"), private: Vec::new(), home: None, own: true };
    let relay = Relay {
        served: Served::fixed(catalogue),
        policy: Policy::default(),
        audit: Audit::off(),
        routes: Cow::Borrowed(Table::builtin()),
        files: Arc::new(Files::new(rules).unwrap()),
        helpdesk: desk.clone(),
        redactor: None,
        ledger: Ledger::new(&folder.path().join("state"), crate::digest::Digest::of([]), "https://help.example"),
        gate: Gate::default(),
        budget: Budget::default(),
    };
    Stage { guest, desk, relay, folder }
}

impl Stage {
    fn call(&self, arguments: Value) -> Result<ToolResult, CallError> {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let asked = Asked { tool: "probe".into(), arguments, client_key: None };
        let Ended { result, receipt } = runtime().block_on(self.relay.call(asked, &|_| {}, &NoOne));
        receipt.delivered();
        result
    }

    fn sent(&self) -> Vec<String> {
        self.desk.sent.lock().unwrap().iter().map(|sent| format!("{} {}", sent.route, sent.body)).collect()
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn turn(step: Step) -> Result<Reply, GuestFault> {
    Ok(Ok(Turn { writes: Vec::new(), step, state: "so far".into(), progress: None }))
}

fn request(route: &str, input: &str) -> Request {
    Request { route: route.into(), input: input.into(), accept: Vec::new(), hold: None }
}

fn says(step: impl FnOnce() -> Step + Send + 'static) -> Script {
    Box::new(move |_, _| turn(step()))
}

fn text(result: &ToolResult) -> &str {
    match result.content.as_slice() {
        [Item::Text(text)] => text,
        other => panic!("not one text: {other:?}"),
    }
}

#[test]
fn relay_hands_the_answer_on_untouched() {
    let stage = stage(
        |_| {},
        vec![says(|| Step::Relay(request("tickets.query", r#"{"x": 1.0}"#)))],
        vec![ok(r#"{"z":1.0,"a":12345678901234567890123}"#)],
    );
    assert_eq!(text(&stage.call(json!({})).unwrap()), r#"{"z":1.0,"a":12345678901234567890123}"#);
    assert_eq!(stage.sent(), [r#"tickets.query {"x":1.0}"#]);
}

#[test]
fn arguments_reach_the_plugin_in_the_order_of_the_schema() {
    let stage = stage(|_| {}, vec![says(|| Step::Relay(request("tickets.query", "{}")))], vec![]);
    stage.call(json!({"a": 1, "b": 2})).unwrap();
    let calls = stage.guest.calls.lock().unwrap();
    assert_eq!(calls[0].0.arguments, r#"{"b":2,"a":1}"#);
}

#[test]
fn arguments_that_do_not_fit_are_refused_by_name_and_nothing_is_asked() {
    let stage = stage(
        |tool| {
            tool.input = json!({
                "type": "object",
                "properties": {
                    "kind": {"enum": ["escalations", "interventions"]},
                    "n": {"type": "integer"},
                    "mail": {"type": "string", "format": "email"}
                },
                "required": ["n"],
                "additionalProperties": false
            })
            .to_string();
        },
        vec![],
        vec![],
    );
    let texts: Vec<String> = [
        json!({}),
        json!({"n": 1, "kindd": "x"}),
        json!({"n": 1, "kind": "escalation"}),
        json!({"n": "1"}),
        json!({"n": 1, "mail": "x", "q": 1}),
    ]
    .into_iter()
    .map(|arguments| stage.call(arguments).unwrap_err().for_assistant())
    .collect();
    insta::assert_snapshot!(texts.join("\n"), @"
    The arguments do not fit the tool `probe`: `n` is required. Nothing was sent; correct them and call again.
    The arguments do not fit the tool `probe`: `kindd` is not an argument of this tool (did you mean `kind`?). Nothing was sent; correct them and call again.
    The arguments do not fit the tool `probe`: `kind` must be one of escalations, interventions (did you mean `escalations`?). Nothing was sent; correct them and call again.
    The arguments do not fit the tool `probe`: `n` must be integer, not a string. Nothing was sent; correct them and call again.
    The arguments do not fit the tool `probe`: `mail` must be a valid email; `q` is not an argument of this tool; it takes: kind, n, mail. Nothing was sent; correct them and call again.
    ");
    assert!(stage.guest.calls.lock().unwrap().is_empty() && stage.sent().is_empty());
}

#[test]
fn keyed_writes_carry_a_key_and_others_none() {
    let routes = ["tickets.respond", "tickets.merge", "tickets.query"];
    for (route, keyed) in routes.into_iter().zip([true, false, false]) {
        let stage = stage(|_| {}, vec![says(move || Step::Relay(request(route, "{}")))], vec![]);
        stage.call(json!({})).unwrap();
        assert_eq!(stage.desk.sent.lock().unwrap()[0].key.is_some(), keyed, "{route}");
    }
}

#[test]
fn send_resumes_with_state_and_answers_and_a_failure_ends_the_call() {
    let stage = stage(
        |_| {},
        vec![
            says(|| Step::Send(vec![request("templates.show", "{}"), request("tickets.show", "{}")])),
            says(|| Step::Send(vec![request("tickets.close", "{}")])),
            says(|| Step::Send(vec![request("tickets.show", "{}")])),
        ],
        vec![
            ok(r#"{"one":1}"#),
            status(200, r#"["two"]"#),
            ok("{}"),
            status(404, r#"{"ok":false,"error":"not_found"}"#),
        ],
    );
    let error = stage.call(json!({})).unwrap_err();
    let text = error.for_assistant();
    assert!(text.contains("404") && text.contains("Already done in this call, in order: tickets.close."), "{text}");
    let calls = stage.guest.calls.lock().unwrap();
    assert_eq!(calls[1].1, "so far");
    let bodies: Vec<&str> = calls[1].2.iter().map(|answer| answer.body.as_str()).collect();
    assert_eq!(bodies, [r#"{"one":1}"#, r#"["two"]"#]);
}

#[test]
fn a_failure_that_was_accepted_is_handed_to_the_plugin() {
    let accepting = || Request { accept: vec![413], ..request("tickets.attachment", "{}") };
    let stage = stage(
        |_| {},
        vec![
            says(move || Step::Send(vec![accepting()])),
            says(|| Step::Done(Output { content: vec![Content::Text("seen".into())], structured: None })),
        ],
        vec![status(413, r#"{"ok":false,"error":"attachment_too_large"}"#)],
    );
    assert_eq!(text(&stage.call(json!({})).unwrap()), "seen");
    assert_eq!(stage.guest.calls.lock().unwrap()[1].2[0].status, 413);
}

#[test]
fn a_logical_failure_inside_a_200_ends_the_call() {
    let stage = stage(
        |_| {},
        vec![says(|| Step::Relay(request("settings.watchlists.create", "{}")))],
        vec![status(200, r#"{"my_error":"no such icon"}"#)],
    );
    let error = stage.call(json!({})).unwrap_err().for_assistant();
    assert!(error.contains("no such icon") && error.contains("rejected"), "{error}");
}

#[test]
fn a_guest_that_fails_is_told_apart_from_the_arguments() {
    let stage = stage(|_| {}, vec![Box::new(|_, _| Err(GuestFault::Deadline { limit_ms: 250 }))], vec![]);
    insta::assert_snapshot!(stage.call(json!({})).unwrap_err().for_assistant(), @"The plugin `probes` could not do its part: it ran longer than 250 ms. This is a fault of the plugin, not of your arguments.");
}

#[test]
fn an_unknown_tool_is_told_with_its_nearest_name() {
    let stage = stage(|_| {}, vec![], vec![]);
    let error = {
        let asked = Asked { tool: "prob".into(), ..Asked::default() };
        runtime().block_on(stage.relay.call(asked, &|_| {}, &NoOne)).result.unwrap_err()
    };
    assert_eq!(error.to_string(), "there is no tool `prob`; did you mean `probe`?");
}

#[test]
fn endpoints_are_answered_without_the_helpdesk() {
    let ask = |input: &'static str| vec![says(move || Step::Relay(request("relay.endpoints", input)))];
    let all = stage(|_| {}, ask("{}"), vec![]);
    assert_eq!(text(&all.call(json!({})).unwrap()).lines().count(), 14);
    let one = stage(|_| {}, ask(r#"{"family":"token"}"#), vec![]);
    insta::assert_snapshot!(text(&one.call(json!({})).unwrap()), @r#"{"action":"show","does":"read","method":"POST","uri":"token","abilities":[],"role":null,"note":"Abilities, roles of the owner, features of the plan. No ability needed."}"#);
    let none = stage(|_| {}, ask(r#"{"family":"ticket"}"#), vec![]);
    insta::assert_snapshot!(none.call(json!({})).unwrap_err().for_assistant(), @"There is no family `ticket`; did you mean `tickets`? The families: administration, axial, faqs, idempotency_key, interventions, mail, reports, settings, supervisor, templates, tickets, token, workflow.");
    assert!(all.sent().is_empty() && one.sent().is_empty() && none.sent().is_empty());
}
