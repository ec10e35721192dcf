use std::time::Duration;

use super::super::answer::AnswerBody;
use super::super::failure::tests::{request, route};
use super::*;

fn answer(status: u16, body: &str) -> Result<Answer, Broken> {
    Ok(Answer { status, body: AnswerBody::Json(body.to_owned()), held: None, retry_after: None })
}

/// Every row of the table with all that falls into it.
fn rows() -> Vec<(CameBack, Vec<Result<Answer, Broken>>)> {
    let why = || "x".to_owned();
    let text = String::new;
    vec![
        (CameBack::Unsendable, vec![Err(Broken::Unsendable { why: why() })]),
        (CameBack::Unsent, vec![Err(Broken::NotConnected { why: why() })]),
        (
            CameBack::Lost,
            vec![Err(Broken::TimedOut { after: Duration::from_secs(30) }), Err(Broken::Interrupted { why: why() })],
        ),
        (CameBack::TooMany, vec![answer(429, "{}")]),
        (
            CameBack::Unsettled,
            vec![
                answer(408, "{}"),
                answer(425, "{}"),
                answer(409, r#"{"error":"already_running"}"#),
                answer(409, "[]"),
                answer(500, "{}"),
                answer(501, "{}"),
                answer(502, "{}"),
                answer(503, r#"{"ok":false,"error":"x"}"#),
                answer(504, "{}"),
                answer(599, "{}"),
                answer(101, "{}"),
                answer(600, "{}"),
                answer(999, "{}"),
                Ok(Answer {
                    status: 409,
                    body: AnswerBody::Text("idempotency_key_conflict".into()),
                    held: None,
                    retry_after: None,
                }),
            ],
        ),
        (
            CameBack::KeyConflict,
            vec![
                answer(409, r#"{"ok":false,"error":"idempotency_key_conflict"}"#),
                answer(409, r#"{"message":"idempotency_key_conflict"}"#),
            ],
        ),
        (
            CameBack::Misanswered,
            vec![
                Err(Broken::Redirect { status: 302, to: None }),
                Err(Broken::Redirect { status: 308, to: Some("https://other.example".into()) }),
                Err(Broken::NotJson { status: 200, why: why(), text: text() }),
                Err(Broken::WebPage { status: 200, text: text() }),
                Err(Broken::NotBase64 { status: 200, at: why() }),
                Err(Broken::TooLarge { status: 200, limit: 1 }),
                Err(Broken::TooLarge { status: 422, limit: 1 }),
                answer(304, "{}"),
            ],
        ),
        (
            CameBack::Refused,
            vec![
                answer(400, "{}"),
                answer(401, "{}"),
                answer(403, "{}"),
                answer(404, "{}"),
                answer(405, "{}"),
                answer(413, "{}"),
                answer(422, r#"{"errors":{}}"#),
                answer(499, "{}"),
                answer(200, r#"{"ok":false,"error":"x"}"#),
                answer(200, r#"{"my_error":"x"}"#),
                answer(200, r#"{"amf_error":true}"#),
                answer(201, r#"{"error":{"a":1}}"#),
            ],
        ),
        (
            CameBack::Success,
            vec![
                answer(200, r#"{"ok":true,"data":{}}"#),
                answer(201, "[]"),
                answer(204, "null"),
                answer(200, r#"{"error":null}"#),
                Ok(Answer { status: 204, body: AnswerBody::Empty, held: None, retry_after: None }),
                Ok(Answer { status: 200, body: AnswerBody::Text("saved".into()), held: None, retry_after: None }),
            ],
        ),
    ]
}

#[test]
fn every_result_falls_into_its_row() {
    for (row, results) in rows() {
        for result in results {
            assert_eq!(CameBack::of(&result), row, "{result:?}");
        }
    }
}

#[test]
fn every_cell_has_its_outcome() {
    use Outcome::{Done, NotSent, Rejected, Unknown};
    let cells = [
        (CameBack::Unsendable, NotSent),
        (CameBack::Unsent, NotSent),
        (CameBack::Lost, Unknown),
        (CameBack::TooMany, Rejected),
        (CameBack::Unsettled, Unknown),
        (CameBack::KeyConflict, Unknown),
        (CameBack::Misanswered, Unknown),
        (CameBack::Refused, Rejected),
        (CameBack::Success, Done),
    ];
    for (came_back, outcome) in cells {
        // With one attempt it does not matter how a write may be repeated.
        for name in [
            "tickets.respond",
            "workflow.queues.update",
            "tickets.split",
            "tickets.delete",
            "administration.api_tokens.create",
        ] {
            assert_eq!(Outcome::of(&route(name), came_back), Some(outcome), "{name}, {came_back:?}");
        }
        assert_eq!(Outcome::of(&route("tickets.show"), came_back), None, "a read, {came_back:?}");
    }
}

#[test]
fn only_a_success_is_handed_on() {
    for (row, results) in rows() {
        for result in results {
            for name in ["tickets.respond", "tickets.show"] {
                let judged = judge(&request(name, "{}"), result.clone(), CameBack::of(&result));
                match judged {
                    Ok(answer) => assert_eq!((row, Ok(answer)), (CameBack::Success, result.clone())),
                    Err(failure) => {
                        assert_ne!(row, CameBack::Success, "{result:?}");
                        assert_eq!(failure.outcome, Outcome::of(&failure.route, row));
                        assert_eq!(failure.into_answer().map(Ok), result.clone().ok().map(Ok::<_, Broken>));
                    }
                }
            }
        }
    }
}

#[test]
fn nothing_that_may_have_left_is_called_not_sent_or_rejected() {
    for (_, results) in rows() {
        for result in results {
            let outcome = Outcome::of(&route("tickets.respond"), CameBack::of(&result));
            if let Err(broken) = &result {
                assert_eq!(outcome == Some(Outcome::NotSent), !broken.bytes_may_have_left(), "{broken:?}");
                assert_ne!(outcome, Some(Outcome::Rejected), "{broken:?}");
            }
        }
    }
}
