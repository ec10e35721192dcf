//! Records, through the file: what one relay writes, another reads.

mod damaged;
mod keys;
mod late;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tickiti_relay_routes::Repeat;

use super::record::{Moment, State, WriteId};
use super::store::{About, Asked, Begun, Earlier, Held, Store, Which};
use super::*;
use crate::outcome::Outcome;

const START: Moment = Moment(1_795_348_991_000);

pub(super) fn later(seconds: u64) -> Moment {
    START.after(Duration::from_secs(seconds))
}

/// A relay on a folder.
pub(super) struct Relay {
    pub(super) store: Store,
}

/// One call of it.
pub(super) struct Calling<'r> {
    pub(super) relay: &'r mut Relay,
    pub(super) row: Option<i64>,
    pub(super) client: Option<ClientKey>,
    /// When it asks.
    pub(super) now: Moment,
}

impl Relay {
    pub(super) fn on(folder: &Path) -> Self {
        Self { store: Store::open(folder).unwrap() }
    }

    pub(super) fn call(&mut self, now: Moment) -> Calling<'_> {
        Calling { relay: self, row: None, client: None, now }
    }

    pub(super) fn unsettled(&mut self) -> Vec<WriteId> {
        self.store.list(Which::Unsettled, None).unwrap().into_iter().map(|record| record.id).collect()
    }
}

pub(super) fn me() -> Digest {
    Digest::of([b"me".as_slice()])
}

pub(super) fn digest(body: &str) -> Digest {
    Digest::of([body.as_bytes()])
}

impl Calling<'_> {
    /// Asks for a write with this body, of this sort, to ticket 7.
    pub(super) fn ask(&mut self, repeat: Repeat, body: &str, ordinal: u32) -> Begun {
        let asked = Asked {
            about: About {
                identity: me(),
                helpdesk: "https://help.example".into(),
                tool: "probe".into(),
                began: self.now,
                client_key: self.client.clone(),
            },
            call: self.row,
            route: "tickets.respond".into(),
            repeat,
            takes_key: repeat == Repeat::Keyed,
            fingerprint: digest(body),
            ordinal,
            target: (repeat == Repeat::Keyed).then(|| digest("ticket 7")),
            look: Some(r#"{"tool":"get_ticket","arguments":{"ticket_number":"7"}}"#.into()),
        };
        let begun = self.relay.store.begin(&asked, self.now).unwrap();
        if let Begun::Write { call, .. } = &begun {
            self.row = Some(*call);
        }
        begun
    }

    /// Asks, and must be let through.
    pub(super) fn write(&mut self, repeat: Repeat, body: &str) -> Opened {
        match self.ask(repeat, body, 0) {
            Begun::Write { opened, .. } => opened,
            other => panic!("not let through: {other:?}"),
        }
    }

    /// Asks, and must be held.
    pub(super) fn held(&mut self, repeat: Repeat, body: &str) -> Held {
        match self.ask(repeat, body, 0) {
            Begun::Held(held) => *held,
            other => panic!("not held: {other:?}"),
        }
    }

    pub(super) fn ended(&mut self, id: WriteId, outcome: Outcome) {
        self.relay.store.end(id, &Attempted { attempts: 1, ..Attempted::of(outcome) }, self.now).unwrap();
    }

    /// The call ends; its answer arrives, or does not.
    pub(super) fn end(self, delivered: bool) {
        if let Some(row) = self.row {
            self.relay.store.end_call(row, delivered, self.now).unwrap();
        }
    }
}

/// One call that writes once.
pub(super) fn once(
    relay: &mut Relay,
    now: Moment,
    repeat: Repeat,
    body: &str,
    outcome: Outcome,
    delivered: bool,
) -> Opened {
    let mut call = relay.call(now);
    let opened = call.write(repeat, body);
    call.ended(opened.id, outcome);
    call.end(delivered);
    opened
}

#[test]
fn a_call_that_was_answered_is_closed_and_an_equal_one_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    let first = once(&mut relay, START, Repeat::Keyed, "a", Outcome::Done, true);
    let second = once(&mut relay, later(1), Repeat::Keyed, "a", Outcome::Done, true);
    assert!(first.key.is_some() && first.key != second.key);
    assert_eq!((first.earlier, second.earlier), (None, None));
    assert_eq!(relay.unsettled(), []);
}

