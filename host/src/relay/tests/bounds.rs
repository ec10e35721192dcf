//! What a turn and a call may have.

use super::*;

#[test]
fn after_a_write_that_may_not_be_repeated_no_other_write_is_sent() {
    let stage = stage(
        |_| {},
        vec![
            says(|| Step::Send(vec![request("tickets.merge", "{}")])),
            says(|| Step::Relay(request("tickets.close", "{}"))),
        ],
        vec![],
    );
    let error = stage.call(json!({})).unwrap_err();
    assert!(matches!(error, CallError::Limit { .. }), "{error}");
    assert_eq!(stage.sent(), ["tickets.merge {}"]);
}

#[test]
fn bounds_of_a_turn_are_obeyed_and_violated() {
    let step = |requests: usize| says(move || Step::Send(vec![request("tickets.show", "{}"); requests]));
    let done = || says(|| Step::Done(Output { content: vec![Content::Text("done".into())], structured: None }));
    let outcome = |replies: Vec<Script>, answers| {
        let stage = stage(
            |tool| tool.files = vec![FileArgument { at: "/path".into(), access: Access::Output }],
            replies,
            answers,
        );
        stage.call(json!({"path": "x.bin"})).map(|_| ()).map_err(|error| error.to_string())
    };
    let with = |write: usize, state: usize| -> Script {
        Box::new(move |_, _| {
            let writes = vec![Write { to: "/path".into(), data: vec![0; write], sha256: None }];
            Ok(Ok(Turn {
                writes,
                step: Step::Send(vec![request("tickets.show", "{}")]),
                state: "s".repeat(state),
                progress: None,
            }))
        })
    };
    let page = |bytes: usize| vec![ok(&"1".repeat(bytes))];
    let violated = [
        outcome(vec![step(limits::TURN_REQUESTS + 1)], vec![]),
        outcome(vec![with(limits::WRITES_BYTES + 1, 0)], vec![]),
        outcome(vec![with(0, limits::STATE_BYTES + 1)], vec![]),
        outcome(vec![step(1)], page(limits::ANSWERS_BYTES + 1)),
        outcome((0..limits::TURNS).map(|_| step(1)).chain([done()]).collect(), vec![]),
    ];
    let obeyed = [
        outcome(vec![step(limits::TURN_REQUESTS), done()], vec![]),
        outcome(vec![with(limits::WRITES_BYTES, limits::STATE_BYTES), done()], vec![]),
        outcome(vec![step(1), done()], page(limits::ANSWERS_BYTES)),
        outcome((1..limits::TURNS).map(|_| step(1)).chain([done()]).collect(), vec![]),
    ];
    assert_eq!(obeyed.into_iter().filter_map(Result::err).collect::<Vec<_>>(), Vec::<String>::new());
    insta::assert_snapshot!(violated.into_iter().map(Result::unwrap_err).collect::<Vec<_>>().join("\n"), @"
    the plugin `probes` asked for more than a call may have: 17 requests in one turn, more than 16. This is a fault of the plugin
    the plugin `probes` asked for more than a call may have: writes of 4194305 bytes in one turn, more than 4194304. This is a fault of the plugin
    the plugin `probes` asked for more than a call may have: a state of 1048577 bytes, more than 1048576. This is a fault of the plugin
    the plugin `probes` asked for more than a call may have: answers of more than 8388608 bytes in one turn; ask for smaller pages. This is a fault of the plugin
    the plugin `probes` asked for more than a call may have: more than 1000 turns. This is a fault of the plugin
    ");
}

#[test]
fn a_call_with_many_faults_is_told_twenty() {
    let stage = stage(|_| {}, vec![], vec![]);
    let faults: serde_json::Map<String, Value> = (0..900).map(|n| (format!("x{n:03}"), json!(1))).collect();
    let text = stage.call(Value::Object(faults)).unwrap_err().for_assistant();
    assert!(text.contains("`x000` is not") && text.contains("`x019` is not") && !text.contains("`x020`"), "{text}");
    assert!(text.ends_with("; and there is more. Nothing was sent; correct them and call again."), "{text}");
}

#[test]
fn arguments_bytes_obeyed() {
    let stage = stage(|_| {}, vec![says(|| Step::Relay(request("tickets.query", "{}")))], vec![]);
    stage.call(json!({"b": "x".repeat(limits::ARGUMENTS_BYTES - r#"{"b":""}"#.len())})).unwrap();
}

#[test]
fn arguments_bytes_violated() {
    let stage = stage(|_| {}, vec![], vec![]);
    let error = stage.call(json!({"b": "x".repeat(limits::ARGUMENTS_BYTES)})).unwrap_err();
    assert!(matches!(error, CallError::Arguments { .. }), "{error}");
    // That is said first: what is too long is not looked through.
    let error = stage.call(json!({"x": "x".repeat(limits::ARGUMENTS_BYTES)})).unwrap_err().to_string();
    assert!(error.contains("bytes long"), "{error}");
}
