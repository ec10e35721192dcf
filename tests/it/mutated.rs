//! Files that are almost components, shown to what a person's `plugin add` shows a file to. The number is that for every change;
//! `cargo xtask hostile` shows ten thousand.

use std::process::Command;

use tickiti_relay_tests::binary;

#[test]
fn a_changed_component_is_refused_or_runs_and_nothing_else() {
    let output = Command::new(binary::beside("mutate").unwrap()).args(["--count", "1500"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    // It says by its end whether any panicked, took too long, or was changed as bytes only.
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("panics 0, faults of the relay 0"), "{told}");
}