#[test]
fn what_was_not_sent_or_rejected_binds_nobody() {
    for outcome in [Outcome::NotSent, Outcome::Rejected] {
        for delivered in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            let mut relay = Relay::on(folder.path());
            let first = once(&mut relay, START, Repeat::Keyed, "a", outcome, delivered);
            let second = once(&mut relay, later(1), Repeat::Keyed, "a", outcome, delivered);
            assert_ne!(first.key, second.key);
            once(&mut relay, later(1), Repeat::Keyed, "b", outcome, delivered);
        }
    }
}

#[test]
fn an_unknown_end_is_settled_by_the_equal_call_under_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    let first = once(&mut relay, START, Repeat::Keyed, "a", Outcome::Unknown, true);
    assert_eq!(relay.unsettled(), [first.id]);
    let second = once(&mut relay, later(5), Repeat::Keyed, "a", Outcome::Unknown, true);
    let third = once(&mut relay, later(9), Repeat::Keyed, "a", Outcome::Done, true);
    assert_eq!((&first.key, &first.key), (&second.key, &third.key));
    assert_eq!(third.earlier.unwrap().since, START, "age counts from the first time");
    assert_eq!(relay.unsettled(), []);
    let fourth = once(&mut relay, later(10), Repeat::Keyed, "a", Outcome::Done, true);
    assert_ne!(first.key, fourth.key);
    let states: Vec<State> =
        relay.store.list(Which::All, None).unwrap().into_iter().map(|record| record.state).collect();
    assert_eq!(states, [State::Done; 4], "one key is one write");
}

#[test]
fn a_killed_relay_leaves_its_writes_to_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut dead = Relay::on(folder.path());
    let mut call = dead.call(START);
    let first = call.write(Repeat::Keyed, "a");
    let never = {
        let mut call = dead.call(START);
        call.write(Repeat::Never, "n")
    };
    drop(dead);
    let mut relay = Relay::on(folder.path());
    assert_eq!(relay.unsettled(), [first.id, never.id]);
    let again = once(&mut relay, later(2), Repeat::Keyed, "a", Outcome::Done, true);
    assert_eq!(first.key, again.key);
    let held = relay.call(later(2)).held(Repeat::Never, "n");
    assert_eq!((held.why, held.record.id, held.age), (Why::Unkeyed, never.id, Some(Duration::from_secs(2))));
}

