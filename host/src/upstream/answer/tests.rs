use secrecy::SecretString;
use time::macros::datetime;

use super::*;

const TOKEN: &str = "14|k9Xq2vB7mT4sYw0ZaLr8NcEe5UhJd3GfPi6Ko1Rt";

fn answered(status: u16, content_type: &str, body: &str, hold: Option<&str>) -> Result<Answer, Broken> {
    let received = Received {
        status,
        content_type: Some(content_type.to_owned()),
        retry_after: None,
        bytes: body.as_bytes().to_vec(),
    };
    received.into_answer(&[413], hold, &Redactor::new(&SecretString::from(TOKEN)))
}

fn body(status: u16, content_type: &str, text: &str) -> AnswerBody {
    answered(status, content_type, text, None).expect("an answer").body
}

fn json(text: &str) -> AnswerBody {
    AnswerBody::Json(text.to_owned())
}

fn text(text: &str) -> AnswerBody {
    AnswerBody::Text(text.to_owned())
}

#[test]
fn json_is_known_by_its_label_alone() {
    for label in
        ["application/json", "APPLICATION/JSON; charset=utf-8", "application/problem+json", " application/json ;x"]
    {
        assert_eq!(body(200, label, "{ \"a\" : 1.0 }"), json("{\"a\":1.0}"), "{label}");
    }
    for label in ["text/plain", "text/html", "", "application/jsonp", "text/json", "application/x-json"] {
        assert_eq!(body(200, label, "{ \"a\" : 1.0 }"), text("{ \"a\" : 1.0 }"), "{label}");
    }
    assert_eq!(body(204, "application/json", ""), AnswerBody::Empty);
    assert_eq!(body(200, "application/json", "\u{feff}[1]"), json("[1]"));
}

#[test]
fn a_success_called_json_that_is_not_is_broken_and_a_failure_is_text() {
    assert!(
        matches!(answered(200, "application/json", "<b>", None), Err(Broken::NotJson { status: 200, text, .. }) if text == "<b>")
    );
    assert!(matches!(answered(201, "application/json", "{\"a\":1", None), Err(Broken::NotJson { status: 201, .. })));
    assert_eq!(body(502, "application/json", "<b>bad gateway</b>"), text("<b>bad gateway</b>"));
    let received = Received {
        status: 200,
        content_type: Some("application/json".into()),
        retry_after: None,
        bytes: vec![0x1f, 0x8b, 8],
    };
    let not_text = received.into_answer(&[], None, &Redactor::new(&SecretString::from(TOKEN)));
    assert!(matches!(not_text, Err(Broken::NotJson { why, .. }) if why == "not UTF-8 text"));
}

#[test]
fn a_page_for_people_is_no_success() {
    for page in ["<!DOCTYPE html><title>Log in</title>", "\n <html lang=en>"] {
        assert!(matches!(answered(200, "text/html", page, None), Err(Broken::WebPage { .. })), "{page}");
        assert_eq!(body(503, "text/html", page), text(page));
    }
    assert_eq!(body(200, "text/html", "saved <b>"), text("saved <b>"), "the framework calls every string HTML");
}

