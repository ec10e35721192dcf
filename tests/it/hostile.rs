//! Answers, redirects, variables and values that want the relay to do something else than its work.

use std::time::Duration;

use tickiti_relay_tests::kills::{Row, hostile, missed, paths, redirects};

const SEED: u64 = 1_606_046;

#[track_caller]
pub(crate) fn demand(rows: &[Row]) {
    rows.iter().for_each(|row| println!("{row}"));
    if let Err(lines) = missed(rows) {
        panic!("{lines}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn hostile_answers_end_in_time_and_cost_no_more_memory_than_honest_ones() {
    // A busy machine may be late; `cargo xtask soak` demands a second.
    let slack = Duration::from_secs(10);
    demand(&hostile::answers(&hostile::Kind::ALL, Duration::from_millis(1_500), slack).unwrap());
}

#[test]
fn no_redirect_is_followed() {
    demand(&redirects::redirects().unwrap());
}

#[test]
fn no_proxy_of_the_environment_is_used() {
    demand(&redirects::proxies().unwrap());
}

#[test]
fn no_value_leaves_its_route_on_the_wire() {
    demand(&paths::paths(1_000, SEED).unwrap());
}
