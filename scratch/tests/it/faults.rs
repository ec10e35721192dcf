//! Every fault, as a client sees it, and what it leaves done.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tickiti_relay_scratch::{Fault, Moment, Planned, Running};

use crate::client::{Answer, Client, helpdesk, read};

fn ticket() -> Value {
    json!({"originator_email_address": "a@b.example", "data": {"subject": "S", "content": "C"}})
}

/// Sends one create under a fault. Says what came back and how many effects there are.
fn under(fault: Fault) -> (std::io::Result<Answer>, usize, Running) {
    let helpdesk = helpdesk();
    helpdesk.fault(Planned::on("tickets.create", fault));
    let client = Client::new(&helpdesk, "tickets");
    let body = ticket().to_string();
    let answer = client.send("POST", "tickets", &[("Idempotency-Key", "k")], "application/json", body.as_bytes());
    let effects = helpdesk.effects().len();
    // The fault is used up: the next request is served, under the key of the first.
    client.keyed("tickets", &ticket(), "k").data();
    assert_eq!(helpdesk.effects().len(), 1, "one ticket, whatever happened");
    (answer, effects, helpdesk)
}

#[test]
fn drops_and_resets_at_every_moment() {
    use Moment::{BeforeBody, Claimed, Done, StatusLine};
    for at in [BeforeBody, Claimed, Done, StatusLine] {
        for fault in [Fault::Drop { at }, Fault::Reset { at }] {
            let (answer, effects, helpdesk) = under(fault.clone());
            assert!(answer.is_err(), "{fault:?}");
            assert_eq!(effects, usize::from(matches!(at, Done | StatusLine)), "{fault:?}");
            let seen = helpdesk.requests().remove(0);
            assert_eq!(seen.status, (at == StatusLine).then_some(200), "{fault:?}");
            assert_eq!(seen.body_bytes > 0, at != BeforeBody, "{fault:?}");
            assert!(seen.fault.is_some());
        }
    }
}

#[test]
fn a_reset_is_told_from_a_close() {
    for (fault, expected) in [
        (Fault::Reset { at: Moment::Done }, Err(ErrorKind::ConnectionReset)),
        (Fault::Drop { at: Moment::Done }, Ok(0)),
    ] {
        let helpdesk = helpdesk();
        helpdesk.fault(Planned::next(fault));
        let mut stream = TcpStream::connect(helpdesk.address()).unwrap();
        stream.write_all(b"POST /api/v1/token HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").unwrap();
        assert_eq!(stream.read(&mut [0; 16]).map_err(|error| error.kind()), expected);
    }
}

#[test]
fn after_the_status_line_there_is_just_the_status_line() {
    let helpdesk = helpdesk();
    helpdesk.fault(Planned::next(Fault::Drop { at: Moment::StatusLine }));
    let mut stream = TcpStream::connect(helpdesk.address()).unwrap();
    stream.write_all(b"GET /api/v1/faqs HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all, "HTTP/1.1 200 OK\r\n");
}

#[test]
fn a_truncated_body_is_shorter_than_it_says() {
    let (answer, effects, _) = under(Fault::Truncate { bytes: 10 });
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    assert_eq!(effects, 1);
    let helpdesk = helpdesk();
    helpdesk.fault(Planned::next(Fault::Truncate { bytes: 10 }));
    let mut stream = TcpStream::connect(helpdesk.address()).unwrap();
    stream.write_all(b"GET /api/v1/faqs HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert!(all.ends_with("\r\n\r\n{\"ok\":true"), "{all}");
}

#[test]
fn answers_without_work() {
    let (answer, effects, _) = under(Fault::TooMany { retry_after: Some(7) });
    let answer = answer.unwrap();
    assert_eq!((answer.status, effects), (429, 0));
    assert!(answer.head.to_lowercase().contains("retry-after: 7"), "{}", answer.head);
    assert_eq!(answer.json(), json!({"message": "Too Many Attempts."}));
    let location = "https://elsewhere.example/login".to_owned();
    let (answer, effects, _) = under(Fault::Redirect { status: 307, location });
    let answer = answer.unwrap();
    assert_eq!((answer.status, effects), (307, 0));
    assert!(answer.head.to_lowercase().contains("location: https://elsewhere.example/login"));
    for status in [500, 502, 503, 504] {
        let (answer, effects, _) = under(Fault::Status { status, worked: false });
        assert_eq!((answer.unwrap().status, effects), (status, 0));
    }
}

#[test]
fn work_whose_answer_is_lost() {
    let (answer, effects, _) = under(Fault::Status { status: 502, worked: true });
    let answer = answer.unwrap();
    assert_eq!((answer.status, effects), (502, 1));
    assert!(answer.body.starts_with(b"<html>"));
    let (answer, effects, _) = under(Fault::Garbage);
    let answer = answer.unwrap();
    assert_eq!((answer.status, effects), (200, 1));
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
}

#[test]
fn slow_answers() {
    let started = Instant::now();
    let (answer, effects, _) = under(Fault::Delay { milliseconds: 300, at: Moment::Done });
    assert_eq!((answer.unwrap().status, effects), (200, 1));
    assert!(started.elapsed() >= Duration::from_millis(300));
    let (answer, _, _) = under(Fault::Trickle { bytes: 7, milliseconds: 3 });
    assert_eq!(answer.unwrap().json()["ok"], true);
}

#[test]
fn an_endless_body_goes_on_until_the_client_hangs_up() {
    let helpdesk = helpdesk();
    helpdesk.fault(Planned::next(Fault::Endless));
    let mut stream = TcpStream::connect(helpdesk.address()).unwrap();
    stream.write_all(b"GET /api/v1/faqs HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let answer = read(&mut stream, 3_000_000).unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.body.len() > 2_900_000);
}

#[test]
fn work_goes_on_when_the_client_hangs_up() {
    let helpdesk = helpdesk();
    helpdesk.fault(Planned::next(Fault::Delay { milliseconds: 200, at: Moment::Claimed }));
    let body = ticket().to_string();
    let secret = helpdesk.token("tickets").unwrap();
    let mut stream = TcpStream::connect(helpdesk.address()).unwrap();
    let head = format!(
        "POST /api/v1/tickets HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {secret}\r\nIdempotency-Key: k\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    while helpdesk.requests().first().is_none_or(|seen| seen.body_bytes == 0) {
        thread::sleep(Duration::from_millis(5));
    }
    drop(stream);
    let given_up = Instant::now() + Duration::from_secs(20);
    while helpdesk.effects().is_empty() && Instant::now() < given_up {
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(helpdesk.effects().len(), 1);
    assert_eq!(helpdesk.requests()[0].status, None, "nobody was answered");
}

#[test]
fn a_fault_waits_for_its_route_and_its_turn() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    helpdesk.fault(Planned::on("tickets.queues", Fault::Status { status: 503, worked: false }).after(1).times(2));
    let status = |path: &str| client.post(path, &json!({})).status;
    assert_eq!([status("tickets/staff"), status("tickets/queues")], [200, 200]);
    assert_eq!([status("tickets/queues"), status("tickets/staff"), status("tickets/queues")], [503, 200, 503]);
    assert_eq!(status("tickets/queues"), 200);
    helpdesk.fault(Planned::next(Fault::Garbage).always());
    helpdesk.clear_faults();
    assert_eq!(status("tickets/queues"), 200);
}
