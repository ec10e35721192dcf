//! Jobs that prepare something and run one program of the repository.

use std::ffi::OsString;

use crate::place::{Place, RELAY_BIN};
use crate::setup;
use crate::step;

/// `cargo xtask setup`.
pub(crate) fn setup(place: &Place, _: &[OsString]) -> Result<(), String> {
    setup::tell(&setup::wasm_library(place)?);
    Ok(())
}

/// `cargo xtask demo`. One cargo call builds both programs: called one by one they would not agree on the features of
/// their dependencies and compile some twice.
pub(crate) fn demo(place: &Place, _: &[OsString]) -> Result<(), String> {
    setup::wasm_library(place)?;
    let mut build = place.cargo();
    build.args([
        "build",
        "-p",
        "tickiti-relay",
        "--bin",
        "tickiti-relay",
        "-p",
        "tickiti-relay-tests",
        "--bin",
        "demo",
    ]);
    step::shown("build plugins, relay and demo", &mut build)?;
    let relay = place.built("debug", "tickiti-relay");
    step::shown("demo", place.command(place.built("debug", "demo")).env(RELAY_BIN, relay))?;
    Ok(())
}

/// `cargo xtask bench`.
pub(crate) fn bench(place: &Place, arguments: &[OsString]) -> Result<(), String> {
    setup::wasm_library(place)?;
    let mut build = place.cargo();
    build.args(["build", "--release", "-p", "tickiti-relay", "-p", "tickiti-relay-tests"]);
    // Only what is measured and what measures: each program costs a whole link for release.
    build.args(["--bin", "tickiti-relay", "--bin", "floor", "--bin", "bench"]);
    step::shown("build relay and floor for release", &mut build)?;
    let relay = place.built("release", "tickiti-relay");
    step::shown("measure", place.command(place.built("release", "bench")).args(arguments).env(RELAY_BIN, relay))?;
    Ok(())
}

/// `cargo xtask soak`. A server to compare with is started where the caller stands.
pub(crate) fn soak(place: &Place, arguments: &[OsString]) -> Result<(), String> {
    setup::wasm_library(place)?;
    let mut build = place.cargo();
    build.args(["build", "--workspace", "--bins"]);
    step::shown("build relay and scenarios", &mut build)?;
    let relay = place.built("debug", "tickiti-relay");
    let mut soak = place.command(place.built("debug", "soak"));
    step::shown("soak", soak.args(arguments).env(RELAY_BIN, relay).current_dir(&place.here))?;
    Ok(())
}

/// `cargo xtask hostile`: three programs; the later ones run also when an earlier one has found something.
pub(crate) fn hostile(place: &Place, arguments: &[OsString]) -> Result<(), String> {
    setup::wasm_library(place)?;
    let mut build = place.cargo();
    build.args(["build", "--workspace", "--bins"]);
    step::shown("build relay and attacks", &mut build)?;
    let relay = place.built("debug", "tickiti-relay");
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let seed: Vec<&OsString> = arguments.iter().skip_while(|argument| *argument != "--seed").take(2).collect();

    let mut attacks = place.command(place.built("debug", "hostile"));
    let attacked = step::shown("hostile plugins", attacks.args(arguments).env(RELAY_BIN, &relay));
    let mut mutate = place.command(place.built("debug", "mutate"));
    let count = if quick { "1500" } else { "10000" };
    let mutated = step::shown("changed components", mutate.args(["--count", count]).args(seed).env(RELAY_BIN, &relay));
    let mut equal = place.cargo();
    let which = if quick { "two_processes" } else { "in_full" };
    equal.args(["test", "--workspace", "--test", "it", "--", "--include-ignored", "--nocapture"]);
    equal.arg(format!("same_bytes::equal_calls_are_equal_bytes_in_{which}")).env(RELAY_BIN, relay);
    let same = step::shown("equal calls in two processes", &mut equal);
    Ok(attacked.and(mutated).and(same)?)
}

/// `cargo xtask routes FILE`. Paths among the arguments start where the caller stands; the table is the repository's.
pub(crate) fn routes(place: &Place, arguments: &[OsString]) -> Result<(), String> {
    let mut run = place.cargo();
    run.current_dir(&place.here).args(["run", "--quiet", "--package", "tickiti-relay-routes", "--manifest-path"]);
    run.arg(place.root.join("Cargo.toml")).arg("--").args(arguments);
    if !arguments.iter().any(|argument| argument == "--out") {
        run.arg("--out").arg(place.root.join("routes").join("table.json"));
    }
    step::plainly(&mut run).map_err(|failure| match failure {
        // It has said why.
        step::Failure::Ended(..) => String::new(),
        other => other.to_string(),
    })
}
