//! The scenarios of `cargo xtask soak` with the numbers of CI, and proof that they bite.
#![expect(clippy::print_stdout, reason = "seeds and figures are printed, and shown when a test fails")]

use std::time::{Duration, SystemTime};

use tickiti_relay_tests::binary;
use tickiti_relay_tests::proxy::{Kind, Plan};
use tickiti_relay_tests::soak::keyed::{self, CASES};
use tickiti_relay_tests::soak::stage::TIMEOUT;
use tickiti_relay_tests::soak::{Demand, Numbers, Row, Server, pairs, retries, row, storm, unkeyed};

/// The numbers of CI, with a seed of this run. It is printed and shown when the test fails.
fn numbers() -> Numbers {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seed = u64::from(now.subsec_nanos());
    println!("seed {seed}");
    Numbers::scaled(seed, 2_000)
}

#[track_caller]
fn all_met(rows: &[Row]) {
    let table = row::table(rows, None);
    println!("{table}");
    assert!(!rows.is_empty() && rows.iter().all(Row::met), "\n{table}");
}

/// One setting of the helpdesk: nothing doubled, lost or denied.
#[track_caller]
fn keyed_writes_happen_once(name: &str) {
    let case = CASES.iter().find(|case| case.name == name).unwrap();
    let numbers = numbers();
    let came = keyed::one(&Server::Relay, &numbers, case, Plan::faults(numbers.share, numbers.seed, TIMEOUT)).unwrap();
    println!("{}\n{:?}", came.tally, came.counts);
    let rows = row::of_tally(name, &came.tally, case.demanded);
    all_met(&rows);
    assert_eq!(came.reused, 0, "writes on a connection that was used before");
    // A run that did nothing, or met no fault, shows nothing.
    assert!(came.tally.done > came.tally.calls * 7 / 10, "{}", came.tally);
    let faults = came.counts.faults.len();
    assert!(faults >= 12, "{faults} kinds of fault");
    let share = came.counts.struck() as f64 / came.counts.exchanges() as f64;
    assert!((0.25..0.35).contains(&share), "{share}");
}

#[test]
fn keyed_writes_happen_once_by_default() {
    keyed_writes_happen_once("default");
}

#[test]
fn keyed_writes_happen_once_when_the_key_is_looked_at_after_validation() {
    keyed_writes_happen_once("key after validation");
}

#[test]
fn keyed_writes_happen_once_when_a_running_key_is_refused() {
    keyed_writes_happen_once("409 while running");
}

#[test]
fn keyed_writes_happen_once_when_errors_are_stored() {
    keyed_writes_happen_once("5xx stored");
}

#[test]
fn keyed_writes_happen_once_when_refusals_are_stored() {
    keyed_writes_happen_once("refusal stored");
}

/// A server that runs a key twice while the first still runs leaves nobody a chance. That it shows proves that repeats do
/// meet a request at work; and nothing is lost or denied.
#[test]
fn a_server_that_runs_a_key_twice_is_lived_through() {
    let case = CASES.iter().find(|case| !case.demanded).unwrap();
    let numbers = Numbers { keyed: 200, ..numbers() };
    let plan = Plan::faults(0.5, numbers.seed, TIMEOUT).only(&[Kind::ResetAfterBody]);
    let came = keyed::one(&Server::Relay, &numbers, case, plan).unwrap();
    println!("{}", came.tally);
    assert!(came.tally.duplicates > 0, "{}", came.tally);
    assert_eq!((came.tally.missing, came.tally.denied), (0, 0), "{}", came.tally);
}

#[test]
fn writes_without_a_key_are_sent_once() {
    all_met(&unkeyed::run(&Server::Relay, &numbers()).unwrap());
}

#[test]
fn a_call_made_again_takes_the_old_key() {
    all_met(&retries::repeated(&Server::Relay, &numbers()).unwrap());
}

#[test]
fn a_call_with_one_word_changed_is_held_until_the_first_is_settled() {
    all_met(&retries::changed(&Server::Relay, &numbers()).unwrap());
}

#[test]
fn equal_writes_that_are_meant_twice_happen_twice() {
    all_met(&pairs::run(&Server::Relay, &numbers()).unwrap());
}

#[test]
fn a_helpdesk_that_is_down_is_left_in_peace() {
    let numbers = Numbers { down: Duration::from_secs(6), ..numbers() };
    all_met(&storm::run(&Server::Relay, &numbers).unwrap());
}

// === the checker bites ===

/// A wire that hands every tenth request on twice, the second time under another key: no client can help it.
#[test]
fn a_wire_that_duplicates_is_found_out() {
    let numbers = Numbers { keyed: 100, ..numbers() };
    let plan = Plan::faults(0.1, numbers.seed, TIMEOUT).only(&[Kind::Duplicate]);
    let came = keyed::one(&Server::Relay, &numbers, &CASES[0], plan).unwrap();
    println!("{}", came.tally);
    let struck = came.counts.faults.get(&Kind::Duplicate).copied().unwrap_or_default();
    // At times it strikes a request that the helpdesk refuses.
    let duplicates = came.tally.duplicates as u64;
    assert!(duplicates > 0 && duplicates <= struck, "{duplicates} of {struck}");
    assert!(!row::of_tally("x", &came.tally, true).iter().all(Row::met));
}

/// A server that mints a fresh key for each call duplicates, and its column shows it.
#[test]
fn a_server_with_fresh_keys_is_found_out() {
    let server = Server::Other(vec![binary::beside("fresh_keys").unwrap().into_os_string()]);
    let numbers = Numbers { keyed: 200, retries: 20, ..numbers() };
    let case = &CASES[0];
    let came = keyed::one(&server, &numbers, case, Plan::faults(0.3, numbers.seed, TIMEOUT)).unwrap();
    println!("{}", came.tally);
    assert!(came.tally.duplicates > 0 && came.tally.done > 100, "{}", came.tally);

    let rows = retries::repeated(&server, &numbers).unwrap();
    let missed: Vec<&str> = rows.iter().filter(|row| !row.met()).map(|row| row.figure.as_str()).collect();
    assert!(missed.contains(&"retries: took the old key") && missed.contains(&"retries: happened once"), "{missed:?}");
    let table = row::table(&[Row::new("retries: happened once", 20, 20, Demand::All)], Some(&rows));
    assert!(table.contains("the other") && table.contains(" of 20  all"), "{table}");
}
