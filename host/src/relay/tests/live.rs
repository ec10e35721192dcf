//! Sending for real: what goes out again and under which key, what is held, what the assistant is told. The clock is tokio's,
//! and stands still but for what is waited for.

use super::*;
use crate::ledger::{State, Which};

const KEYED: &str = "tickets.respond";
const NEVER: &str = "workflow.queues.create";
const READ: &str = "tickets.query";

fn lost() -> Result<Answer, Broken> {
    Err(Broken::Interrupted { why: "reset".into() })
}

fn timed_out() -> Result<Answer, Broken> {
    Err(Broken::TimedOut { after: Duration::from_secs(1) })
}

fn refused() -> Result<Answer, Broken> {
    Err(Broken::NotConnected { why: "refused".into() })
}

/// A stage whose tool relays to one route, as often as it is called.
fn relays(route: &'static str, body: &'static str, calls: usize, answers: Vec<Result<Answer, Broken>>) -> Stage {
    let replies = (0..calls).map(|_| says(move || Step::Relay(request(route, body)))).collect();
    stage(|tool| tool.routes.extend(["relay.unsettled_writes".into(), "relay.settle_write".into()]), replies, answers)
}

impl Stage {
    fn keys(&self) -> Vec<Option<String>> {
        self.desk.sent.lock().unwrap().iter().map(|sent| sent.key.clone()).collect()
    }

    /// Calls with tokio's clock under the test's hand; the answer arrives or does not.
    async fn ask(&self, client_key: Option<&str>, delivered: bool) -> Result<ToolResult, CallError> {
        let asked = Asked { tool: "probe".into(), client_key: client_key.map(str::to_owned), ..Asked::default() };
        let Ended { result, receipt } = self.relay.call(asked, &|_| {}, &NoOne).await;
        if delivered {
            receipt.delivered();
        }
        result
    }
}

fn told(result: Result<ToolResult, CallError>) -> String {
    result.unwrap_err().for_assistant()
}

/// What differs from run to run, as it stands in texts.
fn steady(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for word in &mut words {
        if word.contains("T") && word.contains("Z") && word.matches(':').count() >= 2 {
            let tail: String = word.chars().skip_while(|c| *c != 'Z').skip(1).collect();
            let head = if word.starts_with('(') { "(" } else { "" };
            *word = format!("{head}TIME{tail}");
        }
    }
    // The ledger goes by the computer's clock.
    words.join(" ").replace("1 s ago", "0 s ago").replace("2 s ago", "0 s ago")
}

