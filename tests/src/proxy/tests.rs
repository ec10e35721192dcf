use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::time::Instant;

use tickiti_relay_scratch::{Helpdesk, Options, Running};

use super::*;

const PATIENCE: Duration = Duration::from_millis(200);

/// A helpdesk, a proxy before it that is calm until told otherwise, and one ticket asked for through it.
struct Case {
    helpdesk: Running,
    proxy: Proxy,
}

impl Case {
    fn new() -> Self {
        let helpdesk = Helpdesk::start(Options::default()).unwrap();
        let proxy = Proxy::start(helpdesk.address(), Plan { patience: PATIENCE, ..Plan::calm() }).unwrap();
        Self { helpdesk, proxy }
    }

    /// What a client reads that asks for a ticket and gives up after a second, and whether its connection was reset.
    fn create(&self, word: &str) -> (String, bool) {
        let body = format!(
            r#"{{"originator_email_address":"{word}@example.org","is_public":true,"data":{{"subject":"{word}","content":"<p>{word}</p>"}}}}"#
        );
        let token = self.helpdesk.token("full").unwrap();
        let request = format!(
            "POST /api/v1/tickets HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nidempotency-key: key-{word}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.say(request.as_bytes())
    }

    fn say(&self, request: &[u8]) -> (String, bool) {
        let mut stream = TcpStream::connect(self.proxy.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE * 2)).unwrap();
        let sent = stream.write_all(request);
        let (mut text, mut piece) = (Vec::new(), [0; 4096]);
        let end = loop {
            match stream.read(&mut piece) {
                Ok(0) => break None,
                Ok(count) => text.extend_from_slice(&piece[..count]),
                Err(error) => break Some(error.kind()),
            }
        };
        let reset = sent.is_err() || end == Some(std::io::ErrorKind::ConnectionReset);
        (String::from_utf8_lossy(&text).into_owned(), reset)
    }

    fn effects(&self) -> usize {
        self.helpdesk.effects().len()
    }
}

/// Waits, without deciding anything by time, until a count is reached.
fn reaches(wanted: usize, count: impl Fn() -> usize) -> bool {
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        if count() == wanted {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

#[test]
fn without_a_fault_it_hands_on_and_keeps_what_it_saw() {
    let case = Case::new();
    let (answer, _) = case.create("calm");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("ticket_number"), "{answer}");
    let passages = case.proxy.passages();
    assert_eq!((passages[0].path.as_str(), passages[0].key.as_deref()), ("/api/v1/tickets", Some("key-calm")));
    assert!(passages[0].whole && passages[0].forwarded && passages[0].body.ends_with(b"}}"));
    let counts = Counts { connections: 1, requests: 1, forwarded: 1, faults: BTreeMap::new() };
    assert_eq!(case.proxy.counts(), counts);
}

/// Each kind: whether it took effect (`None`: by chance), and what the client hears.
#[test]
fn each_kind_does_what_its_name_says() {
    let whole = |(text, _): &(String, bool)| text.starts_with("HTTP/1.1 200") && text.ends_with('}');
    type Heard = dyn Fn(&(String, bool)) -> bool;
    let reset: &Heard = &|heard| heard.1 && heard.0.is_empty();
    let silent: &Heard = &|heard| !heard.1 && heard.0.is_empty();
    let answered: &Heard = &whole;
    let error: &Heard = &|(text, _)| ["500", "502", "503"].iter().any(|code| text.contains(&format!("1.1 {code}")));
    let cases: [(Kind, Option<bool>, &Heard); 16] = [
        (Kind::Refuse, Some(false), reset),
        (Kind::ResetBeforeBody, Some(false), reset),
        (Kind::ResetInBody, Some(false), reset),
        (Kind::ResetAfterBody, Some(true), reset),
        (Kind::ResetAfterStatusLine, Some(true), &|(text, reset)| {
            *reset && (text == "HTTP/1.1 200 OK\r\n" || text.is_empty())
        }),
        (Kind::Latency, Some(true), answered),
        (Kind::Trickle, Some(true), &|(text, _)| text.starts_with("HTTP/1.1 200")),
        (Kind::StallBefore, Some(false), silent),
        (Kind::StallAfter, Some(true), silent),
        (Kind::Slice, Some(true), answered),
        (Kind::CutBody, Some(true), &|(text, reset)| {
            !reset && text.starts_with("HTTP/1.1 200") && !text.ends_with('}')
        }),
        (Kind::LongLength, Some(true), &|(text, _)| {
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let told = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
            body.ends_with('}') && told.unwrap() > body.len()
        }),
        (Kind::LateTwice, Some(true), &|(text, _)| text.matches("HTTP/1.1 200").count() == 2),
        (Kind::TooMany, Some(false), &|(text, _)| text.starts_with("HTTP/1.1 429") && text.contains("retry-after: ")),
        (Kind::ErrorBefore, Some(false), error),
        (Kind::ErrorAfter, Some(true), error),
    ];
    assert_eq!(cases.iter().map(|case| case.0).collect::<BTreeSet<_>>(), Kind::ALL.into_iter().collect());
    for (kind, effect, heard) in cases {
        let case = Case::new();
        case.proxy.next([Some(kind)]);
        let what = case.create("fault");
        assert!(heard(&what), "{kind}: {what:?}");
        if let Some(effect) = effect {
            assert!(reaches(usize::from(effect), || case.effects()), "{kind}: {} effects", case.effects());
        }
        assert_eq!(case.proxy.counts().faults, BTreeMap::from([(kind, 1)]));
    }
}

#[test]
fn the_deliberate_duplicate_takes_effect_twice() {
    let case = Case::new();
    case.proxy.next([Some(Kind::Duplicate)]);
    assert!(case.create("twice").0.starts_with("HTTP/1.1 200"));
    assert_eq!(case.effects(), 2);
}

#[test]
fn several_requests_on_one_connection_are_struck_one_by_one() {
    let case = Case::new();
    case.proxy.next([None, Some(Kind::TooMany), None]);
    let one = "POST /api/v1/nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
    let (text, _) = case.say(one.repeat(3).as_bytes());
    let statuses: Vec<&str> = text.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["404", "429", "404"], "{text}");
    assert_eq!(case.proxy.counts().connections, 1);
}

#[test]
fn down_refuses_and_up_serves_again() {
    let case = Case::new();
    case.proxy.down().unwrap();
    let refused = TcpStream::connect(case.proxy.address).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    assert!(TcpListener::bind(case.proxy.address).is_err(), "another program could take the port");
    case.proxy.up().unwrap();
    assert!(case.create("again").0.starts_with("HTTP/1.1 200"));
}

#[test]
fn the_same_seed_strikes_alike_and_the_share_holds() {
    let draws = |seed| {
        let proxy = Proxy::start(([127, 0, 0, 1], 9).into(), Plan::faults(0.3, seed, PATIENCE)).unwrap();
        (0..2_000).map(|_| proxy.shared.draw().0).collect::<Vec<_>>()
    };
    let first = draws(5);
    assert_eq!(first, draws(5));
    assert_ne!(first, draws(6));
    let struck = first.iter().flatten().count();
    assert!((520..680).contains(&struck), "{struck}");
    assert_eq!(first.iter().flatten().collect::<BTreeSet<_>>().len(), Kind::ALL.len());
}
