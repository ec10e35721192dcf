//! Drives a tool natively, as the relay would: no wasm, no network, canned answers.
//!
//! ```
//! # use tickiti_relay_sdk::{prelude::*, testing::{Canned, Given}};
//! # use serde_json::json;
//! # #[derive(Deserialize, JsonSchema)]
//! # pub struct Count { pub ticket_number: String }
//! # impl Tool for Count {
//! #     const ABOUT: About = About::read("count", "Count responses").routes(&["tickets.responses"]);
//! #     async fn run(self, cx: &Context<'_>) -> Result<End> {
//! #         let reply = cx.send::<serde_json::Value>(Request::new("tickets.responses", &cx.arguments()?)?).await?;
//! #         let count = reply.body.pointer("/data/responses").and_then(|rows| rows.as_array()).map_or(0, Vec::len);
//! #         Ok(Output::new().text(format!("{count} responses")).into())
//! #     }
//! # }
//! # tickiti_relay_sdk::plugin! { name: "counter", about: "Counts.", tools: [Count] }
//! # fn main() {
//! let run = Given::call(&PLUGIN, "count", json!({"ticket_number": "220009"})).start();
//! assert_eq!(run.sent(), [("tickets.responses".to_owned(), json!({"ticket_number": "220009"}))]);
//! let run = run.answer([Canned::ok(json!({"data": {"responses": [{}, {}]}}))]);
//! assert_eq!(run.text(), "2 responses");
//! # }
//! ```
//!
//! Every turn is made twice and must come out the same. What the relay would refuse makes the test fail: a route that is
//! not declared, an unknown argument, more requests or state than a turn may have, a file whose SHA-256 is not as promised.
#![expect(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

mod relay;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Plugin;
use crate::contract::{Access, Answer, Call, Content, File, Output, Request, Step, Tool, Turn};
use relay::Marks;

/// Requests of one turn, as the contract bounds them.
const TURN_REQUESTS: usize = 16;
/// Bytes of `state`, as the contract bounds them.
const STATE_BYTES: usize = 1 << 20;
/// Turns of one call, as the contract bounds them.
const TURNS: usize = 1_000;

/// A call that has not begun.
#[derive(Debug)]
pub struct Given<'p> {
    plugin: &'p Plugin,
    tool: Tool,
    call: Call,
    marks: Marks,
}

impl<'p> Given<'p> {
    /// A call of a tool; its arguments are put in the order of the schema.
    ///
    /// # Panics
    /// When there is no such tool, or the arguments are not named in its schema or lack one that it requires.
    pub fn call(plugin: &'p Plugin, tool: &str, arguments: Value) -> Self {
        let manifest = plugin.describe();
        let tool = manifest.tools.into_iter().find(|known| known.name == tool);
        let tool = tool.unwrap_or_else(|| panic!("the plugin {} has no such tool", plugin.name));
        let schema: Value = serde_json::from_str(&tool.input).expect("a schema is JSON");
        let arguments = relay::in_order(&arguments, &schema);
        let call = Call {
            tool: tool.name.clone(),
            arguments: arguments.to_string(),
            settings: "{}".to_owned(),
            now: "2026-11-22T09:00:00Z".to_owned(),
            files: Vec::new(),
        };
        Self { plugin, tool, call, marks: Marks::default() }
    }

    /// What the person running the relay set for the plugin.
    #[must_use]
    pub fn settings(mut self, settings: &Value) -> Self {
        self.call.settings = settings.to_string();
        self
    }

    /// The local file that the argument at this JSON pointer names.
    ///
    /// # Panics
    /// When the tool declares no file at that place.
    #[must_use]
    pub fn file(mut self, at: &str, name: &str, bytes: &[u8]) -> Self {
        let access = relay::access(&self.tool.files, at).unwrap_or_else(|| panic!("no file is declared at {at}"));
        assert!(access != Access::Output, "{at} is an output");
        let text = (access == Access::Text).then(|| String::from_utf8(bytes.to_vec()).expect("text is UTF-8"));
        let mark = self.marks.add(name, bytes.to_vec());
        self.call.files.push(File { at: at.to_owned(), name: name.to_owned(), size: bytes.len() as u64, text, mark });
        self
    }

    /// The first turn.
    pub fn start(self) -> Run<'p> {
        let turn = both(self.plugin, &self.call, "", &[]);
        let run = Run { given: self, turn, outputs: BTreeMap::new(), turns: 1 };
        run.checked()
    }
}

/// A turn is a pure function: made twice, it is the same.
fn both(plugin: &Plugin, call: &Call, state: &str, answers: &[Answer]) -> Result<Turn, String> {
    let first = plugin.turn(call, state, answers.to_vec());
    let second = plugin.turn(call, state, answers.to_vec());
    assert_eq!(first, second, "the same turn came out differently");
    first
}

/// What the relay receives for one request.
#[derive(Debug, Clone)]
pub struct Canned {
    status: u16,
    body: Value,
}

impl Canned {
    /// A success.
    pub const fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// An answer with any status.
    pub const fn status(status: u16, body: Value) -> Self {
        Self { status, body }
    }
}

/// A call after one of its turns.
#[derive(Debug)]
pub struct Run<'p> {
    given: Given<'p>,
    turn: Result<Turn, String>,
    outputs: BTreeMap<String, Vec<u8>>,
    turns: usize,
}

