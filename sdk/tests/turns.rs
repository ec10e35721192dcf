//! How straight code becomes turns: replay, rounds, errors, schemas.

use std::ops::ControlFlow::{Break, Continue};

use serde_json::{Value, json};
use tickiti_relay_sdk::prelude::*;
use tickiti_relay_sdk::testing::{Canned, Given};
use tickiti_relay_sdk::{Nullable, contract::Step};

#[derive(Deserialize, JsonSchema)]
struct Linear {
    n: u32,
}

#[derive(Serialize, Deserialize)]
struct Id {
    id: u64,
}

impl Tool for Linear {
    const ABOUT: About = About::read("linear", "Linear").routes(&["a", "b", "c"]).files(&[("/out", Access::Output)]);

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        cx.write("/out", "before a;");
        let a = cx.send::<Id>(Request::new("a", &json!({"n": self.n}))?).await?;
        cx.write("/out", "after a;");
        cx.progress(1, Some(2), "a is there");
        let b = cx.send_all::<Id>(vec![Request::new("b", &json!({}))?, Request::new("b", &json!({}))?]).await?;
        cx.write("/out", "after b;");
        let sum = a.body.id + b.iter().map(|reply| reply.body.id).sum::<u64>();
        relay("c", &json!({ "sum": sum }))
    }
}

#[derive(Deserialize, JsonSchema)]
struct Pages {
    pages: u64,
}

impl Tool for Pages {
    const ABOUT: About =
        About::read("pages", "Pages").routes(&["first", "page", "last"]).files(&[("/out", Access::Output)]);

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let first = cx.send::<Id>(Request::new("first", &json!({}))?).await?.body.id;
        let (count, sum) = cx
            .rounds((0_u64, first), async |(page, sum)| {
                let id = cx.send::<Id>(Request::new("page", &json!({"page": page}))?).await?.body.id;
                cx.write("/out", format!("{id};"));
                let next = (page + 1, sum + id);
                Ok(if next.0 == self.pages { Break(next) } else { Continue(next) })
            })
            .await?;
        cx.write("/out", "end;");
        let last = cx.send::<Id>(Request::new("last", &json!({}))?).await?.body.id;
        Ok(Output::new().text(format!("{count} {}", sum + last)).into())
    }
}

#[derive(Deserialize, JsonSchema)]
struct Waits {}

impl Tool for Waits {
    const ABOUT: About = About::read("waits", "Waits");

    async fn run(self, _: &Context<'_>) -> Result<End> {
        std::future::pending().await
    }
}

/// Not shown.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Shapes {
    /// First line
    /// and second.
    text: String,
    number: Option<i64>,
    #[serde(default, skip_serializing_if = "Nullable::is_absent")]
    cleared: Nullable<String>,
    kind: Option<Kind>,
    items: Option<Vec<Item>>,
    free: Option<Object>,
    any: Option<Value>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    OnHold,
    Open,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Item {
    path: String,
}

impl Tool for Shapes {
    const ABOUT: About = About::write("shapes", "Shapes").routes(&["r"]);

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let mut body = cx.arguments()?;
        body.set("cleared_again", &self.cleared)?;
        relay("r", &body)
    }
}

tickiti_relay_sdk::plugin! { name: "turns", about: "Turns.", tools: [Linear, Pages, Waits, Shapes] }

#[test]
fn a_wait_is_answered_from_the_journal_and_what_came_before_it_is_not_done_again() {
    let run = Given::call(&PLUGIN, "linear", json!({"n": 1})).start();
    assert_eq!(run.written("/out"), b"before a;");
    let run = run.answer([Canned::ok(json!({"id": 10, "unread": "x".repeat(100)}))]);
    assert_eq!(run.sent().len(), 2);
    assert_eq!(run.turn().progress.as_ref().map(|progress| progress.done), Some(1));
    assert!(!run.turn().state.contains("unread"), "only what the tool reads is remembered");
    assert_eq!(run.written("/out"), b"before a;after a;");
    let run = run.answer([Canned::ok(json!({"id": 20})), Canned::ok(json!({"id": 30}))]);
    assert_eq!(run.relayed(), ("c".to_owned(), json!({"sum": 60})));
    assert_eq!(run.written("/out"), b"before a;after a;after b;");
    assert_eq!(run.turn().progress, None);
    assert_eq!(run.turn().state, "");
}