#[test]
fn the_token_never_comes_through() {
    let echo = format!(r#"{{"headers":{{"authorization":"Bearer {TOKEN}"}},"data":1}}"#);
    assert_eq!(
        body(200, "application/json", &echo),
        json(r#"{"headers":{"authorization":"Bearer [token]"},"data":1}"#)
    );
    assert_eq!(body(500, "text/plain", TOKEN), text("[token]"));
    assert!(
        matches!(answered(200, "application/json", TOKEN, None), Err(Broken::NotJson { text, .. }) if text == "[token]")
    );
}

#[test]
fn the_held_value_stays_with_the_relay() {
    let held = |text: &str, hold: &str| answered(200, "application/json", text, Some(hold)).expect("an answer");
    let string = held(r#"{"ok":true,"data":{"name":"a","content":"QUJD\/w=="}}"#, "/data/content");
    assert_eq!(string.body, json(r#"{"ok":true,"data":{"name":"a","content":null}}"#));
    assert_eq!(string.held, Some(HeldValue { bytes: Bytes::from_static(b"ABC\xff"), items: 0, text: false }));

    let array = held("{\"rows\": [ {\"id\": 1.0}, {\"id\": 1e400} ]}", "/rows");
    assert_eq!(array.body, json("{\"rows\":null}"));
    assert_eq!(
        array.held,
        Some(HeldValue { bytes: Bytes::from_static(b"{\"id\":1.0}\n{\"id\":1e400}\n"), items: 2, text: true })
    );

    for other in [r#"{"data":null}"#, r#"{"data":{"a":1}}"#, r#"{"data":7}"#, "{}"] {
        let answer = held(other, "/data");
        assert_eq!((answer.body, answer.held), (json(other), None));
    }
    assert_eq!(
        answered(200, "application/json", r#"{"data":"not base64"}"#, Some("/data")),
        Err(Broken::NotBase64 { status: 200, at: "/data".into() })
    );
    let whole = answered(200, "application/pdf", "%PDF\0", Some("")).expect("an answer");
    assert_eq!(
        (whole.body, whole.held.map(|held| (held.bytes, held.text))),
        (AnswerBody::Empty, Some((Bytes::from_static(b"%PDF\0"), false)))
    );
}

#[test]
fn a_failure_keeps_its_words_unless_the_plugin_asked_for_them() {
    let failed = r#"{"ok":false,"error":"QUJD"}"#;
    assert_eq!(answered(404, "application/json", failed, Some("/error")).expect("an answer").body, json(failed));
    assert_eq!(answered(200, "application/json", failed, Some("/error")).expect("an answer").body, json(failed));
    let accepted = answered(413, "application/json", r#"{"data":"QUJD"}"#, Some("/data")).expect("an answer");
    assert_eq!(accepted.held.map(|held| held.bytes), Some(Bytes::from_static(b"ABC")));
}

#[test]
fn a_body_can_say_that_it_failed() {
    for text in [
        r#"{"ok":false}"#,
        r#"{"ok":true,"error":"x"}"#,
        r#"{"my_error":1}"#,
        r#"{"amf_error":{}}"#,
        r#"{"error":[]}"#,
        r#"{"error":0.5}"#,
    ] {
        assert!(says_failed(text), "{text}");
    }
    for text in [
        r#"{"ok":true}"#,
        r#"{"error":""}"#,
        r#"{"error":null,"my_error":0,"amf_error":false}"#,
        r#"{"error":-0.0}"#,
        r#"[{"ok":false}]"#,
        r#"{"data":{"ok":false}}"#,
        r#"{"errors":["x"]}"#,
        "false",
    ] {
        assert!(!says_failed(text), "{text}");
    }
}

#[test]
fn retry_after_is_seconds_or_a_moment() {
    let now = datetime!(2026-11-22 10:00:00 UTC);
    let cases = [
        ("30", Some(30)),
        (" 0 ", Some(0)),
        ("Sun, 22 Nov 2026 10:01:30 GMT", Some(90)),
        ("Sun, 22 Nov 2026 09:00:00 GMT", Some(0)),
        ("-1", None),
        ("soon", None),
        ("1.5", None),
        ("", None),
    ];
    for (value, seconds) in cases {
        assert_eq!(retry_after(value, now), seconds.map(Duration::from_secs), "{value}");
    }
}

#[test]
fn no_held_bytes_hold_the_token() {
    use base64::Engine;
    let held = |content_type: &str, body: &str, hold: &str| {
        let answer = answered(200, content_type, body, Some(hold)).expect("an answer");
        answer.held.expect("a held value").bytes
    };
    // A page that echoes the request, held whole.
    assert_eq!(held("text/plain", &format!("Bearer {TOKEN}"), ""), "Bearer [token]".as_bytes());
    // Broken into lines, as mail programs do, so that the text around it does not show it.
    let mut encoded = base64::engine::general_purpose::STANDARD.encode(format!("\u{0}Bearer {TOKEN}\u{ff}"));
    for at in (1..encoded.len()).rev().step_by(4) {
        encoded.insert_str(at, "\\r\\n");
    }
    let body = format!(r#"{{"data":{{"content":"{encoded}"}}}}"#);
    assert_eq!(held("application/json", &body, "/data/content"), "\u{0}Bearer [token]\u{ff}".as_bytes());
}
