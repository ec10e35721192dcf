//! Which parts of wasmtime are compiled in: what is not there cannot be attacked.

use std::collections::BTreeSet;
use std::process::Command;

/// `async` comes with `wasmtime-wasi`; no call of ours is asynchronous inside the engine, so no fibre is ever made.
const WASMTIME: &[&str] = &[
    "async",
    "component-model",
    "cranelift",
    "once_cell",
    "pooling-allocator",
    "runtime",
    "std",
    "wasmtime-jit-icache-coherence",
    "wasmtime-unwinder",
];

#[test]
fn only_the_features_in_use_are_on() {
    assert_eq!(features("wasmtime"), BTreeSet::from_iter(WASMTIME.iter().map(ToString::to_string)));
    assert_eq!(features("wasmtime-wasi"), BTreeSet::from(["p2".to_owned()]));
}

fn features(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "tickiti-relay", "--edges", "features,no-dev", "--prefix", "none", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line_start = format!("{package} feature \"");
    let tree = String::from_utf8(output.stdout).expect("text");
    let found = tree.lines().filter_map(|line| line.strip_prefix(&line_start)?.split('"').next());
    found.map(str::to_owned).collect()
}
