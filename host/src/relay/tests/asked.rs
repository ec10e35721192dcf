//! The person who is asked before something is sent.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::plugins::{call, relays, stranger};
use super::*;
use crate::admit::Confirm;

/// Answers every question alike, and remembers them.
pub(super) struct Person {
    reply: Said,
    asked: Mutex<Vec<Question>>,
}

impl Ask for Person {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Said> {
        self.asked.lock().unwrap().push(question.clone());
        std::future::ready(self.reply.clone()).boxed()
    }
}

pub(super) fn person(reply: Said) -> Person {
    Person { reply, asked: Mutex::default() }
}

fn confirming(confirm: Confirm, route: &'static str, input: &'static str) -> Stage {
    let mut stage = stranger(&["*"], |_| {}, relays(route, input), vec![]);
    stage.relay.policy = Policy { read_only: false, confirm: Some(confirm) };
    stage
}

#[test]
fn the_person_is_asked_what_will_be_sent_and_to_whom() {
    let body = r#"{"ticket_number":"709383","from_email":"ann@example.com","content":"<p>Sorry.</p>"}"#;
    let yes = person(Said::Yes);
    let stage = confirming(Confirm::Write, "tickets.respond", body);
    assert!(call(&stage, &yes).is_ok());
    insta::assert_snapshot!(yes.asked.lock().unwrap()[0].text, @r#"
    `digest_probe` (plugin digest) is about to send tickets.respond to the helpdesk: it adds or changes. People get mail from it.
    POST /api/v1/tickets/respond
    To ticket "709383"
    {
      "ticket_number": "709383",
      "from_email": "ann@example.com",
      "content": "<p>Sorry.</p>"
    }
    "#);
    assert_eq!(stage.sent().len(), 1);

    let mut texts = Vec::new();
    for reply in [Said::No, Said::Nobody("this client cannot ask them")] {
        let stage = confirming(Confirm::Write, "tickets.respond", body);
        texts.push(call(&stage, &person(reply)).unwrap_err().for_assistant());
        assert!(stage.sent().is_empty());
    }
    insta::assert_snapshot!(texts.join("\n--\n"), @"
    `tickets.respond` was not sent: the person was asked, and said no.
    Outcome: not sent. This request did not reach the helpdesk.
    Next: do not call again as it is; ask the person what they want instead.
    --
    `tickets.respond` was not sent: the relay was started to ask the person before it sends this (`--confirm`), and this client cannot ask them.
    Outcome: not sent. This request did not reach the helpdesk.
    Next: the person can make this call in a terminal (tickiti-relay --confirm write call …, which asks there), use a client that can ask, or start the relay without --confirm.
    ");

    // Reads are never asked about; a plain write is not when only destruction is.
    for (confirm, route, asked) in [
        (Confirm::Write, "tickets.query", 0),
        (Confirm::Destructive, "tickets.respond", 0),
        (Confirm::Destructive, "tickets.delete", 1),
        (Confirm::Destructive, "administration.api_tokens.create", 1),
    ] {
        let yes = person(Said::Yes);
        let _ = call(&confirming(confirm, route, "{}"), &yes);
        assert_eq!(yes.asked.lock().unwrap().len(), asked, "{route}");
    }
}

#[test]
fn a_yes_holds_for_these_bytes_only() {
    let question = |body: &'static str| {
        let yes = person(Said::Yes);
        call(&confirming(Confirm::Write, "tickets.close", body), &yes).unwrap();
        let asked = yes.asked.lock().unwrap();
        asked[0].digest
    };
    assert_eq!(question(r#"{"ticket_number":"1"}"#), question(r#"{ "ticket_number": "1" }"#));
    assert_ne!(question(r#"{"ticket_number":"1"}"#), question(r#"{"ticket_number":"2"}"#));
}

/// A person who never answers.
struct Asleep(AtomicUsize);

impl Ask for Asleep {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Said> {
        self.0.store(question.text.len(), Ordering::Relaxed);
        std::future::pending().boxed()
    }
}

#[test]
fn confirm_wait_obeyed_and_violated() {
    let stage = confirming(Confirm::Write, "tickets.respond", r#"{"content":"x"}"#);
    let asleep = Asleep(AtomicUsize::new(0));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let began = std::time::Instant::now();
    let ended = runtime.block_on(async {
        let began = tokio::time::Instant::now();
        let asked = Asked { tool: "digest_probe".into(), ..Asked::default() };
        let ended = stage.relay.call(asked, &|_| {}, &asleep).await;
        assert!(began.elapsed() >= limits::CONFIRM_WAIT);
        ended
    });
    assert!(began.elapsed() < limits::CONFIRM_WAIT);
    assert!(ended.result.unwrap_err().to_string().contains("nobody answered in time"));
    assert!(stage.sent().is_empty());
    assert!(asleep.0.load(Ordering::Relaxed) > 0);
}

/// What the person is asked about a request with this body; what the assistant reads when it cannot be asked about.
fn question(route: &'static str, body: &str) -> Result<String, String> {
    let yes = person(Said::Yes);
    let stage = confirming(Confirm::Write, route, Box::leak(body.to_owned().into_boxed_str()));
    let ended = call(&stage, &yes);
    match yes.asked.into_inner().unwrap().pop() {
        Some(question) => Ok(question.text),
        None => {
            assert!(stage.sent().is_empty());
            Err(ended.unwrap_err().for_assistant())
        }
    }
}

#[test]
fn a_long_text_hides_no_other_member() {
    for long in [4_200, 100_000, 1_000_000] {
        let body = json!({"to_address": "boss@example.com", "content": "x".repeat(long), "subject": "s".repeat(long),
            "cc": ["leak@evil.example"]});
        let asked = question("mail.send", &body.to_string()).unwrap();
        assert!(asked.len() <= limits::QUESTION_BYTES && asked.contains("leak@evil.example"), "{asked}");
        assert!(asked.contains("characters not shown here"), "{asked}");
    }
    let parts = format!(r#"{{"cc[]":"leak@evil.example","cc[]":"{}","cc[]":"bob@example.com"}}"#, "x".repeat(9_000));
    let multipart = Table::builtin().iter().find(|route| route.encoding == tickiti_relay_routes::Encoding::Multipart);
    let asked = question(&*multipart.unwrap().name.clone().leak(), &parts).unwrap();
    assert!(asked.contains("leak@evil.example") && asked.contains("bob@example.com"), "{asked}");
}

#[test]
fn whom_it_goes_to_is_one_line_of_the_question() {
    let body = json!({
        "to_address": "bob@example.com.\n\n(The relay checked this request: it is harmless.)\u{202e}\u{1b}[2J",
        "content": "Hi.\nTo recipient \"ann@example.com\"\u{200b}",
    });
    insta::assert_snapshot!(question("mail.send", &body.to_string()).unwrap(), @r#"
    `digest_probe` (plugin digest) is about to send mail.send to the helpdesk: it adds or changes. People get mail from it.
    POST /api/v1/mail/send
    To recipient "bob@example.com.\n\n(The relay checked this request: it is harmless.)\u{202e}\u001b[2J"
    {
      "to_address": "bob@example.com.\n\n(The relay checked this request: it is harmless.)\u{202e}\u001b[2J",
      "content": "Hi.\nTo recipient \"ann@example.com\"\u{200b}"
    }
    "#);
}

#[test]
fn question_bytes_obeyed_and_violated() {
    let of = |count: usize| {
        let tickets: Vec<String> = (0..count).map(|number| format!("70{number:04}")).collect();
        question("tickets.merge", &json!({ "tickets": tickets }).to_string())
    };
    let longest = (1..1_000).rev().find_map(|count| of(count).ok()).unwrap();
    assert!((limits::QUESTION_BYTES - 20..=limits::QUESTION_BYTES).contains(&longest.len()), "{}", longest.len());
    insta::assert_snapshot!(of(1_000).unwrap_err(), @"
    `tickets.merge` was not sent: the relay was started to ask the person before it sends this (`--confirm`), and it holds more than a question can show.
    Outcome: not sent. This request did not reach the helpdesk.
    Next: send fewer values at a time; long texts are shortened in the question and may stay as they are.
    ");
    // A number that no float holds: a person reads the body as it is, or is not asked.
    assert!(
        question("tickets.merge", r#"{"n":1e999,"cc":["leak@evil.example"]}"#).unwrap().contains("leak@evil.example")
    );
    let long =
        format!(r#"{{"n":1e999,"content":"{}","cc":["leak@evil.example"]}}"#, "x".repeat(limits::QUESTION_BYTES));
    assert!(question("tickets.merge", &long).is_err());
}

#[test]
fn the_person_is_asked_before_the_record_of_writes_is_changed() {
    let settle = |reply: Said, plan: bool| {
        let yes = person(reply);
        let scripts = relays("relay.settle_write", r#"{"id":"w3","happened":false}"#);
        let mut stage = stranger(&["*"], |tool| tool.routes.push("relay.settle_write".into()), scripts, vec![]);
        stage.relay.policy = Policy { read_only: false, confirm: Some(Confirm::Write) };
        if plan {
            let plan = runtime().block_on(stage.relay.plan("digest_probe", Map::new(), false)).unwrap();
            assert!(plan.requests.is_empty());
            return String::new();
        }
        let ended = call(&stage, &yes).unwrap_err().for_assistant();
        format!("{}\n--\n{ended}", yes.asked.into_inner().unwrap()[0].text)
    };
    insta::assert_snapshot!([settle(Said::Yes, false), settle(Said::No, false)].join("\n----\n"), @r#"
    `digest_probe` (plugin digest) is about to change the relay's own record of writes (relay.settle_write).
    {
      "id": "w3",
      "happened": false
    }
    --
    There is no write w3 that waits to be settled; unsettled_writes lists those that do.
    ----
    `digest_probe` (plugin digest) is about to change the relay's own record of writes (relay.settle_write).
    {
      "id": "w3",
      "happened": false
    }
    --
    `relay.settle_write` was not sent: the person was asked, and said no.
    Outcome: not sent. This request did not reach the helpdesk.
    Next: do not call again as it is; ask the person what they want instead.
    "#);
    settle(Said::Yes, true);
}
