//! Processes that end at the worst moment, disks that fail, answers that nothing honest gives. The numbers are those for every
//! change; `kills_in_full` runs those for a release.

use tickiti_relay_tests::kills::missed;
use tickiti_relay_tests::kills::suite::{ALL, Numbers};

const SEED: u64 = 1_606_047;

#[track_caller]
#[expect(clippy::print_stdout, reason = "the figures are what a person runs these for")]
fn demand(name: &str, numbers: &Numbers) {
    let (_, run) = ALL.iter().find(|(known, _)| *known == name).unwrap();
    let rows = run(numbers, SEED).unwrap();
    rows.iter().for_each(|row| println!("{row}"));
    if let Err(lines) = missed(&rows) {
        panic!("seed {SEED}\n{lines}");
    }
}

#[test]
fn a_keyed_write_happens_once_whenever_its_relay_is_killed() {
    demand("kills-keyed", &Numbers::CI);
}

#[test]
fn a_keyed_write_happens_once_also_with_two_relays_on_one_ledger() {
    demand("kills-keyed-two-relays", &Numbers::CI);
}

#[test]
fn equal_writes_that_are_both_meant_happen_twice_or_are_told_apart() {
    demand("kills-keyed-pairs", &Numbers::CI);
}

#[test]
fn a_write_without_a_key_is_not_sent_again_after_a_kill() {
    demand("kills-unkeyed", &Numbers::CI);
}

#[test]
fn an_export_is_the_old_file_or_the_new_one() {
    demand("kills-export", &Numbers::CI);
}

#[test]
fn relays_that_begin_at_once_do_not_refuse_each_other() {
    demand("beginnings", &Numbers::CI);
}

#[test]
#[cfg(target_os = "linux")]
fn a_record_is_durable_before_its_request_leaves() {
    demand("sync-before-send", &Numbers::CI);
}

#[test]
#[cfg(unix)]
fn a_disk_that_fails_lets_no_write_out_unrecorded() {
    demand("disks", &Numbers::CI);
}

#[test]
#[cfg(target_os = "linux")]
fn hostile_answers_end_in_time_and_cost_no_more_memory_than_honest_ones() {
    demand("hostile-answers", &Numbers::CI);
}

#[test]
fn no_redirect_is_followed_and_no_proxy_of_the_environment_used() {
    demand("redirects", &Numbers::CI);
}

#[test]
fn no_value_leaves_its_route_on_the_wire() {
    demand("paths", &Numbers::CI);
}

#[test]
#[cfg(target_os = "linux")]
fn an_end_with_writes_in_flight_is_orderly() {
    demand("ends", &Numbers::CI);
}

#[test]
#[ignore = "takes a quarter of an hour; for a release"]
fn kills_in_full() {
    let failed: Vec<&str> = ALL
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| std::panic::catch_unwind(|| demand(name, &Numbers::FULL)).is_err())
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
}
