//! A ledger that cannot be used says why, and comes back when it can.

use super::*;

fn fault(folder: &Path) -> LedgerFault {
    match Store::open(folder) {
        Ok(_) => panic!("it opened"),
        Err(fault) => fault,
    }
}

#[test]
fn what_is_no_ledger_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = schema::path(folder.path());
    std::fs::write(&path, "this is no database, and long enough to be looked at as one: ".repeat(50)).unwrap();
    assert!(matches!(fault(folder.path()), LedgerFault::Damaged { .. }));
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(fault(folder.path()), LedgerFault::Closed { .. }));
}

#[test]
fn a_page_that_was_overwritten_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Relay::on(folder.path());
    for number in 0..200 {
        once(&mut relay, START, Repeat::Never, &number.to_string(), Outcome::Unknown, true);
    }
    drop(relay);
    let path = schema::path(folder.path());
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 4_096].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(fault(folder.path()), LedgerFault::Damaged { .. }));
}

#[test]
fn a_newer_relays_ledger_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let connection = rusqlite::Connection::open(schema::path(folder.path())).unwrap();
    connection.pragma_update(None, "user_version", 9).unwrap();
    drop(connection);
    assert!(matches!(fault(folder.path()), LedgerFault::Newer { version: 9, .. }));
}

#[test]
fn a_file_in_the_way_of_the_folder_is_told_and_the_next_try_works_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    std::fs::write(&state, "").unwrap();
    assert!(matches!(fault(&state), LedgerFault::Closed { .. }));
    std::fs::remove_file(&state).unwrap();
    assert!(Store::open(&state).is_ok());
}

#[test]
fn every_fault_has_a_remedy_that_is_a_sentence() {
    let at = || Path::new("/state/ledger.sqlite3").to_path_buf();
    let why = || "x".to_owned();
    let faults = [
        LedgerFault::Full { at: at() },
        LedgerFault::ReadOnly { at: at() },
        LedgerFault::Closed { at: at(), why: why() },
        LedgerFault::Damaged { at: at(), why: why() },
        LedgerFault::Newer { at: at(), version: 9 },
        LedgerFault::NoLocks { at: at() },
        LedgerFault::Busy { at: at() },
        LedgerFault::Failed { at: at(), why: why() },
    ];
    let told: Vec<String> = faults.iter().map(|fault| format!("{fault}. {}", fault.remedy())).collect();
    insta::assert_snapshot!(told.join("\n"));
}
