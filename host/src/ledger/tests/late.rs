//! Ends that the file does not take at once, and what is forgotten in time.

use super::*;

fn request() -> Admitted {
    let route = tickiti_relay_routes::Table::builtin().get("tickets.respond").unwrap();
    let body = crate::admit::Body::Json(vec![crate::admit::Piece::Text("{}".into())]);
    Admitted::for_test(Arc::clone(route), "/api/v1/tickets/respond", body, &[], None)
}

#[tokio::test]
async fn what_ends_while_the_file_is_held_is_not_under_way_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let relay = || Ledger::new(folder.path(), me(), "https://help.example");
    let (one, other) = (relay(), relay());
    let mut call = one.call("probe");
    let Begun::Write { opened, .. } = call.open(&request(), None).await.unwrap() else { panic!("not let through") };
    let holder = rusqlite::Connection::open(folder.path().join("ledger.sqlite3")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    call.ended(opened.id, Attempted::of(Outcome::Done)).await;
    call.delivered();
    assert!(one.list(Which::All).await.unwrap()[0].under_way);
    holder.execute_batch("ROLLBACK").unwrap();
    drop(holder);
    // Nobody asks the one again; the other waits for it.
    let mut again = other.call("probe");
    let write = async {
        loop {
            match again.open(&request(), None).await.unwrap() {
                Begun::Wait => tokio::time::sleep(limits::LEDGER_POLL).await,
                Begun::Write { opened, .. } => break opened,
                held => panic!("{held:?}"),
            }
        }
    };
    let second = tokio::time::timeout(limits::WRITING_CALL, write).await.expect("it is over");
    assert_ne!(second.key, opened.key, "the first was closed");
    let first = &other.list(Which::All).await.unwrap()[0];
    assert_eq!((first.state, first.under_way, first.closed), (State::Done, false, true));
}

#[test]
fn a_relay_that_runs_on_forgets_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    let began = super::super::now();
    once(&mut relay, began, Repeat::Keyed, "a", Outcome::Done, true);
    let mut left = |at: Moment| {
        relay.store.tidy(at);
        relay.store.list(Which::All, None).unwrap().len()
    };
    let old = began.after(limits::LEDGER_KEPT);
    assert_eq!(left(old), 1, "not older than that");
    assert_eq!(left(old.after(limits::LEDGER_PRUNED / 2)), 1, "it was looked at half a day ago");
    assert_eq!(left(old.after(limits::LEDGER_PRUNED * 2)), 0);
}
