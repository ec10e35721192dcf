//! Equal calls build equal bytes, in whatever process: what a repeated write is recognised by.

use std::collections::BTreeMap;
use std::process::Command;

use tickiti_relay_tests::{binary, picture};

use crate::support::{Folder, TOOLS, text};

const SEED: u64 = 1_606_047;
const NOON: &str = "2026-11-22T12:00:00Z";
/// The tool of the hostile guest that puts clocks and random numbers into its request.
const WORLDLY: &str = "worldly_request";
/// These are answered by the relay itself.
const LOCAL: [&str; 3] = ["list_endpoints", "unsettled_writes", "settle_write"];

/// What one process planned of a tool.
#[derive(Debug, PartialEq, Eq)]
struct Planned {
    requests: usize,
    refused: usize,
    digest: String,
}

/// A process of its own, in surroundings of its own.
fn process(folder: &Folder, count: usize, seed: u64, now: &str, zone: &str) -> BTreeMap<String, Planned> {
    let mut plans = Command::new(binary::beside("plans").unwrap());
    plans.arg("--folder").arg(folder.path()).args(["--count", &count.to_string()]);
    plans.args(["--seed", &seed.to_string(), "--now", now]).env("TZ", zone).env("LANG", zone);
    let output = plans.output().unwrap();
    let told = text_of(&output.stdout);
    assert!(output.status.success(), "{told}{}", text_of(&output.stderr));
    told.lines()
        .map(|line| {
            let parts: Vec<&str> = line.split(' ').collect();
            let planned = Planned {
                requests: parts[1].parse().unwrap(),
                refused: parts[2].parse().unwrap(),
                digest: parts[3].to_owned(),
            };
            (parts[0].to_owned(), planned)
        })
        .collect()
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[expect(clippy::print_stdout, reason = "the figures are what a person runs this for")]
fn two_processes_plan_the_same(count: usize) {
    let folder = Folder::new().file("words.txt", "words").file("picture.png", picture::sample());
    println!("seed {SEED}, {count} calls a tool, files in {}", text(folder.path()));
    let one = process(&folder, count, SEED, NOON, "Europe/Berlin");
    let other = process(&folder, count, SEED, NOON, "Asia/Tokyo");
    assert_eq!(one, other, "seed {SEED}");

    for tool in TOOLS.iter().chain(&[WORLDLY]) {
        let planned = &one[*tool];
        println!("{tool}: {} requests, {} calls refused", planned.requests, planned.refused);
        if !LOCAL.contains(tool) {
            assert!(planned.requests >= count, "{tool}: {planned:?}, wanted {count}: the arguments are no good");
        }
    }
    // That the digests see what they are to see: other arguments, and the one tool that looks at the clock.
    let other_seed = process(&folder, count, SEED + 1, NOON, "Europe/Berlin");
    let same: Vec<_> =
        one.iter().filter(|(tool, planned)| planned.requests > 0 && other_seed[*tool] == **planned).collect();
    assert!(same.is_empty(), "{same:?}");
    let later = process(&folder, count, SEED, "2026-11-22T12:00:01Z", "Europe/Berlin");
    let changed: Vec<&String> =
        one.iter().filter(|(tool, planned)| later[*tool] != **planned).map(|(tool, _)| tool).collect();
    assert_eq!(changed, [WORLDLY]);
}

#[test]
fn equal_calls_are_equal_bytes_in_two_processes() {
    two_processes_plan_the_same(100);
}

#[test]
#[ignore = "takes minutes; for a release"]
fn equal_calls_are_equal_bytes_in_full() {
    two_processes_plan_the_same(1_000);
}
