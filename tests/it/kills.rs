//! Processes that end at the worst moment. `cargo xtask soak` runs the same scenarios longer.

use std::time::Duration;

use tickiti_relay_tests::kills::{disks, exports, keyed, order, shutdown, unkeyed};

use crate::hostile::demand;

const SEED: u64 = 1_606_047;

#[test]
fn a_keyed_write_happens_once_whenever_its_relay_is_killed() {
    demand(&keyed::kills(30, 1, false, SEED).unwrap());
}

#[test]
fn a_keyed_write_happens_once_also_with_two_relays_on_one_ledger() {
    demand(&keyed::kills(20, 2, false, SEED).unwrap());
}

#[test]
fn equal_writes_that_are_both_meant_happen_twice_or_are_told_apart() {
    demand(&keyed::kills(15, 1, true, SEED).unwrap());
    demand(&keyed::kills(15, 2, true, SEED).unwrap());
}

#[test]
fn a_write_without_a_key_is_not_sent_again_after_a_kill() {
    demand(&unkeyed::kills(25, SEED).unwrap());
}

#[test]
fn an_export_is_the_old_file_or_the_new_one() {
    demand(&exports::kills(50, SEED).unwrap());
}

#[test]
#[cfg(target_os = "linux")]
fn a_record_is_durable_before_its_request_leaves() {
    demand(&order::sync_before_send().unwrap());
}

#[test]
#[cfg(unix)]
fn a_disk_that_fails_lets_no_write_out_unrecorded() {
    demand(&disks::limited(30, SEED).unwrap());
    demand(&disks::full(8, SEED).unwrap());
}

#[test]
fn a_damaged_ledger_lets_no_write_out_unrecorded() {
    demand(&disks::damaged(14, SEED).unwrap());
}

#[test]
#[cfg(target_os = "linux")]
fn an_end_with_writes_in_flight_is_orderly() {
    // A busy machine may be late; `cargo xtask soak` demands the two seconds.
    demand(&shutdown::ends(20, SEED, Duration::from_secs(5)).unwrap());
}