#[test]
fn killed_between_the_answer_and_the_client_it_is_still_the_same_write() {
    let folder = tempfile::tempdir().unwrap();
    let mut dead = Relay::on(folder.path());
    let mut call = dead.call(START);
    let first = call.write(Repeat::Keyed, "a");
    let ended = Attempted { identifiers: Some(r#"{"ticket_number":7}"#.into()), ..Attempted::of(Outcome::Done) };
    call.relay.store.end(first.id, &ended, START).unwrap();
    drop(dead);
    let mut relay = Relay::on(folder.path());
    let mut call = relay.call(later(2));
    let again = call.write(Repeat::Keyed, "a");
    assert_eq!(first.key, again.key);
    let earlier = again.earlier.unwrap();
    assert_eq!((earlier.outcome, earlier.identifiers.as_deref()), (Outcome::Done, Some(r#"{"ticket_number":7}"#)));
    call.end(false);
    assert_eq!(relay.store.list(Which::Unsettled, None).unwrap()[0].state, State::Done, "what is done stays done");
}

#[test]
fn a_living_relays_write_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut other) = (Relay::on(folder.path()), Relay::on(folder.path()));
    let mut call = one.call(START);
    let first = call.write(Repeat::Keyed, "a");
    assert_eq!(other.call(later(1)).ask(Repeat::Keyed, "a", 0), Begun::Wait);
    assert!(matches!(other.call(later(1)).ask(Repeat::Keyed, "b", 0), Begun::Write { .. }), "another one is not");
    call.ended(first.id, Outcome::Done);
    assert_eq!(other.call(later(1)).ask(Repeat::Keyed, "a", 0), Begun::Wait, "its answer is still on its way");
    call.now = later(2);
    call.end(true);
    assert_ne!(once(&mut other, later(3), Repeat::Keyed, "a", Outcome::Done, true).key, first.key);
}

#[test]
fn another_write_to_the_same_target_is_held_until_settled() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    let first = once(&mut relay, START, Repeat::Keyed, "hello", Outcome::Unknown, true);
    let held = relay.call(later(60)).held(Repeat::Keyed, "hello there");
    assert_eq!((held.why, held.record.id), (Why::SameTarget, first.id));
    assert_eq!(held.record.look_in_words().as_deref(), Some(r#"get_ticket {"ticket_number":"7"}"#));
    relay.store.settle(first.id, false, Some(me()), later(61)).unwrap();
    let sent = once(&mut relay, later(62), Repeat::Keyed, "hello there", Outcome::Done, true);
    assert_ne!(sent.key, first.key);
    assert_eq!(relay.store.list(Which::All, None).unwrap()[0].look, None, "what it was about is forgotten");
}

#[test]
fn settling_says_no_to_what_makes_no_sense() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    let settle = |relay: &mut Relay, id, happened| relay.store.settle(id, happened, Some(me()), later(1)).map(|_| ());
    assert_eq!(settle(&mut relay, WriteId(1), true), Err(SettleError::Unknown(WriteId(1))));
    let mut call = relay.call(START);
    let running = call.write(Repeat::Never, "r").id;
    assert_eq!(settle(&mut relay, running, true), Err(SettleError::UnderWay(running)));
    let done = once(&mut relay, START, Repeat::Never, "d", Outcome::Done, false).id;
    assert_eq!(settle(&mut relay, done, false), Err(SettleError::Confirmed(done)));
    assert_eq!(settle(&mut relay, done, true), Ok(()));
    assert_eq!(settle(&mut relay, done, true), Err(SettleError::Settled(done)));
    let theirs = once(&mut relay, START, Repeat::Never, "u", Outcome::Unknown, false).id;
    let stranger = relay.store.settle(theirs, true, Some(digest("another token")), later(1));
    assert_eq!(stranger, Err(SettleError::Unknown(theirs)), "another token's writes are not seen");
}

#[test]
fn a_settled_unkeyed_write_may_be_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    for happened in [true, false] {
        let first = once(&mut relay, START, Repeat::Never, "n", Outcome::Unknown, true);
        assert_eq!(relay.call(later(9_999)).held(Repeat::Never, "n").why, Why::Unkeyed, "however long ago");
        relay.store.settle(first.id, happened, None, later(10_000)).unwrap();
        once(&mut relay, later(10_001), Repeat::Never, "n", Outcome::Done, true);
    }
}

#[test]
fn equal_writes_of_one_call_are_told_apart_by_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut dead = Relay::on(folder.path());
    let mut call = dead.call(START);
    let key = |begun: Begun| match begun {
        Begun::Write { opened, .. } => opened.key.unwrap(),
        other => panic!("{other:?}"),
    };
    let first = [key(call.ask(Repeat::Keyed, "a", 0)), key(call.ask(Repeat::Keyed, "a", 1))];
    assert_ne!(first[0], first[1]);
    drop(dead);
    let mut relay = Relay::on(folder.path());
    let mut call = relay.call(later(1));
    let again = [key(call.ask(Repeat::Keyed, "a", 0)), key(call.ask(Repeat::Keyed, "a", 1))];
    assert_eq!(first, again);
}

#[test]
fn a_write_that_is_taken_over_goes_on_counting_its_failures_and_its_rest() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    let mut call = relay.call(START);
    let first = call.write(Repeat::Keyed, "a");
    let failed = Attempted {
        same_failure: Some((digest("500"), 2)),
        pause: Some(Duration::from_secs(5)),
        ..Attempted::of(Outcome::Unknown)
    };
    call.relay.store.end(first.id, &failed, START).unwrap();
    call.end(true);
    let mut call = relay.call(later(2));
    let again = call.write(Repeat::Keyed, "a");
    let earlier = again.earlier.unwrap();
    assert_eq!(earlier.same_failure, Some((digest("500"), 2)));
    assert_eq!(earlier.pause, Some(Duration::from_secs(3)));
    let stuck = Attempted { same_failure: Some((digest("500"), 3)), ..Attempted::of(Outcome::Unknown) };
    call.relay.store.end(again.id, &stuck, later(2)).unwrap();
    call.end(true);
    assert_eq!(relay.call(later(9)).held(Repeat::Keyed, "a").why, Why::Stuck);
}

