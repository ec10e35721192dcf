//! Marks, files and large results.

use super::*;

#[test]
fn what_is_held_becomes_a_file_and_a_result() {
    let held = HeldValue { bytes: Bytes::from_static(b"line\n"), items: 1, text: true };
    let answer = Answer { status: 200, body: AnswerBody::Json("{}".into()), held: Some(held), retry_after: None };
    let holding = || Request { hold: Some("/data".into()), ..request("tickets.responses_query", "{}") };
    let stage = stage(
        |tool| tool.files = vec![FileArgument { at: "/path".into(), access: Access::Output }],
        vec![
            says(move || Step::Send(vec![holding()])),
            Box::new(|_, answers| {
                let mark = answers[0].held.as_ref().unwrap().mark.clone();
                let writes = vec![Write { to: "/path".into(), data: mark.into_bytes(), sha256: None }];
                Ok(Ok(Turn {
                    writes,
                    step: Step::Done(Output { content: vec![], structured: Some("{\"ok\": true}".into()) }),
                    state: String::new(),
                    progress: None,
                }))
            }),
        ],
        vec![Ok(answer)],
    );
    let result = stage.call(json!({"path": "out.ndjson"})).unwrap();
    let path = stage.folder.path().join("state/files/out.ndjson");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "line\n");
    let told: Value = serde_json::from_str(text(&result)).unwrap();
    assert_eq!((&told["ok"], &told["relay"]["saved"][0]["bytes"]), (&json!(true), &json!(5)));
    assert!(told["relay"]["saved"][0]["path"].as_str().unwrap().ends_with("state/files/out.ndjson"), "{told}");
}

#[test]
fn a_failed_call_leaves_no_file() {
    let stage = stage(
        |tool| tool.files = vec![FileArgument { at: "/path".into(), access: Access::Output }],
        vec![Box::new(|_, _| {
            let writes = vec![Write { to: "/path".into(), data: b"half".to_vec(), sha256: None }];
            Ok(Ok(Turn {
                writes,
                step: Step::Relay(request("tickets.show", "{}")),
                state: String::new(),
                progress: None,
            }))
        })],
        vec![status(500, "{}")],
    );
    stage.call(json!({"path": "out.txt"})).unwrap_err();
    let left: Vec<_> = std::fs::read_dir(stage.folder.path().join("state/files"))
        .map(|entries| entries.flatten().collect())
        .unwrap_or_default();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_write_to_a_place_that_no_argument_names_is_refused() {
    let stage = stage(
        |tool| tool.files = vec![FileArgument { at: "/path".into(), access: Access::Output }],
        vec![Box::new(|_, _| {
            let writes = vec![Write { to: "/b".into(), data: b"x".to_vec(), sha256: None }];
            Ok(Ok(Turn { writes, step: Step::Done(Output::default()), state: String::new(), progress: None }))
        })],
        vec![],
    );
    assert!(matches!(stage.call(json!({"b": "evil.txt", "path": "named.txt"})).unwrap_err(), CallError::Limit { .. }));
}

#[test]
fn a_checksum_that_differs_ends_the_call_without_a_file() {
    let stage = stage(
        |tool| tool.files = vec![FileArgument { at: "/path".into(), access: Access::Output }],
        vec![Box::new(|_, _| {
            let writes = vec![Write { to: "/path".into(), data: b"x".to_vec(), sha256: Some("00".into()) }];
            Ok(Ok(Turn { writes, step: Step::Done(Output::default()), state: String::new(), progress: None }))
        })],
        vec![],
    );
    assert!(stage.call(json!({"path": "a.bin"})).unwrap_err().to_string().contains("SHA-256"));
    assert!(!stage.folder.path().join("state/files/a.bin").exists());
}

#[test]
fn a_document_too_large_for_a_conversation_is_saved() {
    let document = |bytes: usize| {
        says(move || {
            let blob = Blob { media_type: "application/pdf".into(), data: vec![b'x'; bytes] };
            let document =
                Document { uri: "tickiti://attachment/1".into(), name: "report.pdf".into(), blob: Some(blob) };
            Step::Done(Output { content: vec![Content::Document(document)], structured: None })
        })
    };
    let small = stage(|_| {}, vec![document(crate::limits::ENCLOSED_BYTES)], vec![]);
    assert!(matches!(&small.call(json!({})).unwrap().content[..], [Item::Document { .. }]));
    let large = stage(|_| {}, vec![document(crate::limits::ENCLOSED_BYTES + 1)], vec![]);
    assert!(text(&large.call(json!({})).unwrap()).contains("Too large to enclose. Saved: "));
}

#[test]
fn a_text_too_long_for_a_conversation_is_saved_whole() {
    let answer = |bytes: usize| ok(&format!("\"{}\"", "ä".repeat((bytes - 2) / 2)));
    let fits = stage(
        |_| {},
        vec![says(|| Step::Relay(request("tickets.query", "{}")))],
        vec![answer(crate::limits::RESULT_TEXT_BYTES)],
    );
    assert_eq!(text(&fits.call(json!({})).unwrap()).len(), crate::limits::RESULT_TEXT_BYTES);
    let long = stage(
        |_| {},
        vec![says(|| Step::Relay(request("tickets.query", "{}")))],
        vec![answer(crate::limits::RESULT_TEXT_BYTES + 2)],
    );
    let result = long.call(json!({})).unwrap();
    assert!(
        text(&result).len() < crate::limits::RESULT_TEXT_SHOWN_BYTES + 1_000
            && text(&result).contains("tickets.query.json")
    );
    let saved = std::fs::metadata(long.folder.path().join("state/files/tickets.query.json")).unwrap();
    assert_eq!(saved.len() as usize, crate::limits::RESULT_TEXT_BYTES + 2);
}

#[test]
fn a_mark_inside_a_result_is_refused() {
    let held = HeldValue { bytes: Bytes::from_static(b"x"), items: 0, text: true };
    let answer = Answer { status: 200, body: AnswerBody::Json("{}".into()), held: Some(held), retry_after: None };
    let stage = stage(
        |_| {},
        vec![
            says(|| Step::Send(vec![Request { hold: Some("/data".into()), ..request("tickets.show", "{}") }])),
            Box::new(|_, answers| {
                let text = format!("see {}", answers[0].held.as_ref().unwrap().mark);
                turn(Step::Done(Output { content: vec![Content::Text(text)], structured: None }))
            }),
        ],
        vec![Ok(answer)],
    );
    assert!(matches!(stage.call(json!({})).unwrap_err(), CallError::Limit { .. }));
}