impl Run<'_> {
    /// Answers the requests of the turn and makes the next one. Values that are held are taken out as the relay does.
    ///
    /// # Panics
    /// When the turn sends nothing, the answers are not as many as the requests, or one of them would end the call.
    #[must_use]
    pub fn answer(mut self, answers: impl IntoIterator<Item = Canned>) -> Self {
        let turn = self.turn();
        let Step::Send(requests) = &turn.step else { panic!("the turn sends nothing: {:?}", turn.step) };
        let answers: Vec<Canned> = answers.into_iter().collect();
        assert_eq!(requests.len(), answers.len(), "answers for the requests {requests:?}");
        let (requests, state) = (requests.clone(), turn.state.clone());
        let answers: Vec<Answer> =
            requests.iter().zip(answers).map(|(request, canned)| self.received(request, canned)).collect();
        self.turn = both(self.given.plugin, &self.given.call, &state, &answers);
        self.turns += 1;
        self.checked()
    }

    fn received(&mut self, request: &Request, canned: Canned) -> Answer {
        let Canned { status, mut body } = canned;
        let success = (200..300).contains(&status);
        assert!(
            success || request.accept.contains(&status),
            "the relay ends the call at {} with {status}",
            request.route
        );
        let held = request.hold.as_deref().and_then(|pointer| relay::hold(&mut body, pointer, &mut self.given.marks));
        Answer { status, body: body.to_string(), held }
    }

    fn checked(mut self) -> Self {
        assert!(self.turns <= TURNS, "more than {TURNS} turns");
        let Ok(turn) = &self.turn else { return self };
        assert!(turn.state.len() <= STATE_BYTES, "a state of {} bytes", turn.state.len());
        let requests: &[Request] = match &turn.step {
            Step::Relay(request) => std::slice::from_ref(request),
            Step::Send(requests) => requests,
            Step::Done(_) => &[],
        };
        assert!(requests.len() <= TURN_REQUESTS, "{} requests in one turn", requests.len());
        for request in requests {
            let known = self.given.tool.routes.iter().any(|route| *route == request.route || route == "*");
            assert!(known, "{} is not declared", request.route);
        }
        for write in &turn.writes {
            assert_eq!(
                relay::access(&self.given.tool.files, &write.to),
                Some(Access::Output),
                "{} is no output",
                write.to
            );
            let file = self.outputs.entry(write.to.clone()).or_default();
            file.extend_from_slice(&self.given.marks.bytes(&write.data));
            if let Some(expected) = &write.sha256 {
                assert_eq!(&relay::sha256(file), expected, "SHA-256 of {}", write.to);
            }
        }
        self
    }

    /// The turn as the contract has it.
    ///
    /// # Panics
    /// When the tool ended with an error.
    pub fn turn(&self) -> &Turn {
        self.turn.as_ref().unwrap_or_else(|error| panic!("the tool ended with: {error}"))
    }

    /// Route and input of each request that is to be sent; a mark of a file shows as `<its name>`.
    ///
    /// # Panics
    /// When the turn sends nothing.
    pub fn sent(&self) -> Vec<(String, Value)> {
        match &self.turn().step {
            Step::Send(requests) => requests.iter().map(|request| self.shown(request)).collect(),
            step => panic!("the turn sends nothing: {step:?}"),
        }
    }

    /// Route and input of the request whose answer ends the call; a mark of a file shows as `<its name>`.
    ///
    /// # Panics
    /// When the turn is another.
    pub fn relayed(&self) -> (String, Value) {
        match &self.turn().step {
            Step::Relay(request) => self.shown(request),
            step => panic!("the turn relays nothing: {step:?}"),
        }
    }

    fn shown(&self, request: &Request) -> (String, Value) {
        let input = self.given.marks.shown(&request.input);
        (request.route.clone(), serde_json::from_str(&input).expect("an input is JSON"))
    }

    /// The result.
    ///
    /// # Panics
    /// When the call has not ended with one.
    pub fn output(&self) -> &Output {
        match &self.turn().step {
            Step::Done(output) => output,
            step => panic!("the call has not ended: {step:?}"),
        }
    }

    /// The first text of the result; the text that a mark stands for.
    ///
    /// # Panics
    /// When there is none.
    pub fn text(&self) -> String {
        let text = self.output().content.iter().find_map(|content| match content {
            Content::Text(text) => Some(text),
            _ => None,
        });
        let text = text.expect("a text in the result");
        String::from_utf8(self.given.marks.bytes(text.as_bytes())).expect("text is UTF-8")
    }

    /// The structured result.
    ///
    /// # Panics
    /// When there is none.
    pub fn structured(&self) -> Value {
        let text = self.output().structured.as_deref().expect("a structured result");
        serde_json::from_str(text).expect("a structured result is JSON")
    }

    /// The sentence with which the tool refused.
    ///
    /// # Panics
    /// When it did not.
    pub fn error(&self) -> &str {
        match &self.turn {
            Ok(turn) => panic!("the tool did not refuse: {:?}", turn.step),
            Err(sentence) => sentence,
        }
    }

    /// What was written so far to the output that the argument at this JSON pointer names.
    pub fn written(&self, at: &str) -> &[u8] {
        self.outputs.get(at).map_or(&[], Vec::as_slice)
    }

    /// The bytes that data of a result stands for: its own, or those behind a mark.
    pub fn bytes(&self, data: &[u8]) -> Vec<u8> {
        self.given.marks.bytes(data)
    }
}