#[tokio::test(start_paused = true)]
async fn a_keyed_write_goes_out_again_under_its_key_and_an_unkeyed_one_does_not() {
    let keyed = relays(KEYED, r#"{"ticket_number":"7"}"#, 1, vec![lost(), status(502, "x"), ok("{}")]);
    assert!(keyed.ask(None, true).await.is_ok());
    let keys = keyed.keys();
    assert!(keys.len() == 3 && keys[0].is_some() && keys[0] == keys[1] && keys[1] == keys[2], "{keys:?}");

    let never = relays(NEVER, r#"{"name":"x"}"#, 1, vec![lost()]);
    let text = told(never.ask(None, true).await);
    assert_eq!(never.keys().len(), 1);
    assert!(
        text.contains("Outcome: unknown.") && text.contains(r#"settle_write {"id":"w1","happened":true}"#),
        "{text}"
    );

    let before = relays(NEVER, r#"{"name":"x"}"#, 1, vec![refused(), refused(), ok("{}")]);
    assert!(before.ask(None, true).await.is_ok(), "nothing had left");
    assert_eq!(before.keys().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn after_a_timeout_the_key_rests_also_over_calls() {
    let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 2, vec![timed_out(), lost(), lost(), timed_out(), ok("{}")]);
    let text = told(stage.ask(None, true).await);
    assert!(text.contains("Call again with exactly the same arguments"), "{text}");
    let at = |stage: &Stage, number: usize| stage.desk.sent.lock().unwrap()[number].at;
    assert!(at(&stage, 1) - at(&stage, 0) >= limits::AFTER_TIMEOUT);
    assert!(at(&stage, 2) - at(&stage, 1) < limits::AFTER_TIMEOUT);
    assert!(stage.ask(None, true).await.is_ok());
    // The ledger keeps its rest by the computer's clock, which did not move; so almost all of it is waited for.
    assert!(at(&stage, 4) - at(&stage, 3) >= limits::AFTER_TIMEOUT - Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn the_equal_call_settles_the_earlier_one_and_says_so() {
    let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 3, vec![lost(), lost(), lost(), lost(), ok("{}"), ok("{}")]);
    let text = told(stage.ask(None, true).await);
    assert!(text.contains("failed, 4 times; the last time") && text.contains("Outcome: unknown."), "{text}");
    let result = stage.ask(None, true).await.unwrap();
    let notes: Vec<String> = result
        .content
        .iter()
        .filter_map(|item| match item {
            Item::Text(text) => Some(steady(text)),
            _ => None,
        })
        .collect();
    assert_eq!(notes[0], "{}", "the answer itself stays as it came");
    insta::assert_snapshot!(notes[1]);
    assert_eq!(stage.ask(None, true).await.unwrap().content.len(), 1, "a third is a new one, and has no note");
    let keys = stage.keys();
    assert_eq!(keys[3], keys[4]);
    assert_ne!(keys[4], keys[5]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_did_not_arrive_leaves_the_call_open() {
    let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 3, vec![]);
    for (delivered, notes) in [(false, 0), (true, 1), (true, 0)] {
        assert_eq!(stage.ask(None, delivered).await.unwrap().content.len(), 1 + notes);
    }
    let keys = stage.keys();
    assert!(keys[0] == keys[1] && keys[1] != keys[2], "{keys:?}");
}

#[tokio::test(start_paused = true)]
async fn an_equal_unkeyed_write_is_held_until_somebody_says_what_became_of_the_first() {
    let body = r#"{"name":"x"}"#;
    let mut stage = relays(NEVER, body, 2, vec![lost(), ok("{}")]);
    told(stage.ask(None, true).await);
    insta::assert_snapshot!(steady(&told(stage.ask(None, true).await)));
    assert_eq!(stage.keys().len(), 1);
    let settle = r#"{"id":"w1","happened":false}"#;
    let replies: VecDeque<Script> = [
        says(|| Step::Relay(request("relay.unsettled_writes", "{}"))),
        says(move || Step::Relay(request("relay.settle_write", settle))),
        says(move || Step::Relay(request(NEVER, body))),
    ]
    .into();
    *stage.guest.replies.lock().unwrap() = replies;
    let listed: Value = serde_json::from_str(text(&stage.ask(None, true).await.unwrap())).unwrap();
    assert_eq!((&listed["writes"][0]["id"], &listed["writes"][0]["state"]), (&json!("w1"), &json!("unknown")));
    let settled: Value = serde_json::from_str(text(&stage.ask(None, true).await.unwrap())).unwrap();
    assert_eq!(settled["settled"]["state"], "settled_did_not_happen");
    assert!(stage.ask(None, true).await.is_ok());
    assert_eq!(stage.keys().len(), 2);
    stage.relay.redactor = None;
}

#[tokio::test(start_paused = true)]
async fn the_record_is_open_only_to_tools_that_name_it() {
    for route in ["relay.unsettled_writes", "relay.settle_write", "relay.endpoints"] {
        let stage = stage(
            |tool| tool.routes = vec!["*".into()],
            vec![says(move || Step::Relay(request(route, r#"{"id":"w1","happened":true}"#)))],
            vec![],
        );
        let text = told(stage.ask(None, true).await);
        assert!(text.contains(&format!("did not declare the endpoint `{route}`")), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_wording_to_the_same_ticket_is_held() {
    let stage = relays(KEYED, r#"{"ticket_number":"7","content":"one"}"#, 1, vec![lost(), lost(), lost(), lost()]);
    told(stage.ask(None, true).await);
    let other = || Step::Relay(request(KEYED, r#"{"ticket_number":"7","content":"two"}"#));
    *stage.guest.replies.lock().unwrap() = [says(other)].into();
    insta::assert_snapshot!(steady(&told(stage.ask(None, true).await)));
    assert_eq!(stage.keys().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_stored_failure_ends_in_a_hold_and_not_in_a_loop() {
    let failing = || status(500, r#"{"message":"Server Error"}"#);
    let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 2, (0..9).map(|_| failing()).collect());
    let text = told(stage.ask(None, true).await);
    assert!(text.contains("will go on giving this answer") && text.contains("settle_write"), "{text}");
    assert_eq!(stage.keys().len(), 3);
    insta::assert_snapshot!(steady(&told(stage.ask(None, true).await)));
    assert_eq!(stage.keys().len(), 3, "not sent a fourth time");
}

#[tokio::test(start_paused = true)]
async fn once_it_may_have_happened_a_refusal_does_not_make_it_rejected() {
    let refusal = || status(422, r#"{"ok":false,"error":"validation_failed"}"#);
    let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 1, vec![lost(), refusal()]);
    let text = told(stage.ask(None, true).await);
    assert!(text.contains("Outcome: unknown. This last attempt changed nothing"), "{text}");
    let plain = relays(KEYED, r#"{"ticket_number":"7"}"#, 1, vec![refusal()]);
    assert!(told(plain.ask(None, true).await).contains("Outcome: rejected."));
}

#[tokio::test(start_paused = true)]
async fn what_was_done_stays_done_when_its_answer_cannot_be_had_again() {
    let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 2, vec![ok("{}"), status(422, r#"{"ok":false}"#)]);
    assert!(stage.ask(None, false).await.is_ok(), "its answer never arrives");
    let text = told(stage.ask(None, true).await);
    assert!(text.contains("Outcome: done.") && text.contains("do not call again"), "{text}");
    assert_eq!(stage.relay.ledger.list(Which::Unsettled).await.unwrap(), [], "now the assistant knows");
}

#[tokio::test(start_paused = true)]
async fn the_same_key_of_the_client_is_the_same_call() {
    let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 3, vec![]);
    for notes in [0, 1, 1] {
        assert_eq!(stage.ask(Some("mine"), true).await.unwrap().content.len(), 1 + notes);
    }
    let keys = stage.keys();
    assert!(keys[0] == keys[1] && keys[1] == keys[2], "{keys:?}");
    let asked = Asked {
        tool: "probe".into(),
        arguments: json!({"a": 1}).as_object().unwrap().clone(),
        client_key: Some("mine".into()),
    };
    *stage.guest.replies.lock().unwrap() = [says(|| Step::Relay(request(KEYED, "{}")))].into();
    insta::assert_snapshot!(told(stage.relay.call(asked, &|_| {}, &NoOne).await.result));
    assert_eq!(stage.keys().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn every_write_of_a_call_is_told_when_one_fails() {
    let stage = stage(
        |_| {},
        vec![says(|| {
            Step::Send(vec![
                request("tickets.create", r#"{"originator_email_address":"a@example.com"}"#),
                request(KEYED, r#"{"ticket_number":"7"}"#),
                request("tickets.close", r#"{"ticket_number":"7"}"#),
            ])
        })],
        vec![
            ok(r#"{"ok":true,"data":{"ticket_number":"8"}}"#),
            status(422, r#"{"ok":false,"error":"validation_failed"}"#),
        ],
    );
    insta::assert_snapshot!(told(stage.ask(None, true).await));
}

#[tokio::test(start_paused = true)]
async fn writing_call_and_answering_obeyed_and_violated() {
    let within = |takes| {
        let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 1, vec![]);
        *stage.desk.takes.lock().unwrap() = takes;
        stage
    };
    let began = tokio::time::Instant::now();
    let just = limits::WRITING_CALL - limits::ANSWERING;
    assert!(within(just).ask(None, true).await.is_ok());
    let violated = tokio::time::Instant::now();
    assert!(told(within(just + Duration::from_millis(1)).ask(None, true).await).contains("Outcome: unknown."));
    assert!(violated - began <= limits::WRITING_CALL && violated.elapsed() <= limits::WRITING_CALL);
}

#[tokio::test(start_paused = true)]
async fn reading_call_obeyed_and_violated() {
    let reads = |takes| {
        let stage = stage(|tool| tool.effect = Effect::Read, vec![says(|| Step::Relay(request(READ, "{}")))], vec![]);
        *stage.desk.takes.lock().unwrap() = takes;
        stage
    };
    let just = limits::READING_CALL - limits::ANSWERING;
    assert!(reads(just).ask(None, true).await.is_ok());
    assert!(told(reads(just + Duration::from_millis(1)).ask(None, true).await).contains("no whole answer"));
}

#[tokio::test(start_paused = true)]
async fn a_write_for_which_no_time_is_left_is_not_sent() {
    let stage = stage(
        |_| {},
        vec![
            says(|| Step::Send(vec![request(READ, "{}")])),
            says(|| Step::Relay(request(KEYED, r#"{"ticket_number":"7"}"#))),
        ],
        vec![],
    );
    *stage.desk.takes.lock().unwrap() =
        limits::WRITING_CALL - limits::ANSWERING - limits::LEAST_ATTEMPT + Duration::from_millis(1);
    insta::assert_snapshot!(told(stage.ask(None, true).await));
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_cannot_be_written_stops_writes_and_not_reads() {
    let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 1, vec![]);
    std::fs::create_dir_all(stage.folder.path().join("state/ledger.sqlite3")).unwrap();
    let text = told(stage.ask(None, true).await).replace(&stage.folder.path().display().to_string(), "");
    insta::assert_snapshot!(text);
    *stage.guest.replies.lock().unwrap() = [says(|| Step::Relay(request(READ, "{}")))].into();
    assert!(stage.ask(None, true).await.is_ok());
    assert_eq!(stage.sent(), ["tickets.query {}"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_why() {
    let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 1, vec![timed_out(), ok("{}")]);
    let heard = Mutex::new(Vec::new());
    let watch = |told: Told| match told {
        Told::Waiting(text) => heard.lock().unwrap().push(text),
        Told::Progress(progress) => panic!("{}", progress.text),
    };
    let asked = Asked { tool: "probe".into(), ..Asked::default() };
    assert!(stage.relay.call(asked, &watch, &NoOne).await.result.is_ok());
    assert_eq!(*heard.lock().unwrap(), ["Attempt 1 on tickets.respond failed; going on in 5 s."]);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_may_have_happened_is_told_by_the_relay_also_where_the_plugin_accepts_its_failure() {
    let accepting = |route: &str| Request { accept: vec![422, 500], ..request(route, r#"{"name":"x"}"#) };
    for (code, seen) in [(422, true), (500, false)] {
        let stage = stage(
            |_| {},
            vec![
                says(move || Step::Send(vec![accepting(NEVER)])),
                says(|| Step::Done(Output { content: vec![Content::Text("seen".into())], structured: None })),
            ],
            vec![status(code, r#"{"ok":false}"#)],
        );
        match stage.ask(None, true).await {
            Ok(result) => assert!(seen && text(&result) == "seen", "{code}"),
            Err(error) => assert!(!seen && error.for_assistant().contains("Outcome: unknown."), "{code}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeat_for_which_no_time_is_left_does_not_claim_that_nothing_happened() {
    let lost = (0..limits::ATTEMPTS).map(|_| timed_out()).collect();
    let stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 1, lost);
    told(stage.ask(None, true).await);
    let sent = stage.keys().len();
    *stage.guest.replies.lock().unwrap() = [
        says(|| Step::Send(vec![request(READ, "{}")])),
        says(|| Step::Relay(request(KEYED, r#"{"ticket_number":"7"}"#))),
    ]
    .into();
    // So long that the key's rest would outlast the call.
    *stage.desk.takes.lock().unwrap() = limits::WRITING_CALL - limits::ANSWERING - Duration::from_secs(2);
    insta::assert_snapshot!(told(stage.ask(None, true).await));
    assert_eq!(stage.keys().len(), sent + 1, "the read alone");
    let open = stage.relay.ledger.list(Which::Unsettled).await.unwrap();
    assert_eq!(open.iter().map(|record| record.state).collect::<Vec<_>>(), [State::Unknown]);
}

/// A helpdesk's side that fails in the worst way.
struct Panics;

impl Helpdesk for Panics {
    fn send<'a>(&'a self, _: &'a Admitted, _: Option<&'a str>, _: Duration) -> BoxFuture<'a, Result<Answer, Broken>> {
        async { panic!("on purpose") }.boxed()
    }
}

#[tokio::test]
async fn a_write_that_panics_on_its_way_stays_open_and_is_not_under_way() {
    let mut stage = relays(KEYED, r#"{"ticket_number":"7"}"#, 1, vec![]);
    stage.relay.helpdesk = Arc::new(Panics);
    assert!(std::panic::AssertUnwindSafe(stage.ask(None, true)).catch_unwind().await.is_err());
    let open = stage.relay.ledger.list(Which::Unsettled).await.unwrap();
    assert_eq!(open.iter().map(|record| (record.state, record.under_way)).collect::<Vec<_>>(), [(State::Sent, false)]);
}
