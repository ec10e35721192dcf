//! `cargo xtask test`: every check, one after the other, and a last line that counts.

use std::ffi::OsString;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::place::{Place, RELAY_BIN, strict};
use crate::say;
use crate::setup;
use crate::step::{self, Failure};
use crate::tally::{Tally, is_one_pass};
use crate::wasm_std::TARGET;

/// How cargo-deny is brought where it is missing. `.ci/run` installs the same version.
const BRING_CARGO_DENY: &str = "cargo install cargo-deny --locked --version 0.20.2";

/// Runs all checks, also after one has failed.
pub(crate) fn run(place: &Place, _: &[OsString]) -> Result<(), String> {
    let begun = Instant::now();
    let library = setup::wasm_library(place)?;
    let mut report = Report::default();

    report.check("formatting", cargo(place, &["fmt", "--all", "--check"]));
    report.check("lints", cargo(place, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]));

    // What is compiled for wasm only is seen by no lint of the computer's own target.
    let mut guests = cargo(place, &["clippy", "--target", TARGET, "-p", "tickiti-relay-sdk"]);
    guests.args(["-p", "tickiti-plugin-tickets", "-p", "tickiti-plugin-reads", "-p", "tickiti-plugin-generic"]);
    guests.args(["-p", "tickiti-example-digest"]);
    guests.arg("--target-dir").arg(place.target.join("guests")).args(["--", "-D", "warnings"]);
    guests.env("CARGO_ENCODED_RUSTFLAGS", library.rustflags().map_err(|missing| missing.to_string())?.join("\u{1f}"));
    report.check("lints of plugins for wasm", guests);

    dependencies(place, &mut report);

    // The tests drive the built programs; cargo builds those of the same package only.
    report.check("build", cargo(place, &["build", "--workspace", "--bins"]));
    run_tests(place, &mut report);

    say::line(&format!("\nAll took {}.", step::took(begun.elapsed())));
    for line in &report.unwell {
        say::line(line);
    }
    say::line(&report.tally.to_string());
    if report.tally.failed == 0 { Ok(()) } else { Err(String::new()) }
}

fn cargo(place: &Place, arguments: &[&str]) -> Command {
    let mut cargo = place.cargo();
    cargo.args(arguments);
    cargo
}

fn dependencies(place: &Place, report: &mut Report) {
    match step::asked(&mut cargo(place, &["deny", "--version"]), Duration::from_secs(60)) {
        Ok(_) => report.check(
            "licences, bans and sources of dependencies",
            cargo(place, &["deny", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]),
        ),
        Err(_) => {
            report.not_run(&format!("licences of dependencies: no cargo-deny; bring it with `{BRING_CARGO_DENY}`"));
        }
    }
}

fn run_tests(place: &Place, report: &mut Report) {
    let mut tally = Tally::default();
    let mut test = cargo(place, &["test", "--workspace", "--no-fail-fast"]);
    test.env(RELAY_BIN, place.built("debug", "tickiti-relay"));
    let outcome = step::watched("tests", &mut test, |line| {
        tally.add_line(line);
        if !is_one_pass(line) {
            say::line(line);
        }
    });
    let told = tally.failed;
    report.add(tally);
    match outcome {
        Err(failure) if told == 0 => {
            // It did not compile, or a program crashed: no count tells of that.
            report.failed("tests", &failure);
        }
        Err(_) => report.unwell.push("failed: tests".to_owned()),
        Ok(()) => {}
    }
}

/// What came out so far: the sum, and a line for each check that did not go well.
#[derive(Default)]
struct Report {
    tally: Tally,
    unwell: Vec<String>,
}

impl Report {
    fn check(&mut self, heading: &str, mut command: Command) {
        if let Err(failure) = step::shown(heading, &mut command) {
            self.failed(heading, &failure);
        }
    }

    fn failed(&mut self, heading: &str, failure: &Failure) {
        self.tally.failed += 1;
        self.unwell.push(format!("failed: {heading} ({failure})"));
    }

    fn not_run(&mut self, why: &str) {
        say::heading(why);
        let (count, word) =
            if strict() { (&mut self.tally.failed, "failed") } else { (&mut self.tally.skipped, "skipped") };
        *count += 1;
        self.unwell.push(format!("{word}: {why}"));
    }

    fn add(&mut self, more: Tally) {
        self.tally.passed += more.passed;
        self.tally.failed += more.failed;
        self.tally.skipped += more.skipped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_counts_as_one_failed() {
        let mut report = Report::default();
        report.add(Tally { passed: 3, failed: 0, skipped: 1 });
        report.check("nothing", Command::new("no-such-program-here"));
        assert_eq!(report.tally, Tally { passed: 3, failed: 1, skipped: 1 });
        assert_eq!(report.unwell, ["failed: nothing (`no-such-program-here` is not installed)"]);
    }
}