#[test]
fn rounds_keep_one_state_however_many_there_are() {
    let mut run = Given::call(&PLUGIN, "pages", json!({"pages": 900})).start().answer([Canned::ok(json!({"id": 5}))]);
    let mut longest = 0;
    for page in 0..900 {
        assert_eq!(run.sent(), [("page".to_owned(), json!({"page": page}))]);
        longest = longest.max(run.turn().state.len());
        run = run.answer([Canned::ok(json!({"id": 2}))]);
    }
    assert!(longest < 100, "the state grew to {longest} bytes");
    let run = run.answer([Canned::ok(json!({"id": 7}))]);
    assert_eq!(run.text(), "900 1812");
    assert_eq!(run.written("/out"), format!("{}end;", "2;".repeat(900)).as_bytes());
}

#[test]
fn an_answer_of_another_shape_is_an_error_that_says_where() {
    let run = Given::call(&PLUGIN, "linear", json!({"n": 1})).start().answer([Canned::ok(json!({"id": "ten"}))]);
    assert!(run.error().contains("another shape") && run.error().contains("line 1"), "{}", run.error());
}

#[test]
fn waiting_for_anything_else_is_an_error() {
    let run = Given::call(&PLUGIN, "waits", json!({})).start();
    assert!(run.error().contains("does not do"), "{}", run.error());
}

#[test]
fn a_state_of_another_run_is_refused() {
    let turn = Given::call(&PLUGIN, "pages", json!({"pages": 2})).start().answer([Canned::ok(json!({"id": 5}))]);
    let Step::Send(_) = turn.turn().step else { panic!("the tool sends") };
    let call = tickiti_relay_sdk::contract::Call {
        tool: "linear".to_owned(),
        arguments: r#"{"n":1}"#.to_owned(),
        settings: "{}".to_owned(),
        now: String::new(),
        files: Vec::new(),
    };
    let error = PLUGIN.turn(&call, &turn.turn().state, Vec::new()).unwrap_err();
    assert!(error.contains("pure function"), "{error}");
    assert!(PLUGIN.turn(&call, "[", Vec::new()).is_err());
}

#[test]
fn schemas_are_closed_small_and_in_order() {
    let manifest = PLUGIN.describe();
    let shapes = manifest.tools.iter().find(|tool| tool.name == "shapes").unwrap();
    let expected = json!({
        "type": "object",
        "properties": {
            "text": {"description": "First line and second.", "type": "string"},
            "number": {"type": "integer"},
            "cleared": {"type": ["string", "null"]},
            "kind": {"type": "string", "enum": ["on-hold", "open"]},
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"path": {"type": "string"}},
                    "required": ["path"],
                    "additionalProperties": false
                }
            },
            "free": {"type": "object"},
            "any": {}
        },
        "required": ["text"],
        "additionalProperties": false
    });
    let schema: Value = serde_json::from_str(&shapes.input).unwrap();
    assert_eq!(schema, expected);
    let names = |schema: &Value| schema["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&schema), names(&expected));
}

#[test]
fn null_absent_and_numbers_pass_as_they_were_written() {
    let arguments = json!({"text": "t", "cleared": null, "free": {"b": 1.0, "a": 2}});
    let run = Given::call(&PLUGIN, "shapes", arguments).start();
    let Step::Relay(request) = &run.turn().step else { panic!("the tool relays") };
    assert_eq!(request.input, r#"{"text":"t","cleared":null,"free":{"a":2,"b":1.0},"cleared_again":null}"#);
}
