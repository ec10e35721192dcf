use std::cell::Cell;
use std::os::unix::fs::PermissionsExt;

use super::*;

/// A program in the place of the relay that does what `script` says.
fn run(script: &str, time: Duration, watch: &dyn Fn(Duration)) -> Result<Described, String> {
    let place = tempfile::tempdir().expect("a folder");
    let program = place.path().join("relay");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).expect("a mode");
    let bounds = Bounds { time, ..Bounds::default() };
    let compiler = Compiler { program, cache: place.path().to_owned(), bounds };
    compiler.run(&place.path().join("x.wasm"), watch).map_err(|fault| fault.to_string())
}

const MANIFEST: &str = r#"{"Ok":{"contract":"0.1.0","manifest":{"name":"x","version":"1","about":"x","tools":[]}}}"#;

#[test]
fn compiler_time_and_answer_obeyed_and_violated() {
    let long = limits::COMPILER_TIME;
    let described = run(&format!("echo '{MANIFEST}'"), long, &|_| {}).expect("an answer");
    assert_eq!(described.manifest.name, "x");
    let told = Cell::new(0);
    let slow = limits::COMPILER_SIGN + limits::COMPILER_SIGN / 4;
    assert!(
        run(&format!("sleep 60; echo '{MANIFEST}'"), slow, &|_| told.set(told.get() + 1))
            .is_err_and(|fault| fault.contains("longer than"))
    );
    assert_eq!(told.get(), 1, "whoever waits is told");
    let spaces = limits::COMPILER_ANSWER_BYTES;
    let wordy = format!("head -c {spaces} /dev/zero; echo '{MANIFEST}'");
    assert!(run(&wordy, long, &|_| {}).is_err_and(|fault| fault.contains("holds more than")));
}

#[test]
fn every_sudden_end_is_told_apart() {
    let long = limits::COMPILER_TIME;
    let ends = [
        "kill -XCPU $$",
        "kill -ABRT $$",
        "exit 3",
        "echo nonsense",
        r#"echo '{"Err":{"Load":{"reason":"it is no component"}}}'"#,
    ];
    let texts: Vec<String> = ends.iter().map(|end| run(end, long, &|_| {}).expect_err("no manifest")).collect();
    insta::assert_snapshot!(texts.join("\n"), @"
    it cannot be loaded: compiling it takes more than 120 s of processor time
    it cannot be loaded: compiling it ended suddenly, most likely for want of memory: it may have 1536 MiB
    it cannot be loaded: compiling it ended without an answer (exit status: 3)
    it cannot be loaded: compiling it ended without an answer (exit status: 0)
    it cannot be loaded: it is no component
    ");
}

#[test]
fn it_can_tell_that_somebody_waits() {
    let seen = run(&format!("[ -p /dev/stdin ] && echo '{MANIFEST}'"), limits::COMPILER_TIME, &|_| {});
    assert!(seen.is_ok(), "{seen:?}");
}

#[test]
fn it_gets_no_variable_of_ours() {
    let seen = run(
        "env | grep -c . | grep -qE '^[0-3]$' && echo '{\"Err\":{\"Load\":{\"reason\":\"nothing\"}}}'",
        limits::COMPILER_TIME,
        &|_| {},
    );
    // A shell sets PWD, and perhaps two more, by itself.
    assert_eq!(seen, Err("it cannot be loaded: nothing".to_owned()));
}
