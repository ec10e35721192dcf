//! A client's own key.

use super::*;

fn client(key: &str, arguments: &str) -> Option<ClientKey> {
    Some(ClientKey { key: key.into(), arguments: digest(arguments) })
}

fn keyed(relay: &mut Relay, now: Moment, repeat: Repeat, key: &str, outcome: Outcome) -> Opened {
    let mut call = relay.call(now);
    call.client = client(key, "x");
    let opened = call.write(repeat, "a");
    call.ended(opened.id, outcome);
    call.end(true);
    opened
}

#[test]
fn the_same_key_is_the_same_call_also_after_it_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    let first = keyed(&mut relay, START, Repeat::Keyed, "k", Outcome::Done);
    let again = keyed(&mut relay, later(60), Repeat::Keyed, "k", Outcome::Done);
    assert_eq!((first.id, &first.key), (again.id, &again.key));
    assert!(again.earlier.is_some_and(|earlier| earlier.same_call && earlier.outcome == Outcome::Done));
    let other = keyed(&mut relay, later(60), Repeat::Keyed, "k2", Outcome::Done);
    assert_ne!(first.key, other.key, "another key is another call");
}

#[test]
fn the_same_key_with_other_arguments_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    keyed(&mut relay, START, Repeat::Keyed, "k", Outcome::Done);
    let mut call = relay.call(later(1));
    call.client = client("k", "y");
    assert_eq!(call.ask(Repeat::Keyed, "b", 0), Begun::KeyReused);
}

#[test]
fn what_was_done_long_ago_or_without_a_key_is_told_and_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    keyed(&mut relay, START, Repeat::Keyed, "k", Outcome::Done);
    let mut call = relay.call(later(1_000));
    call.client = client("k", "x");
    assert_eq!(call.held(Repeat::Keyed, "a").why, Why::Done);
    keyed(&mut relay, START, Repeat::Never, "n", Outcome::Done);
    let mut call = relay.call(later(1));
    call.client = client("n", "x");
    assert_eq!(call.held(Repeat::Never, "a").why, Why::Done);
}

#[test]
fn what_did_not_happen_goes_out_again_and_what_is_unknown_is_held_where_it_has_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    for outcome in [Outcome::NotSent, Outcome::Rejected] {
        let key = format!("{outcome}").replace(' ', "-");
        let first = keyed(&mut relay, START, Repeat::Never, &key, outcome);
        assert_eq!(keyed(&mut relay, later(1), Repeat::Never, &key, outcome).id, first.id);
    }
    keyed(&mut relay, START, Repeat::Never, "u", Outcome::Unknown);
    let mut call = relay.call(later(1));
    call.client = client("u", "x");
    assert_eq!(call.held(Repeat::Never, "a").why, Why::Unkeyed);
}

#[test]
fn a_call_under_the_same_key_waits_for_the_one_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut other) = (Relay::on(folder.path()), Relay::on(folder.path()));
    let mut call = one.call(START);
    call.client = client("k", "x");
    call.write(Repeat::Keyed, "a");
    let mut second = other.call(later(1));
    second.client = client("k", "x");
    assert_eq!(second.ask(Repeat::Keyed, "a", 0), Begun::Wait);
}

#[test]
fn a_settled_word_counts_for_the_same_key_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    for (key, happened) in [("yes", true), ("no", false)] {
        let first = keyed(&mut relay, START, Repeat::Never, key, Outcome::Unknown);
        relay.store.settle(first.id, happened, None, later(1)).unwrap();
        let mut call = relay.call(later(2));
        call.client = client(key, "x");
        match (happened, call.ask(Repeat::Never, "a", 0)) {
            (true, Begun::Held(held)) => assert_eq!(held.why, Why::Done),
            (false, Begun::Write { opened, .. }) => {
                assert_ne!(opened.id, first.id);
                call.ended(opened.id, Outcome::Done);
                call.end(true);
            }
            (_, other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_write_that_another_call_took_over_is_the_same_write_for_its_own_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    let first = keyed(&mut relay, START, Repeat::Keyed, "k", Outcome::Unknown);
    let taken = once(&mut relay, later(1), Repeat::Keyed, "a", Outcome::Done, true);
    assert_eq!(first.key, taken.key);
    let again = keyed(&mut relay, later(2), Repeat::Keyed, "k", Outcome::Done);
    assert_eq!(first.key, again.key, "else it would happen a second time");
}

#[test]
fn a_write_that_another_call_is_taking_over_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    keyed(&mut relay, START, Repeat::Keyed, "k", Outcome::Unknown);
    let mut other = Relay::on(folder.path());
    let mut taking = other.call(later(1));
    taking.write(Repeat::Keyed, "a");
    let mut again = relay.call(later(2));
    again.client = client("k", "x");
    assert_eq!(again.ask(Repeat::Keyed, "a", 0), Begun::Wait);
    taking.end(false);
    assert!(matches!(again.ask(Repeat::Keyed, "a", 0), Begun::Write { .. }));
}

/// What [`Earlier`] says of an earlier call's write is never about a call's own new one.
#[test]
fn a_first_write_has_nothing_earlier() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    let earlier: Option<Earlier> = keyed(&mut relay, START, Repeat::Keyed, "k", Outcome::Done).earlier;
    assert_eq!(earlier, None);
}