#[test]
fn only_closed_calls_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    once(&mut relay, START, Repeat::Keyed, "a", Outcome::Done, true);
    let open = once(&mut relay, START, Repeat::Keyed, "b", Outcome::Unknown, true);
    assert_eq!(relay.store.prune(START).unwrap(), 0);
    assert_eq!(relay.store.prune(later(1)).unwrap(), 1);
    assert_eq!(relay.unsettled(), [open.id]);
}

#[test]
fn neither_body_nor_token_stands_in_the_file_and_only_its_user_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut relay = Relay::on(&state);
    once(&mut relay, START, Repeat::Keyed, "a secret body", Outcome::Unknown, true);
    let mut seen = 0;
    for entry in std::fs::read_dir(&state).unwrap().map(Result::unwrap) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.path());
        }
        if entry.metadata().unwrap().is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            assert!(!bytes.windows(13).any(|window| window == b"a secret body"), "{:?}", entry.path());
            seen += 1;
        }
    }
    assert_eq!(seen, 3, "the file, its log and its index");
}

#[tokio::test(flavor = "current_thread")]
async fn a_call_that_is_dropped_is_left_open_and_one_that_is_delivered_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(folder.path(), me(), "https://help.example");
    let route = tickiti_relay_routes::Table::builtin().get("tickets.respond").unwrap();
    let body = crate::admit::Body::Json(vec![crate::admit::Piece::Text("{}".into())]);
    let request = Admitted::for_test(Arc::clone(route), "/api/v1/tickets/respond", body, &[], None);
    let mut keys = Vec::new();
    for delivered in [false, true, true] {
        let mut call = ledger.call("probe");
        assert!(!call.has_written());
        let Begun::Write { opened, .. } = call.open(&request, None).await.unwrap() else { panic!("not let through") };
        assert!(call.has_written());
        call.ended(opened.id, Attempted::of(Outcome::Done)).await;
        keys.push(opened.key.unwrap());
        if delivered {
            call.delivered();
        }
    }
    assert_eq!(keys[0], keys[1], "the first was dropped");
    assert_ne!(keys[1], keys[2], "the second was delivered");
    ledger.finish(Duration::from_secs(5));
    assert_eq!(ledger.list(Which::Unsettled).await.unwrap(), []);
    assert_eq!(std::fs::read_dir(folder.path().join("owners")).unwrap().count(), 1, "its own lock alone is left");
}

#[tokio::test(flavor = "current_thread")]
async fn a_call_that_is_cancelled_while_it_is_recorded_is_left_open_too() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(folder.path(), me(), "https://help.example");
    let route = tickiti_relay_routes::Table::builtin().get("tickets.respond").unwrap();
    let body = crate::admit::Body::Json(vec![crate::admit::Piece::Text("{}".into())]);
    let request = Admitted::for_test(Arc::clone(route), "/api/v1/tickets/respond", body, &[], None);
    let mut cancelled = ledger.call("probe");
    // Asked once, so that the job is on its way, and dropped before it answers.
    assert!(futures_util::FutureExt::now_or_never(cancelled.open(&request, None)).is_none());
    drop(cancelled);
    let mut unsettled = ledger.list(Which::Unsettled).await.unwrap();
    while unsettled[0].under_way {
        tokio::time::sleep(Duration::from_millis(1)).await;
        unsettled = ledger.list(Which::Unsettled).await.unwrap();
    }
    assert_eq!(unsettled.len(), 1);
    let mut again = ledger.call("probe");
    let Begun::Write { opened, .. } = again.open(&request, None).await.unwrap() else { panic!("it must not wait") };
    assert_eq!(opened.key, unsettled[0].key);
}

#[test]
fn stores_that_begin_at_once_on_a_fresh_folder_all_open() {
    const AT_ONCE: usize = 8;
    for round in 0..100 {
        let folder = tempfile::tempdir().unwrap();
        let together = std::sync::Barrier::new(AT_ONCE);
        let open = || {
            together.wait();
            Store::open(folder.path()).map(drop)
        };
        let opened: Vec<_> = std::thread::scope(|scope| {
            let begun: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(open)).collect();
            begun.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(opened, vec![Ok(()); AT_ONCE], "round {round}");
    }
}
